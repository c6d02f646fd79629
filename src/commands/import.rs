//! `cchc import`: turns exports into a year of a dataset, or shows what it would do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;

use super::Session;
use super::key::read_key;
use super::revisions::purge_year;
use crate::cli::ImportArgs;
use crate::contract::{Contract, Personal};
use crate::engine::Contracts;
use crate::error::{Error, Explain as _, Lang, Result};
use crate::import::{ImportPlan, ImportReport, ImportRequest, SheetPlan, import, plan_import};
use crate::messages::{ImportWords, StoreWords, TerminalFault};
use crate::store::{Synthetic, read_provenance};
use crate::terminal::Terminal;
use crate::vietnamese::dates::parse_date;
use crate::workspace::Workspace;

pub(super) fn run(session: &Session, arguments: &ImportArgs) -> Result<()> {
    let workspace = session.find_workspace()?;
    let contract = Contracts::new(workspace.clone()).read(&arguments.dataset)?;
    let request = read_request(session, arguments, &contract)?;
    let terminal = session.terminal;
    let refused = refuse_silent_change(&workspace, arguments, &request);
    if arguments.dry_run {
        let mut plan = plan_import(&contract, &request)?;
        let refusal = plan.refusal.take();
        terminal.data(|out| write_plan(out, &plan, terminal.lang))?;
        terminal.narrate(&ImportWords::NothingWritten);
        return refusal.map_or(refused, Err);
    }
    refused?;
    let report = import(&workspace, &contract, &request)?;
    request.progress.end();
    let plan = &report.plan;
    let ignored: usize = plan.files.iter().map(|file| file.ignored_sheets.len()).sum();
    if ignored > 0 {
        let names: Vec<&str> =
            plan.files.iter().flat_map(|file| &file.ignored_sheets).map(String::as_str).collect();
        terminal.narrate(&ImportWords::SheetsLeftOut { names: names.join(", ") });
    }
    say_published(terminal, &report);
    if arguments.purge_history { purge_year(session, &workspace, &plan.dataset, plan.year) } else { Ok(()) }
}

fn say_published(terminal: Terminal, report: &ImportReport) {
    let (plan, published) = (&report.plan, &report.published);
    let (dataset, year) = (plan.dataset.clone(), plan.year);
    let revision = plan.provenance.revision.clone();
    if !published.is_new {
        terminal.narrate(&StoreWords::Unchanged { dataset, year, revision });
        return;
    }
    terminal.narrate(&ImportWords::Imported {
        dataset,
        year,
        rows: plan.rows,
        kinds: describe_kinds(plan.rows_by_kind.iter().map(|(kind, count)| (kind.as_str(), *count))),
        rejects: plan.rejects.len(),
        revision,
    });
}

/// Made-up data must not turn into real ones because an option was forgotten.
fn refuse_silent_change(
    workspace: &Workspace,
    arguments: &ImportArgs,
    request: &ImportRequest,
) -> Result<()> {
    let published = workspace.year_file(&arguments.dataset, arguments.year);
    if arguments.real || request.synthetic != Synthetic::None || !published.is_file() {
        return Ok(());
    }
    // What cannot be read is replaced; it has nothing to say.
    match read_provenance(workspace, &published) {
        Ok(former) if former.synthetic != Synthetic::None => {
            let fault =
                ImportWords::WasSynthetic { dataset: arguments.dataset.clone(), year: arguments.year };
            Err(Error::new(fault))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn read_request(session: &Session, arguments: &ImportArgs, contract: &Contract) -> Result<ImportRequest> {
    let synthetic = read_synthetic(arguments, contract)?;
    let hashes = |column: &crate::contract::Column| {
        column.personal == Personal::Hash && !synthetic.covers(&column.name)
    };
    let key = if contract.columns.iter().any(hashes) { Some(read_key(arguments.dry_run)?) } else { None };
    Ok(ImportRequest {
        year: arguments.year,
        files: arguments.files.clone(),
        sheets: arguments.sheet.clone(),
        period: arguments.period.as_deref().map(read_period).transpose()?,
        as_of: arguments.as_of.as_deref().map(read_date).transpose()?,
        encoding: arguments.encoding.clone(),
        allow_rejects: arguments.allow_rejects,
        allow_control_mismatch: arguments.allow_control_mismatch,
        synthetic,
        key,
        author: session.author.clone(),
        progress: session.watch(),
    })
}

/// `--synthetic` alone marks the whole year, with names those columns.
fn read_synthetic(arguments: &ImportArgs, contract: &Contract) -> Result<Synthetic> {
    let Some(columns) = &arguments.synthetic else { return Ok(Synthetic::None) };
    let columns: Vec<String> =
        columns.iter().map(|column| column.trim().to_owned()).filter(|column| !column.is_empty()).collect();
    if columns.is_empty() {
        return Ok(Synthetic::All);
    }
    match columns.iter().find(|name| contract.column(name).is_none()) {
        None => Ok(Synthetic::Columns(columns)),
        Some(name) => {
            let known: Vec<&str> = contract.stored_columns().map(|column| column.name.as_str()).collect();
            let fault = ImportWords::NoSuchColumn {
                dataset: contract.name.clone(),
                column: name.clone(),
                known: known.join(", "),
            };
            Err(Error::new(fault))
        }
    }
}

fn read_date(text: &str) -> Result<NaiveDate> {
    parse_date(text).ok_or_else(|| TerminalFault::NotADate { found: text.to_owned() }.error())
}

fn read_period(text: &str) -> Result<(NaiveDate, NaiveDate)> {
    let fault = || TerminalFault::NotAPeriod { found: text.to_owned() }.error();
    let (from, to) = text.split_once("..").ok_or_else(fault)?;
    let (from, to) = (read_date(from)?, read_date(to)?);
    if from > to { Err(fault()) } else { Ok((from, to)) }
}

fn describe_kinds<'a>(kinds: impl Iterator<Item = (&'a str, u64)>) -> String {
    kinds.map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(" · ")
}

/// Writes what an import would do: where the table stands, what each column becomes, what the totals say.
fn write_plan(out: &mut impl Write, plan: &ImportPlan, lang: Lang) -> io::Result<()> {
    let say = |words: ImportWords| words.message(lang);
    for file in &plan.files {
        writeln!(out, "{}", file.file)?;
        for sheet in &file.sheets {
            write_sheet(out, sheet, lang)?;
        }
        if !file.ignored_sheets.is_empty() {
            writeln!(out, "  {}", say(ImportWords::SheetsLeftOut { names: file.ignored_sheets.join(", ") }))?;
        }
    }
    for total in &plan.control_totals {
        let parts = [total.scope.as_deref(), total.block.as_deref(), total.column.as_deref()];
        let what: Vec<&str> = parts.into_iter().flatten().collect();
        let mark = if total.agrees() { "=" } else { "≠" };
        let what = if total.column.is_none() { [what, vec!["count(*)"]].concat() } else { what };
        let line = format!("{}: {} {mark} {}", what.join(" · "), total.stated, total.computed);
        writeln!(out, "  {}", say(ImportWords::ControlTotal { line }))?;
    }
    let period = plan.period;
    let from = format!("{}..{} ({})", period.from, period.to, period.origin.name());
    let as_of = format!("{} ({})", plan.as_of.date, plan.as_of.origin.name());
    writeln!(out, "{}", say(ImportWords::Dates { period: from, as_of }))?;
    writeln!(
        out,
        "{}",
        say(ImportWords::WouldImport { dataset: plan.dataset.clone(), year: plan.year, rows: plan.rows })
    )
}

fn write_sheet(out: &mut impl Write, sheet: &SheetPlan, lang: Lang) -> io::Result<()> {
    let (first, last) = sheet.header_rows;
    let name = sheet.name.clone().unwrap_or_else(|| "—".to_owned());
    writeln!(out, "  {}", ImportWords::Sheet { name, first, last }.message(lang))?;
    for column in &sheet.columns {
        let becomes = match (&column.field, column.personal) {
            (None, _) => ImportWords::Ignored.message(lang),
            (Some(_), Personal::Drop) => ImportWords::Dropped.message(lang),
            (Some(field), Personal::Hash) => format!("{field} ({})", ImportWords::Hashed.message(lang)),
            (Some(field), Personal::No) => field.clone(),
        };
        let block = column.block.as_ref().map(|block| format!("{block} · ")).unwrap_or_default();
        writeln!(out, "    {:>3}  {} → {block}{becomes}", column.letters, column.heading.replace('\n', " "))?;
    }
    let kinds: BTreeMap<&str, u64> =
        sheet.rows_by_kind.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    writeln!(out, "    {}", ImportWords::RowKinds { kinds: describe_kinds(kinds.into_iter()) }.message(lang))
}
