//! `\last`, `\describe`, `\crosstabview`, `\watch`: other looks at a result.

use std::time::Duration;

use super::{Call, split_words};
use crate::analysis::leave_out_of_crosstab;
use crate::error::{Error, Explain as _, Kind, Result};
use crate::messages::{ShellFault, ShellNote};
use crate::shell::crosstab::make_crosstab;
use crate::shell::show::{Outcome, OutcomeKind};
use crate::shell::{After, Shell};

/// Shows the last result again, all of it.
pub(super) fn show_last(shell: &mut Shell<'_>, _: &Call<'_>) -> Result<After> {
    let last = shell.last.take().ok_or_else(no_result)?;
    let shown = shell.show_whole(&last);
    shell.last = Some(last);
    shown.map(|()| After::Continue)
}

fn no_result() -> Error {
    ShellFault::NoResult.error()
}

/// Sums up a table, a query, the statement before the command, or the last result.
pub(super) fn describe(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let source = match call.before {
        Some((script, statement)) => format!("({})", script.sql(statement).trim()),
        None if call.argument.is_empty() && shell.last.is_none() => return Err(no_result()),
        None if call.argument.is_empty() => "_".to_owned(),
        None => call.argument.to_owned(),
    };
    let outcome = shell.summarise(&source)?;
    // The last result stays what it was, so that another look at it is possible.
    shell.show(&outcome)?;
    Ok(After::Continue)
}

/// Turns the values of a column of the last result, or of the statement before, into columns.
pub(super) fn crosstab(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    if let Some((script, statement)) = call.before {
        let outcome = shell.ask_for(Some((script, statement)))?;
        shell.engine.keep_last(&outcome.answer)?;
        shell.last = Some(outcome);
    }
    let last = shell.last.as_ref().ok_or_else(no_result)?;
    let mut answer = make_crosstab(&last.answer, &split_words(call.argument))?;
    // A list of the program's own counts columns and values, not people.
    if last.kind == OutcomeKind::Result {
        answer = leave_out_of_crosstab(&shell.engine, answer)?;
    }
    let outcome = Outcome { answer, asked: last.asked.clone(), elapsed: last.elapsed, kind: last.kind };
    shell.show(&outcome)?;
    Ok(After::Continue)
}

/// Runs the statement again and again.
pub(super) fn watch(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let words = split_words(call.argument);
    let (seconds, count) = match words.as_slice() {
        [] => (2.0, usize::MAX),
        [seconds] => (parse_seconds(call, seconds)?, usize::MAX),
        [seconds, count] => (parse_seconds(call, seconds)?, count.parse().map_err(|_| call.misused())?),
        _ => return Err(call.misused()),
    };
    let mut before = call.before;
    for round in 0..count {
        if round > 0 {
            let paused = shell.session.pause(Duration::from_secs_f64(seconds));
            // Ctrl-C is how watching ends, not a fault.
            match paused {
                Err(error) if error.kind() == Kind::Interrupted => break,
                other => other?,
            }
        }
        let time = chrono::Local::now().format("%H:%M:%S").to_string();
        shell.session.terminal.narrate(&ShellNote::Watching { time, seconds: seconds.to_string() });
        let outcome = shell.ask_for(before.take())?;
        shell.keep_and_show(outcome)?;
    }
    Ok(After::Continue)
}

/// Shorter pauses would keep the machine busy, longer ones are another day.
const SECONDS: std::ops::RangeInclusive<f64> = 0.1..=86_400.0;

fn parse_seconds(call: &Call<'_>, text: &str) -> Result<f64> {
    text.parse().ok().filter(|seconds| SECONDS.contains(seconds)).ok_or_else(|| call.misused())
}
