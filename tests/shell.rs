use crate::support::Project;

#[test]
fn sql_from_a_pipe_is_answered_in_csv() {
    let run =
        Project::new().run_with(&[], "select 1 as a,\n 2 as b; select ';' as c -- no semicolon at the end");
    assert_eq!(run.data(), "a,b\n1,2\nc\n;\n");
}

#[test]
fn the_first_error_ends_a_pipe_with_its_exit_code() {
    let run = Project::new().run_with(&[], "select 1 as a; select nope; select 2 as b;");
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout, "a\n1\n");
    assert!(run.stderr.contains("there is no column `nope`"), "{run}");
}

#[test]
fn commands_work_from_a_pipe() {
    let run = Project::new().run_with(&["--lang", "vi"], "\\?\n\\d staffing\n\\q\nselect 1;");
    let data = run.data();
    assert!(data.contains("liệt kê các lệnh này") && data.contains("assigned"), "{data}");
    assert!(!data.contains('1') || !data.contains("Int64(1)"), "nothing runs after \\q: {data}");
}

#[test]
fn an_unknown_command_proposes_one() {
    let run = Project::new().run_with(&[], "\\dd\n");
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("did you mean `\\d`"), "{run}");
}

#[test]
fn an_unknown_table_is_named_and_nothing_internal_shows() {
    let run = Project::new().run_with(&[], "\\d dosiers\n");
    assert!(run.stderr.contains("there is no table `dosiers`") && run.stderr.contains("`dossiers`"), "{run}");
    assert!(!run.stderr.contains("SELECT"), "{run}");
}

#[test]
fn the_list_of_tables_names_what_is_broken_and_why() {
    let project = Project::new();
    let whole = project.run_with(&["--lang", "vi"], "\\d\n").data();
    assert!(whole.starts_with("name,kind\n") && whole.contains("dossiers,bộ dữ liệu\n"), "{whole}");
    for name in ["source.dossiers,", "imports,", "queries.on_time_resolved,truy vấn đã lưu"] {
        assert!(whole.contains(name), "{name} is not in {whole}");
    }
    project
        .write("datasets/x.toml", "title = \"X\"\n")
        .write("queries/broken.sql", "-- title: x\nSELECT nothing FROM nowhere\n")
        .write("queries/needs.sql", "-- title: x\n-- param a: int -- a\nSELECT $a\n");
    let broken = project.run_with(&[], "\\d\n").data();
    assert!(broken.contains("x,dataset,the contract"), "{broken}");
    assert!(broken.contains("queries.broken,saved query,there is no table `nowhere`"), "{broken}");
    assert!(broken.contains("queries.needs,saved query,\n"), "{broken}");
    let listed = project.run(&["queries", "--format", "csv"]);
    assert!(listed.stderr.contains("broken: broken: there is no table `nowhere`"), "{listed}");
    assert!(listed.stdout.contains("\nbroken,x,"), "{listed}");
}

#[cfg(unix)]
mod terminal {
    use std::time::Duration;

    use expectrl::{ControlCode, Expect as _, Session, session::OsSession};

    use crate::support::Project;

    /// A program that runs on a terminal that can show progress.
    fn spawn(project: &Project, arguments: &[&str]) -> OsSession {
        let mut command = project.command(arguments);
        command.env("TERM", "xterm");
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_mins(1)));
        session
    }

    fn open(project: &Project) -> OsSession {
        let mut session = spawn(project, &["--lang", "en"]);
        session.expect("cchc> ").unwrap();
        session
    }

    #[test]
    fn a_statement_may_span_lines_and_ends_with_a_semicolon() {
        let project = Project::with_data();
        let mut shell = open(&project);
        shell.send_line("select field, count(*) as n from dossiers").unwrap();
        shell.send_line("where year = 2023 group by 1 order by 2 desc;").unwrap();
        shell.expect("atomic_energy").unwrap();
        shell.expect("66").unwrap();
        shell.expect("rows: 3").unwrap();
        shell.expect("cchc> ").unwrap();
        shell.send_line("\\q").unwrap();
        shell.expect(expectrl::Eof).unwrap();
    }

    #[test]
    fn an_error_does_not_end_the_shell_and_ctrl_c_drops_the_line() {
        let project = Project::new();
        let mut shell = open(&project);
        shell.send_line("select nope;").unwrap();
        shell.expect("there is no column `nope`").unwrap();
        shell.expect("cchc> ").unwrap();
        shell.send("select 'half").unwrap();
        shell.send(ControlCode::EndOfText).unwrap();
        shell.expect("cchc> ").unwrap();
        shell.send_line("select 40 + 2 as answer;").unwrap();
        shell.expect("42").unwrap();
        shell.expect("cchc> ").unwrap();
        shell.send(ControlCode::EndOfTransmission).unwrap();
        shell.expect(expectrl::Eof).unwrap();
    }

    #[test]
    fn ctrl_c_stops_a_running_query_and_the_prompt_returns() {
        let project = Project::new();
        let mut shell = open(&project);
        let endless = "select count(*) from generate_series(1, 100000000) a(x) \
                       join generate_series(1, 100000000) b(y) on a.x % 1000 = b.y % 1000;";
        shell.send_line(endless).unwrap();
        // After half a second a line says that it runs, and how it is stopped.
        shell.expect("running, Ctrl-C stops it").unwrap();
        shell.send(ControlCode::EndOfText).unwrap();
        shell.expect("interrupted").unwrap();
        shell.expect("cchc> ").unwrap();
    }

    #[test]
    fn an_import_that_waits_shows_it_on_a_terminal() {
        let project = Project::new();
        project.write("a.csv", "Số, ký hiệu;Ngày ban hành;Trích yếu\n1/A;14/12/2023;a\n");
        project.run(&["import", "documents", "2023", "a.csv"]).data();
        project.write("a.csv", "Số, ký hiệu;Ngày ban hành;Trích yếu\n2/A;14/12/2023;a\n");
        let lock = std::fs::OpenOptions::new().write(true).open(project.path(".cchc/lock")).unwrap();
        lock.lock().unwrap();
        let mut session = spawn(&project, &["--lang", "vi", "import", "documents", "2023", "a.csv"]);
        session.expect("đang chờ một tiến trình khác").unwrap();
        session.expect("đang chờ đến lượt").unwrap();
        lock.unlock().unwrap();
        session.expect("đã nhập 1 dòng").unwrap();
        session.expect(expectrl::Eof).unwrap();
    }

    #[test]
    fn the_history_lies_in_the_state_folder_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let project = Project::new();
        let mut shell = open(&project);
        shell.send_line("select 'kept';").unwrap();
        shell.expect("rows: 1").unwrap();
        shell.send_line("\\q").unwrap();
        shell.expect(expectrl::Eof).unwrap();
        let file = project.path("home/.local/state/cchc/history");
        assert!(std::fs::read_to_string(&file).unwrap().contains("select 'kept';"));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let loose: Vec<_> =
            std::fs::read_dir(project.path(".")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!loose.iter().any(|name| name.to_string_lossy().contains("history")), "{loose:?}");
    }
}

#[test]
fn places_in_a_pipe_are_those_of_the_input() {
    let run =
        Project::new().run_with(&[], "\n\n\nselect 1 as a;\nselect 2 as b; select feild\nfrom dossiers;");
    assert!(run.stderr.contains("stdin:5:23"), "{run}");
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_sql() {
    let project = Project::new();
    assert_eq!(project.run_with(&[], "\u{feff}select 1 as a;").data(), "a\n1\n");
    project.write("a.sql", "\u{feff}select 1 as a");
    assert_eq!(project.run(&["query", "-f", "a.sql"]).data(), "a\n1\n");
}
