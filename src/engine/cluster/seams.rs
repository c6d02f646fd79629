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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Int64Array, RecordBatch};
    use datafusion::datasource::MemTable;
    use datafusion::physical_plan::windows::BoundedWindowAggExec;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::super::settings::restrict;
    use super::super::unions::separate_branches;
    use super::*;

    /// Plans a statement over two tables of three parts, `a` and `b`, with columns `x` and `y`.
    async fn plan(sql: &str) -> (Arc<dyn ExecutionPlan>, ConfigOptions) {
        let context = SessionContext::new_with_config(restrict(SessionConfig::new()));
        let numbers = || Arc::new(Int64Array::from(vec![1, 2, 3])) as _;
        let batch = RecordBatch::try_from_iter([("x", numbers()), ("y", numbers())]).unwrap();
        for name in ["a", "b"] {
            let parts = vec![vec![batch.clone()]; 3];
            context
                .register_table(name, Arc::new(MemTable::try_new(batch.schema(), parts).unwrap()))
                .unwrap();
        }
        let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
        (plan, context.copied_config().options().as_ref().clone())
    }

    fn find<T: ExecutionPlan>(plan: &Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        let mut found = None;
        plan.apply(|node| {
            if node.is::<T>() {
                found = Some(Arc::clone(node));
                return Ok(TreeNodeRecursion::Stop);
            }
            Ok(TreeNodeRecursion::Continue)
        })
        .unwrap();
        found.unwrap()
    }

    #[tokio::test]
    async fn a_join_that_keeps_account_of_its_left_side_sees_its_right_side_whole() {
        for sql in [
            "select x from a where not exists (select 1 from b where b.x > a.x)",
            "select x from a where exists (select 1 from b where b.x > a.x)",
        ] {
            let (plan, options) = plan(sql).await;
            let join = find::<NestedLoopJoinExec>(&plan);
            let secured = find::<NestedLoopJoinExec>(&secure(&plan, &options).unwrap());
            let parts =
                |join: &Arc<dyn ExecutionPlan>| join.children()[1].output_partitioning().partition_count();
            assert!(keeps_account(&join) && parts(&join) == 3, "{sql}");
            assert_eq!((parts(&secured), secured.schema()), (1, join.schema()), "{sql}");
        }
    }

    #[tokio::test]
    async fn an_order_that_a_constant_from_below_a_cut_stood_for_is_made() {
        let sql = "select x, row_number() over (partition by y order by x) n from a where y = 1";
        let (plan, options) = plan(sql).await;
        let sort = |plan: &Arc<dyn ExecutionPlan>| {
            let window = find::<BoundedWindowAggExec>(plan);
            window.children()[0].downcast_ref::<SortExec>().unwrap().expr().len()
        };
        assert_eq!((sort(&plan), sort(&secure(&plan, &options).unwrap())), (1, 2));
    }

    #[tokio::test]
    async fn branches_of_unions_are_dealt_out_below_the_union() {
        let (plan, _) = plan("select max(x) from a union all select 2 union all select y from b").await;
        let plan = separate_branches(plan).unwrap().unwrap();
        let union = find::<datafusion::physical_plan::union::UnionExec>(&plan);
        assert!(union.children().iter().all(|branch| branch.is::<RepartitionExec>()));
    }
}
