//! Reads columns of resolved layers as keys of categories or as places on a number axis.

use arrow_58::array::{Array, ArrayRef, AsArray as _};
use arrow_58::compute::cast;
use arrow_58::datatypes::{DataType, Float64Type};
use ggsql::naming::aesthetic_column;
use ggsql::plot::{AestheticValue, Layer, ParameterValue};

use super::plot::NumberKind;

/// Greater numbers are taken for none, so that sums and axis ends stay finite.
pub(super) const LARGEST: f64 = 1e300;

/// Microseconds of a day.
const DAY_US: f64 = 86_400e6;

/// Finds the column of an aesthetic in a layer's data; a literal becomes a constant column.
pub(super) fn column_of(layer: &Layer, frame: &ggsql::DataFrame, aesthetic: &str) -> Option<ArrayRef> {
    if let Ok(column) = frame.column(&aesthetic_column(aesthetic)) {
        return Some(ArrayRef::clone(column));
    }
    match layer.mappings.get(aesthetic) {
        Some(AestheticValue::Literal(ParameterValue::Number(number))) => {
            Some(std::sync::Arc::new(arrow_58::array::Float64Array::from(vec![*number; frame.height()])))
        }
        _ => None,
    }
}

/// Tells how numbers of this type are written, or nothing if it is no type of a number axis.
pub(super) fn number_kind(found: &DataType) -> Option<NumberKind> {
    match found {
        DataType::Date32 | DataType::Timestamp(..) => Some(NumberKind::Days),
        other if other.is_numeric() => Some(NumberKind::Plain),
        _ => None,
    }
}

/// Reads numbers, or days since 1970 for dates and instants; what is not finite is `None`.
pub(super) fn numbers(column: &ArrayRef) -> Vec<Option<f64>> {
    let scale = if matches!(column.data_type(), DataType::Timestamp(..)) { 1.0 / DAY_US } else { 1.0 };
    let whole = match column.data_type() {
        DataType::Date32 => cast(column, &DataType::Int32),
        DataType::Timestamp(..) => {
            let micros = DataType::Timestamp(arrow_58::datatypes::TimeUnit::Microsecond, None);
            cast(column, &micros).and_then(|column| cast(&column, &DataType::Int64))
        }
        _ => Ok(ArrayRef::clone(column)),
    };
    match whole.and_then(|column| cast(&column, &DataType::Float64)) {
        Ok(values) => values
            .as_primitive::<Float64Type>()
            .iter()
            .map(|value| value.map(|value| value * scale).filter(|value| value.abs() <= LARGEST))
            .collect(),
        Err(_) => vec![None; column.len()],
    }
}

/// Reads the keys of categories; whole numbers have the same key whatever type they come in.
pub(super) fn keys(column: &ArrayRef) -> Vec<Option<String>> {
    let whole = numbers(column).into_iter().flatten().all(|number| number.fract() == 0.0);
    let column = match column.data_type() {
        DataType::Float64 | DataType::Float32 if whole => {
            &cast(column, &DataType::Int64).unwrap_or(ArrayRef::clone(column))
        }
        _ => column,
    };
    match cast(column, &DataType::Utf8) {
        Ok(texts) => texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect(),
        Err(_) => vec![None; column.len()],
    }
}
