//! Turns an export of an unknown form into the draft of a contract that imports it.
//!
//! The draft is tried before it is shown: a column that does not import as drafted becomes text, a key
//! that repeats is dropped, so that an analyst starts from something that works and corrects names.

mod guess;
mod names;
mod render;
mod table;

use chrono::{DateTime, Datelike as _, Utc};

use self::guess::{Guess, Kind};
use self::names::{NameBook, group_column, is_personal, looks_like_key};
use self::table::{Found, find_table};
use super::convert::Part;
use super::examine::examine_exports;
use super::locate::{Located, locate};
use super::period::{Stated, read_stated};
use super::plan::{ImportPlan, ImportRequest};
use super::sheets::is_asked_for;
use super::survey::Walk;
use crate::contract::{Contract, parse_contract};
use crate::error::{Error, Lang, Place, Result};
use crate::messages::DraftFault;
use crate::source::{Cell, Export, ReadOptions, Sheet, read_exports};
use crate::store::{Author, Scratch, Synthetic};

/// What the user asks to be drafted.
#[derive(Debug, Clone)]
pub struct DraftRequest {
    /// The export.
    pub file: std::path::PathBuf,
    /// Patterns of sheet names; the first visible sheet with a table if there are none.
    pub sheets: Vec<String>,
    /// The encoding of a text file, by label.
    pub encoding: Option<String>,
    /// The name that the dataset will have.
    pub name: String,
    /// Language of the comments in the draft.
    pub lang: Lang,
    /// The present, for exports that say no year.
    pub now: DateTime<Utc>,
}

/// The draft of a contract.
#[derive(Debug)]
pub struct Draft {
    /// The text of the contract.
    pub text: String,
    /// The year that the export seems to be of.
    pub year: i32,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// What importing the export with the draft gives.
    pub plan: ImportPlan,
}

/// A column as it is drafted.
#[derive(Debug, Clone)]
struct Drafted {
    name: String,
    title: String,
    kind: Kind,
    is_personal: bool,
    is_required: bool,
    from_group: bool,
}

/// A contract as it is drafted.
#[derive(Debug, Clone)]
struct Sketch {
    title: String,
    key: Option<String>,
    columns: Vec<Drafted>,
    /// Headings of ordinal numbers, which are left out.
    ordinals: Vec<String>,
}

/// Trials after which a draft is given up; each makes at least one column plainer.
const MOST_TRIALS: usize = 8;

/// Drafts a contract from an export.
///
/// # Errors
/// [`DraftFault::NoTable`] if no sheet has a header over rows, and the faults of reading the export.
pub fn draft_contract(request: &DraftRequest) -> Result<Draft> {
    let options = ReadOptions { encoding: request.encoding.clone(), ..ReadOptions::default() };
    let exports = read_exports(&request.file, &options)?;
    let (export, sheet, found) = find_sheet(&exports, &request.sheets)?.ok_or_else(|| no_table(request))?;
    let mut sketch = sketch_texts(&found);
    let contract = parse(request, &sketch)?;
    let located = locate(sheet, &contract, &export.file, Walk::Twice)?.ok_or_else(|| no_table(request))?;
    let stated = read_stated(&export.name, &located);
    let year = year_of(&stated).unwrap_or_else(|| request.now.year());
    guess_columns(&mut sketch, &contract, located, &stated, year)?;
    let (text, plan) = settle(request, sketch, export, sheet, year)?;
    Ok(Draft { text, year, sheet: sheet.name.clone(), plan })
}

fn find_sheet<'a>(exports: &'a [Export], globs: &[String]) -> Result<Option<(&'a Export, &'a Sheet, Found)>> {
    for export in exports {
        for sheet in export.sheets.iter().filter(|sheet| is_asked_for(sheet, globs)) {
            let place = || Place::Cell {
                file: export.file.clone(),
                sheet: sheet.name.clone(),
                cell: None,
                found: None,
            };
            if let Some(found) = find_table(sheet).map_err(|error| error.at_if_unplaced(place))? {
                return Ok(Some((export, sheet, found)));
            }
        }
    }
    Ok(None)
}

fn no_table(request: &DraftRequest) -> Error {
    Error::new(DraftFault::NoTable).at(Place::file(request.file.display()))
}

/// The first sketch: every heading is a column of text.
fn sketch_texts(found: &Found) -> Sketch {
    let mut names = NameBook::default();
    let (ordinals, headings): (Vec<&Vec<String>>, Vec<_>) =
        found.paths.iter().partition(|path| path.len() == 1 && super::gaps::is_ordinal(&path.join(" ")));
    let column = |path: &&Vec<String>| {
        let leaf = path.last().cloned().unwrap_or_default();
        let is_alone = headings.iter().filter(|other| other.last() == path.last()).count() == 1;
        let title = if is_alone { leaf } else { path.join(" → ") };
        let name = names.name(&title);
        let is_personal = is_personal(&path.join(" "));
        Drafted { name, title, kind: Kind::Text, is_personal, is_required: false, from_group: false }
    };
    let columns = headings.iter().map(column).collect();
    let ordinals = ordinals.iter().map(|path| path.join(" → ")).collect();
    Sketch { title: found.title.clone(), key: None, columns, ordinals }
}

fn parse(request: &DraftRequest, sketch: &Sketch) -> Result<Contract> {
    let text = render::render_contract(sketch, request);
    parse_contract(&request.name, &format!("{}.toml", request.name), &text)
}

fn year_of(stated: &Stated) -> Option<i32> {
    let period = stated.period.as_ref().map(|said| said.what.1.year());
    let date = || stated.as_of.as_ref().or(stated.signed.as_ref()).map(|said| said.what.year());
    period.or_else(|| stated.year.as_ref().map(|said| said.what)).or_else(date)
}

/// Reads all records and guesses type, key and categories of each column.
fn guess_columns(
    sketch: &mut Sketch,
    contract: &Contract,
    located: Located<'_>,
    stated: &Stated,
    year: i32,
) -> Result<()> {
    let has_groups = !located.groups.is_empty();
    let part = Part { file: stated.file.clone(), located, as_of: Cell::Empty, year };
    let mut key: Option<(bool, usize)> = None;
    for (field, drafted) in sketch.columns.iter_mut().enumerate().filter(|(_, column)| !column.is_personal) {
        let guess = see_column(&part, contract, field)?;
        drafted.kind = guess.settle(&drafted.title);
        let is_amount = matches!(&drafted.kind, Kind::Plain { name, .. } if *name != "int");
        // A heading that says `Mã` is the likelier key, wherever it stands.
        let is_likely = looks_like_key(&drafted.title);
        if guess.may_be_key() && !is_amount && key.is_none_or(|(was_likely, _)| is_likely && !was_likely) {
            key = Some((is_likely, field));
        }
    }
    if let Some(drafted) = key.and_then(|(_, field)| sketch.columns.get_mut(field)) {
        drafted.is_required = true;
        sketch.key = Some(drafted.name.clone());
    }
    if has_groups {
        sketch.columns.push(group_column(&sketch.columns));
    }
    Ok(())
}

/// Looks at all cells that a column reads.
fn see_column(part: &Part<'_>, contract: &Contract, field: usize) -> Result<Guess> {
    let located = &part.located;
    let source = located.find_source(field, contract);
    let mut guess = Guess::default();
    for index in 0..located.sheet.rows.blocks() {
        let block = located.sheet.rows.block(index)?;
        for record in located.find_records(&block, contract) {
            let row = block.row(record.row);
            guess.see(located.find_slot(&source, &row, &record, part.as_of).cell);
        }
    }
    Ok(guess)
}

/// Tries the sketch on the export and makes plainer what does not import.
fn settle(
    request: &DraftRequest,
    mut sketch: Sketch,
    export: &Export,
    sheet: &Sheet,
    year: i32,
) -> Result<(String, ImportPlan)> {
    let import = ImportRequest {
        sheets: sheet.name.iter().cloned().collect(),
        encoding: request.encoding.clone(),
        ..ImportRequest::trial(year, request)
    };
    // The export is open already, and standard input could not be read again.
    let try_out = |sketch: &Sketch| {
        let contract = parse(request, sketch)?;
        let exports = std::slice::from_ref(export);
        examine_exports(&contract, &import, exports, &Scratch::in_system, |_| None).map(|(plan, _)| plan)
    };
    for _ in 0..MOST_TRIALS {
        let plan = try_out(&sketch)?;
        let bad: Vec<String> =
            plan.rejects.iter().flat_map(|reject| &reject.cells).map(|cell| cell.column.clone()).collect();
        if bad.is_empty() && (plan.refusal.is_none() || sketch.key.is_none()) {
            return Ok((render::render_contract(&sketch, request), plan));
        }
        if bad.is_empty() {
            // Everything reads, and the rows are refused together: the key is none.
            sketch.key = None;
        }
        for column in sketch.columns.iter_mut().filter(|column| bad.contains(&column.name)) {
            column.is_required = column.is_required && column.kind != Kind::Text;
            column.kind = Kind::Text;
        }
    }
    let plan = try_out(&sketch)?;
    Ok((render::render_contract(&sketch, request), plan))
}

impl ImportRequest {
    /// A request that looks at one file and is never published.
    fn trial(year: i32, request: &DraftRequest) -> Self {
        Self {
            year,
            files: vec![request.file.clone()],
            sheets: Vec::new(),
            period: None,
            as_of: None,
            encoding: None,
            allow_rejects: 0,
            allow_control_mismatch: false,
            synthetic: Synthetic::None,
            key: None,
            author: Author { operator: None, now: request.now },
            progress: crate::progress::silent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.csv");
        std::fs::write(&file, text).unwrap();
        let request = DraftRequest {
            file,
            sheets: Vec::new(),
            encoding: None,
            name: "x".to_owned(),
            lang: Lang::En,
            now: DateTime::UNIX_EPOCH,
        };
        draft_contract(&request).map_or_else(|error| error.message(Lang::En), |draft| draft.text)
    }

    #[test]
    fn a_header_with_a_heading_twice_is_refused_and_no_row_is_taken_for_it() {
        let text = "Đơn vị,Số lượng,Số lượng\nA,1,2\nB,3,4\n";
        assert_eq!(draft(text), "several columns have the same heading: `Số lượng`");
        assert!(draft(&text.replace("lượng\n", "tiền\n")).contains("title = \"Số tiền\""));
    }
}
