//! Turns comparisons with short texts in the condition of a finished plan's filter.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, InListExpr, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::{Comparison, Short};

/// Replaces the comparisons of a condition.
pub(in crate::engine) fn shorten_condition(
    condition: Arc<dyn PhysicalExpr>,
    input: &Schema,
    options: &Arc<ConfigOptions>,
) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    condition.transform_down(|condition| shorten(condition, input, options))
}

fn shorten(
    condition: Arc<dyn PhysicalExpr>,
    input: &Schema,
    options: &Arc<ConfigOptions>,
) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    let Some(comparison) = comparison(&condition, input) else { return Ok(Transformed::no(condition)) };
    let function = Short::function(&comparison);
    let text: Arc<dyn PhysicalExpr> = Arc::new(comparison.column);
    let holds = Field::new(function.name(), DataType::Boolean, text.nullable(input)?);
    let name = function.name().to_owned();
    let call = ScalarFunctionExpr::new(&name, function, vec![text], Arc::new(holds), Arc::clone(options));
    Ok(Transformed::yes(Arc::new(call)))
}

/// The comparison that a condition is.
fn comparison(condition: &Arc<dyn PhysicalExpr>, input: &Schema) -> Option<Comparison<Column>> {
    if let Some(list) = condition.downcast_ref::<InListExpr>() {
        let texts = list.list().iter().map(literal);
        return Comparison::list(column(list.expr(), input)?, texts, list.negated());
    }
    let compared = condition.downcast_ref::<BinaryExpr>()?;
    let (left, right) = (compared.left(), compared.right());
    match compared.op() {
        Operator::Or => comparison(left, input)?.or(comparison(right, input)?),
        op @ (Operator::Eq | Operator::NotEq) => {
            Comparison::one(column(left, input)?, literal(right)?, *op == Operator::NotEq)
        }
        _ => None,
    }
}

/// A column of string views.
fn column(expression: &Arc<dyn PhysicalExpr>, input: &Schema) -> Option<Column> {
    let column = expression.downcast_ref::<Column>()?;
    let field = input.fields().get(column.index())?;
    (*field.data_type() == DataType::Utf8View).then(|| column.clone())
}

fn literal(expression: &Arc<dyn PhysicalExpr>) -> Option<&ScalarValue> {
    expression.downcast_ref::<Literal>().map(Literal::value)
}
