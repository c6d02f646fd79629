//! Turns texts with their groups into records of bytes, and records into the different ones among them.
//!
//! Keyed hashes of people are texts of 32 hexadecimal digits: these are packed into 16 bytes, which say exactly
//! the same. Any other text is recorded as it is.

use std::hash::{BuildHasher as _, RandomState};

use datafusion::common::hash_utils::RandomState as FastState;
use datafusion::common::{Result, exec_datafusion_err};

/// Letters of a text that is packed.
const DIGITS: usize = 32;
/// Bytes of a group's number, with which every record begins.
const GROUP_BYTES: usize = 4;
/// Bytes of a record of packed digits.
const PACKED_BYTES: usize = GROUP_BYTES + 16;
/// Bytes before the text of a record as it is: group, length, hash.
const HEADER_BYTES: usize = GROUP_BYTES + 12;

/// One in each of the eight bytes of a word.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Takes eight hexadecimal digits, lower case, as the numbers they write, and says whether they are such.
fn read_digits(word: u64) -> (u64, bool) {
    // Letters have the seventh bit, which digits have not, and count from 1 in the lower half of the byte.
    let values = (word & (0x0f * EACH)) + 9 * ((word >> 6) & EACH);
    let letters = ((values + 6 * EACH) >> 4) & EACH;
    let written = values + 0x30 * EACH + 0x27 * letters;
    (values, written == word && values & (0xf0 * EACH) == 0)
}

/// Packs 32 hexadecimal digits: another number for each text, though not the one that the digits write.
fn pack(text: &[u8]) -> Option<(u64, u64)> {
    let text: &[u8; DIGITS] = text.try_into().ok()?;
    let (words, _) = text.as_chunks::<8>();
    let digits = |at: usize| read_digits(u64::from_le_bytes(words[at]));
    let (a, b, c, d) = (digits(0), digits(1), digits(2), digits(3));
    (a.1 & b.1 & c.1 & d.1).then_some((a.0 | (b.0 << 4), c.0 | (d.0 << 4)))
}

/// Hashes records; others in every statement, so that nobody can make many texts meet in one place.
#[derive(Debug, Clone)]
pub(super) struct Mixer {
    first: u64,
    second: u64,
    texts: FastState,
}

impl Mixer {
    pub(super) fn new() -> Self {
        let drawn = RandomState::new();
        let texts = FastState::with_seed(drawn.hash_one(3));
        Self { first: drawn.hash_one(1), second: drawn.hash_one(2), texts }
    }

    fn mix(&self, group: u32, low: u64, high: u64) -> u64 {
        let spread = u64::from(group).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let product = u128::from(low ^ self.first ^ spread) * u128::from(high ^ self.second);
        let bytes = product.to_le_bytes();
        u64::from_le_bytes(part(&bytes, 0)) ^ u64::from_le_bytes(part(&bytes, 8))
    }
}

/// Copies `N` bytes that begin at `at`.
fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..].first_chunk().copied().unwrap_or([0; N])
}

/// How records of one kind lie in bytes.
pub(super) trait Record {
    /// The least bytes of one.
    const LEAST: usize;

    fn length(bytes: &[u8], at: usize) -> usize;

    fn hash(mixer: &Mixer, bytes: &[u8], at: usize) -> u64;

    /// Compares the records that begin at `left` and at `right`; the latter has `length` bytes.
    fn are_same(bytes: &[u8], left: usize, right: usize, length: usize) -> bool;
}

/// The group and the packed digits.
pub(super) struct Packed;

impl Packed {
    /// Makes the record of a text that can be packed, and its hash.
    pub(super) fn record(mixer: &Mixer, group: u32, text: &[u8]) -> Option<(u64, [u8; PACKED_BYTES])> {
        let (low, high) = pack(text)?;
        let mut record = [0; PACKED_BYTES];
        let (head, digits) = record.split_at_mut(GROUP_BYTES);
        let (left, right) = digits.split_at_mut(8);
        head.copy_from_slice(&group.to_le_bytes());
        left.copy_from_slice(&low.to_le_bytes());
        right.copy_from_slice(&high.to_le_bytes());
        Some((mixer.mix(group, low, high), record))
    }
}

impl Record for Packed {
    const LEAST: usize = PACKED_BYTES;

    fn length(_: &[u8], _: usize) -> usize {
        PACKED_BYTES
    }

    fn hash(mixer: &Mixer, bytes: &[u8], at: usize) -> u64 {
        let record: [u8; PACKED_BYTES] = part(bytes, at);
        let group = u32::from_le_bytes(part(&record, 0));
        let low = u64::from_le_bytes(part(&record, GROUP_BYTES));
        let high = u64::from_le_bytes(part(&record, GROUP_BYTES + 8));
        mixer.mix(group, low, high)
    }

    fn are_same(bytes: &[u8], left: usize, right: usize, _: usize) -> bool {
        part::<PACKED_BYTES>(bytes, left) == part::<PACKED_BYTES>(bytes, right)
    }
}

/// The group, and the text as it is behind its length and its hash.
pub(super) struct Whole;

impl Whole {
    /// Makes what stands before a text in its record, and its hash.
    pub(super) fn header(mixer: &Mixer, group: u32, text: &[u8]) -> Result<(u64, [u8; HEADER_BYTES])> {
        let length = u32::try_from(text.len()).map_err(|_| exec_datafusion_err!("a text is too long"))?;
        let hash = mixer.mix(group, mixer.texts.hash_one(text), 0);
        let mut header = [0; HEADER_BYTES];
        let (head, rest) = header.split_at_mut(GROUP_BYTES);
        let (left, right) = rest.split_at_mut(4);
        head.copy_from_slice(&group.to_le_bytes());
        left.copy_from_slice(&length.to_le_bytes());
        right.copy_from_slice(&hash.to_le_bytes());
        Ok((hash, header))
    }
}

impl Record for Whole {
    const LEAST: usize = HEADER_BYTES;

    fn length(bytes: &[u8], at: usize) -> usize {
        let text = u32::from_le_bytes(part(bytes, at + GROUP_BYTES));
        HEADER_BYTES + usize::try_from(text).unwrap_or(usize::MAX)
    }

    fn hash(_: &Mixer, bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(part(bytes, at + GROUP_BYTES + 4))
    }

    fn are_same(bytes: &[u8], left: usize, right: usize, length: usize) -> bool {
        bytes.get(left..left + length) == bytes.get(right..right + length)
    }
}

/// Records one after the other, and a table of where the different ones are.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// The records.
    pub(super) bytes: Vec<u8>,
    table: Vec<u32>,
}

impl Sieve {
    /// Bytes that a table for so many bytes of records takes.
    pub(super) fn table_bytes<R: Record>(bytes: usize) -> usize {
        slots::<R>(bytes) * size_of::<u32>()
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + self.table.capacity() * size_of::<u32>()
    }

    /// Leaves the different records only; tells `found` the group of each.
    pub(super) fn sift<R: Record>(&mut self, mixer: &Mixer, mut found: impl FnMut(u32)) -> Result<()> {
        let Self { bytes, table } = self;
        // A place in the table is never 0, which is an empty slot.
        let place = |at: usize| {
            u32::try_from(at + 1).map_err(|_| exec_datafusion_err!("too many texts with like hashes"))
        };
        let slots = slots::<R>(bytes.len());
        table.clear();
        table.resize(slots, 0);
        let (mut read, mut written) = (0, 0);
        while read < bytes.len() {
            let length = R::length(bytes, read);
            let low = R::hash(mixer, bytes, read) & (slots as u64 - 1);
            let mut slot = usize::try_from(low).unwrap_or(0);
            let is_new = loop {
                match table[slot] {
                    0 => break true,
                    place if R::are_same(bytes, place as usize - 1, read, length) => break false,
                    _ => slot = (slot + 1) & (slots - 1),
                }
            };
            if is_new {
                table[slot] = place(written)?;
                found(u32::from_le_bytes(part(bytes, read)));
                if written < read {
                    bytes.copy_within(read..read + length, written);
                }
                written += length;
            }
            read += length;
        }
        bytes.truncate(written);
        Ok(())
    }
}

/// A table is at most half full, so that little lies between a record and its slot.
fn slots<R: Record>(bytes: usize) -> usize {
    (bytes / R::LEAST * 2).next_power_of_two().max(16)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::{Mixer, Packed, Record as _, Sieve, Whole, pack};

    #[test]
    fn only_lower_case_hexadecimal_digits_are_packed() {
        let text = b"0123456789abcdef0123456789abcdef";
        assert!(pack(text).is_some());
        assert!(pack(&text[1..]).is_none());
        for at in 0..text.len() {
            for letter in 0..=255 {
                let mut changed = *text;
                changed[at] = letter;
                let is_digit = letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter);
                assert_eq!(pack(&changed).is_some(), is_digit, "{letter} at {at}");
                assert_eq!(pack(&changed) == pack(text), changed == *text, "{letter} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn different_texts_are_packed_differently(left in "[0-9a-f]{32}", right in "[0-9a-f]{32}") {
            prop_assert_eq!(pack(left.as_bytes()) == pack(right.as_bytes()), left == right);
        }

        #[test]
        fn what_is_left_is_every_record_once(records in prop::collection::vec((0..3_u32, "[ab]{0,3}"), 0..200)) {
            let mixer = Mixer::new();
            let mut sieve = Sieve::default();
            for (group, text) in &records {
                let (_, header) = Whole::header(&mixer, *group, text.as_bytes()).unwrap();
                sieve.bytes.extend_from_slice(&header);
                sieve.bytes.extend_from_slice(text.as_bytes());
            }
            let mut groups = [0; 3];
            sieve.sift::<Whole>(&mixer, |group| groups[group as usize] += 1).unwrap();
            let wanted: HashSet<_> = records.iter().collect();
            for (group, found) in groups.iter().enumerate() {
                prop_assert_eq!(*found, wanted.iter().filter(|record| record.0 as usize == group).count());
            }
            let (mut at, mut left) = (0, 0);
            while at < sieve.bytes.len() {
                at += Whole::length(&sieve.bytes, at);
                left += 1;
            }
            prop_assert_eq!(left, wanted.len());
        }

        #[test]
        fn packed_records_are_told_apart_by_group_and_digits(records in prop::collection::vec((0..2_u32, 0..40_u128), 0..200)) {
            let mixer = Mixer::new();
            let mut sieve = Sieve::default();
            for (group, number) in &records {
                let (_, record) = Packed::record(&mixer, *group, format!("{number:032x}").as_bytes()).unwrap();
                sieve.bytes.extend_from_slice(&record);
            }
            let mut found = 0;
            sieve.sift::<Packed>(&mixer, |_| found += 1).unwrap();
            prop_assert_eq!(found, records.iter().collect::<HashSet<_>>().len());
        }
    }
}
