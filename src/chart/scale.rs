//! Finds the breaks of an axis: steps of 1, 2 or 5 for numbers, of whole days, months or years for dates.

use chrono::{Datelike as _, Days, NaiveDate};

use super::format::{Fineness, NumberFormat};

/// A place on an axis with its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Break {
    pub(super) at: f64,
    pub(super) label: String,
}

/// Converts a count or an index into a place.
#[expect(clippy::cast_precision_loss, reason = "counts of marks and letters are far below 2^52")]
pub(super) fn number_of(count: usize) -> f64 {
    count as f64
}

/// Steps of a number axis, as whole multiples of `mantissa` · 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steps {
    mantissa: f64,
    exponent: i32,
    first: f64,
    last: f64,
}

impl Steps {
    /// Finds the finest 1-2-5 steps with at most `most` intervals that cover `low..high`.
    ///
    /// At least two intervals are allowed, because a range on both sides of zero needs them; ends
    /// that are no range are spread by one.
    pub(super) fn covering(low: f64, high: f64, most: usize, is_whole: bool) -> Self {
        let (low, high) = spread(low, high);
        let most = number_of(most.max(2));
        let mut exponent = log10_floor((high / most - low / most).max(f64::MIN_POSITIVE)) - 1;
        if is_whole {
            exponent = exponent.max(0);
        }
        loop {
            for mantissa in [1.0, 2.0, 5.0] {
                let step = scaled(mantissa, exponent);
                let (first, last) = ((low / step).floor(), (high / step).ceil());
                let steps = Self {
                    mantissa,
                    exponent,
                    first: snap(low / step, first),
                    last: snap(high / step, last),
                };
                if (last - first) <= most || exponent > 308 {
                    return steps;
                }
            }
            exponent += 1;
        }
    }

    /// Returns the numbers at the steps, from the first to the last.
    pub(super) fn numbers(self) -> Vec<f64> {
        let mut found = Vec::new();
        let mut index = self.first;
        while index <= self.last && found.len() < 1000 {
            found.push(scaled(index * self.mantissa, self.exponent));
            index += 1.0;
        }
        found
    }

    /// Returns the decimals that the steps need.
    pub(super) fn decimals(self) -> usize {
        usize::try_from(-self.exponent).unwrap_or(0).min(12)
    }
}

/// Keeps an end that lies on a step, up to rounding, at that step.
fn snap(exact: f64, rounded: f64) -> f64 {
    let nearest = exact.round();
    if (exact - nearest).abs() < 1e-9 * exact.abs().max(1.0) { nearest } else { rounded }
}

fn spread(low: f64, high: f64) -> (f64, f64) {
    if low < high { (low, high) } else { (low - 0.5, low + 0.5) }
}

#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a finite number is within ±324")]
fn log10_floor(number: f64) -> i32 {
    number.log10().floor() as i32
}

/// Multiplies by a power of ten without the rounding error of a fraction.
fn scaled(number: f64, exponent: i32) -> f64 {
    if exponent < 0 { number / 10_f64.powi(-exponent) } else { number * 10_f64.powi(exponent) }
}

/// Breaks of a number axis and the ends it gets; fixed ends stay, others move out to a break.
pub(super) fn number_breaks(
    (low, high): (f64, f64),
    is_fixed: bool,
    is_whole: bool,
    most: usize,
    format: NumberFormat,
) -> (Vec<Break>, (f64, f64)) {
    // From zero is more honest, as long as it costs no more than a third of the axis.
    let low = if !is_fixed && low > 0.0 && low < high / 3.0 { 0.0 } else { low };
    let steps = Steps::covering(low, high, most, is_whole);
    let numbers = steps.numbers();
    let ends = match (is_fixed, numbers.first(), numbers.last()) {
        (false, Some(first), Some(last)) => (*first, *last),
        _ => (low, high),
    };
    let breaks = numbers
        .into_iter()
        .filter(|number| (ends.0..=ends.1).contains(number))
        .map(|at| Break { at, label: format.number(at, steps.decimals()) })
        .collect();
    (breaks, ends)
}

/// A step between dates.
#[derive(Debug, Clone, Copy)]
enum DateStep {
    Days(u32),
    Months(u32),
    Years(u32),
}

const DATE_STEPS: [DateStep; 15] = [
    DateStep::Days(1),
    DateStep::Days(2),
    DateStep::Days(7),
    DateStep::Days(14),
    DateStep::Months(1),
    DateStep::Months(2),
    DateStep::Months(3),
    DateStep::Months(6),
    DateStep::Years(1),
    DateStep::Years(2),
    DateStep::Years(5),
    DateStep::Years(10),
    DateStep::Years(20),
    DateStep::Years(50),
    DateStep::Years(100),
];

/// Breaks of a date axis; `low` and `high` are days since 1970-01-01.
pub(super) fn date_breaks((low, high): (f64, f64), is_fixed: bool, most: usize) -> (Vec<Break>, (f64, f64)) {
    let (low, high) = spread(low, high);
    let pad = if is_fixed { 0.0 } else { (high - low) * 0.02 };
    let ends = (low - pad, high + pad);
    let step = DATE_STEPS.into_iter().find(|step| (high - low) / step.days() <= number_of(most.max(1)));
    let step = step.unwrap_or(DateStep::Years(100));
    let mut breaks = Vec::new();
    let mut day = date_of(ends.0).and_then(|start| step.start(start));
    while let Some(date) = day.filter(|_| breaks.len() < 100) {
        let at = f64::from(date.to_epoch_days());
        if at > ends.1 {
            break;
        }
        if at >= ends.0 {
            breaks.push(Break { at, label: NumberFormat::day(date, step.fineness()) });
        }
        day = step.next(date);
    }
    (breaks, ends)
}

/// Writes the day of a place on a date axis.
pub(super) fn day_label(days: f64) -> Option<String> {
    date_of(days).map(|date| NumberFormat::day(date, Fineness::Day))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and a date outside the calendar is none"
)]
fn date_of(days: f64) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days.floor() as i32)
}

impl DateStep {
    /// Returns about how many days the step takes.
    fn days(self) -> f64 {
        match self {
            Self::Days(count) => f64::from(count),
            Self::Months(count) => f64::from(count) * 30.4,
            Self::Years(count) => f64::from(count) * 365.25,
        }
    }

    fn fineness(self) -> Fineness {
        match self {
            Self::Days(_) => Fineness::Day,
            Self::Months(_) => Fineness::Month,
            Self::Years(_) => Fineness::Year,
        }
    }

    /// Returns the last step at or before a day.
    fn start(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(_) => Some(day),
            Self::Months(count) => NaiveDate::from_ymd_opt(day.year(), day.month0() / count * count + 1, 1),
            Self::Years(count) => {
                let count = i32::try_from(count).ok()?;
                NaiveDate::from_ymd_opt(day.year().div_euclid(count) * count, 1, 1)
            }
        }
    }

    fn next(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(count) => day.checked_add_days(Days::new(u64::from(count))),
            Self::Months(count) => day.checked_add_months(chrono::Months::new(count)),
            Self::Years(count) => day.checked_add_months(chrono::Months::new(count * 12)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{Steps, date_breaks, number_breaks};
    use crate::chart::format::NumberFormat;
    use crate::error::Lang;

    fn labels(low: f64, high: f64, is_whole: bool) -> Vec<String> {
        let (breaks, _) = number_breaks((low, high), false, is_whole, 6, NumberFormat { lang: Lang::Vi });
        breaks.into_iter().map(|found| found.label).collect()
    }

    #[test]
    fn breaks_are_round_numbers_in_the_readers_format() {
        assert_eq!(labels(0.0, 4873.0, true), ["0", "1.000", "2.000", "3.000", "4.000", "5.000"]);
        assert_eq!(labels(0.0, 0.97, false), ["0,0", "0,2", "0,4", "0,6", "0,8", "1,0"]);
        assert_eq!(labels(-3.0, 2.0, true), ["−3", "−2", "−1", "0", "1", "2"]);
    }

    #[test]
    fn counts_get_whole_breaks() {
        assert_eq!(labels(0.0, 2.0, true), ["0", "1", "2"]);
    }

    #[test]
    fn rates_near_a_hundred_do_not_start_at_zero() {
        assert_eq!(labels(93.1, 99.2, false), ["92", "94", "96", "98", "100"]);
    }

    #[test]
    fn dates_break_at_starts_of_months_and_years() {
        let (breaks, _) = date_breaks((19_358.0, 19_722.0), false, 6);
        assert_eq!(
            breaks.iter().map(|found| found.label.as_str()).collect::<Vec<_>>(),
            ["01/2023", "03/2023", "05/2023", "07/2023", "09/2023", "11/2023", "01/2024"]
        );
    }

    proptest! {
        #[test]
        fn breaks_cover_the_data_in_few_even_steps(low in -1e12..1e12_f64, span in 1e-6..1e12_f64, most in 1..12_usize) {
            let steps = Steps::covering(low, low + span, most, false);
            let numbers = steps.numbers();
            prop_assert!(numbers.len() >= 2 && numbers.len() <= most.max(2) + 1);
            let slack = 1e-8 * (low.abs() + span);
            prop_assert!(numbers[0] <= low + slack && numbers[numbers.len() - 1] >= low + span - slack);
            let step = numbers[1] - numbers[0];
            prop_assert!(numbers.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() <= slack + step * 1e-6));
        }
    }
}
