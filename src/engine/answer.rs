//! What a statement gives: rows, what must be known of them, and what they were made from.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};

use super::notice::Source;
use crate::messages::QueryNotice;
use crate::query::Value;

/// What a statement gives.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Names, types and metadata of the columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// What the reader of the rows must know.
    pub notices: Vec<QueryNotice>,
    /// Whether an `ORDER BY` decides the order of the rows.
    pub is_ordered: bool,
    /// What the rows were made from.
    pub trace: Trace,
    /// The cells that are NULL because their value is not to be told; then the rows are one batch.
    pub left_out: Vec<LeftOut>,
}

/// A cell that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its row.
    pub row: usize,
    /// Its column.
    pub column: usize,
    /// What people read in its place.
    pub sign: String,
}

/// What an answer was made from; lists of the program's own have none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The parameters of the saved query with the values that they had, in order of declaration.
    pub parameters: Vec<(String, Value)>,
    /// The datasets and years that were read.
    pub sources: Vec<Source>,
}

impl Trace {
    /// Returns every dataset and year that was read, in order.
    pub fn years(&self) -> BTreeSet<(String, i32)> {
        let pairs =
            |source: &Source| source.years.iter().map(|year| (source.dataset.clone(), *year)).collect();
        self.sources.iter().flat_map(|source| -> Vec<(String, i32)> { pairs(source) }).collect()
    }
}

impl Answer {
    /// Makes the answer of a statement that has no rows, only something to say.
    pub(super) fn said(notice: QueryNotice) -> Self {
        Self {
            schema: Arc::new(Schema::empty()),
            batches: Vec::new(),
            notices: vec![notice],
            is_ordered: true,
            trace: Trace::default(),
            left_out: Vec::new(),
        }
    }

    /// Tells whether there is nothing to show: the statement did something and was no question.
    pub fn is_silent(&self) -> bool {
        self.schema.fields().is_empty()
    }

    /// Counts the rows.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}
