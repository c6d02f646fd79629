//! Turns `SpreadsheetML` 2003, the XML that reporting systems name `.xls`, into sheets.
//!
//! Source: Microsoft's "XML Spreadsheet Reference": `ss:Index` jumps, `ss:MergeAcross` and
//! `ss:MergeDown` count further cells, `ss:Span` repeats a row's or column's format.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::book::{Style, blame_sheet};
use super::cell::OwnedCell;
use super::fonts::{Written, parse_font};
use super::grid::Grid;
use super::limits::{self, Budget};
use super::number_format::{Epoch, Shape, iso_time, number_cell, parse_shape};
use super::xml::{Token, Xml, attribute, attributes, is_true};
use super::{Merge, Sheet, Unreadable};
use crate::error::Result;
use crate::messages::SourceFault;

/// Tells whether the text is such a document.
pub(super) fn looks_like_spreadsheetml(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect();
    head.trim_start_matches(super::cell::is_blank).starts_with('<')
        && head.contains("urn:schemas-microsoft-com:office:spreadsheet")
        && head.contains("Workbook")
        && !head.contains("<html")
}

/// Reads all worksheets.
pub(super) fn read_spreadsheetml(text: &str, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let mut xml = Xml::new(text.as_bytes());
    let mut styles = Styles::default();
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Token::Open(tag) => match tag.local_name().as_ref() {
                "Worksheet" => {
                    let name = attribute(&tag, "Name")?.unwrap_or_default().into_owned();
                    if sheets.len() >= limits::SHEETS {
                        return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
                    }
                    let mut grid = Grid::new(budget);
                    let visible = read_worksheet(&mut xml, &styles, &mut grid)
                        .map_err(|error| blame_sheet(error, file, &name))?;
                    let since_1904 = styles.epoch == Epoch::Y1904;
                    sheets.push(Sheet { since_1904, ..grid.finish(Some(name), visible)? });
                }
                _ => styles.read(&tag)?,
            },
            Token::End => return Ok(sheets),
            _ => {}
        }
    }
}

#[derive(Debug, Default)]
struct Styles {
    by_name: HashMap<String, Style>,
    current: String,
    epoch: Epoch,
}

impl Styles {
    fn read(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        match tag.local_name().as_ref() {
            "Style" => {
                self.current = attribute(tag, "ID")?.unwrap_or_default().into_owned();
                let parent = attribute(tag, "Parent")?
                    .map_or_else(|| "Default".to_owned(), std::borrow::Cow::into_owned);
                let inherited = self.by_name.get(&parent).copied().unwrap_or_default();
                self.by_name.insert(self.current.clone(), inherited);
            }
            "Font" => {
                if let (Some(style), Some(name)) =
                    (self.by_name.get_mut(&self.current), attribute(tag, "FontName")?)
                {
                    style.font = parse_font(&name);
                }
            }
            "NumberFormat" => {
                if let (Some(style), Some(code)) =
                    (self.by_name.get_mut(&self.current), attribute(tag, "Format")?)
                {
                    style.shape = shape_of(&code);
                }
            }
            "Date1904" => self.epoch = Epoch::Y1904,
            _ => {}
        }
        Ok(())
    }

    fn style(&self, name: Option<&str>) -> Style {
        self.by_name.get(name.unwrap_or("Default")).copied().unwrap_or_default()
    }
}

/// Formats have names of their own here.
fn shape_of(code: &str) -> Shape {
    match code {
        "Percent" => Shape::Percent,
        "General Date" | "Long Date" | "Medium Date" | "Short Date" | "Long Time" | "Medium Time"
        | "Short Time" => Shape::Date,
        "General" | "General Number" | "Currency" | "Euro Currency" | "Fixed" | "Standard" | "Scientific"
        | "Yes/No" | "True/False" | "On/Off" => Shape::Plain,
        code => parse_shape(code),
    }
}

/// A cell that is being read.
#[derive(Default)]
struct OpenCell {
    column: usize,
    across: usize,
    down: u32,
    style: Style,
    has_formula: bool,
    kind: Option<String>,
    text: String,
}

/// Reads a worksheet up to its end tag; returns whether it is shown.
fn read_worksheet(xml: &mut Xml<&[u8]>, styles: &Styles, grid: &mut Grid<'_>) -> Result<bool> {
    let mut visible = true;
    let mut position = Position::default();
    let mut cell: Option<OpenCell> = None;
    let (mut in_data, mut in_comment, mut in_visible) = (false, false, false);
    let mut row_style = None;
    loop {
        match xml.next()? {
            Token::Open(tag) => match tag.local_name().as_ref() {
                "Row" => {
                    position.open_row(&tag, grid)?;
                    row_style = attribute(&tag, "StyleID")?.map(std::borrow::Cow::into_owned);
                }
                "Column" => position.open_column(&tag, grid)?,
                "Cell" => cell = Some(position.open_cell(&tag, styles, row_style.as_deref())?),
                "Comment" => in_comment = true,
                "Data" if !in_comment => {
                    if let Some(cell) = &mut cell {
                        cell.kind = Some(attribute(&tag, "Type")?.unwrap_or_default().into_owned());
                        in_data = true;
                    }
                }
                "Visible" => in_visible = true,
                _ => {}
            },
            Token::Text(text) if in_visible => visible = !text.contains("Hidden"),
            Token::Text(text) if in_data => cell.iter_mut().for_each(|cell| cell.text.push_str(&text)),
            Token::Close(tag) => match tag.local_name().as_ref() {
                "Comment" => in_comment = false,
                "Data" => in_data = false,
                "Visible" => in_visible = false,
                "Cell" => {
                    if let Some(cell) = cell.take() {
                        position.close_cell(cell, styles, grid)?;
                    }
                }
                "Worksheet" => return Ok(visible),
                _ => {}
            },
            Token::End => return Err(SourceFault::Damaged.into()),
            _ => {}
        }
    }
}

/// Where the next row, cell and column stand.
#[derive(Default)]
struct Position {
    row: u32,
    next_row: u32,
    next_cell: usize,
    next_column: usize,
}

impl Position {
    fn open_row(&mut self, tag: &BytesStart<'_>, grid: &mut Grid<'_>) -> Result<()> {
        let mut number = self.next_row.saturating_add(1);
        let (mut span, mut hidden) = (0, false);
        for attribute in attributes(tag) {
            match attribute? {
                ("Index", value) => number = value.trim().parse().map_err(|_| SourceFault::Damaged)?,
                ("Span", value) => span = value.trim().parse().unwrap_or(0),
                ("Hidden", value) => hidden = is_true(&value),
                _ => {}
            }
        }
        if hidden {
            grid.hide_row(number);
        }
        self.row = number;
        self.next_row = number.saturating_add(span);
        self.next_cell = 0;
        Ok(())
    }

    fn open_column(&mut self, tag: &BytesStart<'_>, grid: &mut Grid<'_>) -> Result<()> {
        let mut first = self.next_column;
        let (mut span, mut hidden) = (0_usize, false);
        for attribute in attributes(tag) {
            match attribute? {
                ("Index", value) => first = index(&value)?,
                ("Span", value) => span = value.trim().parse().unwrap_or(0),
                ("Hidden", value) => hidden = is_true(&value),
                _ => {}
            }
        }
        if hidden {
            grid.hide_columns(first, first.saturating_add(span));
        }
        self.next_column = first.saturating_add(span).saturating_add(1);
        Ok(())
    }

    fn open_cell(
        &mut self,
        tag: &BytesStart<'_>,
        styles: &Styles,
        row_style: Option<&str>,
    ) -> Result<OpenCell> {
        let mut cell =
            OpenCell { column: self.next_cell, style: styles.style(row_style), ..OpenCell::default() };
        for attribute in attributes(tag) {
            match attribute? {
                ("Index", value) => cell.column = index(&value)?,
                ("MergeAcross", value) => cell.across = value.trim().parse().unwrap_or(0),
                ("MergeDown", value) => cell.down = value.trim().parse().unwrap_or(0),
                ("StyleID", value) => cell.style = styles.style(Some(&value)),
                ("Formula", _) => cell.has_formula = true,
                _ => {}
            }
        }
        self.next_cell = cell.column.saturating_add(cell.across).saturating_add(1);
        Ok(cell)
    }

    fn close_cell(&mut self, cell: OpenCell, styles: &Styles, grid: &mut Grid<'_>) -> Result<()> {
        let (left, right) = (cell.column, cell.column.saturating_add(cell.across));
        grid.merge(Merge { top: self.row, bottom: self.row.saturating_add(cell.down), left, right })?;
        if cell.has_formula {
            grid.notes.formulas += 1;
        }
        let value = match cell.kind.as_deref() {
            None if cell.has_formula => OwnedCell::Unreadable(Unreadable::NoResult, String::new()),
            None => OwnedCell::Empty,
            Some("Number") => match cell.text.trim().parse() {
                Ok(value) => number_cell(value, cell.style.shape, styles.epoch),
                Err(_) => OwnedCell::text(&cell.text),
            },
            Some("DateTime") => {
                iso_time(&cell.text).map_or_else(|| OwnedCell::text(&cell.text), OwnedCell::DateTime)
            }
            Some("Boolean") => OwnedCell::Bool(is_true(&cell.text)),
            Some("Error") => OwnedCell::Error(cell.text),
            Some(_) => OwnedCell::text(&Written::Plain(cell.text).read(cell.style.font, &mut grid.notes)),
        };
        grid.put(self.row, left, value.lend())
    }
}

/// Reads a 1-based column number as a 0-based one.
fn index(value: &str) -> Result<usize> {
    let number: usize = value.trim().parse().map_err(|_| SourceFault::Damaged)?;
    number.checked_sub(1).ok_or_else(|| SourceFault::Damaged.into())
}
