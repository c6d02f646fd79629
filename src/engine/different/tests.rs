//! Counts of different texts are compared with those that DataFusion finds by grouping.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, UnboundedMemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};
use proptest::prelude::*;

use super::exec::DifferentExec;
use crate::engine::planner::Planner;
use crate::engine::testing::{Place, assert_rows, rows as answer_rows};
use crate::workspace::Workspace;

/// Texts of all kinds, some of them often: hashes, nearly hashes, short and long ones, none.
fn rows(rows: i64, different: i64) -> String {
    format!(
        "(SELECT value % 3 = 0 AS g, value % 7 < 3 AS h, arrow_cast(CASE value % 6
            WHEN 0 THEN NULL
            WHEN 1 THEN md5(CAST(value % {different} AS text))
            WHEN 2 THEN md5(CAST(value * 7919 % {different} AS text))
            WHEN 3 THEN upper(md5(CAST(value % {different} AS text)))
            WHEN 4 THEN CAST(value % {different} AS text)
            ELSE repeat(CAST(value % {different} AS text), 9) END, 'Utf8View') AS t FROM generate_series(1, {rows}))"
    )
}

struct Engine {
    context: SessionContext,
    pool: Arc<dyn MemoryPool>,
}

impl Engine {
    fn new(partitions: usize, batch_rows: usize, pool: Arc<dyn MemoryPool>) -> Self {
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::clone(&pool)).build_arc().unwrap();
        let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(batch_rows);
        let workspace = Workspace::open(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_query_planner(Arc::new(Planner::new(workspace, u64::MAX)))
            .build();
        Self { context: SessionContext::new_with_state(state), pool }
    }

    /// Runs a statement; returns its rows in an order of their own, and how often its step went to disk, if it has one.
    fn run(&self, sql: &str) -> Result<(Vec<String>, Option<usize>)> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
        runtime.block_on(async {
            let plan = self.context.sql(sql).await?.create_physical_plan().await?;
            let rows = collect(Arc::clone(&plan), self.context.task_ctx()).await?;
            let spills =
                find_step(&plan).map(|step| step.metrics().and_then(|m| m.spill_count()).unwrap_or(0));
            let rows = pretty_format_batches(&rows)?.to_string();
            let mut rows: Vec<_> =
                rows.lines().skip(3).filter(|line| line.starts_with('|')).map(str::to_owned).collect();
            rows.sort();
            Ok((rows, spills))
        })
    }

    /// Compares the step with two aggregates; returns how often it went to disk.
    fn compare(&self, groups: &str, from: &str) -> usize {
        let by = if groups.is_empty() { String::new() } else { format!("GROUP BY {groups}") };
        let columns = if groups.is_empty() { String::new() } else { format!("{groups}, ") };
        let (found, spills) =
            self.run(&format!("SELECT {columns}count(DISTINCT t) AS n FROM {from} {by}")).unwrap();
        assert_eq!(self.pool.reserved(), 0, "memory is given back");
        let plain = Self::new(2, 8192, Arc::new(UnboundedMemoryPool::default()));
        let grouped = format!("(SELECT DISTINCT {columns}t FROM {from})");
        let (wanted, step) = plain
            .run(&format!(
                "SELECT {columns}coalesce(sum(CASE WHEN t IS NULL THEN 0 ELSE 1 END), 0) AS n FROM {grouped} {by}"
            ))
            .unwrap();
        assert_eq!(step, None, "two aggregates");
        assert_eq!(found, wanted, "{groups} {from}");
        spills.expect("a step of our own")
    }
}

fn find_step(plan: &Arc<dyn ExecutionPlan>) -> Option<&Arc<dyn ExecutionPlan>> {
    if plan.is::<DifferentExec>() {
        return Some(plan);
    }
    plan.children().into_iter().find_map(find_step)
}

fn limited(bytes: usize) -> Arc<dyn MemoryPool> {
    Arc::new(FairSpillPool::new(bytes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_two_aggregates(
        count in 1..40_000_i64, different in 1..30_000_i64, groups in 0..3_usize, partitions in 1..5_usize, batch in 1..9000_usize,
    ) {
        let engine = Engine::new(partitions, batch.max(17), Arc::new(UnboundedMemoryPool::default()));
        let groups = ["", "g", "h, g"][groups];
        prop_assert_eq!(engine.compare(groups, &rows(count, different)), 0);
    }
}

#[test]
fn records_that_do_not_fit_go_to_disk_and_are_counted_once() {
    let engine = Engine::new(2, 8192, limited(6 << 20));
    assert!(engine.compare("g", &rows(300_000, 200_000)) > 0);
}

#[test]
fn few_texts_need_little_memory_however_often_they_come() {
    let engine = Engine::new(2, 8192, limited(6 << 20));
    assert_eq!(engine.compare("g", &rows(400_000, 10)), 0);
}

#[test]
fn no_rows_have_no_groups_but_one_number() {
    let engine = Engine::new(2, 8192, limited(64 << 20));
    let nothing = format!("{} WHERE t = 'nothing'", rows(100, 10));
    engine.compare("", &nothing);
    engine.compare("g", &nothing);
    engine.compare("g", &format!("{} WHERE t IS NULL", rows(100, 10)));
}

#[test]
fn a_limit_under_which_nothing_can_be_done_is_told() {
    let engine = Engine::new(2, 8192, limited(1 << 16));
    let error = engine.run(&format!("SELECT count(DISTINCT t) FROM {}", rows(20_000, 20_000))).unwrap_err();
    assert!(matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)), "{error}");
    assert_eq!(engine.pool.reserved(), 0);
}

#[test]
fn the_step_takes_the_place_of_two_aggregates_where_groups_are_few() {
    let place = Place::new();
    let explain = |sql: &str| {
        let answer = place.ask(false, &format!("EXPLAIN {sql}"));
        pretty_format_batches(&answer.batches).unwrap().to_string()
    };
    for (sql, is_step) in [
        ("SELECT year, count(DISTINCT applicant_key) FROM dossiers GROUP BY year", true),
        ("SELECT count(DISTINCT dossier_code) FROM dossiers", true),
        ("SELECT field, year, count(DISTINCT applicant_key) FROM dossiers GROUP BY field, year", true),
        (
            "SELECT extract(month FROM received_at), count(DISTINCT applicant_key) FROM dossiers GROUP BY 1",
            true,
        ),
        ("SELECT fee > 0, count(DISTINCT lower(procedure_code)) FROM dossiers GROUP BY 1", true),
        (
            "SELECT year, count(k) FROM (SELECT DISTINCT year, applicant_key AS k FROM dossiers) GROUP BY year",
            true,
        ),
        ("SELECT year FROM dossiers WHERE year > (SELECT count(DISTINCT applicant_key) FROM dossiers)", true),
        (
            "SELECT year, count(k) FROM (SELECT DISTINCT year, field, applicant_key AS k FROM dossiers) GROUP BY year",
            false,
        ),
        (
            "SELECT year, count(*) FROM (SELECT DISTINCT year, applicant_key FROM dossiers) GROUP BY year",
            false,
        ),
        ("SELECT procedure_code, count(DISTINCT applicant_key) FROM dossiers GROUP BY procedure_code", false),
        ("SELECT year, count(DISTINCT fee) FROM dossiers GROUP BY year", false),
        ("SELECT year, count(DISTINCT applicant_key), max(fee) FROM dossiers GROUP BY year", false),
        ("SELECT year, count(DISTINCT applicant_key) FROM dossiers GROUP BY ROLLUP (year)", false),
    ] {
        assert_eq!(explain(sql).contains("DifferentExec"), is_step, "{sql}\n{}", explain(sql));
        place.compare(sql);
    }
}

#[test]
fn years_are_counted_one_after_the_other_with_the_same_numbers() {
    let place = Place::new();
    let engine = place.engine(false, u64::MAX);
    let state = SessionStateBuilder::new_from_existing(engine.context().state())
        .with_query_planner(Arc::new(Planner::new(engine.workspace().clone(), 0)))
        .build();
    let context = SessionContext::new_with_state(state);
    for (groups, text, from, inputs) in [
        ("year", "applicant_key", "dossiers", 4),
        ("year, field", "lower(procedure_name)", "dossiers WHERE fee > 0 AND year > 2020", 3),
        (
            "outcome, year",
            "k",
            "(SELECT year, outcome, applicant_key AS k FROM dossiers WHERE channel <> 'online')",
            4,
        ),
        ("year", "applicant_key", "dossiers WHERE year = 2022", 1),
        ("field", "handling_unit", "dossiers", 1),
        ("date_part('month', received_at)", "applicant_key", "dossiers", 1),
        ("year % 2 = 0", "applicant_key", "dossiers", 1),
    ] {
        let sql = format!("SELECT {groups}, count(DISTINCT {text}) AS n FROM {from} GROUP BY {groups}");
        let (found, steps) = place.runtime.block_on(async {
            let plan = context.sql(&sql).await.unwrap().create_physical_plan().await.unwrap();
            let batches = collect(Arc::clone(&plan), context.task_ctx()).await.unwrap();
            (batches, find_step(&plan).map(|step| step.children().len()))
        });
        assert_eq!(steps, Some(inputs), "{sql}");
        let columns = groups.split(", ").enumerate().map(|(at, group)| format!("{group} AS g{at}"));
        let columns = if groups.contains('(') {
            format!("{groups} AS g0")
        } else {
            columns.collect::<Vec<_>>().join(", ")
        };
        let names =
            (0..columns.matches(" AS ").count()).map(|at| format!("g{at}")).collect::<Vec<_>>().join(", ");
        let grouped = format!(
            "SELECT {names}, sum(CASE WHEN t IS NULL THEN 0 ELSE 1 END) AS n
             FROM (SELECT DISTINCT {columns}, {text} AS t FROM {from}) GROUP BY {names}"
        );
        let mut answer = place.ask(false, &grouped);
        let wanted = answer_rows(&answer);
        answer.batches = found;
        assert_rows(&sql, &wanted, &answer_rows(&answer));
    }
}
