//! Turns an answer into a Markdown pipe table, numbers to the right.

use std::io::{self, Write};

use super::Layout;
use crate::engine::Answer;

pub(super) fn write_markdown(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    write_row(out, layout.columns.iter().map(|column| escape(&column.heading)))?;
    write_row(
        out,
        layout.columns.iter().map(|column| if column.numeric { "---:" } else { "---" }.to_owned()),
    )?;
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().enumerate();
            write_row(
                out,
                cells.map(|(index, array)| {
                    escape(&layout.text(index, array, row).unwrap_or_else(|| layout.missing("").to_owned()))
                }),
            )?;
        }
    }
    Ok(())
}

fn write_row(out: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    out.write_all(b"|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    out.write_all(b"\n")
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace("\r\n", "<br>")
        .replace(['\n', '\r'], "<br>")
}
