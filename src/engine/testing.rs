//! Registers to ask in tests, and answers that can be compared.

use std::fs;
use std::path::Path;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::util::display::array_value_to_string;
use tempfile::TempDir;

use super::{Answer, CacheOptions, Engine, EngineOptions, Script};
use crate::workspace::Workspace;

/// A copy of the bundled registers whose aggregates are kept however small the files are.
pub(super) struct Place {
    pub(super) folder: TempDir,
    pub(super) runtime: tokio::runtime::Runtime,
}

/// A value that must be the same, or nearly.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Value {
    Exact(String),
    Near(f64),
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets");
        for dataset in ["dossiers", "staffing"] {
            let target = folder.path().join("w/datasets");
            fs::create_dir_all(&target).unwrap();
            fs::copy(bundled.join(format!("{dataset}.toml")), target.join(format!("{dataset}.toml")))
                .unwrap();
            for year in 2020..2024 {
                let part = format!("{dataset}/year={year}");
                fs::create_dir_all(target.join(&part)).unwrap();
                let part = format!("{part}/data.parquet");
                fs::copy(bundled.join(&part), target.join(&part)).unwrap();
            }
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_stack_size(16 << 20)
            .build()
            .unwrap();
        Self { folder, runtime }
    }

    pub(super) fn year(&self, year: i32) -> std::path::PathBuf {
        self.folder.path().join(format!("w/datasets/dossiers/year={year}/data.parquet"))
    }

    /// Puts another year's rows in the place of a year, as an import does.
    pub(super) fn replace(&self, year: i32, with: i32) {
        let new = self.folder.path().join("new.parquet");
        let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/dossiers");
        fs::copy(bundled.join(format!("year={with}/data.parquet")), &new).unwrap();
        fs::rename(new, self.year(year)).unwrap();
    }

    pub(super) fn kept(&self) -> Vec<std::path::PathBuf> {
        let mut files = Vec::new();
        for content in fs::read_dir(self.folder.path().join("cache/kept")).into_iter().flatten() {
            let content = content.unwrap().path();
            files.extend(fs::read_dir(content).unwrap().map(|file| file.unwrap().path()));
        }
        files
    }

    pub(super) fn engine(&self, keeps: bool, limit: u64) -> Engine {
        let cache = CacheOptions { folder: self.folder.path().join("cache"), limit, smallest: 0 };
        let options = EngineOptions { cache: keeps.then_some(cache), ..EngineOptions::default() };
        Engine::open_with(&Workspace::open(&self.folder.path().join("w")).unwrap(), options).unwrap()
    }

    pub(super) fn ask(&self, keeps: bool, sql: &str) -> Answer {
        self.ask_within(keeps, u64::MAX, sql)
    }

    pub(super) fn ask_within(&self, keeps: bool, limit: u64, sql: &str) -> Answer {
        self.ask_with(&self.engine(keeps, limit), sql)
    }

    pub(super) fn ask_with(&self, engine: &Engine, sql: &str) -> Answer {
        let script = Script::new("test", sql);
        let statement = script.statements().remove(0);
        self.runtime
            .block_on(engine.ask(&script, &statement))
            .unwrap_or_else(|error| panic!("{sql}\n{error:?}"))
    }

    /// What the plan says of hits and misses.
    pub(super) fn explain(&self, sql: &str) -> String {
        let answer = self.ask(true, &format!("EXPLAIN {sql}"));
        answer.batches.iter().flat_map(texts).collect::<Vec<_>>().join("\n")
    }

    /// Asks without, with an empty and with a full cache; all must be equal.
    pub(super) fn compare(&self, sql: &str) {
        let wanted = rows(&self.ask(false, sql));
        for _ in 0..2 {
            let found = self.ask(true, sql);
            assert_rows(sql, &wanted, &rows(&found));
        }
    }
}

fn texts(batch: &RecordBatch) -> Vec<String> {
    let column = batch.columns().last().unwrap();
    (0..column.len()).map(|row| array_value_to_string(column, row).unwrap()).collect()
}

/// The rows, in an order of their own: a statement may end without ORDER BY.
pub(super) fn rows(answer: &Answer) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let value = |column: &std::sync::Arc<dyn datafusion::arrow::array::Array>| {
                if column.data_type().is_floating() && column.is_valid(row) {
                    let floats = cast(column, &DataType::Float64).unwrap();
                    return Value::Near(floats.as_primitive::<Float64Type>().value(row));
                }
                Value::Exact(array_value_to_string(column, row).unwrap())
            };
            rows.push(batch.columns().iter().map(value).collect());
        }
    }
    // Floating point comes last in a row only by the order of columns; exact values decide first.
    let key = |row: &Vec<Value>| {
        row.iter()
            .filter(|value| matches!(value, Value::Exact(_)))
            .map(|value| format!("{value:?}"))
            .collect::<Vec<_>>()
    };
    rows.sort_by(|left: &Vec<Value>, right| {
        key(left).cmp(&key(right)).then(left.partial_cmp(right).unwrap())
    });
    rows
}

pub(super) fn assert_rows(sql: &str, wanted: &[Vec<Value>], found: &[Vec<Value>]) {
    assert_eq!(wanted.len(), found.len(), "{sql}");
    for (wanted, found) in wanted.iter().zip(found) {
        for (wanted, found) in wanted.iter().zip(found) {
            match (wanted, found) {
                (Value::Near(wanted), Value::Near(found)) => {
                    let near = (wanted - found).abs() <= 1e-12 * wanted.abs().max(found.abs());
                    assert!(near || wanted.to_bits() == found.to_bits(), "{wanted} {found}\n{sql}");
                }
                _ => assert_eq!(wanted, found, "{sql}"),
            }
        }
    }
}
