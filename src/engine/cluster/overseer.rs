//! Turns Ballista's scheduler into one whose statements all end, and end right.
//!
//! Whoever asks how a statement is doing is told of its fate first, if it has met one ([`super::fates`]).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ballista_core::JobId;
use ballista_core::serde::protobuf as messages;
use ballista_core::serde::protobuf::execute_query_result::Result as Submitted;
use ballista_core::serde::protobuf::job_status::Status as State;
use ballista_core::serde::protobuf::scheduler_grpc_server::SchedulerGrpc;
use ballista_core::serde::protobuf::task_status::Status as TaskState;
use ballista_core::serde::protobuf::{
    ExecutorRegistration, FailedJob, GetJobStatusParams, GetJobStatusResult, JobStatus,
};
use ballista_scheduler::cluster::ClusterStateEvent;
use ballista_scheduler::scheduler_server::SchedulerServer;
use ballista_scheduler::state::task_manager::JobInfoCache;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use futures::StreamExt as _;
use tonic::{Request, Response, Status, async_trait};

use super::fates::{Fate, Fates, Seen};
use super::wire::{Wire, task_port};

/// How often statements are looked at.
const LOOK_TIME: Duration = Duration::from_secs(1);
/// How long statements have to learn of their fate before the scheduler begins anew.
const FAREWELL_TIME: Duration = Duration::from_secs(3);

/// Before what an executor is told that is not taken.
pub(super) const UNREACHED: &str = "cchc-unreached:";

/// Ballista's scheduler for plans as DataFusion writes them.
pub(super) type Server = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

/// A scheduler that is watched.
#[derive(Clone)]
pub(super) struct Overseer {
    server: Server,
    fates: Arc<Fates>,
    is_leaving: Arc<AtomicBool>,
    wire: Wire,
    /// The executors that were reached once.
    reached: Arc<Mutex<BTreeSet<String>>>,
}

impl Overseer {
    pub(super) fn new(server: Server, wire: Wire) -> Self {
        Self { server, fates: Arc::default(), is_leaving: Arc::default(), wire, reached: Arc::default() }
    }

    /// Watches the statements until an executor has gone; then all of them have been told.
    ///
    /// # Errors
    /// If the scheduler cannot tell who comes and goes.
    pub(super) async fn watch(&self) -> ballista_core::error::Result<()> {
        let mut events = self.server.cluster_state_events().await?;
        let mut ticks = tokio::time::interval(LOOK_TIME);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(ClusterStateEvent::RemovedExecutor { executor_id }) => {
                        log::warn!("executor {executor_id} has gone; the scheduler begins anew");
                        break;
                    }
                    Some(_) => {}
                    None => break,
                },
                _ = ticks.tick() => self.look().await,
            }
        }
        self.is_leaving.store(true, Ordering::Relaxed);
        for name in self.fates.open(Instant::now()) {
            self.fates.meet(&name, Fate::ExecutorDied);
            self.cancel(&name).await;
        }
        tokio::time::sleep(FAREWELL_TIME).await;
        Ok(())
    }

    /// Looks at every statement once.
    async fn look(&self) {
        let now = Instant::now();
        let running = self.server.state.task_manager.get_running_job_cache();
        // Who asked for it may have gone before it was told the name.
        running.keys().for_each(|name| self.fates.add(name.as_str(), now));
        let has_executors = self.server.is_ready();
        for name in self.fates.open(now) {
            let id = JobId::new(name.as_str());
            let seen = self.see(&id, running.get(&id)).await;
            if self.fates.look(&name, &seen, has_executors, now) {
                self.cancel(&name).await;
            }
        }
    }

    async fn see(&self, id: &JobId, running: Option<&JobInfoCache>) -> Seen {
        if let Some(job) = running {
            let graph = job.execution_graph.read().await;
            let tasks = graph.running_tasks().into_iter().map(|task| (task.stage_id, task.task_id)).collect();
            return Seen::Running { tasks, waiting: graph.available_tasks() };
        }
        let status = self.server.state.task_manager.get_job_status(id).await;
        match status.ok().flatten().and_then(|status| status.status) {
            Some(State::Successful(_) | State::Failed(_)) => Seen::Ended,
            _ => Seen::Waiting,
        }
    }

    /// Notes where an executor takes tasks. One that is new is connected to as it will be with its first task: if that
    /// failed then, it would end the statements of everybody.
    async fn welcome(
        &self,
        task_port: Option<u16>,
        executor: &mut Option<ExecutorRegistration>,
    ) -> Result<(), Status> {
        let Some(executor) = executor else { return Ok(()) };
        executor.grpc_port = task_port.map_or(executor.grpc_port, u32::from);
        let is_known = |id| self.reached.lock().unwrap_or_else(PoisonError::into_inner).contains(id);
        if is_known(&executor.id) {
            return Ok(());
        }
        let place = format!("{}:{}", executor.host.as_deref().unwrap_or_default(), executor.grpc_port);
        if let Err(problem) = self.wire.reach(&place).await {
            log::error!("an executor is not taken, since {place} is not reached: {problem}");
            return Err(Status::failed_precondition(format!("{UNREACHED}{problem}")));
        }
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).insert(executor.id.clone());
        Ok(())
    }

    async fn cancel(&self, name: &str) {
        if let Err(error) = self.server.cancel_job(JobId::new(name)).await {
            log::warn!("statement {name} is not cancelled: {error}");
        }
    }

    fn fate(&self, name: &str) -> Option<Response<GetJobStatusResult>> {
        let fate = self.fates.ask(name, Instant::now())?;
        let failed = FailedJob { error: fate.report(), queued_at: 0, started_at: 0, ended_at: 0 };
        let status = JobStatus {
            job_id: name.to_owned(),
            job_name: String::new(),
            status: Some(State::Failed(failed)),
        };
        Some(Response::new(GetJobStatusResult { status: Some(status), flight_proxy: None }))
    }
}

/// An answer of the scheduler.
type Answer<T> = Result<Response<T>, Status>;

#[async_trait]
impl SchedulerGrpc for Overseer {
    type ExecuteQueryPushStream = <Server as SchedulerGrpc>::ExecuteQueryPushStream;

    async fn execute_query(
        &self,
        request: Request<messages::ExecuteQueryParams>,
    ) -> Answer<messages::ExecuteQueryResult> {
        if self.is_leaving.load(Ordering::Relaxed) {
            return Err(Status::unavailable("an executor has gone, and the scheduler begins anew"));
        }
        let number = request.get_ref().operation_id.clone();
        let answer = SchedulerGrpc::execute_query(&self.server, request).await?;
        if let Some(Submitted::Success(job)) = &answer.get_ref().result {
            self.fates.accept(&number, &job.job_id, Instant::now());
        }
        Ok(answer)
    }

    async fn get_job_status(&self, request: Request<GetJobStatusParams>) -> Answer<GetJobStatusResult> {
        let name = request.get_ref().job_id.clone();
        if let Some(fate) = self.fate(&name) {
            return Ok(fate);
        }
        let answer = SchedulerGrpc::get_job_status(&self.server, request).await;
        // An executor may have gone while the answer was made.
        self.fate(&name).map_or(answer, Ok)
    }

    async fn update_task_status(
        &self,
        request: Request<messages::UpdateTaskStatusParams>,
    ) -> Answer<messages::UpdateTaskStatusResult> {
        for report in &request.get_ref().task_status {
            if matches!(report.status, Some(TaskState::Successful(_) | TaskState::Failed(_))) {
                self.fates.report(&report.job_id, (report.stage_id as usize, report.task_id as usize));
            }
        }
        SchedulerGrpc::update_task_status(&self.server, request).await
    }

    async fn cancel_job(
        &self,
        mut request: Request<messages::CancelJobParams>,
    ) -> Answer<messages::CancelJobResult> {
        let Some(name) = self.fates.withdraw(&request.get_ref().job_id, Instant::now()) else {
            // It is cancelled when it comes.
            return Ok(Response::new(messages::CancelJobResult { cancelled: true }));
        };
        request.get_mut().job_id = name;
        SchedulerGrpc::cancel_job(&self.server, request).await
    }

    async fn poll_work(
        &self,
        request: Request<messages::PollWorkParams>,
    ) -> Answer<messages::PollWorkResult> {
        SchedulerGrpc::poll_work(&self.server, request).await
    }

    async fn register_executor(
        &self,
        mut request: Request<messages::RegisterExecutorParams>,
    ) -> Answer<messages::RegisterExecutorResult> {
        let port = task_port(request.metadata());
        self.welcome(port, &mut request.get_mut().metadata).await?;
        SchedulerGrpc::register_executor(&self.server, request).await
    }

    async fn heart_beat_from_executor(
        &self,
        mut request: Request<messages::HeartBeatParams>,
    ) -> Answer<messages::HeartBeatResult> {
        let port = task_port(request.metadata());
        self.welcome(port, &mut request.get_mut().metadata).await?;
        SchedulerGrpc::heart_beat_from_executor(&self.server, request).await
    }

    async fn create_update_session(
        &self,
        request: Request<messages::CreateUpdateSessionParams>,
    ) -> Answer<messages::CreateUpdateSessionResult> {
        SchedulerGrpc::create_update_session(&self.server, request).await
    }

    async fn remove_session(
        &self,
        request: Request<messages::RemoveSessionParams>,
    ) -> Answer<messages::RemoveSessionResult> {
        SchedulerGrpc::remove_session(&self.server, request).await
    }

    async fn execute_query_push(
        &self,
        _: Request<messages::ExecuteQueryParams>,
    ) -> Answer<Self::ExecuteQueryPushStream> {
        // Whoever is told without asking would be taken for one that has gone.
        Err(Status::unimplemented("ask for the status of the job instead"))
    }

    async fn get_job_metrics(
        &self,
        request: Request<messages::GetJobMetricsParams>,
    ) -> Answer<messages::GetJobMetricsResult> {
        SchedulerGrpc::get_job_metrics(&self.server, request).await
    }

    async fn executor_stopped(
        &self,
        request: Request<messages::ExecutorStoppedParams>,
    ) -> Answer<messages::ExecutorStoppedResult> {
        SchedulerGrpc::executor_stopped(&self.server, request).await
    }

    async fn clean_job_data(
        &self,
        request: Request<messages::CleanJobDataParams>,
    ) -> Answer<messages::CleanJobDataResult> {
        SchedulerGrpc::clean_job_data(&self.server, request).await
    }
}
