//! Turns the periods of the years that are compared into a warning where they differ in length.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Lang;
use crate::messages::QueryNotice;
use crate::store::{Dated, Provenance};
use crate::vietnamese::print::localise_date;

/// Days by which periods may differ: leap years and reports that close on a Friday are no difference.
const TOLERANCE: i64 = 7;

/// Warns, once per dataset, of years whose periods differ in length by more than a week.
pub fn warn_of_periods(provenance: &[Provenance], years: &[i32]) -> Vec<QueryNotice> {
    let mut datasets: BTreeMap<&str, BTreeMap<i32, Dated>> = BTreeMap::new();
    for year in provenance.iter().filter(|year| years.contains(&year.year)) {
        datasets.entry(&year.dataset).or_default().insert(year.year, year.period);
    }
    datasets.iter().filter_map(|(dataset, periods)| warn(dataset, periods)).collect()
}

fn warn(dataset: &str, periods: &BTreeMap<i32, Dated>) -> Option<QueryNotice> {
    let lengths: BTreeSet<i64> = periods.values().map(days).collect();
    let (shortest, longest) = (lengths.first()?, lengths.last()?);
    if longest - shortest <= TOLERANCE {
        return None;
    }
    // The years that are not as long as the longest are what the reader must know.
    let short = |lang: Lang, word: &str| {
        let part = |(year, period): (&i32, &Dated)| {
            let date = |date: chrono::NaiveDate| localise_date(&date.to_string(), lang);
            format!("{year}: {} {word} ({} – {})", days(period), date(period.from), date(period.to))
        };
        let short = periods.iter().filter(|(_, period)| longest - days(period) > TOLERANCE);
        short.map(part).collect::<Vec<_>>().join("; ")
    };
    Some(QueryNotice::Periods {
        dataset: dataset.to_owned(),
        days: *longest,
        short: short(Lang::En, "days"),
        short_vi: short(Lang::Vi, "ngày"),
    })
}

fn days(period: &Dated) -> i64 {
    (period.to - period.from).num_days() + 1
}
