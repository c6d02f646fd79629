//! Turns the views of a batch's texts into numbers, one for each different view.
//!
//! Equal views of one batch are equal texts. A year's file keeps repeated texts in dictionaries, and rows that are read from one
//! share their entry's view, so that few different views stand for all rows.

use datafusion::common::Result;

/// Places of the table of a batch, as a power of two: few enough to stay in a core's own memory.
const SLOT_BITS: u32 = 10;
const SLOTS: usize = 1 << SLOT_BITS;
/// Places that a view may take: the one of its hash, or one of those after it.
const TRIES: usize = 4;
/// An odd number whose bits look drawn: the golden ratio's.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The numbers of views that a batch has shown.
pub(super) struct Seen {
    views: [u128; SLOTS],
    numbers: [u32; SLOTS],
}

impl Seen {
    /// What stands where there is no number; so none is this.
    pub(super) const FREE: u32 = u32::MAX;

    pub(super) fn new() -> Self {
        Self { views: [0; SLOTS], numbers: [Self::FREE; SLOTS] }
    }

    /// Takes the number of a view, or asks for it, and remembers it where there is room.
    #[inline]
    pub(super) fn find_or(&mut self, view: u128, ask: impl FnOnce() -> Result<u32>) -> Result<u32> {
        let first = place_of(view);
        if self.views[first] == view && self.numbers[first] != Self::FREE {
            return Ok(self.numbers[first]);
        }
        self.search(first, view, ask)
    }

    // Apart, so that what nearly every row does is a few instructions.
    #[cold]
    #[inline(never)]
    fn search(&mut self, first: usize, view: u128, ask: impl FnOnce() -> Result<u32>) -> Result<u32> {
        for at in (first..first + TRIES).map(|at| at % SLOTS) {
            if self.numbers[at] == Self::FREE {
                self.numbers[at] = ask()?;
                self.views[at] = view;
                return Ok(self.numbers[at]);
            }
            if self.views[at] == view {
                return Ok(self.numbers[at]);
            }
        }
        ask()
    }
}

/// Where the search for a view begins.
fn place_of(view: u128) -> usize {
    let bytes = view.to_le_bytes();
    let (halves, _) = bytes.as_chunks::<8>();
    let folded = u64::from_le_bytes(halves[0]) ^ u64::from_le_bytes(halves[1]).rotate_left(32);
    let mixed = folded.wrapping_mul(SPREAD).to_be_bytes();
    usize::from(u16::from_be_bytes([mixed[0], mixed[1]]) >> (u16::BITS - SLOT_BITS))
}
