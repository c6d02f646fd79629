//! Turns a compound file into its streams.
//!
//! Excel, Word and `PowerPoint` before 2007, and every newer file with a password, are such
//! containers; the names of their streams tell which.
//!
//! Source: \[MS-CFB\].

use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::bytes::Bytes;

/// The first bytes of a compound file.
pub(in crate::source) const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
/// Sector numbers from here on are marks, not numbers.
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
/// Sector numbers of the table that stand in the header.
const IN_HEADER: usize = 109;

/// A compound file.
pub(in crate::source) struct Container<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    /// Which sector follows which.
    table: Vec<u32>,
    small_sector_bytes: usize,
    small_table: Vec<u32>,
    /// The stream in which the small ones stand.
    small_streams: Vec<u8>,
    /// Streams below this size stand among the small ones.
    small_limit: u64,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    is_root: bool,
    start: u32,
    size: u64,
}

impl<'a> Container<'a> {
    /// Opens a compound file.
    ///
    /// # Errors
    /// If its tables are cut or run in circles.
    pub(in crate::source) fn open(bytes: &'a [u8]) -> Result<Self> {
        let mut header = Bytes(bytes.get(..HEADER_BYTES).ok_or(SourceFault::Damaged)?);
        header.skip(0x1E)?;
        let (shift, small_shift) = (header.u16()?, header.u16()?);
        if !matches!(shift, 9 | 12) || small_shift != 6 {
            return Err(SourceFault::Damaged.into());
        }
        header.skip(0x30 - 0x22)?;
        let directory = header.u32()?;
        header.skip(4)?;
        let small_limit = u64::from(header.u32()?);
        let (small_start, _) = (header.u32()?, header.u32()?);
        let (more_start, _) = (header.u32()?, header.u32()?);
        let mut container = Self {
            bytes,
            sector_bytes: 1 << shift,
            table: Vec::new(),
            small_sector_bytes: 1 << small_shift,
            small_table: Vec::new(),
            small_streams: Vec::new(),
            small_limit,
            entries: Vec::new(),
        };
        container.read_table(header, more_start)?;
        container.small_table = numbers(&container.chain(small_start)?);
        container.entries = parse_directory(&container.chain(directory)?)?;
        if let Some(root) = container.entries.iter().find(|entry| entry.is_root) {
            container.small_streams = container.chain(root.start)?;
        }
        Ok(container)
    }

    /// Reads the table of sectors, whose own sectors are listed in the header and then in a chain.
    fn read_table(&mut self, mut header: Bytes<'_>, mut more: u32) -> Result<()> {
        let mut listed = Vec::new();
        for _ in 0..IN_HEADER {
            listed.push(header.u32()?);
        }
        let most = self.bytes.len() / self.sector_bytes + 1;
        let mut steps = 0;
        while more < LAST_SECTOR {
            steps += 1;
            if steps > most {
                return Err(SourceFault::Damaged.into());
            }
            let mut sector = numbers(self.sector(more)?);
            more = sector.pop().unwrap_or(u32::MAX);
            listed.extend(sector);
        }
        listed.retain(|number| *number < LAST_SECTOR);
        if listed.len() > most {
            return Err(SourceFault::Damaged.into());
        }
        for number in listed {
            let sector = numbers(self.sector(number)?);
            self.table.extend(sector);
        }
        Ok(())
    }

    /// Returns a sector; the last one of a file may be cut.
    fn sector(&self, number: u32) -> Result<&'a [u8]> {
        let start = (number as usize).checked_add(1).and_then(|at| at.checked_mul(self.sector_bytes));
        let start = start.filter(|start| *start < self.bytes.len()).ok_or(SourceFault::Damaged)?;
        let end = start.saturating_add(self.sector_bytes).min(self.bytes.len());
        self.bytes.get(start..end).ok_or_else(|| SourceFault::Damaged.into())
    }

    /// Joins the sectors from `start` on.
    fn chain(&self, start: u32) -> Result<Vec<u8>> {
        let mut joined = Vec::new();
        let mut next = start;
        let most = self.bytes.len() / self.sector_bytes + 1;
        for _ in 0..=most {
            if next >= LAST_SECTOR {
                return Ok(joined);
            }
            joined.extend_from_slice(self.sector(next)?);
            next = self.table.get(next as usize).copied().ok_or(SourceFault::Damaged)?;
        }
        Err(SourceFault::Damaged.into())
    }

    fn small_chain(&self, start: u32) -> Result<Vec<u8>> {
        let mut joined = Vec::new();
        let mut next = start;
        for _ in 0..=self.small_table.len() {
            if next >= LAST_SECTOR {
                return Ok(joined);
            }
            let at = (next as usize).checked_mul(self.small_sector_bytes).ok_or(SourceFault::Damaged)?;
            let end = at.saturating_add(self.small_sector_bytes).min(self.small_streams.len());
            joined.extend_from_slice(self.small_streams.get(at..end).ok_or(SourceFault::Damaged)?);
            next = self.small_table.get(next as usize).copied().ok_or(SourceFault::Damaged)?;
        }
        Err(SourceFault::Damaged.into())
    }

    /// Tells whether there is a stream or a folder of this name.
    pub(in crate::source) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// Reads a stream by name; `None` if there is none.
    pub(in crate::source) fn stream(&self, name: &str) -> Option<Result<Vec<u8>>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let chain = if entry.size < self.small_limit {
            self.small_chain(entry.start)
        } else {
            self.chain(entry.start)
        };
        Some(chain.map(|mut bytes| {
            bytes.truncate(usize::try_from(entry.size).unwrap_or(usize::MAX));
            bytes
        }))
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().copied().map(u32::from_le_bytes).collect()
}

fn parse_directory(bytes: &[u8]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in bytes.chunks_exact(ENTRY_BYTES) {
        let mut entry = Bytes(entry);
        let name = entry.utf16(32)?;
        let units = usize::from(entry.u16()?) / 2;
        let kind = entry.u8()?;
        entry.skip(0x74 - 0x43)?;
        let (start, size) = (entry.u32()?, entry.u32()?);
        if matches!(kind, 1 | 2 | 5) {
            let name = name.get(..units.saturating_sub(1)).unwrap_or_default();
            let name = String::from_utf16_lossy(name);
            entries.push(Entry { name, is_root: kind == 5, start, size: u64::from(size) });
        }
    }
    Ok(entries)
}
