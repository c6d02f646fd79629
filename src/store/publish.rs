//! Turns sorted rows into the published file of a year, brings a kept revision back, or takes a year away.
//!
//! Readers of any program see the old year or the new one: the new file is complete and synced
//! before one rename puts it in place, and the folder of a year never holds anything else.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};

use super::history::{HistoryLine, append_history, open_history};
use super::lock::Lock;
use super::parquet::{WriteFault, write_parquet};
use super::place::{
    TemporaryFile, keep_former, put_in_place, refuse_links, revision_file, revisions, take_away,
};
use super::provenance::{Provenance, read_provenance};
use super::sort::Sorted;
use crate::error::{Error, Result};
use crate::messages::StoreFault;
use crate::workspace::{Workspace, did_you_mean, unwritable};

/// A year that is ready to be published.
pub struct Publication<'a> {
    /// The rows in the order of the file.
    pub rows: Sorted,
    /// Where the rows came from; names dataset, year and revision.
    pub provenance: &'a Provenance,
    /// The time for the history.
    pub now: DateTime<Utc>,
}

/// Publishes a year: writes, syncs, keeps the former file, renames, notes the history.
///
/// Returns the path of the published file.
///
/// # Errors
/// [`StoreFault::Busy`] if another process changes the workspace, a link inside it, or a disk that
/// cannot be written; the year is then as it was, and no other file is left.
pub fn publish(workspace: &Workspace, publication: Publication<'_>) -> Result<PathBuf> {
    let Publication { rows, provenance, now } = publication;
    let write = |temporary: &TemporaryFile| {
        write_parquet(temporary.file(), rows, provenance).map_err(|fault| match fault {
            WriteFault::Io(cause) => unwritable(&workspace.display(temporary.path()), cause),
            WriteFault::Parquet(cause) => Error::new(StoreFault::CannotWriteRows).caused_by(cause),
        })
    };
    replace(workspace, provenance, "import", now, write)
}

/// Brings a kept revision of a year back; the file that stands there is kept in turn.
///
/// Returns the provenance of the year as it is now.
///
/// # Errors
/// [`StoreFault::NoSuchRevision`] naming the kept ones, and the faults of [`publish`].
pub fn restore(
    workspace: &Workspace,
    dataset: &str,
    year: i32,
    revision: &str,
    now: DateTime<Utc>,
) -> Result<Provenance> {
    let known = revisions(workspace, dataset, year)?;
    // Only a name that was listed becomes a path.
    let Some(known) = known.iter().find(|known| *known == revision) else {
        let near = did_you_mean(revision, known.iter().map(String::as_str)).map(|near| format!("`{near}`"));
        let all = || known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
        let fault =
            StoreFault::NoSuchRevision { revision: revision.to_owned(), known: near.unwrap_or_else(all) };
        return Err(fault.into());
    };
    let kept = revision_file(workspace, dataset, year, known);
    refuse_links(workspace, &kept)?;
    let mut provenance = read_provenance(&kept)?;
    // The place decides what is restored, whatever the file says of itself.
    dataset.clone_into(&mut provenance.dataset);
    provenance.year = year;
    let write = |temporary: &TemporaryFile| {
        let copy = || -> std::io::Result<()> {
            let mut source = std::fs::File::open(&kept)?;
            std::io::copy(&mut source, &mut temporary.file())?;
            temporary.file().sync_all()
        };
        copy().map_err(|cause| unwritable(&workspace.display(temporary.path()), cause))
    };
    replace(workspace, &provenance, "restore", now, write)?;
    Ok(provenance)
}

/// Takes a year out of a dataset; its file is kept as a revision.
///
/// Returns the revision under which it is kept.
///
/// # Errors
/// [`StoreFault::NoSuchYear`] if the year is not there, and the faults of [`publish`].
pub fn remove(workspace: &Workspace, dataset: &str, year: i32, now: DateTime<Utc>) -> Result<String> {
    let target = workspace.year_file(dataset, year);
    refuse_links(workspace, &target)?;
    let _lock = Lock::acquire(workspace)?;
    let mut history = open_history(workspace)?;
    let Some(former) = keep_former(workspace, dataset, year, &target)? else {
        return Err(StoreFault::NoSuchYear { dataset: dataset.to_owned(), year }.into());
    };
    take_away(workspace, &target)?;
    let line = HistoryLine {
        time: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        action: "remove".to_owned(),
        dataset: dataset.to_owned(),
        year,
        revision: former.revision.clone(),
        replaced: None,
        rows: 0,
        files: Vec::new(),
    };
    append_history(&mut history, &line)?;
    Ok(former.revision)
}

/// Writes a temporary file, keeps the former one, puts the new one in its place, notes the history.
fn replace(
    workspace: &Workspace,
    provenance: &Provenance,
    action: &str,
    now: DateTime<Utc>,
    write: impl FnOnce(&TemporaryFile) -> Result<()>,
) -> Result<PathBuf> {
    let (dataset, year) = (provenance.dataset.as_str(), provenance.year);
    let target = workspace.year_file(dataset, year);
    refuse_links(workspace, &target)?;
    let _lock = Lock::acquire(workspace)?;
    let mut history = open_history(workspace)?;
    let temporary = TemporaryFile::create(workspace, dataset, year)?;
    write(&temporary)?;
    let former = keep_former(workspace, dataset, year, &target)?;
    if let Err(error) = put_in_place(workspace, &temporary, &target) {
        if let Some(kept) = former.filter(|former| former.is_new) {
            let _removed = std::fs::remove_file(kept.path);
        }
        return Err(error);
    }
    let line = HistoryLine {
        time: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        action: action.to_owned(),
        dataset: dataset.to_owned(),
        year,
        revision: provenance.revision.clone(),
        replaced: former.map(|former| former.revision),
        rows: provenance.rows,
        files: provenance.files.iter().map(|file| file.name.clone()).collect(),
    };
    append_history(&mut history, &line)?;
    Ok(target)
}
