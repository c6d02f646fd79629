//! Turns numbers into the way they are printed in reports: `1.234,5`, or `1,234.5` in English.

use crate::error::Lang;

/// Formats with thousands separators and a fixed number of decimals, halves away from zero as in
/// schools and spreadsheets.
///
/// Source: Luật Kế toán 2015, điều 11, for the Vietnamese marks.
pub fn format_number(value: f64, decimals: usize, lang: Lang) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let (thousands, mark) = match lang {
        Lang::Vi => ('.', ','),
        Lang::En => (',', '.'),
    };
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    let scaled = value.abs() * factor;
    // Beyond 2^53 there are no halves to round, and the product may overflow.
    let rounded = if scaled < 9e15 { scaled.round() / factor } else { value.abs() };
    let fixed = format!("{rounded:.decimals$}");
    let (whole, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
    let mut out = String::with_capacity(fixed.len() + whole.len() / 3 + 1);
    if value < 0.0 && fixed.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::format_number;
    use crate::error::Lang::{En, Vi};

    #[test]
    fn marks_follow_the_language() {
        assert_eq!(format_number(1_234_567.891, 2, Vi), "1.234.567,89");
        assert_eq!(format_number(-1234.5, 1, En), "-1,234.5");
        assert_eq!(format_number(-0.001, 2, Vi), "0,00");
        assert_eq!(format_number(999.0, 0, Vi), "999");
    }

    #[test]
    fn halves_go_away_from_zero_and_huge_numbers_stay_whole() {
        assert_eq!(format_number(925.25, 1, Vi), "925,3");
        assert_eq!(format_number(1e16, 2, En), "10,000,000,000,000,000.00");
    }
}
