use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Project;

/// What is kept of closed years.
mod cache;
/// What survives of names and contents when the power goes.
mod power;

/// How many faults of each kind and operation a short run tries; `CCHC_FAULTS=all` tries every one.
const SHORT_RUN: usize = 6;

/// The library that makes the faults, built once; `None` where it cannot be.
fn shim(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let library = folder.join("shim.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .args(["-ldl", "-lpthread"])
        .stderr(Stdio::null())
        .status();
    if built.is_ok_and(|status| status.success()) {
        return Some(library);
    }
    say("no C compiler: faults were not tried");
    None
}

/// Tells the one who runs the tests how many faults were tried.
#[expect(clippy::print_stderr, reason = "the counts of a long run are its result")]
fn say(line: &str) {
    eprintln!("{line}");
}

/// A change of a year: what the workspace holds before it and after it.
struct Operation {
    name: &'static str,
    project: Project,
    arguments: Vec<String>,
    /// The year's bytes before and after; `None` where the year is not there.
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

fn year_file(project: &Project) -> PathBuf {
    project.path("datasets/documents/year=2023/data.parquet")
}

fn year(project: &Project) -> Option<Vec<u8>> {
    std::fs::read(year_file(project)).ok()
}

/// A workspace with two exports of one year.
fn workspace() -> Project {
    let project = Project::new();
    for (name, rows) in [("mot", 40), ("hai", 90)] {
        let lines: Vec<String> = (1..=rows).map(|row| format!("{row}/{name};14/12/2023;{name}\n")).collect();
        project.write(
            &format!("{name}.csv"),
            &format!("Số, ký hiệu;Ngày ban hành;Trích yếu\n{}", lines.concat()),
        );
    }
    project
}

fn import(file: &str) -> Vec<&str> {
    vec!["import", "documents", "2023", file]
}

/// Runs `prepare`, then tells what `change` makes of a copy of the workspace.
fn operation(name: &'static str, prepare: &[&[&str]], change: &[&str]) -> Operation {
    let project = workspace();
    for arguments in prepare {
        project.run(arguments).data();
    }
    let arguments: Vec<String> = change.iter().map(|word| (*word).to_owned()).collect();
    let done = project.duplicate();
    done.run(change).data();
    let (before, after) = (year(&project), year(&done));
    assert_ne!(before, after);
    Operation { name, project, arguments, before, after }
}

fn operations() -> Vec<Operation> {
    let (first, second) = (import("mot.csv"), import("hai.csv"));
    let revision = {
        let project = workspace();
        project.run(&first).data();
        project.run(&second).data();
        let kept = std::fs::read_dir(project.path(".cchc/revisions/documents/2023")).unwrap();
        let name = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).next().unwrap();
        name.trim_end_matches(".parquet").to_owned()
    };
    vec![
        operation("a first import", &[], &first),
        operation("an import over another", &[&first], &second),
        operation("a restore", &[&first, &second], &["restore", "documents", "2023", &revision]),
        operation("a removal", &[&first], &["remove", "documents", "2023"]),
    ]
}

/// What a run with a fault came to.
struct Outcome {
    /// Whether the fault was met at all; otherwise the operation was over before it.
    met: bool,
    succeeded: bool,
}

/// Runs the operation on `project` with a fault at its `at`-th change.
fn run_with_fault(project: &Project, shim: &Path, arguments: &[String], kind: &str, at: usize) -> Outcome {
    let log = project.path("log");
    std::fs::create_dir(&log).unwrap();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let status = project
        .command(&words)
        .env("LD_PRELOAD", shim)
        .env("FAULT_ROOT", project.root())
        .env("FAULT_AT", at.to_string())
        .env("FAULT_KIND", kind)
        .env("FAULT_LOG", &log)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let noted = std::fs::read_to_string(log.join("log")).unwrap_or_default();
    std::fs::remove_dir_all(&log).unwrap();
    let is_known = matches!(status.code(), Some(0 | 1) | None);
    assert!(is_known, "an exit code that no fault of the disk explains: {status}");
    Outcome { met: noted.lines().any(|line| line == "fault"), succeeded: status.success() }
}

/// Everything below `datasets` that readers of the folder would take for data.
fn files_in_sight(project: &Project) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for dataset in std::fs::read_dir(project.path("datasets")).unwrap().map(Result::unwrap) {
        if !dataset.file_type().unwrap().is_dir() {
            continue;
        }
        for year in std::fs::read_dir(dataset.path()).unwrap().map(Result::unwrap) {
            let name = year.file_name().to_string_lossy().into_owned();
            let files = std::fs::read_dir(year.path());
            let files = files.into_iter().flatten().map(|file| file.unwrap().file_name());
            found.extend(files.map(|file| format!("{name}/{}", file.to_string_lossy())));
        }
    }
    found
}

/// The workspace holds the old year or the new one, and the next import works.
fn check_workspace(project: &Project, operation: &Operation, what: &str) {
    let found = year(project);
    assert!(
        found == operation.before || found == operation.after,
        "{what}: neither the old year nor the new one"
    );
    let wanted = found.map(|_| "year=2023/data.parquet".to_owned());
    assert_eq!(files_in_sight(project), wanted.into_iter().collect(), "{what}: a stray file");
    project.run(&["import", "documents", "2023", "hai.csv"]).data();
    let verified = project.run(&["verify"]);
    assert_eq!(verified.code, Some(0), "{what}: {verified}");
    let left = project.path(".cchc/tmp");
    assert!(!left.exists(), "{what}: unfinished files stay behind");
}

/// Tries the faults of one kind; returns how many there were.
fn try_faults(operation: &Operation, shim: &Path, kind: &str) -> usize {
    let every = std::env::var("CCHC_FAULTS").is_ok_and(|value| value == "all");
    // The number of changes is found by a fault that is never met.
    let count = count_changes(operation, shim);
    let step = if every { 1 } else { count.div_ceil(SHORT_RUN).max(1) };
    let mut tried = 0;
    for at in (1..=count).step_by(step) {
        let project = operation.project.duplicate();
        let what = format!("{}, {kind} at change {at} of {count}", operation.name);
        let outcome = run_with_fault(&project, shim, &operation.arguments, kind, at);
        assert!(outcome.met, "{what}: the fault was not met");
        if outcome.succeeded {
            assert_eq!(year(&project), operation.after, "{what}: success was said, and nothing has changed");
        }
        check_workspace(&project, operation, &what);
        tried += 1;
    }
    tried
}

fn count_changes(operation: &Operation, shim: &Path) -> usize {
    let reaches = |at| {
        let project = operation.project.duplicate();
        run_with_fault(&project, shim, &operation.arguments, "count", at).met
    };
    let mut high = 1;
    while reaches(high) {
        high *= 2;
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low.midpoint(high);
        if reaches(middle) { low = middle } else { high = middle }
    }
    low
}

#[test]
fn a_fault_at_any_change_leaves_the_old_year_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shim) = shim(folder.path()) else { return };
    for operation in operations() {
        for kind in ["kill", "eio", "enospc", "short"] {
            let tried = try_faults(&operation, &shim, kind);
            say(&format!("{}: {tried} × {kind} survived", operation.name));
        }
    }
}

#[test]
fn a_power_cut_at_any_change_leaves_the_old_year_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shim) = shim(folder.path()) else { return };
    for operation in operations() {
        let states = power::check_power_cuts(&operation, &shim);
        say(&format!("{}: {states} states after a power cut survived", operation.name));
    }
}
