//! Turns what the user asks into a plan: everything but the publication happens here.
//!
//! A dry run and an import go through the same steps, so that they cannot differ.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::convert::Part;
use super::gaps::find_gaps;
use super::outcome::{Outcome, Work};
use super::plan::{FilePlan, ImportPlan, ImportRequest, count_kinds, plan_sheet};
use super::report::merge_warnings;
use super::rules::{Known, Rules};
use super::sheets::locate_export;
use super::survey::Walk;
use super::twins::{digest_rivals, find_twins};
use super::{IMPORTER_VERSION, notes, period, personal, totals};
use crate::contract::{Contract, Personal, hex};
use crate::error::{Error, Place, Result};
use crate::messages::{ImportFault, Stage};
use crate::progress::Unit;
use crate::source::{Cell, Export, ReadOptions, STANDARD_INPUT, read_exports};
use crate::store::{AsOf, ControlTotal, Dated, InputFile, Layout, Provenance, Scratch, Sorter};

/// Goes through everything but the publication; rows are kept if `keep` gives a place for them.
pub(super) fn examine(
    contract: &Contract,
    request: &ImportRequest,
    scratch: &dyn Fn() -> Scratch,
    keep: impl Fn(Arc<Layout>) -> Option<Sorter>,
) -> Result<(ImportPlan, Option<Sorter>)> {
    examine_exports(contract, request, &open_exports(request)?, scratch, keep)
}

/// Examines exports that are open.
pub(super) fn examine_exports(
    contract: &Contract,
    request: &ImportRequest,
    exports: &[Export],
    scratch: &dyn Fn() -> Scratch,
    keep: impl Fn(Arc<Layout>) -> Option<Sorter>,
) -> Result<(ImportPlan, Option<Sorter>)> {
    let mut walk = Walk::Once;
    loop {
        if let Some(examined) = walk_exports(contract, request, exports, walk, scratch, &keep)? {
            return Ok(examined);
        }
        walk = Walk::Twice;
    }
}

/// Examines exports; `None` if their rows were walked once and are not what a few of them showed.
fn walk_exports(
    contract: &Contract,
    request: &ImportRequest,
    exports: &[Export],
    walk: Walk,
    scratch: &dyn Fn() -> Scratch,
    keep: &dyn Fn(Arc<Layout>) -> Option<Sorter>,
) -> Result<Option<(ImportPlan, Option<Sorter>)>> {
    let mut files = Vec::new();
    let mut located = Vec::new();
    for export in exports {
        let (plan, found) = locate_export(export, contract, request, walk)?;
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
    let mut parts: Vec<Part<'_>> = located
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
    let known =
        Known { year: request.year, period_from: period.from, period_to: period.to, as_of: as_of.date };
    let origins: Vec<(String, Option<String>)> =
        parts.iter().map(|part| (part.file.clone(), part.located.sheet.name.clone())).collect();
    let is_present = |name: &str| {
        let field = contract.columns.iter().position(|column| column.name == name);
        let is_in = |part: &Part<'_>, field| part.located.find_source(field, contract).is_present();
        field.is_some_and(|field| parts.iter().any(|part| is_in(part, field)))
    };
    let layout = Arc::new(Layout::new(contract, &origins, &is_present));
    let work = Work {
        contract,
        parts: &parts,
        layout: Arc::clone(&layout),
        rules: &Rules::compile(contract, known)?,
        key: &|column| key_for(request, column),
        allow_rejects: request.allow_rejects,
        progress: request.progress.as_ref(),
    };
    let is_presumed = parts.iter().any(|part| part.located.is_presumed);
    let mut outcome = match work.convert(keep(layout), scratch) {
        // A row that cannot be converted may be no data.
        Err(_) if is_presumed => return Ok(None),
        outcome => outcome?,
    };
    if !work.is_confirmed(&outcome) {
        return Ok(None);
    }
    let repeats = work.find_repeats(&mut outcome)?;
    let layout = work.layout;
    for (part, survey) in parts.iter_mut().zip(std::mem::take(&mut outcome.surveys)) {
        if let Some(survey) = survey {
            part.located.settle_survey(survey);
        }
    }
    let sheets = files.iter_mut().flat_map(|file| &mut file.sheets);
    sheets.zip(&parts).for_each(|(sheet, part)| *sheet = plan_sheet(&part.located, contract));
    let (twins, mut warnings) = find_twins(&digest_rivals(&parts)?);
    Error::join(twins).map_or(Ok(()), Err)?;
    warnings.extend(period::silent_exports(&stated, &period));
    warnings.extend(parts.iter().flat_map(|part| gaps_of(contract, part)));
    warnings.extend(parts.iter().flat_map(|part| notes::warnings(&part.file, &part.located)));
    warnings.append(&mut outcome.warnings);
    let rows = outcome.sorter.take();
    let found = Found { exports, layout: &layout, files, parts: &parts, outcome, repeats, warnings };
    Ok(Some((finish_plan(contract, request, found, (period, as_of)), rows)))
}

fn open_exports(request: &ImportRequest) -> Result<Vec<Export>> {
    if request.files.is_empty() {
        return Err(ImportFault::NoFiles.into());
    }
    let is_input = |path: &&PathBuf| path.as_os_str() == STANDARD_INPUT;
    if request.files.iter().filter(is_input).count() > 1 {
        let (first, second) = (STANDARD_INPUT.to_owned(), STANDARD_INPUT.to_owned());
        return Err(ImportFault::SameExport { first, second }.into());
    }
    let options = ReadOptions {
        encoding: request.encoding.clone(),
        progress: Arc::clone(&request.progress),
        ..ReadOptions::default()
    };
    let open = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
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
    layout: &'a Layout,
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
    let Found { exports, layout, files, parts, outcome, repeats, mut warnings } = found;
    let rejected = outcome.bad.rows();
    // Rows that are left out are in no total; if they refuse the import, the totals are the export's.
    let with_bad = rejected > request.allow_rejects;
    let mut placed: Vec<(ControlTotal, Place)> = Vec::new();
    for (part, sums) in parts.iter().zip(&outcome.sums) {
        let (totals, unchecked) = totals::compute_totals(contract, part, sums, layout, with_bad);
        placed.extend(totals);
        warnings.extend(unchecked);
    }
    let refusal = refuse(contract, request, &outcome, repeats, &placed);
    let control_totals: Vec<ControlTotal> = placed.into_iter().map(|(total, _)| total).collect();
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
    totals: &[(ControlTotal, Place)],
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
        add(&hex(&personal::PersonalKey::new(&key_for(request, &column.name)).hash("revision")));
    }
    hex(&hasher.finalize()).chars().take(12).collect()
}
