//! Turns rows into the narrow form in which they are sorted, and back into the form of the file.
//!
//! Until a row reaches its file it is written, read and moved several times. Names of categories,
//! files and sheets are the same few texts again and again, so only their numbers travel. Codes are
//! numbered in their own order, so that narrow rows sort as the wide ones do.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;

use crate::contract::{Column, ColumnType, Contract, Personal};

/// The two forms of a year's rows.
#[derive(Debug)]
pub struct Layout {
    wide: SchemaRef,
    narrow: SchemaRef,
    /// Per stored column, whether any export has it; columns of nothing but NULL do not travel.
    present: Vec<bool>,
    /// Per column that travels, the codes of a category in order.
    codes: Vec<Option<StringArray>>,
    files: ArrayRef,
    sheets: ArrayRef,
    sort: Vec<usize>,
    shapes: Vec<(String, Shape)>,
}

/// What is known beforehand of all values of a column together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Every row has a text of its own.
    Distinct,
    /// Numbers that lie close together, or grow from row to row.
    Near,
    /// Keyed hashes, which repeat rarely and are all of one length.
    Hashed,
}

impl Layout {
    /// Describes the rows of a contract that come from the given files and sheets.
    ///
    /// `is_present` tells of a column's name whether any row can have a value in it.
    pub fn new(
        contract: &Contract,
        origins: &[(String, Option<String>)],
        is_present: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut fields = Vec::new();
        let mut codes = Vec::new();
        let present: Vec<bool> = contract.stored_columns().map(|column| is_present(&column.name)).collect();
        for (column, _) in contract.stored_columns().zip(&present).filter(|(_, present)| **present) {
            let is_category = column.kind == ColumnType::Category;
            let kind = if is_category { DataType::UInt32 } else { column.kind.data_type() };
            fields.push(Field::new(&column.name, kind, true));
            codes.push(is_category.then(|| {
                let mut codes: Vec<&str> = column.categories.keys().map(String::as_str).collect();
                codes.sort_unstable();
                StringArray::from(codes)
            }));
        }
        let position = |name: &String| fields.iter().position(|field| field.name() == name);
        let mut sort: Vec<usize> = contract.sort.iter().filter_map(position).collect();
        if sort.is_empty() {
            // The parts follow each other, so this asks for nothing.
            sort.push(fields.len());
        }
        fields.push(Field::new("_part", DataType::UInt32, true));
        fields.push(Field::new("_row", DataType::Int64, true));
        Self {
            wide: contract.file_schema(),
            narrow: Arc::new(Schema::new(fields)),
            present,
            codes,
            files: Arc::new(StringArray::from_iter_values(origins.iter().map(|(file, _)| file))),
            shapes: list_shapes(contract),
            sheets: Arc::new(origins.iter().map(|(_, sheet)| sheet.as_deref()).collect::<StringArray>()),
            sort,
        }
    }

    /// Returns the schema of narrow rows: categories as numbers, then `_part` and `_row`.
    pub fn narrow(&self) -> &SchemaRef {
        &self.narrow
    }

    /// Returns the schema of the file.
    pub fn wide(&self) -> &SchemaRef {
        &self.wide
    }

    /// Returns the columns whose values are not like those of others.
    pub fn shapes(&self) -> &[(String, Shape)] {
        &self.shapes
    }

    /// Returns the columns that order the file.
    pub fn sort(&self) -> &[usize] {
        &self.sort
    }

    /// Returns the index at which a column travels, if it does.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.narrow.index_of(name).ok()
    }

    /// Returns the number of a category's code in the column that travels at an index.
    pub fn rank(&self, column: usize, code: &str) -> Option<u32> {
        let codes = self.codes.get(column)?.as_ref()?;
        let (mut from, mut to) = (0, codes.len());
        while from < to {
            let middle = usize::midpoint(from, to);
            match codes.value(middle).cmp(code) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Equal => return u32::try_from(middle).ok(),
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// Gives narrow rows the form of the file.
    ///
    /// # Errors
    /// If the rows are not of this layout.
    pub fn widen(&self, narrow: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        self.widen_columns(narrow, &|_| true)
    }

    /// Gives narrow rows the form of the file, with NULL in the columns that are not wanted.
    ///
    /// # Errors
    /// If the rows are not of this layout.
    pub fn widen_columns(
        &self,
        narrow: &RecordBatch,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<RecordBatch, ArrowError> {
        let stored = self.codes.len();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.wide.fields().len());
        let mut travelled = narrow.columns().iter().zip(&self.codes);
        for (field, is_present) in self.wide.fields().iter().zip(&self.present) {
            let column = if *is_present { travelled.next() } else { None };
            columns.push(match column.filter(|_| is_wanted(field.name())) {
                Some((column, Some(codes))) => take(codes, column, None)?,
                Some((column, None)) => Arc::clone(column),
                None => new_null_array(field.data_type(), narrow.num_rows()),
            });
        }
        columns.push(take(&self.files, narrow.column(stored), None)?);
        columns.push(take(&self.sheets, narrow.column(stored), None)?);
        columns.push(Arc::clone(narrow.column(stored + 1)));
        RecordBatch::try_new(Arc::clone(&self.wide), columns)
    }
}

fn list_shapes(contract: &Contract) -> Vec<(String, Shape)> {
    let shape = |column: &Column| match column.kind {
        _ if column.personal == Personal::Hash => Some(Shape::Hashed),
        ColumnType::Date | ColumnType::Timestamp if contract.sort.contains(&column.name) => Some(Shape::Near),
        ColumnType::Text if column.unique || contract.primary_key == [column.name.as_str()] => {
            Some(Shape::Distinct)
        }
        _ => None,
    };
    let shaped = contract.stored_columns().filter_map(|column| Some((column.name.clone(), shape(column)?)));
    shaped.chain([("_row".to_owned(), Shape::Near)]).collect()
}
