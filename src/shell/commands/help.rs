//! `\?`: turns the table of commands into help.

use std::io::Write as _;

use super::{COMMANDS, Call, ShellCommand, find};
use crate::error::{Explain as _, Lang, Result};
use crate::output::wrap;
use crate::shell::{After, Shell};

/// Lists the commands, or explains one.
pub(super) fn show_commands(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let terminal = shell.session.terminal;
    let (lang, width) = (terminal.lang, terminal.width().unwrap_or(WIDTH));
    let mut text = Vec::new();
    if call.argument.is_empty() {
        for command in &COMMANDS {
            // Writing to memory cannot fail.
            let _ = write_command(&mut text, command, lang, width);
        }
    } else {
        let _ = write_command(&mut text, find(call.argument.trim_start_matches('\\'))?, lang, width);
    }
    shell.put(&text)?;
    Ok(After::Continue)
}

/// Width of the column of usages; longer ones get a line of their own.
const USAGE: usize = 26;

/// Width of the help where there is no terminal.
const WIDTH: usize = 100;

fn write_command(out: &mut Vec<u8>, command: &ShellCommand, lang: Lang, width: usize) -> std::io::Result<()> {
    let usage = command.usage(lang);
    let lines = wrap(&command.help.message(lang), width.saturating_sub(USAGE + 1).max(20));
    let is_long = usage.chars().count() > USAGE;
    if is_long {
        writeln!(out, "{usage}")?;
    }
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 && !is_long { usage.as_str() } else { "" };
        writeln!(out, "{left:USAGE$} {line}")?;
    }
    Ok(())
}
