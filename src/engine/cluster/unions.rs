//! Turns the branches of unions into stages of their own.
//!
//! Ballista 55 cuts a plan to the parts that a task owns, and what is left of a branch that the task does not own
//! can still give its rows, or has fewer steps than the scheduler counts, which then waits for ever. A branch that only reads
//! what another stage has written is cut cleanly, so every branch is dealt out anew below its union.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::union::{InterleaveExec, UnionExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties as _};

use super::parts::deal_out;

/// Separates the branches of all unions; nothing, if a branch has no column by which rows can be dealt out.
pub(super) fn separate_branches(plan: Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let mut is_separable = true;
    let plan = plan.transform_up(|node| {
        if !node.is::<UnionExec>() && !node.is::<InterleaveExec>() {
            return Ok(Transformed::no(node));
        }
        let branches = node.children().into_iter().map(separate).collect::<Result<Option<Vec<_>>>>()?;
        let Some(branches) = branches else {
            is_separable = false;
            return Ok(Transformed::no(node));
        };
        Ok(Transformed::yes(UnionExec::try_new(branches)?))
    })?;
    Ok(is_separable.then_some(plan.data))
}

/// Deals the rows of a branch out into as many parts as it has.
fn separate(branch: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let schema = branch.schema();
    let fields = schema.fields().iter().enumerate();
    let columns: Vec<Arc<dyn PhysicalExpr>> = fields
        .filter(|(_, field)| !field.data_type().is_nested())
        .map(|(at, field)| Arc::new(Column::new(field.name(), at)) as _)
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let parts = branch.output_partitioning().partition_count();
    deal_out(branch, columns, parts, branch.output_ordering()).map(Some)
}
