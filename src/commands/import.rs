//! `cchc import`: turns exports into a year of a dataset, or shows what it would do.

use std::path::Path;

use chrono::NaiveDate;

use super::Session;
use super::key::read_key;
use super::plan::{describe_kinds, describe_left_out, write_plan};
use super::revisions::purge_year;
use super::session::refuse_remote;
use super::write::check_outside;
use crate::cli::ImportArgs;
use crate::contract::{Contract, Personal};
use crate::engine::Contracts;
use crate::error::{Error, Explain as _, Result};
use crate::import::{ImportPlan, ImportReport, ImportRequest, prepare_import, rehearse_import};
use crate::messages::{ImportWords, RejectWords, StoreWords, TerminalFault};
use crate::output::{render_workbook, write_list};
use crate::store::{Synthetic, read_provenance, replace_file};
use crate::terminal::{Terminal, write_fault};
use crate::vietnamese::dates::parse_date;
use crate::workspace::Workspace;

pub(super) fn run(session: &Session, arguments: &ImportArgs) -> Result<()> {
    let workspace = session.find_workspace()?;
    if arguments.purge_history {
        refuse_remote(&workspace, "--purge-history")?;
    }
    #[cfg(feature = "cluster")]
    if let Some(remote) = workspace.remote() {
        remote.fetch_years(&arguments.dataset)?;
    }
    let contract = Contracts::new(workspace.clone()).read(&arguments.dataset)?;
    let request = read_request(session, arguments, &contract)?;
    if let Some(file) = &arguments.rejects {
        check_rejects(file, &workspace)?;
    }
    let terminal = session.terminal;
    let allowed = refuse_silent_change(&workspace, arguments, &request);
    let rejects = arguments.rejects.as_deref();
    if arguments.dry_run {
        let mut plan = rehearse_import(&workspace, &contract, &request)?.plan;
        request.progress.end();
        terminal.data(|out| write_plan(out, &plan, terminal.lang))?;
        say_findings(terminal, rejects, &plan, &contract)?;
        terminal.narrate(&ImportWords::NothingWritten);
        return plan.refusal.take().map_or(allowed, Err);
    }
    let (prepared, permit) = prepare_import(&workspace, &contract, &request)?;
    request.progress.end();
    for file in &prepared.plan.files {
        file.left_out.iter().for_each(|sheet| terminal.narrate(&describe_left_out(sheet)));
    }
    say_findings(terminal, rejects, &prepared.plan, &contract)?;
    allowed?;
    let report = prepared.publish(&workspace, &request, &permit)?;
    drop(permit);
    request.progress.end();
    let plan = &report.plan;
    #[cfg(feature = "cluster")]
    if let Some(remote) = workspace.remote().filter(|_| report.published.is_new) {
        remote.publish(&plan.dataset, plan.year)?;
    }
    say_published(terminal, &report);
    if arguments.purge_history { purge_year(session, &workspace, &plan.dataset, plan.year) } else { Ok(()) }
}

/// Writes the rejected rows, and warns of what refuses nothing.
fn say_findings(
    terminal: Terminal,
    rejects: Option<&Path>,
    plan: &ImportPlan,
    contract: &Contract,
) -> Result<()> {
    if let Some(file) = rejects {
        write_rejects(terminal, file, plan, contract)?;
    }
    plan.warnings.iter().for_each(|warning| terminal.warn(warning));
    Ok(())
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
        kinds: describe_kinds(&plan.rows_by_kind, terminal.lang),
        rejects: plan.rejected,
        revision,
    });
}

/// Refuses a file that rejects cannot be written to before anything is read.
fn check_rejects(file: &Path, workspace: &Workspace) -> Result<()> {
    check_outside(file, workspace)?;
    if is_list(file) || is_workbook(file) {
        Ok(())
    } else {
        Err(RejectWords::UnknownExtension { file: file.display().to_string() }.error())
    }
}

fn is_list(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

fn is_workbook(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

/// Writes the rejected rows, whether or not they refuse the import.
fn write_rejects(terminal: Terminal, file: &Path, plan: &ImportPlan, contract: &Contract) -> Result<()> {
    let (count, shown) = (plan.rejects.len(), file.display().to_string());
    if count == 0 {
        terminal.narrate(&RejectWords::None { file: shown });
        return Ok(());
    }
    let bytes = if is_workbook(file) {
        render_workbook(plan, contract, terminal.lang)
            .map_err(|cause| Error::new(RejectWords::NotAWorkbook).caused_by(cause))?
    } else {
        let mut bytes = Vec::new();
        write_list(&mut bytes, plan, contract).map_err(|error| write_fault(&error))?;
        bytes
    };
    replace_file(file, &shown, &bytes)?;
    if plan.rejected > count {
        terminal.narrate(&RejectWords::NotAll { count, all: plan.rejected });
    }
    terminal.narrate(&RejectWords::Wrote { count, file: shown });
    Ok(())
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
