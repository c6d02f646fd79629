//! Turns an `OpenDocument` spreadsheet, packed or flat, into sheets.
//!
//! Cells say what they are (`office:value-type`); a number that is shown as a percentage is only
//! told by this type, which libraries drop. Rows and cells that are repeated up to the end of the
//! sheet are steps of a counter unless something stands in them.
//!
//! Source: OASIS `OpenDocument` 1.3, part 3, chapters 9 and 19.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::events::BytesStart;

use super::book::blame_sheet;
use super::cell::OwnedCell;
use super::fonts::{Font, Run, Written, parse_font};
use super::grid::Grid;
use super::limits::{self, Budget};
use super::number_format::iso_time;
use super::package::Package;
use super::xml::{Token, Xml, attribute, attributes};
use super::{Merge, Notes, Sheet, Shown, Unreadable};
use crate::error::Result;
use crate::messages::SourceFault;

/// Reads all sheets of a packed document.
pub(super) fn read_ods(package: &mut Package<'_>, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let manifest = package.read_part("META-INF/manifest.xml")?.unwrap_or_default();
    let mark = b"encryption-data";
    if manifest.windows(mark.len()).any(|window| window == mark) {
        return Err(SourceFault::Encrypted.into());
    }
    let mut styles = Styles::default();
    if let Some(part) = package.xml("styles.xml")? {
        read_document(Xml::new(part), &mut styles, file, budget)?;
    }
    let content = package.xml("content.xml")?.ok_or(SourceFault::Damaged)?;
    read_document(Xml::new(content), &mut styles, file, budget)
}

/// Tells whether the text is such a document in one XML file.
pub(super) fn looks_like_flat_ods(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect();
    head.trim_start_matches(super::cell::is_blank).starts_with('<')
        && head.contains("<office:document")
        && head.contains("urn:oasis:names:tc:opendocument")
}

/// Reads all sheets of a flat document, which is one XML file.
pub(super) fn read_flat_ods(text: &str, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    read_document(Xml::new(text.as_bytes()), &mut Styles::default(), file, budget)
}

fn read_document<R: BufRead>(
    mut xml: Xml<R>,
    styles: &mut Styles,
    file: &str,
    budget: &mut Budget,
) -> Result<Vec<Sheet>> {
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Token::Open(tag) if tag.local_name().as_ref() == "table" => {
                let name = attribute(&tag, "name")?.unwrap_or_default().into_owned();
                let visible = !attribute(&tag, "style-name")?.is_some_and(|style| styles.is_hidden(&style));
                if sheets.len() >= limits::SHEETS {
                    return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
                }
                let mut grid = Grid::new(budget);
                read_table(&mut xml, styles, &mut grid).map_err(|error| blame_sheet(error, file, &name))?;
                sheets.push(grid.finish(Some(name), visible)?);
            }
            Token::Open(tag) => styles.read(&tag)?,
            Token::End => return Ok(sheets),
            _ => {}
        }
    }
}

/// What styles say that matters here.
#[derive(Debug, Default)]
struct Styles {
    /// Names of font families by the name under which they are declared.
    faces: HashMap<String, String>,
    fonts: HashMap<String, Font>,
    parents: HashMap<String, String>,
    hidden: Vec<String>,
    current: String,
}

impl Styles {
    fn read(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        match tag.local_name().as_ref() {
            "font-face" => {
                if let (Some(name), Some(family)) = (attribute(tag, "name")?, attribute(tag, "font-family")?)
                {
                    self.faces.insert(name.into_owned(), family.trim_matches(['\'', '"']).to_owned());
                }
            }
            "style" => {
                self.current = attribute(tag, "name")?.unwrap_or_default().into_owned();
                if let Some(parent) = attribute(tag, "parent-style-name")? {
                    self.parents.insert(self.current.clone(), parent.into_owned());
                }
            }
            "table-properties" if attribute(tag, "display")?.is_some_and(|value| value == "false") => {
                self.hidden.push(self.current.clone());
            }
            "text-properties" => {
                let named = attribute(tag, "font-name")?;
                let family =
                    named.as_deref().map(|name| self.faces.get(name).map_or(name, String::as_str).to_owned());
                let direct =
                    attribute(tag, "font-family")?.map(|name| name.trim_matches(['\'', '"']).to_owned());
                if let Some(name) = family.or(direct) {
                    self.fonts.insert(self.current.clone(), parse_font(&name));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn is_hidden(&self, style: &str) -> bool {
        self.hidden.iter().any(|hidden| hidden == style)
    }

    /// Returns the font of a style, its own or inherited; `None` if no style names one.
    fn font(&self, style: &str) -> Option<Font> {
        let mut style = style;
        // A chain of parents can be a circle.
        for _ in 0..10 {
            if let Some(font) = self.fonts.get(style) {
                return Some(*font);
            }
            style = self.parents.get(style)?;
        }
        None
    }
}

/// A row while its cells are read, so that a repeated row can be written several times.
#[derive(Default)]
struct OpenRow {
    repeats: u32,
    hidden: bool,
    cells: Vec<(usize, OwnedCell)>,
    next_column: usize,
}

fn read_table<R: BufRead>(xml: &mut Xml<R>, styles: &Styles, grid: &mut Grid<'_>) -> Result<()> {
    let mut number = 1_u32;
    let mut next_column = 0_usize;
    let mut row = OpenRow::default();
    let mut skipped = 0_usize;
    loop {
        match xml.next()? {
            // Drawings and charts on the sheet hold tables and text of their own.
            Token::Open(_) if skipped > 0 => skipped += 1,
            Token::Close(_) if skipped > 0 => skipped -= 1,
            Token::Open(tag) => match tag.local_name().as_ref() {
                "shapes" | "forms" | "table" => skipped = 1,
                "table-column" => {
                    let repeats = repeats(&tag, "number-columns-repeated")? as usize;
                    if is_hidden(&tag)? {
                        grid.hide_columns(next_column, next_column.saturating_add(repeats) - 1);
                    }
                    next_column = next_column.saturating_add(repeats);
                }
                "table-row" => {
                    let repeats = repeats(&tag, "number-rows-repeated")?;
                    row = OpenRow { repeats, hidden: is_hidden(&tag)?, ..OpenRow::default() };
                }
                "table-cell" | "covered-table-cell" => {
                    let head = read_head(&tag, styles)?;
                    let cell = read_cell(xml, styles, &head, &mut grid.notes)?;
                    row.add(&cell, &head, number, grid)?;
                }
                _ => {}
            },
            Token::Close(tag) => match tag.local_name().as_ref() {
                "table-row" => {
                    row.write(number, grid)?;
                    number = number.saturating_add(row.repeats);
                }
                "table" => return Ok(()),
                _ => {}
            },
            _ => {}
        }
    }
}

impl OpenRow {
    fn add(&mut self, cell: &OwnedCell, head: &Head, number: u32, grid: &mut Grid<'_>) -> Result<()> {
        let left = self.next_column;
        if head.columns > 1 || head.rows > 1 {
            let right = left.saturating_add(head.columns as usize - 1);
            grid.merge(Merge { top: number, bottom: number.saturating_add(head.rows - 1), left, right })?;
        }
        self.next_column = left.saturating_add(head.repeats as usize);
        if !cell.is_empty() {
            // One more than fits is enough to be refused.
            let last = self.next_column.min(limits::COLUMNS + 1);
            self.cells.extend((left..last).map(|column| (column, cell.clone())));
        }
        Ok(())
    }

    fn write(&mut self, number: u32, grid: &mut Grid<'_>) -> Result<()> {
        if self.cells.is_empty() {
            return Ok(());
        }
        for number in number..number.saturating_add(self.repeats) {
            for (column, cell) in &self.cells {
                grid.put(number, *column, cell.lend())?;
            }
            if self.hidden {
                grid.hide_row(number);
            }
        }
        Ok(())
    }
}

/// What a cell's tag says.
#[derive(Default)]
struct Head {
    kind: String,
    value: Option<String>,
    font: Font,
    is_error: bool,
    has_formula: bool,
    repeats: u32,
    columns: u32,
    rows: u32,
}

fn read_head(tag: &BytesStart<'_>, styles: &Styles) -> Result<Head> {
    let mut head = Head { repeats: 1, columns: 1, rows: 1, ..Head::default() };
    let count = |value: &str| value.trim().parse::<u32>().unwrap_or(1).max(1);
    // `calcext:value-type` knows errors, `office:value-type` does not; both have one local name.
    for attribute in attributes(tag) {
        match attribute? {
            ("value-type", value) if value == "error" => head.is_error = true,
            ("value-type", value) => head.kind = value.into_owned(),
            ("value" | "date-value" | "time-value" | "boolean-value" | "string-value", value) => {
                head.value = Some(value.into_owned());
            }
            ("formula", _) => head.has_formula = true,
            ("style-name", value) => head.font = styles.font(&value).unwrap_or_default(),
            ("number-columns-repeated", value) => head.repeats = count(&value),
            ("number-columns-spanned", value) => head.columns = count(&value),
            ("number-rows-spanned", value) => head.rows = count(&value),
            _ => {}
        }
    }
    Ok(head)
}

/// Reads a cell up to its end tag.
fn read_cell<R: BufRead>(
    xml: &mut Xml<R>,
    styles: &Styles,
    head: &Head,
    notes: &mut Notes,
) -> Result<OwnedCell> {
    let runs = read_paragraphs(xml, styles)?;
    let shown = |notes: &mut Notes| OwnedCell::text(&Written::new(runs.clone()).read(head.font, notes));
    let number = |shown| {
        let value = head.value.as_deref().and_then(|value| value.trim().parse::<f64>().ok());
        value.filter(|value| value.is_finite()).map(|value| OwnedCell::Number { value, shown })
    };
    if head.has_formula {
        notes.formulas += 1;
    }
    let stored = if head.is_error {
        shown(notes).as_text().map(|text| OwnedCell::Error(text.to_owned()))
    } else {
        match head.kind.as_str() {
            "float" | "currency" => number(Shown::Plain),
            "percentage" => number(Shown::Percent),
            "boolean" => {
                head.value.as_deref().map(|value| OwnedCell::Bool(value.eq_ignore_ascii_case("true")))
            }
            "date" => head.value.as_deref().and_then(iso_time).map(OwnedCell::DateTime),
            // What stands there, or, if there are no paragraphs, what the attribute says.
            "string" | "time" => match shown(notes) {
                OwnedCell::Empty => Some(head.value.as_deref().map_or(OwnedCell::Empty, OwnedCell::text)),
                cell => Some(cell),
            },
            _ => Some(shown(notes)).filter(|cell| !cell.is_empty()),
        }
    };
    Ok(match stored {
        Some(cell) => cell,
        None if head.has_formula => OwnedCell::Unreadable(Unreadable::NoResult, String::new()),
        None => shown(notes),
    })
}

/// Reads the paragraphs of a cell, one per line; notes, drawings and links' targets are left out.
fn read_paragraphs<R: BufRead>(xml: &mut Xml<R>, styles: &Styles) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut fonts: Vec<Option<Font>> = Vec::new();
    let mut depth = 0_usize;
    let mut skipped = 0_usize;
    let push = |runs: &mut Vec<Run>, text: &str, font: Option<Font>| match runs.last_mut() {
        Some(run) if run.font == font => run.text.push_str(text),
        _ => runs.push(Run { text: text.to_owned(), font }),
    };
    loop {
        match xml.next()? {
            Token::Open(_) if skipped > 0 => skipped += 1,
            Token::Close(_) if skipped > 0 => skipped -= 1,
            Token::Open(tag) => {
                let font = fonts.last().copied().flatten();
                match (depth, tag.local_name().as_ref()) {
                    (0, "p") if !runs.is_empty() => push(&mut runs, "\n", None),
                    (0, "p") => {}
                    (0, _) | (_, "annotation" | "frame" | "ruby-text") => {
                        skipped = 1;
                        continue;
                    }
                    (_, "s") => {
                        let count = repeats(&tag, "c")?.min(1000);
                        push(&mut runs, &" ".repeat(count as usize), font);
                    }
                    (_, "tab") => push(&mut runs, "\t", font),
                    (_, "line-break") => push(&mut runs, "\n", font),
                    _ => {}
                }
                let own = attribute(&tag, "style-name")?.and_then(|style| styles.font(&style));
                fonts.push(own.or(font));
                depth += 1;
            }
            Token::Close(_) if depth == 0 => return Ok(runs),
            Token::Close(_) => {
                depth -= 1;
                fonts.pop();
            }
            Token::Text(text) if depth > 0 && skipped == 0 => {
                push(&mut runs, &text, fonts.last().copied().flatten());
            }
            Token::End => return Err(SourceFault::Damaged.into()),
            _ => {}
        }
    }
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> Result<u32> {
    Ok(attribute(tag, name)?.and_then(|value| value.trim().parse().ok()).unwrap_or(1).max(1))
}

fn is_hidden(tag: &BytesStart<'_>) -> Result<bool> {
    Ok(attribute(tag, "visibility")?.is_some_and(|value| value == "collapse" || value == "filter"))
}
