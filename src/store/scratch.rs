//! Gives an import a private place on disk for what does not fit into memory.
//!
//! Rows on their way to a year can hold anything, so the folder belongs to its user alone and goes
//! away with its owner. A process that was killed cannot clean up: its lock is free then, and the
//! next import removes what it left.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::workspace::{Workspace, unwritable};

/// Names tried before the folder counts as unusable.
const MOST_NAMES: u32 = 1000;

/// A folder for temporary files that exists once it is needed.
#[derive(Debug)]
pub struct Scratch {
    parent: PathBuf,
    folder: Option<Folder>,
    files: u32,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Scratch {
    /// Plans a folder in a workspace, on the same disk as its data.
    pub fn in_workspace(workspace: &Workspace) -> Self {
        Self::under(workspace.state_folder().join("tmp"))
    }

    /// Plans a folder in the system's place for temporary files, for what is not imported.
    pub fn in_system() -> Self {
        Self::under(std::env::temp_dir())
    }

    pub(super) fn under(parent: PathBuf) -> Self {
        Self { parent, folder: None, files: 0 }
    }

    /// Names a new file.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new_file(&mut self) -> Result<PathBuf> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::create(&self.parent).map_err(|cause| self.unwritable(cause))?,
        };
        self.files += 1;
        let path = folder.path.join(self.files.to_string());
        self.folder = Some(folder);
        Ok(path)
    }

    /// Says that the folder cannot be written.
    pub fn unwritable(&self, cause: io::Error) -> Error {
        unwritable(&self.parent.display().to_string(), cause)
    }
}

impl Folder {
    fn create(parent: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(parent)?;
        remove_abandoned(parent)?;
        for number in 0..MOST_NAMES {
            let name = format!("cchc-{}-{number}", std::process::id());
            let lock = parent.join(format!("{name}.lock"));
            let held = match OpenOptions::new().create_new(true).write(true).open(&lock) {
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            held.lock()?;
            let path = parent.join(name);
            create_private(&path)?;
            return Ok(Self { path, lock, _held: held });
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next import; there is no one to tell.
        let _removed = std::fs::remove_dir_all(&self.path).and_then(|()| std::fs::remove_file(&self.lock));
    }
}

/// Removes the folders of processes that died.
fn remove_abandoned(parent: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(parent)? {
        let lock = entry?.path();
        let name = lock.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("cchc-") || lock.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let is_free = File::open(&lock).is_ok_and(|file| file.try_lock().is_ok());
        if is_free {
            // In a folder shared with other users this may not be ours to remove.
            let _gone = std::fs::remove_dir_all(lock.with_extension(""));
            let _gone = std::fs::remove_file(&lock);
        }
    }
    Ok(())
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

#[cfg(test)]
mod tests {
    use super::Scratch;

    fn names(folder: &std::path::Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_folder_is_private_and_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::under(parent.path().join("tmp"));
        assert!(!parent.path().join("tmp").exists());
        let file = scratch.new_file().unwrap();
        std::fs::write(&file, "x").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(file.parent().unwrap()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        drop(scratch);
        assert!(names(&parent.path().join("tmp")).is_empty());
    }

    #[test]
    fn what_a_dead_process_left_is_removed_and_what_a_living_one_uses_stays() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::create_dir(parent.path().join("cchc-1-0")).unwrap();
        std::fs::write(parent.path().join("cchc-1-0/1"), "x").unwrap();
        std::fs::write(parent.path().join("cchc-1-0.lock"), "").unwrap();
        std::fs::write(parent.path().join("other.lock"), "").unwrap();
        let mut living = Scratch::under(parent.path().to_owned());
        living.new_file().unwrap();
        let mut next = Scratch::under(parent.path().to_owned());
        next.new_file().unwrap();
        let own = |number: u32| format!("cchc-{}-{number}", std::process::id());
        let wanted =
            [own(0), format!("{}.lock", own(0)), own(1), format!("{}.lock", own(1)), "other.lock".to_owned()];
        assert_eq!(names(parent.path()), wanted);
    }
}
