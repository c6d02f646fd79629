//! Turns an export file into sheets of typed cells, whatever format it is in.
//!
//! The format is found from the bytes, because half of the `.xls` files that offices send are HTML
//! or text. Cells keep what the file knows about them (text, number, date) and nothing is
//! interpreted here: what a cell means depends on the contract.

mod ahead;
mod block;
mod book;
mod bytes;
mod cell;
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
mod rows;
mod spreadsheetml;
mod text;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use std::collections::BTreeMap;

pub use self::block::{Block, Row};
pub use self::cell::{Cell, Shown, Unreadable};
pub use self::encoding::TextEncoding;
pub use self::open::{STANDARD_INPUT, read_exports};
pub use self::rows::Rows;
use crate::progress::{Watcher, silent};
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
    /// All rows; blank ones count between the first used one and the last used one.
    pub rows: Rows,
    /// The merged regions.
    pub merges: Vec<Merge>,
    /// Whether the workbook counts days from 1 January 1904, as old ones from a Macintosh do.
    pub since_1904: bool,
    /// What a person should know about how it was read.
    pub notes: Notes,
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

    /// Adds what was noted elsewhere in the sheet.
    pub fn add(&mut self, other: &Self) {
        self.hidden_rows += other.hidden_rows;
        self.hidden_columns += other.hidden_columns;
        self.formulas += other.formulas;
        self.repaired += other.repaired;
        for (letters, cells) in &other.letters {
            *self.letters.entry(*letters).or_default() += cells;
        }
    }
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

impl Merge {
    /// Writes the region as spreadsheets do: `B5:B9`.
    pub fn address(&self) -> String {
        let (left, right) = (column_letters(self.left), column_letters(self.right));
        format!("{left}{}:{right}{}", self.top, self.bottom)
    }
}

/// What a caller may say about the file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The encoding of a text file, by its label (`utf-8`, `windows-1258`, …); found if not given.
    pub encoding: Option<String>,
    /// About how many bytes of delimited text are a block; it changes nothing but the memory.
    pub block_bytes: usize,
    /// Who watches the bytes of long texts go by.
    pub progress: Watcher,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { encoding: None, block_bytes: delimited::BLOCK_BYTES, progress: silent() }
    }
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
impl Sheet {
    /// Returns the texts of all rows; other cells are empty.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        let text = |cell: Cell<'_>| cell.as_text().unwrap_or("").to_owned();
        let rows = self.rows.head(usize::MAX).unwrap();
        rows.rows().map(|row| row.cells().map(text).collect()).collect()
    }
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
