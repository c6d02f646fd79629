//! Turns a long text into pages: through `$PAGER` where it is set, by keys otherwise.
//!
//! The text has been made harmless before it comes here. The lines above the rows of a table stay in
//! place while the rows scroll.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use console::{Key, Term};
use unicode_width::UnicodeWidthChar as _;

use super::{Paging, Terminal, write_fault};
use crate::error::{Explain as _, Result};
use crate::messages::PagerWords;

/// Lines that tell whether a text is wider than the screen.
const LINES_MEASURED: usize = 3;

impl Terminal {
    /// Puts a text on the screen, by pages where it is longer and pages are wanted.
    ///
    /// # Errors
    /// If the text cannot be written.
    pub fn put(self, text: &str) -> Result<()> {
        let is_long = self.size().is_some_and(|(_, height)| text.lines().count() + 2 > height);
        let is_wide = self.width().is_some_and(|width| {
            text.lines().take(LINES_MEASURED).any(|line| console::measure_text_width(line) > width)
        });
        let pages = match self.paging {
            Paging::On => is_long || is_wide,
            Paging::Off => false,
            Paging::Always => true,
        };
        if pages && self.shows_data() {
            let most = self.size().map_or(0, |(_, height)| height / 2);
            return self.page(text, lines_above_rows(text).min(most));
        }
        self.data(|out| out.write_all(text.as_bytes()))
    }

    /// Shows a text page by page; the first `fixed` lines stay in place.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub fn page(self, text: &str, fixed: usize) -> Result<()> {
        let outside = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
        // A pager that cannot be started must not hide the result.
        if outside.is_some_and(|pager| run_outside(&pager, text).is_ok()) {
            return Ok(());
        }
        Pages::new(self, text, fixed).show().map_err(|error| write_fault(&error))
    }
}

/// Counts the lines of a table's header, which stay on the screen; other texts have none.
fn lines_above_rows(text: &str) -> usize {
    let is_table = text.starts_with('┌');
    let end = text.lines().position(|line| line.starts_with('╞'));
    end.filter(|_| is_table).map_or(0, |line| line + 1)
}

fn run_outside(pager: &str, text: &str) -> io::Result<()> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.args([option, pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours pass, short texts end at once, long lines scroll sideways.
        command.env("LESS", "-RSFX");
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A reader who has seen enough closes the pipe.
        let _ = input.write_all(text.as_bytes());
    }
    let status = child.wait()?;
    // The shell's own code for a command that does not exist.
    if status.code() == Some(127) { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
}

struct Pages<'a> {
    terminal: Terminal,
    screen: Term,
    fixed: Vec<&'a str>,
    lines: Vec<&'a str>,
    /// First line shown below the fixed ones.
    top: usize,
    /// First terminal column shown.
    left: usize,
    sought: String,
}

const ALTERNATE_SCREEN: &str = "\u{1b}[?1049h\u{1b}[?25l";
const MAIN_SCREEN: &str = "\u{1b}[?25h\u{1b}[?1049l";
const HOME: &str = "\u{1b}[H";
const ERASE_REST: &str = "\u{1b}[K";
const REVERSE: &str = "\u{1b}[7m";
const RESET: &str = "\u{1b}[0m";

impl<'a> Pages<'a> {
    fn new(terminal: Terminal, text: &'a str, fixed: usize) -> Self {
        let mut lines: Vec<&str> = text.lines().collect();
        let rest = lines.split_off(fixed.min(lines.len()));
        Self {
            terminal,
            screen: Term::stdout(),
            fixed: lines,
            lines: rest,
            top: 0,
            left: 0,
            sought: String::new(),
        }
    }

    fn show(mut self) -> io::Result<()> {
        self.screen.write_str(ALTERNATE_SCREEN)?;
        let ended = self.follow_keys();
        self.screen.write_str(MAIN_SCREEN)?;
        ended
    }

    fn follow_keys(&mut self) -> io::Result<()> {
        loop {
            self.draw(None)?;
            let page = self.room().saturating_sub(1).max(1);
            match self.screen.read_key_raw()? {
                Key::Char('q' | 'Q' | '\u{3}' | '\u{4}') | Key::Escape | Key::CtrlC | Key::Unknown => {
                    return Ok(());
                }
                Key::Char('j') | Key::ArrowDown | Key::Enter => self.top += 1,
                Key::Char('k') | Key::ArrowUp => self.top = self.top.saturating_sub(1),
                Key::Char(' ' | 'f') | Key::PageDown => self.top += page,
                Key::Char('b') | Key::PageUp => self.top = self.top.saturating_sub(page),
                Key::Char('g') | Key::Home => (self.top, self.left) = (0, 0),
                Key::Char('G') | Key::End => self.top = usize::MAX,
                Key::ArrowRight => self.left += SIDEWAYS,
                Key::ArrowLeft => self.left = self.left.saturating_sub(SIDEWAYS),
                Key::Char('/') => self.ask_for_text()?,
                Key::Char('n') => self.find_next(),
                _ => {}
            }
            self.top = self.top.min(self.lines.len().saturating_sub(self.room()));
            self.left = self.left.min(self.widest().saturating_sub(SIDEWAYS));
        }
    }

    /// Number of lines below the fixed ones and above the last one.
    fn room(&self) -> usize {
        usize::from(self.screen.size().0).saturating_sub(self.fixed.len() + 1).max(1)
    }

    fn widest(&self) -> usize {
        self.fixed.iter().chain(&self.lines).map(|line| console::measure_text_width(line)).max().unwrap_or(0)
    }

    fn draw(&self, prompt: Option<&str>) -> io::Result<()> {
        let (height, width) = self.screen.size();
        let (height, width) = (usize::from(height).max(2), usize::from(width).max(1));
        let shown =
            self.fixed.iter().take(height - 1).chain(self.lines.iter().skip(self.top).take(self.room()));
        let mut page = String::from(HOME);
        let mut used = 0;
        for line in shown.take(height - 1) {
            page.push_str(&cut_columns(line, self.left, width));
            page.push_str(ERASE_REST);
            page.push_str("\r\n");
            used += 1;
        }
        for _ in used..height - 1 {
            page.push_str(ERASE_REST);
            page.push_str("\r\n");
        }
        let last = (self.top + self.room()).min(self.lines.len());
        let place = PagerWords::Keys { first: self.top + 1, last, count: self.lines.len() };
        let foot = prompt.map_or_else(|| place.message(self.terminal.lang), str::to_owned);
        page.push_str(REVERSE);
        page.push_str(&cut_columns(&foot, 0, width.saturating_sub(1)));
        page.push_str(RESET);
        page.push_str(ERASE_REST);
        self.screen.write_str(&page)?;
        self.screen.flush()
    }

    fn ask_for_text(&mut self) -> io::Result<()> {
        let mut typed = String::new();
        loop {
            self.draw(Some(&format!("/{typed}")))?;
            match self.screen.read_key_raw()? {
                Key::Enter => break,
                Key::Backspace => {
                    typed.pop();
                }
                Key::Char(letter) if !letter.is_control() => typed.push(letter),
                Key::Escape | Key::CtrlC | Key::Char(_) => return Ok(()),
                _ => {}
            }
        }
        self.sought = crate::vietnamese::fold::fold(&typed);
        self.find_next();
        Ok(())
    }

    /// Goes to the next line that holds the sought text, whatever its case and accents.
    fn find_next(&mut self) {
        if self.sought.is_empty() {
            return;
        }
        let found = (self.top + 1..self.lines.len())
            .chain(0..=self.top.min(self.lines.len().saturating_sub(1)))
            .find(|line| crate::vietnamese::fold::fold(self.lines[*line]).contains(&self.sought));
        self.top = found.unwrap_or(self.top);
    }
}

/// How far one key moves sideways.
const SIDEWAYS: usize = 8;

/// Takes `width` terminal columns of a line from column `left` on; escape sequences take no room.
fn cut_columns(line: &str, left: usize, width: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    let mut is_escape = false;
    for letter in line.chars() {
        if letter == '\u{1b}' || is_escape {
            is_escape = letter != 'm';
            out.push(letter);
            continue;
        }
        let wide = letter.width().unwrap_or(0);
        if at >= left && at + wide <= left + width {
            out.push(letter);
        }
        at += wide;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::cut_columns;

    #[test]
    fn columns_are_cut_and_colours_stay() {
        assert_eq!(cut_columns("Nguyễn Ánh", 7, 3), "Ánh");
        assert_eq!(cut_columns("a\u{1b}[2mbc\u{1b}[0md", 1, 2), "\u{1b}[2mbc\u{1b}[0m");
        assert_eq!(cut_columns("日本語", 1, 3), "本");
    }
}
