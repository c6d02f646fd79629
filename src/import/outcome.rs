//! Turns converted blocks into what they give together: rows to store, bad cells, sums, keys.
//!
//! Blocks are converted side by side and arrive here in their order; what is kept of them is counts
//! and sums, and the rows themselves are with the sorter.

use std::sync::Arc;

use datafusion::arrow::error::ArrowError;

use super::check::KeyCheck;
use super::convert::{Converted, Converter, Part};
use super::keys::{Hashes, Key};
use super::report::BadCells;
use super::totals::Sums;
use crate::contract::Contract;
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::pipeline::in_order;
use crate::store::{Layout, Scratch, Sorter};

/// What all rows of an import give.
pub(super) struct Outcome {
    /// Number of rows whose cells are all good.
    pub(super) rows: u64,
    /// The bad cells.
    pub(super) bad: BadCells,
    /// Per part, what its rows add up to.
    pub(super) sums: Vec<Sums>,
    /// The rows, if they are to be stored.
    pub(super) sorter: Option<Sorter>,
    keys: Vec<Key>,
    hashes: Vec<Hashes>,
}

/// Everything that converting needs.
pub(super) struct Work<'a> {
    pub(super) contract: &'a Contract,
    pub(super) parts: &'a [Part<'a>],
    pub(super) layout: Arc<Layout>,
    pub(super) key: &'a dyn Fn(&str) -> Vec<u8>,
    /// How many bad rows may be left out; with more of them nothing is stored.
    pub(super) allow_rejects: usize,
}

impl Work<'_> {
    /// Converts all parts.
    ///
    /// # Errors
    /// If a file cannot be read any more, or the disk is full.
    pub(super) fn convert(&self, sorter: Option<Sorter>, scratch: &dyn Fn() -> Scratch) -> Result<Outcome> {
        let keys = Key::all(self.contract, &self.layout);
        let hashes = keys.iter().map(|_| Hashes::new(scratch())).collect();
        let mut outcome = Outcome {
            rows: 0,
            bad: BadCells::default(),
            sums: Vec::new(),
            sorter,
            keys: keys.clone(),
            hashes,
        };
        for converter in self.converters() {
            outcome.sums.push(Sums::default());
            let rows = &converter.part().located.sheet.rows;
            in_order(
                0..rows.blocks(),
                |index| -> Result<(Converted, Vec<Vec<u64>>)> {
                    let converted = converter.convert(&*rows.block(index)?).map_err(not_a_batch)?;
                    let hash =
                        |key: &Key| key.hash(&converted.rows).into_iter().map(|(_, hash)| hash).collect();
                    let hashes = keys.iter().map(hash).collect();
                    Ok((converted, hashes))
                },
                |done| {
                    let (converted, hashes) = done?;
                    outcome.add(converted, hashes, self.allow_rejects)
                },
            )?;
        }
        Ok(outcome)
    }

    fn converters(&self) -> impl Iterator<Item = Converter<'_>> {
        let numbered = (0..).zip(self.parts);
        numbered.map(|(number, part)| Converter::new(self.contract, part, number, &self.layout, self.key))
    }

    /// Names the rows that repeat a key.
    ///
    /// # Errors
    /// Those of [`Work::convert`].
    pub(super) fn find_repeats(&self, keys: Vec<Key>, hashes: Vec<Hashes>) -> Result<Vec<Error>> {
        let mut repeats = Vec::new();
        for (key, hashes) in keys.iter().zip(hashes) {
            let suspects = hashes.find_repeated()?;
            if suspects.repeats > 0 {
                let mut check = KeyCheck::new(self.contract, key, &suspects);
                self.compare_suspects(key, &suspects.hashes, &mut check)?;
                repeats.extend(check.finish());
            }
        }
        Ok(repeats)
    }

    /// Reads the rows again, up to the last one that repeats a key.
    fn compare_suspects(
        &self,
        key: &Key,
        suspects: &std::collections::HashSet<u64>,
        check: &mut KeyCheck<'_>,
    ) -> Result<()> {
        for converter in self.converters() {
            let rows = &converter.part().located.sheet.rows;
            for index in 0..rows.blocks() {
                let converted = converter.convert(&*rows.block(index)?).map_err(not_a_batch)?;
                let hashed = key.hash(&converted.rows).into_iter();
                let suspected: Vec<usize> =
                    hashed.filter(|(_, hash)| suspects.contains(hash)).map(|(row, _)| row).collect();
                let wide = self.layout.widen(&converted.rows).map_err(not_a_batch)?;
                let place = |row: usize, found: String| place_of(converter.part(), &converted, row, found);
                if !suspected.is_empty() && !check.compare(&wide, &suspected, &place) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

impl Outcome {
    fn add(&mut self, converted: Converted, hashes: Vec<Vec<u64>>, allow_rejects: usize) -> Result<()> {
        let Converted { rows, rejects, sums } = converted;
        self.rows += rows.num_rows() as u64;
        if let Some(all) = self.sums.last_mut() {
            all.append(sums);
        }
        rejects.into_iter().for_each(|reject| self.bad.add(reject));
        for (all, hashes) in self.hashes.iter_mut().zip(hashes) {
            all.extend(hashes.into_iter())?;
        }
        if self.bad.rows() > allow_rejects {
            self.sorter = None;
        }
        match &mut self.sorter {
            Some(sorter) if rows.num_rows() > 0 => sorter.push(rows),
            _ => Ok(()),
        }
    }

    /// Hands over the keys with the hashes of their values.
    pub(super) fn take_keys(&mut self) -> (Vec<Key>, Vec<Hashes>) {
        (std::mem::take(&mut self.keys), std::mem::take(&mut self.hashes))
    }
}

fn place_of(part: &Part<'_>, converted: &Converted, row: usize, found: String) -> Place {
    Place::Cell {
        file: part.file.clone(),
        sheet: part.located.sheet.name.clone(),
        cell: Some(format!("row {}", converted.row_number(row))),
        found: Some(found),
    }
}

fn not_a_batch(cause: ArrowError) -> Error {
    Error::new(ImportFault::NotABatch).caused_by(cause)
}
