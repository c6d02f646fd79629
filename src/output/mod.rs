//! Turns answers into files and text: one file per format, each writing to any `Write`.
//!
//! What a column is called and how its values read is decided once, in [`Layout`]; a format only
//! lays out strings. Formats for programs (CSV, JSON, Parquet, Arrow) keep names and codes unless titles are
//! asked for; those for people show titles and labels.

mod by_row;
mod columnar;
mod csv;
mod excel_csv;
mod expanded;
mod fit;
mod formula;
mod heading;
mod html;
mod json;
mod layout;
mod markdown;
mod provenance;
mod rejects;
mod sheet;
mod table;
mod visible;
mod xlsx;

use std::io::{self, Write};

use crate::engine::Answer;
use crate::error::Result;

pub use layout::{CellReader, ColumnLayout, Layout, Style};
pub use rejects::{render_workbook, write_list};
pub use sheet::{ResultProvenance, Sheet};
pub use table::{Cut, Expanded, Overflow, TableStyle};
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
    /// Semicolons, byte-order mark and decimal commas, for Vietnamese Excel.
    ExcelCsv,
    /// One page without scripts.
    Html,
    /// A workbook with number formats and a sheet of provenance.
    Xlsx,
    /// Apache Parquet.
    Parquet,
    /// The file format of Apache Arrow.
    Arrow,
}

impl Format {
    /// Tells whether people read it as it is, and not programs: then titles stand in place of names.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown | Self::ExcelCsv | Self::Html | Self::Xlsx)
    }

    /// Tells whether titles and labels are shown without being asked for; a table in a terminal is where
    /// SQL is written, which needs the names.
    pub fn has_titles(self) -> bool {
        self.is_for_people() && self != Self::Table
    }

    /// Tells whether it is a document that stands for itself, and so tells where its numbers come from.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Html | Self::Xlsx)
    }

    /// Tells whether it is no text, which would spoil a terminal.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::Parquet | Self::Arrow)
    }

    /// Returns the word by which it is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::ExcelCsv => "excel-csv",
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Tells whether a file of it goes on with a second result.
    pub fn takes_several(self) -> bool {
        !self.is_binary() && !matches!(self, Self::Html | Self::ExcelCsv)
    }

    /// Finds the format that a file's extension stands for.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "csv" => Self::Csv,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "md" => Self::Markdown,
            "txt" => Self::Table,
            "html" | "htm" => Self::Html,
            "xlsx" => Self::Xlsx,
            "parquet" => Self::Parquet,
            "arrow" => Self::Arrow,
            _ => return None,
        })
    }
}

/// Refuses what a format has no room for.
///
/// # Errors
/// [`crate::messages::OutputFault`].
pub fn check_room(format: Format, answer: &Answer) -> Result<()> {
    if format == Format::Xlsx { xlsx::check_room(answer) } else { Ok(()) }
}

/// Writes a result and says what it leaves out, which only a table with less room than it needs does.
///
/// # Errors
/// What `out` gives.
pub fn write_sheet(
    out: &mut impl Write,
    format: Format,
    sheet: &Sheet<'_>,
    style: &TableStyle,
) -> io::Result<Cut> {
    let Sheet { answer, layout, .. } = sheet;
    match format {
        Format::Table => return table::write_table(out, answer, layout, style),
        Format::Csv => csv::write_csv(out, answer, layout)?,
        Format::Json => json::write_json(out, answer, layout)?,
        Format::Ndjson => json::write_ndjson(out, answer, layout)?,
        Format::Markdown => markdown::write_markdown(out, answer, layout)?,
        Format::ExcelCsv => excel_csv::write_excel_csv(out, answer, layout)?,
        Format::Html => html::write_html(out, std::slice::from_ref(sheet), layout.lang())?,
        Format::Xlsx => xlsx::write_xlsx(out, std::slice::from_ref(sheet), layout.lang())?,
        Format::Parquet => columnar::write_parquet(out, sheet)?,
        Format::Arrow => columnar::write_arrow(out, sheet)?,
    }
    Ok(Cut::default())
}

/// Tells whether a format holds several results, each with its title.
pub fn holds_several(format: Format) -> bool {
    matches!(format, Format::Table | Format::Markdown | Format::Html | Format::Xlsx)
}

/// Writes several results into one file; people's text formats have titles above and notes below each.
///
/// # Errors
/// What `out` gives; formats that hold one result take the first.
pub fn write_sheets(
    out: &mut impl Write,
    format: Format,
    sheets: &[Sheet<'_>],
    style: &TableStyle,
) -> io::Result<Cut> {
    let Some(first) = sheets.first() else { return Ok(Cut::default()) };
    let lang = first.layout.lang();
    let mut cut = Cut::default();
    match format {
        Format::Html => html::write_html(out, sheets, lang)?,
        Format::Xlsx => xlsx::write_xlsx(out, sheets, lang)?,
        Format::Table | Format::Markdown => {
            for (index, sheet) in sheets.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                if format == Format::Markdown {
                    markdown::write_document(out, sheet)?;
                    continue;
                }
                writeln!(out, "{}", visible(&sheet.title))?;
                let part = table::write_table(out, sheet.answer, &sheet.layout, style)?;
                cut.rows += part.rows;
                cut.columns += part.columns;
                cut.cells += part.cells;
            }
        }
        _ => return write_sheet(out, format, first, style),
    }
    Ok(cut)
}
