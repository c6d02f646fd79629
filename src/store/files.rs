//! Turns bytes into files that are never seen half-written.
use std::io::Write as _;
use std::path::Path;

use crate::error::Result;
use crate::workspace::unwritable;

/// Writes a file so that it is never seen half-written: beside it, synced, then renamed over it.
///
/// # Errors
/// If the folder cannot be written; nothing is left behind.
pub fn replace_file(file: &Path, bytes: &[u8]) -> Result<()> {
    let shown = file.display().to_string();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::File::create(&beside)
        .and_then(|mut part| part.write_all(bytes).and_then(|()| part.sync_all()))
        .and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|cause| {
        let _ = std::fs::remove_file(&beside);
        unwritable(&shown, cause)
    })
}
