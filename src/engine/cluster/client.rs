//! Turns an encoded plan into the rows that a cluster computes of it.
//!
//! Ballista's own client of physical plans hides the job's name, so the job cannot be cancelled; this one keeps it,
//! and whoever stops waiting cancels the job on all executors. What becomes of jobs whose client says nothing any
//! more, the scheduler sees to ([`super::fates`]).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ballista_core::client::BallistaClient;
use ballista_core::extension::BallistaConfigGrpcEndpoint;
use ballista_core::serde::protobuf::execute_query_failure_result::Failure;
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::execute_query_result::Result as Answer;
use ballista_core::serde::protobuf::job_status::Status;
use ballista_core::serde::protobuf::operator_metric::Metric;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, ExecuteQueryFailureResult, ExecuteQueryParams, GetJobMetricsParams, GetJobStatusParams,
    KeyValuePair, OperatorWithMetrics, PartitionLocation,
};
use ballista_core::version::insert_version_header;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::config::ConfigOptions;
use futures::TryStreamExt as _;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::super::Watch;
use super::super::catalog::external;
use super::super::files::FileReplaced;
use super::fates::{Fate, LONELY_TIME};
use super::settings::MESSAGE_BYTES;
use super::tls::does_encrypt;
use super::wire::CONNECT_TIME;
use super::{Cluster, pin, root_of};
use crate::error::Error;
use crate::messages::ClusterFault;

/// How long a request of the scheduler may take: the longest is to take a large plan in.
const ANSWER_TIME: Duration = Duration::from_mins(1);
/// How long the scheduler may know nothing of a job that it has accepted.
const UNSEEN_TIME: Duration = Duration::from_mins(1);
/// How long a scheduler that begins anew is waited for, and how often it is tried meanwhile.
const ANEW_TIME: Duration = Duration::from_secs(10);
const ANEW_PAUSE: Duration = Duration::from_millis(500);
/// How often the rows read are counted.
const COUNT_TIME: Duration = Duration::from_secs(1);
/// How soon it is asked first whether a job has ended.
const SHORTEST_PAUSE: Duration = Duration::from_millis(4);
/// How long it is not asked at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How long the cancelling of a job may hold up whoever has stopped waiting.
const CANCEL_TIME: Duration = Duration::from_secs(3);

type Scheduler = SchedulerGrpcClient<Channel>;

/// Runs a plan and returns its rows.
pub(super) async fn run(
    cluster: &Cluster,
    plan: &[u8],
    options: &ConfigOptions,
    job: &Arc<Job>,
    watch: &Watch,
) -> Result<Vec<RecordBatch>> {
    let number = new_name();
    job.begin(cluster, &number)?;
    let (mut scheduler, name) = begin(cluster, plan, options, &number).await?;
    job.begin(cluster, &name)?;
    let parts = match wait(&mut scheduler, cluster, &name, watch).await? {
        Ended::Well(parts) => parts,
        Ended::Badly(report) => {
            job.end();
            return Err(describe_failure(cluster, &report));
        }
    };
    let rows = fetch_all(cluster, parts).await?;
    job.end();
    Ok(rows)
}

/// How a job has ended.
enum Ended {
    /// Its rows are there.
    Well(Vec<PartitionLocation>),
    /// This is what the scheduler tells.
    Badly(String),
}

/// Hands a plan to the scheduler, and returns the name of the job. A scheduler that is beginning anew is waited for; should
/// it have taken the plan all the same, it finds that nobody asks for the job.
async fn begin(
    cluster: &Cluster,
    plan: &[u8],
    options: &ConfigOptions,
    number: &str,
) -> Result<(Scheduler, String)> {
    let start = Instant::now();
    loop {
        let mut scheduler = connect(cluster).await.map_err(|fault| external(Error::new(fault)))?;
        let answer = scheduler.execute_query(request(plan, options, number)).await;
        match answer.map(|answer| answer.into_inner().result) {
            Ok(Some(Answer::Success(job))) => return Ok((scheduler, job.job_id)),
            Ok(Some(Answer::Failure(failure))) => return Err(external(lost(cluster, &words_of(failure)))),
            Ok(None) => return Err(external(lost(cluster, "an empty answer"))),
            Err(status) if status.code() == Code::Unavailable && start.elapsed() < ANEW_TIME => {
                tokio::time::sleep(ANEW_PAUSE).await;
            }
            Err(status) => return Err(external(refused(cluster, &status))),
        }
    }
}

fn request(plan: &[u8], options: &ConfigOptions, number: &str) -> tonic::Request<ExecuteQueryParams> {
    let settings = options.entries().into_iter();
    let query = ExecuteQueryParams {
        query: Some(Query::PhysicalPlan(plan.to_vec())),
        settings: settings.map(|entry| KeyValuePair { key: entry.key, value: entry.value }).collect(),
        session_id: new_name(),
        operation_id: number.to_owned(),
    };
    let mut request = tonic::Request::new(query);
    insert_version_header(request.metadata_mut());
    request
}

/// What a scheduler says that does not take a plan.
fn words_of(failure: ExecuteQueryFailureResult) -> String {
    match failure.failure {
        Some(
            Failure::PlanParsingFailure(words)
            | Failure::SqlParsingFailure(words)
            | Failure::SessionNotFound(words),
        ) => words,
        None => "it does not say why".to_owned(),
    }
}

/// Waits until a job has ended.
async fn wait(scheduler: &mut Scheduler, cluster: &Cluster, name: &str, watch: &Watch) -> Result<Ended> {
    let mut pause = SHORTEST_PAUSE;
    let mut counted = Instant::now();
    // An accepted job is not there before the scheduler comes to it.
    let mut unseen_since = Some(counted);
    loop {
        let asked = GetJobStatusParams { job_id: name.to_owned() };
        let answer = scheduler.get_job_status(asked).await;
        let answer = answer.map_err(|status| external(refused(cluster, &status)))?.into_inner();
        match answer.status.and_then(|status| status.status) {
            Some(Status::Failed(failed)) => return Ok(Ended::Badly(failed.error)),
            Some(Status::Successful(done)) => return Ok(Ended::Well(done.partition_location)),
            Some(Status::Queued(_) | Status::Running(_)) => unseen_since = None,
            None if unseen_since.is_some_and(|since| since.elapsed() < UNSEEN_TIME) => {}
            None => return Err(external(lost(cluster, BEGAN_ANEW))),
        }
        if counted.elapsed() >= COUNT_TIME {
            counted = Instant::now();
            count_rows(scheduler, name, watch).await;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Tells who waits how many rows the finished stages have read; Ballista tells nothing of those that run.
async fn count_rows(scheduler: &mut Scheduler, name: &str, watch: &Watch) {
    let asked = GetJobMetricsParams { job_id: name.to_owned() };
    // The number is for the eye; who cannot have it sees the time alone.
    let Ok(answer) = scheduler.get_job_metrics(asked).await else { return };
    let stages = answer.into_inner().stages;
    let rows: u64 = stages.iter().flat_map(|stage| &stage.operators).map(rows_scanned).sum();
    watch.count_elsewhere(usize::try_from(rows).unwrap_or(usize::MAX));
}

/// The rows that a step has given, if it is one that reads files.
fn rows_scanned(step: &OperatorWithMetrics) -> u64 {
    if step.operator_type != "DataSourceExec" {
        return 0;
    }
    let rows = step.metrics.iter().filter_map(|metric| match metric.metric {
        Some(Metric::OutputRows(rows)) => Some(rows),
        _ => None,
    });
    rows.sum()
}

/// What is said of a scheduler that does not know a job any more.
const BEGAN_ANEW: &str = "it began anew meanwhile";

fn lost(cluster: &Cluster, problem: &str) -> Error {
    let (address, problem) = (cluster.address.clone(), problem.to_owned());
    Error::new(ClusterFault::SchedulerLost { address, problem })
}

/// A request that was not answered.
fn refused(cluster: &Cluster, status: &tonic::Status) -> Error {
    if status.code() == Code::Unauthenticated {
        return Error::new(ClusterFault::WrongToken { address: cluster.address.clone() });
    }
    let cause = std::error::Error::source(status);
    lost(cluster, &cause.map_or_else(|| status.message().to_owned(), root_of))
}

/// Waits for a scheduler that lets this machine in.
///
/// # Errors
/// If none answers in time, or one refuses.
pub(super) async fn find_scheduler(cluster: &Cluster, time: Duration) -> crate::error::Result<()> {
    let start = Instant::now();
    loop {
        match connect(cluster).await {
            Ok(mut scheduler) => {
                let asked = GetJobStatusParams { job_id: String::new() };
                let answer = scheduler.get_job_status(asked).await;
                match answer {
                    Ok(_) => return Ok(()),
                    // One that begins anew ends its connections.
                    Err(status) if status.code() != Code::Unauthenticated && start.elapsed() < time => {
                        tokio::time::sleep(ANEW_PAUSE).await;
                    }
                    Err(status) => return Err(refused(cluster, &status)),
                }
            }
            Err(ClusterFault::NoScheduler { .. }) if start.elapsed() < time => {
                tokio::time::sleep(ANEW_PAUSE).await;
            }
            Err(fault) => return Err(Error::new(fault)),
        }
    }
}

async fn connect(cluster: &Cluster) -> std::result::Result<Scheduler, ClusterFault> {
    let address = || cluster.address.clone();
    let bad = || ClusterFault::BadAddress { found: address() };
    let endpoint = Endpoint::from_shared(address()).map_err(|_| bad())?;
    let endpoint = cluster.wire.streams()(endpoint).map_err(|_| bad())?.timeout(ANSWER_TIME);
    // What is asked in the clear is lost to who listens, so the other side is tried before.
    if let Some(place) = cluster.address.strip_prefix("http://") {
        match does_encrypt(place).await {
            Ok(true) => return Err(ClusterFault::Encrypted { address: address() }),
            Ok(false) => {}
            Err(error) => return Err(unreached(address(), &error.to_string())),
        }
    }
    let channel = endpoint.connect().await.map_err(|error| unreached(address(), &root_of(&error)))?;
    let bytes = MESSAGE_BYTES as usize;
    Ok(Scheduler::new(channel).max_encoding_message_size(bytes).max_decoding_message_size(bytes))
}

/// Says why a machine is not reached.
fn unreached(address: String, problem: &str) -> ClusterFault {
    if let Some((_, problem)) = problem.split_once("invalid peer certificate: ") {
        ClusterFault::Untrusted { address, problem: problem.to_owned() }
    } else if problem.contains("InvalidContentType") {
        ClusterFault::NotEncrypted { address }
    } else {
        ClusterFault::NoScheduler { address, problem: problem.to_owned() }
    }
}

fn new_name() -> String {
    let mut bytes = [0; 16];
    // Names need not be secret, only different; without a source of chance, time tells them apart.
    if getrandom::fill(&mut bytes).is_err() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        bytes = now.map_or(0, |time| time.as_nanos()).to_le_bytes();
    }
    crate::contract::hex(&bytes)
}

/// Takes the layers off that a failure gathers on its way from a task to here.
fn describe_failure(cluster: &Cluster, report: &str) -> DataFusionError {
    if let Some(fate) = Fate::read(report) {
        return describe_fate(cluster, fate);
    }
    if let Some(file) = pin::gone_file(report) {
        return DataFusionError::External(Box::new(FileReplaced(file.to_owned())));
    }
    if let Some(problem) = exhausted(report) {
        return DataFusionError::ResourcesExhausted(problem.to_owned());
    }
    let inner = ["Arrow error: ", "DataFusion error: ", "Execution error: "];
    let last = inner.iter().filter_map(|layer| report.rfind(layer).map(|at| at + layer.len())).max();
    let problem = last.and_then(|at| report.get(at..)).unwrap_or(report);
    DataFusionError::Execution(problem.trim().to_owned())
}

/// What an executor says whose memory or disk did not suffice, as text or as the engine's debugging form.
fn exhausted(report: &str) -> Option<&str> {
    if let Some((_, problem)) = report.rsplit_once("ResourcesExhausted(\"") {
        return problem.split("\")").next();
    }
    report.rsplit_once("Resources exhausted: ").map(|(_, problem)| problem.trim())
}

fn describe_fate(cluster: &Cluster, fate: Fate) -> DataFusionError {
    let address = cluster.address.clone();
    match fate {
        Fate::ExecutorDied => external(Error::new(ClusterFault::ExecutorDied { address })),
        Fate::NoExecutor => {
            external(Error::new(ClusterFault::NoExecutor { address, seconds: LONELY_TIME.as_secs() }))
        }
        Fate::Unplanned => external(lost(cluster, "its plan was not ready in time")),
        Fate::Still => external(lost(cluster, "it stood still, and was cancelled")),
        Fate::Unwanted => external(lost(cluster, "it was cancelled")),
        Fate::Unknown => external(lost(cluster, BEGAN_ANEW)),
    }
}

/// Fetches the parts of a result in their order.
async fn fetch_all(cluster: &Cluster, parts: Vec<PartitionLocation>) -> Result<Vec<RecordBatch>> {
    let mut rows = Vec::new();
    for part in parts {
        rows.extend(fetch(cluster, part).await?);
    }
    Ok(rows)
}

async fn fetch(cluster: &Cluster, part: PartitionLocation) -> Result<Vec<RecordBatch>> {
    let layout = part.layout();
    let missing = || DataFusionError::Internal("a part of a result without a place".to_owned());
    let executor = part.executor_meta.ok_or_else(missing)?;
    let name = part.partition_id.ok_or_else(missing)?;
    let host = format!("{}:{}", executor.host, executor.port);
    let lost = |problem: String| {
        // Ballista hands on the engine's form for debugging.
        if let Some((_, found)) = problem.split_once("InvalidCertificate(") {
            let problem = found.split([')', ',', ' ']).next().unwrap_or_default().to_owned();
            return external(Error::new(ClusterFault::Untrusted { address: host.clone(), problem }));
        }
        external(Error::new(ClusterFault::ExecutorLost { host: host.clone(), problem }))
    };
    let port = u16::try_from(executor.port).map_err(|_| missing())?;
    let shape = Arc::new(BallistaConfigGrpcEndpoint::new(cluster.wire.streams()));
    let connecting =
        BallistaClient::try_new(&executor.host, port, MESSAGE_BYTES as usize, false, Some(shape), 1, 0, 0, 0);
    let waited = tokio::time::timeout(CONNECT_TIME, connecting).await;
    let mut client = match waited {
        Ok(client) => client.map_err(|error| lost(error.to_string()))?,
        Err(_) => return Err(lost("no answer".to_owned())),
    };
    let stream = client
        .fetch_partition_proxied(&executor.id, &name.into(), part.file_id, layout, &executor.host, port, true)
        .await;
    let stream = stream.map_err(|error| lost(error.to_string()))?;
    stream.try_collect().await.map_err(|error| lost(error.to_string()))
}

/// A statement on the cluster: its name there, until it has ended; before it has one, the number under which it was
/// handed in.
#[derive(Debug, Default)]
pub(in crate::engine) struct Job {
    state: Mutex<JobState>,
    /// Told when a job that is being cancelled is over.
    is_over: Condvar,
}

#[derive(Debug, Default)]
struct JobState {
    name: Option<(Cluster, String)>,
    phase: Phase,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Running,
    Cancelling,
    Over,
}

impl Job {
    /// Notes the name or number.
    ///
    /// # Errors
    /// If nobody waits for the job by now; it was cancelled by what was known of it.
    fn begin(&self, cluster: &Cluster, name: &str) -> Result<()> {
        let mut state = self.locked();
        if state.phase != Phase::Running {
            return Err(DataFusionError::Execution("nobody waits for the result".to_owned()));
        }
        state.name = Some((cluster.clone(), name.to_owned()));
        Ok(())
    }

    fn end(&self) {
        self.locked().phase = Phase::Over;
        self.is_over.notify_all();
    }

    /// Cancels the job if it has not ended; waits a little, so that the message leaves before the program does.
    ///
    /// Several may find at once that nobody waits, on several threads: all wait for the one message.
    pub(in crate::engine) fn cancel(self: &Arc<Self>) {
        let mut state = self.locked();
        if state.phase == Phase::Running {
            let Some((cluster, job_id)) = state.name.clone() else {
                state.phase = Phase::Over;
                return;
            };
            state.phase = Phase::Cancelling;
            let job = Arc::clone(self);
            // On a thread of its own: the runtime of the statement may be ending, or be busy in a join.
            let work = move || {
                send_wish(&cluster, job_id);
                job.end();
            };
            if std::thread::Builder::new().spawn(work).is_err() {
                state.phase = Phase::Over;
            }
        }
        // Longer is not waited, whatever became of it.
        let is_cancelling = |state: &mut JobState| state.phase == Phase::Cancelling;
        drop(self.is_over.wait_timeout_while(state, CANCEL_TIME, is_cancelling));
    }

    fn locked(&self) -> MutexGuard<'_, JobState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells a scheduler that nobody waits for a job any more. Should it not hear, it finds out by itself.
fn send_wish(cluster: &Cluster, job_id: String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    let cancelling = async {
        if let Ok(mut scheduler) = connect(cluster).await {
            // A job that has ended meanwhile is none to cancel.
            let _ = scheduler.cancel_job(CancelJobParams { job_id }).await;
        }
    };
    runtime.block_on(async { drop(tokio::time::timeout(CANCEL_TIME, cancelling).await) });
}

/// Cancels its job when it goes away, unless the job has ended.
pub(super) struct CancelOnDrop(pub(super) Arc<Job>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Lang;

    fn describe(report: &str) -> String {
        let cluster = Cluster::parse("http://10.0.0.1", 1, None).unwrap();
        let error = super::super::super::fault::describe(describe_failure(&cluster, report));
        error.message(Lang::En)
    }

    #[test]
    fn what_ended_a_statement_is_said_in_one_sentence() {
        let fate = Fate::ExecutorDied.report();
        assert_eq!(describe(&fate), "an executor of http://10.0.0.1:50050 went away while the statement ran");
        let report = "Job failed due to stage 1 failed: Task failed due to runtime execution error: DataFusionError(ArrowError(DivideByZero, None)): Arrow error: Divide by zero error\n";
        assert_eq!(describe(report), "a number is divided by zero");
    }

    #[test]
    fn an_executor_whose_memory_does_not_suffice_gives_the_error_of_one_machine() {
        let inner = "Failed to allocate additional 2.0 MB for GroupedHashAggregateStream";
        let debugged = format!("Task failed: DataFusionError(ResourcesExhausted(\"{inner}\"))\n");
        for report in [debugged, format!("DataFusion error: Resources exhausted: {inner}\n")] {
            let wanted = format!("the query does not fit into the memory it may use: {inner}");
            assert_eq!(describe(&report), wanted);
        }
    }
}
