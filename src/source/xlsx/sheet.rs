//! Turns the XML of a worksheet into cells.

use std::io::BufRead;

use quick_xml::events::BytesStart;

use super::strings::{RichText, unescape};
use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::book::{Book, Style};
use crate::source::cell::OwnedCell;
use crate::source::fonts::Written;
use crate::source::grid::{Grid, parse_address, parse_region};
use crate::source::number_format::iso_time;
use crate::source::xml::{Token, Xml, attribute, attributes, is_true};

/// Reads all cells, merged regions, hidden rows and columns.
pub(super) fn read_sheet<R: BufRead>(mut xml: Xml<R>, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
    let mut reader = SheetReader::default();
    loop {
        let token = xml.next()?;
        if let Token::End = token {
            return Ok(());
        }
        reader.read(&token, book, grid)?;
    }
}

/// Where the reader stands.
#[derive(Debug, Default)]
struct SheetReader {
    /// 1-based number of the last row; 0 before the first.
    row: u32,
    /// Column after the last cell of the row.
    next_column: usize,
    cell: Option<OpenCell>,
}

/// A cell that is being read.
#[derive(Debug, Default)]
struct OpenCell {
    column: usize,
    style: usize,
    kind: Kind,
    has_formula: bool,
    value: Option<String>,
    in_value: bool,
    inline: Option<RichText>,
}

/// What a cell's value is (`t`).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    Date,
}

impl SheetReader {
    fn read(&mut self, token: &Token<'_>, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
        match token {
            Token::Open(tag) if self.cell.is_some() => self.open_in_cell(token, tag),
            Token::Open(tag) => self.open(tag, grid),
            Token::Close(tag) => match tag.local_name().as_ref() {
                "c" => self.close_cell(book, grid),
                "v" => {
                    self.cell.iter_mut().for_each(|cell| cell.in_value = false);
                    Ok(())
                }
                _ => self.in_inline(token),
            },
            Token::Text(text) => {
                if let Some(OpenCell { in_value: true, value, .. }) = &mut self.cell {
                    value.get_or_insert_default().push_str(text);
                    return Ok(());
                }
                self.in_inline(token)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, grid: &mut Grid<'_>) -> Result<()> {
        match tag.local_name().as_ref() {
            "c" => self.open_cell(tag)?,
            "row" => self.open_row(tag, grid)?,
            "col" => hide_columns(tag, grid)?,
            "mergeCell" => {
                let region = attribute(tag, "ref")?.ok_or(SourceFault::Damaged)?;
                grid.merge(parse_region(&region).ok_or(SourceFault::Damaged)?)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open_row(&mut self, tag: &BytesStart<'_>, grid: &mut Grid<'_>) -> Result<()> {
        let mut number = self.row.saturating_add(1);
        let mut hidden = false;
        for attribute in attributes(tag) {
            match attribute? {
                ("r", value) => number = value.trim().parse().map_err(|_| SourceFault::Damaged)?,
                ("hidden", value) => hidden = is_true(&value),
                _ => {}
            }
        }
        self.row = number;
        self.next_column = 0;
        if hidden {
            grid.hide_row(number);
        }
        Ok(())
    }

    fn open_cell(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        let mut cell = OpenCell { column: self.next_column, ..OpenCell::default() };
        for attribute in attributes(tag) {
            match attribute? {
                ("r", value) => {
                    let (row, column) = parse_address(&value)
                        .ok_or_else(|| SourceFault::OutsideSheet { address: value.into_owned() })?;
                    self.row = row;
                    cell.column = column;
                }
                ("s", value) => cell.style = value.parse().unwrap_or(0),
                ("t", value) => {
                    cell.kind = match value.as_ref() {
                        "n" => Kind::Number,
                        "s" => Kind::Shared,
                        "str" => Kind::Text,
                        "inlineStr" => Kind::Inline,
                        "b" => Kind::Bool,
                        "e" => Kind::Error,
                        "d" => Kind::Date,
                        _ => return Err(SourceFault::Damaged.into()),
                    }
                }
                _ => {}
            }
        }
        self.next_column = cell.column.saturating_add(1);
        self.cell = Some(cell);
        Ok(())
    }

    fn open_in_cell(&mut self, token: &Token<'_>, tag: &BytesStart<'_>) -> Result<()> {
        let Some(cell) = &mut self.cell else { return Ok(()) };
        match tag.local_name().as_ref() {
            "v" => {
                cell.in_value = true;
                cell.value.get_or_insert_default();
            }
            "f" => cell.has_formula = true,
            "is" => cell.inline = Some(RichText::default()),
            _ => return self.in_inline(token),
        }
        Ok(())
    }

    fn in_inline(&mut self, token: &Token<'_>) -> Result<()> {
        match self.cell.as_mut().and_then(|cell| cell.inline.as_mut()) {
            Some(text) => text.read(token),
            None => Ok(()),
        }
    }

    fn close_cell(&mut self, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let (column, has_formula) = (cell.column, cell.has_formula);
        let stored = cell.finish(book, grid)?;
        let cell =
            if has_formula { book.result(stored, &mut grid.notes) } else { stored.unwrap_or_default() };
        grid.put(self.row, column, cell.lend())
    }
}

impl OpenCell {
    /// Makes the cell; `None` if nothing is stored in it.
    fn finish(mut self, book: &Book, grid: &mut Grid<'_>) -> Result<Option<OwnedCell>> {
        let style = book.style(self.style);
        if let Some(mut text) = self.inline.take() {
            return Ok(Some(OwnedCell::text(&text.take().read(style.font, &mut grid.notes))));
        }
        let Some(value) = self.value else { return Ok(None) };
        Ok(match self.kind {
            Kind::Text | Kind::Inline => Some(typed_text(&value, style, grid)),
            _ if value.trim().is_empty() => None,
            Kind::Number => Some(match value.trim().parse() {
                Ok(number) => book.number(number, style),
                Err(_) => typed_text(&value, style, grid),
            }),
            Kind::Shared => {
                let index = value.trim().parse().map_err(|_| SourceFault::Damaged)?;
                Some(book.shared_text(index, style, &mut grid.notes)?)
            }
            Kind::Bool => Some(OwnedCell::Bool(is_true(&value))),
            Kind::Error => Some(OwnedCell::Error(value)),
            Kind::Date => Some(iso_time(&value).map_or_else(|| OwnedCell::text(&value), OwnedCell::DateTime)),
        })
    }
}

fn typed_text(value: &str, style: Style, grid: &mut Grid<'_>) -> OwnedCell {
    OwnedCell::text(&Written::Plain(unescape(value)).read(style.font, &mut grid.notes))
}

fn hide_columns(tag: &BytesStart<'_>, grid: &mut Grid<'_>) -> Result<()> {
    if attribute(tag, "hidden")?.is_some_and(|value| is_true(&value)) {
        let number = |name| -> Result<Option<usize>> {
            Ok(attribute(tag, name)?.and_then(|value| value.trim().parse::<usize>().ok()))
        };
        if let (Some(first), Some(last)) = (number("min")?, number("max")?) {
            grid.hide_columns(first.saturating_sub(1), last.saturating_sub(1));
        }
    }
    Ok(())
}
