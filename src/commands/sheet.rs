//! Turns an answer and what was asked into the sheet that a format writes.

use super::Session;
use crate::engine::{Answer, Engine};
use crate::error::{Lang, Result};
use crate::output::{Format, Layout, ResultProvenance, Sheet};
use crate::query::{ResultColumn, SavedQuery, Value};
use crate::vietnamese::print::localise_date;

/// What a result answers.
#[derive(Debug, Clone)]
pub enum Asked {
    /// A saved query.
    Saved(Box<SavedQuery>),
    /// SQL that somebody typed.
    Sql(String),
}

impl Asked {
    fn columns(&self) -> &[ResultColumn] {
        match self {
            Self::Saved(query) => &query.columns,
            Self::Sql(_) => &[],
        }
    }
}

/// Makes the sheet of an answer; `titles` asks for titles and labels where the format has none by itself.
///
/// # Errors
/// If the format tells where the result comes from, and that cannot be read.
pub fn make_sheet<'a>(
    session: &Session,
    engine: &Engine,
    format: Format,
    titles: bool,
    asked: &Asked,
    answer: &'a Answer,
) -> Result<Sheet<'a>> {
    // The names of a file for programs are names in any case; titles go into its metadata.
    let is_columnar = matches!(format, Format::Parquet | Format::Arrow);
    let layout = if titles || format.has_titles() || is_columnar {
        // Documents are the same on every machine, as images are.
        let lang = if format.is_document() { session.image_lang } else { session.terminal.lang };
        Layout::titled(&answer.schema, asked.columns(), engine.contracts(), lang)
    } else {
        Layout::plain(&answer.schema)
    };
    let mut sheet = Sheet::of(answer, layout);
    if format.is_for_people() {
        sheet.layout.set_left_out(&answer.left_out);
    }
    let query = match asked {
        Asked::Saved(query) => {
            sheet.name.clone_from(&query.name);
            sheet.title.clone_from(&query.title);
            sheet.about.clone_from(&query.about);
            sheet.form = query.form.filled(|name| print_parameter(answer, name, sheet.layout.lang()));
            &query.name
        }
        Asked::Sql(sql) => sql,
    };
    if format.is_document() || is_columnar {
        let years = if format.is_document() { engine.provenance(&answer.trace)? } else { Vec::new() };
        sheet.provenance =
            Some(ResultProvenance { query: query.trim().to_owned(), years, written_at: session.fixed_now });
    }
    Ok(sheet)
}

/// Prints the value that a parameter had as people write it, and dots to write on for one that had none.
fn print_parameter(answer: &Answer, name: &str, lang: Lang) -> String {
    let value = answer.trace.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    match value {
        None | Some(Value::Null) => "……".to_owned(),
        Some(Value::Date(date)) => localise_date(&date.to_string(), lang),
        Some(value) => value.to_string(),
    }
}
