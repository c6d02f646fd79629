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
    assert!(whole.starts_with("name,kind,title,years\n"), "{whole}");
    for name in
        ["dossiers,bộ dữ liệu,", "source.dossiers,", "imports,", "queries.on_time_resolved,truy vấn đã lưu,"]
    {
        assert!(whole.contains(name), "{name} is not in {whole}");
    }
    project
        .write("datasets/x.toml", "title = \"X\"\n")
        .write("queries/broken.sql", "-- title: x\nSELECT nothing FROM nowhere\n")
        .write("queries/needs.sql", "-- title: x\n-- param a: int -- a\nSELECT $a\n");
    let broken = project.run_with(&[], "\\d\n").data();
    assert!(broken.contains("x,dataset,,,the contract"), "{broken}");
    assert!(broken.contains("queries.broken,saved query,x,,there is no table `nowhere`"), "{broken}");
    assert!(broken.contains("queries.needs,saved query,x,,\n"), "{broken}");
    let listed = project.run(&["queries", "--format", "csv"]);
    assert!(listed.stderr.contains("broken: broken: there is no table `nowhere`"), "{listed}");
    assert!(listed.stdout.contains("\nbroken,x,"), "{listed}");
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

#[test]
fn a_file_stops_at_its_first_fault_with_file_and_line() {
    let project = Project::new();
    project.write("a.sql", "select 1 as a;\n\nselect nope;\nselect 2 as b;\n");
    let run = project.run(&["query", "-f", "a.sql"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "a\n1\n"), "{run}");
    assert!(run.stderr.contains("a.sql:3:8"), "{run}");
}

#[test]
fn keep_going_runs_the_rest_and_still_fails() {
    let project = Project::new();
    project.write("a.sql", "select 1 as a;\nselect nope;\n\\nope\nselect 2 as b;\n");
    for arguments in [["query", "-f", "a.sql", "--keep-going"], ["--keep-going", "query", "-f", "a.sql"]] {
        let run = project.run(&arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), "a\n1\nb\n2\n"), "{run}");
        assert!(run.stderr.contains("a.sql:2:8") && run.stderr.contains("a.sql:3:1"), "{run}");
        assert!(run.stderr.contains("statements that failed: 2"), "{run}");
    }
    let run = project.run_with(&["--keep-going"], "select nope; select 2 as b;");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "b\n2\n"), "{run}");
}

#[test]
fn the_same_script_gives_the_same_from_a_pipe_a_file_and_the_command_line() {
    let project = Project::with_data();
    let script = "select field, year, count(*) as n from dossiers where year > 2021 group by 1, 2 order by all;\n\
                  \\crosstabview\nselect sum(n) as n from _;\n\\d training\n\\n staffing_vacancy\n";
    project.write("a.sql", script);
    let piped = project.run_with(&[], script);
    assert_eq!(piped.code, Some(0), "{piped}");
    assert_eq!(project.run(&["query", "-f", "a.sql"]), piped);
    assert_eq!(project.run(&["query", "-c", script]), piped);
    insta::assert_snapshot!("script", piped);
}

#[test]
fn results_go_to_files_by_their_extension() {
    let project = Project::new();
    let script = "select 1 as a, 'x' as b \\g one.json\n\
                  \\o all.csv\nselect 1 as a;\nselect 2 as b;\n\\o\n\
                  \\copy (select 3 as c where 'to' = 'to') TO 'three three.ndjson'\nselect 4 as d;\n\
                  \\g four.md\n\\g datasets/x.csv\n";
    let run = project.run_with(&[], script);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), "d\n4\n"), "{run}");
    assert!(run.stderr.contains("lies among the workspace's data"), "{run}");
    let read = |name: &str| std::fs::read_to_string(project.path(name)).unwrap();
    assert_eq!(read("one.json"), "[\n{\"a\":1,\"b\":\"x\"}\n]\n");
    assert_eq!(read("all.csv"), "a\n1\nb\n2\n");
    assert_eq!(read("three three.ndjson"), "{\"c\":3}\n");
    assert_eq!(read("four.md"), "| d |\n| ---: |\n| 4 |\n");
}

#[test]
fn variables_stand_for_one_thing_only() {
    let script = "\\set who 'O''Hara; drop'\n\\set n 41\nselect :'who' as who, :n + 1 as n, 'x:n' as s;\nselect :who;\n";
    let run = Project::new().run_with(&[], script);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "who,n,s\nO'Hara; drop,42,x:n\n"), "{run}");
    assert!(
        run.stderr.contains("could change the statement") && run.stderr.contains("write `:'who'`"),
        "{run}"
    );
}

#[test]
fn a_statement_becomes_a_saved_query_and_a_chart() {
    let project = Project::with_data();
    let script = "select year, count(*) as n from staffing group by 1 order by 1;\n\\save by_year 'Theo năm'\n\\n by_year\n\
                  \\save by_year\n";
    let run = project.run_with(&[], script);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`queries/by_year.sql` exists already"), "{run}");
    assert_eq!(run.stdout, "year,n\n2020,13\n2021,13\n2022,13\n2023,13\n".repeat(2));
    let saved = std::fs::read_to_string(project.path("queries/by_year.sql")).unwrap();
    assert_eq!(saved, "-- title: Theo năm\nselect year, count(*) as n from staffing group by 1 order by 1\n");
    let chart = "select year, n from queries.by_year VISUALISE year AS x, n AS y DRAW bar \\save bars\n\\chart bars bars.svg\n";
    let run = project.run_with(&[], chart);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(std::fs::read_to_string(project.path("bars.svg")).unwrap().contains("<svg"), "{run}");
}

#[test]
fn the_short_form_of_a_chart_says_the_clause_and_needs_a_file_in_a_pipe() {
    let project = Project::with_data();
    let query = "select year, field, count(*) as n from dossiers group by all order by all;\n";
    let run =
        project.run_with(&[], &format!("{query}\\chart line x=year y=n color=field title='Hồ sơ' a.png\n"));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.stderr.contains("VISUALISE year AS x, n AS y, field AS color DRAW line LABEL title => 'Hồ sơ'"),
        "{run}"
    );
    assert!(std::fs::read(project.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    let run = project.run_with(&[], &format!("{query}\\chart\n"));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("the chart needs a file here"), "{run}");
}

#[test]
fn files_are_read_from_scripts_and_not_in_a_circle() {
    let project = Project::new();
    project.write("a.sql", "\\i b.sql\nselect 'a' as a;\n");
    project.write("b.sql", "select 'b' as b;\n\\q\nselect 'never';\n");
    project.write("c.sql", "\\i c.sql\n");
    assert_eq!(project.run_with(&[], "\\i a.sql\n").data(), "b\nb\na\na\n");
    let run = project.run_with(&[], "\\i c.sql\n");
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("files that read each other"), "{run}");
}

#[test]
fn a_summary_tells_of_each_column() {
    let project = Project::with_data();
    let run =
        project.run_with(&["--lang", "en"], "summarize training;\nselect 1 as a, null as b;\n\\describe\n");
    insta::assert_snapshot!("summary", run);
}

#[test]
fn other_shells_commands_are_understood() {
    let project = Project::new();
    let run =
        project.run_with(&["--lang", "en"], ".tables\n.mode json\nselect 1 as a;\n.quit\nselect 2 as b;\n");
    assert!(run.stdout.contains("dossiers") && run.stdout.ends_with("[\n{\"a\":1}\n]\n"), "{run}");
    assert_eq!(run.code, Some(0));
}

#[test]
fn a_watched_statement_runs_as_often_as_asked() {
    let run = Project::new().run_with(&["--quiet"], "select 1 as a \\watch 0.1 3\n");
    assert_eq!(run.data(), "a\n1\n".repeat(3));
}

#[test]
fn the_configuration_is_checked_whatever_the_command() {
    let project = Project::new();
    project.write("home/.config/cchc/config.toml", "lang = \"vi\"\ntitels = true\n");
    let run = project.run(&["datasets"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("config.toml:2:1") && run.stderr.contains("`titles`"), "{run}");
    project.write("home/.config/cchc/config.toml", "lang = \"vi\"\n");
    let list = project.run(&["datasets", "--format", "markdown"]).data();
    assert!(list.contains("| các năm |"), "{list}");
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = project.run(&["completions", shell]).data();
        assert!(text.contains("import") && text.contains("keep-going"), "{shell}");
    }
    let manual = project.run(&["man"]).data();
    for word in ["CCHC IMPORT", "CCHC QUERY", "CCHC CHART", "CCHC COMPLETIONS"] {
        assert!(manual.contains(word), "{word}");
    }
}

#[test]
fn a_command_in_the_middle_of_a_statement_leaves_it_whole() {
    let run = Project::new().run_with(&["--quiet"], "select 1 as a,\n\\pset null -\n2 as b;\nselect nope;\n");
    assert_eq!(run.stdout, "a,b\n1,2\n", "{run}");
    assert!(run.stderr.contains("stdin:4:8"), "{run}");
}
