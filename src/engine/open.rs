//! Turns a workspace into a session: settings, functions, rules and planner, each chosen once.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;
use datafusion::optimizer::{Analyzer, AnalyzerRule};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::aggregates::register_aggregates;
use super::catalog::{CATALOG, Context, DATASETS, WorkspaceCatalogs};
use super::conjuncts::CheapFirst;
use super::different::LARGE_BYTES;
use super::files::WorkspaceStores;
use super::filter::CheapFilters;
use super::functions::domain_functions;
use super::label::{Label, LabelRule};
use super::planner::Planner;
use super::{EngineOptions, memory, outside};
use crate::error::Lang;

/// Opens a session; nothing of the workspace is read yet.
pub(super) fn open_context(inner: &Context, options: &EngineOptions) -> Result<SessionContext> {
    let registry = WorkspaceStores::new(&inner.workspace, options.may_read_outside)?;
    let runtime = memory::limit(RuntimeEnvBuilder::new(), options.memory.clone())
        .with_object_store_registry(Arc::new(registry))
        // Zero turns the cache of file listings off; it would hide imports by other processes.
        .with_object_list_cache_limit(0)
        .build_arc()?;
    // What reads Parquet stays as it comes: seconds of processor time of the ten questions over 6 million rows are 2.80 so,
    // 2.91 with `pushdown_filters`, 2.61 with `preserve_file_partitions`, 2.51 without `collect_statistics`, 2.44 with batches
    // of 16,384 rows, 2.41 without view types; a tenth is noise (benches/RESULTS.md, "Choice of settings").
    let mut config = SessionConfig::new().with_default_catalog_and_schema(CATALOG, DATASETS);
    config.options_mut().catalog.create_default_catalog_and_schema = false;
    // Off, because the catalogue has an `information_schema` of its own that survives broken files.
    config.options_mut().catalog.information_schema = false;
    config.options_mut().sql_parser.collect_spans = true;
    // DataFusion 55.2 lets what `min(fee)` has seen skip files that a `max` over more than a column beside it needs: wrong
    // rows (apache/datafusion#24816, mended later). Alone, such aggregates come from the files' statistics anyway.
    config.options_mut().optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    if options.may_read_outside {
        config = outside::allow(config);
    }
    #[cfg(feature = "cluster")]
    if let Some(cluster) = &options.cluster {
        config = cluster.configure(config);
    }
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_catalog_list(Arc::new(WorkspaceCatalogs::new(inner.clone())))
        .with_analyzer_rules(analyzer_rules(inner))
        .with_optimizer_rule(Arc::new(CheapFirst))
        .with_physical_optimizer_rule(Arc::new(CheapFilters))
        .with_query_planner(Arc::new(Planner::new(inner.workspace.clone(), LARGE_BYTES)))
        .build();
    register_aggregates(&mut state)?;
    let context = outside::open_paths(SessionContext::new_with_state(state));
    context.register_udf(ScalarUDF::from(Label::new()));
    domain_functions(&inner.workspace, options.lang.unwrap_or(Lang::Vi))
        .for_each(|function| context.register_udf(function));
    Ok(context)
}

/// `label` is resolved first, while its argument still reads as the user wrote it.
fn analyzer_rules(inner: &Context) -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
    let label: Arc<dyn AnalyzerRule + Send + Sync> = Arc::new(LabelRule::new(inner.contracts.clone()));
    std::iter::once(label).chain(Analyzer::new().rules).collect()
}
