//! Turns the keys of rows into numbers, and finds those that stand there twice, in bounded memory.
//!
//! Eight bytes of a key's hash are kept instead of the key. Equal hashes are only a suspicion: the
//! rows in question are read again and their keys compared (see [`super::check`]), which costs time
//! only where an import is about to be refused.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};

use crate::contract::Contract;
use crate::error::Result;
use crate::store::{Layout, Scratch};

/// Hashes kept in memory.
const MOST_IN_MEMORY: usize = 8 << 20;

/// Suspicions that are looked into; an export with more is one that stands there twice.
const MOST_SUSPECTS: usize = 100_000;

/// Columns whose values may stand in one row only.
#[derive(Debug, Clone)]
pub struct Key {
    /// Names of the columns.
    pub names: Vec<String>,
    /// The indices at which they travel.
    pub columns: Vec<usize>,
}

impl Key {
    /// Lists the keys of a contract: the primary one, and every unique column.
    pub fn all(contract: &Contract, layout: &Layout) -> Vec<Self> {
        let primary = (!contract.primary_key.is_empty()).then(|| contract.primary_key.clone());
        let unique = contract.columns.iter().filter(|column| column.unique);
        let names = primary.into_iter().chain(unique.map(|column| vec![column.name.clone()]));
        names
            .filter_map(|names| {
                let columns = names.iter().map(|name| layout.index_of(name)).collect::<Option<_>>()?;
                Some(Self { names, columns })
            })
            .collect()
    }

    /// Returns the rows whose key is complete, and the hash of each key.
    pub fn hash(&self, rows: &RecordBatch) -> Vec<(usize, u64)> {
        let columns: Vec<ArrayRef> =
            self.columns.iter().map(|column| Arc::clone(rows.column(*column))).collect();
        let mut hashes = vec![0; rows.num_rows()];
        if create_hashes(&columns, &QualityRandomState::with_seed(0), &mut hashes).is_err() {
            // Without hashes every row is suspected, and the keys themselves are compared.
            hashes.fill(0);
        }
        let is_complete = |(row, _): &(usize, u64)| columns.iter().all(|column| column.is_valid(*row));
        hashes.into_iter().enumerate().filter(is_complete).collect()
    }
}

/// Collects hashes.
#[derive(Debug)]
pub struct Hashes {
    scratch: Scratch,
    most_in_memory: usize,
    open: Vec<u64>,
    runs: Vec<PathBuf>,
}

/// Hashes that were met more than once.
#[derive(Debug, Default)]
pub struct Suspects {
    /// The hashes.
    pub hashes: HashSet<u64>,
    /// Number of rows that repeat the hash of an earlier one.
    pub repeats: usize,
}

impl Hashes {
    /// Starts without hashes.
    pub fn new(scratch: Scratch) -> Self {
        Self { scratch, most_in_memory: MOST_IN_MEMORY, open: Vec::new(), runs: Vec::new() }
    }

    /// Adds hashes.
    ///
    /// # Errors
    /// If they cannot be put on disk.
    pub fn extend(&mut self, hashes: impl Iterator<Item = u64>) -> Result<()> {
        self.open.extend(hashes);
        if self.open.len() < self.most_in_memory {
            return Ok(());
        }
        sort(&mut self.open);
        let path = self.scratch.new_file()?;
        let write = || -> io::Result<()> {
            let mut file = BufWriter::with_capacity(1 << 18, File::create_new(&path)?);
            self.open.iter().try_for_each(|hash| file.write_all(&hash.to_le_bytes()))?;
            file.flush()
        };
        write().map_err(|cause| self.scratch.unwritable(cause))?;
        self.runs.push(path);
        self.open.clear();
        Ok(())
    }

    /// Finds the hashes that were added more than once.
    ///
    /// # Errors
    /// If they cannot be read back.
    pub fn find_repeated(mut self) -> Result<Suspects> {
        sort(&mut self.open);
        let find = || -> io::Result<Suspects> {
            let mut suspects = Suspects::default();
            let mut last = None;
            let mut visit = |hash| {
                if last == Some(hash) {
                    suspects.repeats += 1;
                    if suspects.hashes.len() < MOST_SUSPECTS {
                        suspects.hashes.insert(hash);
                    }
                }
                last = Some(hash);
            };
            if self.runs.is_empty() {
                self.open.iter().copied().for_each(visit);
            } else {
                let mut runs: Vec<Run<'_>> = Vec::new();
                for path in &self.runs {
                    runs.push(Run::Disk(BufReader::with_capacity(1 << 18, File::open(path)?)));
                }
                runs.push(Run::Memory(self.open.iter()));
                merge(runs, &mut visit)?;
            }
            Ok(suspects)
        };
        find().map_err(|cause| self.scratch.unwritable(cause))
    }
}

/// Sorts hashes: those below the middle one and the others, side by side.
fn sort(hashes: &mut [u64]) {
    let middle = hashes.len() / 2;
    if middle > 0 {
        hashes.select_nth_unstable(middle);
    }
    let (small, large) = hashes.split_at_mut(middle);
    std::thread::scope(|scope| {
        scope.spawn(|| small.sort_unstable());
        large.sort_unstable();
    });
}

/// Hashes in order.
enum Run<'a> {
    Disk(BufReader<File>),
    Memory(std::slice::Iter<'a, u64>),
}

impl Run<'_> {
    fn next(&mut self) -> io::Result<Option<u64>> {
        let file = match self {
            Self::Memory(hashes) => return Ok(hashes.next().copied()),
            Self::Disk(file) => file,
        };
        let mut bytes = [0; 8];
        match file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(u64::from_le_bytes(bytes))),
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(cause) => Err(cause),
        }
    }
}

fn merge(mut runs: Vec<Run<'_>>, mut visit: impl FnMut(u64)) -> io::Result<()> {
    use std::cmp::Reverse;
    let mut heap = std::collections::BinaryHeap::new();
    for (index, run) in runs.iter_mut().enumerate() {
        heap.extend(run.next()?.map(|hash| Reverse((hash, index))));
    }
    while let Some(Reverse((hash, index))) = heap.pop() {
        visit(hash);
        heap.extend(runs[index].next()?.map(|hash| Reverse((hash, index))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Hashes, Scratch};

    #[test]
    fn repeated_hashes_are_found_in_memory_and_across_runs() {
        for most_in_memory in [1, 2, 3, 100] {
            let mut hashes = Hashes { most_in_memory, ..Hashes::new(Scratch::in_system()) };
            for hash in [5, 1, 7, 5, 3, u64::MAX, 5, 7] {
                hashes.extend(std::iter::once(hash)).unwrap();
            }
            let found = hashes.find_repeated().unwrap();
            let mut repeated: Vec<u64> = found.hashes.into_iter().collect();
            repeated.sort_unstable();
            assert_eq!((repeated, found.repeats), (vec![5, 7], 3));
        }
    }
}
