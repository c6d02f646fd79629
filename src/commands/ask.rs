//! Asks the person at the terminal for the values that a saved query needs and that were not given.

use super::Session;
use crate::engine::{Arguments, Engine};
use crate::error::{Kind, Result};
use crate::messages::AskWords;
use crate::query::{Parameter, SavedQuery};

/// Asks for every value that is missing; where nobody can be asked, nothing happens and the query says
/// what it lacks.
///
/// # Errors
/// If the person interrupts, or the choices cannot be looked up.
pub fn ask_for_missing(
    session: &Session,
    engine: &Engine,
    query: &SavedQuery,
    values: &mut Arguments,
) -> Result<()> {
    if !session.terminal.can_ask() {
        return Ok(());
    }
    for parameter in engine.missing_parameters(query, values) {
        if let Some(value) = ask(session, engine, query, parameter)? {
            values.set(&parameter.name, value);
        }
    }
    Ok(())
}

/// Asks until the answer is a value, or until there is none.
fn ask(
    session: &Session,
    engine: &Engine,
    query: &SavedQuery,
    parameter: &Parameter,
) -> Result<Option<String>> {
    let terminal = session.terminal;
    let (name, kind) = (parameter.name.clone(), parameter.type_word());
    let about = if parameter.about.is_empty() { String::new() } else { format!(": {}", parameter.about) };
    terminal.narrate(&AskWords::Parameter { query: query.name.clone(), name: name.clone(), kind, about });
    let choices = session.wait(engine.choices(query, parameter))?;
    for choice in &choices {
        let label = choice.label.as_ref().map(|label| format!("  {label}")).unwrap_or_default();
        terminal.narrate(&AskWords::Choice { value: choice.value.clone(), label });
    }
    loop {
        let Some(text) = terminal.ask(&format!("{name} = "))? else { return Ok(None) };
        if text.is_empty() {
            continue;
        }
        match session.wait(engine.judge_argument(query, parameter, &text)) {
            Ok(()) => return Ok(Some(text)),
            Err(error) if error.kind() == Kind::Interrupted => return Err(error),
            Err(error) => terminal.complain(&error),
        }
    }
}
