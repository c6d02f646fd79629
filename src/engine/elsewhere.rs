//! Turns a physical plan into its rows on other machines, where the session has any.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::execution::SessionState;
use datafusion::physical_plan::ExecutionPlan;

use super::Watch;

/// Runs a plan on the session's cluster; nothing, if it has none or the plan stays here.
#[cfg(feature = "cluster")]
pub(super) use super::cluster::run;

/// Notes which file executors do not find as it was listed, if that is what went wrong.
#[cfg(feature = "cluster")]
pub(super) use super::cluster::find_gone;

/// Runs nothing: this build knows no clusters.
#[cfg(not(feature = "cluster"))]
#[expect(clippy::unused_async, reason = "the shape of the one that knows clusters")]
pub(super) async fn run(
    _: &SessionState,
    _: &Arc<dyn ExecutionPlan>,
    _: &Watch,
) -> Result<Option<Vec<RecordBatch>>> {
    Ok(None)
}

/// Runs a plan that no one watches, on the cluster or here.
pub(super) async fn collect(state: &SessionState, plan: Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>> {
    match run(state, &plan, &Watch::default()).await? {
        Some(batches) => Ok(batches),
        None => datafusion::physical_plan::collect(plan, state.task_ctx()).await,
    }
}
