//! Puts a finished file in the place of a year, and keeps the file that stood there.
//!
//! Everything that touches the paths of a workspace stands here, so that links, half-written files
//! and stray folders are dealt with once.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::files::hash_file;
use super::provenance::read_provenance;
use crate::error::Result;
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

/// Tells whether a text may name a revision; what stands in a file is not trusted to name a path.
pub(super) fn is_revision(text: &str) -> bool {
    text.len() == REVISION_LETTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Renames a finished file over the file of a year.
pub(super) fn put_in_place(workspace: &Workspace, temporary: &TemporaryFile, target: &Path) -> Result<()> {
    let Some(folder) = target.parent() else { return Ok(()) };
    let is_new = !folder.exists();
    let place = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::rename(temporary.path(), target)?;
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

/// Removes the file of a year and its folder.
pub(super) fn take_away(workspace: &Workspace, target: &Path) -> Result<()> {
    std::fs::remove_file(target).map_err(|cause| unwritable(&workspace.display(target), cause))?;
    if let Some(folder) = target.parent() {
        // A folder in which someone else put a file stays.
        let _removed = std::fs::remove_dir(folder);
    }
    Ok(())
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
