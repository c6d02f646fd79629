//! Hands tables from `DataFusion`'s Arrow to the grammar crate's Arrow and back.
//!
//! The two crates are on different major versions of Arrow, whose types do not meet; the IPC
//! stream format does. Charts have few rows, so the copy costs microseconds.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::{reader::StreamReader, writer::StreamWriter};

/// What can go wrong on the way between the two versions, in words.
pub(super) type Passed<T> = Result<T, String>;

/// Casts what only one side knows to plain types: text to `Utf8`, decimals to `Float64`, instants
/// to microseconds without a zone.
pub(super) fn plain(
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<(SchemaRef, Vec<RecordBatch>), ArrowError> {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), plain_type(field.data_type()), true))
        .collect();
    let target: SchemaRef = Arc::new(Schema::new(fields));
    let batches = batches
        .iter()
        .map(|batch| {
            let columns: Result<Vec<ArrayRef>, ArrowError> = batch
                .columns()
                .iter()
                .zip(target.fields())
                .map(|(column, field)| cast(column, field.data_type()))
                .collect();
            RecordBatch::try_new(Arc::clone(&target), columns?)
        })
        .collect::<Result<Vec<_>, ArrowError>>()?;
    Ok((target, batches))
}

fn plain_type(found: &DataType) -> DataType {
    match found {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
        DataType::Dictionary(_, value) => plain_type(value),
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..)
        | DataType::Float16 => DataType::Float64,
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Date64 => DataType::Date32,
        other => other.clone(),
    }
}

/// Passes a result of `DataFusion` to the grammar crate.
pub(super) fn to_grammar(schema: &SchemaRef, batches: &[RecordBatch]) -> Passed<ggsql::DataFrame> {
    let (schema, batches) = plain(schema, batches).map_err(|error| error.to_string())?;
    let batch =
        datafusion::arrow::compute::concat_batches(&schema, &batches).map_err(|error| error.to_string())?;
    let mut stream = Vec::new();
    let mut writer = StreamWriter::try_new(&mut stream, &schema).map_err(|error| error.to_string())?;
    writer.write(&batch).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
    drop(writer);
    let mut reader = arrow_58::ipc::reader::StreamReader::try_new(stream.as_slice(), None)
        .map_err(|error| error.to_string())?;
    match reader.next() {
        Some(batch) => Ok(ggsql::DataFrame::from_record_batch(batch.map_err(|error| error.to_string())?)),
        None => Ok(ggsql::DataFrame::empty()),
    }
}

/// Passes a frame of the grammar crate to `DataFusion`.
pub(super) fn from_grammar(frame: &ggsql::DataFrame) -> Passed<(SchemaRef, Vec<RecordBatch>)> {
    let batch = frame.inner();
    let mut stream = Vec::new();
    let mut writer = arrow_58::ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema())
        .map_err(|error| error.to_string())?;
    writer.write(batch).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
    drop(writer);
    let reader = StreamReader::try_new(stream.as_slice(), None).map_err(|error| error.to_string())?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    Ok((schema, batches))
}
