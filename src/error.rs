//! Turns what went wrong into one shape that every module shares, and prints that shape.
//!
//! There is one error type for the whole program: what happened (a typed value of the message
//! catalogue, see [`Explain`]), where ([`Place`]), and what caused it. Modules above this one build
//! errors; only [`Error::render`] turns them into text, so that every complaint looks the same.

mod cause;

use std::fmt::{self, Write as _};

use cause::describe_cause;

/// The language of everything that is said to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Vietnamese.
    Vi,
}

impl Lang {
    /// Parses `vi…` as Vietnamese and anything else as English, as locale names are read.
    pub fn parse(text: &str) -> Self {
        if text.to_ascii_lowercase().starts_with("vi") { Self::Vi } else { Self::En }
    }
}

/// What kind of fault an error is; it decides the exit code and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line, a name given on it, a contract, a query header or a waiver is wrong.
    Usage,
    /// The data, a file or a query is wrong, or the disk is.
    Data,
    /// The user interrupted the work.
    Interrupted,
    /// A defect in this program.
    Internal,
    /// Not a fault: something the user should know.
    Notice,
}

impl Kind {
    /// Returns the exit code of the process that ends with a fault of this kind.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Notice => 0,
            Self::Data => 1,
            Self::Usage => 2,
            Self::Interrupted => 130,
            Self::Internal => 255,
        }
    }
}

/// A typed message of the catalogue in `messages`: its texts in both languages.
pub trait Explain: fmt::Debug + Send + Sync + 'static {
    /// Returns the kind of fault.
    fn kind(&self) -> Kind;
    /// Says what was wanted and what was found: lower case, no final full stop.
    fn message(&self, lang: Lang) -> String;
    /// Says what to do about it, if there is one thing to do.
    fn hint(&self, lang: Lang) -> Option<String>;
    /// Wraps the message into an [`Error`] without a place.
    fn error(self) -> Error
    where
        Self: Sized,
    {
        Error::new(self)
    }
}

/// Where in the user's material an error lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A whole file or folder.
    File {
        /// The path as the user would write it.
        file: String,
    },
    /// A run of characters in a text file or a typed statement.
    Text {
        /// The path as the user would write it, or the name of the statement's origin.
        file: String,
        /// 1-based line.
        line: usize,
        /// 1-based column, in characters.
        column: usize,
        /// Number of characters to underline, at least 1.
        width: usize,
        /// The line itself, without its line break.
        source: String,
    },
    /// A cell, a row or a sheet of an export.
    Cell {
        /// The path as the user would write it.
        file: String,
        /// The sheet's name, if the format has sheets.
        sheet: Option<String>,
        /// The address (`F12`, `row 12`), if it is narrower than the sheet.
        cell: Option<String>,
        /// The text that stands there, shortened and masked where it is personal.
        found: Option<String>,
    },
}

impl Place {
    /// Names a whole file.
    pub fn file(file: impl fmt::Display) -> Self {
        Self::File { file: file.to_string() }
    }

    /// Finds the line and column of the byte range `start..end` in `text`.
    pub fn text(file: impl fmt::Display, text: &str, start: usize, end: usize) -> Self {
        let start = floor_boundary(text, start);
        let end = floor_boundary(text, end).max(start);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let source = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let marked = text.get(start..end).unwrap_or_default().lines().next().unwrap_or_default();
        Self::Text {
            file: file.to_string(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            width: marked.chars().count().max(1),
            source: source.to_owned(),
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl Place {
    /// Writes the place in the words of a language.
    pub fn show(&self, lang: Lang) -> String {
        match self {
            Self::File { file } => file.clone(),
            Self::Text { file, line, column, .. } => format!("{file}:{line}:{column}"),
            Self::Cell { file, sheet, cell, found } => {
                let (sheet_word, row_word) = match lang {
                    Lang::En => ("sheet", "row"),
                    Lang::Vi => ("trang tính", "dòng"),
                };
                let sheet = sheet.as_ref().map(|sheet| format!(", {sheet_word} `{sheet}`"));
                let cell = cell.as_ref().map(|cell| match cell.strip_prefix("row ") {
                    Some(number) => format!(", {row_word} {number}"),
                    None => format!(", {cell}"),
                });
                let found = found.as_ref().map(|found| format!(": `{found}`"));
                [Some(file.clone()), sheet, cell, found].into_iter().flatten().collect()
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show(Lang::En))
    }
}

/// Everything that can fail in this program.
pub struct Error(Box<Inner>);

struct Inner {
    what: Box<dyn Explain>,
    places: Vec<Place>,
    more: usize,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    also: Vec<Error>,
}

/// The result of anything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How many places and how many sibling errors are printed before the rest is only counted.
const SHOWN: usize = 10;

impl Error {
    /// Wraps a message of the catalogue.
    pub fn new(what: impl Explain) -> Self {
        Self(Box::new(Inner {
            what: Box::new(what),
            places: Vec::new(),
            more: 0,
            cause: None,
            also: Vec::new(),
        }))
    }

    /// Adds a place; the first ten are printed, the rest counted.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        if self.0.places.len() < SHOWN {
            self.0.places.push(place);
        } else {
            self.0.more += 1;
        }
        self
    }

    /// Counts places that are not named.
    #[must_use]
    pub fn and_more(mut self, places: usize) -> Self {
        self.0.more += places;
        self
    }

    /// Adds a place unless one is known already.
    #[must_use]
    pub fn at_if_unplaced(self, place: impl FnOnce() -> Place) -> Self {
        if self.0.places.is_empty() { self.at(place()) } else { self }
    }

    /// Adds the foreign error that caused this one.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Joins errors that were found in one pass; the first one leads and decides the kind.
    pub fn join(errors: Vec<Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        first.0.also.extend(errors);
        Some(first)
    }

    /// Returns the kind of fault.
    pub fn kind(&self) -> Kind {
        self.0.what.kind()
    }

    /// Returns the message alone, without places and hints.
    pub fn message(&self, lang: Lang) -> String {
        self.0.what.message(lang)
    }

    /// Returns the places where the fault lies.
    pub fn places(&self) -> &[Place] {
        &self.0.places
    }

    /// Renders the whole error as the user sees it, ending in a line break.
    ///
    /// Text that came from outside is made harmless by the caller that writes to a terminal.
    pub fn render(&self, lang: Lang) -> String {
        let (also, more) = match lang {
            Lang::En => ("more errors", "more places"),
            Lang::Vi => ("lỗi khác", "chỗ khác"),
        };
        let mut out = String::new();
        self.render_one(&mut out, more, lang);
        for sibling in self.0.also.iter().take(SHOWN - 1) {
            sibling.render_one(&mut out, more, lang);
        }
        let hidden = self.0.also.len().saturating_sub(SHOWN - 1);
        if hidden > 0 {
            let _ = writeln!(out, "… {hidden} {also}");
        }
        out
    }

    fn render_one(&self, out: &mut String, more: &str, lang: Lang) {
        let label = match (self.kind(), lang) {
            (Kind::Notice, Lang::En) => "warning",
            (Kind::Notice, Lang::Vi) => "cảnh báo",
            (_, Lang::En) => "error",
            (_, Lang::Vi) => "lỗi",
        };
        let (cause_label, hint_label) = match lang {
            Lang::En => ("caused by", "hint"),
            Lang::Vi => ("nguyên nhân", "gợi ý"),
        };
        let _ = writeln!(out, "{label}: {}", self.message(lang));
        for place in &self.0.places {
            render_place(out, place, lang);
        }
        if self.0.more > 0 {
            let _ = writeln!(out, "  … {} {more}", self.0.more);
        }
        if let Some(cause) = &self.0.cause {
            let _ = writeln!(out, "{cause_label}: {}", describe_cause(cause.as_ref(), lang));
        }
        if let Some(hint) = self.0.what.hint(lang) {
            let _ = writeln!(out, "{hint_label}: {hint}");
        }
    }
}

fn render_place(out: &mut String, place: &Place, lang: Lang) {
    let _ = writeln!(out, "  --> {}", place.show(lang));
    if let Place::Text { line, column, width, source, .. } = place {
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let tabs_kept: String =
            source.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let _ = writeln!(out, "{gutter} |");
        let _ = writeln!(out, "{number} | {source}");
        let _ = writeln!(out, "{gutter} | {tabs_kept}{}", "^".repeat(*width));
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Lang::En))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

impl<T: Explain> From<T> for Error {
    fn from(what: T) -> Self {
        Self::new(what)
    }
}
