//! Turns an optimised plan into one that runs, with the engine's own steps in it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner as _};

use super::cache::KeptPlanner;
use super::different::{self, DifferentPlanner};
use super::{numbered, once, short};
use crate::workspace::Workspace;

/// DataFusion's planner, which also knows kept aggregates, counts of different texts, groups by
/// numbers, comparisons with short texts, and searches in texts that repeat.
#[derive(Debug)]
pub(super) struct Planner {
    workspace: Workspace,
    large_bytes: u64,
}

impl Planner {
    /// Plans statements over a workspace; years of `large_bytes` or more are counted one after the other.
    pub(super) fn new(workspace: Workspace, large_bytes: u64) -> Self {
        Self { workspace, large_bytes }
    }
}

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = different::replace_counts(plan.clone(), session, &self.workspace, self.large_bytes)?;
        // Where rows go from machine to machine, nobody else knows these functions of string views, which a statement may make
        // itself (`arrow_cast`).
        let plan = if session.config_options().execution.parquet.schema_force_view_types {
            let plan = short::shorten_expressions(numbered::number_groups(plan)?)?;
            once::decide_once(plan, session)?
        } else {
            plan
        };
        let own: Vec<Arc<dyn ExtensionPlanner + Send + Sync>> =
            vec![Arc::new(KeptPlanner), Arc::new(DifferentPlanner)];
        let planner = DefaultPhysicalPlanner::with_extension_planners(own);
        match planner.create_physical_plan(&plan, session).await {
            Err(fault) if is_about_null_alone(&fault) => {
                planner.create_physical_plan(&plan, &without_schema_check(session)?).await
            }
            planned => planned,
        }
    }
}

/// Whether a plan was refused only because a step takes a value for one that may be missing where the statement proves that it is
/// there: `CASE WHEN outcome = 'early' AND channel = 'online' THEN outcome ELSE '' END` in a grouping.
///
/// DataFusion 55.2 proves less of a step than of the expression that it comes from (apache/datafusion#23844 and #24096 are two of the
/// cases, mended later). What has been proved is true, and to take a value for one that may be missing changes no row.
fn is_about_null_alone(fault: &DataFusionError) -> bool {
    let text = fault.strip_backtrace();
    let Some((_, differences)) = text.split_once("Physical input schema should be the same as") else {
        return false;
    };
    let mut differences = differences.lines().filter_map(|line| line.strip_prefix("\t- ")).peekable();
    differences.peek().is_some()
        && differences.all(|difference| {
            difference.starts_with("field nullability")
                && difference.contains("(physical) true vs (logical) false")
        })
}

/// The same session, whose planner does not compare what a step gives with what the statement says.
fn without_schema_check(session: &dyn Session) -> Result<SessionState> {
    let Some(state) = session.as_any().downcast_ref::<SessionState>() else {
        return internal_err!("a session has a state");
    };
    let mut state = state.clone();
    state.config_mut().options_mut().execution.skip_physical_aggregate_schema_check = true;
    Ok(state)
}

#[cfg(test)]
mod tests {
    use datafusion::common::{DataFusionError, internal_datafusion_err};

    use super::is_about_null_alone;
    use crate::engine::testing::{Place, rows};

    fn fault(differences: &str) -> DataFusionError {
        internal_datafusion_err!(
            "Physical input schema should be the same as the one converted from logical input schema. Differences: {differences}"
        )
    }

    #[test]
    fn only_what_may_be_missing_is_forgiven() {
        let null = "\n\t- field nullability at index 0 [c]: (physical) true vs (logical) false";
        let name = "\n\t- field name at index 0: (physical) a vs (logical) b";
        assert!(is_about_null_alone(&fault(null)));
        assert!(is_about_null_alone(&fault(&format!("{null}{null}"))));
        assert!(!is_about_null_alone(&fault(&format!("{null}{name}"))));
        assert!(!is_about_null_alone(&fault(name)));
        assert!(!is_about_null_alone(&fault("")));
        assert!(!is_about_null_alone(&internal_datafusion_err!("{null}")));
    }

    #[test]
    fn a_case_that_is_never_null_can_be_grouped_by() {
        let place = Place::new();
        for condition in [
            "outcome = 'early' AND channel = 'online'",
            "outcome IN ('early', 'overdue') AND fee > 0",
            "outcome = 'early' OR outcome = channel",
        ] {
            let grouped = |case: &str| {
                rows(
                    &place.ask(false, &format!("SELECT {case} AS c, count(*) AS n FROM dossiers GROUP BY 1")),
                )
            };
            let found = grouped(&format!("CASE WHEN {condition} THEN outcome ELSE 'x' END"));
            let wanted = grouped(&format!("coalesce(CASE WHEN {condition} THEN outcome END, 'x')"));
            assert_eq!(found, wanted, "{condition}");
            assert!(found.len() > 1);
        }
    }
}
