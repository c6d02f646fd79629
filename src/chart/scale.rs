//! Finds the breaks of an axis: steps of 1, 2 or 5 for numbers, of whole days, months or years for dates.

use chrono::{Datelike as _, Days, NaiveDate};

use super::format::{Fineness, NumberFormat};
use super::plot::{Breaks, NumberKind, Numbers, Via};

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

/// Finds the breaks of an axis and the ends it gets, the lower first; ends of the author's stay, others
/// move out to a break.
pub(super) fn axis_breaks(numbers: &Numbers, most: usize, format: NumberFormat) -> (Vec<Break>, (f64, f64)) {
    let most = if let Breaks::About(count) = numbers.breaks { count } else { most };
    let (mut breaks, ends) = match (numbers.kind, numbers.via) {
        (NumberKind::Days, _) => date_breaks((numbers.low, numbers.high), numbers.is_fixed, most),
        (_, Via::Log) => log_breaks(numbers, most, format),
        _ => number_breaks(numbers, most, format),
    };
    if let Breaks::At(places) = &numbers.breaks {
        breaks = named_breaks(numbers, places, ends, format);
    }
    if let Some(template) = &numbers.template {
        for found in &mut breaks {
            found.label = template.replace("{}", &found.label);
        }
    }
    for (at, name) in &numbers.names {
        let is_same = |found: &&mut Break| (found.at - at).abs() <= 1e-9 * at.abs().max(1.0);
        match breaks.iter_mut().find(is_same) {
            Some(found) => found.label = name.clone().unwrap_or_default(),
            None if (ends.0..=ends.1).contains(at) => {
                breaks.push(Break { at: *at, label: name.clone().unwrap_or_default() });
            }
            None => {}
        }
    }
    breaks.sort_by(|one, two| one.at.total_cmp(&two.at));
    (breaks, ends)
}

fn named_breaks(numbers: &Numbers, places: &[f64], ends: (f64, f64), format: NumberFormat) -> Vec<Break> {
    let decimals = super::format::decimals_of(places.iter().copied());
    let label = |at: f64| match numbers.kind {
        NumberKind::Days => day_label(at).unwrap_or_default(),
        NumberKind::Years => format!("{at:.0}"),
        NumberKind::Plain => format.number(at, decimals),
    };
    let inside = places.iter().filter(|place| (ends.0..=ends.1).contains(*place));
    inside.map(|at| Break { at: *at, label: label(*at) }).collect()
}

fn number_breaks(numbers: &Numbers, most: usize, format: NumberFormat) -> (Vec<Break>, (f64, f64)) {
    let Numbers { low, high, is_fixed, .. } = *numbers;
    // From zero is more honest, as long as it costs no more than a third of the axis.
    let is_near_zero = low > 0.0 && (low < high / 3.0 || numbers.has_baseline);
    let low = if !is_fixed && is_near_zero && numbers.kind == NumberKind::Plain { 0.0 } else { low };
    let high = if !is_fixed && high < 0.0 && numbers.has_baseline { 0.0 } else { high };
    let is_years = numbers.kind == NumberKind::Years;
    let steps = Steps::covering(low, high, most, numbers.is_whole || is_years);
    let found = steps.numbers();
    let is_kept = is_fixed || is_years || !(numbers.is_snapped || numbers.has_baseline);
    let ends = match (is_kept, found.first(), found.last()) {
        // Where the author says where labels stand, an end that is rounded would have none.
        (false, ..) if matches!(numbers.breaks, Breaks::At(_)) => (low, high),
        (false, Some(first), Some(last)) => (*first, *last),
        // Marks at the very edge would be cut in half.
        (true, ..) if !is_fixed && low < high => (padded(low, low - high), padded(high, high - low)),
        _ => (low, high),
    };
    let label = |at: f64| if is_years { format!("{at:.0}") } else { format.number(at, steps.decimals()) };
    let breaks = found.into_iter().filter(|number| (ends.0..=ends.1).contains(number));
    (breaks.map(|at| Break { at, label: label(at) }).collect(), ends)
}

/// Moves an end out a little, unless it is zero, beyond which there may be nothing.
fn padded(end: f64, range: f64) -> f64 {
    if end == 0.0 { end } else { end + range * 0.02 }
}

/// Breaks at powers of ten, and between them where there are few.
fn log_breaks(numbers: &Numbers, most: usize, format: NumberFormat) -> (Vec<Break>, (f64, f64)) {
    let low = numbers.low.max(f64::MIN_POSITIVE);
    let high = numbers.high.max(low);
    let (first, last) = (log10_floor(low), log10_floor(high) + 1);
    let mantissas: &[f64] = match last - first {
        ..=2 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let count = usize::try_from(last - first).unwrap_or(1);
    let every = count.div_ceil(most.max(2)).max(1);
    let mut found: Vec<(f64, i32)> = (first..=last)
        .step_by(every)
        .flat_map(|exponent| mantissas.iter().map(move |mantissa| (scaled(*mantissa, exponent), exponent)))
        .collect();
    let ends = if numbers.is_fixed {
        (low, high)
    } else {
        let below =
            found.iter().map(|one| one.0).filter(|at| *at <= low * (1.0 + 1e-9)).fold(low, |_, at| at);
        let above = found.iter().map(|one| one.0).find(|at| *at >= high * (1.0 - 1e-9)).unwrap_or(high);
        (below, if above > below { above } else { below * 10.0 })
    };
    found.retain(|(at, _)| (ends.0..=ends.1).contains(at));
    let decimals = |exponent: i32| usize::try_from(-exponent).unwrap_or(0);
    let label = |(at, exponent): (f64, i32)| Break { at, label: format.number(at, decimals(exponent)) };
    (found.into_iter().map(label).collect(), ends)
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

    use super::{Steps, axis_breaks, date_breaks};
    use crate::chart::format::NumberFormat;
    use crate::chart::plot::{Breaks, NumberKind, Numbers, Via};
    use crate::error::Lang;

    fn numbers(low: f64, high: f64, is_whole: bool) -> Numbers {
        Numbers {
            low,
            high,
            is_fixed: false,
            is_whole,
            has_baseline: false,
            is_snapped: true,
            kind: NumberKind::Plain,
            via: Via::Linear,
            is_reversed: false,
            breaks: Breaks::Round,
            names: Vec::new(),
            template: None,
        }
    }

    fn written(numbers: &Numbers) -> Vec<String> {
        let (breaks, _) = axis_breaks(numbers, 6, NumberFormat { lang: Lang::Vi });
        breaks.into_iter().map(|found| found.label).collect()
    }

    fn labels(low: f64, high: f64, is_whole: bool) -> Vec<String> {
        written(&numbers(low, high, is_whole))
    }

    #[test]
    fn a_logarithmic_axis_breaks_at_powers_of_ten() {
        let log = |low, high| Numbers { via: Via::Log, ..numbers(low, high, false) };
        assert_eq!(written(&log(3.0, 4000.0)), ["1", "10", "100", "1.000", "10.000"]);
        assert_eq!(written(&log(3.0, 40.0)), ["2", "5", "10", "20", "50"]);
    }

    #[test]
    fn the_author_decides_breaks_names_and_patterns() {
        let breaks = Breaks::At(vec![10.0, 30.0, 70.0, 100.0, 400.0]);
        let own = Numbers { breaks, template: Some("{} %".to_owned()), ..numbers(0.0, 100.0, true) };
        assert_eq!(written(&own), ["10 %", "30 %", "70 %", "100 %"]);
        let names = vec![(0.0, None), (100.0, Some("tất cả".to_owned()))];
        let named = Numbers { names, breaks: Breaks::About(2), ..numbers(0.0, 100.0, true) };
        assert_eq!(written(&named), ["", "50", "tất cả"]);
    }

    #[test]
    fn years_have_no_marks_of_thousands_and_no_halves() {
        let years = Numbers { kind: NumberKind::Years, is_snapped: false, ..numbers(2020.0, 2023.0, true) };
        assert_eq!(written(&years), ["2020", "2021", "2022", "2023"]);
    }

    #[test]
    fn marks_that_start_at_zero_show_it() {
        let bars = Numbers { has_baseline: true, ..numbers(93.0, 99.0, false) };
        assert_eq!(written(&bars)[0], "0");
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
