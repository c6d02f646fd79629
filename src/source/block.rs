//! Turns cells into blocks of rows that lie flat in memory, and lends them out again as cells.
//!
//! A row of a yearly export is read two or three times (its kind, its values, its place in a
//! complaint), so a cell is a small value that borrows its text, and a block is four allocations
//! however many cells it has.

use chrono::NaiveDateTime;
use unicode_normalization::{IsNormalized, is_nfc_quick};

use crate::vietnamese::fold::normalise;

/// What a file knows about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Cell<'a> {
    /// Nothing, or only blanks.
    #[default]
    Empty,
    /// Text, trimmed; in a block it is in NFC with line breaks as `\n`.
    Text(&'a str),
    /// A number and how the file shows it.
    Number {
        /// The number.
        value: f64,
        /// How the file shows it.
        shown: Shown,
    },
    /// A date or a time as the spreadsheet knows them.
    DateTime(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// An error value such as `#REF!`.
    Error(&'a str),
}

/// How a file shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plain,
    /// Times a hundred with a percent sign.
    Percent,
    /// The format does not tell.
    Unknown,
}

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
    numbers: Vec<u32>,
    /// Per row, the end of its cells.
    ends: Vec<usize>,
    cells: Vec<Stored>,
    text: String,
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
}

/// A range of bytes in the text of a block.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

impl<'a> Cell<'a> {
    /// Makes a text cell; text of nothing but blanks is empty.
    pub fn text(text: &'a str) -> Self {
        let text = text.trim_matches(is_blank);
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Tells whether nothing stands in the cell.
    pub fn is_empty(self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns the text of a text cell.
    pub fn as_text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{FEFF}' | '\u{200B}')
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
        }
    }
}

impl Block {
    /// Starts a block over a text in which its cells will stand.
    pub(super) fn over(text: String) -> Self {
        Self { text, ..Self::default() }
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

    /// Returns the text in which the cells stand.
    pub(super) fn source(&self) -> &str {
        &self.text
    }

    /// Adds a cell to the row that is being built.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        let stored = match cell {
            Cell::Empty => Stored::Empty,
            Cell::Text(text) => Stored::Text(self.store(text)),
            Cell::Number { value, shown } => Stored::Number(value, shown),
            Cell::DateTime(time) => Stored::DateTime(time),
            Cell::Bool(value) => Stored::Bool(value),
            Cell::Error(text) => Stored::Error(self.store(text)),
        };
        self.cells.push(stored);
    }

    /// Adds a text cell that stands in the block's text already.
    pub(super) fn push_range(&mut self, start: usize, end: usize) {
        let raw = self.text.get(start..end).unwrap_or_default();
        let Cell::Text(text) = Cell::text(raw) else { return self.cells.push(Stored::Empty) };
        if is_stored_form(text) {
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

    /// Adds a copy of a row.
    pub fn push_row(&mut self, row: &Row<'_>) {
        row.cells().for_each(|cell| self.push(cell));
        self.end_row(row.number);
    }

    /// Adds copies of rows from another block.
    pub fn extend(&mut self, other: &Self) {
        other.rows().for_each(|row| self.push_row(&row));
    }

    fn store(&mut self, text: &str) -> Span {
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
    let has_return = || text.as_bytes().contains(&b'\r');
    let is_composed =
        || is_nfc_quick(text.chars()) == IsNormalized::Yes && !text.contains(['\u{D0}', '\u{189}']);
    !has_return() && (text.is_ascii() || is_composed())
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
        let mut block = Block::over(" Hồ sơ \u{110}".to_owned());
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
