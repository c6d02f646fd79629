//! Turns a sample into something like it, the same on every run.

/// Numbers that look random; the same seed gives the same ones.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % below.max(1) as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }
}

/// Bytes that parsers of anything stumble over.
const ODD: [&[u8]; 16] = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    "\u{202e}".as_bytes(),
    "\u{301}".as_bytes(),
    "ệ".as_bytes(),
    b"\"",
    b"'",
    b"\\",
    b"\r\n",
    b"-",
    b"99999999999999999999",
    b"-1",
    b"1e308",
    b"0x7fffffff",
    b"\x80",
];

/// Changes a sample in one to six places: bytes flipped, put in, taken out, doubled, replaced by words of the
/// format or by a piece of another sample.
pub(super) fn mutate(dice: &mut Dice, samples: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut bytes = samples[dice.roll(samples.len())].clone();
    for _ in 0..=dice.roll(6) {
        change(dice, &mut bytes, samples, words);
    }
    bytes
}

fn change(dice: &mut Dice, bytes: &mut Vec<u8>, samples: &[Vec<u8>], words: &[&str]) {
    let at = dice.roll(bytes.len() + 1);
    let length = match dice.roll(4) {
        0 => dice.roll(bytes.len() + 1),
        _ => dice.roll(16),
    };
    let end = (at + length).min(bytes.len());
    match dice.roll(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
        1 if at < bytes.len() => bytes[at] = dice.byte(),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let odd = ODD[dice.roll(ODD.len())];
            bytes.splice(at..at, odd.iter().copied());
        }
        5 if !words.is_empty() => {
            let word = words[dice.roll(words.len())];
            bytes.splice(at..end, word.bytes());
        }
        6 => {
            let other = &samples[dice.roll(samples.len())];
            let from = dice.roll(other.len() + 1);
            let to = (from + dice.roll(64)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => bytes.truncate(at),
    }
}
