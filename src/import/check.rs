//! Checks values and rows against what the contract demands of them.
//!
//! Bounds and patterns belong to a cell and can send its row to the rejects; a repeated key belongs
//! to two rows, and which of them is wrong is not known, so it refuses the import.

use std::collections::HashMap;

use super::convert::{Table, text_of};
use super::value::{Problem, Value};
use crate::contract::{Column, Contract, Personal};
use crate::error::Error;
use crate::messages::ImportFault;

/// Checks one value against the bounds and the pattern of its column.
///
/// # Errors
/// The [`Problem`] that the value has.
pub fn check_value(value: &Value, column: &Column) -> Result<(), Problem> {
    if *value == Value::Null {
        return if column.required { Err(Problem::Required) } else { Ok(()) };
    }
    if let (Some(pattern), Value::Text(text)) = (&column.pattern, value)
        && !pattern.is_match(text)
    {
        return Err(Problem::Pattern);
    }
    let Some(number) = number_of(value) else { return Ok(()) };
    match (column.minimum, column.maximum) {
        (Some(minimum), _) if number < minimum => Err(Problem::TooSmall),
        (_, Some(maximum)) if number > maximum => Err(Problem::AboveMaximum),
        _ => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bound is compared, nothing is stored")]
fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Amount(units, scale) => Some(*units as f64 / 10_f64.powi(i32::try_from(*scale).unwrap_or(0))),
        _ => None,
    }
}

/// Finds rows that repeat a key, or a value of a column that must be unique.
pub fn check_keys(contract: &Contract, table: &Table<'_>) -> Vec<Error> {
    let mut keys: Vec<Vec<&str>> = contract
        .columns
        .iter()
        .filter(|column| column.unique)
        .map(|column| vec![column.name.as_str()])
        .collect();
    if !contract.primary_key.is_empty() {
        keys.insert(0, contract.primary_key.iter().map(String::as_str).collect());
    }
    keys.iter().filter_map(|names| check_key(contract, table, names)).collect()
}

fn check_key(contract: &Contract, table: &Table<'_>, names: &[&str]) -> Option<Error> {
    let fields: Vec<usize> = names
        .iter()
        .filter_map(|name| contract.columns.iter().position(|column| column.name == *name))
        .collect();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut error: Option<Error> = None;
    for row in 0..table.len() {
        let values: Vec<&Value> = fields.iter().map(|field| &table.columns[*field][row]).collect();
        if values.iter().any(|value| **value == Value::Null) {
            continue;
        }
        let key = format!("{values:?}");
        let Some(earlier) = first.get(&key).copied() else {
            first.insert(key, row);
            continue;
        };
        let is_personal = fields.iter().any(|field| contract.columns[*field].personal != Personal::No);
        let words: Vec<String> = values.iter().map(|value| text_of(value)).collect();
        let found = if is_personal { "***".to_owned() } else { words.join(", ") };
        let fault = ImportFault::DuplicateKey { columns: names.join(", ") };
        let known = error.take().unwrap_or_else(|| Error::new(fault));
        error = Some(known.at(table.place(earlier, None, Some(found.clone()))).at(table.place(
            row,
            None,
            Some(found),
        )));
    }
    error
}
