use std::collections::BTreeMap;

use cchc::engine::{Engine, Script};
use cchc::output::{Format, Layout, Sheet, TableStyle, write_sheet};
use cchc::workspace::Workspace;
use serde_json::Value;

use crate::support::{Project, exports, repository};

/// How each export is imported into the bundled data: the arguments of `cchc import`, a line each.
fn imports() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(exports().join("imports.txt")).unwrap();
    text.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

fn expectations() -> Vec<Value> {
    let text = std::fs::read_to_string(exports().join("expected.json")).unwrap();
    let parsed: Value = serde_json::from_str(&text).unwrap();
    parsed["files"].as_array().unwrap().clone()
}

/// A workspace into which every export has been imported through the command line.
fn imported() -> Project {
    let project = Project::new();
    for mut arguments in imports() {
        arguments[2] = exports().join(&arguments[2]).to_str().unwrap().to_owned();
        let mut words = vec!["import"];
        words.extend(arguments.iter().map(String::as_str));
        project.run(&words).data();
    }
    project
}

/// Rows in the order of the result's columns.
fn ask_rows(engine: &Engine, sql: &str) -> Vec<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let script = Script::new("test", sql);
    let statement = script.statements().remove(0);
    let answer =
        runtime.block_on(engine.ask(&script, &statement)).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let mut bytes = Vec::new();
    let sheet = Sheet::of(&answer, Layout::plain(&answer.schema));
    write_sheet(&mut bytes, Format::Csv, &sheet, &TableStyle::WHOLE).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader.records().map(|record| record.unwrap().iter().map(canonical_text).collect()).collect()
}

/// Numbers compare as numbers, dates as dates, NULL and the empty text are the same.
fn canonical_text(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) => format!("{number:.9}"),
        Err(_) => text.trim_end_matches(" 00:00:00").to_owned(),
    }
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => canonical_text(text),
        other => canonical_text(&other.to_string()),
    }
}

#[test]
fn every_expectation_about_the_exports_holds() {
    let project = imported();
    let engine = Engine::open(&Workspace::open(&project.path(".")).unwrap()).unwrap();
    let mut checks = 0;
    for expected in expectations() {
        let file = expected["file"].as_str().unwrap();
        for check in expected["checks"].as_array().unwrap() {
            let sql = check["sql"].as_str().unwrap();
            let wanted: Vec<Vec<String>> = check["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row.as_array().unwrap().iter().map(canonical).collect())
                .collect();
            assert_eq!(ask_rows(&engine, sql), wanted, "{file}: {sql}");
            checks += 1;
        }
    }
    assert!(checks > 100, "only {checks} checks were found");
}

#[test]
fn every_row_of_an_export_is_accounted_for() {
    let project = imported();
    let engine = Engine::open(&Workspace::open(&project.path(".")).unwrap()).unwrap();
    for expected in expectations() {
        let (dataset, year) = (expected["dataset"].as_str().unwrap(), &expected["year"]);
        let sql =
            format!("select rows, row_kinds from imports where dataset = '{dataset}' and year = {year}");
        let row = &ask_rows(&engine, &sql)[0];
        assert_eq!(row[0], canonical(&expected["rows"]), "{dataset} {year}");
        let mut kinds: BTreeMap<String, Value> = serde_json::from_str(&row[1]).unwrap();
        kinds.remove("detail");
        kinds.retain(|_, count| count != 0);
        let wanted: BTreeMap<String, Value> =
            expected["skipped"].as_object().unwrap().clone().into_iter().collect();
        assert_eq!(kinds, wanted, "{dataset} {year}");
    }
}

#[test]
fn importing_the_exports_again_gives_the_bundled_files_byte_for_byte() {
    let project = imported();
    for expected in expectations() {
        let name = format!(
            "datasets/{}/year={}/data.parquet",
            expected["dataset"].as_str().unwrap(),
            expected["year"]
        );
        let (fresh, bundled) = (std::fs::read(project.path(&name)), std::fs::read(repository().join(&name)));
        assert!(fresh.unwrap() == bundled.unwrap(), "{name} differs");
    }
}

#[test]
fn imports_tell_period_date_and_where_both_come_from() {
    let project = Project::with_data();
    let sql = "select dataset, year, period_from, period_to, period_origin, as_of, as_of_origin, synthetic from imports order by 1, 2";
    insta::assert_snapshot!(project.run(&["query", "-c", sql, "--format", "table"]));
}

#[test]
fn drawing_the_saved_charts_again_gives_the_bundled_images_byte_for_byte() {
    let project = Project::with_data();
    project.run(&["--lang", "vi", "chart"]).data();
    let listed = project.run(&["charts", "--format", "csv"]).data();
    let names: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() >= 4, "{listed}");
    for name in names {
        let name = format!("charts/{name}.png");
        let (fresh, bundled) = (std::fs::read(project.path(&name)), std::fs::read(repository().join(&name)));
        assert!(fresh.unwrap() == bundled.unwrap(), "{name} differs");
    }
}
