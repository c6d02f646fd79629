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
    match std::fs::read(&file) {
        Ok(key) if key.len() == KEY_BYTES => Ok(key),
        Ok(_) => Err(TerminalFault::DamagedKey { file: shown.clone() }.error().at(Place::file(&shown))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && dry_run => Ok(vec![0; KEY_BYTES]),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_key(&file).map_err(|cause| unwritable(&shown, cause))
        }
        Err(error) => Err(unreadable(&shown, error)),
    }
}

fn key_file() -> Result<PathBuf> {
    let folders = ProjectDirs::from("", "", "cchc").ok_or_else(|| TerminalFault::NoHome.error())?;
    Ok(folders.data_local_dir().join("applicant.key"))
}

fn make_key(file: &Path) -> io::Result<Vec<u8>> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut key = vec![0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let mut written = create_private(file)?;
    written.write_all(&key)?;
    written.sync_all()?;
    Ok(key)
}

/// Makes a file that only its owner may read; an existing one is never replaced.
fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}
