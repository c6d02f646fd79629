//! Turns bad cells into complaints, one per column and kind of fault, and into rejected rows.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::value::Problem;
use crate::contract::{Column, ColumnType, Contract};
use crate::error::{Error, Explain as _, Place};
use crate::messages::CellsFault;

/// Rejected rows that are kept in detail; the rest is counted.
const MOST_REJECTS: usize = 100_000;

/// Places that a complaint names.
const MOST_PLACES: usize = 10;

/// A row that is left out because of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file's name.
    pub file: String,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// The row's number in the file.
    pub row: u32,
    /// The bad cells.
    pub cells: Vec<RejectedCell>,
}

/// A bad cell of a rejected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedCell {
    /// Index of the contract's column.
    pub field: usize,
    /// Name of the column.
    pub column: String,
    /// Where it stands, with what was found; masked for personal columns.
    pub place: Place,
    /// What is wrong.
    pub problem: Problem,
}

/// The bad cells of an import: all counted, the first ones in detail.
#[derive(Debug, Default)]
pub struct BadCells {
    by_column: BTreeMap<usize, IndexMap<Problem, Complaint>>,
    rejects: Vec<Reject>,
    rows: usize,
}

/// Cells of one column that have one problem.
#[derive(Debug, Default)]
struct Complaint {
    cells: usize,
    places: Vec<Place>,
}

impl BadCells {
    /// Adds a row.
    pub fn add(&mut self, reject: Reject) {
        self.rows += 1;
        for cell in &reject.cells {
            let complaint = self.by_column.entry(cell.field).or_default().entry(cell.problem).or_default();
            complaint.cells += 1;
            if complaint.places.len() < MOST_PLACES {
                complaint.places.push(cell.place.clone());
            }
        }
        if self.rejects.len() < MOST_REJECTS {
            self.rejects.push(reject);
        }
    }

    /// Returns the number of rows with bad cells.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns one complaint per column and problem, with the places of its cells.
    pub fn complaints(&self, contract: &Contract) -> Vec<Error> {
        let complaints = self.by_column.iter().flat_map(|(field, problems)| {
            problems.iter().map(|(problem, complaint)| (&contract.columns[*field], *problem, complaint))
        });
        complaints
            .map(|(column, problem, complaint)| {
                let error = problem.fault(column, complaint.cells).error();
                let error = complaint.places.iter().cloned().fold(error, Error::at);
                error.and_more(complaint.cells - complaint.places.len())
            })
            .collect()
    }

    /// Hands over the rejected rows that were kept, in order.
    pub fn into_rejects(self) -> Vec<Reject> {
        self.rejects
    }
}

impl Problem {
    /// Says what is wrong with `count` cells of `column`.
    pub fn fault(self, column: &Column, count: usize) -> CellsFault {
        let name = column.name.clone();
        let bound = |bound: Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
        match self {
            Self::NotANumber => {
                CellsFault::NotANumber { column: name, count, wanted: type_name(column.kind) }
            }
            Self::LosesDecimals => {
                CellsFault::LosesDecimals { column: name, count, wanted: type_name(column.kind) }
            }
            Self::TooLarge => CellsFault::TooLarge { column: name, count, wanted: type_name(column.kind) },
            Self::AmbiguousMarks => CellsFault::AmbiguousMarks { column: name, count },
            Self::OtherUnit => {
                let unit = column.measure_unit.clone().unwrap_or_default();
                CellsFault::OtherUnit { column: name, count, unit }
            }
            Self::AmbiguousRate => CellsFault::AmbiguousRate { column: name, count },
            Self::NotADate => CellsFault::NotADate { column: name, count },
            Self::NumberForDate => CellsFault::NumberForDate { column: name, count },
            Self::DateInstead => CellsFault::DateInstead { column: name, count },
            Self::UnknownCategory => {
                let labels = column.categories.values().filter_map(|spellings| spellings.first());
                let known: Vec<String> = labels.map(|label| format!("`{label}`")).collect();
                CellsFault::UnknownCategory { column: name, count, known: known.join(", ") }
            }
            Self::NotABool => CellsFault::NotABool { column: name, count },
            Self::SheetError => CellsFault::SheetError { column: name, count },
            Self::Required => CellsFault::Required { column: name, count },
            Self::TooSmall => CellsFault::TooSmall { column: name, count, bound: bound(column.minimum) },
            Self::AboveMaximum => {
                CellsFault::AboveMaximum { column: name, count, bound: bound(column.maximum) }
            }
            Self::Pattern => {
                let pattern = column.pattern.as_ref().map(ToString::to_string).unwrap_or_default();
                CellsFault::Pattern { column: name, count, pattern }
            }
        }
    }
}

fn type_name(kind: ColumnType) -> String {
    match kind {
        ColumnType::Text => "text".to_owned(),
        ColumnType::Int => "int".to_owned(),
        ColumnType::Year => "year".to_owned(),
        ColumnType::Float => "float".to_owned(),
        ColumnType::Rate => "rate".to_owned(),
        ColumnType::Decimal(precision, scale) => format!("decimal({precision},{scale})"),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Timestamp => "timestamp".to_owned(),
        ColumnType::Category => "category".to_owned(),
        ColumnType::Bool => "bool".to_owned(),
    }
}
