//! Turns data, narration and errors into bytes on standard output and standard error.
//!
//! Standard output is data and nothing else, so that it can be piped; everything said to the person
//! goes to standard error. This is the only place that writes to either.

mod progress;

use std::io::{self, IsTerminal as _, Write};

use crate::error::{Error, Explain, Kind, Lang};
use crate::messages::TerminalFault;
use crate::output::visible;

/// The two streams and how they are used.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Language of everything that is said.
    pub lang: Lang,
    /// Whether notices and progress are left out; errors never are.
    pub quiet: bool,
    color: bool,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

impl Terminal {
    /// Sets the streams up.
    pub fn new(lang: Lang, quiet: bool, color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Self { lang, quiet, color }
    }

    /// Tells whether standard output is a terminal.
    pub fn shows_data(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Returns the number of columns of the terminal, if there is one.
    pub fn width(self) -> Option<u16> {
        if !self.shows_data() {
            return None;
        }
        terminal_size::terminal_size().map(|(width, _)| width.0)
    }

    /// Writes data to standard output.
    ///
    /// # Errors
    /// [`TerminalFault::ClosedPipe`] when the reader has gone, which ends the program without a complaint.
    pub fn data(
        self,
        write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> io::Result<()>,
    ) -> crate::error::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        write(&mut out).and_then(|()| out.flush()).map_err(|error| write_fault(&error))
    }

    /// Says something beside the data.
    pub fn narrate(self, what: &dyn Explain) {
        if !self.quiet {
            let text: Vec<String> = what.message(self.lang).lines().map(visible).collect();
            self.say(&text.join("\n"), DIM);
        }
    }

    /// Says what went wrong.
    pub fn complain(self, error: &Error) {
        if error.kind() != Kind::Notice {
            self.say_error(error, RED);
        }
    }

    /// Says what the user should know although nothing failed.
    pub fn warn(self, warning: &Error) {
        if !self.quiet {
            self.say_error(warning, YELLOW);
        }
    }

    fn say_error(self, error: &Error, style: &str) {
        let rendered = error.render(self.lang);
        let lines: Vec<String> = rendered.lines().map(visible_line).collect();
        let (label, rest) = lines.first().and_then(|line| line.split_once(':')).unwrap_or_default();
        let mut text =
            if self.color { format!("{style}{label}:{RESET}{rest}") } else { format!("{label}:{rest}") };
        for line in lines.iter().skip(1) {
            text.push('\n');
            text.push_str(line);
        }
        Self::write_error(&text);
    }

    fn say(self, text: &str, style: &str) {
        if self.color {
            Self::write_error(&format!("{style}{text}{RESET}"));
        } else {
            Self::write_error(text);
        }
    }

    /// Nothing can be done when even the complaint cannot be written.
    fn write_error(text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// Tabs line a caret up with its source, so they stay.
fn visible_line(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t")
}

/// Tells a closed pipe from a failure to write.
pub fn write_fault(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        TerminalFault::ClosedPipe.error()
    } else {
        TerminalFault::WriteFailed { problem: error.to_string() }.error()
    }
}
