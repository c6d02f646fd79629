//! Comparisons of views are compared with those of texts.

use datafusion::arrow::array::{Array as _, BooleanArray, StringViewArray};
use proptest::prelude::*;

use super::{Comparison, INLINE_BYTES, MOST_TEXTS, Short};
use crate::engine::testing::{Place, assert_rows, rows};

/// Texts around the length that a view holds, with what pads shorter ones.
fn text(most: usize) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ab\0]{0,3}", "(abcdefgh)?[abế]{0,4}\0?", "[ab]{11,14}"]
        .prop_filter("longer", move |text| text.len() <= most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn views_are_equal_where_texts_are(
        texts in prop::collection::vec(prop::option::weighted(0.9, text(20)), 0..200),
        wanted in prop::collection::vec(text(INLINE_BYTES), 1..=MOST_TEXTS),
        from in 0_usize..20,
        is_negated: bool,
    ) {
        let short = Short {
            name: String::new(),
            texts: wanted.clone(),
            is_negated,
            signature: datafusion::logical_expr::Signature::any(1, datafusion::logical_expr::Volatility::Immutable),
        };
        let whole: StringViewArray = texts.iter().collect();
        let from = from.min(whole.len());
        let holds = |text: &Option<String>| text.as_ref().map(|text| wanted.contains(text) != is_negated);
        let expected: BooleanArray = texts[from..].iter().map(holds).collect();
        prop_assert_eq!(short.compare(&whole.slice(from, whole.len() - from)), expected);
    }
}

/// The plan of a statement that keeps nothing.
fn plan(place: &Place, sql: &str) -> String {
    format!("{:?}", rows(&place.ask(false, &format!("EXPLAIN {sql}"))))
}

#[test]
fn statements_with_short_texts_give_what_long_comparisons_give() {
    let place = Place::new();
    // A text that is put together is compared as a text.
    let long = |sql: &str| {
        let part = |(place, part)| match place % 2 {
            0 => String::from(part),
            _ => format!("(left(dossier_code, 0) || '{part}')"),
        };
        sql.split('\'').enumerate().map(part).collect::<String>()
    };
    for (sql, shown) in [
        ("SELECT count(*) FROM dossiers WHERE channel = 'online'", "short[online]"),
        ("SELECT count(*) FROM dossiers WHERE channel <> 'online'", "short[NOT online]"),
        ("SELECT count(*) FROM dossiers WHERE 'online' = channel ", "short[online]"),
        ("SELECT count(*) FROM dossiers WHERE outcome IN ('early', 'overdue')", "short[early, overdue]"),
        (
            "SELECT count(*) FROM dossiers WHERE outcome NOT IN ('early', 'overdue', 'a', 'b', 'c')",
            "short[NOT early",
        ),
        (
            "SELECT count(*) FROM dossiers WHERE outcome = 'early' OR channel = 'online' OR fee > 100",
            "short[online]",
        ),
        (
            "SELECT count(*) FROM dossiers WHERE NOT (outcome = 'early' AND channel = 'online')",
            "short[NOT early]",
        ),
        ("SELECT count(*) FROM dossiers WHERE (outcome = 'early') IS NOT TRUE", "short[early]"),
        (
            "SELECT year, sum(CASE WHEN outcome IN ('early', 'on_time') THEN 1 ELSE 0 END) AS n, \
          sum(CASE WHEN outcome IN ('early', 'on_time', 'overdue') THEN 1 ELSE 0 END) AS m FROM dossiers GROUP BY year",
            "short[",
        ),
        (
            "SELECT sum(fee) FILTER (WHERE outcome = 'overdue'), count(*) FILTER (WHERE channel <> 'online') FROM dossiers",
            "short[overdue]",
        ),
        (
            "SELECT dossier_code, outcome = 'early' AS early, channel IN ('postal') FROM dossiers",
            "short[postal]",
        ),
        (
            "SELECT outcome = 'early' AS early, count(*) FROM dossiers GROUP BY outcome = 'early'",
            "short[early]",
        ),
        ("SELECT max(outcome = 'early') FROM dossiers", "short[early]"),
        (
            "SELECT outcome = 'early' AS e, year, count(*) FROM dossiers GROUP BY ROLLUP (outcome = 'early', year)",
            "short[early]",
        ),
        (
            "SELECT outcome IN ('early', 'overdue') AS e, year, count(*) FROM dossiers \
             GROUP BY GROUPING SETS ((outcome IN ('early', 'overdue'), year), (year))",
            "short[early, overdue]",
        ),
        (
            "SELECT year, outcome = 'early' AS e, channel = 'online' AS o, count(*) FROM dossiers \
             GROUP BY CUBE (outcome = 'early', channel = 'online'), year",
            "short[online]",
        ),
        ("SELECT count(*) FROM dossiers WHERE procedure_code = '1.000100'", "short[1.000100]"),
        (
            "SELECT field, (SELECT count(*) FROM dossiers b WHERE b.field = a.field AND b.outcome = 'overdue') AS n FROM dossiers a",
            "short[overdue]",
        ),
        (
            "SELECT count(*) FROM (SELECT *, outcome = 'early' AS o FROM dossiers) WHERE o AND channel = 'in_person'",
            "short[",
        ),
    ] {
        let (wanted, found) = (place.ask(false, &long(sql)), place.ask(false, sql));
        assert!(!plan(&place, &long(sql)).contains("short["), "{}", long(sql));
        assert!(plan(&place, sql).contains(shown), "{sql}\n{}", plan(&place, sql));
        assert_rows(sql, &rows(&wanted), &rows(&found));
    }
}

#[test]
fn other_comparisons_stay_as_they_are() {
    let place = Place::new();
    for sql in [
        "SELECT count(*) FROM dossiers WHERE dossier_code = 'H41.24-22-0001'",
        "SELECT count(*) FROM dossiers WHERE outcome IN ('early', 'a', 'b', 'thirteen byte')",
        "SELECT count(*) FROM dossiers WHERE outcome > 'early' AND channel LIKE 'o%'",
        "SELECT count(*) FROM dossiers WHERE outcome IS DISTINCT FROM 'early'",
        "SELECT count(*) FROM dossiers WHERE channel IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i')",
        "SELECT count(*) FROM dossiers WHERE outcome NOT IN ('early', NULL)",
        "SELECT count(*) FROM dossiers WHERE fee = 0 OR year = 2022",
    ] {
        assert!(!plan(&place, sql).contains("short["), "{sql}\n{}", plan(&place, sql));
    }
}

#[test]
fn a_list_is_short_only_if_all_its_texts_are() {
    let texts = |texts: &[Option<&str>]| {
        let values: Vec<_> =
            texts.iter().map(|text| datafusion::common::ScalarValue::from(text.map(str::to_owned))).collect();
        Comparison::list((), values.iter().map(Some), false).map(|comparison| comparison.texts)
    };
    assert_eq!(texts(&[Some("mười hai"), Some("")]), Some(vec!["mười hai".to_owned(), String::new()]));
    assert_eq!(texts(&[Some("mười hai byte")]), None);
    assert_eq!(texts(&[Some("a"), None]), None);
    assert_eq!(texts(&[]), None);
    assert_eq!(texts(&[Some("a"); MOST_TEXTS + 1]), None);
}
