//! Turns an export file into sheets of typed cells, whatever format it is in.
//!
//! The format is found from the bytes, because half of the `.xls` files that offices send are HTML
//! or text. Cells keep what the file knows about them (text, number, date) and nothing is
//! interpreted here: what a cell means depends on the contract.

mod block;
mod delimited;
mod encoding;
mod html;
mod rows;
mod text;
mod xls;
mod xlsx;

use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use self::delimited::Text;
use self::text::TextFile;
use crate::contract::hex;
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;
use crate::workspace::unreadable;

pub use self::block::{Block, Cell, Row, Shown};
pub use self::rows::Rows;

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
    /// All rows; blank ones count between the first used one and the last used one.
    pub rows: Rows,
    /// The merged regions.
    pub merges: Vec<Merge>,
    /// Whether the workbook counts days from 1 January 1904, as old ones from a Macintosh do.
    pub since_1904: bool,
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

/// What a caller may say about the file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The encoding of a text file, by its label (`utf-8`, `windows-1258`, …); found if not given.
    pub encoding: Option<String>,
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

/// Bytes at the beginning of a file that tell its format.
const HEAD_BYTES: usize = 4096;

/// Opens an export: workbooks and pages are read, delimited text is looked through once.
///
/// # Errors
/// [`SourceFault`] if the file is empty, encrypted, damaged or of an unknown format, and
/// `WorkspaceFault::Unreadable` if it cannot be opened.
pub fn read_export(path: &Path, options: &ReadOptions) -> Result<Export> {
    // A slip of the command line is said first, and also where the file needs no encoding.
    options.encoding.as_deref().map(encoding::find_encoding).transpose()?;
    let file = path.display().to_string();
    // The hash takes as long as everything else together.
    let (hashed, read) = std::thread::scope(|scope| {
        let hash = scope.spawn(|| hash_file(path));
        let read = read_sheets(path, &file, options);
        (hash.join(), read)
    });
    let place = || Place::file(&file);
    let (format, sheets) = read.map_err(|error| error.at_if_unplaced(place))?;
    if find_used(&sheets)?.is_none() {
        return Err(Error::new(SourceFault::Empty { file: file.clone() }).at(place()));
    }
    let hashed = hashed.unwrap_or_else(|_| Err(std::io::Error::other("the hash of the file")));
    let (sha256, bytes) = hashed.map_err(|cause| unreadable(&file, cause))?;
    Ok(Export { sha256, bytes, file, format, sheets })
}

/// Finds the first sheet with anything in it.
fn find_used(sheets: &[Sheet]) -> Result<Option<&Sheet>> {
    for sheet in sheets {
        if !sheet.rows.head(1)?.is_empty() {
            return Ok(Some(sheet));
        }
    }
    Ok(None)
}

fn hash_file(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut length = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((hex(&hasher.finalize()), length));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
        length += count as u64;
    }
}

fn read_sheets(path: &Path, file: &str, options: &ReadOptions) -> Result<(Format, Vec<Sheet>)> {
    let text = TextFile::on_disk(file, path)?;
    let head = text.read(0, HEAD_BYTES)?;
    let read = || std::fs::read(path).map_err(|cause| unreadable(file, cause));
    if head.starts_with(b"PK\x03\x04") {
        let bytes = read()?;
        if is_other_container(&bytes) {
            return Err(SourceFault::UnknownFormat { file: file.to_owned() }.into());
        }
        return Ok((Format::Xlsx, guarded(file, || xlsx::read_xlsx(&bytes, file))?));
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let bytes = read()?;
        return Ok((Format::Xls, guarded(file, || xls::read_xls(&bytes, file))?));
    }
    let is_markup = String::from_utf8_lossy(&head).trim_start_matches(block::is_blank).starts_with('<');
    if !is_markup
        && is_unicode(options)
        && let Some(text) = Text::open(text)?
    {
        return Ok(delimited(text));
    }
    read_decoded(&read()?, file, options)
}

/// Tells whether a text may be taken as UTF-8.
fn is_unicode(options: &ReadOptions) -> bool {
    let named = options.encoding.as_deref().map(encoding::find_encoding);
    named.is_none_or(|encoding| encoding.is_ok_and(|encoding| encoding == encoding_rs::UTF_8))
}

fn delimited(text: Text) -> (Format, Vec<Sheet>) {
    let format = Format::Delimited(text.delimiter());
    (format, vec![Sheet { visible: true, rows: text.into(), ..Sheet::default() }])
}

/// Reads a page, or a text that is not UTF-8.
fn read_decoded(bytes: &[u8], file: &str, options: &ReadOptions) -> Result<(Format, Vec<Sheet>)> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceFault::Empty { file: file.to_owned() }.into());
    }
    let text = encoding::decode(bytes, file, options.encoding.as_deref())?;
    if html::looks_like_html(&text) {
        return Ok((Format::Html, vec![html::read_html(&text)]));
    }
    if text.trim_start_matches(block::is_blank).starts_with('<') {
        // SpreadsheetML and other XML; as delimited text it would be nonsense with a header missing.
        return Err(SourceFault::UnknownFormat { file: file.to_owned() }.into());
    }
    match Text::open(TextFile::in_memory(file.to_owned(), text))? {
        Some(text) => Ok(delimited(text)),
        // A byte 0 remains in the decoded text.
        None => Err(SourceFault::UnknownFormat { file: file.to_owned() }.into()),
    }
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
    use super::{ReadOptions, column_letters, read_export};
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
