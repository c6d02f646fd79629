//! Turns an Excel workbook (since 2007) into sheets.
//!
//! Cells are read one by one with their style, never as a range: a stray cell in the last row of a
//! sheet would make a range of a million rows, and only the style tells 101,3 % from 1,013.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError};

use super::{Cell, Merge, Sheet, Shown};
use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// Reads all worksheets of the workbook in `bytes`.
pub(super) fn read_xlsx(bytes: &[u8], file: &str) -> Result<Vec<Sheet>> {
    let damaged = |cause: XlsxError| fault(file, cause);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let mut read = Vec::new();
    for metadata in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let mut sheet = read_cells(&mut workbook, &metadata.name).map_err(damaged)?;
        sheet.merges = read_merges(&mut workbook, &metadata.name).map_err(damaged)?;
        sheet.name = Some(metadata.name.clone());
        sheet.visible = metadata.visible == SheetVisible::Visible;
        sheet.since_1904 = workbook.has_1904_epoch();
        read.push(sheet);
    }
    Ok(read)
}

fn fault(file: &str, cause: XlsxError) -> Error {
    let file = file.to_owned();
    match cause {
        XlsxError::Password => SourceFault::Encrypted { file }.into(),
        cause => Error::new(SourceFault::Damaged { file }).caused_by(cause),
    }
}

fn read_cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let percents: Vec<bool> = reader.styles().iter().map(is_percent).collect();
    let mut cells = Vec::new();
    while let Some((cell, style)) = reader.next_cell_with_style_id()? {
        let (row, column) = cell.get_position();
        let shown = if percents.get(style) == Some(&true) { Shown::Percent } else { Shown::Plain };
        cells.push((row.saturating_add(1), column as usize, convert(cell.get_value(), shown)));
    }
    Ok(Sheet::from_cells(cells))
}

fn convert(value: &DataRef<'_>, shown: Shown) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Float(value) => Cell::Number { value: *value, shown },
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold no integers beyond 2^53")]
        DataRef::Int(value) => Cell::Number { value: *value as f64, shown },
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(value) => super::xls::convert_date_time(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::text(text),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

fn is_percent(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| {
        // Text in quotes is printed as it stands and does not scale the number.
        matches!(format.format_id, Some(9 | 10))
            || format
                .format_code
                .split('"')
                .step_by(2)
                .any(|part| part.contains('%') && !part.contains("\\%"))
    })
}

fn read_merges(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Merge>, XlsxError> {
    let merges = workbook.merge_cells_by_sheet_name(name)?;
    Ok(merges.iter().map(super::xls::convert_merge).collect())
}
