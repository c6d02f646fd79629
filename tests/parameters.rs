use crate::support::Project;

const LISTS: &str = "-- title: Hồ sơ của các lĩnh vực
-- param fields: text[] -- các lĩnh vực
-- choices fields: dossiers.field
-- param years: year[] = (SELECT DISTINCT year FROM dossiers WHERE year > 2021) -- các năm
-- param channels: text[]? -- các kênh
-- column year: key -- Năm
-- column n: count -- Số hồ sơ
SELECT year, count(*) AS n FROM dossiers
WHERE field = ANY($fields) AND year = ANY($years) AND ($channels IS NULL OR channel = ANY($channels))
GROUP BY year ORDER BY year
";

#[test]
fn lists_are_values_with_commas_between_them() {
    let project = Project::with_data();
    project.write("queries/lists.sql", LISTS);
    let ask = |words: &[&str]| project.run(&[&["query", "lists"], words].concat());
    assert_eq!(ask(&["fields=standards,science_technology"]).data(), "year,n\n2022,95\n2023,83\n");
    assert_eq!(ask(&["fields=standards", "years=2023"]).data(), "year,n\n2023,65\n");
    assert_eq!(ask(&["fields=standards", "years=2020, 2023", "channels=online"]).data().lines().count(), 3);
    let sql = "select sum(n) as n from queries.lists(fields => ['standards', 'science_technology'])";
    assert_eq!(project.run(&["query", "-c", sql]).data(), "n\n178\n");
}

#[test]
fn wrong_values_are_errors_with_their_declaration_and_the_nearest_value() {
    let project = Project::with_data();
    project.write("queries/lists.sql", LISTS);
    project.write(
        "queries/levels.sql",
        "-- title: x\n-- param level: int = 3\n-- choices level: 2, 3, 4\n\
         -- param unit: text = 'x'\n-- choices unit: (SELECT DISTINCT unit FROM staffing ORDER BY 1)\n\
         SELECT $level AS level, $unit AS unit\n",
    );
    let mut told = String::new();
    for words in [
        &["lists"][..],
        &["lists", "fields=standard"],
        &["lists", "fields=standards,đo lường"],
        &["lists", "fields=standards", "years=2022,x"],
        &["levels", "level=5"],
        &["levels", "level=x"],
        &["levels", "unit=Văn phong"],
        &["on_time_resolved", "field=tdc"],
    ] {
        for lang in ["vi", "en"] {
            let run = project.run(&[&["--lang", lang, "query"], words].concat());
            assert_eq!(run.code, Some(2), "{words:?} {run}");
            told += &run.stderr;
        }
    }
    insta::assert_snapshot!(told);
    assert_eq!(project.run(&["query", "levels"]).data(), "level,unit\n3,x\n");
}

#[test]
fn choices_and_defaults_in_sql_run_only_when_they_are_needed() {
    let project = Project::new();
    project.write(
        "queries/lazy.sql",
        "-- title: x\n-- param a: text = (SELECT broken FROM nowhere)\n-- choices a: b, c\n\
         -- param d: text = e\n-- choices d: (SELECT broken FROM nowhere)\nSELECT $a AS a, $d AS d\n",
    );
    assert_eq!(project.run(&["query", "lazy", "a=b"]).data(), "a,d\nb,e\n");
    assert_eq!(project.run(&["query", "lazy"]).code, Some(1));
}

#[test]
fn a_declared_column_that_the_result_lacks_is_pointed_at() {
    let project = Project::new();
    project.write("queries/typo.sql", "-- title: x\n-- column fields: key -- Lĩnh vực\nSELECT 1 AS field\n");
    project.write("queries/rate.sql", "-- title: x\n-- column r: rate(a/b)\nSELECT 1 AS r, 2 AS a\n");
    for (name, place) in [("typo", "queries/typo.sql:2:4"), ("rate", "queries/rate.sql:2:4")] {
        let run = project.run(&["query", name]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(place), "{run}");
        let listed = project.run(&["queries"]);
        assert!(listed.stderr.contains(&format!("broken: {name}")), "{listed}");
    }
}

#[test]
fn a_plan_tells_what_was_read() {
    let project = Project::with_data();
    for words in [
        &["query", "dossiers_by_field", "from_year=2023", "--explain"][..],
        &["query", "--explain", "-c", "select count(distinct field) from dossiers where year = 2023"],
    ] {
        let plan = project.run(words).data();
        assert!(plan.contains("bytes read; 1 of 1 row groups; 149 rows"), "{plan}");
        assert!(plan.contains("DataSourceExec"), "{plan}");
    }
}
