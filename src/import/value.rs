//! Turns one cell into one value of the type that its column declares.
//!
//! A cell that has no single reading is a problem with a hint and never a guess: nobody would see
//! a wrong guess among ten thousand rows.

use std::borrow::Cow;

use super::amount::{read_amount, read_decimal, read_int, read_part, read_rate};
use super::code::read_text;
use super::marker::{is_ditto, is_marker};
use super::moment::{days, read_time};
use super::personal::PersonalHash;
use super::rows::shown;
use crate::contract::{Column, ColumnType};
use crate::source::{Cell, Unreadable};
use crate::vietnamese::fold::fold;
use crate::vietnamese::numbers::{Marks, parse_number};

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Text, or the code of a category.
    Text(Cow<'a, str>),
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
    /// The code of a category, by its number in the layout of the file.
    Rank(u32),
    /// A text that has a number in the layout of the file.
    Word(u32),
    /// The keyed hash of a personal value.
    Hash(PersonalHash),
}

impl Value<'_> {
    /// Returns the value with a text of its own.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Int(number) => Value::Int(number),
            Self::Amount(units, scale) => Value::Amount(units, scale),
            Self::Float(number) => Value::Float(number),
            Self::Date(days) => Value::Date(days),
            Self::Timestamp(micros) => Value::Timestamp(micros),
            Self::Bool(value) => Value::Bool(value),
            Self::Rank(rank) => Value::Rank(rank),
            Self::Word(number) => Value::Word(number),
            Self::Hash(hash) => Value::Hash(hash),
        }
    }
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
    /// A number over which cells of several rows or columns are merged.
    MergedNumber,
    /// A row of delimited text with more cells than headings, which may be a text cut in two.
    ExtraCells,
    /// Empty where a value is required.
    Required,
    /// Below the declared minimum.
    TooSmall,
    /// Above the declared maximum.
    AboveMaximum,
    /// Does not match the declared pattern.
    Pattern,
    /// `trên 35` where only 35 would be kept.
    Qualifier,
    /// `13/28` where only 13 would be kept.
    Ratio,
    /// A unit where none is declared.
    UndeclaredUnit,
    /// `-`, `không có`: not declared as "no value".
    EmptyMarker,
    /// `như trên`: the value stands in another row.
    Ditto,
    /// `4,00E+11`: a code of which only some digits are left.
    ScientificCode,
    /// A code without the zeros that its pattern wants.
    LostZero,
    /// A number with more digits than spreadsheets keep.
    LostDigits,
    /// A month, a quarter or a year where a day is wanted.
    PartialDate,
    /// A two-digit year that is not near the reporting year.
    ShortYear,
    /// A date only with the month first.
    MonthFirst,
    /// A rule of the contract, by its index, is broken.
    Rule(usize),
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
    /// The reporting year, near which two-digit years and bare serial numbers are read.
    pub year: i32,
    /// Whether the workbook counts days from 1904.
    pub since_1904: bool,
}

/// Which marks the unambiguous numbers of a column prove.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Some are written the Vietnamese way.
    pub vietnamese: bool,
    /// Some are written the English way.
    pub english: bool,
}

impl Evidence {
    /// Tells what one cell proves.
    pub fn of(cell: Cell<'_>) -> Self {
        // Without a mark there is nothing to prove, and most numbers have none.
        let marked = cell.as_text().filter(|text| text.contains(['.', ',']));
        let marks = marked.and_then(parse_number).map(|typed| typed.marks);
        Self { vietnamese: marks == Some(Marks::Vietnamese), english: marks == Some(Marks::English) }
    }

    /// Adds what other cells prove.
    pub fn join(&mut self, other: Self) {
        self.vietnamese |= other.vietnamese;
        self.english |= other.english;
    }
}

/// Reads a cell that is not missing as a value of `column`.
///
/// # Errors
/// The [`Problem`] that the cell has.
pub fn read_value<'a>(cell: Cell<'a>, column: &Column, context: &Context) -> Result<Value<'a>, Problem> {
    match cell {
        Cell::Error(_) => return Err(Problem::SheetError),
        Cell::Unreadable(Unreadable::NoResult, _) => return Err(Problem::NoResult),
        Cell::Unreadable(Unreadable::LostLetters, _) => return Err(Problem::LostLetters),
        Cell::Unreadable(Unreadable::UnclearLetters, _) => return Err(Problem::UnclearLetters),
        _ => {}
    }
    if is_ditto(cell) {
        return Err(Problem::Ditto);
    }
    if let Some(part) = column.part {
        let part = read_part(cell, part).unwrap_or(Value::Null);
        return match part {
            Value::Text(text) if column.kind == ColumnType::Category => {
                read_category(Cell::text(&text), column)
            }
            part => Ok(part),
        };
    }
    read_whole(cell, column, context)
        .map_err(|problem| if is_marker(cell) { or_marker(problem) } else { problem })
}

/// A dash or `không có` where a value of another kind is wanted probably means that there is none.
fn or_marker(problem: Problem) -> Problem {
    match problem {
        Problem::NotANumber | Problem::NotADate | Problem::UnknownCategory => Problem::EmptyMarker,
        other => other,
    }
}

fn read_whole<'a>(cell: Cell<'a>, column: &Column, context: &Context) -> Result<Value<'a>, Problem> {
    match column.kind {
        ColumnType::Text => read_text(cell),
        ColumnType::Category => read_category(cell, column),
        ColumnType::Int => read_int(cell, column, context).map(Value::Int),
        ColumnType::Year => read_year(cell),
        ColumnType::Float => Ok(Value::Float(read_decimal(cell, column, context)?.to_f64())),
        ColumnType::Rate => read_rate(cell, column, context),
        ColumnType::Decimal(precision, scale) => read_amount(cell, column, context, precision, scale),
        ColumnType::Date => Ok(Value::Date(days(read_time(cell, column, context)?)?)),
        ColumnType::Timestamp => {
            Ok(Value::Timestamp(read_time(cell, column, context)?.and_utc().timestamp_micros()))
        }
        ColumnType::Bool => read_bool(cell),
    }
}

fn read_category(cell: Cell<'_>, column: &Column) -> Result<Value<'static>, Problem> {
    let text = shown(cell);
    let key = fold(&text);
    // Signs (`≥`) fold to nothing and are compared as they stand.
    let is_same =
        |spelling: &String| if key.is_empty() { spelling == text.as_ref() } else { fold(spelling) == key };
    let is_meant =
        |(code, spellings): &(&String, &Vec<String>)| is_same(code) || spellings.iter().any(is_same);
    let found = column.categories.iter().find(is_meant).map(|(code, _)| code.clone());
    found.map(|code| Value::Text(code.into())).ok_or(Problem::UnknownCategory)
}

fn read_year(cell: Cell<'_>) -> Result<Value<'static>, Problem> {
    let text = shown(cell);
    let digits = fold(&text).trim_start_matches("nam ").to_owned();
    let year: i64 = digits.parse().map_err(|_| Problem::NotANumber)?;
    if (1900..=2100).contains(&year) { Ok(Value::Int(year)) } else { Err(Problem::NotANumber) }
}

fn read_bool(cell: Cell<'_>) -> Result<Value<'static>, Problem> {
    match fold(&shown(cell)).as_str() {
        "true" | "x" | "co" | "1" => Ok(Value::Bool(true)),
        "false" | "khong" | "0" => Ok(Value::Bool(false)),
        _ => Err(Problem::NotABool),
    }
}
