//! Turns keys into files of the user's cache folder, the least recently used of which go first.
//!
//! A file is written beside its place and renamed, so that readers see all of it or nothing; what a killed
//! process leaves is swept. A folder that cannot be used keeps nothing, which costs time and no answer.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::key::{Key, hash_hex};
use super::values::{self, Kept};

/// A file that changed this recently may change again without its time changing.
const SETTLED_AFTER: Duration = Duration::from_secs(2);
/// How exact the time of the last use is.
const USED_WITHIN: Duration = Duration::from_mins(10);
/// After this long nobody writes a file that has not been renamed.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);
/// How much of the limit may be written before the sizes are added up again.
const SWEEP_PART: u64 = 64;

/// The version of a file, as the operating system tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The length.
    pub(super) bytes: u64,
    modified: SystemTime,
    identity: u64,
}

impl Stamp {
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(file)?;
        let (bytes, modified) = (metadata.len(), metadata.modified()?);
        Ok(Self { bytes, modified, identity: identify(&metadata) })
    }

    fn is_settled(&self) -> bool {
        self.modified.elapsed().is_ok_and(|age| age > SETTLED_AFTER)
    }
}

#[cfg(unix)]
fn identify(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// The time of creation tells a renamed file from the one before it.
#[cfg(windows)]
fn identify(metadata: &fs::Metadata) -> u64 {
    std::os::windows::fs::MetadataExt::creation_time(metadata)
}

/// The folder of kept aggregates.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    limit: u64,
    written: AtomicU64,
    count: AtomicU64,
}

impl Folder {
    pub(super) fn new(root: PathBuf, limit: u64) -> Self {
        // As if the limit had been written, so that the first file of a process sweeps.
        Self { root, limit, written: AtomicU64::new(limit), count: AtomicU64::new(0) }
    }

    /// Hashes a file's bytes; a version that was hashed before is not read again.
    ///
    /// # Errors
    /// If it cannot be read, or changes meanwhile.
    pub(super) fn content(&self, file: &Path, stamp: &Stamp) -> io::Result<String> {
        let name = hash_hex(format!("{} {stamp:?}", file.canonicalize()?.display()).as_bytes());
        let known = self.root.join("contents").join(name);
        if let Ok(text) = fs::read_to_string(&known)
            && text.len() == 64
        {
            touch(&known);
            return Ok(text);
        }
        let content = hash_file(file)?;
        if Stamp::read(file)? != *stamp {
            return Err(io::Error::other("the file changed while it was read"));
        }
        if stamp.is_settled() {
            self.write(&known, content.as_bytes());
        }
        Ok(content)
    }

    /// Reads what is kept under a key.
    pub(super) fn load(&self, key: &Key) -> Option<Kept> {
        let file = self.file(key);
        let kept = values::read(&fs::read(&file).ok()?)?;
        touch(&file);
        Some(kept)
    }

    /// Keeps bytes under a key.
    pub(super) fn keep(&self, key: &Key, bytes: &[u8]) {
        self.write(&self.file(key), bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let before = self.written.fetch_add(length, Ordering::Relaxed);
        if before.saturating_add(length) >= self.limit / SWEEP_PART {
            self.written.store(0, Ordering::Relaxed);
            self.sweep();
        }
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.root.join("kept").join(&key.content).join(&key.fragment)
    }

    /// Writes a file whole or not at all; failing costs nothing but time later.
    fn write(&self, file: &Path, bytes: &[u8]) {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.root.join(format!("unfinished-{}-{number}", std::process::id()));
        let written = make_folders(&self.root, file)
            .and_then(|()| fs::write(&unfinished, bytes))
            .and_then(|()| fs::rename(&unfinished, file));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
    }

    /// Removes what was used longest ago until the limit holds, and what killed processes left.
    fn sweep(&self) {
        let mut files = Vec::new();
        list_files(&self.root, &mut files);
        let mut total = 0;
        files.retain(|(path, used, bytes)| {
            let is_unfinished = path.parent() == Some(&self.root);
            let age = used.elapsed().unwrap_or_default();
            if is_unfinished && age > ABANDONED_AFTER {
                let _ = fs::remove_file(path);
            }
            total += bytes;
            !is_unfinished
        });
        files.sort_by_key(|(_, used, _)| *used);
        for (path, _, bytes) in files {
            if total <= self.limit {
                break;
            }
            if fs::remove_file(&path).is_ok() {
                total -= bytes;
                // Only an empty folder goes.
                let _ = path.parent().map(fs::remove_dir);
            }
        }
    }
}

/// Makes the folder of a file; only its owner may look into the root.
fn make_folders(root: &Path, file: &Path) -> io::Result<()> {
    if !root.is_dir() {
        fs::create_dir_all(root)?;
        #[cfg(unix)]
        fs::set_permissions(root, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    }
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Bytes that are hashed as one block.
const BLOCK: u64 = 8 << 20;

/// Hashes the blocks of a file side by side, then their hashes: to know a new year must not cost as much as
/// to scan it.
fn hash_file(file: &Path) -> io::Result<String> {
    let length = fs::metadata(file)?.len();
    let blocks = length.div_ceil(BLOCK).max(1);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = u64::try_from(threads).unwrap_or(1).min(blocks);
    let hash_share = |first: u64| -> io::Result<Vec<(u64, blake3::Hash)>> {
        let mut file = File::open(file)?;
        let mut bytes = Vec::new();
        let mut hashes = Vec::new();
        let mut index = first;
        while index < blocks {
            file.seek(SeekFrom::Start(index * BLOCK))?;
            bytes.clear();
            file.by_ref().take(BLOCK).read_to_end(&mut bytes)?;
            hashes.push((index, blake3::hash(&bytes)));
            index += threads;
        }
        Ok(hashes)
    };
    let shares: io::Result<Vec<_>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(move || hash_share(first))).collect();
        let died = || io::Error::other("a thread died");
        running.into_iter().map(|thread| thread.join().map_err(|_| died())?).collect()
    });
    let mut hashes: Vec<(u64, blake3::Hash)> = shares?.into_iter().flatten().collect();
    hashes.sort_by_key(|(index, _)| *index);
    let mut whole = blake3::Hasher::new();
    whole.update(&length.to_le_bytes());
    for (_, hash) in &hashes {
        whole.update(hash.as_bytes());
    }
    Ok(whole.finalize().to_hex().to_string())
}

/// Notes that a file was used.
fn touch(file: &Path) {
    let now = SystemTime::now();
    let used = fs::metadata(file).and_then(|metadata| metadata.modified());
    if used.is_ok_and(|used| now.duration_since(used).is_ok_and(|age| age > USED_WITHIN)) {
        let _ = File::options().append(true).open(file).and_then(|file| file.set_modified(now));
    }
}

/// Lists files with the time of their last use and their length.
fn list_files(folder: &Path, files: &mut Vec<(PathBuf, SystemTime, u64)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            list_files(&entry.path(), files);
        } else if let Ok(used) = metadata.modified() {
            files.push((entry.path(), used, metadata.len()));
        }
    }
}
