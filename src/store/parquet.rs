//! Turns a batch into the bytes of a year's file, the same bytes for the same rows.

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::provenance::PROVENANCE_KEY;
use super::publish::Publication;

/// Why a file could not be written.
pub(super) enum WriteFault {
    /// The disk.
    Io(std::io::Error),
    /// The writer.
    Parquet(Box<dyn std::error::Error + Send + Sync>),
}

/// Writes and syncs the sorted rows with their provenance.
pub(super) fn write_parquet(file: &File, publication: &Publication<'_>) -> Result<(), WriteFault> {
    let foreign = |cause: Box<dyn std::error::Error + Send + Sync>| WriteFault::Parquet(cause);
    let batch = sort_rows(publication).map_err(|cause| foreign(cause.into()))?;
    let text = serde_json::to_string(publication.provenance).map_err(|cause| foreign(cause.into()))?;
    let level = ZstdLevel::try_new(3).map_err(|cause| foreign(cause.into()))?;
    let properties = WriterProperties::builder()
        .set_created_by("cchc".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(vec![KeyValue::new(PROVENANCE_KEY.to_owned(), text)]))
        .build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))
        .map_err(|cause| foreign(cause.into()))?;
    writer.write(&batch).map_err(|cause| foreign(cause.into()))?;
    writer.close().map_err(|cause| foreign(cause.into()))?;
    file.sync_all().map_err(WriteFault::Io)
}

/// Orders the rows by the contract's columns, then as they stood in the exports.
fn sort_rows(publication: &Publication<'_>) -> Result<RecordBatch, ArrowError> {
    let batch = publication.batch;
    let column = |values: ArrayRef| SortColumn { values, options: None };
    let mut columns: Vec<SortColumn> = publication
        .sort
        .iter()
        .filter_map(|name| batch.column_by_name(name))
        .map(|values| column(Arc::clone(values)))
        .collect();
    let order = UInt64Array::from_iter_values(0..batch.num_rows() as u64);
    columns.push(column(Arc::new(order)));
    take_record_batch(batch, &lexsort_to_indices(&columns, None)?)
}
