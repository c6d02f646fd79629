//! Analytics for a public department's yearly exports: spreadsheets become Parquet, Parquet is
//! asked in SQL, results become tables and charts.
//!
//! ```text
//! import:  export ─source→ Sheet ─locate(Contract)→ rows ─convert→ RecordBatch ─check→ RecordBatch ─store→ revision
//! ask:     workspace ─engine(query, parameters)→ Result ─output→ table, CSV, JSON …
//!                                                   └─chart(VISUALISE)→ Plot ─plotters→ SVG → PNG
//! ```
//!
//! The modules stand here in the order of their dependencies: each uses only those above it in
//! this list. The library never prints and never ends the process.

pub mod chart;
pub mod contract;
pub mod error;
pub mod messages;
pub mod vietnamese;
pub mod workspace;
