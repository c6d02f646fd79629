//! Turns a workspace's `calendar.csv` and the calendar that ships into answers about working days.

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};

use super::catalog::external;
use crate::error::{Error, Place};
use crate::messages::{QueryFault, WorkspaceFault};
use crate::vietnamese::calendar::{Calendar, CalendarProblem};
use crate::workspace::{Workspace, read_text};

/// The file of the lines, as users write it.
const CALENDAR: &str = "calendar.csv";

/// The calendar that a workspace's statements use; read when a statement needs it, so that an edit
/// counts at once.
#[derive(Debug, Clone)]
pub(super) struct WorkingCalendar(Lines);

/// Where the lines are that a workspace adds to the calendar that ships.
#[derive(Debug, Clone)]
enum Lines {
    In(Workspace),
    /// They came with a plan from another machine.
    #[cfg(feature = "cluster")]
    Brought(Option<Arc<str>>),
}

impl PartialEq for WorkingCalendar {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Lines::In(own), Lines::In(other)) => own.root() == other.root(),
            #[cfg(feature = "cluster")]
            (Lines::Brought(own), Lines::Brought(other)) => own == other,
            #[cfg(feature = "cluster")]
            _ => false,
        }
    }
}

impl WorkingCalendar {
    pub(super) fn new(workspace: &Workspace) -> Self {
        Self(Lines::In(workspace.clone()))
    }

    /// A calendar with lines that were brought along.
    #[cfg(feature = "cluster")]
    pub(super) fn brought(lines: Option<String>) -> Self {
        Self(Lines::Brought(lines.map(Arc::from)))
    }

    /// Reads the lines that the workspace adds; none, if it adds nothing.
    ///
    /// # Errors
    /// If `calendar.csv` is there and cannot be read.
    pub(super) fn lines(&self) -> Result<Option<Arc<str>>> {
        let workspace = match &self.0 {
            Lines::In(workspace) => workspace,
            #[cfg(feature = "cluster")]
            Lines::Brought(lines) => return Ok(lines.clone()),
        };
        let path = workspace.calendar_file();
        if !path.exists() {
            return Ok(None);
        }
        let shown = workspace.display(&path);
        read_text(&path, &shown).map(|text| Some(Arc::from(text))).map_err(external)
    }

    /// Reads the shipped calendar with the workspace's own lines.
    ///
    /// # Errors
    /// If `calendar.csv` is there and cannot be read.
    pub(super) fn read(&self) -> Result<Arc<Calendar>> {
        let Some(text) = self.lines()? else { return Ok(Calendar::shipped()) };
        let calendar = Calendar::shipped().extended(&text).map(Arc::new);
        calendar.map_err(|problem| self.fault(&Calendar::shipped(), &problem))
    }

    /// Says in the catalogue's words why the calendar has no answer.
    pub(super) fn explain<T>(&self, calendar: &Calendar, answer: Result<T, CalendarProblem>) -> Result<T> {
        answer.map_err(|problem| self.fault(calendar, &problem))
    }

    fn fault(&self, calendar: &Calendar, problem: &CalendarProblem) -> DataFusionError {
        let file = CALENDAR.to_owned();
        external(match problem {
            CalendarProblem::NoYear(date) => {
                let (first, last) = calendar.span().unwrap_or_default();
                QueryFault::NoCalendar { date: date.format("%d/%m/%Y").to_string(), first, last }.into()
            }
            CalendarProblem::BadLine(line, found) => {
                let (column, width) = (1, found.chars().count().max(1));
                let place = Place::Text { file, line: *line, column, width, source: found.clone() };
                Error::new(WorkspaceFault::BadCalendar).at(place)
            }
        })
    }
}
