//! `\d`, `\d+`, `\dt`: what can stand after FROM, and what it holds.

use super::Call;
use crate::commands::{describe_years, list_answer};
use crate::contract::Contract;
use crate::engine::{Answer, TITLE_KEY, type_word};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{Heading, QueryFault, TableWords};
use crate::query::SavedQuery;
use crate::shell::run::whole;
use crate::shell::{After, Shell};
use crate::workspace::did_you_mean;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Usual,
    More,
}

pub(super) fn describe(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    tell(shell, call.argument, Detail::Usual)
}

pub(super) fn describe_more(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    tell(shell, call.argument, Detail::More)
}

fn tell(shell: &mut Shell<'_>, name: &str, detail: Detail) -> Result<After> {
    if name.is_empty() {
        list_tables(shell, detail)?;
    } else {
        describe_table(shell, &name.to_lowercase(), detail)?;
    }
    Ok(After::Continue)
}

/// Lists the datasets with titles and years.
pub(super) fn list_datasets(shell: &mut Shell<'_>, _: &Call<'_>) -> Result<After> {
    let lang = shell.session.terminal.lang;
    let names = shell.engine.workspace().datasets()?;
    let rows: Vec<[String; 3]> = names
        .into_iter()
        .map(|name| {
            let (title, years) = describe_dataset(shell, &name);
            [name, title, years]
        })
        .collect();
    let headings = [Heading::Name, Heading::Title, Heading::Years].map(|heading| heading.message(lang));
    shell.show_list(&list_answer(&headings, &rows))?;
    Ok(After::Continue)
}

/// Title and years; what is broken says so in the place of its title.
fn describe_dataset(shell: &Shell<'_>, name: &str) -> (String, String) {
    let title = shell.engine.contracts().read(name).map(|contract| contract.title.clone());
    let years = shell.engine.workspace().years(name).map(|years| describe_years(&years));
    match (title, years) {
        (Ok(title), Ok(years)) => (title, years),
        (Err(error), _) | (_, Err(error)) => (broken(shell, &error), String::new()),
    }
}

fn broken(shell: &Shell<'_>, error: &Error) -> String {
    format!("⚠ {}", error.message(shell.session.terminal.lang))
}

/// Lists what can stand after FROM.
fn list_tables(shell: &mut Shell<'_>, detail: Detail) -> Result<()> {
    let lang = shell.session.terminal.lang;
    let workspace = shell.engine.workspace();
    let datasets = workspace.datasets()?;
    let mut rows: Vec<[String; 4]> = Vec::new();
    for name in &datasets {
        let (title, years) = describe_dataset(shell, name);
        rows.push([name.clone(), TableWords::Dataset.message(lang), title, years]);
    }
    rows.push([
        "imports".to_owned(),
        TableWords::Log.message(lang),
        TableWords::Imports.message(lang),
        String::new(),
    ]);
    for name in workspace.queries()? {
        let read = shell.engine.read_query(&name);
        let title = read.map_or_else(|error| broken(shell, &error), |query| query.title);
        rows.push([format!("queries.{name}"), TableWords::Query.message(lang), title, String::new()]);
    }
    if detail == Detail::More {
        let source = |name: &String| {
            [
                format!("source.{name}"),
                TableWords::Source.message(lang),
                TableWords::Origin.message(lang),
                String::new(),
            ]
        };
        rows.extend(datasets.iter().map(source));
    }
    let headings = [Heading::Name, Heading::Kind, Heading::Title, Heading::Years];
    shell.show_list(&list_answer(&headings.map(|heading| heading.message(lang)), &rows))
}

/// Shows the columns of one table, and the parameters of a saved query.
fn describe_table(shell: &mut Shell<'_>, name: &str, detail: Detail) -> Result<()> {
    check_known(shell, name)?;
    let (script, statement) = whole("\\d", &format!("SELECT * FROM {name} LIMIT 0"));
    let outcome = shell.ask(&script, &statement)?;
    let contract = dataset_of(name).and_then(|dataset| shell.engine.contracts().read(dataset).ok());
    shell.show_list(&describe_columns(shell, &outcome.answer, contract.as_deref(), detail))?;
    if let Some(query) = name.strip_prefix("queries.").and_then(|name| shell.engine.read_query(name).ok()) {
        describe_parameters(shell, &query)?;
    }
    Ok(())
}

fn dataset_of(name: &str) -> Option<&str> {
    let name = name.strip_prefix("source.").or_else(|| name.strip_prefix("datasets.")).unwrap_or(name);
    (!name.contains('.')).then_some(name)
}

/// A name that does not exist should not show the question that would have been asked.
fn check_known(shell: &Shell<'_>, name: &str) -> Result<()> {
    let workspace = shell.engine.workspace();
    let datasets = workspace.datasets()?;
    let qualified = ["source", "datasets"]
        .iter()
        .flat_map(|schema| datasets.iter().map(move |dataset| format!("{schema}.{dataset}")));
    let known: Vec<String> = datasets
        .iter()
        .cloned()
        .chain(workspace.queries()?.into_iter().map(|query| format!("queries.{query}")))
        .chain(["imports".to_owned(), "_".to_owned()])
        .chain(qualified)
        .collect();
    if name.starts_with("information_schema.") || known.iter().any(|known| known == name) {
        return Ok(());
    }
    let candidates: Vec<&str> = known.iter().map(String::as_str).collect();
    let query = format!("queries.{name}");
    let near =
        candidates.iter().copied().find(|known| *known == query).or_else(|| did_you_mean(name, candidates));
    let (hint, hint_vi) = match near {
        Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None => ("`\\d` lists the tables".to_owned(), "`\\d` liệt kê các bảng".to_owned()),
    };
    Err(QueryFault::UnknownTable { name: name.to_owned(), hint, hint_vi }.error())
}

/// Turns the columns of an answer into rows: name, type, title, and more on request.
fn describe_columns(
    shell: &Shell<'_>,
    answer: &Answer,
    contract: Option<&Contract>,
    detail: Detail,
) -> Answer {
    let lang = shell.session.terminal.lang;
    let mut rows = Vec::new();
    for field in answer.schema.fields() {
        let column = contract.and_then(|contract| contract.column(field.name()));
        let title = field.metadata().get(TITLE_KEY).cloned().unwrap_or_default();
        let values = column.map(|column| {
            let label = |code: &String| match column.label(code) {
                Some(label) => format!("{code} = {label}"),
                None => code.clone(),
            };
            column.categories.keys().map(label).collect::<Vec<_>>().join("; ")
        });
        let about = column.and_then(|column| column.about.clone()).unwrap_or_default();
        rows.push([
            field.name().clone(),
            type_word(field.data_type()),
            title,
            values.unwrap_or_default(),
            about,
        ]);
    }
    let headings = [Heading::Column, Heading::Type, Heading::Title, Heading::Values, Heading::About];
    let headings = headings.map(|heading| heading.message(lang));
    if detail == Detail::More {
        return list_answer(&headings, &rows);
    }
    let [name, kind, title, ..] = headings;
    let rows: Vec<[String; 3]> =
        rows.into_iter().map(|[name, kind, title, ..]| [name, kind, title]).collect();
    list_answer(&[name, kind, title], &rows)
}

fn describe_parameters(shell: &Shell<'_>, query: &SavedQuery) -> Result<()> {
    if query.parameters.is_empty() {
        return Ok(());
    }
    let lang = shell.session.terminal.lang;
    let row = |parameter: &crate::query::Parameter| {
        let optional = if parameter.optional { "?" } else { "" };
        [parameter.name.clone(), format!("{}{optional}", parameter.kind.word()), parameter.about.clone()]
    };
    let rows: Vec<[String; 3]> = query.parameters.iter().map(row).collect();
    let headings = [Heading::Parameters, Heading::Type, Heading::About].map(|heading| heading.message(lang));
    shell.show_list(&list_answer(&headings, &rows))
}
