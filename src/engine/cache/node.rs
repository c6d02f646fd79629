//! Turns kept and computed values of a fragment into a leaf of the plan.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchemaRef, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::folder::Folder;
use super::fragment::{Form, Fragment, Part};
use super::key::Key;
use super::values;

/// Rows beyond which a file's values are not held until their end: they would be too large to keep.
const HELD_ROWS: usize = 1 << 20;

/// A fragment of the logical plan with what is known of each file.
#[derive(Debug, Clone)]
pub(super) struct KeptAggregate {
    schema: DFSchemaRef,
    plan: Arc<dyn ExecutionPlan>,
    shown: String,
}

impl KeptAggregate {
    /// Puts the parts of a fragment together.
    ///
    /// # Errors
    /// If the aggregate's second step does not fit, a defect.
    pub(super) fn new(
        fragment: &Fragment,
        parts: Vec<Part>,
        folder: Arc<Folder>,
        cores: usize,
    ) -> Result<Self> {
        let kept = KeptExec::new(fragment, parts, folder, cores);
        let shown = kept.describe();
        let plan = fragment.finish(Arc::new(kept), cores)?;
        Ok(Self { schema: Arc::clone(fragment.logical_schema()), plan, shown })
    }
}

// A node stands for itself: two statements never share one.
impl PartialEq for KeptAggregate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan)
    }
}

impl Eq for KeptAggregate {}

impl Hash for KeptAggregate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shown.hash(state);
    }
}

impl PartialOrd for KeptAggregate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for KeptAggregate {
    fn name(&self) -> &'static str {
        "KeptAggregate"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        Vec::new()
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, _: Vec<LogicalPlan>) -> Result<Self> {
        Ok(self.clone())
    }
}

/// Plans kept aggregates.
pub(in super::super) struct KeptPlanner;

#[async_trait]
impl ExtensionPlanner for KeptPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        _: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        Ok(node.as_any().downcast_ref::<KeptAggregate>().map(|node| Arc::clone(&node.plan)))
    }
}

/// Gives the values of each file, kept or computed, and keeps the latter.
///
/// To the optimizer it is a leaf without statistics that takes no filters.
#[derive(Debug)]
pub(in super::super) struct KeptExec {
    dataset: String,
    form: Form,
    /// Per output partition: the files' parts.
    partitions: Vec<Vec<Part>>,
    folder: Arc<Folder>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl KeptExec {
    fn new(fragment: &Fragment, parts: Vec<Part>, folder: Arc<Folder>, cores: usize) -> Self {
        let count = parts.len().min(cores).max(1);
        let mut partitions = vec![Vec::new(); count];
        // What must be computed is dealt first, so that every core gets its share.
        let (computed, kept): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| matches!(part, Part::Computed { .. }));
        for (index, part) in computed.into_iter().chain(kept).enumerate() {
            if let Some(partition) = partitions.get_mut(index % count) {
                partition.push(part);
            }
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(fragment.kept_schema()),
            Partitioning::UnknownPartitioning(count),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            dataset: fragment.dataset.clone(),
            form: fragment.form,
            partitions,
            folder,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// The plans that compute what was not kept.
    pub(in super::super) fn plans(&self) -> impl Iterator<Item = &Arc<dyn ExecutionPlan>> {
        self.partitions.iter().flatten().filter_map(|part| match part {
            Part::Computed { plan, .. } => Some(plan),
            Part::Kept(_) => None,
        })
    }

    fn describe(&self) -> String {
        let misses = self.plans().count();
        let hits = self.partitions.iter().flatten().count() - misses;
        let form = match self.form {
            Form::Values => "values",
            Form::States => "states",
        };
        format!("KeptAggregate: dataset={}, {form}, hits={hits}, misses={misses}", self.dataset)
    }
}

impl DisplayAs for KeptExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe().replacen("KeptAggregate", "KeptExec", 1))
    }
}

impl ExecutionPlan for KeptExec {
    fn name(&self) -> &'static str {
        "KeptExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !children.is_empty() {
            return internal_err!("KeptExec has no children");
        }
        Ok(self)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let Some(parts) = self.partitions.get(partition).cloned() else {
            return internal_err!("KeptExec has no partition {partition}");
        };
        let schema = self.schema();
        let folder = Arc::clone(&self.folder);
        let rows = MetricBuilder::new(&self.metrics).output_rows(partition);
        let fitted = Arc::clone(&schema);
        let batches = stream::iter(parts)
            .map(move |part| run(part, &schema, &folder, &context))
            .try_flatten()
            .inspect_ok(move |batch| rows.add(batch.num_rows()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(fitted, batches)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

type Batches = stream::BoxStream<'static, Result<RecordBatch>>;

/// Gives a file's values.
fn run(part: Part, schema: &SchemaRef, folder: &Arc<Folder>, context: &Arc<TaskContext>) -> Result<Batches> {
    match part {
        Part::Kept(rows) => Ok(stream::once(std::future::ready(fit(schema, &rows))).boxed()),
        Part::Computed { plan, key, allowed } => {
            let keeper = Keeper {
                key,
                allowed,
                schema: Arc::clone(schema),
                folder: Arc::clone(folder),
                held: Some(Vec::new()),
                rows: 0,
            };
            Ok(keep(plan.execute(0, Arc::clone(context))?, keeper))
        }
    }
}

/// Passes batches on, and keeps them once all have come.
fn keep(batches: SendableRecordBatchStream, keeper: Keeper) -> Batches {
    let step = async |(mut batches, mut keeper): (SendableRecordBatchStream, Keeper)| {
        if let Some(batch) = batches.next().await {
            let batch = fit(&keeper.schema, &batch?)?;
            keeper.hold(&batch);
            return Ok(Some((batch, (batches, keeper))));
        }
        keeper.finish();
        Ok(None)
    };
    stream::try_unfold((batches, keeper), step).boxed()
}

/// Gives rows the names of this statement.
fn fit(schema: &SchemaRef, rows: &RecordBatch) -> Result<RecordBatch> {
    Ok(RecordBatch::try_new(Arc::clone(schema), rows.columns().to_vec())?)
}

/// Holds the values of a file until they are complete.
struct Keeper {
    key: Key,
    allowed: u64,
    schema: SchemaRef,
    folder: Arc<Folder>,
    held: Option<Vec<RecordBatch>>,
    rows: usize,
}

impl Keeper {
    fn hold(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        match &mut self.held {
            Some(held) if self.rows <= HELD_ROWS => held.push(batch.clone()),
            _ => self.held = None,
        }
    }

    fn finish(self) {
        let bytes = self.held.and_then(|held| values::write_rows(&self.schema, &held).ok());
        let allowed = usize::try_from(self.allowed).unwrap_or(usize::MAX);
        match bytes.filter(|bytes| bytes.len() <= allowed) {
            Some(bytes) => self.folder.keep(&self.key, &bytes),
            None => self.folder.keep(&self.key, &values::write_too_large()),
        }
    }
}
