//! Turns what was asked and what was found into a plan that people can read before anything is written.
//!
//! The plan is the whole truth of an import: a dry run prints it, an import publishes it, and the
//! provenance of the year is taken from it.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::RecordBatch;
use datafusion::catalog::MemTable;
use indexmap::IndexMap;

use super::carried::find_carried_over;
use super::gaps::is_ordinal;
use super::header::{Role, SourceColumn};
use super::locate::Located;
use super::report::Reject;
use super::rows::RowKind;
use crate::contract::{Contract, Personal};
use crate::error::{Error, Result};
use crate::messages::ImportFault;
use crate::progress::Watcher;
use crate::source::{Format, column_letters};
use crate::store::{AsOf, Author, ControlTotal, Dated, Provenance, Published, Synthetic};
use crate::workspace::Workspace;

/// What the user asks to be imported, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The reporting year.
    pub year: i32,
    /// The exports, in order; their rows follow each other.
    pub files: Vec<PathBuf>,
    /// Patterns (`*`, `?`) of sheet names; all visible sheets if there are none.
    pub sheets: Vec<String>,
    /// The period, for exports that do not say it.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// The as-of date, for exports that do not say it.
    pub as_of: Option<NaiveDate>,
    /// The encoding of text files, by label; found if not given.
    pub encoding: Option<String>,
    /// How many rows may be left out because a cell is wrong.
    pub allow_rejects: usize,
    /// Whether totals that the rows do not give are let pass.
    pub allow_control_mismatch: bool,
    /// Which values are made up.
    pub synthetic: Synthetic,
    /// The key for hashes of personal values.
    pub key: Option<Vec<u8>>,
    /// Who imports, and when, for the history.
    pub author: Author,
    /// Who watches the work.
    pub progress: Watcher,
}

/// Everything an import would do, shown by a dry run.
#[derive(Debug)]
pub struct ImportPlan {
    /// The dataset.
    pub dataset: String,
    /// The year.
    pub year: i32,
    /// What was found in the exports.
    pub files: Vec<FilePlan>,
    /// Number of rows that would be stored.
    pub rows: u64,
    /// Number of rows of the exports by kind.
    pub rows_by_kind: IndexMap<String, u64>,
    /// Rows with bad cells.
    pub rejects: Vec<Reject>,
    /// Stated and computed totals.
    pub control_totals: Vec<ControlTotal>,
    /// The time that the rows cover.
    pub period: Dated,
    /// The day at which states were taken.
    pub as_of: AsOf,
    /// What people should look at although it refuses nothing.
    pub warnings: Vec<Error>,
    /// Why the import would be refused, if it would.
    pub refusal: Option<Error>,
    /// What would be written beside the rows.
    pub provenance: Provenance,
    pub(super) batch: RecordBatch,
}

/// What was found in one export.
#[derive(Debug, Clone)]
pub struct FilePlan {
    /// The path as given.
    pub file: String,
    /// What its bytes turned out to be.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
    /// The encoding of a text, unless it is UTF-8.
    pub encoding: Option<String>,
    /// The sheets that are read.
    pub sheets: Vec<SheetPlan>,
    /// The sheets that are not read.
    pub left_out: Vec<LeftOut>,
}

/// A sheet that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name; empty in formats without sheets.
    pub name: String,
    /// Why it is not read.
    pub reason: Reason,
}

/// Why a sheet is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is hidden and was not named.
    Hidden,
    /// Others were named.
    NotAskedFor,
    /// Nothing stands in it.
    Empty,
    /// Nothing in it looks like the header of the dataset.
    NoHeader,
}

/// What was found in one sheet.
#[derive(Debug, Clone)]
pub struct SheetPlan {
    /// The sheet's name.
    pub name: Option<String>,
    /// Numbers of the first and the last header row.
    pub header_rows: (u32, u32),
    /// The columns with a heading, from left to right.
    pub columns: Vec<ColumnPlan>,
    /// Number of rows by kind.
    pub rows_by_kind: IndexMap<String, u64>,
    /// Number of records, which in a wide table differs from the number of detail rows.
    pub records: u64,
    /// Number of cells whose value is the stored result of a formula.
    pub formulas: u64,
}

/// What becomes of one column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlan {
    /// Its letters (`F`).
    pub letters: String,
    /// Its headings (`Thời hạn → Nhận hồ sơ`).
    pub heading: String,
    /// The contract's column; `None` if it is ignored.
    pub field: Option<String>,
    /// Why it is ignored, if it is.
    pub ignored: Option<Ignored>,
    /// The category under which it stands in a wide table.
    pub block: Option<String>,
    /// What happens to personal values in it.
    pub personal: Personal,
}

/// Why a column of an export is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It numbers the rows.
    Ordinal,
    /// Another heading fits the contract's column better.
    Outdone,
    /// No column of the contract claims its heading.
    Unclaimed,
}

/// What an import did.
#[derive(Debug)]
pub struct ImportReport {
    /// The plan that was carried out.
    pub plan: ImportPlan,
    /// What was published.
    pub published: Published,
}

impl ImportPlan {
    /// Returns the rows that would be stored, in source order, with their origin columns.
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// Adds a warning about rows that other years of the workspace have, too.
    ///
    /// # Errors
    /// If the other years cannot be read.
    pub fn compare_with_other_years(&mut self, workspace: &Workspace, contract: &Contract) -> Result<()> {
        let rows = MemTable::try_new(self.batch.schema(), vec![vec![self.batch.clone()]]);
        let rows = rows.map_err(|cause| Error::new(ImportFault::NotABatch).caused_by(cause))?;
        self.warnings.extend(find_carried_over(workspace, contract, self.year, Arc::new(rows))?);
        Ok(())
    }
}

/// Describes a sheet that was understood.
pub(super) fn plan_sheet(located: &Located<'_>, contract: &Contract) -> SheetPlan {
    let sheet = located.sheet;
    let number = |index: usize| sheet.rows.get(index).map_or(0, |row| row.number);
    let top = located.header.top;
    let columns = located.header.columns.iter().map(|source| {
        let (field, block) = match &source.role {
            Role::Field(field) => (contract.columns.get(*field), None),
            Role::Block { category, field } => (contract.columns.get(*field), Some(category.clone())),
            Role::Ignored => (None, None),
        };
        ColumnPlan {
            letters: column_letters(source.column),
            heading: source.heading(),
            field: field.map(|column| column.name.clone()),
            ignored: field.is_none().then(|| why_ignored(source)),
            block,
            personal: field.map_or(Personal::No, |column| column.personal),
        }
    });
    SheetPlan {
        name: sheet.name.clone(),
        header_rows: (number(top), number(top + located.header.height - 1)),
        columns: columns.collect(),
        rows_by_kind: count_kinds(std::iter::once(located)),
        records: located.records.len() as u64,
        formulas: sheet.notes.formulas,
    }
}

fn why_ignored(source: &SourceColumn) -> Ignored {
    match () {
        () if is_ordinal(&source.heading()) => Ignored::Ordinal,
        () if source.is_outdone() => Ignored::Outdone,
        () => Ignored::Unclaimed,
    }
}

/// Counts the rows of sheets by kind, in the order in which kinds follow each other in a form.
pub(super) fn count_kinds<'a, 'b: 'a>(
    sheets: impl Iterator<Item = &'a Located<'b>>,
) -> IndexMap<String, u64> {
    let mut kinds: Vec<RowKind> = sheets.flat_map(|located| located.kinds.iter().copied()).collect();
    kinds.sort_unstable();
    let mut counts = IndexMap::new();
    for kind in kinds {
        *counts.entry(kind.name().to_owned()).or_insert(0) += 1;
    }
    counts
}
