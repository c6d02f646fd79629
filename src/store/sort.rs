//! Turns narrow rows that come in any order into rows in the order of the file, in bounded memory.
//!
//! Rows are collected into runs; a full run is sorted and put on disk while the next one fills, and
//! the runs are merged as they are read back. A small import is one run that never leaves memory.
//! Rows with equal keys stay in the order of the exports, whatever the number of runs and threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::interleave_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::row::{RowConverter, Rows, SortField};

use super::layout::Layout;
use super::scratch::Scratch;
use crate::error::{Error, Result};
use crate::messages::StoreFault;

/// Bytes of a run.
const RUN_BYTES: usize = 48 << 20;

/// Rows of a batch in a run: each run that is merged holds one in memory.
const RUN_BATCH: usize = 4096;

/// Rows of a merged batch, of which a row group is a multiple.
const MERGED_BATCH: usize = 8192;

/// Runs that are merged at once.
const MOST_RUNS: usize = 128;

/// Bytes of a key that are compared as one number.
const PREFIX_BYTES: usize = 16;

/// Collects rows and sorts them.
#[derive(Debug)]
pub struct Sorter {
    layout: Arc<Layout>,
    scratch: Scratch,
    run_bytes: usize,
    open: Vec<RecordBatch>,
    open_bytes: usize,
    runs: Vec<PathBuf>,
    /// The run that is being sorted and written.
    writing: Option<JoinHandle<Result<(), ArrowError>>>,
}

impl Sorter {
    /// Starts without rows; nothing is written before memory is short.
    pub fn new(layout: Arc<Layout>, scratch: Scratch) -> Self {
        Self::with_runs_of(RUN_BYTES, layout, scratch)
    }

    pub(super) fn with_runs_of(run_bytes: usize, layout: Arc<Layout>, scratch: Scratch) -> Self {
        Self { layout, scratch, run_bytes, open: Vec::new(), open_bytes: 0, runs: Vec::new(), writing: None }
    }

    /// Adds rows behind those that were added before.
    ///
    /// # Errors
    /// If a run cannot be written.
    pub fn push(&mut self, rows: RecordBatch) -> Result<()> {
        self.open_bytes += rows.get_array_memory_size();
        self.open.push(rows);
        if self.open_bytes < self.run_bytes {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.open);
        self.open_bytes = 0;
        self.wait()?;
        if self.runs.len() == MOST_RUNS {
            self.join_runs()?;
        }
        let path = self.scratch.new_file()?;
        self.runs.push(path.clone());
        let layout = Arc::clone(&self.layout);
        self.writing = Some(std::thread::spawn(move || write_run(&path, sort_run(rows, &layout)?)));
        Ok(())
    }

    /// Returns the rows as they are kept, to be read before they are sorted into the file.
    ///
    /// # Errors
    /// If a run cannot be written.
    pub fn kept(&mut self) -> Result<Kept> {
        self.wait()?;
        Ok(Kept { layout: Arc::clone(&self.layout), runs: self.runs.clone(), open: self.open.clone() })
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// If a run cannot be written or read.
    pub fn finish(mut self) -> Result<Sorted> {
        self.wait()?;
        let open = std::mem::take(&mut self.open);
        let last = sort_run(open, &self.layout).map_err(|cause| self.fault(cause))?;
        let merge = self.merge(Some(last))?;
        Ok(Sorted { merge, layout: self.layout, _scratch: self.scratch })
    }

    /// Waits for the run that is being written.
    fn wait(&mut self) -> Result<()> {
        let written = self.writing.take().map_or(Ok(Ok(())), JoinHandle::join);
        let lost = || ArrowError::ComputeError("the thread that sorts has ended".to_owned());
        written.unwrap_or_else(|_| Err(lost())).map_err(|cause| self.fault(cause))
    }

    /// Makes one run of all, so that the number of open files stays small.
    fn join_runs(&mut self) -> Result<()> {
        let merge = self.merge(None)?;
        let path = self.scratch.new_file()?;
        write_run(&path, merge).map_err(|cause| self.fault(cause))?;
        for run in std::mem::replace(&mut self.runs, vec![path]) {
            std::fs::remove_file(run).map_err(|cause| self.scratch.unwritable(cause))?;
        }
        Ok(())
    }

    fn merge(&self, last: Option<Run>) -> Result<Merge> {
        let on_disk = self.runs.iter().map(|path| read_run(path));
        let runs = on_disk.chain(last.map(Ok)).collect::<Result<Vec<Run>, ArrowError>>();
        runs.and_then(|runs| Merge::new(runs, &self.layout)).map_err(|cause| self.fault(cause))
    }

    fn fault(&self, cause: ArrowError) -> Error {
        match cause {
            ArrowError::IoError(_, cause) => self.scratch.unwritable(cause),
            cause => Error::new(StoreFault::CannotWriteRows).caused_by(cause),
        }
    }
}

/// Rows in no certain order, which can be read more than once while their sorter lives.
#[derive(Debug)]
pub struct Kept {
    layout: Arc<Layout>,
    runs: Vec<PathBuf>,
    open: Vec<RecordBatch>,
}

impl Kept {
    /// Returns the schema of the file.
    pub fn schema(&self) -> &SchemaRef {
        self.layout.wide()
    }

    /// Returns all rows, in the form of the file.
    pub fn rows(&self) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + use<> {
        let on_disk = self.runs.clone().into_iter().flat_map(|path| match read_run(&path) {
            Ok(run) => run,
            Err(cause) => Box::new(std::iter::once(Err(cause))),
        });
        let layout = Arc::clone(&self.layout);
        on_disk.chain(self.open.clone().into_iter().map(Ok)).map(move |narrow| layout.widen(&narrow?))
    }
}

/// Rows in the order of the file.
pub struct Sorted {
    merge: Merge,
    layout: Arc<Layout>,
    /// The runs are read from here.
    _scratch: Scratch,
}

impl Sorted {
    /// Returns the form of the rows.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }
}

impl Iterator for Sorted {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.merge.next()
    }
}

/// The batches of a sorted run.
type Run = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

fn write_run(
    path: &Path,
    run: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
) -> Result<(), ArrowError> {
    let mut run = run.peekable();
    let Some(Ok(first)) = run.peek() else { return run.next().map_or(Ok(()), |first| first.map(drop)) };
    let file = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
    let mut writer = StreamWriter::try_new(file, &first.schema())?;
    for batch in run {
        writer.write(&batch?)?;
    }
    writer.into_inner()?.flush()?;
    Ok(())
}

fn read_run(path: &Path) -> Result<Run, ArrowError> {
    let file = BufReader::with_capacity(1 << 18, File::open(path)?);
    Ok(Box::new(StreamReader::try_new(file, None)?))
}

/// Sorts rows that lie in memory.
fn sort_run(rows: Vec<RecordBatch>, layout: &Layout) -> Result<Run, ArrowError> {
    let keys = Keys::new(layout)?;
    let mut order: Vec<(u128, u32, u32)> = Vec::with_capacity(rows.iter().map(RecordBatch::num_rows).sum());
    let mut full = Vec::with_capacity(rows.len());
    let mut is_cut = false;
    for (batch, rows) in (0..).zip(&rows) {
        let encoded = keys.encode(rows)?;
        is_cut |= encoded.iter().any(|key| key.as_ref().len() > PREFIX_BYTES);
        order.extend((0..).zip(encoded.iter()).map(|(row, key)| (prefix(key.as_ref()), batch, row)));
        full.push(encoded);
    }
    let key = |batch: u32, row: u32| full[batch as usize].row(row as usize);
    if is_cut {
        order.sort_unstable_by(|a, b| {
            let whole = || key(a.1, a.2).cmp(&key(b.1, b.2));
            a.0.cmp(&b.0).then_with(whole).then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
        });
    } else {
        // The first bytes are the whole key, and equal rows keep their order.
        order.sort_unstable();
    }
    drop(full);
    let order: Vec<(usize, usize)> =
        order.into_iter().map(|(_, batch, row)| (batch as usize, row as usize)).collect();
    let mut at = 0;
    Ok(Box::new(std::iter::from_fn(move || {
        let part = order.get(at..order.len().min(at + RUN_BATCH)).filter(|part| !part.is_empty())?;
        at += part.len();
        Some(interleave_record_batch(&rows.iter().collect::<Vec<_>>(), part))
    })))
}

/// Writes the sort columns of rows as bytes that compare as the rows do.
struct Keys {
    converter: RowConverter,
    columns: Vec<usize>,
}

impl Keys {
    fn new(layout: &Layout) -> Result<Self, ArrowError> {
        let columns = layout.sort().to_vec();
        let kind = |column: &usize| SortField::new(layout.narrow().field(*column).data_type().clone());
        Ok(Self { converter: RowConverter::new(columns.iter().map(kind).collect())?, columns })
    }

    fn encode(&self, rows: &RecordBatch) -> Result<Rows, ArrowError> {
        let columns: Vec<_> = self.columns.iter().map(|column| Arc::clone(rows.column(*column))).collect();
        self.converter.convert_columns(&columns)
    }
}

/// The first bytes of a key as a number; keys are never beginnings of each other.
fn prefix(key: &[u8]) -> u128 {
    let mut bytes = [0; PREFIX_BYTES];
    bytes.iter_mut().zip(key).for_each(|(byte, of_key)| *byte = *of_key);
    u128::from_be_bytes(bytes)
}

/// A key that is kept while rows of other runs go first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    prefix: u128,
    /// The bytes behind it, which few keys have.
    rest: Option<Box<[u8]>>,
}

/// A sorted run and the row of it that comes next.
struct Source {
    run: Run,
    batch: RecordBatch,
    keys: Rows,
    row: usize,
    /// Index of the batch among those that are held.
    held: usize,
}

/// Merges sorted runs; of rows with equal keys those of the earlier run come first.
struct Merge {
    keys: Keys,
    sources: Vec<Source>,
    next: BinaryHeap<Reverse<(Key, usize)>>,
    /// Batches from which rows were picked since the last merged batch.
    held: Vec<RecordBatch>,
    picked: Vec<(usize, usize)>,
}

impl Merge {
    fn new(runs: Vec<Run>, layout: &Layout) -> Result<Self, ArrowError> {
        let keys = Keys::new(layout)?;
        let mut merge =
            Self { keys, sources: Vec::new(), next: BinaryHeap::new(), held: Vec::new(), picked: Vec::new() };
        for mut run in runs {
            let Some(batch) = run.next().transpose()? else { continue };
            let keys = merge.keys.encode(&batch)?;
            let source = Source { run, batch, keys, row: 0, held: 0 };
            merge.next.push(Reverse((source.key(), merge.sources.len())));
            merge.sources.push(source);
        }
        merge.hold();
        Ok(merge)
    }

    /// Lets go of all batches but those that still have rows.
    fn hold(&mut self) {
        self.held.clear();
        for Reverse((_, index)) in &self.next {
            let source = &mut self.sources[*index];
            source.held = self.held.len();
            self.held.push(source.batch.clone());
        }
    }

    /// Goes to the next row of a source and puts it in line, unless the run has ended.
    fn advance(&mut self, index: usize) -> Result<(), ArrowError> {
        let source = &mut self.sources[index];
        source.row += 1;
        if source.row == source.batch.num_rows() {
            let Some(batch) = source.run.next().transpose()? else { return Ok(()) };
            source.keys = self.keys.encode(&batch)?;
            source.row = 0;
            source.held = self.held.len();
            self.held.push(batch.clone());
            source.batch = batch;
        }
        self.next.push(Reverse((source.key(), index)));
        Ok(())
    }

    /// Merges the next [`MERGED_BATCH`] rows, fewer only at the end, so that pages of the file end where they
    /// do whatever the runs are.
    fn merge_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        while self.picked.len() < MERGED_BATCH {
            let Some(Reverse((_, index))) = self.next.pop() else { break };
            let source = &self.sources[index];
            self.picked.push((source.held, source.row));
            self.advance(index)?;
        }
        if self.picked.is_empty() {
            return Ok(None);
        }
        let merged = interleave_record_batch(&self.held.iter().collect::<Vec<_>>(), &self.picked)?;
        self.picked.clear();
        self.hold();
        Ok(Some(merged))
    }
}

impl Source {
    fn key(&self) -> Key {
        let row = self.keys.row(self.row);
        let bytes = row.as_ref();
        Key {
            prefix: prefix(bytes),
            rest: bytes.get(PREFIX_BYTES..).filter(|rest| !rest.is_empty()).map(Into::into),
        }
    }
}

impl Iterator for Merge {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.merge_batch().transpose()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{
        Array, ArrayRef, AsArray, Int64Array, TimestampMicrosecondArray, UInt32Array,
    };
    use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt32Type};
    use proptest::prelude::*;

    use super::*;
    use crate::contract::parse_contract;

    const CONTRACT: &str = r#"
title = "x"
sort = ["field", "at"]
[[columns]]
name = "field"
title = "f"
type = "category"
[columns.categories]
b = ["B"]
a = ["A"]
[[columns]]
name = "at"
title = "t"
type = "timestamp"
"#;

    fn layout(contract: &str) -> Arc<Layout> {
        let contract = parse_contract("x", "datasets/x.toml", contract).unwrap();
        Arc::new(Layout::new(&contract, &[("f.csv".to_owned(), None)], &|_| true))
    }

    fn batch(layout: &Layout, rows: &[(Option<u32>, Option<i64>, i64)]) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(rows.iter().map(|row| row.0).collect::<UInt32Array>()),
            Arc::new(rows.iter().map(|row| row.1).collect::<TimestampMicrosecondArray>()),
            Arc::new(UInt32Array::from(vec![0; rows.len()])),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
        ];
        RecordBatch::try_new(Arc::clone(layout.narrow()), columns).unwrap()
    }

    fn rows(batches: &[RecordBatch]) -> Vec<(Option<u32>, Option<i64>, i64)> {
        let mut rows = Vec::new();
        for batch in batches {
            let fields = batch.column(0).as_primitive::<UInt32Type>();
            let times = batch.column(1).as_primitive::<TimestampMicrosecondType>();
            let numbers = batch.column(3).as_primitive::<Int64Type>();
            rows.extend((0..batch.num_rows()).map(|row| {
                (
                    fields.is_valid(row).then(|| fields.value(row)),
                    times.is_valid(row).then(|| times.value(row)),
                    numbers.value(row),
                )
            }));
        }
        rows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn rows_come_out_sorted_and_equal_ones_in_their_order(
            keys in proptest::collection::vec((proptest::option::of(0_u32..2), proptest::option::of(0_i64..4)), 0..200),
            batch_rows in 1_usize..30,
            run_bytes in 1_usize..5000,
        ) {
            let layout = layout(CONTRACT);
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::with_runs_of(run_bytes, Arc::clone(&layout), Scratch::under(folder.path().to_owned()));
            let mut all: Vec<_> = keys.iter().zip(0..).map(|((field, at), number)| (*field, *at, number)).collect();
            for part in all.chunks(batch_rows) {
                sorter.push(batch(&layout, part)).unwrap();
            }
            let sorted: Vec<RecordBatch> = sorter.finish().unwrap().map(Result::unwrap).collect();
            all.sort_by_key(|row| (row.0, row.1));
            prop_assert_eq!(rows(&sorted), all);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn more_runs_than_are_merged_at_once_are_joined_first() {
        let layout = layout(CONTRACT);
        let folder = tempfile::tempdir().unwrap();
        let mut sorter =
            Sorter::with_runs_of(1, Arc::clone(&layout), Scratch::under(folder.path().to_owned()));
        let count = i64::try_from(MOST_RUNS).unwrap() * 2 + 7;
        for number in 0..count {
            sorter.push(batch(&layout, &[(Some(1), Some(-number / 2), number)])).unwrap();
            assert!(std::fs::read_dir(folder.path()).unwrap().count() <= 2);
        }
        let sorted: Vec<RecordBatch> = sorter.finish().unwrap().map(Result::unwrap).collect();
        let mut wanted: Vec<_> = (0..count).map(|number| (Some(1), Some(-number / 2), number)).collect();
        wanted.sort_by_key(|row| row.1);
        assert_eq!(rows(&sorted), wanted);
    }

    #[test]
    fn without_sort_columns_rows_stay_where_they_are() {
        let layout = layout(&CONTRACT.replace("sort = [\"field\", \"at\"]\n", ""));
        let folder = tempfile::tempdir().unwrap();
        let mut sorter =
            Sorter::with_runs_of(1, Arc::clone(&layout), Scratch::under(folder.path().to_owned()));
        let all = [(Some(1), None, 1), (Some(0), Some(5), 2), (None, Some(1), 3)];
        for row in all {
            sorter.push(batch(&layout, &[row])).unwrap();
        }
        let sorted: Vec<RecordBatch> = sorter.finish().unwrap().map(Result::unwrap).collect();
        assert_eq!(rows(&sorted), all);
    }
}
