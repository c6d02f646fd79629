//! Turns a comparison into one without the values that are left out, and without what follows from them.

use std::collections::HashMap;

use super::compare::{Comparison, Line, name_total};
use super::suppress::{Reason, Sum, choose_left_out};
use crate::query::{Role, SavedQuery};

/// Leaves out small counts, those that would give them away, and the rates and changes of either.
///
/// Groups add up to their totals, and measures to each other where the query's header says so.
pub fn leave_out_of_comparison(comparison: &mut Comparison, query: &SavedQuery, least: u32) {
    let width = comparison.years.len();
    let is_count = |line: &&Line| line.measure.role == Role::Count;
    let counts = comparison.lines.iter().flat_map(|line| {
        let is_count = is_count(&line);
        line.values.iter().map(move |value| value.filter(|_| is_count))
    });
    let counts: Vec<Option<f64>> = counts.collect();
    let lines = find_lines(comparison);
    let mut sums = Vec::new();
    for (total, parts) in
        sums_of_groups(comparison).into_iter().chain(sums_of_measures(comparison, query, &lines))
    {
        sums.extend((0..width).map(|year| Sum {
            total: total * width + year,
            parts: parts.iter().map(|part| part * width + year).collect(),
        }));
    }
    let chosen = choose_left_out(&counts, &sums, least);
    let of_line = |line: usize| chosen[line * width..(line + 1) * width].to_vec();
    let left_out: Vec<Vec<Option<Reason>>> = (0..comparison.lines.len())
        .map(|index| {
            let line = &comparison.lines[index];
            let Role::Rate { numerator, denominator } = &line.measure.role else { return of_line(index) };
            let find = |name: &String| lines.get(&(name.as_str(), line.is_total, &line.group)).copied();
            let parts: Vec<usize> = numerator.iter().chain(denominator).filter_map(find).collect();
            let is_hidden = |year: usize| parts.iter().any(|part| chosen[part * width + year].is_some());
            (0..width)
                .map(|year| Some(Reason::Beside).filter(|_| line.values[year].is_some() && is_hidden(year)))
                .collect()
        })
        .collect();
    let change = comparison.change.map(|(last, baseline)| [last, baseline]);
    let places: Vec<usize> =
        (0..width).filter(|at| change.is_some_and(|pair| pair.contains(&comparison.years[*at]))).collect();
    for (line, left_out) in comparison.lines.iter_mut().zip(left_out) {
        line.leave_out(left_out, &places);
    }
}

impl Line {
    fn leave_out(&mut self, left_out: Vec<Option<Reason>>, changed: &[usize]) {
        for (value, reason) in self.values.iter_mut().zip(&left_out) {
            *value = value.filter(|_| reason.is_none());
        }
        self.is_change_left_out = changed.iter().any(|at| left_out[*at].is_some());
        if self.is_change_left_out {
            (self.difference, self.growth, self.points, self.is_better) = (None, None, None, None);
        }
        self.left_out = left_out;
    }
}

type Lines<'a> = HashMap<(&'a str, bool, &'a Vec<Option<String>>), usize>;

/// Finds the line of a measure and a group.
fn find_lines(comparison: &Comparison) -> Lines<'_> {
    let lines = comparison.lines.iter().enumerate();
    lines.map(|(index, line)| ((line.measure.name.as_str(), line.is_total, &line.group), index)).collect()
}

fn sums_of_groups(comparison: &Comparison) -> Vec<(usize, Vec<usize>)> {
    let mut parts: HashMap<(&str, Vec<Option<String>>), Vec<usize>> = HashMap::new();
    for (index, line) in comparison.lines.iter().enumerate().filter(|(_, line)| !line.is_total) {
        let total = name_total(&line.group, &comparison.keys);
        parts.entry((&line.measure.name, total)).or_default().push(index);
    }
    let totals =
        comparison.lines.iter().enumerate().filter(|(_, line)| line.is_total && !line.measure.is_whole);
    totals
        .filter_map(|(index, line)| {
            Some((index, parts.remove(&(line.measure.name.as_str(), line.group.clone()))?))
        })
        .collect()
}

fn sums_of_measures(
    comparison: &Comparison,
    query: &SavedQuery,
    lines: &Lines<'_>,
) -> Vec<(usize, Vec<usize>)> {
    let mut sums = Vec::new();
    for (total, parts) in &query.sums {
        for (index, line) in
            comparison.lines.iter().enumerate().filter(|(_, line)| line.measure.name == *total)
        {
            let find = |name: &String| lines.get(&(name.as_str(), line.is_total, &line.group)).copied();
            if let Some(parts) = parts.iter().map(find).collect() {
                sums.push((index, parts));
            }
        }
    }
    sums
}
