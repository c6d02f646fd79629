//! Turns what a reader found into rows that can be walked in blocks, as often as needed.
//!
//! Spreadsheets and printed pages are small enough to stay in memory, flat; delimited text stays
//! in its file and is read again, so that its length does not matter. Both are asked in the same way.

use std::borrow::Cow;

use super::Notes;
use super::block::Block;
use super::cell::Cell;
use super::delimited::Text;
use super::mend::Mending;
use crate::error::Result;

/// Rows of a block that lies in memory.
const BLOCK_ROWS: usize = 8192;

/// Bytes of a block that lies in memory.
const BLOCK_BYTES: usize = 4 << 20;

/// Blocks of a text that are looked at to find how it was written.
const SAMPLE_BLOCKS: usize = 16;

/// All rows of a sheet, empty ones between used ones included.
#[derive(Debug, Clone)]
pub struct Rows(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Blocks(Vec<Block>),
    Text(Text),
}

impl Default for Rows {
    fn default() -> Self {
        Self(Kept::Blocks(Vec::new()))
    }
}

impl From<Text> for Rows {
    fn from(text: Text) -> Self {
        Self(Kept::Text(text))
    }
}

impl Rows {
    /// Returns the number of blocks.
    pub fn blocks(&self) -> usize {
        match &self.0 {
            Kept::Blocks(blocks) => blocks.len(),
            Kept::Text(text) => text.blocks(),
        }
    }

    /// Tells whether the rows are delimited text, in which a stray delimiter shifts all cells behind it.
    pub fn is_text(&self) -> bool {
        matches!(self.0, Kept::Text(_))
    }

    /// Tells whether there are no rows at all.
    pub fn is_empty(&self) -> bool {
        self.blocks() == 0
    }

    /// Returns a block; every call gives the same rows.
    ///
    /// # Errors
    /// If the file cannot be read any more, or has changed since it was opened.
    pub fn block(&self, index: usize) -> Result<Cow<'_, Block>> {
        match &self.0 {
            Kept::Blocks(blocks) => Ok(blocks.get(index).map_or_else(Cow::default, Cow::Borrowed)),
            Kept::Text(text) => text.read_block(index).map(Cow::Owned),
        }
    }

    /// Takes a block back when nobody needs it any more, so that the next one needs no new memory.
    pub fn give_back(&self, block: Cow<'_, Block>) {
        if let (Kept::Text(text), Cow::Owned(block)) = (&self.0, block) {
            text.give_back(block);
        }
    }

    /// Returns up to `most` rows from the first used one on.
    ///
    /// # Errors
    /// Those of [`Rows::block`].
    pub fn head(&self, most: usize) -> Result<Block> {
        let mut head = Block::default();
        for index in 0..self.blocks() {
            let block = self.block(index)?;
            for row in block.rows() {
                if head.len() == most {
                    return Ok(head);
                }
                if !head.is_empty() || !row.is_blank() {
                    head.push_row(&row);
                }
            }
        }
        Ok(head)
    }
}

impl Rows {
    /// Returns the indices of blocks whose words show how the sheet was written: all, or some of a text.
    pub(super) fn sample(&self) -> Vec<usize> {
        let blocks = self.blocks();
        match &self.0 {
            Kept::Blocks(_) => (0..blocks).collect(),
            Kept::Text(_) if blocks <= SAMPLE_BLOCKS => (0..blocks).collect(),
            Kept::Text(_) => (0..SAMPLE_BLOCKS).map(|part| part * blocks / SAMPLE_BLOCKS).collect(),
        }
    }

    /// Mends what lies in memory, and tells a text how to mend what it reads.
    pub(super) fn mend(&mut self, mending: Mending, notes: &mut Notes) {
        match &mut self.0 {
            Kept::Blocks(blocks) => blocks.iter_mut().for_each(|block| mending.mend(block, notes)),
            Kept::Text(text) => text.mend_with(mending),
        }
    }
}

/// Collects the rows of a sheet that is read as a whole.
#[derive(Debug, Default)]
pub(super) struct RowsBuilder {
    blocks: Vec<Block>,
    open: Block,
    number: Option<u32>,
    width: usize,
    /// Cells that came after cells of a later place.
    late: Block,
    late_columns: Vec<usize>,
}

impl RowsBuilder {
    /// Puts a cell at a 1-based row number and a 0-based column.
    pub(super) fn put(&mut self, number: u32, column: usize, cell: Cell<'_>) {
        if cell.is_empty() {
            return;
        }
        let first = *self.number.get_or_insert(number);
        if number < first || (number == first && column < self.width) {
            self.late.push(cell);
            self.late.end_row(number);
            self.late_columns.push(column);
            return;
        }
        self.end_rows(number);
        while self.width < column {
            self.open.push(Cell::Empty);
            self.width += 1;
        }
        self.open.push(cell);
        self.width += 1;
    }

    /// Ends the rows above `number`, blank ones included.
    fn end_rows(&mut self, number: u32) {
        while let Some(open) = self.number.filter(|open| *open < number) {
            self.open.end_row(open);
            self.width = 0;
            self.number = Some(open + 1);
            if self.open.len() >= BLOCK_ROWS || self.open.size() >= BLOCK_BYTES {
                self.end_block();
            }
        }
    }

    fn end_block(&mut self) {
        // A sheet lies in memory as a whole, so room that was taken ahead would add up.
        self.blocks.push(self.open.clone());
        self.open.clear();
    }

    /// Returns the rows; the error is the address of two cells.
    pub(super) fn finish(mut self) -> Result<Rows, (u32, usize)> {
        if let Some(number) = self.number {
            self.open.end_row(number);
        }
        self.end_block();
        if !self.late_columns.is_empty() {
            return self.sort();
        }
        self.blocks.retain(|block| !block.is_empty());
        Ok(Rows(Kept::Blocks(self.blocks)))
    }

    /// Builds the rows again with the cells that came out of order in their places.
    fn sort(self) -> Result<Rows, (u32, usize)> {
        let early = self.blocks.iter().flat_map(Block::rows);
        let early = early.flat_map(|row| row.filled().map(move |(column, cell)| (row.number, column, cell)));
        let late =
            self.late.rows().zip(&self.late_columns).map(|(row, column)| (row.number, *column, row.cell(0)));
        let mut cells: Vec<(u32, usize, Cell<'_>)> = early.chain(late).collect();
        cells.sort_by_key(|(number, column, _)| (*number, *column));
        let address = |cell: &(u32, usize, Cell<'_>)| (cell.0, cell.1);
        let twice = cells.iter().zip(cells.iter().skip(1)).find(|(one, next)| address(one) == address(next));
        if let Some((one, _)) = twice {
            return Err(address(one));
        }
        let mut sorted = Self::default();
        for (number, column, cell) in cells {
            sorted.put(number, column, cell);
        }
        sorted.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Rows, RowsBuilder};

    fn rows(cells: &[(u32, usize, &str)]) -> Rows {
        let mut builder = RowsBuilder::default();
        for (number, column, text) in cells {
            builder.put(*number, *column, Cell::text(text));
        }
        builder.finish().unwrap()
    }

    fn shown(rows: &Rows) -> Vec<String> {
        let block = rows.head(100).unwrap();
        let show = |cell: Cell<'_>| cell.as_text().unwrap_or("_").to_owned();
        block
            .rows()
            .map(|row| format!("{} {}", row.number, row.cells().map(show).collect::<String>()))
            .collect()
    }

    #[test]
    fn rows_between_used_rows_are_kept_as_blank() {
        assert_eq!(shown(&rows(&[(3, 0, "a"), (5, 2, "b")])), ["3 a", "4 ", "5 __b"]);
    }

    #[test]
    fn cells_out_of_order_come_to_their_places() {
        assert_eq!(shown(&rows(&[(5, 2, "b"), (3, 0, "a"), (5, 0, "c")])), ["3 a", "4 ", "5 c_b"]);
        let mut builder = RowsBuilder::default();
        for (number, column) in [(5, 2), (3, 0), (5, 2)] {
            builder.put(number, column, Cell::text("x"));
        }
        assert_eq!(builder.finish().unwrap_err(), (5, 2));
    }
}
