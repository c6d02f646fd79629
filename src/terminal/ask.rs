//! Turns a question into the line that a person types.

use std::io::{self, IsTerminal as _};

use rustyline::error::ReadlineError;

use super::{Terminal, visible_line};
use crate::error::{Explain as _, Result};
use crate::messages::TerminalFault;

impl Terminal {
    /// Tells whether somebody sits there to be asked.
    pub fn can_ask(self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Asks for one line; none if there is no answer (Ctrl-D).
    ///
    /// # Errors
    /// [`TerminalFault::Interrupted`] on Ctrl-C, or if the terminal cannot be used.
    pub fn ask(self, prompt: &str) -> Result<Option<String>> {
        let failed = |cause: ReadlineError| TerminalFault::ReadFailed { problem: cause.to_string() }.error();
        let mut editor = rustyline::DefaultEditor::new().map_err(failed)?;
        match editor.readline(&visible_line(prompt)) {
            Ok(line) => Ok(Some(line.trim().to_owned())),
            Err(ReadlineError::Eof) => Ok(None),
            Err(ReadlineError::Interrupted) => Err(TerminalFault::Interrupted.error()),
            Err(cause) => Err(failed(cause)),
        }
    }
}
