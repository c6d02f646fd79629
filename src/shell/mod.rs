//! The SQL shell: turns typed lines into statements and commands, and shows what they give.
//!
//! The same reader serves a terminal and a pipe; only where lines come from, and what happens after
//! an error, differ. A statement ends where the SQL tokenizer sees a semicolon.

mod commands;
mod editor;
mod history;

use std::io::{BufRead as _, IsTerminal as _};

use crate::commands::{Session, show};
use crate::engine::{Engine, Script};
use crate::error::{Error, Kind, Result};
use crate::messages::{Narration, TerminalFault};
use crate::output::{Format, Layout};

use self::commands::After;

/// Runs the shell until the input ends.
///
/// # Errors
/// From a pipe, the first error ends the run; at a terminal errors are shown and the shell goes on.
pub fn run(session: &Session) -> Result<()> {
    let engine = session.open_engine()?;
    let mut shell = Shell { session, engine, pending: String::new(), lines_before: 0 };
    if std::io::stdin().is_terminal() { shell.run_interactive() } else { shell.run_piped() }
}

struct Shell<'a> {
    session: &'a Session,
    engine: Engine,
    /// Lines of a statement that has not ended yet; blanks stand for what was run before it.
    pending: String,
    /// Number of lines of the input before the pending ones.
    lines_before: usize,
}

impl Shell<'_> {
    fn run_piped(&mut self) -> Result<()> {
        let mut lines = std::io::stdin().lock().lines();
        while let Some(line) = lines.next().transpose().map_err(|cause| read_fault(&cause))? {
            if self.feed(line.trim_start_matches('\u{feff}'))? == After::Leave {
                return Ok(());
            }
        }
        self.finish()
    }

    fn run_interactive(&mut self) -> Result<()> {
        let terminal = self.session.terminal;
        terminal.narrate(&Narration::Welcome {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            workspace: self.engine.workspace().root().display().to_string(),
        });
        let mut editor = editor::Editor::open(terminal)?;
        while let Some(entry) = editor.read()? {
            match self.feed(&entry) {
                Ok(After::Continue) => {}
                Ok(After::Leave) => break,
                Err(error) if error.kind() == Kind::Notice => break,
                Err(error) => terminal.complain(&error),
            }
            // Each entry is a text of its own, whose lines count from one.
            self.lines_before = 0;
            self.pending.clear();
        }
        Ok(())
    }

    /// Takes one line, or one whole entry of the editor, and runs what is complete.
    fn feed(&mut self, line: &str) -> Result<After> {
        if self.pending.trim().is_empty() {
            self.lines_before += self.pending.matches('\n').count();
            self.pending.clear();
            if let Some(command) = line.trim().strip_prefix('\\') {
                self.lines_before += 1;
                return commands::run(self.session, &self.engine, command);
            }
        }
        self.pending.push_str(line);
        self.pending.push('\n');
        let script = self.take_pending();
        let mut end = script.text.len();
        for statement in script.statements() {
            if statement.terminated {
                self.answer(&script, &statement)?;
            } else {
                end = statement.range.start;
            }
        }
        self.keep_pending(&script, end);
        Ok(After::Continue)
    }

    fn take_pending(&mut self) -> Script {
        let mut script = Script::new("stdin", std::mem::take(&mut self.pending));
        script.lines_before = self.lines_before;
        script
    }

    /// Keeps the text from a byte on, so that places in it stay those of the input.
    fn keep_pending(&mut self, script: &Script, from: usize) {
        let (done, rest) = script.text.split_at(from);
        self.lines_before += done.matches('\n').count();
        let column = done.rsplit('\n').next().unwrap_or_default().chars().count();
        self.pending = if rest.is_empty() { String::new() } else { format!("{}{rest}", " ".repeat(column)) };
    }

    /// Runs what stands without a semicolon at the end of the input.
    fn finish(&mut self) -> Result<()> {
        let script = self.take_pending();
        script.statements().iter().try_for_each(|statement| self.answer(&script, statement))
    }

    fn answer(&self, script: &Script, statement: &crate::engine::Statement) -> Result<()> {
        let terminal = self.session.terminal;
        let answer = self.session.wait(self.engine.ask(script, statement))?;
        let format = if terminal.shows_data() { Format::Table } else { Format::Csv };
        show(terminal, format, &answer, &Layout::plain(&answer.schema))?;
        if terminal.shows_data() {
            terminal.narrate(&Narration::Rows { count: answer.row_count() });
        }
        for notice in &answer.notices {
            terminal.narrate(notice);
        }
        Ok(())
    }
}

fn read_fault(cause: &std::io::Error) -> Error {
    Error::new(TerminalFault::ReadFailed { problem: cause.to_string() })
}
