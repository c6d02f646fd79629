//! Turns the deals of a plan into ones of as many parts as its data is worth.
//!
//! Every part of every stage is a task, which costs some milliseconds whatever it does. A statement over a department's
//! years needs one part, one over a country's needs all.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::{LexOrdering, PhysicalExpr};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties as _, Partitioning};

use super::settings::PARTS;

/// Counts the parts that a plan is worth: one per so many bytes of the scanned files, [`PARTS`] at most.
pub(super) fn count_parts(plan: &Arc<dyn ExecutionPlan>, part_bytes: u64) -> Result<usize> {
    let wanted = scanned_bytes(plan)?.div_ceil(part_bytes.max(1));
    Ok(usize::try_from(wanted).unwrap_or(PARTS).clamp(1, PARTS))
}

/// Deals rows out into so many parts.
pub(super) fn fit_parts(plan: Arc<dyn ExecutionPlan>, wanted: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let fitted = plan.transform_up(|node| {
        let deal = node.downcast_ref::<RepartitionExec>().map(RepartitionExec::partitioning);
        let Some(Partitioning::Hash(keys, parts)) = deal else { return Ok(Transformed::no(node)) };
        let dealt = deal_out(node.children()[0], keys.clone(), wanted.min(*parts), node.output_ordering())?;
        Ok(Transformed::yes(dealt))
    })?;
    Ok(fitted.data)
}

/// Deals rows out by keys. Between stages rows come from several tasks, so whoever above counts on an order gets it
/// made again in each part.
pub(super) fn deal_out(
    input: &Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    parts: usize,
    order: Option<&LexOrdering>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let dealt = Arc::new(RepartitionExec::try_new(Arc::clone(input), Partitioning::Hash(keys, parts))?);
    Ok(match order {
        Some(order) => Arc::new(SortExec::new(order.clone(), dealt).with_preserve_partitioning(true)),
        None => dealt,
    })
}

/// The size of the files that a plan scans, each as often as it does.
fn scanned_bytes(plan: &Arc<dyn ExecutionPlan>) -> Result<u64> {
    let mut bytes = 0;
    plan.apply(|node| {
        let scan = node.downcast_ref::<DataSourceExec>();
        if let Some(config) = scan.and_then(|scan| scan.data_source().downcast_ref::<FileScanConfig>()) {
            let files = config.file_groups.iter().flat_map(FileGroup::iter);
            // A large file stands in several groups, each with a range of it.
            bytes += files.map(PartitionedFile::effective_size).sum::<u64>();
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(bytes)
}
