//! Turns an Excel workbook (since 2007, with or without macros) into sheets.
//!
//! The parts are read here and not by a library, because what is asked of them is more than values:
//! hidden rows, fonts of old encodings in cells and in parts of cells, formulas that nobody has
//! computed, and an end to everything that a forged part can claim.

mod sheet;
mod strings;
mod styles;
mod workbook;

use std::io::BufRead;

use self::sheet::read_sheet;
use self::strings::read_strings;
use self::styles::read_styles;
use self::workbook::read_workbook;
pub(super) use self::workbook::{Relations, find_workbook, read_relations};
use super::Sheet;
use super::book::Book;
use super::grid::Grid;
use super::limits::Budget;
use super::package::Package;
use super::xml::Xml;
use crate::error::Result;
use crate::messages::SourceFault;

/// An XML part of a package.
pub(super) type Part<'p> = Xml<Box<dyn BufRead + Send + 'p>>;

/// Reads all worksheets.
pub(super) fn read_xlsx(package: &mut Package<'_>, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let workbook = find_workbook(package)?;
    let relations = read_relations(package, &workbook)?;
    let mut book = Book::default();
    let listed = read_workbook(need_part(package, &workbook)?, &relations, &mut book)?;
    if let Some(part) = relations.part("/styles").filter(|part| package.has(part)) {
        book.styles = read_styles(need_part(package, part)?)?;
    }
    if let Some(part) = relations.part("/sharedStrings").filter(|part| package.has(part)) {
        read_strings(need_part(package, part)?, &mut book, budget)?;
    }
    let mut sheets = Vec::new();
    for listed in listed {
        let mut grid = Grid::new(budget);
        let part = package.xml(&listed.part)?.ok_or(SourceFault::Damaged)?;
        read_sheet(part, &book, &mut grid).map_err(|error| listed.blame(error, file))?;
        sheets.push(book.finish(grid, &listed, file)?);
    }
    Ok(sheets)
}

fn need_part<'p>(package: &'p mut Package<'_>, name: &str) -> Result<Part<'p>> {
    let part = package.xml(name)?.ok_or(SourceFault::Damaged)?;
    Ok(Xml::new(part))
}
