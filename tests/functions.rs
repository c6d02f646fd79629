use crate::support::Project;

fn value(sql: &str) -> String {
    let run = Project::new().run(&["query", "-c", sql, "--format", "csv"]);
    run.data().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn working_days_and_deadlines_follow_the_official_calendar() {
    let sql = "select working_days('2023-01-16', '2023-01-30') as a, add_working_days('2024-04-25', 5) as b, \
               add_working_days('2024-04-25', 5, false) as c, deadline('2023-03-05', 5) as d, \
               is_working_day('2026-01-10') as e, is_working_day('2026-01-10', false) as f, \
               working_days(null, '2023-01-30') as g";
    assert_eq!(value(sql), "5,2024-05-06,2024-05-07,2023-03-13,true,false,");
}

#[test]
fn functions_take_the_columns_of_datasets() {
    let project = Project::with_data();
    let sql = "select count(*) as n, count(deadline(received_at, 5)) as due, \
               count(*) filter (where timeliness(received_at, due_at, completed_at, date '2023-12-14') is null) as open \
               from dossiers where year = 2023";
    let data = project.run(&["query", "-c", sql, "--format", "csv"]).data();
    assert!(data.starts_with("n,due,open\n149,149,"), "{data}");
    let sql =
        "select unit, autonomy_group(self_financing_rate) as g from autonomy where year = 2022 order by 1";
    let data = project.run(&["query", "-c", sql, "--format", "csv"]).data();
    assert!(data.contains("3b") && data.contains("1/2"), "{data}");
}

#[test]
fn spelling_can_be_folded() {
    assert_eq!(value("select unaccent('Đo lường'), fold('  ỦY-BAN '), fold(null)"), "Do luong,uy ban,");
}

#[test]
fn texts_sort_as_in_a_vietnamese_dictionary() {
    let sql = "select string_agg(name, ' ' order by vi_sort_key(name)) as names \
               from (values ('đầu'), ('Dung'), ('an'), ('Ánh'), ('ân'), ('dầu'), ('Đinh'), ('An')) t(name)";
    assert_eq!(value(sql), "an An Ánh ân dầu Dung đầu Đinh");
    assert_eq!(value("select vi_sort_key(null) is null as missing"), "true");
}

#[test]
fn a_year_without_calendar_and_a_wrong_call_are_explained() {
    let project = Project::new();
    for lang in ["vi", "en"] {
        for sql in ["select deadline('2026-12-30', 5)", "select working_days('2023-01-01')"] {
            let run = project.run(&["--lang", lang, "query", "-c", sql]);
            assert_eq!(run.code, Some(1));
            insta::assert_snapshot!(run.to_string());
        }
    }
}

#[test]
fn a_workspace_extends_the_calendar_and_its_mistakes_are_placed() {
    let project = Project::new();
    project.write("calendar.csv", "date,kind,name,source\n2027-01-01,public_holiday,Tết Dương lịch,x\n");
    let ask = || project.run(&["query", "-c", "select deadline('2026-12-30', 5) as d", "--format", "csv"]);
    assert_eq!(ask().data(), "d\n2027-01-07\n");
    project.write("calendar.csv", "date,kind\n01/01/2027,public_holiday\n");
    let run = ask();
    assert!(run.stderr.contains("calendar.csv:2:1"), "{run}");
}
