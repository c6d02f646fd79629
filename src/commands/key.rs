//! Finds the key of personal hashes, which lies outside every workspace, and makes it once.
//!
//! Whoever has both the workspace and the key can try out identity numbers; whoever has only the
//! workspace cannot. Losing the key means that people of later imports no longer match earlier ones.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::{Explain as _, Place, Result};
use crate::messages::TerminalFault;
use crate::workspace::{unreadable, unwritable};

/// Bytes of a key: the block of SHA-256's security.
const KEY_BYTES: usize = 32;

/// Reads the user's key; makes it if there is none, unless nothing may be written.
///
/// # Errors
/// If the user's data folder cannot be used.
pub(super) fn read_key(dry_run: bool) -> Result<Vec<u8>> {
    let file = key_file()?;
    let shown = file.display().to_string();
    let read = match std::fs::read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && dry_run => return Ok(vec![0; KEY_BYTES]),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_key(&file).map_err(|cause| unwritable(&shown, cause))?;
            std::fs::read(&file)
        }
        other => other,
    };
    match read {
        Ok(key) if key.len() == KEY_BYTES => Ok(key),
        Ok(_) => Err(TerminalFault::DamagedKey { file: shown.clone() }.error().at(Place::file(&shown))),
        Err(error) => Err(unreadable(&shown, error)),
    }
}

fn key_file() -> Result<PathBuf> {
    let folders = ProjectDirs::from("", "", "cchc").ok_or_else(|| TerminalFault::NoHome.error())?;
    Ok(folders.data_local_dir().join("applicant.key"))
}

/// Makes the key beside its place and links it there, so that it is never seen half-written.
///
/// Of two processes that do so at once one wins, and what stands in place is its key.
fn make_key(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut key = vec![0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| io::Error::other(error.to_string()))?;
    let beside = file.with_file_name(format!(".{:016x}.part", u64::from_le_bytes(name)));
    let written = create_private(&beside).and_then(|mut part| {
        part.write_all(&key)?;
        part.sync_all()
    });
    let linked = written.and_then(|()| place_key(&beside, file));
    let _removed = std::fs::remove_file(&beside);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Puts the finished file in its place, unless another one stands there.
fn place_key(beside: &Path, file: &Path) -> io::Result<()> {
    match std::fs::hard_link(beside, file) {
        // Some file systems have no links; there the time without a whole key is a few microseconds.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            let key = std::fs::read(beside)?;
            let mut placed = create_private(file)?;
            placed.write_all(&key)?;
            placed.sync_all()
        }
        other => other,
    }
}

/// Makes a file that only its owner may read; an existing one is never replaced.
fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::make_key;

    #[test]
    fn processes_that_make_the_key_at_once_agree_on_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cchc/applicant.key");
        let make = || {
            make_key(&file).unwrap();
            std::fs::read(&file).unwrap()
        };
        let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && key.len() == super::KEY_BYTES));
        assert_eq!(std::fs::read_dir(folder.path().join("cchc")).unwrap().count(), 1);
    }
}
