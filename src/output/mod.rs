//! Turns answers into text: one file per format, each writing to any `Write`.
//!
//! What a column is called and how its values read is decided once, in [`Layout`]; a format only
//! lays out strings. Machine formats (CSV, JSON) keep names and codes unless titles are asked for.

mod csv;
mod expanded;
mod fit;
mod json;
mod layout;
mod markdown;
mod rejects;
mod table;
mod visible;

use std::io::{self, Write};

use crate::engine::Answer;

pub use layout::{CellReader, ColumnLayout, Layout};
pub use rejects::{render_workbook, write_list};
pub use table::{Cut, Expanded, TableStyle};
pub use visible::visible;

/// Breaks a text into lines of at most `width` terminal columns.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    fit::wrap(text, width)
}

/// The format of a written answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and columns for a terminal.
    Table,
    /// RFC 4180 with a header; NULL is the empty field.
    Csv,
    /// One array of objects.
    Json,
    /// One object per line.
    Ndjson,
    /// A pipe table.
    Markdown,
}

impl Format {
    /// Tells whether people read it as it is, and not programs.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown)
    }

    /// Finds the format that a file's extension stands for.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "md" => Self::Markdown,
            "txt" => Self::Table,
            _ => return None,
        })
    }
}

/// Writes an answer and says what it leaves out, which only a table with less room than it needs does.
///
/// # Errors
/// What `out` gives.
pub fn write_answer(
    out: &mut impl Write,
    format: Format,
    answer: &Answer,
    layout: &Layout,
    style: &TableStyle,
) -> io::Result<Cut> {
    match format {
        Format::Table => return table::write_table(out, answer, layout, style),
        Format::Csv => csv::write_csv(out, answer, layout)?,
        Format::Json => json::write_json(out, answer, layout)?,
        Format::Ndjson => json::write_ndjson(out, answer, layout)?,
        Format::Markdown => markdown::write_markdown(out, answer, layout)?,
    }
    Ok(Cut::default())
}
