//! Turns the tables of a web page into one sheet.
//!
//! Reporting systems export "Excel" as HTML: a table for the title block, one for the data, one for
//! the signatures. They are one printed page, so they become one sheet, one below the other.

use html5gum::{HtmlString, StartTag, Token, Tokenizer};

use super::cell::Cell;
use super::grid::Grid;
use super::limits::{self, Budget};
use super::{Merge, Sheet};
use crate::error::Result;

/// Limits of the HTML standard for `colspan` and `rowspan`.
const MOST_COLUMNS: usize = 1000;
const MOST_ROWS: u32 = 65_534;

/// Tells whether the text is a web page with tables.
pub(super) fn looks_like_html(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    head.trim_start_matches(super::cell::is_blank).starts_with('<')
        && (head.contains("<html") || head.contains("<table") || head.contains("<!doctype html"))
}

/// Reads all tables, in order, into one sheet.
///
/// # Errors
/// If the tables are larger than any sheet.
pub(super) fn read_html(text: &str, budget: &mut Budget) -> Result<Sheet> {
    let mut builder = Builder::new(budget);
    for token in Tokenizer::new(text) {
        match token {
            Ok(Token::StartTag(tag)) => builder.open(&tag)?,
            Ok(Token::EndTag(tag)) => builder.close(&tag.name.0)?,
            Ok(Token::String(text)) => builder.write(&text.value),
            _ => {}
        }
    }
    builder.close_cell()?;
    builder.grid.finish(None, true)
}

struct Builder<'b> {
    grid: Grid<'b>,
    /// Per column, the last row number that a cell from above still covers.
    covered: Vec<u32>,
    /// Number of the last row; 0 before the first.
    row: u32,
    /// Whether cells belong to that row.
    is_open: bool,
    next_column: usize,
    cell: Option<OpenCell>,
    silent: bool,
}

struct OpenCell {
    text: String,
    columns: usize,
    rows: u32,
}

impl<'b> Builder<'b> {
    fn new(budget: &'b mut Budget) -> Self {
        Self {
            grid: Grid::new(budget),
            covered: Vec::new(),
            row: 0,
            is_open: false,
            next_column: 0,
            cell: None,
            silent: false,
        }
    }

    fn open(&mut self, tag: &StartTag<()>) -> Result<()> {
        match tag.name.0.as_slice() {
            b"tr" => {
                self.open_row()?;
                if is_hidden(tag) {
                    self.grid.hide_row(self.row);
                }
            }
            b"td" | b"th" => {
                self.close_cell()?;
                if !self.is_open {
                    self.open_row()?;
                }
                let columns = usize::try_from(span(tag, b"colspan")).unwrap_or(1).clamp(1, MOST_COLUMNS);
                let rows = span(tag, b"rowspan").clamp(1, MOST_ROWS);
                self.cell = Some(OpenCell { text: String::new(), columns, rows });
            }
            b"br" | b"p" | b"div" | b"li" => {
                if let Some(cell) = self.cell.as_mut().filter(|cell| !cell.text.trim().is_empty()) {
                    cell.text.push('\u{B}');
                }
            }
            b"style" | b"script" | b"title" => self.silent = !tag.self_closing,
            b"table" => self.covered.clear(),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<()> {
        match name {
            b"td" | b"th" => self.close_cell()?,
            b"tr" => self.close_row()?,
            b"table" => {
                self.close_row()?;
                self.covered.clear();
            }
            b"style" | b"script" | b"title" => self.silent = false,
            _ => {}
        }
        Ok(())
    }

    fn write(&mut self, text: &HtmlString) {
        if let Some(cell) = self.cell.as_mut().filter(|_| !self.silent) {
            cell.text.push_str(&String::from_utf8_lossy(&text.0));
        }
    }

    fn open_row(&mut self) -> Result<()> {
        self.close_row()?;
        self.row = self.row.saturating_add(1);
        self.next_column = 0;
        self.is_open = true;
        Ok(())
    }

    fn close_row(&mut self) -> Result<()> {
        self.close_cell()?;
        self.is_open = false;
        Ok(())
    }

    fn close_cell(&mut self) -> Result<()> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let mut left = self.next_column;
        while self.covered.get(left).is_some_and(|last| *last >= self.row) {
            left += 1;
        }
        let right = left + cell.columns - 1;
        let bottom = self.row.saturating_add(cell.rows - 1);
        self.grid.put(self.row, left, Cell::text(&squeeze(&cell.text)))?;
        self.grid.merge(Merge { top: self.row, bottom: bottom.min(limits::ROWS), left, right })?;
        if self.covered.len() <= right {
            self.covered.resize(right + 1, 0);
        }
        self.covered.iter_mut().skip(left).take(cell.columns).for_each(|last| *last = bottom);
        self.next_column = right + 1;
        Ok(())
    }
}

/// A row that its style does not show.
fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = tag.attributes.iter().find(|(key, _)| key.0 == b"style").map(|(_, value)| &value.value.0);
    let style = style.map(|style| String::from_utf8_lossy(style).to_ascii_lowercase().replace(' ', ""));
    style.is_some_and(|style| style.contains("display:none"))
}

/// Joins runs of blanks as a browser does; `<br>` (kept as a vertical tab) becomes a line break.
fn squeeze(text: &str) -> String {
    let lines = text.split('\u{B}').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

fn span(tag: &StartTag<()>, name: &[u8]) -> u32 {
    let value = tag.attributes.iter().find(|(key, _)| key.0 == name).map(|(_, value)| &value.value.0);
    value.and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::looks_like_html;
    use crate::source::Sheet;
    use crate::source::limits::Budget;

    fn read_html(text: &str) -> Sheet {
        super::read_html(text, &mut Budget::default()).unwrap()
    }

    #[test]
    fn spans_shift_cells_and_are_kept_as_merges() {
        let sheet = read_html(
            "<table><tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><th>b1</th><th>b2</th></tr></table>",
        );
        assert_eq!(sheet.texts()[1], ["", "b1", "b2"]);
        assert_eq!(sheet.merges.len(), 2);
    }

    #[test]
    fn line_breaks_stay_and_hard_blanks_are_blank() {
        let sheet = read_html("<table><tr><td>Lệ phí<br>(đồng)</td><td>&nbsp;</td></tr></table>");
        assert_eq!(sheet.texts(), [["Lệ phí\n(đồng)"]]);
    }

    #[test]
    fn unclosed_cells_and_rows_end_where_the_next_begins() {
        let sheet = read_html("<table><tr><td>a<td>b<tr style='display: none'><td>c");
        assert_eq!(sheet.texts(), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(sheet.notes.hidden_rows, 1);
    }

    #[test]
    fn spans_without_end_are_refused() {
        let bomb = format!("<table>{}", format!("<tr>{}", "<td colspan=1000>x".repeat(16)).repeat(2000));
        let refused = super::read_html(&bomb, &mut Budget::default());
        assert!(refused.is_err());
        let wide = format!("<table><tr>{}", "<td colspan=1000>x".repeat(17));
        assert!(super::read_html(&wide, &mut Budget::default()).is_err());
    }

    #[test]
    fn delimited_text_is_not_html() {
        assert!(!looks_like_html("a;b\n<table>"));
        assert!(looks_like_html("\u{FEFF}<html xmlns:o=\"x\"><body>"));
    }
}
