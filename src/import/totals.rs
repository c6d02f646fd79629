//! Compares what an export states about its rows with what the rows give.
//!
//! Totals are never stored as data: they are the only proof that no row was lost on the way from
//! the office to the table.

use super::convert::{Part, Table, read_stated};
use super::locate::StatedTotal;
use super::value::Value;
use crate::contract::Contract;
use crate::error::{Error, Explain as _, Place};
use crate::messages::{ImportFault, ImportWarning};
use crate::source::column_letters;
use crate::store::ControlTotal;
use crate::vietnamese::numbers::Decimal;

/// Computes every stated total, and warns of those that cannot be compared.
pub fn compute_totals(contract: &Contract, table: &Table<'_>) -> (Vec<ControlTotal>, Option<Error>) {
    let mut totals = Vec::new();
    let mut unchecked: Option<Error> = None;
    for (index, part) in table.parts.iter().enumerate() {
        for total in &part.located.totals {
            let readings = read_stated(contract, part, total).unwrap_or_default();
            let computed = compute(table, index, total);
            let agreeing =
                readings.iter().find(|reading| Some(reading.reduced()) == computed.map(Decimal::reduced));
            let (Some(stated), Some(computed)) = (agreeing.or_else(|| readings.first()), computed) else {
                let warning = unchecked.take().unwrap_or_else(|| ImportWarning::UncheckedTotal.error());
                unchecked = Some(warning.at(place(part, total)));
                continue;
            };
            totals.push(ControlTotal {
                column: total.field.map(|field| contract.columns[field].name.clone()),
                block: total.block.clone(),
                scope: total.group.map(|group| part.located.groups[group].heading.label.clone()),
                place: place(part, total).to_string(),
                stated: stated.to_string(),
                computed: computed.to_string(),
            });
        }
    }
    (totals, unchecked)
}

fn place(part: &Part<'_>, total: &StatedTotal) -> Place {
    let number = part.located.sheet.rows[total.row].number;
    Place::Cell {
        file: part.file.clone(),
        sheet: part.located.sheet.name.clone(),
        cell: Some(format!("{}{number}", column_letters(total.column))),
        found: None,
    }
}

/// Sums a column, or counts the rows, of a part, a group of it, or a block.
fn compute(table: &Table<'_>, part: usize, total: &StatedTotal) -> Option<Decimal> {
    let located = &table.parts[part].located;
    let rows = table.rows.iter().enumerate().filter(|(_, (of, record))| {
        let record = &located.records.get(*record);
        *of == part
            && record.is_some_and(|record| {
                total.group.is_none_or(|group| record.groups.contains(&group))
                    && (total.block.is_none() || record.block == total.block)
            })
    });
    let Some(field) = total.field else {
        // A row of a wide table gives several records and is counted once.
        let mut numbers: Vec<usize> = rows.map(|(_, (_, record))| located.records[*record].row).collect();
        numbers.dedup();
        return Some(Decimal::new(i128::try_from(numbers.len()).ok()?, 0));
    };
    rows.map(|(row, _)| number_of(&table.columns[field][row]))
        .try_fold(Decimal::new(0, 0), |sum, number| sum.checked_add(number?))
}

fn number_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Null => Some(Decimal::new(0, 0)),
        Value::Int(number) => Some(Decimal::new(i128::from(*number), 0)),
        Value::Amount(units, scale) => Some(Decimal::new(*units, *scale)),
        Value::Float(number) => Decimal::from_f64(*number),
        _ => None,
    }
}

/// Says which totals the rows do not give.
pub fn mismatches(totals: &[ControlTotal]) -> Vec<Error> {
    let wrong = totals.iter().filter(|total| !total.agrees());
    wrong
        .map(|total| {
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
            Error::new(fault).at(Place::file(&total.place))
        })
        .collect()
}
