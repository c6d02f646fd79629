//! Turns a folder into one that an executor works in: its own, empty at the start, and emptied at the end.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::messages::ClusterFault;
use crate::workspace::unwritable;

/// The rows between tasks, and of results until they are fetched.
const ROWS: &str = "rows";
/// What does not fit into memory.
const SPILL: &str = "spill";
/// The file whose lock says that the folder is in use.
const LOCK: &str = "lock";

/// The folder of an executor that runs.
#[derive(Debug)]
pub(super) struct WorkFolder {
    path: PathBuf,
    /// Held as long as the folder is used; the system lets go of it however the process ends.
    _lock: File,
    is_own: bool,
}

impl WorkFolder {
    /// Takes a folder, or makes one for this run, and deletes what an earlier executor has left there; other files in it stay.
    ///
    /// # Errors
    /// If another executor uses it, or it cannot be written to.
    pub(super) fn take(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => crate::remote::make_folder("cchc-executor")
                .map_err(|cause| unwritable(&std::env::temp_dir().display().to_string(), cause))?,
        };
        let failed = |cause| unwritable(&path.display().to_string(), cause);
        std::fs::create_dir_all(&path).map_err(failed)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join(LOCK));
        let lock = lock.map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Error::new(ClusterFault::FolderInUse { folder: path.display().to_string() })
            }
            TryLockError::Error(cause) => failed(cause),
        })?;
        for part in [ROWS, SPILL] {
            renew(&path.join(part)).map_err(failed)?;
        }
        Ok(Self { path, _lock: lock, is_own: named.is_none() })
    }

    /// Returns the folder for rows.
    pub(super) fn rows(&self) -> PathBuf {
        self.path.join(ROWS)
    }

    /// Returns the folder for what does not fit into memory.
    pub(super) fn spill(&self) -> PathBuf {
        self.path.join(SPILL)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // What cannot be deleted now is when an executor next begins here.
        let _deleted = std::fs::remove_dir_all(self.rows());
        let _deleted = std::fs::remove_dir_all(self.spill());
        if self.is_own {
            let _deleted = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a folder that is empty, and that nobody else may look into.
fn renew(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_executor_has_left_goes_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("rows/7Q2/1")).unwrap();
        std::fs::write(at("rows/7Q2/1/data"), "x").unwrap();
        std::fs::write(at("notes.txt"), "x").unwrap();
        let taken = WorkFolder::take(Some(folder.path())).unwrap();
        assert!(taken.rows().is_dir() && !at("rows/7Q2").exists() && at("notes.txt").exists());
        assert!(WorkFolder::take(Some(folder.path())).is_err());
        drop(taken);
        assert!(!at("rows").exists() && at("notes.txt").exists());
        WorkFolder::take(Some(folder.path())).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_this_run_is_nobody_elses_and_goes_with_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let taken = WorkFolder::take(None).unwrap();
        let path = taken.path.clone();
        for folder in [&path, &taken.rows(), &taken.spill()] {
            let mode = std::fs::metadata(folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
        }
        drop(taken);
        assert!(!path.exists());
    }
}
