//! Turns the provenance of every imported year into the table `imports`.
//!
//! It is read from the footers of the files when a statement names the table, so it cannot differ
//! from the data. A file that cannot be read has a row with its `fault`, and hides no other.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::Result;

use super::catalog::{Contracts, external};
use crate::contract::Contract;
use crate::error::Lang;
use crate::store::{InputFile, Provenance, Synthetic, compare_schema, read_provenance};
use crate::workspace::Workspace;

/// One imported year: what its footer says, or why it says nothing.
struct Entry {
    dataset: String,
    year: i32,
    provenance: std::result::Result<Provenance, String>,
    contract_state: Option<&'static str>,
}

/// Makes the table, one row per dataset and year, in order.
pub(super) fn make_table(workspace: &Workspace, contracts: &Contracts) -> Result<Arc<dyn TableProvider>> {
    let entries = read_entries(workspace, contracts).map_err(external)?;
    let text = |name: &str, value: &dyn Fn(&Provenance) -> Option<String>| {
        let array: StringArray =
            entries.iter().map(|entry| entry.provenance.as_ref().ok().and_then(value)).collect();
        column(name, DataType::Utf8, Arc::new(array))
    };
    let count = |name: &str, value: &dyn Fn(&Provenance) -> u64| {
        let number =
            |entry: &Entry| entry.provenance.as_ref().ok().and_then(|found| i64::try_from(value(found)).ok());
        column(name, DataType::Int64, Arc::new(entries.iter().map(number).collect::<Int64Array>()))
    };
    let date = |name: &str, value: &dyn Fn(&Provenance) -> chrono::NaiveDate| {
        let days = |entry: &Entry| entry.provenance.as_ref().ok().map(|found| days_since_epoch(value(found)));
        column(name, DataType::Date32, Arc::new(entries.iter().map(days).collect::<Date32Array>()))
    };
    let faults: StringArray = entries.iter().map(|entry| entry.provenance.as_ref().err().cloned()).collect();
    let datasets = StringArray::from_iter_values(entries.iter().map(|entry| &entry.dataset));
    let states: StringArray = entries.iter().map(|entry| entry.contract_state).collect();
    let years = Int32Array::from_iter_values(entries.iter().map(|entry| entry.year));
    let columns = vec![
        column("dataset", DataType::Utf8, Arc::new(datasets)),
        column("year", DataType::Int32, Arc::new(years)),
        count("rows", &|found| found.rows),
        text("row_kinds", &|found| to_json(&found.rows_by_kind)),
        count("rejects", &|found| found.rejects),
        text("control_totals", &|found| to_json(&found.control_totals)),
        date("period_from", &|found| found.period.from),
        date("period_to", &|found| found.period.to),
        text("period_origin", &|found| Some(found.period.origin.name().to_owned())),
        date("as_of", &|found| found.as_of.date),
        text("as_of_origin", &|found| Some(found.as_of.origin.name().to_owned())),
        text("synthetic", &|found| Some(describe_synthetic(&found.synthetic))),
        text("files", &|found| Some(join(&found.files, |file| file.name.clone()))),
        text("sheets", &|found| Some(join(&found.files, |file| file.sheets.join(", ")))),
        text("file_sizes", &|found| Some(join(&found.files, |file| file.bytes.to_string()))),
        text("file_hashes", &|found| Some(join(&found.files, |file| file.sha256.clone()))),
        count("importer_version", &|found| u64::from(found.importer_version)),
        text("contract_hash", &|found| Some(found.contract_hash.clone())),
        column("contract_state", DataType::Utf8, Arc::new(states)),
        text("revision", &|found| Some(found.revision.clone())),
        column("fault", DataType::Utf8, Arc::new(faults)),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

fn read_entries(workspace: &Workspace, contracts: &Contracts) -> crate::error::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for dataset in workspace.datasets()? {
        let contract = contracts.read(&dataset).ok();
        for year in workspace.years(&dataset)? {
            let path = workspace.year_file(&dataset, year);
            let read = read_provenance(workspace, &path);
            let provenance = read.map_err(|error| error.message(Lang::En));
            let contract_state = provenance.as_ref().ok().zip(contract.as_deref());
            let contract_state =
                contract_state.and_then(|(provenance, contract)| compare(provenance, contract, &path));
            entries.push(Entry { dataset: dataset.clone(), year, provenance, contract_state });
        }
    }
    Ok(entries)
}

/// What the contract of today is to a year: the one it was imported by (`current`), one that differs in
/// titles, aliases or rules (`changed`), or one that hides or misreads columns of it (`left_behind`).
fn compare(provenance: &Provenance, contract: &Contract, path: &std::path::Path) -> Option<&'static str> {
    if provenance.contract_hash == contract.hash {
        return Some("current");
    }
    let faults = compare_schema(path, contract).ok()?;
    Some(if faults.is_empty() { "changed" } else { "left_behind" })
}

fn column(name: &str, data_type: DataType, array: ArrayRef) -> (Field, ArrayRef) {
    (Field::new(name, data_type, true), array)
}

fn days_since_epoch(date: chrono::NaiveDate) -> i32 {
    i32::try_from((date - chrono::NaiveDate::default()).num_days()).unwrap_or_default()
}

fn to_json(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}

fn join(files: &[InputFile], part: impl Fn(&InputFile) -> String) -> String {
    files.iter().map(part).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// `none`, `all`, or the names of the columns that are made up.
fn describe_synthetic(synthetic: &Synthetic) -> String {
    match synthetic {
        Synthetic::None => "none".to_owned(),
        Synthetic::All => "all".to_owned(),
        Synthetic::Columns(columns) => columns.join(", "),
    }
}
