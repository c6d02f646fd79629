//! Turns a long result into a cross table: the values of one column become columns.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{concat_batches, take};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::error::ArrowError;
use indexmap::IndexMap;

use crate::engine::Answer;
use crate::error::{Error, Explain as _, Result};
use crate::messages::{QueryFault, ShellFault};
use crate::output::Layout;

/// More columns than this are a mistake in the query.
const MOST_COLUMNS: usize = 1600;

/// Makes a cross table of the named columns; of the first three, if none is named.
///
/// Rows and columns come in the order in which they first occur.
pub(super) fn make_crosstab(answer: &Answer, names: &[String]) -> Result<Answer> {
    let [row, column, value] = find_columns(answer, names)?;
    let batch = concat_batches(&answer.schema, &answer.batches).map_err(defect)?;
    let layout = Layout::plain(&answer.schema);
    let readers = layout.readers(&batch);
    let text = |index: usize, at: usize| readers[index].text(at).unwrap_or_else(|| "NULL".to_owned());
    let mut rows: IndexMap<String, u64> = IndexMap::new();
    let mut columns: IndexMap<String, IndexMap<usize, u64>> = IndexMap::new();
    for at in 0..batch.num_rows() {
        let place = at as u64;
        let (row_text, column_text) = (text(row, at), text(column, at));
        let entry = rows.entry(row_text.clone());
        let line = entry.index();
        entry.or_insert(place);
        let cells = columns.entry(column_text.clone()).or_default();
        if cells.insert(line, place).is_some() {
            return Err(ShellFault::TwoValues { row: row_text, column: column_text }.error());
        }
        if columns.len() > MOST_COLUMNS {
            return Err(ShellFault::TooManyColumns { count: columns.len(), limit: MOST_COLUMNS }.error());
        }
    }
    let mut fields = vec![answer.schema.field(row).clone()];
    let mut arrays = vec![pick(&batch, row, rows.values().map(|at| Some(*at))).map_err(defect)?];
    for (name, cells) in &columns {
        let places = (0..rows.len()).map(|line| cells.get(&line).copied());
        let array = pick(&batch, value, places).map_err(defect)?;
        fields.push(Field::new(unused(name, &fields), array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(defect)?;
    Ok(Answer {
        schema,
        batches: vec![batch],
        notices: answer.notices.clone(),
        is_ordered: answer.is_ordered,
        trace: answer.trace.clone(),
        left_out: Vec::new(),
    })
}

/// A value can be the name of the first column.
fn unused(name: &str, fields: &[Field]) -> String {
    let mut name = name.to_owned();
    while fields.iter().any(|field| *field.name() == name) {
        name.push('_');
    }
    name
}

fn pick(
    batch: &RecordBatch,
    column: usize,
    places: impl Iterator<Item = Option<u64>>,
) -> Result<ArrayRef, ArrowError> {
    take(batch.column(column), &places.collect::<UInt64Array>(), None)
}

fn find_columns(answer: &Answer, names: &[String]) -> Result<[usize; 3]> {
    let fields = answer.schema.fields();
    if names.is_empty() {
        return if fields.len() >= 3 { Ok([0, 1, 2]) } else { Err(ShellFault::NotThreeColumns.error()) };
    }
    let places: Result<Vec<usize>> = names.iter().map(|name| find_column(answer, name)).collect();
    places?.try_into().map_err(|_| ShellFault::NotThreeColumns.error())
}

fn find_column(answer: &Answer, name: &str) -> Result<usize> {
    let fields = answer.schema.fields();
    fields.iter().position(|field| field.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
        let known: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        ShellFault::NoColumn { name: name.to_owned(), known: known.join(", ") }.error()
    })
}

fn defect(error: ArrowError) -> Error {
    QueryFault::Defect { problem: error.to_string() }.error().caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

    use super::make_crosstab;
    use crate::engine::{Answer, Trace};
    use crate::output::{Format, Layout, Sheet, TableStyle, write_sheet};

    fn answer(rows: &[(&str, &str, i64)]) -> Answer {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("field", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0)))),
            ("year", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1)))),
            ("n", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2)))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        Answer {
            schema: batch.schema(),
            batches: vec![batch],
            notices: Vec::new(),
            is_ordered: true,
            trace: Trace::default(),
            left_out: Vec::new(),
        }
    }

    #[test]
    fn values_become_columns_and_gaps_are_null() {
        let cross =
            make_crosstab(&answer(&[("a", "2022", 1), ("b", "2023", 2), ("a", "2023", 3)]), &[]).unwrap();
        let mut out = Vec::new();
        let sheet = Sheet::of(&cross, Layout::plain(&cross.schema));
        write_sheet(&mut out, Format::Csv, &sheet, &TableStyle::WHOLE).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "field,2022,2023\na,1,3\nb,,2\n");
    }

    #[test]
    fn two_values_for_a_cell_are_refused() {
        let error = make_crosstab(&answer(&[("a", "2022", 1), ("a", "2022", 2)]), &[]).unwrap_err();
        assert!(error.to_string().contains("two values for row `a`, column `2022`"), "{error}");
    }
}
