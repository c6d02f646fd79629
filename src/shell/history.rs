//! Finds where the shell keeps what was typed: the user's own state folder, never the current one.

use std::io;
use std::path::PathBuf;

use directories::ProjectDirs;

/// Returns the file of the history and makes its folder.
///
/// `$XDG_STATE_HOME/cchc/history` on Linux, the local application data folder elsewhere.
pub(super) fn history_file() -> io::Result<PathBuf> {
    let folders = ProjectDirs::from("", "", "cchc")
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
    std::fs::create_dir_all(folder)?;
    Ok(folder.join("history"))
}
