//! Turns an answer into a Markdown pipe table, numbers to the right.

use std::io::{self, Write};

use super::{CellReader, Layout, Sheet};
use crate::engine::Answer;
use crate::error::Explain as _;

pub(super) fn write_markdown(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    write_row(out, layout.columns.iter().map(|column| escape(&column.heading)))?;
    write_row(
        out,
        layout.columns.iter().map(|column| if column.numeric { "---:" } else { "---" }.to_owned()),
    )?;
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            let text = |reader: &CellReader<'_>| {
                reader.text(row).unwrap_or_else(|| reader.missing(row, "").to_owned())
            };
            let cells = readers.iter().map(text);
            write_row(out, cells.map(|text| escape(&text)))?;
        }
    }
    Ok(())
}

/// Writes a table with its title above and what its reader must know below.
pub(super) fn write_document(out: &mut impl Write, sheet: &Sheet<'_>) -> io::Result<()> {
    if !sheet.title.is_empty() {
        writeln!(out, "### {}\n", escape(&sheet.title))?;
    }
    for line in &sheet.form.lines {
        writeln!(out, "{}\n", escape(line))?;
    }
    write_markdown(out, sheet.answer, &sheet.layout)?;
    for notice in &sheet.answer.notices {
        writeln!(out, "\n*{}*", escape(&notice.message(sheet.layout.lang())))?;
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
