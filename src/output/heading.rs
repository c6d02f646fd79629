//! Turns headings such as `Time → From` into the cells of a header of several rows, as printed forms have it.

use super::ColumnLayout;

/// What leads from a heading to those below it.
const BELOW: &str = " → ";

/// One cell of a header; rows and columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeadingCell<'a> {
    pub(super) text: &'a str,
    pub(super) row: usize,
    pub(super) column: usize,
    /// How many rows it spans.
    pub(super) rows: usize,
    /// How many columns it spans.
    pub(super) columns: usize,
}

/// Lays the headings out, row by row; neighbours under the same heading share its cell.
pub(super) fn stack_headings(columns: &[ColumnLayout]) -> Vec<HeadingCell<'_>> {
    stack(&columns.iter().map(|column| column.heading.as_str()).collect::<Vec<_>>())
}

/// Counts the rows that the cells take.
pub(super) fn header_height(cells: &[HeadingCell<'_>]) -> usize {
    cells.iter().map(|cell| cell.row + cell.rows).max().unwrap_or(0)
}

/// Returns the part of a heading that stands right above its column.
pub(super) fn last_part(heading: &str) -> &str {
    heading.rsplit(BELOW).next().unwrap_or(heading)
}

fn stack<'a>(headings: &[&'a str]) -> Vec<HeadingCell<'a>> {
    let paths: Vec<Vec<&str>> = headings.iter().map(|heading| heading.split(BELOW).collect()).collect();
    let height = paths.iter().map(Vec::len).max().unwrap_or(0);
    let mut cells = Vec::new();
    for row in 0..height {
        let mut column = 0;
        while column < paths.len() {
            let path = &paths[column];
            let Some(text) = path.get(row) else {
                column += 1;
                continue;
            };
            let is_last = path.len() == row + 1;
            let is_shared = |other: &&Vec<&str>| other.len() > row + 1 && other[..=row] == path[..=row];
            let shared = paths[column..].iter().take_while(is_shared).count();
            let columns = if is_last { 1 } else { shared };
            let rows = if is_last { height - row } else { 1 };
            cells.push(HeadingCell { text, row, column, rows, columns });
            column += columns;
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{HeadingCell, stack};

    fn cell(text: &str, (row, column): (usize, usize), (rows, columns): (usize, usize)) -> HeadingCell<'_> {
        HeadingCell { text, row, column, rows, columns }
    }

    #[test]
    fn neighbours_under_one_heading_share_its_cell() {
        assert_eq!(
            stack(&["TT", "Nhận → Tổng", "Nhận → Trong đó → Mới", "Nhận → Trong đó → Cũ", "Ghi chú"]),
            [
                cell("TT", (0, 0), (3, 1)),
                cell("Nhận", (0, 1), (1, 3)),
                cell("Ghi chú", (0, 4), (3, 1)),
                cell("Tổng", (1, 1), (2, 1)),
                cell("Trong đó", (1, 2), (1, 2)),
                cell("Mới", (2, 2), (1, 1)),
                cell("Cũ", (2, 3), (1, 1)),
            ]
        );
    }

    #[test]
    fn plain_headings_are_one_row() {
        assert_eq!(stack(&["a", "b"]), [cell("a", (0, 0), (1, 1)), cell("b", (0, 1), (1, 1))]);
    }
}
