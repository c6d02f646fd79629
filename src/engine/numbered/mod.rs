//! Turns grouping by codes of categories into grouping by numbers.
//!
//! DataFusion's table of groups compares every row's texts with those of its group. [`calls`] gives each text a number where
//! rows are read ([`numbering`]), packs two columns into one number, and says above the aggregate what the numbers stand for:
//! thirty million dossiers by year and field take 0.21 s instead of 0.29 (benches/RESULTS.md). The groups are the same,
//! exactly.
//!
//! Texts with many different values would gain nothing, so only codes of categories, and `year` beside them, are numbered.
//! Numbers mean something within one process only; where rows go from machine to machine, texts are no string views, which
//! are the ones that are numbered.

mod calls;
mod numbering;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DFSchema, ExprSchema as _, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, Projection, ScalarUDF};

use self::calls::{NumberOf, Shared, ValueOf};
use super::dataset::{CATEGORY_KEY, YEAR};

/// Columns whose numbers of 32 bits are packed into one.
const PACKED: usize = 2;

/// Replaces codes by numbers in every grouping of an optimised plan.
pub(super) fn number_groups(plan: LogicalPlan) -> Result<LogicalPlan> {
    let numbered = plan.transform_down_with_subqueries(|node| {
        let LogicalPlan::Aggregate(aggregate) = &node else { return Ok(Transformed::no(node)) };
        Ok(match number(aggregate)? {
            Some(numbered) => Transformed::yes(numbered),
            None => Transformed::no(node),
        })
    })?;
    Ok(numbered.data)
}

/// Groups by numbers and gives the values back above; none if nothing would be gained.
fn number(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let input = aggregate.input.schema();
    let kinds: Vec<_> = aggregate.group_expr.iter().map(|group| kind_of(group, input)).collect();
    if !kinds.contains(&Kind::Code) || kinds.contains(&Kind::Sets) {
        return Ok(None);
    }
    let (few, other): (Vec<_>, Vec<_>) =
        (0..kinds.len()).partition(|place| matches!(kinds[*place], Kind::Code | Kind::Year));
    let mut groups = Vec::new();
    let mut values = vec![None; kinds.len()];
    for places in few.chunks(PACKED) {
        let shared: Vec<_> = places.iter().map(|_| Shared::default()).collect();
        let columns = places.iter().map(|place| aggregate.group_expr[*place].clone()).collect();
        let packed = call(ScalarUDF::from(NumberOf::new(shared.clone())), columns);
        let name = Expr::Column(Column::new_unqualified(packed.schema_name().to_string()));
        for (half, (place, shared)) in places.iter().zip(shared).enumerate() {
            let field = Arc::clone(&aggregate.schema.fields()[*place]);
            values[*place] =
                Some(call(ScalarUDF::from(ValueOf::new(shared, half, field)), vec![name.clone()]));
        }
        groups.push(packed);
    }
    groups.extend(other.iter().map(|place| aggregate.group_expr[*place].clone()));
    let grouped = Aggregate::try_new(Arc::clone(&aggregate.input), groups, aggregate.aggr_expr.clone())?;
    give_back(aggregate, grouped, &values)
}

/// Puts what an aggregate gave above one that groups by numbers: `values` of what was numbered, all else as it is.
fn give_back(
    aggregate: &Aggregate,
    grouped: Aggregate,
    values: &[Option<Expr>],
) -> Result<Option<LogicalPlan>> {
    let mut others = grouped.schema.columns().into_iter().skip(grouped.group_expr.len() - left(values));
    let columns = aggregate.schema.iter().enumerate().map(|(place, (qualifier, field))| {
        let value = values.get(place).cloned().flatten().or_else(|| others.next().map(Expr::Column));
        value.map(|value| value.alias_qualified(qualifier.cloned(), field.name()))
    });
    let Some(columns) = columns.collect::<Option<_>>() else { return Ok(None) };
    let schema = Arc::clone(&aggregate.schema);
    let input = Arc::new(LogicalPlan::Aggregate(grouped));
    Projection::try_new_with_schema(columns, input, schema).map(LogicalPlan::Projection).map(Some)
}

/// How many groups were not numbered.
fn left(values: &[Option<Expr>]) -> usize {
    values.iter().filter(|value| value.is_none()).count()
}

fn call(function: ScalarUDF, arguments: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), arguments))
}

/// What a statement groups by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A column of codes of a category.
    Code,
    Year,
    /// Several groupings at once, whose rows say which one they belong to.
    Sets,
    Other,
}

fn kind_of(group: &Expr, input: &DFSchema) -> Kind {
    match group {
        Expr::Column(column) => input.field_from_column(column).map_or(Kind::Other, kind_of_field),
        Expr::GroupingSet(_) => Kind::Sets,
        _ => Kind::Other,
    }
}

fn kind_of_field(field: &FieldRef) -> Kind {
    match field.data_type() {
        DataType::Utf8View if field.metadata().contains_key(CATEGORY_KEY) => Kind::Code,
        DataType::Int32 if field.name() == YEAR => Kind::Year,
        _ => Kind::Other,
    }
}
