//! `cchc datasets`, `queries`, `charts`: what is in the workspace, with titles.

use super::Session;
use super::listing::Listing;
use super::write::Destination;
use crate::cli::ListArgs;
use crate::error::{Error, Result};
use crate::messages::{Heading, Narration};
use crate::query::SavedQuery;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

pub(super) fn run_datasets(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let names = engine.workspace().datasets()?;
    let rows = names.into_iter().filter_map(|name| {
        let contract = keep_going(session.terminal, &name, engine.contracts().read(&name))?;
        let years = keep_going(session.terminal, &name, engine.workspace().years(&name)).unwrap_or_default();
        Some([name, contract.title.clone(), describe_years(&years)])
    });
    let headings = [Heading::Name, Heading::Title, Heading::Years];
    show_list(session, engine.workspace(), arguments, &headings, &rows.collect::<Vec<_>>())
}

pub(super) fn run_queries(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let names = engine.workspace().queries()?;
    list_saved(session, engine.workspace(), arguments, names, |name| {
        let query = engine.read_query(name)?;
        // A query whose SQL is broken has a header that can be listed; it is named beside the list.
        keep_going(session.terminal, name, session.wait(engine.check_query(name)));
        Ok(query)
    })
}

pub(super) fn run_charts(session: &Session, arguments: &ListArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let names = engine.workspace().charts()?;
    list_saved(session, engine.workspace(), arguments, names, |name| engine.read_chart(name))
}

fn list_saved(
    session: &Session,
    workspace: &Workspace,
    arguments: &ListArgs,
    names: Vec<String>,
    read: impl Fn(&str) -> Result<SavedQuery>,
) -> Result<()> {
    let rows = names.into_iter().filter_map(|name| {
        let query = keep_going(session.terminal, &name, read(&name))?;
        let parameters: Vec<String> = query
            .parameters
            .iter()
            .map(|parameter| {
                let mark = if parameter.optional { "?" } else { "" };
                let default = if parameter.default.is_some() { " = …" } else { "" };
                format!("{}: {}{mark}{default}", parameter.name, parameter.type_word())
            })
            .collect();
        Some([name, query.title, parameters.join(", ")])
    });
    let headings = [Heading::Name, Heading::Title, Heading::Parameters];
    show_list(session, workspace, arguments, &headings, &rows.collect::<Vec<_>>())
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

fn show_list(
    session: &Session,
    workspace: &Workspace,
    arguments: &ListArgs,
    headings: &[Heading; 3],
    rows: &[[String; 3]],
) -> Result<()> {
    let terminal = session.terminal;
    let destination = Destination::for_list(arguments, terminal, workspace)?;
    let column = |listing: Listing, (index, heading): (usize, &Heading)| {
        listing.text(heading, rows.iter().map(|row| Some(row[index].clone())))
    };
    let listing = headings.iter().enumerate().fold(Listing::new(terminal.lang), column);
    destination.write_list(terminal, &listing.answer())
}
