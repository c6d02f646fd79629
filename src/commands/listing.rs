//! Turns lists that the program makes itself into answers, so that every format can show them.
//!
//! Columns have English names, which programs rely on, and carry the heading in the user's language.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::engine::{Answer, TITLE_KEY, Trace};
use crate::error::{Explain as _, Lang};
use crate::messages::Heading;

/// A list under construction, column by column.
pub struct Listing {
    lang: Lang,
    columns: Vec<(Field, ArrayRef)>,
}

impl Listing {
    /// Begins a list whose headings are in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang, columns: Vec::new() }
    }

    /// Makes a list of texts, row by row.
    pub fn of<const N: usize>(lang: Lang, headings: &[Heading; N], rows: &[[String; N]]) -> Answer {
        let column = |listing: Self, (index, heading): (usize, &Heading)| {
            listing.text(heading, rows.iter().map(|row| row.get(index).cloned()))
        };
        headings.iter().enumerate().fold(Self::new(lang), column).answer()
    }

    /// Adds a column of texts.
    #[must_use]
    pub fn text(self, heading: &Heading, values: impl Iterator<Item = Option<String>>) -> Self {
        self.column(heading, DataType::Utf8, Arc::new(values.collect::<StringArray>()))
    }

    /// Adds a column of whole numbers.
    #[must_use]
    pub fn number(self, heading: &Heading, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.column(heading, DataType::Int64, Arc::new(values.collect::<Int64Array>()))
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn decimal(self, heading: &Heading, values: impl Iterator<Item = Option<f64>>) -> Self {
        self.column(heading, DataType::Float64, Arc::new(values.collect::<Float64Array>()))
    }

    fn column(mut self, heading: &Heading, data_type: DataType, values: ArrayRef) -> Self {
        let title = HashMap::from([(TITLE_KEY.to_owned(), heading.message(self.lang))]);
        let field = Field::new(heading.message(Lang::En), data_type, true).with_metadata(title);
        self.columns.push((field, values));
        self
    }

    /// Ends the list.
    pub fn answer(self) -> Answer {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = self.columns.into_iter().unzip();
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays);
        Answer {
            schema,
            batches: batch.into_iter().collect(),
            notices: Vec::new(),
            is_ordered: true,
            trace: Trace::default(),
            left_out: Vec::new(),
        }
    }
}
