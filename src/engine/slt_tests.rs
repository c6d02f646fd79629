//! DataFusion's own tests of SQL against this engine: its settings, functions, analyzer rules, planner and joins must
//! leave every answer as it is. Statements that users may not run are open here, and tables are in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bigdecimal::BigDecimal;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type, Schema};
use datafusion::arrow::util::display::{ArrayFormatter, DurationFormat, FormatOptions};
use datafusion::catalog::MemoryCatalogProviderList;
use datafusion::common::DataFusionError;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionContext;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Record, Runner, parse_file};

use super::stop::{Stop, make_stoppable};
use super::{Engine, EngineOptions};
use crate::workspace::Workspace;

/// Digits behind the point that the files write of a number.
const DIGITS: i64 = 12;

/// An error as the files name it.
#[derive(Debug, thiserror::Error)]
#[error("DataFusion error: {0}")]
struct Fault(#[from] DataFusionError);

/// The engine's session over tables in memory.
struct Database(SessionContext);

impl Database {
    fn open() -> Self {
        let workspace = Workspace::open(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let engine = Engine::open_with(&workspace, EngineOptions::default()).unwrap();
        let state = engine.context().state();
        // As the files expect it of a session.
        let mut config = state.config().clone().with_target_partitions(4).with_information_schema(true);
        config = config.with_default_catalog_and_schema("datafusion", "public");
        config.options_mut().catalog.create_default_catalog_and_schema = true;
        let state = SessionStateBuilder::new_from_existing(state)
            .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
            .with_config(config)
            .build();
        Self(SessionContext::new_with_state(state))
    }
}

#[async_trait]
impl AsyncDB for Database {
    type Error = Fault;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Fault> {
        let frame = self.0.sql(sql).await?;
        let plan = make_stoppable(frame.create_physical_plan().await?, &Stop::default())?;
        let schema = plan.schema();
        let batches = collect(plan, self.0.task_ctx()).await?;
        let rows = batches.iter().map(show_rows).collect::<Result<Vec<_>, Fault>>()?.concat();
        if rows.is_empty() && schema.fields().is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        Ok(DBOutput::Rows { types: column_types(&schema), rows })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &'static str {
        "DataFusion"
    }
}

/// Types are not compared: what they are is in the values.
fn column_types(schema: &Schema) -> Vec<DefaultColumnType> {
    schema.fields().iter().map(|_| DefaultColumnType::Any).collect()
}

fn show_rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, Fault> {
    let row = |row| batch.columns().iter().map(|column| show_value(column, row)).collect();
    (0..batch.num_rows()).map(row).collect()
}

/// Writes a value as the files write it.
fn show_value(column: &ArrayRef, row: usize) -> Result<String, Fault> {
    if column.is_null(row) {
        return Ok("NULL".to_owned());
    }
    if let Some(dictionary) = column.as_any_dictionary_opt() {
        return show_value(dictionary.values(), dictionary.normalized_keys()[row]);
    }
    let options = FormatOptions::default().with_null("NULL").with_duration_format(DurationFormat::Pretty);
    let formatter = ArrayFormatter::try_new(column, &options).map_err(DataFusionError::from)?;
    let text = formatter.value(row).to_string();
    Ok(match column.data_type() {
        kind if kind.is_string() && text.is_empty() => "(empty)".to_owned(),
        kind if kind.is_string() => text.trim_end_matches('\n').replace('\0', "\\0"),
        DataType::Float16 => show_float(&column.as_primitive::<Float16Type>().value(row)),
        DataType::Float32 => show_float(&column.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => show_float(&column.as_primitive::<Float64Type>().value(row)),
        kind if kind.is_decimal() => show_number(&text, None),
        _ => text,
    })
}

fn show_float(value: &impl ToString) -> String {
    show_number(&value.to_string(), Some(DIGITS))
}

/// Writes a number without an exponent and without zeros at its end.
fn show_number(text: &str, digits: Option<i64>) -> String {
    let Ok(number) = text.parse::<BigDecimal>() else { return text.replace("inf", "Infinity") };
    let number = digits.map_or_else(|| number.clone(), |digits| number.round(digits));
    number.normalized().to_plain_string()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/slt")
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "slt") {
            files.push(path);
        }
    }
    files.sort();
}

/// How many statements and questions of a file gave what stands in it, and which did not.
async fn run_file(file: &Path) -> (usize, Vec<String>) {
    let mut runner = Runner::new(|| async { Ok(Database::open()) });
    runner.with_validator(|normalize, found, wanted| {
        let found: Vec<String> = found.iter().map(|row| row.join(" ").trim_end().to_owned()).collect();
        found == wanted.iter().map(normalize).collect::<Vec<_>>()
    });
    runner.with_normalizer(|line| line.trim_end().to_owned());
    let (mut passed, mut failed) = (0, Vec::new());
    for record in parse_file::<DefaultColumnType>(file).unwrap() {
        let sql = match &record {
            Record::Statement { sql, .. } | Record::Query { sql, .. } => Some(sql.clone()),
            _ => None,
        };
        let is_plan = |sql: &String| sql.trim_start().to_lowercase().starts_with("explain");
        // Plans are the engine's business.
        if sql.as_ref().is_some_and(is_plan) {
            continue;
        }
        match runner.run_async(record).await {
            Ok(_) => passed += usize::from(sql.is_some()),
            Err(error) => failed.push(error.to_string()),
        }
    }
    (passed, failed)
}

#[test]
fn the_tests_of_datafusion_pass() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(16 << 20).build().unwrap();
    let mut files = Vec::new();
    list_files(&folder(), &mut files);
    let (mut passed, mut failed) = (0, Vec::new());
    for file in &files {
        let task = file.clone();
        let (right, wrong) = runtime.block_on(runtime.spawn(async move { run_file(&task).await })).unwrap();
        passed += right;
        failed.extend(wrong);
    }
    println!("{passed} of {} statements of {} files", passed + failed.len(), files.len());
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
