//! `cchc history`, `restore`, `remove`: what was done to the years, and how it is undone.

use super::Session;
use super::listing::Listing;
use super::session::forget_aggregates;
use super::write::Destination;
use crate::cli::{HistoryArgs, RemoveArgs, RestoreArgs};
use crate::engine::{Answer, Contracts};
use crate::error::{Lang, Result};
use crate::messages::{Heading, StoreWords};
use crate::store::{HistoryLine, purge, read_history, read_provenance, remove, restore, revision_file};
use crate::workspace::{Workspace, unwritable};

pub(super) fn run_history(session: &Session, arguments: &HistoryArgs) -> Result<()> {
    let terminal = session.terminal;
    let workspace = session.find_workspace()?;
    let destination = Destination::for_list(&arguments.list, terminal, &workspace)?;
    let history = read_history(&workspace)?;
    if let Some(dataset) = &arguments.dataset {
        // A dataset that has lost its contract still has a history.
        if !history.lines.iter().any(|line| line.dataset == *dataset) {
            workspace.require_dataset(dataset)?;
        }
    }
    let is_wanted = |line: &&HistoryLine| arguments.dataset.as_ref().is_none_or(|name| *name == line.dataset);
    let lines: Vec<&HistoryLine> = history.lines.iter().filter(is_wanted).collect();
    destination.write_list(terminal, &list_lines(&workspace, &lines, terminal.lang))?;
    if lines.is_empty() {
        terminal.narrate(&StoreWords::NoHistory);
    }
    if !history.damaged.is_empty() {
        let lines: Vec<String> = history.damaged.iter().map(ToString::to_string).collect();
        terminal.narrate(&StoreWords::DamagedHistory { lines: lines.join(", ") });
    }
    Ok(())
}

fn list_lines(workspace: &Workspace, lines: &[&HistoryLine], lang: Lang) -> Answer {
    let text = |value: &dyn Fn(&HistoryLine) -> Option<String>| -> Vec<Option<String>> {
        lines.iter().map(|line| value(line)).collect()
    };
    let files = |line: &HistoryLine| (!line.files.is_empty()).then(|| line.files.join(", "));
    Listing::new(lang)
        .text(&Heading::Time, text(&|line| Some(line.time.clone())).into_iter())
        .text(&Heading::Action, text(&|line| Some(line.action.name().to_owned())).into_iter())
        .text(&Heading::Dataset, text(&|line| Some(line.dataset.clone())).into_iter())
        .number(&Heading::Year, lines.iter().map(|line| Some(i64::from(line.year))))
        .text(&Heading::Revision, text(&|line| line.revision.clone()).into_iter())
        .text(&Heading::State, text(&|line| find_state(workspace, line)).into_iter())
        .text(&Heading::Replaced, text(&|line| line.replaced.clone()).into_iter())
        .number(&Heading::RowCount, lines.iter().map(|line| i64::try_from(line.rows).ok()))
        .text(&Heading::Files, text(&files).into_iter())
        .text(&Heading::Operator, text(&|line| line.operator.clone()).into_iter())
        .answer()
}

/// Tells what has become of a line's revision: it is in place, it can be restored, or it is gone.
fn find_state(workspace: &Workspace, line: &HistoryLine) -> Option<String> {
    let revision = line.revision.as_ref()?;
    let current = read_provenance(workspace, &workspace.year_file(&line.dataset, line.year)).ok();
    let state = if current.is_some_and(|current| current.revision == *revision) {
        "current"
    } else if revision_file(workspace, &line.dataset, line.year, revision).exists() {
        "kept"
    } else {
        "gone"
    };
    Some(state.to_owned())
}

pub(super) fn run_restore(session: &Session, arguments: &RestoreArgs) -> Result<()> {
    let terminal = session.terminal;
    let workspace = session.find_folder("cchc restore")?;
    let contract = Contracts::new(workspace.clone()).read(&arguments.dataset)?;
    let watcher = session.watch();
    let (dataset, year) = (&arguments.dataset, arguments.year);
    let (provenance, published) =
        restore(&workspace, dataset, year, &arguments.revision, &session.author, watcher.as_ref())?;
    let (dataset, revision, rows) = (dataset.clone(), provenance.revision, provenance.rows);
    if !published.is_new {
        terminal.narrate(&StoreWords::Unchanged { dataset, year, revision });
        return Ok(());
    }
    terminal.narrate(&StoreWords::Restored { dataset: dataset.clone(), year, revision, rows });
    if let Some(revision) = published.replaced {
        terminal.narrate(&StoreWords::Kept { revision });
    }
    if provenance.contract_hash != contract.hash {
        terminal.narrate(&StoreWords::OtherContract { dataset, year });
    }
    Ok(())
}

pub(super) fn run_remove(session: &Session, arguments: &RemoveArgs) -> Result<()> {
    let workspace = session.find_folder("cchc remove")?;
    let (dataset, year) = (arguments.dataset.clone(), arguments.year);
    workspace.require_dataset(&dataset)?;
    let revision = remove(&workspace, &dataset, year, &session.author, session.watch().as_ref())?;
    if arguments.purge_history {
        session.terminal.narrate(&StoreWords::RemovedForGood { dataset: dataset.clone(), year });
        return purge_year(session, &workspace, &dataset, year);
    }
    session.terminal.narrate(&StoreWords::Removed { dataset, year, revision });
    Ok(())
}

/// Deletes the earlier revisions of a year for good and says what was deleted.
pub(super) fn purge_year(session: &Session, workspace: &Workspace, dataset: &str, year: i32) -> Result<()> {
    // What was computed of the year goes before the year, so that nothing is left if this fails.
    forget_aggregates().map_err(|cause| unwritable("aggregates", cause))?;
    let purged = purge(workspace, dataset, year, &session.author, session.watch().as_ref())?;
    let dataset = dataset.to_owned();
    if purged.revisions.is_empty() && purged.lines == 0 {
        session.terminal.narrate(&StoreWords::NothingToPurge { dataset, year });
    } else {
        let revisions =
            if purged.revisions.is_empty() { "—".to_owned() } else { purged.revisions.join(", ") };
        let (bytes, lines) = (purged.bytes, purged.lines);
        session.terminal.narrate(&StoreWords::Purged { dataset, year, revisions, bytes, lines });
    }
    Ok(())
}
