//! Turns SQL over a workspace into results: one DataFusion session whose catalogue is the workspace.
//!
//! DataFusion's types that the product depends on are kept behind this module, since a major version
//! of it appears every few months.

mod aggregates;
mod answer;
mod cache;
mod call;
mod catalog;
mod categories;
mod choices;
#[cfg(feature = "cluster")]
mod cluster;
mod conjuncts;
mod dataset;
mod different;
mod elsewhere;
mod explain;
mod fault;
mod files;
mod filter;
mod forecast;
mod format;
mod function_list;
mod functions;
mod imports;
mod label;
mod lex;
mod limits;
mod median;
mod memory;
mod notice;
mod numbered;
mod once;
mod open;
mod outside;
mod parse;
mod planner;
mod saved;
mod seen;
mod session;
mod short;
mod statement;
mod stop;
mod temporary;
#[cfg(test)]
mod logic_tests;
#[cfg(test)]
mod slt_tests;
#[cfg(test)]
mod testing;
mod types;
mod watch;
mod working_calendar;

pub use answer::{Answer, LeftOut, Trace};
pub use cache::CacheOptions;
pub use catalog::{CATEGORIES, Contracts, IMPORTS};
pub use choices::Choice;
#[cfg(feature = "cluster")]
pub use cluster::{
    Address, Cluster, EXECUTOR_PORT, Executor, PART_BYTES, SCHEDULER_PORT, Scheduler, TASK_PORT, Tls, Token,
    Wire, host_of,
};
pub use dataset::{CATEGORY_KEY, LABELS_KEY, MEASURE_UNIT_KEY, SPEC_KEY, TITLE_KEY};
pub use function_list::{Function, FunctionKind};
pub use lex::{Lexeme, LexemeKind, split_lexemes};
pub use limits::{OPERATORS, STATEMENT_BYTES};
pub use memory::{MemoryOptions, default_memory_limit};
pub use notice::{Source, add_source};
pub use saved::Arguments;
pub use session::{Engine, EngineOptions};
pub use statement::{Script, Statement};
pub use types::type_word;
pub use watch::{Reach, Watch};

/// The column by which a saved query tells its years apart.
pub const QUERY_YEAR: &str = "year";
