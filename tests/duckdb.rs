use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use cchc::query::{Default, SavedQuery, Value, parse_saved_query};
use serde_json::{Value as Json, json};

use crate::support::{Project, repository};

/// Statements over the bundled data, made up by chance.
pub(crate) mod drawn;

/// A Python with DuckDB: the one that is named, or the machine's own.
fn find_python() -> Option<String> {
    let named = std::env::var("CCHC_DUCKDB_PYTHON").ok().filter(|named| !named.is_empty());
    let usual = ["python3", "python"].map(str::to_owned);
    named.into_iter().chain(usual).find(|python| {
        let probe = Command::new(python).args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    })
}

/// The saved queries of a project, in order of name.
fn read_queries(project: &Project) -> Vec<SavedQuery> {
    let mut queries = Vec::new();
    for entry in std::fs::read_dir(project.path("queries")).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".sql") else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        queries.push(parse_saved_query(name, name, &text).unwrap());
    }
    queries.sort_by(|a, b| a.name.cmp(&b.name));
    queries
}

/// Puts the checks among the saved queries, which they are but for their folder.
fn add_checks(project: &Project) {
    for entry in std::fs::read_dir(project.path("queries/checks")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            std::fs::copy(&path, project.path("queries").join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// Writes the tables that are not files of the workspace to files, each by its name.
fn write_tables(project: &Project) -> Json {
    let write = |table: &str| {
        let file = format!("{table}.parquet");
        project.run(&["query", "-c", &format!("SELECT * FROM {table}"), "-o", &file]).data();
        (table.to_owned(), json!(project.path(&file).to_str()))
    };
    Json::Object(["imports", "categories"].into_iter().map(write).collect())
}

/// The statement without its header, whose words are not SQL.
fn statement(query: &SavedQuery) -> String {
    query.text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n")
}

/// What the parameters are without arguments, as SQL; none if one needs an argument.
fn defaults(query: &SavedQuery) -> Option<Json> {
    let mut values = serde_json::Map::new();
    for parameter in &query.parameters {
        let sql = match &parameter.default {
            Some(Default::Sql(sql)) => sql.clone(),
            Some(Default::Value(Value::Text(text))) => format!("'{text}'"),
            Some(Default::Value(Value::Date(date))) => format!("DATE '{date}'"),
            Some(Default::Value(value)) => value.to_string(),
            None if parameter.optional => "NULL".to_owned(),
            None => return None,
        };
        values.insert(parameter.name.clone(), Json::String(sql));
    }
    Some(Json::Object(values))
}

fn ask_duckdb(python: &str, project: &Project, queries: &[SavedQuery]) -> BTreeMap<String, Json> {
    let workspace = project.path("");
    let fixtures = repository().join("tests/fixtures");
    let mut datasets: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(workspace.join("datasets")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            datasets.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    let queries: Vec<Json> = queries
        .iter()
        .map(|query| json!({"name": query.name, "sql": statement(query), "values": defaults(query)}))
        .collect();
    let request = json!({
        "workspace": workspace.to_str(),
        "datasets": datasets,
        "tables": write_tables(project),
        "functions": std::fs::read_to_string(fixtures.join("duckdb_functions.sql")).unwrap(),
        "calendar": repository().join("assets/calendar/calendar-vn.csv").to_str(),
        "queries": queries,
    });
    let mut command = Command::new(python);
    command.arg(fixtures.join("duckdb_results.py"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{python} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A row in one form: engines differ in the last digits of a fraction, and in nothing else.
fn canonical(cells: impl Iterator<Item = Json>) -> String {
    let cell = |cell: Json| match cell.as_f64() {
        Some(number) => format!("{number:.9e}"),
        None => cell.to_string(),
    };
    cells.map(cell).collect::<Vec<_>>().join(" | ")
}

/// How many drawn statements both engines answer: `CCHC_DRAWN=N` asks for more.
fn drawn_count() -> usize {
    std::env::var("CCHC_DRAWN").ok().and_then(|count| count.parse().ok()).unwrap_or(120)
}

#[test]
fn drawn_statements_give_what_duckdb_gives_on_the_same_parquet() {
    let Some(python) = find_python() else {
        eprintln!("skipped: no Python with DuckDB here");
        return;
    };
    let project = Project::with_data();
    let name = |index: usize| format!("drawn_{index:05}");
    let queries: Vec<SavedQuery> = drawn::draw(drawn_count())
        .iter()
        .enumerate()
        .map(|(index, sql)| {
            let text = format!("-- title: drawn\n{sql}\n");
            project.write(&format!("queries/{}.sql", name(index)), &text);
            parse_saved_query(&name(index), "drawn", &text).unwrap()
        })
        .collect();
    let theirs = ask_duckdb(&python, &project, &queries);
    let differences: Vec<String> = queries
        .iter()
        .filter_map(|query| {
            let difference = compare_rows(&project, &query.name, &theirs[&query.name])?;
            Some(format!("{}\n{difference}", statement(query)))
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {}:\n{}",
        differences.len(),
        queries.len(),
        differences.join("\n\n")
    );
}

#[test]
fn saved_queries_and_checks_give_what_duckdb_gives_on_the_same_parquet() {
    let Some(python) = find_python() else {
        eprintln!(
            "skipped: no Python with DuckDB here (`pip install duckdb`, or name one in CCHC_DUCKDB_PYTHON)"
        );
        return;
    };
    let project = Project::with_data();
    add_checks(&project);
    let queries = read_queries(&project);
    let theirs = ask_duckdb(&python, &project, &queries);
    let differences: Vec<String> = queries
        .iter()
        .filter_map(|query| compare_rows(&project, &query.name, &theirs[&query.name]))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Says in what the two engines' rows differ, if they do.
fn compare_rows(project: &Project, name: &str, found: &Json) -> Option<String> {
    let run = project.run(&["query", name, "--format", "json"]);
    let ours: Vec<indexmap::IndexMap<String, Json>> = serde_json::from_str(&run.data()).unwrap();
    let ours = ours.into_iter().map(|row| canonical(row.into_iter().map(|(_, cell)| cell)));
    let Some(theirs) = found["rows"].as_array() else { return Some(format!("{name}: {}", found["error"])) };
    let theirs = theirs.iter().map(|row| canonical(row.as_array().unwrap().iter().cloned()));
    let (mut ours, mut theirs): (Vec<String>, Vec<String>) = (ours.collect(), theirs.collect());
    ours.sort();
    theirs.sort();
    if ours == theirs {
        return None;
    }
    let only = |one: &[String], other: &[String]| {
        one.iter().filter(|row| !other.contains(row)).cloned().collect::<Vec<_>>().join("\n  ")
    };
    Some(format!("{name}, cchc:\n  {}\nDuckDB:\n  {}", only(&ours, &theirs), only(&theirs, &ours)))
}
