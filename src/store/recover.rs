//! Turns what a killed process left in a workspace into a clean state: its change is told in full, or never happened.
//!
//! A change writes the line for the history aside before it touches the year, and removes it once the
//! line stands in the log. So a line that is still there belongs to a change that was cut short: if
//! the year is as the line says, the line is added to the log; otherwise nothing had happened yet.

use std::path::{Path, PathBuf};

use super::files::{hash_file, replace_file};
use super::history::{Action, HistoryLine, append_history, open_history};
use super::place::{list_folder, temporary_folder};
use crate::error::Result;
use crate::workspace::{Workspace, unreadable, unwritable};

/// A line of the history whose change is under way.
#[derive(Debug)]
pub(super) struct Pending {
    path: PathBuf,
}

impl Pending {
    /// Puts the line aside, synced, before the change.
    pub(super) fn note(workspace: &Workspace, line: &HistoryLine) -> Result<Self> {
        let path = pending_file(workspace);
        workspace.refuse_links(&path)?;
        let text =
            serde_json::to_vec(line).map_err(|cause| unwritable(&workspace.display(&path), cause.into()))?;
        replace_file(&path, &workspace.display(&path), &text)?;
        Ok(Self { path })
    }

    /// Forgets the line: it stands in the log, or the change was given up.
    pub(super) fn forget(self) {
        // If it stays, the next change sees that there is nothing left to do.
        let _removed = std::fs::remove_file(self.path);
    }
}

fn pending_file(workspace: &Workspace) -> PathBuf {
    workspace.state_folder().join("pending.json")
}

/// Completes or forgets a change that was cut short, and removes unfinished files. The lock is ours.
pub(super) fn recover(workspace: &Workspace) -> Result<()> {
    for path in leftovers(workspace)? {
        workspace.refuse_links(&path)?;
        let shown = workspace.display(&path);
        if path == pending_file(workspace) {
            complete(workspace, &path)?;
        }
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|cause| unwritable(&shown, cause))?;
    }
    Ok(())
}

/// Lists what an unfinished change leaves: the line put aside, unfinished files and folders.
pub(super) fn leftovers(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = list_folder(workspace, &workspace.state_folder())?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "part"))
        .collect();
    let pending = pending_file(workspace);
    found.extend(pending.exists().then_some(pending));
    let temporary = temporary_folder(workspace);
    found.extend((!list_folder(workspace, &temporary)?.is_empty()).then_some(temporary));
    Ok(found)
}

/// Adds the line to the log if its change has happened and the log does not tell it yet.
fn complete(workspace: &Workspace, path: &Path) -> Result<()> {
    let text = std::fs::read(path).map_err(|cause| unreadable(&workspace.display(path), cause))?;
    // The line was renamed into place whole; anything else is not ours to believe.
    let Ok(line) = serde_json::from_slice::<HistoryLine>(&text) else { return Ok(()) };
    let is_told = super::read_history(workspace)?.lines.last() == Some(&line);
    if !is_told && has_happened(workspace, &line)? {
        append_history(&mut open_history(workspace)?, &line)?;
    }
    Ok(())
}

fn has_happened(workspace: &Workspace, line: &HistoryLine) -> Result<bool> {
    if !crate::workspace::is_name(&line.dataset) {
        return Ok(false);
    }
    let target = workspace.year_file(&line.dataset, line.year);
    match line.action {
        Action::Remove => Ok(!target.exists()),
        Action::Import | Action::Restore => {
            Ok(target.exists() && line.sha256.as_deref() == Some(&hash_file(workspace, &target)?))
        }
        Action::Purge => Ok(false),
    }
}
