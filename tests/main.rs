//! Tests of the whole program: each module says what it pins down.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::assigning_clones,
    reason = "a test that meets a fault must fail"
)]

/// Re-importing the exports gives the bundled data; every check of the expectations holds.
mod bundled;
/// Checks find seeded faults, are silent on a clean year, and can be waived.
mod checks;
/// Saved charts, charts from SQL, and what is refused.
mod charts;
/// A scheduler and executors on this machine, and a workspace in an object store.
#[cfg(feature = "cluster")]
mod cluster;
/// Years of saved queries side by side.
mod compare;
/// Our readers of workbooks against another one, cell by cell.
mod differential;
/// Saved queries against DuckDB on the same Parquet.
mod duckdb;
/// What wrong input is answered with, in both languages.
mod errors;
/// Faults of the disk and power cuts during changes of a year.
#[cfg(target_os = "linux")]
mod faults;
/// One table in every format and encoding; what is refused by what it is.
mod formats;
/// Every parser, fed with changed samples.
mod fuzz;
/// The department's functions in SQL.
mod functions;
/// Cut, damaged and forged files give a value or an error, within bounds.
mod hostile;
/// What imports of made-up exports say, refuse and store.
mod imports;
/// The direction in which modules may use each other.
mod layers;
/// Merged cells of data in all formats.
mod merged;
/// Exports as offices send them, each with what it gives.
mod odd;
/// Workbooks, pages and files for programs: types, provenance, the same bytes.
mod outputs;
/// Lists, choices and declarations of saved queries.
mod parameters;
/// Saved queries, formats and notices.
mod queries;
/// The README's commands do what it says.
mod readme;
/// The numbers, sentences and plan that a report starts from, and the form II.06a.
mod report;
/// What is kept of replaced years, who may change them at once, and what `verify` finds.
mod revisions;
/// The shell on a pipe and from files.
mod shell;
/// What is left out where a contract says which counts are small.
mod small_counts;
/// A throw-away workspace and a way to run the program in it.
mod support;
/// Many processes in one workspace.
mod together;
/// The shell on a pseudo-terminal, as a person sees it.
#[cfg(unix)]
mod terminal;
