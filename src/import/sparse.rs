//! Turns the empty cells of a column of categories into a doubt: its values may stand only where they change.
//!
//! Cross tables and lists for the eye write `Khoa học và công nghệ` once and leave the cells below it empty. They are
//! no merged cells, so an empty cell may as well mean that nothing is known; people are asked to look.

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::UInt32Type;

use crate::contract::Column;
use crate::error::{Error, Explain as _, Place};
use crate::messages::ImportWarning;

/// Values and empty cells of a column in the order of the rows; it takes constant memory.
#[derive(Debug, Default)]
pub(super) struct Sparse {
    first: Option<u32>,
    last: Option<u32>,
    /// Whether a value stands below the same value.
    repeats: bool,
    /// Values that differ from the one above.
    changes: u64,
    /// Empty cells above the first value.
    above: u64,
    /// Empty cells below a value.
    below: u64,
    /// Where the first empty cell is.
    place: Option<Place>,
}

impl Sparse {
    /// Looks at a column of numbers of categories; `place` says where the cell of a row stands.
    pub(super) fn see(&mut self, ranks: &ArrayRef, place: impl Fn(usize) -> Option<Place>) {
        let Some(ranks) = ranks.as_primitive_opt::<UInt32Type>() else { return };
        if ranks.null_count() == 0 && self.repeats {
            self.last = ranks.values().last().copied().or(self.last);
            return;
        }
        for (row, rank) in ranks.iter().enumerate() {
            if let Some(rank) = rank {
                self.see_value(rank);
                continue;
            }
            let empty = if self.last.is_some() { &mut self.below } else { &mut self.above };
            *empty += 1;
            if self.place.is_none() {
                self.place = place(row);
            }
        }
    }

    fn see_value(&mut self, rank: u32) {
        self.first.get_or_insert(rank);
        match self.last.replace(rank) {
            Some(above) if above == rank => self.repeats = true,
            _ => self.changes += 1,
        }
    }

    /// Adds what was seen in the cells that follow.
    pub(super) fn join(&mut self, next: Self) {
        let is_begun = self.last.is_some();
        let is_same = is_begun && self.last == next.first;
        self.repeats |= next.repeats || is_same;
        self.changes += next.changes;
        self.below += next.below + if is_begun { next.above } else { 0 };
        self.above += if is_begun { 0 } else { next.above };
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
        self.place = self.place.take().or(next.place);
    }

    /// Says that values may be left out where they repeat: no value stands below the same one, and empty cells stand only below
    /// values.
    pub(super) fn warning(&self, column: &Column) -> Option<Error> {
        let is_doubtful = !self.repeats && self.above == 0 && self.below > 0 && self.changes > 1;
        let warning = ImportWarning::WrittenOnce { column: column.name.clone(), count: self.below };
        is_doubtful.then(|| self.place.iter().cloned().fold(warning.error(), Error::at))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, UInt32Array};

    use super::Sparse;
    use crate::contract::parse_contract;
    use crate::error::Place;

    /// Tells whether the column is doubted, whatever the blocks in which it comes.
    fn is_doubted(ranks: &[Option<u32>]) -> bool {
        let text = "title = \"x\"\n[[columns]]\nname = \"a\"\ntitle = \"A\"\ntype = \"text\"\n";
        let contract = parse_contract("x", "x.toml", text).unwrap();
        let doubts: Vec<bool> = (1..=ranks.len())
            .map(|rows| {
                let mut whole = Sparse::default();
                for part in ranks.chunks(rows) {
                    let mut seen = Sparse::default();
                    let part: ArrayRef = Arc::new(UInt32Array::from(part.to_vec()));
                    seen.see(&part, |_| Some(Place::file("f")));
                    whole.join(seen);
                }
                whole.warning(&contract.columns[0]).is_some()
            })
            .collect();
        assert!(doubts.iter().all(|doubt| *doubt == doubts[0]), "{ranks:?} {doubts:?}");
        doubts[0]
    }

    #[test]
    fn values_that_stand_only_where_they_change_are_doubted() {
        assert!(is_doubted(&[Some(1), None, Some(2), None, None]));
        assert!(is_doubted(&[Some(1), Some(2), None]));
        assert!(!is_doubted(&[Some(1), Some(1), None, Some(2)]), "a value that repeats is written each time");
        assert!(!is_doubted(&[Some(1), None, Some(1), Some(2)]), "it was written again below an empty cell");
        assert!(!is_doubted(&[None, Some(1), None, Some(2)]), "nothing stands above the first");
        assert!(!is_doubted(&[Some(1), None, None]), "one value shows nothing");
        assert!(!is_doubted(&[Some(1), Some(2), Some(3)]));
    }
}
