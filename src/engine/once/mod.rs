//! Turns conditions about one text into ones that are decided once for each different text of a batch.
//!
//! DataFusion searches every row's text. The names of procedures repeat, and many searches cost many times what it takes to
//! see that a view has been there before ([`seen`](super::seen)): over thirty million dossiers `fold(procedure_name) LIKE '%giay phep%'`
//! takes 0.43 s instead of 14.3, and `ILIKE` 0.32 instead of 1.03; a plain `LIKE` gains little by itself (benches/RESULTS.md). Where
//! texts differ, all rows are searched as before. Where comparisons come first, only the rows that they leave are searched
//! ([`narrow`]).
//!
//! Comparisons with a constant are no searches ([`short`](super::short)). Where rows go from machine to machine, nothing is
//! replaced.

mod narrow;
mod repeated;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::{filter, take};
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

pub(super) use narrow::narrow_condition;
use repeated::{Repeated, keep};

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
        let decided = match Repeated::find(texts.as_string_view(), 0..texts.len(), texts.len()) {
            Some(repeated) => {
                let different = take(&texts, &repeated.firsts, None)?;
                Arc::new(repeated.spread(self.decide(different)?.as_boolean()))
            }
            None => self.decide(texts)?,
        };
        Ok(ColumnarValue::Array(decided))
    }
}

impl Once {
    /// Of the rows that are wanted so far, those whose text holds; what is not known does not.
    fn choose(&self, texts: &ArrayRef, rows: &BooleanBuffer) -> Result<BooleanBuffer> {
        let count = rows.count_set_bits();
        let Some(repeated) = Repeated::find(texts.as_string_view(), rows.set_indices(), count) else {
            let wanted = filter(texts, &BooleanArray::new(rows.clone(), None))?;
            return Ok(keep(rows, 0.., self.decide(wanted)?.as_boolean()));
        };
        let different = take(texts, &repeated.firsts, None)?;
        Ok(repeated.keep(rows, self.decide(different)?.as_boolean()))
    }

    fn decide(&self, texts: ArrayRef) -> Result<ArrayRef> {
        let rows = texts.len();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![texts])?;
        self.decide.evaluate(&batch)?.into_array(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::testing::{Place, Value, rows};

    /// What a plan shows of a condition: nothing is replaced, it is decided once for each text, or in what is left.
    const NONE: &str = "";
    const ONCE: &str = "once[";
    const THEN: &str = " THEN once[";

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
        for (condition, shown) in [
            ("procedure_name LIKE '%phép%'", ONCE),
            ("procedure_name NOT ILIKE '%PHÉP%' AND channel = 'online'", THEN),
            ("outcome LIKE '%e%'", ONCE),
            ("outcome NOT LIKE '%e%'", ONCE),
            ("coalesce(outcome, 'e') LIKE '%e%'", ONCE),
            ("lower(procedure_name) LIKE 'c%' OR procedure_name ~ 'phép$'", ONCE),
            ("fold(procedure_name) LIKE '%giay phep%' AND year > 2021", ONCE),
            ("outcome LIKE '%e%' AND channel = 'postal'", THEN),
            ("outcome NOT LIKE '%e%' AND fee > 0 AND procedure_name LIKE '%phép%'", THEN),
            ("procedure_name LIKE '%phép%' AND dossier_code = 'H41.24-22-0001'", THEN),
            ("procedure_name LIKE '%phép%' AND applicant_type <> ''", THEN),
            ("procedure_name LIKE '%phép%' AND length(channel) > 6 AND outcome LIKE '%e%'", THEN),
            ("procedure_name LIKE 'Cấp%'", NONE),
            ("procedure_name = 'x' OR procedure_code = 'y'", NONE),
            ("procedure_name LIKE '%' || field || '%'", NONE),
        ] {
            let planned = plan(condition);
            let found = [THEN, ONCE].into_iter().find(|shown| planned.contains(shown)).unwrap_or(NONE);
            assert_eq!(found, shown, "{condition}\n{planned}");
            // A condition of two columns is never replaced.
            let wanted = count(&format!("({condition}) AND (year > 0 OR dossier_code = '') IS TRUE"));
            let row_by_row = count(&format!("CASE WHEN year > 0 THEN {condition} END"));
            assert_eq!(count(condition), row_by_row, "{condition}");
            assert_eq!(wanted, row_by_row, "{condition}");
            assert_ne!(row_by_row, Vec::<Vec<Value>>::new());
        }
    }
}
