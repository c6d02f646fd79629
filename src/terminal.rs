//! Turns data, narration and errors into bytes on standard output and standard error.
//!
//! Standard output is data and nothing else, so that it can be piped; everything said to the person
//! goes to standard error. This is the only place that writes to either.

mod ask;
mod pager;
mod progress;

use std::io::{self, IsTerminal as _, Write};

use crate::error::{Error, Explain, Kind, Lang};
use crate::messages::TerminalFault;
use crate::output::{visible, wrap};

/// The two streams and how they are used.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Language of everything that is said.
    pub lang: Lang,
    /// Whether notices and progress are left out; errors never are.
    pub quiet: bool,
    /// When long texts are shown by pages.
    pub paging: Paging,
    color: bool,
    data_color: bool,
}

/// When long texts are shown by pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// When they are longer than the screen.
    On,
    /// Never.
    Off,
    /// Always.
    Always,
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
/// A screen narrower than this breaks lines by itself.
const NARROWEST: usize = 20;
const ERASE_LINE: &str = "\u{1b}[2K";

impl Terminal {
    /// Sets the streams up.
    pub fn new(lang: Lang, quiet: bool, color: Color) -> Self {
        let allowed = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let data_color = allowed(io::stdout().is_terminal());
        let color = allowed(io::stderr().is_terminal());
        Self { lang, quiet, paging: Paging::Off, color, data_color }
    }

    /// Tells whether data may be set off by colour.
    pub fn colors_data(self) -> bool {
        self.data_color
    }

    /// Tells whether standard output is a terminal.
    pub fn shows_data(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Returns the number of columns of the terminal, if there is one.
    pub fn width(self) -> Option<usize> {
        self.size().map(|(width, _)| width)
    }

    /// Returns the number of columns and lines of the terminal, if there is one that has any.
    pub fn size(self) -> Option<(usize, usize)> {
        if !self.shows_data() {
            return None;
        }
        let (width, height) = terminal_size::terminal_size()?;
        (width.0 > 0 && height.0 > 0).then(|| (usize::from(width.0), usize::from(height.0)))
    }

    /// Shows a line that the next one replaces, or takes it away; only where a person looks on.
    pub fn status(self, what: Option<&impl Explain>) {
        if self.quiet || !io::stderr().is_terminal() {
            return;
        }
        let text = what.map(|what| visible(&what.message(self.lang))).unwrap_or_default();
        // A line that the terminal breaks would not be replaced whole.
        let text = break_lines(&[text]).into_iter().next().unwrap_or_default();
        let mut err = io::stderr().lock();
        // Nothing can be done when the terminal is gone.
        let _ = write!(err, "\r{ERASE_LINE}{text}").and_then(|()| err.flush());
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
            self.say(&break_lines(&text).join("\n"), DIM);
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
        let lines = break_lines(&rendered.lines().map(visible_line).collect::<Vec<_>>());
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

/// Breaks sentences between words where the screen of standard error ends, so that none is cut within one;
/// source lines, which carets point into, stay whole, and so does everything that no person looks at.
fn break_lines(lines: &[String]) -> Vec<String> {
    let is_shown = io::stderr().is_terminal();
    let size = is_shown.then(|| terminal_size::terminal_size_of(io::stderr())).flatten();
    let width = size.map_or(usize::MAX, |(width, _)| usize::from(width.0)).max(NARROWEST);
    let is_source =
        |line: &str| line.trim_start().starts_with(|first: char| first.is_ascii_digit() || first == '|');
    let broken = |line: &String| if is_source(line) { vec![line.clone()] } else { wrap(line, width) };
    lines.iter().flat_map(broken).collect()
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
