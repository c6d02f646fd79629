//! Turns the file of a saved query into its title, parameters, result columns and SQL.
//!
//! The header is SQL comments, so that the same file runs in any SQL tool that knows the tables;
//! the whole text is kept, so that places in errors are places in the file.

mod form;
mod header;
mod value;

use std::ops::Range;

use datafusion::arrow::datatypes::DataType;

use crate::error::{Error, Place, Result};
use crate::messages::QueryFault;

pub use form::Form;
pub use header::parse_saved_query;
pub(crate) use value::quote_item;
pub use value::{Default, ParameterKind, Value};

/// A saved query as written.
#[derive(Debug, Clone)]
pub struct SavedQuery {
    /// Its name, which is also the file's.
    pub name: String,
    /// How errors name the file.
    pub file: String,
    /// What it answers, in one line.
    pub title: String,
    /// The title in English, where the program itself shows it to people of both languages.
    pub title_en: String,
    /// More about it: formula, source, limits.
    pub about: Vec<String>,
    /// The width and the height in millimetres of the picture, if it is a chart that says so.
    pub size_mm: Option<(f64, f64)>,
    /// What may be given to it, in order of declaration.
    pub parameters: Vec<Parameter>,
    /// What its result columns are, as far as declared.
    pub columns: Vec<ResultColumn>,
    /// Columns that others add up to, by `-- sum` and by `-- numbers`.
    pub sums: Vec<(String, Vec<String>)>,
    /// How a document lays it out, if it is a printed form.
    pub form: Form,
    /// The whole file.
    pub text: String,
}

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, without `$`.
    pub name: String,
    /// The type of its values.
    pub kind: ParameterKind,
    /// Whether it takes several values: `column = ANY($name)`.
    pub is_list: bool,
    /// Whether it may be left empty (NULL).
    pub optional: bool,
    /// What it is when nothing is given.
    pub default: Option<Default>,
    /// What it means.
    pub about: String,
    /// Which values it takes, by `-- choices`; all of the type, if it is not said.
    pub choices: Option<Choices>,
    /// Where the file declares it.
    pub span: Range<usize>,
}

/// Which values a parameter takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Choices {
    /// These.
    Values(Vec<Value>),
    /// Those in the first column of a query, which runs only when a value is to be judged.
    Sql(String),
    /// The codes of a category column, as `dataset.column`.
    Category(String),
}

/// What a column of the result is, by `-- column`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    /// Its name in the result.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Number of decimals to show.
    pub decimals: Option<u8>,
    /// Which way is better, if either.
    pub better: Option<Better>,
    /// Whether a count stands for the whole year in every row, by `total`: then it is not added up.
    pub is_whole: bool,
    /// Whether totals never go across the values of a key, by `apart`: turns and persons are not added.
    pub stands_apart: bool,
    /// Its title for people; ` → ` leads from a heading to those below it.
    pub title: String,
    /// The declaration as it stands behind the name: `rate(on_time/resolved) 2 higher`.
    pub spec: String,
    /// What people read in place of NULL, by `-- missing`.
    pub missing: Option<String>,
    /// Where the file declares it.
    pub span: Range<usize>,
}

/// The role of a result column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It names the row.
    Key,
    /// It counts things.
    Count,
    /// It is an amount of money.
    Amount,
    /// It is a fraction of other columns of the result, so that totals can be computed again.
    Rate {
        /// Names of the columns whose sum stands above the line.
        numerator: Vec<String>,
        /// Names of the columns whose sum stands below the line.
        denominator: Vec<String>,
    },
    /// It is text.
    Text,
}

/// Which way a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Parameter {
    /// Returns the word that declares the type: `text`, `year[]`.
    pub fn type_word(&self) -> String {
        format!("{}{}", self.kind.word(), if self.is_list { "[]" } else { "" })
    }

    /// Parses a value given on the command line or in a form; the empty text is NULL where allowed.
    ///
    /// # Errors
    /// [`QueryFault::BadArgument`].
    pub fn parse_argument(&self, text: &str) -> Result<Value> {
        if text.is_empty() && self.optional {
            return Ok(Value::Null);
        }
        self.parse_value(text).map_err(|found| {
            let (form, form_vi) = self.kind.form();
            let (list, list_vi) = if self.is_list {
                (", several with commas between them", ", nhiều giá trị thì cách nhau bằng dấu phẩy")
            } else {
                ("", "")
            };
            Error::new(QueryFault::BadArgument {
                name: self.name.clone(),
                found,
                kind: self.type_word(),
                form: format!("{form}{list}"),
                form_vi: format!("{form_vi}{list_vi}"),
            })
        })
    }

    /// Parses the text of a value, or of several; gives back what is none.
    pub(crate) fn parse_value(&self, text: &str) -> std::result::Result<Value, String> {
        let parse = |text: &str| self.kind.parse_value(text).ok_or_else(|| text.to_owned());
        if !self.is_list {
            return parse(text);
        }
        if text.trim().is_empty() {
            return Err(text.to_owned());
        }
        let values: std::result::Result<Vec<Value>, String> =
            value::split_list(text).iter().map(|text| parse(text)).collect();
        values.map(Value::List)
    }
}

impl ResultColumn {
    /// Describes a column that the query does not declare: whole numbers count, other values name the row;
    /// of a fraction it is not known what it is made of, so it is no more than text.
    pub fn undeclared(name: &str, data_type: &DataType) -> Self {
        Self {
            name: name.to_owned(),
            role: match data_type {
                data_type if data_type.is_floating() => Role::Text,
                data_type if data_type.is_numeric() => Role::Count,
                _ => Role::Key,
            },
            decimals: None,
            better: None,
            is_whole: false,
            stands_apart: false,
            title: String::new(),
            spec: String::new(),
            missing: None,
            span: 0..0,
        }
    }

    /// Reads a declaration that travels with a column without its query; none for what is no declaration.
    pub fn from_spec(name: &str, spec: &str) -> Option<Self> {
        header::parse_column(&format!("{name}: {spec}"), 0..0).ok()
    }
}

impl SavedQuery {
    /// Finds where the file declares a parameter.
    pub fn place_of(&self, parameter: &Parameter) -> Place {
        Place::text(&self.file, &self.text, parameter.span.start, parameter.span.end)
    }
}
