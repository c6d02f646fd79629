//! Turns a running plan into how far it is, for whoever waits for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::stats::Precision;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

use super::cache::KeptExec;
use super::stop::Stop;

/// How far a statement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Rows read so far.
    pub rows: usize,
    /// Rows there are to read, where every table knows how many it has.
    pub of: Option<usize>,
}

/// Shares the plan of a running statement with the one who waits.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    plan: Arc<Mutex<Option<Arc<dyn ExecutionPlan>>>>,
    elsewhere: Arc<AtomicUsize>,
    stop: Stop,
}

impl Watch {
    /// Lets the waiting side see the plan that runs now.
    pub(super) fn follow(&self, plan: &Arc<dyn ExecutionPlan>) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(plan));
    }

    /// Notes how many rows other machines have read for this statement.
    #[cfg(feature = "cluster")]
    pub(super) fn count_elsewhere(&self, rows: usize) {
        self.elsewhere.store(rows, Ordering::Relaxed);
    }

    /// Asks the statement to end: nobody waits for it any more.
    pub fn stop(&self) {
        self.stop.set();
    }

    pub(super) fn stop_sign(&self) -> &Stop {
        &self.stop
    }

    /// Returns the plan that runs or has run.
    pub(super) fn plan(&self) -> Option<Arc<dyn ExecutionPlan>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says how far the statement is; nothing before it runs.
    pub fn reach(&self) -> Option<Reach> {
        let plan = self.plan()?;
        let mut reach = Reach { rows: self.elsewhere.load(Ordering::Relaxed), of: Some(0) };
        add_leaves(&plan, &mut reach);
        // Tables that filters cut short end before their last row; more than all is not known better.
        reach.of = reach.of.filter(|of| *of > 0 && *of >= reach.rows);
        Some(reach)
    }
}

/// Sums over the plan's leaves, which are what reads tables.
fn add_leaves(plan: &Arc<dyn ExecutionPlan>, reach: &mut Reach) {
    if let Some(kept) = plan.downcast_ref::<KeptExec>() {
        kept.plans().for_each(|plan| add_leaves(plan, reach));
        return;
    }
    let children = plan.children();
    if !children.is_empty() {
        for child in children {
            add_leaves(child, reach);
        }
        return;
    }
    reach.rows += plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0);
    let known =
        StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok().and_then(|statistics| {
            match statistics.num_rows {
                Precision::Exact(rows) | Precision::Inexact(rows) => Some(rows),
                Precision::Absent => None,
            }
        });
    reach.of = reach.of.zip(known).map(|(sum, rows)| sum + rows);
}
