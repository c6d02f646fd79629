//! Turns the records of a block into typed columns, and says which cells are not values.
//!
//! What a column's cells mean together (which way its numbers are written, what unit they have) was
//! found before, so every block converts alone and blocks convert side by side. A bad cell is named
//! with its place and leaves a NULL; whether that refuses the import or leaves out the row is
//! decided above.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, UInt32Array};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::error::ArrowError;

use super::amount::money_scale;
use super::arrays::ValueBuilder;
use super::check::check_value;
use super::locate::{Located, Record};
use super::memo::Memo;
use super::personal::PersonalKey;
use super::report::{MOST_PLACES, Reject, RejectedCell};
use super::rows::shown;
use super::rules::{Breach, Rules};
use super::slot::{Slot, Source, is_missing};
use super::totals::{Needed, Sums};
use super::value::{Context, Problem, Value, read_value};
use super::wanted::row_values;
use super::watch::ColumnWatch;
use crate::contract::{Column, ColumnType, Contract, Personal, Severity};
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Block, Cell, Row, column_letters};
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
    /// The reporting year.
    pub year: i32,
}

/// The rows of a block, converted.
#[derive(Debug)]
pub struct Converted {
    /// The rows whose cells are all good, in the narrow form of the layout.
    pub rows: RecordBatch,
    /// The records that those rows were.
    pub records: Vec<Record>,
    /// The rows that are left out, and why.
    pub rejects: Vec<Reject>,
    /// What good and bad rows add to the totals.
    pub sums: Sums,
    /// Rows that break rules which only warn, per rule.
    pub warned: BTreeMap<usize, Warned>,
    /// Doubts about whole columns, per stored column.
    pub watches: Vec<ColumnWatch>,
}

/// Rows that break one rule.
#[derive(Debug, Default)]
pub struct Warned {
    /// How many there are.
    pub rows: usize,
    /// The first of them.
    pub places: Vec<Place>,
}

impl Warned {
    fn add(&mut self, place: impl FnOnce() -> Place) {
        self.rows += 1;
        if self.places.len() < MOST_PLACES {
            self.places.push(place());
        }
    }

    /// Adds rows that follow.
    pub fn append(&mut self, next: Self) {
        self.rows += next.rows;
        let room = MOST_PLACES.saturating_sub(self.places.len());
        self.places.extend(next.places.into_iter().take(room));
    }
}

/// Converts the blocks of one part.
pub struct Converter<'a> {
    contract: &'a Contract,
    part: &'a Part<'a>,
    number: u32,
    layout: &'a Layout,
    rules: &'a Rules,
    columns: Vec<ColumnReader<'a>>,
    needed: Vec<Needed>,
    /// What was read before, per column, for each of the threads that convert.
    memos: Mutex<Vec<Vec<Memo>>>,
}

/// Reads the values of one stored column.
#[derive(Debug)]
struct ColumnReader<'a> {
    field: usize,
    column: &'a Column,
    source: Source<'a>,
    context: Context,
    key: Option<PersonalKey>,
    /// Index at which the column travels.
    stored: usize,
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
        rules: &'a Rules,
        key: &dyn Fn(&str) -> Vec<u8>,
    ) -> Self {
        let stored = contract
            .columns
            .iter()
            .enumerate()
            .filter_map(|(field, column)| Some((layout.index_of(&column.name)?, field, column)));
        let columns = stored.map(|(stored, field, column)| ColumnReader {
            stored,
            field,
            column,
            source: part.located.find_source(field, contract),
            context: Context {
                marks: part.located.survey.marks[field],
                ..column_context(contract, part, field)
            },
            key: (column.personal == Personal::Hash).then(|| PersonalKey::new(&key(&column.name))),
        });
        let (columns, needed) = (columns.collect(), Needed::of(contract, &part.located, layout));
        Self { contract, part, number, layout, rules, columns, needed, memos: Mutex::default() }
    }

    /// Returns the part.
    pub fn part(&self) -> &'a Part<'a> {
        self.part
    }

    /// Converts a block.
    ///
    /// # Errors
    /// [`ImportFault::RuleFailed`], and [`ImportFault::NotABatch`] for a defect of the conversion.
    pub fn convert(&self, block: &Block) -> Result<Converted> {
        let records = self.part.located.find_records(block, self.contract);
        let mut bad = BadRecords::default();
        let mut watches = Vec::with_capacity(self.columns.len());
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len() + 2);
        let mut memos = self.memos().pop().unwrap_or_default();
        memos.resize_with(self.columns.len(), Memo::default);
        let rows: Vec<Row<'_>> = records.iter().map(|record| block.row(record.row)).collect();
        for (reader, memo) in self.columns.iter().zip(&mut memos) {
            let mut watch = ColumnWatch::default();
            arrays.push(
                self.convert_column(reader, &rows, &records, memo, &mut bad, &mut watch)
                    .map_err(not_a_batch)?,
            );
            watches.push(watch);
        }
        self.memos().push(memos);
        self.check_width(&rows, &mut bad);
        arrays.push(Arc::new(UInt32Array::from_value(self.number, records.len())));
        let numbers = rows.iter().map(|row| i64::from(row.number));
        arrays.push(Arc::new(Int64Array::from_iter_values(numbers)));
        let rows = RecordBatch::try_new(Arc::clone(self.layout.narrow()), arrays).map_err(not_a_batch)?;
        let warned = self.check_rules(&rows, block, &records, &mut bad)?;
        let good: Vec<bool> = bad.mark_good(records.len());
        let sums = Sums::of(&self.needed, &records, &rows, &good);
        let rows = if bad.0.is_empty() {
            rows
        } else {
            filter_record_batch(&rows, &BooleanArray::from(good.clone())).map_err(not_a_batch)?
        };
        let rejects = self.reject(block, &records, bad);
        let mut is_good = good.into_iter();
        let mut records = records;
        records.retain(|_| is_good.next().unwrap_or(true));
        Ok(Converted { rows, records, rejects, sums, warned, watches })
    }

    fn memos(&self) -> MutexGuard<'_, Vec<Vec<Memo>>> {
        self.memos.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses rows of delimited text that have cells beyond the headings.
    fn check_width(&self, rows: &[Row<'_>], bad: &mut BadRecords) {
        let Located { sheet, header, .. } = &self.part.located;
        let width = header.columns.iter().map(|column| column.column + 1).max().unwrap_or(0);
        let reader = self.columns.iter().rev().find(|reader| reader.column.personal == Personal::No);
        let Some(reader) = reader.filter(|_| sheet.rows.is_text()) else { return };
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.width() > width) {
            // What stands there may be anybody's name.
            let cell = Some(format!("{}{}", column_letters(width), row.number));
            let (file, sheet) = (self.part.file.clone(), sheet.name.clone());
            let place = Place::Cell { file, sheet, cell, found: None };
            bad.add(index, reader.field, reader.column, Problem::ExtraCells, place);
        }
    }

    fn convert_column(
        &self,
        reader: &ColumnReader<'_>,
        rows: &[Row<'_>],
        records: &[Record],
        memo: &mut Memo,
        bad: &mut BadRecords,
        watch: &mut ColumnWatch,
    ) -> Result<ArrayRef, ArrowError> {
        let narrow = self.layout.narrow().field(reader.stored).data_type();
        let mut values = ValueBuilder::new(narrow, records.len());
        for (index, (row, record)) in rows.iter().zip(records).enumerate() {
            let slot = self.part.located.find_slot(&reader.source, row, record, self.part.as_of);
            let place = || slot_place(self.part, &slot, reader.column);
            let text = slot.cell.as_text();
            let mut take = |value: &Result<Value<'_>, Problem>| {
                let value = value.as_ref().map_err(|problem| *problem);
                let value = value.and_then(|value| self.refuse_shared(value, reader.column, &slot));
                values.push(value.unwrap_or(&Value::Null));
                if let Err(problem) = value {
                    bad.add(index, reader.field, reader.column, problem, place());
                }
            };
            if let Some(known) = text.and_then(|text| memo.find(text)) {
                if !known.is_quiet {
                    watch.see(slot.cell, reader.column, &place);
                }
                take(&known.value);
                continue;
            }
            watch.see(slot.cell, reader.column, &place);
            let value = reader.read(slot.cell, self.layout);
            take(&value);
            if let Some(text) = text {
                memo.add(text, &value, reader.column, |text| self.layout.word(reader.stored, text));
            }
        }
        let values = values.finish()?;
        watch.sparse.see(&values, |index| {
            let (row, record) = (rows.get(index)?, records.get(index)?);
            let slot = self.part.located.find_slot(&reader.source, row, record, self.part.as_of);
            Some(slot_place(self.part, &slot, reader.column))
        });
        Ok(values)
    }

    /// Refuses a number that several rows or columns share.
    fn refuse_shared<'v, 'c>(
        &self,
        value: &'v Value<'c>,
        column: &Column,
        slot: &Slot<'_>,
    ) -> Result<&'v Value<'c>, Problem> {
        let is_number = matches!(value, Value::Int(_) | Value::Float(_) | Value::Amount(..))
            && column.kind != ColumnType::Year;
        let is_shared = |column| self.part.located.merged().is_shared(slot.row, column);
        if is_number && slot.column.is_some_and(is_shared) { Err(Problem::MergedNumber) } else { Ok(value) }
    }

    /// Evaluates the contract's rules: rows that break one are bad, or only warned of.
    fn check_rules(
        &self,
        rows: &RecordBatch,
        block: &Block,
        records: &[Record],
        bad: &mut BadRecords,
    ) -> Result<BTreeMap<usize, Warned>> {
        let mut warned: BTreeMap<usize, Warned> = BTreeMap::new();
        if self.rules.is_empty() {
            return Ok(warned);
        }
        let wide = self.layout.widen_columns(rows, &|name| self.rules.uses(name)).map_err(not_a_batch)?;
        for breach in self.rules.check(self.contract, &wide)? {
            let place = || self.breach_place(&breach, block, &records[breach.row]);
            if breach.severity == Severity::Warning {
                warned.entry(breach.rule).or_default().add(place);
            } else {
                let field = breach.field.unwrap_or_default();
                bad.add(
                    breach.row,
                    field,
                    &self.contract.columns[field],
                    Problem::Rule(breach.rule),
                    place(),
                );
            }
        }
        Ok(warned)
    }

    /// Names the cell that a rule speaks of first, or the row.
    fn breach_place(&self, breach: &Breach, block: &Block, record: &Record) -> Place {
        let row = block.row(record.row);
        let reader = self.columns.iter().find(|reader| Some(reader.field) == breach.field);
        let slot = reader.map(|reader| {
            (reader.column, self.part.located.find_slot(&reader.source, &row, record, self.part.as_of))
        });
        match slot {
            Some((column, slot)) => slot_place(self.part, &slot, column),
            None => Place::Cell {
                file: self.part.file.clone(),
                sheet: self.part.located.sheet.name.clone(),
                cell: Some(format!("row {}", row.number)),
                found: None,
            },
        }
    }

    /// Names the cell that holds the key of a record, or the first cell of a key of several columns.
    pub fn key_place(&self, names: &[String], block: &Block, record: &Record, found: String) -> Place {
        let row = block.row(record.row);
        let readers = self.columns.iter().filter(|reader| names.contains(&reader.column.name));
        let slots = readers.map(|reader| {
            (reader.column, self.part.located.find_slot(&reader.source, &row, record, self.part.as_of))
        });
        let held = slots.into_iter().find(|(_, slot)| slot.column.is_some() && slot.row == row.number);
        let place = held.map(|(column, slot)| slot_place(self.part, &slot, column));
        let cell = match place {
            Some(Place::Cell { cell, .. }) => cell,
            _ => Some(format!("row {}", row.number)),
        };
        let (file, sheet) = (self.part.file.clone(), self.part.located.sheet.name.clone());
        Place::Cell { file, sheet, cell, found: Some(found) }
    }

    /// Says what the columns as a whole leave in doubt.
    pub fn doubts(&self, watches: &[ColumnWatch]) -> Vec<Error> {
        self.columns.iter().zip(watches).flat_map(|(reader, watch)| watch.warnings(reader.column)).collect()
    }

    /// Gathers the bad cells by row.
    fn reject(&self, block: &Block, records: &[Record], mut bad: BadRecords) -> Vec<Reject> {
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
                        values: row_values(
                            &block.row(records[record].row),
                            &self.part.located.header,
                            self.contract,
                        ),
                    },
                )),
            }
        }
        rejects.into_iter().map(|(_, reject)| reject).collect()
    }
}

/// Bad cells of a block with the index of their record, in order of column and record.
#[derive(Default)]
struct BadRecords(Vec<(usize, RejectedCell)>);

impl BadRecords {
    fn add(&mut self, record: usize, field: usize, column: &Column, problem: Problem, place: Place) {
        self.0.push((record, RejectedCell { field, column: column.name.clone(), place, problem }));
    }

    fn mark_good(&self, records: usize) -> Vec<bool> {
        let mut good = vec![true; records];
        self.0.iter().for_each(|(record, _)| good[*record] = false);
        good
    }
}

fn not_a_batch(cause: ArrowError) -> Error {
    Error::new(ImportFault::NotABatch).caused_by(cause)
}

impl ColumnReader<'_> {
    /// Reads one cell: missing words are NULL, constraints hold, personal values are hashed, and the codes
    /// of categories become their numbers.
    fn read<'c>(&self, cell: Cell<'c>, layout: &Layout) -> Result<Value<'c>, Problem> {
        let is_missing = is_missing(cell, self.column);
        let value = if is_missing { Value::Null } else { read_value(cell, self.column, &self.context)? };
        check_value(&value, self.column)?;
        Ok(match (value, &self.key) {
            (Value::Text(code), _) if self.column.kind == ColumnType::Category => {
                layout.rank(self.stored, &code).map_or(Value::Null, Value::Rank)
            }
            (Value::Text(text), Some(key)) => Value::Hash(key.hash(&text)),
            (value, _) => value,
        })
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
    let lines = part.located.preamble().flat_map(|row| row.cells());
    lines.filter_map(Cell::as_text).find_map(|text| {
        let folded = normalise(text).to_lowercase();
        let (_, after) = folded.split_once("đơn vị tính").or_else(|| folded.split_once("đvt"))?;
        let (_, unit) = after.split_once(':')?;
        money_scale(&fold(unit.split(['.', ';', ')', '\n']).next()?))
    })
}

fn slot_place(part: &Part<'_>, slot: &Slot<'_>, column: &Column) -> Place {
    let number = slot.row;
    let address = |column: usize| {
        let region = part.located.merged().region(number, column);
        region.map_or_else(|| format!("{}{number}", column_letters(column)), |region| region.address())
    };
    let cell = slot.column.map_or_else(|| format!("row {number}"), address);
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
