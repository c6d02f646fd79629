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
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            let cells = readers.iter().map(|reader| reader.text(row));
            write_row(out, cells.map(|text| escape(text.as_deref().unwrap_or(layout.missing("")))))?;
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
