//! Turns the tables of a web page into one sheet.
//!
//! Reporting systems export "Excel" as HTML: a table for the title block, one for the data, one for
//! the signatures. They are one printed page, so they become one sheet, one below the other.

use html5gum::{HtmlString, StartTag, Token, Tokenizer};

use super::{Cell, Merge, Row, Sheet};

/// Limits of the HTML standard for `colspan` and `rowspan`.
const MOST_COLUMNS: usize = 1000;
const MOST_ROWS: u32 = 65_534;

/// Tells whether the text is a web page with tables.
pub(super) fn looks_like_html(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    head.trim_start_matches(super::is_blank).starts_with('<')
        && (head.contains("<html") || head.contains("<table") || head.contains("<!doctype html"))
}

/// Reads all tables, in order, into one sheet.
pub(super) fn read_html(text: &str) -> Sheet {
    let mut builder = Builder::default();
    for token in Tokenizer::new(text) {
        match token {
            Ok(Token::StartTag(tag)) => builder.open(&tag),
            Ok(Token::EndTag(tag)) => builder.close(&tag.name.0),
            Ok(Token::String(text)) => builder.write(&text.value),
            _ => {}
        }
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    rows: Vec<Row>,
    merges: Vec<Merge>,
    /// Per column, the last row number that a cell from above still covers.
    covered: Vec<u32>,
    row: Option<Row>,
    cell: Option<OpenCell>,
    silent: bool,
}

struct OpenCell {
    text: String,
    columns: usize,
    rows: u32,
}

impl Builder {
    fn open(&mut self, tag: &StartTag<()>) {
        match tag.name.0.as_slice() {
            b"tr" => self.open_row(),
            b"td" | b"th" => {
                self.close_cell();
                if self.row.is_none() {
                    self.open_row();
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
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"td" | b"th" => self.close_cell(),
            b"tr" => self.close_row(),
            b"table" => {
                self.close_row();
                self.covered.clear();
            }
            b"style" | b"script" | b"title" => self.silent = false,
            _ => {}
        }
    }

    fn write(&mut self, text: &HtmlString) {
        if let Some(cell) = self.cell.as_mut().filter(|_| !self.silent) {
            cell.text.push_str(&String::from_utf8_lossy(&text.0));
        }
    }

    fn open_row(&mut self) {
        self.close_row();
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.row = Some(Row { number, cells: Vec::new() });
    }

    fn close_row(&mut self) {
        self.close_cell();
        self.rows.extend(self.row.take());
    }

    fn close_cell(&mut self) {
        let (Some(cell), Some(row)) = (self.cell.take(), self.row.as_mut()) else { return };
        let mut left = row.cells.len();
        while self.covered.get(left).is_some_and(|last| *last >= row.number) {
            left += 1;
        }
        let right = left + cell.columns - 1;
        let bottom = row.number.saturating_add(cell.rows - 1);
        row.cells.resize(right + 1, Cell::Empty);
        row.cells[left] = Cell::text(&squeeze(&cell.text));
        if self.covered.len() <= right {
            self.covered.resize(right + 1, 0);
        }
        self.covered.iter_mut().skip(left).take(cell.columns).for_each(|last| *last = bottom);
        if cell.columns > 1 || cell.rows > 1 {
            self.merges.push(Merge { top: row.number, bottom, left, right });
        }
    }

    fn finish(mut self) -> Sheet {
        self.close_row();
        while self.rows.last().is_some_and(Row::is_blank) {
            self.rows.pop();
        }
        Sheet { visible: true, rows: self.rows, merges: self.merges, ..Sheet::default() }
    }
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
    use super::{looks_like_html, read_html};
    use crate::source::Cell;

    #[test]
    fn spans_shift_cells_and_are_kept_as_merges() {
        let sheet = read_html(
            "<table><tr><th rowspan=2>A</th><th colspan=2>B</th></tr><tr><th>b1</th><th>b2</th></tr></table>",
        );
        assert_eq!(sheet.rows[1].cells[1], Cell::Text("b1".to_owned()));
        assert_eq!(sheet.rows[1].cells[2], Cell::Text("b2".to_owned()));
        assert_eq!(sheet.merges.len(), 2);
    }

    #[test]
    fn line_breaks_stay_and_hard_blanks_are_blank() {
        let sheet = read_html("<table><tr><td>Lệ phí<br>(đồng)</td><td>&nbsp;</td></tr></table>");
        assert_eq!(sheet.rows[0].cells[0], Cell::Text("Lệ phí\n(đồng)".to_owned()));
        assert_eq!(sheet.rows[0].cells[1], Cell::Empty);
    }

    #[test]
    fn unclosed_cells_and_rows_end_where_the_next_begins() {
        let sheet = read_html("<table><tr><td>a<td>b<tr><td>c</table>");
        assert_eq!(sheet.rows.len(), 2);
        assert_eq!(sheet.rows[0].cells.len(), 2);
    }

    #[test]
    fn delimited_text_is_not_html() {
        assert!(!looks_like_html("a;b\n<table>"));
        assert!(looks_like_html("\u{FEFF}<html xmlns:o=\"x\"><body>"));
    }
}
