//! Turns texts that stand in many rows into numbers while the rows are sorted, and back.
//!
//! A name of a hundred bytes is written, read and moved four times on its way into the file. A text that
//! was met before travels as its number. Texts that would not fit into the memory set aside for them,
//! and those that nobody asked a number for, travel as they are, so any column can be kept so.

use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::array::StringArray;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, DictionaryArray, StringBuilder, UInt32Array,
};
use datafusion::arrow::datatypes::UInt32Type;
use datafusion::arrow::error::ArrowError;
use datafusion::common::HashMap;

/// Bytes of the texts of a column that have numbers.
const MOST_BYTES: usize = 4 << 20;

/// The first byte of a number; no text in UTF-8 has it.
const NUMBER: u8 = 0xFF;

/// The numbered texts of a column.
#[derive(Debug, Default)]
pub struct Words(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    bytes: usize,
}

impl Words {
    /// Returns the number of a text, a new one if it has none; `None` if there is no room for it.
    pub fn number(&self, text: &str) -> Option<u32> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(text) {
            return Some(*number);
        }
        if known.bytes + text.len() > MOST_BYTES {
            return None;
        }
        let number = u32::try_from(known.texts.len()).ok()?;
        let text: Arc<str> = text.into();
        // Even an empty text takes room.
        known.bytes += text.len() + size_of::<Arc<str>>();
        known.texts.push(Arc::clone(&text));
        known.numbers.insert(text, number);
        Some(number)
    }

    /// Adds a numbered text to a narrow column.
    pub fn push_number(column: &mut BinaryBuilder, number: u32) {
        let [a, b, c, d] = number.to_le_bytes();
        column.append_value([NUMBER, a, b, c, d]);
    }

    /// Turns a narrow column back into its texts; a dictionary of them where all have numbers.
    pub(super) fn read(&self, narrow: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        let narrow = narrow.as_binary::<i32>();
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let numbers: UInt32Array = narrow.iter().map(|value| value.and_then(read_number)).collect();
        if numbers.null_count() == narrow.null_count() {
            let texts = StringArray::from_iter_values(known.texts.iter());
            return Ok(Arc::new(DictionaryArray::<UInt32Type>::try_new(numbers, Arc::new(texts))?));
        }
        let mut texts = StringBuilder::with_capacity(narrow.len(), narrow.value_data().len());
        for value in narrow {
            texts.append_option(match value {
                None => None,
                Some(value) => {
                    Some(match read_number(value).and_then(|number| known.texts.get(number as usize)) {
                        Some(text) => text,
                        None => std::str::from_utf8(value)
                            .map_err(|cause| ArrowError::InvalidArgumentError(cause.to_string()))?,
                    })
                }
            });
        }
        Ok(Arc::new(texts.finish()))
    }
}

fn read_number(value: &[u8]) -> Option<u32> {
    let [NUMBER, number @ ..] = value else { return None };
    Some(u32::from_le_bytes(number.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::DataType;

    use super::*;

    fn read(
        words: &Words,
        texts: &[Option<&str>],
        is_numbered: &dyn Fn(&str) -> bool,
    ) -> Vec<Option<String>> {
        let mut narrow = BinaryBuilder::new();
        for text in texts {
            match text.map(|text| (text, is_numbered(text).then(|| words.number(text)).flatten())) {
                Some((_, Some(number))) => Words::push_number(&mut narrow, number),
                Some((text, None)) => narrow.append_value(text),
                None => narrow.append_null(),
            }
        }
        let narrow: ArrayRef = Arc::new(narrow.finish());
        let wide = cast(&words.read(&narrow).unwrap(), &DataType::Utf8).unwrap();
        wide.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn texts_come_back_with_and_without_numbers() {
        let texts = [Some("Sở"), None, Some(""), Some("abcd"), Some("abcde"), Some("Sở")];
        let wanted: Vec<Option<String>> = texts.iter().map(|text| text.map(str::to_owned)).collect();
        for is_numbered in
            [&|_: &str| true, &|_: &str| false, &|text: &str| text.is_ascii()] as [&dyn Fn(&str) -> bool; 3]
        {
            assert_eq!(read(&Words::default(), &texts, is_numbered), wanted);
        }
    }

    #[test]
    fn texts_beyond_the_memory_set_aside_have_no_number() {
        let words = Words::default();
        let long = "x".repeat(MOST_BYTES - 20);
        assert_eq!(words.number(&long), Some(0));
        assert_eq!(words.number("a text that has no room"), None);
        assert_eq!(read(&words, &[Some(&long), Some("y")], &|_| true).len(), 2);
    }
}
