//! Turns the strings of BIFF into text with the fonts of its parts.
//!
//! A string may be cut anywhere by a continuation; inside its letters the continuation begins with
//! a flag that says anew whether a letter takes one byte or two.

use encoding_rs::Encoding;

use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::bytes::Bytes;
use crate::source::fonts::{Font, Run, Written};

/// A reader over the chunks of a record.
pub(super) struct Chunks<'r, 'a> {
    current: Bytes<'a>,
    rest: &'r [&'a [u8]],
}

impl<'r, 'a> Chunks<'r, 'a> {
    pub(super) fn new(chunks: &'r [&'a [u8]]) -> Self {
        let (first, rest) = chunks.split_first().map_or((&[][..], chunks), |(first, rest)| (*first, rest));
        Self { current: Bytes(first), rest }
    }

    fn advance(&mut self) -> Result<()> {
        let (next, rest) = self.rest.split_first().ok_or(SourceFault::Damaged)?;
        self.current = Bytes(next);
        self.rest = rest;
        Ok(())
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        while self.current.0.is_empty() {
            self.advance()?;
        }
        self.current.u8()
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut count: usize) -> Result<()> {
        while count > self.current.0.len() {
            count -= self.current.0.len();
            self.advance()?;
        }
        self.current.skip(count)
    }

    /// Reads letters, whose width a continuation may change.
    fn letters(&mut self, count: usize, mut wide: bool) -> Result<Vec<u16>> {
        let mut units = Vec::with_capacity(count.min(1 << 16));
        while units.len() < count {
            if self.current.0.is_empty() {
                self.advance()?;
                wide = self.current.u8()? & 1 != 0;
            }
            let width = if wide { 2 } else { 1 };
            let here = (self.current.0.len() / width).min(count - units.len());
            if here == 0 {
                return Err(SourceFault::Damaged.into());
            }
            if wide {
                units.extend(self.current.utf16(here)?);
            } else {
                units.extend(self.current.take(here)?.iter().copied().map(u16::from));
            }
        }
        Ok(units)
    }

    /// Reads a string of BIFF 8 whose length has been read.
    pub(super) fn unicode(&mut self, count: usize, font: impl Fn(u16) -> Font) -> Result<Written> {
        let flags = self.u8()?;
        let run_count = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let extra = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let units = self.letters(count, flags & 1 != 0)?;
        let mut starts = Vec::with_capacity(run_count);
        for _ in 0..run_count {
            starts.push((usize::from(self.u16()?), font(self.u16()?)));
        }
        self.skip(extra)?;
        Ok(split_runs(&units, &starts))
    }
}

/// Cuts letters into runs of one font each.
pub(in crate::source) fn split_runs(units: &[u16], starts: &[(usize, Font)]) -> Written {
    let text =
        |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to.max(from)).unwrap_or_default());
    let clamp = |at: usize| at.min(units.len());
    let first = starts.first().map_or(units.len(), |(at, _)| clamp(*at));
    let mut runs = vec![Run { text: text(0, first), font: None }];
    for (index, (at, font)) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(units.len(), |(next, _)| clamp(*next));
        runs.push(Run { text: text(clamp(*at), end), font: Some(*font) });
    }
    Written::new(runs)
}

/// Reads text of BIFF 5, which is in a code page.
pub(super) fn decode_page(bytes: &[u8], page: &'static Encoding) -> Written {
    Written::Plain(page.decode_without_bom_handling(bytes).0.into_owned())
}
