//! Turns values into an Arrow array of the column's type.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
    Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder, UInt32Builder,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;

use super::value::Value;
use crate::store::{Words, hash_number};

/// An array that is being filled; a value of another type becomes NULL.
pub(super) enum ValueBuilder {
    Text(StringBuilder),
    Word(BinaryBuilder),
    Rank(UInt32Builder),
    Int(Int64Builder),
    Year(Int32Builder),
    Float(Float64Builder),
    Amount(Decimal128Builder, u8, i8),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Bool(BooleanBuilder),
}

impl ValueBuilder {
    /// Starts an array of about `count` values of a column that travels as `narrow`.
    pub(super) fn new(narrow: &DataType, count: usize) -> Self {
        match narrow {
            DataType::Binary => Self::Word(BinaryBuilder::with_capacity(count, count * 8)),
            DataType::UInt32 => Self::Rank(UInt32Builder::with_capacity(count)),
            DataType::Int64 => Self::Int(Int64Builder::with_capacity(count)),
            DataType::Int32 => Self::Year(Int32Builder::with_capacity(count)),
            DataType::Float64 => Self::Float(Float64Builder::with_capacity(count)),
            DataType::Decimal128(precision, scale) => {
                Self::Amount(Decimal128Builder::with_capacity(count), *precision, *scale)
            }
            DataType::Date32 => Self::Date(Date32Builder::with_capacity(count)),
            DataType::Timestamp(..) => Self::Timestamp(TimestampMicrosecondBuilder::with_capacity(count)),
            DataType::Boolean => Self::Bool(BooleanBuilder::with_capacity(count)),
            _ => Self::Text(StringBuilder::with_capacity(count, count * 24)),
        }
    }

    /// Adds a value.
    pub(super) fn push(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(array), Value::Text(text)) => array.append_value(text),
            (Self::Word(array), Value::Text(text)) => array.append_value(text.as_bytes()),
            (Self::Word(array), Value::Word(number)) => Words::push_number(array, *number),
            (Self::Amount(array, ..), Value::Hash(hash)) => array.append_value(hash_number(*hash)),
            (Self::Rank(array), Value::Rank(rank)) => array.append_value(*rank),
            (Self::Int(array), Value::Int(number)) => array.append_value(*number),
            (Self::Year(array), Value::Int(year)) => array.append_option(i32::try_from(*year).ok()),
            (Self::Float(array), Value::Float(number)) => array.append_value(*number),
            (Self::Amount(array, ..), Value::Amount(units, _)) => array.append_value(*units),
            (Self::Date(array), Value::Date(days)) => array.append_value(*days),
            (Self::Timestamp(array), Value::Timestamp(micros)) => array.append_value(*micros),
            (Self::Bool(array), Value::Bool(value)) => array.append_value(*value),
            (array, _) => array.push_null(),
        }
    }

    fn push_null(&mut self) {
        match self {
            Self::Text(array) => array.append_null(),
            Self::Word(array) => array.append_null(),
            Self::Rank(array) => array.append_null(),
            Self::Int(array) => array.append_null(),
            Self::Year(array) => array.append_null(),
            Self::Float(array) => array.append_null(),
            Self::Amount(array, ..) => array.append_null(),
            Self::Date(array) => array.append_null(),
            Self::Timestamp(array) => array.append_null(),
            Self::Bool(array) => array.append_null(),
        }
    }

    /// Ends the array.
    ///
    /// # Errors
    /// If a decimal type has no such precision, which a contract does not allow.
    pub(super) fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(mut array) => ArrayBuilder::finish(&mut array),
            Self::Word(mut array) => ArrayBuilder::finish(&mut array),
            Self::Rank(mut array) => ArrayBuilder::finish(&mut array),
            Self::Int(mut array) => ArrayBuilder::finish(&mut array),
            Self::Year(mut array) => ArrayBuilder::finish(&mut array),
            Self::Float(mut array) => ArrayBuilder::finish(&mut array),
            Self::Amount(mut array, precision, scale) => {
                Arc::new(array.finish().with_precision_and_scale(precision, scale)?)
            }
            Self::Date(mut array) => ArrayBuilder::finish(&mut array),
            Self::Timestamp(mut array) => ArrayBuilder::finish(&mut array),
            Self::Bool(mut array) => ArrayBuilder::finish(&mut array),
        })
    }
}
