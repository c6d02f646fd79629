//! Kept and computed answers are compared over random statements, changing years, and damage.

use std::fs;

use proptest::prelude::*;

use crate::engine::Script;
use crate::engine::testing::{Place, assert_rows, rows};

const GROUPS: [&str; 8] = [
    "year",
    "field",
    "channel",
    "outcome",
    "applicant_type",
    "procedure_code",
    "date_part('month', received_at)",
    "year % 2",
];
const MEASURES: [&str; 18] = [
    "count(*)",
    "count(fee)",
    "sum(fee)",
    "avg(fee)",
    "min(fee)",
    "max(received_at)",
    "min(procedure_name)",
    "count(DISTINCT applicant_key)",
    "count(DISTINCT procedure_code)",
    "median(fee)",
    "stddev(cast(fee AS double))",
    "var_pop(cast(fee AS double))",
    "sum(CASE WHEN outcome = 'overdue' THEN 1 ELSE 0 END)",
    "count(*) FILTER (WHERE channel = 'online')",
    "bool_or(outcome = 'returned')",
    "avg(date_part('epoch', completed_at) - date_part('epoch', received_at))",
    "max(date_trunc('month', received_at))",
    "array_agg(field ORDER BY dossier_code)",
];
const FILTERS: [&str; 8] = [
    "year >= 2021",
    "year IN (2020, 2023)",
    "year = 2022",
    "field = 'standards'",
    "fee > 100000",
    "outcome IS NOT NULL",
    "procedure_name LIKE '%bức xạ%'",
    "year = 2021 OR channel = 'direct'",
];

fn some(
    of: &'static [&'static str],
    range: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(of.to_vec(), range)
}

/// A grouping with columns named g0, g1, … and m0, m1, …
fn grouping() -> impl Strategy<Value = (String, usize)> {
    (some(&GROUPS, 0..4), some(&MEASURES, 1..4), some(&FILTERS, 0..3)).prop_map(
        |(groups, measures, filters)| {
            let named = |prefix: char, columns: &[&str]| {
                let columns =
                    columns.iter().enumerate().map(|(at, column)| format!("{column} AS {prefix}{at}"));
                columns.collect::<Vec<_>>()
            };
            let columns = [named('g', &groups), named('m', &measures)].concat().join(", ");
            let mut sql = format!("SELECT {columns} FROM dossiers");
            if !filters.is_empty() {
                sql += " WHERE ";
                sql += &filters.join(" AND ");
            }
            if !groups.is_empty() {
                sql += " GROUP BY ";
                sql += &groups.join(", ");
            }
            (sql, groups.len())
        },
    )
}

/// A statement around groupings.
fn statement() -> impl Strategy<Value = String> {
    (grouping(), grouping(), 0..7).prop_map(|((left, groups), (right, others), shape)| match shape {
        0 => format!("SELECT * FROM ({left}) WHERE m0 IS NOT NULL"),
        1 if groups > 0 => format!("SELECT g0, count(*), max(m0) FROM ({left}) GROUP BY g0"),
        2 if groups > 0 && others > 0 => {
            format!(
                "SELECT l.*, r.m0 FROM ({left}) l LEFT JOIN ({right}) r ON cast(l.g0 AS text) = cast(r.g0 AS text)"
            )
        }
        3 => format!("SELECT count(*) FROM ({left}) UNION ALL SELECT count(*) FROM ({right})"),
        4 if groups > 0 => {
            let keys: Vec<_> = (0..groups).map(|at| format!("g{at}")).collect();
            format!("SELECT * FROM ({left}) ORDER BY {} LIMIT 5", keys.join(", "))
        }
        5 => format!("SELECT d.field, s.m0 FROM dossiers d, ({left} LIMIT 1) s WHERE d.year = 2023 AND d.fee > 0"),
        _ => left,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kept_and_computed_answers_are_equal_while_years_change(
        statements in prop::collection::vec(statement(), 1..4),
        changes in prop::collection::vec((2020..2024, 2020..2024), 1..3),
    ) {
        let place = Place::new();
        // `LIMIT 1` without an order takes any row, so such a statement is compared by its number of rows only.
        let compare = |sql: &String| if sql.contains("LIMIT 1)") {
            let count = format!("SELECT count(*) FROM ({sql})");
            place.compare(&count);
        } else {
            place.compare(sql);
        };
        statements.iter().for_each(compare);
        for (year, with) in changes {
            place.replace(year, with);
            statements.iter().for_each(compare);
        }
    }
}

const BY_YEAR: &str = "SELECT year, field, count(*), count(DISTINCT applicant_key), median(fee) FROM dossiers GROUP BY year, field";
const BY_FIELD: &str =
    "SELECT field, count(*), avg(fee), stddev(cast(fee AS double)) FROM dossiers GROUP BY field";

#[test]
fn a_replaced_year_costs_only_that_year() {
    let place = Place::new();
    for (sql, form) in [(BY_YEAR, "values"), (BY_FIELD, "states")] {
        assert!(place.explain(sql).contains(&format!("{form}, hits=0, misses=4")), "{}", place.explain(sql));
        place.compare(sql);
        assert!(place.explain(sql).contains("hits=4, misses=0"));
        place.replace(2021, 2020);
        // The rows of 2020 were met, but under another year.
        assert!(place.explain(sql).contains("hits=3, misses=1"));
        place.compare(sql);
        place.replace(2021, 2021);
        assert!(place.explain(sql).contains("hits=4, misses=0"), "a restored year is known by its bytes");
        place.compare(sql);
    }
}

#[test]
fn years_are_chosen_without_computing_again_and_names_do_not_matter() {
    let place = Place::new();
    place.compare(BY_FIELD);
    let named = "SELECT d.field AS linh_vuc, count(*) AS n, avg(d.fee) AS tb, stddev(cast(d.fee AS double)) AS s \
                 FROM dossiers d WHERE d.year >= 2022 GROUP BY d.field";
    assert!(place.explain(named).contains("hits=2, misses=0"), "{}", place.explain(named));
    place.compare(named);
    let medians = "SELECT field, median(fee) FROM dossiers GROUP BY field";
    place.compare(medians);
    assert!(place.explain(medians).contains("hits=4, misses=0"), "{}", place.explain(medians));
    place.compare("SELECT field, count(*) FROM dossiers WHERE year = 2023 GROUP BY field");
    place.compare("SELECT field, count(*) FROM dossiers WHERE year = 2030 GROUP BY field");
}

#[test]
fn what_depends_on_more_than_rows_is_not_kept() {
    let place = Place::new();
    for sql in [
        "SELECT year, array_agg(field) FROM dossiers GROUP BY year",
        "SELECT year, first_value(field) FROM dossiers GROUP BY year",
        "SELECT year, approx_distinct(field) FROM dossiers GROUP BY year",
        "SELECT year, count(random()) FROM dossiers GROUP BY year",
        "SELECT year, sum(working_days(received_at, due_at)) FROM dossiers GROUP BY year",
        "SELECT year, field, count(*) FROM dossiers GROUP BY ROLLUP (year, field)",
        "SELECT count(*) FROM (SELECT * FROM dossiers LIMIT 10)",
        "SELECT count(*), min(received_at), max(fee) FROM dossiers WHERE year > 2020",
    ] {
        assert!(!place.explain(sql).contains("KeptExec"), "{sql}\n{}", place.explain(sql));
    }
}

#[test]
fn damaged_and_cut_files_are_computed_again() {
    let place = Place::new();
    place.compare(BY_YEAR);
    let kept = place.kept();
    assert_eq!(kept.len(), 4);
    for (index, file) in kept.iter().enumerate() {
        let mut bytes = fs::read(file).unwrap();
        if index % 2 == 0 {
            bytes.truncate(bytes.len() / 2);
        } else {
            let last = bytes.len() - 9;
            bytes[last] ^= 1;
        }
        fs::write(file, bytes).unwrap();
    }
    assert!(place.explain(BY_YEAR).contains("hits=0, misses=4"));
    place.compare(BY_YEAR);
    assert!(place.explain(BY_YEAR).contains("hits=4, misses=0"));
}

#[test]
fn the_limit_holds_and_what_is_swept_is_computed_again() {
    let place = Place::new();
    let wanted = rows(&place.ask(false, BY_YEAR));
    for _ in 0..3 {
        assert_rows(BY_YEAR, &wanted, &rows(&place.ask_within(true, 3000, BY_YEAR)));
        let sizes: u64 = place.kept().iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        assert!(sizes <= 3000, "{sizes}");
    }
}

#[test]
fn an_unusable_folder_costs_no_answer() {
    let place = Place::new();
    fs::write(place.folder.path().join("cache"), "a file").unwrap();
    place.compare(BY_YEAR);
    place.compare(BY_FIELD);
}

#[test]
fn statements_side_by_side_agree() {
    let place = Place::new();
    let wanted = rows(&place.ask(false, BY_FIELD));
    let engine = place.engine(true, u64::MAX);
    let script = Script::new("test", BY_FIELD);
    let statement = script.statements().remove(0);
    let asked = (0..8).map(|_| engine.ask(&script, &statement));
    let answers = place.runtime.block_on(futures::future::join_all(asked));
    for answer in answers {
        assert_rows(BY_FIELD, &wanted, &rows(&answer.unwrap()));
    }
}
