//! Turns the global options into what every command needs: the workspace, the engine, a runtime.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directories::ProjectDirs;
use tokio::runtime::{Builder, Runtime};

use crate::cli::Global;
use crate::engine::{CacheOptions, Engine, EngineOptions, MemoryOptions, default_memory_limit};
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{Stage, TerminalFault};
use crate::progress::{Unit, Watcher};
use crate::store::Author;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Deep expressions are planned recursively; worker threads get room for them.
const WORKER_STACK_BYTES: usize = 64 << 20;

/// The folder of what is kept of years, inside the cache folder.
const AGGREGATES: &str = "aggregates";

/// One run of the program.
pub struct Session {
    /// The streams.
    pub terminal: Terminal,
    /// Language of images and documents: Vietnamese unless another was asked for.
    pub image_lang: Lang,
    /// The time that stands still, if one was given.
    pub fixed_now: Option<DateTime<Utc>>,
    /// Who works, and when, for the history.
    pub author: Author,
    workspace: Option<PathBuf>,
    here: PathBuf,
    engine_options: EngineOptions,
    #[cfg(feature = "cluster")]
    cluster_authority: Option<PathBuf>,
    runtime: Runtime,
    /// Waits for work on other threads. It has clock and signals of its own: those of `runtime` are looked
    /// after by its workers, which all may be inside a join that never pauses.
    waiting: Runtime,
}

impl Session {
    /// Starts the runtime; nothing is read yet.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn start(global: &Global, terminal: Terminal, here: &Path) -> Result<Self> {
        let runtime = start_runtime()?;
        let waiting = Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
        Ok(Self {
            terminal,
            image_lang: global.lang.unwrap_or(Lang::Vi),
            fixed_now: global.now,
            author: Author { operator: find_operator(), now: global.now.unwrap_or_else(Utc::now) },
            workspace: global.workspace.clone(),
            here: here.to_owned(),
            engine_options: find_engine_options(global)?,
            #[cfg(feature = "cluster")]
            cluster_authority: global.cluster_authority.clone(),
            runtime,
            waiting,
        })
    }

    /// Finds the workspace that was named, or the nearest one.
    ///
    /// # Errors
    /// If there is none.
    pub fn find_workspace(&self) -> Result<Workspace> {
        match &self.workspace {
            #[cfg(feature = "cluster")]
            Some(named) if named.to_str().is_some_and(|named| named.starts_with(crate::remote::SCHEME)) => {
                Workspace::open_remote(named.to_str().unwrap_or_default())
            }
            #[cfg(feature = "cluster")]
            Some(named) if named.starts_with("file:") => {
                let path = named.to_str().and_then(|named| url::Url::parse(named).ok()?.to_file_path().ok());
                Workspace::open(path.as_deref().unwrap_or(named))
            }
            Some(folder) => Workspace::open(folder),
            None => Workspace::find(&self.here),
        }
    }

    /// As [`Session::find_workspace`], for a command that needs a folder.
    ///
    /// # Errors
    /// If there is no workspace, or it is in an object store.
    pub fn find_folder(&self, command: &str) -> Result<Workspace> {
        let workspace = self.find_workspace()?;
        refuse_remote(&workspace, command)?;
        Ok(workspace)
    }

    /// Opens the query engine over the workspace.
    ///
    /// # Errors
    /// If there is no workspace.
    pub fn open_engine(&self) -> Result<Engine> {
        Engine::open_with(&self.find_workspace()?, self.engine_options.clone())
    }

    /// Returns an observer that shows long work on the terminal.
    pub fn watch(&self) -> Watcher {
        self.terminal.watch()
    }

    /// Waits for work; Ctrl-C abandons it at its next pause.
    ///
    /// # Errors
    /// What the work gives, or [`TerminalFault::Interrupted`].
    pub fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let watcher = self.watch();
        watcher.begin(Stage::Asking, Unit::Time, None);
        let mut work = std::pin::pin!(work);
        // What the work starts runs on the workers, whoever asks how far it is.
        let work = std::future::poll_fn(|context| {
            let _inside = self.runtime.enter();
            work.as_mut().poll(context)
        });
        let result = self.waiting.block_on(async {
            tokio::select! {
                result = work => result,
                _ = tokio::signal::ctrl_c() => Err(TerminalFault::Interrupted.error()),
            }
        });
        watcher.end();
        result
    }

    /// Runs a service until it ends.
    ///
    /// # Errors
    /// What the service gives.
    #[cfg(feature = "cluster")]
    pub(super) fn serve(&self, service: impl Future<Output = Result<()>>) -> Result<()> {
        self.runtime.block_on(service)
    }

    /// The file of the authority that the machines of a cluster trust, if one was named.
    #[cfg(feature = "cluster")]
    pub(super) fn cluster_authority(&self) -> Option<&Path> {
        self.cluster_authority.as_deref()
    }

    /// The memory that work on this machine may use together.
    #[cfg(feature = "cluster")]
    pub(super) fn memory_limit(&self) -> u64 {
        self.engine_options.memory.as_ref().map_or_else(default_memory_limit, |memory| memory.limit)
    }

    /// Waits for work that runs on other threads; Ctrl-C abandons it at once, paused or not, and
    /// `tick` is called meanwhile.
    ///
    /// A join or a sort may compute for seconds without a pause. So it is left behind with its threads,
    /// which end when they next look up, and new ones take over.
    ///
    /// # Errors
    /// What the work gives, or [`TerminalFault::Interrupted`].
    pub fn wait_apart<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        mut tick: impl FnMut(Duration),
    ) -> Result<T> {
        let start = Instant::now();
        let mut running = self.runtime.spawn(work);
        let outcome = self.waiting.block_on(async {
            let mut ticks = tokio::time::interval(TICK);
            let interrupt = tokio::signal::ctrl_c();
            tokio::pin!(interrupt);
            loop {
                tokio::select! {
                    result = &mut running => return Some(result),
                    _ = &mut interrupt => return None,
                    _ = ticks.tick() => tick(start.elapsed()),
                }
            }
        });
        match outcome {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(TerminalFault::Ended.error()),
            None => {
                let fresh = start_runtime()?;
                std::mem::replace(&mut self.runtime, fresh).shutdown_background();
                Err(TerminalFault::Interrupted.error())
            }
        }
    }

    /// Pauses until a time has passed; Ctrl-C ends the pause.
    ///
    /// # Errors
    /// [`TerminalFault::Interrupted`].
    pub fn pause(&self, time: Duration) -> Result<()> {
        self.wait(async {
            tokio::time::sleep(time).await;
            Ok(())
        })
    }

    /// Lets Ctrl-C pass by from now on, except where something waits for it.
    pub fn catch_interrupts(&self) {
        // The first use of the signal takes it from the system for good.
        self.runtime.block_on(async {
            let interrupt = tokio::signal::ctrl_c();
            tokio::select! {
                biased;
                _ = interrupt => {}
                () = std::future::ready(()) => {}
            }
        });
    }
}

/// Waits for Ctrl-C, or for what service managers send.
#[cfg(all(feature = "cluster", unix))]
pub(super) async fn asked_to_end() {
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(all(feature = "cluster", not(unix)))]
pub(super) async fn asked_to_end() {
    drop(tokio::signal::ctrl_c().await);
}

/// Refuses a workspace in an object store for what only works on a folder.
#[cfg(feature = "cluster")]
pub(super) fn refuse_remote(workspace: &Workspace, command: &str) -> Result<()> {
    let fault = || crate::messages::RemoteFault::OnlyInAFolder { command: command.to_owned() };
    workspace.remote().map_or(Ok(()), |_| Err(fault().error()))
}

/// Without object stores every workspace is a folder.
#[cfg(not(feature = "cluster"))]
#[expect(clippy::unnecessary_wraps, reason = "the shape of the one that knows object stores")]
pub(super) fn refuse_remote(_: &Workspace, _: &str) -> Result<()> {
    Ok(())
}

/// How often the waiting side looks up.
const TICK: Duration = Duration::from_millis(100);

fn start_runtime() -> Result<Runtime> {
    Builder::new_multi_thread().enable_all().thread_stack_size(WORKER_STACK_BYTES).build().map_err(no_runtime)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn no_runtime(error: std::io::Error) -> Error {
    TerminalFault::NoRuntime { problem: error.to_string() }.error()
}

/// Deletes what is kept of years, of this workspace and of others.
///
/// # Errors
/// If it is there and cannot be deleted.
pub(super) fn forget_aggregates() -> std::io::Result<()> {
    let Some(folder) = find_cache_folder() else { return Ok(()) };
    match std::fs::remove_dir_all(folder.join(AGGREGATES)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn find_cache_folder() -> Option<PathBuf> {
    Some(ProjectDirs::from("", "", "cchc")?.cache_dir().to_owned())
}

/// The limits that were asked for, and the user's cache folder (`$XDG_CACHE_HOME/cchc` on Linux, the local
/// application data elsewhere) for what is kept of years and for what does not fit into memory.
#[cfg_attr(
    not(feature = "cluster"),
    expect(clippy::unnecessary_wraps, reason = "a cluster's address may be none")
)]
fn find_engine_options(global: &Global) -> Result<EngineOptions> {
    let folder = find_cache_folder();
    let spill = folder.as_ref().map_or_else(std::env::temp_dir, Clone::clone).join("spill");
    Ok(EngineOptions {
        cache: folder.filter(|_| !global.no_cache).map(|folder| CacheOptions::new(&folder.join(AGGREGATES))),
        memory: Some(MemoryOptions {
            limit: global.memory_limit.unwrap_or_else(default_memory_limit),
            folder: spill,
        }),
        lang: global.lang,
        may_read_outside: global.allow_external,
        #[cfg(feature = "cluster")]
        cluster: match &global.cluster {
            Some(address) => {
                let part_bytes = global.part_bytes.unwrap_or(crate::engine::PART_BYTES);
                Some(crate::engine::Cluster::parse(address, part_bytes, global.cluster_authority.as_deref())?)
            }
            None => None,
        },
    })
}

/// Finds the user's name as the operating system's login sets it.
fn find_operator() -> Option<String> {
    ["LOGNAME", "USER", "USERNAME"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.trim().is_empty())
}
