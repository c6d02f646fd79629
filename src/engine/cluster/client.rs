//! Turns an encoded plan into the rows that a cluster computes of it.
//!
//! Ballista's own client of physical plans hides the job's name, so the job cannot be cancelled; this one keeps it,
//! and whoever stops waiting cancels the job on all executors.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ballista_core::client::BallistaClient;
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::job_status::Status;
use ballista_core::serde::protobuf::operator_metric::Metric;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, ExecuteQueryParams, GetJobMetricsParams, GetJobStatusParams, KeyValuePair,
    OperatorWithMetrics, PartitionLocation, execute_query_result,
};
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use ballista_core::version::insert_version_header;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::config::ConfigOptions;
use futures::TryStreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Channel;

use super::super::Watch;
use super::super::catalog::external;
use super::super::files::FileReplaced;
use super::pin;
use super::settings::MESSAGE_BYTES;
use crate::error::Error;
use crate::messages::ClusterFault;

/// How long a machine that does not answer is waited for.
const CONNECT_SECONDS: u64 = 5;
/// How often a connection over which nothing comes is tried.
const KEEP_ALIVE_SECONDS: u64 = 10;
/// How long a request of the scheduler may take: the longest is to cut a large plan up.
const ANSWER_SECONDS: u64 = 60;
/// How long a statement waits for the first executor.
const IDLE_TIME: Duration = Duration::from_secs(20);
/// How often the executors and the rows read are counted.
const LOOK_TIME: Duration = Duration::from_secs(1);
/// How long that may take, and how much it may answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);
const ANSWER_BYTES: u64 = 4096;
/// How soon it is asked first whether a job has ended.
const SHORTEST_PAUSE: Duration = Duration::from_millis(4);
/// How long it is not asked at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How long the cancelling of a job may hold up whoever has stopped waiting.
const CANCEL_TIME: Duration = Duration::from_secs(3);

type Scheduler = SchedulerGrpcClient<Channel>;

/// Runs a plan and returns its rows.
pub(super) async fn run(
    address: &str,
    plan: Vec<u8>,
    options: &ConfigOptions,
    job: &Arc<Job>,
    watch: &Watch,
) -> Result<Vec<RecordBatch>> {
    let mut scheduler = connect(address).await.map_err(external)?;
    let name = submit(&mut scheduler, address, plan, options).await?;
    job.begin(address, &name);
    let parts = match wait(&mut scheduler, address, &name, watch).await? {
        Ended::Well(parts) => parts,
        Ended::Badly(report) => {
            job.end();
            return Err(describe_failure(&report));
        }
    };
    let rows = fetch_all(parts).await?;
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

/// Hands a plan to the scheduler, and returns the name of the job.
async fn submit(
    scheduler: &mut Scheduler,
    address: &str,
    plan: Vec<u8>,
    options: &ConfigOptions,
) -> Result<String> {
    let settings = options.entries().into_iter();
    let settings = settings.map(|entry| KeyValuePair { key: entry.key, value: entry.value }).collect();
    let query = ExecuteQueryParams {
        query: Some(Query::PhysicalPlan(plan)),
        settings,
        session_id: new_name(),
        operation_id: new_name(),
    };
    let mut request = tonic::Request::new(query);
    insert_version_header(request.metadata_mut());
    let answer = scheduler.execute_query(request).await;
    let answer = answer.map_err(|status| lost(address, status.message()))?.into_inner();
    match answer.result {
        Some(execute_query_result::Result::Success(job)) => Ok(job.job_id),
        Some(execute_query_result::Result::Failure(failure)) => {
            Err(lost(address, &format!("{:?}", failure.failure)))
        }
        None => Err(lost(address, "an empty answer")),
    }
}

/// Waits until a job has ended.
async fn wait(scheduler: &mut Scheduler, address: &str, name: &str, watch: &Watch) -> Result<Ended> {
    let mut pause = SHORTEST_PAUSE;
    let mut executors = Executors::default();
    executors.count(address).await?;
    loop {
        let asked = GetJobStatusParams { job_id: name.to_owned() };
        let answer = scheduler.get_job_status(asked).await;
        let answer = answer.map_err(|status| lost(address, status.message()))?.into_inner();
        match answer.status.and_then(|status| status.status) {
            Some(Status::Failed(failed)) => return Ok(Ended::Badly(failed.error)),
            Some(Status::Successful(done)) => {
                executors.count(address).await?;
                return Ok(Ended::Well(done.partition_location));
            }
            Some(Status::Queued(_) | Status::Running(_)) => {}
            None => return Err(lost(address, "it began anew meanwhile")),
        }
        if executors.is_due() {
            executors.count(address).await?;
            count_rows(scheduler, name, watch).await;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How many executors there are while a statement runs.
#[derive(Default)]
struct Executors {
    looked: Option<Instant>,
    most: usize,
    none_since: Option<Instant>,
}

impl Executors {
    /// Tells whether it is time to look again.
    fn is_due(&self) -> bool {
        self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_TIME)
    }

    /// Counts them.
    ///
    /// # Errors
    /// If one has gone: what the scheduler makes others compute again may be in the result twice. If there is
    /// none for long: the scheduler would wait for one without end.
    async fn count(&mut self, address: &str) -> Result<()> {
        self.looked = Some(Instant::now());
        let Some(count) = count_executors(address).await else { return Ok(()) };
        if count < self.most {
            return Err(external(Error::new(ClusterFault::ExecutorDied { address: address.to_owned() })));
        }
        self.most = count;
        if count > 0 {
            self.none_since = None;
            return Ok(());
        }
        let since = *self.none_since.get_or_insert_with(Instant::now);
        if since.elapsed() < IDLE_TIME {
            return Ok(());
        }
        let (address, seconds) = (address.to_owned(), IDLE_TIME.as_secs());
        Err(external(Error::new(ClusterFault::NoExecutor { address, seconds })))
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

/// Reads the scheduler's page for load balancers: `ready: 3 executors registered`.
pub(super) async fn count_executors(address: &str) -> Option<usize> {
    let host = address.strip_prefix("http://")?;
    let asking = async {
        let mut stream = TcpStream::connect(host).await.ok()?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES).read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (_, rest) = answer.split_once("ready: ")?;
        let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    tokio::time::timeout(ANSWER_TIME, asking).await.ok()?
}

fn lost(address: &str, problem: &str) -> DataFusionError {
    let (address, problem) = (address.to_owned(), problem.to_owned());
    external(Error::new(ClusterFault::SchedulerLost { address, problem }))
}

async fn connect(address: &str) -> crate::error::Result<Scheduler> {
    let fault =
        |problem: String| Error::new(ClusterFault::NoScheduler { address: address.to_owned(), problem });
    let config = GrpcClientConfig {
        connect_timeout_seconds: CONNECT_SECONDS,
        timeout_seconds: ANSWER_SECONDS,
        http2_keepalive_interval_seconds: KEEP_ALIVE_SECONDS,
        ..GrpcClientConfig::default()
    };
    let endpoint = create_grpc_client_endpoint(address.to_owned(), Some(&config));
    let endpoint =
        endpoint.map_err(|_| Error::new(ClusterFault::BadAddress { found: address.to_owned() }))?;
    let channel = endpoint.connect().await.map_err(|error| fault(root_of(&error)))?;
    let bytes = MESSAGE_BYTES as usize;
    Ok(Scheduler::new(channel).max_encoding_message_size(bytes).max_decoding_message_size(bytes))
}

/// What lies under the layers of a transport: `Connection refused`.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    root.to_string()
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
fn describe_failure(report: &str) -> DataFusionError {
    if let Some(file) = pin::gone_file(report) {
        return DataFusionError::External(Box::new(FileReplaced(file.to_owned())));
    }
    let inner = ["Arrow error: ", "DataFusion error: ", "Execution error: "];
    let last = inner.iter().filter_map(|layer| report.rfind(layer).map(|at| at + layer.len())).max();
    let problem = last.and_then(|at| report.get(at..)).unwrap_or(report);
    DataFusionError::Execution(problem.trim().to_owned())
}

/// Fetches the parts of a result in their order.
async fn fetch_all(parts: Vec<PartitionLocation>) -> Result<Vec<RecordBatch>> {
    let mut rows = Vec::new();
    for part in parts {
        rows.extend(fetch(part).await?);
    }
    Ok(rows)
}

async fn fetch(part: PartitionLocation) -> Result<Vec<RecordBatch>> {
    let layout = part.layout();
    let missing = || DataFusionError::Internal("a part of a result without a place".to_owned());
    let executor = part.executor_meta.ok_or_else(missing)?;
    let name = part.partition_id.ok_or_else(missing)?;
    let host = format!("{}:{}", executor.host, executor.port);
    let lost =
        |problem: String| external(Error::new(ClusterFault::ExecutorLost { host: host.clone(), problem }));
    let port = u16::try_from(executor.port).map_err(|_| missing())?;
    let connecting =
        BallistaClient::try_new(&executor.host, port, MESSAGE_BYTES as usize, false, None, 1, 0, 0, 0);
    let waited = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), connecting).await;
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

/// A statement on the cluster: its name there, until it has ended.
#[derive(Debug, Default)]
pub(in crate::engine) struct Job(Mutex<JobState>);

#[derive(Debug, Default)]
struct JobState {
    name: Option<(String, String)>,
    has_ended: bool,
}

impl Job {
    fn begin(&self, address: &str, name: &str) {
        self.locked().name = Some((address.to_owned(), name.to_owned()));
    }

    fn end(&self) {
        self.locked().has_ended = true;
    }

    /// Cancels the job if it has not ended; waits a little, so that the message leaves before the program does.
    pub(in crate::engine) fn cancel(&self) {
        let name = {
            let mut state = self.locked();
            if std::mem::replace(&mut state.has_ended, true) {
                return;
            }
            state.name.clone()
        };
        let Some((address, job_id)) = name else { return };
        let (sender, done) = std::sync::mpsc::channel();
        // On a thread of its own: the runtime of the statement may be ending, or be busy in a join.
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let cancelling = async {
                    if let Ok(mut scheduler) = connect(&address).await {
                        // A job that has ended meanwhile is none to cancel.
                        let _ = scheduler.cancel_job(CancelJobParams { job_id }).await;
                    }
                };
                runtime.block_on(async { drop(tokio::time::timeout(CANCEL_TIME, cancelling).await) });
            }
            // Nobody listens any more after the time.
            let _ = sender.send(());
        };
        if std::thread::Builder::new().spawn(work).is_ok() {
            // Longer is not waited, whatever became of it.
            let _ = done.recv_timeout(CANCEL_TIME);
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, JobState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cancels its job when it goes away, unless the job has ended.
pub(super) struct CancelOnDrop(pub(super) Arc<Job>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
