//! Turns an export file into sheets of typed cells, whatever format it is in.
//!
//! The format is found from the bytes, because half of the `.xls` files that offices send are HTML
//! or text. Cells keep what the file knows about them (text, number, date) and nothing is
//! interpreted here: what a cell means depends on the contract.

mod book;
mod bytes;
mod delimited;
mod encoding;
mod fonts;
mod grid;
mod html;
pub mod limits;
mod mend;
mod mhtml;
mod number_format;
mod ods;
mod open;
mod package;
mod spreadsheetml;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

pub use self::encoding::TextEncoding;
pub use self::open::read_exports;
use crate::vietnamese::fold::normalise;
use crate::vietnamese::letters::Letters;

/// One export file, read.
#[derive(Debug, Clone)]
pub struct Export {
    /// The path as the user gave it, followed by the member's name if it is in an archive.
    pub file: String,
    /// The name without folders: `a.xlsx`, `archive.zip/a.xlsx`.
    pub name: String,
    /// SHA-256 of the export's own bytes (unpacked, if it is in an archive), in hexadecimal.
    pub sha256: String,
    /// Number of those bytes.
    pub bytes: u64,
    /// What the bytes turned out to be.
    pub format: Format,
    /// The encoding of a text.
    pub encoding: Option<TextEncoding>,
    /// The sheets in the file's order; formats without sheets have one without a name.
    pub sheets: Vec<Sheet>,
}

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel workbook since 2007, with or without macros.
    Xlsx,
    /// The same in binary parts.
    Xlsb,
    /// Excel workbook before 2007.
    Xls,
    /// `OpenDocument` spreadsheet, packed or flat.
    Ods,
    /// Excel's XML of 2003, often named `.xls`.
    SpreadsheetMl,
    /// Tables of a web page, often named `.xls`.
    Html,
    /// Text with a delimiter.
    Delimited(char),
}

/// One sheet.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The name, if the format has sheets.
    pub name: Option<String>,
    /// Whether the sheet is shown when the file is opened.
    pub visible: bool,
    /// All rows from the first used one to the last used one, empty ones included.
    pub rows: Vec<Row>,
    /// The merged regions.
    pub merges: Vec<Merge>,
    /// What a person should know about how it was read.
    pub notes: Notes,
    /// Whether the workbook counts days from 1 January 1904, as old ones from a Macintosh do.
    pub since_1904: bool,
}

/// What a person should know about how a sheet was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Hidden rows that hold something; they are read.
    pub hidden_rows: u64,
    /// Hidden columns that hold something; they are read.
    pub hidden_columns: u64,
    /// Cells whose value is the stored result of a formula.
    pub formulas: u64,
    /// Cells read in an old encoding, by encoding.
    pub letters: BTreeMap<Letters, u64>,
    /// Cells of UTF-8 that had been read as Western text, put right.
    pub repaired: u64,
}

impl Notes {
    fn count_letters(&mut self, letters: Letters) {
        *self.letters.entry(letters).or_default() += 1;
    }
}

/// One row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// 1-based number in the file; a text record has the number of its first line.
    pub number: u32,
    /// The cells from the first column on; trailing empty ones may be missing.
    pub cells: Vec<Cell>,
}

/// A merged region: 1-based row numbers and 0-based columns, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// First row number.
    pub top: u32,
    /// Last row number.
    pub bottom: u32,
    /// First column.
    pub left: usize,
    /// Last column.
    pub right: usize,
}

/// What a file knows about a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or only blanks.
    #[default]
    Empty,
    /// Text in NFC, trimmed; line breaks are `\n`.
    Text(String),
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
    Error(String),
    /// Something stands there, and nobody can say what.
    Unreadable(Unreadable),
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// A formula that no program has computed.
    NoResult,
    /// Letters were lost where UTF-8 was read as Western text.
    LostLetters {
        /// What is left.
        text: String,
    },
    /// Two encodings fit equally.
    UnclearLetters {
        /// The text as it stands.
        text: String,
    },
}

/// How a file shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plain,
    /// Times a hundred with a percent sign.
    Percent,
}

/// What a caller may say about the file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The encoding of a text file, by its label (`utf-8`, `windows-1258`, …); found if not given.
    pub encoding: Option<String>,
}

impl Cell {
    /// Makes a text cell in NFC; text of nothing but blanks is empty.
    pub fn text(text: &str) -> Self {
        let text = text.trim_matches(is_blank);
        if text.is_empty() {
            return Self::Empty;
        }
        // Every text is in NFC from here on, so that headings, words and values need no second thought.
        Self::Text(normalise(text).replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// Tells whether nothing stands in the cell.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns the text of a text cell.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Row {
    /// Returns the cell of a column; a missing one is empty.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Tells whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

impl Sheet {
    /// Returns the number of columns that any row uses.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{FEFF}' | '\u{200B}')
}

/// Writes a 0-based column as spreadsheets do: `A`, `Z`, `AA`.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_are_lettered_as_in_spreadsheets() {
        let letters: Vec<String> = [0, 25, 26, 701, 702].map(column_letters).into();
        assert_eq!(letters, ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
