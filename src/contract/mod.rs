//! Turns a contract file into the declaration of a dataset: its columns, their types and spellings.
//!
//! A contract is the only place that knows a dataset's columns. Its vocabulary is that of the
//! Frictionless Table Schema, in TOML, so that an analyst can add a dataset without a compiler.

mod parse;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use indexmap::IndexMap;

pub(crate) use parse::hex;
pub use parse::parse_contract;

use crate::error::Place;

/// The declaration of one dataset.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The dataset's name, which is also the file's.
    pub name: String,
    /// What people call the dataset.
    pub title: String,
    /// One paragraph on what the dataset holds, if given.
    pub about: Option<String>,
    /// Names of the columns that identify a row within a year.
    pub primary_key: Vec<String>,
    /// Whether a key that also stands in another year is worth a warning: dossiers and documents happen
    /// once, units and indicators stand in every year.
    pub unique_across_years: bool,
    /// The least count that is shown where small ones are left out; none leaves nothing out.
    pub min_cell: Option<u32>,
    /// Names of the columns that order the rows of a year's file.
    pub sort: Vec<String>,
    /// All declared columns, personal ones included, in order.
    pub columns: Vec<Column>,
    /// How side-by-side blocks of a wide table become rows.
    pub unpivot: Option<Unpivot>,
    /// What must hold in every row, besides what its columns demand.
    pub rules: Vec<Rule>,
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
}

/// What must hold in every row.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What people call it.
    pub title: String,
    /// A boolean expression in SQL over the columns, [`RULE_VALUES`] included; NULL passes.
    pub check: String,
    /// What a row that breaks it means for the import.
    pub severity: Severity,
    /// Where the expression stands.
    pub place: Place,
}

/// What a row that breaks a rule means for the import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Severity {
    /// It is rejected.
    #[default]
    Error,
    /// It is stored and pointed out.
    Warning,
}

/// What rules may use besides the columns: the reporting year, the period's ends, the as-of date.
pub const RULE_VALUES: [&str; 4] = ["year", "period_from", "period_to", "as_of_date"];

/// One declared column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// What people call the column; also an alias.
    pub title: String,
    /// One sentence on what the values mean, if given.
    pub about: Option<String>,
    /// Headers met in exports, matched after folding.
    pub aliases: Vec<String>,
    /// Type of the values.
    pub kind: ColumnType,
    /// Category codes with the spellings met in exports; the first spelling is the label.
    pub categories: IndexMap<String, Vec<String>>,
    /// Whether an empty cell is an error.
    pub required: bool,
    /// Whether a repeated value is an error.
    pub unique: bool,
    /// Smallest value allowed.
    pub minimum: Option<f64>,
    /// Largest value allowed.
    pub maximum: Option<f64>,
    /// What a text must match.
    pub pattern: Option<regex::Regex>,
    /// Cell texts that mean "no value", besides the empty cell.
    pub missing_values: Vec<String>,
    /// The unit of the numbers (đơn vị tính).
    pub measure_unit: Option<String>,
    /// What happens to values that identify people.
    pub personal: Personal,
    /// Where a value comes from when no cell of the row holds it.
    pub from: Option<ValueSource>,
    /// The column whose cell this one reads too, in its own way.
    pub cell_of: Option<String>,
    /// Which part of that cell it reads; the whole text if not given.
    pub part: Option<Part>,
    /// Parts of this column's cells that other columns keep, and that are no fault here for it.
    pub parts: Vec<Part>,
    /// Which day a month, a quarter or a year alone stands for; `None` refuses them.
    pub partial: Option<Partial>,
}

/// A part of a cell such as `trên 35 lượt` or `13/28`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `trên`, `≥`.
    Qualifier,
    /// `lượt`, `%`.
    Unit,
    /// The lower number of a ratio.
    Denominator,
}

/// Which day a date without a day stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partial {
    /// The first one of the month, quarter or year.
    FirstDay,
    /// The last one.
    LastDay,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text in NFC.
    Text,
    /// A whole number.
    Int,
    /// A calendar year.
    Year,
    /// A number as printed.
    Float,
    /// A fraction: 1 is 100 %, and it may exceed 1.
    Rate,
    /// An exact amount with this many digits in all and after the point.
    Decimal(u8, i8),
    /// A calendar date.
    Date,
    /// A local wall-clock time.
    Timestamp,
    /// One of the declared codes.
    Category,
    /// True or false.
    Bool,
}

/// What happens to values that identify people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Personal {
    /// The column holds no personal data.
    #[default]
    No,
    /// The values are recognised and left out.
    Drop,
    /// The values are kept as a keyed hash, which counts people without naming them.
    Hash,
}

/// Where a value comes from when no cell of the row holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueSource {
    /// The group row above (`I. Khối hành chính`).
    GroupRow,
    /// The lines above the header (`Số liệu tính đến ngày …`).
    Preamble,
}

/// How side-by-side blocks of a wide table become rows: one row per category of `column`, whose
/// spellings stand in the upper header row above the headers of `values`.
#[derive(Debug, Clone)]
pub struct Unpivot {
    /// The category column that the upper header row names.
    pub column: String,
    /// The columns that repeat under each of its categories.
    pub values: Vec<String>,
}

/// Columns that tell where a row came from; stored in every file, shown by `source.<dataset>`.
pub const ORIGIN_COLUMNS: [&str; 3] = ["_file", "_sheet", "_row"];

impl ColumnType {
    /// Returns the Arrow type in which the values are stored.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text | Self::Category => DataType::Utf8,
            Self::Int => DataType::Int64,
            Self::Year => DataType::Int32,
            Self::Float | Self::Rate => DataType::Float64,
            Self::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Bool => DataType::Boolean,
        }
    }
}

impl Column {
    /// Returns the label of a category code: its first spelling.
    pub fn label(&self, code: &str) -> Option<&str> {
        self.categories.get(code)?.first().map(String::as_str)
    }

    /// Returns the pattern as the contract writes it, if there is one.
    pub fn pattern_text(&self) -> Option<&str> {
        let anchored = self.pattern.as_ref()?.as_str();
        Some(anchored.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(anchored))
    }

    /// Tells whether the column is written to the dataset's files.
    pub fn is_stored(&self) -> bool {
        self.personal != Personal::Drop
    }
}

impl Contract {
    /// Finds a column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the columns that are written to the dataset's files, in order.
    pub fn stored_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.is_stored())
    }

    /// Returns the schema of the dataset's files: the stored columns, then `_file`, `_sheet`, `_row`.
    pub fn file_schema(&self) -> Arc<Schema> {
        let mut fields: Vec<Field> = self
            .stored_columns()
            .map(|column| Field::new(&column.name, column.kind.data_type(), true))
            .collect();
        fields.push(Field::new("_file", DataType::Utf8, true));
        fields.push(Field::new("_sheet", DataType::Utf8, true));
        fields.push(Field::new("_row", DataType::Int64, true));
        Arc::new(Schema::new(fields))
    }
}
