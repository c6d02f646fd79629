//! Turns limits into the memory and the disk that statements may use.
//!
//! Sorts, joins and aggregates that reach the limit go on in files of a folder of this process, which is
//! removed with the session; what a killed process left is removed by the next one that needs the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::disk_manager::{DiskManager, DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, UnboundedMemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SpillFile, TempFileFactory};

/// Of 100 bytes of the machine's memory, how many statements may use together.
const DEFAULT_PERCENT: u64 = 60;
/// Bytes that statements may put on disk together.
const DISK_BYTES: u64 = 64 << 30;
/// The file by whose lock a folder is known to be in use.
const LOCK: &str = "lock";

/// What statements may use.
#[derive(Debug, Clone)]
pub struct MemoryOptions {
    /// Bytes of memory.
    pub limit: u64,
    /// The folder for what does not fit; made when it is needed.
    pub folder: PathBuf,
}

/// The limit when none is given: a part of the memory that the machine, or the container, has.
pub fn default_memory_limit() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    let container = system.cgroup_limits().map(|limits| limits.total_memory).filter(|total| *total > 0);
    let total = container.map_or(system.total_memory(), |total| total.min(system.total_memory()));
    total / 100 * DEFAULT_PERCENT
}

/// Sets the limits of a session.
pub(super) fn limit(builder: RuntimeEnvBuilder, options: Option<MemoryOptions>) -> RuntimeEnvBuilder {
    let Some(options) = options else {
        return builder.with_memory_pool(Arc::new(UnboundedMemoryPool::default()));
    };
    // Fair: of two sorts side by side, each gets its part and spills, where a first come, first served pool
    // leaves the second one without.
    let pool = FairSpillPool::new(usize::try_from(options.limit).unwrap_or(usize::MAX));
    let spill = Arc::new(Spill { root: options.folder, open: Mutex::default() });
    let disk = DiskManagerBuilder::default().with_temp_file_factory(spill);
    builder.with_memory_pool(Arc::new(pool)).with_disk_manager_builder(disk)
}

/// Makes files for what does not fit into memory.
#[derive(Debug)]
struct Spill {
    root: PathBuf,
    open: Mutex<Option<SpillFolder>>,
}

/// The folder of this process; its lock ends with the process.
#[derive(Debug)]
struct SpillFolder {
    path: PathBuf,
    manager: Option<Arc<DiskManager>>,
    lock: Option<File>,
}

impl TempFileFactory for Spill {
    fn create_temp_file(&self, description: &str) -> Result<Arc<dyn SpillFile>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match &mut *open {
            Some(folder) => folder,
            empty => empty.insert(SpillFolder::make(&self.root)?),
        };
        let Some(manager) = &folder.manager else {
            return Err(DataFusionError::Internal("the folder for spilling is closed".to_owned()));
        };
        manager.create_tmp_file(description)
    }
}

impl SpillFolder {
    fn make(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)?;
        remove_abandoned(root);
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = root.join(format!("{}-{time}", std::process::id()));
        fs::create_dir(&path)?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let lock = File::create(path.join(LOCK))?;
        lock.lock()?;
        let manager = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![path.clone()]))
            .with_max_temp_directory_size(DISK_BYTES)
            .build()?;
        Ok(Self { path, manager: Some(Arc::new(manager)), lock: Some(lock) })
    }
}

impl Drop for SpillFolder {
    fn drop(&mut self) {
        // Files first, then the lock, then the folder: an open file cannot be removed everywhere.
        self.manager = None;
        self.lock = None;
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders whose process has ended.
fn remove_abandoned(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            drop(lock);
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::sync::Mutex;

    use datafusion::execution::TempFileFactory as _;

    use super::{LOCK, Spill, default_memory_limit};

    #[test]
    fn the_folder_is_made_when_needed_and_removed_with_what_ended_processes_left() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().join("spill");
        for name in ["abandoned", "running"] {
            fs::create_dir_all(root.join(name)).unwrap();
            File::create(root.join(name).join(LOCK)).unwrap();
        }
        let running = File::open(root.join("running").join(LOCK)).unwrap();
        running.lock().unwrap();
        let names = || {
            let entries = fs::read_dir(&root).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let spill = Spill { root: root.clone(), open: Mutex::default() };
        assert_eq!(names(), ["abandoned", "running"]);
        let file = spill.create_temp_file("test").unwrap();
        assert_eq!(names().len(), 2, "its own and the running one's: {:?}", names());
        drop((file, spill));
        assert_eq!(names(), ["running"]);
    }

    #[test]
    fn the_default_limit_is_a_part_of_what_there_is() {
        assert!(default_memory_limit() > 100 << 20);
    }
}
