//! Turns counts, with the sums that are shown of them, into the cells that are left out so that nobody is
//! recognised in a small count.
//!
//! A count from 1 to below the threshold is left out; 0 tells of nobody and stays. Where a sum would give a
//! left-out cell away, the smallest other cell is left out beside it, until none does. A sum gives away
//! what is left out if that is one cell, if it is few things altogether, or if only one reading of its
//! small counts is possible; several sums together do if a cell follows from them by subtraction.

use std::collections::HashSet;

use super::suppress_recover::find_computable;

/// Why a cell is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its count is small.
    Small,
    /// It would give away one that is.
    Beside,
}

/// A cell that other cells add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    /// The cell with the total.
    pub(super) total: usize,
    /// The cells that are added up.
    pub(super) parts: Vec<usize>,
}

/// Decides which of the counts are left out; a sum that does not add up gives nothing away.
pub(super) fn choose_left_out(counts: &[Option<f64>], sums: &[Sum], least: u32) -> Vec<Option<Reason>> {
    let least = f64::from(least);
    let is_small = |count: &f64| *count > 0.0 && *count < least;
    let small = counts.iter().map(|count| count.filter(is_small).map(|_| Reason::Small));
    let mut table = Table { counts, least, chosen: small.collect(), empty: HashSet::new() };
    let sums: Vec<&Sum> = sums.iter().filter(|sum| table.holds(sum)).collect();
    let empty = sums.iter().filter(|sum| table.count(sum.total) == Some(0.0));
    table.empty = empty.flat_map(|sum| sum.parts.iter().copied()).collect();
    // A cell beside one sum may be the only one of another; every round leaves out at least one more.
    loop {
        let mut is_changed = false;
        for sum in &sums {
            is_changed |= table.protect(sum);
        }
        if !is_changed && !table.protect_together(&sums) {
            return table.chosen;
        }
    }
}

struct Table<'a> {
    counts: &'a [Option<f64>],
    least: f64,
    chosen: Vec<Option<Reason>>,
    /// The parts of totals that are 0: everybody sees that they are 0 too, so that leaving them out hides nothing.
    empty: HashSet<usize>,
}

/// How far a sum gives away what is left out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leak {
    /// The one cell can be computed.
    Cell,
    /// The cells together say too much.
    Cells,
}

impl Table<'_> {
    fn count(&self, cell: usize) -> Option<f64> {
        self.counts.get(cell).copied().flatten()
    }

    /// What is not known counts nothing, as whoever adds up the table would have it.
    fn holds(&self, sum: &Sum) -> bool {
        let parts: f64 = sum.parts.iter().filter_map(|part| self.count(*part)).sum();
        self.count(sum.total) == Some(parts)
    }

    /// Leaves out cells until the sum gives nothing away; tells whether it did.
    fn protect(&mut self, sum: &Sum) -> bool {
        let mut is_changed = false;
        while let Some(cell) = self.find_leak(sum).and_then(|leak| self.find_beside(sum, leak)) {
            self.chosen[cell] = Some(Reason::Beside);
            is_changed = true;
        }
        is_changed
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "whole numbers far below 2^53 are exact"
    )]
    fn find_leak(&self, sum: &Sum) -> Option<Leak> {
        let hidden: Vec<usize> =
            sum.parts.iter().copied().filter(|part| self.chosen[*part].is_some()).collect();
        if self.chosen[sum.total].is_some() {
            return hidden.is_empty().then_some(Leak::Cell);
        }
        match hidden.as_slice() {
            [] => None,
            [_] => Some(Leak::Cell),
            several => {
                let together: f64 = several.iter().filter_map(|part| self.count(*part)).sum();
                let is_small = several.iter().all(|part| self.chosen[*part] == Some(Reason::Small));
                let number = several.len() as f64;
                let is_extreme = together == number || together == number * (self.least - 1.0);
                (together < self.least || is_small && is_extreme).then_some(Leak::Cells)
            }
        }
    }

    /// Finds a cell that makes a sum give nothing away.
    fn find_beside(&self, sum: &Sum, leak: Leak) -> Option<usize> {
        let places: &[Place] = if leak == Leak::Cell { &PLACES } else { &PLACES[..1] };
        places.iter().find_map(|place| self.find_in(sum, *place))
    }

    /// Leaves out a cell that makes one less computable from all sums together; tells whether it did.
    fn protect_together(&mut self, sums: &[&Sum]) -> bool {
        let computable = find_computable(sums, |cell| self.chosen[cell].is_some());
        let beside = computable.into_iter().find_map(|cell| {
            let own: Vec<&&Sum> =
                sums.iter().filter(|sum| sum.total == cell || sum.parts.contains(&cell)).collect();
            PLACES.iter().find_map(|place| own.iter().find_map(|sum| self.find_in(sum, *place)))
        });
        if let Some(cell) = beside {
            self.chosen[cell] = Some(Reason::Beside);
        }
        beside.is_some()
    }

    /// Finds the smallest cell that is shown in a place of a sum.
    fn find_in(&self, sum: &Sum, place: Place) -> Option<usize> {
        let cells: &[usize] = if place == Place::Total { &[sum.total] } else { &sum.parts };
        let is_here = |count: f64, cell| match place {
            Place::Part => count != 0.0,
            Place::Nothing => count == 0.0 && !self.empty.contains(&cell),
            Place::Total => true,
        };
        let shown = cells.iter().copied().filter(|cell| self.chosen[*cell].is_none());
        let counts = shown.filter_map(|cell| Some((self.count(cell)?, cell)));
        let here = counts.filter(|(count, cell)| is_here(*count, *cell));
        here.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1))).map(|(_, cell)| cell)
    }
}

/// Where a cell beside is looked for: a sum's total stays as long as anything else helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Parts that count something.
    Part,
    /// Parts that are 0.
    Nothing,
    /// The total.
    Total,
}

const PLACES: [Place; 3] = [Place::Part, Place::Nothing, Place::Total];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reason, Sum, choose_left_out};

    /// The cells of a table with the total of every row, every column and the whole behind them, and its sums.
    fn two_way(rows: &[Vec<u32>]) -> (Vec<Option<f64>>, Vec<Sum>) {
        let width = rows[0].len();
        let mut lines: Vec<Vec<u32>> =
            rows.iter().map(|row| [row.as_slice(), &[row.iter().sum()]].concat()).collect();
        lines.push((0..=width).map(|column| lines.iter().map(|line| line[column]).sum()).collect());
        let at = |row: usize, column: usize| row * (width + 1) + column;
        let across = (0..lines.len()).map(|row| Sum {
            total: at(row, width),
            parts: (0..width).map(|column| at(row, column)).collect(),
        });
        let down = (0..=width).map(|column| Sum {
            total: at(rows.len(), column),
            parts: (0..rows.len()).map(|row| at(row, column)).collect(),
        });
        let sums = across.chain(down).collect();
        (lines.into_iter().flatten().map(|count| Some(f64::from(count))).collect(), sums)
    }

    fn column(counts: &[f64]) -> (Vec<Option<f64>>, Vec<Sum>) {
        let sum = Sum { total: counts.len(), parts: (0..counts.len()).collect() };
        (counts.iter().copied().chain([counts.iter().sum()]).map(Some).collect(), vec![sum])
    }

    fn left_out(counts: &[f64], least: u32) -> Vec<usize> {
        let (counts, sums) = column(counts);
        let chosen = choose_left_out(&counts, &sums, least);
        (0..chosen.len()).filter(|cell| chosen[*cell].is_some()).collect()
    }

    fn has_other_way(edges: &[(usize, usize)], without: (usize, usize)) -> bool {
        let (mut rows, mut columns) = (vec![without.0], vec![]);
        loop {
            let reached = rows.len() + columns.len();
            for edge in edges.iter().filter(|edge| **edge != without) {
                if rows.contains(&edge.0) && !columns.contains(&edge.1) {
                    columns.push(edge.1);
                }
                if columns.contains(&edge.1) && !rows.contains(&edge.0) {
                    rows.push(edge.0);
                }
            }
            if rows.len() + columns.len() == reached {
                return columns.contains(&without.1);
            }
        }
    }

    #[test]
    fn a_small_count_takes_the_smallest_other_with_it_and_nothing_is_nobody() {
        assert_eq!(left_out(&[3.0, 40.0, 0.0, 12.0], 5), [0, 3]);
        assert_eq!(left_out(&[5.0, 40.0, 0.0], 5), [0; 0]);
        assert_eq!(choose_left_out(&[Some(4.0), None, Some(0.0)], &[], 5), [Some(Reason::Small), None, None]);
    }

    #[test]
    fn two_small_counts_that_are_few_together_take_a_third_with_them() {
        assert_eq!(left_out(&[1.0, 1.0, 40.0, 30.0], 5), [0, 1, 3]);
    }

    #[test]
    fn small_counts_that_can_only_be_read_in_one_way_take_another_with_them() {
        assert_eq!(left_out(&[4.0, 4.0, 40.0, 30.0], 5), [0, 1, 3]);
        assert_eq!(left_out(&[4.0, 3.0, 40.0, 30.0], 5), [0, 1]);
    }

    #[test]
    fn a_small_total_is_left_out_with_its_part() {
        assert_eq!(left_out(&[3.0, 0.0], 5), [0, 2]);
    }

    #[test]
    fn a_sum_that_does_not_add_up_gives_nothing_away() {
        let (counts, _) = column(&[3.0, 40.0]);
        let wrong = Sum { total: 2, parts: vec![0, 1, 1] };
        assert_eq!(choose_left_out(&counts, &[wrong], 5), [Some(Reason::Small), None, None]);
    }

    #[test]
    fn what_is_not_known_hides_nothing() {
        let counts = [Some(3.0), None, Some(20.0), Some(23.0)];
        let sum = Sum { total: 3, parts: vec![0, 1, 2] };
        let chosen = choose_left_out(&counts, &[sum], 5);
        assert_eq!(chosen, [Some(Reason::Small), None, Some(Reason::Beside), None]);
    }

    proptest! {
        #[test]
        fn nothing_small_is_shown_and_no_sum_gives_a_cell_away(
            rows in (1_usize..6, 1_usize..6).prop_flat_map(|(height, width)| {
                let count = prop_oneof![Just(0_u32), 1_u32..12, 1_u32..200];
                prop::collection::vec(prop::collection::vec(count, width), height)
            }),
            least in 2_u32..12,
        ) {
            let (counts, sums) = two_way(&rows);
            let chosen = choose_left_out(&counts, &sums, least);
            prop_assert_eq!(&chosen, &choose_left_out(&counts, &sums, least));
            let least = f64::from(least);
            for (count, reason) in counts.iter().zip(&chosen) {
                let is_small = count.is_some_and(|count| count > 0.0 && count < least);
                prop_assert_eq!(is_small, *reason == Some(Reason::Small));
            }
            for sum in &sums {
                let hidden: Vec<usize> = sum.parts.iter().copied().filter(|part| chosen[*part].is_some()).collect();
                let is_total_shown = chosen[sum.total].is_none();
                prop_assert_ne!(hidden.len() + usize::from(!is_total_shown), 1);
                let together: f64 = hidden.iter().filter_map(|part| counts[*part]).sum();
                prop_assert!(!is_total_shown || hidden.is_empty() || together >= least);
            }
            // A table with margins is a graph with rows and columns as its ends: what is left out can be
            // computed exactly if there is no other way between the ends of its cell.
            let width = rows[0].len() + 1;
            let hidden: Vec<(usize, usize)> = (0..chosen.len())
                .filter(|cell| chosen[*cell].is_some())
                .map(|cell| (cell / width, cell % width))
                .collect();
            for cell in &hidden {
                prop_assert!(has_other_way(&hidden, *cell), "{:?} of {:?}", cell, chosen);
            }
            // The total of all is no part of anything, so it stays unless it is small itself.
            prop_assert_ne!(chosen[chosen.len() - 1], Some(Reason::Beside));
            if !chosen.contains(&Some(Reason::Small)) {
                prop_assert!(chosen.iter().all(Option::is_none));
            }
        }

        #[test]
        fn the_total_of_a_column_stays_unless_it_is_small(counts in prop::collection::vec(0_u32..40, 1..9), least in 2_u32..12) {
            let (counts, sums) = column(&counts.into_iter().map(f64::from).collect::<Vec<_>>());
            let chosen = choose_left_out(&counts, &sums, least);
            prop_assert_ne!(chosen[chosen.len() - 1], Some(Reason::Beside));
        }
    }
}
