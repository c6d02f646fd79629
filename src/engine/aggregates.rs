//! Turns the aggregates of our own into functions by name, for every session that plans or runs them.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;

use super::median::counted_median;

/// Registers them, each in the place of the engine's own of its name. Sessions of the department's PC, of a scheduler and
/// of executors must agree: a plan travels with names alone, and partial states are read by whoever has the same function.
pub(super) fn register_aggregates(registry: &mut dyn FunctionRegistry) -> Result<()> {
    registry.register_udaf(Arc::new(counted_median()))?;
    Ok(())
}
