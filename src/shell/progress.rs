//! Turns a waiting time into one line that says how far the statement is, gone when it is done.

use std::time::Duration;

use crate::engine::Watch;
use crate::messages::ShellNote;
use crate::terminal::Terminal;
use crate::vietnamese::print::format_number;

/// A statement that takes less says nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The line of one statement.
pub(super) struct Progress {
    terminal: Terminal,
    watch: Watch,
    is_shown: bool,
}

impl Progress {
    pub(super) fn new(terminal: Terminal, watch: Watch) -> Self {
        Self { terminal, watch, is_shown: false }
    }

    /// Renews the line.
    pub(super) fn tick(&mut self, elapsed: Duration) {
        if elapsed < PATIENCE {
            return;
        }
        self.is_shown = true;
        self.terminal.status(Some(&self.describe(elapsed)));
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.is_shown {
            self.terminal.status(None::<&ShellNote>);
        }
    }

    fn describe(&self, elapsed: Duration) -> ShellNote {
        let elapsed = format!("{:.1} s", elapsed.as_secs_f64());
        let Some(reach) = self.watch.reach().filter(|reach| reach.rows > 0) else {
            return ShellNote::Running { elapsed };
        };
        #[expect(clippy::cast_precision_loss, reason = "a number to look at")]
        let rows = format_number(reach.rows as f64, 0, self.terminal.lang);
        match reach.of {
            Some(of) => ShellNote::RunningShare { elapsed, rows, percent: reach.rows * 100 / of },
            None => ShellNote::RunningRows { elapsed, rows },
        }
    }
}
