//! Turns exports into a published year: located, converted, checked, stored.
//!
//! A plan goes through everything except the last step, so that `--dry-run` and the real import
//! cannot differ: an import is a plan that had nothing to refuse, published.

mod arrays;
pub mod check;
pub mod convert;
pub mod header;
pub mod keys;
pub mod locate;
mod outcome;
pub mod period;
pub mod personal;
pub mod plan;
pub mod report;
pub mod rows;
pub mod slot;
pub mod survey;
pub mod totals;
pub mod value;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::convert::Part;
use self::locate::{Located, locate};
use self::outcome::{Outcome, Work};
pub use self::plan::{ColumnPlan, FilePlan, ImportPlan, ImportReport, ImportRequest, SheetPlan};
use self::plan::{count_kinds, plan_sheet};
pub use self::report::{Reject, RejectedCell};
use crate::contract::{Contract, Personal, hex};
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Cell, Export, ReadOptions, Sheet, read_export};
use crate::store::{
    AsOf, ControlTotal, Dated, InputFile, Layout, Provenance, Publication, Scratch, Sorter, publish,
};
use crate::vietnamese::fold::fold;
use crate::workspace::Workspace;

/// Reads, converts and checks the exports without writing anything.
///
/// # Errors
/// If an export cannot be read or understood. Bad cells, repeated keys and wrong totals are no
/// error here: they stand in [`ImportPlan::refusal`], so that the plan can be shown with them.
pub fn plan_import(contract: &Contract, request: &ImportRequest) -> Result<ImportPlan> {
    prepare(contract, request, &Scratch::in_system, |_| None).map(|(plan, _)| plan)
}

/// Imports the exports as one year of the contract's dataset.
///
/// # Errors
/// Everything that [`plan_import`] finds, and faults of the store; nothing is written then.
pub fn import(workspace: &Workspace, contract: &Contract, request: &ImportRequest) -> Result<ImportReport> {
    let scratch = || Scratch::in_workspace(workspace);
    let sorter = |layout| Some(Sorter::new(layout, scratch()));
    let (mut plan, sorter) = prepare(contract, request, &scratch, sorter)?;
    if let Some(refusal) = plan.refusal.take() {
        return Err(refusal);
    }
    // Rows are dropped only by a plan that is refused.
    let rows = sorter.ok_or(ImportFault::NothingFound)?.finish()?;
    let path = publish(workspace, Publication { rows, provenance: &plan.provenance, now: request.now })?;
    Ok(ImportReport { plan, path })
}

/// Goes through everything but the publication; the rows are with the sorter.
fn prepare(
    contract: &Contract,
    request: &ImportRequest,
    scratch: &dyn Fn() -> Scratch,
    sorter: impl FnOnce(Arc<Layout>) -> Option<Sorter>,
) -> Result<(ImportPlan, Option<Sorter>)> {
    if request.files.is_empty() {
        return Err(ImportFault::NoFiles.into());
    }
    let options = ReadOptions { encoding: request.encoding.clone() };
    let exports =
        request.files.iter().map(|path| read_export(path, &options)).collect::<Result<Vec<Export>>>()?;
    refuse_twice(&exports)?;
    let mut files = Vec::new();
    let mut located = Vec::new();
    for export in &exports {
        let (plan, found) = locate_export(export, contract, request)?;
        files.push(plan);
        located.extend(found.into_iter().map(|sheet| (file_name(export), sheet)));
    }
    let stated: Vec<period::Stated> = located.iter().map(|(_, sheet)| period::read_stated(sheet)).collect();
    let period = period::settle_period(request, &stated)?;
    let as_of = period::settle_as_of(request, &stated, &period)?;
    let as_of_cell = as_of.date.and_hms_opt(0, 0, 0).map_or(Cell::Empty, Cell::DateTime);
    let parts: Vec<Part<'_>> =
        located.into_iter().map(|(file, located)| Part { file, located, as_of: as_of_cell }).collect();
    require_key(contract, request, &parts)?;
    let origins: Vec<(String, Option<String>)> =
        parts.iter().map(|part| (part.file.clone(), part.located.sheet.name.clone())).collect();
    let layout = Arc::new(Layout::new(contract, &origins));
    let work = Work {
        contract,
        parts: &parts,
        layout: Arc::clone(&layout),
        key: &|column| key_for(request, column),
        allow_rejects: request.allow_rejects,
    };
    let mut outcome = work.convert(sorter(layout), scratch)?;
    let (keys, hashes) = outcome.take_keys();
    let repeats = work.find_repeats(keys, hashes)?;
    let sorter = outcome.sorter.take();
    let plan = finish_plan(contract, request, &exports, files, &parts, outcome, repeats, (period, as_of));
    Ok((plan, sorter))
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

fn file_name(export: &Export) -> String {
    let path = std::path::Path::new(&export.file);
    path.file_name().map_or_else(|| export.file.clone(), |name| name.to_string_lossy().into_owned())
}

/// Finds the sheets of an export that hold the dataset.
fn locate_export<'a>(
    export: &'a Export,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<(FilePlan, Vec<Located<'a>>)> {
    let mut plan = FilePlan { file: export.file.clone(), sheets: Vec::new(), ignored_sheets: Vec::new() };
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
            None => plan.ignored_sheets.push(sheet.name.clone().unwrap_or_default()),
        }
    }
    if found.is_empty() {
        return Err(no_header(export, export.sheets.iter().filter(|sheet| asked(sheet)), contract));
    }
    Ok((plan, found))
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

/// Decides whether the import is refused, and writes the provenance.
#[expect(clippy::too_many_arguments, reason = "everything that was found comes together here")]
fn finish_plan(
    contract: &Contract,
    request: &ImportRequest,
    exports: &[Export],
    files: Vec<FilePlan>,
    parts: &[Part<'_>],
    outcome: Outcome,
    repeats: Vec<Error>,
    (period, as_of): (Dated, AsOf),
) -> ImportPlan {
    // Rows that are left out are in no total; if they refuse the import, the totals are the export's.
    let with_bad = outcome.bad.rows() > request.allow_rejects;
    let compute = |(part, sums)| totals::compute_totals(contract, part, sums, with_bad);
    let control_totals: Vec<ControlTotal> = parts.iter().zip(&outcome.sums).flat_map(compute).collect();
    let refusal = refuse(contract, request, &outcome, repeats, &control_totals);
    let rows_by_kind = count_kinds(parts.iter().map(|part| &part.located));
    let rejected = outcome.bad.rows();
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
        name: file_name(export),
        sha256: export.sha256.clone(),
        bytes: export.bytes,
        sheets: plan.sheets.iter().filter_map(|sheet| sheet.name.clone()).collect(),
    }
}

/// Hashes everything that decides the bytes of the file: inputs, contract, year and options.
fn revision(contract: &Contract, request: &ImportRequest, exports: &[Export]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    };
    for export in exports {
        add(&export.sha256);
        add(&file_name(export));
    }
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
