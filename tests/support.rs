use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The checkout, which is a workspace too.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The exports that the bundled data come from.
pub(crate) fn exports() -> PathBuf {
    repository().join("tests/fixtures/exports")
}

/// A throw-away workspace.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// A workspace with the shipped contracts, queries and charts, and no data.
    pub(crate) fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(project.path("home")).unwrap();
        for folder in ["datasets", "queries", "queries/checks", "charts"] {
            std::fs::create_dir_all(project.path(folder)).unwrap();
            for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name();
                let plain = entry.file_type().unwrap().is_file() && !name.to_string_lossy().ends_with(".png");
                if plain {
                    std::fs::copy(entry.path(), project.path(folder).join(name)).unwrap();
                }
            }
        }
        project
    }

    /// The same, with the shipped data.
    pub(crate) fn with_data() -> Self {
        let project = Self::new();
        copy_folder(&repository().join("datasets"), &project.path("datasets"));
        project
    }

    /// A workspace of the given files, by their path in it.
    pub(crate) fn of(files: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(project.path("home")).unwrap();
        for (name, bytes) in files {
            let path = project.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        project
    }

    /// A second workspace with the same files.
    pub(crate) fn duplicate(&self) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        copy_folder(self.root(), project.root());
        project
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// A command with nothing of the machine's own settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cchc"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("CCHC_NOW", "2023-12-20T08:00:00Z");
        for kept in ["PATH", "SystemRoot", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = input.to_owned();
        // The program may leave before it has read everything.
        let writer = std::thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, text.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let folder = self.folder.path().to_string_lossy().into_owned();
        let clean = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&folder, "<folder>");
        Run { code: output.status.code(), stdout: clean(output.stdout), stderr: clean(output.stderr) }
    }
}

/// What a run left on its streams.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Asserts that the run ended well and returns its data.
    #[track_caller]
    pub(crate) fn data(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or_else(|| "killed".to_owned(), |code| code.to_string());
        write!(f, "exit code: {code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
