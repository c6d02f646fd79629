//! Turns the rows of a check's answer into findings; what a check must give is written here once.

use datafusion::arrow::array::{Array as _, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use datafusion::arrow::record_batch::RecordBatch;

use super::{Finding, Severity};
use crate::engine::Answer;
use crate::error::{Error, Place, Result};
use crate::messages::CheckFault;
use crate::query::SavedQuery;

/// The columns that a check gives, in any order.
const COLUMNS: [&str; 10] = [
    "key",
    "year",
    "severity",
    "subject",
    "stated",
    "computed",
    "difference",
    "explanation",
    "explanation_vi",
    "place",
];

/// Reads the findings of a check.
///
/// # Errors
/// [`CheckFault`], placed at the check's file, if a column is missing or a severity is none of the known.
pub(super) fn read_findings(query: &SavedQuery, answer: &Answer) -> Result<Vec<Finding>> {
    let fault = |what: CheckFault| Error::new(what).at(Place::file(&query.file));
    for name in COLUMNS {
        if answer.schema.field_with_name(name).is_err() {
            return Err(fault(CheckFault::NoColumn { name: name.to_owned(), all: COLUMNS.join(", ") }));
        }
    }
    let mut findings = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let word = text_at(batch, "severity", row).unwrap_or_default();
            let severity = Severity::parse(&word).ok_or_else(|| {
                let all = Severity::ALL.map(Severity::word).join(", ");
                fault(CheckFault::BadSeverity { found: word.clone(), all })
            })?;
            let words = |name: &str| text_at(batch, name, row).unwrap_or_default();
            findings.push(Finding {
                check: query.name.clone(),
                key: words("key"),
                year: value_at(batch, "year", row),
                severity,
                subject: words("subject"),
                stated: number_at(batch, "stated", row),
                computed: number_at(batch, "computed", row),
                difference: number_at(batch, "difference", row),
                explanation: words("explanation"),
                explanation_vi: words("explanation_vi"),
                place: text_at(batch, "place", row),
                waiver: None,
            });
        }
    }
    match findings.iter().find(|finding| finding.key.is_empty()) {
        Some(_) => Err(fault(CheckFault::NoKey)),
        None => Ok(findings),
    }
}

fn text_at(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let values = cast(batch.column_by_name(name)?, &DataType::Utf8).ok()?;
    let values = values.as_string_opt::<i32>()?;
    values.is_valid(row).then(|| values.value(row).to_owned())
}

fn number_at(batch: &RecordBatch, name: &str, row: usize) -> Option<f64> {
    let values = cast(batch.column_by_name(name)?, &DataType::Float64).ok()?;
    let values = values.as_primitive_opt::<Float64Type>()?;
    values.is_valid(row).then(|| values.value(row))
}

fn value_at(batch: &RecordBatch, name: &str, row: usize) -> Option<i32> {
    let values = cast(batch.column_by_name(name)?, &DataType::Int32).ok()?;
    let values = values.as_primitive_opt::<Int32Type>()?;
    values.is_valid(row).then(|| values.value(row))
}
