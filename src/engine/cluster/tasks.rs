//! Turns tasks into ones that end soon after their job was cancelled.
//!
//! Ballista ends a task where it pauses, which joins may not do for hours. So their conditions ask, as on one
//! machine, whether anybody still waits. What tells them is the job's folder for rows between tasks, which Ballista
//! deletes when it cancels a job, and in no other way tells an engine.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ballista_core::JobId;
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::common::{Result, plan_err};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionConfig;

use super::super::stop::{Stop, make_stoppable};

/// Ballista's engine, whose joins end with their job.
///
/// Each fetch of rows opens a connection of its own: Ballista's pool of connections is not public.
#[derive(Default)]
pub(super) struct StoppingEngine(DefaultExecutionEngine);

/// The folder of a job; its name comes over the network, and must not lead elsewhere.
fn folder_of(work_dir: &str, job: &str) -> Result<PathBuf> {
    let mut parts = Path::new(job).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), None) if name == job => Ok(Path::new(work_dir).join(name)),
        _ => plan_err!("`{job}` is not the name of a job"),
    }
}

impl ExecutionEngine for StoppingEngine {
    fn create_query_stage_exec(
        &self,
        job_id: JobId,
        stage_id: usize,
        task_id: usize,
        partitions: Vec<usize>,
        plan: Arc<dyn ExecutionPlan>,
        work_dir: &str,
        config: &SessionConfig,
    ) -> Result<Arc<dyn QueryStageExecutor>> {
        let folder = folder_of(work_dir, job_id.as_str())?;
        std::fs::create_dir_all(&folder)?;
        let plan = make_stoppable(plan, &Stop::with_folder(folder))?;
        self.0.create_query_stage_exec(job_id, stage_id, task_id, partitions, plan, work_dir, config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_job_leads_nowhere_else() {
        assert_eq!(folder_of("/work", "7Q2").unwrap(), Path::new("/work/7Q2"));
        for name in ["", ".", "..", "../a", "a/b", "/etc", "a/"] {
            assert!(folder_of("/work", name).is_err(), "{name}");
        }
    }
}
