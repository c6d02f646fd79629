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
