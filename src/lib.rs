//! Analytics for a public department's yearly exports: spreadsheets become Parquet, Parquet is
//! asked in SQL, results become tables and charts.
//!
//! ```text
//! import:  export ─source→ Sheet ─locate(Contract)→ rows ─convert→ RecordBatch ─check→ RecordBatch ─store→ revision
//! ask:     workspace ─engine(query, parameters)→ Result ─output→ table, CSV, JSON …
//!                                                   └─chart(VISUALISE)→ Plot ─plotters→ SVG → PNG
//! ```
//!
//! The modules stand here in the order of their dependencies: each uses only those before it. The
//! library never prints and never ends the process.

pub mod error;
pub mod guard;
pub mod messages;
pub mod progress;
#[cfg(feature = "cluster")]
pub mod remote;
pub mod workspace;
pub mod pipeline;
pub mod vietnamese;
pub mod contract;
pub mod source;
pub mod store;
pub mod query;
pub mod engine;
pub mod import;
pub mod output;
pub mod analysis;
pub mod chart;
pub mod terminal;
pub mod cli;
pub mod commands;
pub mod shell;
