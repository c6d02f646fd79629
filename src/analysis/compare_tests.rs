#![expect(clippy::cast_precision_loss, reason = "counts of a test are small")]

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use proptest::prelude::*;

use super::{Comparison, Line, Years, choose_baseline, compare};
use crate::analysis::leave_out_of_comparison;
use crate::engine::{Answer, Trace};
use crate::query::{SavedQuery, parse_saved_query};

const HEADER: &str = "-- title: Hồ sơ
-- column year: key -- Năm
-- column field: key -- Lĩnh vực
-- column on_time: count higher -- Đúng hạn
-- column resolved: count -- Đã giải quyết
-- column total: count total -- Tổng số của năm
-- column rate: rate(on_time/resolved) 2 higher -- Tỷ lệ
SELECT 1";

type Row = (i32, &'static str, Option<i64>, Option<i64>, i64);

fn query() -> SavedQuery {
    parse_saved_query("q", "queries/q.sql", HEADER).unwrap()
}

fn answer(rows: &[Row]) -> Answer {
    let rate = |row: &Row| {
        let (on_time, resolved) = (row.2? as f64, row.3? as f64);
        (resolved != 0.0).then_some(on_time / resolved)
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("year", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int32Array>())),
        ("field", Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>())),
        ("on_time", Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>())),
        ("resolved", Arc::new(rows.iter().map(|row| row.3).collect::<Int64Array>())),
        ("total", Arc::new(rows.iter().map(|row| Some(row.4)).collect::<Int64Array>())),
        ("rate", Arc::new(rows.iter().map(rate).collect::<Float64Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    Answer {
        schema: batch.schema(),
        batches: vec![batch],
        notices: Vec::new(),
        is_ordered: true,
        trace: Trace::default(),
        left_out: Vec::new(),
    }
}

fn years(shown: &[i32], imported: &[i32], baseline: i32) -> Years {
    Years {
        shown: shown.to_vec(),
        imported: imported.iter().copied().collect::<BTreeSet<_>>(),
        baseline: Some(baseline),
    }
}

fn line<'a>(comparison: &'a Comparison, measure: &str, group: &str) -> &'a Line {
    let is_meant = |line: &&Line| line.measure.name == measure && line.group == [Some(group.to_owned())];
    comparison.lines.iter().find(is_meant).unwrap()
}

const ROWS: [Row; 4] = [
    (2022, "a", Some(57), Some(60), 64),
    (2022, "b", Some(4), Some(4), 64),
    (2023, "a", Some(61), Some(62), 67),
    (2023, "c", Some(5), Some(5), 67),
];

#[test]
fn an_absent_group_is_nothing_in_an_imported_year_and_unknown_in_another() {
    let compared =
        compare(&query(), &answer(&ROWS), &years(&[2021, 2022, 2023], &[2022, 2023], 2022)).unwrap();
    assert_eq!(line(&compared, "on_time", "b").values, [None, Some(4.0), Some(0.0)]);
    assert_eq!(line(&compared, "on_time", "c").values, [None, Some(0.0), Some(5.0)]);
    assert_eq!(line(&compared, "rate", "c").values, [None, None, Some(1.0)]);
    assert_eq!(line(&compared, "on_time", "total").values, [None, Some(61.0), Some(66.0)]);
}

#[test]
fn a_percentage_needs_a_base_of_twenty_and_rates_differ_in_points() {
    let compared = compare(&query(), &answer(&ROWS), &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    let counted = line(&compared, "on_time", "a");
    assert_eq!((counted.difference, counted.points, counted.is_better), (Some(4.0), None, Some(true)));
    assert_eq!(counted.growth, Some(61.0 / 57.0 - 1.0));
    let small = line(&compared, "on_time", "b");
    assert_eq!((small.difference, small.growth, small.is_better), (Some(-4.0), None, Some(false)));
    let rate = line(&compared, "rate", "a");
    assert_eq!((rate.difference, rate.growth), (None, None));
    assert_eq!(rate.points, Some((61.0 / 62.0 - 57.0 / 60.0) * 100.0));
    assert_eq!(line(&compared, "resolved", "a").is_better, None, "nobody says which way is better");
}

#[test]
fn totals_compute_rates_again_and_leave_what_stands_for_the_year_alone() {
    let compared = compare(&query(), &answer(&ROWS), &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    assert_eq!(line(&compared, "rate", "total").values, [Some(61.0 / 64.0), Some(66.0 / 67.0)]);
    assert_eq!(line(&compared, "total", "total").values, [Some(64.0), Some(67.0)]);
    let lines = compared.lines.iter().filter(|line| line.measure.name == "total").count();
    assert_eq!(lines, 1, "what stands for the year is said once");
}

#[test]
fn a_share_of_an_absent_group_is_nothing_of_the_whole() {
    let text = "-- column field: key\n-- column n: count\n-- column total: count total\n\
                -- column share: rate(n/total)\nSELECT 1";
    let query = parse_saved_query("q", "q.sql", text).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("year", Arc::new(Int32Array::from(vec![2022, 2022, 2023]))),
        ("field", Arc::new(StringArray::from(vec!["a", "b", "a"]))),
        ("n", Arc::new(Int64Array::from(vec![3, 1, 8]))),
        ("total", Arc::new(Int64Array::from(vec![4, 4, 8]))),
        ("share", Arc::new(Float64Array::from(vec![0.75, 0.25, 1.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let answer = Answer { schema: batch.schema(), batches: vec![batch], ..answer(&[]) };
    let compared = compare(&query, &answer, &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    assert_eq!(line(&compared, "share", "b").values, [Some(0.25), Some(0.0)]);
    assert_eq!(line(&compared, "share", "total").values, [Some(1.0), Some(1.0)]);
}

#[test]
fn a_sum_with_an_unknown_part_is_unknown() {
    let rows = [ROWS[0], (2022, "b", None, Some(4), 64), ROWS[2]];
    let compared = compare(&query(), &answer(&rows), &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    assert_eq!(line(&compared, "on_time", "total").values, [None, Some(61.0)]);
    assert_eq!(line(&compared, "resolved", "total").values, [Some(64.0), Some(62.0)]);
}

#[test]
fn totals_do_not_go_across_a_key_that_stands_apart() {
    let text = "-- column unit: key apart\n-- column content: key\n-- column n: count\nSELECT 1";
    let query = parse_saved_query("q", "q.sql", text).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("year", Arc::new(Int32Array::from(vec![2022, 2022, 2022, 2023]))),
        ("unit", Arc::new(StringArray::from(vec!["turn", "turn", "person", "turn"]))),
        ("content", Arc::new(StringArray::from(vec!["x", "y", "x", "x"]))),
        ("n", Arc::new(Int64Array::from(vec![1, 2, 4, 8]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let answer = Answer { schema: batch.schema(), batches: vec![batch], ..answer(&[]) };
    let compared = compare(&query, &answer, &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    let totals: Vec<_> = compared.lines.iter().filter(|line| line.is_total).collect();
    assert_eq!(totals.len(), 1, "a single group is its own total");
    assert_eq!(totals[0].group, [Some("turn".to_owned()), Some("total".to_owned())]);
    assert_eq!(totals[0].values, [Some(3.0), Some(8.0)]);
}

#[test]
fn undeclared_whole_numbers_are_counted_and_fractions_are_left_out() {
    let query = parse_saved_query("q", "q.sql", "SELECT 1").unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("year", Arc::new(Int32Array::from(vec![2022, 2022, 2023]))),
        ("field", Arc::new(StringArray::from(vec!["a", "b", "a"]))),
        ("n", Arc::new(Int64Array::from(vec![3, 1, 8]))),
        ("mean", Arc::new(Float64Array::from(vec![0.5, 0.25, 1.5]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let answer = Answer { schema: batch.schema(), batches: vec![batch], ..answer(&[]) };
    let compared = compare(&query, &answer, &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
    assert_eq!(line(&compared, "n", "total").values, [Some(4.0), Some(8.0)]);
    assert!(compared.lines.iter().all(|line| line.measure.name == "n"));
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_reason() {
    let two = [ROWS[0], ROWS[0]];
    let all = years(&[2022, 2023], &[2022, 2023], 2022);
    let message = |query: &SavedQuery, answer: &Answer| compare(query, answer, &all).unwrap_err().to_string();
    assert!(message(&query(), &answer(&two)).contains("two rows for `a` in 2022"));
    let no_measure = parse_saved_query("q", "q.sql", "-- column field: key\nSELECT 1").unwrap();
    let keys: Vec<(&str, ArrayRef)> = vec![
        ("year", Arc::new(Int32Array::from(vec![2022]))),
        ("field", Arc::new(StringArray::from(vec!["a"]))),
    ];
    let batch = RecordBatch::try_from_iter(keys).unwrap();
    let only_keys = Answer { schema: batch.schema(), batches: vec![batch], ..answer(&[]) };
    assert!(message(&no_measure, &only_keys).contains("no counts, amounts or rates"));
}

#[test]
fn the_baseline_is_the_year_imported_before_the_last() {
    let imported = BTreeSet::from([2019, 2020, 2022]);
    assert_eq!(choose_baseline(&[2019, 2020, 2021, 2022, 2023], &imported), Some(2020));
    assert_eq!(choose_baseline(&[2022], &imported), None);
}

proptest! {
    /// The total of a count is the sum of its groups, and its rate lies between those of the groups.
    #[test]
    fn totals_agree_with_their_groups(counts in prop::collection::vec((0_i64..500, 1_i64..500), 2..6)) {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        let rows: Vec<Row> = counts
            .iter()
            .zip(NAMES)
            .map(|((part, rest), name)| (2023, name, Some(*part), Some(part + rest), 1))
            .collect();
        let compared = compare(&query(), &answer(&rows), &years(&[2022, 2023], &[2022, 2023], 2022)).unwrap();
        let sum: i64 = counts.iter().map(|(part, _)| part).sum();
        prop_assert_eq!(line(&compared, "on_time", "total").values[1], Some(sum as f64));
        let rates: Vec<f64> =
            NAMES.iter().take(rows.len()).map(|name| line(&compared, "rate", name).values[1].unwrap()).collect();
        let total = line(&compared, "rate", "total").values[1].unwrap();
        let least = rates.iter().copied().fold(f64::MAX, f64::min);
        let most = rates.iter().copied().fold(f64::MIN, f64::max);
        prop_assert!(least <= total + 1e-12 && total <= most + 1e-12);
    }
}

#[test]
fn what_is_left_out_takes_its_rate_and_its_change_with_it() {
    let query = query();
    let answer = answer(&[
        (2022, "a", Some(30), Some(40), 100),
        (2022, "b", Some(20), Some(30), 100),
        (2022, "c", Some(25), Some(30), 100),
        (2023, "a", Some(3), Some(40), 100),
        (2023, "b", Some(20), Some(30), 100),
        (2023, "c", Some(25), Some(30), 100),
    ]);
    let years = Years { shown: vec![2022, 2023], imported: [2022, 2023].into(), baseline: Some(2022) };
    let mut comparison = compare(&query, &answer, &years).unwrap();
    let whole = comparison.clone();
    leave_out_of_comparison(&mut comparison, &query, 5);
    for (line, before) in comparison.lines.iter().zip(&whole.lines) {
        let name = line.group[0].as_deref().unwrap_or_default();
        // The small count of a, and b beside it, since the total stays.
        let is_touched =
            matches!(line.measure.name.as_str(), "on_time" | "rate") && matches!(name, "a" | "b");
        assert_eq!(line.values[1].is_none(), is_touched, "{line:?}");
        assert_eq!(line.is_change_left_out, is_touched, "{line:?}");
        if is_touched {
            assert_eq!([line.difference, line.growth, line.points], [None; 3], "{line:?}");
            assert_eq!(line.is_better, None);
        } else {
            assert_eq!(line, before);
        }
    }
}
