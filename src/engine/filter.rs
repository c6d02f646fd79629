//! Turns the filters of a finished plan into ones whose conditions cost less and hold for the same rows.
//!
//! It comes last, after files and row groups have been chosen by the conditions, and what they say of the rows (`field = 'x'`: all
//! in one order) has been used. A plan whose filters said less would not run any more, so the filter that was planned stays beside the
//! one that runs.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::ChildrenPropertiesMode;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::{
    ChildStats, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
    StatisticsArgs,
};

use super::once::narrow_condition;
use super::short::shorten_condition;

/// Puts cheaper conditions in the place of every filter's.
#[derive(Debug)]
pub(super) struct CheapFilters;

impl PhysicalOptimizerRule for CheapFilters {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        options: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // Where rows go from machine to machine, nobody else knows the functions that filters would call.
        if !options.execution.parquet.schema_force_view_types {
            return Ok(plan);
        }
        let options = Arc::new(options.clone());
        let cheap = plan.transform_up(|node| {
            let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
            let Some(condition) = cheaper(filter, &options)? else { return Ok(Transformed::no(node)) };
            let running = Arc::new(FilterExecBuilder::from(filter).with_predicate(condition).build()?);
            Ok(Transformed::yes(Arc::new(CheapFilterExec { planned: Arc::clone(&node), running }) as _))
        })?;
        Ok(cheap.data)
    }

    fn name(&self) -> &'static str {
        "cheap_filters"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A cheaper condition, if there is one.
fn cheaper(filter: &FilterExec, options: &Arc<ConfigOptions>) -> Result<Option<Arc<dyn PhysicalExpr>>> {
    let planned = Arc::clone(filter.predicate());
    let short = shorten_condition(planned, &filter.input().schema(), options)?;
    Ok(match narrow_condition(&short.data) {
        Some(narrow) => Some(narrow),
        None => short.transformed.then_some(short.data),
    })
}

/// A filter that says of its rows what was planned.
#[derive(Debug)]
struct CheapFilterExec {
    planned: Arc<dyn ExecutionPlan>,
    /// The same filter with the condition that is evaluated.
    running: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for CheapFilterExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.running.fmt_as(format, f)
    }
}

impl ExecutionPlan for CheapFilterExec {
    fn name(&self) -> &str {
        self.running.name()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.planned.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.planned.maintains_input_order()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.running.children()
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.running.apply_expressions(visit)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self {
            planned: Arc::clone(&self.planned).replace_children(children.clone(), options)?,
            running: Arc::clone(&self.running).replace_children(children, options)?,
        }))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.running.execute(partition, context)
    }

    fn metrics(&self) -> Option<MetricsSet> {
        self.running.metrics()
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        self.planned.child_stats_requests(partition)
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        self.planned.statistics_from_inputs(inputs, args)
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::testing::{Place, assert_rows, rows};

    #[test]
    fn what_a_condition_says_of_the_order_of_rows_still_holds() {
        let place = Place::new();
        let numbered = |condition: &str| {
            format!(
                "SELECT dossier_code, row_number() OVER (PARTITION BY outcome ORDER BY dossier_code) AS n \
                 FROM dossiers WHERE {condition}"
            )
        };
        let sql = numbered("outcome = 'overdue'");
        let plan = format!("{:?}", rows(&place.ask(false, &format!("EXPLAIN {sql}"))));
        assert!(plan.contains("FilterExec: short[overdue]"), "{plan}");
        let wanted = rows(&place.ask(false, &numbered("concat(outcome, left(dossier_code, 0)) = 'overdue'")));
        assert_rows(&sql, &wanted, &rows(&place.ask(false, &sql)));
        assert!(!wanted.is_empty());
    }
}
