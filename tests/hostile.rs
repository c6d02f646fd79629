//! Files that are cut, damaged or forged give a value or an error, within bounded memory and time.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use cchc::error::{Error, Lang};
use cchc::source::{Export, ReadOptions, read_exports};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::support::{exports, repository};

fn read(bytes: &[u8]) -> Result<Vec<Export>, Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    read_exports(file.path(), &ReadOptions::default())
}

#[track_caller]
fn complaint(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(exports) => panic!("read as {:?}", exports.iter().map(|export| export.format).collect::<Vec<_>>()),
        Err(error) => error.render(Lang::En),
    }
}

fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        packer.start_file(*name, options).unwrap();
        packer.write_all(bytes).unwrap();
    }
    packer.finish().unwrap().into_inner()
}

const RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="sheet.xml"/>
    <Relationship Id="rId2" Type="x/sharedStrings" Target="strings.xml"/></Relationships>"#;

/// A workbook of one sheet with the given parts.
fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    let book = r#"<workbook><sheets><sheet name="S" id="rId1"/></sheets></workbook>"#;
    pack(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sheet.xml", sheet.as_bytes()),
        ("xl/strings.xml", strings.as_bytes()),
    ])
}

fn sheet(cells: &str) -> String {
    format!(r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>"#)
}

fn samples() -> Vec<PathBuf> {
    let folders = [repository().join("tests/fixtures/formats"), exports()];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    let is_export = |path: &Path| {
        let size = path.metadata().unwrap().len();
        !path.extension().is_some_and(|ending| ending == "md" || ending == "json") && size < 40_000
    };
    files.retain(|path| is_export(path));
    files.sort();
    files
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

#[test]
fn workbooks_older_than_excel_5_are_named() {
    let heads: [&[u8]; 3] =
        [&[9, 0, 4, 0, 2, 0, 16, 0], &[9, 2, 6, 0, 0, 0, 16, 0, 0, 0], &[9, 4, 6, 0, 0, 0, 16, 0, 0, 0]];
    for head in heads {
        let said = complaint(&[head, &[0; 64]].concat());
        assert!(said.contains("Excel 4 or older") && said.contains("save it again as XLSX"), "{said}");
    }
}

#[test]
fn cut_files_give_a_value_or_an_error() {
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        for step in 0..40 {
            let _ = read(&bytes[..bytes.len() * step / 40]);
        }
    }
}

#[test]
fn damaged_files_give_a_value_or_an_error() {
    let mut dice = Dice(7);
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..40 {
            let mut damaged = bytes.clone();
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(damaged.len());
                damaged[at] = u8::try_from(dice.roll(256)).unwrap();
            }
            let _ = read(&damaged);
        }
    }
}

/// Damage inside the parts, which the check sums of the container would hide.
#[test]
fn damaged_parts_give_a_value_or_an_error() {
    let mut dice = Dice(11);
    for name in ["binary.xlsb", "strict.xlsx", "xlsxwriter.xlsx", "packed.ods"] {
        let bytes = std::fs::read(repository().join("tests/fixtures/formats").join(name)).unwrap();
        let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        for at in 0..package.len() {
            let mut part = package.by_index(at).unwrap();
            let mut inside = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut inside).unwrap();
            parts.push((part.name().unwrap().into_owned(), inside));
        }
        for _ in 0..60 {
            let mut damaged = parts.clone();
            for _ in 0..=dice.roll(3) {
                let part = dice.roll(damaged.len());
                let part = &mut damaged[part].1;
                if !part.is_empty() {
                    let at = dice.roll(part.len());
                    part[at] = u8::try_from(dice.roll(256)).unwrap();
                }
            }
            let parts: Vec<(&str, &[u8])> =
                damaged.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
            let _ = read(&pack(&parts));
        }
    }
}

fn count_rows(export: &Export) -> usize {
    let rows = &export.sheets[0].rows;
    (0..rows.blocks()).map(|index| rows.block(index).unwrap().len()).sum()
}

#[test]
fn a_lying_dimension_and_gaps_cost_nothing() {
    let cells =
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>"#;
    let exports = read(&workbook(&sheet(cells), "<sst/>")).unwrap();
    assert_eq!(count_rows(&exports[0]), 1_048_576);
}

#[test]
fn forged_addresses_are_refused_with_their_sheet() {
    for cells in [
        r#"<row r="1"><c r="XFE1"><v>1</v></c></row>"#,
        r#"<row r="4294967295"><c><v>1</v></c></row>"#,
        r#"<row r="0"><c><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A-1"><v>1</v></c></row>"#,
        r#"<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#,
    ] {
        let text = complaint(&workbook(&sheet(cells), "<sst/>"));
        assert!(text.contains("sheet `S`") && (text.contains("outside") || text.contains("twice")), "{text}");
    }
    let missing = complaint(&workbook(
        &sheet(r#"<row><c t="s"><v>5</v></c></row>"#),
        "<sst uniqueCount='4000000000'/>",
    ));
    assert!(missing.contains("damaged"), "{missing}");
}

#[test]
fn a_million_columns_are_refused_and_a_million_empty_ones_are_no_trouble() {
    let cells = "<c/>".repeat(1_000_000);
    let sheet_of = |last: &str| sheet(&format!("<row>{cells}{last}</row>"));
    assert!(complaint(&workbook(&sheet_of("<c><v>1</v></c>"), "<sst/>")).contains("outside"));
    assert!(complaint(&workbook(&sheet_of(""), "<sst/>")).contains("is empty"));
}

#[test]
fn text_of_a_million_columns_with_nul_or_in_one_endless_line_is_refused_by_its_line() {
    let wide = format!("a;b\n{}1\n", ";".repeat(1_000_000));
    assert!(complaint(wide.as_bytes()).contains("more than 16384 columns"));
    let empty = format!("a;b\n1;2{}\n", ";".repeat(1_000_000));
    assert_eq!(read(empty.as_bytes()).unwrap()[0].sheets[0].rows.head(2).unwrap().row(1).width(), 2);
    assert!(complaint(format!("a;b\n1;{}\0\n", "x".repeat(40)).as_bytes()).contains("line 2 holds a NUL"));
    let long = format!("a;b\n{}\n", "x".repeat(100 << 20));
    assert!(complaint(long.as_bytes()).contains("line 2 is longer than 16 MiB"));
}

#[test]
fn sheets_of_gaps_are_refused_before_they_fill_the_memory() {
    let row = |number| format!(r#"<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>"#);
    let rows: String = (1..3000).map(row).collect();
    assert!(complaint(&workbook(&sheet(&rows), "<sst/>")).contains("20000000 cells"));
}

#[test]
fn entities_are_refused_in_every_part() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    for parts in [
        (format!("{bomb}{}", sheet("")), "<sst/>".to_owned()),
        (sheet(""), format!("{bomb}<sst><si><t>&b;</t></si></sst>")),
    ] {
        assert!(complaint(&workbook(&parts.0, &parts.1)).contains("document type"));
    }
    let old = format!(
        "<?xml version=\"1.0\"?>{bomb}<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>"
    );
    assert!(complaint(old.as_bytes()).contains("document type"));
}

/// 120 MiB of blanks in 120 KiB: one flushed stretch of a deflate stream, many times.
fn tight_stream() -> Vec<u8> {
    let mut packer = flate2::Compress::new(flate2::Compression::default(), false);
    let mut stretch = Vec::with_capacity(1 << 16);
    packer.compress_vec(&vec![b' '; 1 << 20], &mut stretch, flate2::FlushCompress::Full).unwrap();
    [stretch.repeat(120), vec![3, 0]].concat()
}

/// A container with one entry whose size is what the caller says.
fn pack_raw(name: &str, stream: &[u8], size: u32) -> Vec<u8> {
    let packed = u32::try_from(stream.len()).unwrap().to_le_bytes();
    let size = size.to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let common =
        [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &packed, &size, &length, &[0, 0]].concat();
    let local = [b"PK\x03\x04", common.as_slice(), name.as_bytes(), stream].concat();
    let directory = [b"PK\x01\x02\x14\x00", common.as_slice(), &[0; 14], name.as_bytes()].concat();
    let sizes = [directory.len(), local.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes());
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &sizes[0], &sizes[1], &[0, 0]].concat();
    [local, directory, end].concat()
}

#[test]
fn bombs_are_refused_by_their_declared_and_by_their_real_size() {
    let stream = tight_stream();
    assert!(complaint(&pack_raw("a.csv", &stream, 120 << 20)).contains("more than 200 times"));
    // A container that understates a size is refused by the check sum or by the count, whichever comes first.
    complaint(&pack_raw("a.csv", &stream, 1000));
    let gzip = [&b"\x1F\x8B\x08\0\0\0\0\0\0\x03"[..], &stream, &[0; 8]].concat();
    assert!(complaint(&gzip).contains("more than 200 times"));
    let many: Vec<(String, &[u8])> = (0..2001).map(|at| (format!("{at}.csv"), &b"a;b"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(complaint(&pack(&many)).contains("more than 2000 entries"));
}

#[test]
fn repeated_cells_of_opendocument_are_counted_and_not_made() {
    let document = |inside: &str| {
        format!(
            "<office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><table:table table:name=\"S\">{inside}</table:table></office:document>"
        )
    };
    let full = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\" office:value-type=\"float\" office:value=\"1\"/></table:table-row>";
    let text = complaint(document(full).as_bytes());
    assert!(text.contains("20000000 cells"), "{text}");
    let blank = "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row>\
        <table:table-row table:number-rows-repeated=\"4294967295\"><table:table-cell table:number-columns-repeated=\"4294967295\"/></table:table-row>";
    assert_eq!(count_rows(&read(document(blank).as_bytes()).unwrap()[0]), 1);
    let beyond = "<table:table-row table:number-rows-repeated=\"1048576\"/><table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row>";
    assert!(complaint(document(beyond).as_bytes()).contains("outside"));
}

#[test]
fn protected_workbooks_are_told_from_damaged_ones() {
    let mut packer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    packer.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    packer.write_all(b"x").unwrap();
    packer.start_file("META-INF/manifest.xml", SimpleFileOptions::default()).unwrap();
    packer.write_all(b"<manifest:encryption-data/>").unwrap();
    assert!(complaint(&packer.finish().unwrap().into_inner()).contains("password"));
    let filepass = [&[0x09, 0x08, 8, 0, 0, 6, 5, 0, 0, 0, 0, 0][..], &[0x2F, 0, 2, 0, 1, 0]].concat();
    assert!(complaint(&filepass).contains("password"));
    assert!(complaint(b"PK\x03\x04 not a zip").contains("is damaged"));
    assert!(complaint(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]).contains("is damaged"));
}
