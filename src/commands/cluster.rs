//! `cchc cluster scheduler` and `cchc cluster executor`: turn this process into a part of a cluster.

use std::net::SocketAddr;

use super::Session;
use super::session::asked_to_end;
use crate::cli::{ClusterArgs, ClusterPart, LogLevel};
use crate::engine::{Executor, Scheduler};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{ClusterFault, ClusterWords};
use crate::terminal::Terminal;

/// The ports that are taken when none is named; the engine's own.
const SCHEDULER: u16 = 50050;
const EXECUTOR: u16 = 50051;
const TASKS: u16 = 50052;

/// Runs the part until it is told to end.
pub(super) fn run(session: &Session, arguments: &ClusterArgs) -> Result<()> {
    show_log(session.terminal, arguments.log);
    match arguments.part {
        ClusterPart::Scheduler => run_scheduler(session, arguments),
        ClusterPart::Executor => run_executor(session, arguments),
    }
}

fn run_scheduler(session: &Session, arguments: &ClusterArgs) -> Result<()> {
    let terminal = session.terminal;
    let scheduler =
        Scheduler { bind: arguments.bind, port: arguments.port.unwrap_or(SCHEDULER), host: host(arguments) };
    let service = scheduler.run(|address| {
        terminal.narrate(&ClusterWords::Scheduling { address: address.to_string() });
        warn_if_open(session, address);
    });
    // An executor looks after such requests itself: it finishes what it has in hand.
    session.serve(async {
        tokio::select! {
            result = service => result,
            () = asked_to_end() => Ok(()),
        }
    })
}

fn run_executor(session: &Session, arguments: &ClusterArgs) -> Result<()> {
    let terminal = session.terminal;
    let (scheduler_host, scheduler_port) = split(&arguments.scheduler)?;
    let folder = arguments.folder.clone();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let executor = Executor {
        bind: arguments.bind,
        port: arguments.port.unwrap_or(EXECUTOR),
        task_port: arguments.task_port.unwrap_or(TASKS),
        host: host(arguments),
        scheduler_host,
        scheduler_port,
        cores: arguments.cores.unwrap_or(cores).max(1),
        memory: session.memory_limit(),
        folder: folder
            .unwrap_or_else(|| std::env::temp_dir().join(format!("cchc-executor-{}", std::process::id()))),
    };
    let workspace = session.find_workspace()?;
    session.serve(executor.run(&workspace, |executor| {
        terminal.narrate(&ClusterWords::Executing {
            address: SocketAddr::new(executor.bind, executor.port).to_string(),
            scheduler: arguments.scheduler.clone(),
            cores: executor.cores,
        });
        warn_if_open(session, SocketAddr::new(executor.bind, executor.port));
    }))
}

/// The engine's log, as lines beside the data.
struct Log(Terminal);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let (level, line) = (record.level().to_string(), format!("{}: {}", record.target(), record.args()));
        self.0.narrate(&ClusterWords::Log { level, line });
    }

    fn flush(&self) {}
}

fn show_log(terminal: Terminal, level: LogLevel) {
    // A second log of one process is none: the first goes on.
    let _ = log::set_boxed_logger(Box::new(Log(terminal)));
    log::set_max_level(match level {
        LogLevel::Error => log::LevelFilter::Error,
        LogLevel::Warn => log::LevelFilter::Warn,
        LogLevel::Info => log::LevelFilter::Info,
        LogLevel::Debug => log::LevelFilter::Debug,
    });
}

fn host(arguments: &ClusterArgs) -> String {
    arguments.host.clone().unwrap_or_else(|| arguments.bind.to_string())
}

fn warn_if_open(session: &Session, address: SocketAddr) {
    if !address.ip().is_loopback() {
        session.terminal.warn(&Error::new(ClusterWords::Open { address: address.to_string() }));
    }
}

/// Splits `host:port`.
fn split(text: &str) -> Result<(String, u16)> {
    let fault = || ClusterFault::BadAddress { found: text.to_owned() }.error();
    let (host, port) = text.rsplit_once(':').ok_or_else(fault)?;
    Ok((host.to_owned(), port.parse().map_err(|_| fault())?))
}
