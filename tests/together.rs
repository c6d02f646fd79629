use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Project, Run};

/// How long the processes work together; `CCHC_TOGETHER` gives other seconds.
const SECONDS: u64 = 8;

fn export(project: &Project, subject: &str, rows: usize) {
    let lines: Vec<String> =
        (1..=rows).map(|row| format!("{row}/{subject};14/12/2023;{subject}\n")).collect();
    let text = format!("Số, ký hiệu;Ngày ban hành;Trích yếu\n{}", lines.concat());
    project.write(&format!("{subject}.csv"), &text);
}

/// Asserts that a change was made, or refused because another process makes one.
fn made_or_busy(run: &Run) {
    let is_busy = run.code == Some(1) && run.stderr.contains("the workspace is being changed by");
    assert!(run.code == Some(0) || is_busy, "{run}");
}

#[test]
fn eight_processes_import_ask_and_draw_without_a_wrong_number() {
    let project = Project::with_data();
    let versions = [("mot", 300), ("hai", 700)];
    for (subject, rows) in versions {
        export(&project, subject, rows);
    }
    project.run(&["import", "documents", "2023", "mot.csv", "--real"]).data();
    let seconds = std::env::var("CCHC_TOGETHER").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (changes, answers) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let sql = "select count(*) n, min(subject) low, max(subject) high, (select count(*) from dossiers where year = 2023) d \
               from documents where year = 2023";
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let (project, changes) = (&project, &changes);
            scope.spawn(move || {
                for turn in worker.. {
                    let file = format!("{}.csv", versions[turn % 2].0);
                    let run = project.run(&["--lang", "en", "import", "documents", "2023", &file]);
                    made_or_busy(&run);
                    changes.fetch_add(1, Ordering::Relaxed);
                    if Instant::now() > end {
                        break;
                    }
                }
            });
        }
        for _ in 0..4 {
            scope.spawn(|| {
                while Instant::now() < end {
                    let answer = project.run(&["query", "-c", sql, "--format", "csv"]).data();
                    let row = answer.lines().nth(1).unwrap_or_default().to_owned();
                    let known = versions.map(|(subject, rows)| format!("{rows},{subject},{subject},149"));
                    assert!(known.contains(&row), "a mixture: {row}");
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            let first = draw(&project);
            while Instant::now() < end {
                assert_eq!(draw(&project), first, "the same data gave another picture");
            }
        });
    });
    assert!(changes.into_inner() >= 3 && answers.into_inner() > 0);
    project.run(&["verify"]).data();
}

/// Draws a chart of data that nobody changes.
fn draw(project: &Project) -> Vec<u8> {
    let mut command = project.command(&["chart", "dossiers_by_field", "-o", "bieu_do.png"]);
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    std::fs::read(project.path("bieu_do.png")).unwrap()
}
