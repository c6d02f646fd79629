//! Turns key presses into entries: one `\` command, or SQL up to its last semicolon.

use std::borrow::Cow;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::config::{BellStyle, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::complete::{Candidate, Completion, Known};
use super::highlight::highlight;
use super::history::{History, history_file};
use super::input::is_complete;
use crate::engine::Engine;
use crate::error::{Error, Explain as _, Result};
use crate::messages::{ShellNote, TerminalFault};
use crate::terminal::Terminal;

const PROMPT: &str = "cchc> ";

/// The line editor with its history.
pub(super) struct Editor {
    editor: rustyline::Editor<Assistant, History>,
    /// Where entries are kept; none if the place cannot be used, or is not wanted.
    file: Option<PathBuf>,
}

/// What the line editor asks while keys are pressed.
struct Assistant {
    completion: Completion,
    hinter: HistoryHinter,
    /// How an entry of several lines ends.
    advice: String,
    color: bool,
}

impl Helper for Assistant {}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let is_word = matches!(text.trim(), "quit" | "exit" | "help");
        Ok(if is_word || is_complete(text) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Completer for Assistant {
    type Candidate = Candidate;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Candidate>)> {
        Ok(self.completion.complete(line, cursor))
    }
}

/// What stands in grey behind the cursor.
struct Hint {
    text: String,
    /// Whether the right arrow takes it into the entry.
    is_text: bool,
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.is_text.then_some(self.text.as_str())
    }
}

impl Hinter for Assistant {
    type Hint = Hint;

    /// The first line of the latest entry that begins like this one; on a new line, how the entry ends.
    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<Hint> {
        if let Some((_, last)) = line.rsplit_once('\n') {
            let is_new = last.is_empty() && cursor == line.len();
            return is_new.then(|| Hint { text: self.advice.clone(), is_text: false });
        }
        let hint = self.hinter.hint(line, cursor, context)?;
        let first = hint.lines().next().filter(|hint| !hint.is_empty())?;
        Some(Hint { text: first.to_owned(), is_text: true })
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        if self.color { Cow::Owned(highlight(line, cursor)) } else { Cow::Borrowed(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.color { Cow::Owned(format!("\u{1b}[1m{prompt}\u{1b}[0m")) } else { Cow::Borrowed(prompt) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.color
    }
}

impl Editor {
    /// Opens the terminal and the history of earlier sessions.
    pub(super) fn open(terminal: Terminal, keeps_history: bool, engine: Engine) -> Result<Self> {
        let config = Config::builder()
            .auto_add_history(false)
            .bell_style(BellStyle::None)
            .bracketed_paste(true)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .build();
        let (history, file) = if keeps_history { read_history(terminal) } else { (History::default(), None) };
        let mut editor = rustyline::Editor::with_history(config, history).map_err(|error| fault(&error))?;
        let completion = Completion::new(engine);
        let color = terminal.colors_data();
        // Without grey it would look like a part of the entry.
        let advice = if color { ShellNote::SemicolonRuns.message(terminal.lang) } else { String::new() };
        editor.set_helper(Some(Assistant { completion, hinter: HistoryHinter::new(), advice, color }));
        Ok(Self { editor, file })
    }

    /// Reads the next entry; `None` ends the shell. Ctrl-C drops the line and goes on.
    pub(super) fn read(&mut self, initial: &str, known: Known) -> Result<Option<String>> {
        if let Some(assistant) = self.editor.helper_mut() {
            // What an entry has changed, an import say, is offered by the next one.
            assistant.completion.refresh(known);
        }
        let mut initial = initial.to_owned();
        loop {
            match self.editor.readline_with_initial(PROMPT, (&initial, "")) {
                Ok(entry) => {
                    self.remember(&entry);
                    return Ok(Some(entry));
                }
                Err(ReadlineError::Eof) => return Ok(None),
                Err(ReadlineError::Interrupted) => initial.clear(),
                Err(error) => return Err(fault(&error)),
            }
        }
    }

    fn remember(&mut self, entry: &str) {
        let is_new = self.editor.add_history_entry(entry).unwrap_or(false);
        if let Some(file) = self.file.as_ref().filter(|_| is_new) {
            // Losing one entry of the history is not worth a message at every prompt.
            let _ = self.editor.history().append(file);
        }
    }

    /// What was typed, the oldest first.
    pub(super) fn entries(&self) -> Vec<String> {
        self.editor.history().entries().to_vec()
    }
}

/// A history that cannot be read is said once, and the session does without.
fn read_history(terminal: Terminal) -> (History, Option<PathBuf>) {
    let read = history_file().and_then(|file| History::read(&file).map(|history| (history, Some(file))));
    read.unwrap_or_else(|error| {
        terminal.narrate(&ShellNote::NoHistory { problem: error.to_string() });
        (History::default(), None)
    })
}

fn fault(error: &ReadlineError) -> Error {
    Error::new(TerminalFault::ReadFailed { problem: error.to_string() })
}
