//! Turns what is known about an imported year into metadata of its Parquet file, and back.
//!
//! It holds no time and no operator: those stand in the history, so that the same input gives the
//! same bytes.

use std::fs::File;
use std::path::Path;

use chrono::NaiveDate;
use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Place, Result};
use crate::guard::guarded;
use crate::messages::StoreFault;
use crate::workspace::{Workspace, unreadable};

/// The key of the provenance in the Parquet key-value metadata.
pub const PROVENANCE_KEY: &str = "cchc.provenance";

/// Where the rows of one year of a dataset came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The dataset.
    pub dataset: String,
    /// The year.
    pub year: i32,
    /// The exports that were read.
    pub files: Vec<InputFile>,
    /// Number of rows stored.
    pub rows: u64,
    /// Number of rows of the exports by kind (`detail`, `group`, `total`, …).
    pub rows_by_kind: IndexMap<String, u64>,
    /// Number of rows left out because a cell was wrong.
    pub rejects: u64,
    /// What the exports state about their rows, with what the rows give.
    pub control_totals: Vec<ControlTotal>,
    /// SHA-256 of the contract.
    pub contract_hash: String,
    /// The time that the rows cover.
    pub period: Dated,
    /// The day at which states were taken.
    pub as_of: AsOf,
    /// Which values are not real.
    pub synthetic: Synthetic,
    /// The version of what an import makes of an export; 0 in files from before it was noted.
    #[serde(default)]
    pub importer_version: u32,
    /// First 12 hexadecimal digits of the hash of inputs, importer version, contract, year and options.
    pub revision: String,
}

/// One export that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    /// The file's name without folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The sheets that were read; empty for formats without sheets.
    pub sheets: Vec<String>,
}

/// A number that an export states about its own rows, and what the rows give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlTotal {
    /// The column that is summed; `None` for a count of rows.
    pub column: Option<String>,
    /// The block of a wide table (`civil_servant`), if the table has blocks.
    pub block: Option<String>,
    /// The group that is summed; `None` for the whole sheet.
    pub scope: Option<String>,
    /// The file's name, the sheet and the cell that state it.
    pub place: String,
    /// The number as stated, in plain digits.
    pub stated: String,
    /// The number that the rows give, in plain digits.
    pub computed: String,
}

impl ControlTotal {
    /// Tells whether the export agrees with its rows.
    pub fn agrees(&self) -> bool {
        self.stated == self.computed
    }
}

/// How a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The export says it.
    Export,
    /// The user gave it.
    Given,
    /// Neither did; the calendar year is taken.
    Assumed,
}

impl Origin {
    /// Returns the word that tables show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Given => "given",
            Self::Assumed => "assumed",
        }
    }
}

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// First day.
    #[serde(with = "iso_date")]
    pub from: NaiveDate,
    /// Last day.
    #[serde(with = "iso_date")]
    pub to: NaiveDate,
    /// How it is known.
    pub origin: Origin,
}

/// A day at which states were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOf {
    /// The day.
    #[serde(with = "iso_date")]
    pub date: NaiveDate,
    /// How it is known.
    pub origin: Origin,
}

/// Dates as `2023-12-31`.
mod iso_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    pub(super) fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Which values of a year are made up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synthetic {
    /// None: all are a real export's.
    #[default]
    None,
    /// All of them.
    All,
    /// Those of these columns.
    Columns(Vec<String>),
}

impl Synthetic {
    /// Tells whether the values of a column are made up.
    pub fn covers(&self, column: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Columns(columns) => columns.iter().any(|name| name == column),
        }
    }
}

/// Reads the provenance of a year's file from its footer; the data are not touched.
///
/// # Errors
/// If the file cannot be read, is not Parquet, or was not written by an import.
pub fn read_provenance(workspace: &Workspace, path: &Path) -> Result<Provenance> {
    let shown = workspace.display(path);
    let file = File::open(path).map_err(|cause| unreadable(&shown, cause))?;
    let fault = |file: &str| Error::new(StoreFault::NotOurs { file: file.to_owned() }).at(Place::file(file));
    let reader = guarded(|| SerializedFileReader::new(file)).ok_or_else(|| fault(&shown))?;
    let reader = reader.map_err(|cause| fault(&shown).caused_by(cause))?;
    let entries = reader.metadata().file_metadata().key_value_metadata();
    let text = entries
        .and_then(|entries| entries.iter().find(|entry| entry.key == PROVENANCE_KEY))
        .and_then(|entry| entry.value.as_deref())
        .ok_or_else(|| fault(&shown))?;
    serde_json::from_str(text).map_err(|cause| fault(&shown).caused_by(cause))
}
