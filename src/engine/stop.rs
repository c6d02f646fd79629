//! Turns a plan into one that ends soon after nobody waits for it any more.
//!
//! A task can only be ended where it pauses, and a join of tables that are in memory does not: it would keep a
//! processor busy for hours after Ctrl-C. So the condition of a join without keys, which may throw away
//! billions of pairs before it gives a row, asks whether anybody still waits. To make the output of joins pause
//! (`CooperativeExec`) was tried: with batches of 7 rows, hash joins then waited for ever.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{NestedLoopJoinExec, NestedLoopJoinExecBuilder};

/// Whether a statement is to end.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks everything that runs for the statement to end.
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Lets the joins without keys of a plan end when `stop` is set.
pub(super) fn make_stoppable(plan: Arc<dyn ExecutionPlan>, stop: &Stop) -> Result<Arc<dyn ExecutionPlan>> {
    let stoppable = |node: Arc<dyn ExecutionPlan>| {
        let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() else { return Ok(Transformed::no(node)) };
        let Some(filter) = join.filter() else { return Ok(Transformed::no(node)) };
        let (left, right) = (Arc::clone(join.left()), Arc::clone(join.right()));
        let join = NestedLoopJoinExecBuilder::new(left, right, *join.join_type())
            .with_filter(Some(watch_filter(filter, stop)))
            .with_projection_ref(join.projection().clone())
            .build()?;
        Ok(Transformed::yes(Arc::new(join) as Arc<dyn ExecutionPlan>))
    };
    plan.transform_up(stoppable).map(|transformed| transformed.data)
}

fn watch_filter(filter: &JoinFilter, stop: &Stop) -> JoinFilter {
    let condition = Condition { inner: Arc::clone(filter.expression()), stop: stop.clone() };
    JoinFilter::new(Arc::new(condition), filter.column_indices().to_vec(), Arc::clone(filter.schema()))
}

/// A condition that fails when its statement is to end.
#[derive(Debug, Clone)]
struct Condition {
    inner: Arc<dyn PhysicalExpr>,
    stop: Stop,
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.inner.eq(&other.inner)
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl PhysicalExpr for Condition {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.inner.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.inner.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        if self.stop.is_set() {
            return Err(DataFusionError::Execution("nobody waits for the result".to_owned()));
        }
        self.inner.evaluate(batch)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.inner]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let inner = children.pop().unwrap_or_else(|| Arc::clone(&self.inner));
        Ok(Arc::new(Self { inner, stop: self.stop.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt_sql(f)
    }
}

#[cfg(test)]
mod tests {

    use datafusion::physical_plan::{collect, displayable};
    use datafusion::prelude::SessionContext;

    use super::{Stop, make_stoppable};

    const PAIRS: &str = "SELECT count(*) AS n FROM generate_series(1, 300) a(x), generate_series(1, 300) b(y) WHERE a.x + b.y > 500";

    #[tokio::test]
    async fn a_watched_join_gives_the_same_and_fails_once_it_is_stopped() {
        let context = SessionContext::new();
        let plan = async || context.sql(PAIRS).await.unwrap().create_physical_plan().await.unwrap();
        let stop = Stop::default();
        let watched = async || make_stoppable(plan().await, &stop).unwrap();
        let shown = displayable(watched().await.as_ref()).indent(false).to_string();
        assert!(shown.contains("NestedLoopJoinExec"), "{shown}");
        let plain = collect(plan().await, context.task_ctx()).await.unwrap();
        assert_eq!(collect(watched().await, context.task_ctx()).await.unwrap(), plain);
        stop.set();
        assert!(collect(watched().await, context.task_ctx()).await.is_err());
    }
}
