//! `cchc datasets`, `queries`, `charts`: what is in the workspace, with titles.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::Session;
use super::write::{default_format, show};
use crate::cli::ListArgs;
use crate::engine::{Answer, Engine};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{Heading, Narration};
use crate::output::Layout;
use crate::query::SavedQuery;
use crate::terminal::Terminal;

pub(super) fn run_datasets(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let names = engine.workspace().datasets()?;
    let rows = names.into_iter().filter_map(|name| {
        let contract = keep_going(session.terminal, &name, engine.contracts().read(&name))?;
        let years = keep_going(session.terminal, &name, engine.workspace().years(&name)).unwrap_or_default();
        Some([name, contract.title.clone(), describe_years(&years)])
    });
    let lang = session.terminal.lang;
    let headings = [Heading::Name, Heading::Title, Heading::Years].map(|heading| heading.message(lang));
    show_list(session.terminal, arguments, &headings, &rows.collect::<Vec<_>>())
}

pub(super) fn run_queries(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let names = engine.workspace().queries()?;
    list_saved(session.terminal, arguments, names, |name| engine.read_query(name))
}

pub(super) fn run_charts(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine: Engine = session.open_engine()?;
    let names = engine.workspace().charts()?;
    list_saved(session.terminal, arguments, names, |name| engine.read_chart(name))
}

fn list_saved(
    terminal: Terminal,
    arguments: &ListArgs,
    names: Vec<String>,
    read: impl Fn(&str) -> Result<SavedQuery>,
) -> Result<()> {
    let rows = names.into_iter().filter_map(|name| {
        let query = keep_going(terminal, &name, read(&name))?;
        let parameters: Vec<String> = query
            .parameters
            .iter()
            .map(|parameter| {
                let mark = if parameter.optional { "?" } else { "" };
                let default = if parameter.default.is_some() { " = …" } else { "" };
                format!("{}: {}{mark}{default}", parameter.name, parameter.kind.word())
            })
            .collect();
        Some([name, query.title, parameters.join(", ")])
    });
    let headings =
        [Heading::Name, Heading::Title, Heading::Parameters].map(|heading| heading.message(terminal.lang));
    show_list(terminal, arguments, &headings, &rows.collect::<Vec<_>>())
}

/// What is broken is named beside the list and hides nothing else.
fn keep_going<T>(terminal: Terminal, name: &str, read: Result<T>) -> Option<T> {
    let describe =
        |error: Error| Narration::Broken { name: name.to_owned(), problem: error.message(terminal.lang) };
    read.map_err(|error| terminal.narrate(&describe(error))).ok()
}

/// Writes years as runs: `2020–2023`.
pub fn describe_years(years: &[i32]) -> String {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for year in years {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *year => *last = *year,
            _ => runs.push((*year, *year)),
        }
    }
    let shown: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") })
        .collect();
    shown.join(", ")
}

fn show_list<const N: usize>(
    terminal: Terminal,
    arguments: &ListArgs,
    headings: &[String; N],
    rows: &[[String; N]],
) -> Result<()> {
    let answer = list_answer(headings, rows);
    let format = arguments.format.map_or_else(|| default_format(terminal), Into::into);
    show(terminal, format, &answer, &Layout::plain(&answer.schema))
}

/// Makes a table of texts.
pub fn list_answer<const N: usize>(headings: &[String; N], rows: &[[String; N]]) -> Answer {
    let fields: Vec<Field> =
        headings.iter().map(|heading| Field::new(heading, DataType::Utf8, false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let column = |index: usize| {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row[index]))) as ArrayRef
    };
    let batch = RecordBatch::try_new(Arc::clone(&schema), (0..N).map(column).collect());
    Answer { schema, batches: batch.into_iter().collect(), notices: Vec::new(), is_ordered: true }
}
