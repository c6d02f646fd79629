//! Finds which tables the layers draw, and takes out of them the numbers that no picture can show.
//!
//! A number that is infinite, undefined or beyond all measure has no place on an axis, and what the
//! grammar crate computes from it would be none either. It becomes a missing value before anything is
//! computed, and is counted, so that the chart can say what it does not show.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Schema};

use super::clause::{Mapping, Written};
use super::values::LARGEST;
use super::{ChartData, Table};

/// A table that layers draw, and which of its columns they are mapped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DrawnTable {
    /// Its name; none is the result of the SQL part.
    pub(super) name: Option<String>,
    columns: Vec<String>,
    has_all_columns: bool,
}

/// Numbers of one column that are not drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The column's title, or its name.
    pub column: String,
    /// How many rows hold such a number.
    pub count: usize,
    /// How many rows the table has.
    pub of: usize,
}

/// Lists the tables in the order in which layers first draw them, the result before all others.
pub(super) fn drawn_tables(written: &Written) -> Vec<DrawnTable> {
    let mut tables: Vec<DrawnTable> = Vec::new();
    for draw in written.draws.iter().filter(|draw| !draw.is_placed) {
        let source = draw.source.as_ref().or(written.source.as_ref());
        let name = source.map(|source| source.name.text.trim_matches('"').to_lowercase());
        let mappings = || draw.mappings.iter().chain(&written.mappings);
        let columns = mappings().filter_map(|mapping| mapping.column.as_ref());
        let columns = columns.map(|column| column.text.trim_matches('"').to_lowercase());
        let is_wildcard = |mapping: &Mapping| mapping.aesthetic.is_none() && mapping.column.is_none();
        let at = tables.iter().position(|table| table.name == name).unwrap_or(tables.len());
        if at == tables.len() {
            tables.push(DrawnTable { name, columns: Vec::new(), has_all_columns: false });
        }
        tables[at].columns.extend(columns);
        tables[at].has_all_columns |= mappings().any(is_wildcard);
    }
    tables.sort_by_key(|table| table.name.is_some());
    tables
}

/// Makes missing values of the numbers that no picture can show, if there are any.
pub(super) fn without_infinite(tables: &[DrawnTable], data: &ChartData) -> Option<(ChartData, Vec<LeftOut>)> {
    let mut data = data.clone();
    let mut left_out: Vec<LeftOut> = Vec::new();
    for drawn in tables {
        let table = match &drawn.name {
            None => Some(&mut data.result),
            Some(name) => data.tables.iter_mut().find(|table| table.name.to_lowercase() == *name),
        };
        left_out.extend(table.into_iter().flat_map(|table| clean(table, drawn)));
    }
    (!left_out.is_empty()).then_some((data, left_out))
}

/// Cleans the columns of one table that are drawn.
fn clean(table: &mut Table, drawn: &DrawnTable) -> Vec<LeftOut> {
    let mut found = Vec::new();
    let of = table.row_count();
    for index in 0..table.schema.fields().len() {
        let name = table.schema.field(index).name().clone();
        if !drawn.has_all_columns && !drawn.columns.contains(&name.to_lowercase()) {
            continue;
        }
        let count = table.batches.iter().map(|batch| count_infinite(batch.column(index))).sum();
        if count > 0 && replace(table, index) {
            found.push(LeftOut { column: name, count, of });
        }
    }
    found
}

/// Puts missing values into a column; tells whether that went well.
fn replace(table: &mut Table, index: usize) -> bool {
    let fields = table.schema.fields().iter().enumerate();
    let fields: Vec<Field> = fields
        .map(|(at, field)| field.as_ref().clone().with_nullable(at == index || field.is_nullable()))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let rebuilt = table.batches.iter().map(|batch| {
        let mut columns = batch.columns().to_vec();
        columns[index] = finite(&columns[index]);
        RecordBatch::try_new(Arc::clone(&schema), columns)
    });
    let Ok(batches) = rebuilt.collect::<Result<Vec<_>, _>>() else { return false };
    (table.schema, table.batches) = (schema, batches);
    true
}

fn is_drawable(number: f64) -> bool {
    number.abs() <= LARGEST
}

fn count_infinite(column: &ArrayRef) -> usize {
    let count = |numbers: &mut dyn Iterator<Item = f64>| numbers.filter(|one| !is_drawable(*one)).count();
    match column.data_type() {
        DataType::Float64 => count(&mut column.as_primitive::<Float64Type>().iter().flatten()),
        DataType::Float32 => count(&mut column.as_primitive::<Float32Type>().iter().flatten().map(f64::from)),
        _ => 0,
    }
}

fn finite(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float64 => {
            let numbers = column.as_primitive::<Float64Type>();
            Arc::new(numbers.unary_opt::<_, Float64Type>(|one| Some(one).filter(|one| is_drawable(*one))))
        }
        DataType::Float32 => {
            let numbers = column.as_primitive::<Float32Type>();
            let kept = |one: f32| Some(one).filter(|one| is_drawable(f64::from(*one)));
            Arc::new(numbers.unary_opt::<_, Float32Type>(kept))
        }
        _ => ArrayRef::clone(column),
    }
}
