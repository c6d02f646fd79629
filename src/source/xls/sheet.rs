//! Turns the records of a worksheet into cells.

use super::globals::Globals;
use super::records::{Record, Records};
use super::strings::Chunks;
use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::Merge;
use crate::source::book::Style;
use crate::source::bytes::{Bytes, error_cell};
use crate::source::cell::OwnedCell;
use crate::source::grid::Grid;

/// A row number and a column with the style of the cell there.
#[derive(Debug, Clone, Copy)]
struct Head {
    number: u32,
    column: usize,
    style: Style,
}

/// Reads all cells, merged regions, hidden rows and columns.
pub(super) fn read_sheet(records: Records<'_>, globals: &Globals, grid: &mut Grid<'_>) -> Result<()> {
    // Charts on the sheet are sheets within the sheet.
    let mut depth = 0_usize;
    // The formula whose text stands in a record of its own.
    let mut waiting: Option<Head> = None;
    for record in records {
        match record.kind {
            0x0809 => depth += 1,
            0x000A if depth <= 1 => return Ok(()),
            0x000A => depth -= 1,
            _ if depth != 1 => {}
            0x0207 => {
                if let Some(head) = waiting.take() {
                    let text = globals.read_text(&mut Chunks::new(&record.chunks))?;
                    let cell = OwnedCell::text(&text.read(head.style.font, &mut grid.notes));
                    put_result(Some(cell), head, globals, grid)?;
                }
            }
            0x0006 | 0x0206 | 0x0406 => waiting = read_formula(record.bytes(), globals, grid)?,
            _ => read_record(&record, globals, grid)?,
        }
    }
    // A stream without an end was cut.
    Err(SourceFault::Damaged.into())
}

fn read_record(record: &Record<'_>, globals: &Globals, grid: &mut Grid<'_>) -> Result<()> {
    let mut bytes = record.bytes();
    let bytes = &mut bytes;
    match record.kind {
        0x0203 => {
            let head = read_head(bytes, globals)?;
            put(head, globals.book.number(bytes.f64()?, head.style), grid)
        }
        0x027E => {
            let head = read_head(bytes, globals)?;
            put(head, globals.book.number(bytes.rk()?, head.style), grid)
        }
        0x00BD => read_numbers(bytes, globals, grid),
        0x00FD => {
            let head = read_head(bytes, globals)?;
            let text = globals.book.shared_text(bytes.u32()? as usize, head.style, &mut grid.notes)?;
            let cell = OwnedCell::text(&text);
            put(head, cell, grid)
        }
        0x0204 | 0x00D6 => {
            let head = read_head(bytes, globals)?;
            let mut chunks = Chunks::new(&record.chunks);
            (0..3).try_for_each(|_| chunks.u16().map(drop))?;
            let text = globals.read_text(&mut chunks)?;
            put(head, OwnedCell::text(&text.read(head.style.font, &mut grid.notes)), grid)
        }
        0x0205 => {
            let head = read_head(bytes, globals)?;
            let (value, is_error) = (bytes.u8()?, bytes.u8()? != 0);
            put(head, if is_error { error_cell(value) } else { OwnedCell::Bool(value != 0) }, grid)
        }
        0x0208 => {
            let number = u32::from(bytes.u16()?) + 1;
            bytes.skip(10)?;
            if bytes.u16()? & 0x20 != 0 {
                grid.hide_row(number);
            }
            Ok(())
        }
        0x007D => {
            let (first, last) = (bytes.u16()?, bytes.u16()?);
            bytes.skip(4)?;
            if bytes.u16()? & 1 != 0 {
                grid.hide_columns(usize::from(first), usize::from(last));
            }
            Ok(())
        }
        0x00E5 => read_merges(bytes, grid),
        _ => Ok(()),
    }
}

fn read_head(bytes: &mut Bytes<'_>, globals: &Globals) -> Result<Head> {
    let (row, column) = (bytes.u16()?, bytes.u16()?);
    let style = globals.book.style(usize::from(bytes.u16()?));
    Ok(Head { number: u32::from(row) + 1, column: usize::from(column), style })
}

#[expect(clippy::needless_pass_by_value, reason = "callers make the cell for this call alone")]
fn put(head: Head, cell: OwnedCell, grid: &mut Grid<'_>) -> Result<()> {
    grid.put(head.number, head.column, cell.lend())
}

/// Several numbers side by side.
fn read_numbers(bytes: &mut Bytes<'_>, globals: &Globals, grid: &mut Grid<'_>) -> Result<()> {
    let number = u32::from(bytes.u16()?) + 1;
    let first = usize::from(bytes.u16()?);
    // Two bytes at the end repeat the last column.
    let count = bytes.0.len().saturating_sub(2) / 6;
    for column in first..first + count {
        let style = globals.book.style(usize::from(bytes.u16()?));
        put(Head { number, column, style }, globals.book.number(bytes.rk()?, style), grid)?;
    }
    Ok(())
}

/// Reads a formula's result; returns where it stands if its text follows.
fn read_formula(mut bytes: Bytes<'_>, globals: &Globals, grid: &mut Grid<'_>) -> Result<Option<Head>> {
    let head = read_head(&mut bytes, globals)?;
    let result = bytes.take(8)?;
    let to_compute = bytes.u16()? & 2 != 0;
    let cell = match result {
        [0, .., 0xFF, 0xFF] => return Ok(Some(head)),
        [1, _, value, .., 0xFF, 0xFF] => OwnedCell::Bool(*value != 0),
        [2, _, value, .., 0xFF, 0xFF] => error_cell(*value),
        [_, .., 0xFF, 0xFF] => OwnedCell::Empty,
        number => {
            let value = Bytes(number).f64()?;
            let is_nobodys = to_compute && value == 0.0;
            return put_result(
                (!is_nobodys).then(|| globals.book.number(value, head.style)),
                head,
                globals,
                grid,
            )
            .map(|()| None);
        }
    };
    put_result(Some(cell), head, globals, grid)?;
    Ok(None)
}

fn put_result(stored: Option<OwnedCell>, head: Head, globals: &Globals, grid: &mut Grid<'_>) -> Result<()> {
    let cell = globals.book.result(stored, &mut grid.notes);
    put(head, cell, grid)
}

fn read_merges(bytes: &mut Bytes<'_>, grid: &mut Grid<'_>) -> Result<()> {
    for _ in 0..bytes.u16()? {
        let (top, bottom) = (bytes.u16()?, bytes.u16()?);
        let (left, right) = (bytes.u16()?, bytes.u16()?);
        grid.merge(Merge {
            top: u32::from(top) + 1,
            bottom: u32::from(bottom) + 1,
            left: usize::from(left),
            right: usize::from(right),
        })?;
    }
    Ok(())
}
