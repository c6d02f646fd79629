//! Turns a stream into records; long ones go on in continuations.

use crate::source::bytes::Bytes;

/// A record with its continuations.
#[derive(Debug, Clone)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    /// The record's own bytes first; there is always one chunk.
    pub(super) chunks: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// Returns the record's own bytes.
    pub(super) fn bytes(&self) -> Bytes<'a> {
        Bytes(self.chunks.first().copied().unwrap_or_default())
    }
}

/// Walks over the records up to the end of the stream or a cut.
pub(super) struct Records<'a> {
    rest: Bytes<'a>,
}

const CONTINUE: u16 = 0x3C;

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8]) -> Self {
        Self { rest: Bytes(stream) }
    }

    fn next_chunk(&mut self) -> Option<(u16, &'a [u8])> {
        let mut rest = self.rest;
        let kind = rest.u16().ok()?;
        let length = rest.u16().ok()?;
        let bytes = rest.take(usize::from(length)).ok()?;
        self.rest = rest;
        Some((kind, bytes))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, bytes) = self.next_chunk()?;
        let mut chunks = vec![bytes];
        while self.rest.0.starts_with(&CONTINUE.to_le_bytes()) {
            let Some((_, bytes)) = self.next_chunk() else { break };
            chunks.push(bytes);
        }
        Some(Record { kind, chunks })
    }
}
