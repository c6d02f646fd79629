//! Turns exports into a published year: located, converted, checked, stored.
//!
//! A plan goes through everything except the last step, so that `--dry-run` and the real import
//! cannot differ: an import is a plan that had nothing to refuse, published.

mod amount;
pub mod carried;
pub mod check;
mod code;
pub mod convert;
mod draft;
pub mod footer;
pub mod gaps;
pub mod header;
pub mod locate;
mod marker;
mod moment;
pub mod notes;
pub mod period;
pub mod personal;
pub mod plan;
pub mod report;
pub mod rows;
pub mod rules;
pub mod totals;
pub mod twins;
pub mod value;
mod wanted;
pub mod watch;

use sha2::{Digest, Sha256};

use self::convert::{CellFault, Part, Table, convert};
pub use self::draft::{Draft, DraftRequest, draft_contract};
use self::gaps::find_gaps;
use self::locate::{Located, locate};
pub use self::plan::{
    ColumnPlan, FilePlan, Ignored, ImportPlan, ImportReport, ImportRequest, LeftOut, Reason, SheetPlan,
};
use self::plan::{count_kinds, plan_sheet};
pub use self::report::{Reject, RejectedCell};
use self::report::{complaints, merge_warnings, rejects};
use self::rows::RowKind;
use self::rules::{Breach, Known, Rules};
use self::twins::{RowDigest, SheetDigest, find_twins};
use self::value::Problem;
pub use self::wanted::{Wanted, describe_wanted};
use crate::contract::{Contract, Personal, Severity, hex};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{ImportFault, ImportWarning, Stage};
use crate::progress::Unit;
use crate::source::{Cell, Export, ReadOptions, Sheet, TextEncoding, read_exports};
use crate::store::{AsOf, ControlTotal, Dated, InputFile, Provenance, Publication, publish};
use crate::vietnamese::fold::fold;

/// The version of what an import makes of an export.
///
/// It is part of every revision: raise it whenever the same export, contract and options give other
/// rows or other provenance than before, so that importing them again is not taken for no change.
pub const IMPORTER_VERSION: u32 = 2;

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
    let read = |path: &std::path::PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        request.progress.begin(Stage::Reading { file }, Unit::Time, None);
        read_exports(path, &options)
    };
    let read = request.files.iter().map(read).collect::<Result<Vec<_>>>()?;
    let exports: Vec<Export> = read.into_iter().flatten().collect();
    refuse_twice(&exports)?;
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
    let (twins, mut warnings) = find_twins(&parts.iter().map(digest).collect::<Vec<_>>());
    Error::join(twins).map_or(Ok(()), Err)?;
    warnings.extend(period::silent_exports(&stated, &period));
    warnings.extend(parts.iter().flat_map(|part| gaps_of(contract, part)));
    warnings.extend(parts.iter().flat_map(|part| notes::warnings(&part.file, part.located.sheet)));
    warnings.extend(convert::watch_columns(contract, &parts));
    request.progress.begin(Stage::Converting, Unit::Time, None);
    let mut table = convert(contract, &parts, &|column| key_for(request, column));
    let known =
        Known { year: request.year, period_from: period.from, period_to: period.to, as_of: as_of.date };
    warnings.extend(check_rules(contract, known, &mut table)?);
    finish_plan(contract, request, &exports, files, &table, (period, as_of), warnings)
}

/// Evaluates the contract's rules: broken ones are faults of their rows, or warnings.
fn check_rules(contract: &Contract, known: Known, table: &mut Table<'_>) -> Result<Vec<Error>> {
    let rules = Rules::compile(contract, known)?;
    let all: Vec<usize> = (0..table.len()).collect();
    let batch = table.to_batch(contract, &all).map_err(not_a_batch)?;
    let mut warnings: Vec<Error> = Vec::new();
    let breaches = rules.check(contract, &batch)?;
    for same in breaches.chunk_by(|a, b| a.rule == b.rule) {
        let place = |breach: &Breach| match breach.field {
            Some(field) => table.cell_place(contract, breach.row, field),
            None => table.place(breach.row, None, None),
        };
        let places: Vec<Place> = same.iter().map(place).collect();
        if same.first().is_some_and(|breach| breach.severity == Severity::Warning) {
            warnings.extend(warn_of_breaches(contract, same, places));
        } else {
            let faults = same.iter().zip(places).map(|(breach, place)| CellFault {
                field: breach.field.unwrap_or_default(),
                row: breach.row,
                problem: Problem::Rule(breach.rule),
                place,
            });
            table.faults.extend(faults);
        }
    }
    Ok(warnings)
}

fn warn_of_breaches(contract: &Contract, breaches: &[Breach], places: Vec<Place>) -> Option<Error> {
    let rule = contract.rules.get(breaches.first()?.rule)?;
    let (title, rule, count) = (rule.title.clone(), rule.check.clone(), breaches.len());
    let warning = ImportWarning::Rule { title, rule, count }.error();
    Some(places.into_iter().fold(warning, Error::at))
}

fn not_a_batch(cause: datafusion::arrow::error::ArrowError) -> Error {
    Error::new(ImportFault::NotABatch).caused_by(cause)
}

/// Digests the records of a sheet; a row of a wide table counts once.
fn digest(part: &Part<'_>) -> SheetDigest {
    let mut digest = RowDigest::default();
    let located = &part.located;
    for (row, _) in
        located.sheet.rows.iter().zip(&located.kinds).filter(|(_, kind)| **kind == RowKind::Detail)
    {
        digest.add(row, &located.header);
    }
    digest.finish(&part.file, located.sheet.name.as_deref())
}

fn gaps_of(contract: &Contract, part: &Part<'_>) -> Vec<Error> {
    let place = locate::header_place(part.located.sheet, &part.file, &part.located.header);
    find_gaps(contract, &part.located.header).warnings(contract, &place)
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
    publish_plan(workspace, contract, request, plan_import(contract, request)?)
}

/// Publishes what was planned.
///
/// # Errors
/// The plan's refusal, and faults of the store; nothing is written then.
pub fn publish_plan(
    workspace: &crate::workspace::Workspace,
    contract: &Contract,
    request: &ImportRequest,
    mut plan: ImportPlan,
) -> Result<ImportReport> {
    if let Some(refusal) = plan.refusal.take() {
        return Err(refusal);
    }
    let publication = Publication {
        batch: &plan.batch,
        sort: &contract.sort,
        provenance: &plan.provenance,
        author: &request.author,
        progress: request.progress.as_ref(),
    };
    let published = publish(workspace, &publication)?;
    Ok(ImportReport { plan, published })
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

/// Checks the table, decides whether it is refused, and writes the provenance.
fn finish_plan(
    contract: &Contract,
    request: &ImportRequest,
    exports: &[Export],
    files: Vec<FilePlan>,
    table: &Table<'_>,
    (period, as_of): (Dated, AsOf),
    mut warnings: Vec<Error>,
) -> Result<ImportPlan> {
    let rejected = rejects(contract, table);
    let (control_totals, unchecked) = totals::compute_totals(contract, table);
    warnings.extend(unchecked);
    let refusal = refuse(contract, request, table, rejected.len(), &control_totals);
    let keep: Vec<usize> = (0..table.len()).filter(|row| !rejected.contains_key(row)).collect();
    let batch = table.to_batch(contract, &keep).map_err(not_a_batch)?;
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
        importer_version: IMPORTER_VERSION,
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
        warnings: merge_warnings(warnings),
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
