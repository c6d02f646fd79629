//! Turns results into an XLSX workbook: a sheet per result, and one that says where they come from.
//!
//! Values keep their types, so that sums and filters work: numbers are numbers with the format that
//! their column declares, dates are dates. A text is a text, whatever it begins with: no cell is a formula.

mod header;
mod origin;

use std::io::{self, Write};

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::DataType;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::layout::{ColumnLayout, Style};
use super::{CellReader, Sheet};
use crate::engine::Answer;
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{OutputFault, ProvenanceWords};

pub(super) use header::heading_format;

/// Rows of a sheet, without the header.
const MOST_ROWS: usize = 1_048_575;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;
/// Characters of a cell, as Excel counts them: in units of UTF-16.
const MOST_LETTERS: usize = 32_767;
/// Rows that decide how wide a column is.
const ROWS_MEASURED: usize = 1000;
/// Least and greatest width of a column, in characters.
const WIDTHS: (usize, usize) = (8, 60);
/// The greatest whole number of which a cell keeps every digit: cells hold 15 digits.
const EXACT: f64 = 1e15;

/// Refuses what a sheet has no room for, before anything is written.
pub(super) fn check_room(answer: &Answer) -> Result<()> {
    let (rows, columns) = (answer.row_count(), answer.schema.fields().len());
    if rows > MOST_ROWS || columns > MOST_COLUMNS {
        return Err(OutputFault::TooLarge { rows, columns }.error());
    }
    let mut above = 0;
    for batch in &answer.batches {
        for (array, field) in batch.columns().iter().zip(answer.schema.fields()) {
            if let Some(row) = find_long_text(array) {
                let fault = OutputFault::TooLong { column: field.name().clone(), row: above + row + 1 };
                return Err(Error::new(fault));
            }
        }
        above += batch.num_rows();
    }
    Ok(())
}

fn find_long_text(array: &dyn Array) -> Option<usize> {
    let is_long = |text: &str| text.len() > MOST_LETTERS && text.encode_utf16().count() > MOST_LETTERS;
    let find = |mut texts: Box<dyn Iterator<Item = Option<&str>> + '_>| {
        texts.position(|text| text.is_some_and(is_long))
    };
    match array.data_type() {
        DataType::Utf8 => find(Box::new(array.as_string::<i32>().iter())),
        DataType::LargeUtf8 => find(Box::new(array.as_string::<i64>().iter())),
        DataType::Utf8View => find(Box::new(array.as_string_view().iter())),
        _ => None,
    }
}

/// Writes a workbook with one sheet per result.
pub(super) fn write_xlsx(out: &mut impl Write, sheets: &[Sheet<'_>], lang: Lang) -> io::Result<()> {
    let bytes = render(sheets, lang).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn render(sheets: &[Sheet<'_>], lang: Lang) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&describe_file(sheets, lang)?);
    let mut names = Vec::new();
    for sheet in sheets {
        let name = free_name(&sheet.name, &names);
        write_result(workbook.add_worksheet().set_name(&name)?, sheet)?;
        names.push(name);
    }
    if sheets.iter().any(|sheet| sheet.provenance.is_some()) {
        let name = free_name(&ProvenanceWords::Sheet.message(lang), &names);
        origin::write_provenance(workbook.add_worksheet().set_name(&name)?, sheets, lang)?;
    }
    workbook.save_to_buffer()
}

/// The same result gives the same bytes: the time is the fixed clock's, or none that means anything.
fn describe_file(sheets: &[Sheet<'_>], lang: Lang) -> std::result::Result<DocProperties, XlsxError> {
    let fixed =
        sheets.iter().find_map(|sheet| sheet.provenance.as_ref().and_then(|origin| origin.written_at));
    let created = match fixed {
        Some(time) => ExcelDateTime::from_timestamp(time.timestamp())?,
        None => ExcelDateTime::from_ymd(2000, 1, 1)?,
    };
    let title = sheets.first().map(|sheet| sheet.title.clone()).unwrap_or_default();
    Ok(DocProperties::new()
        .set_author("cchc")
        .set_title(title)
        .set_comment(notices(sheets, lang).join("\n"))
        .set_creation_datetime(&created))
}

/// Every notice once, in order.
fn notices(sheets: &[Sheet<'_>], lang: Lang) -> Vec<String> {
    let mut notices: Vec<String> = Vec::new();
    for notice in sheets.iter().flat_map(|sheet| &sheet.answer.notices) {
        let text = notice.message(lang);
        if !notices.contains(&text) {
            notices.push(text);
        }
    }
    notices
}

/// Makes a name that every spreadsheet takes and that no other sheet has.
fn free_name(wanted: &str, taken: &[String]) -> String {
    const LONGEST: usize = 31;
    let allowed = |letter: &char| {
        !matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !letter.is_control()
    };
    let kept: String = wanted.chars().filter(allowed).take(LONGEST).collect();
    let kept = if kept.trim().is_empty() { "cchc".to_owned() } else { kept.trim().to_owned() };
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let numbered = |number: usize| {
        let tail = format!(" {number}");
        let head: String = kept.chars().take(LONGEST - tail.len()).collect();
        head + &tail
    };
    // Of more names than are taken, one is free.
    let free = (2..taken.len() + 3).map(numbered).find(|name| !is_taken(name));
    if is_taken(&kept) { free.unwrap_or_default() } else { kept }
}

fn write_result(target: &mut Worksheet, sheet: &Sheet<'_>) -> std::result::Result<(), XlsxError> {
    let fields = sheet.answer.schema.fields();
    let lang = sheet.layout.lang();
    let header = header::write_header(target, sheet)?;
    let value_format = |column: &ColumnLayout, style, data_type: &DataType| {
        let format = value_format(column, style, data_type, lang);
        if sheet.form.is_empty() { format } else { format.set_border(FormatBorder::Thin) }
    };
    let columns = sheet.layout.columns.iter().zip(fields);
    let formats: Vec<Format> =
        columns.map(|(column, field)| value_format(column, column.style, field.data_type())).collect();
    let mut widths: Vec<usize> = sheet.layout.columns.iter().map(header::needed_width).collect();
    let mut line = header.end;
    for batch in &sheet.answer.batches {
        let readers = sheet.layout.readers(batch);
        for row in 0..batch.num_rows() {
            for (at, (reader, format)) in (0_u16..).zip(readers.iter().zip(&formats)) {
                let column = &sheet.layout.columns[usize::from(at)];
                if column.styles.is_empty() && column.tones.is_empty() {
                    write_value(target, (line, at), reader, row, format)?;
                } else {
                    let own = value_format(column, reader.style(row), reader.array().data_type());
                    write_value(target, (line, at), reader, row, &toned(own, reader.tone(row)))?;
                }
                if line as usize <= ROWS_MEASURED {
                    let text = reader.text(row);
                    let width = text.as_deref().or(reader.own_missing(row)).map_or(0, widest_line);
                    widths[usize::from(at)] = widths[usize::from(at)].max(width);
                }
            }
            line += 1;
        }
    }
    for (at, width) in (0_u16..).zip(widths) {
        target.set_column_width(at, column_width(width))?;
    }
    if let Some(last) = u16::try_from(formats.len()).ok().and_then(|count| count.checked_sub(1)) {
        target.set_freeze_panes(header.end, 0)?.set_repeat_rows(header.start, header.end - 1)?;
        if sheet.form.is_empty() {
            target.autofilter(header.end - 1, 0, line - 1, last)?;
        } else {
            // A form is read as a page: what its reader must know stands on it.
            let format = Format::new().set_italic().set_num_format("@");
            for (row, notice) in (line + 1..).zip(notices(std::slice::from_ref(sheet), lang)) {
                target.write_string_with_format(row, 0, notice, &format)?;
            }
        }
    }
    set_page(target, sheet);
    Ok(())
}

/// Printed on A4 across, as wide as the page; title above, notices below, since neither stands in a cell.
fn set_page(target: &mut Worksheet, sheet: &Sheet<'_>) {
    /// What Excel takes at the head or foot of a page.
    const MOST: usize = 240;
    const A4: u8 = 9;
    let safe = |text: &str| text.replace('&', "&&").chars().take(MOST).collect::<String>();
    target.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    if !sheet.title.is_empty() {
        target.set_header(format!("&C&B{}", safe(&sheet.title)));
    }
    let notes = notices(std::slice::from_ref(sheet), sheet.layout.lang()).join("; ");
    if !notes.is_empty() {
        target.set_footer(format!("&L{}", safe(&notes)));
    }
}

fn widest_line(text: &str) -> usize {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default()
}

/// Adds the room that a filter's button takes.
#[expect(clippy::cast_precision_loss, reason = "a width is at most sixty")]
fn column_width(letters: usize) -> f64 {
    (letters + 3).clamp(WIDTHS.0, WIDTHS.1) as f64
}

/// The format of a column's values: separators are the reader's spreadsheet's, decimals the column's.
fn value_format(column: &ColumnLayout, style: Style, data_type: &DataType, lang: Lang) -> Format {
    let decimals = |count: usize| if count == 0 { String::new() } else { format!(".{}", "0".repeat(count)) };
    let date = match lang {
        Lang::Vi => "dd/mm/yyyy",
        Lang::En => "yyyy-mm-dd",
    };
    let pattern = match (style, data_type) {
        (Style::Percent(count), _) => format!("0{}%", decimals(count)),
        (Style::Signed(count), _) => {
            let digits = format!("#,##0{}", decimals(count));
            format!("+{digits};-{digits};0{}", decimals(count))
        }
        (Style::Number(count), _) => format!("#,##0{}", decimals(count)),
        (_, DataType::Date32 | DataType::Date64) => date.to_owned(),
        (_, DataType::Timestamp(..)) => format!("{date} hh:mm"),
        (_, data_type) if data_type.is_integer() && column.grouped => "#,##0".to_owned(),
        (_, data_type) if data_type.is_integer() => "0".to_owned(),
        (_, DataType::Decimal128(_, scale)) if *scale > 0 => "#,##0.##".to_owned(),
        (_, data_type) if data_type.is_numeric() => "General".to_owned(),
        // Text, so that a later edit of the cell does not turn a code into a number or a formula.
        _ => "@".to_owned(),
    };
    let format = Format::new().set_num_format(pattern).set_align(FormatAlign::Top);
    if column.rigid { format } else { format.set_text_wrap() }
}

/// Sets off what is for the better or for the worse, in letters too, for those who print in black.
fn toned(format: Format, tone: Option<bool>) -> Format {
    match tone {
        Some(true) => {
            format.set_background_color(Color::RGB(0x00E2_F0D9)).set_font_color(Color::RGB(0x0037_5623))
        }
        Some(false) => {
            format.set_background_color(Color::RGB(0x00FB_E5D6)).set_font_color(Color::RGB(0x009C_0006))
        }
        None => format,
    }
}

fn write_value(
    target: &mut Worksheet,
    (line, at): (u32, u16),
    reader: &CellReader<'_>,
    row: usize,
    format: &Format,
) -> std::result::Result<(), XlsxError> {
    if reader.is_null(row) {
        match reader.own_missing(row) {
            Some(sign) => {
                let format = format.clone().set_align(FormatAlign::Right);
                target.write_string_with_format(line, at, sign, &format)?;
            }
            // Nothing but the cell's frame.
            None => drop(target.write_blank(line, at, format)?),
        }
        return Ok(());
    }
    let data_type = reader.array().data_type();
    if *data_type == DataType::Boolean {
        target.write_boolean_with_format(line, at, reader.array().as_boolean().value(row), format)?;
        return Ok(());
    }
    let number = if data_type.is_numeric() {
        reader.number(row).filter(|number| number.is_finite() && number.abs() < EXACT)
    } else {
        serial_date(reader.array(), row)
    };
    match number {
        Some(number) => target.write_number_with_format(line, at, number, format)?,
        // What a cell cannot hold as a number keeps its digits as text.
        None => target.write_string_with_format(line, at, reader.text(row).unwrap_or_default(), format)?,
    };
    Ok(())
}

/// Turns a date or a time into days since 1899-12-31, as spreadsheets count them from March 1900 on:
/// before that they count a day that never was.
fn serial_date(array: &dyn Array, row: usize) -> Option<f64> {
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::{TimeUnit, TimestampMicrosecondType};
    const EPOCH: f64 = 25_569.0;
    const FIRST: f64 = 61.0;
    const MICROS_PER_DAY: f64 = 86_400e6;
    if !matches!(array.data_type(), DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) {
        return None;
    }
    let times = cast(&array.slice(row, 1), &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
    let micros = times.as_primitive_opt::<TimestampMicrosecondType>().filter(|times| times.is_valid(0))?;
    #[expect(clippy::cast_precision_loss, reason = "2^53 microseconds are 285 years, and cells hold seconds")]
    let days = micros.value(0) as f64 / MICROS_PER_DAY + EPOCH;
    (days >= FIRST).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::free_name;

    #[test]
    fn sheet_names_fit_and_differ() {
        assert_eq!(free_name("Quý I/2023: [nháp]", &[]), "Quý I2023 nháp");
        assert_eq!(free_name("", &[]), "cchc");
        let long = "x".repeat(40);
        let first = free_name(&long, &[]);
        let second = free_name(&long, std::slice::from_ref(&first));
        assert_eq!((first.chars().count(), second.chars().count()), (31, 31));
        assert_ne!(first, second);
    }
}
