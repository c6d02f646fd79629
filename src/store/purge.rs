//! Deletes earlier revisions of a year for good, with what the history tells of their files.
//!
//! It is for rows that must not be in the workspace any more; everything else keeps what it replaces.

use std::path::Path;

use super::files::hash_file;
use super::history::{Action, Author, HistoryLine, append_history, blank_lines, open_history, read_history};
use super::lock::Lock;
use super::place::{revision_file, revisions};
use super::publish::task;
use crate::error::Result;
use crate::progress::Progress;
use crate::workspace::{Workspace, unreadable, unwritable};

/// What was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// The revisions.
    pub revisions: Vec<String>,
    /// How many bytes they had.
    pub bytes: u64,
    /// How many lines of the history lost the names of their files.
    pub lines: usize,
}

/// Deletes every kept file of a year; what stands in place stays.
///
/// # Errors
/// [`crate::messages::StoreFault::BusyWith`], or a folder that cannot be written.
pub fn purge(
    workspace: &Workspace,
    dataset: &str,
    year: i32,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Purged> {
    let kept = revision_file(workspace, dataset, year, "x");
    workspace.refuse_links(&kept)?;
    let _lock = Lock::acquire(workspace, author, &task(Action::Purge, dataset, year), progress)?;
    let mut purged = Purged { revisions: revisions(workspace, dataset, year)?, ..Purged::default() };
    if let Some(folder) = kept.parent().filter(|folder| folder.exists()) {
        purged.bytes = count_bytes(workspace, folder)?;
        let removed = std::fs::remove_dir_all(folder);
        removed.map_err(|cause| unwritable(&workspace.display(folder), cause))?;
    }
    let current = current_hash(workspace, dataset, year)?;
    purged.lines = blank_lines(workspace, |line| {
        // What stands in place keeps its line; whatever else was there is former.
        line.is_about(dataset, year) && (current.is_none() || line.sha256 != current)
    })?;
    if purged != Purged::default() {
        let line = HistoryLine {
            time: author.time(),
            operator: author.operator.clone(),
            action: Action::Purge,
            dataset: dataset.to_owned(),
            year,
            revision: None,
            replaced: None,
            rows: 0,
            files: Vec::new(),
            sha256: None,
        };
        append_history(&mut open_history(workspace)?, &line)?;
    }
    Ok(purged)
}

fn count_bytes(workspace: &Workspace, folder: &Path) -> Result<u64> {
    let count = || -> std::io::Result<u64> {
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
    };
    count().map_err(|cause| unreadable(&workspace.display(folder), cause))
}

/// Returns the hash of what stands in place, if the history published it.
fn current_hash(workspace: &Workspace, dataset: &str, year: i32) -> Result<Option<String>> {
    let target = workspace.year_file(dataset, year);
    if !target.exists() {
        return Ok(None);
    }
    let found = hash_file(workspace, &target)?;
    let history = read_history(workspace)?;
    Ok(history.lines.iter().any(|line| line.sha256.as_deref() == Some(&found)).then_some(found))
}
