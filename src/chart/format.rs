//! Writes numbers and dates as the reader's language does: `1.234,5` or `1,234.5`, `05/01/2024`.
//!
//! Vietnamese numbers follow the Accounting Law 2015, article 11: a point between thousands, a
//! comma before decimals.

use chrono::{Datelike as _, NaiveDate};

use crate::error::Lang;

/// From here on a number is written with a power of ten.
const HUGE: f64 = 1e15;
/// With more decimals a number is written with a power of ten.
const FINEST: usize = 9;

/// The way numbers and dates are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberFormat {
    pub(super) lang: Lang,
}

impl NumberFormat {
    /// Writes a number with a fixed number of decimals and a true minus sign.
    pub(super) fn number(self, value: f64, decimals: usize) -> String {
        let (group, mark) = match self.lang {
            Lang::En => (',', '.'),
            Lang::Vi => ('.', ','),
        };
        if value.abs() >= HUGE || decimals > FINEST {
            return format!("{value:.1e}").replace('.', mark.encode_utf8(&mut [0; 4])).replace('-', "−");
        }
        // Halves go away from zero, as in schools and spreadsheets, not to the even digit.
        let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
        let text = format!("{:.decimals$}", (value.abs() * factor).round() / factor);
        let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
        let mut out = String::new();
        if value < 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
            out.push('−');
        }
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(mark);
            out.push_str(fraction);
        }
        out
    }

    /// Writes a day at the given fineness.
    pub(super) fn day(date: NaiveDate, fineness: Fineness) -> String {
        match fineness {
            Fineness::Year => format!("{}", date.year()),
            Fineness::Month => format!("{:02}/{}", date.month(), date.year()),
            Fineness::Day => format!("{:02}/{:02}/{}", date.day(), date.month(), date.year()),
        }
    }
}

/// How much of a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fineness {
    Year,
    Month,
    Day,
}

/// Returns the decimals with which values are written: what they have, if that is at most two.
pub(super) fn decimals_of(values: impl Iterator<Item = f64> + Clone) -> usize {
    let is_exact = |decimals: i32| {
        let factor = 10_f64.powi(decimals);
        values.clone().all(|value| {
            let scaled = value * factor;
            (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs().max(1.0)
        })
    };
    if is_exact(0) {
        return 0;
    }
    if is_exact(1) {
        return 1;
    }
    let greatest = values.map(f64::abs).fold(0.0, f64::max);
    match greatest {
        small if small < 1.0 => 3,
        small if small < 10.0 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{NumberFormat, decimals_of};
    use crate::error::Lang;

    #[test]
    fn numbers_follow_the_language() {
        let (vi, en) = (NumberFormat { lang: Lang::Vi }, NumberFormat { lang: Lang::En });
        assert_eq!(vi.number(1234.5, 1), "1.234,5");
        assert_eq!(en.number(1234.5, 1), "1,234.5");
        assert_eq!(vi.number(-1_234_567.0, 0), "−1.234.567");
        assert_eq!(vi.number(-0.001, 1), "0,0");
        assert_eq!(vi.number(999.0, 0), "999");
        assert_eq!(vi.number(925.25, 1), "925,3");
        assert_eq!(vi.number(2.5e300, 0), "2,5e300");
    }

    #[test]
    fn decimals_are_those_of_the_values() {
        assert_eq!(decimals_of([1.0, 200.0].into_iter()), 0);
        assert_eq!(decimals_of([97.5, 98.0].into_iter()), 1);
        assert_eq!(decimals_of([97.8632].into_iter()), 1);
        assert_eq!(decimals_of([0.9786].into_iter()), 3);
    }
}
