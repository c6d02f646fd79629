//! Reads the rows of a query as series of yearly values: `[series,] year, value [, denominator]`.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, SchemaRef};

use super::bad;
use crate::error::{Error, Result};
use crate::messages::QueryFault;

/// One value of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) year: i32,
    pub(super) value: f64,
    /// Of how many a rate is a part.
    pub(super) denominator: Option<f64>,
}

/// What values are, which bounds their forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Whole numbers of things: 0 or more.
    Count,
    /// Parts of a whole: from 0 to 1.
    Rate,
    /// Any numbers.
    Number,
}

/// The series of a query.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// By name, each in order of the years.
    pub(super) series: BTreeMap<Option<String>, Vec<Point>>,
    pub(super) quantity: Quantity,
}

/// One row of the result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) series: Option<String>,
    pub(super) year: i32,
    pub(super) value: Option<f64>,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) is_forecast: bool,
    pub(super) is_smoothed: bool,
}

/// Reads the series; a missing value is a missing year.
pub(super) fn read_series(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Series> {
    let shape = || {
        bad(
            "takes a query of [series,] year, value [, denominator]",
            "cần truy vấn gồm [chuỗi,] năm, giá trị [, mẫu số]",
        )
    };
    let kinds: Vec<&DataType> = schema.fields().iter().map(|field| field.data_type()).collect();
    let is_named = kinds.first().is_some_and(|kind| !kind.is_numeric());
    let numbers = kinds.get(usize::from(is_named)..).unwrap_or_default();
    if !(2..=3).contains(&numbers.len())
        || !numbers.iter().all(|kind| kind.is_numeric())
        || !numbers[0].is_integer()
    {
        return Err(shape());
    }
    let first = usize::from(is_named);
    let convert = |error: datafusion::arrow::error::ArrowError| {
        Error::new(QueryFault::Defect { problem: error.to_string() })
    };
    let mut series: BTreeMap<Option<String>, Vec<Point>> = BTreeMap::new();
    for batch in batches {
        let number = |at: usize| cast(batch.column(at), &DataType::Float64).map_err(convert);
        let (years, values) = (number(first)?, number(first + 1)?);
        let denominators = if numbers.len() == 3 { Some(number(first + 2)?) } else { None };
        let names =
            if is_named { Some(cast(batch.column(0), &DataType::Utf8).map_err(convert)?) } else { None };
        let at = |array: &dyn datafusion::arrow::array::Array, row: usize| {
            array.is_valid(row).then(|| array.as_primitive::<Float64Type>().value(row))
        };
        for row in 0..batch.num_rows() {
            let name = names.as_ref().filter(|names| names.is_valid(row));
            let name = name.map(|names| names.as_string::<i32>().value(row).to_owned());
            let (Some(year), Some(value)) =
                (at(&years, row), at(&values, row).filter(|value| value.is_finite()))
            else {
                continue;
            };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "`as` saturates, and years are small numbers"
            )]
            let year = year as i32;
            let denominator = denominators.as_ref().and_then(|array| at(array, row));
            series.entry(name).or_default().push(Point { year, value, denominator });
        }
    }
    for points in series.values_mut() {
        points.sort_by_key(|point| point.year);
        if points.windows(2).any(|pair| pair[0].year == pair[1].year) {
            return Err(bad(
                "takes one value per series and year",
                "cần đúng một giá trị cho mỗi chuỗi và năm",
            ));
        }
    }
    let quantity = quantity_of(numbers[1], &series);
    let lacks_denominators =
        series.values().flatten().any(|point| point.denominator.is_none_or(|of| of <= 0.0));
    if quantity == Quantity::Rate && lacks_denominators {
        return Err(bad(
            "takes the denominators of rates as a fourth column",
            "cần mẫu số của tỷ lệ ở cột thứ tư",
        ));
    }
    Ok(Series { series, quantity })
}

/// Whole numbers are counts; fractions that all lie between 0 and 1 are rates.
fn quantity_of(kind: &DataType, series: &BTreeMap<Option<String>, Vec<Point>>) -> Quantity {
    let mut values = series.values().flatten().map(|point| point.value);
    if kind.is_integer() {
        Quantity::Count
    } else if values.all(|value| (0.0..=1.0).contains(&value)) {
        Quantity::Rate
    } else {
        Quantity::Number
    }
}
