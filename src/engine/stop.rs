//! Turns a plan into one that ends soon after nobody waits for it any more.
//!
//! A task can only be ended where it pauses, and a join of tables that are in memory does not: it would keep a
//! processor busy for hours after Ctrl-C. So the output of joins pauses now and then, and the condition of a
//! join, which may throw away billions of pairs before it gives a row, asks whether anybody still waits.

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
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{
    CrossJoinExec, HashJoinExec, NestedLoopJoinExec, NestedLoopJoinExecBuilder, SortMergeJoinExec,
};

/// Whether a statement is to end.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<Sign>);

#[derive(Debug, Default)]
struct Sign {
    is_set: AtomicBool,
    /// What runs of the statement on other machines.
    #[cfg(feature = "cluster")]
    jobs: std::sync::Mutex<Vec<Arc<super::cluster::Job>>>,
    /// The folder that is there as long as somebody on another machine waits.
    #[cfg(feature = "cluster")]
    folder: Option<std::path::PathBuf>,
}

impl Stop {
    /// Asks everything that runs for the statement to end.
    pub(super) fn set(&self) {
        self.0.is_set.store(true, Ordering::Relaxed);
        #[cfg(feature = "cluster")]
        self.jobs().drain(..).for_each(|job| job.cancel());
    }

    /// A statement that is to end when a folder is gone.
    #[cfg(feature = "cluster")]
    pub(super) fn with_folder(folder: std::path::PathBuf) -> Self {
        Self(Arc::new(Sign { folder: Some(folder), ..Sign::default() }))
    }

    /// Cancels a job on other machines when the statement is to end.
    #[cfg(feature = "cluster")]
    pub(super) fn cancels(&self, job: Arc<super::cluster::Job>) {
        self.jobs().push(job);
    }

    #[cfg(feature = "cluster")]
    fn jobs(&self) -> std::sync::MutexGuard<'_, Vec<Arc<super::cluster::Job>>> {
        self.0.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn check(&self) -> Result<()> {
        #[cfg(feature = "cluster")]
        if self.0.folder.as_ref().is_some_and(|folder| !folder.exists()) {
            self.0.is_set.store(true, Ordering::Relaxed);
        }
        if self.0.is_set.load(Ordering::Relaxed) {
            return Err(DataFusionError::Execution("nobody waits for the result".to_owned()));
        }
        Ok(())
    }
}

/// Lets the joins of a plan end when `stop` is set.
pub(super) fn make_stoppable(plan: Arc<dyn ExecutionPlan>, stop: &Stop) -> Result<Arc<dyn ExecutionPlan>> {
    let stoppable = |node: Arc<dyn ExecutionPlan>| {
        Ok(match watch_join(&node, stop)? {
            Some(join) => Transformed::yes(Arc::new(CooperativeExec::new(join)) as _),
            None => Transformed::no(node),
        })
    };
    plan.transform_up(stoppable).map(|transformed| transformed.data)
}

/// Returns the node with its condition watched, if it is a join.
fn watch_join(node: &Arc<dyn ExecutionPlan>, stop: &Stop) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() {
        let Some(filter) = join.filter() else { return Ok(Some(Arc::clone(node))) };
        let (left, right) = (Arc::clone(join.left()), Arc::clone(join.right()));
        let join = NestedLoopJoinExecBuilder::new(left, right, *join.join_type())
            .with_filter(Some(watch_filter(filter, stop)))
            .with_projection_ref(join.projection().clone())
            .build()?;
        return Ok(Some(Arc::new(join)));
    }
    if let Some(join) = node.downcast_ref::<HashJoinExec>() {
        let Some(filter) = join.filter() else { return Ok(Some(Arc::clone(node))) };
        return join.builder().with_filter(Some(watch_filter(filter, stop))).build_exec().map(Some);
    }
    // Sorted joins are planned for clusters only, and give what they find in small batches.
    let is_pausing = node.is::<CrossJoinExec>() || node.is::<SortMergeJoinExec>();
    Ok(is_pausing.then(|| Arc::clone(node)))
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
        self.stop.check()?;
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
    use std::sync::Arc;
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    use datafusion::physical_plan::{ExecutionPlan, collect, displayable};
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::{Stop, make_stoppable};

    /// One condition for each kind of join, with and without more than keys.
    const JOINS: [(&str, &str); 4] = [
        ("NestedLoopJoinExec", "WHERE a.x + b.y > 500"),
        ("CrossJoinExec", ""),
        ("HashJoinExec", "WHERE a.x % 3 = b.y % 3"),
        ("HashJoinExec", "WHERE a.x % 3 = b.y % 3 AND a.x + b.y > 500"),
    ];

    fn context(batch: usize) -> SessionContext {
        SessionContext::new_with_config(SessionConfig::new().with_batch_size(batch))
    }

    async fn plan(context: &SessionContext, rows: u64, condition: &str) -> Arc<dyn ExecutionPlan> {
        let tables = format!("generate_series(1, {rows}) a(x), generate_series(1, {rows}) b(y)");
        let sql = format!("SELECT sum(a.x * b.y % 7) AS n FROM {tables} {condition}");
        context.sql(&sql).await.unwrap().create_physical_plan().await.unwrap()
    }

    #[tokio::test]
    async fn a_watched_join_gives_the_same() {
        for (join, condition) in JOINS {
            let context = context(7);
            let watched = plan(&context, 300, condition).await;
            let watched = make_stoppable(watched, &Stop::default()).unwrap();
            let shown = displayable(watched.as_ref()).indent(false).to_string();
            assert!(shown.contains("CooperativeExec") && shown.contains(join), "{shown}");
            let plain = collect(plan(&context, 300, condition).await, context.task_ctx()).await.unwrap();
            assert_eq!(collect(watched, context.task_ctx()).await.unwrap(), plain, "{join}");
        }
    }

    #[test]
    fn a_join_of_billions_of_pairs_ends_soon_after_nobody_waits() {
        const NEVER: &str = "WHERE a.x % 3 = b.y % 3 AND a.x + b.y < 0";
        for (join, condition) in JOINS.into_iter().chain([("HashJoinExec", NEVER)]) {
            // The joins have a runtime of their own, as in the program: while they compute, its timers stand still.
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
            let (sender, ended) = std::sync::mpsc::channel();
            let stop = Stop::default();
            let watched = stop.clone();
            let running = runtime.spawn(async move {
                // Dropped with the task, which closes the channel.
                let _sender = sender;
                let context = context(8192);
                let plan = make_stoppable(plan(&context, 300_000, condition).await, &watched).unwrap();
                collect(plan, context.task_ctx()).await.map(drop)
            });
            let early = ended.recv_timeout(Duration::from_millis(300));
            assert_eq!(early, Err::<(), _>(RecvTimeoutError::Timeout), "{join} {condition} ended by itself");
            stop.set();
            running.abort();
            let ended = ended.recv_timeout(Duration::from_mins(1));
            assert_eq!(ended, Err(RecvTimeoutError::Disconnected), "{join} {condition} goes on");
            runtime.shutdown_background();
        }
    }
}
