//! Turns exports into a published year: located, converted, checked, stored.
//!
//! A plan goes through everything except the last step, so that `--dry-run` and the real import
//! cannot differ: an import is a plan that had nothing to refuse, published.

mod amount;
mod arrays;
pub mod check;
mod code;
pub mod convert;
pub mod footer;
pub mod gaps;
pub mod header;
pub mod keys;
pub mod locate;
mod marker;
mod moment;
pub mod notes;
mod outcome;
pub mod period;
pub mod personal;
pub mod plan;
pub mod report;
pub mod rows;
pub mod rules;
pub mod slot;
pub mod survey;
pub mod totals;
pub mod twins;
pub mod value;
pub mod watch;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::convert::Part;
use self::gaps::find_gaps;
use self::locate::{Located, locate};
use self::outcome::{Outcome, Work};
pub use self::plan::{
    ColumnPlan, FilePlan, Ignored, ImportPlan, ImportReport, ImportRequest, LeftOut, Reason, SheetPlan,
};
use self::plan::{count_kinds, plan_sheet};
use self::report::merge_warnings;
pub use self::report::{Reject, RejectedCell};
use self::rules::{Known, Rules};
use self::twins::{digest_rivals, find_twins};
use crate::contract::{Contract, Personal, hex};
use crate::error::{Error, Place, Result};
use crate::messages::{ImportFault, Stage};
use crate::progress::Unit;
use crate::source::{Cell, Export, ReadOptions, Sheet, TextEncoding, read_exports};
use crate::store::{
    AsOf, ControlTotal, Dated, InputFile, Layout, Permit, Provenance, Publication, Scratch, Sorter, publish,
};
use crate::vietnamese::fold::fold;
use crate::workspace::Workspace;

/// The version of what an import makes of an export.
///
/// It is part of every revision: raise it whenever the same export, contract and options give other
/// rows or other provenance than before, so that importing them again is not taken for no change.
pub const IMPORTER_VERSION: u32 = 1;

/// Reads, converts and checks the exports without writing anything.
///
/// # Errors
/// If an export cannot be read or understood. Bad cells, repeated keys and wrong totals are no
/// error here: they stand in [`ImportPlan::refusal`], so that the plan can be shown with them.
pub fn plan_import(contract: &Contract, request: &ImportRequest) -> Result<ImportPlan> {
    examine(contract, request, &Scratch::in_system, |_| Ok(None)).map(|(plan, _)| plan)
}

/// A plan with the rows that it would store, and the right to store them.
pub struct Prepared {
    /// The plan.
    pub plan: ImportPlan,
    rows: Option<Sorter>,
    permit: Permit,
}

/// Goes through everything that [`plan_import`] does, and keeps the rows.
///
/// # Errors
/// Those of [`plan_import`], and a workspace that is busy or cannot be written.
pub fn prepare_import(
    workspace: &Workspace,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<Prepared> {
    let (author, progress) = (&request.author, request.progress.as_ref());
    let permit = Permit::acquire(workspace, &contract.name, request.year, author, progress)?;
    let scratch = || Scratch::in_workspace(workspace);
    let keep = |layout| Ok(Some(Sorter::new(layout, scratch())));
    let (plan, rows) = examine(contract, request, &scratch, keep)?;
    Ok(Prepared { plan, rows, permit })
}

impl Prepared {
    /// Publishes what was planned.
    ///
    /// # Errors
    /// The plan's refusal, and faults of the store; nothing is written then.
    pub fn publish(mut self, workspace: &Workspace, request: &ImportRequest) -> Result<ImportReport> {
        if let Some(refusal) = self.plan.refusal.take() {
            return Err(refusal);
        }
        // Rows are let go only where the plan is refused.
        let rows = self.rows.ok_or(ImportFault::NothingFound)?.finish()?;
        let publication = Publication {
            rows,
            provenance: &self.plan.provenance,
            author: &request.author,
            progress: request.progress.as_ref(),
        };
        let published = publish(workspace, publication, &self.permit)?;
        Ok(ImportReport { plan: self.plan, published })
    }
}

/// Imports the exports as one year of the contract's dataset.
///
/// # Errors
/// Everything that [`prepare_import`] and [`Prepared::publish`] find; nothing is written then.
pub fn import(workspace: &Workspace, contract: &Contract, request: &ImportRequest) -> Result<ImportReport> {
    prepare_import(workspace, contract, request)?.publish(workspace, request)
}

/// Goes through everything but the publication; rows are kept if `keep` gives a place for them.
fn examine(
    contract: &Contract,
    request: &ImportRequest,
    scratch: &dyn Fn() -> Scratch,
    keep: impl FnOnce(Arc<Layout>) -> Result<Option<Sorter>>,
) -> Result<(ImportPlan, Option<Sorter>)> {
    let exports = open_exports(request)?;
    let mut files = Vec::new();
    let mut located = Vec::new();
    for export in &exports {
        let (plan, found) = locate_export(export, contract, request)?;
        files.push(plan);
        located.extend(found.into_iter().map(|sheet| (export.name.clone(), sheet)));
    }
    let stated: Vec<period::Stated> =
        located.iter().map(|(file, sheet)| period::read_stated(file, sheet)).collect();
    let period = period::settle_period(request, &stated)?;
    let as_of = period::settle_as_of(request, &stated, &period)?;
    // Each export's own day, where it says one.
    let as_of_cell = |stated: &period::Stated| {
        let date = stated.as_of.as_ref().map_or(as_of.date, |said| said.what);
        date.and_hms_opt(0, 0, 0).map_or(Cell::Empty, Cell::DateTime)
    };
    let parts: Vec<Part<'_>> = located
        .into_iter()
        .zip(&stated)
        .map(|((file, located), stated)| Part {
            file,
            located,
            as_of: as_of_cell(stated),
            year: request.year,
        })
        .collect();
    require_key(contract, request, &parts)?;
    let (twins, mut warnings) = find_twins(&digest_rivals(&parts)?);
    Error::join(twins).map_or(Ok(()), Err)?;
    warnings.extend(period::silent_exports(&stated, &period));
    warnings.extend(parts.iter().flat_map(|part| gaps_of(contract, part)));
    warnings.extend(parts.iter().flat_map(|part| notes::warnings(&part.file, &part.located)));
    let known =
        Known { year: request.year, period_from: period.from, period_to: period.to, as_of: as_of.date };
    let origins: Vec<(String, Option<String>)> =
        parts.iter().map(|part| (part.file.clone(), part.located.sheet.name.clone())).collect();
    let layout = Arc::new(Layout::new(contract, &origins));
    let work = Work {
        contract,
        parts: &parts,
        layout: Arc::clone(&layout),
        rules: &Rules::compile(contract, known)?,
        key: &|column| key_for(request, column),
        allow_rejects: request.allow_rejects,
        progress: request.progress.as_ref(),
    };
    let mut outcome = work.convert(keep(layout)?, scratch)?;
    let repeats = work.find_repeats(&mut outcome)?;
    let rows = outcome.sorter.take();
    warnings.append(&mut outcome.warnings);
    let found = Found { exports: &exports, files, parts: &parts, outcome, repeats, warnings };
    Ok((finish_plan(contract, request, found, (period, as_of)), rows))
}

fn open_exports(request: &ImportRequest) -> Result<Vec<Export>> {
    if request.files.is_empty() {
        return Err(ImportFault::NoFiles.into());
    }
    let options = ReadOptions { encoding: request.encoding.clone() };
    let open = |path: &std::path::PathBuf| {
        let file = path.display().to_string();
        request.progress.begin(Stage::Reading { file }, Unit::Time, None);
        read_exports(path, &options)
    };
    let read = request.files.iter().map(open).collect::<Result<Vec<Vec<Export>>>>()?;
    let exports: Vec<Export> = read.into_iter().flatten().collect();
    refuse_twice(&exports)?;
    Ok(exports)
}

fn gaps_of(contract: &Contract, part: &Part<'_>) -> Vec<Error> {
    find_gaps(contract, &part.located.header).warnings(contract, &part.located.header_place(&part.file))
}

/// The same bytes twice would count every row twice.
fn refuse_twice(exports: &[Export]) -> Result<()> {
    for (index, export) in exports.iter().enumerate() {
        if let Some(first) = exports.iter().take(index).find(|first| first.sha256 == export.sha256) {
            let fault = ImportFault::SameExport { first: first.file.clone(), second: export.file.clone() };
            return Err(Error::new(fault).at(Place::file(&export.file)));
        }
    }
    Ok(())
}

/// Finds the sheets of an export that hold the dataset.
fn locate_export<'a>(
    export: &'a Export,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<(FilePlan, Vec<Located<'a>>)> {
    let mut plan = FilePlan {
        file: export.file.clone(),
        format: export.format,
        bytes: export.bytes,
        encoding: export.encoding.map(TextEncoding::name).filter(|name| name != "utf-8"),
        sheets: Vec::new(),
        left_out: Vec::new(),
    };
    let mut found = Vec::new();
    let asked = |sheet: &Sheet| is_asked_for(sheet, &request.sheets);
    if !export.sheets.iter().any(asked) {
        let names: Vec<&str> = export.sheets.iter().filter_map(|sheet| sheet.name.as_deref()).collect();
        let fault = ImportFault::NoSuchSheet { globs: request.sheets.join(", "), found: names.join(", ") };
        return Err(Error::new(fault).at(Place::file(&export.file)));
    }
    for sheet in &export.sheets {
        let located = if asked(sheet) { locate(sheet, contract, &export.file)? } else { None };
        match located {
            Some(located) => {
                plan.sheets.push(plan_sheet(&located, contract));
                found.push(located);
            }
            // Who names a sheet wants its rows.
            None if !request.sheets.is_empty() && asked(sheet) => {
                return Err(no_header(export, [sheet], contract));
            }
            None => plan.left_out.push(LeftOut {
                name: sheet.name.clone().unwrap_or_default(),
                reason: reason_for(sheet, asked(sheet)),
            }),
        }
    }
    if found.is_empty() {
        return Err(no_header(export, export.sheets.iter().filter(|sheet| asked(sheet)), contract));
    }
    Ok((plan, found))
}

fn reason_for(sheet: &Sheet, was_asked_for: bool) -> Reason {
    match () {
        () if sheet.rows.is_empty() => Reason::Empty,
        () if !was_asked_for && !sheet.visible => Reason::Hidden,
        () if !was_asked_for => Reason::NotAskedFor,
        () => Reason::NoHeader,
    }
}

/// Says why no sheet was understood: the columns that the likeliest header lacks, or that there is none.
fn no_header<'a>(export: &Export, sheets: impl IntoIterator<Item = &'a Sheet>, contract: &Contract) -> Error {
    let explain = |sheet| locate::explain_missing(sheet, contract, &export.file);
    sheets.into_iter().find_map(explain).unwrap_or_else(|| {
        let wanted: Vec<String> =
            header::needed_columns(contract).map(|column| format!("`{}`", column.title)).collect();
        let fault = ImportFault::NoHeader { dataset: contract.name.clone(), wanted: wanted.join(", ") };
        Error::new(fault).at(Place::file(&export.file))
    })
}

/// A sheet is read if its name fits a pattern, or, without patterns, if it is visible.
fn is_asked_for(sheet: &Sheet, globs: &[String]) -> bool {
    if globs.is_empty() {
        return sheet.visible;
    }
    let name = sheet.name.as_deref().unwrap_or_default();
    globs.iter().any(|glob| matches_glob(glob, name))
}

/// Matches `*` and `?`; letters are compared folded, since nobody types a sheet's name exactly.
fn matches_glob(glob: &str, name: &str) -> bool {
    let literal = |text: &str| regex::escape(&fold(text));
    let pieces: Vec<String> =
        glob.split('*').map(|piece| piece.split('?').map(literal).collect::<Vec<_>>().join(".")).collect();
    regex::Regex::new(&format!("^{}$", pieces.join(".*"))).is_ok_and(|pattern| pattern.is_match(&fold(name)))
}

/// Hashing needs a key before anything is converted, unless the values are made up.
fn require_key(contract: &Contract, request: &ImportRequest, parts: &[Part<'_>]) -> Result<()> {
    let hashed = contract.columns.iter().enumerate().filter(|(_, column)| column.personal == Personal::Hash);
    for (field, column) in hashed {
        let is_there = parts.iter().any(|part| part.located.header.place_of(field, None).is_some());
        if is_there && request.key.is_none() && !request.synthetic.covers(&column.name) {
            return Err(ImportFault::NoKey { column: column.name.clone() }.into());
        }
    }
    Ok(())
}

fn key_for(request: &ImportRequest, column: &str) -> Vec<u8> {
    match &request.key {
        Some(key) if !request.synthetic.covers(column) => key.clone(),
        _ => personal::SAMPLE_KEY.to_vec(),
    }
}

/// Everything that was found in the exports.
struct Found<'a> {
    exports: &'a [Export],
    files: Vec<FilePlan>,
    parts: &'a [Part<'a>],
    outcome: Outcome,
    repeats: Vec<Error>,
    warnings: Vec<Error>,
}

/// Decides whether the import is refused, and writes the provenance.
fn finish_plan(
    contract: &Contract,
    request: &ImportRequest,
    found: Found<'_>,
    (period, as_of): (Dated, AsOf),
) -> ImportPlan {
    let Found { exports, files, parts, outcome, repeats, mut warnings } = found;
    let rejected = outcome.bad.rows();
    // Rows that are left out are in no total; if they refuse the import, the totals are the export's.
    let with_bad = rejected > request.allow_rejects;
    let mut control_totals: Vec<ControlTotal> = Vec::new();
    for (part, sums) in parts.iter().zip(&outcome.sums) {
        let (totals, unchecked) = totals::compute_totals(contract, part, sums, with_bad);
        control_totals.extend(totals);
        warnings.extend(unchecked);
    }
    let refusal = refuse(contract, request, &outcome, repeats, &control_totals);
    let rows_by_kind = count_kinds(parts.iter().map(|part| &part.located));
    let provenance = Provenance {
        dataset: contract.name.clone(),
        year: request.year,
        files: exports.iter().zip(&files).map(|(export, plan)| input_file(export, plan)).collect(),
        rows: outcome.rows,
        rows_by_kind: rows_by_kind.clone(),
        rejects: rejected as u64,
        control_totals: control_totals.clone(),
        contract_hash: contract.hash.clone(),
        period,
        as_of,
        synthetic: request.synthetic.clone(),
        importer_version: IMPORTER_VERSION,
        revision: revision(contract, request, exports),
    };
    ImportPlan {
        dataset: contract.name.clone(),
        year: request.year,
        files,
        rows: outcome.rows,
        rows_by_kind,
        rejects: outcome.bad.into_rejects(),
        rejected,
        control_totals,
        period,
        as_of,
        warnings: merge_warnings(warnings),
        refusal,
        provenance,
    }
}

fn refuse(
    contract: &Contract,
    request: &ImportRequest,
    outcome: &Outcome,
    repeats: Vec<Error>,
    totals: &[ControlTotal],
) -> Option<Error> {
    let mut errors = Vec::new();
    let rejected = outcome.bad.rows();
    if rejected > request.allow_rejects {
        errors.extend(outcome.bad.complaints(contract));
        errors.push(ImportFault::TooManyRejects { count: rejected, allowed: request.allow_rejects }.into());
    }
    errors.extend(repeats);
    if !request.allow_control_mismatch {
        errors.extend(totals::mismatches(totals));
    }
    if outcome.rows == 0 && rejected == 0 {
        errors.push(ImportFault::NothingFound.into());
    }
    Error::join(errors)
}

fn input_file(export: &Export, plan: &FilePlan) -> InputFile {
    InputFile {
        name: export.name.clone(),
        sha256: export.sha256.clone(),
        bytes: export.bytes,
        sheets: plan.sheets.iter().filter_map(|sheet| sheet.name.clone()).collect(),
    }
}

/// Hashes everything that decides the bytes of the file: inputs, importer, contract, year and options.
fn revision(contract: &Contract, request: &ImportRequest, exports: &[Export]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    };
    for export in exports {
        add(&export.sha256);
        add(&export.name);
    }
    add(&IMPORTER_VERSION.to_string());
    add(&contract.hash);
    add(&request.year.to_string());
    add(&request.sheets.join("\t"));
    add(&format!("{:?} {:?} {:?}", request.period, request.as_of, request.encoding));
    add(&format!("{} {}", request.allow_rejects, request.allow_control_mismatch));
    add(&format!("{:?}", request.synthetic));
    for column in contract.columns.iter().filter(|column| column.personal == Personal::Hash) {
        // A tag of the key, not the key: another key gives other bytes and so another revision.
        add(&personal::hash_personal("revision", &key_for(request, &column.name)));
    }
    hex(&hasher.finalize()).chars().take(12).collect()
}

#[cfg(test)]
mod tests;
