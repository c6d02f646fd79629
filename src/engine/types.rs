//! Turns types of Arrow into the words that contracts and SQL use for them.

use datafusion::arrow::datatypes::DataType;

/// Names a type.
pub fn type_word(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        data_type if data_type.is_floating() => "float".to_owned(),
        data_type if data_type.is_integer() => "int".to_owned(),
        other => other.to_string(),
    }
}
