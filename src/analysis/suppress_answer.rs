//! Turns a printed form or a cross table into one without the cells that are left out.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches, nullif};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::arrow::error::ArrowError;

use super::suppress::{Reason, Sum, choose_left_out};
use crate::engine::{Answer, Engine, LeftOut, Trace};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{QueryFault, QueryNotice};
use crate::query::{Role, SavedQuery};
use crate::vietnamese::fold::fold;

/// The least count that is shown, and the contract that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The count.
    pub least: u32,
    /// The contract's file.
    pub file: String,
}

/// Finds the greatest threshold among the datasets that an answer was made from; usually there is none.
///
/// # Errors
/// If a contract cannot be read: then it is not known what may be shown.
pub fn find_threshold(engine: &Engine, trace: &Trace) -> Result<Option<Threshold>> {
    let mut found: Option<Threshold> = None;
    for source in &trace.sources {
        let Some(least) = engine.contracts().read(&source.dataset)?.min_cell else { continue };
        if found.as_ref().is_none_or(|known| known.least < least) {
            let workspace = engine.workspace();
            found =
                Some(Threshold { least, file: workspace.display(&workspace.contract_file(&source.dataset)) });
        }
    }
    Ok(found)
}

impl Threshold {
    /// Writes what people read in place of a cell.
    pub(super) fn sign(&self, reason: Reason) -> String {
        match reason {
            Reason::Small => format!("<{}", self.least),
            Reason::Beside => "*".to_owned(),
        }
    }

    /// Says how many cells are left out, if any is.
    pub(super) fn notice(&self, count: usize) -> Option<QueryNotice> {
        let (least, file) = (self.least, self.file.clone());
        (count > 0).then_some(QueryNotice::CellsLeftOut { count, least, file })
    }
}

/// Leaves out cells of a printed form: counts, and rates of counts that are left out. The sums are those
/// that the header declares, and the lines that are called a total. Any other result stays as it is.
///
/// # Errors
/// As [`find_threshold`].
pub fn leave_out_of_form(engine: &Engine, query: &SavedQuery, answer: Answer) -> Result<Answer> {
    if query.form.is_empty() {
        return Ok(answer);
    }
    match find_threshold(engine, &answer.trace)? {
        Some(threshold) => protect_form(query, answer, &threshold),
        None => Ok(answer),
    }
}

fn protect_form(query: &SavedQuery, answer: Answer, threshold: &Threshold) -> Result<Answer> {
    let batch = join(&answer)?;
    let position = |name: &String| answer.schema.index_of(name).ok();
    let is_count = |column: usize| {
        let name = answer.schema.field(column).name();
        query.columns.iter().any(|known| known.name == *name && known.role == Role::Count)
    };
    let grid = Grid::read(&batch, is_count);
    let mut sums = Vec::new();
    for (total, parts) in &query.sums {
        let parts: Option<Vec<usize>> = parts.iter().map(position).collect();
        let Some((total, parts)) = position(total).zip(parts) else { continue };
        sums.extend((0..grid.rows).map(|row| Sum {
            total: grid.cell(row, total),
            parts: parts.iter().map(|part| grid.cell(row, *part)).collect(),
        }));
    }
    let mut begin = 0;
    for row in (0..grid.rows).filter(|row| is_total(&batch, *row)) {
        // Sums that do not add up are passed over, so that a total of all and one of a part may both be meant.
        for above in [begin, 0] {
            sums.extend(grid.sums_down(row, above..row));
        }
        begin = row + 1;
    }
    let mut chosen = choose_left_out(&grid.counts, &sums, threshold.least);
    for column in &query.columns {
        let Role::Rate { numerator, denominator } = &column.role else { continue };
        let Some(rate) = position(&column.name) else { continue };
        let parts: Vec<usize> = numerator.iter().chain(denominator).filter_map(position).collect();
        for row in (0..grid.rows).filter(|row| batch.column(rate).is_valid(*row)) {
            if parts.iter().any(|part| chosen[grid.cell(row, *part)].is_some()) {
                chosen[grid.cell(row, rate)] = Some(Reason::Beside);
            }
        }
    }
    blank(answer, &batch, &chosen, threshold)
}

/// Leaves out cells of a cross table whose values are counts; a line that is the sum of all others is a total.
///
/// # Errors
/// As [`find_threshold`].
pub fn leave_out_of_crosstab(engine: &Engine, answer: Answer) -> Result<Answer> {
    match find_threshold(engine, &answer.trace)? {
        Some(threshold) => protect_crosstab(answer, &threshold),
        None => Ok(answer),
    }
}

fn protect_crosstab(answer: Answer, threshold: &Threshold) -> Result<Answer> {
    let batch = join(&answer)?;
    let whole =
        |column: usize| matches!(batch.column(column).data_type(), DataType::Int64 | DataType::UInt64);
    let grid = Grid::read(&batch, |column| column > 0);
    let is_count = (1..grid.columns).all(whole) && grid.counts.iter().flatten().all(|count| *count >= 0.0);
    if !is_count {
        return Ok(answer);
    }
    let values: Vec<usize> = (1..grid.columns).collect();
    let rows: Vec<usize> = (0..grid.rows).collect();
    let mut sums = Vec::new();
    for total in find_totals(&rows, &values, |row, column| grid.count(row, column)) {
        sums.extend(grid.sums_down(total, rows.iter().copied().filter(|row| *row != total)));
    }
    for total in find_totals(&values, &rows, |column, row| grid.count(row, column)) {
        let others: Vec<usize> = values.iter().copied().filter(|column| *column != total).collect();
        sums.extend(rows.iter().map(|row| Sum {
            total: grid.cell(*row, total),
            parts: others.iter().map(|column| grid.cell(*row, *column)).collect(),
        }));
    }
    let chosen = choose_left_out(&grid.counts, &sums, threshold.least);
    blank(answer, &batch, &chosen, threshold)
}

/// Finds the lines that are everywhere the sum of all others.
#[expect(clippy::float_cmp, reason = "whole numbers far below 2^53 are exact")]
fn find_totals(lines: &[usize], across: &[usize], count: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    if lines.len() < 3 {
        return Vec::new();
    }
    let all: Vec<f64> =
        across.iter().map(|other| lines.iter().map(|line| count(*line, *other)).sum()).collect();
    let is_total = |line: &&usize| {
        let is_sum = |(other, all): (&usize, &f64)| count(**line, *other) * 2.0 == *all;
        across.iter().zip(&all).all(is_sum) && across.iter().any(|other| count(**line, *other) > 0.0)
    };
    lines.iter().filter(is_total).copied().collect()
}

/// The counts of a table, row by row.
struct Grid {
    rows: usize,
    columns: usize,
    counts: Vec<Option<f64>>,
}

impl Grid {
    fn read(batch: &RecordBatch, is_count: impl Fn(usize) -> bool) -> Self {
        let (rows, columns) = (batch.num_rows(), batch.num_columns());
        let mut counts = vec![None; rows * columns];
        for column in (0..columns).filter(|column| is_count(*column)) {
            let Ok(array) = cast(batch.column(column), &DataType::Float64) else { continue };
            for (row, count) in array.as_primitive::<Float64Type>().iter().enumerate() {
                counts[row * columns + column] = count;
            }
        }
        Self { rows, columns, counts }
    }

    fn cell(&self, row: usize, column: usize) -> usize {
        row * self.columns + column
    }

    fn count(&self, row: usize, column: usize) -> f64 {
        self.counts[self.cell(row, column)].unwrap_or_default()
    }

    /// Takes a row as the sum of others, column by column.
    fn sums_down(&self, total: usize, parts: impl Iterator<Item = usize>) -> Vec<Sum> {
        let parts: Vec<usize> = parts.collect();
        let sum = |column| Sum {
            total: self.cell(total, column),
            parts: parts.iter().map(|row| self.cell(*row, column)).collect(),
        };
        (0..self.columns).map(sum).collect()
    }
}

/// Tells whether a row is called a total: `Tổng cộng`, `Tổng số`, `Total`.
fn is_total(batch: &RecordBatch, row: usize) -> bool {
    let texts = batch.columns().iter().filter_map(|array| cast_text(array));
    texts.into_iter().any(|array| {
        let array = array.as_string::<i32>();
        array.is_valid(row) && {
            let name = fold(array.value(row));
            ["tong cong", "tong so", "total"]
                .iter()
                .any(|word| name == *word || name.starts_with(&format!("{word} ")))
        }
    })
}

fn cast_text(array: &ArrayRef) -> Option<ArrayRef> {
    let is_text = matches!(array.data_type(), DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    if is_text { cast(array, &DataType::Utf8).ok() } else { None }
}

fn join(answer: &Answer) -> Result<RecordBatch> {
    concat_batches(&answer.schema, &answer.batches).map_err(defect)
}

/// Puts NULL into the chosen cells, and says so.
fn blank(
    answer: Answer,
    batch: &RecordBatch,
    chosen: &[Option<Reason>],
    threshold: &Threshold,
) -> Result<Answer> {
    let width = batch.num_columns();
    let cells = chosen.iter().enumerate().filter_map(|(cell, reason)| Some((cell, (*reason)?)));
    let left_out: Vec<LeftOut> = cells
        .map(|(cell, reason)| LeftOut {
            row: cell / width,
            column: cell % width,
            sign: threshold.sign(reason),
        })
        .collect();
    let Some(notice) = threshold.notice(left_out.len()) else { return Ok(answer) };
    let arrays = batch.columns().iter().enumerate().map(|(column, array)| {
        let is_chosen = (0..batch.num_rows()).map(|row| Some(chosen[row * width + column].is_some()));
        nullif(array, &is_chosen.collect::<BooleanArray>())
    });
    let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>().map_err(defect)?;
    let fields = answer.schema.fields().iter().map(|field| Field::clone(field).with_nullable(true));
    let schema =
        Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), answer.schema.metadata().clone()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(defect)?;
    let mut notices = answer.notices;
    notices.push(notice);
    Ok(Answer { schema, batches: vec![batch], notices, left_out, ..answer })
}

fn defect(error: ArrowError) -> Error {
    QueryFault::Defect { problem: error.to_string() }.error().caused_by(error)
}
