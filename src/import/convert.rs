//! Turns the records of a block into typed columns, and says which cells are not values.
//!
//! What a column's cells mean together (which way its numbers are written, what unit they have) was
//! found before, so every block converts alone and blocks convert side by side. A bad cell is named
//! with its place and leaves a NULL; whether that refuses the import or leaves out the row is
//! decided above.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, UInt32Array};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::error::ArrowError;

use super::arrays::ValueBuilder;
use super::check::check_value;
use super::locate::{Located, Record};
use super::personal::hash_personal;
use super::report::{Reject, RejectedCell};
use super::rows::shown;
use super::slot::{Slot, Source, is_missing};
use super::totals::{Needed, Sums};
use super::value::{Context, Problem, Value, money_scale, read_value};
use crate::contract::{Column, ColumnType, Contract, Personal};
use crate::error::Place;
use crate::source::{Block, Cell, column_letters};
use crate::store::Layout;
use crate::vietnamese::fold::{fold, normalise};

/// A located sheet with the file it is from and the values that its preamble gives.
#[derive(Debug)]
pub struct Part<'a> {
    /// The file's name without folders.
    pub file: String,
    /// What was found in the sheet.
    pub located: Located<'a>,
    /// The as-of date as a cell, for columns that read it.
    pub as_of: Cell<'a>,
}

/// The rows of a block, converted.
#[derive(Debug)]
pub struct Converted {
    /// The rows whose cells are all good, in the narrow form of the layout.
    pub rows: RecordBatch,
    /// The rows that are left out, and why.
    pub rejects: Vec<Reject>,
    /// What good and bad rows add to the totals.
    pub sums: Sums,
}

impl Converted {
    /// Returns the number of a good row in its file.
    pub fn row_number(&self, row: usize) -> i64 {
        let numbers = self.rows.columns().last().and_then(|column| column.as_primitive_opt::<Int64Type>());
        numbers.map_or(0, |numbers| numbers.value(row))
    }
}

/// Converts the blocks of one part.
#[derive(Debug)]
pub struct Converter<'a> {
    contract: &'a Contract,
    part: &'a Part<'a>,
    number: u32,
    layout: &'a Layout,
    columns: Vec<ColumnReader<'a>>,
    needed: Vec<Needed>,
}

/// Reads the values of one stored column.
#[derive(Debug)]
struct ColumnReader<'a> {
    field: usize,
    column: &'a Column,
    source: Source<'a>,
    context: Context,
    key: Option<Vec<u8>>,
}

impl<'a> Converter<'a> {
    /// Prepares the conversion of the part with the given number.
    ///
    /// `key` hashes personal columns; it is called with the column's name.
    pub fn new(
        contract: &'a Contract,
        part: &'a Part<'a>,
        number: u32,
        layout: &'a Layout,
        key: &dyn Fn(&str) -> Vec<u8>,
    ) -> Self {
        let stored = contract.columns.iter().enumerate().filter(|(_, column)| column.is_stored());
        let columns = stored.map(|(field, column)| ColumnReader {
            field,
            column,
            source: part.located.find_source(field, contract),
            context: Context {
                marks: part.located.survey.marks[field],
                ..column_context(contract, part, field)
            },
            key: (column.personal == Personal::Hash).then(|| key(&column.name)),
        });
        Self {
            contract,
            part,
            number,
            layout,
            columns: columns.collect(),
            needed: Needed::of(contract, &part.located),
        }
    }

    /// Returns the part.
    pub fn part(&self) -> &'a Part<'a> {
        self.part
    }

    /// Converts a block.
    ///
    /// # Errors
    /// A value that does not fit its array, which is a defect of the conversion.
    pub fn convert(&self, block: &Block) -> Result<Converted, ArrowError> {
        let records = self.part.located.find_records(block, self.contract);
        let mut bad = BadCells::default();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len() + 2);
        for (stored, reader) in self.columns.iter().enumerate() {
            arrays.push(self.convert_column(stored, reader, block, &records, &mut bad)?);
        }
        arrays.push(Arc::new(UInt32Array::from_value(self.number, records.len())));
        let numbers = records.iter().map(|record| i64::from(block.row(record.row).number));
        arrays.push(Arc::new(Int64Array::from_iter_values(numbers)));
        let rows = RecordBatch::try_new(Arc::clone(self.layout.narrow()), arrays)?;
        let good: Vec<bool> = bad.mark_good(records.len());
        let sums = Sums::of(&self.needed, &records, &rows, &good);
        let rows =
            if bad.0.is_empty() { rows } else { filter_record_batch(&rows, &BooleanArray::from(good))? };
        Ok(Converted { rows, rejects: self.reject(block, &records, bad), sums })
    }

    fn convert_column(
        &self,
        stored: usize,
        reader: &ColumnReader<'_>,
        block: &Block,
        records: &[Record],
        bad: &mut BadCells,
    ) -> Result<ArrayRef, ArrowError> {
        let mut values = ValueBuilder::new(reader.column.kind, records.len());
        let mut categories = Categories { layout: self.layout, stored, known: HashMap::new() };
        for (index, record) in records.iter().enumerate() {
            let row = block.row(record.row);
            let slot = self.part.located.find_slot(&reader.source, &row, record, self.part.as_of);
            let problem = if reader.column.kind == ColumnType::Category {
                let rank = categories.find(slot.cell, reader);
                values.push_rank(rank.unwrap_or_default());
                rank.err()
            } else {
                let value = reader.read(slot.cell);
                let problem = value.as_ref().err().copied();
                values.push(value.unwrap_or(Value::Null));
                problem
            };
            if let Some(problem) = problem {
                let place = slot_place(self.part, &slot, reader.column);
                bad.0.push((
                    index,
                    RejectedCell { field: reader.field, column: reader.column.name.clone(), place, problem },
                ));
            }
        }
        values.finish()
    }

    /// Gathers the bad cells by row.
    fn reject(&self, block: &Block, records: &[Record], mut bad: BadCells) -> Vec<Reject> {
        bad.0.sort_by_key(|(record, _)| *record);
        let mut rejects: Vec<(usize, Reject)> = Vec::new();
        for (record, cell) in bad.0 {
            match rejects.last_mut().filter(|(last, _)| *last == record) {
                Some((_, reject)) => reject.cells.push(cell),
                None => rejects.push((
                    record,
                    Reject {
                        file: self.part.file.clone(),
                        sheet: self.part.located.sheet.name.clone(),
                        row: block.row(records[record].row).number,
                        cells: vec![cell],
                    },
                )),
            }
        }
        rejects.into_iter().map(|(_, reject)| reject).collect()
    }
}

/// Bad cells of a block with the index of their record, in order of column and record.
#[derive(Default)]
struct BadCells(Vec<(usize, RejectedCell)>);

impl BadCells {
    fn mark_good(&self, records: usize) -> Vec<bool> {
        let mut good = vec![true; records];
        self.0.iter().for_each(|(record, _)| good[*record] = false);
        good
    }
}

impl ColumnReader<'_> {
    /// Reads one cell: missing words are NULL, constraints hold, personal values are hashed.
    fn read<'c>(&self, cell: Cell<'c>) -> Result<Value<'c>, Problem> {
        let is_missing = is_missing(cell, self.column);
        let value = if is_missing { Value::Null } else { read_value(cell, self.column, &self.context)? };
        check_value(&value, self.column)?;
        match (value, &self.key) {
            (Value::Text(text), Some(key)) => Ok(Value::Text(hash_personal(&text, key).into())),
            (value, _) => Ok(value),
        }
    }
}

/// Finds the numbers of categories; they repeat, and comparing all their spellings is the dearest
/// of all conversions.
struct Categories<'a> {
    layout: &'a Layout,
    stored: usize,
    known: HashMap<String, Result<Option<u32>, Problem>>,
}

impl Categories<'_> {
    fn find(&mut self, cell: Cell<'_>, reader: &ColumnReader<'_>) -> Result<Option<u32>, Problem> {
        let text = shown(cell);
        if let Some(known) = self.known.get(text.as_ref()) {
            return *known;
        }
        let found = reader.read(cell).map(|value| match value {
            Value::Text(code) => self.layout.rank(self.stored, &code),
            _ => None,
        });
        match self.known.entry(text.into_owned()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(found),
        }
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
        ..Context::default()
    }
}

/// Reads `Đơn vị tính: triệu đồng` above the header, also `Đơn vị tính kinh phí: đồng`.
fn stated_money_unit(part: &Part<'_>) -> Option<i32> {
    part.located.preamble().find_map(|text| {
        let folded = normalise(text).to_lowercase();
        let (_, after) = folded.split_once("đơn vị tính").or_else(|| folded.split_once("đvt"))?;
        let (_, unit) = after.split_once(':')?;
        money_scale(&fold(unit.split(['.', ';', ')', '\n']).next()?))
    })
}

fn slot_place(part: &Part<'_>, slot: &Slot<'_>, column: &Column) -> Place {
    let number = slot.row;
    let cell =
        slot.column.map_or_else(|| format!("row {number}"), |at| format!("{}{number}", column_letters(at)));
    let text = shown(slot.cell);
    let found = match column.personal {
        _ if text.is_empty() => None,
        Personal::No => Some(shorten(&text)),
        Personal::Drop | Personal::Hash => Some("***".to_owned()),
    };
    Place::Cell { file: part.file.clone(), sheet: part.located.sheet.name.clone(), cell: Some(cell), found }
}

pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        text.to_owned()
    } else {
        text.chars().take(SHOWN).chain(['…']).collect()
    }
}
