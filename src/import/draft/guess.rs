//! Turns all cells of a column into the type that fits every one of them.
//!
//! A type that fits most cells is a wrong type; where cells disagree the column is text, and an
//! analyst who knows better says so in the contract.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::super::marker::is_marker;
use super::super::rows::shown;
use super::names::{is_code, is_money, is_year, unit_in};
use crate::source::{Cell, Shown};
use crate::vietnamese::dates::parse_date_time;
use crate::vietnamese::numbers::{Decimal, Marks, parse_number};

/// A type with what a contract says about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// A type by its name in contracts, with the unit and the words for "no value".
    Plain { name: &'static str, unit: Option<String>, missing: Vec<String> },
    /// One of these spellings.
    Category(Vec<String>),
}

/// More different texts than this are no categories.
const MOST_CATEGORIES: usize = 12;

/// A spelling that stands in fewer rows than this on average is no category.
const LEAST_ROWS_EACH: u64 = 3;

/// Longer texts are no spellings of a category.
const LONGEST_SPELLING: usize = 60;

/// More values than this are not compared for a key.
const MOST_VALUES: usize = 2_000_000;

/// Numbers with more digits are codes.
const MOST_DIGITS: usize = 11;

/// What the cells of a column show.
#[derive(Debug, Default)]
pub(super) struct Guess {
    filled: u64,
    empty: u64,
    dates: u64,
    times: u64,
    numbers: u64,
    decimals: u64,
    percents: u64,
    years: u64,
    codes: u64,
    units: IndexMap<String, u64>,
    markers: IndexMap<String, u64>,
    spellings: IndexMap<String, u64>,
    seen: HashSet<u64>,
    repeats: bool,
}

impl Guess {
    /// Looks at one cell.
    pub(super) fn see(&mut self, cell: &Cell) {
        if cell.is_empty() {
            self.empty += 1;
            return;
        }
        let text = shown(cell);
        self.see_value(&text);
        if is_marker(cell) {
            *self.markers.entry(text).or_default() += 1;
            return;
        }
        self.filled += 1;
        match cell {
            Cell::DateTime(time) => self.see_date(time.time() != chrono::NaiveTime::MIN),
            Cell::Number { value, shown } => self.see_number(*value, *shown),
            Cell::Text(text) => self.see_text(text),
            _ => self.codes += 1,
        }
    }

    /// Keeps what shows whether the column is a key or a category.
    fn see_value(&mut self, text: &str) {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        // Fixed keys, so that the same export always gives the same draft.
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        if self.seen.len() >= MOST_VALUES || !self.seen.insert(hash) {
            self.repeats = true;
        }
        if self.spellings.len() <= MOST_CATEGORIES || self.spellings.contains_key(text) {
            *self.spellings.entry(text.to_owned()).or_default() += 1;
        }
    }

    fn see_date(&mut self, has_time: bool) {
        self.dates += 1;
        self.times += u64::from(has_time);
    }

    fn see_number(&mut self, value: f64, shown: Shown) {
        self.numbers += 1;
        self.percents += u64::from(shown == Shown::Percent);
        self.decimals += u64::from(value.fract() != 0.0);
        self.years += u64::from((1990.0..2100.0).contains(&value));
        let digits = Decimal::from_f64(value).map_or(0, |number| number.to_string().len());
        self.codes += u64::from(digits > MOST_DIGITS);
    }

    fn see_text(&mut self, text: &str) {
        if let Some(time) = parse_date_time(text) {
            return self.see_date(time.time() != chrono::NaiveTime::MIN);
        }
        let Some(typed) = parse_number(text) else { return };
        self.numbers += 1;
        self.percents += u64::from(typed.percent);
        let whole = typed.value.to_i64();
        self.decimals += u64::from(whole.is_none());
        self.years += u64::from(whole.is_some_and(|year| (1990..2100).contains(&year)));
        let is_padded = text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        // `1.000250` is a code, `1.250` a number: the marks of a code do not group.
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        self.codes += u64::from(is_padded || digits > MOST_DIGITS && typed.marks == Marks::None);
        if !typed.unit.is_empty() {
            *self.units.entry(typed.unit).or_default() += 1;
        }
    }

    /// Tells whether every row has a value of its own.
    pub(super) fn may_be_key(&self) -> bool {
        self.filled > 1 && self.empty == 0 && !self.repeats && self.dates == 0
    }

    /// Settles the type that fits every cell.
    pub(super) fn settle(&self, heading: &str) -> Kind {
        let missing: Vec<String> = self.markers.keys().cloned().collect();
        let plain = |name, unit| Kind::Plain { name, unit, missing: missing.clone() };
        match () {
            () if self.filled == 0 => Kind::Text,
            () if self.dates == self.filled => plain(if self.times > 0 { "timestamp" } else { "date" }, None),
            () if self.numbers == self.filled && self.codes == 0 && !is_code(heading) => {
                self.settle_number(heading, &missing)
            }
            () => self.settle_text(),
        }
    }

    fn settle_number(&self, heading: &str, missing: &[String]) -> Kind {
        let plain = |name, unit| Kind::Plain { name, unit, missing: missing.to_vec() };
        let unit = self.units.keys().next().cloned().or_else(|| unit_in(heading));
        match () {
            () if self.units.len() > 1 => Kind::Text,
            () if self.percents == self.numbers => plain("rate", None),
            () if self.percents > 0 => Kind::Text,
            () if self.years == self.numbers && is_year(heading) => plain("year", None),
            () if is_money(unit.as_deref(), heading) => plain("decimal(18,2)", Some("đồng".to_owned())),
            () if self.decimals > 0 => plain("float", unit.filter(|unit| unit != "%")),
            () => plain("int", unit.filter(|unit| unit != "%")),
        }
    }

    fn settle_text(&self) -> Kind {
        let count = u64::try_from(self.spellings.len()).unwrap_or(u64::MAX);
        let fits = self.spellings.len() <= MOST_CATEGORIES
            && self.spellings.len() >= 2
            && self.filled >= count.saturating_mul(LEAST_ROWS_EACH)
            && self.spellings.keys().all(|text| text.chars().count() <= LONGEST_SPELLING)
            && self.markers.is_empty();
        if fits { Kind::Category(self.spellings.keys().cloned().collect()) } else { Kind::Text }
    }
}

#[cfg(test)]
mod tests {
    use super::{Guess, Kind};
    use crate::source::Cell;

    fn kind(heading: &str, texts: &[&str]) -> String {
        let mut guess = Guess::default();
        for text in texts {
            guess.see(&Cell::text(text));
        }
        match guess.settle(heading) {
            Kind::Text => "text".to_owned(),
            Kind::Plain { name, unit, missing } => {
                [vec![name.to_owned()], unit.into_iter().collect(), missing].concat().join(" ")
            }
            Kind::Category(spellings) => spellings.join("|"),
        }
    }

    #[test]
    fn the_type_fits_every_cell() {
        assert_eq!(kind("Ngày nhận", &["01/02/2023", "15/3/2023"]), "date");
        assert_eq!(kind("Lúc nhận", &["01/02/2023", "15/3/2023 08:30"]), "timestamp");
        assert_eq!(kind("Số lượng", &["1", "1.234", "-"]), "int -");
        assert_eq!(kind("Điểm", &["1,5", "2"]), "float");
        assert_eq!(kind("Tỷ lệ", &["45,6%", "7%"]), "rate");
        assert_eq!(kind("Năm", &["2022", "2023"]), "year");
        assert_eq!(kind("Kinh phí (triệu đồng)", &["12,5", "3"]), "decimal(18,2) đồng");
        assert_eq!(kind("Thời hạn", &["10 ngày", "5 ngày"]), "int ngày");
        assert_eq!(kind("Nội dung", &["1", "hai"]), "text");
    }

    #[test]
    fn codes_are_text_and_repeated_words_categories() {
        assert_eq!(kind("Mã đơn vị", &["12", "15"]), "text");
        assert_eq!(kind("Đơn vị", &["012", "150"]), "text");
        assert_eq!(kind("Loại", &["A", "B", "A", "B", "A", "A"]), "A|B");
        assert_eq!(kind("Tên", &["A", "B", "C"]), "text");
    }
}
