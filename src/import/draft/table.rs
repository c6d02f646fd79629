//! Finds the table of an unknown form: the header is the first row with the most different headings.
//!
//! Title blocks have one or two cells in a row, rows of data have numbers and dates or come later, so
//! no knowledge of the form is needed.

use std::collections::BTreeSet;

use super::super::header::heading_paths;
use crate::error::Result;
use crate::messages::DraftFault;
use crate::source::{Block, Cell, Merge, Row, Sheet};
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
///
/// # Errors
/// [`DraftFault::SameHeadings`] if the header has a heading twice, since nothing tells its columns apart, and
/// what reading the file gives.
pub(super) fn find_table(sheet: &Sheet) -> Result<Option<Found>> {
    let head = sheet.rows.head(FURTHEST + MOST_ROWS + 1)?;
    let mut best: Option<(usize, usize, Vec<Vec<String>>)> = None;
    let mut repeated: Option<Repeated> = None;
    for top in 0..head.len().min(FURTHEST) {
        let height = header_height(&head, &sheet.merges, top);
        let is_heading = (top..top + height).all(|index| is_heading_row(&head.row(index)));
        if !is_heading || head.len() <= top + height {
            continue;
        }
        let paths: Vec<Vec<String>> = heading_paths(&head, &sheet.merges, top, height)
            .into_iter()
            .filter(|path| !path.is_empty())
            .collect();
        let distinct = paths.iter().map(|path| fold(&path.join(" "))).collect::<BTreeSet<_>>().len();
        let is_better = best.as_ref().is_none_or(|(most, ..)| distinct > *most);
        if distinct >= 2 && distinct < paths.len() && repeated.is_none() {
            repeated = Repeated::find(top, &paths);
        } else if distinct >= 2 && distinct == paths.len() && is_better {
            best = Some((distinct, top, paths));
        }
    }
    // Under it, rows of data would be taken for headings, each different from the others.
    if let Some(found) = repeated
        && best.as_ref().is_none_or(|(columns, top, _)| found.top < *top && found.columns >= *columns)
    {
        return Err(DraftFault::SameHeadings { headings: found.headings.join(", ") }.into());
    }
    Ok(best.map(|(_, top, paths)| Found { title: find_title(&head, top), paths }))
}

/// A header in which headings stand more than once.
#[derive(Debug)]
struct Repeated {
    top: usize,
    columns: usize,
    headings: Vec<String>,
}

impl Repeated {
    /// Lists the headings that stand more than once; `None` if some are not words.
    fn find(top: usize, paths: &[Vec<String>]) -> Option<Self> {
        let shown = |path: &Vec<String>| format!("`{}`", path.join(" → "));
        let headings: Vec<String> = paths.iter().map(shown).collect();
        if !headings.iter().all(|heading| heading.contains(char::is_alphabetic)) {
            return None;
        }
        let is_again = |at: &usize| headings.iter().take(*at).any(|other| *other == headings[*at]);
        let again: BTreeSet<&String> = (0..headings.len()).filter(is_again).map(|at| &headings[at]).collect();
        Some(Self { top, columns: paths.len(), headings: again.into_iter().cloned().collect() })
    }
}

/// A row of headings has texts, and no numbers but years.
fn is_heading_row(row: &Row<'_>) -> bool {
    let is_heading = |cell: Cell<'_>| match cell {
        Cell::Empty | Cell::Text(_) => true,
        Cell::Number { value, .. } => value.fract() == 0.0 && (1990.0..2100.0).contains(&value),
        _ => false,
    };
    row.cells().all(is_heading) && row.cells().any(|cell| cell.as_text().is_some())
}

/// The number of rows that merged cells tie to the row, or that go on under its gaps.
fn header_height(head: &Block, merges: &[Merge], top: usize) -> usize {
    let first = head.row(top).number;
    let most = MOST_ROWS.min(head.len() - top);
    let mut height = 1;
    while height < most {
        let last = first + u32::try_from(height).unwrap_or(0) - 1;
        let inside = |row: u32| (first..=last).contains(&row);
        let goes_on = merges.iter().any(|merge| {
            inside(merge.top)
                && (merge.bottom > last
                    || (merge.bottom == last
                        && merge.top == last
                        && merge.left < merge.right
                        && is_parted(&head.row(top + height), merge.left, merge.right)))
        });
        let has_gaps =
            merges.is_empty() && continues_gaps(&head.row(top + height - 1), &head.row(top + height));
        if !goes_on && !has_gaps {
            break;
        }
        height += 1;
    }
    height
}

/// Tells whether the row under a wide heading parts it: two texts or more.
fn is_parted(row: &Row<'_>, left: usize, right: usize) -> bool {
    is_heading_row(row) && (left..=right).filter(|column| row.cell(*column).as_text().is_some()).count() >= 2
}

/// Text formats: a heading over a gap goes on below, where the first column is empty.
fn continues_gaps(upper: &Row<'_>, lower: &Row<'_>) -> bool {
    let width = upper.width().max(lower.width());
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
fn find_title(head: &Block, top: usize) -> String {
    let lines = (0..top).flat_map(|index| head.row(index).cells()).filter_map(Cell::as_text);
    let is_title = |text: &&str| {
        let folded = fold(text);
        folded.split(' ').count() >= 3 && TITLES.iter().any(|title| folded.starts_with(title))
    };
    let found = lines.filter(is_title).max_by_key(|text| text.chars().count());
    found.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
}
