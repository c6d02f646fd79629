//! Turns a plan into one that still gives its rows when it is cut into stages.
//!
//! A plan is cut where rows are dealt out or gathered, and the steps above a cut no longer see what those below it
//! guaranteed: that rows of one machine come in an order, that a column has one value. Each cut becomes a [`Seam`],
//! which hides that; orders that are missed then are made, and the engine's own check says whether the plan holds.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::config::ConfigOptions;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::JoinType;
use datafusion::physical_expr::expressions::lit;
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, PhysicalExpr};
use datafusion::physical_expr_common::sort_expr::OrderingRequirements;
use datafusion::physical_optimizer::PhysicalOptimizerRule as _;
use datafusion::physical_optimizer::sanity_checker::SanityCheckPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec, PartitionMode};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, PlanProperties,
    replace_children_if_necessary,
};

use super::parts::deal_out;

/// Makes a plan hold across its cuts.
///
/// # Errors
/// If it cannot be made to.
pub(super) fn secure(
    plan: &Arc<dyn ExecutionPlan>,
    options: &ConfigOptions,
) -> Result<Arc<dyn ExecutionPlan>> {
    let sewn = sew(plan)?;
    SanityCheckPlan::new().optimize(Arc::clone(&sewn), options)?;
    let unsewn = sewn.transform_up(|node| {
        Ok(match node.downcast_ref::<Seam>() {
            Some(seam) => Transformed::yes(Arc::clone(&seam.cut)),
            None => Transformed::no(node),
        })
    })?;
    Ok(unsewn.data)
}

/// Hides what cuts hide, and makes what the steps above them miss.
fn sew(node: &Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let mut children = node.children().into_iter().map(sew).collect::<Result<Vec<_>>>()?;
    if let Some(probe) = children.get_mut(1).filter(|_| keeps_account(node)) {
        *probe = gather(Arc::clone(probe))?;
    }
    for (child, wanted) in children.iter_mut().zip(node.required_input_ordering()) {
        *child = order(Arc::clone(child), wanted)?;
    }
    let node = replace_children_if_necessary(Arc::clone(node), children)?;
    let is_cut = node.is::<RepartitionExec>()
        || node.is::<CoalescePartitionsExec>()
        || node.is::<SortPreservingMergeExec>();
    Ok(if is_cut { Arc::new(Seam::new(node)) } else { node })
}

/// Tells whether a join gives rows of its left side by what all parts of its right side have matched. Each task would
/// keep such an account of its own parts, and give those rows again.
fn keeps_account(node: &Arc<dyn ExecutionPlan>) -> bool {
    let nested = node.downcast_ref::<NestedLoopJoinExec>().map(|join| *join.join_type());
    let hashed = node
        .downcast_ref::<HashJoinExec>()
        .filter(|join| *join.partition_mode() != PartitionMode::Partitioned)
        .map(|join| *join.join_type());
    nested.or(hashed).is_some_and(|kind| {
        use JoinType::{Full, Left, LeftAnti, LeftMark, LeftSemi};
        matches!(kind, Left | LeftAnti | LeftMark | LeftSemi | Full)
    })
}

/// Brings all rows into one part: a deal, since the scheduler takes out what merely gathers where no step needs it.
fn gather(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    if plan.output_partitioning().partition_count() == 1 {
        return Ok(plan);
    }
    // Rows without columns, of which only the number counts, are not written between stages: they get one on the way.
    let is_bare = plan.schema().fields().is_empty();
    let filled = if is_bare { project(plan, vec![(lit(0), "row".to_owned())])? } else { plan };
    let gathered: Arc<dyn ExecutionPlan> = Arc::new(Seam::new(deal_out(&filled, vec![lit(0)], 1, None)?));
    if is_bare { project(gathered, Vec::new()) } else { Ok(gathered) }
}

fn project(
    plan: Arc<dyn ExecutionPlan>,
    columns: Vec<(Arc<dyn PhysicalExpr>, String)>,
) -> Result<Arc<dyn ExecutionPlan>> {
    Ok(Arc::new(ProjectionExec::try_new(columns, plan)?))
}

/// Puts rows in order within each part, if the step above needs one that is not there.
fn order(
    plan: Arc<dyn ExecutionPlan>,
    wanted: Option<OrderingRequirements>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let Some(OrderingRequirements::Hard(wanted)) = wanted else { return Ok(plan) };
    let Some(first) = wanted.into_iter().next() else { return Ok(plan) };
    if plan.equivalence_properties().ordering_satisfy_requirement(first.clone())? {
        return Ok(plan);
    }
    Ok(Arc::new(SortExec::new(LexOrdering::from(first), plan).with_preserve_partitioning(true)))
}

/// A step at which a plan is cut, seen from above the cut.
#[derive(Debug)]
struct Seam {
    cut: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl Seam {
    fn new(cut: Arc<dyn ExecutionPlan>) -> Self {
        let schema = cut.schema();
        let merged = cut.downcast_ref::<SortPreservingMergeExec>().map(|merge| merge.expr().clone());
        let known = match merged {
            Some(order) => EquivalenceProperties::new_with_orderings(schema, [order]),
            None => EquivalenceProperties::new(schema),
        };
        let properties = Arc::new(PlanProperties::new(
            known,
            cut.output_partitioning().clone(),
            cut.pipeline_behavior(),
            cut.boundedness(),
        ));
        Self { cut, properties }
    }
}

impl DisplayAs for Seam {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seam")
    }
}

impl ExecutionPlan for Seam {
    fn name(&self) -> &'static str {
        "Seam"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.cut.children()
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.cut.required_input_ordering()
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.cut.apply_expressions(visit)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(replace_children_if_necessary(Arc::clone(&self.cut), children)?)))
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        internal_err!("a seam is taken out before a plan runs")
    }
}
