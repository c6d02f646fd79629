use crate::support::{Project, Run};

/// Runs a command in both languages and asserts the same exit code.
fn both(project: &Project, arguments: &[&str]) -> String {
    let run = |lang: &str| -> Run { project.run(&[&["--lang", lang], arguments].concat()) };
    let (english, vietnamese) = (run("en"), run("vi"));
    assert_eq!(english.code, vietnamese.code);
    format!("$ cchc {}\n{english}--- tiếng Việt\n{}", arguments.join(" "), vietnamese.stderr)
}

#[test]
fn an_unknown_dataset_proposes_the_likely_one() {
    insta::assert_snapshot!(both(&Project::new(), &["import", "dosiers", "2023", "a.xlsx"]));
}

#[test]
fn a_missing_file_is_named() {
    insta::assert_snapshot!(both(&Project::new(), &["import", "dossiers", "2023", "khong_co.xlsx"]));
}

#[test]
fn a_folder_without_a_workspace_is_told_from_one() {
    let project = Project::new();
    insta::assert_snapshot!(both(&project, &["--workspace", "home", "datasets"]));
}

#[test]
fn a_contract_mistake_has_file_line_and_column() {
    let project = Project::new();
    project.write(
        "datasets/x.toml",
        "title = \"X\"\n[[columns]]\nname = \"a\"\ntitle = \"A\"\ntype = \"percent\"\n",
    );
    insta::assert_snapshot!(both(&project, &["query", "-c", "select * from x"]));
}

#[test]
fn a_broken_contract_does_not_hide_the_other_tables() {
    let project = Project::new();
    project.write("datasets/x.toml", "title = \"X\"\n");
    let sql = "select table_name from information_schema.tables where table_schema = 'datasets' order by 1";
    let tables = project.run(&["query", "-c", sql]).data();
    assert!(tables.contains("dossiers") && !tables.contains("\nx\n"), "{tables}");
}

#[test]
fn a_broken_query_does_not_hide_the_other_tables() {
    let project = Project::new();
    project.write("queries/broken.sql", "-- title: x\nSELECT nothing FROM nowhere\n");
    let sql = "select distinct table_name from information_schema.columns where table_schema = 'queries' order by 1";
    let tables = project.run(&["query", "-c", sql]).data();
    assert!(tables.contains("on_time_resolved") && !tables.contains("broken"), "{tables}");
}

#[test]
fn sql_errors_have_a_place_and_a_proposal() {
    let project = Project::new();
    for (name, sql) in [
        ("unknown_column", "select field,\n  outcom from dossiers"),
        ("unknown_table", "select * from dossier"),
        ("unknown_function", "select lable(field) from dossiers"),
        ("syntax", "select from where"),
        ("wrong_types", "select sum(field) from dossiers"),
        ("writing", "create table t as select 1"),
        ("copying", "copy dossiers to '/tmp/x.csv'"),
        ("files", "select * from '/etc/passwd'"),
        ("parameter", "select $x"),
        ("label_without_category", "select label(upper(outcome)) from dossiers"),
    ] {
        insta::assert_snapshot!(name, both(&project, &["query", "-c", sql]));
    }
}

#[test]
fn saved_query_faults_have_a_place_in_the_file() {
    let project = Project::new();
    project
        .write("queries/undeclared.sql", "-- title: x\nSELECT $a\n")
        .write("queries/unused.sql", "-- title: x\n-- param a: int = 1 -- a\nSELECT 1\n")
        .write("queries/badtype.sql", "-- title: x\n-- param a: integer = 1 -- a\nSELECT $a\n")
        .write("queries/circle.sql", "-- title: x\nSELECT * FROM queries.circle\n")
        .write("queries/needs.sql", "-- title: x\n-- param a: int -- a\nSELECT $a\n");
    for name in ["undeclared", "unused", "badtype", "circle", "needs"] {
        insta::assert_snapshot!(format!("saved_{name}"), both(&project, &["query", name]));
    }
    insta::assert_snapshot!("argument_of_wrong_type", both(&project, &["query", "needs", "a=x"]));
    insta::assert_snapshot!("argument_of_wrong_name", both(&project, &["query", "needs", "b=1"]));
    insta::assert_snapshot!("query_of_wrong_name", both(&project, &["query", "on_time_resolve"]));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    use std::process::Stdio;
    let project = Project::new();
    let mut command = project.command(&["query", "-c", "select * from generate_series(1, 200000)"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn faults_of_the_command_line_are_told_in_both_languages() {
    let project = Project::new();
    for (name, words) in [
        ("command_unknown", "imprt dossiers"),
        ("command_option_unknown", "query --formt csv x"),
        ("command_choice", "query x --format xls"),
        ("command_value", "chart --dpi 3 x"),
        ("command_number", "restore dossiers x abc"),
        ("command_no_value", "query -c"),
        ("command_missing", "import"),
        ("command_conflict", "import dossiers 2023 a.csv --real --synthetic"),
        ("command_argument_twice", "query on_time_resolved from_year=2021 from_year=2022"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        insta::assert_snapshot!(name, both(&project, &words));
    }
}

#[test]
fn help_is_in_the_users_language() {
    let project = Project::new();
    let english = project.run(&["help", "import"]).data();
    assert!(english.contains("Usage: cchc import [OPTIONS] <DATASET> <YEAR> <FILES>..."), "{english}");
    for page in [&["--help"][..], &["import", "-h"], &["help", "chart"], &["verify", "--help"]] {
        let help = project.run(&[&["--lang", "vi"], page].concat()).data();
        for word in ["Usage", "Options", "Arguments", "Commands", "OPTIONS", "default:", "Print", "env:"] {
            assert!(!help.contains(word), "`{word}` in {help}");
        }
    }
    insta::assert_snapshot!("help_import", project.run(&["--lang", "vi", "import", "--help"]).data());
}

#[test]
fn a_statement_that_would_overwhelm_the_planner_is_refused() {
    let project = Project::new();
    for (name, sql) in [
        ("chain", format!("select {}", vec!["1"; 20_000].join("+"))),
        ("nested", format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000))),
    ] {
        project.write("dai.sql", &sql);
        let run = project.run(&["--lang", "vi", "query", "-f", "dai.sql"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
        let first = run.stderr.lines().next().unwrap().to_owned();
        insta::assert_snapshot!(format!("overwhelming_{name}"), first);
    }
    // A long list is no chain.
    let list: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    project.write("dai.sql", &format!("select 1 as mot where 7 in ({})", list.join(", ")));
    assert_eq!(project.run(&["query", "-f", "dai.sql"]).data(), "mot\n1\n");
}

#[test]
fn what_goes_wrong_most_often_in_sql_is_said_in_both_languages() {
    let project = Project::with_data();
    for (name, sql) in [
        ("not_grouped", "select field, sum(fee) from dossiers"),
        ("divided_by_zero", "select 1/0"),
        ("not_of_type", "select * from dossiers where received_at > '01/02/2023'"),
        ("ambiguous", "select year from dossiers a, dossiers b"),
        ("no_arithmetic", "select field + 1 from dossiers"),
        ("aggregate_in_where", "select count(*) from dossiers where count(*) > 1"),
        ("uneven_union", "select field from dossiers union select field, year from dossiers"),
        ("many_rows", "select field from dossiers where year = (select year from dossiers)"),
        ("ends_early", "select field from dossiers group by"),
    ] {
        insta::assert_snapshot!(name, both(&project, &["query", "-c", sql]));
    }
}

#[test]
fn a_defect_is_reported_without_data_and_ends_with_255() {
    let project = Project::with_data();
    let output = project.command(&["--lang", "en", "datasets"]).env("CCHC_DEFECT", "1").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(255), "{said}");
    assert!(said.starts_with("error: a defect of the program: cchc ") && said.contains("main.rs:"), "{said}");
    assert!(said.contains("please report this line") && !said.contains("not to be shown"), "{said}");
    assert!(output.stdout.is_empty());
}
