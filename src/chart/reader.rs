//! Answers the grammar crate's SQL from a private `DataFusion` session that holds the chart's tables.
//!
//! The session is the chart's own because the crate's internal table names are the same in the
//! whole process. The crate asks synchronously, so the reader owns a runtime on its thread.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{SessionConfig, SessionContext};
use ggsql::naming::quote_ident;
use ggsql::reader::{Reader, Spec, SqlDialect};
use ggsql::{DataFrame, GgsqlError};
use regex::Regex;
use tokio::runtime::{Builder, Runtime};

use super::dialect::ChartDialect;
use super::frames;

/// A reader over the tables that were registered with it, and nothing else.
pub(super) struct ChartReader {
    session: SessionContext,
    runtime: Runtime,
    dialect: ChartDialect,
}

type Asked<T> = Result<T, GgsqlError>;

impl ChartReader {
    /// Opens an empty session; fails only if the system gives no event loop.
    pub(super) fn new() -> std::io::Result<Self> {
        let config = SessionConfig::new()
            .with_target_partitions(1)
            // A dozen trivial queries over a few rows: one pass finds all there is to find.
            .set_usize("datafusion.optimizer.max_passes", 1)
            .with_information_schema(true)
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false);
        Ok(Self {
            session: SessionContext::new_with_config(config),
            runtime: Builder::new_current_thread().build()?,
            dialect: ChartDialect,
        })
    }

    /// Registers a table under the name by which the clause may call it.
    pub(super) fn add_table(
        &self,
        name: &str,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<(), DataFusionError> {
        let (schema, batches) = frames::plain(schema, batches)?;
        let table = MemTable::try_new(schema, vec![batches])?;
        let table: Arc<dyn TableProvider> = Arc::new(table);
        // A name without quotation marks is looked up in lower case.
        let lower = name.to_lowercase();
        if lower != name {
            self.session.register_table(name_of(&lower), Arc::clone(&table))?;
        }
        self.session.register_table(name_of(name), table).map(drop)
    }

    fn run(&self, sql: &str) -> Asked<(SchemaRef, Vec<RecordBatch>)> {
        let sql = trimmed(sql);
        let sql = &bracketed(&sql);
        let only_queries =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let work = async {
            let frame = self.session.sql_with_options(sql, only_queries).await?;
            let schema: SchemaRef = Arc::new(frame.schema().as_arrow().clone());
            Ok::<_, DataFusionError>((schema, frame.collect().await?))
        };
        self.runtime.block_on(work).map_err(|error| refused(&error))
    }
}

/// Puts brackets around comparisons of groups: the parser would read `a IS NOT DISTINCT FROM b AND c` as a
/// comparison with `b AND c`.
fn bracketed(sql: &str) -> Cow<'_, str> {
    static COMPARISON: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r#"(?:\w+\.)?"(?:[^"]|"")*""#;
        Regex::new(&format!("({name}) IS NOT DISTINCT FROM ({name})")).ok()
    });
    match &*COMPARISON {
        Some(comparison) if sql.contains("IS NOT DISTINCT FROM") => {
            comparison.replace_all(sql, "($1 IS NOT DISTINCT FROM $2)")
        }
        _ => Cow::Borrowed(sql),
    }
}

/// Keeps the curve of a density or of a smoother within its data: the crate lets it run on beyond them, where
/// working days are negative. Its groups' own ends, which it does observe, stand in a `full_grid`.
fn trimmed(sql: &str) -> Cow<'_, str> {
    const BEYOND: &str = "3 * MAX(bw) AS expansion";
    if sql.contains(BEYOND) && !sql.contains("full_grid") {
        Cow::Owned(sql.replace(BEYOND, "0 * MAX(bw) AS expansion"))
    } else {
        Cow::Borrowed(sql)
    }
}

/// Names are taken literally: no dots are split, no letters lowered.
fn name_of(name: &str) -> TableReference {
    TableReference::bare(name)
}

fn refused(error: &impl ToString) -> GgsqlError {
    GgsqlError::ReaderError(error.to_string())
}

impl Reader for ChartReader {
    fn execute_sql(&self, sql: &str) -> Asked<DataFrame> {
        let (schema, batches) = self.run(sql)?;
        frames::to_grammar(&schema, &batches).map_err(GgsqlError::ReaderError)
    }

    fn register(&self, name: &str, frame: DataFrame, replace: bool) -> Asked<()> {
        if replace {
            self.unregister(name)?;
        }
        let (schema, batches) = frames::from_grammar(&frame).map_err(GgsqlError::ReaderError)?;
        self.add_table(name, &schema, &batches).map_err(|error| refused(&error))
    }

    fn unregister(&self, name: &str) -> Asked<()> {
        self.session.deregister_table(name_of(name)).map(drop).map_err(|error| refused(&error))
    }

    fn execute(&self, _query: &str) -> Asked<Spec> {
        Err(GgsqlError::ReaderError("the chart asks for prepared data, not for a rendering".to_owned()))
    }

    fn dialect(&self) -> &dyn SqlDialect {
        &self.dialect
    }

    fn materialize_table(&self, name: &str, column_aliases: &[String], body_sql: &str) -> Asked<()> {
        let (schema, batches) = if column_aliases.is_empty() {
            self.run(body_sql)?
        } else {
            let names: Vec<String> = column_aliases.iter().map(|alias| quote_ident(alias)).collect();
            self.run(&format!(
                "WITH \"__aliased\"({}) AS ({body_sql}) SELECT * FROM \"__aliased\"",
                names.join(", ")
            ))?
        };
        self.unregister(name)?;
        self.add_table(name, &schema, &batches).map_err(|error| refused(&error))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Float64Array, RecordBatch, StringArray};
    use ggsql::reader::Reader;

    use super::ChartReader;

    fn reader() -> ChartReader {
        let batch = RecordBatch::try_from_iter([
            ("Nhóm", Arc::new(StringArray::from(vec!["a", "a", "b"])) as _),
            ("v", Arc::new(Float64Array::from(vec![1.0, 2.0, 10.0])) as _),
        ])
        .unwrap();
        let reader = ChartReader::new().unwrap();
        reader.add_table("Bảng.một", &batch.schema(), &[batch]).unwrap();
        reader
    }

    #[test]
    fn frames_cross_to_the_other_arrow_and_back() {
        let reader = reader();
        let frame = reader.execute_sql("SELECT \"Nhóm\", v FROM \"Bảng.một\" ORDER BY v").unwrap();
        assert_eq!((frame.height(), frame.get_column_names()), (3, vec!["Nhóm".to_owned(), "v".to_owned()]));
        reader.register("lại", frame, false).unwrap();
        reader.materialize_table("tổng", &["s".to_owned()], "SELECT sum(v) FROM \"lại\"").unwrap();
        assert_eq!(reader.execute_sql("SELECT s FROM \"tổng\" WHERE s = 13").unwrap().height(), 1);
    }

    #[test]
    fn the_dialect_writes_what_the_engine_takes() {
        let reader = reader();
        let dialect = reader.dialect();
        let from = "SELECT * FROM \"Bảng.một\"";
        for sql in [
            format!("SELECT {} AS q FROM \"Bảng.một\"", dialect.sql_quantile_inline("v", 0.25).unwrap()),
            format!("SELECT {} AS q", dialect.sql_percentile("v", 0.5, from, &[])),
            format!("SELECT {} = DATE '2023-01-05'", dialect.sql_date_literal(19_362)),
            format!("SELECT {} = TIMESTAMP '1970-01-02'", dialect.sql_datetime_literal(86_400_000_000)),
            format!("SELECT {}", dialect.sql_time_literal(1_000)),
        ] {
            assert_eq!(reader.execute_sql(&sql).map(|frame| frame.height()).unwrap(), 1, "{sql}");
        }
    }

    #[test]
    fn nothing_but_the_charts_own_tables_can_be_reached() {
        let reader = reader();
        for sql in [
            "CREATE TABLE t AS SELECT 1",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
            "SELECT * FROM '/etc/passwd'",
            "COPY (SELECT 1) TO '/tmp/x.csv'",
            "SET datafusion.execution.batch_size = 1",
        ] {
            assert!(reader.execute_sql(sql).is_err(), "{sql}");
        }
    }
}
