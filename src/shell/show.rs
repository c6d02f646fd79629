//! Turns an outcome into what is seen: a table that fits, blocks, pages, or a file.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Origin, Shell};
use crate::analysis::narrow_summary;
use crate::commands::{
    Asked, check_binary, check_outside, default_format, describe_cut, format_of, list_layout, make_sheet,
};
use crate::engine::Answer;
use crate::error::{Explain as _, Result};
use crate::messages::{Narration, OutputFault, ShellNote};
use crate::output::{Cut, Expanded, Format, Overflow, Sheet, TableStyle, check_room, write_sheet};
use crate::store::replace_file;
use crate::terminal::{Paging, write_fault};
use crate::workspace::{Workspace, unwritable};

/// What a statement gave.
pub(super) struct Outcome {
    pub(super) answer: Answer,
    /// What it answers.
    pub(super) asked: Asked,
    pub(super) elapsed: Duration,
    pub(super) kind: OutcomeKind,
}

/// What an outcome is; what the program made of other results has headings in two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutcomeKind {
    /// The rows of a statement.
    Result,
    /// What a source holds, column by column.
    Summary,
    /// A summary made narrower for the screen.
    Narrowed,
    /// How a statement was run.
    Plan,
}

/// A file that results go to.
pub(super) struct Outlet {
    file: PathBuf,
    format: Format,
    /// Whether the file holds a result of this run.
    is_begun: bool,
}

impl Outlet {
    /// Decides format and place before anything runs.
    pub(super) fn new(file: PathBuf, format: Option<Format>, workspace: &Workspace) -> Result<Self> {
        check_outside(&file, workspace)?;
        let format = format.map_or_else(|| format_of(&file), Ok)?;
        Ok(Self { file, format, is_begun: false })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Writes a result behind those before it.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.is_begun && !self.format.takes_several() {
            return Err(OutputFault::HoldsOne { file: self.file.display().to_string() }.error());
        }
        if !self.is_begun {
            self.is_begun = true;
            return replace_file(&self.file, &self.file.display().to_string(), bytes);
        }
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(&self.file);
        opened
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|cause| unwritable(&self.file.display().to_string(), cause))
    }
}

/// Lines that a value may take in a summary: long names are no more than examples there.
const SUMMARY_LINES: usize = 3;

impl Shell<'_> {
    /// Shows an outcome where results go.
    pub(super) fn show(&mut self, outcome: &Outcome) -> Result<()> {
        match self.outlet.take() {
            Some(mut outlet) => {
                let written = self.write_outlet(&mut outlet, outcome);
                self.outlet = Some(outlet);
                written
            }
            None => self.show_here(outcome, self.settings.max_rows, false),
        }
    }

    /// Writes an outcome to a file of its own.
    pub(super) fn write_file(&mut self, outcome: &Outcome, file: &str) -> Result<()> {
        let mut outlet = Outlet::new(PathBuf::from(file), None, self.engine.workspace())?;
        self.write_outlet(&mut outlet, outcome)
    }

    fn write_outlet(&mut self, outlet: &mut Outlet, outcome: &Outcome) -> Result<()> {
        let sheet = self.make_sheet(outcome, outlet.format)?;
        check_room(outlet.format, &outcome.answer)?;
        let mut bytes = Vec::new();
        write_sheet(&mut bytes, outlet.format, &sheet, &TableStyle::WHOLE)
            .map_err(|error| write_fault(&error))?;
        outlet.write(&bytes)?;
        self.session.terminal.narrate(&Narration::Wrote { file: outlet.file.display().to_string() });
        self.tell_notices(&outcome.answer);
        Ok(())
    }

    /// Shows the last outcome again, all rows and columns of it.
    pub(super) fn show_whole(&mut self, outcome: &Outcome) -> Result<()> {
        self.show_here(outcome, 0, true)
    }

    fn show_here(&mut self, outcome: &Outcome, max_rows: usize, is_whole: bool) -> Result<()> {
        let terminal = self.session.terminal;
        let format = self.settings.format.map_or_else(|| default_format(terminal), Format::from);
        check_binary(format, terminal)?;
        check_room(format, &outcome.answer)?;
        let is_summary = outcome.kind == OutcomeKind::Summary && !is_whole;
        if is_summary && format == Format::Table && terminal.shows_data() {
            let answer = narrow_summary(&outcome.answer, self.settings.locale, terminal.lang);
            let (asked, kind) = (outcome.asked.clone(), OutcomeKind::Narrowed);
            return self.show_here(&Outcome { answer, asked, kind, ..*outcome }, max_rows, is_whole);
        }
        let sheet = self.make_sheet(outcome, format)?;
        let style = match outcome.kind {
            OutcomeKind::Result => self.style(max_rows, is_whole),
            OutcomeKind::Narrowed => {
                TableStyle { overflow: Overflow::WrapUpTo(SUMMARY_LINES), ..self.list_style() }
            }
            OutcomeKind::Summary | OutcomeKind::Plan => self.list_style(),
        };
        let mut text = Vec::new();
        let cut = if format == Format::Table && terminal.shows_data() {
            let cut = write_sheet(&mut text, format, &sheet, &style).map_err(|error| write_fault(&error))?;
            self.put(&text)?;
            cut
        } else {
            // Data for programs flow; they may be more than fits into memory twice.
            terminal.data(|out| write_sheet(out, format, &sheet, &style).map(|_| ()))?;
            Cut::default()
        };
        self.tell_rest(outcome, cut);
        Ok(())
    }

    /// Shows a list that the program makes itself: no result, so no count and no time.
    pub(super) fn put_list(&self, answer: &Answer) -> Result<()> {
        let terminal = self.session.terminal;
        let format = self.settings.format.map_or_else(|| default_format(terminal), Format::from);
        // A list is for the eyes: where results are binary, it is a table all the same.
        let format = if format.is_binary() { default_format(terminal) } else { format };
        let sheet = Sheet::of(answer, list_layout(format, answer, terminal));
        let mut text = Vec::new();
        write_sheet(&mut text, format, &sheet, &self.list_style()).map_err(|error| write_fault(&error))?;
        self.put(&text)
    }

    /// Puts a text on the screen, by pages if it is longer.
    pub(super) fn put(&self, text: &[u8]) -> Result<()> {
        let mut terminal = self.session.terminal;
        terminal.paging = self.paging();
        terminal.put(&String::from_utf8_lossy(text))
    }

    /// Tells when texts are paged: never, where nobody turns pages.
    pub(super) fn paging(&self) -> Paging {
        if self.origin == Origin::Terminal { self.settings.pager } else { Paging::Off }
    }

    /// Lists are read in full: long texts go on in further lines, too many columns become blocks.
    fn list_style(&self) -> TableStyle {
        let style = self.style(0, false);
        let expanded = if style.width.is_some() { Expanded::Auto } else { Expanded::Off };
        TableStyle { overflow: Overflow::Wrap, expanded, ..style }
    }

    fn style(&self, max_rows: usize, is_whole: bool) -> TableStyle {
        let terminal = self.session.terminal;
        if !terminal.shows_data() {
            return TableStyle { expanded: without_auto(self.settings.expanded), ..TableStyle::WHOLE };
        }
        let width = if self.settings.width > 0 { Some(self.settings.width) } else { terminal.width() };
        TableStyle {
            width: width.filter(|_| !is_whole),
            max_rows: if max_rows == 0 { usize::MAX } else { max_rows },
            expanded: self.settings.expanded,
            overflow: Overflow::Shorten,
            color: terminal.colors_data(),
        }
    }

    fn make_sheet<'o>(&self, outcome: &'o Outcome, format: Format) -> Result<Sheet<'o>> {
        let mut sheet = if outcome.kind == OutcomeKind::Result {
            let titles = self.settings.titles;
            make_sheet(self.session, &self.engine, format, titles, &outcome.asked, &outcome.answer)?
        } else {
            Sheet::of(&outcome.answer, list_layout(format, &outcome.answer, self.session.terminal))
        };
        if matches!(format, Format::Table | Format::Markdown) {
            let (locale, missing) = (self.settings.locale, self.settings.null.clone());
            sheet.layout = sheet.layout.with_locale(locale).with_missing(missing);
        }
        Ok(sheet)
    }

    fn tell_rest(&self, outcome: &Outcome, cut: Cut) {
        let terminal = self.session.terminal;
        if self.origin == Origin::Terminal {
            let count = outcome.answer.row_count();
            if self.settings.timing {
                terminal.narrate(&ShellNote::RowsAndTime { count, time: describe_time(outcome.elapsed) });
            } else {
                terminal.narrate(&ShellNote::Rows { count });
            }
        }
        if !cut.is_none() {
            let (what, what_vi) = describe_cut(cut, &outcome.answer);
            if self.origin == Origin::Terminal {
                terminal.narrate(&ShellNote::Hidden { what, what_vi });
            } else {
                terminal.narrate(&Narration::Hidden { what, what_vi });
            }
        }
        self.tell_notices(&outcome.answer);
    }

    pub(super) fn tell_notices(&self, answer: &Answer) {
        for notice in &answer.notices {
            self.session.terminal.narrate(notice);
        }
    }
}

/// Where there is no width, nothing can be too wide.
fn without_auto(expanded: Expanded) -> Expanded {
    if expanded == Expanded::Auto { Expanded::Off } else { expanded }
}

fn describe_time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}
