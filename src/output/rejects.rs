//! Turns rejected rows into a file for the person who corrects them: a list (CSV), or a workbook in
//! which the bad cells are marked where they stand.
//!
//! Only columns that the dataset keeps and that identify nobody are written; all others stay blank, so
//! that the file can be sent back to the office that made the export.

use std::io::{self, Write};

use indexmap::IndexSet;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError,
};

use crate::contract::{Contract, Personal};
use crate::error::{Explain as _, Lang, Place};
use crate::import::{
    ColumnPlan, FilePlan, ImportPlan, Reject, RejectedCell, SheetPlan, Wanted, describe_wanted,
};
use crate::messages::RejectWords;
use crate::source::column_letters;

use super::formula::without_formula;

/// Rows of a sheet, without the header.
const MOST_ROWS: usize = 1_048_575;

/// The headings of the list; programs read it, so they are the same in every language.
const HEADINGS: [&str; 8] = ["file", "sheet", "row", "column", "cell", "found", "wanted", "rule"];

/// Writes one line per bad cell.
///
/// # Errors
/// What `out` gives.
pub fn write_list(out: &mut impl Write, plan: &ImportPlan, contract: &Contract) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADINGS).map_err(io::Error::other)?;
    for reject in &plan.rejects {
        for cell in &reject.cells {
            let (address, found) = match &cell.place {
                Place::Cell { cell, found, .. } => (cell.clone().unwrap_or_default(), found.clone()),
                _ => (String::new(), None),
            };
            let sheet = reject.sheet.clone().unwrap_or_default();
            let row = reject.row.to_string();
            let found = found.unwrap_or_default();
            let Wanted { value, rule } = describe_wanted(contract, cell.field, cell.problem);
            let texts = [&reject.file, &sheet, &row, &cell.column, &address, &found, &value, &rule];
            writer.write_record(texts.map(|text| without_formula(text))).map_err(io::Error::other)?;
        }
    }
    writer.flush()
}

/// Makes a workbook with a sheet per sheet that has rejected rows, bad cells marked and commented.
///
/// # Errors
/// [`XlsxError`], which is a defect, since the limits of the format are kept.
pub fn render_workbook(plan: &ImportPlan, contract: &Contract, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same rejects give the same bytes.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
    let sheets = plan.files.iter().flat_map(|file| file.sheets.iter().map(move |sheet| (file, sheet)));
    for (file, sheet) in sheets {
        let stands_here = |reject: &&Reject| is_from(reject, file) && reject.sheet == sheet.name;
        let rows: Vec<&Reject> = plan.rejects.iter().filter(stands_here).collect();
        if !rows.is_empty() {
            let name = sheet_name(workbook.worksheets().len(), sheet.name.as_deref());
            let target = workbook.add_worksheet().set_name(name)?;
            write_sheet(&mut Page { target, sheet, contract, lang }, &rows)?;
        }
    }
    workbook.save_to_buffer()
}

fn is_from(reject: &Reject, file: &FilePlan) -> bool {
    file.file.rsplit(['/', '\\']).next() == Some(reject.file.as_str())
}

/// A sheet that is written, and what it is made from.
struct Page<'a> {
    target: &'a mut Worksheet,
    sheet: &'a SheetPlan,
    contract: &'a Contract,
    lang: Lang,
}

/// A name that every spreadsheet takes: numbered, so that two sheets of one name keep apart.
fn sheet_name(index: usize, name: Option<&str>) -> String {
    const LONGEST: usize = 26;
    let allowed = |letter: &char| {
        !matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !letter.is_control()
    };
    let kept: String = name.unwrap_or_default().chars().filter(allowed).take(LONGEST).collect();
    format!("{} {}", index + 1, kept).trim().to_owned()
}

fn write_sheet(page: &mut Page<'_>, rows: &[&Reject]) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let bad =
        Format::new().set_background_color(Color::RGB(0x00FF_C7CE)).set_font_color(Color::RGB(0x009C_0006));
    page.target.write_string_with_format(0, 0, RejectWords::Row.message(page.lang), &heading)?;
    for (at, column) in places(page.sheet) {
        page.target.write_string_with_format(0, at, column.heading.replace(" → ", "\n"), &heading)?;
    }
    page.target.set_freeze_panes(1, 1)?;
    for (line, reject) in (1_u32..).zip(rows.iter().take(MOST_ROWS)) {
        page.target.write_number(line, 0, reject.row)?;
        for (at, text) in shown_values(page.sheet, reject) {
            page.target.write_string(line, at, text)?;
        }
        for (index, cell) in reject.cells.iter().enumerate() {
            // Two faults of one cell share its note: a later note would replace the former.
            let place = source_letters(cell);
            if reject.cells.iter().take(index).all(|other| source_letters(other) != place) {
                mark(page, reject, line, cell, &bad)?;
            }
        }
    }
    Ok(())
}

/// Columns with their place in the file: behind the row number, in the order of the export.
fn places(sheet: &SheetPlan) -> impl Iterator<Item = (u16, &ColumnPlan)> {
    (1_u16..).zip(&sheet.columns)
}

/// The cells that may be shown, with their place in the file.
fn shown_values<'a>(sheet: &'a SheetPlan, reject: &'a Reject) -> impl Iterator<Item = (u16, &'a str)> {
    let shown = places(sheet).filter(|(_, column)| column.field.is_some() && column.personal == Personal::No);
    shown.filter_map(|(at, column)| {
        let value = reject.values.iter().find(|(place, _)| column_letters(*place) == column.letters)?;
        Some((at, value.1.as_str()))
    })
}

/// The letters of the column in which a bad cell stands (`F` of `F12`), if it stands in the row itself.
fn source_letters(cell: &RejectedCell) -> Option<&str> {
    let Place::Cell { cell: Some(address), .. } = &cell.place else { return None };
    let digits = address.find(|letter: char| letter.is_ascii_digit())?;
    address.get(..digits).filter(|letters| letters.bytes().all(|letter| letter.is_ascii_uppercase()))
}

fn mark(
    page: &mut Page<'_>,
    reject: &Reject,
    line: u32,
    cell: &RejectedCell,
    bad: &Format,
) -> Result<(), XlsxError> {
    let column = places(page.sheet).find(|(_, column)| source_letters(cell) == Some(column.letters.as_str()));
    // What stands in no cell of the row (a missing column) is marked at the row's number.
    let at = column.map_or(0, |(at, _)| at);
    let text = shown_values(page.sheet, reject).find(|(place, _)| *place == at).map(|(_, text)| text);
    match text {
        Some(text) => page.target.write_string_with_format(line, at, text, bad)?,
        None if at == 0 => page.target.write_number_with_format(line, 0, reject.row, bad)?,
        None => page.target.write_blank(line, at, bad)?,
    };
    let text = describe(page.contract, cell, page.lang);
    let note = Note::new(text).set_author("cchc").set_width(300).set_height(120);
    page.target.insert_note(line, at, &note)?;
    Ok(())
}

/// What is wanted in the cell, and what to do.
fn describe(contract: &Contract, cell: &RejectedCell, lang: Lang) -> String {
    let Wanted { value: wanted, rule } = describe_wanted(contract, cell.field, cell.problem);
    let title = contract.columns.get(cell.field).map(|column| column.title.clone()).unwrap_or_default();
    let words = RejectWords::Note { title, name: cell.column.clone(), wanted, rule }.message(lang);
    let hint = cell.problem.fault(contract, cell.field, 1, &IndexSet::new()).hint(lang);
    hint.map_or(words.clone(), |hint| format!("{words}\n{hint}"))
}

#[cfg(test)]
mod tests {
    use super::sheet_name;

    #[test]
    fn sheet_names_fit_and_differ() {
        assert_eq!(sheet_name(0, Some("Quý I/2023: [nháp]")), "1 Quý I2023 nháp");
        assert_eq!(sheet_name(1, None), "2");
        assert!(sheet_name(9, Some(&"x".repeat(99))).chars().count() <= 31);
    }
}
