use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cchc::engine::Contracts;
use cchc::progress::Silent;
use cchc::store::{Author, Finding, verify as verify_all};
use cchc::workspace::Workspace;
use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::file::properties::WriterProperties;

use crate::support::Project;

/// An export of documents that all have the same subject.
fn export(project: &Project, subject: &str, rows: usize) -> String {
    let lines: Vec<String> =
        (1..=rows).map(|row| format!("{row}/{subject};14/12/2023;{subject}\n")).collect();
    let name = format!("{subject}.csv");
    project.write(&name, &format!("Số, ký hiệu;Ngày ban hành;Trích yếu\n{}", lines.concat()));
    name
}

fn import(project: &Project, file: &str) {
    project.run(&["import", "documents", "2023", file]).data();
}

fn year_file(project: &Project) -> PathBuf {
    project.path("datasets/documents/year=2023/data.parquet")
}

/// The lines of the history without the header: action, revision, state, replaced, rows, files.
fn history(project: &Project) -> Vec<Vec<String>> {
    let text = project.run(&["history", "documents", "--format", "csv"]).data();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            [1, 4, 5, 6, 7, 8].iter().map(|column| record[*column].to_owned()).collect()
        })
        .collect()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn subjects(project: &Project) -> String {
    let sql =
        "select count(*) as n, min(subject) as low, max(subject) as high from documents where year = 2023";
    project.run(&["query", "-c", sql, "--format", "csv"]).data().lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_year_is_replaced_restored_and_removed_and_the_history_tells_it() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 2));
    import(&project, &export(&project, "hai", 3));
    let first = history(&project)[0][1].clone();
    let second = history(&project)[1][1].clone();
    let short = first.get(..6).unwrap();
    let tell = |arguments: &[&str]| {
        let told = project.run(arguments).to_string();
        told.replace(&first, "<first>").replace(&second, "<second>").replace(short, "<first>")
    };
    insta::assert_snapshot!("restore", tell(&["--lang", "en", "restore", "documents", "2023", short]));
    insta::assert_snapshot!("restore_again", tell(&["--lang", "vi", "restore", "documents", "2023", &first]));
    assert_eq!(subjects(&project), "2,mot,mot");
    insta::assert_snapshot!("remove", tell(&["--lang", "vi", "remove", "documents", "2023"]));
    insta::assert_snapshot!("history_table", tell(&["--lang", "vi", "history", "--format", "markdown"]));
    insta::assert_snapshot!(
        "history_json",
        tell(&["--lang", "vi", "history", "documents", "--format", "json"])
    );
    insta::assert_snapshot!(
        "unknown_revision",
        tell(&["--lang", "vi", "restore", "documents", "2023", "../../x"])
    );
    insta::assert_snapshot!("unknown_year", tell(&["--lang", "en", "remove", "documents", "2023"]));
    assert!(!project.path("datasets/documents/year=2023").exists());
    assert_eq!(project.run(&["restore", "document", "2023", &first]).code, Some(2));
    assert_eq!(project.run(&["history", "document"]).code, Some(2));
}

#[test]
fn the_history_names_the_operator_and_the_data_do_not() {
    let project = Project::new();
    let file = export(&project, "mot", 2);
    let mut command = project.command(&["import", "documents", "2023", &file]);
    assert!(command.env("USER", "nguyen_an").stderr(Stdio::null()).status().unwrap().success());
    let text = project.run(&["history", "--format", "csv"]).data();
    assert!(text.contains("2023-12-20T08:00:00Z,import") && text.contains("nguyen_an"), "{text}");
    let bytes = std::fs::read(year_file(&project)).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("nguyen_an"));
}

#[test]
fn importing_the_same_again_changes_nothing_and_says_so() {
    let project = Project::new();
    let file = export(&project, "mot", 2);
    import(&project, &file);
    let written = std::fs::metadata(year_file(&project)).unwrap().modified().unwrap();
    let again = project.run(&["--lang", "en", "import", "documents", "2023", &file]);
    assert!(again.stderr.contains("nothing was changed"), "{again}");
    assert_eq!(std::fs::metadata(year_file(&project)).unwrap().modified().unwrap(), written);
    assert_eq!(history(&project).len(), 1);
    assert!(!project.path(".cchc/revisions").exists());
    // A file that someone damaged is not taken for the revision that it says it is.
    let mut bytes = std::fs::read(year_file(&project)).unwrap();
    bytes[10] ^= 1;
    std::fs::write(year_file(&project), &bytes).unwrap();
    import(&project, &file);
    assert_eq!(subjects(&project), "2,mot,mot");
    let lines = history(&project);
    assert_eq!(lines[1][1], lines[0][1]);
    assert_ne!(lines[1][3], lines[1][1], "the damaged file is kept under another name: {lines:?}");
}

#[test]
fn purging_leaves_nothing_of_the_former_rows() {
    let project = Project::new();
    let (first, second) = (export(&project, "bimat", 2), export(&project, "congkhai", 3));
    import(&project, &first);
    import(&project, &second);
    let run = project.run(&["--lang", "en", "import", "documents", "2023", &second, "--purge-history"]);
    assert!(run.stderr.contains("nothing was changed") && run.stderr.contains("deleted for good"), "{run}");
    assert!(!holds(&project.path(".cchc"), b"bimat") && !holds(&project.path("datasets"), b"bimat"));
    let states: Vec<_> =
        history(&project).into_iter().map(|line| [&line[0], &line[2], &line[5]].map(String::clone)).collect();
    assert_eq!(states, [["import", "gone", ""], ["import", "current", "congkhai.csv"], ["purge", "", ""]]);
    project.run(&["verify"]).data();
    let run = project.run(&["--lang", "en", "remove", "documents", "2023", "--purge-history"]);
    assert!(run.stderr.contains("deleted for good"), "{run}");
    assert!(!holds(&project.path(".cchc"), b"congkhai"));
    project.run(&["verify"]).data();
    let nothing = project.run(&["--lang", "vi", "import", "documents", "2023", &first, "--purge-history"]);
    assert!(nothing.stderr.contains("không có phiên bản cũ nào để xoá"), "{nothing}");
}

fn holds(folder: &Path, words: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, words);
        }
        std::fs::read(path).unwrap().windows(words.len()).any(|window| window == words)
    })
}

/// What `verify` finds: file and finding of each line that is an error.
fn verify(project: &Project) -> Vec<String> {
    let run = project.run(&["--lang", "en", "verify", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let errors: Vec<_> = records.iter().filter(|record| &record[0] == "error").collect();
    assert_eq!(run.code, Some(i32::from(!errors.is_empty())), "{run}");
    errors.iter().map(|record| format!("{}: {}", &record[4], &record[5])).collect()
}

#[track_caller]
fn assert_found(project: &Project, wanted: &[&str]) {
    let found = verify(project);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.contains(wanted), "`{wanted}` is not in {found}");
    }
}

#[test]
fn the_bundled_workspace_is_as_its_imports_left_it() {
    let project = Project::with_data();
    assert_found(&project, &[]);
    insta::assert_snapshot!(project.run(&["--lang", "vi", "verify", "--format", "table"]));
}

#[test]
fn verify_finds_what_does_not_belong_there() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 2));
    project
        .write("datasets/documents/year=2023/.DS_Store", "x")
        .write("datasets/documents/year=2023/data.csv", "x")
        .write("datasets/documents/readme.txt", "x")
        .write("datasets/nobody/year=2023/data.parquet", "x")
        .write(".cchc/revisions/documents/2023/notes.txt", "x")
        .write("datasets/staffing/year=2023/data.parquet", "x");
    assert_found(
        &project,
        &[
            "documents/readme.txt: does not belong",
            "year=2023/.DS_Store: does not belong",
            "year=2023/data.csv: does not belong",
            "staffing/year=2023/data.parquet: was not written by an import",
            "datasets/nobody: has no contract",
            "notes.txt: does not belong",
        ],
    );
    insta::assert_snapshot!("verify_foreign", project.run(&["--lang", "vi", "verify", "--format", "table"]));
}

#[cfg(unix)]
#[test]
fn a_link_is_found_by_verify_and_refused_by_queries_and_imports() {
    let project = Project::new();
    let file = export(&project, "mot", 2);
    import(&project, &file);
    std::fs::rename(project.path("datasets/documents"), project.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(project.path("elsewhere"), project.path("datasets/documents")).unwrap();
    assert_found(&project, &["datasets/documents: is a link"]);
    for arguments in
        [&["query", "-c", "select * from documents"][..], &["import", "documents", "2023", &file]]
    {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("`datasets/documents` is a link"), "{run}");
    }
}

#[test]
fn verify_finds_changed_swapped_and_lost_years() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 2));
    import(&project, &export(&project, "hai", 3));
    let kept = names_in(&project.path(".cchc/revisions/documents/2023"));
    let former = project.path(".cchc/revisions/documents/2023").join(&kept[0]);
    let current = std::fs::read(year_file(&project)).unwrap();

    std::fs::copy(&former, year_file(&project)).unwrap();
    assert_found(&project, &["and the history last published"]);

    std::fs::write(year_file(&project), &current[..current.len() / 2]).unwrap();
    assert_found(&project, &["was not written by an import", "was changed after it was published"]);

    let mut flipped = current.clone();
    flipped[4] ^= 0xff;
    std::fs::write(year_file(&project), &flipped).unwrap();
    assert_found(&project, &["was changed after it was published", "cannot be read through"]);

    std::fs::remove_dir_all(project.path("datasets/documents")).unwrap();
    assert_found(&project, &["is gone: the history published revision"]);

    project.run(&["restore", "documents", "2023", kept[0].trim_end_matches(".parquet")]).data();
    assert_found(&project, &[]);
    std::fs::create_dir_all(project.path("datasets/documents/year=2022")).unwrap();
    std::fs::copy(year_file(&project), project.path("datasets/documents/year=2022/data.parquet")).unwrap();
    assert_found(&project, &["year=2022/data.parquet: was imported as documents 2023"]);
    std::fs::remove_dir_all(project.path("datasets/documents/year=2022")).unwrap();

    std::fs::write(&former, "x").unwrap();
    let log = project.path(".cchc/history.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, format!("{{\n{text}")).unwrap();
    assert_found(&project, &["has a line that cannot be read: 1", "was not written by an import"]);
}

#[test]
fn verify_survives_any_damaged_byte() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 40));
    let whole = std::fs::read(year_file(&project)).unwrap();
    let workspace = Workspace::open(&project.path(".")).unwrap();
    let contracts = Contracts::new(workspace.clone());
    let author = Author { operator: None, now: chrono::DateTime::UNIX_EPOCH };
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(year_file(&project), &bytes).unwrap();
        let done = verify_all(&workspace, &|name| contracts.read(name), &author, &Silent).unwrap();
        assert!(done.findings.iter().any(Finding::is_wrong), "byte {at} was damaged and not found");
    }
}

/// Writes the year again with other rows and the same provenance.
fn rewrite(project: &Project, order: &[u64]) {
    let path = year_file(project);
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata().cloned();
    let kept =
        metadata.map(|entries| entries.into_iter().filter(|entry| entry.key != "ARROW:schema").collect());
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    let batch = take_record_batch(&batches[0], &UInt64Array::from(order.to_vec())).unwrap();
    let properties = WriterProperties::builder().set_key_value_metadata(kept).build();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    // Without its line in the history only the rows can tell.
    std::fs::remove_file(project.path(".cchc/history.jsonl")).unwrap();
}

#[test]
fn verify_checks_order_keys_and_row_counts() {
    for (order, wanted) in [
        (&[2, 0, 1][..], &["is not in the order of"][..]),
        (&[0, 1], &["holds 2 rows, and its provenance says 3"]),
        (&[0, 1, 1], &["repeats the key `symbol` in 1 rows"]),
    ] {
        let project = Project::new();
        import(&project, &export(&project, "mot", 3));
        rewrite(&project, order);
        assert_found(&project, wanted);
    }
}

#[test]
fn a_changed_contract_is_a_finding_that_names_the_year() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 2));
    let contract = std::fs::read_to_string(project.path("datasets/documents.toml")).unwrap();
    let added = "[[columns]]\nname = \"remark\"\ntitle = \"Ghi thêm\"\ntype = \"text\"\n";
    project.write("datasets/documents.toml", &format!("{contract}\n{added}"));
    assert_found(&project, &[]);
    project.write("datasets/documents.toml", &format!("{contract}\n{added}required = true\n"));
    assert_found(&project, &["lacks column `remark`, which the contract requires"]);
    let renamed = contract.replace("\"subject\"", "\"about_what\"");
    assert_ne!(renamed, contract);
    project.write("datasets/documents.toml", &renamed);
    assert_found(&project, &["has column `subject`, which the contract does not declare"]);
}

/// Imports two versions in turn, as separate processes, until told to stop; counts them in `done`.
fn import_in_turn(project: &Project, files: &[String; 2], stop: &AtomicBool, done: &AtomicUsize) {
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut command = project.command(&["import", "documents", "2023", &files[count % 2]]);
        assert!(command.stderr(Stdio::null()).status().unwrap().success());
        count += 1;
        done.store(count, Ordering::Relaxed);
    }
}

#[test]
fn a_query_that_runs_during_imports_sees_one_version() {
    let project = Project::new();
    let files = [export(&project, "mot", 4000), export(&project, "hai", 9000)];
    import(&project, &files[0]);
    let stop = AtomicBool::new(false);
    let imports = AtomicUsize::new(0);
    let seen = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let sql = "select count(*), count(distinct subject), min(subject), max(subject), count(distinct symbol), \
               count(*) - count(issued_on) from documents where year = 2023";
    std::thread::scope(|scope| {
        let importer = scope.spawn(|| import_in_turn(&project, &files, &stop, &imports));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    // A busy machine needs longer for a few imports.
                    let start = Instant::now();
                    let is_enough = || imports.load(Ordering::Relaxed) > 2 && start.elapsed().as_secs() >= 8;
                    while !is_enough() && start.elapsed().as_secs() < 300 {
                        let answer = project.run(&["query", "-c", sql, "--format", "csv"]);
                        let row = answer.stdout.lines().nth(1).unwrap_or_default().to_owned();
                        match row.as_str() {
                            "4000,1,mot,mot,4000,0" => seen[0].fetch_add(1, Ordering::Relaxed),
                            "9000,1,hai,hai,9000,0" => seen[1].fetch_add(1, Ordering::Relaxed),
                            _ => panic!("a mixture: {answer}"),
                        };
                    }
                })
            })
            .collect();
        for reader in readers {
            let result = reader.join();
            stop.store(true, Ordering::Relaxed);
            result.unwrap();
        }
        importer.join().unwrap();
        assert!(imports.load(Ordering::Relaxed) > 2);
    });
    assert!(seen.iter().all(|count| count.load(Ordering::Relaxed) > 0), "{seen:?}");
    assert_found(&project, &[]);
}

#[test]
fn imports_at_the_same_time_follow_each_other() {
    let project = Project::new();
    let files: Vec<String> = (1..=4).map(|n| export(&project, &format!("ban{n}"), 2000 + n)).collect();
    let mut children: Vec<_> = files
        .iter()
        .map(|file| {
            let mut command = project.command(&["import", "documents", "2023", file]);
            command.stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    assert_eq!(history(&project).len(), 4);
    assert_eq!(names_in(&project.path(".cchc/revisions/documents/2023")).len(), 3);
    assert_found(&project, &[]);
}

#[test]
fn an_import_waits_for_another_process_and_names_it() {
    let project = Project::new();
    let file = export(&project, "mot", 2);
    import(&project, &file);
    let other = export(&project, "hai", 3);
    let lock = std::fs::OpenOptions::new().write(true).open(project.path(".cchc/lock")).unwrap();
    lock.lock().unwrap();
    let holder =
        r#"{"process":4711,"operator":"binh","task":"import dossiers 2022","since":"2023-12-20T07:59:00Z"}"#;
    project.write(".cchc/holder", holder);
    let run = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| project.run(&["--lang", "en", "import", "documents", "2023", &other]));
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(subjects(&project), "2,mot,mot");
        lock.unlock().unwrap();
        waiting.join().unwrap()
    });
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("waiting for process 4711 (binh, `import dossiers 2022`, since"), "{run}");
    assert_eq!(subjects(&project), "3,hai,hai");
}

#[test]
fn a_killed_import_leaves_the_old_year_or_the_new_one_and_the_next_one_cleans_up() {
    let project = Project::new();
    let files = [export(&project, "mot", 4000), export(&project, "hai", 9000)];
    import(&project, &files[0]);
    for round in 0..12 {
        let mut command = project.command(&["import", "documents", "2023", &files[(round + 1) % 2]]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 * round as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let seen = subjects(&project);
        assert!(["4000,mot,mot", "9000,hai,hai"].contains(&seen.as_str()), "{seen}");
        assert_eq!(names_in(year_file(&project).parent().unwrap()), ["data.parquet"]);
    }
    import(&project, &export(&project, "ba", 1));
    assert_found(&project, &[]);
    assert_eq!(names_in(&project.path(".cchc")), ["format", "history.jsonl", "lock", "revisions"]);
    assert_eq!(history(&project).last().unwrap()[2], "current");
}

#[test]
fn a_change_that_was_cut_short_is_told_by_the_next_one() {
    let project = Project::new();
    import(&project, &export(&project, "mot", 2));
    let log = project.path(".cchc/history.jsonl");
    let line = std::fs::read_to_string(&log).unwrap();
    // As if the process had been killed between the rename and the log.
    std::fs::remove_file(&log).unwrap();
    project.write(".cchc/pending.json", &line);
    import(&project, &export(&project, "hai", 3));
    let actions: Vec<String> = history(&project).into_iter().map(|line| line[5].clone()).collect();
    assert_eq!(actions, ["mot.csv", "hai.csv"]);
    // As if it had been killed before the rename: nothing has happened, nothing is told.
    project.write(".cchc/pending.json", &line);
    import(&project, &export(&project, "ba", 1));
    assert_eq!(history(&project).len(), 3);
    assert_found(&project, &[]);
}

#[test]
fn each_row_group_has_statistics_of_every_column_and_a_bloom_filter_of_its_keys() {
    let project = Project::with_data();
    let file = std::fs::File::open(project.path("datasets/dossiers/year=2023/data.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    for group in reader.metadata().row_groups() {
        for column in group.columns() {
            let name = column.column_path().string();
            assert!(column.statistics().is_some(), "{name}");
            assert_eq!(column.bloom_filter_offset().is_some(), name == "dossier_code", "{name}");
        }
    }
}
