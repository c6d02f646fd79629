//! Turns one cell into one value of the type that its column declares.
//!
//! A cell that has no single reading is a problem with a hint and never a guess: nobody would see
//! a wrong guess among ten thousand rows.

use chrono::NaiveDateTime;

use super::rows::shown;
use crate::contract::{Column, ColumnType};
use crate::source::{Cell, Shown, Unreadable};
use crate::vietnamese::dates::{parse_date, parse_date_time};
use crate::vietnamese::fold::{fold, normalise};
use crate::vietnamese::numbers::{Decimal, Marks, Typed, parse_number};

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// Text, or the code of a category.
    Text(String),
    /// A whole number or a year.
    Int(i64),
    /// An exact amount in units of `10^-scale`, and that scale.
    Amount(i128, u32),
    /// A number or a rate.
    Float(f64),
    /// Days since 1 January 1970.
    Date(i32),
    /// Microseconds since 1 January 1970, local wall clock.
    Timestamp(i64),
    /// True or false.
    Bool(bool),
}

/// Why a cell is not a value of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// Not a number.
    NotANumber,
    /// A number with decimals where none are kept.
    LosesDecimals,
    /// Too large for the type.
    TooLarge,
    /// `1.250` or `1,250`, which both ways of writing can read.
    AmbiguousMarks,
    /// A unit other than the declared one.
    OtherUnit,
    /// A rate without percent sign that could be meant either way.
    AmbiguousRate,
    /// Not a date.
    NotADate,
    /// A number where a date was wanted.
    NumberForDate,
    /// A date where a number or a code was wanted.
    DateInstead,
    /// Not one of the declared spellings.
    UnknownCategory,
    /// Not true or false.
    NotABool,
    /// An error value of the spreadsheet.
    SheetError,
    /// A formula that no program has computed.
    NoResult,
    /// Text with letters lost in a wrong encoding.
    LostLetters,
    /// Text that two encodings read differently.
    UnclearLetters,
    /// Empty where a value is required.
    Required,
    /// Below the declared minimum.
    TooSmall,
    /// Above the declared maximum.
    AboveMaximum,
    /// Does not match the declared pattern.
    Pattern,
}

/// What the sheet says about a column beyond its cells.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Whether the heading has a percent sign.
    pub percent_heading: bool,
    /// The power of ten of the stated unit: 6 for `triệu đồng` in a column kept in `đồng`.
    pub scale: i32,
    /// Which marks the column's other cells prove.
    pub marks: Evidence,
}

/// Which marks the unambiguous numbers of a column prove.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence {
    /// Some are written the Vietnamese way.
    pub vietnamese: bool,
    /// Some are written the English way.
    pub english: bool,
}

impl Evidence {
    /// Adds what one cell proves.
    pub fn add(&mut self, cell: &Cell) {
        match cell.as_text().and_then(parse_number).map(|typed| typed.marks) {
            Some(Marks::Vietnamese) => self.vietnamese = true,
            Some(Marks::English) => self.english = true,
            _ => {}
        }
    }
}

/// Reads a cell that is not missing as a value of `column`.
///
/// # Errors
/// The [`Problem`] that the cell has.
pub fn read_value(cell: &Cell, column: &Column, context: &Context) -> Result<Value, Problem> {
    match cell {
        Cell::Error(_) => return Err(Problem::SheetError),
        Cell::Unreadable(Unreadable::NoResult) => return Err(Problem::NoResult),
        Cell::Unreadable(Unreadable::LostLetters { .. }) => return Err(Problem::LostLetters),
        Cell::Unreadable(Unreadable::UnclearLetters { .. }) => return Err(Problem::UnclearLetters),
        _ => {}
    }
    match column.kind {
        ColumnType::Text => read_text(cell),
        ColumnType::Category => read_category(cell, column),
        ColumnType::Int => read_int(cell, column, context).map(Value::Int),
        ColumnType::Year => read_year(cell),
        ColumnType::Float => Ok(Value::Float(read_decimal(cell, column, context)?.to_f64())),
        ColumnType::Rate => read_rate(cell, context),
        ColumnType::Decimal(precision, scale) => read_amount(cell, column, context, precision, scale),
        ColumnType::Date => Ok(Value::Date(days(read_time(cell, true)?)?)),
        ColumnType::Timestamp => Ok(Value::Timestamp(read_time(cell, false)?.and_utc().timestamp_micros())),
        ColumnType::Bool => read_bool(cell),
    }
}

fn read_text(cell: &Cell) -> Result<Value, Problem> {
    match cell {
        // A date in a text column is a code that a spreadsheet took for one: `4/28`, `3-2023`.
        Cell::DateTime(_) => Err(Problem::DateInstead),
        _ => Ok(Value::Text(normalise(shown(cell).trim()))),
    }
}

fn read_category(cell: &Cell, column: &Column) -> Result<Value, Problem> {
    let key = fold(&shown(cell));
    let is_meant = |(code, spellings): &(&String, &Vec<String>)| {
        fold(code) == key || spellings.iter().any(|spelling| fold(spelling) == key)
    };
    let found = column.categories.iter().find(is_meant).map(|(code, _)| code.clone());
    found.map(Value::Text).ok_or(Problem::UnknownCategory)
}

/// Reads a number with its marks, its unit and the stated scale.
pub(super) fn read_decimal(cell: &Cell, column: &Column, context: &Context) -> Result<Decimal, Problem> {
    let number = match cell {
        Cell::Number { value, .. } => Decimal::from_f64(*value).ok_or(Problem::TooLarge)?,
        Cell::Text(text) => {
            let typed = parse_number(text).ok_or(Problem::NotANumber)?;
            let percent_allowed = column.measure_unit.as_deref() == Some("%") || context.percent_heading;
            if typed.percent && !percent_allowed {
                return Err(Problem::OtherUnit);
            }
            let scale = unit_scale(&typed.unit, column).ok_or(Problem::OtherUnit)?;
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
    if unit.is_empty() {
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

fn read_int(cell: &Cell, column: &Column, context: &Context) -> Result<i64, Problem> {
    let number = read_decimal(cell, column, context)?;
    number.to_i64().ok_or(if number.reduced().to_scale(0).is_none() {
        Problem::LosesDecimals
    } else {
        Problem::TooLarge
    })
}

fn read_year(cell: &Cell) -> Result<Value, Problem> {
    let text = shown(cell);
    let digits = fold(&text).trim_start_matches("nam ").to_owned();
    let year: i64 = digits.parse().map_err(|_| Problem::NotANumber)?;
    if (1900..=2100).contains(&year) { Ok(Value::Int(year)) } else { Err(Problem::NotANumber) }
}

/// A rate is a fraction: `45,6%` and 45,6 under a heading with `%` are both 0.456.
fn read_rate(cell: &Cell, context: &Context) -> Result<Value, Problem> {
    let (number, shown, signed) = match cell {
        Cell::Number { value, shown } => (Decimal::from_f64(*value).ok_or(Problem::TooLarge)?, *shown, false),
        Cell::Text(text) => {
            let typed = parse_number(text).ok_or(Problem::NotANumber)?;
            if !typed.unit.is_empty() {
                return Err(Problem::OtherUnit);
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
        _ => Err(Problem::AmbiguousRate),
    }
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

fn read_amount(
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

fn read_time(cell: &Cell, day_only: bool) -> Result<NaiveDateTime, Problem> {
    match cell {
        Cell::DateTime(time) => Ok(*time),
        Cell::Number { .. } => Err(Problem::NumberForDate),
        Cell::Text(text) => {
            let date = parse_date(text).and_then(|date| date.and_hms_opt(0, 0, 0));
            let time = date.or_else(|| parse_date_time(text)).ok_or(Problem::NotADate)?;
            Ok(if day_only { time.date().and_hms_opt(0, 0, 0).unwrap_or(time) } else { time })
        }
        _ => Err(Problem::NotADate),
    }
}

fn days(time: NaiveDateTime) -> Result<i32, Problem> {
    i32::try_from(time.and_utc().timestamp().div_euclid(86_400)).map_err(|_| Problem::NotADate)
}

fn read_bool(cell: &Cell) -> Result<Value, Problem> {
    match fold(&shown(cell)).as_str() {
        "true" | "x" | "co" | "1" => Ok(Value::Bool(true)),
        "false" | "khong" | "0" => Ok(Value::Bool(false)),
        _ => Err(Problem::NotABool),
    }
}
