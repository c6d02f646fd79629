//! Turns a session's settings into those under which a plan can be cut into tasks of several machines.

use ballista_core::extension::{SessionConfigExt as _, SessionConfigHelperExt as _};
use datafusion::config::ConfigOptions;
use datafusion::prelude::SessionConfig;

/// Into how many parts rows are dealt. A part is the least that one core works on, so this bounds the cores that
/// one statement can use; more parts than cores cost a few milliseconds each.
pub(super) const PARTS: usize = 16;
/// The largest message: a plan with the statistics of all its files, or a batch of rows.
pub(super) const MESSAGE_BYTES: u32 = 256 << 20;

/// Restricts what a plan may hold: Ballista's own limits (no string views between machines, no filters that
/// fill while they run, no hash joins of unbounded memory), and no file that several tasks share by racing for it.
pub(super) fn restrict(config: SessionConfig) -> SessionConfig {
    config
        .with_target_partitions(PARTS)
        .ballista_restricted_configuration()
        .set_bool("datafusion.execution.enable_file_stream_work_stealing", false)
}

/// The settings with which schedulers and executors begin; a statement brings its own.
pub(super) fn of_service() -> SessionConfig {
    restrict(SessionConfig::new_with_ballista())
        .with_information_schema(false)
        // With the adaptive planner of Ballista 55 the query `plan_gap` had rows sixteen times (see `unions`).
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES as usize)
}

/// The settings of a statement whose plan is finished. Ballista ensures once more what steps require while it cuts a plan
/// up, and would deal rows out anew inside a stage, each task all of them, if it were allowed more parts than the plan has.
pub(super) fn of_statement(options: &ConfigOptions, parts: usize) -> ConfigOptions {
    let mut options = options.clone();
    options.execution.target_partitions = parts;
    let optimizer = &mut options.optimizer;
    optimizer.enable_round_robin_repartition = false;
    optimizer.repartition_aggregations = false;
    optimizer.repartition_joins = false;
    optimizer.repartition_windows = false;
    optimizer.repartition_sorts = false;
    optimizer.repartition_file_scans = false;
    options
}
