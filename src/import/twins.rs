//! Turns the rows of sheets into digests that show which sheets hold the same rows.
//!
//! A copied sheet in a workbook (`Sheet1 (2)`) is the usual slip, and a dataset without a key would
//! count every row twice. Two files with the same rows may be two units' equal lists, so they are
//! only pointed out.

use sha2::{Digest, Sha256};

use super::header::{Header, Role};
use super::rows::shown;
use crate::error::{Error, Explain as _, Place};
use crate::messages::{ImportFault, ImportWarning};
use crate::source::Row;

/// Sheets with fewer rows can be equal by chance.
const FEWEST: u64 = 2;

/// The digest of a sheet's records, taken row by row.
#[derive(Default)]
pub struct RowDigest {
    hasher: Sha256,
    count: u64,
}

/// A sheet with the digest of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetDigest {
    /// The file as places name it.
    pub file: String,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// Number of records.
    pub count: u64,
    /// Their hash.
    pub hash: Vec<u8>,
}

impl RowDigest {
    /// Adds a record: the cells that the contract reads, whatever column they stand in.
    pub fn add(&mut self, row: &Row, header: &Header) {
        for column in header.columns.iter().filter(|column| column.role != Role::Ignored) {
            self.hasher.update(shown(row.cell(column.column)).as_bytes());
            self.hasher.update([0]);
        }
        self.hasher.update([1]);
        self.count += 1;
    }

    /// Closes the digest of a sheet.
    pub fn finish(self, file: &str, sheet: Option<&str>) -> SheetDigest {
        let hash = self.hasher.finalize().to_vec();
        SheetDigest { file: file.to_owned(), sheet: sheet.map(str::to_owned), count: self.count, hash }
    }
}

/// Refuses equal sheets of one workbook and warns of equal ones of two.
pub fn find_twins(sheets: &[SheetDigest]) -> (Vec<Error>, Vec<Error>) {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    for (index, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.count >= FEWEST) {
        let same = |other: &&SheetDigest| other.hash == sheet.hash && other.count == sheet.count;
        let Some(first) = sheets.iter().take(index).find(same) else { continue };
        let error = if first.file == sheet.file {
            ImportFault::SameSheet { count: sheet.count }.error()
        } else {
            ImportWarning::SameRows { count: sheet.count }.error()
        };
        let of = if first.file == sheet.file { &mut faults } else { &mut warnings };
        of.push(error.at(place(first)).at(place(sheet)));
    }
    (faults, warnings)
}

fn place(sheet: &SheetDigest) -> Place {
    Place::Cell { file: sheet.file.clone(), sheet: sheet.sheet.clone(), cell: None, found: None }
}
