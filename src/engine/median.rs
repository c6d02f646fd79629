//! Turns the values of each group into their median, by counting equal values instead of keeping each.
//!
//! The engine's own median keeps all values: half a gigabyte of fees for thirty million dossiers, which have nine
//! different fees. A group begins like that and is counted once it is long and its values repeat. The result
//! is the same to the last bit. What is seldom long (`median(DISTINCT x)`, a sliding window) stays with the engine's own.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowNativeTypeOp, ArrowNumericType, AsArray as _, BooleanArray, Int64Array, ListArray,
    PrimitiveArray,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{
    ArrowNativeType as _, DataType, Decimal128Type, Field, FieldRef, Float64Type, Int64Type,
};
use datafusion::common::hash_utils::RandomState;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use datafusion::functions_aggregate::median::median_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature,
};

/// Values of a group after which it is tried for the first time whether counting them pays.
const FIRST_TRIAL: usize = 4096;

/// How much longer a group is at the next trial.
const NEXT_TRIAL: usize = 16;

/// Counting pays if each different value stands for at least so many.
const WORTH: usize = 4;

/// Returns `median`, which takes the place of the engine's own.
pub(super) fn counted_median() -> AggregateUDF {
    AggregateUDF::from(CountedMedian { plain: median_udaf() })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountedMedian {
    plain: Arc<AggregateUDF>,
}

/// Tells whether values of a type are counted; the other types are rare.
fn is_counted(kind: &DataType, is_distinct: bool) -> bool {
    !is_distinct && matches!(kind, DataType::Decimal128(..) | DataType::Float64)
}

impl AggregateUDFImpl for CountedMedian {
    fn name(&self) -> &str {
        self.plain.name()
    }

    fn signature(&self) -> &Signature {
        self.plain.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.plain.return_type(arguments)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let kind = args.input_fields[0].data_type().clone();
        if !is_counted(&kind, args.is_distinct) {
            return self.plain.state_fields(args);
        }
        let list = |name: &str, kind| {
            let values = DataType::List(Arc::new(Field::new_list_field(kind, true)));
            Arc::new(Field::new(format_state_name(args.name, name), values, true))
        };
        Ok(vec![list("values", kind), list("counts", DataType::Int64)])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let kind = args.expr_fields[0].data_type().clone();
        match kind {
            DataType::Float64 if !args.is_distinct => Ok(Box::new(Groups::<Float64Type>::of_one(kind))),
            DataType::Decimal128(..) if !args.is_distinct => {
                Ok(Box::new(Groups::<Decimal128Type>::of_one(kind)))
            }
            _ => self.plain.accumulator(args),
        }
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        self.plain.create_sliding_accumulator(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.plain.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let kind = args.expr_fields[0].data_type().clone();
        match kind {
            DataType::Float64 => Ok(Box::new(Groups::<Float64Type>::new(kind))),
            DataType::Decimal128(..) => Ok(Box::new(Groups::<Decimal128Type>::new(kind))),
            _ => self.plain.create_groups_accumulator(args),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.plain.documentation()
    }
}

/// A type whose values can be told apart and counted.
trait Counted: ArrowNumericType + Debug {
    type Key: Copy + Eq + Hash + Debug + Send + Sync;
    fn key(value: Self::Native) -> Self::Key;
    fn value(key: Self::Key) -> Self::Native;
}

impl Counted for Decimal128Type {
    type Key = i128;
    fn key(value: i128) -> i128 {
        value
    }
    fn value(key: i128) -> i128 {
        key
    }
}

impl Counted for Float64Type {
    type Key = u64;
    fn key(value: f64) -> u64 {
        value.to_bits()
    }
    fn value(key: u64) -> f64 {
        f64::from_bits(key)
    }
}

/// The values of one group.
#[derive(Debug)]
enum Values<T: Counted> {
    /// Each of them, and how many there are at the next trial.
    Each(Vec<T::Native>, usize),
    /// Each different one, with how often it came.
    Counts(HashMap<T::Key, u64, RandomState>),
}

impl<T: Counted> Values<T> {
    fn new() -> Self {
        Self::Each(Vec::new(), FIRST_TRIAL)
    }

    fn copy(&self) -> Self {
        match self {
            Self::Each(values, next) => Self::Each(values.clone(), *next),
            Self::Counts(counts) => Self::Counts(counts.clone()),
        }
    }

    fn push(&mut self, value: T::Native) {
        match self {
            Self::Counts(counts) => *counts.entry(T::key(value)).or_default() += 1,
            Self::Each(values, next) => {
                values.push(value);
                if values.len() >= *next {
                    *next = values.len().saturating_mul(NEXT_TRIAL);
                    self.try_to_count(WORTH);
                }
            }
        }
    }

    /// Counts the values if each different one stands for `worth` of them.
    fn try_to_count(&mut self, worth: usize) {
        let Self::Each(values, _) = self else { return };
        let mut counts: HashMap<T::Key, u64, RandomState> = HashMap::default();
        for value in values.iter() {
            *counts.entry(T::key(*value)).or_default() += 1;
            if counts.len().saturating_mul(worth) > values.len() {
                return;
            }
        }
        *self = Self::Counts(counts);
    }

    /// Adds values that were counted elsewhere.
    fn merge(&mut self, values: &PrimitiveArray<T>, counts: &Int64Array) {
        let times = || counts.values().iter().map(|count| u64::try_from(*count).unwrap_or(0));
        if times().all(|count| count == 1) {
            values.values().iter().for_each(|value| self.push(*value));
            return;
        }
        // One count for each value is worth it in any case: the others are many.
        self.try_to_count(1);
        let Self::Counts(all) = self else { return };
        for (value, count) in values.values().iter().zip(times()) {
            *all.entry(T::key(*value)).or_default() += count;
        }
    }

    /// Returns the values in order with how often each came.
    fn counted(self) -> Vec<(T::Native, u64)> {
        match self {
            Self::Each(values, _) => values.into_iter().map(|value| (value, 1)).collect(),
            Self::Counts(counts) => {
                let mut counted: Vec<(T::Native, u64)> =
                    counts.into_iter().map(|(key, count)| (T::value(key), count)).collect();
                counted.sort_unstable_by(|(a, _), (b, _)| a.compare(*b));
                counted
            }
        }
    }

    /// Returns the middle value, or the mean of the two in the middle.
    fn median(self) -> Option<T::Native> {
        match self {
            Self::Each(mut values, _) => {
                let middle = values.len() / 2;
                let is_even = values.len() % 2 == 0;
                let compare = |a: &T::Native, b: &T::Native| a.compare(*b);
                let (low, high, _) =
                    values.get(middle).is_some().then(|| values.select_nth_unstable_by(middle, compare))?;
                let below = low.iter().copied().max_by(compare).filter(|_| is_even);
                Some(below.map_or(*high, |below| mean::<T>(below, *high)))
            }
            Self::Counts(_) => {
                let counted = self.counted();
                let all: u64 = counted.iter().map(|(_, count)| count).sum();
                let high = at::<T>(&counted, all / 2)?;
                let below = at::<T>(&counted, (all / 2).checked_sub(1)?);
                Some(below.filter(|_| all.is_multiple_of(2)).map_or(high, |below| mean::<T>(below, high)))
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Each(values, _) => values.capacity() * size_of::<T::Native>(),
            Self::Counts(counts) => counts.capacity() * (size_of::<(T::Key, u64)>() + 1),
        }
    }
}

/// Returns the value at an index of the sorted values.
fn at<T: Counted>(counted: &[(T::Native, u64)], index: u64) -> Option<T::Native> {
    let mut before = 0;
    let found = counted.iter().find(|(_, count)| {
        before += count;
        index < before
    });
    found.map(|(value, _)| *value)
}

/// The mean as the engine computes it: of two whole parts if the sum is too great.
fn mean<T: Counted>(low: T::Native, high: T::Native) -> T::Native {
    let two = T::Native::usize_as(2);
    if let Ok(sum) = low.add_checked(high) {
        return sum.div_wrapping(two);
    }
    let rests = low.mod_wrapping(two).add_wrapping(high.mod_wrapping(two));
    low.div_wrapping(two).add_wrapping(high.div_wrapping(two)).add_wrapping(rests.div_wrapping(two))
}

/// The values of all groups.
#[derive(Debug)]
struct Groups<T: Counted> {
    kind: DataType,
    groups: Vec<Values<T>>,
}

impl<T: Counted> Groups<T> {
    fn new(kind: DataType) -> Self {
        Self { kind, groups: Vec::new() }
    }

    fn of_one(kind: DataType) -> Self {
        Self { kind, groups: vec![Values::new()] }
    }

    fn array(&self, values: impl Into<ScalarBuffer<T::Native>>) -> PrimitiveArray<T> {
        PrimitiveArray::<T>::new(values.into(), None).with_data_type(self.kind.clone())
    }

    /// Lays values and their counts into two columns of lists.
    fn lists(
        values: PrimitiveArray<T>,
        counts: Vec<i64>,
        ends: Vec<usize>,
        nulls: Option<&NullBuffer>,
    ) -> Result<Vec<ArrayRef>> {
        let too_many = |_| exec_datafusion_err!("a median of more values than a column can hold");
        let ends = ends.into_iter().map(i32::try_from).collect::<Result<Vec<i32>, _>>().map_err(too_many)?;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        let list = |values: ArrayRef| -> Result<ArrayRef> {
            let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
            Ok(Arc::new(ListArray::try_new(field, offsets.clone(), values, nulls.cloned())?))
        };
        Ok(vec![list(Arc::new(values))?, list(Arc::new(Int64Array::from(counts)))?])
    }

    fn merge_one(&mut self, group: usize, values: &ArrayRef, counts: &ArrayRef) {
        self.groups[group].merge(values.as_primitive::<T>(), counts.as_primitive::<Int64Type>());
    }
}

impl<T: Counted> GroupsAccumulator for Groups<T> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.resize_with(total_num_groups, Values::new);
        let values = values[0].as_primitive::<T>();
        if filter.is_none() && values.null_count() == 0 {
            for (group, value) in group_indices.iter().zip(values.values()) {
                self.groups[*group].push(*value);
            }
            return Ok(());
        }
        for (row, (group, value)) in group_indices.iter().zip(values).enumerate() {
            let is_taken = filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if let Some(value) = value.filter(|_| is_taken) {
                self.groups[*group].push(value);
            }
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.resize_with(total_num_groups, Values::new);
        let (values, counts) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for (group, (values, counts)) in group_indices.iter().zip(values.iter().zip(counts.iter())) {
            if let (Some(values), Some(counts)) = (values, counts) {
                self.merge_one(*group, &values, &counts);
            }
        }
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (mut values, mut counts, mut ends) = (Vec::new(), Vec::new(), vec![0]);
        for group in emit_to.take_needed(&mut self.groups) {
            for (value, count) in group.counted() {
                values.push(value);
                counts.push(i64::try_from(count).unwrap_or(i64::MAX));
            }
            ends.push(values.len());
        }
        Self::lists(self.array(values), counts, ends, None)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        let medians = groups.into_iter().map(Values::median).collect::<PrimitiveArray<T>>();
        Ok(Arc::new(medians.with_data_type(self.kind.clone())))
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let values = values[0].as_primitive::<T>();
        let taken = filter.map(|filter| {
            (0..filter.len()).map(|row| filter.is_valid(row) && filter.value(row)).collect::<NullBuffer>()
        });
        let nulls = NullBuffer::union(values.nulls(), taken.as_ref());
        let plain = self.array(values.values().clone());
        Self::lists(plain, vec![1; values.len()], (0..=values.len()).collect(), nulls.as_ref())
    }

    fn size(&self) -> usize {
        let each = self.groups.iter().map(Values::size).sum::<usize>();
        each + self.groups.capacity() * size_of::<Values<T>>()
    }
}

/// One group alone.
impl<T: Counted> Accumulator for Groups<T> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values[0].len();
        GroupsAccumulator::update_batch(self, values, &vec![0; rows], None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states[0].len();
        GroupsAccumulator::merge_batch(self, states, &vec![0; rows], 1)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let states = GroupsAccumulator::state(self, EmitTo::All)?;
        self.groups.push(Values::new());
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        // A growing window asks again and again.
        let median = self.groups.first().and_then(|group| group.copy().median());
        ScalarValue::new_primitive::<T>(median, &self.kind)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::functions_aggregate::median::median_udaf;
    use datafusion::prelude::{SessionConfig, SessionContext};
    use proptest::prelude::*;

    use super::counted_median;

    /// Runs a statement in which `median` is counted and `plain_median` the engine's own.
    fn run(sql: &str, partitions: usize) -> String {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(1000);
            let context = SessionContext::new_with_config(config);
            context.register_udaf(median_udaf().as_ref().clone().with_aliases(["plain_median"]));
            context.register_udaf(counted_median());
            let rows = context.sql(sql).await.unwrap().collect().await.unwrap();
            datafusion::arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string()
        })
    }

    #[test]
    fn long_groups_of_few_values_are_counted_and_give_the_same() {
        let sql = |median: &str| {
            format!(
                "SELECT value % 3 AS g, {median}(arrow_cast(value * value % 17, 'Decimal128(18, 2)')) AS decimals,
                 {median}(value * 0.5) AS floats, {median}(value % 7) FILTER (WHERE value % 5 > 1) AS some,
                 {median}(CASE WHEN value % 4 > 0 THEN value % 11 END) AS with_nulls, {median}(DISTINCT value % 6) AS once
                 FROM generate_series(1, 100000) GROUP BY 1 ORDER BY 1"
            )
        };
        for partitions in [1, 4] {
            assert_eq!(
                run(&sql("median"), partitions).replace("median", ""),
                run(&sql("plain_median"), partitions).replace("plain_median", "")
            );
        }
    }

    #[test]
    fn nothing_and_windows_have_medians_too() {
        for sql in [
            "SELECT MEDIAN(value * 1.5) AS m FROM generate_series(1, 0)",
            "SELECT MEDIAN(value % 5 * 1.5) AS m FROM generate_series(1, 50000)",
            "SELECT MEDIAN(value % 5) OVER (ORDER BY value) AS m FROM generate_series(1, 40) ORDER BY value",
            "SELECT MEDIAN(value % 5) OVER (ORDER BY value ROWS 3 PRECEDING) AS m FROM generate_series(1, 40) ORDER BY value",
        ] {
            assert_eq!(
                run(&sql.replace("MEDIAN", "median"), 2),
                run(&sql.replace("MEDIAN", "plain_median"), 2),
                "{sql}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn drawn_groups_give_what_the_engine_gives(rows in 1..30_000_i64, different in 1..5000_i64, groups in 1..3000_i64, partitions in 1..5_usize) {
            let sql = |median: &str| {
                format!(
                    "SELECT value * 7919 % {groups} AS g, {median}(arrow_cast(value * value % {different} - 40, 'Decimal128(9, 1)')) AS m,
                     {median}(cast(value * 31 % {different} AS double)) AS n FROM generate_series(1, {rows}) GROUP BY 1 ORDER BY 1"
                )
            };
            prop_assert_eq!(run(&sql("median"), partitions), run(&sql("plain_median"), partitions));
        }
    }
}
