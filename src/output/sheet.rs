//! Turns an answer with what is known about it into one thing that every format can write.

use chrono::{DateTime, Utc};

use super::Layout;
use crate::engine::Answer;
use crate::query::Form;
use crate::store::Provenance;

/// One result as it is written: a file, or a sheet of a workbook.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// What it is called among several: the name of the saved query.
    pub name: String,
    /// What it answers, for people; empty for results of SQL that says nothing.
    pub title: String,
    /// More about it: formula, source, limits.
    pub about: Vec<String>,
    /// What stands around the table of a printed form, with values filled in.
    pub form: Form,
    /// The rows.
    pub answer: &'a Answer,
    /// How they read.
    pub layout: Layout,
    /// Where they come from; lists of the program's own come from nowhere.
    pub provenance: Option<ResultProvenance>,
}

/// Where a result comes from, as far as the answer itself does not say it.
#[derive(Debug, Clone, Default)]
pub struct ResultProvenance {
    /// The name of the saved query, or the SQL.
    pub query: String,
    /// What is known about the years that were read.
    pub years: Vec<Provenance>,
    /// When it is written, if the clock is fixed; the same result otherwise has the same bytes every day.
    pub written_at: Option<DateTime<Utc>>,
}

impl<'a> Sheet<'a> {
    /// Takes an answer of which nothing more is known.
    pub fn of(answer: &'a Answer, layout: Layout) -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            about: Vec::new(),
            form: Form::default(),
            answer,
            layout,
            provenance: None,
        }
    }
}
