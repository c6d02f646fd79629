//! Turns a new year and the years that are there into a warning about rows that stand in both.
//!
//! A dossier that was not closed in December comes again in the next year's export. That is right for
//! each year and wrong for their sum, so it is said and not refused. The engine joins the keys, with
//! a bound on memory and room to spill, because a year can have millions of rows.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};

use crate::contract::{Contract, Personal};
use crate::error::{Error, Explain as _, Place, Result};
use crate::guard::guarded;
use crate::messages::ImportWarning;
use crate::workspace::Workspace;

/// Pairs of addresses that are shown.
const SHOWN: usize = 5;

/// Memory for the join; beyond it the keys are sorted on disk.
const MEMORY_BYTES: usize = 256 << 20;

/// Warns of keys of the new year (`rows`, in the contract's file schema) that stand in other years, too.
///
/// # Errors
/// If the years cannot be listed; one that cannot be read is a warning.
pub fn find_carried_over(
    workspace: &Workspace,
    contract: &Contract,
    year: i32,
    rows: Arc<dyn TableProvider>,
) -> Result<Option<Error>> {
    if !contract.unique_across_years || contract.primary_key.is_empty() {
        return Ok(None);
    }
    let others: Vec<i32> =
        workspace.years(&contract.name)?.into_iter().filter(|other| *other != year).collect();
    if others.is_empty() {
        return Ok(None);
    }
    let compared = guarded(|| compare_years(workspace, contract, &others, rows));
    Ok(match compared {
        Some(Ok(found)) => warn(contract, &found),
        // Another year's damage is no reason to refuse this one.
        Some(Err(cause)) => Some(ImportWarning::OtherYearsUnread.error().caused_by(cause)),
        None => Some(ImportWarning::OtherYearsUnread.error()),
    })
}

fn compare_years(
    workspace: &Workspace,
    contract: &Contract,
    years: &[i32],
    rows: Arc<dyn TableProvider>,
) -> Result<Vec<Shared>, DataFusionError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let session = open_session()?;
        session.register_table("new", rows)?;
        let mut found = Vec::new();
        for year in years {
            let file = workspace.year_file(&contract.name, *year);
            found.extend(compare(&session, contract, *year, &file).await?);
        }
        Ok(found)
    })
}

/// What a year shares with the new one.
struct Shared {
    year: i32,
    count: u64,
    places: Vec<Place>,
}

fn open_session() -> Result<SessionContext, DataFusionError> {
    let pool = Arc::new(FairSpillPool::new(MEMORY_BYTES));
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).build_arc()?;
    // A merge join can spill, a hash join cannot.
    let config = SessionConfig::new()
        .set_bool("datafusion.optimizer.prefer_hash_join", false)
        .with_target_partitions(2);
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

async fn compare(
    session: &SessionContext,
    contract: &Contract,
    year: i32,
    file: &Path,
) -> Result<Option<Shared>, DataFusionError> {
    // As an address, so that brackets in the name of a folder are no pattern.
    let Ok(address) = url::Url::from_file_path(std::path::absolute(file)?) else { return Ok(None) };
    let old = session.read_parquet(address.as_str(), ParquetReadOptions::default()).await?;
    let has = |name: &String| old.schema().field_with_unqualified_name(name).is_ok();
    if !contract.primary_key.iter().all(has) {
        // A contract that has another key since; the year is to be imported again.
        return Ok(None);
    }
    session.register_table("old", old.into_view())?;
    let keys: Vec<String> =
        contract.primary_key.iter().map(|key| format!("new.\"{key}\" = old.\"{key}\"")).collect();
    let join = format!("FROM new JOIN old ON {}", keys.join(" AND "));
    let count = session.sql(&format!("SELECT count(*) {join}")).await?.collect().await?;
    let count = count.first().map_or(0, |batch| batch.column(0).as_primitive::<Int64Type>().value(0));
    let mut shared = Shared { year, count: u64::try_from(count).unwrap_or(0), places: Vec::new() };
    if shared.count > 0 {
        let shown = key_text(contract);
        let sample = format!(
            "SELECT new._file, new._sheet, new._row, old._file, old._sheet, old._row, {shown} {join} \
             ORDER BY new._file, new._sheet, new._row, old._row LIMIT {SHOWN}"
        );
        // Both sides have the same names, which a result may not have twice.
        let sample =
            sample.replacen("old._file", "old._file AS f", 1).replacen("old._sheet", "old._sheet AS s", 1);
        let sample = sample.replacen("old._row", "old._row AS r", 1);
        for batch in session.sql(&sample).await?.collect().await? {
            shared.places.extend(read_places(&batch)?);
        }
    }
    session.deregister_table("old")?;
    Ok((shared.count > 0).then_some(shared))
}

/// The key as text; masked if a part of it is personal.
fn key_text(contract: &Contract) -> String {
    let is_personal =
        |key: &String| contract.column(key).is_none_or(|column| column.personal != Personal::No);
    if contract.primary_key.iter().any(is_personal) {
        return "'***' AS shown".to_owned();
    }
    let parts: Vec<String> =
        contract.primary_key.iter().map(|key| format!("cast(new.\"{key}\" AS varchar)")).collect();
    format!("concat_ws(', ', {}) AS shown", parts.join(", "))
}

/// Reads pairs of places: the row of the new year, then that of the other.
fn read_places(batch: &RecordBatch) -> Result<Vec<Place>, DataFusionError> {
    let texts = batch.columns().iter().map(|column| cast(column, &DataType::Utf8));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let text = |column: usize, row: usize| {
        let array = texts.get(column)?.as_string::<i32>();
        array.is_valid(row).then(|| array.value(row).to_owned())
    };
    let place = |start: usize, row: usize| Place::Cell {
        file: text(start, row).unwrap_or_default(),
        sheet: text(start + 1, row),
        cell: text(start + 2, row).map(|number| format!("row {number}")),
        found: text(6, row),
    };
    Ok((0..batch.num_rows()).flat_map(|row| [place(0, row), place(3, row)]).collect())
}

fn warn(contract: &Contract, found: &[Shared]) -> Option<Error> {
    if found.is_empty() {
        return None;
    }
    let years: Vec<String> = found.iter().map(|shared| shared.year.to_string()).collect();
    let warning = ImportWarning::CarriedOver {
        columns: contract.primary_key.join(", "),
        count: found.iter().map(|shared| shared.count).sum(),
        years: years.join(", "),
    };
    Some(found.iter().flat_map(|shared| &shared.places).cloned().fold(warning.error(), Error::at))
}
