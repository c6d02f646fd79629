//! `cchc query NAME`: runs a saved query.

use super::write::Destination;
use super::{Asked, Session, ask_for_missing};
use crate::analysis::leave_out_of_form;
use crate::cli::QueryArgs;
use crate::engine::{Arguments, Watch};
use crate::error::{Explain as _, Result};
use crate::messages::TerminalFault;

/// Runs a saved query; SQL from the command line or a file is the shell's to run.
pub(super) fn run(session: &Session, arguments: &QueryArgs) -> Result<()> {
    let Some(name) = &arguments.name else { return Ok(()) };
    let engine = session.open_engine()?;
    let destination = Destination::new(&arguments.output, session.terminal, engine.workspace())?;
    let query = engine.read_query(name)?;
    let mut values = parse_arguments(&arguments.arguments)?;
    ask_for_missing(session, &engine, &query, &mut values)?;
    let watch = Watch::default();
    let answer = session.wait(engine.ask_saved_watched(&query, query.text.len(), &values, &watch))?;
    if arguments.explain {
        return destination.write_list(session.terminal, &watch.explain(session.terminal.lang));
    }
    let answer = leave_out_of_form(&engine, &query, answer)?;
    destination.write(session, &engine, &answer, &Asked::Saved(Box::new(query)))
}

/// Parses `name=value` pairs.
///
/// # Errors
/// [`TerminalFault::NotAnArgument`].
pub fn parse_arguments(pairs: &[String]) -> Result<Arguments> {
    let pairs: Result<Vec<_>> = pairs
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err(TerminalFault::NotAnArgument { found: pair.clone() }.error()),
        })
        .collect();
    Arguments::new(pairs?)
}
