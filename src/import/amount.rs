//! Turns a cell into a number: whole, exact, as printed, or a rate.
//!
//! Which of dot and comma is the decimal mark, and what unit a bare number has, is settled by the
//! column as a whole and by what headings say; where that leaves two readings the cell is a problem.

use super::value::{Context, Evidence, Problem, Value};
use crate::contract::{Column, ColumnType, Part};
use crate::source::{Cell, Shown};
use crate::vietnamese::fold::{fold, normalise};
use crate::vietnamese::numbers::{Decimal, Marks, Typed, parse_number};
use crate::vietnamese::quantities::{Quantity, parse_quantity};

/// Reads a number with its marks, its unit and the stated scale.
pub(super) fn read_decimal(cell: &Cell, column: &Column, context: &Context) -> Result<Decimal, Problem> {
    let number = match cell {
        Cell::Number { value, .. } => Decimal::from_f64(*value).ok_or(Problem::TooLarge)?,
        Cell::Text(text) => {
            let typed = read_typed(text, column)?;
            let percent_allowed = column.measure_unit.as_deref() == Some("%")
                || context.percent_heading
                || column.parts.contains(&Part::Unit);
            if typed.percent && !percent_allowed {
                return Err(unit_problem(column));
            }
            let scale = unit_scale(&typed.unit, column).ok_or_else(|| unit_problem(column))?;
            let number = settle_marks(&typed, column, context)?;
            return number
                .shifted(if typed.unit.is_empty() { context.scale } else { scale })
                .ok_or(Problem::TooLarge);
        }
        Cell::DateTime(_) => return Err(Problem::DateInstead),
        _ => return Err(Problem::NotANumber),
    };
    number.shifted(context.scale).ok_or(Problem::TooLarge)
}

/// Reads a number whose qualifier and denominator, if any, another column keeps.
fn read_typed(text: &str, column: &Column) -> Result<Typed, Problem> {
    if let Some(typed) = parse_number(text) {
        return Ok(typed);
    }
    let Quantity { qualifier, number, denominator } = parse_quantity(text).ok_or(Problem::NotANumber)?;
    match () {
        () if !qualifier.is_empty() && !column.parts.contains(&Part::Qualifier) => Err(Problem::Qualifier),
        () if denominator.is_some() && !column.parts.contains(&Part::Denominator) => Err(Problem::Ratio),
        () => Ok(number),
    }
}

/// Reads the part of a number's cell that a column keeps; a plain number has none.
pub(super) fn read_part(cell: &Cell, part: Part) -> Option<Value> {
    let quantity = parse_quantity(cell.as_text()?)?;
    let text = match part {
        Part::Qualifier => quantity.qualifier,
        Part::Unit if quantity.number.percent => "%".to_owned(),
        Part::Unit => quantity.number.unit,
        Part::Denominator => return Some(Value::Float(quantity.denominator?.value.to_f64())),
    };
    (!text.is_empty()).then(|| Value::Text(normalise(&text)))
}

fn unit_problem(column: &Column) -> Problem {
    if column.measure_unit.is_some() { Problem::OtherUnit } else { Problem::UndeclaredUnit }
}

/// Decides which way a number is read, from its own marks and those of the column's other cells.
fn settle_marks(typed: &Typed, column: &Column, context: &Context) -> Result<Decimal, Problem> {
    if typed.marks != Marks::Either {
        return Ok(typed.value);
    }
    let Evidence { vietnamese, english } = context.marks;
    // `150,000` in a column of whole amounts is the English 150 thousand or nonsense.
    let keeps_decimals = matches!(column.kind, ColumnType::Float | ColumnType::Rate);
    let comma = typed.value.reduced() != typed.value || typed.value.to_i64().is_none();
    match (vietnamese, english) {
        (true, true) => Err(Problem::AmbiguousMarks),
        (false, true) => Ok(typed.english),
        (_, false) if comma && !keeps_decimals => Err(Problem::AmbiguousMarks),
        (_, false) => Ok(typed.value),
    }
}

/// Returns the power of ten between a unit behind a number and the declared one.
pub(super) fn unit_scale(unit: &str, column: &Column) -> Option<i32> {
    let unit = fold(unit);
    if unit.is_empty() || column.parts.contains(&Part::Unit) {
        return Some(0);
    }
    let declared = fold(column.measure_unit.as_deref()?);
    if declared == "dong" {
        return money_scale(&unit);
    }
    // `ngày làm việc kể từ ngày nhận đủ hồ sơ` begins with the declared unit; `ngày` alone does not.
    let begins = unit == declared || unit.strip_prefix(&declared).is_some_and(|rest| rest.starts_with(' '));
    begins.then_some(0)
}

/// Returns the power of ten of a unit of money in đồng.
pub(super) fn money_scale(folded: &str) -> Option<i32> {
    match folded {
        "dong" | "d" | "vnd" | "vn dong" | "dong viet nam" => Some(0),
        "nghin dong" | "ngan dong" | "1000 dong" | "1 000 dong" => Some(3),
        "trieu dong" | "tr dong" | "trd" => Some(6),
        "ty dong" | "ti dong" => Some(9),
        _ => None,
    }
}

pub(super) fn read_int(cell: &Cell, column: &Column, context: &Context) -> Result<i64, Problem> {
    let number = read_decimal(cell, column, context)?;
    number.to_i64().ok_or(if number.reduced().to_scale(0).is_none() {
        Problem::LosesDecimals
    } else {
        Problem::TooLarge
    })
}

/// A rate is a fraction: `45,6%` and 45,6 under a heading with `%` are both 0.456.
pub(super) fn read_rate(cell: &Cell, column: &Column, context: &Context) -> Result<Value, Problem> {
    let (number, shown, signed) = match cell {
        Cell::Number { value, shown } => (Decimal::from_f64(*value).ok_or(Problem::TooLarge)?, *shown, false),
        Cell::Text(text) => {
            if let Some(fraction) = read_fraction(text) {
                return fraction;
            }
            let typed = read_typed(text, column)?;
            if !typed.unit.is_empty() {
                return Err(unit_problem(column));
            }
            (settle_rate_marks(&typed, context)?, Shown::Plain, typed.percent)
        }
        Cell::DateTime(_) => return Err(Problem::DateInstead),
        _ => return Err(Problem::NotANumber),
    };
    let as_percent = number.shifted(-2).ok_or(Problem::TooLarge).map(Decimal::to_f64);
    let value = number.to_f64();
    let small = value.abs() < 2.0;
    match shown {
        _ if signed || (shown != Shown::Percent && context.percent_heading && !small) => {
            as_percent.map(Value::Float)
        }
        Shown::Percent => Ok(Value::Float(value)),
        _ if value == 0.0 => Ok(Value::Float(0.0)),
        Shown::Plain if !context.percent_heading && small => Ok(Value::Float(value)),
        // 1,013 under `%` is 1,013 % or 101,3 %, and 45 without any `%` is 45 or 45 %.
        Shown::Plain => Err(Problem::AmbiguousRate),
    }
}

/// `13/28` in a column of rates is the rate itself.
fn read_fraction(text: &str) -> Option<Result<Value, Problem>> {
    let Quantity { qualifier, number, denominator } = parse_quantity(text)?;
    let lower = denominator?.value.to_f64();
    Some(match () {
        () if !qualifier.is_empty() => Err(Problem::Qualifier),
        () if lower <= 0.0 => Err(Problem::Ratio),
        () => Ok(Value::Float(number.value.to_f64() / lower)),
    })
}

/// A rate of a thousand is not meant: `1.013%` is 101,3 % gone wrong or English, and is not guessed.
fn settle_rate_marks(typed: &Typed, context: &Context) -> Result<Decimal, Problem> {
    let is_thousands = typed.value.to_i64().is_some_and(|whole| whole.abs() >= 1000);
    match (typed.marks, context.marks) {
        (Marks::Either, Evidence { vietnamese: false, english: true }) => Ok(typed.english),
        (Marks::Either, Evidence { english: true, .. }) => Err(Problem::AmbiguousMarks),
        (Marks::Either, _) if is_thousands => Err(Problem::AmbiguousMarks),
        _ => Ok(typed.value),
    }
}

pub(super) fn read_amount(
    cell: &Cell,
    column: &Column,
    context: &Context,
    precision: u8,
    scale: i8,
) -> Result<Value, Problem> {
    let scale = u32::try_from(scale).map_err(|_| Problem::TooLarge)?;
    let number = read_decimal(cell, column, context)?;
    let units = number.to_scale(scale).ok_or(Problem::LosesDecimals)?;
    let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    if units.abs() < limit { Ok(Value::Amount(units, scale)) } else { Err(Problem::TooLarge) }
}
