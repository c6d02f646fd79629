//! Turns an answer into a table for a terminal: lines drawn, numbers to the right, NULL shown.
//!
//! Only the rows that are shown are measured, and whoever cuts says what was cut: the writer returns
//! it, and the caller tells the reader.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::fit::{Fit, Wish, fit, shorten, wrap, wrap_up_to};
use super::{Layout, expanded, visible};
use crate::engine::Answer;

/// How much room a table has and how it looks.
#[derive(Debug, Clone, Copy)]
pub struct TableStyle {
    /// Number of terminal columns; none is as many as it takes.
    pub width: Option<usize>,
    /// Number of rows to show.
    pub max_rows: usize,
    /// Whether each row stands as a block of its own.
    pub expanded: Expanded,
    /// What becomes of a text that is longer than its column is wide.
    pub overflow: Overflow,
    /// Whether NULL is set off by colour.
    pub color: bool,
}

/// What becomes of a text that is longer than its column is wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// It loses its middle.
    Shorten,
    /// It goes on in further lines.
    Wrap,
    /// It goes on in at most this many lines, and loses its middle beyond.
    WrapUpTo(usize),
}

/// Whether each row stands as a block of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expanded {
    /// Rows are lines of a table.
    Off,
    /// Rows are blocks.
    On,
    /// Rows are blocks where a table would have to leave out columns.
    Auto,
}

impl TableStyle {
    /// All rows and columns, as wide as it takes.
    pub const WHOLE: Self = Self {
        width: None,
        max_rows: usize::MAX,
        expanded: Expanded::Off,
        overflow: Overflow::Shorten,
        color: false,
    };
}

/// What a table does not show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// Rows left out at the end.
    pub rows: usize,
    /// Columns left out.
    pub columns: usize,
    /// Cells whose middle is left out.
    pub cells: usize,
}

impl Cut {
    /// Tells whether everything is shown.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// One cell as shown: its lines, and whether it is NULL.
pub(super) struct ShownCell {
    pub(super) lines: Vec<String>,
    pub(super) is_null: bool,
    /// Whether it is for the better or for the worse, if somebody says so.
    pub(super) tone: Option<bool>,
}

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

pub(super) fn write_table(
    out: &mut impl Write,
    answer: &Answer,
    layout: &Layout,
    style: &TableStyle,
) -> io::Result<Cut> {
    let rows = read_rows(answer, layout, style.max_rows);
    let headings: Vec<String> = layout.columns.iter().map(|column| visible(&column.heading)).collect();
    let cut = Cut { rows: answer.row_count() - rows.len(), ..Cut::default() };
    if headings.is_empty() {
        return Ok(cut);
    }
    let wishes = measure(layout, &headings, &rows, style.width.is_some());
    let room = style.width.unwrap_or(usize::MAX / 2);
    let mut fitted = fit(&wishes, room);
    if fitted.gap.is_some() && style.overflow != Overflow::Shorten {
        // Where nothing is to be hidden, words are broken before columns go.
        fitted = fit(&break_words(wishes), room);
    }
    let is_expanded = match style.expanded {
        Expanded::On => true,
        Expanded::Off => false,
        Expanded::Auto => fitted.gap.is_some(),
    };
    if is_expanded {
        expanded::write_expanded(out, &headings, &rows, style)?;
        return Ok(cut);
    }
    let overflow = if is_plan(layout) { Overflow::Wrap } else { style.overflow };
    let mut grid = Grid { layout, fitted: &fitted, overflow, color: style.color, cells_cut: 0 };
    grid.write(out, &headings, &rows)?;
    let columns = headings.len() - fitted.shown.len();
    Ok(Cut { columns, cells: grid.cells_cut, ..cut })
}

fn read_rows(answer: &Answer, layout: &Layout, max_rows: usize) -> Vec<Vec<ShownCell>> {
    let is_plan = is_plan(layout);
    let mut rows = Vec::new();
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows().min(max_rows - rows.len()) {
            let cells = readers.iter().map(|reader| {
                let (lines, is_null) = match reader.text(row) {
                    None => (vec![reader.missing(row, "NULL").to_owned()], true),
                    Some(text) if is_plan => (text.lines().map(visible).collect(), false),
                    Some(text) => (vec![visible(&text)], false),
                };
                ShownCell { lines, is_null, tone: reader.tone(row) }
            });
            rows.push(cells.collect());
        }
    }
    rows
}

/// A plan is read by its lines; anywhere else a line break is part of a value.
fn is_plan(layout: &Layout) -> bool {
    layout.columns.first().is_some_and(|column| column.heading == "plan_type")
}

/// Width below which a shortened text says nothing.
const LEAST_TEXT: usize = 8;
/// The longest word, such as a code, that is kept whole before columns are hidden.
const LONGEST_WORD: usize = 24;

/// Lines that a heading takes where room is scarce.
const HEADING_LINES: usize = 2;

fn measure(layout: &Layout, headings: &[String], rows: &[Vec<ShownCell>], is_scarce: bool) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::with_capacity(headings.len());
    for (index, heading) in headings.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(index)).flat_map(|cell| &cell.lines);
        let widest = cells().map(|line| line.width()).max().unwrap_or(0);
        let heading_width = if is_scarce { width_of_lines(heading, HEADING_LINES) } else { heading.width() };
        let natural = widest.max(heading_width).max(1);
        let heading_word = longest_word(heading).min(LONGEST_WORD);
        let least = if layout.columns[index].rigid {
            widest.max(heading_word)
        } else {
            // A code without its middle is another code.
            let word = cells().map(|text| longest_word(text)).max().unwrap_or(0).max(heading_word);
            word.clamp(LEAST_TEXT, LONGEST_WORD)
        };
        wishes.push(Wish { natural, least: least.min(natural).max(1) });
    }
    wishes
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Returns the least width at which a text takes so many lines without a word being broken.
fn width_of_lines(text: &str, lines: usize) -> usize {
    (longest_word(text)..text.width()).find(|width| wrap(text, *width).len() <= lines).unwrap_or(text.width())
}

/// Lets every column but the first, which names the row, be narrower than its words.
fn break_words(mut wishes: Vec<Wish>) -> Vec<Wish> {
    for wish in wishes.iter_mut().skip(1) {
        wish.least = wish.least.min(LEAST_TEXT);
    }
    wishes
}

struct Grid<'a> {
    layout: &'a Layout,
    fitted: &'a Fit,
    overflow: Overflow,
    color: bool,
    cells_cut: usize,
}

/// The four signs of a horizontal line: its left end, the line, a crossing, its right end.
type Line = [&'static str; 4];

const TOP: Line = ["┌", "─", "┬", "┐"];
const BELOW_HEADINGS: Line = ["╞", "═", "╪", "╡"];
const BOTTOM: Line = ["└", "─", "┴", "┘"];
/// What stands in the place of hidden columns.
const GAP: &str = "…";

impl Grid<'_> {
    fn write(
        &mut self,
        out: &mut impl Write,
        headings: &[String],
        rows: &[Vec<ShownCell>],
    ) -> io::Result<()> {
        self.write_line(out, TOP)?;
        let headings: Vec<ShownCell> = headings
            .iter()
            .map(|heading| ShownCell { lines: vec![heading.clone()], is_null: false, tone: None })
            .collect();
        // Two headings without their middles may be the same, so headings keep all their words.
        let of_values = std::mem::replace(&mut self.overflow, Overflow::Wrap);
        self.write_row(out, &headings)?;
        self.overflow = of_values;
        self.write_line(out, BELOW_HEADINGS)?;
        for row in rows {
            self.write_row(out, row)?;
        }
        self.write_line(out, BOTTOM)
    }

    fn write_line(&self, out: &mut impl Write, [left, line, crossing, right]: Line) -> io::Result<()> {
        let mut widths: Vec<usize> = self.fitted.shown.iter().map(|(_, width)| *width).collect();
        if let Some(gap) = self.fitted.gap {
            widths.insert(gap.min(widths.len()), 1);
        }
        let parts: Vec<String> = widths.iter().map(|width| line.repeat(width + 2)).collect();
        writeln!(out, "{left}{}{right}", parts.join(crossing))
    }

    fn write_row(&mut self, out: &mut impl Write, cells: &[ShownCell]) -> io::Result<()> {
        let fitted = self.fitted;
        let shown: Vec<(usize, usize, Vec<String>)> = fitted
            .shown
            .iter()
            .map(|(column, width)| (*column, *width, self.fit_lines(&cells[*column], *width)))
            .collect();
        let height = shown.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(1).max(1);
        for line in 0..height {
            let mut parts: Vec<String> = Vec::with_capacity(shown.len() + 1);
            for (column, width, lines) in &shown {
                let text = lines.get(line).map_or("", String::as_str);
                parts.push(self.pad(text, *column, *width, &cells[*column]));
            }
            if let Some(gap) = self.fitted.gap {
                parts.insert(gap.min(parts.len()), GAP.to_owned());
            }
            writeln!(out, "│ {} │", parts.join(" ┆ "))?;
        }
        Ok(())
    }

    fn fit_lines(&mut self, cell: &ShownCell, width: usize) -> Vec<String> {
        let mut fit_line = |line: &String| match self.overflow {
            Overflow::Wrap => wrap(line, width),
            Overflow::WrapUpTo(lines) => {
                let (fitted, is_whole) = wrap_up_to(line, width, lines);
                self.cells_cut += usize::from(!is_whole);
                fitted
            }
            Overflow::Shorten => {
                let shown = shorten(line, width);
                self.cells_cut += usize::from(shown != *line);
                vec![shown]
            }
        };
        cell.lines.iter().flat_map(&mut fit_line).collect()
    }

    fn pad(&self, text: &str, column: usize, width: usize, cell: &ShownCell) -> String {
        let blanks = " ".repeat(width.saturating_sub(text.width()));
        let style = match cell.tone {
            _ if !self.color => None,
            _ if cell.is_null => Some(DIM),
            Some(true) => Some(GREEN),
            Some(false) => Some(RED),
            None => None,
        };
        let text = style.map_or_else(|| text.to_owned(), |style| format!("{style}{text}{RESET}"));
        if self.layout.columns[column].numeric {
            format!("{blanks}{text}")
        } else {
            format!("{text}{blanks}")
        }
    }
}
