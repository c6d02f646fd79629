//! Turns the upper rows of a sheet into its header: where it stands and which column is which field.
//!
//! Printed forms stand between a title block and signatures, and their headers have up to four
//! merged rows, so nothing is assumed about the place: the rows under which most of the contract's
//! columns are recognised are the header.

use std::collections::HashMap;

use crate::contract::{Column, Contract, ValueSource};
use crate::source::{Block, Cell, Merge, Unreadable};
use crate::vietnamese::fold::fold;

/// A header may start this many rows below the first used one.
const FURTHEST: usize = 100;

/// Printed headers have at most this many rows.
const MOST_ROWS: usize = 4;

/// Rows among which the header stands, with the one below it.
pub const HEAD_ROWS: usize = FURTHEST + MOST_ROWS + 1;

/// Where the header stands and what its columns are.
#[derive(Debug, Clone)]
pub struct Header {
    /// Index of its first row in the sheet.
    pub top: usize,
    /// Number of its rows.
    pub height: usize,
    /// All columns of the sheet that have a heading.
    pub columns: Vec<SourceColumn>,
}

/// One column of an export.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// 0-based place in the sheet.
    pub column: usize,
    /// Its headings from the top row down: `["Thời hạn", "Nhận hồ sơ"]`.
    pub path: Vec<String>,
    /// What becomes of it.
    pub role: Role,
    rank: usize,
}

/// What becomes of a column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It is the contract's column with this index.
    Field(usize),
    /// It is a value of a wide table: the category it stands under, and the contract's column.
    Block {
        /// Code of the category.
        category: String,
        /// Index of the contract's column.
        field: usize,
    },
    /// No column of the contract claims it.
    Ignored,
}

impl SourceColumn {
    /// Returns the headings as one text.
    pub fn heading(&self) -> String {
        self.path.join(" → ")
    }

    /// Tells whether a column of the contract was recognised here, and better elsewhere.
    pub fn is_outdone(&self) -> bool {
        self.role == Role::Ignored && self.rank > 0
    }
}

impl Header {
    /// Returns the place of the contract's column `field`, within the block of `category` if it repeats.
    pub fn place_of(&self, field: usize, category: Option<&str>) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| match &column.role {
            Role::Field(found) => *found == field,
            Role::Block { category: found, field: other } => *other == field && category == Some(found),
            Role::Ignored => false,
        })
    }

    /// Returns the categories of the blocks of a wide table, from left to right.
    pub fn blocks(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for column in &self.columns {
            if let Role::Block { category, .. } = &column.role
                && !found.contains(&category.as_str())
            {
                found.push(category);
            }
        }
        found
    }

    /// Counts the recognised columns. Two headings of one column count once: the row below tells them apart.
    pub fn recognised(&self) -> usize {
        let claimed = |column: &&SourceColumn| column.role != Role::Ignored;
        let is_first = |(index, column): &(usize, &SourceColumn)| {
            !self.columns.iter().take(*index).any(|earlier| earlier.role == column.role)
        };
        self.columns.iter().enumerate().filter(is_first).map(|(_, column)| column).filter(claimed).count()
    }
}

/// The headings of a contract, folded for comparison.
pub struct Dictionary<'a> {
    contract: &'a Contract,
    headings: HashMap<String, usize>,
}

impl<'a> Dictionary<'a> {
    /// Collects the aliases, titles and names of the columns.
    pub fn new(contract: &'a Contract) -> Self {
        let mut headings = HashMap::new();
        let columns = || contract.columns.iter().enumerate().filter(|(_, column)| column.cell_of.is_none());
        for (index, column) in columns() {
            for alias in &column.aliases {
                headings.entry(fold(alias)).or_insert(index);
            }
        }
        for (index, column) in columns() {
            headings.entry(fold(&column.title)).or_insert(index);
            headings.entry(fold(&column.name)).or_insert(index);
        }
        Self { contract, headings }
    }

    /// Recognises a path of headings; a longer match has a higher rank.
    fn recognise(&self, path: &[String]) -> (Role, usize) {
        let Some((leaf, above)) = path.split_last() else { return (Role::Ignored, 0) };
        if let Some(role) = self.recognise_block(leaf, above) {
            return (role, path.len());
        }
        for start in 0..path.len() {
            let found = [leaf.as_str(), without_suffix(leaf)].into_iter().find_map(|leaf| {
                let upper = path.get(start..path.len() - 1)?.iter().map(String::as_str);
                let words: Vec<&str> = upper.chain([leaf]).collect();
                self.headings.get(&fold(&words.join(" "))).copied()
            });
            if let Some(field) = found {
                return (Role::Field(field), path.len() - start);
            }
        }
        (Role::Ignored, 0)
    }

    fn recognise_block(&self, leaf: &str, above: &[String]) -> Option<Role> {
        let unpivot = self.contract.unpivot.as_ref()?;
        let categories = &self.contract.column(&unpivot.column)?.categories;
        let category = above.iter().find_map(|heading| {
            let keys = [fold(heading), fold(without_suffix(heading))];
            let is_meant = |spelling: &String| keys.contains(&fold(spelling));
            categories
                .iter()
                .find(|(_, spellings)| spellings.iter().any(is_meant))
                .map(|(code, _)| code.clone())
        })?;
        let keys = [fold(leaf), fold(without_suffix(leaf))];
        let field = *keys.iter().find_map(|key| self.headings.get(key))?;
        let repeats = unpivot.values.contains(&self.contract.columns.get(field)?.name);
        repeats.then_some(Role::Block { category, field })
    }
}

/// Drops a unit or remark in brackets from the end of a heading: `Lệ phí (đồng)` is `Lệ phí`.
pub(super) fn without_suffix(heading: &str) -> &str {
    let trimmed = heading.trim_end();
    trimmed
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .map_or(trimmed, |(before, _)| before.trim_end())
}

/// Finds the header: the rows under which most columns are recognised, and as few rows as possible.
pub fn find_header(head: &Block, merges: &[Merge], dictionary: &Dictionary<'_>) -> Option<Header> {
    let mut best: Option<Header> = None;
    for top in 0..head.len().min(FURTHEST) {
        for height in 1..=MOST_ROWS.min(head.len() - top) {
            if head.row(top).is_blank() || head.row(top + height - 1).is_blank() {
                continue;
            }
            let header = read_header(head, merges, dictionary, top, height);
            let is_better = best
                .as_ref()
                .is_none_or(|best| (header.recognised(), best.height) > (best.recognised(), header.height));
            if header.recognised() > 0 && is_better {
                best = Some(header);
            }
        }
    }
    best
}

fn read_header(
    head: &Block,
    merges: &[Merge],
    dictionary: &Dictionary<'_>,
    top: usize,
    height: usize,
) -> Header {
    let paths = heading_paths(head, merges, top, height);
    let mut columns: Vec<SourceColumn> = paths
        .into_iter()
        .enumerate()
        .filter(|(_, path)| !path.is_empty())
        .map(|(column, path)| {
            let (role, rank) = dictionary.recognise(&path);
            SourceColumn { column, path, role, rank }
        })
        .collect();
    drop_weaker_claims(&mut columns);
    Header { top, height, columns }
}

/// Where a full path and a bare heading claim the same field, the full path has it.
fn drop_weaker_claims(columns: &mut [SourceColumn]) {
    let claims: Vec<(Role, usize)> =
        columns.iter().map(|column| (column.role.clone(), column.rank)).collect();
    for column in columns.iter_mut() {
        if claims.iter().any(|(role, rank)| *role == column.role && *rank > column.rank) {
            column.role = Role::Ignored;
        }
    }
}

/// Reads the headings above each column, merged cells filled in, repeated ones dropped.
pub(super) fn heading_paths(head: &Block, merges: &[Merge], top: usize, height: usize) -> Vec<Vec<String>> {
    let rows = || (top..top + height).map(|index| head.row(index));
    let width = rows().map(|row| row.width()).max().unwrap_or(0);
    let mut grid: Vec<Vec<String>> = rows()
        .map(|row| {
            let texts = (0..width).map(|column| heading_text(row.cell(column)));
            texts.collect()
        })
        .collect();
    fill_merges(merges, head.row(top).number, &mut grid);
    if merges.is_empty() {
        fill_rightwards(&mut grid);
    }
    (0..width)
        .map(|column| {
            let mut path: Vec<String> = Vec::new();
            for text in grid.iter().filter_map(|row| row.get(column)).filter(|text| !text.is_empty()) {
                if path.last() != Some(text) {
                    path.push(text.clone());
                }
            }
            path
        })
        .collect()
}

/// A heading whose letters are lost is still shown to those who ask what stands there.
fn heading_text(cell: Cell<'_>) -> String {
    let text = match cell {
        Cell::Text(text) | Cell::Unreadable(Unreadable::LostLetters, text) => text,
        _ => "",
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fill_merges(merges: &[Merge], first: u32, grid: &mut [Vec<String>]) {
    let last = first.saturating_add(u32::try_from(grid.len()).unwrap_or(0)).saturating_sub(1);
    for Merge { top, bottom, left, right } in merges.iter().copied() {
        if top < first || top > last {
            continue;
        }
        let source =
            grid.get((top - first) as usize).and_then(|row| row.get(left)).cloned().unwrap_or_default();
        for number in top..=bottom.min(last) {
            let Some(row) = grid.get_mut((number - first) as usize) else { continue };
            row.iter_mut().take(right.saturating_add(1)).skip(left).for_each(|cell| cell.clone_from(&source));
        }
    }
}

/// Text formats have no merged cells: a heading there reaches to the next one in its row.
fn fill_rightwards(grid: &mut [Vec<String>]) {
    for upper in 0..grid.len().saturating_sub(1) {
        for column in 1..grid[upper].len() {
            let has_lower = grid.iter().skip(upper + 1).any(|row| !row[column].is_empty());
            if grid[upper][column].is_empty() && has_lower {
                let left = grid[upper][column - 1].clone();
                grid[upper][column] = left;
            }
        }
    }
}

/// Lists the fields that a header must have and lacks.
pub fn missing_fields<'a>(contract: &'a Contract, header: &Header) -> Vec<&'a str> {
    let blocks = header.blocks();
    let has = |name: &str| {
        let Some(field) = contract.columns.iter().position(|column| column.name == name) else {
            return false;
        };
        let column = &contract.columns[field];
        let unpivoted = contract.unpivot.as_ref().is_some_and(|unpivot| unpivot.column == name);
        header.place_of(field, None).is_some()
            || (unpivoted && !blocks.is_empty())
            || blocks.iter().any(|block| header.place_of(field, Some(block)).is_some())
            || matches!(column.from, Some(ValueSource::GroupRow | ValueSource::Preamble))
    };
    needed_columns(contract).map(|column| column.name.as_str()).filter(|name| !has(name)).collect()
}

/// Lists the columns without which a table is not the dataset: the required ones and the key.
pub fn needed_columns(contract: &Contract) -> impl Iterator<Item = &Column> {
    contract.columns.iter().filter(|column| {
        column.cell_of.is_none() && (column.required || contract.primary_key.contains(&column.name))
    })
}

/// Takes its claim from a column under a heading that is merged over others, if nothing stands in it.
///
/// Report designers spread a heading and its cells over several columns of the sheet.
pub fn release_empty_claims(header: &mut Header, is_empty: impl Fn(usize) -> bool) {
    let claims: Vec<(usize, Vec<String>, Role)> = header
        .columns
        .iter()
        .map(|column| (column.column, column.path.clone(), column.role.clone()))
        .collect();
    for column in header.columns.iter_mut().filter(|column| column.role != Role::Ignored) {
        let is_twin = |(at, path, role): &(usize, Vec<String>, Role)| {
            *at != column.column && *path == column.path && *role == column.role
        };
        let has_filled_twin = || claims.iter().any(|claim| is_twin(claim) && !is_empty(claim.0));
        if is_empty(column.column) && has_filled_twin() {
            column.role = Role::Ignored;
        }
    }
}

/// Finds a field that two columns of an export claim with equal right, with their headings.
pub fn contested_field(header: &Header) -> Option<(usize, Vec<String>)> {
    header.columns.iter().find_map(|column| {
        let (Role::Field(field) | Role::Block { field, .. }) = &column.role else { return None };
        let rivals: Vec<String> = header
            .columns
            .iter()
            .filter(|other| other.role == column.role)
            .map(|other| format!("{} ({})", other.heading(), crate::source::column_letters(other.column)))
            .collect();
        (rivals.len() > 1).then_some((*field, rivals))
    })
}

#[cfg(test)]
mod tests {
    use super::{Dictionary, find_header};
    use crate::contract::parse_contract;
    use crate::source::{Block, Merge};

    #[test]
    fn a_heading_over_two_columns_is_told_apart_by_the_row_below() {
        let contract = "title = \"t\"\nprimary_key = [\"code\"]\n\
            [[columns]]\nname = \"code\"\ntitle = \"Mã TTHC\"\ntype = \"text\"\n\
            [[columns]]\nname = \"name\"\ntitle = \"Tên TTHC\"\naliases = [\"Thủ tục\"]\ntype = \"text\"\n";
        let contract = parse_contract("t", "t.toml", contract).unwrap();
        let head = Block::of_texts(&[&["Thủ tục"], &["Mã TTHC", "Tên TTHC"], &["1.000001", "x"]]);
        let merges = [Merge { top: 1, bottom: 1, left: 0, right: 1 }];
        let header = find_header(&head, &merges, &Dictionary::new(&contract)).unwrap();
        assert_eq!((header.top, header.height), (1, 1));
        assert_eq!(header.place_of(1, None).unwrap().column, 1);
    }
}
