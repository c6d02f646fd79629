//! Turns the numbers that offices type (`1.234.567,89`, `45,6%`, `25 ngày làm việc`) into exact decimals.
//!
//! The dot groups thousands and the comma marks decimals, but exports also carry the English way
//! round. `1.250` alone cannot tell which, so a reading says whether it was the only one possible,
//! and the caller, who sees the whole column, decides.

/// A decimal number without rounding: `digits × 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

/// Which marks a number's text proves to be in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// `1.234.567,8`: the dot groups, the comma is the decimal mark.
    Vietnamese,
    /// `1,234,567.8`: the other way round.
    English,
    /// `1234`: no mark at all.
    None,
    /// `1.250` or `1,250`: one mark before three digits, which both ways can read.
    Either,
}

/// A number as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The value, where [`Marks::Either`] is read the Vietnamese way.
    pub value: Decimal,
    /// The value read the English way.
    pub english: Decimal,
    /// What the marks prove.
    pub marks: Marks,
    /// Whether a percent sign follows.
    pub percent: bool,
    /// The words after the number, trimmed; empty if there are none.
    pub unit: String,
}

/// Digits beyond this do not fit any column type.
const MOST_DIGITS: usize = 36;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };

    /// Builds `digits × 10^-scale`.
    pub fn new(digits: i128, scale: u32) -> Self {
        Self { digits, scale }
    }

    /// Takes a number cell at the 15 significant digits that spreadsheets keep, so that the noise
    /// of binary fractions in cached formula results does not become decimals.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:.14e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let digits: i128 = mantissa.replace('.', "").parse().ok()?;
        Self::scaled(digits, exponent - 14)
    }

    fn scaled(digits: i128, exponent: i32) -> Option<Self> {
        let number = if exponent >= 0 {
            let factor = 10_i128.checked_pow(u32::try_from(exponent).ok()?)?;
            Self::new(digits.checked_mul(factor)?, 0)
        } else {
            Self::new(digits, u32::try_from(-exponent).ok()?)
        };
        Some(number.reduced())
    }

    /// Drops trailing zeros after the decimal mark.
    #[must_use]
    pub fn reduced(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    /// Multiplies by a power of ten, exactly.
    pub fn shifted(self, exponent: i32) -> Option<Self> {
        let scale = i32::try_from(self.scale).ok()?;
        Self::scaled(self.digits, exponent.checked_sub(scale)?)
    }

    /// Returns the whole number, unless there are decimals or it does not fit.
    pub fn to_i64(self) -> Option<i64> {
        let reduced = self.reduced();
        if reduced.scale == 0 { i64::try_from(reduced.digits).ok() } else { None }
    }

    /// Returns the number in units of `10^-scale`, unless decimals would be lost.
    pub fn to_scale(self, scale: u32) -> Option<i128> {
        let reduced = self.reduced();
        let missing = scale.checked_sub(reduced.scale)?;
        reduced.digits.checked_mul(10_i128.checked_pow(missing)?)
    }

    /// Returns the nearest binary fraction.
    pub fn to_f64(self) -> f64 {
        // The text form is read back with correct rounding, which a division would not give.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Adds two numbers, unless the sum does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let sum = self.to_scale_exact(scale)?.checked_add(other.to_scale_exact(scale)?)?;
        Some(Self::new(sum, scale).reduced())
    }

    fn to_scale_exact(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }
}

impl std::fmt::Display for Decimal {
    /// Writes plain digits with a point: no exponent, no trailing zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reduced = self.reduced();
        let sign = if reduced.digits < 0 { "-" } else { "" };
        let digits = reduced.digits.unsigned_abs().to_string();
        let scale = reduced.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// Parses a number with its percent sign or unit; `None` if the text does not start like one.
pub fn parse_number(text: &str) -> Option<Typed> {
    if let Some(plain) = parse_plain(text) {
        return Some(plain);
    }
    let text = text.trim_matches(is_space);
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let typed = parse_number(inner)?;
        let negative = |number: Decimal| Decimal::new(-number.digits, number.scale);
        let positive = typed.value.digits >= 0 && !inner.trim_start().starts_with('(');
        return positive.then(|| Typed {
            value: negative(typed.value),
            english: negative(typed.english),
            ..typed
        });
    }
    let (negative, unsigned) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start_matches(is_space)),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, rest) = split_number(unsigned);
    let (value, english, marks) = read_marks(number)?;
    let rest = rest.trim_start_matches(is_space);
    let (percent, unit) = match rest.strip_prefix('%') {
        Some(after) => (true, after.trim_matches(is_space)),
        None => (false, rest.trim_matches(is_space)),
    };
    // A second number, as in `10 ngày (5 ngày nếu …)` or `13/28`, makes the first one half the truth.
    let starts_like_words = unit.chars().next().is_none_or(char::is_alphabetic);
    if unit.chars().any(|letter| letter.is_ascii_digit()) || !starts_like_words {
        return None;
    }
    let sign = |number: Decimal| if negative { Decimal::new(-number.digits, number.scale) } else { number };
    Some(Typed { value: sign(value), english: sign(english), marks, percent, unit: unit.to_owned() })
}

/// Reads nothing but a few digits, which nearly all numbers are.
fn parse_plain(text: &str) -> Option<Typed> {
    let is_plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = if is_plain { text.parse::<i64>().ok()? } else { return None };
    let value = Decimal::new(i128::from(digits), 0);
    Some(Typed { value, english: value, marks: Marks::None, percent: false, unit: String::new() })
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{FEFF}'
}

/// Splits the leading digits, marks and grouping spaces from the words after them.
fn split_number(text: &str) -> (&str, &str) {
    let mut end = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let digit_follows = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let belongs = letter.is_ascii_digit()
            || (digit_follows && end > 0 && (matches!(letter, '.' | ',') || is_space(letter)));
        if !belongs {
            break;
        }
        end = at + letter.len_utf8();
    }
    text.split_at(end)
}

/// Reads digits with marks both ways: Vietnamese, English, and which of the two the marks prove.
fn read_marks(text: &str) -> Option<(Decimal, Decimal, Marks)> {
    let dots = text.matches('.').count();
    let commas = text.matches(',').count();
    let vietnamese = read_grouped(text, '.', ',');
    let english = read_grouped(text, ',', '.');
    match (vietnamese, english) {
        (Some(vietnamese), Some(_)) if dots + commas == 0 => Some((vietnamese, vietnamese, Marks::None)),
        (Some(vietnamese), Some(english)) => Some((vietnamese, english, Marks::Either)),
        (Some(only), None) => Some((only, only, Marks::Vietnamese)),
        (None, Some(only)) => Some((only, only, Marks::English)),
        (None, None) => None,
    }
}

/// Reads `1.234.567,8` where `group` is the dot and `mark` the comma.
fn read_grouped(text: &str, group: char, mark: char) -> Option<Decimal> {
    let (whole, fraction) = text.split_once(mark).unwrap_or((text, ""));
    let has_mark = text.contains(mark);
    if fraction.contains([group, mark]) || fraction.contains(is_space) || (has_mark && fraction.is_empty()) {
        return None;
    }
    let groups: Vec<&str> = whole.split(|letter| letter == group || is_space(letter)).collect();
    let (first, others) = groups.split_first()?;
    let grouped_well = others.is_empty()
        || ((1..=3).contains(&first.len()) && !first.starts_with('0') && others.iter().all(|g| g.len() == 3));
    if first.is_empty() || !grouped_well {
        return None;
    }
    let digits: String = groups.concat() + fraction;
    if digits.len() > MOST_DIGITS {
        return None;
    }
    Some(Decimal::new(digits.parse().ok()?, u32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Marks, parse_number};
    use proptest::prelude::*;

    fn value(text: &str) -> String {
        parse_number(text).map_or_else(|| "none".to_owned(), |typed| typed.value.to_string())
    }

    fn marks(text: &str) -> Marks {
        parse_number(text).unwrap().marks
    }

    #[test]
    fn dots_group_and_the_comma_marks_decimals() {
        assert_eq!(value("1.234.567,89"), "1234567.89");
        assert_eq!(value("1 234 567"), "1234567");
        assert_eq!(value("14,29"), "14.29");
        assert_eq!(value("-5"), "-5");
        assert_eq!(value("(5)"), "-5");
        assert_eq!(value("01 cuộc"), "1");
    }

    #[test]
    fn marks_say_what_they_prove() {
        assert_eq!(marks("1.250"), Marks::Either);
        assert_eq!(marks("1,250"), Marks::Either);
        assert_eq!(marks("0,250"), Marks::Vietnamese);
        assert_eq!(marks("0.456"), Marks::English);
        assert_eq!(marks("1.250.000"), Marks::Vietnamese);
        assert_eq!(marks("1,250,000.5"), Marks::English);
        assert_eq!(marks("1250"), Marks::None);
    }

    #[test]
    fn percent_signs_and_units_are_kept_apart() {
        let typed = parse_number("45,6 %").unwrap();
        assert!(typed.percent);
        assert_eq!(typed.value.shifted(-2).unwrap().to_string(), "0.456");
        assert_eq!(parse_number("25 ngày làm việc").unwrap().unit, "ngày làm việc");
    }

    #[test]
    fn two_numbers_or_no_number_are_none() {
        for text in ["13/28", "10 ngày (5 ngày)", "trên 35", "", "-", "1.2.3", "12,", ",5", "1..2"] {
            assert_eq!(value(text), "none", "{text}");
        }
    }

    #[test]
    fn number_cells_keep_fifteen_digits() {
        assert_eq!(Decimal::from_f64(0.1 + 0.2).unwrap().to_string(), "0.3");
        assert_eq!(Decimal::from_f64(6_040_000_000.0).unwrap().to_string(), "6040000000");
        assert_eq!(Decimal::from_f64(40_000_000_001.0).unwrap().to_i64(), Some(40_000_000_001));
        assert_eq!(Decimal::from_f64(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,24}") {
            drop(parse_number(&text));
        }

        #[test]
        fn a_written_number_reads_back(digits in -1_000_000_000_000_000_i128..1_000_000_000_000_000, scale in 0_u32..6) {
            let number = Decimal::new(digits, scale).reduced();
            let written = number.to_string().replace('.', ",");
            let typed = parse_number(&written).unwrap();
            prop_assert_eq!(typed.value.reduced(), number);
        }

        #[test]
        fn any_number_cell_is_taken_or_refused(value in any::<f64>()) {
            let _ = Decimal::from_f64(value).map(Decimal::to_f64);
        }
    }
}
