//! Turns the steps of long work into calls of an observer, so that the library tells what it does and never prints.
//!
//! Work names a [`Stage`] and counts what is done of it; the terminal decides whether and how that is
//! shown. An observer must be cheap: it is called for every block of rows, from any thread.

use std::fmt::Debug;
use std::sync::Arc;

use crate::error::Explain;
use crate::messages::Stage;

/// What the amounts of a stage count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Rows of a table.
    Rows,
    /// Files.
    Files,
    /// Nothing that could be counted; only the time passes.
    Time,
}

/// Someone who watches long work.
pub trait Progress: Debug + Send + Sync {
    /// A stage begins and ends the one before it; `total` is how much there is to do, where it is known.
    fn begin(&self, stage: Stage, unit: Unit, total: Option<u64>);
    /// So much more of the stage has been done.
    fn advance(&self, amount: u64);
    /// The work is over; whatever was shown is taken away.
    fn end(&self);
    /// Something that the user should know while the work goes on, such as what it waits for.
    fn notice(&self, what: &dyn Explain);
}

/// Watches and says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Stage, _: Unit, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
    fn notice(&self, _: &dyn Explain) {}
}

/// An observer that can be handed on with a request.
pub type Watcher = Arc<dyn Progress>;

/// Returns the observer that says nothing.
pub fn silent() -> Watcher {
    Arc::new(Silent)
}
