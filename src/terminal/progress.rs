//! Turns the steps of long work into one line on a terminal, which disappears when the work is over.
//!
//! Nothing is shown for work that takes less than half a second, so that short commands do not flicker,
//! and nothing at all where standard error is not a terminal or `--quiet` was said.

use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Terminal;
use crate::error::Explain;
use crate::messages::{ProgressLine, Stage};
use crate::output::visible;
use crate::progress::{Progress, Unit, Watcher};

/// How long work may take before it is shown.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn again while nothing is counted.
const TICK: Duration = Duration::from_millis(200);

impl Terminal {
    /// Returns an observer of long work.
    pub fn watch(self) -> Watcher {
        let is_shown = !self.quiet && io::stderr().is_terminal();
        Arc::new(Line { terminal: self, bar: ProgressBar::hidden(), is_shown, work: Arc::default() })
    }
}

#[derive(Debug)]
struct Line {
    terminal: Terminal,
    bar: ProgressBar,
    is_shown: bool,
    work: Arc<Mutex<Work>>,
}

/// Which piece of work goes on; a timer that was set for an earlier one shows nothing.
#[derive(Debug, Default)]
struct Work {
    number: u64,
    goes_on: bool,
}

impl Line {
    /// Shows the line if the same work still goes on after a while.
    fn show_later(&self, number: u64) {
        let (work, bar) = (Arc::clone(&self.work), self.bar.clone());
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            let work = work.lock().unwrap_or_else(PoisonError::into_inner);
            if work.goes_on && work.number == number {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        });
    }

    fn style(&self, unit: Unit, has_total: bool) -> ProgressStyle {
        let line = match (unit, has_total) {
            (Unit::Bytes, true) => ProgressLine::Bytes,
            (Unit::Bytes, false) => ProgressLine::BytesSoFar,
            (Unit::Rows | Unit::Files, true) => ProgressLine::Count,
            (Unit::Rows | Unit::Files, false) => ProgressLine::CountSoFar,
            (Unit::Time, _) => ProgressLine::Time,
        };
        let template = line.message(self.terminal.lang);
        let style = ProgressStyle::with_template(&template);
        style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("rate", write_rate)
    }
}

/// Writes how many rows are done in a second, without parts of a row.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is shown, nothing is counted"
)]
fn write_rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let _shown = write!(out, "{}/s", HumanCount(state.per_sec().round() as u64));
}

impl Progress for Line {
    fn begin(&self, stage: Stage, unit: Unit, total: Option<u64>) {
        if !self.is_shown {
            return;
        }
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        self.bar.reset();
        self.bar.set_style(self.style(unit, total.is_some()));
        self.bar.set_message(visible(&stage.message(self.terminal.lang)));
        match total {
            Some(total) => self.bar.set_length(total),
            None => self.bar.unset_length(),
        }
        if !std::mem::replace(&mut work.goes_on, true) {
            work.number += 1;
            self.show_later(work.number);
        }
    }

    fn advance(&self, amount: u64) {
        self.bar.inc(amount);
    }

    fn end(&self) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut work.goes_on, false) {
            self.bar.finish_and_clear();
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    fn notice(&self, what: &dyn Explain) {
        self.bar.suspend(|| self.terminal.narrate(what));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end();
    }
}
