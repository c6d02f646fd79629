//! Turns a record and a column of the contract into the cell that holds the value.
//!
//! Most values stand in the row itself; others stand in the heading of a group, in the upper row of
//! a wide table's header, or above the table. Where they stand is found once per column.

use super::locate::{Located, Record};
use crate::contract::{Column, ColumnType, Contract, ValueSource};
use crate::source::{Cell, Row};
use crate::vietnamese::fold::fold;

/// Where the values of one of the contract's columns stand in a sheet.
#[derive(Debug)]
pub struct Source<'c> {
    /// The column whose cells are read, which can be another one's.
    column: &'c Column,
    /// The column of the sheet in which all values stand, as in nearly every sheet.
    only: Option<usize>,
    /// The column of the sheet, per block of a wide table.
    places: Vec<Option<usize>>,
    /// Whether the value is the block's own name.
    is_block: bool,
    /// Per group, its words for this column and the group that says them.
    group_words: Vec<(usize, String)>,
}

/// The cell that one column of a record reads, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// What stands there.
    pub cell: Cell<'a>,
    /// Number of the row.
    pub row: u32,
    /// The column of the sheet, unless nothing stands anywhere.
    pub column: Option<usize>,
}

impl Source<'_> {
    /// Tells whether any record can have a value.
    pub fn is_present(&self) -> bool {
        self.is_block || self.column.from.is_some() || self.places.iter().any(Option::is_some)
    }
}

impl Located<'_> {
    /// Finds where the values of the contract's column `field` stand.
    pub fn find_source<'c>(&self, field: usize, contract: &'c Contract) -> Source<'c> {
        let named = |name: &String| {
            contract.columns.iter().position(|column| column.name == *name && column.cell_of.is_none())
        };
        let field = contract.columns[field].cell_of.as_ref().and_then(named).unwrap_or(field);
        let column = &contract.columns[field];
        let place = |block: Option<&str>| self.header.place_of(field, block).map(|heading| heading.column);
        let is_block = contract.unpivot.as_ref().is_some_and(|unpivot| unpivot.column == column.name);
        let groups = if column.from == Some(ValueSource::GroupRow) { self.groups.len() } else { 0 };
        let places = if self.blocks.is_empty() {
            vec![place(None)]
        } else {
            self.blocks.iter().map(|block| place(Some(block))).collect()
        };
        let is_plain = self.blocks.is_empty() && column.from.is_none() && self.merged().is_empty();
        Source {
            column,
            only: places.first().copied().flatten().filter(|_| is_plain),
            places,
            is_block: is_block && !self.blocks.is_empty(),
            group_words: (0..groups).map(|group| self.read_group(group, column)).collect(),
        }
    }

    /// Reads the innermost group whose words the column knows, or else the group itself.
    fn read_group(&self, group: usize, column: &Column) -> (usize, String) {
        let known = self
            .groups_around(Some(group))
            .find_map(|around| Some((around, group_value(&self.groups[around].heading.label, column)?)));
        known.unwrap_or_else(|| (group, self.groups[group].heading.label.clone()))
    }

    /// Finds the cell that a record reads; `as_of` is the date that the preamble gives.
    pub fn find_slot<'s>(
        &'s self,
        source: &'s Source<'_>,
        row: &Row<'s>,
        record: &Record,
        as_of: Cell<'s>,
    ) -> Slot<'s> {
        match source.only {
            Some(column) => Slot { cell: row.cell(column), row: row.number, column: Some(column) },
            None => self.search_slot(source, row, record, as_of),
        }
    }

    fn search_slot<'s>(
        &'s self,
        source: &'s Source<'_>,
        row: &Row<'s>,
        record: &Record,
        as_of: Cell<'s>,
    ) -> Slot<'s> {
        let block = record.block.unwrap_or(0);
        let unplaced = |cell| Slot { cell, row: row.number, column: None };
        if source.is_block {
            return unplaced(self.blocks.get(block).map_or(Cell::Empty, |block| Cell::text(block)));
        }
        let column = source.places.get(block).copied().flatten();
        let own = column.map_or(Cell::Empty, |column| row.cell(column));
        let cell = match column {
            Some(column) if own.is_empty() => self.merged().cell(row.number, column),
            _ => own,
        };
        match source.column.from.filter(|_| is_missing(cell, source.column)) {
            None => Slot { cell, row: row.number, column },
            Some(ValueSource::Preamble) => unplaced(as_of),
            Some(ValueSource::GroupRow) => {
                let words = record.group.and_then(|group| source.group_words.get(group));
                words.map_or(unplaced(Cell::Empty), |(group, words)| {
                    let group = &self.groups[*group];
                    Slot { cell: Cell::text(words), row: group.row, column: Some(group.column) }
                })
            }
        }
    }
}

/// Reads a group's words as a category: whole, or behind the column's own title (`Lĩnh vực …`).
fn group_value(label: &str, column: &Column) -> Option<String> {
    if column.kind != ColumnType::Category {
        return None;
    }
    let spellings = || column.categories.values().flatten();
    let folded = fold(label);
    let titles = std::iter::once(&column.title).chain(&column.aliases).map(|title| fold(title));
    let bare = titles.filter_map(|title| folded.strip_prefix(&title).map(|rest| rest.trim().to_owned()));
    let keys: Vec<String> = std::iter::once(folded.clone()).chain(bare).collect();
    spellings().find(|spelling| keys.contains(&fold(spelling))).cloned()
}

/// Tells whether a cell holds no value: it is empty, or says so in one of the column's words.
pub(super) fn is_missing(cell: Cell<'_>, column: &Column) -> bool {
    let says_so = |text: &str| {
        let mut words = column.missing_values.iter();
        words.any(|word| word == text || (word.contains(char::is_alphanumeric) && fold(word) == fold(text)))
    };
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => says_so(text),
        _ => false,
    }
}
