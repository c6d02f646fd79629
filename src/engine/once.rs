//! Turns conditions about one text into ones that are decided once for each different text of a batch.
//!
//! DataFusion searches every row's text. The names of procedures repeat, and many searches cost many times what it takes to
//! see that a view has been there before ([`Seen`]): over thirty million dossiers `fold(procedure_name) LIKE '%giay phep%'`
//! takes 0.43 s instead of 14.3, and `ILIKE` 0.32 instead of 1.03; a plain `LIKE` gains little (benches/RESULTS.md). Where
//! texts differ, all rows are searched as before.
//!
//! Comparisons with a constant stay as they are: they are cheap, and choose row groups by their statistics. Where rows go from
//! machine to machine, texts are no string views, and nothing is replaced.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, StringViewArray, UInt32Array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{DFSchema, ExprSchema as _, Result, internal_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable as _, Filter, LogicalPlan, Operator, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::PhysicalExpr;

use super::seen::Seen;

/// A batch with fewer rows to a different text than this is searched row by row.
const LEAST_REPEATED: usize = 4;

/// Replaces conditions of every filter of an optimised plan.
pub(super) fn decide_once(plan: LogicalPlan, session: &dyn Session) -> Result<LogicalPlan> {
    let replaced = plan.transform_down_with_subqueries(|node| {
        let LogicalPlan::Filter(filter) = node else { return Ok(Transformed::no(node)) };
        let input = filter.input.schema();
        let conditions = split_conjunction(&filter.predicate);
        if !conditions.iter().any(|condition| is_worth_it(condition, input)) {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        }
        let replace = |condition: &Expr| {
            if is_worth_it(condition, input) { once(condition, session) } else { Ok(condition.clone()) }
        };
        let conditions = conditions.into_iter().map(replace).collect::<Result<Vec<_>>>()?;
        let predicate = conjunction(conditions).unwrap_or_else(|| filter.predicate.clone());
        let filter = Filter::try_new(predicate, Arc::clone(&filter.input))?;
        Ok(Transformed::yes(LogicalPlan::Filter(filter)))
    })?;
    Ok(replaced.data)
}

/// Whether a condition looks at one column of string views and nothing else, and searches in it.
fn is_worth_it(condition: &Expr, input: &DFSchema) -> bool {
    let columns = condition.column_refs();
    let [column] = columns.iter().collect::<Vec<_>>()[..] else { return false };
    input.field_from_column(column).is_ok_and(|field| *field.data_type() == DataType::Utf8View)
        && condition.get_type(input).is_ok_and(|data_type| data_type == DataType::Boolean)
        && !condition.is_volatile()
        && !condition.exists(|expression| Ok(is_another_plan(expression))).unwrap_or(true)
        && condition.exists(|expression| Ok(is_search(expression))).unwrap_or(false)
}

fn is_another_plan(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::ScalarSubquery(_) | Expr::Exists(_) | Expr::InSubquery(_) | Expr::OuterReferenceColumn(..)
    )
}

/// What takes long: patterns that do not begin with what is searched, and functions.
fn is_search(expression: &Expr) -> bool {
    match expression {
        Expr::ScalarFunction(_) => true,
        Expr::Like(like) => {
            let begins = |pattern: &str| !pattern.starts_with(['%', '_']);
            let pattern = match like.pattern.as_ref() {
                Expr::Literal(pattern, _) => pattern.try_as_str().flatten(),
                _ => None,
            };
            like.case_insensitive || !pattern.is_some_and(begins)
        }
        Expr::BinaryExpr(BinaryExpr { op, .. }) => matches!(
            op,
            Operator::RegexMatch | Operator::RegexIMatch | Operator::RegexNotMatch | Operator::RegexNotIMatch
        ),
        _ => false,
    }
}

/// The condition as a function of its column.
fn once(condition: &Expr, session: &dyn Session) -> Result<Expr> {
    let columns = condition.column_refs();
    let [column] = columns.iter().collect::<Vec<_>>()[..] else {
        return internal_err!("one column is wanted");
    };
    let text = Field::new(&column.name, DataType::Utf8View, true);
    let schema = Arc::new(Schema::new(vec![text]));
    let named = condition.clone().transform(|expression| {
        Ok(match expression {
            Expr::Column(column) => Transformed::yes(Expr::Column(column.name.into())),
            other => Transformed::no(other),
        })
    })?;
    let decide = session.create_physical_expr(named.data, &DFSchema::try_from(Arc::clone(&schema))?)?;
    let function = Once {
        name: format!("once[{}]", condition.human_display()),
        condition: condition.clone(),
        decide,
        schema,
        signature: Signature::any(1, Volatility::Immutable),
    };
    let argument = Expr::Column((*column).clone());
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(function)), vec![argument])))
}

/// A condition of one text.
#[derive(Debug)]
struct Once {
    name: String,
    condition: Expr,
    /// The condition over a batch of one column.
    decide: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    signature: Signature,
}

impl PartialEq for Once {
    fn eq(&self, other: &Self) -> bool {
        self.condition == other.condition
    }
}

impl Eq for Once {}

impl Hash for Once {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.condition.hash(state);
    }
}

impl ScalarUDFImpl for Once {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Ok([text]) = <[ColumnarValue; 1]>::try_from(args.args) else {
            return internal_err!("a condition of one text takes one");
        };
        let texts = text.into_array(args.number_rows)?;
        let decided = match Repeated::find(texts.as_string_view()) {
            Some(repeated) => {
                let different = take(&texts, &repeated.firsts, None)?;
                repeated.spread(self.decide(different)?.as_boolean())
            }
            None => self.decide(texts)?,
        };
        Ok(ColumnarValue::Array(decided))
    }
}

impl Once {
    fn decide(&self, texts: ArrayRef) -> Result<ArrayRef> {
        let rows = texts.len();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![texts])?;
        self.decide.evaluate(&batch)?.into_array(rows)
    }
}

/// The different texts of a batch.
struct Repeated {
    /// A row of each.
    firsts: UInt32Array,
    /// Of each row, the position of its text among them.
    numbers: Vec<u32>,
}

impl Repeated {
    /// Finds them, unless there are so many that nothing is gained.
    fn find(texts: &StringViewArray) -> Option<Self> {
        let most = texts.len() / LEAST_REPEATED;
        let mut seen = Seen::new();
        let mut firsts: Vec<u32> = Vec::new();
        let mut numbers = Vec::with_capacity(texts.len());
        let mut none = None;
        for (row, view) in texts.views().iter().enumerate() {
            let mut ask = || {
                let number = u32::try_from(firsts.len()).unwrap_or(Seen::FREE);
                firsts.push(u32::try_from(row).unwrap_or(Seen::FREE));
                number
            };
            // The view of a text that is not there may be that of another.
            let number = if texts.is_null(row) {
                *none.get_or_insert_with(ask)
            } else {
                seen.find_or(*view, || Ok(ask())).ok()?
            };
            numbers.push(number);
            if firsts.len() > most {
                return None;
            }
        }
        Some(Self { firsts: UInt32Array::from(firsts), numbers })
    }

    /// Gives every row what was decided of its text.
    fn spread(&self, decided: &BooleanArray) -> ArrayRef {
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let values: Vec<Option<bool>> = decided.iter().collect();
        let of = |number: &u32| values.get(place(*number)).copied().flatten();
        let spread: BooleanArray = if decided.null_count() == 0 {
            BooleanArray::from(
                self.numbers.iter().map(|number| of(number).unwrap_or_default()).collect::<Vec<_>>(),
            )
        } else {
            self.numbers.iter().map(of).collect()
        };
        Arc::new(spread)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        Array as _, ArrayRef, AsArray as _, BooleanArray, StringViewArray, UInt32Array,
    };
    use datafusion::arrow::compute::take;
    use proptest::prelude::*;

    use super::{LEAST_REPEATED, Repeated};
    use crate::engine::testing::{Place, Value, rows};

    fn decide(texts: &StringViewArray) -> BooleanArray {
        texts.iter().map(|text| text.map(|text| text.contains('a'))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rows_get_what_was_decided_of_their_text(
            words in prop::collection::vec(prop::option::weighted(0.9, "[ab]{0,2}|(dài hơn mười hai )[a-d]"), 1..12),
            picks in prop::collection::vec(0..12_u32, 0..3000),
        ) {
            let count = u32::try_from(words.len()).unwrap();
            let words: ArrayRef = Arc::new(words.iter().collect::<StringViewArray>());
            let picks: UInt32Array = picks.into_iter().map(|pick| pick % count).collect();
            let texts = take(&words, &picks, None).unwrap();
            let texts = texts.as_string_view();
            if let Some(repeated) = Repeated::find(texts) {
                let different: ArrayRef = take(texts, &repeated.firsts, None).unwrap();
                let spread = repeated.spread(&decide(different.as_string_view()));
                prop_assert_eq!(spread.as_boolean(), &decide(texts));
            } else {
                prop_assert!(texts.len() < 12 * LEAST_REPEATED + LEAST_REPEATED);
            }
        }
    }

    #[test]
    fn searches_find_what_they_found_row_by_row() {
        let place = Place::new();
        let count = |condition: &str| {
            rows(&place.ask(false, &format!("SELECT count(*) FROM dossiers WHERE {condition}")))
        };
        let plan = |condition: &str| {
            let sql = format!("EXPLAIN SELECT count(*) FROM dossiers WHERE {condition}");
            format!("{:?}", rows(&place.ask(false, &sql)))
        };
        for (condition, is_once) in [
            ("procedure_name LIKE '%phép%'", true),
            ("procedure_name NOT ILIKE '%PHÉP%' AND channel = 'online'", true),
            ("outcome LIKE '%e%'", true),
            ("outcome NOT LIKE '%e%'", true),
            ("coalesce(outcome, 'e') LIKE '%e%'", true),
            ("lower(procedure_name) LIKE 'c%' OR procedure_name ~ 'phép$'", true),
            ("fold(procedure_name) LIKE '%giay phep%' AND year > 2021", true),
            ("procedure_name LIKE 'Cấp%'", false),
            ("procedure_name = 'x' OR procedure_code = 'y'", false),
            ("procedure_name LIKE '%' || field || '%'", false),
        ] {
            assert_eq!(plan(condition).contains("once["), is_once, "{condition}\n{}", plan(condition));
            // A condition of two columns is never replaced.
            let wanted = count(&format!("({condition}) AND (year > 0 OR dossier_code = '') IS TRUE"));
            let row_by_row = count(&format!("CASE WHEN year > 0 THEN {condition} END"));
            assert_eq!(count(condition), row_by_row, "{condition}");
            assert_eq!(wanted, row_by_row, "{condition}");
            assert_ne!(row_by_row, Vec::<Vec<Value>>::new());
        }
    }
}
