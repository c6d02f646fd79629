//! Orders the categories of an axis or of the colours, and names them.
//!
//! The order is the author's, then the contract's, then that of numbers and dates, then the one of the
//! query's `ORDER BY`. A query without one returns its rows in any order, so there the words decide.

use datafusion::arrow::array::{Array as _, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use indexmap::IndexSet;

use super::{ColumnNotes, Table};
use crate::error::Lang;
use crate::vietnamese::fold::{fold, normalise};

/// Keys in order, each with its label; a missing value has the key `None` and comes last.
#[derive(Debug, Clone, Default)]
pub(super) struct Categories {
    keys: IndexSet<Option<String>>,
    labels: Vec<String>,
    /// Whether all keys are whole numbers or dates, which come in their natural order.
    pub(super) is_sequence: bool,
}

/// Where an aesthetic's values come from: the columns mapped to it.
pub(super) type Origins<'a> = Vec<(&'a Table, String)>;

impl Categories {
    /// Puts the keys in order. `found` are those of the layers' data; if the author listed some, the
    /// others have no place.
    pub(super) fn new(
        found: impl IntoIterator<Item = Option<String>>,
        listed: &[String],
        origins: &Origins,
        names: &[(String, Option<String>)],
        notes: &ColumnNotes,
        lang: Lang,
    ) -> Self {
        let found: IndexSet<Option<String>> = found.into_iter().collect();
        let has_missing = found.contains(&None);
        let mut keys: IndexSet<Option<String>> = IndexSet::new();
        keys.extend(listed.iter().map(|key| Some(key.clone())));
        if listed.is_empty() {
            keys.extend(
                origins.iter().flat_map(|(_, column)| notes.order_of(column)).map(|key| Some(key.clone())),
            );
        }
        keys.retain(|key| found.contains(key));
        let is_ordered_by_hand = !keys.is_empty() || !listed.is_empty();
        if listed.is_empty() {
            for (table, column) in origins {
                let mut appearing = appearing(table, column);
                if !table.is_ordered {
                    appearing.sort_by_cached_key(|key| (key.as_deref().map(fold), key.clone()));
                }
                keys.extend(appearing.into_iter().filter(|key| found.contains(key)));
            }
            let mut rest: Vec<Option<String>> = found.into_iter().collect();
            rest.sort();
            keys.extend(rest);
        }
        let is_sequence = !is_ordered_by_hand && sort_sequence(&mut keys);
        // What is missing cannot be listed, and is not left out.
        if keys.shift_remove(&None) || has_missing {
            keys.insert(None);
        }
        let labels = keys.iter().map(|key| label_of(key.as_deref(), names, lang)).collect();
        Self { keys, labels, is_sequence }
    }

    /// Returns the place of a key.
    pub(super) fn place(&self, key: Option<&String>) -> Option<usize> {
        self.keys.get_index_of(&key.cloned())
    }

    /// Keeps the categories at these places.
    pub(super) fn only(&self, places: &[usize]) -> Self {
        let keys = places.iter().filter_map(|place| self.keys.get_index(*place).cloned()).collect();
        let labels = places.iter().filter_map(|place| self.labels.get(*place).cloned()).collect();
        Self { keys, labels, is_sequence: self.is_sequence }
    }

    /// Returns the place of what is missing.
    pub(super) fn unknown(&self) -> Option<usize> {
        self.keys.get_index_of(&None)
    }

    /// Returns the keys in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Option<String>> {
        self.keys.iter()
    }

    /// Returns the labels in order.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }
}

fn appearing(table: &Table, column: &str) -> IndexSet<Option<String>> {
    let lower = column.to_lowercase();
    let index = table.schema.fields().iter().position(|field| field.name().to_lowercase() == lower);
    let mut keys = IndexSet::new();
    for batch in &table.batches {
        let texts = index.and_then(|index| cast(batch.column(index), &DataType::Utf8).ok());
        if let Some(texts) = texts.as_ref().and_then(|texts| texts.as_string_opt::<i32>()) {
            keys.extend((0..texts.len()).map(|row| texts.is_valid(row).then(|| texts.value(row).to_owned())));
        }
    }
    keys
}

/// Sorts the keys if they are all whole numbers, or all dates; tells whether they are.
fn sort_sequence(keys: &mut IndexSet<Option<String>>) -> bool {
    let texts = || keys.iter().flatten();
    let is_numbers = texts().all(|text| text.parse::<i64>().is_ok());
    let is_dates = texts().all(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok());
    if texts().next().is_none() || !(is_numbers || is_dates) {
        return false;
    }
    if is_numbers {
        keys.sort_by_key(|key| key.as_ref().and_then(|text| text.parse::<i64>().ok()));
    } else {
        keys.sort();
    }
    true
}

fn label_of(key: Option<&str>, names: &[(String, Option<String>)], lang: Lang) -> String {
    let plain = plain_label(key, lang);
    let is_named = |name: &&(String, Option<String>)| match key {
        Some(key) => name.0 == key,
        None => name.0.eq_ignore_ascii_case("null"),
    };
    if let Some((_, label)) = names.iter().find(is_named) {
        return normalise(label.as_deref().unwrap_or_default());
    }
    match names.iter().find(|name| name.0 == "*") {
        Some((_, template)) => normalise(&template.as_deref().unwrap_or_default().replace("{}", &plain)),
        None => plain,
    }
}

fn plain_label(key: Option<&str>, lang: Lang) -> String {
    match (key, lang) {
        (None, Lang::En) => "Not stated".to_owned(),
        (None, Lang::Vi) => "Không rõ".to_owned(),
        (Some("true"), Lang::Vi) => "có".to_owned(),
        (Some("false"), Lang::Vi) => "không".to_owned(),
        (Some("true"), Lang::En) => "yes".to_owned(),
        (Some("false"), Lang::En) => "no".to_owned(),
        (Some(key), _) if key == ggsql::naming::stat_column("dummy") => String::new(),
        (Some(key), _) => visible(&normalise(key)),
    }
}

/// Takes out what has no shape of its own and would only disturb the line: controls, and marks that
/// turn the direction of writing.
pub(super) fn visible(text: &str) -> String {
    let is_hidden = |letter: &char| matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let shown = text.chars().filter(|letter| !is_hidden(letter));
    shown.map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
