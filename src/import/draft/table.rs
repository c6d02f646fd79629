//! Finds the table of an unknown form: the header is the first row with the most different headings.
//!
//! Title blocks have one or two cells in a row, rows of data have numbers and dates or come later, so
//! no knowledge of the form is needed.

use std::collections::BTreeSet;

use super::super::header::heading_paths;
use crate::source::{Cell, Row, Sheet};
use crate::vietnamese::fold::fold;

/// A header may start this many rows below the first used one.
const FURTHEST: usize = 100;

/// Printed headers have at most this many rows.
const MOST_ROWS: usize = 4;

/// The table of a sheet.
#[derive(Debug)]
pub(super) struct Found {
    /// The headings of each column, from the top row down.
    pub(super) paths: Vec<Vec<String>>,
    /// What the lines above the table call it; empty if they do not.
    pub(super) title: String,
}

/// Finds the header with the most different headings, the first of equals.
pub(super) fn find_table(sheet: &Sheet) -> Option<Found> {
    let mut best: Option<(usize, usize, Vec<Vec<String>>)> = None;
    for top in 0..sheet.rows.len().min(FURTHEST) {
        let height = header_height(sheet, top);
        let rows = sheet.rows.get(top..top + height)?;
        if !rows.iter().all(is_heading_row) || sheet.rows.len() <= top + height {
            continue;
        }
        let paths: Vec<Vec<String>> =
            heading_paths(sheet, top, height).into_iter().filter(|path| !path.is_empty()).collect();
        let distinct = paths.iter().map(|path| fold(&path.join(" "))).collect::<BTreeSet<_>>().len();
        let is_better = best.as_ref().is_none_or(|(most, ..)| distinct > *most);
        if distinct >= 2 && distinct == paths.len() && is_better {
            best = Some((distinct, top, paths));
        }
    }
    let (_, top, paths) = best?;
    Some(Found { title: find_title(sheet, top), paths })
}

/// A row of headings has texts, and no numbers but years.
fn is_heading_row(row: &Row) -> bool {
    let is_heading = |cell: &Cell| match cell {
        Cell::Empty | Cell::Text(_) => true,
        Cell::Number { value, .. } => value.fract() == 0.0 && (1990.0..2100.0).contains(value),
        _ => false,
    };
    row.cells.iter().all(is_heading) && row.cells.iter().any(|cell| cell.as_text().is_some())
}

/// The number of rows that merged cells tie to the row, or that go on under its gaps.
fn header_height(sheet: &Sheet, top: usize) -> usize {
    let Some(first) = sheet.rows.get(top).map(|row| row.number) else { return 1 };
    let most = MOST_ROWS.min(sheet.rows.len() - top);
    let mut height = 1;
    while height < most {
        let last = first + u32::try_from(height).unwrap_or(0) - 1;
        let inside = |row: u32| (first..=last).contains(&row);
        let goes_on = sheet.merges.iter().any(|merge| {
            inside(merge.top)
                && (merge.bottom > last
                    || (merge.bottom == last
                        && merge.top == last
                        && merge.left < merge.right
                        && is_parted(sheet, top + height, merge.left, merge.right)))
        });
        let has_gaps = sheet.merges.is_empty()
            && continues_gaps(&sheet.rows[top + height - 1], &sheet.rows[top + height]);
        if !goes_on && !has_gaps {
            break;
        }
        height += 1;
    }
    height
}

/// Tells whether the row under a wide heading parts it: two texts or more.
fn is_parted(sheet: &Sheet, row: usize, left: usize, right: usize) -> bool {
    let Some(row) = sheet.rows.get(row) else { return false };
    is_heading_row(row) && (left..=right).filter(|column| row.cell(*column).as_text().is_some()).count() >= 2
}

/// Text formats: a heading over a gap goes on below, where the first column is empty.
fn continues_gaps(upper: &Row, lower: &Row) -> bool {
    let width = upper.cells.len().max(lower.cells.len());
    let under_gap =
        (1..width).any(|column| upper.cell(column).is_empty() && lower.cell(column).as_text().is_some());
    is_heading_row(upper)
        && is_heading_row(lower)
        && lower.cell(0).is_empty()
        && !upper.cell(0).is_empty()
        && under_gap
}

/// Words with which the title of a form begins.
const TITLES: [&str; 12] = [
    "danh sach",
    "danh muc",
    "bao cao",
    "bang",
    "bieu",
    "thong ke",
    "tong hop",
    "so theo doi",
    "so dang ky",
    "ket qua",
    "ke hoach",
    "tinh hinh",
];

/// Takes the line above the table that begins like a title.
fn find_title(sheet: &Sheet, top: usize) -> String {
    let lines = sheet.rows.iter().take(top).flat_map(|row| &row.cells).filter_map(Cell::as_text);
    let is_title = |text: &&str| {
        let folded = fold(text);
        folded.split(' ').count() >= 3 && TITLES.iter().any(|title| folded.starts_with(title))
    };
    let found = lines.filter(is_title).max_by_key(|text| text.chars().count());
    found.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
}
