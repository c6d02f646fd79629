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

/// Writes a count as sentences of Vietnamese reports do: below ten with a leading zero, `03`.
pub fn format_count(count: i64) -> String {
    match count {
        1..=9 => format!("0{count}"),
        _ => localise_number(&count.to_string(), Lang::Vi),
    }
}

/// Writes a date as official documents do: days below 10 and the months 1 and 2 lead with a zero.
///
/// Source: Nghị định 30/2020/NĐ-CP, phụ lục I.
pub fn format_date(date: chrono::NaiveDate) -> String {
    use chrono::Datelike as _;
    let month = match date.month() {
        month @ 1..=2 => format!("0{month}"),
        month => month.to_string(),
    };
    format!("{:02}/{month}/{}", date.day(), date.year())
}

/// Counts the decimals that a number needs, up to six.
pub fn decimals_of(number: f64) -> usize {
    let fixed = format!("{number:.6}");
    fixed.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len())
}

/// Turns a number as programs print it, `-1234.50`, into the marks of a language; no digit is lost.
pub fn localise_number(plain: &str, lang: Lang) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return plain.to_owned();
    }
    let (thousands, mark) = match lang {
        Lang::Vi => ('.', ','),
        Lang::En => (',', '.'),
    };
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    // A float that is whole reads as a whole number.
    if !fraction.is_empty() && fraction != "0" {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

/// Turns an ISO date, with or without a time, into the order of a language.
pub fn localise_date(plain: &str, lang: Lang) -> String {
    let (date, time) = plain.split_at(plain.find([' ', 'T']).unwrap_or(plain.len()));
    let parts: Vec<&str> = date.split('-').collect();
    match (lang, parts.as_slice()) {
        (Lang::Vi, [year, month, day]) => format!("{day}/{month}/{year}{time}"),
        _ => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{format_count, format_date, format_number, localise_date, localise_number};
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

    #[test]
    fn a_printed_number_keeps_its_digits() {
        assert_eq!(localise_number("-1234567.50", Vi), "-1.234.567,50");
        assert_eq!(localise_number("12.0", En), "12");
        assert_eq!(localise_number("NaN", Vi), "NaN");
        assert_eq!(localise_number("1e21", Vi), "1e21");
    }

    #[test]
    fn counts_below_ten_lead_with_a_zero_and_nothing_stays_nothing() {
        let written: Vec<_> = [0, 3, 12, 1234].into_iter().map(format_count).collect();
        assert_eq!(written, ["0", "03", "12", "1.234"]);
    }

    #[test]
    fn only_the_first_two_months_lead_with_a_zero() {
        let date = |year, month, day| format_date(chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(date(2023, 3, 1), "01/3/2023");
        assert_eq!(date(2023, 2, 8), "08/02/2023");
        assert_eq!(date(2022, 12, 29), "29/12/2022");
    }

    #[test]
    fn dates_turn_round() {
        assert_eq!(localise_date("2023-12-14 08:30:00", Vi), "14/12/2023 08:30:00");
        assert_eq!(localise_date("2023-12-14", En), "2023-12-14");
    }
}
