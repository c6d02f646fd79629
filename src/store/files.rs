//! Turns bytes into files that are never seen half-written, and files into the hash of their bytes.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::contract::hex;
use crate::error::Result;
use crate::workspace::{Workspace, unreadable, unwritable};

/// Writes a file so that it is never seen half-written: beside it, synced, then renamed over it.
///
/// `shown` is how errors name it.
///
/// # Errors
/// If the folder cannot be written; nothing is left behind.
pub fn replace_file(file: &Path, shown: &str, bytes: &[u8]) -> Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut part| part.write_all(bytes).and_then(|()| part.sync_all()))
        .and_then(|()| std::fs::rename(&beside, file))
        .and_then(|()| sync_folder(folder_of(file)));
    written.map_err(|cause| {
        let _ = std::fs::remove_file(&beside);
        unwritable(shown, cause)
    })
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a folder survive a power cut; Windows has no such call and journals names itself.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
pub(super) fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Creates a folder and what is missing above it, each name synced.
pub(super) fn create_folder(folder: &Path) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|path| !path.exists()).collect();
    std::fs::create_dir_all(folder)?;
    missing.iter().rev().filter_map(|path| path.parent()).try_for_each(sync_folder)
}

/// Returns the SHA-256 of a file's bytes, in hexadecimal.
pub(super) fn hash_file(workspace: &Workspace, path: &Path) -> Result<String> {
    let hash = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let mut hasher = Sha256::new();
        let mut block = vec![0; 1 << 16];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(hex(&hasher.finalize())),
                read => hasher.update(&block[..read]),
            }
        }
    };
    hash().map_err(|cause| unreadable(&workspace.display(path), cause))
}
