//! Turns the merged regions of a table's body into the value that each covered cell stands for.
//!
//! People merge a field over the rows that share it, and the file keeps the words in the first cell
//! alone. Words and dates hold for every row of the region; a number may be the sum of the rows, so
//! it is told apart here and refused by those who convert it.

use std::collections::{BTreeMap, BTreeSet};

use super::header::{Header, Role};
use crate::error::Result;
use crate::source::{Block, Cell, Merge, Row, Sheet};

/// The merged regions under a header that reach over columns of the dataset.
#[derive(Debug, Default)]
pub struct Merged {
    regions: Vec<Region>,
    /// Per region, a row with what stands in its first cell.
    anchors: Block,
    /// Per column of the sheet that matters, the regions in it by their first row.
    columns: BTreeMap<usize, Vec<usize>>,
}

/// A merged region and who shares it.
#[derive(Debug)]
struct Region {
    merge: Merge,
    /// Number of rows in it that have cells of their own.
    rows: usize,
    /// Number of columns of the dataset in it.
    columns: usize,
}

impl Merged {
    /// Collects the regions under the row `last` of the header.
    ///
    /// # Errors
    /// If the rows cannot be read any more.
    pub fn find(sheet: &Sheet, header: &Header, last: u32) -> Result<Self> {
        let claimed: BTreeSet<usize> =
            header.columns.iter().filter(|column| column.role != Role::Ignored).map(|at| at.column).collect();
        let mut merges: Vec<Merge> = sheet.merges.iter().filter(|merge| merge.top > last).copied().collect();
        merges.sort_unstable_by_key(|merge| (merge.top, merge.left));
        let mut merged = Self::default();
        if merges.is_empty() {
            return Ok(merged);
        }
        merged.collect(sheet, merges, &claimed, header)?;
        merged.count_rows(sheet, &claimed)?;
        Ok(merged)
    }

    /// Keeps the regions that matter and in whose first cell something stands.
    fn collect(
        &mut self,
        sheet: &Sheet,
        merges: Vec<Merge>,
        claimed: &BTreeSet<usize>,
        header: &Header,
    ) -> Result<()> {
        // The ordinal tells a row of data, so its column matters although nothing is stored of it.
        let first = header.columns.first().map(|column| column.column);
        let mut merges = merges.into_iter().peekable();
        for index in 0..sheet.rows.blocks() {
            for row in sheet.rows.block(index)?.rows() {
                while let Some(merge) = merges.next_if(|merge| merge.top <= row.number) {
                    let columns: Vec<usize> = claimed.range(merge.left..=merge.right).copied().collect();
                    let is_wide = merge.bottom > merge.top || columns.len() > 1;
                    let anchor = if merge.top == row.number { row.cell(merge.left) } else { Cell::Empty };
                    let matters = !columns.is_empty() || first == Some(merge.left);
                    if is_wide && matters && !anchor.is_empty() {
                        self.add(merge, anchor, row.number, columns, first);
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, merge: Merge, anchor: Cell<'_>, row: u32, columns: Vec<usize>, first: Option<usize>) {
        let region = self.regions.len();
        self.regions.push(Region { merge, rows: 0, columns: columns.len() });
        self.anchors.push_cell_row(row, anchor);
        let ordinal = first.filter(|first| *first == merge.left && !columns.contains(first));
        for column in columns.into_iter().chain(ordinal) {
            self.columns.entry(column).or_default().push(region);
        }
    }

    /// Counts the rows of each region: those that have a cell of the dataset to themselves.
    fn count_rows(&mut self, sheet: &Sheet, claimed: &BTreeSet<usize>) -> Result<()> {
        if self.regions.iter().all(|region| region.merge.top == region.merge.bottom) {
            return Ok(());
        }
        for index in 0..sheet.rows.blocks() {
            for row in sheet.rows.block(index)?.rows().filter(|row| has_any(row, claimed)) {
                let regions: BTreeSet<usize> =
                    self.columns.keys().filter_map(|column| self.region_at(row.number, *column)).collect();
                for region in regions {
                    self.regions[region].rows += 1;
                }
            }
        }
        Ok(())
    }

    /// Tells whether nothing is merged.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    fn region_at(&self, row: u32, column: usize) -> Option<usize> {
        let regions = self.columns.get(&column)?;
        let above = regions.partition_point(|region| self.regions[*region].merge.top <= row);
        let region = *regions.get(above.checked_sub(1)?)?;
        (self.regions[region].merge.bottom >= row).then_some(region)
    }

    /// Returns what a cell without anything of its own stands for; empty outside of all regions.
    pub fn cell(&self, row: u32, column: usize) -> Cell<'_> {
        self.region_at(row, column).map_or(Cell::Empty, |region| self.anchors.row(region).cell(0))
    }

    /// Returns what an empty cell stands for if its own column is merged over the row.
    ///
    /// That is what tells a row of data; a title, a total or a signature is merged over columns.
    pub fn cell_below(&self, row: u32, column: usize) -> Cell<'_> {
        let region = self.region(row, column);
        let is_below = region.is_some_and(|region| region.left == column && region.top < row);
        if is_below { self.cell(row, column) } else { Cell::Empty }
    }

    /// Returns the region in which a cell lies.
    pub fn region(&self, row: u32, column: usize) -> Option<Merge> {
        self.region_at(row, column).map(|region| self.regions[region].merge)
    }

    /// Tells whether several rows or columns of the dataset share the value of a cell.
    pub fn is_shared(&self, row: u32, column: usize) -> bool {
        let region = self.region_at(row, column).and_then(|region| self.regions.get(region));
        region.is_some_and(|region| region.rows > 1 || region.columns > 1)
    }
}

fn has_any(row: &Row<'_>, columns: &BTreeSet<usize>) -> bool {
    row.filled().any(|(column, _)| columns.contains(&column))
}
