//! Turns rows into groups with the number of different texts of each.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::runtime::JoinSet;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::EmitTo;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{
    Count as Metric, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, Partitioning, PlanProperties,
};
use futures::{StreamExt as _, stream};

use super::piles::{Count, Piles};
use super::records::Mixer;

/// Bytes of records that are worth a file; a limit that leaves less is no limit to work under.
const LEAST_SPILL: usize = 1 << 20;

/// Counts the different texts of each group: the parts of an input side by side, then the piles of their records.
#[derive(Debug)]
pub(super) struct DifferentExec {
    /// One after the other; no group spans two of them.
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    groups: Vec<Arc<dyn PhysicalExpr>>,
    text: Arc<dyn PhysicalExpr>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl DifferentExec {
    /// Counts `text` by `groups`; `schema` has a column for each group and one for the number.
    pub(super) fn new(
        inputs: Vec<Arc<dyn ExecutionPlan>>,
        groups: Vec<Arc<dyn PhysicalExpr>>,
        text: Arc<dyn PhysicalExpr>,
        schema: SchemaRef,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        let metrics = ExecutionPlanMetricsSet::new();
        Self { inputs, groups, text, properties: Arc::new(properties), metrics }
    }
}

impl DisplayAs for DifferentExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<_> = self.groups.iter().map(ToString::to_string).collect();
        write!(f, "DifferentExec: text={}, groups=[{}]", self.text, groups.join(", "))
    }
}

impl ExecutionPlan for DifferentExec {
    fn name(&self) -> &'static str {
        "DifferentExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for expression in self.groups.iter().chain([&self.text]) {
            if visit(expression)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (groups, text) = (self.groups.clone(), Arc::clone(&self.text));
        Ok(Arc::new(Self::new(children, groups, text, self.schema())))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return internal_err!("DifferentExec has no partition {partition}");
        }
        let work = Arc::new(Work::new(self, context)?);
        let inputs = self.inputs.clone();
        let rows = MetricBuilder::new(&self.metrics).output_rows(0);
        let answer = async move {
            let batch = work.run(inputs).await?;
            rows.add(batch.num_rows());
            Ok(batch)
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream::once(answer))))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// What the tasks of one execution share.
struct Work {
    groups: Vec<Arc<dyn PhysicalExpr>>,
    text: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    /// The groups met so far, where there are any; numbered in the order in which they came.
    known: Option<Mutex<Known>>,
    mixer: Mixer,
    context: Arc<TaskContext>,
    spills: Metric,
    spilled_bytes: Metric,
}

struct Known {
    values: Box<dyn GroupValues>,
    memory: MemoryReservation,
}

impl Work {
    fn new(plan: &DifferentExec, context: Arc<TaskContext>) -> Result<Self> {
        let schema = plan.schema();
        let fields: Vec<_> = schema.fields().iter().take(plan.groups.len()).cloned().collect();
        let known = if fields.is_empty() {
            None
        } else {
            let values = new_group_values(Arc::new(Schema::new(fields)), &GroupOrdering::None)?;
            let memory = MemoryConsumer::new("groups").register(context.memory_pool());
            Some(Mutex::new(Known { values, memory }))
        };
        Ok(Self {
            groups: plan.groups.clone(),
            text: Arc::clone(&plan.text),
            schema,
            known,
            mixer: Mixer::new(),
            context,
            spills: MetricBuilder::new(&plan.metrics).spill_count(0),
            spilled_bytes: MetricBuilder::new(&plan.metrics).spilled_bytes(0),
        })
    }

    async fn run(self: Arc<Self>, inputs: Vec<Arc<dyn ExecutionPlan>>) -> Result<RecordBatch> {
        let mut hands: Vec<Hand> = Vec::new();
        let mut sums = Vec::new();
        for input in inputs {
            let tasks = input.output_partitioning().partition_count();
            for hand in &mut hands {
                hand.piles.empty();
            }
            hands.extend((hands.len()..tasks).map(|task| Hand::new(&self, task)));
            let idle = hands.split_off(tasks);
            let mut gathering = JoinSet::new();
            for (task, hand) in hands.into_iter().enumerate() {
                let rows = input.execute(task, Arc::clone(&self.context))?;
                gathering.spawn(Arc::clone(&self).gather(hand, rows));
            }
            let gathered = Arc::new(join(gathering).await?);
            let mut counting = JoinSet::new();
            for task in 0..tasks {
                counting.spawn(Arc::clone(&self).count(task, tasks, Arc::clone(&gathered)));
            }
            sums.resize(self.group_count(), 0);
            for counts in join(counting).await? {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            // Nobody else holds them any more.
            hands = Arc::into_inner(gathered).unwrap_or_default();
            hands.extend(idle);
        }
        self.lay_out(sums)
    }

    /// Makes piles of the texts of a part of the input.
    async fn gather(self: Arc<Self>, mut hand: Hand, mut rows: SendableRecordBatchStream) -> Result<Hand> {
        while let Some(batch) = rows.next().await {
            self.add(&batch?, &mut hand)?;
            if let Err(full) = hand.memory.try_resize(hand.piles.size()) {
                self.make_room(&mut hand, full)?;
            }
        }
        // What is left in memory would only be in the way of what comes back from the disk.
        if hand.piles.has_spilled() {
            self.spill(&mut hand.piles)?;
            hand.memory.resize(hand.piles.size());
        }
        Ok(hand)
    }

    fn add(&self, batch: &RecordBatch, hand: &mut Hand) -> Result<()> {
        let Hand { piles, numbers, .. } = hand;
        self.number(batch, numbers)?;
        let texts = self.text.evaluate(batch)?.into_array(batch.num_rows())?;
        let Some(texts) = texts.as_string_view_opt() else {
            return internal_err!("texts are no string views");
        };
        for (row, group) in numbers.iter().enumerate() {
            if texts.is_valid(row) {
                let group = u32::try_from(*group).map_err(|_| exec_datafusion_err!("too many groups"))?;
                piles.add(group, texts.value(row).as_bytes())?;
            }
        }
        Ok(())
    }

    /// Numbers the group of each row.
    fn number(&self, batch: &RecordBatch, numbers: &mut Vec<usize>) -> Result<()> {
        let Some(known) = &self.known else {
            numbers.clear();
            numbers.resize(batch.num_rows(), 0);
            return Ok(());
        };
        let columns: Result<Vec<ArrayRef>> =
            self.groups.iter().map(|group| group.evaluate(batch)?.into_array(batch.num_rows())).collect();
        let columns = columns?;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.values.len();
        known.values.intern(&columns, numbers)?;
        if known.values.len() > before {
            known.memory.try_resize(known.values.size())?;
        }
        Ok(())
    }

    /// Throws repeated records away, and moves the others to disk if that is not enough.
    fn make_room(&self, hand: &mut Hand, full: DataFusionError) -> Result<()> {
        let Hand { piles, memory, .. } = hand;
        if piles.size() < LEAST_SPILL {
            return Err(full);
        }
        piles.thin()?;
        if piles.size() > memory.size() / 2 {
            self.spill(piles)?;
        }
        memory.try_resize(piles.size())
    }

    fn spill(&self, piles: &mut Piles) -> Result<()> {
        let file = self.context.runtime_env().disk_manager.create_tmp_file("counting different texts")?;
        self.spilled_bytes.add(piles.spill(file)?);
        self.spills.add(1);
        Ok(())
    }

    /// Counts every `tasks`th pile, the `task`th first.
    async fn count(self: Arc<Self>, task: usize, tasks: usize, gathered: Arc<Vec<Hand>>) -> Result<Vec<i64>> {
        let memory = self.reserve("piles", task);
        let all: Vec<&Piles> = gathered.iter().map(|hand| &hand.piles).collect();
        let mut count = Count::new(&all, &self.mixer, self.group_count(), &memory);
        for pile in (task..Count::piles()).step_by(tasks) {
            if count.add(pile)? {
                // Where a statement that nobody waits for ends.
                tokio::task::yield_now().await;
            }
        }
        Ok(count.finish())
    }

    fn reserve(&self, what: &str, task: usize) -> MemoryReservation {
        let consumer = MemoryConsumer::new(format!("{what}[{task}]")).with_can_spill(true);
        consumer.register(self.context.memory_pool())
    }

    fn group_count(&self) -> usize {
        self.known
            .as_ref()
            .map_or(1, |known| known.lock().unwrap_or_else(PoisonError::into_inner).values.len())
    }

    /// Lays groups and their counts out as rows.
    fn lay_out(&self, counts: Vec<i64>) -> Result<RecordBatch> {
        let mut columns = match &self.known {
            Some(known) => known.lock().unwrap_or_else(PoisonError::into_inner).values.emit(EmitTo::All)?,
            None => Vec::new(),
        };
        columns.push(Arc::new(Int64Array::from(counts)));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

/// What a task works with, for one input after the other.
struct Hand {
    piles: Piles,
    memory: MemoryReservation,
    /// The groups of the rows at hand.
    numbers: Vec<usize>,
}

impl Hand {
    fn new(work: &Work, task: usize) -> Self {
        let memory = work.reserve("texts", task);
        Self { piles: Piles::new(&work.mixer), memory, numbers: Vec::new() }
    }
}

/// Waits for all tasks; ends them all if one fails.
async fn join<T: Send + 'static>(mut tasks: JoinSet<Result<T>>) -> Result<Vec<T>> {
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result.map_err(|cause| DataFusionError::ExecutionJoin(Box::new(cause)))??);
    }
    Ok(results)
}
