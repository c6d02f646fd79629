//! Turns aggregates over years that have not changed into what an earlier statement computed of them.
//!
//! A year is one file, and a closed year's file never changes. So the aggregate of each file is kept,
//! and a statement computes only those of files that it has not met. [`fragment`] finds the part of a
//! plan whose rows come from one dataset file by file, [`key`] names it, [`folder`] keeps it, [`node`]
//! puts it into the plan. The exact same values come out, floating point sums up to rounding.
//!
//! The rule runs between logical and physical planning, so that nothing that is pushed down later (dynamic
//! filters of joins, limits, ranges of files) can reach what is kept: to the rest of the plan it is a leaf.

mod fragment;
mod key;
mod folder;
mod node;
#[cfg(test)]
mod tests;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Extension, LogicalPlan};

use self::folder::{Folder, Stamp};
use self::fragment::{Fragment, Part};
use self::node::KeptAggregate;
use super::files::FileReplaced;
use crate::workspace::Workspace;

pub(super) use self::fragment::split_years;
pub(super) use self::node::{KeptExec, KeptPlanner};

/// Files that are together smaller than this are scanned: opening a kept aggregate takes as long.
const SMALLEST_BYTES: u64 = 1 << 20;
/// How much of the disk the kept aggregates may take.
const FOLDER_BYTES: u64 = 1 << 30;

/// Where aggregates are kept, and how much of them.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// The folder; made when the first aggregate is kept.
    pub folder: PathBuf,
    /// Bytes that the folder may hold; what was used longest ago goes first.
    pub limit: u64,
    /// Bytes of files below which nothing is kept.
    pub smallest: u64,
}

impl CacheOptions {
    /// Keeps aggregates in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), limit: FOLDER_BYTES, smallest: SMALLEST_BYTES }
    }
}

/// The aggregates that are kept for a session.
#[derive(Debug)]
pub(super) struct Cache {
    folder: Arc<Folder>,
    smallest: u64,
    is_on: AtomicBool,
}

impl Cache {
    pub(super) fn new(options: CacheOptions) -> Self {
        let folder = Arc::new(Folder::new(options.folder, options.limit));
        Self { folder, smallest: options.smallest, is_on: AtomicBool::new(true) }
    }

    pub(super) fn turn(&self, on: bool) {
        self.is_on.store(on, Ordering::Relaxed);
    }

    /// Replaces the aggregates of `plan` that can be had file by file.
    ///
    /// # Errors
    /// [`FileReplaced`] if a year changed meanwhile, or faults of planning.
    pub(super) async fn apply(
        &self,
        state: &SessionState,
        workspace: &Workspace,
        plan: LogicalPlan,
    ) -> Result<LogicalPlan> {
        if !self.is_on.load(Ordering::Relaxed) {
            return Ok(plan);
        }
        let mut fragments = Vec::new();
        plan.apply_with_subqueries(|node| {
            Ok(match Fragment::find(state, workspace, node)? {
                Some(fragment) => {
                    fragments.push(fragment);
                    TreeNodeRecursion::Jump
                }
                None => TreeNodeRecursion::Continue,
            })
        })?;
        if fragments.is_empty() {
            return Ok(plan);
        }
        let mut replacements = Vec::new();
        for fragment in &fragments {
            replacements.push(self.prepare(state, workspace, fragment).await?);
        }
        let mut replacements: Vec<_> = fragments.iter().zip(replacements).collect();
        let replaced = plan.transform_down_with_subqueries(|node| {
            // Not found a second time: the years on disk may be others by now.
            let Some(index) = replacements.iter().position(|(fragment, _)| fragment.is(&node)) else {
                return Ok(Transformed::no(node));
            };
            let (_, kept) = replacements.remove(index);
            let is_kept = kept.is_some();
            let node = kept.map_or(node, |kept| LogicalPlan::Extension(Extension { node: Arc::new(kept) }));
            Ok(Transformed::new(node, is_kept, TreeNodeRecursion::Jump))
        })?;
        Ok(replaced.data)
    }

    /// Looks up what is kept of a fragment and plans the rest; nothing where keeping does not pay.
    async fn prepare(
        &self,
        state: &SessionState,
        workspace: &Workspace,
        fragment: &Fragment,
    ) -> Result<Option<KeptAggregate>> {
        let Some(files) = self.stamp(workspace, fragment) else { return Ok(None) };
        let text = fragment.describe()?;
        // A file that cannot be read is the scan's to report.
        let Some(contents) = self.hash(&files) else { return Ok(None) };
        let mut found = Vec::new();
        for ((year, _, _), content) in files.iter().zip(contents) {
            let key = key::Key::new(content, *year, &text);
            match self.folder.load(&key) {
                Some(values::Kept::Rows(rows)) if fragment.accepts(&rows) => found.push((key, Some(rows))),
                Some(values::Kept::TooLarge) => return Ok(None),
                _ => found.push((key, None)),
            }
        }
        let missing = found.iter().filter(|(_, rows)| rows.is_none()).count();
        let cores = state.config().target_partitions();
        // Files side by side need no exchange between cores; fewer files than cores are cut instead.
        let cores_per_file = if missing < cores { cores } else { 1 };
        let mut parts = Vec::new();
        for ((key, rows), (year, file, stamp)) in found.into_iter().zip(&files) {
            let part = if let Some(rows) = rows {
                Part::Kept(rows)
            } else {
                let plan = fragment.plan_year(state, *year, cores_per_file).await?;
                if Stamp::read(file).ok().as_ref() != Some(stamp) {
                    let shown = workspace.display(file);
                    return Err(DataFusionError::External(Box::new(FileReplaced(shown))));
                }
                Part::Computed { plan, key, allowed: allowed_bytes(stamp) }
            };
            parts.push(part);
        }
        KeptAggregate::new(fragment, parts, Arc::clone(&self.folder), cores).map(Some)
    }

    /// Hashes the files side by side; those of versions that were hashed before take no time.
    fn hash(&self, files: &[(i32, PathBuf, Stamp)]) -> Option<Vec<String>> {
        std::thread::scope(|scope| {
            let running: Vec<_> = files
                .iter()
                .map(|(_, file, stamp)| scope.spawn(move || self.folder.content(file, stamp).ok()))
                .collect();
            running.into_iter().map(|thread| thread.join().ok().flatten()).collect()
        })
    }

    /// Reads what tells the files' versions, unless they are too small together.
    fn stamp(&self, workspace: &Workspace, fragment: &Fragment) -> Option<Vec<(i32, PathBuf, Stamp)>> {
        let stamped: Option<Vec<_>> = fragment
            .years
            .iter()
            .map(|year| {
                let file = workspace.year_file(&fragment.dataset, *year);
                Stamp::read(&file).ok().map(|stamp| (*year, file, stamp))
            })
            .collect();
        stamped.filter(|files| files.iter().map(|(_, _, stamp)| stamp.bytes).sum::<u64>() >= self.smallest)
    }
}

/// How large an aggregate may be to be worth keeping: much smaller than the file.
fn allowed_bytes(stamp: &Stamp) -> u64 {
    (stamp.bytes / 8).clamp(64 << 10, 32 << 20)
}
