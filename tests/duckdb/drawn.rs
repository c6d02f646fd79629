//! Draws statements over the bundled dossiers and staffing whose answers the data alone decide, in SQL that both engines read.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Conditions that are true, false or unknown of dossiers.
const ATOMS: [&str; 16] = [
    "outcome = 'overdue'",
    "outcome IN ('early', 'on_time', NULL)",
    "outcome NOT IN ('early', 'returned')",
    "completed_at > CAST(due_at AS TIMESTAMP)",
    "completed_at IS NULL",
    "fee > 100000",
    "fee BETWEEN 0 AND 500000",
    "fee IN (0, 150000)",
    "field <> 'standards'",
    "procedure_name LIKE '%bức xạ%'",
    "procedure_name NOT LIKE 'C_p %'",
    "coalesce(handling_unit, outcome) = 'early'",
    "CASE WHEN fee > 0 THEN outcome ELSE channel END = 'direct'",
    "year % 2 = 0",
    "received_at >= CAST('2022-03-01' AS TIMESTAMP)",
    "nullif(channel, 'direct') IS NULL",
];
const KEYS: [&str; 7] = [
    "year",
    "field",
    "outcome",
    "channel",
    "extract(month FROM received_at)",
    "CASE WHEN fee > 500000 THEN 'dear' WHEN fee > 0 THEN 'cheap' END",
    "substr(procedure_code, 1, 3)",
];
const MEASURES: [&str; 14] = [
    "count(*)",
    "count(completed_at)",
    "count(DISTINCT procedure_code)",
    "count(*) FILTER (WHERE outcome = 'early')",
    "min(received_at)",
    "max(procedure_name)",
    "sum(fee)",
    "sum(DISTINCT fee)",
    "avg(CAST(fee AS DOUBLE))",
    "median(CAST(fee AS DOUBLE))",
    "stddev(CAST(fee AS DOUBLE))",
    "sum(CASE WHEN outcome = 'overdue' THEN 1.0 ELSE 0.0 END) / CAST(count(*) AS DOUBLE)",
    "string_agg(dossier_code, ',' ORDER BY dossier_code)",
    "max(length(procedure_name))",
];
const WINDOWS: [&str; 7] = [
    "row_number() OVER (PARTITION BY year ORDER BY received_at, dossier_code)",
    "rank() OVER (PARTITION BY field ORDER BY fee DESC NULLS LAST)",
    "sum(fee) OVER (PARTITION BY year ORDER BY dossier_code ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)",
    "lag(outcome) OVER (PARTITION BY procedure_code ORDER BY received_at, dossier_code)",
    "count(*) OVER (PARTITION BY channel, outcome)",
    "first_value(dossier_code) OVER (PARTITION BY field ORDER BY dossier_code)",
    "ntile(4) OVER (ORDER BY dossier_code)",
];

/// Lists of one column are not combined: DataFusion 55.2 takes `x IN (1) AND x NOT IN (1)` for false where it is unknown
/// (apache/datafusion#24246), which shows under a NOT.
fn condition() -> impl Strategy<Value = String> {
    let atom = prop::sample::select(ATOMS.to_vec()).prop_map(str::to_owned);
    let condition = atom.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} AND {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} OR {right})")),
            inner.prop_map(|inner| format!("(NOT {inner})")),
        ]
    });
    condition.prop_filter("lists of one column", |condition| condition.matches(" IN (").count() <= 1)
}

/// A list of columns with names of their own, since names that an engine makes up differ.
fn columns(expressions: &[&str]) -> String {
    let named = expressions.iter().enumerate().map(|(index, expression)| format!("{expression} AS c{index}"));
    named.collect::<Vec<_>>().join(", ")
}

fn statement() -> impl Strategy<Value = String> {
    let keys = prop::sample::subsequence(KEYS.to_vec(), 0..3);
    let measures = prop::sample::subsequence(MEASURES.to_vec(), 1..4);
    let window = prop::sample::select(WINDOWS.to_vec());
    (keys, measures, window, condition(), condition(), 0..10).prop_map(|(keys, measures, window, left, right, shape)| {
        let found = columns(&[keys.clone(), measures.clone()].concat());
        let group = if keys.is_empty() { String::new() } else { format!(" GROUP BY {}", keys.join(", ")) };
        let part = |name: &str, condition: &str| format!("{name} AS (SELECT * FROM dossiers WHERE {condition})");
        let parts = format!("WITH {}, {}", part("a", &left), part("b", &right));
        let codes = "SELECT dossier_code, field FROM";
        match shape {
            0 => format!(
                "{parts} SELECT a.dossier_code AS c0, b.fee AS c1 FROM a JOIN b ON a.applicant_key = b.applicant_key AND a.year < b.year"
            ),
            1 => format!(
                "{parts} SELECT a.dossier_code AS c0, b.fee AS c1 FROM a LEFT JOIN b ON a.procedure_code = b.procedure_code AND a.received_at < b.received_at AND a.year = b.year"
            ),
            2 => format!(
                "{parts} SELECT a.dossier_code AS c0, b.dossier_code AS c1 FROM a FULL JOIN b ON a.dossier_code = b.dossier_code"
            ),
            3 => format!("{parts} {codes} a WHERE EXISTS (SELECT 1 FROM b WHERE b.procedure_code = a.procedure_code AND b.year <> a.year)"),
            4 => format!("{parts} {codes} a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.procedure_code = a.procedure_code)"),
            5 => format!("{parts} {codes} a EXCEPT {codes} b"),
            6 => format!("{parts} SELECT field, outcome FROM a UNION SELECT field, channel FROM b"),
            7 => format!("SELECT dossier_code, {window} AS c1 FROM dossiers WHERE {left}"),
            8 if !keys.is_empty() => format!("SELECT {found} FROM dossiers WHERE {left}{group} HAVING count(*) > 2 ORDER BY 1 NULLS LAST"),
            _ => format!("SELECT {found} FROM dossiers WHERE {left}{group}"),
        }
    })
}

/// Draws the given number of statements, the same ones each time.
pub(crate) fn draw(count: usize) -> Vec<String> {
    let source = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), source);
    let strategy = statement();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}
