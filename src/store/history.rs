//! Keeps the log of what was done to a workspace: one JSON line per change, appended and synced.
//!
//! Times and people stand here and not in the data, so that the same input gives the same bytes. The
//! log is written again only when earlier revisions are deleted for good, to take their files' names out.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::files::replace_file;
use crate::error::Result;
use crate::workspace::{Workspace, unreadable, unwritable};

/// Who changes a workspace, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The user's name in the operating system, if it is known.
    pub operator: Option<String>,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Author {
    /// Returns the time as the log writes it: UTC, to the second.
    pub(super) fn time(&self) -> String {
        self.now.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

/// What was done to a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Exports were imported.
    Import,
    /// A kept revision was brought back.
    Restore,
    /// The year was taken away; its file is kept.
    Remove,
    /// Earlier revisions were deleted for good.
    Purge,
}

impl Action {
    /// Returns the word that tables show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Restore => "restore",
            Self::Remove => "remove",
            Self::Purge => "purge",
        }
    }
}

/// One line of `.cchc/history.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// UTC time, to the second.
    pub time: String,
    /// Who did it.
    #[serde(default)]
    pub operator: Option<String>,
    /// What was done.
    pub action: Action,
    /// The dataset.
    pub dataset: String,
    /// The year.
    pub year: i32,
    /// The revision that was put in place or taken away; none where revisions were deleted.
    #[serde(default)]
    pub revision: Option<String>,
    /// The revision that stood there before.
    #[serde(default)]
    pub replaced: Option<String>,
    /// Number of rows.
    #[serde(default)]
    pub rows: u64,
    /// Names of the exports.
    #[serde(default)]
    pub files: Vec<String>,
    /// SHA-256 of the published file.
    #[serde(default)]
    pub sha256: Option<String>,
}

impl HistoryLine {
    /// Tells whether the line is about this year.
    pub fn is_about(&self, dataset: &str, year: i32) -> bool {
        self.dataset == dataset && self.year == year
    }
}

/// The log.
#[derive(Debug, Default)]
pub struct History {
    /// Its lines, oldest first.
    pub lines: Vec<HistoryLine>,
    /// Numbers of the lines that cannot be read, such as one that a power cut left unfinished.
    pub damaged: Vec<usize>,
}

impl History {
    /// Finds what was last done to a year's file.
    pub fn last(&self, dataset: &str, year: i32) -> Option<&HistoryLine> {
        self.lines.iter().rev().find(|line| line.is_about(dataset, year) && line.action != Action::Purge)
    }

    /// Finds the hash with which a revision of a year was last published.
    pub fn hash_of(&self, dataset: &str, year: i32, revision: &str) -> Option<&str> {
        let mut published = self.lines.iter().rev().filter(|line| {
            line.is_about(dataset, year)
                && line.revision.as_deref() == Some(revision)
                && line.sha256.is_some()
        });
        published.find_map(|line| line.sha256.as_deref())
    }
}

/// How errors name the log.
const HISTORY: &str = ".cchc/history.jsonl";

fn history_file(workspace: &Workspace) -> PathBuf {
    workspace.state_folder().join("history.jsonl")
}

fn read_text(workspace: &Workspace) -> Result<String> {
    let path = history_file(workspace);
    match std::fs::read(&path) {
        // A damaged letter spoils its line and no other.
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(unreadable(&workspace.display(&path), error)),
    }
}

/// Reads the whole log.
///
/// # Errors
/// If the log is there and cannot be read.
pub fn read_history(workspace: &Workspace) -> Result<History> {
    let mut history = History::default();
    for (index, line) in read_text(workspace)?.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(line) => history.lines.push(line),
            Err(_) if line.trim().is_empty() => {}
            Err(_) => history.damaged.push(index + 1),
        }
    }
    Ok(history)
}

/// Opens the log for appending, before anything is changed that it should tell.
pub(super) fn open_history(workspace: &Workspace) -> Result<File> {
    let path = history_file(workspace);
    workspace.refuse_links(&path)?;
    let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    opened.map_err(|cause| unwritable(&workspace.display(&path), cause))
}

/// Appends a line and syncs the log.
pub(super) fn append_history(history: &mut File, line: &HistoryLine) -> Result<()> {
    let mut append = || -> std::io::Result<()> {
        drop_unfinished_line(history)?;
        history.seek(SeekFrom::End(0))?;
        history.write_all(format!("{}\n", serde_json::to_string(line)?).as_bytes())?;
        history.sync_all()
    };
    append().map_err(|cause| unwritable(HISTORY, cause))
}

/// Cuts off a last line that a full disk or a power cut left unfinished.
///
/// Its change is told whole: the line was put aside before. A line that lacks nothing but its end
/// stays, since an editor may have left it so.
fn drop_unfinished_line(file: &mut File) -> std::io::Result<()> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut text)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rest = text.get(whole..).unwrap_or_default();
    if rest.is_empty() {
        Ok(())
    } else if serde_json::from_slice::<HistoryLine>(rest).is_ok() {
        file.write_all(b"\n")
    } else {
        file.set_len(whole as u64)
    }
}

/// Takes what refers to former rows out of the lines that `is_former` names; returns how many those are.
///
/// Lines that cannot be read stay as they are.
pub(super) fn blank_lines(workspace: &Workspace, is_former: impl Fn(&HistoryLine) -> bool) -> Result<usize> {
    let mut blanked = 0;
    let mut text = String::new();
    for line in read_text(workspace)?.lines() {
        match serde_json::from_str::<HistoryLine>(line) {
            Ok(mut known) if is_former(&known) && !(known.files.is_empty() && known.sha256.is_none()) => {
                known.files.clear();
                known.sha256 = None;
                text.push_str(&serde_json::to_string(&known).unwrap_or_else(|_| line.to_owned()));
                blanked += 1;
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    if blanked > 0 {
        replace_file(&history_file(workspace), HISTORY, text.as_bytes())?;
    }
    Ok(blanked)
}

#[cfg(test)]
mod tests {
    use super::{Action, HistoryLine, append_history, open_history, read_history};
    use crate::workspace::Workspace;

    fn line(year: i32) -> HistoryLine {
        HistoryLine {
            time: "2024-01-02T03:04:05Z".to_owned(),
            operator: None,
            action: Action::Import,
            dataset: "dossiers".to_owned(),
            year,
            revision: Some("0123456789ab".to_owned()),
            replaced: None,
            rows: 1,
            files: Vec::new(),
            sha256: None,
        }
    }

    #[test]
    fn a_line_that_was_left_unfinished_is_cut_off_and_a_whole_one_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("datasets")).unwrap();
        std::fs::create_dir_all(folder.path().join(".cchc")).unwrap();
        let path = folder.path().join(".cchc/history.jsonl");
        let whole = serde_json::to_string(&line(2021)).unwrap();
        for (found, first) in [(whole.clone(), 2021), (format!("{whole}\n{{\"time\":\"2024-01"), 2021)] {
            std::fs::write(&path, found).unwrap();
            let workspace = Workspace::open(folder.path()).unwrap();
            let mut file = open_history(&workspace).unwrap();
            append_history(&mut file, &line(2022)).unwrap();
            append_history(&mut file, &line(2023)).unwrap();
            let history = read_history(&workspace).unwrap();
            assert_eq!(history.lines, [line(first), line(2022), line(2023)]);
            assert!(history.damaged.is_empty());
        }
    }
}
