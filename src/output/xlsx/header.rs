//! Writes what stands above a result's rows: the lines of a printed form, headings, numbers of columns.

use std::ops::Range;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use crate::output::heading::{HeadingCell, header_height, last_part, stack_headings};
use crate::output::{ColumnLayout, Sheet};

/// How headings look.
pub(in crate::output) fn heading_format() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0x00DD_EBF7))
        .set_border(FormatBorder::Thin)
}

/// Writes the header and returns its rows, without the lines of a form above it.
pub(super) fn write_header(target: &mut Worksheet, sheet: &Sheet<'_>) -> Result<Range<u32>, XlsxError> {
    let start = write_form_lines(target, sheet)?;
    let cells = stack_headings(&sheet.layout.columns);
    let heading = heading_format();
    for cell in &cells {
        write_heading(target, start, cell, &heading)?;
    }
    let mut end = start + line_number(header_height(&cells));
    if !sheet.form.numbers.is_empty() {
        let format = Format::new()
            .set_italic()
            .set_num_format("@")
            .set_align(FormatAlign::Center)
            .set_border(FormatBorder::Thin);
        for (at, number) in (0_u16..).zip(&sheet.form.numbers) {
            target.write_string_with_format(end, at, format!("({number})"), &format)?;
        }
        end += 1;
    }
    Ok(start..end)
}

/// Returns the width that a column's heading needs; a long one goes on in a second line.
pub(super) fn needed_width(column: &ColumnLayout) -> usize {
    let heading = last_part(&column.heading);
    let longest_word = heading.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or_default();
    heading.width().div_ceil(2).max(longest_word)
}

/// Writes a form's lines, its title first, each across the table, and returns the row after them.
fn write_form_lines(target: &mut Worksheet, sheet: &Sheet<'_>) -> Result<u32, XlsxError> {
    if sheet.form.lines.is_empty() {
        return Ok(0);
    }
    let last = u16::try_from(sheet.layout.columns.len().saturating_sub(1)).unwrap_or_default();
    let lines = std::iter::once(&sheet.title).chain(&sheet.form.lines);
    let mut row = 0;
    for line in lines {
        let format = Format::new().set_num_format("@").set_align(FormatAlign::Center);
        let format = if row == 0 { format.set_bold() } else { format };
        match last {
            0 => drop(target.write_string_with_format(row, 0, line, &format)?),
            _ => drop(target.merge_range(row, 0, row, last, line, &format)?),
        }
        row += 1;
    }
    Ok(row + 1)
}

fn write_heading(
    target: &mut Worksheet,
    start: u32,
    cell: &HeadingCell<'_>,
    format: &Format,
) -> Result<(), XlsxError> {
    let row = start + line_number(cell.row);
    let column = u16::try_from(cell.column).unwrap_or(u16::MAX);
    if cell.rows == 1 && cell.columns == 1 {
        target.write_string_with_format(row, column, cell.text, format)?;
        return Ok(());
    }
    let bottom = row + line_number(cell.rows - 1);
    let right = u16::try_from(cell.column + cell.columns - 1).unwrap_or(u16::MAX);
    target.merge_range(row, column, bottom, right, cell.text, format)?;
    Ok(())
}

fn line_number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
