//! Turns cells into blocks of rows that lie flat in memory, and lends them out again as cells.
//!
//! A row of a yearly export is read two or three times (its kind, its values, its place in a
//! complaint), so a cell is a small value that borrows its text, and a block is four allocations
//! however many cells it has.

use chrono::NaiveDateTime;
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::Notes;
use super::cell::{Cell, OwnedCell, Shown, Unreadable};
use crate::vietnamese::fold::normalise;

/// One row of a block.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// 1-based number in the file; a text record has the number of its first line.
    pub number: u32,
    cells: &'a [Stored],
    text: &'a str,
}

/// Consecutive rows of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// What was mended in its cells.
    pub(super) notes: Notes,
    numbers: Vec<u32>,
    /// Per row, the end of its cells.
    ends: Vec<usize>,
    cells: Vec<Stored>,
    text: String,
    /// Whether the text over which the block began is in the form in which it is stored.
    is_plain: bool,
}

/// A cell whose text stands in the text of its block.
#[derive(Debug, Clone, Copy)]
enum Stored {
    Empty,
    Text(Span),
    Number(f64, Shown),
    DateTime(NaiveDateTime),
    Bool(bool),
    Error(Span),
    Unreadable(Unreadable, Span),
}

/// A range of bytes in the text of a block.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

impl<'a> Row<'a> {
    /// Returns the cell of a column; a missing one is empty.
    pub fn cell(&self, column: usize) -> Cell<'a> {
        self.cells.get(column).map_or(Cell::Empty, |stored| stored.lend(self.text))
    }

    /// Returns the cells from the first column on; trailing empty ones may be missing.
    pub fn cells(&self) -> impl DoubleEndedIterator<Item = Cell<'a>> + ExactSizeIterator + use<'a> {
        let text = self.text;
        self.cells.iter().map(move |stored| stored.lend(text))
    }

    /// Returns the cells that hold something, with their columns.
    pub fn filled(&self) -> impl DoubleEndedIterator<Item = (usize, Cell<'a>)> + use<'a> {
        self.cells().enumerate().filter(|(_, cell)| !cell.is_empty())
    }

    /// Returns the number of cells.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// Tells whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|stored| matches!(stored, Stored::Empty))
    }
}

impl Stored {
    fn lend(self, text: &str) -> Cell<'_> {
        let lend = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(span) => Cell::Text(lend(span)),
            Self::Number(value, shown) => Cell::Number { value, shown },
            Self::DateTime(time) => Cell::DateTime(time),
            Self::Bool(value) => Cell::Bool(value),
            Self::Error(span) => Cell::Error(lend(span)),
            Self::Unreadable(why, span) => Cell::Unreadable(why, lend(span)),
        }
    }
}

impl Block {
    /// Starts a block over a text in which its cells will stand, in the memory of one that is not needed.
    pub(super) fn over(text: &str, mut spare: Self) -> Self {
        spare.clear();
        spare.text.push_str(text);
        spare.is_plain = is_plain(text.as_bytes());
        spare
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Returns the row at an index; beyond the last one it is empty and has number 0.
    pub fn row(&self, index: usize) -> Row<'_> {
        let start = index.checked_sub(1).and_then(|above| self.ends.get(above)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        Row {
            number: self.numbers.get(index).copied().unwrap_or(0),
            cells: self.cells.get(start..end).unwrap_or_default(),
            text: &self.text,
        }
    }

    /// Returns the rows in order.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Returns about how many bytes the block takes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.cells.len() * size_of::<Stored>()
    }

    /// Returns what was mended in its cells.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Returns the text in which the cells stand.
    pub(super) fn source(&self) -> &str {
        &self.text
    }

    /// Adds a cell to the row that is being built.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        let stored = self.store(cell);
        self.cells.push(stored);
    }

    /// Makes room for as many cells as the text will hold if its rows are like the first, and for some more.
    pub(super) fn reserve_like(&mut self, row_bytes: usize) {
        let rows = self.text.len() / row_bytes.max(1) * 5 / 4 + 1;
        self.cells.reserve(rows.saturating_mul(self.cells.len()));
        self.numbers.reserve(rows);
        self.ends.reserve(rows);
    }

    /// Forgets all rows and keeps the room for others.
    pub(super) fn clear(&mut self) {
        self.notes = Notes::default();
        self.numbers.clear();
        self.ends.clear();
        self.cells.clear();
        self.text.clear();
    }

    /// Adds a text cell that stands in the block's text already.
    pub(super) fn push_range(&mut self, start: usize, end: usize) {
        let raw = self.text.get(start..end).unwrap_or_default();
        let Cell::Text(text) = Cell::text(raw) else { return self.cells.push(Stored::Empty) };
        if self.is_plain || is_stored_form(text) {
            // `trim_matches` gives a part of the same text.
            let start = start + (text.as_ptr() as usize - raw.as_ptr() as usize);
            self.cells.push(Stored::Text(span(start, start + text.len())));
        } else {
            let text = text.to_owned();
            self.push(Cell::Text(&text));
        }
    }

    /// Ends the row that is being built.
    pub(super) fn end_row(&mut self, number: u32) {
        self.numbers.push(number);
        self.ends.push(self.cells.len());
    }

    /// Ends the row behind its last cell that holds something.
    pub(super) fn end_trimmed_row(&mut self, number: u32) {
        let start = self.ends.last().copied().unwrap_or(0);
        while self.cells.len() > start && matches!(self.cells.last(), Some(Stored::Empty)) {
            self.cells.pop();
        }
        self.end_row(number);
    }

    /// Adds a row of one cell.
    pub fn push_cell_row(&mut self, number: u32, cell: Cell<'_>) {
        self.push(cell);
        self.end_row(number);
    }

    /// Adds a copy of a row.
    pub fn push_row(&mut self, row: &Row<'_>) {
        row.cells().for_each(|cell| self.push(cell));
        self.end_row(row.number);
    }

    /// Adds copies of rows from another block.
    pub fn extend(&mut self, other: &Self) {
        other.rows().for_each(|row| self.push_row(&row));
    }

    /// Changes text cells; `change` gets the row, the column and the text, and returns what is to stand there.
    pub(super) fn change(&mut self, mut change: impl FnMut(&Row<'_>, usize, &str) -> Option<OwnedCell>) {
        let mut changed = Vec::new();
        let mut start = 0;
        for row in self.rows() {
            let texts = row.cells().enumerate().filter_map(|(at, cell)| Some((at, cell.as_text()?)));
            changed.extend(
                texts.filter_map(|(column, text)| Some((start + column, change(&row, column, text)?))),
            );
            start += row.width();
        }
        for (at, cell) in changed {
            self.cells[at] = self.store(cell.lend());
        }
    }

    fn store(&mut self, cell: Cell<'_>) -> Stored {
        match cell {
            Cell::Empty => Stored::Empty,
            Cell::Text(text) => Stored::Text(self.store_text(text)),
            Cell::Number { value, shown } => Stored::Number(value, shown),
            Cell::DateTime(time) => Stored::DateTime(time),
            Cell::Bool(value) => Stored::Bool(value),
            Cell::Error(text) => Stored::Error(self.store_text(text)),
            Cell::Unreadable(why, text) => Stored::Unreadable(why, self.store_text(text)),
        }
    }

    fn store_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        // Every text is in NFC from here on, so that headings, words and values need no second thought.
        if is_stored_form(text) {
            self.text.push_str(text);
        } else {
            self.text.push_str(&normalise(text).replace("\r\n", "\n").replace('\r', "\n"));
        }
        span(start, self.text.len())
    }
}

fn span(start: usize, end: usize) -> Span {
    // Blocks end long before four gigabytes of text.
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: place(start), end: place(end) }
}

/// Tells whether a text is already as it is stored, which nearly all are.
fn is_stored_form(text: &str) -> bool {
    is_plain(text.as_bytes())
        || (!text.contains(is_unified) && is_nfc_quick(text.chars()) == IsNormalized::Yes)
}

/// Letters that the stored form replaces although NFC keeps them.
fn is_unified(letter: char) -> bool {
    matches!(letter, '\r' | '\u{D0}' | '\u{189}' | '\u{FF01}'..='\u{FF5E}')
}

/// Knows from the bytes that a text is composed: ASCII and the letters of Vietnamese in one piece.
///
/// Letters U+00C0 to U+01BF and U+1E00 to U+1EFF never decompose or combine with the letter before
/// them in NFC (Unicode, `DerivedNormalizationProps.txt`, `NFC_QC`); the two strange capital D are not
/// among those that are let pass.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch many bytes are looked at at once")]
fn is_plain(bytes: &[u8]) -> bool {
    let is_odd = |pair: &[u8]| {
        let (lead, next) = (pair[0], pair[1]);
        let is_known = (lead == 0xC3) | (lead == 0xC4) | (lead == 0xC5) | (lead == 0xC6) | (lead == 0xE1);
        (lead == b'\r')
            | ((lead >= 0xC0) & !is_known)
            | ((lead == 0xC3) & (next == 0x90))
            | ((lead == 0xC6) & (next == 0x89))
            | ((lead == 0xE1) & !(0xB8..=0xBB).contains(&next))
    };
    // A leading byte is never the last one.
    !bytes.ends_with(b"\r") && !bytes.windows(2).fold(false, |odd, pair| odd | is_odd(pair))
}

#[cfg(test)]
impl Block {
    /// Builds the block of the given texts, from row 1.
    pub(crate) fn of_texts(rows: &[&[&str]]) -> Self {
        let mut block = Self::default();
        for (number, cells) in (1..).zip(rows) {
            cells.iter().for_each(|text| block.push(Cell::text(text)));
            block.end_row(number);
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Cell};

    #[test]
    fn texts_are_kept_composed_with_plain_line_breaks() {
        let mut block = Block::over(" Hồ sơ \u{110}", Block::of_texts(&[&["x"]]));
        let end = block.source().len();
        block.push_range(0, end);
        block.push(Cell::text("e\u{302}\u{301}\r\nx"));
        block.push(Cell::Error("#REF!"));
        block.end_row(7);
        block.end_row(8);
        let row = block.row(0);
        assert_eq!((row.number, row.width()), (7, 3));
        assert_eq!(row.cell(0), Cell::Text("Hồ sơ Đ"));
        assert_eq!(row.cell(1), Cell::Text("ế\nx"));
        assert_eq!(row.cell(2), Cell::Error("#REF!"));
        assert!(row.cell(3).is_empty() && block.row(1).is_blank() && block.row(2).is_blank());
    }
}
