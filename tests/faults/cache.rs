//! Faults while aggregates of years are kept: they cost time, and never an answer.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use super::{say, shim, year_file};
use crate::support::Project;

const QUESTION: [&str; 5] = [
    "query",
    "-c",
    "select extract(month from issued_on) as month, count(*) as n, max(subject) as last from documents group by 1 order by 1",
    "--format",
    "csv",
];

/// A year that is large and old enough for its aggregates to be kept.
fn workspace() -> Project {
    let project = Project::new();
    let line = |row: u64| {
        // Texts that no compression makes short.
        let text = row.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_pow(3);
        let other = text.rotate_left(17).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        format!("{row}/VB;14/{:02}/2023;{text:016x}{other:016x}\n", 1 + row % 12)
    };
    let lines: String = (1..=60_000).map(line).collect();
    project.write("a.csv", &format!("Số, ký hiệu;Ngày ban hành;Trích yếu\n{lines}"));
    project.run(&["import", "documents", "2023", "a.csv"]).data();
    let file = std::fs::File::options().append(true).open(year_file(&project)).unwrap();
    assert!(file.metadata().unwrap().len() > 1 << 20);
    file.set_modified(SystemTime::now() - Duration::from_mins(1)).unwrap();
    project
}

/// Asks with a fault at the `at`-th change; returns whether it was met, and the answer of a run that ended well.
fn ask_with_fault(project: &Project, shim: &Path, kind: &str, at: usize) -> (bool, Option<String>) {
    let log = project.path("log");
    std::fs::create_dir(&log).unwrap();
    let output = project
        .command(&QUESTION)
        .env("LD_PRELOAD", shim)
        .env("FAULT_ROOT", project.path("home/.cache"))
        .env("FAULT_AT", at.to_string())
        .env("FAULT_KIND", kind)
        .env("FAULT_LOG", &log)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let noted = std::fs::read_to_string(log.join("log")).unwrap_or_default();
    std::fs::remove_dir_all(&log).unwrap();
    let answer = output.status.success().then(|| String::from_utf8(output.stdout).unwrap());
    (noted.lines().any(|line| line == "fault"), answer)
}

#[test]
fn a_fault_while_aggregates_are_kept_costs_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shim) = shim(folder.path()) else { return };
    let project = workspace();
    let wanted = project.run(&[&["--no-cache"], QUESTION.as_slice()].concat()).data();
    for kind in ["kill", "eio", "enospc", "short"] {
        let mut survived = 0;
        for at in 1.. {
            let _ = std::fs::remove_dir_all(project.path("home/.cache"));
            std::fs::create_dir_all(project.path("home/.cache")).unwrap();
            let (met, answer) = ask_with_fault(&project, &shim, kind, at);
            let what = format!("{kind} at change {at}");
            assert!(kind == "kill" && met || answer.as_ref() == Some(&wanted), "{what}: {answer:?}");
            if !met {
                break;
            }
            // What the fault left is believed by nobody.
            for _ in 0..2 {
                assert_eq!(project.run(&QUESTION).data(), wanted, "{what}, asked again");
            }
            survived += 1;
        }
        assert!(survived > 3, "only {survived} changes");
        say(&format!("aggregates of a year: {survived} × {kind} survived"));
    }
}
