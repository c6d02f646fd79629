//! Turns texts that repeat into the different ones among them, and what was decided of those into what holds for each row.

use datafusion::arrow::array::{
    Array as _, BooleanArray, BooleanBufferBuilder, StringViewArray, UInt32Array,
};
use datafusion::arrow::buffer::BooleanBuffer;

use crate::engine::seen::Seen;

/// So many rows must come to a different text, or nothing is gained.
const LEAST_REPEATED: usize = 3;

/// The different texts among some rows of a batch.
pub(super) struct Repeated {
    /// A row of each.
    pub(super) firsts: UInt32Array,
    /// Of each of the rows, the position of its text among them.
    numbers: Vec<u32>,
}

impl Repeated {
    /// Finds the different texts of so many rows, unless there are too many of them.
    pub(super) fn find(
        texts: &StringViewArray,
        rows: impl Iterator<Item = usize>,
        count: usize,
    ) -> Option<Self> {
        let most = count / LEAST_REPEATED;
        let mut seen = Seen::new();
        let mut firsts: Vec<u32> = Vec::new();
        let mut numbers = Vec::with_capacity(count);
        let mut none = None;
        let views = texts.views();
        let nulls = texts.nulls().filter(|nulls| nulls.null_count() > 0);
        for row in rows {
            let mut ask = || {
                let number = u32::try_from(firsts.len()).unwrap_or(Seen::FREE);
                firsts.push(u32::try_from(row).unwrap_or(Seen::FREE));
                number
            };
            // The view of a text that is not there may be that of another.
            let number = if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                *none.get_or_insert_with(ask)
            } else {
                seen.find_or(views[row], || Ok(ask())).ok()?
            };
            numbers.push(number);
            if firsts.len() > most {
                return None;
            }
        }
        Some(Self { firsts: UInt32Array::from(firsts), numbers })
    }

    /// Gives every row what was decided of its text.
    pub(super) fn spread(&self, decided: &BooleanArray) -> BooleanArray {
        let values: Vec<Option<bool>> = decided.iter().collect();
        let of = |number: &u32| values.get(place(*number)).copied().flatten();
        if decided.null_count() > 0 {
            return self.numbers.iter().map(of).collect();
        }
        self.numbers.iter().map(|number| of(number).unwrap_or_default()).collect::<Vec<_>>().into()
    }

    /// Of the rows that were looked at, those whose text holds.
    pub(super) fn keep(&self, rows: &BooleanBuffer, decided: &BooleanArray) -> BooleanBuffer {
        keep(rows, self.numbers.iter().map(|number| place(*number)), decided)
    }
}

/// Of the chosen rows, those for which it holds; `places` says where in `decided` each of them stands.
pub(super) fn keep(
    rows: &BooleanBuffer,
    places: impl Iterator<Item = usize>,
    decided: &BooleanArray,
) -> BooleanBuffer {
    let holds: Vec<bool> = decided.iter().map(|holds| holds == Some(true)).collect();
    let mut kept = BooleanBufferBuilder::new(rows.len());
    kept.append_n(rows.len(), false);
    for (row, place) in rows.set_indices().zip(places) {
        if holds.get(place).copied().unwrap_or_default() {
            kept.set_bit(row, true);
        }
    }
    kept.finish()
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        Array as _, ArrayRef, AsArray as _, BooleanArray, StringViewArray, UInt32Array,
    };
    use datafusion::arrow::buffer::BooleanBuffer;
    use datafusion::arrow::compute::{filter, take};
    use proptest::prelude::*;

    use super::{LEAST_REPEATED, Repeated, keep};

    fn decide(texts: &StringViewArray) -> BooleanArray {
        texts.iter().map(|text| text.map(|text| text.contains('a'))).collect()
    }

    /// Rows that are wanted and hold.
    fn wanted(rows: &BooleanBuffer, decided: &BooleanArray) -> BooleanBuffer {
        rows.iter().zip(decided).map(|(is_wanted, holds)| is_wanted && holds == Some(true)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rows_get_what_was_decided_of_their_text(
            words in prop::collection::vec(prop::option::weighted(0.9, "[ab]{0,2}|(dài hơn mười hai )[a-d]"), 1..12),
            picks in prop::collection::vec((0..12_u32, any::<bool>()), 0..3000),
        ) {
            let count = u32::try_from(words.len()).unwrap();
            let words: ArrayRef = Arc::new(words.iter().collect::<StringViewArray>());
            let rows: BooleanBuffer = picks.iter().map(|(_, is_wanted)| *is_wanted).collect();
            let picks: UInt32Array = picks.into_iter().map(|(pick, _)| pick % count).collect();
            let texts = take(&words, &picks, None).unwrap();
            let texts = texts.as_string_view();
            let decided = decide(texts);
            if let Some(repeated) = Repeated::find(texts, 0..texts.len(), texts.len()) {
                let different: ArrayRef = take(texts, &repeated.firsts, None).unwrap();
                prop_assert_eq!(repeated.spread(&decide(different.as_string_view())), decided.clone());
            } else {
                prop_assert!(texts.len() < 12 * LEAST_REPEATED + LEAST_REPEATED);
            }
            let chosen = rows.count_set_bits();
            let kept = if let Some(repeated) = Repeated::find(texts, rows.set_indices(), chosen) {
                let different: ArrayRef = take(texts, &repeated.firsts, None).unwrap();
                repeated.keep(&rows, &decide(different.as_string_view()))
            } else {
                prop_assert!(chosen < 12 * LEAST_REPEATED + LEAST_REPEATED);
                let left = filter(texts, &BooleanArray::new(rows.clone(), None)).unwrap();
                keep(&rows, 0.., &decide(left.as_string_view()))
            };
            prop_assert_eq!(kept, wanted(&rows, &decided));
        }
    }
}
