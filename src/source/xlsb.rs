//! Turns a binary Excel workbook (since 2007) into sheets.
//!
//! The package is that of XLSX; the parts are records instead of XML. Source: \[MS-XLSB\].

use super::book::{Book, ListedSheet, StyleTable};
use super::bytes::{Bytes, error_cell};
use super::cell::OwnedCell;
use super::fonts::{Font, Written};
use super::grid::Grid;
use super::limits::{self, Budget};
use super::number_format::Epoch;
use super::package::Package;
use super::xls::split_runs;
use super::xlsx::{Relations, find_workbook, read_relations};
use super::{Merge, Sheet};
use crate::error::Result;
use crate::messages::SourceFault;

/// Reads all worksheets.
pub(super) fn read_xlsb(package: &mut Package<'_>, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let workbook = find_workbook(package)?;
    let relations = read_relations(package, &workbook)?;
    let mut book = Book::default();
    let listed = read_workbook(&need_part(package, &workbook)?, &relations, &mut book)?;
    let mut table = StyleTable::default();
    if let Some(part) = relations.part("/styles").filter(|part| package.has(part)) {
        read_styles(&need_part(package, part)?, &mut table, &mut book)?;
    }
    if let Some(part) = relations.part("/sharedStrings").filter(|part| package.has(part)) {
        read_strings(&need_part(package, part)?, &table, &mut book, budget)?;
    }
    let mut sheets = Vec::new();
    for listed in listed {
        let part = need_part(package, &listed.part)?;
        let mut grid = Grid::new(budget);
        read_sheet(&part, &table, &book, &mut grid).map_err(|error| listed.blame(error, file))?;
        sheets.push(book.finish(grid, &listed, file)?);
    }
    Ok(sheets)
}

fn need_part(package: &mut Package<'_>, name: &str) -> Result<Vec<u8>> {
    package.read_part(name)?.ok_or_else(|| SourceFault::Damaged.into())
}

/// Walks over the records: a number of one or two bytes, a length of up to four.
struct Records<'a>(Bytes<'a>);

impl<'a> Records<'a> {
    fn new(part: &'a [u8]) -> Self {
        Self(Bytes(part))
    }

    fn next(&mut self) -> Result<Option<(u32, Bytes<'a>)>> {
        if self.0.0.is_empty() {
            return Ok(None);
        }
        let (kind, length) = (self.packed(2)?, self.packed(4)?);
        Ok(Some((kind, Bytes(self.0.take(length as usize)?))))
    }

    fn packed(&mut self, most: u32) -> Result<u32> {
        let mut value = 0;
        for step in 0..most {
            let byte = self.0.u8()?;
            value |= u32::from(byte & 0x7F) << (7 * step);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(value)
    }
}

fn wide_text(bytes: &mut Bytes<'_>) -> Result<String> {
    let count = bytes.u32()? as usize;
    // A text that is not there has the length of all bits set.
    if count == u32::MAX as usize {
        return Ok(String::new());
    }
    Ok(String::from_utf16_lossy(&bytes.utf16(count)?))
}

fn rich_text(bytes: &mut Bytes<'_>, table: &StyleTable) -> Result<Written> {
    let flags = bytes.u8()?;
    let count = bytes.u32()? as usize;
    let units = bytes.utf16(count)?;
    let mut starts: Vec<(usize, Font)> = Vec::new();
    if flags & 1 != 0 {
        for _ in 0..bytes.u32()? {
            starts.push((usize::from(bytes.u16()?), table.font(usize::from(bytes.u16()?))));
        }
    }
    Ok(split_runs(&units, &starts))
}

fn read_workbook(part: &[u8], relations: &Relations, book: &mut Book) -> Result<Vec<ListedSheet>> {
    let mut sheets = Vec::new();
    let mut records = Records::new(part);
    while let Some((kind, mut bytes)) = records.next()? {
        match kind {
            // BrtWbProp, BrtBundleSh, BrtCalcProp
            153 if bytes.u32()? & 1 != 0 => book.epoch = Epoch::Y1904,
            156 => {
                let visible = bytes.u32()? == 0;
                bytes.skip(4)?;
                let (id, name) = (wide_text(&mut bytes)?, wide_text(&mut bytes)?);
                let part = relations.worksheet(&id).map(str::to_owned);
                sheets.extend(part.map(|part| ListedSheet { name, visible, part }));
            }
            157 => {
                bytes.skip(24)?;
                book.is_uncomputed = bytes.u16()? & 1 != 0;
            }
            _ => {}
        }
        if sheets.len() > limits::SHEETS {
            return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
        }
    }
    Ok(sheets)
}

fn read_styles(part: &[u8], table: &mut StyleTable, book: &mut Book) -> Result<()> {
    let mut formats = Vec::new();
    let mut in_cell_formats = false;
    let mut records = Records::new(part);
    while let Some((kind, mut bytes)) = records.next()? {
        match kind {
            // BrtFont, BrtFmt, BrtXF, BrtBeginCellXFs, BrtEndCellXFs
            43 => {
                bytes.skip(21)?;
                table.add_font(&wide_text(&mut bytes)?);
            }
            44 => {
                let id = u32::from(bytes.u16()?);
                table.add_format(id, &wide_text(&mut bytes)?);
            }
            47 if in_cell_formats => {
                bytes.skip(2)?;
                formats.push((u32::from(bytes.u16()?), usize::from(bytes.u16()?)));
            }
            617 => in_cell_formats = true,
            618 => in_cell_formats = false,
            _ => {}
        }
    }
    book.styles = formats.into_iter().map(|(format, font)| table.style(format, font)).collect();
    Ok(())
}

fn read_strings(part: &[u8], table: &StyleTable, book: &mut Book, budget: &mut Budget) -> Result<()> {
    let mut records = Records::new(part);
    while let Some((kind, mut bytes)) = records.next()? {
        // BrtSSTItem
        if kind == 19 {
            book.add_text(rich_text(&mut bytes, table)?, budget)?;
        }
    }
    Ok(())
}

fn read_sheet(part: &[u8], table: &StyleTable, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
    let mut records = Records::new(part);
    let mut row = 0_u32;
    let mut column = 0_usize;
    while let Some((kind, mut bytes)) = records.next()? {
        match kind {
            // BrtRowHdr: the second byte of the flags holds the hidden one
            0 => {
                row = bytes.u32()?.saturating_add(1);
                bytes.skip(7)?;
                if bytes.u8()? & 0x10 != 0 {
                    grid.hide_row(row);
                }
            }
            // Cells with a column of their own, and short ones that follow the last
            1..=11 | 62 => {
                column = bytes.u32()? as usize;
                read_cell(kind, bytes, (row, column), table, book, grid)?;
            }
            12..=18 => {
                column = column.saturating_add(1);
                read_cell(kind - 11, bytes, (row, column), table, book, grid)?;
            }
            // BrtColInfo
            60 => {
                let (first, last) = (bytes.u32()? as usize, bytes.u32()? as usize);
                bytes.skip(8)?;
                if bytes.u16()? & 1 != 0 {
                    grid.hide_columns(first, last);
                }
            }
            // BrtMergeCell
            176 => {
                let (top, bottom) = (bytes.u32()?.saturating_add(1), bytes.u32()?.saturating_add(1));
                let (left, right) = (bytes.u32()? as usize, bytes.u32()? as usize);
                grid.merge(Merge { top, bottom, left, right })?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_cell(
    kind: u32,
    mut bytes: Bytes<'_>,
    (row, column): (u32, usize),
    table: &StyleTable,
    book: &Book,
    grid: &mut Grid<'_>,
) -> Result<()> {
    // The style takes three bytes, a flag the fourth.
    let style = book.style((bytes.u32()? & 0x00FF_FFFF) as usize);
    let text = |text: Written, grid: &mut Grid<'_>| OwnedCell::text(&text.read(style.font, &mut grid.notes));
    let cell = match kind {
        2 => book.number(bytes.rk()?, style),
        3 | 11 => error_cell(bytes.u8()?),
        4 | 10 => OwnedCell::Bool(bytes.u8()? != 0),
        5 | 9 => book.number(bytes.f64()?, style),
        6 | 8 => text(Written::Plain(wide_text(&mut bytes)?), grid),
        7 => OwnedCell::text(&book.shared_text(bytes.u32()? as usize, style, &mut grid.notes)?),
        62 => text(rich_text(&mut bytes, table)?, grid),
        _ => return Ok(()),
    };
    let cell = if matches!(kind, 8..=11) { book.result(Some(cell), &mut grid.notes) } else { cell };
    grid.put(row, column, cell.lend())
}
