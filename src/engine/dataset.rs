//! Turns a contract and the years on disk into a table.
//!
//! The table's schema is the contract's, never what a file happens to hold: a year that drifted is
//! an error at import, and a new nullable column reads as NULL in the years before it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{ScanArgs, ScanResult, Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

use super::files::WORKSPACE_URL;
use super::format::ListedParquet;
use crate::contract::{Column, Contract, ORIGIN_COLUMNS};

/// Key of the metadata that hold what a saved query declares of the column: `rate(on_time/resolved) 2`.
pub const SPEC_KEY: &str = "cchc.spec";
/// Field metadata: the column's Vietnamese title.
pub const TITLE_KEY: &str = "cchc.title";
/// Field metadata: `dataset.column` of the contract's category column whose codes the values are.
pub const CATEGORY_KEY: &str = "cchc.category";
/// Field metadata: `dataset.column` of the category column whose labels the values are.
pub const LABELS_KEY: &str = "cchc.labels";
/// Field metadata: the unit of the numbers.
pub const MEASURE_UNIT_KEY: &str = "cchc.measure_unit";

/// The column that stands in the path of a year's file.
pub(super) const YEAR: &str = "year";

/// Whether a table shows where its rows came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// `dossiers`: the contract's columns and `year`.
    Hidden,
    /// `source.dossiers`: these and `_file`, `_sheet`, `_row`.
    Shown,
}

/// One dataset: all its imported years.
#[derive(Debug)]
pub(super) struct DatasetTable {
    contract: Arc<Contract>,
    listing: ListingTable,
}

impl DatasetTable {
    pub(super) fn new(session: &dyn Session, contract: Arc<Contract>, origin: Origin) -> Result<Self> {
        let url = ListingTableUrl::parse(format!("{WORKSPACE_URL}datasets/{}/", contract.name))?;
        let format = ParquetFormat::default().with_options(session.table_options().parquet.clone());
        let options = ListingOptions::new(Arc::new(ListedParquet::new(format)))
            .with_file_extension(".parquet")
            .with_table_partition_cols(vec![(YEAR.to_owned(), DataType::Int32)]);
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(table_schema(
            &contract,
            origin,
            text_type(session),
        ));
        let statistics = session.runtime_env().cache_manager.get_file_statistic_cache();
        let listing = ListingTable::try_new(config)?.with_cache(statistics);
        Ok(Self { contract, listing })
    }

    pub(super) fn contract(&self) -> &Contract {
        &self.contract
    }
}

/// Text columns are string views: they are cheaper to filter and group than offsets and bytes. Where rows go
/// from machine to machine, views are switched off.
fn text_type(session: &dyn Session) -> DataType {
    let views = session.config_options().execution.parquet.schema_force_view_types;
    if views { DataType::Utf8View } else { DataType::Utf8 }
}

fn table_schema(contract: &Contract, origin: Origin, text: DataType) -> SchemaRef {
    let mut fields: Vec<Field> =
        contract.stored_columns().map(|column| describe_field(contract, column, &text)).collect();
    if origin == Origin::Shown {
        let [file, sheet, row] = ORIGIN_COLUMNS;
        fields.push(Field::new(file, text.clone(), true));
        fields.push(Field::new(sheet, text, true));
        fields.push(Field::new(row, DataType::Int64, true));
    }
    Arc::new(Schema::new(fields))
}

fn describe_field(contract: &Contract, column: &Column, text: &DataType) -> Field {
    let data_type = match column.kind.data_type() {
        DataType::Utf8 => text.clone(),
        other => other,
    };
    let mut metadata = HashMap::from([(TITLE_KEY.to_owned(), column.title.clone())]);
    if !column.categories.is_empty() {
        metadata.insert(CATEGORY_KEY.to_owned(), format!("{}.{}", contract.name, column.name));
    }
    if let Some(unit) = &column.measure_unit {
        metadata.insert(MEASURE_UNIT_KEY.to_owned(), unit.clone());
    }
    Field::new(&column.name, data_type, true).with_metadata(metadata)
}

#[async_trait]
impl TableProvider for DatasetTable {
    fn schema(&self) -> SchemaRef {
        self.listing.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.listing.scan(session, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(&self, session: &dyn Session, args: ScanArgs<'a>) -> Result<ScanResult> {
        self.listing.scan_with_args(session, args).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.listing.supports_filters_pushdown(filters)
    }
}
