//! Turns kept rows into bytes and back.
//!
//! The bytes are a mark, a hash of the rest, and one Arrow IPC stream of one batch: replaced dictionaries, which
//! the format's writer refuses, cannot occur, and texts are copied out of the buffers of the file they were
//! read from. Bytes that are not whole are nothing.

use std::io::Cursor;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use sha2::{Digest as _, Sha256};

use std::sync::Arc;

const MARK: &[u8; 8] = b"cchckept";
const HASH_BYTES: usize = 32;

/// What is kept under a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kept {
    /// The rows.
    Rows(RecordBatch),
    /// That the rows are not worth keeping.
    TooLarge,
}

/// Writes rows that were computed.
pub(super) fn write_rows(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let whole = concat_batches(schema, batches)?;
    let columns = whole.columns().iter().map(detach).collect();
    let whole = RecordBatch::try_new(Arc::clone(schema), columns)?;
    let mut stream = StreamWriter::try_new(Vec::new(), schema)?;
    stream.write(&whole)?;
    Ok(seal(&stream.into_inner()?))
}

/// Writes that rows are not worth keeping.
pub(super) fn write_too_large() -> Vec<u8> {
    seal(&[])
}

/// Reads what was written; nothing if it is not whole.
pub(super) fn read(bytes: &[u8]) -> Option<Kept> {
    let (hash, body) = bytes.strip_prefix(MARK)?.split_at_checked(HASH_BYTES)?;
    if Sha256::digest(body).as_slice() != hash {
        return None;
    }
    if body.is_empty() {
        return Some(Kept::TooLarge);
    }
    let mut batches = StreamReader::try_new(Cursor::new(body), None).ok()?;
    batches.next()?.ok().map(Kept::Rows)
}

fn seal(body: &[u8]) -> Vec<u8> {
    [MARK.as_slice(), Sha256::digest(body).as_slice(), body].concat()
}

/// Copies texts out of the buffers that they share with what is not kept.
fn detach(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()),
        DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
        _ => Arc::clone(column),
    }
}
