//! Turns the XML of a worksheet into cells.
//!
//! Unpacking the XML, taking it apart and making cells of it are done side by side: what was found travels in
//! batches, in the order of the sheet, so that the first fault is the same as if it were done in one go. Taking
//! it apart takes longest, so attributes are left to those who make cells.

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
use crate::source::xml::{Token, Xml, attribute, attributes_in, is_true, local_name};

/// Batches that wait for the one who makes cells.
const AHEAD: usize = 4;

/// Things found that are a batch.
const BATCH_ITEMS: usize = 2048;

/// Bytes of text that are a batch.
const BATCH_BYTES: usize = 1 << 18;

/// Reads all cells, merged regions, hidden rows and columns.
pub(super) fn read_sheet(part: impl BufRead + Send, book: &Book, grid: &mut Grid<'_>) -> Result<()> {
    let (found, batches) = sync_channel(AHEAD);
    let (spent, spare) = sync_channel(AHEAD + 2);
    let (blocks, unpacked) = Ahead::new();
    std::thread::scope(|scope| {
        scope.spawn(move || read_ahead(part, &blocks));
        let maker = CellMaker { book, grid, row: 0, next_column: 0 };
        let cells = scope.spawn(move || maker.make_all(&batches, &spent));
        let read = SheetReader::new(found, spare).read_all(Xml::new(unpacked));
        // A fault of a cell stands above everything that was read behind it.
        cells.join().unwrap_or_else(|_| Err(SourceFault::Damaged.into())).and(read)
    })
}

/// Some of what stands in a sheet, in its order.
#[derive(Debug, Default)]
struct Batch {
    items: Vec<Item>,
    /// Attributes and values, one behind the other.
    text: String,
}

/// Where something stands in the text of its batch.
type Span = std::ops::Range<usize>;

#[derive(Debug)]
enum Item {
    /// The attributes of a row.
    Row(Span),
    Cell(FoundCell),
    Merge(Merge),
    HiddenColumns(usize, usize),
}

/// A cell as it stands in the XML.
#[derive(Debug, Default)]
struct FoundCell {
    attributes: Span,
    has_formula: bool,
    value: Option<Span>,
    /// Whether the value is a text that stands in the cell.
    is_inline: bool,
    /// A text in several fonts.
    rich: Option<Written>,
}

/// Where the reader stands.
#[derive(Debug)]
struct SheetReader {
    found: SyncSender<Batch>,
    /// Batches whose memory can be used again.
    spare: Receiver<Batch>,
    batch: Batch,
    cell: Option<OpenCell>,
    /// The text of the cell, where it stands there and not among the shared ones.
    inline: RichText,
}

/// A cell that is being read.
#[derive(Debug, Default)]
struct OpenCell {
    found: FoundCell,
    in_value: bool,
}

impl SheetReader {
    fn new(found: SyncSender<Batch>, spare: Receiver<Batch>) -> Self {
        Self { found, spare, batch: Batch::default(), cell: None, inline: RichText::default() }
    }

    fn read_all<R: BufRead>(mut self, xml: Xml<R>) -> Result<()> {
        let read = self.read_tokens(xml);
        // What stands above a fault may be at fault itself.
        self.hand_over();
        read
    }

    fn read_tokens<R: BufRead>(&mut self, mut xml: Xml<R>) -> Result<()> {
        loop {
            let token = xml.next()?;
            if let Token::End = token {
                return Ok(());
            }
            self.read(&token)?;
            let is_full = self.batch.items.len() >= BATCH_ITEMS || self.batch.text.len() >= BATCH_BYTES;
            if self.cell.is_none() && is_full && !self.hand_over() {
                return Ok(());
            }
        }
    }

    /// Hands over what was found; false if nobody takes it, because a cell was at fault.
    fn hand_over(&mut self) -> bool {
        let next = self.spare.try_recv().unwrap_or_default();
        self.found.send(std::mem::replace(&mut self.batch, next)).is_ok()
    }

    fn read(&mut self, token: &Token<'_>) -> Result<()> {
        match token {
            Token::Open(tag) if self.cell.is_some() => self.open_in_cell(token, tag),
            Token::Open(tag) => self.open(tag),
            Token::Close(tag) => match local_name(tag.name().0) {
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
        match local_name(tag.name().0) {
            "c" => {
                let found = FoundCell { attributes: self.put(tag.attributes_raw()), ..FoundCell::default() };
                self.cell = Some(OpenCell { found, in_value: false });
            }
            "row" => {
                let attributes = self.put(tag.attributes_raw());
                self.batch.items.push(Item::Row(attributes));
            }
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

    /// Puts a text into the batch.
    fn put(&mut self, text: &str) -> Span {
        let start = self.batch.text.len();
        self.batch.text.push_str(text);
        start..self.batch.text.len()
    }

    fn open_in_cell(&mut self, token: &Token<'_>, tag: &BytesStart<'_>) -> Result<()> {
        let Some(cell) = &mut self.cell else { return Ok(()) };
        match local_name(tag.name().0) {
            "v" => {
                cell.in_value = true;
                let start = self.batch.text.len();
                cell.found.value.get_or_insert(start..start);
            }
            "f" => cell.found.has_formula = true,
            "is" => cell.found.is_inline = true,
            _ => return self.in_inline(token),
        }
        Ok(())
    }

    fn in_inline(&mut self, token: &Token<'_>) -> Result<()> {
        let is_inline = self.cell.as_ref().is_some_and(|cell| cell.found.is_inline);
        if is_inline { self.inline.read(token) } else { Ok(()) }
    }

    fn close_cell(&mut self) {
        let Some(OpenCell { mut found, .. }) = self.cell.take() else { return };
        let end = self.batch.text.len();
        found.value.iter_mut().for_each(|value| value.end = end);
        if found.is_inline && self.inline.take_plain(&mut self.batch.text) {
            found.value = Some(end..self.batch.text.len());
        } else if found.is_inline {
            found.rich = Some(self.inline.take());
        }
        self.batch.items.push(Item::Cell(found));
    }
}

/// Puts what was found into the grid.
struct CellMaker<'a, 'g> {
    book: &'a Book,
    grid: &'a mut Grid<'g>,
    /// 1-based number of the last row; 0 before the first.
    row: u32,
    /// Column after the last cell of the row.
    next_column: usize,
}

impl CellMaker<'_, '_> {
    fn make_all(mut self, batches: &Receiver<Batch>, spent: &SyncSender<Batch>) -> Result<()> {
        for mut batch in batches {
            for item in batch.items.drain(..) {
                match item {
                    Item::Row(attributes) => {
                        self.begin_row(batch.text.get(attributes).unwrap_or_default())?;
                    }
                    Item::Cell(cell) => self.put(&cell, &batch.text)?,
                    Item::Merge(region) => self.grid.merge(region)?,
                    Item::HiddenColumns(first, last) => self.grid.hide_columns(first, last),
                }
            }
            batch.text.clear();
            // If nobody wants it, it is let go.
            let _kept = spent.try_send(batch);
        }
        Ok(())
    }

    fn begin_row(&mut self, raw: &str) -> Result<()> {
        let mut number = self.row.saturating_add(1);
        let mut hidden = false;
        for attribute in attributes_in(raw) {
            match attribute? {
                ("r", value) => number = value.trim().parse().map_err(|_| SourceFault::Damaged)?,
                ("hidden", value) => hidden = is_true(&value),
                _ => {}
            }
        }
        self.row = number;
        self.next_column = 0;
        if hidden {
            self.grid.hide_row(number);
        }
        Ok(())
    }

    fn put(&mut self, found: &FoundCell, texts: &str) -> Result<()> {
        let (mut column, mut style, mut kind) = (self.next_column, 0, Kind::Number);
        for attribute in attributes_in(texts.get(found.attributes.clone()).unwrap_or_default()) {
            match attribute? {
                ("r", value) => {
                    let address = parse_address(&value);
                    (self.row, column) =
                        address.ok_or_else(|| SourceFault::OutsideSheet { address: value.into_owned() })?;
                }
                ("s", value) => style = value.parse().unwrap_or(0),
                ("t", value) => kind = parse_kind(&value)?,
                _ => {}
            }
        }
        self.next_column = column.saturating_add(1);
        let value = found.value.clone().and_then(|value| texts.get(value));
        let style = self.book.style(style);
        let cell = TypedCell { value, kind: if found.is_inline { Kind::Inline } else { kind }, style };
        cell.put(found, (self.row, column), self.book, self.grid)
    }
}

/// What a cell's value is (`t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    Date,
}

fn parse_kind(text: &str) -> Result<Kind> {
    Ok(match text {
        "n" => Kind::Number,
        "s" => Kind::Shared,
        "str" => Kind::Text,
        "inlineStr" => Kind::Inline,
        "b" => Kind::Bool,
        "e" => Kind::Error,
        "d" => Kind::Date,
        _ => return Err(SourceFault::Damaged.into()),
    })
}

/// A cell whose attributes are read.
struct TypedCell<'t> {
    value: Option<&'t str>,
    kind: Kind,
    style: Style,
}

impl<'t> TypedCell<'t> {
    fn put(self, found: &'t FoundCell, at: (u32, usize), book: &'t Book, grid: &mut Grid<'_>) -> Result<()> {
        let text = self.read_text(found, book, grid)?;
        if let Some(text) = text.as_ref().filter(|_| !found.has_formula) {
            return grid.put(at.0, at.1, Cell::text(text));
        }
        let stored = match text {
            Some(text) => Some(OwnedCell::text(&text)),
            None => self.read(book, grid),
        };
        let cell =
            if found.has_formula { book.result(stored, &mut grid.notes) } else { stored.unwrap_or_default() };
        grid.put(at.0, at.1, cell.lend())
    }

    /// Returns the text of the cell; `None` if it holds none.
    fn read_text(
        &self,
        found: &'t FoundCell,
        book: &'t Book,
        grid: &mut Grid<'_>,
    ) -> Result<Option<Cow<'t, str>>> {
        if let Some(text) = &found.rich {
            return Ok(Some(text.read(self.style.font, &mut grid.notes)));
        }
        let Some(value) = self.value else { return Ok(None) };
        Ok(match self.kind {
            Kind::Text | Kind::Inline => Some(typed_text(value, self.style, grid)),
            Kind::Shared if !value.trim().is_empty() => {
                let index = value.trim().parse().map_err(|_| SourceFault::Damaged)?;
                Some(book.shared_text(index, self.style, &mut grid.notes)?)
            }
            _ => None,
        })
    }

    /// Makes a cell that is no text; `None` if nothing is stored in it.
    fn read(&self, book: &Book, grid: &mut Grid<'_>) -> Option<OwnedCell> {
        let value = self.value.filter(|value| !value.trim().is_empty())?;
        match self.kind {
            Kind::Text | Kind::Inline | Kind::Shared => None,
            Kind::Number => Some(match value.trim().parse() {
                Ok(number) => book.number(number, self.style),
                Err(_) => OwnedCell::text(&typed_text(value, self.style, grid)),
            }),
            Kind::Bool => Some(OwnedCell::Bool(is_true(value))),
            Kind::Error => Some(OwnedCell::Error(value.to_owned())),
            Kind::Date => Some(iso_time(value).map_or_else(|| OwnedCell::text(value), OwnedCell::DateTime)),
        }
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
