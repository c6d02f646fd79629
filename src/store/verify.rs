//! Turns a workspace into findings: everything that is not as the imports left it.
//!
//! It changes nothing. What came with the workspace has no line in the history; its rows are checked
//! all the same, only its bytes can be compared with nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::files::hash_file;
use super::history::{Action, Author, History, read_history};
use super::lock::Lock;
use super::place::{is_revision, list_folder, revision_file};
use super::provenance::{Provenance, read_provenance};
use super::recover::leftovers;
use super::reread::{check_rows, count_rows};
use crate::contract::Contract;
use crate::error::{Explain as _, Kind, Lang, Result};
use crate::messages::{Stage, StoreFinding};
use crate::progress::{Progress, Unit};
use crate::workspace::{Workspace, is_link, is_name};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The dataset, if it is about one.
    pub dataset: Option<String>,
    /// The year, if it is about one.
    pub year: Option<i32>,
    /// The file or folder.
    pub file: String,
    /// What is wrong with it.
    pub what: StoreFinding,
}

impl Finding {
    /// Tells whether something is wrong; otherwise it is only worth knowing.
    pub fn is_wrong(&self) -> bool {
        self.what.kind() != Kind::Notice
    }
}

/// What was read and what was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// The findings, in order of place.
    pub findings: Vec<Finding>,
    /// How many years were read.
    pub years: usize,
    /// How many rows they have.
    pub rows: u64,
    /// How many kept revisions were read.
    pub revisions: usize,
    /// How many years the history does not know.
    pub unrecorded: usize,
}

/// Reads a dataset's contract.
pub type ReadContract<'a> = &'a dyn Fn(&str) -> Result<Arc<Contract>>;

/// Reads everything in the workspace again and compares it with its contracts and its history.
///
/// # Errors
/// If another process is changing the workspace, or a folder cannot be listed.
pub fn verify(
    workspace: &Workspace,
    contracts: ReadContract<'_>,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Verified> {
    let _lock = Lock::acquire_to_read(workspace, author, "verify", progress)?;
    let history = read_history(workspace)?;
    let mut check = Check { workspace, contracts, history, progress, done: Verified::default() };
    check.datasets()?;
    check.history();
    check.revisions()?;
    for path in leftovers(workspace)? {
        check.find(None, &path, StoreFinding::Leftover);
    }
    progress.end();
    Ok(check.done)
}

/// A dataset's year.
type Year<'a> = (&'a str, i32);

struct Check<'a> {
    workspace: &'a Workspace,
    contracts: ReadContract<'a>,
    history: History,
    progress: &'a dyn Progress,
    done: Verified,
}

impl Check<'_> {
    fn find(&mut self, year: Option<Year<'_>>, path: &Path, what: StoreFinding) {
        self.done.findings.push(Finding {
            dataset: year.map(|(dataset, _)| dataset.to_owned()),
            year: year.map(|(_, year)| year),
            file: self.workspace.display(path),
            what,
        });
    }

    fn datasets(&mut self) -> Result<()> {
        let names: BTreeSet<String> = self.workspace.datasets()?.into_iter().collect();
        for name in &names {
            let contract = (self.contracts)(name);
            let file = self.workspace.contract_file(name);
            if is_link(&file) {
                self.find(None, &file, StoreFinding::Link);
            }
            if let Err(error) = &contract {
                let (problem, problem_vi) = (error.message(Lang::En), error.message(Lang::Vi));
                self.find(None, &file, StoreFinding::BadContract { problem, problem_vi });
            }
            self.years(name, contract.ok().as_deref())?;
        }
        for path in list_folder(self.workspace, &self.workspace.root().join("datasets"))? {
            let is_known = names.contains(&name_of(&path));
            if path.is_dir() && !is_known {
                self.find(None, &path, StoreFinding::NoContract);
            }
        }
        Ok(())
    }

    /// Checks what stands in a dataset's folder.
    fn years(&mut self, dataset: &str, contract: Option<&Contract>) -> Result<()> {
        let folder = self.workspace.dataset_folder(dataset);
        if is_link(&folder) {
            self.find(None, &folder, StoreFinding::Link);
            return Ok(());
        }
        for path in list_folder(self.workspace, &folder)? {
            match year_of(&path) {
                _ if is_link(&path) => self.find(None, &path, StoreFinding::Link),
                Some(year) if path.is_dir() => self.year_folder((dataset, year), &path, contract)?,
                _ => self.find(None, &path, StoreFinding::Foreign),
            }
        }
        Ok(())
    }

    fn year_folder(&mut self, year: Year<'_>, folder: &Path, contract: Option<&Contract>) -> Result<()> {
        for path in list_folder(self.workspace, folder)? {
            if is_link(&path) {
                self.find(Some(year), &path, StoreFinding::Link);
            } else if name_of(&path) == "data.parquet" && path.is_file() {
                self.year(year, &path, contract)?;
            } else {
                self.find(Some(year), &path, StoreFinding::Foreign);
            }
        }
        Ok(())
    }

    fn year(&mut self, year: Year<'_>, path: &Path, contract: Option<&Contract>) -> Result<()> {
        self.done.years += 1;
        let hash = hash_file(self.workspace, path)?;
        let provenance = self.provenance(year, path);
        if let Some(provenance) = &provenance {
            let (dataset, stated) = (&provenance.dataset, provenance.year);
            if (dataset.as_str(), stated) != year {
                let what = StoreFinding::Misplaced { dataset: dataset.clone(), year: stated };
                self.find(Some(year), path, what);
            }
        }
        self.compare_with_history(year, path, provenance.as_ref(), &hash);
        let Some(provenance) = provenance else { return Ok(()) };
        self.begin(path, provenance.rows);
        let checked = match contract {
            Some(contract) => check_rows(path, contract, self.progress),
            None => count_rows(path, self.progress).map(|rows| (rows, Vec::new())),
        };
        match checked {
            Ok((rows, findings)) => {
                self.done.rows += rows;
                self.compare_rows(year, path, provenance.rows, rows);
                for what in findings {
                    self.find(Some(year), path, what);
                }
            }
            Err(cause) => self.find(Some(year), path, unreadable_rows(cause.as_ref())),
        }
        Ok(())
    }

    fn begin(&self, path: &Path, rows: u64) {
        let file = self.workspace.display(path);
        self.progress.begin(Stage::Verifying { file }, Unit::Rows, Some(rows));
    }

    fn provenance(&mut self, year: Year<'_>, path: &Path) -> Option<Provenance> {
        let provenance = read_provenance(self.workspace, path).ok();
        if provenance.is_none() {
            self.find(Some(year), path, StoreFinding::NoProvenance);
        }
        provenance
    }

    fn compare_rows(&mut self, year: Year<'_>, path: &Path, stated: u64, found: u64) {
        if stated != found {
            self.find(Some(year), path, StoreFinding::RowCount { stated, found });
        }
    }

    fn compare_with_history(
        &mut self,
        year: Year<'_>,
        path: &Path,
        provenance: Option<&Provenance>,
        hash: &str,
    ) {
        let Some(line) = self.history.last(year.0, year.1) else {
            self.done.unrecorded += 1;
            return;
        };
        let found = provenance.map(|provenance| provenance.revision.clone());
        let what = if line.action == Action::Remove {
            StoreFinding::WasRemoved
        } else if line.sha256.as_deref().is_none_or(|published| published == hash) {
            return;
        } else if found.is_some() && found != line.revision {
            StoreFinding::NotPublished {
                revision: found.unwrap_or_default(),
                expected: line.revision.clone().unwrap_or_default(),
            }
        } else {
            StoreFinding::Changed
        };
        self.find(Some(year), path, what);
    }

    /// Looks for years that the history published and that are gone, and for damage in the log itself.
    fn history(&mut self) {
        let years: BTreeSet<(String, i32)> =
            self.history.lines.iter().map(|line| (line.dataset.clone(), line.year)).collect();
        for (dataset, year) in years.iter().filter(|(dataset, _)| is_name(dataset)) {
            let path = self.workspace.year_file(dataset, *year);
            let last = self.history.last(dataset, *year);
            if let Some(line) = last.filter(|line| line.action != Action::Remove && !path.exists()) {
                let revision = line.revision.clone().unwrap_or_default();
                self.find(Some((dataset, *year)), &path, StoreFinding::Missing { revision });
            }
        }
        let log = self.workspace.state_folder().join("history.jsonl");
        for line in std::mem::take(&mut self.history.damaged) {
            self.find(None, &log, StoreFinding::DamagedLine { line });
        }
    }

    fn revisions(&mut self) -> Result<()> {
        for dataset in list_folder(self.workspace, &self.workspace.state_folder().join("revisions"))? {
            if is_link(&dataset) || !dataset.is_dir() {
                self.find(None, &dataset, StoreFinding::NotARevision);
                continue;
            }
            for folder in list_folder(self.workspace, &dataset)? {
                match name_of(&folder).parse::<i32>() {
                    Ok(year) if folder.is_dir() && !is_link(&folder) => {
                        self.revisions_of((&name_of(&dataset), year), &folder)?;
                    }
                    _ => self.find(None, &folder, StoreFinding::NotARevision),
                }
            }
        }
        Ok(())
    }

    fn revisions_of(&mut self, year: Year<'_>, folder: &Path) -> Result<()> {
        for path in list_folder(self.workspace, folder)? {
            let name = name_of(&path);
            let revision = name.strip_suffix(".parquet").filter(|name| is_revision(name));
            match revision {
                Some(revision) if path.is_file() && !is_link(&path) => self.revision(year, revision)?,
                _ => self.find(Some(year), &path, StoreFinding::NotARevision),
            }
        }
        Ok(())
    }

    fn revision(&mut self, year: Year<'_>, revision: &str) -> Result<()> {
        let path = revision_file(self.workspace, year.0, year.1, revision);
        self.done.revisions += 1;
        let hash = hash_file(self.workspace, &path)?;
        let Ok(provenance) = read_provenance(self.workspace, &path) else {
            self.find(Some(year), &path, bad_revision(&StoreFinding::NoProvenance));
            return Ok(());
        };
        let published = self.history.hash_of(year.0, year.1, revision);
        let is_own = provenance.revision == revision && published.is_none_or(|published| published == hash);
        if !is_own && !hash.starts_with(revision) {
            let what = StoreFinding::OtherRevision { revision: revision.to_owned() };
            self.find(Some(year), &path, what);
        }
        self.begin(&path, provenance.rows);
        let stated = provenance.rows;
        let what = match count_rows(&path, self.progress) {
            Ok(found) if found == stated => return Ok(()),
            Ok(found) => StoreFinding::RowCount { stated, found },
            Err(cause) => unreadable_rows(cause.as_ref()),
        };
        self.find(Some(year), &path, bad_revision(&what));
        Ok(())
    }
}

/// What is wrong with a kept file matters only to those who want it back.
fn bad_revision(what: &StoreFinding) -> StoreFinding {
    StoreFinding::BadRevision { problem: what.message(Lang::En), problem_vi: what.message(Lang::Vi) }
}

fn unreadable_rows(cause: &(dyn std::error::Error + Send + Sync)) -> StoreFinding {
    StoreFinding::Unreadable { problem: cause.to_string() }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `year=2023`; `year=02023` would be the same year by another name.
fn year_of(path: &Path) -> Option<i32> {
    let name = name_of(path);
    let year = name.strip_prefix("year=")?.parse().ok()?;
    (name == format!("year={year}")).then_some(year)
}
