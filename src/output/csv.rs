//! Turns an answer into CSV: comma, header, quotes where needed, NULL as the empty field.

use std::io::{self, Write};

use super::Layout;
use crate::engine::Answer;

pub(super) fn write_csv(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(layout.columns.iter().map(|column| &column.heading)).map_err(plain)?;
    let mut cell = String::new();
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            for reader in &readers {
                cell.clear();
                reader.write(row, &mut cell);
                writer.write_field(&cell).map_err(plain)?;
            }
            writer.write_record(None::<&[u8]>).map_err(plain)?;
        }
    }
    writer.flush()
}

/// Takes the crate's wrapping off, so that a closed pipe is told from a full disk.
pub(super) fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
