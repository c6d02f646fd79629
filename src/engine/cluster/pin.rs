//! Turns scans of listed files into scans of exactly the listed versions, wherever they run.
//!
//! A plan travels with the paths of files but not with their versions. So the version becomes part of
//! the path: `…/year=2023/data.parquet/<version>`, which the executors' store takes apart again and asks
//! of every range it reads. A year that is replaced meanwhile is an error there, never a mixture.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Result, plan_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    self, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use datafusion::physical_plan::ExecutionPlan;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use url::Url;

use super::super::files::{WORKSPACE_URL, read_only};

/// Before the path of a file that is not there any more as it was listed, in what executors report.
const GONE: &str = "cchc-version-gone:";

/// How the version of a file in a folder begins where files have no numbers, as on Windows; then come its time and size.
const UNNUMBERED: &str = "0-";

/// Pins every scan of the workspace; nothing, if there is none, or if other files are scanned too.
pub(super) fn pin_scans(plan: Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let (mut pinned, mut strange) = (0, 0);
    let plan = plan.transform_up(|node| {
        let scan = node.downcast_ref::<DataSourceExec>();
        let Some(config) = scan.and_then(|scan| scan.data_source().downcast_ref::<FileScanConfig>()) else {
            return Ok(Transformed::no(node));
        };
        let Some(groups) = pin_files(config) else {
            strange += 1;
            return Ok(Transformed::no(node));
        };
        pinned += 1;
        let config = FileScanConfigBuilder::from(config.clone()).with_file_groups(groups).build();
        Ok(Transformed::yes(DataSourceExec::from_data_source(config) as _))
    })?;
    Ok((pinned > 0 && strange == 0).then_some(plan.data))
}

fn pin_files(config: &FileScanConfig) -> Option<Vec<FileGroup>> {
    if config.object_store_url.as_str() != WORKSPACE_URL {
        return None;
    }
    let pin_group = |group: &FileGroup| {
        let files: Option<Vec<PartitionedFile>> = group.iter().map(pin_file).collect();
        let pinned = FileGroup::new(files?);
        Some(match group.file_statistics(None) {
            Some(statistics) => pinned.with_statistics(Arc::new(statistics.clone())),
            None => pinned,
        })
    };
    config.file_groups.iter().map(pin_group).collect()
}

fn pin_file(file: &PartitionedFile) -> Option<PartitionedFile> {
    let mut file = file.clone();
    let version = file.object_meta.e_tag.as_deref()?;
    let version = crate::contract::hex(version.as_bytes());
    file.object_meta.location = file.object_meta.location.clone().join(version);
    Some(file)
}

/// Takes a pinned path apart into the file's own and the version.
fn unpin(location: &Path) -> Option<(Path, String)> {
    let (path, version) = location.as_ref().rsplit_once('/')?;
    let digits = |at: usize| u8::from_str_radix(version.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..version.len()).step_by(2).map(digits).collect();
    Some((Path::parse(path).ok()?, String::from_utf8(bytes?).ok()?))
}

/// Tells whether a file has the time and the size that were listed on a machine that knows no numbers of files.
fn is_same_file(listed: &str, found: Option<&str>) -> bool {
    let unnumbered = |version: &str| version.split_once('-').map(|(_, rest)| rest.to_owned());
    found.is_some_and(|found| unnumbered(found).is_some() && unnumbered(found) == unnumbered(listed))
}

/// Finds the file that an executor has not found as it was listed.
pub(super) fn gone_file(report: &str) -> Option<&str> {
    let (_, rest) = report.split_once(GONE)?;
    rest.split_whitespace().next()
}

/// Serves a workspace to plans with pinned paths; nothing else can be reached from an executor.
#[derive(Debug)]
pub(super) struct PinnedStores(Arc<dyn ObjectStore>);

impl PinnedStores {
    pub(super) fn new(workspace: Arc<dyn ObjectStore>) -> Self {
        Self(Arc::new(PinnedStore(workspace)))
    }
}

impl ObjectStoreRegistry for PinnedStores {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if url.scheme() == "ws" {
            return Ok(Arc::clone(&self.0));
        }
        plan_err!("executors read the workspace only, not `{url}`")
    }
}

#[derive(Debug)]
struct PinnedStore(Arc<dyn ObjectStore>);

impl std::fmt::Display for PinnedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the workspace, by version")
    }
}

fn gone(path: &Path) -> object_store::Error {
    object_store::Error::Generic { store: "workspace", source: format!("{GONE}{path} ").into() }
}

#[async_trait]
impl ObjectStore for PinnedStore {
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
        let (path, version) = unpin(location).ok_or_else(|| gone(location))?;
        let is_numbered = !version.starts_with(UNNUMBERED);
        let options = GetOptions { if_match: is_numbered.then(|| version.clone()), ..options };
        match self.0.get_opts(&path, options).await {
            Err(object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. }) => {
                Err(gone(&path))
            }
            // The description is that of the file which was opened.
            Ok(found) if !is_numbered && !is_same_file(&version, found.meta.e_tag.as_deref()) => {
                Err(gone(&path))
            }
            found => found,
        }
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> object_store::Result<Vec<Bytes>> {
        // Each request is for the version, and as much is read for nothing as without a cluster.
        let read = |range| self.get_range(location, range);
        object_store::coalesce_ranges(ranges, read, crate::remote::GAP_BYTES).await
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        futures::stream::once(async { Err(read_only()) }).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        futures::stream::once(async { Err(read_only()) }).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> object_store::Result<ListResult> {
        Err(read_only())
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> object_store::Result<()> {
        Err(read_only())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_path_gives_the_file_and_its_version_back() {
        let meta = ObjectMeta {
            location: Path::from("datasets/dossiers/year=2023/data.parquet"),
            last_modified: chrono::DateTime::default(),
            size: 7,
            e_tag: Some("\"0f-ê\"".to_owned()),
            version: None,
        };
        let pinned = pin_file(&PartitionedFile::from(meta.clone())).unwrap();
        assert_eq!(unpin(&pinned.object_meta.location), Some((meta.location, meta.e_tag.unwrap())));
    }

    #[test]
    fn what_an_executor_reports_names_the_file() {
        let report =
            format!("Job 7 failed: {} (attempt 1)", gone(&Path::from("datasets/a/year=1/data.parquet")));
        assert_eq!(gone_file(&report), Some("datasets/a/year=1/data.parquet"));
    }

    #[tokio::test]
    async fn a_file_that_was_listed_without_a_number_is_the_one_of_its_time_and_size() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "first").unwrap();
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let mut listed = store.head(&Path::from("a")).await.unwrap();
        let (_, rest) = listed.e_tag.as_deref().unwrap().split_once('-').unwrap();
        listed.e_tag = Some(format!("{UNNUMBERED}{rest}"));
        let pinned = pin_file(&PartitionedFile::from(listed)).unwrap().object_meta.location;
        let pins = PinnedStore(Arc::new(store));
        assert_eq!(pins.get_range(&pinned, 1..3).await.unwrap(), "ir");
        std::fs::write(folder.path().join("a"), "longer").unwrap();
        let error = pins.get_range(&pinned, 1..3).await.unwrap_err().to_string();
        assert_eq!(gone_file(&error), Some("a"));
    }

    #[tokio::test]
    async fn another_version_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "first").unwrap();
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let listed = store.head(&Path::from("a")).await.unwrap();
        let pinned = pin_file(&PartitionedFile::from(listed)).unwrap().object_meta.location;
        let pins = PinnedStore(Arc::new(store));
        assert_eq!(pins.get_range(&pinned, 1..3).await.unwrap(), "ir");
        std::fs::write(folder.path().join("b"), "second").unwrap();
        std::fs::rename(folder.path().join("b"), folder.path().join("a")).unwrap();
        let error = pins.get_ranges(&pinned, &[0..2, 3..4]).await.unwrap_err().to_string();
        assert_eq!(gone_file(&error), Some("a"));
    }
}
