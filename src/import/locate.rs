//! Turns a sheet into what its rows mean: the header is found, every row gets its kind, and each
//! value its cell.
//!
//! Nothing is converted here. A record only says which row it is, and in which group and block it
//! stands, so that a dry run can show the plan before any value is read.

use std::collections::BTreeSet;

use super::gaps::{find_gaps, nearest_heading};
use super::header::{
    Dictionary, HEAD_ROWS, Header, Role, contested_field, find_header, missing_fields, needed_columns,
    release_empty_claims,
};
use super::merged::Merged;
use super::rows::{Classifier, GroupHeading, RowKind, group_heading, settle, stated_count};
use super::slot::is_missing;
use super::survey::{Survey, Surveyor, Walk, has_block};
use crate::contract::{ColumnType, Contract};
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Block, Row, Sheet};
use crate::vietnamese::numbers::Decimal;

/// A sheet that was understood.
#[derive(Debug)]
pub struct Located<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its upper rows, from the first used one on.
    pub head: Block,
    /// Its header.
    pub header: Header,
    /// What is known of all its rows.
    pub survey: Survey,
    /// Whether the survey is of some blocks, so that converting the others must confirm it.
    pub is_presumed: bool,
    /// Categories of the blocks of a wide table, from left to right.
    pub blocks: Vec<String>,
    /// The group rows, in order.
    pub groups: Vec<Group>,
    /// What total rows and group rows state.
    pub totals: Vec<StatedTotal>,
    classifier: Classifier,
}

/// A group row and where it stands.
#[derive(Debug)]
pub struct Group {
    /// Number of the row.
    pub row: u32,
    /// What it says.
    pub heading: GroupHeading,
    /// The column in which the words stand.
    pub column: usize,
    /// Index of the group around it.
    pub parent: Option<usize>,
}

/// One record of a block of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Index of the row in the block of rows.
    pub row: usize,
    /// Index of the block of a wide table.
    pub block: Option<usize>,
    /// Index of the innermost group that the row is in.
    pub group: Option<usize>,
}

/// A number that the export states about its own rows.
#[derive(Debug, Clone)]
pub struct StatedTotal {
    /// Index of the row among the [`Survey::headings`].
    pub row: usize,
    /// The column of the sheet in which it stands.
    pub column: usize,
    /// Index of the contract's column whose sum it is; `None` for a count of rows.
    pub field: Option<usize>,
    /// The block of a wide table.
    pub block: Option<String>,
    /// Index of the group that it sums; `None` for the whole sheet.
    pub group: Option<usize>,
    /// The count, where words state it and no cell does.
    pub count: Option<Decimal>,
}

/// Understands a sheet by a contract; `None` if nothing in it looks like the contract's header.
///
/// # Errors
/// [`ImportFault::MissingColumn`] if a header is there but lacks a required column,
/// [`ImportFault::ContestedColumn`] if two headings claim one column, and what reading the rows gives.
pub fn locate<'a>(
    sheet: &'a Sheet,
    contract: &Contract,
    file: &str,
    walk: Walk,
) -> Result<Option<Located<'a>>> {
    let head = sheet.rows.head(HEAD_ROWS)?;
    let Some(mut header) = find_header(&head, &sheet.merges, &Dictionary::new(contract)) else {
        return Ok(None);
    };
    let place = header_place(sheet, &head, file, &header);
    let last = head.row(header.top + header.height - 1).number;
    let missing = missing_fields(contract, &header);
    if !missing.is_empty() {
        // Familiar words are not yet a header (`Ghi chú` stands in every form): a sheet that lacks
        // more than half of what the dataset needs is another table.
        let is_likely = missing.len() * 2 <= needed_columns(contract).count();
        return if is_likely { Err(missing_columns(contract, &place, &header, &missing)) } else { Ok(None) };
    }
    if contested_field(&header).is_some() {
        let filled = find_filled(sheet, &header, last)?;
        release_empty_claims(&mut header, |column| !filled.contains(&column));
    }
    if let Some((field, headings)) = contested_field(&header) {
        let column = contract.columns[field].name.clone();
        let fault = ImportFault::ContestedColumn { column, headings: headings.join(", ") };
        return Err(Error::new(fault).at(place));
    }
    let merged = Merged::find(sheet, &header, last)?;
    let classifier = Classifier::new(&head, &sheet.merges, &header, contract, merged);
    let surveyor = Surveyor::new(&classifier, &header, contract, head.row(0).number);
    let presumed = if walk == Walk::Once { surveyor.presume(&sheet.rows)? } else { None };
    let is_presumed = presumed.is_some();
    let mut survey = presumed.map_or_else(|| surveyor.survey(&sheet.rows), Ok)?;
    survey.notes.add(&sheet.notes);
    let blocks = header.blocks().into_iter().map(str::to_owned).collect();
    let (groups, totals) = (Vec::new(), Vec::new());
    let mut located =
        Located { sheet, head, header, survey, is_presumed, blocks, groups, totals, classifier };
    located.collect(contract);
    Ok(Some(located))
}

/// Finds the columns of the dataset in which rows of data have cells of their own.
///
/// Titles and signatures stand in any column, so only rows that fill half of the columns count.
fn find_filled(sheet: &Sheet, header: &Header, last: u32) -> Result<BTreeSet<usize>> {
    let claimed = || header.columns.iter().filter(|column| column.role != Role::Ignored);
    let fields = header.recognised();
    let mut filled = BTreeSet::new();
    for index in 0..sheet.rows.blocks() {
        for row in sheet.rows.block(index)?.rows().filter(|row| row.number > last) {
            let own = || claimed().map(|at| at.column).filter(|column| !row.cell(*column).is_empty());
            if own().count() * 2 >= fields {
                filled.extend(own());
            }
        }
    }
    Ok(filled)
}

/// Counts the columns of the dataset in the likeliest header of a sheet.
pub fn count_recognised(sheet: &Sheet, contract: &Contract) -> usize {
    let Ok(head) = sheet.rows.head(HEAD_ROWS) else { return 0 };
    find_header(&head, &sheet.merges, &Dictionary::new(contract)).map_or(0, |header| header.recognised())
}

/// Says which columns the likeliest header of a sheet lacks, for a sheet that was not understood.
pub fn explain_missing(sheet: &Sheet, contract: &Contract, file: &str) -> Option<Error> {
    let head = sheet.rows.head(HEAD_ROWS).ok()?;
    let header = find_header(&head, &sheet.merges, &Dictionary::new(contract))?;
    let missing = missing_fields(contract, &header);
    let recognised = header.columns.iter().filter(|column| column.role != Role::Ignored).count();
    let place = header_place(sheet, &head, file, &header);
    (recognised >= 2).then(|| missing_columns(contract, &place, &header, &missing))
}

fn header_place(sheet: &Sheet, head: &Block, file: &str, header: &Header) -> Place {
    let number = head.row(header.top).number;
    Place::Cell {
        file: file.to_owned(),
        sheet: sheet.name.clone(),
        cell: Some(format!("row {number}")),
        found: None,
    }
}

fn missing_columns(contract: &Contract, place: &Place, header: &Header, missing: &[&str]) -> Error {
    let unclaimed: Vec<String> = header
        .columns
        .iter()
        .filter(|column| column.role == Role::Ignored)
        .map(|column| format!("`{}`", column.heading()))
        .collect();
    let headings = find_gaps(contract, header).unclaimed;
    let errors = missing.iter().map(|column| {
        let likely = contract
            .column(column)
            .and_then(|column| nearest_heading(column, headings.iter().map(String::as_str)));
        let fault = ImportFault::MissingColumn {
            column: (*column).to_owned(),
            title: contract.column(column).map_or_else(String::new, |column| column.title.clone()),
            found: unclaimed.join(", "),
            likely: likely.map_or_else(String::new, |heading| format!("is it `{heading}`? ")),
            likely_vi: likely.map_or_else(String::new, |heading| format!("có phải `{heading}`? ")),
            contract: format!("datasets/{}.toml", contract.name),
        };
        Error::new(fault).at(place.clone())
    });
    Error::join(errors.collect()).unwrap_or_else(|| ImportFault::NothingFound.into())
}

impl Located<'_> {
    /// Walks down the group and total rows, and collects what they say.
    fn collect(&mut self, contract: &Contract) {
        let headings = std::mem::take(&mut self.survey.headings);
        let kinds = std::mem::take(&mut self.survey.heading_kinds);
        let last_total = kinds.iter().rposition(|kind| *kind == RowKind::Total);
        let mut innermost = None;
        for (index, (row, kind)) in headings.rows().zip(&kinds).enumerate() {
            if *kind == RowKind::Total {
                let group = innermost.filter(|_| last_total != Some(index));
                self.add_totals(index, &row, group, contract);
            } else if let Some(group) = self.open_group(index, &row, innermost, contract) {
                innermost = Some(group);
            }
        }
        self.survey.headings = headings;
        self.survey.heading_kinds = kinds;
    }

    fn open_group(
        &mut self,
        index: usize,
        row: &Row<'_>,
        innermost: Option<usize>,
        contract: &Contract,
    ) -> Option<usize> {
        let heading = group_heading(row)?;
        let column = row.cells().rposition(|cell| cell.as_text().is_some()).unwrap_or(0);
        let mut around = std::iter::successors(innermost, |group| self.groups[*group].parent);
        let parent = around.find(|group| self.groups[*group].heading.level < heading.level);
        let group = self.groups.len();
        if let Some(count) = heading.count {
            let total = StatedTotal {
                row: index,
                column,
                field: None,
                block: None,
                group: Some(group),
                count: Some(count),
            };
            self.totals.push(total);
        }
        self.groups.push(Group { row: row.number, heading, column, parent });
        self.add_sums(index, row, Some(group), contract);
        Some(group)
    }

    /// Returns the rows above the header.
    pub fn preamble(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.header.top).map(|index| self.head.row(index))
    }

    /// Returns the place of the header in the file with that name.
    pub fn header_place(&self, file: &str) -> Place {
        header_place(self.sheet, &self.head, file, &self.header)
    }

    /// Tells whether a row is data.
    pub fn is_detail(&self, row: &Row<'_>) -> bool {
        if self.survey.is_plain() {
            return row.number > self.header_rows().1 && !row.is_blank();
        }
        let is_followed = row.number < self.survey.last_body;
        row.number >= self.head.row(0).number
            && settle(self.classifier.look_at(row), row, is_followed) == RowKind::Detail
    }

    /// Returns who surveys the blocks of a sheet of which only some were looked at.
    pub fn surveyor<'b>(&'b self, contract: &'b Contract) -> Surveyor<'b> {
        Surveyor::new(&self.classifier, &self.header, contract, self.head.row(0).number)
    }

    /// Puts the survey of all rows in the place of the presumed one.
    pub fn settle_survey(&mut self, mut survey: Survey) {
        survey.notes.add(&self.sheet.notes);
        (self.survey, self.is_presumed) = (survey, false);
    }

    /// Returns the merged regions of the body.
    pub fn merged(&self) -> &Merged {
        self.classifier.merged()
    }

    /// Returns a group and the groups around it, innermost first.
    pub fn groups_around(&self, group: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(group, |group| self.groups.get(*group)?.parent)
    }

    /// Returns the records of a block of rows, in order: one per detail row, or one per block of a
    /// wide table in which the row has a value.
    pub fn find_records(&self, block: &Block, contract: &Contract) -> Vec<Record> {
        let mut records = Vec::with_capacity(block.len());
        let mut above = self.groups.partition_point(|group| group.row < block.row(0).number);
        for (index, row) in block.rows().enumerate().filter(|(_, row)| self.is_detail(row)) {
            while self.groups.get(above).is_some_and(|group| group.row < row.number) {
                above += 1;
            }
            let record = |block| Record { row: index, block, group: above.checked_sub(1) };
            if self.blocks.is_empty() {
                records.push(record(None));
            }
            let has_value = |block: &&usize| has_block(&row, &self.blocks[**block], &self.header, contract);
            let blocks: Vec<usize> = (0..self.blocks.len()).collect();
            records.extend(blocks.iter().filter(has_value).map(|block| record(Some(*block))));
        }
        records
    }

    /// Returns the numbers of the first and the last row of the header.
    pub fn header_rows(&self) -> (u32, u32) {
        self.classifier.header_rows()
    }

    fn add_totals(&mut self, index: usize, row: &Row<'_>, group: Option<usize>, contract: &Contract) {
        if let Some((column, count)) = stated_count(row) {
            let total =
                StatedTotal { row: index, column, field: None, block: None, group, count: Some(count) };
            self.totals.push(total);
        } else {
            self.add_count_cell(index, row, group, contract);
        }
        self.add_sums(index, row, group, contract);
    }

    /// `Cộng | 162`: a whole number right after the words, under a column that has no sum.
    fn add_count_cell(&mut self, index: usize, row: &Row<'_>, group: Option<usize>, contract: &Contract) {
        let mut filled = row.filled();
        let (Some((first, _)), Some((column, _))) = (filled.next(), filled.next()) else { return };
        let under_sum = self
            .header
            .columns
            .iter()
            .any(|heading| heading.column == column && summed_field(&heading.role, contract).is_some());
        if column == first + 1 && !under_sum {
            self.totals.push(StatedTotal {
                row: index,
                column,
                field: None,
                block: None,
                group,
                count: None,
            });
        }
    }

    fn add_sums(&mut self, index: usize, row: &Row<'_>, group: Option<usize>, contract: &Contract) {
        for heading in &self.header.columns {
            let Some(field) = summed_field(&heading.role, contract) else { continue };
            if is_missing(row.cell(heading.column), &contract.columns[field]) {
                continue;
            }
            let block =
                if let Role::Block { category, .. } = &heading.role { Some(category.clone()) } else { None };
            let column = heading.column;
            self.totals.push(StatedTotal {
                row: index,
                column,
                field: Some(field),
                block,
                group,
                count: None,
            });
        }
    }
}

fn summed_field(role: &Role, contract: &Contract) -> Option<usize> {
    let (Role::Field(field) | Role::Block { field, .. }) = role else { return None };
    let kind = contract.columns.get(*field)?.kind;
    matches!(kind, ColumnType::Int | ColumnType::Float | ColumnType::Decimal(..)).then_some(*field)
}
