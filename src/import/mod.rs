//! Turns exports into a published year: located, converted, checked, stored.
//!
//! A plan goes through everything except the last step, so that `--dry-run` and the real import
//! cannot differ: an import is a plan that had nothing to refuse, published.

mod amount;
mod arrays;
pub mod carried;
pub mod check;
mod code;
pub mod convert;
pub mod draft;
mod examine;
pub mod footer;
pub mod gaps;
pub mod header;
pub mod keys;
pub mod locate;
mod marker;
mod memo;
mod merged;
mod moment;
pub mod notes;
mod outcome;
pub mod period;
pub mod personal;
pub mod plan;
pub mod report;
pub mod rows;
pub mod rules;
mod sheets;
pub mod slot;
mod sparse;
pub mod survey;
pub mod totals;
pub mod twins;
pub mod value;
mod wanted;
pub mod watch;

use std::sync::Arc;

use self::carried::find_carried_over;
pub use self::draft::{Draft, DraftRequest, draft_contract};
use self::examine::examine;
pub use self::plan::{
    ColumnPlan, FilePlan, Ignored, ImportPlan, ImportReport, ImportRequest, LeftOut, Reason, SheetPlan,
};
pub use self::report::{Reject, RejectedCell};
pub use self::wanted::{Wanted, describe_wanted};
use crate::contract::Contract;
use crate::error::Result;
use crate::messages::ImportFault;
use crate::store::{Permit, Publication, Scratch, Sorter, publish};
use crate::workspace::Workspace;

/// The version of what an import makes of an export.
///
/// It is part of every revision: raise it whenever the same export, contract and options give other
/// rows or other provenance than before, so that importing them again is not taken for no change.
pub const IMPORTER_VERSION: u32 = 5;

/// Reads, converts and checks the exports, and keeps nothing of the rows.
///
/// # Errors
/// If an export cannot be read or understood. Bad cells, repeated keys and wrong totals are no
/// error here: they stand in [`ImportPlan::refusal`], so that the plan can be shown with them.
pub fn plan_import(contract: &Contract, request: &ImportRequest) -> Result<ImportPlan> {
    examine(contract, request, &Scratch::in_system, |_| None).map(|(plan, _)| plan)
}

/// A plan with the rows that it would store.
pub struct Prepared {
    /// The plan.
    pub plan: ImportPlan,
    /// The rows; a refused plan may have none.
    rows: Option<Sorter>,
}

/// Goes through everything that [`plan_import`] does, keeps the rows, and compares them with other years.
///
/// # Errors
/// Those of [`plan_import`], and years or disks that cannot be read or written.
pub fn rehearse_import(
    workspace: &Workspace,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<Prepared> {
    prepare(workspace, contract, request, &Scratch::in_system)
}

/// Does the same in the workspace, which is locked until the permit is dropped.
///
/// # Errors
/// Those of [`rehearse_import`], and a workspace that is busy or cannot be written.
pub fn prepare_import(
    workspace: &Workspace,
    contract: &Contract,
    request: &ImportRequest,
) -> Result<(Prepared, Permit)> {
    let (author, progress) = (&request.author, request.progress.as_ref());
    let permit = Permit::acquire(workspace, &contract.name, request.year, author, progress)?;
    let prepared = prepare(workspace, contract, request, &|| Scratch::in_workspace(workspace))?;
    Ok((prepared, permit))
}

fn prepare(
    workspace: &Workspace,
    contract: &Contract,
    request: &ImportRequest,
    scratch: &dyn Fn() -> Scratch,
) -> Result<Prepared> {
    let (mut plan, mut rows) =
        examine(contract, request, scratch, |layout| Some(Sorter::new(layout, scratch())))?;
    if let Some(rows) = &mut rows {
        let kept = Arc::new(rows.kept()?);
        plan.warnings.extend(find_carried_over(workspace, contract, request.year, &kept)?);
    }
    Ok(Prepared { plan, rows })
}

impl Prepared {
    /// Publishes what was planned.
    ///
    /// # Errors
    /// The plan's refusal, and faults of the store; nothing is written then.
    pub fn publish(
        mut self,
        workspace: &Workspace,
        request: &ImportRequest,
        permit: &Permit,
    ) -> Result<ImportReport> {
        if let Some(refusal) = self.plan.refusal.take() {
            return Err(refusal);
        }
        // Rows are let go only where the plan is refused.
        let rows = self.rows.ok_or(ImportFault::NothingFound)?.finish()?;
        let publication = Publication {
            rows,
            provenance: &self.plan.provenance,
            author: &request.author,
            progress: request.progress.as_ref(),
        };
        let published = publish(workspace, publication, permit)?;
        Ok(ImportReport { plan: self.plan, published })
    }
}

/// Imports the exports as one year of the contract's dataset.
///
/// # Errors
/// Everything that [`prepare_import`] and [`Prepared::publish`] find; nothing is written then.
pub fn import(workspace: &Workspace, contract: &Contract, request: &ImportRequest) -> Result<ImportReport> {
    let (prepared, permit) = prepare_import(workspace, contract, request)?;
    prepared.publish(workspace, request, &permit)
}

#[cfg(test)]
mod block_tests;
#[cfg(test)]
mod tests;
