//! `\?`: turns the table of commands into help.

use std::io::Write as _;

use super::{COMMANDS, Call, ShellCommand, find};
use crate::error::{Explain as _, Lang, Result};
use crate::shell::{After, Shell};

/// Lists the commands, or explains one.
pub(super) fn show_commands(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let lang = shell.session.terminal.lang;
    let mut text = Vec::new();
    if call.argument.is_empty() {
        for command in &COMMANDS {
            // Writing to memory cannot fail.
            let _ = write_command(&mut text, command, lang);
        }
    } else {
        let _ = write_command(&mut text, find(call.argument.trim_start_matches('\\'))?, lang);
    }
    shell.put(&text)?;
    Ok(After::Continue)
}

/// Width of the column of usages; longer ones get a line of their own.
const USAGE: usize = 26;

fn write_command(out: &mut Vec<u8>, command: &ShellCommand, lang: Lang) -> std::io::Result<()> {
    let usage = command.usage();
    let help = command.help.message(lang);
    if usage.chars().count() > USAGE {
        return writeln!(out, "{usage}\n{:USAGE$} {help}", "");
    }
    writeln!(out, "{usage:USAGE$} {help}")
}
