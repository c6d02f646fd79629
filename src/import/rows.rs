//! Turns the rows of a sheet into kinds: what is data, and what is title, group, total or signature.
//!
//! Only detail rows become data. A row that cannot be told apart counts as detail as long as data
//! follow it, so that a damaged row is complained about instead of being taken for a footer.

use std::sync::LazyLock;

use regex::Regex;

use super::footer::is_footer;
use super::header::{Header, Role};
use crate::contract::Contract;
use crate::source::{Cell, Row, Sheet, Unreadable};
use crate::vietnamese::fold::fold;
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

/// Gives every row of the sheet its kind.
pub fn classify_rows(sheet: &Sheet, header: &Header, contract: &Contract) -> Vec<RowKind> {
    let body = header.top + header.height;
    let mut kinds: Vec<RowKind> = sheet
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| match () {
            () if row.is_blank() => RowKind::Blank,
            () if index < header.top => RowKind::Preamble,
            () if index < body => RowKind::Header,
            () if index == body && is_column_numbers(row) => RowKind::ColumnNumbers,
            () => classify_body_row(sheet, index, header, contract),
        })
        .collect();
    settle_unclear_rows(sheet, &mut kinds);
    kinds
}

/// Rows taken for footer are footer only after the last row that is surely data, group or total.
fn settle_unclear_rows(sheet: &Sheet, kinds: &mut [RowKind]) {
    let is_body = |kind: &RowKind| matches!(kind, RowKind::Detail | RowKind::Total);
    let last = kinds.iter().rposition(is_body).unwrap_or(0);
    for (index, kind) in kinds.iter_mut().enumerate() {
        let texts = sheet.rows[index].cells.iter().filter(|cell| !cell.is_empty()).count();
        match kind {
            RowKind::Footer if index < last => {
                *kind = if texts == 1 { RowKind::Group } else { RowKind::Detail }
            }
            RowKind::Group if index > last => *kind = RowKind::Footer,
            _ => {}
        }
    }
}

fn classify_body_row(sheet: &Sheet, index: usize, header: &Header, contract: &Contract) -> RowKind {
    let row = &sheet.rows[index];
    if repeats_header(sheet, row, header) {
        RowKind::Header
    } else if is_total(row) {
        RowKind::Total
    } else if is_footer(row) {
        RowKind::Footer
    } else if is_group(sheet, row, header) {
        RowKind::Group
    } else if is_detail(row, header, contract) {
        RowKind::Detail
    } else {
        RowKind::Footer
    }
}

fn repeats_header(sheet: &Sheet, row: &Row, header: &Header) -> bool {
    let rows = &sheet.rows[header.top..header.top + header.height];
    rows.iter().any(|heading| {
        let width = heading.cells.len().max(row.cells.len());
        heading.cells.iter().filter(|cell| !cell.is_empty()).count() >= 2
            && (0..width).all(|column| heading.cell(column) == row.cell(column))
    })
}

/// `(1) (2) (3)`, `1 2 3`, `A B 1 2`, `(4)=(5)+(6)`: at least two, each number one more than the last.
fn is_column_numbers(row: &Row) -> bool {
    let marks: Vec<String> = row.cells.iter().filter(|cell| !cell.is_empty()).map(shown).collect();
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
pub(super) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number { value, .. } => {
            Decimal::from_f64(*value).map_or_else(|| value.to_string(), |number| number.to_string())
        }
        Cell::DateTime(time) => time.to_string(),
        Cell::Bool(value) => value.to_string(),
        Cell::Error(text)
        | Cell::Unreadable(Unreadable::LostLetters { text } | Unreadable::UnclearLetters { text }) => {
            text.clone()
        }
        Cell::Unreadable(Unreadable::NoResult) => "=".to_owned(),
    }
}

fn first_text(row: &Row) -> Option<&str> {
    row.cells.iter().find(|cell| !cell.is_empty())?.as_text()
}

/// `Tổng cộng`, `Tổng số: 141 hồ sơ`, `Cộng`, `TỔNG (I+II)`.
fn is_total(row: &Row) -> bool {
    let Some(text) = first_text(row) else { return false };
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
pub fn stated_count(row: &Row) -> Option<(usize, Decimal)> {
    let at = row.cells.iter().position(|cell| !cell.is_empty())?;
    let found = COUNT_AT_END.as_ref()?.captures(row.cell(at).as_text()?);
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

/// A group row: a Roman number or letter in the ordinal column, a heading across the table, or the
/// only text of its row.
fn is_group(sheet: &Sheet, row: &Row, header: &Header) -> bool {
    let filled: Vec<usize> = (0..row.cells.len()).filter(|column| !row.cell(*column).is_empty()).collect();
    let Some((first, others)) = filled.split_first() else { return false };
    let Some(text) = row.cell(*first).as_text() else { return false };
    let is_ordinal =
        header.columns.iter().any(|column| column.column == *first && column.role == Role::Ignored);
    if is_group_mark(text) {
        return is_ordinal && others.first().is_some_and(|next| row.cell(*next).as_text().is_some());
    }
    let is_wide = sheet.merges.iter().any(|merge| {
        merge.top == row.number
            && merge.left == *first
            && merge.right.saturating_sub(merge.left).saturating_mul(2) >= header.columns.len()
    });
    let only_numbers_follow = others.iter().all(|column| row.cell(*column).as_text().is_none());
    let is_marked = MARKED.as_ref().is_some_and(|shape| shape.is_match(text));
    (is_ordinal && (is_wide || is_marked) && only_numbers_follow) || (is_wide && others.is_empty())
}

/// A detail row has its key or its required cells; a row with an ordinal and other cells is one, too.
fn is_detail(row: &Row, header: &Header, contract: &Contract) -> bool {
    let is_key = |field: usize| {
        let column = &contract.columns[field];
        column.required || contract.primary_key.contains(&column.name)
    };
    let mut keys =
        header.columns.iter().filter(|column| matches!(column.role, Role::Field(f) if is_key(f))).peekable();
    if keys.peek().is_some() && keys.all(|column| !row.cell(column.column).is_empty()) {
        return true;
    }
    let mapped = header.columns.iter().filter(|column| column.role != Role::Ignored);
    let filled = mapped.clone().filter(|column| !row.cell(column.column).is_empty()).count();
    let has_ordinal = header.columns.first().is_some_and(|column| is_ordinal_number(row.cell(column.column)));
    (has_ordinal && filled >= 1) || filled * 2 >= mapped.count().max(3)
}

fn is_ordinal_number(cell: &Cell) -> bool {
    match cell {
        Cell::Number { value, .. } => value.fract() == 0.0 && *value > 0.0,
        Cell::Text(text) => {
            let bare = text.trim_end_matches(['.', ')']);
            !bare.is_empty() && bare.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        }
        _ => false,
    }
}

/// Reads the heading of a group row.
pub fn group_heading(row: &Row) -> Option<GroupHeading> {
    let mut texts = row.cells.iter().filter_map(Cell::as_text);
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
    use crate::source::{Cell, Row};

    fn row(texts: &[&str]) -> Row {
        Row { number: 1, cells: texts.iter().map(|text| Cell::text(text)).collect() }
    }

    #[test]
    fn a_group_heading_loses_its_mark_and_its_count() {
        for texts in
            [&["I", "Khoa học và công nghệ (18 hồ sơ)"][..], &["I. Khoa học và công nghệ: 18 hồ sơ"][..]]
        {
            let heading = group_heading(&row(texts)).unwrap();
            assert_eq!(heading.label, "Khoa học và công nghệ");
            assert_eq!(heading.count.unwrap().to_i64(), Some(18));
            assert_eq!(heading.level, 1);
        }
    }

    #[test]
    fn totals_are_words_and_not_beginnings_of_words() {
        for text in ["Tổng cộng: 149 hồ sơ", "Cộng", "TỔNG SỐ", "Tổng (I+II)"] {
            assert!(is_total(&row(&[text])), "{text}");
        }
        for text in ["Cộng đồng dân cư", "Tổng hợp kết quả", "Tổng cục Tiêu chuẩn"] {
            assert!(!is_total(&row(&[text])), "{text}");
        }
        assert_eq!(stated_count(&row(&["Tổng cộng: 1.149 hồ sơ"])).unwrap().1.to_i64(), Some(1149));
    }

    #[test]
    fn column_numbers_count_up_by_one() {
        assert!(is_column_numbers(&row(&["(1)", "(2)", "(3)"])));
        assert!(is_column_numbers(&row(&["A", "B", "1", "2", "3=1+2"])));
        assert!(!is_column_numbers(&row(&["1", "5", "7"])));
        assert!(!is_column_numbers(&row(&["1", "H41"])));
    }
}
