//! Turns rows into the narrow form in which they are sorted, and back into the form of the file.
//!
//! Until a row reaches its file it is written, read and moved several times. Names of categories,
//! files and sheets are the same few texts again and again, so only their numbers travel. Codes are
//! numbered in their own order, so that narrow rows sort as the wide ones do.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DictionaryArray, RecordBatch, StringArray, StringBuilder,
    new_null_array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type};
use datafusion::arrow::error::ArrowError;

use super::words::Words;
use crate::contract::{Column, ColumnType, Contract, Personal, hex};

/// Bytes that are kept of the hash of a personal value.
pub const HASH_BYTES: usize = 16;

/// The widest number there is; nothing asks for its digits.
const HASH_TYPE: DataType = DataType::Decimal128(38, 0);

/// The two forms of a year's rows.
#[derive(Debug)]
pub struct Layout {
    wide: SchemaRef,
    narrow: SchemaRef,
    /// Per stored column, whether any export has it; columns of nothing but NULL do not travel.
    present: Vec<bool>,
    /// How each column travels that does.
    travels: Vec<Travel>,
    files: ArrayRef,
    sheets: ArrayRef,
    sort: Vec<usize>,
    shapes: Vec<(String, Shape)>,
}

/// The form in which a column travels.
#[derive(Debug)]
enum Travel {
    /// As it is stored.
    Plain,
    /// A category by the number of its code among these, which are in order.
    Code(StringArray),
    /// A text by its number, where it has one.
    Word(Words),
    /// A hash as the number that its digits write.
    Hash,
}

impl Travel {
    fn of(column: &Column, contract: &Contract) -> Self {
        let name = &column.name;
        let is_key = column.unique || contract.primary_key.contains(name) || contract.sort.contains(name);
        match column.kind {
            ColumnType::Category => {
                let mut codes: Vec<&str> = column.categories.keys().map(String::as_str).collect();
                codes.sort_unstable();
                Self::Code(StringArray::from(codes))
            }
            ColumnType::Text if column.personal == Personal::Hash => Self::Hash,
            // Keys are compared as they stand, and hardly any repeats.
            ColumnType::Text if !is_key => Self::Word(Words::default()),
            _ => Self::Plain,
        }
    }

    fn data_type(&self, kind: ColumnType) -> DataType {
        match self {
            Self::Plain => kind.data_type(),
            Self::Code(_) => DataType::UInt32,
            Self::Word(_) => DataType::Binary,
            Self::Hash => HASH_TYPE,
        }
    }

    /// Gives a column the form in which it is encoded, which can be a dictionary.
    fn widen(&self, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Plain => Arc::clone(column),
            Self::Code(codes) => look_up(Arc::new(codes.clone()), column)?,
            Self::Word(words) => words.read(column)?,
            Self::Hash => Arc::new(write_digits(column.as_primitive())),
        })
    }
}

/// Names the values behind numbers, without a copy of each.
fn look_up(values: ArrayRef, numbers: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let numbers = numbers.as_primitive::<UInt32Type>().clone();
    Ok(Arc::new(DictionaryArray::<UInt32Type>::try_new(numbers, values)?))
}

fn write_digits(hashes: &Decimal128Array) -> StringArray {
    let mut digits = StringBuilder::with_capacity(hashes.len(), hashes.len() * 2 * HASH_BYTES);
    let read = |hash: i128| hex(&(hash ^ i128::MIN).to_be_bytes());
    hashes.iter().for_each(|hash| digits.append_option(hash.map(read)));
    digits.finish()
}

/// Returns the number by which a hash travels; numbers are in the order of the hashes.
pub fn hash_number(hash: [u8; HASH_BYTES]) -> i128 {
    i128::from_be_bytes(hash) ^ i128::MIN
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
        let mut travels = Vec::new();
        let present: Vec<bool> = contract.stored_columns().map(|column| is_present(&column.name)).collect();
        for (column, _) in contract.stored_columns().zip(&present).filter(|(_, present)| **present) {
            let travel = Travel::of(column, contract);
            fields.push(Field::new(&column.name, travel.data_type(column.kind), true));
            travels.push(travel);
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
            travels,
            files: Arc::new(StringArray::from_iter_values(origins.iter().map(|(file, _)| file))),
            shapes: list_shapes(contract),
            sheets: Arc::new(origins.iter().map(|(_, sheet)| sheet.as_deref()).collect::<StringArray>()),
            sort,
        }
    }

    /// Returns the schema of narrow rows: categories and texts as numbers, then `_part` and `_row`.
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
        let Some(Travel::Code(codes)) = self.travels.get(column) else { return None };
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

    /// Returns the number of a text in the column that travels at an index, if it has one.
    pub fn word(&self, column: usize, text: &str) -> Option<u32> {
        let Some(Travel::Word(words)) = self.travels.get(column) else { return None };
        words.number(text)
    }

    /// Gives narrow rows the form of the file.
    ///
    /// # Errors
    /// If the rows are not of this layout.
    pub fn widen(&self, narrow: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        self.widen_columns(narrow, &|_| true)
    }

    /// Gives the columns of narrow rows the values of the file; texts may be dictionaries of texts.
    ///
    /// # Errors
    /// If the rows are not of this layout.
    pub fn widen_values(&self, narrow: &RecordBatch) -> Result<Vec<ArrayRef>, ArrowError> {
        self.widen_some(narrow, &|_| true)
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
        let values = self.widen_some(narrow, is_wanted)?;
        let fields = self.wide.fields().iter().zip(values);
        let columns = fields.map(|(field, values)| cast(&values, field.data_type()));
        RecordBatch::try_new(Arc::clone(&self.wide), columns.collect::<Result<_, _>>()?)
    }

    fn widen_some(
        &self,
        narrow: &RecordBatch,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<ArrayRef>, ArrowError> {
        let stored = self.travels.len();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.wide.fields().len());
        let mut travelled = narrow.columns().iter().zip(&self.travels);
        for (field, is_present) in self.wide.fields().iter().zip(&self.present) {
            let column = if *is_present { travelled.next() } else { None };
            columns.push(match column.filter(|_| is_wanted(field.name())) {
                Some((column, travel)) => travel.widen(column)?,
                None => new_null_array(field.data_type(), narrow.num_rows()),
            });
        }
        let part = narrow.column(stored);
        columns.push(look_up(Arc::clone(&self.files), part)?);
        columns.push(look_up(Arc::clone(&self.sheets), part)?);
        columns.push(Arc::clone(narrow.column(stored + 1)));
        Ok(columns)
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
