//! Turns addresses and a workspace into running services: a scheduler, an executor.
//!
//! Both end when their process is told to; then an executor first finishes what it has in hand.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::error::BallistaError;
use ballista_core::extension::SessionConfigExt as _;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::serde::protobuf::scheduler_grpc_server::SchedulerGrpcServer;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::health::ExecutorHealth;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::create_scheduler;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::object_store::ObjectStore;
use datafusion::object_store::memory::InMemory;
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::{Server, TcpIncoming};

use super::super::aggregates::register_aggregates;
use super::super::files::open_store;
use super::client::find_scheduler;
use super::codec::Codec;
use super::folder::WorkFolder;
use super::gate::serve_tasks;
use super::overseer::{Overseer, UNREACHED};
use super::pin::PinnedStores;
use super::rows::serve_rows;
use super::settings::{self, MESSAGE_BYTES};
use super::tasks::StoppingEngine;
use super::wire::Wire;
use super::{Address, Cluster};
use crate::error::{Error, Result};
use crate::messages::ClusterFault;
use crate::workspace::Workspace;

/// Where Ballista listens for what an executor lets in.
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The port of schedulers where none is named.
pub const SCHEDULER_PORT: u16 = 50050;
/// The port for an executor's rows where none is named.
pub const EXECUTOR_PORT: u16 = 50051;
/// The port for an executor's tasks where none is named.
pub const TASK_PORT: u16 = 50052;
/// How often an executor tells that it lives.
const HEARTBEAT_SECONDS: u64 = 3;
/// After how long a silence an executor is taken for dead.
const DEAD_AFTER_SECONDS: u64 = 30;
/// How often the dead are looked for.
const LOOK_SECONDS: u64 = 2;
/// How long rows of a finished statement wait to be fetched.
const KEEP_ROWS_SECONDS: u64 = 300;
/// How often rows are looked for that a scheduler has forgotten, and after how long without a change they go.
const SWEEP_SECONDS: u64 = 600;
const FORGOTTEN_SECONDS: u64 = 24 * 3600;
/// How long an executor looks for its scheduler before it ends.
const FIND_SCHEDULER_TIME: Duration = Duration::from_secs(30);
/// How often it is looked whether the scheduler knows an executor.
const READY_LOOK_TIME: Duration = Duration::from_millis(50);
/// Plans are taken apart step by step, each inside the one before.
const STACK_BYTES: usize = 16 << 20;

/// What a scheduler is told.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// The address that it listens on.
    pub bind: IpAddr,
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// The name by which executors reach it.
    pub host: String,
    /// What executors and users must know.
    pub wire: Wire,
}

/// What an executor is told.
#[derive(Debug, Clone)]
pub struct Executor {
    /// The address that it listens on.
    pub bind: IpAddr,
    /// Its port for rows; 0 takes a free one.
    pub port: u16,
    /// Its port for tasks; 0 takes a free one.
    pub task_port: u16,
    /// The name by which the scheduler, other executors and users reach it.
    pub host: String,
    /// Where the scheduler is.
    pub scheduler_host: String,
    /// The scheduler's port.
    pub scheduler_port: u16,
    /// How many cores it uses.
    pub cores: usize,
    /// Bytes of memory that tasks may use together.
    pub memory: u64,
    /// The folder for rows between tasks and for what does not fit into memory; one for this run, if none is named.
    pub folder: Option<PathBuf>,
    /// What the scheduler, other executors and users must know.
    pub wire: Wire,
}

/// Writes an address as it stands in a URL.
pub fn host_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Reserves a port for a moment, so that it can be told to others before it is used.
fn find_port(bind: IpAddr, port: u16) -> Result<u16> {
    port_of(&listen(bind, port)?)
}

fn listen(bind: IpAddr, port: u16) -> Result<TcpListener> {
    let address = SocketAddr::new(bind, port);
    TcpListener::bind(address).map_err(|error| not_listening(address, &error))
}

fn port_of(listener: &TcpListener) -> Result<u16> {
    listener.local_addr().map(|address| address.port()).map_err(|error| ended(&error))
}

fn not_listening(address: SocketAddr, error: &std::io::Error) -> Error {
    Error::new(ClusterFault::NotListening { address: address.to_string(), problem: error.to_string() })
}

fn ended(error: &impl std::fmt::Display) -> Error {
    Error::new(ClusterFault::Ended { problem: error.to_string() })
}

impl Scheduler {
    /// Runs the scheduler until the process ends; `ready` is told the address as soon as it listens.
    ///
    /// After an executor has gone, the scheduler begins anew: Ballista 55 can go on counting the lost work as under way on
    /// those that are left, and then gives them none. Running statements are cancelled and told so before; executors
    /// sign in again with their next sign of life.
    ///
    /// # Errors
    /// If the port is not free, or the service fails.
    pub async fn run(self, ready: impl FnOnce(SocketAddr)) -> Result<()> {
        let listener = listen(self.bind, self.port)?;
        let address = SocketAddr::new(self.bind, port_of(&listener)?);
        ready(address);
        loop {
            let listener = listener.try_clone().map_err(|error| not_listening(address, &error))?;
            let (config, wire) = (self.config(address), self.wire.clone());
            let (sender, done) = tokio::sync::oneshot::channel();
            // A runtime for each, since what a scheduler leaves running ends only with it.
            std::thread::spawn(move || drop(sender.send(run_once(listener, address, config, wire))));
            done.await.map_err(|error| ended(&error))??;
        }
    }

    fn config(&self, address: SocketAddr) -> SchedulerConfig {
        let mut config = SchedulerConfig::default()
            .with_hostname(self.host.clone())
            .with_port(address.port())
            // Tasks are brought to the executors: theirs would be asked for ten times a second otherwise, and
            // only so does a cancelled job end on them.
            .with_scheduler_policy(TaskSchedulingPolicy::PushStaged)
            .with_grpc_server_max_decoding_message_size(MESSAGE_BYTES)
            .with_grpc_server_max_encoding_message_size(MESSAGE_BYTES)
            .with_grpc_client_max_message_size(MESSAGE_BYTES)
            .with_finished_job_data_clean_up_interval_seconds(KEEP_ROWS_SECONDS)
            .with_finished_job_state_clean_up_interval_seconds(KEEP_ROWS_SECONDS)
            .with_no_executors_grace_period_seconds(DEAD_AFTER_SECONDS)
            .with_override_config_producer(Arc::new(settings::of_service))
            .with_override_session_builder(Arc::new(build_session));
        config.override_create_grpc_client_endpoint = Some(self.wire.requests());
        config.bind_host = host_of(self.bind);
        config.executor_timeout_seconds = DEAD_AFTER_SECONDS;
        config.expire_dead_executor_interval_seconds = LOOK_SECONDS;
        // What Ballista runs again after an executor has died has given rows twice in our tests; a statement that
        // fails is run again by who asked.
        config.stage_max_failures = 1;
        config.task_max_failures = 1;
        config.override_physical_codec = Some(Arc::new(Codec::default()));
        config
    }
}

/// Runs a scheduler until an executor has gone.
fn run_once(listener: TcpListener, address: SocketAddr, config: SchedulerConfig, wire: Wire) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        runtime.enable_all().thread_stack_size(STACK_BYTES).build().map_err(|error| ended(&error))?;
    // On a thread of the runtime, for its stack.
    let serving = runtime.spawn(serve(listener, address, config, wire));
    let result = runtime.block_on(serving).map_err(|error| ended(&error))?;
    runtime.shutdown_background();
    result
}

async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    config: SchedulerConfig,
    wire: Wire,
) -> Result<()> {
    listener.set_nonblocking(true).map_err(|error| not_listening(address, &error))?;
    let listener = tokio::net::TcpListener::from_std(listener);
    let listener = listener.map_err(|error| not_listening(address, &error))?;
    let config = Arc::new(config);
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|error| ended(&error))?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await;
    let overseer = Overseer::new(scheduler.map_err(|error| ended(&error))?, wire.clone());
    let service = SchedulerGrpcServer::new(overseer.clone())
        .max_encoding_message_size(MESSAGE_BYTES as usize)
        .max_decoding_message_size(MESSAGE_BYTES as usize);
    let mut server = wire.guard(Server::builder()).map_err(|error| ended(&error))?;
    let serving = server
        .add_service(InterceptedService::new(service, wire.doorkeeper()))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)));
    tokio::select! {
        result = serving => result.map_err(|error| ended(&error)),
        result = overseer.watch() => result.map_err(|error| ended(&error)),
    }
}

/// A scheduler cuts plans up and reads nothing; the store that scans name is an empty one there.
fn build_session(config: SessionConfig) -> datafusion::common::Result<datafusion::execution::SessionState> {
    let nothing = Arc::new(PinnedStores::new(Arc::new(InMemory::new())));
    let runtime = RuntimeEnvBuilder::new().with_object_store_registry(nothing).build_arc()?;
    let builder = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime);
    let mut state = builder.with_default_features().build();
    register_aggregates(&mut state)?;
    Ok(state)
}

impl Executor {
    /// Runs the executor over a workspace until the process is told to end; `ready` is told as soon as the scheduler
    /// knows of it.
    ///
    /// # Errors
    /// If the scheduler does not answer, a port is not free, or the service fails.
    pub async fn run(mut self, workspace: &Workspace, ready: impl FnOnce(&Self)) -> Result<()> {
        self.port = find_port(self.bind, self.port)?;
        let tasks = listen(self.bind, self.task_port)?;
        self.task_port = port_of(&tasks)?;
        let store = open_store(workspace).map_err(|error| ended(&error))?;
        find_scheduler(&self.cluster(), FIND_SCHEDULER_TIME).await?;
        // Where Ballista takes tasks, behind the gate.
        let inside = find_port(INSIDE, 0)?;
        let folder = WorkFolder::take(self.folder.as_deref())?;
        let config = self.config(store, &folder, inside)?;
        let is_known = wait_until_known(config.health.clone());
        let running = start_executor_process(Arc::new(config));
        let gate = serve_tasks(tasks, inside, self.wire.clone());
        tokio::pin!(running, gate);
        tokio::select! {
            result = &mut running => return result.map_err(|error| self.stopped(&error)),
            result = &mut gate => return result.map_err(|error| ended(&error)),
            () = is_known => ready(&self),
        }
        tokio::select! {
            result = running => result.map_err(|error| self.stopped(&error)),
            result = gate => result.map_err(|error| ended(&error)),
        }
    }

    /// Says why Ballista ends.
    fn stopped(&self, error: &BallistaError) -> Error {
        let BallistaError::GrpcError(status) = error else { return ended(error) };
        let Some(problem) = status.message().strip_prefix(UNREACHED) else { return ended(error) };
        let place = format!("{}:{}", self.host, self.task_port);
        Error::new(ClusterFault::Unreached { place, problem: problem.to_owned() })
    }

    /// The cluster as this machine sees it.
    fn cluster(&self) -> Cluster {
        let (host, port) = (self.scheduler_host.clone(), self.scheduler_port);
        let address = Address { does_encrypt: self.wire.tls.is_some(), host, port }.to_string();
        Cluster { address, part_bytes: 0, wire: self.wire.clone() }
    }

    fn config(
        &self,
        store: Arc<dyn ObjectStore>,
        folder: &WorkFolder,
        inside: u16,
    ) -> Result<ExecutorProcessConfig> {
        let spill = folder.spill();
        let runtime = move |_: &SessionConfig| {
            RuntimeEnvBuilder::new()
                .with_object_store_registry(Arc::new(PinnedStores::new(Arc::clone(&store))))
                .with_temp_file_path(spill.clone())
                .build_arc()
        };
        let streams = self.wire.streams();
        let settings = move || {
            settings::of_service().with_ballista_override_create_grpc_client_endpoint(Arc::clone(&streams))
        };
        Ok(ExecutorProcessConfig {
            bind_host: host_of(INSIDE),
            external_host: Some(self.host.clone()),
            port: self.port,
            grpc_port: inside,
            scheduler_host: self.scheduler_host.clone(),
            scheduler_port: self.scheduler_port,
            scheduler_connect_timeout_seconds: u16::try_from(FIND_SCHEDULER_TIME.as_secs())
                .unwrap_or(u16::MAX),
            vcores: self.cores,
            task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
            work_dir: Some(folder.rows().display().to_string()),
            job_data_clean_up_interval_seconds: SWEEP_SECONDS,
            job_data_ttl_seconds: FORGOTTEN_SECONDS,
            grpc_max_decoding_message_size: MESSAGE_BYTES,
            grpc_max_encoding_message_size: MESSAGE_BYTES,
            executor_heartbeat_interval_seconds: HEARTBEAT_SECONDS,
            memory_pool_size: Some(self.memory),
            override_execution_engine: Some(Arc::new(StoppingEngine::default())),
            override_function_registry: Some(Arc::new(known_functions()?)),
            override_runtime_producer: Some(Arc::new(runtime)),
            override_config_producer: Some(Arc::new(settings)),
            override_create_grpc_client_endpoint: Some(self.wire.requests_of_executor(self.task_port)),
            override_physical_codec: Some(Arc::new(Codec::default())),
            override_arrow_flight_service: Some(serve_rows(self.bind, self.wire.clone())),
            ..ExecutorProcessConfig::default()
        })
    }
}

/// Waits until the scheduler has answered an executor's first sign of life.
async fn wait_until_known(health: ExecutorHealth) {
    while !health.is_ready() {
        tokio::time::sleep(READY_LOOK_TIME).await;
    }
}

/// The engine's own functions and our aggregates by name; the department's functions come with each plan.
fn known_functions() -> Result<BallistaFunctionRegistry> {
    let mut state = SessionStateBuilder::new().with_default_features().build();
    register_aggregates(&mut state).map_err(|error| ended(&error))?;
    Ok(BallistaFunctionRegistry {
        scalar_functions: state.scalar_functions().clone(),
        aggregate_functions: state.aggregate_functions().clone(),
        window_functions: state.window_functions().clone(),
        ..BallistaFunctionRegistry::default()
    })
}
