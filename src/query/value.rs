//! Turns the text of a value into a typed value, and back.

use chrono::NaiveDate;

/// What a parameter is when nothing is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// A value.
    Value(Value),
    /// A query that gives one value; it runs only when the value is needed.
    Sql(String),
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number.
    Int,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// True or false.
    Bool,
    /// A date, written `2023-12-14` or `14/12/2023`.
    Date,
    /// A calendar year.
    Year,
}

/// A typed value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number or a year.
    Int(i64),
    /// Any number.
    Number(f64),
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A date.
    Date(NaiveDate),
    /// Several values of one type.
    List(Vec<Value>),
}

impl std::fmt::Display for Value {
    /// Writes the value as it can be given again: nothing for NULL, dates as `2023-12-31`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Int(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::List(values) => {
                let texts = values.iter().map(|value| quote_item(&value.to_string()));
                f.write_str(&texts.collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl ParameterKind {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "int" => Self::Int,
            "number" => Self::Number,
            "text" => Self::Text,
            "bool" => Self::Bool,
            "date" => Self::Date,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// Returns the word that declares the type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Number => "number",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Year => "year",
        }
    }

    /// Returns a value of the type, as it is written.
    pub fn example(self) -> &'static str {
        match self {
            Self::Int => "12",
            Self::Number => "12.5",
            Self::Text => "abc",
            Self::Bool => "true",
            Self::Date => "2023-12-31",
            Self::Year => "2023",
        }
    }

    /// Says how values of the type are written, in English and Vietnamese.
    pub(super) fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Int => ("a whole number, such as `12`", "một số nguyên, ví dụ `12`"),
            Self::Number => (
                "a number with a decimal point, such as `12.5`",
                "một số, phần lẻ sau dấu chấm, ví dụ `12.5`",
            ),
            Self::Text => ("a text", "một đoạn văn bản"),
            Self::Bool => ("`true` or `false`", "`có` hoặc `không`"),
            Self::Date => ("`2023-12-31` or `31/12/2023`", "`2023-12-31` hoặc `31/12/2023`"),
            Self::Year => {
                ("a year from 1900 to 2200, such as `2023`", "một năm từ 1900 đến 2200, ví dụ `2023`")
            }
        }
    }

    /// Parses the text of a value.
    pub fn parse_value(self, text: &str) -> Option<Value> {
        let text = text.trim();
        Some(match self {
            Self::Int => Value::Int(text.parse().ok()?),
            Self::Year => Value::Int(text.parse().ok().filter(|year| (1900..=2200).contains(year))?),
            Self::Number => Value::Number(text.parse().ok().filter(|number: &f64| number.is_finite())?),
            Self::Text => Value::Text(text.to_owned()),
            Self::Bool => Value::Bool(match text.to_lowercase().as_str() {
                "true" | "có" | "đúng" => true,
                "false" | "không" | "sai" => false,
                _ => return None,
            }),
            Self::Date => Value::Date(
                NaiveDate::parse_from_str(text, "%Y-%m-%d")
                    .or_else(|_| NaiveDate::parse_from_str(text, "%d/%m/%Y"))
                    .ok()?,
            ),
        })
    }
}

/// Splits `a,"b, c"` at its commas, as lists are written; quotes hold a comma, twice they are one.
pub(super) fn split_list(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut letters = text.trim().chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        let item = items.len() - 1;
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                items[item].push('"');
            }
            '"' if is_quoted || items[item].trim().is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => items.push(String::new()),
            letter => items[item].push(letter),
        }
    }
    items.iter().map(|item| item.trim().to_owned()).collect()
}

/// Writes one item of a list.
pub(crate) fn quote_item(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{ParameterKind, Value, quote_item, split_list};

    #[test]
    fn values_are_typed_and_impossible_ones_refused() {
        assert_eq!(ParameterKind::Year.parse_value("20233"), None);
        assert_eq!(ParameterKind::Int.parse_value("x"), None);
        assert!(ParameterKind::Date.parse_value("14/12/2023").is_some());
        assert_eq!(ParameterKind::Number.parse_value("NaN"), None);
    }

    #[test]
    fn a_written_list_reads_back() {
        for items in [vec!["a", "b"], vec!["a, b", "\"c\"", ""], vec!["đo lường"]] {
            let written = items.iter().map(|item| quote_item(item)).collect::<Vec<_>>().join(",");
            assert_eq!(split_list(&written), items, "{written}");
            let values = Value::List(items.iter().map(|item| Value::Text((*item).to_owned())).collect());
            assert_eq!(values.to_string(), written);
        }
        assert_eq!(split_list(" 2021 , 2023 "), ["2021", "2023"]);
    }
}
