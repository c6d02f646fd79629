//! Turns an export file into sheets of typed cells, whatever format it is in.
//!
//! The format is found from the bytes, because half of the `.xls` files that offices send are HTML
//! or text. Cells keep what the file knows about them (text, number, date) and nothing is
//! interpreted here: what a cell means depends on the contract.

mod delimited;
mod encoding;
mod html;
mod xls;
mod xlsx;

use std::path::Path;

use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};

use crate::contract::hex;
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;
use crate::vietnamese::fold::normalise;
use crate::workspace::unreadable;

/// One export file, read.
#[derive(Debug, Clone)]
pub struct Export {
    /// The path as the user gave it.
    pub file: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// What the bytes turned out to be.
    pub format: Format,
    /// The sheets in the file's order; formats without sheets have one without a name.
    pub sheets: Vec<Sheet>,
}

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel workbook since 2007.
    Xlsx,
    /// Excel workbook before 2007.
    Xls,
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
    /// Whether the workbook counts days from 1 January 1904, as old ones from a Macintosh do.
    pub since_1904: bool,
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

    /// Builds the rows from cells at 1-based row numbers and 0-based columns.
    fn from_cells(cells: impl IntoIterator<Item = (u32, usize, Cell)>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        let mut first = None;
        let fits = |number: u32, column: usize| number <= MOST_ROWS && column < MOST_COLUMNS;
        let used =
            cells.into_iter().filter(|(number, column, cell)| !cell.is_empty() && fits(*number, *column));
        for (number, column, cell) in used {
            // The formats store cells row by row; one that does not is out of order and ignored.
            let first = *first.get_or_insert(number);
            let Some(at) = number.checked_sub(first).map(|at| at as usize) else { continue };
            while rows.len() <= at {
                let number = first.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
                rows.push(Row { number, cells: Vec::new() });
            }
            let row = &mut rows[at].cells;
            if row.len() <= column {
                row.resize(column + 1, Cell::Empty);
            }
            row[column] = cell;
        }
        Self { rows, ..Self::default() }
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{FEFF}' | '\u{200B}')
}

/// Limits of a sheet in the formats that have sheets; a cell beyond them is a forged address.
const MOST_COLUMNS: usize = 16_384;
const MOST_ROWS: u32 = 1_048_576;

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

/// Reads an export.
///
/// # Errors
/// [`SourceFault`] if the file is empty, encrypted, damaged or of an unknown format, and
/// `WorkspaceFault::Unreadable` if it cannot be opened.
pub fn read_export(path: &Path, options: &ReadOptions) -> Result<Export> {
    // A slip of the command line is said first, and also where the file needs no encoding.
    options.encoding.as_deref().map(encoding::find_encoding).transpose()?;
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|cause| unreadable(&file, cause))?;
    let (format, sheets) = read_sheets(&bytes, &file, options).map_err(|error| {
        let place = Place::file(&file);
        error.at_if_unplaced(|| place)
    })?;
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(Error::new(SourceFault::Empty { file: file.clone() }).at(Place::file(&file)));
    }
    Ok(Export { sha256: hex(&Sha256::digest(&bytes)), bytes: bytes.len() as u64, file, format, sheets })
}

fn read_sheets(bytes: &[u8], file: &str, options: &ReadOptions) -> Result<(Format, Vec<Sheet>)> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceFault::Empty { file: file.to_owned() }.into());
    }
    if bytes.starts_with(b"PK\x03\x04") {
        if is_other_container(bytes) {
            return Err(SourceFault::UnknownFormat { file: file.to_owned() }.into());
        }
        return Ok((Format::Xlsx, guarded(file, || xlsx::read_xlsx(bytes, file))?));
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Ok((Format::Xls, guarded(file, || xls::read_xls(bytes, file))?));
    }
    let text = encoding::decode(bytes, file, options.encoding.as_deref())?;
    if html::looks_like_html(&text) {
        return Ok((Format::Html, vec![html::read_html(&text)]));
    }
    if text.trim_start_matches(is_blank).starts_with('<') {
        // SpreadsheetML and other XML; as delimited text it would be nonsense with a header missing.
        return Err(SourceFault::UnknownFormat { file: file.to_owned() }.into());
    }
    let (delimiter, sheet) = delimited::read_delimited(&text, file)?;
    Ok((Format::Delimited(delimiter), vec![sheet]))
}

/// Tells a zip container of another kind (`OpenDocument`, binary workbook, text document) by its entries.
fn is_other_container(bytes: &[u8]) -> bool {
    let others: [&[u8]; 3] =
        [b"application/vnd.oasis.opendocument", b"xl/workbook.bin", b"word/document.xml"];
    others.iter().any(|name| bytes.windows(name.len()).any(|window| window == *name))
}

/// Turns a panic of a foreign reader on a damaged file into an error.
fn guarded(file: &str, read: impl FnOnce() -> Result<Vec<Sheet>>) -> Result<Vec<Sheet>> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(SourceFault::Damaged { file: file.to_owned() }.into()))
}

#[cfg(test)]
mod tests {
    use super::{Cell, ReadOptions, Sheet, column_letters, read_export};
    use crate::error::Lang;

    fn complaint(bytes: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        read_export(file.path(), &ReadOptions::default()).unwrap_err().render(Lang::En)
    }

    #[test]
    fn columns_are_lettered_as_in_spreadsheets() {
        let letters: Vec<String> = [0, 25, 26, 701, 702].map(column_letters).into();
        assert_eq!(letters, ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn rows_between_used_rows_are_kept_as_blank() {
        let sheet = Sheet::from_cells([(3, 0, Cell::text("a")), (5, 2, Cell::text("b"))]);
        let numbers: Vec<u32> = sheet.rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [3, 4, 5]);
        assert!(sheet.rows[1].is_blank());
    }

    #[test]
    fn an_unknown_encoding_is_refused_whatever_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PK\x03\x04 not a zip").unwrap();
        let options = ReadOptions { encoding: Some("foo".to_owned()) };
        let error = read_export(file.path(), &options).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        assert!(error.render(Lang::En).contains("`windows-1258`"));
    }

    #[test]
    fn empty_damaged_encrypted_and_binary_files_are_told_apart() {
        assert!(complaint(b" \n").contains("is empty"));
        assert!(complaint(b"PK\x03\x04 not a zip").contains("is damaged"));
        assert!(complaint(b"<?xml version=\"1.0\"?><Workbook/>").contains("not in a format"));
        assert!(
            complaint(b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument").contains("not in a format")
        );
        assert!(complaint(b"\x00\x01\x02\x03\x00\x00\xff\xd8").contains("not in a format"));
        let mut encrypted = vec![0xD0, 0xCF, 0x11, 0xE0];
        encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert!(complaint(&encrypted).contains("password"));
    }
}
