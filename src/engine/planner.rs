//! Turns an optimised plan into one that runs, with the engine's own steps in it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
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
        let plan = numbered::number_groups(plan)?;
        let plan = once::decide_once(short::shorten_expressions(plan)?, session)?;
        let own: Vec<Arc<dyn ExtensionPlanner + Send + Sync>> =
            vec![Arc::new(KeptPlanner), Arc::new(DifferentPlanner)];
        DefaultPhysicalPlanner::with_extension_planners(own).create_physical_plan(&plan, session).await
    }
}
