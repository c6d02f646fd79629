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
        .and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|cause| {
        let _ = std::fs::remove_file(&beside);
        unwritable(shown, cause)
    })
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
