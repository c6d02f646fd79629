//! Turns a batch into the published file of a year, and the former file into a kept revision.
//!
//! Readers of any program see the old year or the new one: the new file is complete and synced
//! before one rename puts it in place, and the folder of a year never holds anything else.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lock::Lock;
use super::provenance::{PROVENANCE_KEY, Provenance, read_provenance};
use crate::contract::hex;
use crate::error::{Error, Explain as _, Result};
use crate::messages::{StoreFault, WorkspaceFault};
use crate::workspace::{Workspace, unwritable};

/// A year that is ready to be published.
#[derive(Debug)]
pub struct Publication<'a> {
    /// The rows, in source order.
    pub batch: &'a RecordBatch,
    /// Names of the columns that order the file.
    pub sort: &'a [String],
    /// Where the rows came from; names dataset, year and revision.
    pub provenance: &'a Provenance,
    /// The time for the history.
    pub now: DateTime<Utc>,
}

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

/// Returns the path at which a former file of a year is kept.
pub fn revision_file(workspace: &Workspace, dataset: &str, year: i32, revision: &str) -> PathBuf {
    let folder = workspace.state_folder().join("revisions").join(dataset).join(year.to_string());
    folder.join(format!("{revision}.parquet"))
}

/// Publishes a year: writes, syncs, keeps the former file, renames, notes the history.
///
/// Returns the path of the published file.
///
/// # Errors
/// [`StoreFault::Busy`] if another process changes the workspace, a link inside it, or a disk that
/// cannot be written; the year is then as it was, and no other file is left.
pub fn publish(workspace: &Workspace, publication: &Publication<'_>) -> Result<PathBuf> {
    let provenance = publication.provenance;
    let target = workspace.year_file(&provenance.dataset, provenance.year);
    refuse_links(workspace, &target)?;
    let _lock = Lock::acquire(workspace)?;
    let mut history = open_history(workspace)?;
    let temporary = TemporaryFile::create(workspace, provenance)?;
    write_parquet(&temporary, publication).map_err(|error| match error {
        WriteFault::Io(cause) => unwritable(&workspace.display(&temporary.path), cause),
        WriteFault::Parquet(cause) => Error::new(StoreFault::CannotWriteRows).caused_by(cause),
    })?;
    let former = keep_former(workspace, provenance, &target)?;
    if let Err(error) = put_in_place(workspace, &temporary.path, &target) {
        if let Some(kept) = former.filter(|former| former.is_new) {
            let _removed = std::fs::remove_file(kept.path);
        }
        return Err(error);
    }
    let line = HistoryLine {
        time: publication.now.to_rfc3339_opts(SecondsFormat::Secs, true),
        action: "import".to_owned(),
        dataset: provenance.dataset.clone(),
        year: provenance.year,
        revision: provenance.revision.clone(),
        replaced: former.map(|former| former.revision),
        rows: provenance.rows,
        files: provenance.files.iter().map(|file| file.name.clone()).collect(),
    };
    append_history(&mut history, &line).map_err(|cause| unwritable(".cchc/history.jsonl", cause))?;
    Ok(target)
}

/// Refuses a path of the workspace that leads through a link.
///
/// # Errors
/// [`WorkspaceFault::IsALink`].
pub fn refuse_links(workspace: &Workspace, path: &Path) -> Result<()> {
    let inside = path.ancestors().take_while(|ancestor| *ancestor != workspace.root());
    for ancestor in inside {
        if std::fs::symlink_metadata(ancestor).is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(WorkspaceFault::IsALink { file: workspace.display(ancestor) }.error());
        }
    }
    Ok(())
}

/// A file that is removed when it is dropped, unless it was renamed away.
struct TemporaryFile {
    path: PathBuf,
    file: File,
}

impl TemporaryFile {
    fn create(workspace: &Workspace, provenance: &Provenance) -> Result<Self> {
        let folder = workspace.state_folder().join("tmp");
        let path = folder.join(format!("{}-{}.parquet", provenance.dataset, provenance.year));
        refuse_links(workspace, &path)?;
        let create = || {
            std::fs::create_dir_all(&folder)?;
            // The lock is ours, so a file of this name was left by a process that died.
            OpenOptions::new().create(true).truncate(true).write(true).open(&path)
        };
        let file = create().map_err(|cause| unwritable(&workspace.display(&path), cause))?;
        Ok(Self { path, file })
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // After the rename there is nothing to remove; a failure here has no one to tell.
        let _removed = std::fs::remove_file(&self.path);
    }
}

enum WriteFault {
    Io(std::io::Error),
    Parquet(Box<dyn std::error::Error + Send + Sync>),
}

fn write_parquet(temporary: &TemporaryFile, publication: &Publication<'_>) -> Result<(), WriteFault> {
    let foreign = |cause: Box<dyn std::error::Error + Send + Sync>| WriteFault::Parquet(cause);
    let batch = sort_rows(publication).map_err(|cause| foreign(cause.into()))?;
    let text = serde_json::to_string(publication.provenance).map_err(|cause| foreign(cause.into()))?;
    let level = ZstdLevel::try_new(3).map_err(|cause| foreign(cause.into()))?;
    let properties = WriterProperties::builder()
        .set_created_by("cchc".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(vec![KeyValue::new(PROVENANCE_KEY.to_owned(), text)]))
        .build();
    let mut writer = ArrowWriter::try_new(&temporary.file, batch.schema(), Some(properties))
        .map_err(|cause| foreign(cause.into()))?;
    writer.write(&batch).map_err(|cause| foreign(cause.into()))?;
    writer.close().map_err(|cause| foreign(cause.into()))?;
    temporary.file.sync_all().map_err(WriteFault::Io)
}

/// Orders the rows by the contract's columns, then as they stood in the exports.
fn sort_rows(publication: &Publication<'_>) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let batch = publication.batch;
    let column = |values: ArrayRef| SortColumn { values, options: None };
    let mut columns: Vec<SortColumn> = publication
        .sort
        .iter()
        .filter_map(|name| batch.column_by_name(name))
        .map(|values| column(Arc::clone(values)))
        .collect();
    let order = UInt64Array::from_iter_values(0..batch.num_rows() as u64);
    columns.push(column(Arc::new(order)));
    take_record_batch(batch, &lexsort_to_indices(&columns, None)?)
}

/// A former file that is kept.
struct Former {
    revision: String,
    path: PathBuf,
    is_new: bool,
}

/// Keeps the file that stands in place as a revision, if one does.
fn keep_former(workspace: &Workspace, provenance: &Provenance, target: &Path) -> Result<Option<Former>> {
    if !target.exists() {
        return Ok(None);
    }
    let shown = workspace.display(target);
    // A file that someone else put there is kept under the hash of its bytes; its words are not
    // trusted to name a path.
    let is_revision = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let revision = if let Some(known) = read_provenance(target).ok().map(|f| f.revision).filter(is_revision) {
        known
    } else {
        let bytes = std::fs::read(target).map_err(|cause| unwritable(&shown, cause))?;
        hex(&Sha256::digest(bytes)).chars().take(12).collect()
    };
    let kept = revision_file(workspace, &provenance.dataset, provenance.year, &revision);
    refuse_links(workspace, &kept)?;
    let is_new = !kept.exists();
    let keep = || -> std::io::Result<()> {
        if let Some(folder) = kept.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if is_new && std::fs::hard_link(target, &kept).is_err() {
            std::fs::copy(target, &kept)?;
        }
        Ok(())
    };
    keep().map_err(|cause| unwritable(&workspace.display(&kept), cause))?;
    Ok(Some(Former { revision, path: kept, is_new }))
}

fn put_in_place(workspace: &Workspace, temporary: &Path, target: &Path) -> Result<()> {
    let Some(folder) = target.parent() else { return Ok(()) };
    let is_new = !folder.exists();
    let place = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::rename(temporary, target)?;
        sync_folder(folder)
    };
    place().map_err(|cause| {
        if is_new {
            // Removes the folder only while it is empty, so that no empty year stays behind.
            let _removed = std::fs::remove_dir(folder);
        }
        unwritable(&workspace.display(target), cause)
    })
}

/// Makes a rename survive a power cut; Windows has no such call and journals names itself.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn open_history(workspace: &Workspace) -> Result<File> {
    let path = workspace.state_folder().join("history.jsonl");
    refuse_links(workspace, &path)?;
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    opened.map_err(|cause| unwritable(&workspace.display(&path), cause))
}

fn append_history(history: &mut File, line: &HistoryLine) -> std::io::Result<()> {
    let text = serde_json::to_string(line)? + "\n";
    history.write_all(text.as_bytes())?;
    history.sync_all()
}
