//! Turns converted blocks into what they give together: rows to store, bad cells, sums, keys.
//!
//! Blocks are converted side by side and arrive here in their order; what is kept of them is counts
//! and sums, and the rows themselves are with the sorter.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::error::ArrowError;

use super::check::KeyCheck;
use super::convert::{Converted, Converter, Part, Warned};
use super::keys::{Hashes, Key};
use super::report::BadCells;
use super::rules::Rules;
use super::survey::{Survey, Surveyor};
use super::totals::Sums;
use super::watch::ColumnWatch;
use crate::contract::Contract;
use crate::error::{Error, Explain as _, Result};
use crate::messages::{ImportFault, ImportWarning, Stage};
use crate::pipeline::in_order;
use crate::progress::{Progress, Unit};
use crate::store::{Layout, Scratch, Sorter};

/// What all rows of an import give.
pub(super) struct Outcome {
    /// Number of rows whose cells are all good.
    pub(super) rows: u64,
    /// The bad cells.
    pub(super) bad: BadCells,
    /// Per part, what its rows add up to.
    pub(super) sums: Vec<Sums>,
    /// What people should look at although it refuses nothing.
    pub(super) warnings: Vec<Error>,
    /// The rows, if they are to be stored.
    pub(super) sorter: Option<Sorter>,
    /// Per part, the survey of its rows where some were presumed to be like others.
    pub(super) surveys: Vec<Option<Survey>>,
    warned: BTreeMap<usize, Warned>,
    keys: Vec<Key>,
    hashes: Vec<Hashes>,
}

/// Everything that converting needs.
pub(super) struct Work<'a> {
    pub(super) contract: &'a Contract,
    pub(super) parts: &'a [Part<'a>],
    pub(super) layout: Arc<Layout>,
    pub(super) rules: &'a Rules,
    pub(super) key: &'a dyn Fn(&str) -> Vec<u8>,
    /// How many bad rows may be left out; with more of them nothing is stored.
    pub(super) allow_rejects: usize,
    pub(super) progress: &'a dyn Progress,
}

impl Work<'_> {
    /// Converts all parts, or as much as it takes to see that rows are not what they were presumed to be.
    ///
    /// # Errors
    /// If a file cannot be read any more, or the disk is full.
    pub(super) fn convert(&self, sorter: Option<Sorter>, scratch: &dyn Fn() -> Scratch) -> Result<Outcome> {
        let records = self.parts.iter().map(|part| part.located.survey.records).sum();
        self.progress.begin(Stage::Converting, Unit::Rows, Some(records));
        let keys = Key::all(self.contract, &self.layout);
        let mut outcome = Outcome {
            rows: 0,
            bad: BadCells::default(),
            sums: Vec::new(),
            warnings: Vec::new(),
            sorter,
            surveys: Vec::new(),
            warned: BTreeMap::new(),
            hashes: keys.iter().map(|_| Hashes::new(scratch())).collect(),
            keys,
        };
        for converter in self.converters() {
            if !self.convert_part(&converter, &mut outcome)? {
                break;
            }
        }
        outcome.warnings.extend(warn_of_rules(self.contract, std::mem::take(&mut outcome.warned)));
        Ok(outcome)
    }

    /// Converts a part; `false` if its rows are not what they were presumed to be.
    fn convert_part(&self, converter: &Converter<'_>, outcome: &mut Outcome) -> Result<bool> {
        outcome.sums.push(Sums::default());
        let located = &converter.part().located;
        let rows = &located.sheet.rows;
        let surveyor = located.is_presumed.then(|| located.surveyor(self.contract));
        let mut survey = surveyor.as_ref().map(Surveyor::begin);
        let keys = outcome.keys.clone();
        let mut watches: Vec<ColumnWatch> = Vec::new();
        let walked = in_order(
            0..rows.blocks(),
            |index| -> Result<(Option<Survey>, Converted, Vec<Vec<u64>>)> {
                let block = rows.block(index)?;
                let surveyed = surveyor.as_ref().map(|surveyor| surveyor.survey_block(&block));
                let converted = converter.convert(&block)?;
                rows.give_back(block);
                let hash = |key: &Key| key.hash(&converted.rows).into_iter().map(|(_, hash)| hash).collect();
                let hashes = keys.iter().map(hash).collect();
                Ok((surveyed, converted, hashes))
            },
            |done| -> Result<(), Option<Error>> {
                let (surveyed, mut converted, hashes) = done?;
                if let (Some(whole), Some(surveyed)) = (&mut survey, surveyed) {
                    whole.append(surveyed);
                    if !whole.is_plain() {
                        return Err(None);
                    }
                }
                let seen = std::mem::take(&mut converted.watches);
                watches.resize_with(seen.len(), ColumnWatch::default);
                watches.iter_mut().zip(seen).for_each(|(watch, seen)| watch.join(seen));
                self.progress.advance(converted.rows.num_rows() as u64);
                Ok(outcome.add(converted, hashes, self.allow_rejects)?)
            },
        );
        let is_whole = match walked {
            Ok(()) => true,
            Err(None) => false,
            Err(Some(error)) => return Err(error),
        };
        if is_whole {
            outcome.warnings.extend(converter.doubts(&watches));
        }
        outcome.surveys.push(survey.map(Survey::finish));
        Ok(is_whole)
    }

    /// Tells whether all rows are what they were presumed to be.
    pub(super) fn is_confirmed(&self, outcome: &Outcome) -> bool {
        let mut whole = self.parts.iter().zip(&outcome.surveys);
        outcome.surveys.len() == self.parts.len()
            && whole.all(|(part, survey)| {
                survey.as_ref().is_none_or(|survey| survey.confirms(&part.located.survey))
            })
    }

    fn converters(&self) -> impl Iterator<Item = Converter<'_>> {
        let numbered = (0..).zip(self.parts);
        numbered.map(|(number, part)| {
            Converter::new(self.contract, part, number, &self.layout, self.rules, self.key)
        })
    }

    /// Names the rows that repeat a key.
    ///
    /// # Errors
    /// Those of [`Work::convert`].
    pub(super) fn find_repeats(&self, outcome: &mut Outcome) -> Result<Vec<Error>> {
        self.progress.begin(Stage::CheckingKeys, Unit::Time, None);
        let mut repeats = Vec::new();
        for (key, hashes) in outcome.keys.iter().zip(std::mem::take(&mut outcome.hashes)) {
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
                let block = rows.block(index)?;
                let converted = converter.convert(&block)?;
                let hashed = key.hash(&converted.rows).into_iter();
                let suspected: Vec<usize> =
                    hashed.filter(|(_, hash)| suspects.contains(hash)).map(|(row, _)| row).collect();
                let wide = self.layout.widen(&converted.rows).map_err(not_a_batch)?;
                let place = |row: usize, found: String| {
                    converter.key_place(&key.names, &block, &converted.records[row], found)
                };
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
        let Converted { rows, rejects, sums, warned, .. } = converted;
        self.rows += rows.num_rows() as u64;
        if let Some(all) = self.sums.last_mut() {
            all.append(sums);
        }
        for reject in rejects {
            self.bad.add(reject);
        }
        for (rule, warned) in warned {
            self.warned.entry(rule).or_default().append(warned);
        }
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
}

fn warn_of_rules(contract: &Contract, warned: BTreeMap<usize, Warned>) -> Vec<Error> {
    let warn = |(rule, warned): (usize, Warned)| {
        let rule = contract.rules.get(rule)?;
        let Warned { rows: count, places } = warned;
        let warning =
            ImportWarning::Rule { title: rule.title.clone(), rule: rule.check.clone(), count }.error();
        let unnamed = count - places.len();
        Some(places.into_iter().fold(warning, Error::at).and_more(unnamed))
    };
    warned.into_iter().filter_map(warn).collect()
}

fn not_a_batch(cause: ArrowError) -> Error {
    Error::new(ImportFault::NotABatch).caused_by(cause)
}
