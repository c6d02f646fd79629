//! Makes sure that only one process changes a workspace at a time.
//!
//! The lock is the operating system's lock on an open file, so that a process that dies leaves no
//! lock behind. Who holds it stands in a file beside it, since Windows lets nobody read a locked
//! file; what that file says is believed only while the lock is held.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::history::Author;
use super::recover::recover;
use crate::error::{Error, Result};
use crate::messages::{Stage, StoreFault, StoreWords};
use crate::progress::{Progress, Unit};
use crate::workspace::{FORMAT, Workspace, unwritable};

/// How long a process waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(100);

/// The right to change a workspace, until it is dropped.
///
/// Whoever writes below `.cchc` holds it: what lies in `.cchc/tmp` when the lock is taken was left by
/// a process that died, and is removed.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    holder: PathBuf,
}

/// The process that has the lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    process: u32,
    operator: Option<String>,
    task: String,
    since: String,
}

impl Lock {
    /// Takes the lock, waiting a while for another process, and puts in order what a killed one left.
    ///
    /// `task` says what the lock is for, as a user would type it: `import dossiers 2023`.
    ///
    /// # Errors
    /// [`StoreFault::BusyWith`] naming the process that has it.
    pub fn acquire(
        workspace: &Workspace,
        author: &Author,
        task: &str,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let lock = Self::acquire_within(PATIENCE, workspace, author, task, progress)?;
        recover(workspace)?;
        Ok(lock)
    }

    /// Takes the lock without touching anything else of the workspace.
    pub(super) fn acquire_within(
        patience: Duration,
        workspace: &Workspace,
        author: &Author,
        task: &str,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let path = workspace.state_folder().join("lock");
        workspace.refuse_links(&path)?;
        let file = open_lock(&path).map_err(|cause| unwritable(&workspace.display(&path), cause))?;
        let holder = path.with_file_name("holder");
        wait(&file, &holder, patience, workspace, progress)?;
        let lock = Self { _file: file, holder };
        let format = workspace.format_file();
        if !format.exists() {
            super::replace_file(&format, &workspace.display(&format), format!("{FORMAT}\n").as_bytes())?;
        }
        write_holder(&lock.holder, author, task);
        Ok(lock)
    }

    /// Takes the lock for work that only reads; there is none where nobody can write.
    pub(super) fn acquire_to_read(
        workspace: &Workspace,
        author: &Author,
        task: &str,
        progress: &dyn Progress,
    ) -> Result<Option<Self>> {
        match open_lock(&workspace.state_folder().join("lock")) {
            Ok(_) => Self::acquire_within(PATIENCE, workspace, author, task, progress).map(Some),
            Err(_) => Ok(None),
        }
    }
}

/// Waits until the file is locked by this process.
fn wait(
    file: &File,
    holder: &Path,
    patience: Duration,
    workspace: &Workspace,
    progress: &dyn Progress,
) -> Result<()> {
    let started = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(cause)) => {
                let path = workspace.state_folder().join("lock");
                return Err(unwritable(&workspace.display(&path), cause));
            }
            Err(TryLockError::WouldBlock) if started.elapsed() >= patience => {
                return Err(busy(read_holder(holder)));
            }
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut told, true) {
                    progress.notice(&waiting(read_holder(holder)));
                    progress.begin(Stage::Waiting, Unit::Time, None);
                }
                std::thread::sleep(INTERVAL);
            }
        }
    }
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A name that stays behind is believed by nobody once the lock is free.
        let _removed = std::fs::remove_file(&self.holder);
    }
}

/// The name serves a message only, so failing to leave it must not fail the work.
fn write_holder(path: &Path, author: &Author, task: &str) {
    let holder = Holder {
        process: std::process::id(),
        operator: author.operator.clone(),
        task: task.to_owned(),
        since: author.time(),
    };
    // A link that someone put there is replaced, not followed.
    let _removed = std::fs::remove_file(path);
    let _written = serde_json::to_vec(&holder).map(|text| std::fs::write(path, text));
}

fn read_holder(path: &Path) -> Option<Holder> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

impl Holder {
    fn describe(&self, process: &str, since: &str) -> String {
        let operator = self.operator.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        format!("{process} {} ({operator}`{}`, {since} {})", self.process, self.task, self.since)
    }

    fn in_both(&self) -> (String, String) {
        (self.describe("process", "since"), self.describe("tiến trình", "từ"))
    }
}

fn busy(holder: Option<Holder>) -> Error {
    match holder.map(|holder| holder.in_both()) {
        Some((holder, holder_vi)) => StoreFault::BusyWith { holder, holder_vi }.into(),
        None => StoreFault::Busy.into(),
    }
}

fn waiting(holder: Option<Holder>) -> StoreWords {
    match holder.map(|holder| holder.in_both()) {
        Some((holder, holder_vi)) => StoreWords::Waiting { holder, holder_vi },
        None => StoreWords::WaitingForOther,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Lock;
    use crate::error::Lang;
    use crate::progress::Silent;
    use crate::store::Author;
    use crate::workspace::Workspace;

    fn open() -> (tempfile::TempDir, Workspace, Author) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("datasets")).unwrap();
        let workspace = Workspace::open(folder.path()).unwrap();
        let author = Author { operator: Some("an".to_owned()), now: chrono::DateTime::UNIX_EPOCH };
        (folder, workspace, author)
    }

    #[test]
    fn whoever_waits_too_long_is_told_who_has_the_lock() {
        let (_folder, workspace, author) = open();
        let take = |task| Lock::acquire_within(Duration::from_millis(50), &workspace, &author, task, &Silent);
        let held = take("import dossiers 2023").unwrap();
        let message = take("remove dossiers 2022").unwrap_err().message(Lang::En);
        let process = std::process::id();
        assert!(message.contains(&format!("process {process} (an, `import dossiers 2023`")), "{message}");
        drop(held);
        take("remove dossiers 2022").unwrap();
    }

    #[test]
    fn the_files_of_a_dead_process_are_no_obstacle() {
        let (folder, workspace, author) = open();
        let state = folder.path().join(".cchc");
        std::fs::create_dir_all(state.join("tmp/spill")).unwrap();
        for name in ["lock", "holder", "tmp/dossiers-2023.parquet", "tmp/spill/part", ".format.77.part"] {
            std::fs::write(state.join(name), "{\"process\":77}").unwrap();
        }
        let lock = Lock::acquire(&workspace, &author, "import dossiers 2023", &Silent).unwrap();
        drop(lock);
        let mut left: Vec<_> =
            std::fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["format", "lock"]);
    }
}
