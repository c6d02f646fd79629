//! Turns the problem of a cell into what a contract wants there, in the contract's own words.
//!
//! The words are those an analyst writes in the contract (`date`, `pattern`, a rule's title), so they
//! are the same in every language and lead to the line that rejected the cell.

use super::header::{Header, Role};
use super::report::type_name;
use super::rows::shown;
use super::value::Problem;
use crate::contract::{Contract, Personal};
use crate::source::{Cell, Row};

/// What a contract wants in a cell, and which of its keys rejects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The type, the pattern, the bound, the labels or the condition.
    pub value: String,
    /// `type`, `required`, `pattern`, … or the title of a rule.
    pub rule: String,
}

/// Says what `contract` wants of its column `field` where a cell has `problem`.
pub fn describe_wanted(contract: &Contract, field: usize, problem: Problem) -> Wanted {
    let Some(column) = contract.columns.get(field) else {
        return Wanted { value: String::new(), rule: String::new() };
    };
    let bound = |bound: Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
    let (value, rule) = match problem {
        Problem::Rule(index) => match contract.rules.get(index) {
            Some(rule) => (rule.check.clone(), rule.title.as_str()),
            None => (String::new(), "rules"),
        },
        Problem::Required => (type_name(column.kind), "required"),
        Problem::TooSmall => (format!(">= {}", bound(column.minimum)), "minimum"),
        Problem::AboveMaximum => (format!("<= {}", bound(column.maximum)), "maximum"),
        Problem::Pattern | Problem::LostZero => {
            (column.pattern_text().unwrap_or_default().to_owned(), "pattern")
        }
        Problem::UnknownCategory => {
            let labels = column.categories.values().filter_map(|spellings| spellings.first());
            (labels.cloned().collect::<Vec<_>>().join(", "), "categories")
        }
        Problem::OtherUnit => (column.measure_unit.clone().unwrap_or_default(), "measure_unit"),
        Problem::UndeclaredUnit => (type_name(column.kind), "measure_unit"),
        Problem::EmptyMarker => (type_name(column.kind), "missing_values"),
        Problem::Qualifier | Problem::Ratio => (type_name(column.kind), "part"),
        Problem::ExtraCells => (String::new(), "header"),
        Problem::MergedNumber => (type_name(column.kind), "merged"),
        Problem::PartialDate => (type_name(column.kind), "partial"),
        _ => (type_name(column.kind), "type"),
    };
    Wanted { value, rule: rule.to_owned() }
}

/// Collects the cells of a row that the dataset keeps and that identify nobody, by place in the sheet.
pub(super) fn row_values(row: &Row<'_>, header: &Header, contract: &Contract) -> Vec<(usize, String)> {
    let kept = header.columns.iter().filter(|column| match &column.role {
        Role::Field(field) | Role::Block { field, .. } => {
            contract.columns.get(*field).is_some_and(|column| column.personal == Personal::No)
        }
        Role::Ignored => false,
    });
    let filled = kept.map(|column| (column.column, printed(row.cell(column.column))));
    filled.filter(|(_, text)| !text.is_empty()).collect()
}

/// Writes a cell as it is printed: dates day first.
fn printed(cell: Cell<'_>) -> String {
    match cell {
        Cell::DateTime(time) if time.time() == chrono::NaiveTime::MIN => time.format("%d/%m/%Y").to_string(),
        Cell::DateTime(time) => time.format("%d/%m/%Y %H:%M:%S").to_string(),
        _ => shown(cell).into_owned(),
    }
}
