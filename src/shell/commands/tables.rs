//! `\d`, `\d+`, `\dt`: what can stand after FROM, and what it holds.

use datafusion::arrow::datatypes::{FieldRef, Schema};

use super::Call;
use crate::commands::{Listing, describe_years};
use crate::contract::{Column, Contract};
use crate::engine::{Answer, CATEGORIES, IMPORTS, TITLE_KEY, type_word};
use crate::error::{Explain as _, Result};
use crate::messages::{Heading, TableWords};
use crate::query::SavedQuery;
use crate::shell::{After, Shell};
use crate::store::read_provenance;

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

/// A table as the lists show it.
struct Listed {
    name: String,
    kind: String,
    title: String,
    years: String,
    rows: Option<i64>,
    /// Why it cannot be used, if so.
    problem: String,
}

/// Lists the datasets with titles and years.
pub(super) fn list_datasets(shell: &mut Shell<'_>, _: &Call<'_>) -> Result<After> {
    let tables = read_datasets(shell)?;
    show_tables(shell, &tables, Detail::More)?;
    Ok(After::Continue)
}

fn read_datasets(shell: &Shell<'_>) -> Result<Vec<Listed>> {
    let lang = shell.session.terminal.lang;
    let names = shell.engine.workspace().datasets()?;
    let describe = |name: String| {
        let contract = shell.engine.contracts().read(&name);
        let years = shell.engine.workspace().years(&name);
        let title = contract.as_ref().map(|contract| contract.title.clone()).unwrap_or_default();
        let span = years.as_ref().map(|years| describe_years(years)).unwrap_or_default();
        let rows = years.as_ref().ok().and_then(|years| count_rows(shell, &name, years));
        let problem = contract.err().or(years.err()).map(|error| error.message(lang)).unwrap_or_default();
        Listed { name, kind: TableWords::Dataset.message(lang), title, years: span, rows, problem }
    };
    Ok(names.into_iter().map(describe).collect())
}

/// Counts the rows of all years, as their imports noted them.
fn count_rows(shell: &Shell<'_>, dataset: &str, years: &[i32]) -> Option<i64> {
    let workspace = shell.engine.workspace();
    let rows = |year: &i32| {
        let file = workspace.year_file(dataset, *year);
        read_provenance(workspace, &file).ok().and_then(|provenance| i64::try_from(provenance.rows).ok())
    };
    years.iter().map(rows).sum()
}

/// Lists what can stand after FROM; what is broken is named with the reason.
fn list_tables(shell: &mut Shell<'_>, detail: Detail) -> Result<()> {
    let lang = shell.session.terminal.lang;
    let listed = |name: String, kind: TableWords, title: String| Listed {
        name,
        kind: kind.message(lang),
        title,
        years: String::new(),
        rows: None,
        problem: String::new(),
    };
    let mut tables = read_datasets(shell)?;
    let datasets: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    tables.push(listed(IMPORTS.to_owned(), TableWords::Log, TableWords::Imports.message(lang)));
    tables.push(listed(CATEGORIES.to_owned(), TableWords::Log, TableWords::Categories.message(lang)));
    for (name, _) in shell.engine.temporary_tables() {
        tables.push(listed(name, TableWords::Temporary, TableWords::UntilTheEnd.message(lang)));
    }
    for name in shell.engine.workspace().queries()? {
        let title = shell.engine.read_query(&name).map(|query| query.title).unwrap_or_default();
        let fault = shell.session.wait(shell.engine.check_query(&name)).err();
        let problem = fault.map(|error| error.message(lang)).unwrap_or_default();
        tables.push(Listed { problem, ..listed(format!("queries.{name}"), TableWords::Query, title) });
    }
    let origin = TableWords::Origin.message(lang);
    let source = |name: String| listed(format!("source.{name}"), TableWords::Source, origin.clone());
    tables.extend(datasets.into_iter().map(source));
    show_tables(shell, &tables, detail)
}

fn show_tables(shell: &Shell<'_>, tables: &[Listed], detail: Detail) -> Result<()> {
    let text = |value: fn(&Listed) -> &String| tables.iter().map(move |table| Some(value(table).clone()));
    let listing = Listing::new(shell.session.terminal.lang)
        .text(&Heading::Name, text(|table| &table.name))
        .text(&Heading::Kind, text(|table| &table.kind))
        .text(&Heading::Title, text(|table| &table.title))
        .text(&Heading::Years, text(|table| &table.years));
    let listing = match detail {
        Detail::Usual => listing,
        Detail::More => listing.number(&Heading::RowCount, tables.iter().map(|table| table.rows)),
    };
    let is_whole = tables.iter().all(|table| table.problem.is_empty());
    let listing =
        if is_whole { listing } else { listing.text(&Heading::Problem, text(|table| &table.problem)) };
    shell.show_list(&listing.answer())
}

/// Shows the columns of one table, and the parameters of a saved query.
fn describe_table(shell: &mut Shell<'_>, name: &str, detail: Detail) -> Result<()> {
    let schema = shell.session.wait(shell.engine.describe_table(name))?;
    let contract = dataset_of(name).and_then(|dataset| shell.engine.contracts().read(dataset).ok());
    shell.show_list(&describe_columns(shell, &schema, contract.as_deref(), detail))?;
    if let Some(query) = name.strip_prefix("queries.").and_then(|name| shell.engine.read_query(name).ok()) {
        describe_parameters(shell, &query)?;
    }
    Ok(())
}

fn dataset_of(name: &str) -> Option<&str> {
    let name = name.strip_prefix("source.").or_else(|| name.strip_prefix("datasets.")).unwrap_or(name);
    (!name.contains('.')).then_some(name)
}

/// Turns columns into rows: name, type, title, and more on request.
fn describe_columns(
    shell: &Shell<'_>,
    schema: &Schema,
    contract: Option<&Contract>,
    detail: Detail,
) -> Answer {
    let fields = schema.fields();
    let declared = |field: &FieldRef| contract.and_then(|contract| contract.column(field.name()));
    let title = |field: &FieldRef| field.metadata().get(TITLE_KEY).cloned().unwrap_or_default();
    let listing = Listing::new(shell.session.terminal.lang)
        .text(&Heading::Column, fields.iter().map(|field| Some(field.name().clone())))
        .text(&Heading::Type, fields.iter().map(|field| Some(type_word(field.data_type()))))
        .text(&Heading::Title, fields.iter().map(|field| Some(title(field))));
    if detail == Detail::Usual {
        return listing.answer();
    }
    let values = |field: &FieldRef| declared(field).map(describe_values).unwrap_or_default();
    let about =
        |field: &FieldRef| declared(field).and_then(|column| column.about.clone()).unwrap_or_default();
    listing
        .text(&Heading::Values, fields.iter().map(|field| Some(values(field))))
        .text(&Heading::About, fields.iter().map(|field| Some(about(field))))
        .answer()
}

/// Writes the codes of a category with their labels.
fn describe_values(column: &Column) -> String {
    let codes = column.categories.keys();
    let codes = codes.map(|code| format!("{code} = {}", column.label(code).unwrap_or_default()));
    codes.collect::<Vec<_>>().join("; ")
}

fn describe_parameters(shell: &Shell<'_>, query: &SavedQuery) -> Result<()> {
    if query.parameters.is_empty() {
        return Ok(());
    }
    let lang = shell.session.terminal.lang;
    let row = |parameter: &crate::query::Parameter| {
        let optional = if parameter.optional { "?" } else { "" };
        [parameter.name.clone(), format!("{}{optional}", parameter.type_word()), parameter.about.clone()]
    };
    let rows: Vec<[String; 3]> = query.parameters.iter().map(row).collect();
    let headings = [Heading::Parameters, Heading::Type, Heading::About];
    shell.show_list(&Listing::of(lang, &headings, &rows))
}
