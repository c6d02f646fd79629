//! Turns exports into a published year: located, converted, checked, stored.
//!
//! A plan goes through everything except the last step, so that `--dry-run` and the real import
//! cannot differ: an import is a plan that had nothing to refuse, published.

pub mod check;
pub mod convert;
pub mod header;
pub mod locate;
pub mod period;
pub mod personal;
pub mod plan;
pub mod report;
pub mod rows;
pub mod totals;
pub mod value;

use sha2::{Digest, Sha256};

use self::convert::{Part, Table, convert};
use self::locate::{Located, locate};
pub use self::plan::{ColumnPlan, FilePlan, ImportPlan, ImportReport, ImportRequest, SheetPlan};
use self::plan::{count_kinds, plan_sheet};
pub use self::report::{Reject, RejectedCell};
use self::report::{complaints, rejects};
use crate::contract::{Contract, Personal, hex};
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Cell, Export, ReadOptions, Sheet, read_exports};
use crate::store::{AsOf, ControlTotal, Dated, InputFile, Provenance, Publication, publish};
use crate::vietnamese::fold::fold;

/// Reads, converts and checks the exports without writing anything.
///
/// # Errors
/// If an export cannot be read or understood. Bad cells, repeated keys and wrong totals are no
/// error here: they stand in [`ImportPlan::refusal`], so that the plan can be shown with them.
pub fn plan_import(contract: &Contract, request: &ImportRequest) -> Result<ImportPlan> {
    if request.files.is_empty() {
        return Err(ImportFault::NoFiles.into());
    }
    let options = ReadOptions { encoding: request.encoding.clone() };
    let read = request.files.iter().map(|path| read_exports(path, &options));
    let exports: Vec<Export> = read.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    refuse_twice(&exports)?;
    let mut files = Vec::new();
    let mut located = Vec::new();
    for export in &exports {
        let (plan, found) = locate_export(export, contract, request)?;
        files.push(plan);
        located.extend(found.into_iter().map(|sheet| (export.name.clone(), sheet)));
    }
    let stated: Vec<period::Stated> = located.iter().map(|(_, sheet)| period::read_stated(sheet)).collect();
    let period = period::settle_period(request, &stated)?;
    let as_of = period::settle_as_of(request, &stated, &period)?;
    let as_of_cell = as_of.date.and_hms_opt(0, 0, 0).map_or(Cell::Empty, Cell::DateTime);
    let parts: Vec<Part<'_>> = located
        .into_iter()
        .map(|(file, located)| Part { file, located, as_of: as_of_cell.clone() })
        .collect();
    require_key(contract, request, &parts)?;
    let table = convert(contract, &parts, &|column| key_for(request, column));
    finish_plan(contract, request, &exports, files, &table, (period, as_of))
}

/// Imports the exports as one year of the contract's dataset.
///
/// # Errors
/// Everything that [`plan_import`] finds, and faults of the store; nothing is written then.
pub fn import(
    workspace: &crate::workspace::Workspace,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<ImportReport> {
    let mut plan = plan_import(contract, request)?;
    if let Some(refusal) = plan.refusal.take() {
        return Err(refusal);
    }
    let publication = Publication {
        batch: &plan.batch,
        sort: &contract.sort,
        provenance: &plan.provenance,
        now: request.now,
    };
    let path = publish(workspace, &publication)?;
    Ok(ImportReport { plan, path })
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

/// Checks the table, decides whether it is refused, and writes the provenance.
fn finish_plan(
    contract: &Contract,
    request: &ImportRequest,
    exports: &[Export],
    files: Vec<FilePlan>,
    table: &Table<'_>,
    (period, as_of): (Dated, AsOf),
) -> Result<ImportPlan> {
    let rejected = rejects(contract, table);
    let control_totals = totals::compute_totals(contract, table);
    let refusal = refuse(contract, request, table, rejected.len(), &control_totals);
    let keep: Vec<usize> = (0..table.len()).filter(|row| !rejected.contains_key(row)).collect();
    let batch = table
        .to_batch(contract, &keep)
        .map_err(|cause| Error::new(ImportFault::NotABatch).caused_by(cause))?;
    let rows_by_kind = count_kinds(table.parts.iter().map(|part| &part.located));
    let provenance = Provenance {
        dataset: contract.name.clone(),
        year: request.year,
        files: exports.iter().zip(&files).map(|(export, plan)| input_file(export, plan)).collect(),
        rows: keep.len() as u64,
        rows_by_kind: rows_by_kind.clone(),
        rejects: rejected.len() as u64,
        control_totals: control_totals.clone(),
        contract_hash: contract.hash.clone(),
        period,
        as_of,
        synthetic: request.synthetic.clone(),
        revision: revision(contract, request, exports),
    };
    Ok(ImportPlan {
        dataset: contract.name.clone(),
        year: request.year,
        files,
        rows: keep.len() as u64,
        rows_by_kind,
        rejects: rejected.into_values().collect(),
        control_totals,
        period,
        as_of,
        refusal,
        provenance,
        batch,
    })
}

fn refuse(
    contract: &Contract,
    request: &ImportRequest,
    table: &Table<'_>,
    rejected: usize,
    totals: &[ControlTotal],
) -> Option<Error> {
    let mut errors = Vec::new();
    if rejected > request.allow_rejects {
        errors.extend(complaints(contract, &table.faults));
        errors.push(ImportFault::TooManyRejects { count: rejected, allowed: request.allow_rejects }.into());
    }
    errors.extend(check::check_keys(contract, table));
    if !request.allow_control_mismatch {
        errors.extend(totals::mismatches(totals));
    }
    if table.is_empty() {
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

/// Hashes everything that decides the bytes of the file: inputs, contract, year and options.
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
