//! Turns bad cells into complaints, one per column and kind of fault, and into rejected rows.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::convert::{CellFault, Table};
use super::value::Problem;
use super::wanted::row_values;
use crate::contract::{Column, ColumnType, Contract, Rule};
use crate::error::{Error, Explain as _, Lang, Place};
use crate::messages::CellsFault;
use crate::vietnamese::fold::fold;

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
    /// What stands in the row, by place in the sheet; only kept columns that identify nobody.
    pub values: Vec<(usize, String)>,
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

/// Groups bad cells by column and problem; each complaint carries the places of its cells.
pub fn complaints(contract: &Contract, faults: &[CellFault]) -> Vec<Error> {
    let mut groups: IndexMap<(usize, Problem), Vec<&CellFault>> = IndexMap::new();
    for fault in faults {
        groups.entry((fault.field, fault.problem)).or_default().push(fault);
    }
    let complain = |((field, problem), cells): (&(usize, Problem), &Vec<&CellFault>)| {
        let places: Vec<&Place> = cells.iter().map(|cell| &cell.place).collect();
        let error = problem.fault(contract, *field, cells.len(), &places).error();
        cells.iter().fold(error, |error, cell| error.at(cell.place.clone()))
    };
    groups.iter().map(complain).collect()
}

/// Joins warnings that say the same about several places.
pub fn merge_warnings(warnings: Vec<Error>) -> Vec<Error> {
    let mut merged: IndexMap<String, Vec<Error>> = IndexMap::new();
    for warning in warnings {
        merged.entry(warning.message(Lang::En)).or_default().push(warning);
    }
    let join = |mut same: Vec<Error>| {
        let rest = same.split_off(1.min(same.len()));
        let first = same.pop()?;
        Some(rest.iter().flat_map(Error::places).cloned().fold(first, Error::at))
    };
    merged.into_values().filter_map(join).collect()
}

/// Collects the rows that have bad cells, in order.
pub fn rejects(contract: &Contract, table: &Table<'_>) -> BTreeMap<usize, Reject> {
    let mut rows: BTreeMap<usize, Reject> = BTreeMap::new();
    for fault in &table.faults {
        let part = &table.parts[table.rows[fault.row].0];
        let reject = rows.entry(fault.row).or_insert_with(|| Reject {
            file: part.file.clone(),
            sheet: part.located.sheet.name.clone(),
            row: table.row_number(fault.row),
            cells: Vec::new(),
            values: row_values(table.source_row(fault.row), &part.located.header, contract),
        });
        let column = contract.columns[fault.field].name.clone();
        let (field, place, problem) = (fault.field, fault.place.clone(), fault.problem);
        reject.cells.push(RejectedCell { field, column, place, problem });
    }
    rows
}

impl Problem {
    /// Says what is wrong with `count` cells of the contract's column `field`, some of them at `places`.
    pub fn fault(self, contract: &Contract, field: usize, count: usize, places: &[&Place]) -> CellsFault {
        let column = &contract.columns[field];
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
                let likely = likely_spellings(column, places);
                CellsFault::UnknownCategory { column: name, count, known: known.join(", "), likely }
            }
            Self::NotABool => CellsFault::NotABool { column: name, count },
            Self::SheetError => CellsFault::SheetError { column: name, count },
            Self::NoResult => CellsFault::NoResult { column: name, count },
            Self::LostLetters => CellsFault::LostLetters { column: name, count },
            Self::UnclearLetters => CellsFault::UnclearLetters { column: name, count },
            Self::Required => CellsFault::Required { column: name, count },
            Self::TooSmall => CellsFault::TooSmall { column: name, count, bound: bound(column.minimum) },
            Self::AboveMaximum => {
                CellsFault::AboveMaximum { column: name, count, bound: bound(column.maximum) }
            }
            Self::Pattern => {
                let pattern = column.pattern_text().unwrap_or_default().to_owned();
                CellsFault::Pattern { column: name, count, pattern }
            }
            Self::Qualifier => CellsFault::Qualifier { column: name, count },
            Self::Ratio => CellsFault::Ratio { column: name, count },
            Self::UndeclaredUnit => CellsFault::UndeclaredUnit { column: name, count },
            Self::EmptyMarker => CellsFault::EmptyMarker { column: name, count },
            Self::Ditto => CellsFault::Ditto { column: name, count },
            Self::ScientificCode => CellsFault::ScientificCode { column: name, count },
            Self::LostZero => CellsFault::LostZero { column: name, count },
            Self::LostDigits => CellsFault::LostDigits { column: name, count },
            Self::PartialDate => CellsFault::PartialDate { column: name, count },
            Self::ShortYear => CellsFault::ShortYear { column: name, count },
            Self::MonthFirst => CellsFault::MonthFirst { column: name, count },
            Self::Rule(index) => {
                let rule = contract.rules.get(index);
                let text = |part: fn(&Rule) -> &String| rule.map(part).cloned().unwrap_or_default();
                CellsFault::Rule { title: text(|rule| &rule.title), rule: text(|rule| &rule.check), count }
            }
        }
    }
}

/// At most this many misspelt categories are answered one by one.
const MOST_PROPOSALS: usize = 5;

/// Proposes known spellings: "`Trươc han` → `Trước hạn`; ".
fn likely_spellings(column: &Column, places: &[&Place]) -> String {
    let found = places.iter().filter_map(|place| match place {
        Place::Cell { found, .. } => found.as_deref(),
        _ => None,
    });
    let distinct: IndexSet<&str> = found.take(1000).collect();
    let proposals = distinct.into_iter().filter_map(|found| {
        let spellings = column.categories.values().flatten();
        let alike = |spelling: &String| strsim::normalized_damerau_levenshtein(&fold(found), &fold(spelling));
        let near =
            spellings.map(|spelling| (alike(spelling), spelling)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        (near.0 >= LIKELY).then(|| format!("`{found}` → `{}`?", near.1))
    });
    let proposals: Vec<String> = proposals.take(MOST_PROPOSALS).collect();
    if proposals.is_empty() { String::new() } else { proposals.join(", ") + "; " }
}

/// From this likeness on, a spelling is proposed.
const LIKELY: f64 = 0.6;

pub(super) fn type_name(kind: ColumnType) -> String {
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
