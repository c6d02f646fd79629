use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cchc::query::{Default, SavedQuery, Value, parse_saved_query};
use serde_json::{Value as Json, json};

use crate::support::{Project, repository};

/// What DuckDB does not know or understands otherwise: the department's functions, the table of imports,
/// calls with arguments, `date_trunc`, which gives a date there and a time here.
const OWN: [&str; 13] = [
    "label(",
    "working_days(",
    "is_working_day(",
    "deadline(",
    "timeliness(",
    "autonomy_group(",
    "unaccent(",
    "fold(",
    "vi_",
    "imports",
    "=>",
    "arrow_cast(",
    "date_trunc(",
];

/// A Python with DuckDB: the one that is named, or the machine's own.
fn find_python() -> Option<String> {
    let named = std::env::var("CCHC_DUCKDB_PYTHON").ok().filter(|named| !named.is_empty());
    let usual = ["python3", "python"].map(str::to_owned);
    named.into_iter().chain(usual).find(|python| {
        let probe = Command::new(python).args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    })
}

fn read_queries() -> Vec<SavedQuery> {
    let mut queries = Vec::new();
    for entry in std::fs::read_dir(repository().join("queries")).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".sql") else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        queries.push(parse_saved_query(name, name, &text).unwrap());
    }
    queries.sort_by(|a, b| a.name.cmp(&b.name));
    queries
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

fn ask_duckdb(python: &str, workspace: &Path, queries: &[&SavedQuery]) -> BTreeMap<String, Json> {
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
    let request = json!({"workspace": workspace.to_str(), "datasets": datasets, "queries": queries});
    let mut command = Command::new(python);
    command.arg(repository().join("tests/fixtures/duckdb_results.py"));
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

#[test]
fn saved_queries_give_what_duckdb_gives_on_the_same_parquet() {
    let Some(python) = find_python() else {
        eprintln!(
            "skipped: no Python with DuckDB here (`pip install duckdb`, or name one in CCHC_DUCKDB_PYTHON)"
        );
        return;
    };
    let project = Project::with_data();
    let queries = read_queries();
    let (own, common): (Vec<&SavedQuery>, Vec<&SavedQuery>) = queries
        .iter()
        .filter(|query| defaults(query).is_some())
        .partition(|query| OWN.iter().any(|word| statement(query).contains(word)));
    // Queries that read one of our own are ours, too.
    let reads_own = |query: &&SavedQuery| {
        own.iter().any(|own| statement(query).contains(&format!("queries.{}", own.name)))
    };
    let (reading, common): (Vec<&SavedQuery>, Vec<&SavedQuery>) = common.into_iter().partition(reads_own);
    let named = |queries: &[&SavedQuery]| queries.iter().map(|query| query.name.clone()).collect::<Vec<_>>();
    eprintln!(
        "with functions of cchc, not compared: {:?}, and what reads them: {:?}",
        named(&own),
        named(&reading)
    );
    assert!(common.len() >= 8, "{:?}", named(&common));
    let theirs = ask_duckdb(&python, &project.path(""), &common);
    for query in common {
        let run = project.run(&["query", &query.name, "--format", "json"]);
        let ours: Vec<indexmap::IndexMap<String, Json>> =
            serde_json::from_str(&run.data()).unwrap_or_else(|error| panic!("{}: {error}", query.name));
        let mut ours: Vec<String> =
            ours.into_iter().map(|row| canonical(row.into_iter().map(|(_, cell)| cell))).collect();
        let found = &theirs[&query.name];
        let rows = found["rows"].as_array().unwrap_or_else(|| panic!("{}: {}", query.name, found["error"]));
        let mut theirs: Vec<String> =
            rows.iter().map(|row| canonical(row.as_array().unwrap().iter().cloned())).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{}", query.name);
    }
}
