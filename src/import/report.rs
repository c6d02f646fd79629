//! Turns bad cells into complaints, one per column and kind of fault, and into rejected rows.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::value::Problem;
use crate::contract::{Column, ColumnType, Contract, Rule};
use crate::error::{Error, Explain as _, Lang, Place};
use crate::messages::CellsFault;
use crate::vietnamese::fold::fold;

/// Rejected rows that are kept in detail; the rest is counted.
const MOST_REJECTS: usize = 100_000;

/// Places that a complaint names.
pub(super) const MOST_PLACES: usize = 10;

/// Different texts that a complaint remembers.
const MOST_FOUND: usize = 1000;

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

/// The bad cells of an import: all counted, the first ones in detail.
#[derive(Debug, Default)]
pub struct BadCells {
    /// By rule, column and problem, so that complaints come in the order of the contract.
    complaints: BTreeMap<(Option<usize>, usize), IndexMap<Problem, Complaint>>,
    rejects: Vec<Reject>,
    rows: usize,
}

/// Cells of one column that have one problem.
#[derive(Debug, Default)]
struct Complaint {
    cells: usize,
    last: Option<Place>,
    places: Vec<Place>,
    found: IndexSet<String>,
}

impl Complaint {
    fn add(&mut self, place: &Place) {
        // The rows of a merged region have one cell.
        if self.last.as_ref() == Some(place) {
            return;
        }
        self.last = Some(place.clone());
        self.cells += 1;
        if self.places.len() < MOST_PLACES {
            self.places.push(place.clone());
        }
        if let Place::Cell { found: Some(found), .. } = place
            && self.found.len() < MOST_FOUND
        {
            self.found.insert(found.clone());
        }
    }
}

impl BadCells {
    /// Adds a row.
    pub fn add(&mut self, reject: Reject) {
        self.rows += 1;
        for cell in &reject.cells {
            let rule = if let Problem::Rule(rule) = cell.problem { Some(rule) } else { None };
            let problems = self.complaints.entry((rule, cell.field)).or_default();
            problems.entry(cell.problem).or_default().add(&cell.place);
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
        let complain = |field: usize, problem: Problem, complaint: &Complaint| {
            let error = problem.fault(contract, field, complaint.cells, &complaint.found).error();
            let error = complaint.places.iter().cloned().fold(error, Error::at);
            error.and_more(complaint.cells - complaint.places.len())
        };
        let by_column = self.complaints.iter();
        by_column
            .flat_map(|((_, field), problems)| {
                problems.iter().map(move |(problem, found)| (*field, *problem, found))
            })
            .map(|(field, problem, found)| complain(field, problem, found))
            .collect()
    }

    /// Hands over the rejected rows that were kept, in order.
    pub fn into_rejects(self) -> Vec<Reject> {
        self.rejects
    }
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

impl Problem {
    /// Says what is wrong with `count` cells of the contract's column `field`, in which `found` stands.
    pub fn fault(
        self,
        contract: &Contract,
        field: usize,
        count: usize,
        found: &IndexSet<String>,
    ) -> CellsFault {
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
                let likely = likely_spellings(column, found);
                CellsFault::UnknownCategory { column: name, count, known: known.join(", "), likely }
            }
            Self::NotABool => CellsFault::NotABool { column: name, count },
            Self::SheetError => CellsFault::SheetError { column: name, count },
            Self::NoResult => CellsFault::NoResult { column: name, count },
            Self::LostLetters => CellsFault::LostLetters { column: name, count },
            Self::UnclearLetters => CellsFault::UnclearLetters { column: name, count },
            Self::MergedNumber => CellsFault::MergedNumber { column: name, count },
            Self::ExtraCells => CellsFault::ExtraCells { count },
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
fn likely_spellings(column: &Column, found: &IndexSet<String>) -> String {
    let proposals = found.iter().filter_map(|found| {
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
