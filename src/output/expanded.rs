//! Turns rows into blocks of one line per column, for rows that are too wide for a table.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::fit::wrap;
use super::table::{Overflow, ShownCell, TableStyle};

/// Width of the rule above a block, where the terminal's is not known.
const RULE: usize = 60;
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

pub(super) fn write_expanded(
    out: &mut impl Write,
    headings: &[String],
    rows: &[Vec<ShownCell>],
    style: &TableStyle,
) -> io::Result<()> {
    let label = headings.iter().map(|heading| heading.width()).max().unwrap_or(0);
    let rule = style.width.unwrap_or(RULE).min(RULE);
    for (index, row) in rows.iter().enumerate() {
        let title = format!("─[ {} ]", index + 1);
        writeln!(out, "{title}{}", "─".repeat(rule.saturating_sub(title.width())))?;
        for (heading, cell) in headings.iter().zip(row) {
            let blanks = " ".repeat(label - heading.width());
            let room = style
                .width
                .filter(|_| style.overflow != Overflow::Shorten)
                .map(|width| width.saturating_sub(label + 3));
            let lines: Vec<String> = match room {
                Some(room) => cell.lines.iter().flat_map(|line| wrap(line, room)).collect(),
                None => cell.lines.clone(),
            };
            let text = lines.join(&format!("\n{} │ ", " ".repeat(label)));
            let text = if cell.is_null && style.color { format!("{DIM}{text}{RESET}") } else { text };
            writeln!(out, "{heading}{blanks} │ {text}")?;
        }
    }
    Ok(())
}
