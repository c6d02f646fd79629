//! Turns tasks into ones that end soon after their job was cancelled.
//!
//! Ballista ends a task where it pauses, which joins may not do for hours. So their conditions ask, as on one
//! machine, whether anybody still waits. What tells them is the job's folder for rows between tasks, which Ballista
//! deletes when it cancels a job, and in no other way tells an engine.

use std::path::Path;
use std::sync::Arc;

use ballista_core::JobId;
use ballista_executor::execution_engine::{DefaultExecutionEngine, ExecutionEngine, QueryStageExecutor};
use datafusion::common::Result;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionConfig;

use super::super::stop::{Stop, make_stoppable};

/// Ballista's engine, whose joins end with their job.
#[derive(Default)]
pub(super) struct StoppingEngine(DefaultExecutionEngine);

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
        let folder = Path::new(work_dir).join(job_id.as_str());
        std::fs::create_dir_all(&folder)?;
        let plan = make_stoppable(plan, &Stop::with_folder(folder))?;
        self.0.create_query_stage_exec(job_id, stage_id, task_id, partitions, plan, work_dir, config)
    }
}
