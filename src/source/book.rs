//! Holds what the sheets of a workbook share: texts, styles and the epoch of its dates.
//!
//! The three formats of Excel store the same things in different bytes, so what a number, a text or
//! a formula becomes is decided here, once.

use std::borrow::Cow;

use super::cell::OwnedCell;
use super::fonts::{Font, Written};
use super::grid::Grid;
use super::limits::Budget;
use super::number_format::{Epoch, Shape, builtin_shape, number_cell, parse_shape};
use super::{Notes, Sheet, Unreadable};
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;

/// What the sheets share.
#[derive(Debug, Default)]
pub(super) struct Book {
    texts: Vec<Written>,
    /// One per cell format, in the order in which cells name them.
    pub(super) styles: Vec<Style>,
    /// The day from which dates count.
    pub(super) epoch: Epoch,
    /// Whether the writer has left all formulas to be computed when the file is opened.
    pub(super) is_uncomputed: bool,
}

/// How cells of one format are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) shape: Shape,
    pub(super) font: Font,
}

/// A sheet as the workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedSheet {
    pub(super) name: String,
    pub(super) visible: bool,
    /// The part that holds it, or its offset in a stream.
    pub(super) part: String,
}

impl ListedSheet {
    /// Says in which sheet an error lies.
    pub(super) fn blame(&self, error: Error, file: &str) -> Error {
        blame_sheet(error, file, &self.name)
    }
}

/// Says in which sheet an error lies.
pub(super) fn blame_sheet(error: Error, file: &str, sheet: &str) -> Error {
    error.at_if_unplaced(|| Place::Cell {
        file: file.to_owned(),
        sheet: Some(sheet.to_owned()),
        cell: None,
        found: None,
    })
}

impl Book {
    /// Adds a shared text.
    pub(super) fn add_text(&mut self, text: Written, budget: &mut Budget) -> Result<()> {
        // An empty text costs room, too.
        budget.take_text(text.len() + size_of::<Written>())?;
        self.texts.push(text);
        Ok(())
    }

    /// Returns the style with this number; the default one if there is none.
    pub(super) fn style(&self, index: usize) -> Style {
        self.styles.get(index).copied().unwrap_or_default()
    }

    /// Ends a sheet of the workbook.
    ///
    /// # Errors
    /// Those of [`Grid::finish`].
    pub(super) fn finish(&self, grid: Grid<'_>, listed: &ListedSheet, file: &str) -> Result<Sheet> {
        let finished = grid.finish(Some(listed.name.clone()), listed.visible);
        let sheet = finished.map_err(|error| listed.blame(error, file))?;
        Ok(Sheet { since_1904: self.epoch == Epoch::Y1904, ..sheet })
    }

    /// Makes a cell of a number.
    pub(super) fn number(&self, value: f64, style: Style) -> OwnedCell {
        number_cell(value, style.shape, self.epoch)
    }

    /// Reads a shared text in a cell of the given style.
    pub(super) fn shared_text(&self, index: usize, style: Style, notes: &mut Notes) -> Result<Cow<'_, str>> {
        let text = self.texts.get(index).ok_or(SourceFault::Damaged)?;
        Ok(text.read(style.font, notes))
    }

    /// Makes a cell of a formula's stored result, which nobody may have computed.
    pub(super) fn result(&self, stored: Option<OwnedCell>, notes: &mut Notes) -> OwnedCell {
        notes.formulas += 1;
        match stored {
            // Writers that compute nothing store a zero and ask for computation on opening.
            Some(OwnedCell::Number { value: 0.0, .. }) if self.is_uncomputed => {
                OwnedCell::Unreadable(Unreadable::NoResult, String::new())
            }
            Some(cell) => cell,
            None => OwnedCell::Unreadable(Unreadable::NoResult, String::new()),
        }
    }
}

/// The formats that a workbook declares, collected while it is read.
#[derive(Debug, Default)]
pub(super) struct StyleTable {
    formats: Vec<(u32, Shape)>,
    fonts: Vec<Font>,
}

impl StyleTable {
    pub(super) fn add_format(&mut self, id: u32, code: &str) {
        self.formats.push((id, parse_shape(code)));
    }

    pub(super) fn add_font(&mut self, name: &str) {
        self.fonts.push(super::fonts::parse_font(name));
    }

    /// Returns the font with this number.
    pub(super) fn font(&self, index: usize) -> Font {
        self.fonts.get(index).copied().unwrap_or_default()
    }

    /// Puts a style together from the numbers of its format and its font.
    pub(super) fn style(&self, format: u32, font: usize) -> Style {
        let declared = self.formats.iter().rev().find(|(id, _)| *id == format).map(|(_, shape)| *shape);
        Style { shape: declared.unwrap_or_else(|| builtin_shape(format)), font: self.font(font) }
    }
}
