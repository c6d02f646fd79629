//! Makes sure that only one process changes a workspace at a time.
//!
//! The lock is the operating system's lock on an open file, so that a process that dies leaves
//! nothing behind; the file itself stays and means nothing.

use std::fs::{File, OpenOptions, TryLockError};

use super::place::refuse_links;
use crate::error::Result;
use crate::messages::StoreFault;
use crate::workspace::{FORMAT, Workspace, unwritable};

/// The right to change a workspace, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a workspace without waiting.
    ///
    /// # Errors
    /// [`StoreFault::Busy`] if another process has it.
    pub fn acquire(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.state_folder();
        let path = folder.join("lock");
        let shown = workspace.display(&path);
        refuse_links(workspace, &path)?;
        std::fs::create_dir_all(&folder).map_err(|cause| unwritable(&shown, cause))?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|cause| unwritable(&shown, cause))?;
        match file.try_lock() {
            Ok(()) => {
                let format = workspace.format_file();
                if !format.exists() {
                    super::replace_file(&format, format!("{FORMAT}\n").as_bytes())?;
                }
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(StoreFault::Busy.into()),
            Err(TryLockError::Error(cause)) => Err(unwritable(&shown, cause)),
        }
    }
}
