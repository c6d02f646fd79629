//! Turns sorted rows into the published file of a year, brings a kept revision back, or takes a year away.
//!
//! Readers of any program see the old year or the new one: the new file is complete and synced
//! before one rename puts it in place, and the folder of a year never holds anything else.

use std::path::{Path, PathBuf};

use super::files::hash_file;
use super::history::{Action, Author, HistoryLine, append_history, open_history, read_history};
use super::lock::Lock;
use super::parquet::{WriteFault, write_parquet};
use super::place::{TemporaryFile, keep_former, put_in_place, revision_file, revisions, take_away};
use super::provenance::{Provenance, read_provenance};
use super::recover::Pending;
use super::sort::Sorted;
use crate::error::{Error, Result};
use crate::messages::{Stage, StoreFault};
use crate::progress::{Progress, Unit};
use crate::workspace::{Workspace, did_you_mean, unwritable};

/// A year that is ready to be published.
pub struct Publication<'a> {
    /// The rows in the order of the file.
    pub rows: Sorted,
    /// Where the rows came from; names dataset, year and revision.
    pub provenance: &'a Provenance,
    /// Who does it, and when.
    pub author: &'a Author,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

/// The right to import a year, held from before the first row is put on disk.
#[derive(Debug)]
pub struct Permit {
    _lock: Lock,
}

impl Permit {
    /// Takes the lock of the workspace for an import.
    ///
    /// # Errors
    /// [`StoreFault::BusyWith`] if another process changes the workspace, and a link inside it.
    pub fn acquire(
        workspace: &Workspace,
        dataset: &str,
        year: i32,
        author: &Author,
        progress: &dyn Progress,
    ) -> Result<Self> {
        workspace.refuse_links(&workspace.year_file(dataset, year))?;
        let lock = Lock::acquire(workspace, author, &task(Action::Import, dataset, year), progress)?;
        Ok(Self { _lock: lock })
    }
}

/// What publishing a year has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The year's file.
    pub path: PathBuf,
    /// Whether the file was put in place now; otherwise it stood there already and was not touched.
    pub is_new: bool,
    /// The revision under which the file that stood there before is kept.
    pub replaced: Option<String>,
}

/// Publishes a year: writes, syncs, keeps the former file, renames, notes the history.
///
/// If the year is this revision already, and intact, nothing changes.
///
/// # Errors
/// A link inside the workspace, or a disk that cannot be written; the year is then as it was, and no
/// other file is left.
pub fn publish(workspace: &Workspace, publication: Publication<'_>, _permit: &Permit) -> Result<Published> {
    let Publication { rows, provenance, author, progress } = publication;
    let write = |temporary: &TemporaryFile| {
        write_parquet(temporary.file(), rows, provenance, progress).map_err(|fault| match fault {
            WriteFault::Io(cause) => unwritable(&workspace.display(temporary.path()), cause),
            WriteFault::Parquet(cause) => Error::new(StoreFault::CannotWriteRows).caused_by(cause),
        })
    };
    replace(workspace, &Change { action: Action::Import, provenance, author }, write)
}

/// Brings a kept revision of a year back; the file that stands there is kept in turn.
///
/// `revision` may be shortened as long as it is clear which one is meant. Returns the provenance of
/// the year as it is now.
///
/// # Errors
/// [`StoreFault::NoSuchRevision`] naming the kept ones, and the faults of [`publish`].
pub fn restore(
    workspace: &Workspace,
    dataset: &str,
    year: i32,
    revision: &str,
    author: &Author,
    progress: &dyn Progress,
) -> Result<(Provenance, Published)> {
    let known = find_revision(workspace, dataset, year, revision)?;
    let kept = revision_file(workspace, dataset, year, &known);
    workspace.refuse_links(&kept)?;
    let mut provenance = read_provenance(workspace, &kept)?;
    // The place decides what is restored, whatever the file says of itself.
    dataset.clone_into(&mut provenance.dataset);
    provenance.year = year;
    let write = |temporary: &TemporaryFile| {
        progress.begin(Stage::Writing, Unit::Time, None);
        let copy = || -> std::io::Result<()> {
            let mut source = std::fs::File::open(&kept)?;
            std::io::copy(&mut source, &mut temporary.file())?;
            temporary.file().sync_all()
        };
        copy().map_err(|cause| unwritable(&workspace.display(temporary.path()), cause))
    };
    let _lock = Lock::acquire(workspace, author, &task(Action::Restore, dataset, year), progress)?;
    let change = Change { action: Action::Restore, provenance: &provenance, author };
    let published = replace(workspace, &change, write)?;
    Ok((provenance, published))
}

/// Finds the kept revision that a user means; only a name that was listed becomes a path.
fn find_revision(workspace: &Workspace, dataset: &str, year: i32, revision: &str) -> Result<String> {
    let known = revisions(workspace, dataset, year)?;
    let wanted = revision.to_ascii_lowercase();
    let meant: Vec<&String> = known.iter().filter(|known| known.starts_with(&wanted)).collect();
    if let [only] = meant.as_slice()
        && wanted.len() >= 4
    {
        return Ok((*only).clone());
    }
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (hint, hint_vi) = match did_you_mean(revision, known.iter().map(String::as_str)) {
        Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None if known.is_empty() => (
            "no earlier file of this year is kept; import it again".to_owned(),
            "không giữ tệp cũ nào của năm này; hãy nhập lại".to_owned(),
        ),
        None => (format!("kept are {}", list(&known)), format!("các phiên bản đang giữ: {}", list(&known))),
    };
    let (dataset, revision) = (dataset.to_owned(), revision.to_owned());
    Err(StoreFault::NoSuchRevision { dataset, year, revision, hint, hint_vi }.into())
}

/// Takes a year out of a dataset; its file is kept as a revision.
///
/// Returns the revision under which it is kept.
///
/// # Errors
/// [`StoreFault::NoSuchYear`] if the year is not there, and the faults of [`publish`].
pub fn remove(
    workspace: &Workspace,
    dataset: &str,
    year: i32,
    author: &Author,
    progress: &dyn Progress,
) -> Result<String> {
    let target = workspace.year_file(dataset, year);
    workspace.refuse_links(&target)?;
    let _lock = Lock::acquire(workspace, author, &task(Action::Remove, dataset, year), progress)?;
    let mut history = open_history(workspace)?;
    let Some(former) = keep_former(workspace, dataset, year, &target, None)? else {
        return Err(no_such_year(workspace, dataset, year)?);
    };
    let line = HistoryLine {
        time: author.time(),
        operator: author.operator.clone(),
        action: Action::Remove,
        dataset: dataset.to_owned(),
        year,
        revision: Some(former.revision.clone()),
        replaced: None,
        rows: 0,
        files: Vec::new(),
        sha256: None,
    };
    let pending = Pending::note(workspace, &line)?;
    let placed = match take_away(workspace, &target) {
        Ok(placed) => placed,
        Err(error) => {
            pending.forget();
            return Err(error);
        }
    };
    // The year is gone. If the log cannot be written now, the line that was put aside tells it later.
    if append_history(&mut history, &line).is_ok() {
        pending.forget();
    }
    placed.confirm(workspace, &target)?;
    Ok(former.revision)
}

fn no_such_year(workspace: &Workspace, dataset: &str, year: i32) -> Result<Error> {
    let years: Vec<String> = workspace.years(dataset)?.iter().map(ToString::to_string).collect();
    let (hint, hint_vi) = if years.is_empty() {
        ("it has no years at all".to_owned(), "bộ dữ liệu này chưa có năm nào".to_owned())
    } else {
        (format!("it has {}", years.join(", ")), format!("hiện có {}", years.join(", ")))
    };
    Ok(StoreFault::NoSuchYear { dataset: dataset.to_owned(), year, hint, hint_vi }.into())
}

/// A file that is to take the place of a year.
struct Change<'a> {
    action: Action,
    provenance: &'a Provenance,
    author: &'a Author,
}

/// The words that would be typed to do it.
pub(super) fn task(action: Action, dataset: &str, year: i32) -> String {
    format!("{} {dataset} {year}", action.name())
}

/// Writes a temporary file, keeps the former one, puts the new one in its place, notes the history.
///
/// The lock is the caller's.
fn replace(
    workspace: &Workspace,
    change: &Change<'_>,
    write: impl FnOnce(&TemporaryFile) -> Result<()>,
) -> Result<Published> {
    let (provenance, author) = (change.provenance, change.author);
    let (dataset, year) = (provenance.dataset.as_str(), provenance.year);
    let target = workspace.year_file(dataset, year);
    workspace.refuse_links(&target)?;
    let mut history = open_history(workspace)?;
    let temporary = TemporaryFile::create(workspace, dataset, year)?;
    write(&temporary)?;
    let sha256 = hash_file(workspace, temporary.path())?;
    if is_published(workspace, change, &target, &sha256)? {
        return Ok(Published { path: target, is_new: false, replaced: None });
    }
    let former = keep_former(workspace, dataset, year, &target, Some(&provenance.revision))?;
    let line = HistoryLine {
        time: author.time(),
        operator: author.operator.clone(),
        action: change.action,
        dataset: dataset.to_owned(),
        year,
        revision: Some(provenance.revision.clone()),
        replaced: former.as_ref().map(|former| former.revision.clone()),
        rows: provenance.rows,
        files: provenance.files.iter().map(|file| file.name.clone()).collect(),
        sha256: Some(sha256),
    };
    let pending = Pending::note(workspace, &line)?;
    let placed = match put_in_place(workspace, &temporary, &target) {
        Ok(placed) => placed,
        Err(error) => {
            pending.forget();
            if let Some(kept) = former.filter(|former| former.is_new) {
                let _removed = std::fs::remove_file(kept.path);
            }
            return Err(error);
        }
    };
    // The year is published. If the log cannot be written now, the line put aside tells it later.
    if append_history(&mut history, &line).is_ok() {
        pending.forget();
    }
    placed.confirm(workspace, &target)?;
    Ok(Published { path: target, is_new: true, replaced: line.replaced })
}

/// Tells whether the year is what is to be published, byte for byte.
///
/// A later version of the program may write the same revision in other bytes: it is the same too, if
/// the file is still what the history published under that name.
fn is_published(workspace: &Workspace, change: &Change<'_>, target: &Path, sha256: &str) -> Result<bool> {
    if !target.exists() {
        return Ok(false);
    }
    let found = hash_file(workspace, target)?;
    if found == sha256 {
        return Ok(true);
    }
    let wanted = change.provenance;
    let is_same = change.action == Action::Import
        && read_provenance(workspace, target).is_ok_and(|known| known.revision == wanted.revision);
    let history = read_history(workspace)?;
    Ok(is_same && history.hash_of(&wanted.dataset, wanted.year, &wanted.revision) == Some(&found))
}
