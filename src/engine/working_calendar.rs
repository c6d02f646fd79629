//! Turns a workspace's `calendar.csv` and the calendar that ships into answers about working days.

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};

use super::catalog::external;
use crate::error::{Error, Place};
use crate::messages::{QueryFault, WorkspaceFault};
use crate::vietnamese::calendar::{Calendar, CalendarProblem};
use crate::workspace::{Workspace, read_text};

/// The calendar that a workspace's statements use; read when a statement needs it, so that an edit
/// counts at once.
#[derive(Debug, Clone)]
pub(super) struct WorkingCalendar {
    workspace: Workspace,
}

impl PartialEq for WorkingCalendar {
    fn eq(&self, other: &Self) -> bool {
        self.workspace.root() == other.workspace.root()
    }
}

impl WorkingCalendar {
    pub(super) fn new(workspace: &Workspace) -> Self {
        Self { workspace: workspace.clone() }
    }

    /// Reads the shipped calendar with the workspace's own lines.
    ///
    /// # Errors
    /// If `calendar.csv` is there and cannot be read.
    pub(super) fn read(&self) -> Result<Arc<Calendar>> {
        let path = self.workspace.calendar_file();
        if !path.exists() {
            return Ok(Calendar::shipped());
        }
        let shown = self.workspace.display(&path);
        let text = read_text(&path, &shown).map_err(external)?;
        let calendar = Calendar::shipped().extended(&text).map(Arc::new);
        calendar.map_err(|problem| self.fault(&Calendar::shipped(), &problem))
    }

    /// Says in the catalogue's words why the calendar has no answer.
    pub(super) fn explain<T>(&self, calendar: &Calendar, answer: Result<T, CalendarProblem>) -> Result<T> {
        answer.map_err(|problem| self.fault(calendar, &problem))
    }

    fn fault(&self, calendar: &Calendar, problem: &CalendarProblem) -> DataFusionError {
        let file = self.workspace.display(&self.workspace.calendar_file());
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
