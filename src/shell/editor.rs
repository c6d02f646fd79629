//! Turns key presses into entries: one `\` command, or SQL up to its last semicolon.

use std::path::PathBuf;

use rustyline::config::{BellStyle, Config};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Helper, Highlighter, Hinter};

use super::history::history_file;
use crate::engine::Script;
use crate::error::{Error, Result};
use crate::messages::{Narration, TerminalFault};
use crate::terminal::Terminal;

const PROMPT: &str = "cchc> ";

/// The line editor with its history.
pub(super) struct Editor {
    editor: rustyline::Editor<SqlHelper, FileHistory>,
    /// Where entries are kept; none if the place cannot be used.
    history: Option<PathBuf>,
}

/// Decides with the SQL tokenizer whether an entry is complete.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct SqlHelper;

impl Validator for SqlHelper {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        let complete = input.trim_start().starts_with('\\')
            || Script::new("input", input).statements().last().is_none_or(|statement| statement.terminated);
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Editor {
    /// Opens the terminal and the history of earlier sessions.
    pub(super) fn open(terminal: Terminal) -> Result<Self> {
        let config = Config::builder()
            .auto_add_history(true)
            .history_ignore_space(true)
            .bell_style(BellStyle::None)
            .bracketed_paste(true)
            .build();
        let mut editor = rustyline::Editor::with_config(config).map_err(|error| fault(&error))?;
        editor.set_helper(Some(SqlHelper));
        let history = match load_history(&mut editor) {
            Ok(file) => Some(file),
            Err(problem) => {
                terminal.narrate(&Narration::NoHistory { problem });
                None
            }
        };
        Ok(Self { editor, history })
    }

    /// Reads the next entry; `None` ends the shell. Ctrl-C drops the line and goes on.
    pub(super) fn read(&mut self) -> Result<Option<String>> {
        loop {
            match self.editor.readline(PROMPT) {
                Ok(entry) => {
                    if let Some(file) = &self.history {
                        // Losing one entry of the history is not worth a message at every prompt.
                        let _ = self.editor.append_history(file);
                    }
                    return Ok(Some(entry));
                }
                Err(ReadlineError::Eof) => return Ok(None),
                Err(ReadlineError::Interrupted) => {}
                Err(error) => return Err(fault(&error)),
            }
        }
    }
}

fn fault(error: &ReadlineError) -> Error {
    Error::new(TerminalFault::ReadFailed { problem: error.to_string() })
}

fn load_history(editor: &mut rustyline::Editor<SqlHelper, FileHistory>) -> Result<PathBuf, String> {
    let file = history_file().map_err(|error| error.to_string())?;
    match editor.load_history(&file) {
        Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(file),
        Err(error) => Err(error.to_string()),
        Ok(()) => Ok(file),
    }
}
