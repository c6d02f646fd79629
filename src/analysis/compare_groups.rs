//! Turns record batches into the measures of every group and year.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use indexmap::IndexMap;

use crate::engine::{Answer, QUERY_YEAR};
use crate::query::ResultColumn;

/// The measures of one group in one year, in the order of the result's columns; NULL is not known.
pub(super) type Measures = Vec<Option<f64>>;
/// The years of one group.
pub(super) type Group = BTreeMap<i32, Measures>;
/// What names a group, in the order of the keys.
pub(super) type Name = Vec<Option<String>>;
/// All groups by name.
pub(super) type Groups = IndexMap<Name, Group>;

/// Collects the groups in the order in which they first occur.
///
/// # Errors
/// The group and the year that have two rows.
pub(super) fn find_groups(
    answer: &Answer,
    keys: &[ResultColumn],
    measures: &[ResultColumn],
) -> Result<Groups, (String, i32)> {
    let mut groups = Groups::new();
    for batch in &answer.batches {
        let column = |name: &str, data_type: &DataType| {
            batch.column_by_name(name).and_then(|array| cast(array, data_type).ok())
        };
        let Some(years) = column(QUERY_YEAR, &DataType::Int32) else { continue };
        let keys: Vec<Option<ArrayRef>> = keys.iter().map(|key| column(&key.name, &DataType::Utf8)).collect();
        let measures: Vec<Option<ArrayRef>> =
            measures.iter().map(|measure| column(&measure.name, &DataType::Float64)).collect();
        for row in 0..batch.num_rows() {
            // A row of no year belongs to none of them.
            if years.is_null(row) {
                continue;
            }
            let year = years.as_primitive::<Int32Type>().value(row);
            let group: Name = keys.iter().map(|array| text_at(array.as_ref(), row)).collect();
            let values = measures.iter().map(|array| number_at(array.as_ref(), row)).collect();
            if groups.entry(group.clone()).or_default().insert(year, values).is_some() {
                let name: Vec<String> = group.into_iter().map(Option::unwrap_or_default).collect();
                return Err((name.join(", "), year));
            }
        }
    }
    Ok(groups)
}

fn text_at(array: Option<&ArrayRef>, row: usize) -> Option<String> {
    let array = array.filter(|array| array.is_valid(row))?;
    Some(array.as_string_opt::<i32>()?.value(row).to_owned())
}

fn number_at(array: Option<&ArrayRef>, row: usize) -> Option<f64> {
    let array = array.filter(|array| array.is_valid(row))?;
    Some(array.as_primitive_opt::<Float64Type>()?.value(row)).filter(|number| number.is_finite())
}
