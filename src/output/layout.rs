//! Turns a result's schema into what each column is called and how its values read.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, Schema};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::engine::{CATEGORY_KEY, Contracts, SPEC_KEY, TITLE_KEY};
use crate::error::Lang;
use crate::query::{ResultColumn, Role};
use crate::vietnamese::print::{decimals_of, format_number, localise_date, localise_number};

/// How the columns of one result are shown.
#[derive(Debug, Clone)]
pub struct Layout {
    /// One entry per column of the result.
    pub columns: Vec<ColumnLayout>,
    lang: Lang,
    /// How numbers and dates are printed where nothing else is declared; none is as machines do.
    locale: Option<Lang>,
    /// What stands for NULL, if it was chosen.
    missing: Option<String>,
    has_titles: bool,
}

/// How one column is shown.
#[derive(Debug, Clone)]
pub struct ColumnLayout {
    /// Name in the result.
    pub name: String,
    /// Name in the result, or title.
    pub heading: String,
    /// Whether values stand to the right.
    pub numeric: bool,
    /// Whether a value says something only as a whole: numbers, dates.
    pub rigid: bool,
    pub(super) labels: HashMap<String, String>,
    /// How values are printed.
    pub(super) style: Style,
    /// How the value of each row is printed, where that differs.
    pub(super) styles: Vec<Style>,
    /// Whether the value of each row is for the better, where somebody says so.
    pub(super) tones: Vec<Option<bool>>,
    /// What stands for NULL here, if not the same as elsewhere.
    pub(super) missing: Option<String>,
    /// What stands in the rows whose value is left out.
    pub(super) left_out: HashMap<usize, String>,
    /// Whether the digits of whole numbers stand in groups of three; those of years and keys do not.
    pub(super) grouped: bool,
}

/// How values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As they are.
    Plain,
    /// As they are, but whole numbers without decimals.
    Bare,
    /// As a report prints them, with this many decimals.
    Number(usize),
    /// As a report prints them, with no more decimals than the number has.
    Trimmed,
    /// A fraction as a percentage, with this many decimals.
    Percent(usize),
    /// A change, with its sign and this many decimals.
    Signed(usize),
}

impl Style {
    fn print(self, number: f64, lang: Lang) -> String {
        match self {
            Self::Plain | Self::Bare => number.to_string(),
            Self::Signed(decimals) => {
                let printed = format_number(number, decimals, lang);
                // What rounds to nothing has no sign.
                let is_more = number > 0.0 && printed.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
                if is_more { format!("+{printed}") } else { printed }
            }
            Self::Number(decimals) => format_number(number, decimals, lang),
            Self::Trimmed => format_number(number, decimals_of(number), lang),
            Self::Percent(decimals) => format!("{}%", format_number(number * 100.0, decimals, lang)),
        }
    }
}

const OPTIONS: FormatOptions<'static> = FormatOptions::new()
    .with_date_format(Some("%Y-%m-%d"))
    .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.f"))
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"));

impl Layout {
    /// Shows names and values as they are in the result.
    pub fn plain(schema: &Schema) -> Self {
        let columns = schema
            .fields()
            .iter()
            .map(|field| ColumnLayout {
                name: field.name().clone(),
                heading: field.name().clone(),
                numeric: is_numeric(field.data_type()),
                rigid: is_numeric(field.data_type()) || field.data_type().is_temporal(),
                labels: HashMap::new(),
                style: Style::Plain,
                styles: Vec::new(),
                tones: Vec::new(),
                missing: None,
                left_out: HashMap::new(),
                // Whole numbers of 32 bits are years.
                grouped: field.data_type() != &DataType::Int32,
            })
            .collect();
        Self { columns, lang: Lang::En, locale: None, missing: None, has_titles: false }
    }

    /// Shows the titles that the columns carry, and values as they are.
    pub fn headed(schema: &Schema, lang: Lang) -> Self {
        let mut layout = Self { lang, has_titles: true, ..Self::plain(schema) };
        for (column, field) in layout.columns.iter_mut().zip(schema.fields()) {
            if let Some(title) = field.metadata().get(TITLE_KEY) {
                column.heading.clone_from(title);
            }
        }
        layout
    }

    /// Shows titles, labels and numbers as in a report, from what the query declares of its columns
    /// and what the contracts know of the rest.
    pub fn titled(schema: &Schema, declared: &[ResultColumn], contracts: &Contracts, lang: Lang) -> Self {
        let mut layout = Self::plain(schema);
        layout.lang = lang;
        layout.has_titles = true;
        for (column, field) in layout.columns.iter_mut().zip(schema.fields()) {
            let carried = || ResultColumn::from_spec(field.name(), field.metadata().get(SPEC_KEY)?);
            let carried = declared.is_empty().then(carried).flatten();
            let declared =
                declared.iter().find(|declared| declared.name == *field.name()).or(carried.as_ref());
            let title = declared.map(|declared| declared.title.clone()).filter(|title| !title.is_empty());
            if let Some(title) = title.or_else(|| field.metadata().get(TITLE_KEY).cloned()) {
                column.heading = title;
            }
            if let Some(key) = field.metadata().get(CATEGORY_KEY) {
                column.labels = read_labels(contracts, key);
            }
            column.style = choose_style(declared, field.data_type());
            column.missing = declared.and_then(|declared| declared.missing.clone());
            column.grouped &= declared.is_none_or(|declared| declared.role != Role::Key);
        }
        layout
    }

    /// Returns the language of titles and numbers.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Prints numbers and dates as a language does.
    #[must_use]
    pub fn with_locale(mut self, locale: Option<Lang>) -> Self {
        self.locale = locale;
        self.lang = locale.unwrap_or(self.lang);
        self
    }

    /// Chooses what stands for NULL.
    #[must_use]
    pub fn with_missing(mut self, missing: Option<String>) -> Self {
        self.missing = missing;
        self
    }

    /// Returns what stands for a missing value: a dash for people, as printed tables have it.
    pub fn missing<'a>(&'a self, plain: &'a str) -> &'a str {
        let usual = if self.has_titles { "-" } else { plain };
        self.missing.as_deref().unwrap_or(usual)
    }

    /// Prepares the reading of a batch's columns.
    pub fn readers<'a>(&'a self, batch: &'a RecordBatch) -> Vec<CellReader<'a>> {
        let columns = batch.columns().iter().zip(&self.columns);
        columns.map(|(array, column)| CellReader::new(self, column, array)).collect()
    }
}

/// Reads the cells of one column of one batch.
pub struct CellReader<'a> {
    layout: &'a Layout,
    column: &'a ColumnLayout,
    array: &'a dyn Array,
    /// None if the type cannot be printed at all.
    formatter: Option<ArrayFormatter<'a>>,
}

impl<'a> CellReader<'a> {
    fn new(layout: &'a Layout, column: &'a ColumnLayout, array: &'a dyn Array) -> Self {
        Self { layout, column, array, formatter: ArrayFormatter::try_new(array, &OPTIONS).ok() }
    }

    /// Returns the column's values.
    pub(super) fn array(&self) -> &'a dyn Array {
        self.array
    }

    /// Returns how the value of a row is printed. Rows are those of the batch: what differs from row to
    /// row stands in one.
    pub(super) fn style(&self, row: usize) -> Style {
        self.column.styles.get(row).copied().unwrap_or(self.column.style)
    }

    /// Tells whether the value is for the better or for the worse, if somebody says so.
    pub fn tone(&self, row: usize) -> Option<bool> {
        self.column.tones.get(row).copied().flatten()
    }

    /// Returns what stands for NULL in a row.
    pub fn missing(&self, row: usize, plain: &'a str) -> &'a str {
        let own = self.column.left_out.get(&row).or(self.column.missing.as_ref());
        own.map_or_else(|| self.layout.missing(plain), String::as_str)
    }

    /// Returns what stands for NULL in a row of this column alone, if anything.
    pub(super) fn own_missing(&self, row: usize) -> Option<&'a str> {
        let own = self.column.left_out.get(&row).or(self.column.missing.as_ref());
        own.map(String::as_str).filter(|sign| !sign.is_empty())
    }

    /// Returns the language of printed numbers.
    pub(super) fn lang(&self) -> Lang {
        self.layout.lang
    }

    /// Returns the value as a number, if it is one.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        if self.is_null(row) { None } else { number_at(self.array, row) }
    }

    /// Tells whether the cell is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        self.array.is_null(row) || self.array.data_type() == &DataType::Null
    }

    /// Writes one value to the end of `out`, and nothing for NULL.
    pub fn write(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            return;
        }
        let start = out.len();
        match (self.style(row), self.layout.locale) {
            (Style::Plain, None) => self.write_plain(row, out),
            (Style::Bare, _) => match number_at(self.array, row) {
                Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                    out.push_str(&number.to_string());
                }
                _ => self.write_plain(row, out),
            },
            (Style::Plain, Some(locale)) => {
                let mut plain = String::new();
                self.write_plain(row, &mut plain);
                out.push_str(&localise(&plain, self.array.data_type(), locale));
            }
            (style, _) => match number_at(self.array, row) {
                Some(number) => out.push_str(&style.print(number, self.layout.lang)),
                None => self.write_plain(row, out),
            },
        }
        let label = out.get(start..).and_then(|text| self.column.labels.get(text));
        if let Some(label) = label {
            out.truncate(start);
            out.push_str(label);
        }
    }

    /// Formats one value; `None` is NULL.
    pub fn text(&self, row: usize) -> Option<String> {
        if self.is_null(row) {
            return None;
        }
        let mut text = String::new();
        self.write(row, &mut text);
        Some(text)
    }

    fn write_plain(&self, row: usize, out: &mut String) {
        use std::fmt::Write as _;
        let start = out.len();
        let written = self.formatter.as_ref().map(|formatter| write!(out, "{}", formatter.value(row)));
        if !matches!(written, Some(Ok(()))) {
            out.truncate(start);
            out.push('�');
        }
    }
}

/// Prints a number or a date as a language does. Whole numbers of 32 bits are years and stay.
fn localise(plain: &str, data_type: &DataType, locale: Lang) -> String {
    match data_type {
        DataType::Int32 => plain.to_owned(),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => localise_date(plain, locale),
        data_type if data_type.is_numeric() => localise_number(plain, locale),
        _ => plain.to_owned(),
    }
}

fn read_labels(contracts: &Contracts, key: &str) -> HashMap<String, String> {
    let Some((dataset, name)) = key.split_once('.') else { return HashMap::new() };
    let Ok(contract) = contracts.read(dataset) else { return HashMap::new() };
    let Some(column) = contract.column(name) else { return HashMap::new() };
    column
        .categories
        .iter()
        .filter_map(|(code, spellings)| Some((code.clone(), spellings.first()?.clone())))
        .collect()
}

fn choose_style(declared: Option<&ResultColumn>, data_type: &DataType) -> Style {
    let Some(declared) = declared else { return Style::Plain };
    let decimals = declared.decimals.map(usize::from);
    match declared.role {
        Role::Rate { .. } => Style::Percent(decimals.unwrap_or(2)),
        Role::Count | Role::Amount => Style::Number(decimals.unwrap_or(0)),
        Role::Key | Role::Text => match decimals {
            Some(decimals) if is_numeric(data_type) => Style::Number(decimals),
            _ if data_type.is_floating() => Style::Trimmed,
            _ => Style::Plain,
        },
    }
}

/// Tells whether values of the type stand to the right.
fn is_numeric(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

fn number_at(array: &dyn Array, row: usize) -> Option<f64> {
    match array.data_type() {
        DataType::Float64 => Some(array.as_primitive::<Float64Type>().value(row)),
        #[expect(clippy::cast_precision_loss, reason = "counts and amounts stay far below 2^53")]
        DataType::Int64 => Some(array.as_primitive::<Int64Type>().value(row) as f64),
        data_type if data_type.is_numeric() => plain_text(array, row).parse().ok(),
        _ => None,
    }
}

/// The value as any program would print it: ISO dates, a point for decimals.
pub(super) fn plain_text(array: &dyn Array, row: usize) -> String {
    ArrayFormatter::try_new(array, &OPTIONS)
        .and_then(|formatter| formatter.value(row).try_to_string())
        .unwrap_or_else(|error| error.to_string())
}
