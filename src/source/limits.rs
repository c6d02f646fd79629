//! Bounds what one export may cost, whatever it claims about itself.
//!
//! The limits stand far above what offices send and below what harms a small computer; each is
//! checked while bytes are counted, never from what a header declares alone. The README lists them.

use std::io::{self, BufRead, Read};

use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// Bytes of a file that is read as a whole: every format but delimited text.
pub const FILE_BYTES: u64 = 1 << 30;
/// Bytes that one container (a workbook, an archive, a compressed file) may unpack to.
pub const UNPACKED_BYTES: u64 = 2 << 30;
/// How many times its packed size an entry may unpack to, once it is larger than [`RATIO_GRACE`].
pub const RATIO: u64 = 200;
/// Unpacked size up to which the ratio is of no interest.
pub const RATIO_GRACE: u64 = 100 << 20;
/// Entries of a container.
pub const ENTRIES: usize = 2_000;
/// Exports in one archive.
pub const MEMBERS: usize = 200;
/// Sheets of a workbook.
pub const SHEETS: usize = 500;
/// Rows of a sheet (ECMA-376; `OpenDocument` programs have the same).
pub const ROWS: u32 = 1_048_576;
/// Columns of a sheet, and of delimited text.
pub const COLUMNS: usize = 16_384;
/// Places for cells that the sheets of one export may take, empty ones between used ones included.
pub const CELLS: usize = 20_000_000;
/// Bytes of text in the cells of one export, shared texts once.
pub const TEXT_BYTES: usize = 512 << 20;
/// Merged regions of a sheet.
pub const MERGES: usize = 200_000;
/// Bytes of one line of delimited text, and of one run of text or one tag in XML.
pub const LINE_BYTES: usize = 16 << 20;
/// How deep the elements of XML may be nested.
pub const DEPTH: usize = 256;

/// What an export has used of its limits so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    cells: usize,
    text: usize,
}

impl Budget {
    /// Takes room for `count` more cells.
    pub(super) fn take_cells(&mut self, count: usize) -> Result<()> {
        self.cells = self.cells.saturating_add(count);
        if self.cells > CELLS { Err(SourceFault::TooManyCells { limit: CELLS }.into()) } else { Ok(()) }
    }

    /// Takes room for a text.
    pub(super) fn take_text(&mut self, bytes: usize) -> Result<()> {
        self.text = self.text.saturating_add(bytes);
        if self.text > TEXT_BYTES {
            return Err(SourceFault::TooMuchText { megabytes: TEXT_BYTES >> 20 }.into());
        }
        Ok(())
    }
}

/// Refuses text with a NUL or with a line that no table has.
///
/// # Errors
/// [`SourceFault::NulByte`] or [`SourceFault::LongLine`] with the line.
pub(super) fn check_lines(text: &str) -> Result<()> {
    for (line, content) in (1..).zip(text.split('\n')) {
        if content.len() > LINE_BYTES {
            return Err(SourceFault::LongLine { line, megabytes: LINE_BYTES >> 20 }.into());
        }
        if content.contains('\0') {
            return Err(SourceFault::NulByte { line }.into());
        }
    }
    Ok(())
}

/// A limit that was met inside a reader; [`explain`] finds it under the reader's own error.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Met(SourceFault);

/// Wraps a fault for code that can only fail with an [`io::Error`].
fn met(fault: SourceFault) -> io::Error {
    io::Error::other(Met(fault))
}

/// Turns a foreign error into ours: the limit that caused it, or damage.
pub(super) fn explain(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    limit_met(&cause).map_or_else(|| Error::new(SourceFault::Damaged).caused_by(cause), Error::new)
}

/// Finds the limit that a foreign error comes from.
pub(super) fn limit_met(cause: &(dyn std::error::Error + 'static)) -> Option<SourceFault> {
    let mut level = Some(cause);
    while let Some(error) = level {
        if let Some(Met(fault)) = error.downcast_ref::<Met>() {
            return Some(fault.clone());
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        level = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

/// Reads at most `limit` bytes and fails with `fault` on the next one.
pub(super) struct Capped<R> {
    inner: R,
    left: u64,
    fault: SourceFault,
}

impl<R> Capped<R> {
    pub(super) fn new(inner: R, limit: u64, fault: SourceFault) -> Self {
        Self { inner, left: limit, fault }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| met(self.fault.clone()))?;
        Ok(count)
    }
}

/// Counts the bytes since the last mark, so that no single token of XML fills the memory.
pub(super) struct Meter<R> {
    inner: R,
    since_mark: usize,
}

impl<R> Meter<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, since_mark: 0 }
    }

    pub(super) fn mark(&mut self) {
        self.since_mark = 0;
    }

    /// Refuses a token that came out of memory in one piece.
    pub(super) fn check(&self) -> Result<()> {
        if self.since_mark > LINE_BYTES { Err(long_token().into()) } else { Ok(()) }
    }
}

fn long_token() -> SourceFault {
    SourceFault::LongToken { megabytes: LINE_BYTES >> 20 }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_mark > LINE_BYTES {
            return Err(met(long_token()));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.since_mark = self.since_mark.saturating_add(count);
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Budget, CELLS, Capped, explain};
    use crate::error::Lang;
    use crate::messages::SourceFault;

    #[test]
    fn a_limit_met_inside_a_reader_is_named() {
        let mut reader = Capped::new(&[0_u8; 10][..], 5, SourceFault::TooMuchText { megabytes: 7 });
        let cause = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(explain(cause).message(Lang::En).contains("7 MiB"));
    }

    #[test]
    fn the_budget_is_one_for_all_sheets() {
        let mut budget = Budget::default();
        assert!(budget.take_cells(CELLS).is_ok());
        assert!(budget.take_cells(1).is_err());
    }
}
