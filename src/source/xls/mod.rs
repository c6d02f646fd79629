//! Turns an Excel workbook before 2007 (BIFF 5 and 8) into sheets.
//!
//! The records are read here and not by a library, because only they tell a percentage, a hidden
//! row and the font of an old encoding; and these files, of all, are in such fonts.
//!
//! Source: \[MS-XLS\]; for BIFF 5 the documentation of `OpenOffice.org` (section 5).

pub(super) mod container;
mod globals;
mod records;
mod sheet;
mod strings;

pub(super) use self::strings::split_runs;

use self::container::Container;
use self::globals::read_globals;
use self::records::Records;
use self::sheet::read_sheet;
use super::Sheet;
use super::grid::Grid;
use super::limits::Budget;
use crate::error::Result;
use crate::messages::SourceFault;

/// Reads all worksheets of a compound file.
pub(super) fn read_xls(container: &Container<'_>, file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let stream = ["Workbook", "Book"].into_iter().find_map(|name| container.stream(name));
    read_stream(&stream.ok_or(SourceFault::UnknownFormat)??, file, budget)
}

/// Reads all worksheets of the stream of records, which some writers do not pack into a container.
pub(super) fn read_stream(stream: &[u8], file: &str, budget: &mut Budget) -> Result<Vec<Sheet>> {
    let (globals, listed) = read_globals(Records::new(stream), budget)?;
    let mut sheets = Vec::new();
    for (offset, listed) in listed {
        let mut grid = Grid::new(budget);
        let records = stream.get(offset..).ok_or(SourceFault::Damaged)?;
        read_sheet(Records::new(records), &globals, &mut grid).map_err(|error| listed.blame(error, file))?;
        sheets.push(globals.book.finish(grid, listed));
    }
    Ok(sheets)
}
