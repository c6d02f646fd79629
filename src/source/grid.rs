//! Turns cells at addresses into the rows of a sheet.
//!
//! Every reader of a format with addresses puts its cells here, so that forged addresses, cells
//! that stand twice and sheets of nothing but gaps are refused in one place.

use super::cell::Cell;
use super::limits::{self, Budget};
use super::rows::{Rows, RowsBuilder};
use super::{Merge, Notes, Sheet, column_letters};
use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// A sheet that is being filled.
#[derive(Debug)]
pub(super) struct Grid<'b> {
    budget: &'b mut Budget,
    rows: RowsBuilder,
    /// The lowest and the highest row number so far.
    span: Option<(u32, u32)>,
    /// Places taken in the highest row.
    width: usize,
    merges: Vec<Merge>,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<(usize, usize)>,
    /// What readers count.
    pub(super) notes: Notes,
}

impl<'b> Grid<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        Self {
            budget,
            rows: RowsBuilder::default(),
            span: None,
            width: 0,
            merges: Vec::new(),
            hidden_rows: Vec::new(),
            hidden_columns: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Puts a cell at a 1-based row number and a 0-based column.
    ///
    /// # Errors
    /// If the address lies outside of any sheet, is taken, or the export grows too large.
    pub(super) fn put(&mut self, number: u32, column: usize, cell: Cell<'_>) -> Result<()> {
        if cell.is_empty() {
            return Ok(());
        }
        check_address(number, column)?;
        if let Some(text) = cell.as_text() {
            self.budget.take_text(text.len())?;
        }
        self.take_room(number, column)?;
        self.rows.put(number, column, cell);
        Ok(())
    }

    /// Takes room for a cell, the empty ones before it in its row, and the blank rows in between.
    fn take_room(&mut self, number: u32, column: usize) -> Result<()> {
        let (lowest, highest) = self.span.unwrap_or((number, number));
        if number > highest {
            self.width = 0;
        }
        let rows = number.saturating_sub(highest).max(lowest.saturating_sub(number)) as usize;
        let cells = if number < highest { 1 } else { (column + 1).saturating_sub(self.width).max(1) };
        self.width = if number < highest { self.width } else { self.width.max(column + 1) };
        self.span = Some((lowest.min(number), highest.max(number)));
        self.budget.take_cells(rows + cells)
    }

    /// Adds a merged region of more than one cell.
    ///
    /// # Errors
    /// If it lies outside of any sheet, or there are too many.
    pub(super) fn merge(&mut self, merge: Merge) -> Result<()> {
        check_address(merge.top.max(merge.bottom), merge.left.max(merge.right))?;
        if merge.top > merge.bottom || merge.left > merge.right {
            return Err(SourceFault::Damaged.into());
        }
        if merge.top == merge.bottom && merge.left == merge.right {
            return Ok(());
        }
        if self.merges.len() >= limits::MERGES {
            return Err(SourceFault::TooManyMerges { limit: limits::MERGES }.into());
        }
        self.merges.push(merge);
        Ok(())
    }

    /// Remembers that a row is hidden.
    pub(super) fn hide_row(&mut self, number: u32) {
        if self.hidden_rows.len() < limits::ROWS as usize {
            self.hidden_rows.push(number);
        }
    }

    /// Remembers that the columns `first..=last` are hidden.
    pub(super) fn hide_columns(&mut self, first: usize, last: usize) {
        if self.hidden_columns.len() < limits::COLUMNS {
            self.hidden_columns.push((first, last.min(limits::COLUMNS - 1)));
        }
    }

    /// Returns the sheet; hidden rows and columns count where something stands in them.
    ///
    /// # Errors
    /// If two cells have one address.
    pub(super) fn finish(self, name: Option<String>, visible: bool) -> Result<Sheet> {
        let rows = self.rows.finish().map_err(|(number, column)| {
            Error::from(SourceFault::CellTwice { address: address(number, column) })
        })?;
        let (hidden_rows, hidden_columns) = count_hidden(&rows, self.hidden_rows, &self.hidden_columns)?;
        let notes = Notes { hidden_rows, hidden_columns, ..self.notes };
        Ok(Sheet { name, visible, rows, merges: self.merges, notes, ..Sheet::default() })
    }
}

/// Counts the hidden rows and columns in which something stands.
fn count_hidden(
    rows: &Rows,
    mut hidden_rows: Vec<u32>,
    hidden_columns: &[(usize, usize)],
) -> Result<(u64, u64)> {
    if hidden_rows.is_empty() && hidden_columns.is_empty() {
        return Ok((0, 0));
    }
    hidden_rows.sort_unstable();
    let mut used_rows = 0;
    let mut used_columns: Vec<bool> = Vec::new();
    for index in 0..rows.blocks() {
        let block = rows.block(index)?;
        for row in block.rows().filter(|row| !row.is_blank()) {
            used_rows += u64::from(hidden_rows.binary_search(&row.number).is_ok());
            used_columns.resize(used_columns.len().max(row.width()), false);
            row.filled().for_each(|(column, _)| used_columns[column] = true);
        }
    }
    let is_hidden =
        |column: &usize| hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(column));
    let hidden = (0..used_columns.len()).filter(|column| used_columns[*column]).filter(is_hidden).count();
    Ok((used_rows, hidden as u64))
}

fn check_address(number: u32, column: usize) -> Result<(), Error> {
    if number == 0 || number > limits::ROWS || column >= limits::COLUMNS {
        return Err(SourceFault::OutsideSheet { address: address(number, column) }.into());
    }
    Ok(())
}

fn address(number: u32, column: usize) -> String {
    format!("{}{number}", column_letters(column))
}

/// Reads `AB12` as a 1-based row number and a 0-based column; `None` if it is no address.
pub(super) fn parse_address(text: &str) -> Option<(u32, usize)> {
    let text = text.as_bytes();
    let mut at = 0;
    let mut column = 0_usize;
    let skip_dollar = |at: &mut usize| *at += usize::from(text.get(*at) == Some(&b'$'));
    skip_dollar(&mut at);
    while let Some(letter) = text.get(at).filter(|letter| letter.is_ascii_alphabetic()) {
        let value = usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(value)?;
        at += 1;
    }
    skip_dollar(&mut at);
    let digits = text.get(at..)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, column.checked_sub(1)?))
}

/// Reads `A1:B2`, or `A1` alone, as a region.
pub(super) fn parse_region(text: &str) -> Option<Merge> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (parse_address(from)?, parse_address(to)?);
    Some(Merge { top, bottom, left, right })
}

#[cfg(test)]
mod tests {
    use super::super::limits::Budget;
    use super::{Cell, Grid, parse_address, parse_region};
    use crate::source::Merge;

    #[test]
    fn addresses_are_read_and_nonsense_is_not() {
        assert_eq!(parse_address("A1"), Some((1, 0)));
        assert_eq!(parse_address("$XFD$1048576"), Some((1_048_576, 16_383)));
        for text in ["", "1", "A", "A-1", "ZZZZZZZZZZZZZZZZZZZZ1", "A1x", "A+1", "A99999999999"] {
            assert_eq!(parse_address(text), None, "{text}");
        }
        assert_eq!(parse_region("A1:B2"), Some(Merge { top: 1, bottom: 2, left: 0, right: 1 }));
    }

    #[test]
    fn rows_between_used_rows_are_kept_as_blank() {
        let mut budget = Budget::default();
        let mut grid = Grid::new(&mut budget);
        for (number, column) in [(5, 2), (3, 0), (7, 1)] {
            grid.put(number, column, Cell::text("x")).unwrap();
        }
        grid.hide_row(3);
        grid.hide_row(4);
        grid.hide_columns(1, 20);
        let sheet = grid.finish(None, true).unwrap();
        let rows = sheet.rows.head(100).unwrap();
        let numbers: Vec<u32> = rows.rows().map(|row| row.number).collect();
        assert_eq!(numbers, [3, 4, 5, 6, 7]);
        assert!(rows.row(1).is_blank());
        assert_eq!((sheet.notes.hidden_rows, sheet.notes.hidden_columns), (1, 2));
    }

    #[test]
    fn forged_and_repeated_addresses_are_refused() {
        let mut budget = Budget::default();
        let mut grid = Grid::new(&mut budget);
        grid.put(1, 0, Cell::text("x")).unwrap();
        assert!(grid.put(0, 0, Cell::text("y")).is_err());
        assert!(grid.put(1_048_577, 0, Cell::text("y")).is_err());
        assert!(grid.put(1, 16_384, Cell::text("y")).is_err());
        assert!(grid.merge(Merge { top: 2, bottom: 1, left: 0, right: 0 }).is_err());
        grid.put(1, 0, Cell::text("y")).unwrap();
        assert!(grid.finish(None, true).is_err());
    }

    #[test]
    fn a_sheet_of_gaps_is_refused_before_it_fills_the_memory() {
        let mut budget = Budget::default();
        let mut grid = Grid::new(&mut budget);
        let refused = (1..1_000_000).find(|number| grid.put(*number, 16_383, Cell::text("x")).is_err());
        assert!(refused.unwrap() < 2_000);
    }
}
