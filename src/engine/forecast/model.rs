//! Looks ahead: a linear trend from four years on, damped exponential smoothing from eight.
//!
//! Linear trend: least squares with the prediction interval ŷ ± t(n−2) · s · √(1 + 1/n + (x−x̄)²/Sxx)
//! (Draper and Smith, "Applied Regression Analysis", 3rd ed., 1.4). Smoothing: ETS(A,Ad,N) of Hyndman et
//! al., "Forecasting with Exponential Smoothing" (2008). Binomial interval: Clopper and Pearson (1934).

use augurs_core::Predict as _;
use augurs_ets::model::{ErrorComponent, ModelType, SeasonalComponent, TrendComponent, Unfit};
use statrs::distribution::{Beta, ContinuousCDF as _, StudentsT};

use super::series::{Point, Quantity, Row, Series};
use super::{bad, left_out};
use crate::error::{Error, Result};
use crate::guard::guarded;
use crate::messages::QueryFault;

/// The fewest years of each method.
const LEAST_TREND: usize = 4;
const LEAST_SMOOTHING: usize = 8;

/// How to look ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// What the number of years allows.
    Auto,
    /// A straight line.
    Trend,
    /// Damped exponential smoothing.
    Smoothing,
}

impl Method {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            "trend" | "linear" => Some(Self::Trend),
            "smoothing" | "ets" => Some(Self::Smoothing),
            _ => None,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) horizon: usize,
    pub(super) level: f64,
    pub(super) method: Method,
}

/// A value to come with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ahead {
    value: f64,
    lower: f64,
    upper: f64,
}

/// Looks ahead in every series.
pub(super) fn forecast(found: &Series, wanted: Wanted, cut: Option<(i32, (u32, u32))>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, points) in &found.series {
        let is_smoothed = match wanted.method {
            Method::Auto => points.len() >= LEAST_SMOOTHING && is_unbroken(points),
            method => method == Method::Smoothing,
        };
        let least = if is_smoothed { LEAST_SMOOTHING } else { LEAST_TREND };
        if points.len() < least {
            let (left_out, left_out_vi) = left_out(cut);
            let series = name.as_ref().map_or_else(|| "–".to_owned(), |name| format!("`{name}`"));
            let count = points.len();
            return Err(Error::new(QueryFault::ForecastTooShort {
                series,
                count,
                least,
                left_out,
                left_out_vi,
            }));
        }
        if is_smoothed && !is_unbroken(points) {
            return Err(bad("smooths years without gaps only", "chỉ làm trơn được chuỗi năm liên tục"));
        }
        let ahead = if is_smoothed { smooth(points, wanted)? } else { trend(points, wanted)? };
        let actual = |point: &Point| Row {
            series: name.clone(),
            year: point.year,
            value: Some(point.value),
            lower: None,
            upper: None,
            is_forecast: false,
            is_smoothed,
        };
        rows.extend(points.iter().map(actual));
        let (mut year, denominator) = points.last().map_or((0, None), |last| (last.year, last.denominator));
        for one in ahead {
            year += 1;
            let one = bounded(one, found.quantity, denominator, wanted.level);
            rows.push(Row {
                series: name.clone(),
                year,
                value: Some(one.value),
                lower: Some(one.lower),
                upper: Some(one.upper),
                is_forecast: true,
                is_smoothed,
            });
        }
    }
    if rows.is_empty() {
        let (left_out, left_out_vi) = left_out(cut);
        let fault = QueryFault::ForecastTooShort {
            series: "–".to_owned(),
            count: 0,
            least: LEAST_TREND,
            left_out,
            left_out_vi,
        };
        return Err(Error::new(fault));
    }
    Ok(rows)
}

/// Names the methods that the rows were made by.
pub(super) fn method_words(rows: &[Row]) -> (&'static str, &'static str) {
    let any = |is_smoothed: bool| rows.iter().any(|row| row.is_smoothed == is_smoothed);
    match (any(false), any(true)) {
        (true, true) => {
            ("linear trend or damped exponential smoothing", "xu hướng tuyến tính hoặc san mũ có hãm")
        }
        (false, true) => ("damped exponential smoothing", "san mũ có hãm"),
        _ => ("linear trend", "xu hướng tuyến tính"),
    }
}

fn is_unbroken(points: &[Point]) -> bool {
    points.windows(2).all(|pair| pair[1].year - pair[0].year == 1)
}

fn count_of(points: &[Point]) -> f64 {
    f64::from(u32::try_from(points.len()).unwrap_or(u32::MAX))
}

fn trend(points: &[Point], wanted: Wanted) -> Result<Vec<Ahead>> {
    let count = count_of(points);
    let mean = |value: fn(&Point) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (mean_year, mean_value) = (mean(|point| f64::from(point.year)), mean(|point| point.value));
    let away = |point: &Point| f64::from(point.year) - mean_year;
    let spread: f64 = points.iter().map(|point| away(point).powi(2)).sum();
    let slope = points.iter().map(|point| away(point) * (point.value - mean_value)).sum::<f64>() / spread;
    let fitted = |year: f64| mean_value + slope * (year - mean_year);
    let freedom = count - 2.0;
    let rest: f64 = points.iter().map(|point| (point.value - fitted(f64::from(point.year))).powi(2)).sum();
    let deviation = (rest / freedom).sqrt();
    let student = StudentsT::new(0.0, 1.0, freedom)
        .map_err(|error| Error::new(QueryFault::Defect { problem: error.to_string() }))?;
    let quantile = student.inverse_cdf(f64::midpoint(1.0, wanted.level));
    let last = points.last().map_or(0, |point| point.year);
    let ahead = |step: usize| {
        let year = f64::from(last) + f64::from(u32::try_from(step).unwrap_or(u32::MAX));
        let half = quantile * deviation * (1.0 + 1.0 / count + (year - mean_year).powi(2) / spread).sqrt();
        let value = fitted(year);
        Ahead { value, lower: value - half, upper: value + half }
    };
    Ok((1..=wanted.horizon).map(ahead).collect())
}

fn smooth(points: &[Point], wanted: Wanted) -> Result<Vec<Ahead>> {
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let kind = ModelType {
        error: ErrorComponent::Additive,
        trend: TrendComponent::Additive,
        season: SeasonalComponent::None,
    };
    let failed = || bad("finds no smoothing for these values", "không làm trơn được các giá trị này");
    // The library is young and unwraps in places.
    let found = guarded(|| {
        let model = Unfit::new(kind).damped(true).fit(&values).ok()?;
        model.predict(wanted.horizon, wanted.level).ok()
    });
    let forecast = found.flatten().ok_or_else(failed)?;
    let intervals = forecast.intervals.ok_or_else(failed)?;
    let ends = intervals.lower.into_iter().zip(intervals.upper);
    let ahead: Vec<Ahead> = forecast
        .point
        .into_iter()
        .zip(ends)
        .map(|(value, (lower, upper))| Ahead { value, lower, upper })
        .collect();
    let is_sound =
        ahead.iter().all(|one| one.lower.is_finite() && one.upper.is_finite() && one.value.is_finite());
    if is_sound { Ok(ahead) } else { Err(failed()) }
}

/// Keeps a forecast within what the quantity can be, and its interval as wide as chance alone makes it.
fn bounded(one: Ahead, quantity: Quantity, denominator: Option<f64>, level: f64) -> Ahead {
    let (least, most) = match quantity {
        Quantity::Count => (0.0, f64::INFINITY),
        Quantity::Rate => (0.0, 1.0),
        Quantity::Number => return one,
    };
    let value = one.value.clamp(least, most);
    let (mut lower, mut upper) = (one.lower, one.upper);
    if quantity == Quantity::Rate
        && let Some((low, high)) = denominator.and_then(|count| binomial(value, count, level))
    {
        (lower, upper) = (lower.min(low), upper.max(high));
    }
    Ahead { value, lower: lower.clamp(least, most), upper: upper.clamp(least, most) }
}

/// The exact interval of a rate among so many.
fn binomial(rate: f64, count: f64, level: f64) -> Option<(f64, f64)> {
    let hits = rate * count;
    let tail = (1.0 - level) / 2.0;
    let quantile = |shape_a: f64, shape_b: f64, at: f64| {
        Beta::new(shape_a, shape_b).ok().map(|beta| beta.inverse_cdf(at))
    };
    let low = if hits <= 0.0 { 0.0 } else { quantile(hits, count - hits + 1.0, tail)? };
    let high = if hits >= count { 1.0 } else { quantile(hits + 1.0, count - hits, 1.0 - tail)? };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{prop_assert, proptest};

    use super::{Ahead, Method, Wanted, binomial, forecast, trend};
    use crate::engine::forecast::series::{Point, Quantity, Series};

    fn points(values: &[f64]) -> Vec<Point> {
        let years = 2020..;
        years
            .zip(values)
            .map(|(year, value)| Point { year, value: *value, denominator: Some(50.0) })
            .collect()
    }

    fn wanted(method: Method) -> Wanted {
        Wanted { horizon: 3, level: 0.95, method }
    }

    fn series(values: &[f64], quantity: Quantity) -> Series {
        Series { series: BTreeMap::from([(None, points(values))]), quantity }
    }

    /// For 2, 4, 5, 9 the slope is 2.2 and the squares of the residuals add up to 1.8; t(2) at 97.5 % is 4.3027.
    #[test]
    fn the_trend_and_its_interval_are_those_of_least_squares() {
        let found = trend(&points(&[2.0, 4.0, 5.0, 9.0]), wanted(Method::Trend)).unwrap();
        let Ahead { value, lower, upper } = found[0];
        assert!((value - 10.5).abs() < 1e-9, "{value}");
        let half = 4.302_652_73 * (1.8_f64 / 2.0).sqrt() * (1.0 + 0.25 + 2.5_f64.powi(2) / 5.0).sqrt();
        assert!((upper - value - half).abs() < 1e-6 && (value - lower - half).abs() < 1e-6);
    }

    #[test]
    fn three_years_are_refused_and_four_are_not() {
        let short = forecast(&series(&[1.0, 2.0, 3.0], Quantity::Count), wanted(Method::Auto), None);
        assert!(short.unwrap_err().to_string().contains("3 years"));
        let rows =
            forecast(&series(&[1.0, 2.0, 3.0, 5.0], Quantity::Count), wanted(Method::Auto), None).unwrap();
        assert_eq!(rows.iter().filter(|row| row.is_forecast).count(), 3);
        assert!(rows.iter().all(|row| !row.is_smoothed));
    }

    #[test]
    fn eight_years_are_smoothed_and_a_gap_keeps_the_trend() {
        let values = [3.0, 4.0, 4.5, 5.0, 5.2, 5.9, 6.3, 6.5];
        let rows = forecast(&series(&values, Quantity::Number), wanted(Method::Auto), None).unwrap();
        assert!(rows.iter().all(|row| row.is_smoothed));
        assert!(
            rows.iter()
                .filter(|row| row.is_forecast)
                .all(|row| row.lower < row.value && row.value < row.upper)
        );
        let mut broken = series(&values, Quantity::Number);
        for points in broken.series.values_mut() {
            points[7].year = 2030;
        }
        assert!(forecast(&broken, wanted(Method::Auto), None).unwrap().iter().all(|row| !row.is_smoothed));
        assert!(forecast(&broken, wanted(Method::Smoothing), None).is_err());
    }

    #[test]
    fn the_binomial_interval_is_exact() {
        let (low, high) = binomial(0.9, 50.0, 0.95).unwrap();
        assert!((low - 0.7819).abs() < 1e-3 && (high - 0.9667).abs() < 1e-3, "{low} {high}");
        assert_eq!(binomial(1.0, 10.0, 0.95).map(|ends| ends.1), Some(1.0));
    }

    proptest! {
        #[test]
        fn rates_stay_rates_and_are_never_surer_than_chance(values in proptest::collection::vec(0.0..=1.0_f64, 4..12)) {
            let rows = forecast(&series(&values, Quantity::Rate), wanted(Method::Trend), None).unwrap();
            for row in rows.iter().filter(|row| row.is_forecast) {
                let (value, lower, upper) = (row.value.unwrap(), row.lower.unwrap(), row.upper.unwrap());
                prop_assert!(0.0 <= lower && lower <= value && value <= upper && upper <= 1.0);
                let (low, high) = binomial(value, 50.0, 0.95).unwrap();
                prop_assert!(lower <= low + 1e-9 && upper >= high - 1e-9);
            }
        }

        #[test]
        fn counts_are_never_negative(values in proptest::collection::vec(0.0..100.0_f64, 4..9)) {
            let rows = forecast(&series(&values, Quantity::Count), wanted(Method::Trend), None).unwrap();
            prop_assert!(rows.iter().all(|row| row.value >= Some(0.0) && row.lower.is_none_or(|low| low >= 0.0)));
        }
    }
}
