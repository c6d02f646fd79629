//! Turns the values of a column into numbers and back.
//!
//! A batch's texts are views, and equal views of one batch are equal texts: so a small table per batch, by view, answers for
//! nearly every row, and texts themselves are looked up once for each view.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, Int32Array, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_datafusion_err, internal_err};

/// Places of the table of a batch, as a power of two.
const SLOT_BITS: u32 = 10;
/// Places that a view may take: the one of its hash, or one of those after it.
const TRIES: usize = 4;
/// An odd number whose bits look drawn: the golden ratio's.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// No number.
const FREE: u32 = u32::MAX;

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
    /// Numbers each row of a column of texts (string views) or whole numbers of 32 bits.
    pub(super) fn number_rows(&self, column: &ArrayRef) -> Result<Vec<u32>> {
        match column.data_type() {
            DataType::Utf8View => self.number_texts(column.as_string_view()),
            DataType::Int32 => self.number_wholes(column.as_primitive::<Int32Type>()),
            other => internal_err!("{other} is not numbered"),
        }
    }

    fn number_texts(&self, texts: &StringViewArray) -> Result<Vec<u32>> {
        let mut seen = Seen::new();
        let number = |(row, view): (usize, &u128)| {
            seen.find_or(*view, || self.number(Value::Text(texts.value(row).into())))
        };
        let Some(nulls) = texts.nulls().filter(|nulls| nulls.null_count() > 0) else {
            return texts.views().iter().enumerate().map(number).collect();
        };
        let none = self.number(Value::None)?;
        let mut number = number;
        let rows = texts.views().iter().enumerate();
        rows.map(|row| if nulls.is_null(row.0) { Ok(none) } else { number(row) }).collect()
    }

    /// Looks a value up only where it differs from the row before: a file's rows are all of one year.
    fn number_wholes(&self, wholes: &Int32Array) -> Result<Vec<u32>> {
        let mut last = None;
        wholes
            .iter()
            .map(|whole| match last {
                Some((value, number)) if value == whole => Ok(number),
                _ => {
                    let number = self.number(whole.map_or(Value::None, Value::Whole))?;
                    last = Some((whole, number));
                    Ok(number)
                }
            })
            .collect()
    }

    fn number(&self, value: Value) -> Result<u32> {
        let mut known = self.known();
        if let Some(number) = known.numbers.get(&value) {
            return Ok(*number);
        }
        let number = u32::try_from(known.values.len()).ok().filter(|number| *number != FREE);
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

/// The numbers of views that a batch has shown.
struct Seen {
    slots: Vec<(u128, u32)>,
}

impl Seen {
    fn new() -> Self {
        Self { slots: vec![(0, FREE); (1 << SLOT_BITS) + TRIES] }
    }

    /// Takes the number of a view, or asks for it, and remembers it where there is room.
    fn find_or(&mut self, view: u128, ask: impl FnOnce() -> Result<u32>) -> Result<u32> {
        let at = place_of(view);
        for slot in &mut self.slots[at..at + TRIES] {
            if slot.1 == FREE {
                *slot = (view, ask()?);
                return Ok(slot.1);
            }
            if slot.0 == view {
                return Ok(slot.1);
            }
        }
        ask()
    }
}

/// Where the search for a view begins.
fn place_of(view: u128) -> usize {
    let bytes = view.to_le_bytes();
    let (halves, _) = bytes.as_chunks::<8>();
    let folded = u64::from_le_bytes(halves[0]) ^ u64::from_le_bytes(halves[1]).rotate_left(32);
    usize::try_from(folded.wrapping_mul(SPREAD) >> (u64::BITS - SLOT_BITS)).unwrap_or_default()
}
