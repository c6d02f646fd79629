//! `cchc cluster scheduler` and `cchc cluster executor`: turn this process into a part of a cluster.

use std::net::SocketAddr;

use super::Session;
use super::session::asked_to_end;
use crate::cli::{ClusterArgs, ClusterPart, LogLevel};
use crate::engine::{
    Address, EXECUTOR_PORT, Executor, SCHEDULER_PORT, Scheduler, TASK_PORT, Tls, Token, Wire, host_of,
};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{ClusterFault, ClusterWords};
use crate::terminal::Terminal;

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
    let scheduler = Scheduler {
        bind: arguments.bind,
        port: arguments.port.unwrap_or(SCHEDULER_PORT),
        host: host(arguments)?,
        wire: find_wire(session, arguments)?,
    };
    let wire = scheduler.wire.clone();
    let service = scheduler.run(|address| {
        terminal.narrate(&ClusterWords::Scheduling { address: address.to_string() });
        warn_if_open(session, address, &wire);
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
    let scheduler = parse_scheduler(&arguments.scheduler, arguments.certificate.is_some())?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let executor = Executor {
        bind: arguments.bind,
        port: arguments.port.unwrap_or(EXECUTOR_PORT),
        task_port: arguments.task_port.unwrap_or(TASK_PORT),
        host: host(arguments)?,
        scheduler_host: scheduler.host,
        scheduler_port: scheduler.port,
        cores: arguments.cores.unwrap_or(cores).max(1),
        memory: session.memory_limit(),
        folder: arguments.folder.clone(),
        wire: find_wire(session, arguments)?,
    };
    let workspace = session.find_workspace()?;
    session.serve(executor.run(&workspace, |executor| {
        terminal.narrate(&ClusterWords::Executing {
            address: SocketAddr::new(executor.bind, executor.port).to_string(),
            scheduler: format!("{}:{}", executor.scheduler_host, executor.scheduler_port),
            cores: executor.cores,
        });
        warn_if_open(session, SocketAddr::new(executor.bind, executor.port), &executor.wire);
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

/// The name by which others find this machine.
fn host(arguments: &ClusterArgs) -> Result<String> {
    if arguments.host.is_none() && arguments.bind.is_unspecified() {
        return Err(ClusterFault::NoHost { bind: arguments.bind.to_string() }.error());
    }
    Ok(arguments.host.clone().unwrap_or_else(|| host_of(arguments.bind)))
}

/// Finds what this machine tells the others, and by what it knows them.
fn find_wire(session: &Session, arguments: &ClusterArgs) -> Result<Wire> {
    let tls = match (&arguments.certificate, &arguments.key) {
        (Some(certificate), Some(key)) => {
            let authority =
                session.cluster_authority().ok_or_else(|| ClusterFault::AuthorityWanted.error())?;
            Some(Tls::read_authority(Some(authority))?.with_identity(certificate, key)?)
        }
        _ => None,
    };
    Ok(Wire { token: Token::find()?, tls })
}

fn warn_if_open(session: &Session, address: SocketAddr, wire: &Wire) {
    if address.ip().is_loopback() {
        return;
    }
    let address = address.to_string();
    let warning = match (wire.token.is_set(), wire.tls.is_some()) {
        (true, true) => return,
        (true, false) => ClusterWords::OpenWithToken { address },
        (false, true) => ClusterWords::OpenWithTls { address },
        (false, false) => ClusterWords::Open { address },
    };
    session.terminal.warn(&Error::new(warning));
}

/// Parses where a scheduler is: `host:port`, or the same as a URL; its scheme and whether this machine encrypts must go
/// together.
fn parse_scheduler(text: &str, does_encrypt: bool) -> Result<Address> {
    let scheme = if does_encrypt { "https" } else { "http" };
    let url = if text.contains("://") { text.to_owned() } else { format!("{scheme}://{text}") };
    let fault = || ClusterFault::BadScheduler { found: text.to_owned() }.error();
    let address = Address::parse(&url).ok_or_else(fault)?;
    match (address.does_encrypt, does_encrypt) {
        (true, false) => Err(ClusterFault::CertificateWanted { scheduler: text.to_owned() }.error()),
        (false, true) => Err(fault()),
        _ => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_scheduler;

    #[test]
    fn a_scheduler_is_named_by_host_and_port_or_by_its_url() {
        let found = |text: &str, does_encrypt| {
            parse_scheduler(text, does_encrypt).ok().map(|address| (address.host, address.port))
        };
        let wanted = |host: &str| Some((host.to_owned(), 50050));
        for does_encrypt in [false, true] {
            assert_eq!(found("10.0.0.1:50050", does_encrypt), wanted("10.0.0.1"));
            assert_eq!(found("may-chu", does_encrypt), wanted("may-chu"));
            assert_eq!(found("[fd00::1]:50050", does_encrypt), wanted("[fd00::1]"));
            assert_eq!(
                found("http://10.0.0.1:50050/", does_encrypt),
                wanted("10.0.0.1").filter(|_| !does_encrypt)
            );
            assert_eq!(found("https://10.0.0.1", does_encrypt), wanted("10.0.0.1").filter(|_| does_encrypt));
            for text in ["", ":50050", "fd00::1:50050", "s3://a:50050", "a/b:50050", "a:port"] {
                assert_eq!(found(text, does_encrypt), None, "{text}");
            }
        }
    }
}
