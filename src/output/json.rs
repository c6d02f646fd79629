//! Turns an answer into JSON: numbers stay numbers, dates are ISO text, NULL is `null`.

use std::io::{self, Write};

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::datatypes::DataType;

use super::Layout;
use super::layout::{CellReader, plain_text};
use crate::engine::Answer;

pub(super) fn write_json(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    out.write_all(b"[")?;
    let mut separator = "\n";
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            out.write_all(separator.as_bytes())?;
            write_object(out, batch, row, layout, &readers)?;
            separator = ",\n";
        }
    }
    out.write_all(b"\n]\n")
}

pub(super) fn write_ndjson(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            write_object(out, batch, row, layout, &readers)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn write_object(
    out: &mut impl Write,
    batch: &RecordBatch,
    row: usize,
    layout: &Layout,
    readers: &[CellReader<'_>],
) -> io::Result<()> {
    out.write_all(b"{")?;
    for (index, (array, column)) in batch.columns().iter().zip(&layout.columns).enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &column.name)?;
        out.write_all(b":")?;
        write_value(out, array, row, &readers[index])?;
    }
    out.write_all(b"}")
}

fn write_value(
    out: &mut impl Write,
    array: &dyn Array,
    row: usize,
    reader: &CellReader<'_>,
) -> io::Result<()> {
    if reader.is_null(row) {
        return out.write_all(b"null");
    }
    match array.data_type() {
        DataType::Boolean => out.write_all(plain_text(array, row).as_bytes()),
        data_type if data_type.is_numeric() => {
            let number = plain_text(array, row);
            // JSON has no infinity; a number that is none is the absence of a number.
            let finite = number.parse::<f64>().is_ok_and(f64::is_finite);
            out.write_all(if finite { number.as_bytes() } else { b"null" })
        }
        _ => Ok(serde_json::to_writer(&mut *out, &reader.text(row))?),
    }
}
