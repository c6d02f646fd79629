//! Turns the number of different texts in each group into a step of its own.
//!
//! DataFusion turns `count(DISTINCT text)` into two aggregates, of which the lower one groups by the text: a hash
//! table of every group and text, which for the people of thirty million dossiers takes gigabytes and most of a
//! statement's time. [`exec`] writes short records of the texts instead, deals them into [`piles`] by their hashes,
//! and looks for equal ones pile by pile, in memory or from disk. The numbers are exact.
//!
//! If no group spans two years, and these are large, they are counted one after the other in the same memory.
//!
//! Groups stay in memory, so the step takes the place of the two aggregates only where there cannot be many.
//! To a cluster's executors it is unknown; there, texts are no string views, which are the ones it reads.

mod exec;
mod piles;
mod records;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::fs;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::Session;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, DFSchemaRef, ExprSchema as _, Result, internal_err};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Aggregate, Expr, ExprSchemable as _, Extension, LogicalPlan, UserDefinedLogicalNode,
    UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use self::exec::DifferentExec;
use super::cache::split_years;
use super::dataset::{CATEGORY_KEY, YEAR};
use crate::workspace::Workspace;

/// Parts of dates of which there are few.
const PARTS: [&str; 9] = ["year", "isoyear", "quarter", "month", "week", "day", "doy", "dow", "hour"];

/// Bytes of a year's file, on average, from which on years are counted one after the other: a plan for each
/// takes half a millisecond, and small files would leave cores without work.
pub(super) const LARGE_BYTES: u64 = 64 << 20;

/// Replaces every pair of aggregates of an optimised plan that only counts different texts.
pub(super) fn replace_counts(
    plan: LogicalPlan,
    session: &dyn Session,
    workspace: &Workspace,
    large_bytes: u64,
) -> Result<LogicalPlan> {
    let replaced = plan.transform_down_with_subqueries(|node| {
        let Some(mut found) = DifferentTexts::find(&node) else { return Ok(Transformed::no(node)) };
        if let Some(state) = session.as_any().downcast_ref()
            && let Some(years) = split_years(state, workspace, &node, |dataset, years| {
                mean_bytes(workspace, dataset, years) >= large_bytes
            })?
        {
            found.inputs = years.into_iter().map(input_of).collect();
        }
        Ok(Transformed::yes(LogicalPlan::Extension(Extension { node: Arc::new(found) })))
    })?;
    Ok(replaced.data)
}

/// How large the files of some years are, on average.
fn mean_bytes(workspace: &Workspace, dataset: &str, years: &[i32]) -> u64 {
    let bytes = |year: &i32| fs::metadata(workspace.year_file(dataset, *year)).map_or(0, |file| file.len());
    years.iter().map(bytes).sum::<u64>() / years.len().max(1) as u64
}

/// What an aggregate groups.
fn input_of(aggregate: LogicalPlan) -> LogicalPlan {
    match aggregate {
        LogicalPlan::Aggregate(aggregate) => Arc::unwrap_or_clone(aggregate.input),
        other => other,
    }
}

/// The number of different texts in each group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DifferentTexts {
    /// One after the other; no group spans two of them.
    inputs: Vec<LogicalPlan>,
    groups: Vec<Expr>,
    text: Expr,
    schema: DFSchemaRef,
}

impl DifferentTexts {
    /// Takes `plan` as one if it counts what an aggregate below it grouped by besides the same groups.
    fn find(plan: &LogicalPlan) -> Option<Self> {
        let LogicalPlan::Aggregate(upper) = plan else { return None };
        let LogicalPlan::Aggregate(lower) = upper.input.as_ref() else { return None };
        let is_grouping = |group: &Expr| !matches!(group, Expr::GroupingSet(_));
        if !lower.aggr_expr.is_empty() || !lower.group_expr.iter().all(is_grouping) {
            return None;
        }
        let grouped_by = |group: &Expr| match group {
            Expr::Column(column) => lower.schema.index_of_column(column).ok(),
            _ => None,
        };
        let text = grouped_by(counted(upper)?)?;
        let mut places: Vec<usize> = upper.group_expr.iter().map(grouped_by).collect::<Option<_>>()?;
        let groups: Vec<Expr> = places.iter().map(|place| lower.group_expr[*place].clone()).collect();
        let text_expression = lower.group_expr[text].clone();
        // Each of them once: what is grouped by more is more than the different texts.
        places.push(text);
        places.sort_unstable();
        let schema = lower.input.schema();
        let is_text = text_expression.get_type(schema).is_ok_and(|data_type| data_type == DataType::Utf8View);
        if !places.iter().copied().eq(0..lower.group_expr.len())
            || !is_text
            || !groups.iter().all(|group| has_few_values(group, schema))
        {
            return None;
        }
        let (inputs, schema) = (vec![lower.input.as_ref().clone()], Arc::clone(&upper.schema));
        Some(Self { inputs, groups, text: text_expression, schema })
    }
}

/// What an aggregate counts, if that is all it does.
fn counted(aggregate: &Aggregate) -> Option<&Expr> {
    let [Expr::AggregateFunction(AggregateFunction { func, params })] = aggregate.aggr_expr.as_slice() else {
        return None;
    };
    let is_plain = func.name() == "count"
        && !params.distinct
        && params.filter.is_none()
        && params.order_by.is_empty()
        && params.null_treatment.is_none();
    match params.args.as_slice() {
        [counted] if is_plain => Some(counted),
        _ => None,
    }
}

/// Whether an expression cannot have many values: codes of categories, years, parts of dates, yes and no.
fn has_few_values(expression: &Expr, input: &DFSchema) -> bool {
    if expression.get_type(input).is_ok_and(|data_type| data_type == DataType::Boolean) {
        return true;
    }
    match expression {
        Expr::Alias(alias) => has_few_values(&alias.expr, input),
        Expr::Column(column) => input.field_from_column(column).is_ok_and(|field| {
            let is_year = field.name() == YEAR && *field.data_type() == DataType::Int32;
            is_year || field.metadata().contains_key(CATEGORY_KEY)
        }),
        Expr::ScalarFunction(call) if call.func.name() == "date_part" => match call.args.first() {
            Some(Expr::Literal(part, _)) => {
                part.try_as_str().flatten().is_some_and(|part| PARTS.contains(&part.to_lowercase().as_str()))
            }
            _ => false,
        },
        _ => false,
    }
}

// A node stands for itself: there is no order between two.
impl PartialOrd for DifferentTexts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl Hash for DifferentTexts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.groups.hash(state);
        self.text.hash(state);
    }
}

impl UserDefinedLogicalNodeCore for DifferentTexts {
    fn name(&self) -> &'static str {
        "DifferentTexts"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        self.inputs.iter().collect()
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.groups.iter().chain([&self.text]).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<_> = self.groups.iter().map(ToString::to_string).collect();
        write!(f, "DifferentTexts: text={}, groups=[{}]", self.text, groups.join(", "))
    }

    fn with_exprs_and_inputs(&self, mut groups: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let Some(text) = groups.pop() else { return internal_err!("DifferentTexts has a text") };
        Ok(Self { inputs, groups, text, schema: Arc::clone(&self.schema) })
    }
}

/// Plans the step.
pub(super) struct DifferentPlanner;

#[async_trait]
impl ExtensionPlanner for DifferentPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<DifferentTexts>() else { return Ok(None) };
        let Some(first) = node.inputs.first() else { return Ok(None) };
        let expression = |expression: &Expr| {
            session.create_physical_expr(expression.clone().unalias_nested().data, first.schema())
        };
        let groups = node.groups.iter().map(expression).collect::<Result<_>>()?;
        let schema = Arc::clone(node.schema.inner());
        Ok(Some(Arc::new(DifferentExec::new(inputs.to_vec(), groups, expression(&node.text)?, schema))))
    }
}
