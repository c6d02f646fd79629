//! Turns the log of an operation's changes into the states in which a power cut may leave the disk.
//!
//! The model is the one of POSIX: a file's content survives as of its last sync, a name as of the last
//! sync of its folder. A disk may also have kept names that nobody synced; both extremes are checked
//! after every change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{Operation, check_workspace};
use crate::support::Project;

type Inode = u64;

/// What stands on the disk: names that lead to files, and what of the files was synced.
#[derive(Clone, Default)]
struct Disk {
    names: BTreeMap<PathBuf, Inode>,
    synced_names: BTreeMap<PathBuf, Inode>,
    /// Folders that were made and whose own names are not synced yet.
    new_folders: BTreeSet<PathBuf>,
    /// Folders that were removed, which is not synced yet.
    gone_folders: BTreeSet<PathBuf>,
    contents: BTreeMap<Inode, Vec<u8>>,
}

impl Disk {
    /// Takes a workspace as it is; all of it was synced long ago.
    fn of(project: &Project) -> Self {
        let mut disk = Self::default();
        let mut folders = vec![project.root().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                let inode = std::os::unix::fs::MetadataExt::ino(&entry.metadata().unwrap());
                disk.contents.insert(inode, std::fs::read(entry.path()).unwrap());
                disk.names.insert(entry.path(), inode);
            }
        }
        disk.synced_names = disk.names.clone();
        disk
    }

    fn follow(&mut self, line: &str, log: &Path) {
        let words: Vec<&str> = line.split('\t').collect();
        let number = |word: &str| word.parse::<Inode>().unwrap();
        match *words.as_slice() {
            ["create", path, inode] => {
                // An inode that is used again holds nothing of the file before.
                self.contents.insert(number(inode), Vec::new());
                self.names.insert(path.into(), number(inode));
            }
            ["sync", inode, copy] => {
                self.contents.insert(number(inode), std::fs::read(log.join(copy)).unwrap());
            }
            ["folder", folder] => self.sync_folder(Path::new(folder)),
            ["rename", from, to] => {
                if let Some(inode) = self.names.remove(Path::new(from)) {
                    self.names.insert(to.into(), inode);
                }
            }
            ["link", from, to] => {
                if let Some(inode) = self.names.get(Path::new(from)).copied() {
                    self.names.insert(to.into(), inode);
                }
            }
            ["unlink", path] => {
                if self.names.remove(Path::new(path)).is_none() {
                    self.gone_folders.insert(path.into());
                }
            }
            ["mkdir", path] => {
                self.gone_folders.remove(Path::new(path));
                self.new_folders.insert(path.into());
            }
            // What is written into a file that was emptied is there once it is synced.
            ["truncate", _, inode] => {
                self.contents.insert(number(inode), Vec::new());
            }
            _ => panic!("a line of the log that nobody reads: {line}"),
        }
    }

    fn sync_folder(&mut self, folder: &Path) {
        let is_here = |path: &Path| path.parent() == Some(folder);
        let gone: Vec<_> = self.gone_folders.iter().filter(|path| is_here(path)).cloned().collect();
        self.synced_names.retain(|path, _| !is_here(path) && !gone.iter().any(|gone| path.starts_with(gone)));
        let now: Vec<_> = self.names.iter().filter(|(path, _)| is_here(path)).collect();
        self.synced_names.extend(now.into_iter().map(|(path, inode)| (path.clone(), *inode)));
        self.gone_folders.retain(|path| !is_here(path));
        self.new_folders.retain(|path| !is_here(path));
    }

    /// The names that survive: those in a folder whose own name was never synced go with it.
    fn surviving_names(&self) -> BTreeMap<PathBuf, Inode> {
        let mut names = self.synced_names.clone();
        names.retain(|path, _| !self.new_folders.iter().any(|folder| path.starts_with(folder)));
        names
    }

    /// The files that a power cut leaves, by their path below `root`.
    fn left(&self, names: &BTreeMap<PathBuf, Inode>, root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let content = |inode: &Inode| self.contents.get(inode).cloned().unwrap_or_default();
        let below = |path: &Path| path.strip_prefix(root).unwrap().to_path_buf();
        names.iter().map(|(path, inode)| (below(path), content(inode))).collect()
    }
}

/// Runs the operation, then checks every state that a power cut may leave; returns their number.
pub(super) fn check_power_cuts(operation: &Operation, shim: &Path) -> usize {
    let project = operation.project.duplicate();
    let log = tempfile::tempdir().unwrap();
    let mut disk = Disk::of(&project);
    let words: Vec<&str> = operation.arguments.iter().map(String::as_str).collect();
    let status = project
        .command(&words)
        .env("LD_PRELOAD", shim)
        .env("FAULT_ROOT", project.root())
        .env("FAULT_LOG", log.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let lines = std::fs::read_to_string(log.path().join("log")).unwrap();
    let mut states = BTreeSet::new();
    let mut collect = |disk: &Disk| {
        for names in [&disk.names, &disk.surviving_names()] {
            states.insert(disk.left(names, project.root()));
        }
    };
    collect(&disk);
    for line in lines.lines() {
        disk.follow(line, log.path());
        collect(&disk);
    }
    // What was said to be done survives.
    let kept = disk.left(&disk.surviving_names(), project.root());
    let year = Path::new("datasets/documents/year=2023/data.parquet");
    assert_eq!(kept.get(year), operation.after.as_ref(), "{}: done, and lost by a power cut", operation.name);
    if operation.before.is_some() && operation.name != "a restore" {
        let earlier = kept.iter().find(|(path, _)| path.starts_with(".cchc/revisions"));
        let earlier = earlier.map(|(_, content)| content);
        assert_eq!(earlier, operation.before.as_ref(), "{}: the earlier file is lost", operation.name);
    }
    for (number, files) in states.iter().enumerate() {
        let state = Project::of(files);
        check_workspace(&state, operation, &format!("{}, power cut {number}", operation.name));
    }
    states.len()
}
