//! Turns the XML of a worksheet into cells.
//!
//! Unpacking the XML, taking it apart and making cells of it are done side by side: what was found travels in batches, in the order of the sheet, so that the first fault is the same
//! as if it were done in one go.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use quick_xml::events::BytesStart;

use super::strings::{RichText, unescape};
use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::Merge;
use crate::source::ahead::{Ahead, read_ahead};
use crate::source::book::{Book, Style};
use crate::source::cell::{Cell, OwnedCell};
use crate::source::fonts::{Written, read_plain};
use crate::source::grid::{Grid, parse_address, parse_region};
use crate::source::number_format::iso_time;
use crate::source::xml::{Token, Xml, attribute, attributes, is_true};

/// Batches that wait for the one who makes cells.
const AHEAD: usize = 4;

/// Things found that are a batch.
const BATCH_ITEMS: usize = 2048;

/// Bytes of text that are a batch.
const BATCH_BYTES: usize = 1 << 18;

/// Reads all cells, merged regions, hidden rows and columns.
pub(super) fn read_sheet(part: impl BufRead + Send, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
    let (found, batches) = sync_channel(AHEAD);
    let (blocks, unpacked) = Ahead::new();
    std::thread::scope(|scope| {
        scope.spawn(move || read_ahead(part, &blocks));
        let cells = scope.spawn(move || make_cells(batches, book, grid));
        let read = SheetReader::new(found).read_all(Xml::new(unpacked));
        // A fault of a cell stands above everything that was read behind it.
        cells.join().unwrap_or_else(|_| Err(SourceFault::Damaged.into())).and(read)
    })
}

/// Puts what was found into the grid.
fn make_cells(batches: Receiver<Batch>, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
    for batch in batches {
        for item in batch.items {
            match item {
                Item::Cell(cell) => cell.put(&batch.text, book, grid)?,
                Item::Merge(region) => grid.merge(region)?,
                Item::HiddenRow(number) => grid.hide_row(number),
                Item::HiddenColumns(first, last) => grid.hide_columns(first, last),
            }
        }
    }
    Ok(())
}

/// Some of what stands in a sheet, in its order.
#[derive(Debug, Default)]
struct Batch {
    items: Vec<Item>,
    /// The values of the cells, one behind the other.
    text: String,
}

#[derive(Debug)]
enum Item {
    Cell(FoundCell),
    Merge(Merge),
    HiddenRow(u32),
    HiddenColumns(usize, usize),
}

/// A cell as it stands in the XML.
#[derive(Debug)]
struct FoundCell {
    row: u32,
    column: usize,
    style: usize,
    kind: Kind,
    has_formula: bool,
    /// Where its value stands in the text of the batch.
    value: Option<std::ops::Range<usize>>,
    /// A text in several fonts.
    rich: Option<Written>,
}

/// Where the reader stands.
#[derive(Debug)]
struct SheetReader {
    found: SyncSender<Batch>,
    batch: Batch,
    /// 1-based number of the last row; 0 before the first.
    row: u32,
    /// Column after the last cell of the row.
    next_column: usize,
    cell: Option<OpenCell>,
    /// The text of the cell, where it stands there and not among the shared ones.
    inline: RichText,
}

/// A cell that is being read.
#[derive(Debug, Default)]
struct OpenCell {
    column: usize,
    style: usize,
    kind: Kind,
    has_formula: bool,
    /// Where its value begins in the text of the batch.
    value: Option<usize>,
    in_value: bool,
    is_inline: bool,
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
    fn new(found: SyncSender<Batch>) -> Self {
        Self {
            found,
            batch: Batch::default(),
            row: 0,
            next_column: 0,
            cell: None,
            inline: RichText::default(),
        }
    }

    fn read_all<R: BufRead>(mut self, mut xml: Xml<R>) -> Result<()> {
        loop {
            let token = xml.next()?;
            if let Token::End = token {
                break;
            }
            self.read(&token)?;
            let is_full = self.batch.items.len() >= BATCH_ITEMS || self.batch.text.len() >= BATCH_BYTES;
            if self.cell.is_none() && is_full && !self.hand_over() {
                break;
            }
        }
        self.hand_over();
        Ok(())
    }

    /// Hands over what was found; false if nobody takes it, because a cell was at fault.
    fn hand_over(&mut self) -> bool {
        let next = Batch {
            items: Vec::with_capacity(self.batch.items.len()),
            text: String::with_capacity(self.batch.text.len()),
        };
        self.found.send(std::mem::replace(&mut self.batch, next)).is_ok()
    }

    fn read(&mut self, token: &Token<'_>) -> Result<()> {
        match token {
            Token::Open(tag) if self.cell.is_some() => self.open_in_cell(token, tag),
            Token::Open(tag) => self.open(tag),
            Token::Close(tag) => match tag.local_name().as_ref() {
                "c" => {
                    self.close_cell();
                    Ok(())
                }
                "v" => {
                    self.cell.iter_mut().for_each(|cell| cell.in_value = false);
                    Ok(())
                }
                _ => self.in_inline(token),
            },
            Token::Text(text) => {
                if let Some(OpenCell { in_value: true, .. }) = &self.cell {
                    self.batch.text.push_str(text);
                    return Ok(());
                }
                self.in_inline(token)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        match tag.local_name().as_ref() {
            "c" => self.open_cell(tag)?,
            "row" => self.open_row(tag)?,
            "col" => self.batch.items.extend(hidden_columns(tag)?),
            "mergeCell" => {
                let region = attribute(tag, "ref")?.ok_or(SourceFault::Damaged)?;
                let region = parse_region(&region).ok_or(SourceFault::Damaged)?;
                self.batch.items.push(Item::Merge(region));
            }
            _ => {}
        }
        Ok(())
    }

    fn open_row(&mut self, tag: &BytesStart<'_>) -> Result<()> {
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
            self.batch.items.push(Item::HiddenRow(number));
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
                cell.value.get_or_insert(self.batch.text.len());
            }
            "f" => cell.has_formula = true,
            "is" => cell.is_inline = true,
            _ => return self.in_inline(token),
        }
        Ok(())
    }

    fn in_inline(&mut self, token: &Token<'_>) -> Result<()> {
        if self.cell.as_ref().is_some_and(|cell| cell.is_inline) { self.inline.read(token) } else { Ok(()) }
    }

    fn close_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        let OpenCell { column, style, mut kind, has_formula, value, is_inline, .. } = cell;
        let mut value = value.map(|start| start..self.batch.text.len());
        let mut rich = None;
        let start = self.batch.text.len();
        if is_inline && self.inline.take_plain(&mut self.batch.text) {
            (value, kind) = (Some(start..self.batch.text.len()), Kind::Inline);
        } else if is_inline {
            rich = Some(self.inline.take());
        }
        let cell = FoundCell { row: self.row, column, style, kind, has_formula, value, rich };
        self.batch.items.push(Item::Cell(cell));
    }
}

impl FoundCell {
    fn put(self, texts: &str, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
        if !self.has_formula
            && let Some(text) = self.read_text(texts, book, grid)?
        {
            return grid.put(self.row, self.column, Cell::text(&text));
        }
        let stored = self.read(texts, book, grid)?;
        let cell =
            if self.has_formula { book.result(stored, &mut grid.notes) } else { stored.unwrap_or_default() };
        grid.put(self.row, self.column, cell.lend())
    }

    /// Returns the value as it stands in the XML.
    fn value<'t>(&self, texts: &'t str) -> Option<&'t str> {
        self.value.clone().and_then(|value| texts.get(value))
    }

    /// Returns the text of the cell; `None` if it holds none.
    fn read_text<'t>(
        &'t self,
        texts: &'t str,
        book: &'t Book,
        grid: &mut Grid<'_>,
    ) -> Result<Option<Cow<'t, str>>> {
        let style = book.style(self.style);
        if let Some(text) = &self.rich {
            return Ok(Some(text.read(style.font, &mut grid.notes)));
        }
        let Some(value) = self.value(texts) else { return Ok(None) };
        Ok(match self.kind {
            Kind::Text | Kind::Inline => Some(typed_text(value, style, grid)),
            Kind::Shared if !value.trim().is_empty() => {
                let index = value.trim().parse().map_err(|_| SourceFault::Damaged)?;
                Some(book.shared_text(index, style, &mut grid.notes)?)
            }
            _ => None,
        })
    }

    /// Makes the cell; `None` if nothing is stored in it.
    fn read(&self, texts: &str, book: &Book, grid: &mut Grid<'_>) -> Result<Option<OwnedCell>> {
        if let Some(text) = self.read_text(texts, book, grid)? {
            return Ok(Some(OwnedCell::text(&text)));
        }
        let style = book.style(self.style);
        let Some(value) = self.value(texts).filter(|value| !value.trim().is_empty()) else { return Ok(None) };
        Ok(match self.kind {
            Kind::Text | Kind::Inline | Kind::Shared => None,
            Kind::Number => Some(match value.trim().parse() {
                Ok(number) => book.number(number, style),
                Err(_) => OwnedCell::text(&typed_text(value, style, grid)),
            }),
            Kind::Bool => Some(OwnedCell::Bool(is_true(value))),
            Kind::Error => Some(OwnedCell::Error(value.to_owned())),
            Kind::Date => Some(iso_time(value).map_or_else(|| OwnedCell::text(value), OwnedCell::DateTime)),
        })
    }
}

fn typed_text<'t>(value: &'t str, style: Style, grid: &mut Grid<'_>) -> Cow<'t, str> {
    match unescape(value) {
        Cow::Borrowed(text) => read_plain(text, style.font, &mut grid.notes),
        Cow::Owned(text) => read_plain(&text, style.font, &mut grid.notes).into_owned().into(),
    }
}

fn hidden_columns(tag: &BytesStart<'_>) -> Result<Option<Item>> {
    if !attribute(tag, "hidden")?.is_some_and(|value| is_true(&value)) {
        return Ok(None);
    }
    let number = |name| -> Result<Option<usize>> {
        Ok(attribute(tag, name)?.and_then(|value| value.trim().parse::<usize>().ok()))
    };
    let columns = number("min")?.zip(number("max")?);
    Ok(columns.map(|(first, last)| Item::HiddenColumns(first.saturating_sub(1), last.saturating_sub(1))))
}
