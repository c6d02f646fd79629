//! Turns the rows of a sheet into kinds: what is data, and what is title, group, total or signature.
//!
//! Only detail rows become data. A row that cannot be told apart counts as detail as long as data
//! follow it, so that a damaged row is complained about instead of being taken for a footer. The
//! look of a row never depends on other rows, so that blocks can be classified in any order.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::footer::is_footer;
use super::header::{Header, Role};
use super::merged::Merged;
use crate::contract::Contract;
use crate::source::{Block, Cell, Merge, Row, Unreadable};
use crate::vietnamese::fold::{fold, may_begin_with};
use crate::vietnamese::numbers::Decimal;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Title block, period and unit lines above the header.
    Preamble,
    /// A fully empty row.
    Blank,
    /// A row of the header, also where a page repeats it.
    Header,
    /// The row `(1) (2) (3) …` under the header.
    ColumnNumbers,
    /// A heading inside the data, often with a sub-total.
    Group,
    /// A record.
    Detail,
    /// A total, which is checked and not stored.
    Total,
    /// Date line, signatures, notes.
    Footer,
}

impl RowKind {
    /// Returns the name that provenance and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preamble => "preamble",
            Self::Blank => "blank",
            Self::Header => "header",
            Self::ColumnNumbers => "column_numbers",
            Self::Group => "group",
            Self::Detail => "detail",
            Self::Total => "total",
            Self::Footer => "footer",
        }
    }
}

/// What a group row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHeading {
    /// 0 for `A`, 1 for `I`, 2 for a heading without a mark.
    pub level: u8,
    /// The words, without mark and count.
    pub label: String,
    /// The count in `(66 hồ sơ)` or `: 52 hồ sơ`.
    pub count: Option<Decimal>,
}

static ROMAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:X{0,3}(?:IX|IV|V?I{0,3}))[.)]?$").ok());
static MARKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<mark>[IVX]+|[A-ZĐ])\s*[.)\-–/:]\s*(?P<rest>\S.*)$").ok());
static COUNT_AT_END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?P<label>.*?)\s*(?:\(\s*(?P<a>\d[\d.]*)\s*[^()\d]*\)|:\s*(?P<b>\d[\d.]*)\s*[^\d]*)$").ok()
});
static NUMBERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\(?(?:\d{1,3}|[A-Z])\)?(?:\s*=.*)?$").ok());

/// Tells the kinds of the rows of one sheet.
#[derive(Debug)]
pub struct Classifier {
    /// Numbers of the first and the last row of the header.
    header: (u32, u32),
    /// The rows of the header that a page may repeat.
    headings: Block,
    /// The row of column numbers, which a page may repeat, too.
    numbers: Option<Block>,
    /// Columns that a detail row must fill: the key and the required ones.
    keys: Vec<usize>,
    /// Columns that the contract claims.
    mapped: Vec<usize>,
    /// Columns with a heading that the contract does not claim.
    ignored: Vec<usize>,
    /// The first column with a heading.
    first: Option<usize>,
    /// Number of columns with a heading.
    width: usize,
    /// The last columns of merged regions, by the place where they begin.
    merges: HashMap<(u32, usize), usize>,
    merged: Merged,
}

impl Classifier {
    /// Prepares the classification of a sheet whose upper rows are `head`.
    pub fn new(head: &Block, merges: &[Merge], header: &Header, contract: &Contract, merged: Merged) -> Self {
        let is_key = |role: &Role| {
            let Role::Field(field) = role else { return false };
            let column = &contract.columns[*field];
            column.required || contract.primary_key.contains(&column.name)
        };
        let columns = |is_meant: &dyn Fn(&Role) -> bool| {
            let meant = header.columns.iter().filter(|column| is_meant(&column.role));
            meant.map(|column| column.column).collect()
        };
        let body = header.top + header.height;
        let mut headings = Block::default();
        for row in (header.top..body).map(|index| head.row(index)).filter(|row| row.filled().count() >= 2) {
            headings.push_row(&row);
        }
        Self {
            header: (head.row(header.top).number, head.row(body - 1).number),
            headings,
            numbers: read_numbers(head, body),
            keys: columns(&is_key),
            mapped: columns(&|role| *role != Role::Ignored),
            ignored: columns(&|role| *role == Role::Ignored),
            first: header.columns.first().map(|column| column.column),
            width: header.columns.len(),
            merges: merges.iter().map(|merge| ((merge.top, merge.left), merge.right)).collect(),
            merged,
        }
    }

    /// Returns the numbers of the first and the last row of the header.
    pub fn header_rows(&self) -> (u32, u32) {
        self.header
    }

    /// Returns the merged regions of the body.
    pub fn merged(&self) -> &Merged {
        &self.merged
    }

    /// Tells what a row looks like by itself; see [`settle`] for what it is.
    pub fn look_at(&self, row: &Row<'_>) -> RowKind {
        match () {
            () if row.is_blank() => RowKind::Blank,
            () if row.number < self.header.0 => RowKind::Preamble,
            () if row.number <= self.header.1 => RowKind::Header,
            () if self.repeats_numbers(row) => RowKind::ColumnNumbers,
            () if self.repeats_header(row) => RowKind::Header,
            () if is_total(row) => RowKind::Total,
            () if is_footer(row) => RowKind::Footer,
            () if self.is_group(row) => RowKind::Group,
            () if self.is_detail(row) => RowKind::Detail,
            () => RowKind::Footer,
        }
    }

    fn repeats_numbers(&self, row: &Row<'_>) -> bool {
        let numbers = self.numbers.as_ref().map(|numbers| numbers.row(0));
        numbers.is_some_and(|numbers| {
            (0..numbers.width().max(row.width())).all(|column| numbers.cell(column) == row.cell(column))
        })
    }

    fn repeats_header(&self, row: &Row<'_>) -> bool {
        self.headings.rows().any(|heading| {
            (0..heading.width().max(row.width()))
                .all(|column| is_same(heading.cell(column), row.cell(column)))
        })
    }

    /// A group row: a Roman number or letter in the ordinal column, a heading across the table, or
    /// the only text of its row.
    fn is_group(&self, row: &Row<'_>) -> bool {
        let mut filled = row.filled();
        let Some((first, cell)) = filled.next() else { return false };
        let Some(text) = cell.as_text() else { return false };
        let is_ordinal = self.ignored.contains(&first);
        if is_group_mark(text) {
            return is_ordinal && filled.next().is_some_and(|(_, next)| next.as_text().is_some());
        }
        let mut others = filled.peekable();
        let is_alone = others.peek().is_none();
        let only_numbers_follow = others.all(|(_, cell)| cell.as_text().is_none());
        if !only_numbers_follow || !(is_ordinal || is_alone) {
            return false;
        }
        let right = self.merges.get(&(row.number, first));
        let is_wide = right.is_some_and(|right| right.saturating_sub(first).saturating_mul(2) >= self.width);
        let is_marked = || MARKED.as_ref().is_some_and(|shape| shape.is_match(text));
        (is_wide && is_alone) || (is_ordinal && (is_wide || is_marked()))
    }

    /// A detail row has its key or its required cells; a row with an ordinal and other cells is one, too.
    fn is_detail(&self, row: &Row<'_>) -> bool {
        let cell = |column: usize| match row.cell(column) {
            Cell::Empty => self.merged.cell_below(row.number, column),
            cell => cell,
        };
        let is_filled = |column: &&usize| !cell(**column).is_empty();
        if !self.keys.is_empty() && self.keys.iter().all(|column| is_filled(&column)) {
            return true;
        }
        let filled = self.mapped.iter().filter(is_filled).count();
        let has_ordinal = self.first.is_some_and(|column| is_ordinal_number(cell(column)));
        (has_ordinal && filled >= 1) || filled * 2 >= self.mapped.len().max(3)
    }
}

/// Tells what a row is, from its look and from whether data or totals come after it.
///
/// What looks like a footer is one only after the last of them; above, it is a heading if it is one
/// text alone, and else a damaged row of data.
pub fn settle(look: RowKind, row: &Row<'_>, is_followed: bool) -> RowKind {
    match look {
        RowKind::Footer if is_followed && row.filled().count() == 1 => RowKind::Group,
        RowKind::Footer if is_followed => RowKind::Detail,
        RowKind::Group if !is_followed => RowKind::Footer,
        look => look,
    }
}

/// Compares headings, in which a page may write blanks, line breaks and capitals in another way.
fn is_same(heading: Cell<'_>, cell: Cell<'_>) -> bool {
    match (heading, cell) {
        (Cell::Text(heading), Cell::Text(cell)) => {
            let first = |text: &str| text.chars().next().map(|letter| letter.to_lowercase().next());
            heading == cell || (first(heading) == first(cell) && fold(heading) == fold(cell))
        }
        (heading, cell) => heading == cell,
    }
}

/// Returns the row under the header if it numbers the columns.
fn read_numbers(head: &Block, body: usize) -> Option<Block> {
    let row = (body < head.len()).then(|| head.row(body)).filter(is_column_numbers)?;
    let mut numbers = Block::default();
    numbers.push_row(&row);
    Some(numbers)
}

/// `(1) (2) (3)`, `1 2 3`, `A B 1 2`, `(4)=(5)+(6)`: at least two, each number one more than the last.
fn is_column_numbers(row: &Row<'_>) -> bool {
    let marks: Vec<Cow<'_, str>> = row.filled().map(|(_, cell)| shown(cell)).collect();
    let Some(shape) = NUMBERED.as_ref() else { return false };
    let numbers: Vec<u32> = marks
        .iter()
        .filter_map(|mark| {
            let digits = mark.trim_start_matches('(').split(|letter: char| !letter.is_ascii_digit()).next();
            digits?.parse().ok()
        })
        .collect();
    marks.len() >= 2
        && marks.iter().all(|mark| shape.is_match(mark))
        && numbers.len() >= 2
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Returns the text of a cell as a person sees it.
pub(super) fn shown(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Unreadable(Unreadable::NoResult, _) => Cow::Borrowed("="),
        Cell::Text(text) | Cell::Error(text) | Cell::Unreadable(_, text) => Cow::Borrowed(text),
        Cell::Number { value, .. } => {
            Decimal::from_f64(value).map_or_else(|| value.to_string(), |number| number.to_string()).into()
        }
        Cell::DateTime(time) => time.to_string().into(),
        Cell::Bool(value) => value.to_string().into(),
    }
}

/// `Tổng cộng`, `Tổng số: 141 hồ sơ`, `Cộng`, `TỔNG (I+II)`.
fn is_total(row: &Row<'_>) -> bool {
    let Some(text) = row.filled().next().and_then(|(_, cell)| cell.as_text()) else { return false };
    if !may_begin_with(text, &['t', 'c']) {
        return false;
    }
    let folded = fold(text);
    let mut words = folded.split(' ');
    match (words.next(), words.next()) {
        (Some("tong"), Some("cong" | "so")) | (Some("cong" | "tong"), None) => true,
        (Some("cong" | "tong"), Some(next)) => {
            next.starts_with(|first: char| first.is_ascii_digit()) || is_roman(next)
        }
        _ => false,
    }
}

/// Returns the count that a total row states: in its words, or alone in the next cell.
pub fn stated_count(row: &Row<'_>) -> Option<(usize, Decimal)> {
    let (at, cell) = row.filled().next()?;
    let found = COUNT_AT_END.as_ref()?.captures(cell.as_text()?);
    found.and_then(|found| captured_count(&found)).map(|count| (at, count))
}

fn captured_count(found: &regex::Captures<'_>) -> Option<Decimal> {
    let digits = found.name("a").or_else(|| found.name("b"))?.as_str();
    Some(Decimal::new(digits.replace('.', "").parse().ok()?, 0))
}

fn is_roman(text: &str) -> bool {
    let text = text.trim().to_uppercase();
    !text.trim_end_matches(['.', ')']).is_empty() && ROMAN.as_ref().is_some_and(|shape| shape.is_match(&text))
}

fn is_group_mark(text: &str) -> bool {
    let bare = text.trim().trim_end_matches(['.', ')']);
    let mut letters = bare.chars();
    let single = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    single || (bare.chars().all(char::is_uppercase) && is_roman(bare))
}

fn is_ordinal_number(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number { value, .. } => value.fract() == 0.0 && value > 0.0,
        Cell::Text(text) => {
            let bare = text.trim_end_matches(['.', ')']);
            !bare.is_empty() && bare.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        }
        _ => false,
    }
}

/// Reads the heading of a group row.
pub fn group_heading(row: &Row<'_>) -> Option<GroupHeading> {
    let mut texts = row.cells().filter_map(Cell::as_text);
    let first = texts.next()?;
    let (mark, words) = if is_group_mark(first) {
        (Some(first.to_owned()), texts.next()?.to_owned())
    } else {
        match MARKED.as_ref().and_then(|shape| shape.captures(first)) {
            Some(found) => (Some(found["mark"].to_owned()), found["rest"].to_owned()),
            None => (None, first.to_owned()),
        }
    };
    let level = mark.map_or(2, |mark| u8::from(is_roman(&mark)));
    let counted = COUNT_AT_END.as_ref().and_then(|shape| shape.captures(&words));
    let (label, count) = match &counted {
        Some(found) => (found["label"].trim().to_owned(), captured_count(found)),
        None => (words.trim().to_owned(), None),
    };
    Some(GroupHeading { level, label, count })
}

#[cfg(test)]
mod tests {
    use super::{group_heading, is_column_numbers, is_total, stated_count};
    use crate::source::Block;

    fn row(texts: &[&str]) -> Block {
        Block::of_texts(&[texts])
    }

    #[test]
    fn a_group_heading_loses_its_mark_and_its_count() {
        for texts in
            [&["I", "Khoa học và công nghệ (18 hồ sơ)"][..], &["I. Khoa học và công nghệ: 18 hồ sơ"][..]]
        {
            let heading = group_heading(&row(texts).row(0)).unwrap();
            assert_eq!(heading.label, "Khoa học và công nghệ");
            assert_eq!(heading.count.unwrap().to_i64(), Some(18));
            assert_eq!(heading.level, 1);
        }
    }

    #[test]
    fn totals_are_words_and_not_beginnings_of_words() {
        for text in ["Tổng cộng: 149 hồ sơ", "Cộng", "TỔNG SỐ", "Tổng (I+II)"] {
            assert!(is_total(&row(&[text]).row(0)), "{text}");
        }
        for text in ["Cộng đồng dân cư", "Tổng hợp kết quả", "Tổng cục Tiêu chuẩn"] {
            assert!(!is_total(&row(&[text]).row(0)), "{text}");
        }
        assert_eq!(stated_count(&row(&["Tổng cộng: 1.149 hồ sơ"]).row(0)).unwrap().1.to_i64(), Some(1149));
    }

    #[test]
    fn column_numbers_count_up_by_one() {
        assert!(is_column_numbers(&row(&["(1)", "(2)", "(3)"]).row(0)));
        assert!(is_column_numbers(&row(&["A", "B", "1", "2", "3=1+2"]).row(0)));
        assert!(!is_column_numbers(&row(&["1", "5", "7"]).row(0)));
        assert!(!is_column_numbers(&row(&["1", "H41"]).row(0)));
    }
}
