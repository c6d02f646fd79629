//! Compares what an export states about its rows with what the rows give.
//!
//! Totals are never stored as data: they are the only proof that no row was lost on the way from
//! the office to the table. Each block adds up its rows by innermost group; the groups around them
//! are added up at the end.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};

use super::amount::read_decimal;
use super::convert::{Part, column_context};
use super::locate::{Located, Record, StatedTotal};
use super::value::{Context, Evidence};
use crate::contract::Contract;
use crate::error::{Error, Explain as _, Place};
use crate::messages::{ImportFault, ImportWarning};
use crate::source::{Cell, column_letters};
use crate::store::{ControlTotal, Layout};
use crate::vietnamese::numbers::{Decimal, parse_number};

/// A sum that a stated total asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// Index of the contract's column; `None` for a count of rows.
    field: Option<usize>,
    /// Index at which the column travels, if it does.
    at: Option<usize>,
    /// Index of the block of a wide table.
    block: Option<usize>,
}

/// What rows add up to, per innermost group.
#[derive(Debug, Default)]
pub struct Sums {
    /// The rows whose cells are all good.
    good: BTreeMap<(Option<usize>, Needed), Sum>,
    /// The rows with bad cells.
    bad: BTreeMap<(Option<usize>, Needed), Sum>,
}

/// A sum; `None` if it is too large to be exact.
type Sum = Option<Decimal>;

impl Needed {
    /// Lists the sums that the totals of a sheet ask for.
    pub fn of(contract: &Contract, located: &Located<'_>, layout: &Layout) -> Vec<Self> {
        let needed: BTreeSet<Self> =
            located.totals.iter().map(|total| Self::by(contract, located, total, layout)).collect();
        needed.into_iter().collect()
    }

    fn by(contract: &Contract, located: &Located<'_>, total: &StatedTotal, layout: &Layout) -> Self {
        let block = total.block.as_ref().map(|block| located.blocks.iter().position(|other| other == block));
        let at = total.field.map(|field| layout.index_of(&contract.columns[field].name));
        Self { field: total.field, at: at.flatten(), block: block.flatten() }
    }
}

impl Sums {
    /// Adds up the records of a block.
    pub fn of(needed: &[Needed], records: &[Record], rows: &RecordBatch, good: &[bool]) -> Self {
        let mut sums = Self::default();
        if needed.is_empty() {
            return sums;
        }
        let leaders = find_leaders(records, good);
        for needed in needed {
            let number = reader_of(needed, rows);
            let counts = |index: &usize| match needed.block {
                Some(_) => records[*index].block == needed.block,
                // A row of a wide table gives several records and is counted once.
                None => leaders[*index],
            };
            for index in (0..records.len()).filter(counts) {
                let side = if good[index] { &mut sums.good } else { &mut sums.bad };
                add(side.entry((records[index].group, *needed)).or_insert(ZERO), number(index));
            }
        }
        sums
    }

    /// Adds the sums of other rows.
    pub fn append(&mut self, other: Self) {
        for (mine, others) in [(&mut self.good, other.good), (&mut self.bad, other.bad)] {
            for (key, sum) in others {
                add(mine.entry(key).or_insert(ZERO), sum);
            }
        }
    }

    /// Adds up the groups around the innermost ones, up to the whole sheet.
    fn roll_up(&self, located: &Located<'_>, with_bad: bool) -> BTreeMap<(Option<usize>, Needed), Sum> {
        let mut rolled = BTreeMap::new();
        for ((group, needed), sum) in self.good.iter().chain(self.bad.iter().filter(|_| with_bad)) {
            for around in located.groups_around(*group).map(Some).chain([None]) {
                add(rolled.entry((around, *needed)).or_insert(ZERO), *sum);
            }
        }
        rolled
    }
}

const ZERO: Sum = Some(Decimal::ZERO);

fn add(sum: &mut Sum, number: Sum) {
    *sum = sum.zip(number).and_then(|(sum, number)| sum.checked_add(number));
}

/// Marks one record per row: the first good one, or else the first.
fn find_leaders(records: &[Record], good: &[bool]) -> Vec<bool> {
    let mut leaders = vec![false; records.len()];
    let mut start = 0;
    for row in records.chunk_by(|a, b| a.row == b.row) {
        let lead = (start..start + row.len()).find(|index| good[*index]).unwrap_or(start);
        leaders[lead] = true;
        start += row.len();
    }
    leaders
}

/// Reads the number of a row for a sum; NULL adds nothing.
fn reader_of<'a>(needed: &Needed, rows: &'a RecordBatch) -> Box<dyn Fn(usize) -> Sum + 'a> {
    if needed.field.is_none() {
        return Box::new(|_| Some(Decimal::new(1, 0)));
    }
    let Some(column) = needed.at.map(|at| rows.column(at)) else { return Box::new(|_| ZERO) };
    let or_zero = |row: usize, number: Sum| if column.is_null(row) { ZERO } else { number };
    match column.data_type() {
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            Box::new(move |row| or_zero(row, Some(Decimal::new(i128::from(numbers.value(row)), 0))))
        }
        DataType::Decimal128(_, scale) => {
            let numbers = column.as_primitive::<Decimal128Type>();
            let scale = u32::try_from(*scale).unwrap_or(0);
            Box::new(move |row| or_zero(row, Some(Decimal::new(numbers.value(row), scale))))
        }
        DataType::Float64 => {
            let numbers = column.as_primitive::<Float64Type>();
            Box::new(move |row| or_zero(row, Decimal::from_f64(numbers.value(row))))
        }
        _ => Box::new(|_| None),
    }
}

/// Compares every stated total of a part with its rows, and warns of those that cannot be compared.
///
/// Rows with bad cells count unless they are left out of the import.
pub fn compute_totals(
    contract: &Contract,
    part: &Part<'_>,
    sums: &Sums,
    layout: &Layout,
    with_bad: bool,
) -> (Vec<(ControlTotal, Place)>, Option<Error>) {
    let rolled = sums.roll_up(&part.located, with_bad);
    let compute = |total: &StatedTotal| {
        let needed = Needed::by(contract, &part.located, total, layout);
        rolled.get(&(total.group, needed)).copied().unwrap_or(ZERO)
    };
    let mut totals = Vec::new();
    let mut unchecked: Option<Error> = None;
    for total in &part.located.totals {
        let readings = read_stated(contract, part, total).unwrap_or_default();
        let computed = compute(total);
        let agreeing =
            readings.iter().find(|reading| Some(reading.reduced()) == computed.map(Decimal::reduced));
        let (Some(stated), Some(computed)) = (agreeing.or_else(|| readings.first()), computed) else {
            let warning = unchecked.take().unwrap_or_else(|| ImportWarning::UncheckedTotal.error());
            unchecked = Some(warning.at(place(part, total)));
            continue;
        };
        let place = place(part, total);
        let total = ControlTotal {
            column: total.field.map(|field| contract.columns[field].name.clone()),
            block: total.block.clone(),
            scope: total.group.map(|group| part.located.groups[group].heading.label.clone()),
            place: place.to_string(),
            stated: stated.to_string(),
            computed: computed.to_string(),
        };
        totals.push((total, place));
    }
    (totals, unchecked)
}

fn place(part: &Part<'_>, total: &StatedTotal) -> Place {
    let number = part.located.survey.headings.row(total.row).number;
    Place::Cell {
        file: part.file.clone(),
        sheet: part.located.sheet.name.clone(),
        cell: Some(format!("{}{number}", column_letters(total.column))),
        found: None,
    }
}

/// Reads the number that a stated total holds.
fn read_stated(contract: &Contract, part: &Part<'_>, total: &StatedTotal) -> Option<Vec<Decimal>> {
    if let Some(count) = total.count {
        return Some(vec![count]);
    }
    let cell = part.located.survey.headings.row(total.row).cell(total.column);
    let Some(field) = total.field else {
        return match cell {
            Cell::Number { value, .. } => Some(vec![Decimal::from_f64(value)?]),
            _ => Some(vec![parse_number(cell.as_text()?)?.value]),
        };
    };
    let context = column_context(contract, part, field);
    let column = &contract.columns[field];
    let mut readings = Vec::new();
    // Both ways of writing are tried: the one that agrees with the rows is the one that was meant.
    for english in [false, true] {
        let marks = Evidence { vietnamese: !english, english };
        readings.extend(read_decimal(cell, column, &Context { marks, ..context.clone() }));
    }
    Some(readings)
}

/// Says which totals the rows do not give.
pub fn mismatches(totals: &[(ControlTotal, Place)]) -> Vec<Error> {
    let wrong = totals.iter().filter(|(total, _)| !total.agrees());
    wrong
        .map(|(total, place)| {
            let parts = [total.column.as_deref(), total.block.as_deref(), total.scope.as_deref()];
            let what: Vec<String> = parts.iter().flatten().map(|part| format!("`{part}`")).collect();
            let what = if total.column.is_none() {
                std::iter::once("`count(*)`".to_owned()).chain(what).collect()
            } else {
                what
            };
            let fault = ImportFault::ControlMismatch {
                what: what.join(" / "),
                stated: total.stated.clone(),
                computed: total.computed.clone(),
            };
            Error::new(fault).at(place.clone())
        })
        .collect()
}
