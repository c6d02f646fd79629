//! Turns comparisons of a column with short texts into comparisons of numbers.
//!
//! Codes are short: `outcome IN ('early', 'on_time')`. The view of a text of at most twelve bytes is the text itself, so that two
//! numbers of 128 bits are compared where DataFusion compares lengths, beginnings and bytes one after the other: question 02 takes
//! 0.16 s instead of 0.23 (benches/RESULTS.md).
//!
//! What a statement computes is replaced before it is planned ([`expressions`]). Conditions are replaced in the finished plan
//! ([`filters`]), after files and row groups have been chosen by them. Where rows go from machine to machine, nothing is replaced.

mod expressions;
mod filters;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, AsArray as _, BooleanArray, StringViewArray};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

pub(super) use expressions::shorten_expressions;
pub(super) use filters::shorten_condition;

/// Bytes that a view holds itself.
const INLINE_BYTES: usize = 12;
/// A text is compared with each of so many; longer lists are left to the engine's tables.
const MOST_TEXTS: usize = 8;

/// A comparison of a column `C` with texts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison<C> {
    column: C,
    texts: Vec<String>,
    /// Whether it holds where the column is none of the texts.
    is_negated: bool,
}

impl<C: PartialEq> Comparison<C> {
    /// Compares with one text; none if it is not a short one.
    fn one(column: C, text: &ScalarValue, is_negated: bool) -> Option<Self> {
        Self::list(column, std::iter::once(Some(text)), is_negated)
    }

    /// Compares with all of a list; none if there is anything but short texts in it.
    fn list<'a>(
        column: C,
        texts: impl Iterator<Item = Option<&'a ScalarValue>>,
        is_negated: bool,
    ) -> Option<Self> {
        let short = |text: &str| (text.len() <= INLINE_BYTES).then(|| text.to_owned());
        let texts = texts.map(|text| text?.try_as_str()?.and_then(short)).collect::<Option<Vec<_>>>()?;
        (!texts.is_empty() && texts.len() <= MOST_TEXTS).then_some(Self { column, texts, is_negated })
    }

    /// One of two; none if that is not a comparison of one column.
    fn or(mut self, other: Self) -> Option<Self> {
        if self.is_negated || other.is_negated || self.column != other.column {
            return None;
        }
        self.texts.extend(other.texts);
        (self.texts.len() <= MOST_TEXTS).then_some(self)
    }
}

/// A function of a text: whether it is one of some short texts, or none of them.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Short {
    name: String,
    texts: Vec<String>,
    is_negated: bool,
    signature: Signature,
}

impl Short {
    fn function<C>(comparison: &Comparison<C>) -> Arc<ScalarUDF> {
        let Comparison { texts, is_negated, .. } = comparison;
        Arc::new(ScalarUDF::from(Self {
            name: format!("short[{}{}]", if *is_negated { "NOT " } else { "" }, texts.join(", ")),
            texts: texts.clone(),
            is_negated: *is_negated,
            signature: Signature::any(1, Volatility::Immutable),
        }))
    }

    /// Compares each row; what is not there is neither equal nor different.
    fn compare(&self, texts: &StringViewArray) -> BooleanArray {
        let wanted: StringViewArray = self.texts.iter().map(Some).collect();
        let found = find(texts.views(), wanted.views());
        BooleanArray::new(if self.is_negated { !&found } else { found }, texts.nulls().cloned())
    }
}

/// Which views are among some others; lists of one and two have loops of their own, which need no inner one.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each row costs more than a second comparison")]
fn find(views: &[u128], wanted: &[u128]) -> BooleanBuffer {
    match *wanted {
        [one] => BooleanBuffer::collect_bool(views.len(), |row| views[row] == one),
        [one, other] => {
            BooleanBuffer::collect_bool(views.len(), |row| (views[row] == one) | (views[row] == other))
        }
        _ => BooleanBuffer::collect_bool(views.len(), |row| {
            wanted.iter().fold(false, |found, view| found | (views[row] == *view))
        }),
    }
}

impl ScalarUDFImpl for Short {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let is_nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(&self.name, DataType::Boolean, is_nullable)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Ok([text]) = <[ColumnarValue; 1]>::try_from(args.args) else {
            return internal_err!("one text is compared");
        };
        let texts = text.into_array(args.number_rows)?;
        let Some(texts) = texts.as_string_view_opt() else {
            return internal_err!("{} is no string view", texts.data_type());
        };
        Ok(ColumnarValue::Array(Arc::new(self.compare(texts))))
    }
}
