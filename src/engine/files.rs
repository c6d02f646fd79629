//! Turns paths of the workspace into bytes: each file is opened once per query and checked against
//! the listing, so that a query sees one version of a year even while it is being replaced.
//!
//! DataFusion opens a path again for every range it reads, and a year is published by renaming a
//! new file over the old one; without this a query could take the footer of one version and the
//! pages of the other. Nothing outside the workspace can be reached, unless the user asks for it: no other store
//! is registered.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::common::plan_err;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::{
    CachedParquetFileReaderFactory, ParquetFileReaderFactory,
};
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    self, CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, local::LocalFileSystem,
};
use datafusion::parquet::arrow::async_reader::AsyncFileReader;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::stream::BoxStream;
use url::Url;

use crate::workspace::Workspace;

/// The address under which the workspace's files are known to the engine.
pub(super) const WORKSPACE_URL: &str = "ws://workspace/";

/// A file changed between the listing and the reading of a query; planning again mends it.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` was replaced while the query was being planned")]
pub(super) struct FileReplaced(pub(super) String);

/// Serves the workspace, and other local files only if the user has opened the way.
#[derive(Debug)]
pub(super) struct WorkspaceStores {
    workspace: Arc<dyn ObjectStore>,
    outside: Option<Arc<dyn ObjectStore>>,
}

impl WorkspaceStores {
    pub(super) fn new(workspace: &Workspace, may_read_outside: bool) -> object_store::Result<Self> {
        let outside = || Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>;
        Ok(Self { workspace: open_store(workspace)?, outside: may_read_outside.then(outside) })
    }
}

/// Opens the store whose root is the workspace.
pub(super) fn open_store(workspace: &Workspace) -> object_store::Result<Arc<dyn ObjectStore>> {
    #[cfg(feature = "cluster")]
    if let Some(remote) = workspace.remote() {
        return Ok(remote.store());
    }
    Ok(Arc::new(LocalFileSystem::new_with_prefix(workspace.root())?))
}

impl ObjectStoreRegistry for WorkspaceStores {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> datafusion::common::Result<Arc<dyn ObjectStore>> {
        match (url.scheme(), &self.outside) {
            ("ws", _) => Ok(Arc::clone(&self.workspace)),
            ("file", Some(outside)) => Ok(Arc::clone(outside)),
            _ => plan_err!("queries read the workspace only, not `{url}`"),
        }
    }
}

/// Makes readers that share one open handle per file for the life of one scan.
#[derive(Debug)]
pub(super) struct OpenOnceFactory {
    files: Arc<OpenFiles>,
    readers: CachedParquetFileReaderFactory,
}

impl OpenOnceFactory {
    pub(super) fn new(store: Arc<dyn ObjectStore>, cache: Arc<FileMetadataCache>) -> Self {
        let files = Arc::new(OpenFiles::new(store));
        let readers = CachedParquetFileReaderFactory::new(Arc::clone(&files) as Arc<dyn ObjectStore>, cache);
        Self { files, readers }
    }
}

impl ParquetFileReaderFactory for OpenOnceFactory {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> datafusion::common::Result<Box<dyn AsyncFileReader + Send>> {
        self.files.expect(&file.object_meta);
        self.readers.create_reader(partition_index, file, metadata_size_hint, metrics)
    }
}

/// A store whose files stay open once they have been read from.
#[derive(Debug)]
pub(super) struct OpenFiles {
    store: Arc<dyn ObjectStore>,
    files: Mutex<HashMap<Path, File>>,
}

/// A file by its path: the version that is wanted, if any, and the one that is open.
#[derive(Debug, Default)]
struct File {
    listed: Option<ObjectMeta>,
    open: Option<Arc<OpenFile>>,
}

/// A version of a file: its bytes are on this machine, or are asked for range by range.
#[derive(Debug)]
struct OpenFile {
    file: Option<std::fs::File>,
    #[cfg(feature = "cluster")]
    store: Option<Arc<dyn ObjectStore>>,
    meta: ObjectMeta,
}

impl OpenFiles {
    pub(super) fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, files: Mutex::default() }
    }

    /// Opens the file that a listing found.
    ///
    /// # Errors
    /// [`FileReplaced`] if another version, or none, stands there by now.
    pub(super) async fn open_listed(&self, listed: &ObjectMeta) -> object_store::Result<()> {
        self.expect(listed);
        self.open(&listed.location).await.map(drop)
    }

    /// Notes which version of a file is wanted; opening another one fails.
    ///
    /// Does not open the file itself: whoever makes a reader cannot wait for that. To block there instead
    /// hung when the task had used up what tokio lets it do before it pauses.
    fn expect(&self, listed: &ObjectMeta) {
        self.locked().entry(listed.location.clone()).or_default().listed = Some(listed.clone());
    }

    async fn open(&self, location: &Path) -> object_store::Result<Arc<OpenFile>> {
        let (listed, open) = match self.locked().get(location) {
            Some(file) => (file.listed.clone(), file.open.clone()),
            None => (None, None),
        };
        let opened = match open {
            Some(open) => open,
            None => match self.store.get_opts(location, description()).await {
                Err(object_store::Error::NotFound { .. }) if listed.is_some() => {
                    return Err(replaced(location));
                }
                found => Arc::new(OpenFile::new(found?, location, &self.store)?),
            },
        };
        let is_wanted =
            |listed: &ObjectMeta| listed.e_tag == opened.meta.e_tag && listed.size == opened.meta.size;
        if !listed.as_ref().is_none_or(is_wanted) {
            return Err(replaced(location));
        }
        let mut files = self.locked();
        Ok(Arc::clone(files.entry(location.clone()).or_default().open.get_or_insert(opened)))
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Path, File>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replaced(location: &Path) -> object_store::Error {
    object_store::Error::Generic { store: "workspace", source: Box::new(FileReplaced(location.to_string())) }
}

/// Only the object's description is asked for; a file of this machine is opened all the same.
fn description() -> GetOptions {
    GetOptions { head: true, ..GetOptions::default() }
}

impl OpenFile {
    #[cfg(not(feature = "cluster"))]
    fn new(found: GetResult, _: &Path, _: &Arc<dyn ObjectStore>) -> object_store::Result<Self> {
        match found.payload {
            GetResultPayload::File(file, _) => Ok(Self { file: Some(file), meta: found.meta }),
            GetResultPayload::Stream(_) => Err(not_local()),
        }
    }

    #[cfg(feature = "cluster")]
    #[expect(clippy::unnecessary_wraps, reason = "the shape of the one that knows no object stores")]
    fn new(found: GetResult, location: &Path, store: &Arc<dyn ObjectStore>) -> object_store::Result<Self> {
        Ok(match found.payload {
            GetResultPayload::File(file, _) => Self { file: Some(file), store: None, meta: found.meta },
            GetResultPayload::Stream(_) => {
                // What a store below a prefix gives names the object by its whole path.
                let meta = ObjectMeta { location: location.clone(), ..found.meta };
                Self { file: None, store: Some(Arc::clone(store)), meta }
            }
        })
    }

    #[cfg_attr(
        not(feature = "cluster"),
        expect(clippy::unused_async, reason = "the shape of the one that knows stores")
    )]
    async fn read(&self, range: &Range<u64>) -> object_store::Result<Bytes> {
        #[cfg(feature = "cluster")]
        if let Some(store) = &self.store {
            return read_version(store, &self.meta, range).await;
        }
        let Some(file) = &self.file else { return Err(not_local()) };
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; length];
        read_exact_at(file, &mut buffer, range.start).map_err(|source| object_store::Error::Generic {
            store: "workspace",
            source: format!("{}: {source}", self.meta.location).into(),
        })?;
        Ok(buffer.into())
    }
}

fn not_local() -> object_store::Error {
    object_store::Error::NotSupported { source: "the workspace is not on a local disk".into() }
}

/// Reads a range of the version that was listed.
#[cfg(feature = "cluster")]
async fn read_version(
    store: &Arc<dyn ObjectStore>,
    meta: &ObjectMeta,
    range: &Range<u64>,
) -> object_store::Result<Bytes> {
    let options = GetOptions {
        if_match: meta.e_tag.clone(),
        range: Some(range.clone().into()),
        ..GetOptions::default()
    };
    match store.get_opts(&meta.location, options).await {
        Err(object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. }) => {
            Err(replaced(&meta.location))
        }
        found => found?.bytes().await,
    }
}

#[cfg(unix)]
fn read_exact_at(file: &std::fs::File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &std::fs::File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

impl std::fmt::Display for OpenFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the workspace, opened once")
    }
}

#[async_trait]
impl ObjectStore for OpenFiles {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> object_store::Result<PutResult> {
        Err(read_only())
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Err(read_only())
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        let file = self.open(location).await?;
        let range = match options.range {
            Some(range) => range.as_range(file.meta.size).map_err(|error| object_store::Error::Generic {
                store: "workspace",
                source: Box::new(error),
            })?,
            None => 0..file.meta.size,
        };
        let bytes = file.read(&range).await?;
        Ok(GetResult {
            payload: GetResultPayload::Stream(Box::pin(futures::stream::once(async move { Ok(bytes) }))),
            meta: file.meta.clone(),
            range,
            attributes: object_store::Attributes::default(),
        })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> object_store::Result<Vec<Bytes>> {
        let file = self.open(location).await?;
        #[cfg(feature = "cluster")]
        if file.store.is_some() {
            let read = |range: Range<u64>| {
                let file = Arc::clone(&file);
                async move { file.read(&range).await }
            };
            return object_store::coalesce_ranges(ranges, read, crate::remote::GAP_BYTES).await;
        }
        let mut read = Vec::with_capacity(ranges.len());
        for range in ranges {
            read.push(file.read(range).await?);
        }
        Ok(read)
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        Box::pin(futures::stream::once(async { Err(read_only()) }))
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> object_store::Result<()> {
        Err(read_only())
    }
}

pub(super) fn read_only() -> object_store::Error {
    object_store::Error::NotSupported { source: "queries do not write to the workspace".into() }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use datafusion::execution::cache::cache_manager::{CacheManager, CacheManagerConfig};
    use datafusion::object_store::ObjectStoreExt as _;
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_reader_is_made_without_waiting_even_when_its_task_should_pause() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.parquet"), "PAR1").unwrap();
        let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
        let caches = CacheManager::try_new(&CacheManagerConfig::default()).unwrap();
        let factory = OpenOnceFactory::new(Arc::clone(&store), caches.get_file_metadata_cache());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (sender, made) = mpsc::channel();
        runtime.spawn(async move {
            let listed = store.head(&Path::from("a.parquet")).await.unwrap();
            // As a scan that has given many batches without a pause.
            while tokio::task::coop::has_budget_remaining() {
                let _ = tokio::task::coop::consume_budget().now_or_never();
            }
            let metrics = ExecutionPlanMetricsSet::new();
            let reader = factory.create_reader(0, PartitionedFile::from(listed), None, &metrics);
            sender.send(reader.is_ok()).unwrap();
        });
        assert_eq!(made.recv_timeout(Duration::from_mins(1)), Ok(true));
        runtime.shutdown_background();
    }
}
