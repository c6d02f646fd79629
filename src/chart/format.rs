//! Writes numbers and dates as the reader's language does: `1.234,5` or `1,234.5`, `05/01/2024`.

use chrono::{Datelike as _, NaiveDate};

use crate::error::Lang;
use crate::vietnamese::print::format_number;

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
        if value != 0.0 && (value.abs() >= HUGE || decimals > FINEST) {
            let mark = if self.lang == Lang::Vi { "," } else { "." };
            return format!("{value:.1e}").replace('.', mark).replace('-', "−");
        }
        let decimals = if decimals > FINEST { 0 } else { decimals };
        format_number(value, decimals, self.lang).replace('-', "−")
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
    let greatest = values.clone().map(f64::abs).fold(0.0, f64::max);
    let is_exact = move |decimals: i32| {
        let factor = 10_f64.powi(decimals);
        // Beside great numbers small ones vanish, but not by themselves.
        let slack = 1e-6 * (greatest * factor).min(1.0);
        values.clone().all(|value| {
            let scaled = value * factor;
            (scaled - scaled.round()).abs() <= slack.max(1e-6 * scaled.abs())
        })
    };
    if is_exact(0) {
        return 0;
    }
    if is_exact(1) {
        return 1;
    }
    match greatest {
        tiny if tiny < 1e-2 => digits_after(tiny) + 1,
        small if small < 1.0 => 3,
        small if small < 10.0 => 2,
        _ => 1,
    }
}

/// Returns after how many decimals the first digit of a number below 1 comes that is not 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 324")]
fn digits_after(number: f64) -> usize {
    (-number.log10()).ceil().max(0.0) as usize
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
        assert_eq!(decimals_of([0.0, 0.0].into_iter()), 0);
        assert_eq!(decimals_of([0.0004, 0.000_25].into_iter()), 5);
        let vi = NumberFormat { lang: Lang::Vi };
        let written = |number: f64| vi.number(number, decimals_of([1e-9, 3.2e-10, 0.0].into_iter()));
        assert_eq!([written(1e-9), written(3.2e-10), written(0.0)], ["1,0e−9", "3,2e−10", "0"]);
    }
}
