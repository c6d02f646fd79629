//! Puts a finished file in the place of a year, and keeps the file that stood there.
//!
//! Everything that touches the paths of a workspace stands here, so that links, half-written files
//! and stray folders are dealt with once.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::files::{create_folder, hash_file, sync_folder};
use super::provenance::read_provenance;
use crate::error::{Error, Place, Result};
use crate::messages::StoreFault;
use crate::workspace::{Workspace, unreadable, unwritable};

/// How many hexadecimal digits name a revision.
const REVISION_LETTERS: usize = 12;

/// Returns the path at which a former file of a year is kept.
pub fn revision_file(workspace: &Workspace, dataset: &str, year: i32, revision: &str) -> PathBuf {
    let folder = workspace.state_folder().join("revisions").join(dataset).join(year.to_string());
    folder.join(format!("{revision}.parquet"))
}

/// Lists the kept revisions of a year, in order of name.
///
/// # Errors
/// If the folder is there and cannot be read.
pub fn revisions(workspace: &Workspace, dataset: &str, year: i32) -> Result<Vec<String>> {
    let file = revision_file(workspace, dataset, year, "x");
    let Some(folder) = file.parent() else { return Ok(Vec::new()) };
    let names = list_folder(workspace, folder)?.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        name.strip_suffix(".parquet").map(str::to_owned)
    });
    Ok(names.collect())
}

/// Lists a folder in order of name; one that does not exist is empty.
///
/// # Errors
/// If the folder cannot be read.
pub(super) fn list_folder(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        paths.sort_unstable();
        Ok(paths)
    };
    match read() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|cause| unreadable(&workspace.display(folder), cause)),
    }
}

/// Returns the folder of unfinished files, which only the holder of the lock writes to.
pub(super) fn temporary_folder(workspace: &Workspace) -> PathBuf {
    workspace.state_folder().join("tmp")
}

/// A file that is removed when it is dropped, unless it was put in place.
pub(super) struct TemporaryFile {
    path: PathBuf,
    file: File,
}

impl TemporaryFile {
    /// Creates the file in a folder on the workspace's own file system, so that a rename is possible.
    pub(super) fn create(workspace: &Workspace, dataset: &str, year: i32) -> Result<Self> {
        let folder = temporary_folder(workspace);
        let path = folder.join(format!("{dataset}-{year}.parquet"));
        workspace.refuse_links(&path)?;
        let create = || {
            std::fs::create_dir_all(&folder)?;
            // The lock is ours, so a file of this name was left by a process that died.
            OpenOptions::new().create(true).truncate(true).write(true).open(&path)
        };
        let file = create().map_err(|cause| unwritable(&workspace.display(&path), cause))?;
        Ok(Self { path, file })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // After the rename there is nothing to remove; a failure here has no one to tell.
        let _removed = std::fs::remove_file(&self.path);
        // The folder goes too, unless something else lies in it.
        let _emptied = self.path.parent().map(std::fs::remove_dir);
    }
}

/// A former file that is kept.
pub(super) struct Former {
    /// Which revision it is.
    pub(super) revision: String,
    /// Where it is kept.
    pub(super) path: PathBuf,
    /// Whether it was not kept before.
    pub(super) is_new: bool,
}

/// Keeps the file that stands in place as a revision, if one does.
///
/// It is kept under its own revision, so that users find it by what the history told them. A file
/// that is not what was published under that name is kept under the hash of its bytes, so that it
/// can never be taken for the revision; `next` is the revision that takes its place.
pub(super) fn keep_former(
    workspace: &Workspace,
    dataset: &str,
    year: i32,
    target: &Path,
    next: Option<&str>,
) -> Result<Option<Former>> {
    if !target.exists() {
        return Ok(None);
    }
    let hash = hash_file(workspace, target)?;
    let known = read_provenance(workspace, target).ok().map(|found| found.revision);
    let own = known.filter(|known| is_revision(known) && next != Some(known.as_str()));
    let own_is_free = |name: &String| -> Result<bool> {
        let kept = revision_file(workspace, dataset, year, name);
        Ok(!kept.exists() || hash_file(workspace, &kept)? == hash)
    };
    let revision = match own {
        Some(own) if own_is_free(&own)? => own,
        _ => hash.chars().take(REVISION_LETTERS).collect(),
    };
    let kept = revision_file(workspace, dataset, year, &revision);
    workspace.refuse_links(&kept)?;
    let is_new = !kept.exists();
    if is_new {
        keep_file(target, &kept).map_err(|cause| {
            // Half a copy must not be taken for the revision.
            let _removed = std::fs::remove_file(&kept);
            unwritable(&workspace.display(&kept), cause)
        })?;
    }
    Ok(Some(Former { revision, path: kept, is_new }))
}

/// Gives a file a second name that survives a power cut; a copy where the disk knows no second names.
fn keep_file(file: &Path, kept: &Path) -> std::io::Result<()> {
    let Some(folder) = kept.parent() else { return Ok(()) };
    create_folder(folder)?;
    if std::fs::hard_link(file, kept).is_err() {
        std::fs::copy(file, kept)?;
        File::options().write(true).open(kept)?.sync_all()?;
    }
    sync_folder(folder)
}

/// Tells whether a text may name a revision; what stands in a file is not trusted to name a path.
pub(super) fn is_revision(text: &str) -> bool {
    text.len() == REVISION_LETTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a change of names is known to survive a power cut.
///
/// A change that was made and could not be synced is seen by everybody, so it is not undone: the
/// history tells it, and then the user hears that the disk did not confirm it.
#[must_use]
pub(super) struct Placed {
    unsynced: Option<std::io::Error>,
}

impl Placed {
    /// Complains of a change that the disk did not confirm.
    pub(super) fn confirm(self, workspace: &Workspace, target: &Path) -> Result<()> {
        let Some(cause) = self.unsynced else { return Ok(()) };
        let file = workspace.display(target);
        Err(Error::new(StoreFault::NotConfirmed { file: file.clone() })
            .at(Place::file(file))
            .caused_by(cause))
    }
}

/// Renames a finished file over the file of a year.
pub(super) fn put_in_place(
    workspace: &Workspace,
    temporary: &TemporaryFile,
    target: &Path,
) -> Result<Placed> {
    let Some(folder) = target.parent() else { return Ok(Placed { unsynced: None }) };
    let is_new = !folder.exists();
    let place = || create_folder(folder).and_then(|()| std::fs::rename(temporary.path(), target));
    place().map_err(|cause| {
        if is_new {
            // Removes the folder only while it is empty, so that no empty year stays behind.
            let _removed = std::fs::remove_dir(folder);
        }
        unwritable(&workspace.display(target), cause)
    })?;
    Ok(Placed { unsynced: sync_folder(folder).err() })
}

/// Removes the file of a year and its folder.
pub(super) fn take_away(workspace: &Workspace, target: &Path) -> Result<Placed> {
    std::fs::remove_file(target).map_err(|cause| unwritable(&workspace.display(target), cause))?;
    let Some(folder) = target.parent() else { return Ok(Placed { unsynced: None }) };
    // A folder in which someone else put a file stays, and then its own names are what changed.
    let changed = match std::fs::remove_dir(folder) {
        Ok(()) => folder.parent().unwrap_or(folder),
        Err(_) => folder,
    };
    Ok(Placed { unsynced: sync_folder(changed).err() })
}
