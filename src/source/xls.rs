//! Turns an Excel workbook before 2007 (BIFF) into sheets.
//!
//! The reader does not tell how a number is shown, so a number here is of unknown appearance and a
//! rate must be written with its percent sign.

use std::io::Cursor;

use calamine::{Data, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError};
use chrono::NaiveDate;

use super::{Cell, Merge, Sheet, Shown};
use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// Reads all worksheets of the workbook in `bytes`.
pub(super) fn read_xls(bytes: &[u8], file: &str) -> Result<Vec<Sheet>> {
    if is_encrypted_package(bytes) {
        return Err(SourceFault::Encrypted { file: file.to_owned() }.into());
    }
    let damaged = |cause: XlsError| fault(file, cause);
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let mut read = Vec::new();
    for metadata in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let range = workbook.worksheet_range(&metadata.name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or((0, 0));
        let cells = range.used_cells().map(|(row, column, value)| {
            let number = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top).saturating_add(1);
            (number, column + left as usize, convert(value))
        });
        let mut sheet = Sheet::from_cells(cells);
        let merges = workbook.merge_cells_by_sheet_name(&metadata.name).map_err(damaged)?;
        sheet.merges = merges.iter().map(convert_merge).collect();
        sheet.name = Some(metadata.name.clone());
        sheet.visible = metadata.visible == SheetVisible::Visible;
        sheet.since_1904 = workbook.has_1904_epoch();
        read.push(sheet);
    }
    Ok(read)
}

fn fault(file: &str, cause: XlsError) -> Error {
    let file = file.to_owned();
    match cause {
        XlsError::Password => SourceFault::Encrypted { file }.into(),
        cause => Error::new(SourceFault::Damaged { file }).caused_by(cause),
    }
}

/// A new workbook with a password is the same container with a stream of this name in it.
fn is_encrypted_package(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn convert(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Float(value) => Cell::Number { value: *value, shown: Shown::Unknown },
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold no integers beyond 2^53")]
        Data::Int(value) => Cell::Number { value: *value as f64, shown: Shown::Unknown },
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(value) => convert_date_time(*value),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

/// Converts a serial date; one that is no date (29 February 1900, a duration) becomes an error cell.
pub(super) fn convert_date_time(value: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(i32::from(year), month.into(), day.into());
    let time = date
        .filter(|_| value.is_datetime())
        .and_then(|date| date.and_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into()));
    time.map_or_else(|| Cell::Error(value.as_f64().to_string()), Cell::DateTime)
}

pub(super) fn convert_merge(region: &Dimensions) -> Merge {
    Merge {
        top: region.start.0.saturating_add(1),
        bottom: region.end.0.saturating_add(1),
        left: region.start.1 as usize,
        right: region.end.1 as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::convert_date_time;
    use crate::source::Cell;
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    fn time(serial: f64) -> Cell {
        convert_date_time(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false))
    }

    #[test]
    fn serial_times_come_out_at_the_second() {
        let wanted = chrono::NaiveDate::from_ymd_opt(2022, 1, 6).unwrap().and_hms_opt(8, 12, 11).unwrap();
        assert_eq!(time(44_567.341_793_981_48), Cell::DateTime(wanted));
    }

    #[test]
    fn the_day_that_never_was_is_an_error() {
        assert!(matches!(time(60.0), Cell::Error(_)));
    }
}
