//! Turns a cell into a date or a time, day first.
//!
//! A bare serial number and a two-digit year have one likely reading and many unlikely ones. They are
//! read only where the result is near the reporting year, so that a wrong column does not become
//! dates of 1931.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime};

use super::value::{Context, Problem};
use crate::contract::{Column, ColumnType, Partial};
use crate::source::Cell;
use crate::vietnamese::dates::{has_month_first, parse_date_time, parse_short_date, parse_span, parse_with};

/// Serial numbers of 1955 to 2099; other numbers are counts, years or amounts.
const SERIALS: std::ops::Range<f64> = 20_000.0..73_051.0;

/// Two-digit years and serial numbers in text are read within so many years of the reporting year.
const NEAR: i32 = 1;

pub(super) fn read_time(
    cell: Cell<'_>,
    column: &Column,
    context: &Context,
) -> Result<NaiveDateTime, Problem> {
    let time = match cell {
        Cell::DateTime(time) => time,
        // The spreadsheet knows a number only, but the column is one of dates: its own serial number.
        Cell::Number { value, .. } => read_serial(value, context.since_1904).ok_or(Problem::NumberForDate)?,
        Cell::Text(text) => read_words(text, column, context)?,
        _ => return Err(Problem::NotADate),
    };
    let midnight = time.date().and_hms_opt(0, 0, 0).unwrap_or(time);
    Ok(if column.kind == ColumnType::Date { midnight } else { time })
}

/// Reads days since 30 December 1899 or 1 January 1904, to the second.
fn read_serial(value: f64, since_1904: bool) -> Option<NaiveDateTime> {
    if !SERIALS.contains(&value) {
        return None;
    }
    let (year, month, day) = if since_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    let start = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(0, 0, 0)?;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let seconds = (value * 86_400.0).round() as i64;
    start.checked_add_signed(Duration::seconds(seconds))
}

fn read_words(text: &str, column: &Column, context: &Context) -> Result<NaiveDateTime, Problem> {
    if let Some(time) = parse_date_time(text) {
        return Ok(time);
    }
    if let Some(time) = parse_with(text, &parse_short_date) {
        return if is_near(time, context) { Ok(time) } else { Err(Problem::ShortYear) };
    }
    if let Some((from, to)) = parse_span(text) {
        let day = match column.partial {
            Some(Partial::FirstDay) => from,
            Some(Partial::LastDay) => to,
            None => return Err(Problem::PartialDate),
        };
        return day.and_hms_opt(0, 0, 0).ok_or(Problem::NotADate);
    }
    if has_month_first(text) {
        return Err(Problem::MonthFirst);
    }
    let Some(serial) = read_serial_text(text) else { return Err(Problem::NotADate) };
    let near = read_serial(serial, context.since_1904).filter(|time| is_near(*time, context));
    near.ok_or(Problem::NumberForDate)
}

/// Tells whether a cell is a bare number of days, which is read as a date.
pub(super) fn is_serial(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number { value, .. } => SERIALS.contains(&value),
        Cell::Text(text) => {
            text.starts_with(|first: char| first.is_ascii_digit())
                && read_serial_text(text).is_some_and(|value| SERIALS.contains(&value))
        }
        _ => false,
    }
}

/// `45292`, `44567,34`: what text exports make of dates in unformatted cells.
fn read_serial_text(text: &str) -> Option<f64> {
    let is_number = text.len() >= 5
        && text.bytes().all(|letter| letter.is_ascii_digit() || matches!(letter, b'.' | b','));
    if is_number { text.replace(',', ".").parse().ok() } else { None }
}

fn is_near(time: NaiveDateTime, context: &Context) -> bool {
    (time.year() - context.year).abs() <= NEAR
}

pub(super) fn days(time: NaiveDateTime) -> Result<i32, Problem> {
    i32::try_from(time.and_utc().timestamp().div_euclid(86_400)).map_err(|_| Problem::NotADate)
}
