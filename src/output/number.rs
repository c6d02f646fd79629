//! Turns numbers into the way they are printed in reports.

use crate::error::Lang;

/// Formats with thousands separators and a fixed number of decimals: `1.234,5` or `1,234.5`.
///
/// Source: Luật Kế toán 2015, điều 11, for the Vietnamese marks.
pub fn format_number(value: f64, decimals: usize, lang: Lang) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let (thousands, point) = match lang {
        Lang::Vi => ('.', ','),
        Lang::En => (',', '.'),
    };
    let fixed = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
    let mut out = String::with_capacity(fixed.len() + whole.len() / 3 + 1);
    if value.is_sign_negative() && fixed.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(thousands);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(point);
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
}
