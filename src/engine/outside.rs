//! Turns the path of a file outside the workspace, written as a table's name, into that table, where the user has
//! opened the way for one run (`--allow-external`).
//!
//! DataFusion reads what it can (Parquet, CSV, NDJSON, Arrow), local files only, and nothing is written. What was
//! read is said with every result, since nobody knows where it comes from.

use std::path::Path;
use std::sync::Arc;

use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::{Result, TableReference};
use datafusion::datasource::listing::ListingTable;
use datafusion::execution::SessionState;
use datafusion::logical_expr::TableScan;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::messages::QueryNotice;

/// Marks a session that may read files outside the workspace.
#[derive(Debug)]
struct MayReadOutside;

/// Lets the sessions of a configuration read files outside the workspace.
pub(super) fn allow(config: SessionConfig) -> SessionConfig {
    config.with_extension(Arc::new(MayReadOutside))
}

fn is_allowed(config: &SessionConfig) -> bool {
    config.get_extension::<MayReadOutside>().is_some()
}

/// Makes paths tables, if the session may read them.
pub(super) fn open_paths(context: SessionContext) -> SessionContext {
    let is_open = is_allowed(context.state_ref().read().config());
    if is_open { context.enable_url_table() } else { context }
}

/// Tells whether a table's name is the path of a file that the session may read.
pub(super) fn is_path(state: &SessionState, reference: &TableReference) -> bool {
    is_allowed(state.config()) && is_file(reference)
}

/// Tells whether a table's name is the path of a file, readable or not.
pub(super) fn is_file(reference: &TableReference) -> bool {
    reference.schema().is_none() && Path::new(reference.table()).is_file()
}

/// Says which file outside the workspace a scan reads, if it does.
pub(super) fn find_notice(scan: &TableScan) -> Result<Option<QueryNotice>> {
    let provider = source_as_provider(&scan.source)?;
    let listing = provider.downcast_ref::<ListingTable>();
    let path = listing.and_then(|table| table.table_paths().first());
    Ok(path.map(|path| QueryNotice::Outside { file: path.as_str().trim_start_matches("file://").to_owned() }))
}
