//! Groups by numbers are compared with those that DataFusion makes of the texts.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Int32Array, StringViewArray};
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner as _};
use datafusion::prelude::SessionContext;
use proptest::prelude::*;

use super::numbering::Numbering;
use crate::engine::testing::{Place, assert_rows, rows};

/// DataFusion's own.
#[derive(Debug)]
struct Plain;

#[async_trait]
impl QueryPlanner for Plain {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::default().create_physical_plan(plan, session).await
    }
}

/// Asks with and without numbers; returns whether there were any.
fn compare(place: &Place, sql: &str) -> bool {
    let mut answer = place.ask(false, sql);
    let found = rows(&answer);
    let engine = place.engine(false, u64::MAX);
    let state = SessionStateBuilder::new_from_existing(engine.context().state())
        .with_query_planner(Arc::new(Plain))
        .build();
    let context = SessionContext::new_with_state(state);
    answer.batches = place.runtime.block_on(async {
        let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
        collect(plan, context.task_ctx()).await.unwrap()
    });
    assert!(!found.is_empty(), "{sql}");
    assert_rows(sql, &rows(&answer), &found);
    format!("{:?}", rows(&place.ask(false, &format!("EXPLAIN {sql}")))).contains("number_of")
}

#[test]
fn groups_by_codes_are_those_by_texts() {
    let place = Place::new();
    for (sql, is_numbered) in [
        ("SELECT year, field, count(*) AS n FROM dossiers GROUP BY year, field", true),
        ("SELECT field, avg(fee), max(received_at) FROM dossiers GROUP BY field ORDER BY field", true),
        ("SELECT outcome, channel, field, year, applicant_type, sum(fee) FROM dossiers GROUP BY ALL", true),
        ("SELECT DISTINCT outcome, year FROM dossiers", true),
        (
            "SELECT field f, outcome o, outcome p, count(*) FROM dossiers GROUP BY f, o, p HAVING count(*) > 1",
            true,
        ),
        ("SELECT procedure_code, field, min(outcome) FROM dossiers GROUP BY field, procedure_code", true),
        (
            "SELECT year, count(*) FILTER (WHERE outcome IS NULL), count(DISTINCT procedure_code) FROM dossiers GROUP BY year, channel",
            true,
        ),
        (
            "SELECT a.outcome, b.year, count(*) FROM dossiers a LEFT JOIN (SELECT * FROM dossiers WHERE outcome = 'overdue') b \
          ON a.dossier_code = b.dossier_code GROUP BY a.outcome, b.year",
            true,
        ),
        (
            "SELECT d.year, d.field, t.n FROM (SELECT DISTINCT year, field FROM dossiers) d RIGHT JOIN \
          (SELECT outcome, year, count(*) AS n FROM dossiers GROUP BY outcome, year) t ON d.year = t.year - 1",
            true,
        ),
        (
            "SELECT year, (SELECT count(*) FROM (SELECT channel FROM dossiers GROUP BY channel)) AS n FROM dossiers GROUP BY year",
            true,
        ),
        ("SELECT label(field) AS l, count(*) FROM dossiers GROUP BY field", true),
        (
            "SELECT field, count(*), row_number() OVER (ORDER BY count(*), field) FROM dossiers GROUP BY field LIMIT 3",
            true,
        ),
        ("SELECT year, field, count(*) FROM dossiers GROUP BY CUBE (year, field)", false),
        ("SELECT year, count(*) FROM dossiers GROUP BY year", false),
        ("SELECT procedure_code, count(*) FROM dossiers GROUP BY procedure_code", false),
        ("SELECT upper(field), count(*) FROM dossiers GROUP BY 1", false),
        ("SELECT count(field) FROM dossiers", false),
    ] {
        assert_eq!(compare(&place, sql), is_numbered, "{sql}");
    }
}

#[test]
fn nothing_grouped_gives_no_group() {
    let place = Place::new();
    let answer =
        place.ask(false, "SELECT year, field, count(*) FROM dossiers WHERE fee < -1 GROUP BY year, field");
    assert_eq!(answer.row_count(), 0);
}

/// Texts short and long, some of them often, and none.
fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof![
        Just(String::new()),
        "[ab]{0,3}",
        "(dài hơn mười hai byte )[a-d]{1,2}",
        "[a-z]{12,14}",
        "\\PC{0,20}",
    ];
    prop::collection::vec(prop::option::weighted(0.9, text), 0..3000)
}

/// Numbers rows in the upper half, and finds nothing in the lower.
fn number(numbering: &Numbering, column: &ArrayRef) -> Vec<u32> {
    let mut packed = vec![0; column.len()];
    numbering.number_rows(column, &mut packed, 32).unwrap();
    packed
        .into_iter()
        .map(|packed| {
            assert_eq!(packed % (1 << 32), 0);
            u32::try_from(packed >> 32).unwrap()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_are_the_same_where_texts_are_and_give_them_back(first in texts(), second in texts(), from in 0_usize..50) {
        let numbering = Numbering::default();
        let mut all = Vec::new();
        for texts in [&first, &second] {
            let whole: StringViewArray = texts.iter().collect();
            let from = from.min(whole.len());
            let column: ArrayRef = Arc::new(whole.slice(from, whole.len() - from));
            let numbers = number(&numbering, &column);
            let given_back = numbering.texts(numbers.iter().copied().map(Some));
            prop_assert_eq!(&given_back, column.as_string_view());
            all.extend(numbers.into_iter().zip(texts.iter().skip(from).cloned()));
        }
        let numbers: std::collections::BTreeSet<_> = all.iter().map(|(number, _)| *number).collect();
        let pairs: std::collections::BTreeSet<_> = all.iter().cloned().collect();
        prop_assert_eq!(numbers.len(), pairs.len());
    }

    #[test]
    fn whole_numbers_come_back(wholes in prop::collection::vec(prop::option::of(-3..3_i32), 0..100)) {
        let numbering = Numbering::default();
        let column = Int32Array::from(wholes);
        let shared: ArrayRef = Arc::new(column.clone());
        let numbers = number(&numbering, &shared);
        prop_assert_eq!(numbering.wholes(numbers.into_iter().map(Some)), column);
    }
}
