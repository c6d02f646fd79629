//! `cchc query`: runs a saved query, or SQL given on the command line or in a file.

use super::Session;
use super::write::Destination;
use crate::cli::QueryArgs;
use crate::engine::{Arguments, Engine, Script};
use crate::error::{Explain as _, Result};
use crate::messages::TerminalFault;
use crate::workspace::read_text;

pub(super) fn run(session: &Session, arguments: &QueryArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let destination = Destination::new(&arguments.output, session.terminal, engine.workspace())?;
    match (&arguments.name, &arguments.sql, &arguments.file) {
        (Some(name), _, _) => run_saved(session, &engine, &destination, name, &arguments.arguments),
        (None, Some(sql), _) => run_script(session, &engine, &destination, &Script::new("-c", sql.clone())),
        (None, None, Some(file)) => {
            let shown = file.display().to_string();
            let script = Script::new(shown.clone(), read_text(file, &shown)?);
            run_script(session, &engine, &destination, &script)
        }
        // The command line requires one of the three.
        (None, None, None) => Ok(()),
    }
}

fn run_saved(
    session: &Session,
    engine: &Engine,
    destination: &Destination,
    name: &str,
    pairs: &[String],
) -> Result<()> {
    let query = engine.read_query(name)?;
    let arguments = parse_arguments(pairs)?;
    let answer = session.wait(engine.ask_saved(&query, query.text.len(), &arguments))?;
    destination.write(session, engine, &answer, &query.columns)
}

fn run_script(session: &Session, engine: &Engine, destination: &Destination, script: &Script) -> Result<()> {
    let statements = script.statements();
    if destination.is_file() && statements.len() > 1 {
        return Err(TerminalFault::OneResultPerFile { count: statements.len() }.error());
    }
    for statement in statements {
        let answer = session.wait(engine.ask(script, &statement))?;
        destination.write(session, engine, &answer, &[])?;
    }
    Ok(())
}

/// Parses `name=value` pairs.
pub(super) fn parse_arguments(pairs: &[String]) -> Result<Arguments> {
    let pairs: Result<Vec<_>> = pairs
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err(TerminalFault::NotAnArgument { found: pair.clone() }.error()),
        })
        .collect();
    Arguments::new(pairs?)
}
