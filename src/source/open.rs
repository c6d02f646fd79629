//! Turns the files that a user names into exports: unpacked, recognised by their bytes, read.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::UTF_8;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::cell::is_blank;
use super::delimited::{self, Text};
use super::encoding::{self, TextEncoding};
use super::limits::{self, Budget, Capped};
use super::package::Package;
use super::text::TextFile;
use super::xls::container::{self, Container};
use super::{Export, Format, ReadOptions, Sheet, html, mend, mhtml, ods, spreadsheetml, xls, xlsb, xlsx};
use crate::contract::hex;
use crate::error::{Error, Place, Result};
use crate::messages::{SourceFault, Stage};
use crate::progress::Unit;
use crate::vietnamese::letters::Letters;
use crate::workspace::unreadable;

/// The name under which standard input is given and shown.
pub const STANDARD_INPUT: &str = "-";

/// A file, or a member of an archive, before it is read.
struct Packed {
    file: String,
    name: String,
    bytes: Vec<u8>,
}

/// Reads the exports of a file: one, or the members of an archive.
///
/// # Errors
/// [`SourceFault`] if there is no table in the file or it cannot be read, and
/// `WorkspaceFault::Unreadable` if it cannot be opened.
pub fn read_exports(path: &Path, options: &ReadOptions) -> Result<Vec<Export>> {
    // A slip of the command line is said first, and also where the file needs no encoding.
    let named = options.encoding.as_deref().map(TextEncoding::parse).transpose()?;
    let file = path.display().to_string();
    let place = |error: Error| error.at_if_unplaced(|| Place::file(&file));
    if let Some(export) = read_text_file(path, &file, named, options).map_err(place)? {
        return Ok(vec![export]);
    }
    let packed = read_file(path, &file).map_err(place)?;
    let members = unpack(packed).map_err(place)?;
    members.into_iter().map(|member| read_export(member, named, options.block_bytes)).collect()
}

/// Bytes at the beginning of a file that tell its kind.
const HEAD_BYTES: usize = 4096;

/// Opens a file of delimited text, which stays on disk; `None` if it is something else.
fn read_text_file(
    path: &Path,
    file: &str,
    named: Option<TextEncoding>,
    options: &ReadOptions,
) -> Result<Option<Export>> {
    // What cannot be opened here is complained of by those who read it as a whole.
    let is_file =
        path != Path::new(STANDARD_INPUT) && std::fs::metadata(path).is_ok_and(|found| found.is_file());
    if !is_file {
        return Ok(None);
    }
    let text = Arc::new(TextFile::on_disk(file, path)?);
    if !is_delimited(&text.read(0, HEAD_BYTES)?) {
        return Ok(None);
    }
    let (progress, block_bytes) = (options.progress.as_ref(), options.block_bytes);
    let shown = file_name(path, file);
    progress.begin(Stage::Reading { file: shown.clone() }, Unit::Bytes, Some(text.length()));
    // The hash takes as long as everything else together.
    let (sha256, read) = std::thread::scope(|scope| {
        let hash = scope.spawn(|| text.hash(progress));
        let read = guarded(|| read_delimited(&text, named, block_bytes)).and_then(|read| finish(read, named));
        (hash.join(), read)
    });
    let sha256 = sha256.unwrap_or_else(|_| Err(SourceFault::Damaged.into()));
    let bytes = text.length();
    let member = Member { file: file.to_owned(), name: shown, sha256: sha256?, bytes };
    Ok(Some(member.export(read?)))
}

/// Tells delimited text in bytes that continue ASCII from everything else, by its beginning.
fn is_delimited(head: &[u8]) -> bool {
    let is_markup = || String::from_utf8_lossy(head).trim_start_matches(is_blank).starts_with('<');
    let is_other = is_gzip(head)
        || is_zip(head)
        || head.starts_with(&container::MAGIC)
        || is_bare_stream(head)
        || recognise_foreign(head).is_some()
        || mhtml::looks_like_mhtml(head);
    !is_other
        && !head.iter().all(u8::is_ascii_whitespace)
        && !is_markup()
        && encoding::detect_in_head(head).is_ok_and(|found| found.is_none_or(delimited::is_cuttable))
}

fn file_name(path: &Path, file: &str) -> String {
    path.file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read_file(path: &Path, file: &str) -> Result<Packed> {
    let mut bytes = Vec::new();
    let too_large = SourceFault::FileTooLarge { megabytes: limits::FILE_BYTES >> 20 };
    let mut read = |source: &mut dyn Read| {
        Capped::new(source, limits::FILE_BYTES, too_large.clone()).read_to_end(&mut bytes).map(drop)
    };
    let result = if path == Path::new(STANDARD_INPUT) {
        read(&mut std::io::stdin().lock())
    } else if path.is_dir() {
        return Err(SourceFault::Folder.into());
    } else {
        std::fs::File::open(path).and_then(|mut opened| read(&mut opened))
    };
    result.map_err(|cause| limits::limit_met(&cause).map_or_else(|| unreadable(file, cause), Error::new))?;
    Ok(Packed { file: file.to_owned(), name: file_name(path, file), bytes })
}

/// Unpacks an archive or a compressed file; anything else is itself.
fn unpack(packed: Packed) -> Result<Vec<Packed>> {
    if is_gzip(&packed.bytes) {
        let unpacked = packed.unpack_gzip()?;
        return if is_archive(&unpacked.bytes)? || is_gzip(&unpacked.bytes) {
            Err(SourceFault::NestedArchive.into())
        } else {
            Ok(vec![unpacked])
        };
    }
    if is_archive(&packed.bytes)? { packed.unpack_archive() } else { Ok(vec![packed]) }
}

impl Packed {
    fn unpack_gzip(&self) -> Result<Self> {
        let packed = self.bytes.len() as u64;
        let most = packed.saturating_mul(limits::RATIO).clamp(limits::RATIO_GRACE, limits::UNPACKED_BYTES);
        let fault = SourceFault::PackedTooTight { entry: self.name.clone(), ratio: limits::RATIO };
        let mut bytes = Vec::new();
        Capped::new(MultiGzDecoder::new(self.bytes.as_slice()), most, fault)
            .read_to_end(&mut bytes)
            .map_err(limits::explain)?;
        Ok(Self { file: self.file.clone(), name: self.name.clone(), bytes })
    }

    fn unpack_archive(&self) -> Result<Vec<Self>> {
        let mut package = Package::open(&self.bytes)?;
        let names: Vec<String> = package.entry_names().into_iter().filter(|name| !is_litter(name)).collect();
        if names.is_empty() {
            return Err(SourceFault::Empty.into());
        }
        if names.len() > limits::MEMBERS {
            return Err(SourceFault::TooManyEntries { limit: limits::MEMBERS }.into());
        }
        let mut members = Vec::new();
        for name in names {
            let file = format!("{}/{name}", self.file);
            let place = |error: Error| error.at_if_unplaced(|| Place::file(&file));
            let bytes = package.read_part(&name).map_err(place)?.unwrap_or_default();
            if is_gzip(&bytes) || is_archive(&bytes).map_err(place)? {
                return Err(place(SourceFault::NestedArchive.into()));
            }
            members.push(Self { name: format!("{}/{name}", self.name), file, bytes });
        }
        Ok(members)
    }
}

/// What systems leave in archives beside the files that people put there.
fn is_litter(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX/")
        || last.starts_with("._")
        || ["Thumbs.db", "desktop.ini", ".DS_Store"].contains(&last)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B, 0x08])
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Tells an archive from the documents that are packed in the same way.
fn is_archive(bytes: &[u8]) -> Result<bool> {
    if !is_zip(bytes) {
        return Ok(false);
    }
    let package = Package::open(bytes)?;
    Ok(!["[Content_Types].xml", "mimetype", "content.xml", "Index/Document.iwa"]
        .iter()
        .any(|part| package.has(part)))
}

fn read_export(packed: Packed, named: Option<TextEncoding>, block_bytes: usize) -> Result<Export> {
    let Packed { file, name, bytes } = packed;
    let sha256 = hex(&Sha256::digest(&bytes));
    let member = Member { file, name, sha256, bytes: bytes.len() as u64 };
    let read = guarded(|| {
        if is_delimited(bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default()) {
            read_delimited(&Arc::new(TextFile::in_memory(&member.file, bytes)), named, block_bytes)
        } else {
            read_sheets(&bytes, &member.file, named)
        }
    });
    let read = read.and_then(|read| finish(read, named));
    read.map(|read| member.clone().export(read))
        .map_err(|error| error.at_if_unplaced(|| Place::file(&member.file)))
}

/// Mends the cells, and refuses what has none.
fn finish(mut read: Content, named: Option<TextEncoding>) -> Result<Content> {
    let forced = match named {
        Some(TextEncoding::Letters(letters)) if read.encoding.is_none() => Some(letters),
        _ => None,
    };
    mend::mend(&mut read.sheets, forced.filter(|letters| *letters != Letters::Windows1252))?;
    for sheet in &read.sheets {
        if !sheet.rows.head(1)?.is_empty() {
            return Ok(read);
        }
    }
    Err(SourceFault::Empty.into())
}

/// What is known of an export besides what is in it.
#[derive(Clone)]
struct Member {
    file: String,
    name: String,
    sha256: String,
    bytes: u64,
}

impl Member {
    fn export(self, read: Content) -> Export {
        let Self { file, name, sha256, bytes } = self;
        let Content { format, encoding, sheets } = read;
        Export { file, name, sha256, bytes, format, encoding, sheets }
    }
}

/// What was in the bytes.
struct Content {
    format: Format,
    encoding: Option<TextEncoding>,
    sheets: Vec<Sheet>,
}

impl Content {
    fn new(format: Format, sheets: Vec<Sheet>) -> Self {
        Self { format, encoding: None, sheets }
    }
}

fn read_sheets(bytes: &[u8], file: &str, named: Option<TextEncoding>) -> Result<Content> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceFault::Empty.into());
    }
    let mut budget = Budget::default();
    if is_zip(bytes) {
        return read_package(bytes, file, &mut budget);
    }
    if bytes.starts_with(&container::MAGIC) {
        return read_container(bytes, file, &mut budget);
    }
    if is_bare_stream(bytes) {
        return Ok(Content::new(Format::Xls, xls::read_stream(bytes, file, &mut budget)?));
    }
    if let Some(foreign) = recognise_foreign(bytes) {
        return Err(foreign.into());
    }
    read_text(bytes, file, named, &mut budget)
}

/// The stream of records without its container: a beginning of BIFF 5 or 8.
fn is_bare_stream(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x09, 0x08]) && matches!(bytes.get(4..6), Some([0, 5 | 6]))
}

fn read_package(bytes: &[u8], file: &str, budget: &mut Budget) -> Result<Content> {
    let mut package = Package::open(bytes)?;
    if package.has("mimetype") || package.has("content.xml") {
        let kind = package.read_part("mimetype")?.unwrap_or_default();
        let kind = String::from_utf8_lossy(&kind).into_owned();
        if kind.contains("opendocument.text") {
            return Err(SourceFault::TextDocument.into());
        }
        if kind.contains("opendocument.presentation") {
            return Err(SourceFault::Presentation.into());
        }
        return Ok(Content::new(Format::Ods, ods::read_ods(&mut package, file, budget)?));
    }
    if package.has("word/document.xml") {
        return Err(SourceFault::TextDocument.into());
    }
    if package.has("ppt/presentation.xml") {
        return Err(SourceFault::Presentation.into());
    }
    let workbook = xlsx::find_workbook(&mut package).map_err(|_| SourceFault::UnknownFormat)?;
    if workbook.to_ascii_lowercase().ends_with(".bin") {
        return Ok(Content::new(Format::Xlsb, xlsb::read_xlsb(&mut package, file, budget)?));
    }
    Ok(Content::new(Format::Xlsx, xlsx::read_xlsx(&mut package, file, budget)?))
}

fn read_container(bytes: &[u8], file: &str, budget: &mut Budget) -> Result<Content> {
    let container = Container::open(bytes)?;
    if container.has("EncryptedPackage") {
        return Err(SourceFault::Encrypted.into());
    }
    if container.has("WordDocument") {
        return Err(SourceFault::TextDocument.into());
    }
    if container.has("PowerPoint Document") {
        return Err(SourceFault::Presentation.into());
    }
    Ok(Content::new(Format::Xls, xls::read_xls(&container, file, budget)?))
}

/// Recognises what people send instead of a table.
fn recognise_foreign(bytes: &[u8]) -> Option<SourceFault> {
    let archive = |kind: &str| SourceFault::OtherArchive { kind: kind.to_owned() };
    let known: [(&[u8], SourceFault); 14] = [
        (b"%PDF-", SourceFault::Pdf),
        (b"{\\rtf", SourceFault::TextDocument),
        (b"\xFF\xD8\xFF", SourceFault::Image),
        (b"\x89PNG", SourceFault::Image),
        (b"GIF8", SourceFault::Image),
        (b"II*\0", SourceFault::Image),
        (b"MM\0*", SourceFault::Image),
        (b"Rar!", archive("RAR")),
        (b"7z\xBC\xAF\x27\x1C", archive("7z")),
        (b"BZh", archive("BZIP2")),
        (b"\xFD7zXZ", archive("XZ")),
        (b"\x28\xB5\x2F\xFD", archive("ZSTD")),
        (b"PAR1", SourceFault::UnknownFormat),
        (b"SQLite format 3\0", SourceFault::UnknownFormat),
    ];
    // The first record of a workbook before Excel 5 (BIFF 2, 3, 4), with its length.
    if matches!(bytes.get(..4), Some([0x09, 0x00, 0x04, 0x00] | [0x09, 0x02 | 0x04, 0x06, 0x00])) {
        return Some(SourceFault::OldWorkbook);
    }
    let is_picture = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
        || bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    if is_picture {
        return Some(SourceFault::Image);
    }
    known.into_iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, fault)| fault)
}

fn read_text(bytes: &[u8], file: &str, named: Option<TextEncoding>, budget: &mut Budget) -> Result<Content> {
    if mhtml::looks_like_mhtml(bytes) {
        return Ok(Content::new(Format::Html, mhtml::read_mhtml(bytes, named, budget)?));
    }
    let encoding = named.map_or_else(|| encoding::detect(bytes), Ok)?;
    let text = encoding.decode(bytes)?;
    let (format, sheets) = if spreadsheetml::looks_like_spreadsheetml(&text) {
        (Format::SpreadsheetMl, spreadsheetml::read_spreadsheetml(&text, file, budget)?)
    } else if ods::looks_like_flat_ods(&text) {
        (Format::Ods, ods::read_flat_ods(&text, file, budget)?)
    } else if html::looks_like_html(&text) {
        (Format::Html, vec![html::read_html(&text, budget)?])
    } else if text.trim_start_matches(is_blank).starts_with("<?xml") {
        // As delimited text, XML of another kind would be nonsense with a header missing.
        return Err(SourceFault::UnknownFormat.into());
    } else {
        let decoded = Arc::new(TextFile::in_memory(file, text.into_bytes()));
        let Content { format, sheets, .. } =
            read_delimited(&decoded, Some(TextEncoding::Web(UTF_8)), delimited::BLOCK_BYTES)?;
        (format, sheets)
    };
    Ok(Content { format, encoding: Some(encoding), sheets })
}

/// Opens delimited text in its encoding: the named one, UTF-8 if it is that, or the one that fits.
fn read_delimited(file: &Arc<TextFile>, named: Option<TextEncoding>, block_bytes: usize) -> Result<Content> {
    let open = |encoding| Text::open(Arc::clone(file), encoding, block_bytes).map(|text| (encoding, text));
    let (encoding, text) = match named {
        Some(encoding) if delimited::is_cuttable(encoding) => open(encoding)?,
        Some(encoding) => {
            let bytes = file.read(0, usize::try_from(limits::FILE_BYTES).unwrap_or(usize::MAX))?;
            let decoded = TextFile::in_memory(file.name(), encoding.decode(&bytes)?.into_bytes());
            (encoding, Text::open(Arc::new(decoded), TextEncoding::Web(UTF_8), block_bytes)?)
        }
        None => match open(TextEncoding::Web(UTF_8)) {
            Ok(opened) => opened,
            Err(fault) => match encoding::detect_in_file(file)? {
                TextEncoding::Web(_) => return Err(fault),
                letters @ TextEncoding::Letters(_) => open(letters)?,
            },
        },
    };
    let format = Format::Delimited(text.delimiter());
    let sheet = Sheet { visible: true, rows: text.into(), ..Sheet::default() };
    Ok(Content { format, encoding: Some(encoding), sheets: vec![sheet] })
}

/// Turns a panic of a foreign reader on a damaged file into an error.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(SourceFault::Damaged.into()))
}
