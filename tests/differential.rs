//! Our readers and calamine's agree on every cell of every workbook, but for what is listed here.
//!
//! Listed differences: percentages, which calamine does not tell from numbers; blanks around text; texts
//! in old fonts, which calamine leaves in their letters; formulas that nobody computed.

#![expect(clippy::cast_precision_loss, reason = "the times of workbooks are far below 2^53 milliseconds")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, open_workbook_auto};
use cchc::source::{Cell, ReadOptions, Unreadable, read_exports};
use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use unicode_normalization::UnicodeNormalization as _;

use crate::support::{exports, repository};

type Sheets = BTreeMap<String, BTreeMap<(u32, usize), String>>;

fn start(since_1904: bool) -> NaiveDateTime {
    let (year, month, day) = if since_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap()
}

fn number(value: f64) -> String {
    format!("{value:.9e}")
}

fn text(text: &str) -> String {
    let lines: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    format!("{:?}", lines.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{FEFF}'))
}

/// A time as days since the start of its workbook, to the second.
fn serial(days: f64) -> String {
    format!("time {:.0}", days * 86_400.0)
}

fn ours(path: &Path) -> Sheets {
    let exports = read_exports(path, &ReadOptions::default()).unwrap();
    let mut sheets = Sheets::new();
    for sheet in &exports[0].sheets {
        let cells = sheets.entry(sheet.name.clone().unwrap_or_default()).or_default();
        for index in 0..sheet.rows.blocks() {
            for row in sheet.rows.block(index).unwrap().rows() {
                for (column, cell) in row.filled() {
                    let shown = match cell {
                        Cell::Text(words) => text(words),
                        Cell::Number { value, .. } => number(value),
                        Cell::DateTime(time) => {
                            let span = time - start(sheet.since_1904);
                            serial(span.num_milliseconds() as f64 / 86_400_000.0)
                        }
                        Cell::Bool(value) => value.to_string(),
                        Cell::Error(error) => format!("error {error}"),
                        Cell::Unreadable(Unreadable::NoResult, _) => continue,
                        other => panic!("{other:?}"),
                    };
                    cells.insert((row.number, column), shown);
                }
            }
        }
    }
    sheets
}

fn theirs(path: &Path) -> Sheets {
    let mut workbook = open_workbook_auto(path).unwrap();
    let mut sheets = Sheets::new();
    for name in workbook.sheet_names() {
        let Ok(range) = workbook.worksheet_range(&name) else { continue };
        let (top, left) = range.start().unwrap_or_default();
        let cells = sheets.entry(name).or_default();
        for (row, column, data) in range.used_cells() {
            let shown = match data {
                Data::Empty => continue,
                Data::String(words) if text(words) == "\"\"" => continue,
                Data::String(words) => text(words),
                Data::Int(value) => number(f64::from(i32::try_from(*value).unwrap())),
                Data::Float(value) => number(*value),
                Data::Bool(value) => value.to_string(),
                Data::DateTime(time) => serial(time.as_f64()),
                Data::DateTimeIso(time) => {
                    let day = time.get(..10).unwrap().parse::<NaiveDate>().unwrap().and_hms_opt(0, 0, 0);
                    serial((day.unwrap() - start(false)).num_seconds() as f64 / 86_400.0)
                }
                Data::Error(error) => format!("error {error}"),
                Data::DurationIso(time) => panic!("{time}"),
            };
            let column = usize::try_from(left).unwrap() + column;
            cells.insert((top + 1 + u32::try_from(row).unwrap(), column), shown);
        }
    }
    sheets
}

/// Compares two readings, except for cells that `is_known` explains by their place.
#[track_caller]
fn compare(path: &Path, is_known: impl Fn(&str, &str) -> bool) {
    let (ours, theirs) = (ours(path), theirs(path));
    let names = |sheets: &Sheets| -> Vec<String> {
        sheets.iter().filter(|(_, cells)| !cells.is_empty()).map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&ours), names(&theirs), "{}", path.display());
    for (name, cells) in &ours {
        let Some(others) = theirs.get(name) else { continue };
        let places: std::collections::BTreeSet<_> = cells.keys().chain(others.keys()).collect();
        for place in places {
            let of = |cells: &BTreeMap<_, String>| cells.get(place).cloned().unwrap_or_default();
            let (one, other) = (of(cells), of(others));
            assert!(
                one == other || is_known(&one, &other),
                "{} {name} {place:?}: {one} {other}",
                path.display()
            );
        }
    }
}

fn workbooks(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_workbook = |path: &PathBuf| {
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let head = std::fs::read(path).unwrap();
        // Half of the `.xls` are HTML, and calamine reads no stream without its container.
        ["xlsx", "xlsb", "ods", "xls"].contains(&ending.as_str())
            && (head.starts_with(b"PK") || head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]))
    };
    files.filter(is_workbook).collect()
}

#[test]
fn the_sample_exports_are_read_alike() {
    let files = workbooks(&exports());
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        compare(&file, |_, _| false);
    }
}

#[test]
fn every_format_is_read_alike() {
    let mut files = workbooks(&repository().join("tests/fixtures/formats"));
    // The prefixes of this one keep calamine from finding its sheets.
    files.retain(|file| !file.ends_with("strict.xlsx"));
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        // `.VnTime` draws other letters than the file holds.
        let is_in_old_letters = |_: &str, other: &str| {
            other.chars().any(|letter| "§µ«¸·¹ªÊ¬ÜÒäöï®Ýû´»ÌÑïé".contains(letter))
                || other.chars().any(|letter| ('\u{A1}'..='\u{FF}').contains(&letter))
        };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mixes_fonts =
            ["old_fonts.xlsx", "binary.xlsb", "biff8.xls", "packed.ods"].contains(&name.as_str());
        // Of formulas that nobody computed calamine gives zeros or empty texts.
        let is_not_computed = |one: &str, _: &str| name == "not_computed.xlsx" && one.is_empty();
        compare(&file, |one, other| {
            (mixes_fonts && is_in_old_letters(one, other)) || is_not_computed(one, other)
        });
    }
}

#[test]
fn a_workbook_of_every_kind_of_cell_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let time = Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    let percent = Format::new().set_num_format("0.00%");
    let money = Format::new().set_num_format("#,##0.00 \"đồng\"");
    let sheet = workbook.add_worksheet().set_name("Số liệu").unwrap();
    for row in 0..500_u32 {
        let value = f64::from(row) * 1234.5678 - 3000.0;
        sheet.write_number(row, 1, value).unwrap();
        sheet.write_string(row, 2, format!("  Hồ sơ số {row} \u{A0}")).unwrap();
        let date = ExcelDateTime::from_serial_datetime(44_927.0 + f64::from(row) / 7.0).unwrap();
        sheet.write_datetime_with_format(row, 3, &date, if row % 2 == 0 { &day } else { &time }).unwrap();
        sheet.write_boolean(row, 5, row % 3 == 0).unwrap();
        sheet.write_number_with_format(row, 6, f64::from(row) / 500.0, &percent).unwrap();
        sheet.write_number_with_format(row, 7, value.abs(), &money).unwrap();
        sheet.write_formula(row, 8, Formula::new("=1+1").set_result("2")).unwrap();
        if row % 5 == 0 {
            sheet.write_string(row, 20, "Nguye\u{302}\u{303}n & <b>\"x\"</b>\n_x000D_").unwrap();
        }
    }
    sheet.merge_range(600, 2, 604, 3, "gộp", &Format::new()).unwrap();
    workbook.add_worksheet().set_name("Trống").unwrap();
    workbook.save(&path).unwrap();
    compare(&path, |_, _| false);
}
