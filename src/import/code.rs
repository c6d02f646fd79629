//! Turns a cell into text, unless a spreadsheet has changed the code that stood there.
//!
//! Codes, phone and identity numbers are text. A spreadsheet that took one for a number drops zeros
//! and digits, one that took it for a date drops everything; none of it can be brought back, so it is
//! a problem and never repaired.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::rows::shown;
use super::value::{Problem, Value};
use crate::contract::Column;
use crate::source::Cell;
use crate::vietnamese::fold::replace_twins;

/// `4,00E+11`.
static SCIENTIFIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\d+(?:[.,]\d+)?[eE]\+\d{1,3}$").ok());

/// Spreadsheets keep 15 digits of a number.
const KEPT: f64 = 1e15;

/// At most this many zeros are looked for at either end of a code.
const MOST_ZEROS: usize = 4;

pub(super) fn read_text(cell: Cell<'_>) -> Result<Value<'_>, Problem> {
    match cell {
        // A date in a text column is a code that a spreadsheet took for one: `4/28`, `3-2023`.
        Cell::DateTime(_) => return Err(Problem::DateInstead),
        Cell::Number { value, .. } if value.abs() >= KEPT => return Err(Problem::LostDigits),
        _ => {}
    }
    // Blocks hold trimmed text in the form in which it is stored.
    let text = shown(cell);
    if is_scientific(&text) {
        return Err(Problem::ScientificCode);
    }
    Ok(Value::Text(replace_twins(&text).map_or(text, Cow::Owned)))
}

fn is_scientific(text: &str) -> bool {
    // Few codes have a plus sign, and then the letter before it decides.
    text.contains('+') && SCIENTIFIC.as_ref().is_some_and(|shape| shape.is_match(text))
}

/// Tells whether zeros at the front or the end would make digits fit the pattern that they miss.
pub(super) fn lacks_zeros(text: &str, column: &Column) -> bool {
    let Some(pattern) = &column.pattern else { return false };
    let is_number = text.bytes().next().is_some_and(|first| first.is_ascii_digit())
        && text.bytes().all(|letter| letter.is_ascii_digit() || letter == b'.');
    is_number
        && (1..=MOST_ZEROS).map(|count| "0".repeat(count)).any(|zeros| {
            pattern.is_match(&format!("{zeros}{text}"))
                || (text.contains('.') && pattern.is_match(&format!("{text}{zeros}")))
        })
}
