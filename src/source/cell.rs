//! Holds what a file knows about one cell: lent out of a block, or on its way into one.

use chrono::NaiveDateTime;

/// What a file knows about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Cell<'a> {
    /// Nothing, or only blanks.
    #[default]
    Empty,
    /// Text, trimmed; in a block it is in NFC with line breaks as `\n`.
    Text(&'a str),
    /// A number and how the file shows it.
    Number {
        /// The number.
        value: f64,
        /// How the file shows it.
        shown: Shown,
    },
    /// A date or a time as the spreadsheet knows them.
    DateTime(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// An error value such as `#REF!`.
    Error(&'a str),
    /// Something stands there, and nobody can say what; with the text that is left of it.
    Unreadable(Unreadable, &'a str),
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// A formula that no program has computed.
    NoResult,
    /// Letters were lost where UTF-8 was read as Western text.
    LostLetters,
    /// Two encodings fit equally.
    UnclearLetters,
}

/// How a file shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plain,
    /// Times a hundred with a percent sign.
    Percent,
}

impl<'a> Cell<'a> {
    /// Makes a text cell; text of nothing but blanks is empty.
    pub fn text(text: &'a str) -> Self {
        let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let bytes = text.as_bytes();
        if is_bare(bytes.first()) && is_bare(bytes.last()) {
            return Self::Text(text);
        }
        let text = text.trim_matches(is_blank);
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Tells whether nothing stands in the cell.
    pub fn is_empty(self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns the text of a text cell.
    pub fn as_text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{FEFF}' | '\u{200B}')
}

/// A cell that a reader has made and that no block holds yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum OwnedCell {
    #[default]
    Empty,
    Text(String),
    Number {
        value: f64,
        shown: Shown,
    },
    DateTime(NaiveDateTime),
    Bool(bool),
    Error(String),
    Unreadable(Unreadable, String),
}

impl OwnedCell {
    /// Makes a text cell; text of nothing but blanks is empty.
    pub(super) fn text(text: &str) -> Self {
        Cell::text(text).as_text().map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        self.lend().as_text()
    }

    /// Lends the cell.
    pub(super) fn lend(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text),
            Self::Number { value, shown } => Cell::Number { value: *value, shown: *shown },
            Self::DateTime(time) => Cell::DateTime(*time),
            Self::Bool(value) => Cell::Bool(*value),
            Self::Error(text) => Cell::Error(text),
            Self::Unreadable(why, text) => Cell::Unreadable(*why, text),
        }
    }
}
