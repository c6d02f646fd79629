//! Turns numberings into the two functions that a plan calls: values into a number, and a number into a value.

use std::hash::{Hash, Hasher};
use std::ptr;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, UInt64Array};
use datafusion::arrow::datatypes::{DataType, FieldRef, UInt64Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::numbering::Numbering;

/// A numbering that the two functions of a plan share; only itself is equal to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Numbering>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(Arc::as_ptr(&self.0), state);
    }
}

/// `number_of(a, b)`: the numbers of two values, or of one, in a number of 64 bits.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct NumberOf {
    numberings: Vec<Shared>,
    signature: Signature,
}

impl NumberOf {
    /// One numbering for each argument, two at most.
    pub(super) fn new(numberings: Vec<Shared>) -> Self {
        let signature = Signature::any(numberings.len(), Volatility::Immutable);
        Self { numberings, signature }
    }
}

impl ScalarUDFImpl for NumberOf {
    fn name(&self) -> &'static str {
        "number_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut packed = vec![0; args.number_rows];
        for (half, (column, numbering)) in args.args.into_iter().zip(&self.numberings).enumerate() {
            let column = column.into_array(args.number_rows)?;
            numbering.0.number_rows(&column, &mut packed, shift_of(half))?;
        }
        Ok(ColumnarValue::Array(Arc::new(UInt64Array::from(packed))))
    }
}

/// `value_of(number)`: what one half of a number stands for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ValueOf {
    numbering: Shared,
    half: usize,
    field: FieldRef,
    signature: Signature,
}

impl ValueOf {
    /// Gives values of `field` back, which a numbering numbered.
    pub(super) fn new(numbering: Shared, half: usize, field: FieldRef) -> Self {
        Self { numbering, half, field, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for ValueOf {
    fn name(&self) -> &'static str {
        "value_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.field.data_type().clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::clone(&self.field))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_scalar = matches!(args.args.as_slice(), [ColumnarValue::Scalar(_)]);
        let [packed] = <[ColumnarValue; 1]>::try_from(args.args)
            .or_else(|_| internal_err!("`value_of` takes one number"))?;
        let packed = packed.into_array(if is_scalar { 1 } else { args.number_rows })?;
        let values = self.values(packed.as_primitive::<UInt64Type>())?;
        if is_scalar {
            return ScalarValue::try_from_array(&values, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(values))
    }
}

impl ValueOf {
    fn values(&self, packed: &UInt64Array) -> Result<ArrayRef> {
        let numbers = packed.iter().map(|packed| packed.map(|packed| half_of(packed, self.half)));
        Ok(match self.field.data_type() {
            DataType::Utf8View => Arc::new(self.numbering.0.texts(numbers)),
            DataType::Int32 => Arc::new(self.numbering.0.wholes(numbers)),
            other => return internal_err!("{other} is not numbered"),
        })
    }
}

fn shift_of(half: usize) -> u32 {
    if half == 0 { 0 } else { u32::BITS }
}

fn half_of(packed: u64, half: usize) -> u32 {
    u32::try_from(packed >> shift_of(half) & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}
