use std::collections::BTreeSet;

use crate::support::Project;

fn query(arguments: &[&str]) -> String {
    Project::with_data().run(&[&["--lang", "vi", "query"], arguments].concat()).to_string()
}

#[test]
fn every_format_shows_the_same_rows() {
    let sql = "select field, count(*) as n, sum(fee) as fee, min(received_at) as first, min(_) as missing \
               from (select *, cast(null as int) as _ from dossiers) where year = 2023 group by field order by n desc";
    for format in ["table", "csv", "json", "ndjson", "markdown"] {
        insta::assert_snapshot!(format, query(&["-c", sql, "--format", format]));
    }
}

#[test]
fn titles_and_labels_are_shown_on_request() {
    insta::assert_snapshot!(query(&["on_time_resolved", "--titles", "--format", "markdown"]));
}

#[test]
fn the_notice_appears_when_synthetic_columns_are_read_and_only_then() {
    let project = Project::with_data();
    let notices = |sql: &str| project.run(&["query", "-c", sql]).stderr;
    assert_eq!(notices("select field, outcome, count(*) from dossiers where year = 2023 group by 1, 2"), "");
    assert_eq!(notices("select * from figures"), "");
    assert_eq!(notices("select 1"), "");
    assert_eq!(
        notices("select channel, count(*) from dossiers where year >= 2023 group by 1"),
        "synthetic data, not the department's: dossiers 2023 (channel)\n"
    );
    assert_eq!(
        notices("select count(*) from dossiers where year between 2021 and 2023"),
        "synthetic data, not the department's: dossiers 2021–2022\n"
    );
    let subquery = "select (select count(*) from dossiers where year = 2020) as n";
    assert_eq!(notices(subquery), "synthetic data, not the department's: dossiers 2020\n");
    assert_eq!(
        notices("select field from dossiers where year = 2023 and fee > 1e12"),
        "synthetic data, not the department's: dossiers 2023 (fee)\n"
    );
}

#[test]
fn a_default_in_sql_is_a_value_and_reads_nothing_for_the_notice() {
    let run = Project::with_data().run(&["query", "dossiers_by_outcome", "from_year=2023"]);
    assert_eq!(run.stderr, "");
}

#[test]
fn the_on_time_rates_of_2023_are_the_three_named_formulas() {
    let project = Project::with_data();
    for (name, denominator, expected) in [
        ("on_time_resolved", "resolved", "137,140,5"),
        ("on_time_766", "handled", "141,144,5"),
        ("on_time_with_returned", "resolved", "138,141,5"),
    ] {
        let sql = format!(
            "select sum(on_time), sum({denominator}), sum(unknown) from queries.{name} where year = 2023"
        );
        let data = project.run(&["query", "-c", &sql]).data();
        assert_eq!(data.lines().nth(1), Some(expected), "{name}");
    }
}

#[test]
fn every_saved_query_chart_and_check_runs_with_its_defaults_in_both_languages() {
    let project = Project::with_data();
    let names = |what: &str| -> Vec<String> {
        let listed = project.run(&[what, "--format", "csv"]);
        assert_eq!(listed.stderr, "", "what is broken is named beside the list");
        let names = listed.stdout.lines().skip(1).filter_map(|line| line.split(',').next());
        names.map(str::to_owned).collect()
    };
    let (queries, charts) = (names("queries"), names("charts"));
    assert!(queries.len() >= 12 && charts.len() >= 4, "{queries:?} {charts:?}");
    for lang in ["vi", "en"] {
        for name in &queries {
            let run = project.run(&["--lang", lang, "query", name, "--titles", "--format", "csv"]);
            assert!(run.data().lines().count() > 1, "{name} has no rows");
        }
        for name in &charts {
            project.run(&["--lang", lang, "chart", name, "-o", &format!("{name}_{lang}.svg")]).data();
        }
        let checked = project.run(&["--lang", lang, "check", "--format", "csv"]);
        let ran: BTreeSet<&str> =
            checked.stdout.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert!(checked.code == Some(1) && ran.len() >= 35, "{checked}");
        let failed = if lang == "vi" { "không chạy được: 0" } else { "could not run: 0" };
        assert!(checked.stderr.contains(failed), "{checked}");
    }
}

#[test]
fn a_result_goes_to_a_file_whole_and_never_into_the_data() {
    let project = Project::with_data();
    project.run(&["query", "-c", "select 1 as a", "-o", "a.json"]).data();
    assert_eq!(std::fs::read_to_string(project.path("a.json")).unwrap(), "[\n{\"a\":1}\n]\n");
    let refused = project.run(&["query", "-c", "select 1", "-o", "queries/../datasets/a.csv"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let unknown = project.run(&["query", "-c", "select 1", "-o", "a.doc"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
    assert!(!project.path("a.doc").exists());
}

#[test]
fn a_year_imported_by_another_process_is_seen_at_once() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    let project = Project::with_data();
    let export = crate::support::exports().join("van_ban_2023.csv");
    let export = export.to_str().unwrap();
    let mut command = project.command(&[]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = || {
        input.write_all(b"select count(*) as n from documents where year = 2019;\n").unwrap();
        input.flush().unwrap();
        assert_eq!(output.next().unwrap().unwrap(), "n");
        output.next().unwrap().unwrap()
    };
    assert_eq!(ask(), "0");
    project.run(&["import", "documents", "2019", export, "--synthetic"]).data();
    assert_eq!(ask(), "22");
    drop(input);
    child.wait().unwrap();
}

#[test]
fn a_damaged_year_is_named_and_troubles_no_other_year_or_dataset() {
    let project = Project::with_data();
    std::fs::write(project.path("datasets/dossiers/year=2020/data.parquet"), "damaged").unwrap();
    let count = |sql: &str| project.run(&["query", "-c", sql]);
    assert_eq!(count("select count(*) as n from dossiers where year = 2023").data(), "n\n149\n");
    assert_eq!(count("select count(*) as n from figures").data(), "n\n42\n");
    let damaged = count("select count(*) as n from dossiers");
    assert_eq!(damaged.code, Some(1));
    assert!(damaged.stderr.contains("year=2020/data.parquet"), "{damaged}");
    let listed = count("select year from imports where fault is not null");
    assert_eq!(listed.data(), "year\n2020\n");
}

#[test]
fn what_is_not_a_year_among_the_years_is_refused_by_name() {
    let project = Project::with_data();
    project.write("datasets/training/year=2023/copy.parquet", "");
    let run = project.run(&["query", "-c", "select count(*) from training"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("datasets/training/year=2023/copy.parquet"), "{run}");
    assert_eq!(project.run(&["query", "-c", "select 1 as a"]).data(), "a\n1\n");
}

#[test]
fn words_behind_a_complete_statement_are_an_error_and_never_ignored() {
    let project = Project::with_data();
    project.write("queries/typo.sql", "-- title: x\nSELECT count(*) AS n FROM dossiers whre year = 2023\n");
    for arguments in [
        vec!["-c", "select count(*) from dossiers whre year = 2023"],
        vec!["-c", "select field, count(*) from dossiers group by 1 oder by 2"],
        vec!["-c", "select 1 as a select 2"],
        vec!["-c", "select * from queries.typo"],
        vec!["typo"],
    ] {
        let run = project.run(&[&["query"], arguments.as_slice()].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}: {run}");
    }
    let run = project.run(&["query", "-c", "select count(*) from dossiers whre year = 2023"]);
    assert!(run.stderr.contains("`WHRE` → `WHERE`?") && run.stderr.contains("-c:1:"), "{run}");
}

#[test]
fn saved_queries_take_named_arguments_in_sql() {
    let project = Project::with_data();
    let ask = |sql: &str| project.run(&["query", "-c", sql]);
    let called = ask(
        "select year, sum(dossiers) as n from queries.dossiers_by_field(from_year => 2022) group by 1 order by 1",
    );
    assert_eq!(called.data(), "year,n\n2022,162\n2023,149\n");
    let joined =
        ask("with now as (select * from queries.on_time_resolved(from_year => 2023, field => 'standards')) \
         select n.on_time, p.on_time as before from now n \
         join queries.on_time_resolved(from_year => 2022, to_year => 2022) p on n.field = p.field");
    assert_eq!(joined.data(), "on_time,before\n59,67\n");
    let quoted = ask("select count(*) as n from queries.report_figures(section => 'x'' OR ''1''=''1')");
    assert_eq!(quoted.data(), "n\n0\n");
    let unknown = ask("select count(*) as n from queries.dossiers_by_outcome(field => 'tdc')");
    assert_eq!(unknown.code, Some(2), "an empty table would read like a finding: {unknown}");
    let wrong = ask("select * from queries.dossiers_by_field(from => 2022)");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("has no parameter `from`") && wrong.stderr.contains("-c:1:15"), "{wrong}");
    assert_eq!(ask("select * from queries.dossiers_by_field(2022)").code, Some(1));
}

#[test]
fn several_results_do_not_share_a_file() {
    let project = Project::new();
    let run = project.run(&["query", "-c", "select 1 as a; select 2 as b", "-o", "two.csv"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(!project.path("two.csv").exists());
}

#[test]
fn json_keeps_names_and_null_is_null() {
    let project = Project::with_data();
    let run = project.run(&["query", "plan_gap", "--titles", "--format", "ndjson"]);
    assert!(run.data().starts_with("{\"task\":"));
    let nulls = project.run(&[
        "query",
        "-c",
        "select null as n, timestamp '2023-01-02 03:04:05.5' as t",
        "--format",
        "ndjson",
    ]);
    assert_eq!(nulls.data(), "{\"n\":null,\"t\":\"2023-01-02 03:04:05.500\"}\n");
}

#[test]
fn made_up_data_do_not_become_real_by_a_forgotten_option() {
    let project = Project::with_data();
    let export = crate::support::exports().join("dao_tao_2023.xlsx");
    let export = export.to_str().unwrap();
    let refused = project.run(&["import", "training", "2023", export]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("--real"), "{refused}");
    let synthetic = |project: &Project| {
        project
            .run(&["query", "-c", "select synthetic from imports where dataset = 'training' and year = 2023"])
            .data()
    };
    assert_eq!(synthetic(&project), "synthetic\nall\n");
    project.run(&["import", "training", "2023", export, "--real"]).data();
    assert_eq!(synthetic(&project), "synthetic\nnone\n");
}

#[test]
fn what_does_not_fit_into_memory_goes_on_on_disk_or_says_what_to_do_and_leaves_nothing_behind() {
    let project = Project::with_data();
    let all = "select a.dossier_code, b.procedure_name, b.dossier_code c from dossiers a, dossiers b \
               where b.year < 2022 order by 3, 2, 1";
    let sql = format!(
        "select count(*) n, max(c) last, sum(place * 7 % 1000003) s from (select *, row_number() over \
                       (order by c, dossier_code) place from ({all}))"
    );
    let wanted = project.run(&["query", "-c", &sql]);
    let limited = project.run(&["--memory-limit", "40M", "query", "-c", &sql]);
    assert_eq!(limited.code, Some(0), "{limited}");
    assert_eq!(limited.stdout, wanted.stdout);
    let refused = project.run(&["--memory-limit", "100K", "query", "-c", &sql]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.contains("Failed to allocate additional"), "{refused}");
    assert!(refused.stderr.contains("--memory-limit 8G"), "{refused}");
    let left = std::fs::read_dir(project.path("home/.cache/cchc/spill")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn temporary_tables_and_views_live_for_the_session_and_carry_their_notice() {
    let project = Project::with_data();
    project.write(
        "late.sql",
        "create view late as select year, count(*) as n from dossiers where outcome = 'overdue' group by 1;
         create table totals as select year, count(*) as total from dossiers where year = 2022 group by 1;
         select l.year, l.n, t.total from late l join totals t using (year);
         create or replace table totals as select year, total + 1 as total from totals;
         select total from totals;
         drop table totals;
         select count(*) from totals;",
    );
    insta::assert_snapshot!(project.run(&["query", "-f", "late.sql", "--format", "csv"]));
    let names = "select table_name from information_schema.tables where table_name = 'late'";
    assert_eq!(
        project.run(&["query", "-c", names]).data(),
        "table_name\n",
        "another session does not see it"
    );
}

#[test]
fn temporary_tables_do_not_hide_or_drop_those_of_the_workspace() {
    let project = Project::with_data();
    let run = |sql: &str| project.run(&["query", "-c", sql]).to_string();
    let all = [
        "create table dossiers as select 1 as a",
        "create view imports as select 1 as a",
        "drop table dossiers",
        "create table t (a int) as select 1",
        "create table queries.t as select 1",
        "create table t as select * from nowhere",
    ];
    insta::assert_snapshot!(all.map(run).join("\n"));
    project.write("queries/sneaky.sql", "CREATE TABLE t AS SELECT 1 AS a");
    assert_eq!(project.run(&["query", "sneaky"]).code, Some(1), "a saved query asks");
}

#[test]
fn files_outside_the_workspace_are_read_only_where_the_run_allows_it() {
    let project = Project::with_data();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.csv");
    std::fs::write(&file, "field,wanted\nstandards,70\n").unwrap();
    let sql = format!(
        "select d.field, count(*) as n, max(o.wanted) as wanted from dossiers d join '{}' o on o.field = d.field \
         where year = 2023 group by 1",
        file.display()
    );
    let refused = project.run(&["query", "-c", &sql]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("there is no table") && refused.stderr.contains("--allow-external"),
        "{}",
        refused.stderr
    );
    let read = project.run(&["--allow-external", "query", "-c", &sql]);
    assert_eq!(read.stdout, "field,n,wanted\nstandards,65,70\n");
    assert!(
        read.stderr.contains("read outside the workspace") && read.stderr.contains("other.csv"),
        "{}",
        read.stderr
    );
    for closed in [
        "copy dossiers to 'x.csv'",
        "create external table t stored as csv location 'x.csv'",
        "select * from 'http://localhost/x.csv'",
    ] {
        let refused = project.run(&["--allow-external", "query", "-c", closed]);
        assert_eq!(refused.code, Some(1), "{closed}: {}", refused.stdout);
    }
}
