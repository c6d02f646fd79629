//! Turns the values of a column into numbers and back.
//!
//! A small table per batch, by view, answers for nearly every row; texts themselves are looked up once for each view.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, Int32Array, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_datafusion_err, internal_err};

use crate::engine::seen::Seen;

/// A value that has a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    None,
    Whole(i32),
    Text(Box<str>),
}

/// Numbers of one column's values in one statement, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Value, u32>,
    values: Vec<Value>,
}

impl Numbering {
    /// Writes the number of each row of a column of texts (string views) or whole numbers of 32 bits into `packed`, so many
    /// bits up.
    pub(super) fn number_rows(&self, column: &ArrayRef, packed: &mut [u64], shift: u32) -> Result<()> {
        match column.data_type() {
            DataType::Utf8View => self.number_texts(column.as_string_view(), packed, shift),
            DataType::Int32 => self.number_wholes(column.as_primitive::<Int32Type>(), packed, shift),
            other => internal_err!("{other} is not numbered"),
        }
    }

    fn number_texts(&self, texts: &StringViewArray, packed: &mut [u64], shift: u32) -> Result<()> {
        let mut seen = Seen::new();
        let mut number =
            |row: usize, view: u128| seen.find_or(view, || self.number(Value::Text(texts.value(row).into())));
        let rows = packed.iter_mut().zip(texts.views()).enumerate();
        let Some(nulls) = texts.nulls().filter(|nulls| nulls.null_count() > 0) else {
            for (row, (packed, view)) in rows {
                *packed |= u64::from(number(row, *view)?) << shift;
            }
            return Ok(());
        };
        let none = self.number(Value::None)?;
        for (row, (packed, view)) in rows {
            let number = if nulls.is_null(row) { none } else { number(row, *view)? };
            *packed |= u64::from(number) << shift;
        }
        Ok(())
    }

    /// Looks a value up only where it differs from the row before: a file's rows are all of one year.
    fn number_wholes(&self, wholes: &Int32Array, packed: &mut [u64], shift: u32) -> Result<()> {
        let mut last = None;
        for (packed, whole) in packed.iter_mut().zip(wholes) {
            let number = match last {
                Some((value, number)) if value == whole => number,
                _ => self.number(whole.map_or(Value::None, Value::Whole))?,
            };
            last = Some((whole, number));
            *packed |= u64::from(number) << shift;
        }
        Ok(())
    }

    fn number(&self, value: Value) -> Result<u32> {
        let mut known = self.known();
        if let Some(number) = known.numbers.get(&value) {
            return Ok(*number);
        }
        let number = u32::try_from(known.values.len()).ok().filter(|number| *number != Seen::FREE);
        let number = number.ok_or_else(|| exec_datafusion_err!("too many values to number"))?;
        known.values.push(value.clone());
        known.numbers.insert(value, number);
        Ok(number)
    }

    /// Gives the texts of numbers back.
    pub(super) fn texts(&self, numbers: impl Iterator<Item = Option<u32>>) -> StringViewArray {
        let known = self.known();
        let text = |number: Option<u32>| match known.value(number?) {
            Some(Value::Text(text)) => Some(text.as_ref()),
            _ => None,
        };
        numbers.map(text).collect()
    }

    /// Gives the whole numbers back.
    pub(super) fn wholes(&self, numbers: impl Iterator<Item = Option<u32>>) -> Int32Array {
        let known = self.known();
        let whole = |number: Option<u32>| match known.value(number?) {
            Some(Value::Whole(whole)) => Some(*whole),
            _ => None,
        };
        numbers.map(whole).collect()
    }

    // What a panic left is whole: a value is put in after nothing can fail any more.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn value(&self, number: u32) -> Option<&Value> {
        self.values.get(usize::try_from(number).ok()?)
    }
}
