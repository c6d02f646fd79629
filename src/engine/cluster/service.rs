//! Turns addresses and a workspace into running services: a scheduler, an executor.
//!
//! Both end when their process is told to; then an executor first finishes what it has in hand.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::object_store::ObjectStore;
use datafusion::object_store::memory::InMemory;
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

use super::super::aggregates::register_aggregates;
use super::super::files::open_store;
use super::client;
use super::codec::Codec;
use super::pin::PinnedStores;
use super::settings::{self, MESSAGE_BYTES};
use super::tasks::StoppingEngine;
use crate::error::{Error, Result};
use crate::messages::ClusterFault;
use crate::workspace::Workspace;

/// The port of schedulers.
pub(super) const SCHEDULER_PORT: u16 = 50050;
/// How often an executor tells that it lives.
const HEARTBEAT_SECONDS: u64 = 3;
/// After how long a silence an executor is taken for dead, and its work given to others.
const DEAD_AFTER_SECONDS: u64 = 30;
/// How often the dead are looked for.
const LOOK_SECONDS: u64 = 2;
/// How often a scheduler looks whether an executor has gone.
const LOSS_LOOK_TIME: Duration = Duration::from_secs(1);
/// How long rows of a finished statement wait to be fetched.
const KEEP_ROWS_SECONDS: u64 = 300;

/// What a scheduler is told.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// The address that it listens on.
    pub bind: IpAddr,
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// The name by which executors reach it.
    pub host: String,
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
    /// The folder for rows between tasks and for what does not fit into memory.
    pub folder: PathBuf,
}

/// Reserves a port for a moment, so that it can be told to others before it is used.
fn find_port(bind: IpAddr, port: u16) -> Result<u16> {
    let address = SocketAddr::new(bind, port);
    let listener = TcpListener::bind(address).map_err(|error| not_listening(address, &error))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| not_listening(address, &error))
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
    /// those that are left, and then gives them none. Running statements have failed by then; executors sign in
    /// again with their next sign of life.
    ///
    /// # Errors
    /// If the port is not free, or the service fails.
    pub async fn run(self, ready: impl FnOnce(SocketAddr)) -> Result<()> {
        let address = SocketAddr::new(self.bind, self.port);
        let listener = TcpListener::bind(address).map_err(|error| not_listening(address, &error))?;
        let address = listener.local_addr().map_err(|error| not_listening(address, &error))?;
        ready(address);
        loop {
            let listener = listener.try_clone().map_err(|error| not_listening(address, &error))?;
            let config = self.config(address);
            let (sender, done) = tokio::sync::oneshot::channel();
            // A runtime for each, since what a scheduler leaves running ends only with it.
            std::thread::spawn(move || drop(sender.send(run_once(listener, address, config))));
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
        config.bind_host = self.bind.to_string();
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
fn run_once(listener: TcpListener, address: SocketAddr, config: SchedulerConfig) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| ended(&error))?;
    let result = runtime.block_on(async {
        listener.set_nonblocking(true).map_err(|error| not_listening(address, &error))?;
        let listener = tokio::net::TcpListener::from_std(listener);
        let listener = listener.map_err(|error| not_listening(address, &error))?;
        let config = Arc::new(config);
        let cluster = BallistaCluster::new_from_config(&config).await.map_err(|error| ended(&error))?;
        let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config).await;
        let scheduler = scheduler.map_err(|error| ended(&error))?;
        tokio::select! {
            result = start_grpc_service_with_listener(listener, scheduler) => result.map_err(|error| ended(&error)),
            () = wait_for_loss(address) => Ok(()),
        }
    });
    runtime.shutdown_background();
    result
}

/// Waits until there are fewer executors than there were, and a little longer, so that statements learn of it.
async fn wait_for_loss(address: SocketAddr) {
    let ip = match address.ip() {
        ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        ip => ip,
    };
    let own = format!("http://{}", SocketAddr::new(ip, address.port()));
    let mut most = 0;
    loop {
        tokio::time::sleep(LOSS_LOOK_TIME).await;
        match client::count_executors(&own).await {
            Some(count) if count < most => break,
            Some(count) => most = count,
            None => {}
        }
    }
    tokio::time::sleep(LOSS_LOOK_TIME * 3).await;
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
    /// Runs the executor over a workspace until the process is told to end.
    ///
    /// # Errors
    /// If the scheduler does not answer, a port is not free, or the service fails.
    pub async fn run(mut self, workspace: &Workspace, ready: impl FnOnce(&Self)) -> Result<()> {
        self.port = find_port(self.bind, self.port)?;
        self.task_port = find_port(self.bind, self.task_port)?;
        let store = open_store(workspace).map_err(|error| ended(&error))?;
        let config = Arc::new(self.config(store)?);
        ready(&self);
        start_executor_process(config).await.map_err(|error| ended(&error))
    }

    fn config(&self, store: Arc<dyn ObjectStore>) -> Result<ExecutorProcessConfig> {
        let work = self.folder.clone();
        std::fs::create_dir_all(&work)
            .map_err(|cause| crate::workspace::unwritable(&work.display().to_string(), cause))?;
        let spill = work.clone();
        let runtime = move |_: &SessionConfig| {
            RuntimeEnvBuilder::new()
                .with_object_store_registry(Arc::new(PinnedStores::new(Arc::clone(&store))))
                .with_temp_file_path(spill.clone())
                .build_arc()
        };
        Ok(ExecutorProcessConfig {
            bind_host: self.bind.to_string(),
            external_host: Some(self.host.clone()),
            port: self.port,
            grpc_port: self.task_port,
            scheduler_host: self.scheduler_host.clone(),
            scheduler_port: self.scheduler_port,
            scheduler_connect_timeout_seconds: 30,
            vcores: self.cores,
            task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
            work_dir: Some(work.display().to_string()),
            grpc_max_decoding_message_size: MESSAGE_BYTES,
            grpc_max_encoding_message_size: MESSAGE_BYTES,
            executor_heartbeat_interval_seconds: HEARTBEAT_SECONDS,
            memory_pool_size: Some(self.memory),
            override_execution_engine: Some(Arc::new(StoppingEngine::default())),
            override_function_registry: Some(Arc::new(known_functions()?)),
            override_runtime_producer: Some(Arc::new(runtime)),
            override_config_producer: Some(Arc::new(settings::of_service)),
            override_physical_codec: Some(Arc::new(Codec::default())),
            ..ExecutorProcessConfig::default()
        })
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
