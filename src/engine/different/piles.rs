//! Turns records into piles by their hashes, and piles into how many different records there are of each group.
//!
//! Equal records meet in one pile, which is small enough to be gone through near the processor. Nothing is looked
//! up while records come; a pile is thinned out to its different ones at the end, or earlier if it grows
//! long, or goes to disk.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::mem;
use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::SpillFile;
use datafusion::execution::memory_pool::MemoryReservation;

use super::records::{Mixer, Packed, Record, Sieve, Whole};

/// Piles of each kind of record: few enough to add to all of them at once, many enough to look through one.
const PILES: usize = 128;
/// Bytes that a pile grows by.
const CHUNK_BYTES: usize = 65_536;
/// Bytes at which a pile is thinned out for the first time.
const FIRST_TRIAL: usize = 2 * CHUNK_BYTES;

/// The pile of a record: by the upper bits of its hash, since the lower ones find it there.
fn pile_of(hash: u64) -> usize {
    usize::try_from(hash >> 32).unwrap_or(0) >> 25 & (PILES - 1)
}

/// Records whose hashes begin alike.
#[derive(Debug, Default)]
struct Pile {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
    /// Bytes of the full chunks, and how many there are when it is next thinned out.
    full_bytes: usize,
    trial: usize,
    /// Bytes that it takes.
    size: usize,
}

impl Pile {
    /// Adds a record in two parts.
    fn push<R: Record>(&mut self, head: &[u8], rest: &[u8], tools: &mut Tools) -> Result<()> {
        let length = head.len() + rest.len();
        if self.last.capacity() - self.last.len() < length {
            self.grow::<R>(length, tools)?;
        }
        self.last.extend_from_slice(head);
        self.last.extend_from_slice(rest);
        Ok(())
    }

    #[cold]
    fn grow<R: Record>(&mut self, length: usize, tools: &mut Tools) -> Result<()> {
        let used = self.last.len();
        if used == 0 && !tools.spare.is_empty() || used + length > CHUNK_BYTES {
            self.full_bytes += used;
            self.full.push(mem::take(&mut self.last));
            if self.full_bytes >= self.trial.max(FIRST_TRIAL) {
                self.thin::<R>(tools)?;
            }
            self.last = tools.take_chunk(length);
            self.size += self.last.capacity();
            return Ok(());
        }
        let before = self.last.capacity();
        self.last.reserve_exact(length.max(used.clamp(256, CHUNK_BYTES - used)));
        self.size += self.last.capacity() - before;
        Ok(())
    }

    /// Leaves the different records only.
    fn thin<R: Record>(&mut self, tools: &mut Tools) -> Result<()> {
        if self.bytes() == 0 {
            return Ok(());
        }
        let sieve = &mut tools.sieve;
        sieve.bytes.clear();
        self.pour(&mut sieve.bytes);
        let before = sieve.bytes.len();
        sieve.sift::<R>(&tools.mixer, |_| ())?;
        let left = sieve.bytes.clone();
        tools.take_back(mem::take(self));
        // Where it does not pay it is seldom tried again.
        self.trial = if left.len() <= before / 2 { left.len() * 4 } else { left.len() * 16 };
        self.full_bytes = left.len();
        self.size = left.capacity();
        self.full.push(left);
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.full_bytes + self.last.len()
    }

    fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.full.iter().chain([&self.last]).map(Vec::as_slice)
    }

    fn pour(&self, into: &mut Vec<u8>) {
        self.chunks().for_each(|chunk| into.extend_from_slice(chunk));
    }
}

/// What the piles of a task are worked on with.
#[derive(Debug)]
struct Tools {
    mixer: Mixer,
    sieve: Sieve,
    /// Memory of piles that were emptied: to ask the system for new memory takes longer than to fill it.
    spare: Vec<Vec<u8>>,
}

impl Tools {
    fn take_chunk(&mut self, length: usize) -> Vec<u8> {
        let spare = self.spare.pop().filter(|spare| spare.capacity() >= length);
        spare.unwrap_or_else(|| Vec::with_capacity(length.max(CHUNK_BYTES)))
    }

    /// Keeps the memory of a pile for others.
    fn take_back(&mut self, pile: Pile) {
        let chunks = pile.full.into_iter().chain([pile.last]);
        for mut chunk in chunks.filter(|chunk| chunk.capacity() >= CHUNK_BYTES) {
            chunk.clear();
            self.spare.push(chunk);
        }
    }

    fn size(&self) -> usize {
        self.sieve.size() + self.spare.iter().map(Vec::capacity).sum::<usize>()
    }
}

/// The records that one task has met.
#[derive(Debug)]
pub(super) struct Piles {
    packed: Vec<Pile>,
    whole: Vec<Pile>,
    tools: Tools,
    spilled: Vec<Spilled>,
}

impl Piles {
    pub(super) fn new(mixer: &Mixer) -> Self {
        let make = || (0..PILES).map(|_| Pile::default()).collect();
        let tools = Tools { mixer: mixer.clone(), sieve: Sieve::default(), spare: Vec::new() };
        Self { packed: make(), whole: make(), tools, spilled: Vec::new() }
    }

    /// Bytes of memory that the records take.
    pub(super) fn size(&self) -> usize {
        let piles = self.packed.iter().chain(&self.whole);
        piles.map(|pile| pile.size + size_of::<Pile>()).sum::<usize>() + self.tools.size()
    }

    /// Adds a text of a group.
    pub(super) fn add(&mut self, group: u32, text: &[u8]) -> Result<()> {
        let Self { packed, whole, tools, .. } = self;
        if let Some((hash, record)) = Packed::record(&tools.mixer, group, text) {
            return packed[pile_of(hash)].push::<Packed>(&record, &[], tools);
        }
        let (hash, header) = Whole::header(&tools.mixer, group, text)?;
        whole[pile_of(hash)].push::<Whole>(&header, text, tools)
    }

    /// Forgets the records, but keeps their memory for others.
    pub(super) fn empty(&mut self) {
        self.spilled.clear();
        let Self { packed, whole, tools, .. } = self;
        packed.iter_mut().chain(whole).for_each(|pile| tools.take_back(mem::take(pile)));
    }

    /// Leaves the different records only, and gives spare memory back.
    pub(super) fn thin(&mut self) -> Result<()> {
        let Self { packed, whole, tools, .. } = self;
        packed.iter_mut().try_for_each(|pile| pile.thin::<Packed>(tools))?;
        whole.iter_mut().try_for_each(|pile| pile.thin::<Whole>(tools))?;
        (tools.sieve, tools.spare) = (Sieve::default(), Vec::new());
        Ok(())
    }

    /// Moves all records to `file`; returns how many bytes those are.
    pub(super) fn spill(&mut self, file: Arc<dyn SpillFile>) -> Result<usize> {
        let mut writer = std::io::BufWriter::with_capacity(1 << 20, file.open_writer()?);
        let mut ends = Vec::with_capacity(2 * PILES);
        let mut end = 0;
        for pile in self.packed.iter_mut().chain(&mut self.whole) {
            pile.chunks().try_for_each(|chunk| writer.write_all(chunk))?;
            end += pile.bytes();
            ends.push(end);
            *pile = Pile::default();
        }
        self.tools.spare = Vec::new();
        writer.flush()?;
        writer.get_mut().finish()?;
        self.spilled.push(Spilled { file, ends });
        Ok(end)
    }

    pub(super) fn has_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }
}

/// Records on disk, pile by pile.
struct Spilled {
    file: Arc<dyn SpillFile>,
    ends: Vec<usize>,
}

impl std::fmt::Debug for Spilled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spilled").field("ends", &self.ends).finish_non_exhaustive()
    }
}

impl Spilled {
    /// Where the records of a pile begin, and how many bytes they are.
    fn place(&self, pile: usize) -> (usize, usize) {
        let start = pile.checked_sub(1).map_or(0, |before| self.ends[before]);
        (start, self.ends[pile] - start)
    }

    fn pour(&self, pile: usize, into: &mut Vec<u8>) -> Result<()> {
        let (start, length) = self.place(pile);
        if length == 0 {
            return Ok(());
        }
        let path =
            self.file.path().ok_or_else(|| internal_datafusion_err!("spilled records have no path"))?;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start as u64))?;
        let before = into.len();
        file.take(length as u64).read_to_end(into)?;
        if into.len() - before != length {
            return Err(internal_datafusion_err!("spilled records are cut short"));
        }
        Ok(())
    }
}

/// Counts the different records of the piles of all tasks, group by group, one pile after the other.
pub(super) struct Count<'a> {
    tasks: &'a [&'a Piles],
    mixer: &'a Mixer,
    sieve: Sieve,
    memory: &'a MemoryReservation,
    counts: Vec<i64>,
}

impl<'a> Count<'a> {
    pub(super) fn new(
        tasks: &'a [&'a Piles],
        mixer: &'a Mixer,
        groups: usize,
        memory: &'a MemoryReservation,
    ) -> Self {
        Self { tasks, mixer, sieve: Sieve::default(), memory, counts: vec![0; groups] }
    }

    /// How many piles there are to count.
    pub(super) fn piles() -> usize {
        2 * PILES
    }

    /// Counts a pile; returns whether there was anything in it.
    pub(super) fn add(&mut self, pile: usize) -> Result<bool> {
        match pile.checked_sub(PILES) {
            None => self.add_records::<Packed>(pile, |task| &task.packed[pile]),
            Some(whole) => self.add_records::<Whole>(pile, |task| &task.whole[whole]),
        }
    }

    fn add_records<R: Record>(&mut self, pile: usize, of: impl Fn(&Piles) -> &Pile) -> Result<bool> {
        let on_disk = |task: &Piles| task.spilled.iter().map(|spilled| spilled.place(pile).1).sum::<usize>();
        let bytes: usize = self.tasks.iter().map(|task| of(task).bytes() + on_disk(task)).sum();
        if bytes == 0 {
            return Ok(false);
        }
        let needed = bytes + Sieve::table_bytes::<R>(bytes);
        self.memory.try_resize(needed.max(self.sieve.size()))?;
        self.sieve.bytes.clear();
        self.sieve.bytes.reserve_exact(bytes);
        for task in self.tasks {
            of(task).pour(&mut self.sieve.bytes);
            task.spilled.iter().try_for_each(|spilled| spilled.pour(pile, &mut self.sieve.bytes))?;
        }
        let counts = &mut self.counts;
        self.sieve.sift::<R>(self.mixer, |group| counts[group as usize] += 1)?;
        Ok(true)
    }

    /// The counts by group.
    pub(super) fn finish(self) -> Vec<i64> {
        self.counts
    }
}
