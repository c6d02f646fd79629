//! Checks values and rows against what the contract demands of them.
//!
//! Bounds and patterns belong to a cell and can send its row to the rejects; a repeated key belongs
//! to two rows, and which of them is wrong is not known, so it refuses the import.

use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::code::lacks_zeros;
use super::convert::shorten;
use super::keys::{Key, Suspects};
use super::value::{Problem, Value};
use crate::contract::{Column, Contract, Personal};
use crate::error::{Error, Place};
use crate::messages::ImportFault;

/// Rows that are compared by their keys; all places beyond the first few are only counted.
const MOST_COMPARED: usize = 10_000;

/// Checks one value against the bounds and the pattern of its column.
///
/// # Errors
/// The [`Problem`] that the value has.
pub fn check_value(value: &Value<'_>, column: &Column) -> Result<(), Problem> {
    if *value == Value::Null {
        return if column.required { Err(Problem::Required) } else { Ok(()) };
    }
    if let (Some(pattern), Value::Text(text)) = (&column.pattern, value)
        && !pattern.is_match(text)
    {
        return Err(if lacks_zeros(text, column) { Problem::LostZero } else { Problem::Pattern });
    }
    let Some(number) = number_of(value) else { return Ok(()) };
    match (column.minimum, column.maximum) {
        (Some(minimum), _) if number < minimum => Err(Problem::TooSmall),
        (_, Some(maximum)) if number > maximum => Err(Problem::AboveMaximum),
        _ => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bound is compared, nothing is stored")]
fn number_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Amount(units, scale) => Some(*units as f64 / 10_f64.powi(i32::try_from(*scale).unwrap_or(0))),
        _ => None,
    }
}

/// Compares the keys of rows under suspicion, as the rows are read again in their order.
pub struct KeyCheck<'a> {
    key: &'a Key,
    suspects: &'a Suspects,
    is_personal: bool,
    first: HashMap<String, Place>,
    repeats: usize,
    error: Option<Error>,
}

impl<'a> KeyCheck<'a> {
    /// Starts a check of one key.
    pub fn new(contract: &Contract, key: &'a Key, suspects: &'a Suspects) -> Self {
        let is_personal =
            |name: &String| contract.column(name).is_some_and(|column| column.personal != Personal::No);
        let is_personal = key.names.iter().any(is_personal);
        Self { key, suspects, is_personal, first: HashMap::new(), repeats: 0, error: None }
    }

    /// Compares the rows of a batch in the form of the file; `place` names a row with what it holds.
    ///
    /// Returns false once enough was found.
    pub fn compare(
        &mut self,
        wide: &RecordBatch,
        suspected: &[usize],
        place: &dyn Fn(usize, String) -> Place,
    ) -> bool {
        let options = FormatOptions::default();
        let columns = self.key.names.iter().filter_map(|name| wide.column_by_name(name));
        let columns = columns.map(|column| ArrayFormatter::try_new(column, &options));
        let Ok(columns) = columns.collect::<Result<Vec<_>, _>>() else { return true };
        for row in suspected {
            let words: Vec<String> = columns.iter().map(|column| column.value(*row).to_string()).collect();
            let found = if self.is_personal { "***".to_owned() } else { shorten(&words.join(", ")) };
            let here = place(*row, found);
            match self.first.get(&words.join("\u{1F}")) {
                Some(earlier) => {
                    let fault = ImportFault::DuplicateKey { columns: self.key.names.join(", ") };
                    let error = self.error.take().unwrap_or_else(|| Error::new(fault));
                    self.error = Some(error.at(earlier.clone()).at(here));
                    self.repeats += 1;
                }
                None => drop(self.first.insert(words.join("\u{1F}"), here)),
            }
        }
        self.repeats < MOST_COMPARED && self.repeats < self.suspects.repeats
    }

    /// Returns what was found; rows that were not compared any more are counted.
    pub fn finish(self) -> Option<Error> {
        let uncompared = if self.repeats < MOST_COMPARED { 0 } else { self.suspects.repeats - self.repeats };
        self.error.map(|error| error.and_more(uncompared * 2))
    }
}
