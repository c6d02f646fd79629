//! Turns a text file into runs of its bytes, read wherever they are needed.
//!
//! The file stays open from the first look to the last row, and a file that somebody saves in
//! between is noticed, so that an import never mixes two versions of an export.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::contract::hex;
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;
use crate::progress::Progress;
use crate::workspace::unreadable;

/// Bytes that are hashed at once.
const HASHED_BYTES: usize = 1 << 18;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of a text, on disk or in memory.
#[derive(Debug)]
pub(super) struct TextFile {
    name: String,
    bytes: Bytes,
    start: u64,
}

#[derive(Debug)]
enum Bytes {
    Disk { file: File, opened: Stamp },
    Memory(Vec<u8>),
}

/// Finds the end of a byte-order mark.
fn find_start(bytes: &[u8]) -> u64 {
    if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() as u64 } else { 0 }
}

/// What changes when a file is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl TextFile {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn on_disk(name: &str, path: &Path) -> Result<Self> {
        let open = || {
            let file = File::open(path)?;
            let opened = Stamp::of(&file)?;
            Ok(Bytes::Disk { file, opened })
        };
        let bytes = open().map_err(|cause| unreadable(name, cause))?;
        let mut text = Self { name: name.to_owned(), bytes, start: 0 };
        text.start = find_start(&text.read(0, BYTE_ORDER_MARK.len())?);
        Ok(text)
    }

    /// Takes a text that was unpacked or decoded.
    pub(super) fn in_memory(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), start: find_start(&bytes), bytes: Bytes::Memory(bytes) }
    }

    /// Returns the number of bytes.
    pub(super) fn length(&self) -> u64 {
        match &self.bytes {
            Bytes::Disk { opened, .. } => opened.length,
            Bytes::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Computes the SHA-256 of all bytes, in hexadecimal; `progress` hears of each that is read.
    pub(super) fn hash(&self, progress: &dyn Progress) -> Result<String> {
        let mut hasher = Sha256::new();
        let (mut at, mut bytes) = (0, Vec::new());
        loop {
            self.read_into(at, HASHED_BYTES, &mut bytes)?;
            if bytes.is_empty() {
                return Ok(hex(&hasher.finalize()));
            }
            hasher.update(&bytes);
            at += bytes.len() as u64;
            progress.advance(bytes.len() as u64);
        }
    }

    /// Returns the path as the user gave it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns where the text begins, behind a byte-order mark.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Reads up to `most` bytes from `at` on; fewer only at the end.
    pub(super) fn read(&self, at: u64, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(at, most, &mut bytes)?;
        Ok(bytes)
    }

    /// Does the same in the memory of bytes that are not needed any more: fresh memory for every block of a long text
    /// costs as much as reading it.
    pub(super) fn read_into(&self, at: u64, most: usize, bytes: &mut Vec<u8>) -> Result<()> {
        match &self.bytes {
            Bytes::Disk { file, opened } => {
                let left = usize::try_from(opened.length.saturating_sub(at)).unwrap_or(usize::MAX);
                // What stood there is written over, so that nothing need be filled with zeros.
                bytes.resize(most.min(left), 0);
                let length = read_range(file, at, bytes).map_err(|cause| unreadable(&self.name, cause))?;
                bytes.truncate(length);
            }
            Bytes::Memory(all) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(all.len());
                let to = from.saturating_add(most).min(all.len());
                bytes.clear();
                bytes.extend_from_slice(all.get(from..to).unwrap_or_default());
            }
        }
        Ok(())
    }

    /// Reads bytes that were there when the file was opened.
    ///
    /// # Errors
    /// [`SourceFault::Changed`] if the file was saved since.
    pub(super) fn read_unchanged(&self, at: u64, length: usize, bytes: &mut Vec<u8>) -> Result<()> {
        self.read_into(at, length, bytes)?;
        let is_same = match &self.bytes {
            Bytes::Disk { file, opened } => Stamp::of(file).is_ok_and(|now| now == *opened),
            Bytes::Memory(_) => true,
        };
        if is_same && bytes.len() == length { Ok(()) } else { Err(self.changed()) }
    }

    /// Says that the file was saved while it was read.
    pub(super) fn changed(&self) -> Error {
        Error::new(SourceFault::Changed).at(Place::file(&self.name))
    }
}

/// Reads bytes from `at` on, whatever other threads read from the file meanwhile; returns how many there are.
fn read_range(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, at + length as u64) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(length)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}
