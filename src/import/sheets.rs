//! Turns an export into the sheets of it that hold the dataset.

use std::collections::HashSet;

use super::header::{HEAD_ROWS, needed_columns};
use super::locate::{Located, count_recognised, explain_missing, locate};
use super::plan::{FilePlan, ImportRequest, LeftOut, Reason, plan_sheet};
use super::survey::Walk;
use crate::contract::Contract;
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Cell, Export, Row, Sheet, TextEncoding, Unreadable, column_letters};
use crate::vietnamese::fold::fold;

/// Finds the sheets of an export that hold the dataset; those whose rows were walked once are planned as presumed.
pub(super) fn locate_export<'a>(
    export: &'a Export,
    contract: &Contract,
    request: &ImportRequest,
    walk: Walk,
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
    let mut faults: Vec<(&Sheet, Error)> = Vec::new();
    for sheet in &export.sheets {
        let located = if asked(sheet) { locate(sheet, contract, &export.file, walk) } else { Ok(None) };
        let located = match located {
            Ok(located) => located,
            Err(fault) => {
                faults.push((sheet, fault));
                continue;
            }
        };
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
    for (sheet, fault) in faults {
        if !request.sheets.is_empty() || is_rival(sheet, &found, contract) {
            return Err(fault);
        }
        plan.left_out
            .push(LeftOut { name: sheet.name.clone().unwrap_or_default(), reason: Reason::NoHeader });
    }
    if found.is_empty() {
        return Err(no_header(export, export.sheets.iter().filter(|sheet| asked(sheet)), contract));
    }
    Ok((plan, found))
}

/// Tells whether a sheet with a faulty header is one of the dataset's: it has more than half as many of its columns as a
/// sheet that is read, or half of that sheet's headings. A summary beside the registers has few of both.
fn is_rival(sheet: &Sheet, found: &[Located<'_>], contract: &Contract) -> bool {
    let most = found.iter().map(|located| located.header.recognised()).max().unwrap_or(0);
    count_recognised(sheet, contract) * 2 > most
        || found.iter().any(|located| shares_headings(sheet, located))
}

/// Tells whether half of the headings of a sheet stand in another one, too.
fn shares_headings(sheet: &Sheet, located: &Located<'_>) -> bool {
    let Ok(head) = sheet.rows.head(HEAD_ROWS) else { return false };
    let cells =
        head.rows().flat_map(|row| row.cells().filter_map(Cell::as_text).map(fold).collect::<Vec<_>>());
    let texts: HashSet<String> = cells.collect();
    let headings: Vec<String> = located
        .header
        .columns
        .iter()
        .filter_map(|column| column.path.last())
        .map(|text| fold(text))
        .collect();
    headings.iter().filter(|heading| texts.contains(*heading)).count() * 2 >= headings.len()
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
    let sheets: Vec<&Sheet> = sheets.into_iter().collect();
    if let Some(place) = sheets.iter().find_map(|sheet| find_lost_letters(sheet, &export.file)) {
        return Error::new(ImportFault::LostHeadings).at(place);
    }
    let explain = |sheet| explain_missing(sheet, contract, &export.file);
    sheets.into_iter().find_map(explain).unwrap_or_else(|| {
        let wanted: Vec<String> =
            needed_columns(contract).map(|column| format!("`{}`", column.title)).collect();
        let fault = ImportFault::NoHeader { dataset: contract.name.clone(), wanted: wanted.join(", ") };
        Error::new(fault).at(Place::file(&export.file))
    })
}

/// Finds a cell among the upper rows whose letters are lost.
fn find_lost_letters(sheet: &Sheet, file: &str) -> Option<Place> {
    let head = sheet.rows.head(HEAD_ROWS).ok()?;
    let lost = |row: Row<'_>| {
        row.filled().find_map(|(column, cell)| match cell {
            Cell::Unreadable(Unreadable::LostLetters, text) => Some((row.number, column, text.to_owned())),
            _ => None,
        })
    };
    let (number, column, found) = head.rows().find_map(lost)?;
    let cell = Some(format!("{}{number}", column_letters(column)));
    Some(Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell, found: Some(found) })
}

/// A sheet is read if its name fits a pattern, or, without patterns, if it is visible.
pub(super) fn is_asked_for(sheet: &Sheet, globs: &[String]) -> bool {
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
