//! Turns a sheet into records: the header is found, every row gets its kind, groups are carried down.
//!
//! Nothing is converted here. A record only says which cell belongs to which column of the
//! contract, so that a dry run can show the plan before any value is read.

use std::borrow::Cow;

use super::gaps::{find_gaps, nearest_heading};
use super::header::{Dictionary, Header, Role, contested_field, find_header, missing_fields, needed_columns};
use super::rows::{GroupHeading, RowKind, classify_rows, group_heading, stated_count};
use crate::contract::{Column, ColumnType, Contract, ValueSource};
use crate::error::{Error, Place, Result};
use crate::messages::ImportFault;
use crate::source::{Cell, Row, Sheet};
use crate::vietnamese::fold::fold;
use crate::vietnamese::numbers::Decimal;

/// A sheet that was understood.
#[derive(Debug)]
pub struct Located<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its header.
    pub header: Header,
    /// The kind of each of its rows.
    pub kinds: Vec<RowKind>,
    /// The group rows, in order.
    pub groups: Vec<Group>,
    /// The records, in order; a row of a wide table can give several.
    pub records: Vec<Record>,
    /// What total rows and group rows state.
    pub totals: Vec<StatedTotal>,
}

/// A group row and where it stands.
#[derive(Debug)]
pub struct Group {
    /// Index of the row.
    pub row: usize,
    /// What it says.
    pub heading: GroupHeading,
    /// The column in which the words stand.
    pub column: usize,
}

/// One record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Index of the row in the sheet.
    pub row: usize,
    /// Code of the block of a wide table.
    pub block: Option<String>,
    /// Indices of the groups that the row is in, outermost first.
    pub groups: Vec<usize>,
}

/// A number that the export states about its own rows.
#[derive(Debug, Clone)]
pub struct StatedTotal {
    /// Index of the row that states it.
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

/// The cell that one column of a record reads, and where it stands.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    /// What stands there.
    pub cell: Cow<'a, Cell>,
    /// Index of the row.
    pub row: usize,
    /// The column of the sheet, unless nothing stands anywhere.
    pub column: Option<usize>,
}

/// Understands a sheet by a contract; `None` if nothing in it looks like the contract's header.
///
/// # Errors
/// [`ImportFault::MissingColumn`] if a header is there but lacks a required column,
/// [`ImportFault::ContestedColumn`] if two headings claim one column.
pub fn locate<'a>(sheet: &'a Sheet, contract: &Contract, file: &str) -> Result<Option<Located<'a>>> {
    let Some(header) = find_header(sheet, &Dictionary::new(contract)) else { return Ok(None) };
    let missing = missing_fields(contract, &header);
    if !missing.is_empty() {
        // Familiar words are not yet a header (`Ghi chú` stands in every form): a sheet that lacks
        // more than half of what the dataset needs is another table.
        let is_likely = missing.len() * 2 <= needed_columns(contract).count();
        return if is_likely {
            Err(missing_columns(sheet, contract, file, &header, &missing))
        } else {
            Ok(None)
        };
    }
    if let Some((field, headings)) = contested_field(&header) {
        let column = contract.columns[field].name.clone();
        let fault = ImportFault::ContestedColumn { column, headings: headings.join(", ") };
        return Err(Error::new(fault).at(header_place(sheet, file, &header)));
    }
    let kinds = classify_rows(sheet, &header, contract);
    let mut located =
        Located { sheet, header, kinds, groups: Vec::new(), records: Vec::new(), totals: Vec::new() };
    located.collect(contract);
    Ok(Some(located))
}

/// Says which columns the likeliest header of a sheet lacks, for a sheet that was not understood.
pub fn explain_missing(sheet: &Sheet, contract: &Contract, file: &str) -> Option<Error> {
    let header = find_header(sheet, &Dictionary::new(contract))?;
    let missing = missing_fields(contract, &header);
    let recognised = header.columns.iter().filter(|column| column.role != Role::Ignored).count();
    (recognised >= 2).then(|| missing_columns(sheet, contract, file, &header, &missing))
}

pub(super) fn header_place(sheet: &Sheet, file: &str, header: &Header) -> Place {
    let number = sheet.rows.get(header.top).map_or(0, |row| row.number);
    Place::Cell {
        file: file.to_owned(),
        sheet: sheet.name.clone(),
        cell: Some(format!("row {number}")),
        found: None,
    }
}

fn missing_columns(
    sheet: &Sheet,
    contract: &Contract,
    file: &str,
    header: &Header,
    missing: &[&str],
) -> Error {
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
        Error::new(fault).at(header_place(sheet, file, header))
    });
    Error::join(errors.collect()).unwrap_or_else(|| ImportFault::NothingFound.into())
}

impl<'a> Located<'a> {
    /// Walks down the rows and collects groups, records and stated totals.
    fn collect(&mut self, contract: &Contract) {
        let mut open: Vec<usize> = Vec::new();
        let last_total = self.kinds.iter().rposition(|kind| *kind == RowKind::Total);
        for (index, kind) in self.kinds.clone().into_iter().enumerate() {
            let row = &self.sheet.rows[index];
            match kind {
                RowKind::Group => self.open_group(index, row, &mut open, contract),
                RowKind::Detail => self.add_records(index, row, &open, contract),
                RowKind::Total => {
                    let group = open.last().copied().filter(|_| last_total != Some(index));
                    self.add_totals(index, row, group, contract);
                }
                _ => {}
            }
        }
    }

    fn open_group(&mut self, index: usize, row: &Row, open: &mut Vec<usize>, contract: &Contract) {
        let Some(heading) = group_heading(row) else { return };
        let column = row.cells.iter().rposition(|cell| cell.as_text().is_some()).unwrap_or(0);
        open.retain(|group| self.groups[*group].heading.level < heading.level);
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
        self.groups.push(Group { row: index, heading, column });
        open.push(group);
        self.add_sums(index, row, Some(group), contract);
    }

    /// One record per row, or one per block of a wide table in which the row has a value.
    fn add_records(&mut self, index: usize, row: &Row, open: &[usize], contract: &Contract) {
        let blocks: Vec<String> = self.header.blocks().into_iter().map(str::to_owned).collect();
        let record = |block| Record { row: index, block, groups: open.to_vec() };
        if blocks.is_empty() {
            self.records.push(record(None));
            return;
        }
        for block in blocks {
            let has_value = self.header.columns.iter().any(|column| match &column.role {
                Role::Block { category, field } => {
                    *category == block && !is_missing(row.cell(column.column), &contract.columns[*field])
                }
                _ => false,
            });
            if has_value {
                self.records.push(record(Some(block)));
            }
        }
    }

    fn add_totals(&mut self, index: usize, row: &Row, group: Option<usize>, contract: &Contract) {
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
    fn add_count_cell(&mut self, index: usize, row: &Row, group: Option<usize>, contract: &Contract) {
        let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
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

    fn add_sums(&mut self, index: usize, row: &Row, group: Option<usize>, contract: &Contract) {
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

    /// Finds the cell that column `field` of a record reads.
    pub fn slot(&self, record: &Record, field: usize, contract: &Contract, as_of: &Cell) -> Slot<'a> {
        let column = &contract.columns[field];
        if let Some(other) = column.cell_of.as_ref().and_then(|name| index_of(contract, name)) {
            return self.slot(record, other, contract, as_of);
        }
        if let (Some(block), Some(unpivot)) = (&record.block, &contract.unpivot)
            && unpivot.column == column.name
        {
            return Slot { cell: Cow::Owned(Cell::Text(block.clone())), row: record.row, column: None };
        }
        let row = &self.sheet.rows[record.row];
        let place = self.header.place_of(field, record.block.as_deref()).map(|heading| heading.column);
        let cell = place.map_or(&Cell::Empty, |place| row.cell(place));
        match column.from {
            Some(ValueSource::GroupRow) if is_missing(cell, column) => self.group_slot(record, column),
            Some(ValueSource::Preamble) if is_missing(cell, column) => {
                Slot { cell: Cow::Owned(as_of.clone()), row: record.row, column: None }
            }
            _ => Slot { cell: Cow::Borrowed(cell), row: record.row, column: place },
        }
    }

    /// The innermost group whose words the column knows, or else the innermost one.
    fn group_slot(&self, record: &Record, column: &Column) -> Slot<'a> {
        let groups = || record.groups.iter().rev().map(|group| &self.groups[*group]);
        let known = groups().find_map(|group| Some((group, group_value(&group.heading.label, column)?)));
        let chosen = known.or_else(|| groups().next().map(|group| (group, group.heading.label.clone())));
        chosen.map_or(
            Slot { cell: Cow::Owned(Cell::Empty), row: record.row, column: None },
            |(group, label)| Slot {
                cell: Cow::Owned(Cell::text(&label)),
                row: group.row,
                column: Some(group.column),
            },
        )
    }
}

/// Reads a group's words as a category: whole, or behind the column's own title (`Lĩnh vực …`).
fn group_value(label: &str, column: &Column) -> Option<String> {
    if column.kind != ColumnType::Category {
        return None;
    }
    let spellings = || column.categories.values().flatten();
    let folded = fold(label);
    let titles = std::iter::once(&column.title).chain(&column.aliases).map(|title| fold(title));
    let bare = titles.filter_map(|title| folded.strip_prefix(&title).map(|rest| rest.trim().to_owned()));
    let keys: Vec<String> = std::iter::once(folded.clone()).chain(bare).collect();
    spellings().find(|spelling| keys.contains(&fold(spelling))).cloned()
}

fn summed_field(role: &Role, contract: &Contract) -> Option<usize> {
    let (Role::Field(field) | Role::Block { field, .. }) = role else { return None };
    let kind = contract.columns.get(*field)?.kind;
    matches!(kind, ColumnType::Int | ColumnType::Float | ColumnType::Decimal(..)).then_some(*field)
}

fn index_of(contract: &Contract, name: &str) -> Option<usize> {
    contract.columns.iter().position(|column| column.name == name && column.cell_of.is_none())
}

/// Tells whether a cell holds no value: it is empty, or says so in one of the column's words.
pub(super) fn is_missing(cell: &Cell, column: &Column) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => {
            let text = text.trim();
            column
                .missing_values
                .iter()
                .any(|word| word.as_str() == text || (!fold(word).is_empty() && fold(word) == fold(text)))
        }
        _ => false,
    }
}
