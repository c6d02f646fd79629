//! Turns comparisons with short texts in what an optimised plan computes and aggregates.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, DFSchema, ExprSchema as _, Result, ScalarValue};
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

use super::{Comparison, Short};

/// Replaces comparisons in every projection and aggregate.
pub(in crate::engine) fn shorten_expressions(plan: LogicalPlan) -> Result<LogicalPlan> {
    let shortened = plan.transform_down_with_subqueries(|node| {
        let input = match &node {
            LogicalPlan::Projection(projection) => projection.input.schema(),
            LogicalPlan::Aggregate(aggregate) => aggregate.input.schema(),
            _ => return Ok(Transformed::no(node)),
        };
        let input = Arc::clone(input);
        shorten_node(node, &input)
    })?;
    Ok(shortened.data)
}

/// Replaces comparisons of a node, whose columns keep their names.
fn shorten_node(node: LogicalPlan, input: &DFSchema) -> Result<Transformed<LogicalPlan>> {
    let names = NamePreserver::new(&node);
    let shorten_named = |expression: Expr| {
        let name = names.save(&expression);
        let shortened = expression.transform_down(|expression| Ok(shorten(expression, input)))?;
        Ok(shortened.update_data(|expression| name.restore(expression)))
    };
    let shortened = node.map_expressions(|expression| match &expression {
        // Each of several groupings has names of its own.
        Expr::GroupingSet(_) => expression.map_children(shorten_named),
        _ => shorten_named(expression),
    })?;
    if !shortened.transformed {
        return Ok(shortened);
    }
    shortened.map_data(LogicalPlan::recompute_schema)
}

fn shorten(expression: Expr, input: &DFSchema) -> Transformed<Expr> {
    let Some(comparison) = comparison(&expression, input) else { return Transformed::no(expression) };
    let text = vec![Expr::Column(comparison.column.clone())];
    Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(Short::function(&comparison), text)))
}

/// The comparison that an expression is.
fn comparison(expression: &Expr, input: &DFSchema) -> Option<Comparison<Column>> {
    match expression {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            comparison(left, input)?.or(comparison(right, input)?)
        }
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Eq | Operator::NotEq), right }) => {
            Comparison::one(column(left, input)?, literal(right)?, *op == Operator::NotEq)
        }
        Expr::InList(InList { expr, list, negated }) => {
            Comparison::list(column(expr, input)?, list.iter().map(literal), *negated)
        }
        _ => None,
    }
}

/// A column of string views.
fn column(expression: &Expr, input: &DFSchema) -> Option<Column> {
    let Expr::Column(column) = expression else { return None };
    let field = input.field_from_column(column).ok()?;
    (*field.data_type() == DataType::Utf8View).then(|| column.clone())
}

fn literal(expression: &Expr) -> Option<&ScalarValue> {
    match expression {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    }
}
