//! Keeps the log of what was done to a workspace: one JSON line per change, only ever appended.
//!
//! Times stand here and not in the data, so that the same input gives the same bytes.

use std::fs::{File, OpenOptions};
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::place::refuse_links;
use crate::error::Result;
use crate::workspace::{Workspace, unreadable, unwritable};

/// One line of `.cchc/history.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// UTC time, to the second.
    pub time: String,
    /// What was done: `import`, `restore`, `remove`.
    pub action: String,
    /// The dataset.
    pub dataset: String,
    /// The year.
    pub year: i32,
    /// The revision that was put in place or taken away.
    pub revision: String,
    /// The revision that stood there before.
    pub replaced: Option<String>,
    /// Number of rows.
    pub rows: u64,
    /// Names of the exports.
    pub files: Vec<String>,
}

/// Reads the whole log, oldest first; a line that a power cut left unfinished is passed over.
///
/// # Errors
/// If the log is there and cannot be read.
pub fn read_history(workspace: &Workspace) -> Result<Vec<HistoryLine>> {
    let path = workspace.state_folder().join("history.jsonl");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unreadable(&workspace.display(&path), error)),
    }
}

/// Opens the log for appending, before anything is changed that it should tell.
pub(super) fn open_history(workspace: &Workspace) -> Result<File> {
    let path = workspace.state_folder().join("history.jsonl");
    refuse_links(workspace, &path)?;
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened.map_err(|cause| unwritable(&workspace.display(&path), cause))
}

/// Appends a line and syncs the log.
pub(super) fn append_history(history: &mut File, line: &HistoryLine) -> Result<()> {
    let mut append = || -> std::io::Result<()> {
        let text = serde_json::to_string(line)? + "\n";
        history.write_all(text.as_bytes())?;
        history.sync_all()
    };
    append().map_err(|cause| unwritable(".cchc/history.jsonl", cause))
}
