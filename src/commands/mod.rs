//! Runs what the command line asks for: one file per command.

mod ask;
mod chart;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
mod compare;
mod contract;
mod import;
mod key;
mod list;
mod listing;
mod manual;
mod plan;
mod query;
mod revisions;
mod session;
mod sheet;
mod verify;
mod write;

use crate::cli::Command;
use crate::error::Result;

pub use ask::ask_for_missing;
pub use chart::{Drawing, ask_chart, find_clause, usual_options};
pub use list::describe_years;
pub use listing::Listing;
pub use query::parse_arguments;
pub use session::Session;
pub use sheet::{Asked, make_sheet};
pub use write::{check_binary, check_outside, default_format, describe_cut, format_of, list_layout, show};

/// Runs a command.
///
/// # Errors
/// Whatever the command fails with; its kind is the exit code.
pub fn run(session: &Session, command: &Command) -> Result<()> {
    match command {
        Command::Query(arguments) => query::run(session, arguments),
        Command::Compare(arguments) => compare::run(session, arguments),
        Command::Datasets(arguments) => list::run_datasets(session, arguments),
        Command::Queries(arguments) => list::run_queries(session, arguments),
        Command::Charts(arguments) => list::run_charts(session, arguments),
        Command::Import(arguments) => import::run(session, arguments),
        Command::Check(arguments) => check::run(session, arguments),
        Command::Chart(arguments) => chart::run(session, arguments),
        #[cfg(feature = "cluster")]
        Command::Cluster(arguments) => cluster::run(session, arguments),
        Command::Completions(arguments) => manual::write_completions(session.terminal, arguments),
        Command::Man => manual::write_manual(session.terminal),
        Command::Contract(arguments) => contract::run(session, arguments),
        Command::History(arguments) => revisions::run_history(session, arguments),
        Command::Restore(arguments) => revisions::run_restore(session, arguments),
        Command::Remove(arguments) => revisions::run_remove(session, arguments),
        Command::Verify(arguments) => verify::run(session, arguments),
    }
}
