//! Turns delimited text into a sheet.
//!
//! The delimiter is the one under which most records have the same number of cells, because title
//! lines and prose hold stray commas and semicolons.

use csv::{ReaderBuilder, StringRecord, Terminator};

use super::{Cell, Row, Sheet, limits};
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;

const DELIMITERS: [u8; 4] = [b'\t', b';', b',', b'|'];

/// Records looked at to find the delimiter.
const SAMPLE: usize = 200;

/// Reads all records; returns the delimiter that was found, too.
///
/// # Errors
/// [`SourceFault::OpenQuote`] if a quote swallows the lines after it, [`SourceFault::Damaged`] if
/// the reader gives up.
pub(super) fn read_delimited(text: &str, file: &str) -> Result<(char, Sheet)> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    // The reader would skip empty lines, which count as rows here: a carriage return keeps them.
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    let delimiter = find_delimiter(&text);
    if let Some(line) = open_quote(&text, delimiter) {
        let place = Place::Cell {
            file: file.to_owned(),
            sheet: None,
            cell: Some(format!("row {line}")),
            found: None,
        };
        return Err(Error::new(SourceFault::OpenQuote { line }).at(place));
    }
    let mut rows = Vec::new();
    let mut line = 1;
    for record in records(&text, delimiter) {
        let record = record.map_err(|cause| Error::new(SourceFault::Damaged).caused_by(cause))?;
        let breaks = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        rows.push(Row { number: line, cells: read_cells(&record)? });
        line = line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)).saturating_add(1);
    }
    while rows.last().is_some_and(Row::is_blank) {
        rows.pop();
    }
    let leading = rows.iter().take_while(|row| row.is_blank()).count();
    rows.drain(..leading);
    Ok((char::from(delimiter), Sheet { visible: true, rows, ..Sheet::default() }))
}

/// Reads the cells up to the last one that holds something.
fn read_cells(record: &StringRecord) -> Result<Vec<Cell>> {
    let is_filled = |text: &str| !Cell::text(text).is_empty();
    let width =
        (0..record.len()).rev().find(|at| record.get(*at).is_some_and(is_filled)).map_or(0, |at| at + 1);
    if width > limits::COLUMNS {
        return Err(SourceFault::TooManyColumns { limit: limits::COLUMNS }.into());
    }
    Ok(record.iter().take(width).map(Cell::text).collect())
}

/// Where the scan for quotes is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scan {
    CellStart,
    Plain,
    Quoted,
    /// Right behind a quote that closes the cell, unless another one follows.
    Closed,
}

/// Finds the line of a quote that is never closed, or that the quote of a later line closes.
///
/// The reader takes both as one long cell, and the rows inside it would be lost. A cell of several
/// lines that has text right behind its closing quote is the second case: no program writes that.
fn open_quote(text: &str, delimiter: u8) -> Option<usize> {
    let mut scan = Scan::CellStart;
    let (mut line, mut opened) = (1, 1);
    for byte in text.bytes() {
        scan = match (scan, byte) {
            (Scan::CellStart, b'"') => {
                opened = line;
                Scan::Quoted
            }
            (Scan::Quoted, b'"') => Scan::Closed,
            (Scan::Closed, b'"') | (Scan::Quoted, _) => Scan::Quoted,
            (_, b'\n') => Scan::CellStart,
            (_, other) if other == delimiter => Scan::CellStart,
            (Scan::Closed, b'\r' | b' ') => Scan::Closed,
            (Scan::Closed, _) if line > opened => return Some(opened),
            _ => Scan::Plain,
        };
        line += usize::from(byte == b'\n');
    }
    (scan == Scan::Quoted).then_some(opened)
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = csv::Result<StringRecord>> {
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    reader.into_records()
}

fn find_delimiter(text: &str) -> u8 {
    let score = |delimiter: &u8| {
        let mut widths: Vec<usize> = records(text, *delimiter)
            .take(SAMPLE)
            .flatten()
            .map(|record| record.len())
            .filter(|len| *len > 1)
            .collect();
        widths.sort_unstable();
        let runs = widths.chunk_by(|a, b| a == b);
        runs.map(|run| run.len() * (run.first().copied().unwrap_or(1) - 1)).max().unwrap_or(0)
    };
    // `max_by_key` takes the last of equals, so the likeliest delimiter comes last.
    DELIMITERS.into_iter().rev().max_by_key(score).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::read_delimited;
    use crate::error::Lang;
    use crate::source::Cell;

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        let (delimiter, sheet) =
            read_delimited("Danh sách, năm 2023\n\na;b;c\n1;x, y, z;3\n2;\"q; r\";4\n", "x.csv").unwrap();
        assert_eq!(delimiter, ';');
        assert_eq!(sheet.rows.len(), 5);
        assert!(sheet.rows[1].is_blank());
        assert_eq!(sheet.rows[4].cells[1], Cell::Text("q; r".to_owned()));
    }

    #[test]
    fn line_breaks_in_cells_do_not_shift_row_numbers() {
        let (_, sheet) = read_delimited("a\tb\r\n\"x\r\ny\"\t1\r\nz\t2\r\n", "x.csv").unwrap();
        let numbers: Vec<u32> = sheet.rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 2, 4]);
        assert_eq!(sheet.rows[1].cells[0], Cell::Text("x\ny".to_owned()));
    }

    #[test]
    fn a_quote_that_swallows_rows_is_refused_with_its_line() {
        for text in ["a;b\n1;x\n2;\"y\n3;z\n4;w\n", "a;b\n1;x\n2;\"y\n3;z\n4;\"w\"\n5;v\n"] {
            let error = read_delimited(text, "x.csv").unwrap_err();
            assert!(error.message(Lang::En).contains("line 3"), "{error}");
            assert!(error.message(Lang::Vi).contains("dòng 3"), "{error}");
        }
        let (_, sheet) = read_delimited("a;b\n1;\"x\n\"\"y\"\"\"\n2;12\" \n\"3\" ;z\n", "x.csv").unwrap();
        assert_eq!(sheet.rows.len(), 4);
    }
}
