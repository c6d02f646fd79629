//! Turns paths of the workspace into bytes: each file is opened once per query and checked against
//! the listing, so that a query sees one version of a year even while it is being replaced.
//!
//! DataFusion opens a path again for every range it reads, and a year is published by renaming a
//! new file over the old one; without this a query could take the footer of one version and the
//! pages of the other. Nothing outside the workspace can be reached: no other store is registered.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::common::{DataFusionError, plan_err};
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

/// The address under which the workspace's files are known to the engine.
pub(super) const WORKSPACE_URL: &str = "ws://workspace/";

/// A file changed between the listing and the reading of a query; planning again mends it.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` was replaced while the query was being planned")]
pub(super) struct FileReplaced(pub(super) String);

/// Serves the workspace and nothing else.
#[derive(Debug)]
pub(super) struct WorkspaceOnly {
    workspace: Arc<dyn ObjectStore>,
}

impl WorkspaceOnly {
    pub(super) fn new(root: &std::path::Path) -> object_store::Result<Self> {
        Ok(Self { workspace: Arc::new(LocalFileSystem::new_with_prefix(root)?) })
    }
}

impl ObjectStoreRegistry for WorkspaceOnly {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> datafusion::common::Result<Arc<dyn ObjectStore>> {
        if url.scheme() == "ws" {
            Ok(Arc::clone(&self.workspace))
        } else {
            plan_err!("queries read the workspace only, not `{url}`")
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
        futures::executor::block_on(self.files.open_listed(&file.object_meta))?;
        self.readers.create_reader(partition_index, file, metadata_size_hint, metrics)
    }
}

/// A store whose files stay open once they have been read from.
#[derive(Debug)]
pub(super) struct OpenFiles {
    store: Arc<dyn ObjectStore>,
    open: Mutex<HashMap<Path, Arc<OpenFile>>>,
}

#[derive(Debug)]
struct OpenFile {
    file: std::fs::File,
    meta: ObjectMeta,
}

impl OpenFiles {
    pub(super) fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, open: Mutex::default() }
    }

    /// Opens the file that a listing found.
    ///
    /// # Errors
    /// [`FileReplaced`] if another version, or none, stands there by now.
    pub(super) async fn open_listed(&self, listed: &ObjectMeta) -> datafusion::common::Result<()> {
        let replaced = || DataFusionError::External(Box::new(FileReplaced(listed.location.to_string())));
        let opened = match self.open(&listed.location).await {
            Err(object_store::Error::NotFound { .. }) => return Err(replaced()),
            opened => opened?,
        };
        if opened.meta.e_tag == listed.e_tag && opened.meta.size == listed.size {
            Ok(())
        } else {
            Err(replaced())
        }
    }

    async fn open(&self, location: &Path) -> object_store::Result<Arc<OpenFile>> {
        if let Some(found) = self.known(location) {
            return Ok(found);
        }
        let result = self.store.get_opts(location, GetOptions::default()).await?;
        let GetResultPayload::File(file, _) = result.payload else {
            return Err(object_store::Error::NotSupported {
                source: "the workspace is not on a local disk".into(),
            });
        };
        let opened = Arc::new(OpenFile { file, meta: result.meta });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(open.entry(location.clone()).or_insert(opened)))
    }

    fn known(&self, location: &Path) -> Option<Arc<OpenFile>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(location).map(Arc::clone)
    }
}

impl OpenFile {
    fn read(&self, range: &Range<u64>) -> object_store::Result<Bytes> {
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; length];
        read_exact_at(&self.file, &mut buffer, range.start).map_err(|source| {
            object_store::Error::Generic {
                store: "workspace",
                source: format!("{}: {source}", self.meta.location).into(),
            }
        })?;
        Ok(buffer.into())
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
        let bytes = file.read(&range)?;
        Ok(GetResult {
            payload: GetResultPayload::Stream(Box::pin(futures::stream::once(async move { Ok(bytes) }))),
            meta: file.meta.clone(),
            range,
            attributes: object_store::Attributes::default(),
        })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> object_store::Result<Vec<Bytes>> {
        let file = self.open(location).await?;
        ranges.iter().map(|range| file.read(range)).collect()
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

fn read_only() -> object_store::Error {
    object_store::Error::NotSupported { source: "queries do not write to the workspace".into() }
}
