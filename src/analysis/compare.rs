//! Turns the result of a saved query with a `year` column into a comparison of years: one column per
//! year, the change of the last year against a baseline, and totals where they make sense.
//!
//! The rules, so that no printed number needs an excuse: a group that an imported year does not have
//! counted nothing there, so it is 0; a year that is not imported is missing. A percentage of a base below
//! [`LEAST_BASE`] says more than is known and stays empty. Rates are compared in percentage points and
//! computed again for totals from their numerator and denominator. Nothing is made annual.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::compare_groups::{Group, Groups, Measures, Name, find_groups};
use super::suppress::Reason;
use crate::engine::{Answer, QUERY_YEAR};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::CompareFault;
use crate::query::{Better, ResultColumn, Role, SavedQuery};

/// The least base of a percentage.
pub const LEAST_BASE: f64 = 20.0;

/// Which years are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Years {
    /// The years shown, in order.
    pub shown: Vec<i32>,
    /// Those of them that every dataset of the query has.
    pub imported: BTreeSet<i32>,
    /// The year that the last one is compared with.
    pub baseline: Option<i32>,
}

/// The years of a query, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The years.
    pub years: Vec<i32>,
    /// The year whose change is shown, and the one it is compared with.
    pub change: Option<(i32, i32)>,
    /// The columns that name the groups, without the year.
    pub keys: Vec<ResultColumn>,
    /// One line per measure and group.
    pub lines: Vec<Line>,
}

/// One measure of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The measure.
    pub measure: ResultColumn,
    /// What names the group, in the order of the keys; NULL is a name, too.
    pub group: Vec<Option<String>>,
    /// Whether it stands for all groups together.
    pub is_total: bool,
    /// The value of each year; none where the year has none.
    pub values: Vec<Option<f64>>,
    /// The difference, of what can be counted.
    pub difference: Option<f64>,
    /// The difference as a fraction of the base.
    pub growth: Option<f64>,
    /// The difference of a rate, in percentage points.
    pub points: Option<f64>,
    /// Why the value of a year is left out; none where it is not.
    pub left_out: Vec<Option<Reason>>,
    /// Whether the change is left out, because it follows from a value that is.
    pub is_change_left_out: bool,
    /// Whether the change is for the better; none if nobody says what is better, or nothing changed.
    pub is_better: Option<bool>,
}

/// Compares the years of an answer.
///
/// # Errors
/// [`CompareFault`] if the result has no year, nothing to compare, or two rows for one group and year.
pub fn compare(query: &SavedQuery, answer: &Answer, years: &Years) -> Result<Comparison> {
    let fault = |fault: CompareFault| fault.error().at(Place::file(&query.file));
    let has_year = answer.schema.fields().iter().any(|field| field.name() == QUERY_YEAR);
    if !has_year {
        return Err(fault(CompareFault::NoYear { query: query.name.clone() }));
    }
    let columns = Columns::of(query, answer);
    if columns.measures.is_empty() {
        return Err(fault(CompareFault::NoMeasure { query: query.name.clone() }));
    }
    let groups = find_groups(answer, &columns.keys, &columns.measures)
        .map_err(|(group, year)| fault(CompareFault::TwoRows { query: query.name.clone(), group, year }))?;
    let groups = fill_groups(&groups, &columns, years);
    let totals = total_groups(&groups, &columns, years);
    let change = find_change(years);
    let mut lines = Vec::new();
    for (index, measure) in columns.measures.iter().enumerate() {
        // What stands for the whole year is said once, as long as all rows say the same.
        let has_total = |year: &i32| totals.values().all(|total| value_at(total, *year, index).is_some());
        let has_value = |year: &i32| groups.values().any(|group| value_at(group, *year, index).is_some());
        let is_once = measure.is_whole
            && !totals.is_empty()
            && years.shown.iter().filter(|year| has_value(year)).all(has_total);
        let shown = groups.iter().filter(|_| !is_once);
        for (is_total, (group, found)) in
            shown.map(|group| (false, group)).chain(totals.iter().map(|total| (true, total)))
        {
            let values = years.shown.iter().map(|year| value_at(found, *year, index));
            lines.push(make_line(measure, group.clone(), is_total, values.collect(), change, years));
        }
    }
    Ok(Comparison { years: years.shown.clone(), change, keys: columns.keys, lines })
}

fn value_at(group: &Group, year: i32, index: usize) -> Option<f64> {
    group.get(&year).and_then(|row| row[index])
}

/// Chooses what the last year is compared with, unless it was said: the year imported before it.
pub fn choose_baseline(shown: &[i32], imported: &BTreeSet<i32>) -> Option<i32> {
    let last = shown.iter().rev().find(|year| imported.contains(year))?;
    shown.iter().rev().find(|year| *year < last && imported.contains(year)).copied()
}

/// The last year that is imported, beside the baseline.
fn find_change(years: &Years) -> Option<(i32, i32)> {
    let baseline = years.baseline?;
    let imported = |year: &&i32| years.imported.contains(year) && **year != baseline;
    let last = years
        .shown
        .iter()
        .rev()
        .find(imported)
        .or_else(|| years.shown.iter().rev().find(|year| **year != baseline))?;
    Some((*last, baseline))
}

/// What the columns of a result are for a comparison.
struct Columns {
    keys: Vec<ResultColumn>,
    measures: Vec<ResultColumn>,
}

impl Columns {
    /// Takes the declared columns; in a query that declares nothing, texts are keys and whole numbers measures.
    fn of(query: &SavedQuery, answer: &Answer) -> Self {
        let mut columns = Self { keys: Vec::new(), measures: Vec::new() };
        for field in answer.schema.fields().iter().filter(|field| field.name() != QUERY_YEAR) {
            let declared = query.columns.iter().find(|column| column.name == *field.name()).cloned();
            let column =
                declared.unwrap_or_else(|| ResultColumn::undeclared(field.name(), field.data_type()));
            match column.role {
                Role::Key => columns.keys.push(column),
                Role::Count | Role::Amount | Role::Rate { .. } => columns.measures.push(column),
                Role::Text => {}
            }
        }
        columns
    }
}

/// Gives every group the imported years that it does not have: nothing was counted there.
fn fill_groups(groups: &Groups, columns: &Columns, years: &Years) -> Groups {
    let mut filled = groups.clone();
    for year in years.shown.iter().filter(|year| years.imported.contains(year)) {
        let known: Vec<&Measures> = groups.values().filter_map(|group| group.get(year)).collect();
        let counts = columns.measures.iter().enumerate().map(|(index, measure)| match measure.role {
            Role::Rate { .. } => None,
            _ if measure.is_whole => only_value(known.iter().map(|row| row[index])),
            _ => Some(0.0),
        });
        let row = columns.with_rates(&counts.collect::<Measures>());
        for group in filled.values_mut() {
            group.entry(*year).or_insert_with(|| row.clone());
        }
    }
    filled
}

fn is_rate(measure: &ResultColumn) -> bool {
    matches!(measure.role, Role::Rate { .. })
}

/// Adds the groups up, one total for each value of the keys that stand apart.
fn total_groups(groups: &Groups, columns: &Columns, years: &Years) -> Groups {
    let mut parts: IndexMap<Name, Vec<&Group>> = IndexMap::new();
    for (group, found) in groups {
        parts.entry(name_total(group, &columns.keys)).or_default().push(found);
    }
    let several = parts.into_iter().filter(|(_, members)| members.len() > 1);
    several.map(|(name, members)| (name, add_up(&members, columns, years))).collect()
}

/// The code of a total in the place of a key.
pub(super) const TOTAL: &str = "total";

/// Names a total: `total` in place of the first key that it goes across, nothing in place of the others.
pub(super) fn name_total(group: &[Option<String>], keys: &[ResultColumn]) -> Name {
    let mut is_named = false;
    let name = |(value, key): (&Option<String>, &ResultColumn)| {
        if key.stands_apart {
            return value.clone();
        }
        Some(if std::mem::replace(&mut is_named, true) { String::new() } else { TOTAL.to_owned() })
    };
    group.iter().zip(keys).map(name).collect()
}

fn add_up(members: &[&Group], columns: &Columns, years: &Years) -> Group {
    let mut total = Group::new();
    for year in &years.shown {
        let rows: Vec<&Measures> = members.iter().filter_map(|member| member.get(year)).collect();
        if rows.is_empty() && !years.imported.contains(year) {
            continue;
        }
        let sums: Vec<Option<f64>> = columns
            .measures
            .iter()
            .enumerate()
            .map(|(index, measure)| match measure.role {
                Role::Rate { .. } => None,
                // What stands for the whole year in every row is not added to itself.
                _ if measure.is_whole => only_value(rows.iter().map(|row| row[index])),
                // A sum with a part that is not known is not known.
                _ => rows.iter().map(|row| row[index]).sum(),
            })
            .collect();
        total.insert(*year, columns.with_rates(&sums));
    }
    total
}

impl Columns {
    /// Computes the rates from what was counted; nothing of nothing is no rate.
    fn with_rates(&self, counts: &[Option<f64>]) -> Measures {
        let part = |names: &[String]| -> Option<f64> {
            let position = |name: &String| self.measures.iter().position(|measure| measure.name == *name);
            names.iter().map(|name| counts.get(position(name)?).copied().flatten()).sum()
        };
        let value = |(index, measure): (usize, &ResultColumn)| match &measure.role {
            Role::Rate { numerator, denominator } => {
                let below = part(denominator).filter(|below| *below != 0.0)?;
                Some(part(numerator)? / below)
            }
            _ => counts[index],
        };
        self.measures.iter().enumerate().map(value).collect()
    }
}

/// Returns the value that all have.
fn only_value(mut values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}

fn make_line(
    measure: &ResultColumn,
    group: Vec<Option<String>>,
    is_total: bool,
    values: Vec<Option<f64>>,
    change: Option<(i32, i32)>,
    years: &Years,
) -> Line {
    let at = |year: i32| {
        let place = years.shown.iter().position(|shown| *shown == year)?;
        values.get(place).copied().flatten()
    };
    let pair = change.and_then(|(last, baseline)| Some((at(last)?, at(baseline)?)));
    let difference = pair.map(|(last, base)| last - base);
    let is_rate = is_rate(measure);
    let growth =
        pair.filter(|(_, base)| !is_rate && *base >= LEAST_BASE).map(|(last, base)| last / base - 1.0);
    let is_better = difference.filter(|difference| *difference != 0.0).and_then(|difference| {
        Some(match measure.better? {
            Better::Higher => difference > 0.0,
            Better::Lower => difference < 0.0,
        })
    });
    Line {
        measure: measure.clone(),
        group,
        is_total,
        left_out: vec![None; values.len()],
        is_change_left_out: false,
        values,
        difference: difference.filter(|_| !is_rate),
        growth,
        points: difference.filter(|_| is_rate).map(|difference| difference * 100.0),
        is_better,
    }
}

/// Checks the names of years against each other.
///
/// # Errors
/// [`CompareFault::OneYear`] if there is nothing to compare with.
pub fn check_years(query: &SavedQuery, years: &Years) -> Result<()> {
    if years.shown.len() < 2 {
        let list = years.shown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let fault = CompareFault::OneYear { query: query.name.clone(), years: list };
        return Err(Error::new(fault));
    }
    Ok(())
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
