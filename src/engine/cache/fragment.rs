//! Turns a plan into the aggregate in it whose rows come from one dataset, file by file.
//!
//! Such a fragment is an aggregate over projections, filters and aggregates of one scan. If the groups hold
//! `year`, or only one file is read, no group spans two files and each file's final values are kept.
//! Otherwise each file's partial states are kept, and merged by the aggregate's second step.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr::{AggregateFunction, physical_name};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, TableScan, Volatility, lit};
use datafusion::physical_expr::aggregate::LoweredAggregateBuilder;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties as _};

use super::super::dataset::{DatasetTable, YEAR};
use super::super::notice::years_read;
use super::key::{self, Key};
use crate::workspace::Workspace;

/// Aggregates whose partial states merge exactly (floating point up to rounding), whatever the order.
const MERGEABLE: [&str; 15] = [
    "count",
    "sum",
    "min",
    "max",
    "median",
    "avg",
    "bool_and",
    "bool_or",
    "bit_and",
    "bit_or",
    "bit_xor",
    "stddev",
    "stddev_pop",
    "var",
    "var_pop",
];

/// What is kept of each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Rows of the result: no group spans two files.
    Values,
    /// Rows of partial states.
    States,
}

/// A part of a plan that is computed file by file.
#[derive(Debug)]
pub(super) struct Fragment {
    aggregate: Aggregate,
    pub(super) dataset: String,
    /// The years that the filters on `year` leave.
    pub(super) years: Vec<i32>,
    pub(super) form: Form,
    /// The aggregate's two steps over rows of the input, where states are kept.
    steps: Option<Steps>,
}

/// What makes an aggregate's two steps.
#[derive(Debug)]
struct Steps {
    groups: PhysicalGroupBy,
    first: Arc<AggregateExec>,
}

/// What one file gives.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// It was kept.
    Kept(RecordBatch),
    /// It is computed, and then kept under `key` if it takes no more than `allowed` bytes.
    Computed { plan: Arc<dyn ExecutionPlan>, key: Key, allowed: u64 },
}

impl Fragment {
    /// Takes `plan` as a fragment if it is one.
    pub(super) fn find(
        state: &SessionState,
        workspace: &Workspace,
        plan: &LogicalPlan,
    ) -> Result<Option<Self>> {
        let LogicalPlan::Aggregate(aggregate) = plan else { return Ok(None) };
        if is_in_footers(aggregate) {
            return Ok(None);
        }
        let Some(trace) = trace(plan) else { return Ok(None) };
        let known = workspace.years(&trace.dataset).unwrap_or_default();
        let years = years_read(state, &trace.scan.filters, &known)?;
        let is_mergeable = aggregate.aggr_expr.iter().all(|expression| {
            call(expression)
                .is_some_and(|call| !call.params.distinct && MERGEABLE.contains(&call.func.name()))
        });
        let form = match years.len() {
            0 => return Ok(None),
            1 => Form::Values,
            _ if !trace.mixed && !trace.years.is_empty() => Form::Values,
            _ if !trace.mixed_below && is_mergeable => Form::States,
            _ => return Ok(None),
        };
        let steps = match form {
            Form::Values => None,
            Form::States => Some(Steps::of(state, aggregate)?),
        };
        let aggregate = aggregate.clone();
        Ok(Some(Self { aggregate, dataset: trace.dataset, years, form, steps }))
    }

    /// Whether `plan` is this fragment.
    pub(super) fn is(&self, plan: &LogicalPlan) -> bool {
        matches!(plan, LogicalPlan::Aggregate(aggregate) if *aggregate == self.aggregate)
    }

    /// The schema of the fragment in the plan.
    pub(super) fn logical_schema(&self) -> &datafusion::common::DFSchemaRef {
        &self.aggregate.schema
    }

    /// The schema of what is kept.
    pub(super) fn kept_schema(&self) -> SchemaRef {
        match &self.steps {
            Some(steps) => steps.first.schema(),
            None => Arc::clone(self.aggregate.schema.inner()),
        }
    }

    /// Whether rows read from the folder can be what is kept of this fragment.
    pub(super) fn accepts(&self, rows: &RecordBatch) -> bool {
        let (wanted, found) = (self.kept_schema(), rows.schema());
        wanted.fields().len() == found.fields().len()
            && wanted
                .fields()
                .iter()
                .zip(found.fields())
                .all(|(wanted, found)| wanted.data_type() == found.data_type())
    }

    /// Writes what decides the values.
    pub(super) fn describe(&self) -> Result<String> {
        let text = key::describe(&LogicalPlan::Aggregate(self.aggregate.clone()))?;
        Ok(format!("{:?}\n{text}", self.form))
    }

    /// Plans the computation of one year, in one stream.
    pub(super) async fn plan_year(
        &self,
        state: &SessionState,
        year: i32,
        cores: usize,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut state = state.clone();
        state.config_mut().options_mut().execution.target_partitions = cores;
        let planner = Arc::clone(state.query_planner());
        let plan = match &self.steps {
            None => {
                let whole = LogicalPlan::Aggregate(self.aggregate.clone());
                planner.create_physical_plan(&choose_year(whole, year)?, &state).await?
            }
            Some(steps) => {
                let input = choose_year(self.aggregate.input.as_ref().clone(), year)?;
                steps.first_over(planner.create_physical_plan(&input, &state).await?)?
            }
        };
        if plan.output_partitioning().partition_count() > 1 {
            return Ok(Arc::new(CoalescePartitionsExec::new(plan)));
        }
        Ok(plan)
    }

    /// Puts the second step over kept states.
    pub(super) fn finish(
        &self,
        kept: Arc<dyn ExecutionPlan>,
        cores: usize,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match &self.steps {
            None => Ok(kept),
            Some(steps) => steps.second_over(kept, cores),
        }
    }
}

impl Steps {
    fn of(state: &SessionState, aggregate: &Aggregate) -> Result<Self> {
        let (input, arrow) = (aggregate.input.schema(), aggregate.input.schema().inner());
        let context = PhysicalPlanningContext::default();
        let groups: Result<Vec<_>> = aggregate
            .group_expr
            .iter()
            .map(|group| Ok((state.create_physical_expr(group.clone(), input)?, physical_name(group)?)))
            .collect();
        let groups = groups?;
        let groups = if groups.is_empty() {
            PhysicalGroupBy::new(vec![], vec![], vec![], false)
        } else {
            PhysicalGroupBy::new_single(groups)
        };
        let mut calls = Vec::new();
        let mut filters = Vec::new();
        for expression in &aggregate.aggr_expr {
            let properties = state.execution_props();
            let lowered =
                LoweredAggregateBuilder::new(expression, input, arrow, properties, &context).build()?;
            calls.push(lowered.aggregate);
            filters.push(lowered.filter);
        }
        let rows: Arc<dyn ExecutionPlan> = Arc::new(EmptyExec::new(Arc::clone(arrow)));
        let (mode, schema) = (AggregateMode::Partial, Arc::clone(arrow));
        let first = AggregateExec::try_new(mode, groups.clone(), calls, filters, rows, schema)?;
        Ok(Self { groups, first: Arc::new(first) })
    }

    fn first_over(&self, rows: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(AggregateExec::try_new(
            AggregateMode::Partial,
            self.groups.clone(),
            self.first.aggr_expr().to_vec(),
            self.first.filter_expr().to_vec(),
            rows,
            self.first.input_schema(),
        )?))
    }

    fn second_over(&self, kept: Arc<dyn ExecutionPlan>, cores: usize) -> Result<Arc<dyn ExecutionPlan>> {
        let is_split = !self.groups.is_empty() && cores > 1;
        Ok(Arc::new(AggregateExec::try_new(
            if is_split { AggregateMode::FinalPartitioned } else { AggregateMode::Final },
            self.groups.as_final(),
            self.first.aggr_expr().to_vec(),
            vec![None; self.first.aggr_expr().len()],
            kept,
            self.first.input_schema(),
        )?))
    }
}

/// Cuts the input of a grouping into years, if no group spans two of them; `worth` says whether that pays.
pub(in super::super) fn split_years(
    state: &SessionState,
    workspace: &Workspace,
    grouping: &LogicalPlan,
    worth: impl Fn(&str, &[i32]) -> bool,
) -> Result<Option<Vec<LogicalPlan>>> {
    let LogicalPlan::Aggregate(aggregate) = grouping else { return Ok(None) };
    let Some(trace) = trace(grouping).filter(|trace| !trace.mixed && !trace.years.is_empty()) else {
        return Ok(None);
    };
    let known = workspace.years(&trace.dataset).unwrap_or_default();
    let years = years_read(state, &trace.scan.filters, &known)?;
    if years.len() < 2 || !worth(&trace.dataset, &years) {
        return Ok(None);
    }
    let input = aggregate.input.as_ref();
    years.into_iter().map(|year| choose_year(input.clone(), year)).collect::<Result<_>>().map(Some)
}

/// Replaces the filters that choose years by one that chooses `year`.
fn choose_year(plan: LogicalPlan, year: i32) -> Result<LogicalPlan> {
    let chosen = plan.transform_down(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        scan.filters.retain(|filter| !is_about_year(filter));
        let column = Column::new(Some(scan.table_name.clone()), YEAR);
        scan.filters.push(Expr::Column(column).eq(lit(year)));
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    })?;
    Ok(chosen.data)
}

/// Whether a filter of a scan looks at nothing but `year`, which the choice of files answers.
pub(super) fn is_about_year(filter: &Expr) -> bool {
    filter.column_refs().iter().all(|column| column.name == YEAR)
}

/// What is known of a plan that reads one dataset file by file.
struct Trace<'a> {
    scan: &'a TableScan,
    dataset: String,
    /// Positions of the columns that are the year.
    years: Vec<usize>,
    /// Whether a row of the plan may come from two files, and whether one of the input may.
    mixed: bool,
    mixed_below: bool,
}

fn trace(plan: &LogicalPlan) -> Option<Trace<'_>> {
    match plan {
        LogicalPlan::TableScan(scan) => trace_scan(scan),
        LogicalPlan::Filter(filter) if is_plain(&filter.predicate) => trace(&filter.input),
        LogicalPlan::SubqueryAlias(alias) => trace(&alias.input),
        LogicalPlan::Projection(projection) if projection.expr.iter().all(is_plain) => {
            let below = trace(&projection.input)?;
            let years = year_positions(&projection.expr, &projection.input, &below);
            Some(Trace { years, ..below })
        }
        LogicalPlan::Aggregate(aggregate) => {
            let are_groups = aggregate.group_expr.iter().all(is_plain);
            if !are_groups || !aggregate.aggr_expr.iter().all(is_whole_call) {
                return None;
            }
            let below = trace(&aggregate.input)?;
            let years = year_positions(&aggregate.group_expr, &aggregate.input, &below);
            let mixed = below.mixed || years.is_empty();
            Some(Trace { years, mixed, mixed_below: below.mixed, ..below })
        }
        _ => None,
    }
}

fn trace_scan(scan: &TableScan) -> Option<Trace<'_>> {
    let provider = source_as_provider(&scan.source).ok()?;
    let dataset = provider.downcast_ref::<DatasetTable>()?.contract().name.clone();
    if scan.fetch.is_some() || !scan.filters.iter().all(is_plain) {
        return None;
    }
    let fields = scan.projected_schema.fields().iter().enumerate();
    let years = fields.filter(|(_, field)| field.name() == YEAR).map(|(position, _)| position).collect();
    Some(Trace { scan, dataset, years, mixed: false, mixed_below: false })
}

/// Finds the expressions that are the year and nothing else.
fn year_positions(expressions: &[Expr], input: &LogicalPlan, below: &Trace<'_>) -> Vec<usize> {
    let is_year = |expression: &Expr| match expression.clone().unalias_nested().data {
        Expr::Column(column) => {
            input.schema().index_of_column(&column).is_ok_and(|position| below.years.contains(&position))
        }
        _ => false,
    };
    let positions = expressions.iter().enumerate();
    positions.filter(|(_, expression)| is_year(expression)).map(|(position, _)| position).collect()
}

/// Whether the footers of the files hold the answer, which costs less than looking for what is kept.
fn is_in_footers(aggregate: &Aggregate) -> bool {
    let mut input = aggregate.input.as_ref();
    while let LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_) = input {
        let Some(below) = input.inputs().into_iter().next() else { break };
        input = below;
    }
    let is_whole_scan =
        matches!(input, LogicalPlan::TableScan(scan) if scan.filters.iter().all(is_about_year));
    let is_in_footer = |expression: &Expr| {
        call(expression).is_some_and(|call| {
            ["count", "min", "max"].contains(&call.func.name())
                && !call.params.distinct
                && call.params.filter.is_none()
        })
    };
    aggregate.group_expr.is_empty() && is_whole_scan && aggregate.aggr_expr.iter().all(is_in_footer)
}

/// The aggregate function that an expression calls.
fn call(expression: &Expr) -> Option<&AggregateFunction> {
    match expression {
        Expr::Alias(alias) => call(&alias.expr),
        Expr::AggregateFunction(call) => Some(call),
        _ => None,
    }
}

/// Whether an aggregate's final value depends on its rows only, in any order.
fn is_whole_call(expression: &Expr) -> bool {
    call(expression).is_some_and(|call| {
        let name = call.func.name();
        MERGEABLE.contains(&name)
            && call.params.order_by.is_empty()
            && call.params.null_treatment.is_none()
            && call.params.args.iter().all(is_plain)
            && call.params.filter.as_deref().is_none_or(is_plain)
    })
}

/// Whether an expression depends on its row only: a list of what is allowed, so that new kinds stay out.
///
/// Functions must be immutable. Those of the department's calendar are not: the workspace's `calendar.csv`
/// decides them.
fn is_plain(expression: &Expr) -> bool {
    let mut plain = true;
    // The closure gives no error.
    let _ = expression.apply(|node| {
        plain &= match node {
            Expr::Alias(_)
            | Expr::Column(_)
            | Expr::Literal(..)
            | Expr::BinaryExpr(_)
            | Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_) => true,
            Expr::ScalarFunction(call) => call.func.signature().volatility == Volatility::Immutable,
            _ => false,
        };
        Ok(if plain { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    plain
}
