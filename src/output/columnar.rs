//! Turns an answer into Parquet or an Arrow file, with titles of the columns and what the reader must
//! know in the metadata.
//!
//! String views are written as plain strings, which every reader of these formats knows. Nothing in the
//! file depends on the day, so the same result has the same bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::FileWriter;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;

use super::Sheet;
use super::provenance::PROGRAM;
use crate::engine::TITLE_KEY;
use crate::error::{Explain as _, Lang};

/// Metadata of the file: what the reader must know, such as that data are made up.
const NOTICE_KEY: &str = "cchc.notice";
/// Metadata of the file: what was asked.
const QUERY_KEY: &str = "cchc.query";
/// Metadata of the file: what the result is called.
const FILE_TITLE_KEY: &str = "cchc.title";

pub(super) fn write_parquet(out: &mut impl Write, sheet: &Sheet<'_>) -> io::Result<()> {
    let (schema, batches) = plain_columns(sheet).map_err(io::Error::other)?;
    let entries = file_metadata(sheet).into_iter();
    let properties = WriterProperties::builder()
        .set_created_by(PROGRAM.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(entries.map(|(key, value)| KeyValue::new(key, value)).collect()))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).map_err(io::Error::other)?;
    for batch in &batches {
        writer.write(batch).map_err(io::Error::other)?;
    }
    writer.close().map_err(io::Error::other)?;
    out.write_all(&bytes)
}

pub(super) fn write_arrow(out: &mut impl Write, sheet: &Sheet<'_>) -> io::Result<()> {
    let (schema, batches) = plain_columns(sheet).map_err(io::Error::other)?;
    let mut writer = FileWriter::try_new(&mut *out, &schema).map_err(io::Error::other)?;
    for batch in &batches {
        writer.write(batch).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)
}

/// In order of the keys, so that the same result has the same bytes.
fn file_metadata(sheet: &Sheet<'_>) -> BTreeMap<String, String> {
    let notices: Vec<String> = sheet.answer.notices.iter().map(|notice| notice.message(Lang::En)).collect();
    let query = sheet.provenance.as_ref().map(|provenance| provenance.query.clone()).unwrap_or_default();
    [(NOTICE_KEY, notices.join("\n")), (QUERY_KEY, query), (FILE_TITLE_KEY, sheet.title.clone())]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// Gives the columns their titles, and plain strings the place of views and dictionaries.
fn plain_columns(sheet: &Sheet<'_>) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    let fields: Vec<Field> = sheet
        .answer
        .schema
        .fields()
        .iter()
        .zip(&sheet.layout.columns)
        .map(|(field, column)| {
            let mut metadata = field.metadata().clone();
            if column.heading != column.name {
                metadata.insert(TITLE_KEY.to_owned(), column.heading.clone());
            }
            Field::new(&column.name, plain_type(field.data_type()), true).with_metadata(metadata)
        })
        .collect();
    let metadata: HashMap<String, String> = file_metadata(sheet).into_iter().collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let convert = |batch: &RecordBatch| {
        let arrays = batch.columns().iter().zip(schema.fields());
        let arrays: Result<Vec<ArrayRef>, ArrowError> =
            arrays.map(|(array, field)| cast(array, field.data_type())).collect();
        RecordBatch::try_new(Arc::clone(&schema), arrays?)
    };
    let batches = sheet.answer.batches.iter().map(convert).collect::<Result<_, _>>()?;
    Ok((schema, batches))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, value) => plain_type(value),
        other => other.clone(),
    }
}
