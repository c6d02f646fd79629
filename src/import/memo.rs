//! Turns a text that was read before into what it was read as.
//!
//! Offices write the same few hundred names, codes and days into a hundred thousand rows, and reading
//! one again (spellings, patterns, words for nothing) takes many times as long as finding it here. A
//! column whose texts do not repeat is found out soon and left alone. What is remembered never
//! changes a result: a reading depends on nothing but the text.

use datafusion::common::HashMap;

use super::value::{Problem, Value};
use super::watch::ColumnWatch;
use crate::contract::Column;

/// Texts that are remembered of a column.
const MOST_TEXTS: usize = 4096;

/// Bytes of the longest text that is remembered.
const MOST_BYTES: usize = 256;

/// Texts after which it shows whether a column repeats any.
const TRIAL: u32 = 4096;

/// What the texts of one column were read as.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: HashMap<Box<str>, Reading>,
    asked: u32,
    found: u32,
    is_idle: bool,
}

/// What one text is in its column.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// The value, or why there is none.
    pub(super) value: Result<Value<'static>, Problem>,
    /// Whether the text says nothing about its column, so that the watch need not see it.
    pub(super) is_quiet: bool,
}

impl Memo {
    /// Finds a text.
    pub(super) fn find(&mut self, text: &str) -> Option<&Reading> {
        if self.is_idle {
            return None;
        }
        if self.asked == TRIAL {
            if self.found < TRIAL / 2 {
                *self = Self { is_idle: true, ..Self::default() };
                return None;
            }
            (self.asked, self.found) = (0, 0);
        }
        self.asked += 1;
        let found = self.known.get(text);
        self.found += u32::from(found.is_some());
        found
    }

    /// Remembers a text that was not found.
    ///
    /// `number` gives texts that will stand in many rows a number.
    pub(super) fn add(
        &mut self,
        text: &str,
        value: &Result<Value<'_>, Problem>,
        column: &Column,
        number: impl Fn(&str) -> Option<u32>,
    ) {
        if !self.is_idle && self.known.len() < MOST_TEXTS && text.len() <= MOST_BYTES {
            let value = value.clone().map(|value| match value {
                Value::Text(text) => {
                    number(&text).map_or_else(|| Value::Text(text.into_owned().into()), Value::Word)
                }
                value => value.into_owned(),
            });
            self.known.insert(text.into(), Reading { value, is_quiet: ColumnWatch::is_quiet(text, column) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Memo, TRIAL, Value};
    use crate::contract::parse_contract;

    const CONTRACT: &str = "title = \"x\"\n[[columns]]\nname = \"a\"\ntitle = \"A\"\ntype = \"text\"\n";

    fn count_found(texts: impl Iterator<Item = String>) -> usize {
        let contract = parse_contract("x", "x.toml", CONTRACT).unwrap();
        let mut memo = Memo::default();
        let read = |text: &String| {
            let found = memo.find(text).map(|known| known.value.clone());
            if found.is_none() {
                memo.add(text, &Ok(Value::Text(text.into())), &contract.columns[0], |_| None);
            }
            assert!(found.iter().all(|value| *value == Ok(Value::Text(text.into()))));
            found.is_some()
        };
        texts.filter(read).count()
    }

    #[test]
    fn texts_that_repeat_are_found_and_others_are_given_up() {
        let rows = 0..TRIAL * 3;
        assert_eq!(count_found(rows.clone().map(|row| (row % 100).to_string())), rows.len() - 100);
        assert_eq!(count_found(rows.map(|row| (row % (TRIAL * 2)).to_string())), 0);
    }
}
