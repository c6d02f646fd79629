//! Turns the category columns of all contracts into the table `categories`: one row per code.
//!
//! A query that must show a code that no row has, `0` of them, finds the codes here and names none
//! itself. A contract with faults has no rows; the statement that reads its dataset says why.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::Result;

use super::catalog::{Contracts, external};
use crate::workspace::Workspace;

/// Makes the table, in the order of the contracts.
pub(super) fn make_table(workspace: &Workspace, contracts: &Contracts) -> Result<Arc<dyn TableProvider>> {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut positions = Vec::new();
    for dataset in workspace.datasets().map_err(external)? {
        let Ok(contract) = contracts.read(&dataset) else { continue };
        for column in &contract.columns {
            for ((code, spellings), position) in column.categories.iter().zip(1_i64..) {
                let label = spellings.first().unwrap_or(code).clone();
                rows.push([dataset.clone(), column.name.clone(), code.clone(), label]);
                positions.push(position);
            }
        }
    }
    let text = |index: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row[index])))
    };
    let fields =
        ["dataset", "column_name", "code", "label"].map(|name| Field::new(name, DataType::Utf8, false));
    let mut fields = fields.to_vec();
    fields.push(Field::new("position", DataType::Int64, false));
    let arrays = vec![text(0), text(1), text(2), text(3), Arc::new(Int64Array::from(positions))];
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}
