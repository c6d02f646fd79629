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
pub(super) struct WorkingCalendar {
    /// The workspace whose file adds lines to the calendar that ships; none if they were brought along.
    workspace: Option<Workspace>,
    brought: Option<Arc<str>>,
}

impl PartialEq for WorkingCalendar {
    fn eq(&self, other: &Self) -> bool {
        let root = |calendar: &Self| calendar.workspace.as_ref().map(|workspace| workspace.root().to_owned());
        root(self) == root(other) && self.brought == other.brought
    }
}

impl WorkingCalendar {
    pub(super) fn new(workspace: &Workspace) -> Self {
        Self { workspace: Some(workspace.clone()), brought: None }
    }

    /// A calendar with lines that came with a plan from another machine.
    #[cfg(feature = "cluster")]
    pub(super) fn brought(lines: Option<String>) -> Self {
        Self { workspace: None, brought: lines.map(Arc::from) }
    }

    /// Returns the lines that are added to the calendar that ships; none, if there are none.
    ///
    /// # Errors
    /// If `calendar.csv` is there and cannot be read.
    pub(super) fn lines(&self) -> Result<Option<Arc<str>>> {
        let Some(workspace) = &self.workspace else { return Ok(self.brought.clone()) };
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
        let shown = |workspace: &Workspace| workspace.display(&workspace.calendar_file());
        let file = self.workspace.as_ref().map_or_else(|| CALENDAR.to_owned(), shown);
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
