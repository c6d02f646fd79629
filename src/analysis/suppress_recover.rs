//! Turns sums with unknown cells into the cells that somebody who takes all sums together can compute.
//!
//! The sums are linear equations; solved as far as they go, an equation with a single unknown is a value.
//! Numbers are taken modulo a prime, so that nothing is rounded.

use std::collections::BTreeMap;

use super::suppress::Sum;

/// An equation: cells with what they are multiplied by.
type Row = BTreeMap<usize, i64>;

const PRIME: i64 = 2_147_483_647;

/// Beyond so many cells times sums a table is looked at sum by sum only.
const MOST_WORK: usize = 2_000_000;

/// Finds the unknown cells that follow from the sums.
pub(super) fn find_computable(sums: &[&Sum], is_unknown: impl Fn(usize) -> bool) -> Vec<usize> {
    let equations: Vec<Row> = sums.iter().map(|sum| read_equation(sum, &is_unknown)).collect();
    if equations.len() * equations.iter().map(BTreeMap::len).sum::<usize>() > MOST_WORK {
        return Vec::new();
    }
    let mut solved: BTreeMap<usize, Row> = BTreeMap::new();
    for mut equation in equations {
        for (first, row) in &solved {
            let factor = equation.get(first).copied().unwrap_or_default();
            subtract(&mut equation, factor, row);
        }
        let Some((first, factor)) = equation.iter().next().map(|(cell, factor)| (*cell, *factor)) else {
            continue;
        };
        let inverse = invert(factor);
        for value in equation.values_mut() {
            *value = *value * inverse % PRIME;
        }
        for row in solved.values_mut() {
            let factor = row.get(&first).copied().unwrap_or_default();
            subtract(row, factor, &equation);
        }
        solved.insert(first, equation);
    }
    solved.into_iter().filter(|(_, row)| row.len() == 1).map(|(cell, _)| cell).collect()
}

fn read_equation(sum: &Sum, is_unknown: impl Fn(usize) -> bool) -> Row {
    let mut row = Row::new();
    let cells = sum.parts.iter().map(|part| (*part, 1)).chain([(sum.total, PRIME - 1)]);
    for (cell, factor) in cells.filter(|(cell, _)| is_unknown(*cell)) {
        add(&mut row, cell, factor);
    }
    row
}

fn subtract(row: &mut Row, factor: i64, other: &Row) {
    if factor != 0 {
        for (cell, value) in other {
            add(row, *cell, PRIME - factor * value % PRIME);
        }
    }
}

fn add(row: &mut Row, cell: usize, value: i64) {
    let sum = (row.get(&cell).copied().unwrap_or_default() + value) % PRIME;
    if sum == 0 {
        row.remove(&cell);
    } else {
        row.insert(cell, sum);
    }
}

/// By Fermat: the inverse is the power of the prime less two.
fn invert(value: i64) -> i64 {
    let (mut power, mut inverse, mut exponent) = (value, 1, PRIME - 2);
    while exponent > 0 {
        if exponent % 2 == 1 {
            inverse = inverse * power % PRIME;
        }
        power = power * power % PRIME;
        exponent /= 2;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::{Sum, find_computable};

    #[test]
    fn what_two_sums_share_alone_follows_from_both() {
        // a + b + c and a + b are known, so c is, and neither a nor b.
        let sums = [Sum { total: 9, parts: vec![0, 1, 2] }, Sum { total: 8, parts: vec![0, 1] }];
        let sums: Vec<&Sum> = sums.iter().collect();
        assert_eq!(find_computable(&sums, |cell| cell < 3), [2]);
        assert_eq!(find_computable(&sums, |cell| cell < 3 || cell == 8), [0; 0]);
    }
}
