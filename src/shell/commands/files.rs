//! `\g`, `\o`, `\copy`, `\i`, `\e`, `\s`: results to files, statements from files and from memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Call, split_words};
use crate::chart::find_visualise;
use crate::error::{Explain as _, Result};
use crate::messages::{ShellFault, ShellNote};
use crate::output::visible;
use crate::shell::run::whole;
use crate::shell::show::Outlet;
use crate::shell::{After, Origin, Shell};
use crate::workspace::{read_text, unwritable};

/// Runs the statement before the command or the last one, and writes its result to a file.
pub(super) fn go(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    if call.argument.is_empty() {
        if let Some((script, statement)) = call.before {
            shell.run_statement(script, statement)?;
        } else {
            let (script, statement) = whole("\\g", &shell.last_sql()?);
            shell.run_statement(&script, &statement)?;
        }
        return Ok(After::Continue);
    }
    let file = one_word(call)?;
    let sql = match call.before {
        Some((script, statement)) => script.sql(statement).trim().to_owned(),
        None => shell.last_sql()?,
    };
    if find_visualise(&sql).is_some() {
        shell.draw_statement(&sql, Some(&file))?;
        return Ok(After::Continue);
    }
    // A file that cannot be written should not cost a run.
    Outlet::new(PathBuf::from(&file), None, shell.engine.workspace())?;
    let outcome = shell.ask_for(call.before)?;
    shell.engine.keep_last(&outcome.answer)?;
    let written = shell.write_file(&outcome, &file);
    shell.last = Some(outcome);
    written.map(|()| After::Continue)
}

fn one_word(call: &Call<'_>) -> Result<String> {
    match split_words(call.argument).as_slice() {
        [word] => Ok(word.clone()),
        _ => Err(call.misused()),
    }
}

/// Sends the results that follow to a file, or shows them here again.
pub(super) fn redirect(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    if call.argument.is_empty() {
        shell.outlet = None;
        shell.session.terminal.narrate(&ShellNote::OutputHere);
        return Ok(After::Continue);
    }
    let outlet = Outlet::new(PathBuf::from(one_word(call)?), None, shell.engine.workspace())?;
    shell.session.terminal.narrate(&ShellNote::OutputTo { file: outlet.file().display().to_string() });
    shell.outlet = Some(outlet);
    Ok(After::Continue)
}

/// Writes a table or the result of a query to a file.
pub(super) fn copy(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let argument = call.needed()?;
    // The last TO counts; the query may hold the word too.
    let at = argument.to_ascii_lowercase().rfind(" to ").ok_or_else(|| call.misused())?;
    let (source, file) = argument.split_at(at);
    let [file] =
        split_words(file.get(" to ".len()..).unwrap_or_default()).try_into().map_err(|_| call.misused())?;
    Outlet::new(PathBuf::from(&file), None, shell.engine.workspace())?;
    let source = source.trim();
    let sql = match source.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(query) => query.to_owned(),
        None => format!("SELECT * FROM {source}"),
    };
    let (script, statement) = whole("\\copy", &sql);
    let outcome = shell.ask(&script, &statement)?;
    shell.write_file(&outcome, &file)?;
    Ok(After::Continue)
}

/// Runs a file.
pub(super) fn include(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    call.needed()?;
    let file = one_word(call)?;
    shell.include(&file)
}

/// Opens the statement, or a file, in the user's editor; what comes back is the next entry.
pub(super) fn edit(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    if shell.origin != Origin::Terminal {
        return Err(ShellFault::NeedsTerminal { name: "\\e".to_owned() }.error());
    }
    if !call.argument.is_empty() {
        let file = one_word(call)?;
        run_editor(Path::new(&file))?;
        return read_text(Path::new(&file), &file).map(|text| After::Edit(text.trim_end().to_owned()));
    }
    let text = match call.before {
        Some((script, statement)) => script.sql(statement).trim().to_owned(),
        None => shell.last_statement.clone().map(|sql| format!("{sql};")).unwrap_or_default(),
    };
    let edited = edit_text(&text)?;
    Ok(After::Edit(edited.trim_end().to_owned()))
}

/// Lets the user edit a text in a file of their own, which is removed afterwards.
fn edit_text(text: &str) -> Result<String> {
    let name = format!("cchc-{}-{}.sql", std::process::id(), chrono::Utc::now().timestamp_micros());
    let file = std::env::temp_dir().join(name);
    let shown = file.display().to_string();
    let edited = write_private(&file, text)
        .map_err(|cause| unwritable(&shown, cause))
        .and_then(|()| run_editor(&file))
        .and_then(|()| read_text(&file, &shown));
    // The file lies in the folder for temporary files; left behind it would be removed by the system.
    let _ = std::fs::remove_file(&file);
    edited
}

/// Makes a new file that only its owner can read.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

fn run_editor(file: &Path) -> Result<()> {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok());
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    let editor =
        named.into_iter().find(|editor| !editor.trim().is_empty()).unwrap_or_else(|| usual.to_owned());
    let mut words = split_words(&editor).into_iter();
    let status = Command::new(words.next().unwrap_or_default()).args(words).arg(file).status();
    let problem = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.to_string(),
        Err(cause) => cause.to_string(),
    };
    Err(ShellFault::EditorFailed { editor, problem }.error())
}

/// Shows what was typed, the latest last.
pub(super) fn history(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let sought = call.argument.to_lowercase();
    let entries = shell.history.iter().filter(|entry| entry.to_lowercase().contains(&sought));
    let mut text = String::new();
    for entry in entries {
        for line in entry.lines() {
            text.push_str(&visible(line));
            text.push('\n');
        }
    }
    shell.put(text.as_bytes())?;
    Ok(After::Continue)
}
