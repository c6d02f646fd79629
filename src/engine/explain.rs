//! Turns a plan that has run into how it ran: what was read of the files, and every step with its numbers.

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};

use super::{Answer, Trace, Watch};
use crate::error::{Explain as _, Lang};
use crate::messages::ExplainWords;

/// What a plan read of the files of a workspace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reading {
    bytes: usize,
    row_groups: usize,
    row_groups_left_out: usize,
    rows: usize,
}

impl Watch {
    /// Lays out how the statement ran; empty before it did.
    pub fn explain(&self, lang: Lang) -> Answer {
        let plan = self.plan();
        let mut reading = Reading::default();
        let mut steps = String::new();
        if let Some(plan) = &plan {
            add_scans(plan, &mut reading);
            steps = DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(false).to_string();
        }
        let Reading { bytes, row_groups, row_groups_left_out, rows } = reading;
        let of = row_groups + row_groups_left_out;
        let read = ExplainWords::Read { bytes, row_groups, of, rows }.message(lang);
        let column = |name: &str| Field::new(name, DataType::Utf8, false);
        let schema = Arc::new(Schema::new(vec![column("plan_type"), column("plan")]));
        let kinds = StringArray::from_iter_values(["read", "plan_with_metrics"]);
        let texts = StringArray::from_iter_values([read.as_str(), steps.trim_end()]);
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(kinds), Arc::new(texts)]);
        Answer {
            schema,
            batches: batch.into_iter().collect(),
            notices: Vec::new(),
            is_ordered: true,
            trace: Trace::default(),
            left_out: Vec::new(),
        }
    }
}

fn add_scans(plan: &Arc<dyn ExecutionPlan>, reading: &mut Reading) {
    for child in plan.children() {
        add_scans(child, reading);
    }
    let Some(metrics) = plan.metrics().filter(|metrics| metrics.sum_by_name("bytes_scanned").is_some())
    else {
        return;
    };
    reading.bytes += metrics.sum_by_name("bytes_scanned").map_or(0, |value| value.as_usize());
    reading.rows += metrics.output_rows().unwrap_or(0);
    let (matched, pruned) = row_groups(&metrics);
    reading.row_groups += matched;
    reading.row_groups_left_out += pruned;
}

/// Counts the row groups that statistics let through and left out.
fn row_groups(metrics: &MetricsSet) -> (usize, usize) {
    let mut counts = (0, 0);
    for metric in metrics.iter() {
        if let MetricValue::PruningMetrics { name, pruning_metrics } = metric.value()
            && name == "row_groups_pruned_statistics"
        {
            counts.0 += pruning_metrics.matched();
            counts.1 += pruning_metrics.pruned();
        }
    }
    counts
}
