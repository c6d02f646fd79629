//! Turns a Parquet file of the workspace into what is wrong with its rows.
//!
//! The file is read in batches and the keys in several passes, so that a year of any size is checked
//! within bounded memory.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use indexmap::IndexMap;

use crate::contract::{Column, Contract, ORIGIN_COLUMNS};
use crate::guard::guarded;
use crate::messages::StoreFinding;
use crate::progress::Progress;

/// Why a file could not be read to its end.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How many keys are held in memory in one pass, at 16 bytes each and the table around them.
const KEYS_AT_ONCE: u64 = 4_000_000;

/// Reads every page of a file and returns the number of rows.
pub(super) fn count_rows(path: &Path, progress: &dyn Progress) -> Result<u64, Fault> {
    read_through(|| {
        let mut rows = 0;
        for batch in open(path, None)? {
            rows += note(&batch?, progress);
        }
        Ok(rows)
    })
}

/// The reader of Parquet trusts what stands in a file, and panics on some damaged ones.
fn read_through<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    guarded(read).unwrap_or_else(|| Err("its pages are damaged".into()))
}

/// Checks the rows of a year against its contract; returns how many there are and what is wrong.
pub(super) fn check_rows(
    path: &Path,
    contract: &Contract,
    progress: &dyn Progress,
) -> Result<(u64, Vec<StoreFinding>), Fault> {
    read_through(|| check_batches(path, contract, progress))
}

fn check_batches(
    path: &Path,
    contract: &Contract,
    progress: &dyn Progress,
) -> Result<(u64, Vec<StoreFinding>), Fault> {
    let reader = open(path, None)?;
    let mut findings = check_schema(&reader_schema(&reader), contract);
    let mut rows = 0;
    let mut order = Order::new(contract);
    let mut empty: IndexMap<String, u64> = IndexMap::new();
    let mut unknown: IndexMap<String, u64> = IndexMap::new();
    for batch in reader {
        let batch = batch?;
        order.follow(&batch, rows)?;
        for column in contract.stored_columns() {
            let Some(values) = batch.column_by_name(&column.name) else { continue };
            if column.required {
                *empty.entry(column.name.clone()).or_default() += values.null_count() as u64;
            }
            *unknown.entry(column.name.clone()).or_default() += count_unknown(column, values);
        }
        rows += note(&batch, progress);
    }
    let some = |counts: IndexMap<String, u64>| counts.into_iter().filter(|(_, count)| *count > 0);
    findings.extend(some(empty).map(|(column, count)| StoreFinding::EmptyValues { column, count }));
    findings.extend(some(unknown).map(|(column, count)| StoreFinding::UnknownCode { column, count }));
    findings.extend(order.fault);
    findings.extend(check_keys(path, contract, rows)?);
    Ok((rows, findings))
}

fn note(batch: &RecordBatch, progress: &dyn Progress) -> u64 {
    progress.advance(batch.num_rows() as u64);
    batch.num_rows() as u64
}

fn open(path: &Path, columns: Option<&[&str]>) -> Result<ParquetRecordBatchReader, Fault> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let mask = match columns {
        Some(columns) => ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied()),
        None => ProjectionMask::all(),
    };
    Ok(builder.with_projection(mask).build()?)
}

fn reader_schema(reader: &ParquetRecordBatchReader) -> Schema {
    use datafusion::arrow::array::RecordBatchReader as _;
    reader.schema().as_ref().clone()
}

/// Finds what of a year's file a contract can no longer read; the rows are not touched.
///
/// # Errors
/// If the file has no footer that can be read.
pub fn compare_schema(path: &Path, contract: &Contract) -> Result<Vec<StoreFinding>, Fault> {
    read_through(|| Ok(check_schema(&reader_schema(&open(path, None)?), contract)))
}

/// A new column that may be empty reads as NULL; every other difference hides or misreads values.
fn check_schema(schema: &Schema, contract: &Contract) -> Vec<StoreFinding> {
    let mut findings = Vec::new();
    let wanted = contract.file_schema();
    for field in wanted.fields() {
        let column = field.name().clone();
        let is_needed = ORIGIN_COLUMNS.contains(&column.as_str())
            || contract.column(&column).is_some_and(|column| column.required);
        match schema.field_with_name(&column) {
            Ok(found) if is_same(found.data_type(), field.data_type()) => {}
            Ok(found) => findings.push(StoreFinding::OtherType {
                column,
                found: found.data_type().to_string(),
                wanted: field.data_type().to_string(),
            }),
            Err(_) if is_needed => findings.push(StoreFinding::NoColumn { column }),
            Err(_) => {}
        }
    }
    for field in schema.fields().iter().filter(|field| wanted.field_with_name(field.name()).is_err()) {
        findings.push(StoreFinding::UnknownColumn { column: field.name().clone() });
    }
    findings
}

/// Text is text, however its bytes lie in memory.
fn is_same(found: &DataType, wanted: &DataType) -> bool {
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    found == wanted || (is_text(found) && is_text(wanted))
}

fn count_unknown(column: &Column, values: &ArrayRef) -> u64 {
    let Some(codes) = values.as_string_opt::<i32>().filter(|_| !column.categories.is_empty()) else {
        return 0;
    };
    codes.iter().flatten().filter(|code| !column.categories.contains_key(*code)).count() as u64
}

/// Follows the rows and notes the first one that stands before its predecessor.
struct Order {
    columns: Vec<String>,
    converter: Option<RowConverter>,
    last: Option<OwnedRow>,
    fault: Option<StoreFinding>,
}

impl Order {
    fn new(contract: &Contract) -> Self {
        Self { columns: contract.sort.clone(), converter: None, last: None, fault: None }
    }

    fn follow(&mut self, batch: &RecordBatch, before: u64) -> Result<(), Fault> {
        let values = pick(batch, self.columns.iter().map(String::as_str));
        // A column that the file lacks orders nothing; that it is missing is told elsewhere.
        if values.is_empty() || values.len() < self.columns.len() || self.fault.is_some() {
            return Ok(());
        }
        let converter = match &mut self.converter {
            Some(converter) => converter,
            None => self.converter.insert(new_converter(&values)?),
        };
        let rows = converter.convert_columns(&values)?;
        for (index, row) in rows.iter().enumerate() {
            let is_behind = match index.checked_sub(1) {
                Some(previous) => row < rows.row(previous),
                None => self.last.as_ref().is_some_and(|last| row < last.row()),
            };
            if is_behind {
                let row = before + index as u64 + 1;
                self.fault = Some(StoreFinding::Order { row, columns: quote(&self.columns) });
                return Ok(());
            }
        }
        self.last = (rows.num_rows() > 0).then(|| rows.row(rows.num_rows() - 1).owned());
        Ok(())
    }
}

fn new_converter(values: &[ArrayRef]) -> Result<RowConverter, Fault> {
    let fields = values.iter().map(|values| SortField::new(values.data_type().clone()));
    Ok(RowConverter::new(fields.collect())?)
}

fn pick<'a>(batch: &RecordBatch, names: impl Iterator<Item = &'a str>) -> Vec<ArrayRef> {
    names.filter_map(|name| batch.column_by_name(name).cloned()).collect()
}

fn quote(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Looks for repeats of the primary key and of each column that must be unique.
fn check_keys(path: &Path, contract: &Contract, rows: u64) -> Result<Vec<StoreFinding>, Fault> {
    let unique = contract.stored_columns().filter(|column| column.unique);
    let mut keys: Vec<Vec<String>> = unique.map(|column| vec![column.name.clone()]).collect();
    if !contract.primary_key.is_empty() {
        keys.insert(0, contract.primary_key.clone());
    }
    keys.dedup();
    let mut findings = Vec::new();
    for key in keys {
        let count = count_repeats(path, &key, rows)?;
        if count > 0 {
            findings.push(StoreFinding::RepeatedKey { columns: quote(&key), count });
        }
    }
    Ok(findings)
}

/// Counts the rows whose key stands in an earlier row; a key with an empty part is none.
///
/// Keys are compared by 128 bits of their hash. Each pass holds the keys of one share of the hashes.
fn count_repeats(path: &Path, key: &[String], rows: u64) -> Result<u64, Fault> {
    let names: Vec<&str> = key.iter().map(String::as_str).collect();
    let shares = rows.div_ceil(KEYS_AT_ONCE).max(1);
    let mut repeats = 0;
    for share in 0..shares {
        let mut seen: HashSet<(u64, u64)> = HashSet::new();
        for batch in open(path, Some(&names))? {
            let batch = batch?;
            let values = pick(&batch, names.iter().copied());
            if values.len() < names.len() {
                return Ok(0);
            }
            let rows = new_converter(&values)?.convert_columns(&values)?;
            for (index, row) in rows.iter().enumerate() {
                let hash = (hash_bytes(0, row.as_ref()), hash_bytes(1, row.as_ref()));
                let is_whole = values.iter().all(|values| values.is_valid(index));
                if is_whole && hash.0 % shares == share && !seen.insert(hash) {
                    repeats += 1;
                }
            }
        }
    }
    Ok(repeats)
}

fn hash_bytes(seed: u8, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    bytes.hash(&mut hasher);
    hasher.finish()
}
