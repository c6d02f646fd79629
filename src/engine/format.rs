//! Turns a listed file into statistics and scans that belong to exactly the listed version.
//!
//! `ParquetFormat` reads footers by path, in one or two ranges, while it plans. Between the listing
//! and those reads another process may publish the year again; then a footer would be read at the
//! old end of the new file. Here every footer comes from a file that is opened once and is the
//! listed one, or the statement is planned again.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::{Result, Statistics, internal_datafusion_err};
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::file_format::{FileFormat, FileMeta};
use datafusion::datasource::physical_plan::{
    FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::object_store::{ObjectMeta, ObjectStore};
use datafusion::physical_expr::LexOrdering;
use datafusion::physical_plan::ExecutionPlan;

use super::files::{OpenFiles, OpenOnceFactory};

/// Parquet, read from the version of a file that was listed.
#[derive(Debug)]
pub(super) struct ListedParquet {
    parquet: ParquetFormat,
}

impl ListedParquet {
    pub(super) fn new(parquet: ParquetFormat) -> Self {
        Self { parquet }
    }
}

/// A store that serves one version of `object`, which is the listed one.
async fn open_listed(store: &Arc<dyn ObjectStore>, object: &ObjectMeta) -> Result<Arc<dyn ObjectStore>> {
    let files = OpenFiles::new(Arc::clone(store));
    files.open_listed(object).await?;
    Ok(Arc::new(files))
}

#[async_trait]
impl FileFormat for ListedParquet {
    fn get_ext(&self) -> String {
        self.parquet.get_ext()
    }

    fn get_ext_with_compression(&self, compression: &FileCompressionType) -> Result<String> {
        self.parquet.get_ext_with_compression(compression)
    }

    fn compression_type(&self) -> Option<FileCompressionType> {
        self.parquet.compression_type()
    }

    async fn infer_schema(
        &self,
        session: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        objects: &[ObjectMeta],
    ) -> Result<SchemaRef> {
        self.parquet.infer_schema(session, store, objects).await
    }

    async fn infer_stats(
        &self,
        session: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        schema: SchemaRef,
        object: &ObjectMeta,
    ) -> Result<Statistics> {
        let store = open_listed(store, object).await?;
        self.parquet.infer_stats(session, &store, schema, object).await
    }

    async fn infer_ordering(
        &self,
        session: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        schema: SchemaRef,
        object: &ObjectMeta,
    ) -> Result<Option<LexOrdering>> {
        let store = open_listed(store, object).await?;
        self.parquet.infer_ordering(session, &store, schema, object).await
    }

    async fn infer_stats_and_ordering(
        &self,
        session: &dyn Session,
        store: &Arc<dyn ObjectStore>,
        schema: SchemaRef,
        object: &ObjectMeta,
    ) -> Result<FileMeta> {
        let store = open_listed(store, object).await?;
        self.parquet.infer_stats_and_ordering(session, &store, schema, object).await
    }

    async fn create_physical_plan(
        &self,
        session: &dyn Session,
        config: FileScanConfig,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.parquet.create_physical_plan(session, config).await?;
        let scan = plan.downcast_ref::<DataSourceExec>().and_then(DataSourceExec::downcast_to_file_source);
        let (config, source): (_, &ParquetSource) =
            scan.ok_or_else(|| internal_datafusion_err!("a Parquet scan was expected"))?;
        let runtime = session.runtime_env();
        let store = runtime.object_store(&config.object_store_url)?;
        let cache = runtime.cache_manager.get_file_metadata_cache();
        let readers = Arc::new(OpenOnceFactory::new(store, cache));
        let source = source.clone().with_parquet_file_reader_factory(readers);
        let config = FileScanConfigBuilder::from(config.clone()).with_source(Arc::new(source)).build();
        Ok(DataSourceExec::from_data_source(config))
    }

    fn file_source(&self, schema: TableSchema) -> Arc<dyn FileSource> {
        self.parquet.file_source(schema)
    }
}
