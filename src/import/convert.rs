//! Turns located records into typed columns, and typed columns into an Arrow batch.
//!
//! Columns are converted whole, because only the whole column shows which way its numbers are
//! written. A bad cell is remembered with its place and leaves a NULL; whether that refuses the
//! import or rejects the row is decided above.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::error::ArrowError;

use super::amount::{money_scale, read_decimal};
use super::check::check_value;
use super::locate::{Located, Slot, StatedTotal, is_missing};
use super::personal::hash_personal;
use super::rows::shown;
use super::value::{Context, Problem, Value, read_value};
use super::watch::ColumnWatch;
use crate::contract::{Column, ColumnType, Contract, Personal};
use crate::error::{Error, Place};
use crate::source::{Cell, Row, column_letters};
use crate::vietnamese::fold::{fold, normalise};
use crate::vietnamese::numbers::{Decimal, parse_number};

/// A located sheet with the file it is from and the values that its preamble gives.
#[derive(Debug)]
pub struct Part<'a> {
    /// The file's name without folders.
    pub file: String,
    /// What was found in the sheet.
    pub located: Located<'a>,
    /// The as-of date as a cell, for columns that read it.
    pub as_of: Cell,
    /// The reporting year.
    pub year: i32,
}

/// Values of all columns of the contract, with the origin of every row.
#[derive(Debug)]
pub struct Table<'a> {
    /// The parts in order.
    pub parts: &'a [Part<'a>],
    /// Per contract column, one value per row.
    pub columns: Vec<Vec<Value>>,
    /// Per row, its part and its record there.
    pub rows: Vec<(usize, usize)>,
    /// Bad cells, in order of column and row.
    pub faults: Vec<CellFault>,
}

/// A cell that is not a value of its column.
#[derive(Debug, Clone)]
pub struct CellFault {
    /// Index of the contract's column.
    pub field: usize,
    /// Index of the row in the table.
    pub row: usize,
    /// What is wrong.
    pub problem: Problem,
    /// Where, with the text found there; masked for personal columns.
    pub place: Place,
}

/// Converts all records of all parts.
///
/// `key` hashes personal columns; it is called with the column's name.
pub fn convert<'a>(contract: &Contract, parts: &'a [Part<'a>], key: &dyn Fn(&str) -> Vec<u8>) -> Table<'a> {
    let rows: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, found)| (0..found.located.records.len()).map(move |record| (part, record)))
        .collect();
    let mut table = Table { parts, columns: Vec::new(), rows, faults: Vec::new() };
    for (field, column) in contract.columns.iter().enumerate() {
        let mut values = Vec::with_capacity(table.rows.len());
        for part in parts {
            convert_part(contract, part, field, column, key, &mut values, &mut table.faults);
        }
        table.columns.push(values);
    }
    table
}

/// Looks at whole columns for doubts that no single cell shows.
pub fn watch_columns(contract: &Contract, parts: &[Part<'_>]) -> Vec<Error> {
    let mut warnings = Vec::new();
    for part in parts {
        let stored = contract.columns.iter().enumerate().filter(|(_, column)| column.is_stored());
        for (field, column) in stored {
            let mut watch = ColumnWatch::default();
            for record in &part.located.records {
                let slot = part.located.slot(record, field, contract, &part.as_of);
                watch.see(&slot.cell, column, &|| slot_place(part, &slot, column));
            }
            warnings.extend(watch.warnings(column));
        }
    }
    warnings
}

fn convert_part(
    contract: &Contract,
    part: &Part<'_>,
    field: usize,
    column: &Column,
    key: &dyn Fn(&str) -> Vec<u8>,
    values: &mut Vec<Value>,
    faults: &mut Vec<CellFault>,
) {
    if !column.is_stored() {
        values.resize(values.len() + part.located.records.len(), Value::Null);
        return;
    }
    let slots: Vec<Slot<'_>> = part
        .located
        .records
        .iter()
        .map(|record| part.located.slot(record, field, contract, &part.as_of))
        .collect();
    let mut context = column_context(contract, part, field);
    for slot in &slots {
        context.marks.add(&slot.cell);
    }
    let key = (column.personal == Personal::Hash).then(|| key(&column.name));
    // Categories repeat, and comparing all their spellings is the dearest of all conversions.
    let mut known: HashMap<String, Result<Value, Problem>> = HashMap::new();
    for slot in &slots {
        let converted = if column.kind == ColumnType::Category {
            let convert = || convert_cell(&slot.cell, column, &context, None);
            known.entry(shown(&slot.cell)).or_insert_with(convert).clone()
        } else {
            convert_cell(&slot.cell, column, &context, key.as_deref())
        };
        match converted {
            Ok(value) => values.push(value),
            Err(problem) => {
                let row = values.len();
                faults.push(CellFault { field, row, problem, place: slot_place(part, slot, column) });
                values.push(Value::Null);
            }
        }
    }
}

/// Converts one cell: missing words are NULL, constraints hold, personal values are hashed.
fn convert_cell(
    cell: &Cell,
    column: &Column,
    context: &Context,
    key: Option<&[u8]>,
) -> Result<Value, Problem> {
    let value = if is_missing(cell, column) { Value::Null } else { read_value(cell, column, context)? };
    check_value(&value, column)?;
    match (value, key) {
        (Value::Text(text), Some(key)) => Ok(Value::Text(hash_personal(&text, key))),
        (value, _) => Ok(value),
    }
}

/// Collects what headings and preamble say about a column: percent, and the unit of money.
pub(super) fn column_context(contract: &Contract, part: &Part<'_>, field: usize) -> Context {
    let column = &contract.columns[field];
    let header = &part.located.header;
    let headings: Vec<String> = header
        .columns
        .iter()
        .filter(|source| match source.role {
            super::header::Role::Field(found) | super::header::Role::Block { field: found, .. } => {
                found == field
            }
            super::header::Role::Ignored => false,
        })
        .map(super::header::SourceColumn::heading)
        .collect();
    let is_money = column.measure_unit.as_deref().map(fold).as_deref() == Some("dong");
    let heading_scale = headings
        .iter()
        .find_map(|heading| heading.rsplit_once('(').and_then(|(_, unit)| money_scale(&fold(unit))));
    let scale = if is_money { heading_scale.or_else(|| stated_money_unit(part)).unwrap_or(0) } else { 0 };
    Context {
        percent_heading: headings.iter().any(|heading| heading.contains('%')),
        scale,
        year: part.year,
        since_1904: part.located.sheet.since_1904,
        ..Context::default()
    }
}

/// Reads `Đơn vị tính: triệu đồng` above the header, also `Đơn vị tính kinh phí: đồng`.
fn stated_money_unit(part: &Part<'_>) -> Option<i32> {
    let sheet = part.located.sheet;
    let lines = sheet.rows.iter().take(part.located.header.top).flat_map(|row| &row.cells);
    lines.filter_map(Cell::as_text).find_map(|text| {
        let folded = normalise(text).to_lowercase();
        let (_, after) = folded.split_once("đơn vị tính").or_else(|| folded.split_once("đvt"))?;
        let (_, unit) = after.split_once(':')?;
        money_scale(&fold(unit.split(['.', ';', ')', '\n']).next()?))
    })
}

fn slot_place(part: &Part<'_>, slot: &Slot<'_>, column: &Column) -> Place {
    let number = part.located.sheet.rows.get(slot.row).map_or(0, |row| row.number);
    let cell =
        slot.column.map_or_else(|| format!("row {number}"), |at| format!("{}{number}", column_letters(at)));
    let text = shown(&slot.cell);
    let found = match column.personal {
        _ if text.is_empty() => None,
        Personal::No => Some(shorten(&text)),
        Personal::Drop | Personal::Hash => Some("***".to_owned()),
    };
    Place::Cell { file: part.file.clone(), sheet: part.located.sheet.name.clone(), cell: Some(cell), found }
}

fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        text.to_owned()
    } else {
        text.chars().take(SHOWN).chain(['…']).collect()
    }
}

/// Writes a value for people; used in places of errors only.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => shorten(text),
        Value::Int(number) => number.to_string(),
        Value::Amount(units, scale) => Decimal::new(*units, *scale).to_string(),
        Value::Float(number) => number.to_string(),
        Value::Date(days) => chrono::DateTime::from_timestamp(i64::from(*days) * 86_400, 0)
            .map_or_else(String::new, |time| time.date_naive().to_string()),
        Value::Timestamp(micros) => chrono::DateTime::from_timestamp_micros(*micros)
            .map_or_else(String::new, |time| time.naive_utc().to_string()),
        Value::Bool(value) => value.to_string(),
    }
}

/// Reads the number that a stated total holds.
pub(super) fn read_stated(contract: &Contract, part: &Part<'_>, total: &StatedTotal) -> Option<Vec<Decimal>> {
    if let Some(count) = total.count {
        return Some(vec![count]);
    }
    let cell = part.located.sheet.rows.get(total.row)?.cell(total.column);
    let Some(field) = total.field else {
        return match cell {
            Cell::Number { value, .. } => Some(vec![Decimal::from_f64(*value)?]),
            _ => Some(vec![parse_number(cell.as_text()?)?.value]),
        };
    };
    let context = column_context(contract, part, field);
    let column = &contract.columns[field];
    let mut readings = Vec::new();
    // Both ways of writing are tried: the one that agrees with the rows is the one that was meant.
    for english in [false, true] {
        let marks = super::value::Evidence { vietnamese: !english, english };
        readings.extend(read_decimal(cell, column, &Context { marks, ..context.clone() }));
    }
    Some(readings)
}

impl Table<'_> {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the number of the row in its file.
    pub fn row_number(&self, row: usize) -> u32 {
        self.source_row(row).number
    }

    /// Returns the row of the export that a row was read from.
    pub fn source_row(&self, row: usize) -> &Row {
        let (part, record) = self.rows[row];
        let located = &self.parts[part].located;
        &located.sheet.rows[located.records[record].row]
    }

    /// Names the cell that a column of a row was read from, with what stands there.
    pub fn cell_place(&self, contract: &Contract, row: usize, field: usize) -> Place {
        let (part, record) = self.rows[row];
        let part = &self.parts[part];
        let slot = part.located.slot(&part.located.records[record], field, contract, &part.as_of);
        slot_place(part, &slot, &contract.columns[field])
    }

    /// Names a row, or a column's heading in it.
    pub fn place(&self, row: usize, cell: Option<String>, found: Option<String>) -> Place {
        let part = &self.parts[self.rows[row].0];
        let cell = cell.unwrap_or_else(|| format!("row {}", self.row_number(row)));
        Place::Cell {
            file: part.file.clone(),
            sheet: part.located.sheet.name.clone(),
            cell: Some(cell),
            found,
        }
    }

    /// Builds the batch of the rows in `keep`, in that order.
    ///
    /// # Errors
    /// A value that does not fit its array, which is a defect of the conversion.
    pub fn to_batch(&self, contract: &Contract, keep: &[usize]) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (column, values) in
            contract.columns.iter().zip(&self.columns).filter(|(column, _)| column.is_stored())
        {
            arrays.push(build_array(column.kind, keep.iter().map(|row| &values[*row]))?);
        }
        let part = |row: &usize| &self.parts[self.rows[*row].0];
        arrays.push(Arc::new(StringArray::from_iter_values(keep.iter().map(|row| part(row).file.as_str()))));
        arrays.push(Arc::new(
            keep.iter().map(|row| part(row).located.sheet.name.as_deref()).collect::<StringArray>(),
        ));
        let numbers = keep.iter().map(|row| i64::from(self.row_number(*row)));
        arrays.push(Arc::new(Int64Array::from_iter_values(numbers)));
        RecordBatch::try_new(contract.file_schema(), arrays)
    }
}

fn build_array<'a>(
    kind: ColumnType,
    values: impl Iterator<Item = &'a Value>,
) -> Result<ArrayRef, ArrowError> {
    let int = |value: &Value| if let Value::Int(number) = value { Some(*number) } else { None };
    Ok(match kind {
        ColumnType::Text | ColumnType::Category => Arc::new(
            values
                .map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
                .collect::<StringArray>(),
        ),
        ColumnType::Int => Arc::new(values.map(int).collect::<Int64Array>()),
        ColumnType::Year => Arc::new(
            values.map(|value| int(value).and_then(|year| i32::try_from(year).ok())).collect::<Int32Array>(),
        ),
        ColumnType::Float | ColumnType::Rate => Arc::new(
            values
                .map(|value| if let Value::Float(number) = value { Some(*number) } else { None })
                .collect::<Float64Array>(),
        ),
        ColumnType::Decimal(precision, scale) => {
            let units =
                values.map(|value| if let Value::Amount(units, _) = value { Some(*units) } else { None });
            Arc::new(units.collect::<Decimal128Array>().with_precision_and_scale(precision, scale)?)
        }
        ColumnType::Date => Arc::new(
            values
                .map(|value| if let Value::Date(days) = value { Some(*days) } else { None })
                .collect::<Date32Array>(),
        ),
        ColumnType::Timestamp => {
            let micros =
                values.map(|value| if let Value::Timestamp(micros) = value { Some(*micros) } else { None });
            Arc::new(micros.collect::<TimestampMicrosecondArray>())
        }
        ColumnType::Bool => Arc::new(
            values
                .map(|value| if let Value::Bool(value) = value { Some(*value) } else { None })
                .collect::<BooleanArray>(),
        ),
    })
}
