//! Turns sorted rows into the bytes of a year's file, the same bytes for the same rows.
//!
//! Row groups are encoded side by side and written in their order. Each has as many rows as the
//! next, whatever the size of the batches, so that the bytes depend on nothing but the rows.

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use datafusion::parquet::schema::types::ColumnPath;

use super::layout::{Layout, Shape};
use super::provenance::{PROVENANCE_KEY, Provenance};
use super::sort::Sorted;
use crate::messages::Stage;
use crate::pipeline::in_order;
use crate::progress::{Progress, Unit};

/// Rows of a row group: what a query skips or reads as a whole.
const GROUP_ROWS: usize = 131_072;

/// Level of compression. Higher ones find accidental likenesses in hashes and codes, which take more bytes than
/// they save: the file of 400,000 dossiers has 11,736,272 bytes with level 1, and 12,029,777 with level 3.
const ZSTD_LEVEL: i32 = 1;

/// How often a row group is read for a key that is not in it: one in 33, for a byte per row.
const KEY_FPP: f64 = 0.03;

/// Why a file could not be written.
pub(super) enum WriteFault {
    /// The disk.
    Io(std::io::Error),
    /// The writer.
    Parquet(Box<dyn std::error::Error + Send + Sync>),
}

impl From<ParquetError> for WriteFault {
    fn from(cause: ParquetError) -> Self {
        Self::Parquet(cause.into())
    }
}

impl From<ArrowError> for WriteFault {
    fn from(cause: ArrowError) -> Self {
        match cause {
            ArrowError::IoError(_, cause) => Self::Io(cause),
            cause => Self::Parquet(cause.into()),
        }
    }
}

/// Writes and syncs sorted rows with their provenance.
pub(super) fn write_parquet(
    file: &File,
    rows: Sorted,
    provenance: &Provenance,
    progress: &dyn Progress,
) -> Result<(), WriteFault> {
    progress.begin(Stage::Writing, Unit::Rows, Some(provenance.rows));
    let text = serde_json::to_string(provenance).map_err(|cause| WriteFault::Parquet(cause.into()))?;
    let layout = Arc::clone(rows.layout());
    let mut properties = WriterProperties::builder()
        .set_created_by("cchc".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(vec![KeyValue::new(PROVENANCE_KEY.to_owned(), text)]));
    for (column, shape) in layout.shapes() {
        properties = encode_as(properties, column, *shape);
    }
    let writer = ArrowWriter::try_new(file, Arc::clone(layout.wide()), Some(properties.build()))?;
    let (mut writer, factory) = writer.into_serialized_writer()?;
    in_order(
        Groups { rows, rest: None }.enumerate(),
        |(index, group)| encode_group(&factory, &layout, index, &group?),
        |chunks: Result<Vec<ArrowColumnChunk>, WriteFault>| -> Result<(), WriteFault> {
            let mut group = writer.next_row_group()?;
            for chunk in chunks? {
                chunk.append_to_row_group(&mut group)?;
            }
            let rows = group.close()?.num_rows();
            progress.advance(u64::try_from(rows).unwrap_or(0));
            Ok(())
        },
    )?;
    writer.close()?;
    file.sync_all().map_err(WriteFault::Io)
}

/// Chooses the encoding of a column whose values a dictionary would only make longer.
///
/// Bytes of 400,000 dossiers, sorted by field and day of receipt, zstd: `received_at` 1,586,723 with a
/// dictionary, 905,609 plain, 333,197 as differences; `_row` 1,254,001 plain, 1,011,877 as differences;
/// `applicant_key` 7,518,289 with a dictionary, 7,323,548 plain, 6,626,764 with the lengths apart. All other
/// columns are shortest with a dictionary: days that are not in order take half as much again without,
/// names and amounts three times as much.
fn encode_as(properties: WriterPropertiesBuilder, column: &str, shape: Shape) -> WriterPropertiesBuilder {
    let column = ColumnPath::from(column);
    let properties = properties.set_column_dictionary_enabled(column.clone(), false);
    match shape {
        // Shared beginnings would save a tenth, and reading one dossier would take longer. Codes are spread over
        // all row groups, so only a Bloom filter tells which of them holds one.
        Shape::Distinct => properties
            .set_column_bloom_filter_max_ndv(column.clone(), GROUP_ROWS as u64)
            .set_column_bloom_filter_fpp(column, KEY_FPP),
        Shape::Near => properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED),
        Shape::Hashed => properties.set_column_encoding(column, Encoding::DELTA_LENGTH_BYTE_ARRAY),
    }
}

/// Encodes the columns of a row group.
fn encode_group(
    factory: &ArrowRowGroupWriterFactory,
    layout: &Layout,
    index: usize,
    group: &[RecordBatch],
) -> Result<Vec<ArrowColumnChunk>, WriteFault> {
    let mut writers = factory.create_column_writers(index)?;
    for narrow in group {
        let wide = layout.widen_values(narrow)?;
        for ((writer, column), field) in writers.iter_mut().zip(&wide).zip(layout.wide().fields()) {
            for leaf in compute_leaves(field, column)? {
                writer.write(&leaf)?;
            }
        }
    }
    Ok(writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, ParquetError>>()?)
}

/// Cuts batches into row groups of equal length.
struct Groups {
    rows: Sorted,
    rest: Option<RecordBatch>,
}

impl Iterator for Groups {
    type Item = Result<Vec<RecordBatch>, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut group = Vec::new();
        let mut missing = GROUP_ROWS;
        while missing > 0 {
            let batch = match self.rest.take().map(Ok).or_else(|| self.rows.next()) {
                None => break,
                Some(Err(cause)) => return Some(Err(cause)),
                Some(Ok(batch)) => batch,
            };
            let taken = batch.num_rows().min(missing);
            if taken < batch.num_rows() {
                self.rest = Some(batch.slice(taken, batch.num_rows() - taken));
            }
            group.push(batch.slice(0, taken));
            missing -= taken;
        }
        (!group.is_empty()).then_some(Ok(group))
    }
}
