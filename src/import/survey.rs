//! Turns the rows of a sheet into what must be known of all of them before the first is converted.
//!
//! What a row means can depend on rows far below it: a heading is a heading only if data follow, and
//! `1.250` is a thousand only if no cell of its column says otherwise. So the rows are walked twice:
//! here, keeping only counts and the few rows that are not data, and again when they are converted.
//! Exports of a system hold nothing but data, so of a long one only a few blocks are walked before: what they
//! show is presumed of all rows, each block is surveyed when it is converted, and where one shows something
//! else, everything is done again in two walks. The outcome is the same, the rows are read once less.

use std::collections::BTreeMap;

use super::header::{Header, Role};
use super::rows::{Classifier, RowKind, settle};
use super::slot::is_missing;
use super::value::Evidence;
use crate::contract::{ColumnType, Contract};
use crate::error::Result;
use crate::pipeline::in_order;
use crate::source::{Block, Notes, Row, Rows};

/// Rows of a signature block that are kept.
const FOOTER_ROWS: usize = 200;

/// What is known of all rows of a sheet.
#[derive(Debug, Default)]
pub struct Survey {
    /// Number of rows by kind.
    pub kinds: BTreeMap<RowKind, u64>,
    /// Number of records; a row of a wide table can give several.
    pub records: u64,
    /// Per column of the contract, which marks its numbers prove.
    pub marks: Vec<Evidence>,
    /// Group and total rows, in order.
    pub headings: Block,
    /// The kinds of those rows.
    pub heading_kinds: Vec<RowKind>,
    /// The rows under the data.
    pub footer: Block,
    /// What a person should know about how the sheet was read.
    pub notes: Notes,
    /// Number of the last row that is surely data or a total, 0 if there is none.
    pub last_body: u32,
    /// Rows under the header that repeat it or number its columns.
    repeated: u64,
    /// What was seen since then, and whose kind is not settled.
    open: Open,
}

/// Rows that data may or may not follow.
#[derive(Debug, Default)]
struct Open {
    blanks: u64,
    headings: Block,
    details: u64,
    records: u64,
    marks: Vec<Evidence>,
    /// The first of all these rows, for the signature block.
    rows: Block,
}

/// How often the rows of a sheet are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Once where a few blocks show nothing but data, which the conversion must confirm.
    Once,
    /// All rows are surveyed before the first is converted.
    Twice,
}

/// Blocks that are looked at before the rest is presumed to be like them, the last one among them, where
/// totals and signatures stand.
const SAMPLE_BLOCKS: usize = 8;

/// What a survey looks for in the rows.
pub struct Surveyor<'a> {
    classifier: &'a Classifier,
    contract: &'a Contract,
    header: &'a Header,
    /// Columns of the sheet with numbers, and the contract's columns that read them.
    numeric: Vec<(usize, Vec<usize>)>,
    blocks: Vec<&'a str>,
    first: u32,
}

/// Finds the columns whose numbers need marks, with the contract's columns that read them.
fn numeric_columns(header: &Header, contract: &Contract) -> Vec<(usize, Vec<usize>)> {
    let is_numeric = |kind: ColumnType| {
        matches!(kind, ColumnType::Int | ColumnType::Float | ColumnType::Rate | ColumnType::Decimal(..))
    };
    let reads = |source: usize, field: usize| {
        let column = &contract.columns[field];
        let name = &contract.columns[source].name;
        is_numeric(column.kind) && (field == source || column.cell_of.as_ref() == Some(name))
    };
    let columns = header.columns.iter().filter_map(|column| match column.role {
        Role::Field(field) | Role::Block { field, .. } => Some((column.column, field)),
        Role::Ignored => None,
    });
    columns
        .map(|(column, source)| {
            (column, (0..contract.columns.len()).filter(|field| reads(source, *field)).collect())
        })
        .filter(|(_, fields): &(usize, Vec<usize>)| !fields.is_empty())
        .collect()
}

impl<'a> Surveyor<'a> {
    /// Looks at rows from the one with the number `first` on.
    pub fn new(classifier: &'a Classifier, header: &'a Header, contract: &'a Contract, first: u32) -> Self {
        let (numeric, blocks) = (numeric_columns(header, contract), header.blocks());
        Self { classifier, contract, header, numeric, blocks, first }
    }

    /// Walks over all rows of a sheet.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn survey(&self, rows: &Rows) -> Result<Survey> {
        self.survey_blocks(rows, 0..rows.blocks())
    }

    /// Walks over some blocks of a long sheet; `None` if it is short or they hold more than data.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn presume(&self, rows: &Rows) -> Result<Option<Survey>> {
        let blocks = rows.blocks();
        if blocks < 2 * SAMPLE_BLOCKS {
            return Ok(None);
        }
        let sample = (0..SAMPLE_BLOCKS).map(|part| part * (blocks - 1) / (SAMPLE_BLOCKS - 1));
        let mut survey = self.survey_blocks(rows, sample)?;
        survey.records = survey.records * blocks as u64 / SAMPLE_BLOCKS as u64;
        Ok(Some(survey).filter(Survey::is_plain))
    }

    fn survey_blocks(&self, rows: &Rows, indices: impl Iterator<Item = usize> + Send) -> Result<Survey> {
        let mut whole = self.begin();
        in_order(
            indices,
            |index| {
                let block = rows.block(index)?;
                let survey = self.survey_block(&block);
                rows.give_back(block);
                Ok(survey)
            },
            |part: Result<Survey>| -> Result<()> {
                whole.append(part?);
                Ok(())
            },
        )?;
        Ok(whole.finish())
    }

    /// Returns the survey of no rows, to which those of blocks are appended.
    pub fn begin(&self) -> Survey {
        Survey::new(self.contract)
    }

    /// Walks over one block.
    pub fn survey_block(&self, block: &Block) -> Survey {
        let mut survey = Survey::new(self.contract);
        survey.notes = block.notes().clone();
        // Leading blank rows are no rows of the sheet.
        for row in block.rows().filter(|row| row.number >= self.first) {
            let look = self.classifier.look_at(&row);
            match look {
                RowKind::Blank => survey.open.blanks += 1,
                RowKind::Detail | RowKind::Total => {
                    survey.close();
                    survey.last_body = row.number;
                    survey.count(look, 1);
                    if look == RowKind::Detail {
                        survey.records += self.count_records(&row);
                        self.add_marks(&row, &mut survey.marks);
                    } else {
                        survey.headings.push_row(&row);
                        survey.heading_kinds.push(look);
                    }
                }
                RowKind::Group | RowKind::Footer => self.add_open(&row, look, &mut survey),
                RowKind::Preamble | RowKind::Header | RowKind::ColumnNumbers => {
                    survey.repeated += u64::from(row.number > self.classifier.header_rows().1);
                    survey.count_blanks();
                    survey.count(look, 1);
                }
            }
        }
        survey
    }

    fn add_open(&self, row: &Row<'_>, look: RowKind, survey: &mut Survey) {
        survey.count_blanks();
        let open = &mut survey.open;
        if settle(look, row, true) == RowKind::Group {
            open.headings.push_row(row);
        } else {
            open.details += 1;
            open.records += self.count_records(row);
            self.add_marks(row, &mut open.marks);
        }
        if open.rows.len() < FOOTER_ROWS {
            open.rows.push_row(row);
        }
    }

    fn add_marks(&self, row: &Row<'_>, marks: &mut [Evidence]) {
        for (column, fields) in &self.numeric {
            let found = Evidence::of(row.cell(*column));
            for field in fields {
                marks[*field].join(found);
            }
        }
    }

    fn count_records(&self, row: &Row<'_>) -> u64 {
        if self.blocks.is_empty() {
            return 1;
        }
        self.blocks.iter().filter(|block| has_block(row, block, self.header, self.contract)).count() as u64
    }
}

/// Tells whether a row of a wide table has a value in one of its blocks.
pub(super) fn has_block(row: &Row<'_>, block: &str, header: &Header, contract: &Contract) -> bool {
    header.columns.iter().any(|column| match &column.role {
        Role::Block { category, field } => {
            category == block && !is_missing(row.cell(column.column), &contract.columns[*field])
        }
        _ => false,
    })
}

impl Survey {
    fn new(contract: &Contract) -> Self {
        let marks = vec![Evidence::default(); contract.columns.len()];
        let open = Open { marks: marks.clone(), ..Open::default() };
        Self { marks, open, ..Self::default() }
    }

    fn count(&mut self, kind: RowKind, rows: u64) {
        if rows > 0 {
            *self.kinds.entry(kind).or_insert(0) += rows;
        }
    }

    /// Blank rows count once a row follows them.
    fn count_blanks(&mut self) {
        let blanks = std::mem::take(&mut self.open.blanks);
        self.count(RowKind::Blank, blanks);
    }

    /// Settles the open rows, because data or a total follow them.
    fn close(&mut self) {
        self.count_blanks();
        let fields = self.marks.len();
        let open = std::mem::take(&mut self.open);
        self.open.marks = vec![Evidence::default(); fields];
        self.count(RowKind::Group, open.headings.len() as u64);
        self.count(RowKind::Detail, open.details);
        self.heading_kinds.resize(self.heading_kinds.len() + open.headings.len(), RowKind::Group);
        self.headings.extend(&open.headings);
        self.records += open.records;
        join_marks(&mut self.marks, &open.marks);
    }

    /// Adds what was seen in the rows that follow.
    pub fn append(&mut self, next: Self) {
        self.notes.add(&next.notes);
        self.repeated += next.repeated;
        let is_all_blank = next.kinds.is_empty() && next.open.rows.is_empty();
        if next.last_body > 0 {
            self.close();
            self.last_body = next.last_body;
            self.records += next.records;
            join_marks(&mut self.marks, &next.marks);
            self.headings.extend(&next.headings);
            self.heading_kinds.extend(next.heading_kinds);
            self.open = next.open;
        } else {
            if !is_all_blank {
                self.count_blanks();
            }
            self.open.append(&next.open);
        }
        for (kind, rows) in next.kinds {
            self.count(kind, rows);
        }
    }

    /// Tells whether all rows under the header are data or blank, as in most exports of a system.
    pub fn is_plain(&self) -> bool {
        let others = [RowKind::Group, RowKind::Total, RowKind::Footer];
        self.repeated == 0 && others.iter().all(|kind| !self.kinds.contains_key(kind))
    }

    /// Tells whether the whole sheet is what was presumed of it: nothing but data, and numbers written in the same way.
    pub fn confirms(&self, presumed: &Self) -> bool {
        self.is_plain() && self.marks == presumed.marks
    }

    /// Ends the survey: no data follow the open rows, and blank rows at the end are none.
    #[must_use]
    pub fn finish(mut self) -> Self {
        let open = std::mem::take(&mut self.open);
        self.count(RowKind::Footer, open.headings.len() as u64 + open.details);
        self.footer = open.rows;
        self
    }
}

impl Open {
    fn append(&mut self, next: &Self) {
        self.blanks += next.blanks;
        self.headings.extend(&next.headings);
        self.details += next.details;
        self.records += next.records;
        join_marks(&mut self.marks, &next.marks);
        let room = FOOTER_ROWS.saturating_sub(self.rows.len());
        next.rows.rows().take(room).for_each(|row| self.rows.push_row(&row));
    }
}

fn join_marks(marks: &mut [Evidence], others: &[Evidence]) {
    marks.iter_mut().zip(others).for_each(|(mark, other)| mark.join(*other));
}
