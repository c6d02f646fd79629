//! Turns a workspace in an object store into a folder, and a year that was imported there into an object.
//!
//! Contracts, queries and charts are small texts, which many modules read; so they are copied into a folder of
//! this process, and copied again where the store lists another version. Of a year only the end of its file is
//! copied, which says what the file holds; the rest is a hole. Rows are read from the store itself, range by
//! range, by the engine. Publishing is one conditional put on the year's one key: of two imports one wins, and
//! the other one is told.

mod credentials;
mod quiet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use datafusion::object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use datafusion::object_store::client::SpawnedReqwestConnector;
use datafusion::object_store::path::Path;
use datafusion::object_store::prefix::PrefixStore;
use datafusion::object_store::{
    self, BackoffConfig, ClientConfigKey, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _,
    PutMode, PutOptions, RetryConfig, UpdateVersion,
};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::runtime::{Builder, Runtime};

use self::credentials::{Credentials, variable};
use self::quiet::Quiet;
use crate::error::{Error, Explain as _, Result};
use crate::messages::RemoteFault;

pub use self::quiet::{GAP_BYTES, NAME};

/// The scheme of addresses.
pub const SCHEME: &str = "s3://";
/// How many objects are fetched at once.
const AT_ONCE: usize = 16;
/// The part of a year's file that is fetched to find its end.
const TAIL_BYTES: u64 = 64 << 10;
/// How much of a year is held in memory at once while it is copied.
const PIECE_BYTES: u64 = 8 << 20;
/// The longest that a request may take, sending and receiving included: a year is large, and lines are slow. A store
/// that sends nothing meanwhile is given up much sooner (`quiet`).
const LONGEST_REQUEST: &str = "24h";
/// How long a request is tried again.
const RETRY_TIME: Duration = Duration::from_secs(20);
/// The folder of replaced years.
const REVISIONS: &str = ".cchc/revisions/";
/// The log of a workspace.
const HISTORY: &str = ".cchc/history.jsonl";

/// A workspace in an object store, with the folder that stands for it here.
pub struct Remote {
    /// Requests run here, whichever runtime asks for them.
    io: Option<Runtime>,
    store: Arc<dyn ObjectStore>,
    address: String,
    folder: PathBuf,
    copied: Mutex<BTreeMap<Path, Copied>>,
}

/// What of an object is in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copied {
    e_tag: Option<String>,
    is_whole: bool,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(io) = self.io.take() {
            io.shutdown_background();
        }
        // What is left of the folder is left to whoever empties the folder for temporary files.
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

impl Remote {
    /// Opens the workspace at an address, and copies what is small.
    ///
    /// # Errors
    /// [`RemoteFault`].
    pub fn open(address: &str) -> Result<Self> {
        let address = address.trim_end_matches('/').to_owned();
        let bad = || RemoteFault::BadAddress { found: address.clone() }.error();
        let (bucket, prefix) = split(&address).ok_or_else(bad)?;
        let prefix = Path::parse(prefix).map_err(|_| bad())?;
        let settings = |problem: String| RemoteFault::BadSettings { problem }.error();
        let io = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let io = io.map_err(|error| settings(error.to_string()))?;
        let credentials = Credentials::find();
        let secrets = Credentials::secrets(credentials.as_ref());
        let store = open_bucket(bucket, credentials, &io)
            .map_err(|error| settings(quiet::describe(&error, &secrets)))?;
        let store = Arc::new(Quiet::new(PrefixStore::new(store, prefix), secrets));
        let folder = make_folder("cchc-workspace").map_err(|error| settings(error.to_string()))?;
        let remote = Self { io: Some(io), store, address, folder, copied: Mutex::default() };
        remote.refresh()?;
        if remote.folder.join("datasets").is_dir() {
            return Ok(remote);
        }
        Err(RemoteFault::NotAWorkspace { address: remote.address.clone() }.error())
    }

    /// Returns the folder that stands for the workspace.
    pub fn folder(&self) -> &FilePath {
        &self.folder
    }

    /// Returns the address, as the user wrote it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the store; its root is the workspace.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Brings the folder up to what the store lists.
    ///
    /// # Errors
    /// [`RemoteFault`].
    pub fn refresh(&self) -> Result<()> {
        self.wait(self.copy_listed(|_| false))
    }

    /// As [`Remote::refresh`], with the years of a dataset whole: an import looks into their rows.
    ///
    /// # Errors
    /// [`RemoteFault`].
    pub fn fetch_years(&self, dataset: &str) -> Result<()> {
        let folder = format!("datasets/{dataset}/");
        self.wait(self.copy_listed(|path| path.as_ref().starts_with(&folder)))
    }

    /// Makes the year that was imported into the folder the store's, if the store still has what the import saw.
    ///
    /// # Errors
    /// [`RemoteFault::PublishedMeanwhile`], and faults of the store; the year there is then as it was, except
    /// where only the log could not be written.
    pub fn publish(&self, dataset: &str, year: i32) -> Result<()> {
        self.wait(self.put_year(dataset, year))
    }

    /// Puts a file of the folder into the store, whatever stands there.
    ///
    /// # Errors
    /// Faults of the store, or of the file.
    pub fn put_file(&self, file: &FilePath) -> Result<()> {
        let Some(path) = self.path_of(file) else { return Ok(()) };
        let bytes = read(file)?;
        self.wait(async {
            let put = self.store.put(&path, bytes.into()).await;
            put.map(drop).map_err(|error| self.fault(&error))
        })
    }

    async fn copy_listed(&self, is_whole: impl Fn(&Path) -> bool) -> Result<()> {
        let listed: Vec<ObjectMeta> =
            self.store.list(None).try_collect().await.map_err(|error| self.fault(&error))?;
        let listed: Vec<ObjectMeta> = listed.into_iter().filter(|meta| is_ours(&meta.location)).collect();
        let known: BTreeSet<&Path> = listed.iter().map(|meta| &meta.location).collect();
        self.forget_others(&known);
        let wanted: Vec<(ObjectMeta, Copied)> = listed
            .iter()
            .filter_map(|meta| {
                let is_text = !is_year(&meta.location) && !is_revision(&meta.location);
                let is_whole = is_text || is_whole(&meta.location);
                let wanted = Copied { e_tag: meta.e_tag.clone(), is_whole };
                let copied = self.copied().get(&meta.location).cloned();
                let is_there = copied
                    .is_some_and(|copied| copied.e_tag == wanted.e_tag && (copied.is_whole || !is_whole));
                (!is_there).then(|| (meta.clone(), wanted))
            })
            .collect();
        let copying = wanted.into_iter().map(|(meta, wanted)| self.copy(meta, wanted));
        futures::stream::iter(copying).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Takes out of the folder what the store does not list any more.
    fn forget_others(&self, known: &BTreeSet<&Path>) {
        let mut copied = self.copied();
        let gone: Vec<Path> = copied.keys().filter(|path| !known.contains(path)).cloned().collect();
        for path in gone {
            copied.remove(&path);
            let file = self.file_of(&path);
            let _removed = std::fs::remove_file(&file);
            // A folder that is not empty stays.
            let _removed = file.parent().map(std::fs::remove_dir);
        }
    }

    async fn copy(&self, meta: ObjectMeta, wanted: Copied) -> Result<()> {
        let file = self.file_of(&meta.location);
        let failed = |cause| local(&file, &cause);
        let mut part = Part::begin(&file, meta.size).map_err(failed)?;
        if wanted.is_whole {
            let mut start = 0;
            while start < meta.size {
                let end = (start + PIECE_BYTES).min(meta.size);
                let piece = self.get(&meta, GetRange::Bounded(start..end)).await?;
                part.write(start, &piece).map_err(failed)?;
                start = end;
            }
        } else if !is_revision(&meta.location) {
            // Of a revision nothing is asked but whether it is there.
            let tail = self.get_end(&meta).await?;
            part.write(meta.size.saturating_sub(tail.len() as u64), &tail).map_err(failed)?;
        }
        part.finish(&file).map_err(failed)?;
        self.copied().insert(meta.location, wanted);
        Ok(())
    }

    /// Reads the end of a year's file, which says what the file holds.
    async fn get_end(&self, meta: &ObjectMeta) -> Result<Bytes> {
        let tail = self.get(meta, GetRange::Suffix(TAIL_BYTES.min(meta.size))).await?;
        match end_of(&tail).filter(|length| *length > tail.len() as u64) {
            Some(length) => self.get(meta, GetRange::Suffix(length.min(meta.size))).await,
            None => Ok(tail),
        }
    }

    async fn get(&self, meta: &ObjectMeta, range: GetRange) -> Result<Bytes> {
        let options =
            GetOptions { if_match: meta.e_tag.clone(), range: Some(range), ..GetOptions::default() };
        let found = async { self.store.get_opts(&meta.location, options).await?.bytes().await };
        found.await.map_err(|error| match error {
            object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. } => {
                RemoteFault::Gone { file: meta.location.to_string() }.error()
            }
            other => self.fault(&other),
        })
    }

    async fn put_year(&self, dataset: &str, year: i32) -> Result<()> {
        let path = Path::from(format!("datasets/{dataset}/year={year}/data.parquet"));
        let seen = self.copied().get(&path).cloned();
        let bytes = Bytes::from(read(&self.file_of(&path))?);
        self.keep_revisions().await?;
        let mode = match seen.and_then(|copied| copied.e_tag) {
            Some(e_tag) => PutMode::Update(UpdateVersion { e_tag: Some(e_tag), version: None }),
            None => PutMode::Create,
        };
        let put = self.store.put_opts(&path, bytes.into(), PutOptions::from(mode)).await;
        let put = put.map_err(|error| match error {
            object_store::Error::Precondition { .. }
            | object_store::Error::AlreadyExists { .. }
            | object_store::Error::NotFound { .. } => {
                RemoteFault::PublishedMeanwhile { dataset: dataset.to_owned(), year }.error()
            }
            other => self.fault(&other),
        })?;
        self.copied().insert(path, Copied { e_tag: put.e_tag, is_whole: true });
        self.append_history().await
    }

    /// Puts what this process has kept of replaced years where revisions are kept; a revision never changes.
    async fn keep_revisions(&self) -> Result<()> {
        for file in list_files(&self.folder.join(".cchc/revisions")) {
            let Some(path) = self.path_of(&file) else { continue };
            if self.copied().contains_key(&path) {
                continue;
            }
            let bytes = Bytes::from(read(&file)?);
            let put = self.store.put_opts(&path, bytes.into(), PutOptions::from(PutMode::Create)).await;
            match put {
                Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(self.fault(&error)),
            }
        }
        Ok(())
    }

    /// Adds the lines of this import to the log in the store, which others may be adding to.
    async fn append_history(&self) -> Result<()> {
        let path = Path::from(HISTORY);
        let own = read(&self.file_of(&path))?;
        let own = String::from_utf8_lossy(&own).into_owned();
        loop {
            let (known, mode) = match self.store.get(&path).await {
                Ok(found) => {
                    let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: None };
                    let known = found.bytes().await.map_err(|error| self.fault(&error))?;
                    (String::from_utf8_lossy(&known).into_owned(), PutMode::Update(version))
                }
                Err(object_store::Error::NotFound { .. }) => (String::new(), PutMode::Create),
                Err(error) => return Err(self.fault(&error)),
            };
            let there: BTreeSet<&str> = known.lines().collect();
            let added: String =
                own.lines().filter(|line| !there.contains(line)).flat_map(|line| [line, "\n"]).collect();
            if added.is_empty() {
                return Ok(());
            }
            let text = if known.is_empty() || known.ends_with('\n') { known } else { known + "\n" };
            let put = self.store.put_opts(&path, (text + &added).into(), PutOptions::from(mode)).await;
            match put {
                Ok(_) => return Ok(()),
                // Somebody else was faster; look again.
                Err(object_store::Error::Precondition { .. } | object_store::Error::AlreadyExists { .. }) => {
                }
                Err(error) => return Err(self.fault(&error)),
            }
        }
    }

    fn fault(&self, error: &object_store::Error) -> Error {
        let problem = match error {
            object_store::Error::NotFound { .. } => "there is no such bucket or object".to_owned(),
            object_store::Error::PermissionDenied { .. } => "permission denied".to_owned(),
            object_store::Error::Unauthenticated { .. } => "not logged in".to_owned(),
            other => match quiet::describe(other, &[]) {
                told if told.contains("status code: 404") => "there is no such bucket or object".to_owned(),
                told => told,
            },
        };
        RemoteFault::Unreachable { address: self.address.clone(), problem }.error()
    }

    /// Waits for requests on a thread of their own, since whoever waits may be inside a runtime.
    fn wait<T: Send>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let ended = || {
            let problem = "the program is ending".to_owned();
            RemoteFault::Unreachable { address: self.address.clone(), problem }.error()
        };
        let io = self.io.as_ref().ok_or_else(ended)?;
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| io.block_on(work));
            waiting.join().unwrap_or_else(|_| Err(ended()))
        })
    }

    fn copied(&self) -> MutexGuard<'_, BTreeMap<Path, Copied>> {
        self.copied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file_of(&self, path: &Path) -> PathBuf {
        path.parts().fold(self.folder.clone(), |folder, part| folder.join(part.as_ref()))
    }

    fn path_of(&self, file: &FilePath) -> Option<Path> {
        let inside = file.strip_prefix(&self.folder).ok()?;
        Some(inside.components().filter_map(|part| part.as_os_str().to_str()).collect())
    }
}

/// Splits `s3://bucket/prefix`.
fn split(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix(SCHEME)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    (!bucket.is_empty()).then_some((bucket, prefix))
}

fn open_bucket(
    bucket: &str,
    credentials: Option<Credentials>,
    io: &Runtime,
) -> object_store::Result<AmazonS3> {
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    // Amazon's own name of the variable, beside the library's.
    if let Some(endpoint) = variable("AWS_ENDPOINT_URL") {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(credentials) = credentials {
        builder = builder.with_access_key_id(credentials.key_id).with_secret_access_key(credentials.secret);
        if let Some(token) = credentials.token {
            builder = builder.with_token(token);
        }
    }
    if variable("AWS_TIMEOUT").is_none() {
        builder = builder.with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), LONGEST_REQUEST);
    }
    builder
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: 5,
            retry_timeout: RETRY_TIME,
        })
        .with_http_connector(SpawnedReqwestConnector::new(io.handle().clone()))
        .build()
}

/// Makes a folder for temporary files that no other process has, and nobody else may look into.
pub fn make_folder(name: &str) -> std::io::Result<PathBuf> {
    let mut chance = [0; 8];
    getrandom::fill(&mut chance).map_err(|error| std::io::Error::other(error.to_string()))?;
    let chance = u64::from_le_bytes(chance);
    let folder = std::env::temp_dir().join(format!("{name}-{chance:016x}"));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    Ok(folder)
}

/// Tells whether an object is part of a workspace that is looked at here; images are not.
fn is_ours(path: &Path) -> bool {
    let text = path.as_ref();
    let is_safe = FilePath::new(text).components().all(|part| matches!(part, Component::Normal(_)));
    let is_named =
        ["datasets/", "queries/", "charts/", REVISIONS].iter().any(|folder| text.starts_with(folder))
            || ["calendar.csv", ".cchc/format", HISTORY].contains(&text);
    is_safe && is_named && path.extension() != Some("png")
}

fn is_revision(path: &Path) -> bool {
    path.as_ref().starts_with(REVISIONS)
}

fn is_year(path: &Path) -> bool {
    path.as_ref().ends_with("/data.parquet")
}

/// The bytes that the end of a Parquet file takes, as its last eight bytes say.
fn end_of(tail: &[u8]) -> Option<u64> {
    let (length, magic) = tail.last_chunk::<8>()?.split_at(4);
    let length = u32::from_le_bytes(length.try_into().ok()?);
    (magic == b"PAR1").then(|| u64::from(length) + 8)
}

fn read(file: &FilePath) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|cause| local(file, &cause))
}

/// A fault of the folder that stands for the workspace here.
fn local(file: &FilePath, cause: &std::io::Error) -> Error {
    RemoteFault::Unreachable { address: file.display().to_string(), problem: cause.to_string() }.error()
}

/// Lists the files below a folder; one that is not there has none.
fn list_files(folder: &FilePath) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { list_files(&path) } else { vec![path] }).collect()
}

/// A file that is being written, mostly a hole; whoever reads sees all of it or nothing.
struct Part {
    path: PathBuf,
    written: std::fs::File,
}

impl Part {
    fn begin(file: &FilePath, size: u64) -> std::io::Result<Self> {
        let folder = file.parent().unwrap_or(FilePath::new("."));
        std::fs::create_dir_all(folder)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = folder.join(format!(".{name}.part"));
        let written = std::fs::OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        written.set_len(size)?;
        Ok(Self { path, written })
    }

    fn write(&mut self, start: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.written.seek(SeekFrom::Start(start))?;
        self.written.write_all(bytes)
    }

    fn finish(self, file: &FilePath) -> std::io::Result<()> {
        drop(self.written);
        std::fs::rename(self.path, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_and_a_prefix() {
        assert_eq!(split("s3://so-lieu/so-khcn/a"), Some(("so-lieu", "so-khcn/a")));
        assert_eq!(split("s3://so-lieu"), Some(("so-lieu", "")));
        assert_eq!(split("s3:///a"), None);
        assert_eq!(split("http://so-lieu/a"), None);
    }

    #[test]
    fn only_objects_of_a_workspace_are_copied() {
        let is_ours = |path: &str| is_ours(&Path::from(path));
        assert!(is_ours("datasets/dossiers.toml") && is_ours("queries/checks/waivers.toml"));
        assert!(!is_ours("charts/on_time_rate.png") && !is_ours("README.md"));
    }

    #[test]
    fn the_end_of_a_file_tells_its_own_length() {
        let mut tail = vec![7; 20];
        tail.extend(12_u32.to_le_bytes());
        tail.extend(b"PAR1");
        assert_eq!(end_of(&tail), Some(20));
        assert_eq!(end_of(b"PAR1"), None);
    }
}
