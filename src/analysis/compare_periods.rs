//! Turns the periods of the years that are compared into a warning where they differ in length.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Lang;
use crate::messages::QueryNotice;
use crate::store::{Dated, Provenance};
use crate::vietnamese::print::localise_date;

/// Days by which periods may differ: leap years and reports that close on a Friday are no difference.
const TOLERANCE: i64 = 7;

/// Warns, once per dataset, of years whose periods differ in length by more than a week.
///
/// `title` says what people call a dataset.
pub fn warn_of_periods(
    provenance: &[Provenance],
    years: &[i32],
    title: impl Fn(&str) -> String,
) -> Vec<QueryNotice> {
    let mut datasets: BTreeMap<&str, BTreeMap<i32, Dated>> = BTreeMap::new();
    for year in provenance.iter().filter(|year| years.contains(&year.year)) {
        datasets.entry(&year.dataset).or_default().insert(year.year, year.period);
    }
    datasets.iter().filter_map(|(dataset, periods)| warn(dataset, title(dataset), periods)).collect()
}

fn warn(dataset: &str, title: String, periods: &BTreeMap<i32, Dated>) -> Option<QueryNotice> {
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
        title,
        days: *longest,
        short: short(Lang::En, "days"),
        short_vi: short(Lang::Vi, "ngày"),
    })
}

fn days(period: &Dated) -> i64 {
    (period.to - period.from).num_days() + 1
}

#[cfg(test)]
mod tests {
    use super::warn_of_periods;
    use crate::error::{Explain as _, Lang};
    use crate::store::{AsOf, Dated, Origin, Provenance, Synthetic};

    fn year(year: i32, to: &str) -> Provenance {
        let to = to.parse().unwrap();
        Provenance {
            dataset: "dossiers".to_owned(),
            year,
            files: Vec::new(),
            rows: 1,
            rows_by_kind: indexmap::IndexMap::new(),
            rejects: 0,
            control_totals: Vec::new(),
            contract_hash: String::new(),
            period: Dated {
                from: chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap(),
                to,
                origin: Origin::Export,
            },
            as_of: AsOf { date: to, origin: Origin::Export },
            synthetic: Synthetic::None,
            importer_version: 1,
            revision: String::new(),
        }
    }

    #[test]
    fn a_week_is_no_difference_and_more_is_said_with_both_lengths() {
        let warn = |years: &[Provenance]| warn_of_periods(years, &[2020, 2022, 2023], str::to_uppercase);
        assert!(warn(&[year(2020, "2020-12-31"), year(2022, "2022-12-25")]).is_empty());
        let warned = warn(&[year(2020, "2020-12-31"), year(2022, "2022-12-31"), year(2023, "2023-12-14")]);
        assert_eq!(
            warned[0].message(Lang::Vi),
            "kỳ số liệu dài ngắn khác nhau (DOSSIERS): dài nhất 366 ngày, 2023: 348 ngày (01/01/2023 – 14/12/2023); \
             số liệu không được quy đổi theo năm"
        );
        assert!(warn_of_periods(&[year(2021, "2021-03-31")], &[2020], str::to_owned).is_empty());
    }
}
