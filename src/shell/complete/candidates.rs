//! Turns a position and a scope into candidates: what begins like the typed word, and columns whose
//! Vietnamese title does, with or without accents.

use super::catalog::{Catalog, ColumnEntry};
use super::position::{Position, find_position, find_text_position};
use super::scope::Scope;
use super::tokens::{Word, statement_words};
use super::{Candidate, Known};
use crate::engine::LexemeKind;
use crate::vietnamese::fold::fold;

/// Candidates and the byte from which they replace the text.
#[derive(Debug, Default)]
pub(super) struct Offer {
    pub(super) start: usize,
    pub(super) candidates: Vec<Candidate>,
}

impl Candidate {
    /// A name that is put in as it is shown.
    pub(super) fn plain(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { display: name.clone(), replacement: name }
    }

    /// A name with what it means.
    pub(super) fn explained(name: &str, about: &str, replacement: impl Into<String>) -> Self {
        let display = if about.is_empty() { name.to_owned() } else { format!("{name}  {about}") };
        Self { display, replacement: replacement.into() }
    }
}

/// What begins every statement.
const STARTS: [&str; 8] = ["SELECT", "WITH", "FROM", "EXPLAIN", "DESCRIBE", "SHOW", "SUMMARIZE", "VALUES"];

/// The keywords that people type.
const KEYWORDS: [&str; 72] = [
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CROSS",
    "DESC",
    "DISTINCT",
    "DRAW",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXCLUDE",
    "EXISTS",
    "EXTRACT",
    "FALSE",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LABEL",
    "LAST",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NATURAL",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRECEDING",
    "QUALIFY",
    "RANGE",
    "RECURSIVE",
    "REPLACE",
    "RIGHT",
    "ROWS",
    "SCALE",
    "SELECT",
    "THEN",
    "TRUE",
    "UNBOUNDED",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "VISUALISE",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

impl Offer {
    /// Completes SQL.
    pub(super) fn for_sql(catalog: &Catalog, known: &Known, text: &str, cursor: usize) -> Self {
        let words = statement_words(text, cursor);
        let before_cursor = text.get(..cursor).unwrap_or_default();
        let left = statement_words(before_cursor, cursor);
        if let Some(open) =
            left.last().filter(|word| word.kind == LexemeKind::Open && word.text.starts_with('\''))
        {
            return Self::in_text(catalog, &words, &left[..left.len() - 1], open, text, cursor);
        }
        let is_comment = ends_in_comment(before_cursor);
        if is_comment
            || left.last().is_some_and(|word| word.kind == LexemeKind::Open && !word.text.starts_with('"'))
        {
            return Self { start: cursor, candidates: Vec::new() };
        }
        let typed = left
            .last()
            .filter(|word| word.end == cursor && (word.is_word() || word.kind == LexemeKind::Open));
        let before = &left[..left.len() - usize::from(typed.is_some())];
        let start = typed.map_or(cursor, |word| word.start);
        let prefix = typed.map_or("", |word| word.text.trim_matches('"'));
        let scope = Scope::find(catalog, &words, before.len());
        let builder =
            Builder { catalog, known, scope, prefix, after: text.get(cursor..).unwrap_or_default() };
        let position = find_position(before);
        if matches!(position, Position::Expression | Position::Member(_))
            && let Some(offer) = builder.by_phrase(before_cursor, &left)
        {
            return offer;
        }
        Self { start, candidates: builder.offer(&position) }
    }

    /// Completes a text that is open: the codes of the column that it is compared with.
    fn in_text(
        catalog: &Catalog,
        words: &[Word<'_>],
        before: &[Word<'_>],
        open: &Word<'_>,
        text: &str,
        cursor: usize,
    ) -> Self {
        let start = open.start + 1;
        let prefix = text.get(start..cursor).unwrap_or_default();
        let is_closed = text.get(cursor..).is_some_and(|rest| rest.starts_with('\''));
        let close = if is_closed { "" } else { "'" };
        let candidates = match find_text_position(before) {
            Position::Value(column) => {
                let scope = Scope::find(catalog, words, before.len());
                let found = values_of(catalog, &scope, &column);
                let matches =
                    |code: &str, label: &str| starts(code, prefix) || begins(&fold(label), &fold(prefix));
                let fitting = found.iter().filter(|(code, label)| matches(code, label));
                fitting
                    .map(|(code, label)| Candidate::explained(code, label, format!("{code}{close}")))
                    .collect()
            }
            Position::CategoryKey => catalog
                .datasets
                .iter()
                .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
                .filter(|(_, column)| !column.categories.is_empty())
                .map(|(table, column)| (format!("{}.{}", table.name, column.name), &column.title))
                .filter(|(key, _)| starts(key, prefix))
                .map(|(key, title)| Candidate::explained(&key, title, format!("{key}{close}")))
                .collect(),
            _ => Vec::new(),
        };
        Self { start, candidates }
    }
}

/// The codes of a column in sight; of any column of that name, where none is.
fn values_of(catalog: &Catalog, scope: &Scope, column: &str) -> Vec<(String, String)> {
    let in_sight = scope.tables.iter().flat_map(|table| &table.columns);
    let anywhere = catalog.datasets.iter().flat_map(|table| &table.columns);
    let mut named = in_sight.chain(anywhere).filter(|found| found.name == column);
    named
        .find(|found| !found.categories.is_empty())
        .map(|found| found.categories.to_vec())
        .unwrap_or_default()
}

fn ends_in_comment(text: &str) -> bool {
    let last = crate::engine::split_lexemes(text).pop();
    last.is_some_and(|last| last.kind == LexemeKind::Comment && !last.text(text).ends_with(['\n', '/']))
}

struct Builder<'a> {
    catalog: &'a Catalog,
    known: &'a Known,
    scope: Scope,
    prefix: &'a str,
    /// What stands behind the cursor.
    after: &'a str,
}

/// A phrase of more words is no title.
const MOST_WORDS: usize = 8;

impl Builder<'_> {
    fn offer(&self, position: &Position) -> Vec<Candidate> {
        match position {
            Position::Start => self.keywords(&STARTS),
            Position::Table => self.tables(),
            Position::Member(owner) => self.members(owner),
            Position::Parameter(query) => self.parameters(query),
            Position::Variable => self
                .known
                .variables
                .iter()
                .filter(|name| starts(name, self.prefix))
                .map(Candidate::plain)
                .collect(),
            Position::Expression => self.expression(),
            Position::Nothing | Position::Value(_) | Position::CategoryKey => Vec::new(),
        }
    }

    /// Columns, tables' aliases, functions and keywords.
    fn expression(&self) -> Vec<Candidate> {
        let columns = self.columns_in_sight();
        let mut offered = self.fitting_columns(columns.iter());
        if self.prefix.is_empty() && !offered.is_empty() {
            return offered;
        }
        let aliases = self.scope.tables.iter().filter(|table| starts(&table.alias, self.prefix));
        offered.extend(aliases.filter(|table| !table.alias.is_empty()).map(|table| Candidate {
            display: format!("{}.", table.alias),
            replacement: format!("{}.", table.alias),
        }));
        offered.extend(self.functions());
        offered.extend(self.keywords(&KEYWORDS));
        offered
    }

    /// The columns of the tables in sight; of all datasets while no table is named yet.
    fn columns_in_sight(&self) -> Vec<ColumnEntry> {
        let is_empty = self.scope.tables.iter().all(|table| table.columns.is_empty());
        let all = self.catalog.datasets.iter().flat_map(|table| &table.columns).filter(|_| is_empty);
        let near = self.scope.tables.iter().flat_map(|table| &table.columns);
        let mut seen = std::collections::HashSet::new();
        near.chain(all).filter(|column| seen.insert(column.name.as_str())).cloned().collect()
    }

    fn fitting_columns<'c>(&self, columns: impl Iterator<Item = &'c ColumnEntry> + Clone) -> Vec<Candidate> {
        let folded = fold(self.prefix);
        let by_name = columns.clone().filter(|column| starts(&column.name, self.prefix));
        let mut offered: Vec<Candidate> = by_name.map(column_candidate).collect();
        if !folded.is_empty() {
            let by_title = columns.filter(|column| !starts(&column.name, self.prefix));
            let by_title = by_title.filter(|column| column.folded.starts_with(&folded));
            offered.extend(by_title.map(column_candidate));
        }
        offered
    }

    fn functions(&self) -> Vec<Candidate> {
        if self.prefix.is_empty() {
            return Vec::new();
        }
        let bracket = if self.after.starts_with('(') { "" } else { "(" };
        let fitting = self.catalog.functions.iter().filter(|function| starts(&function.name, self.prefix));
        fitting
            .map(|function| Candidate {
                display: function.call.lines().next().unwrap_or_default().to_owned(),
                replacement: format!("{}{bracket}", function.name),
            })
            .collect()
    }

    /// Keywords in the case of what is typed.
    fn keywords(&self, keywords: &[&str]) -> Vec<Candidate> {
        let is_upper = self.prefix.is_empty() || self.prefix.starts_with(char::is_uppercase);
        let fitting = keywords.iter().filter(|keyword| starts(keyword, self.prefix));
        fitting
            .map(|keyword| if is_upper { (*keyword).to_owned() } else { keyword.to_lowercase() })
            .map(|keyword| Candidate { replacement: format!("{keyword} "), display: keyword })
            .collect()
    }

    fn tables(&self) -> Vec<Candidate> {
        let common = self.scope.common.iter().map(|table| (table.alias.clone(), String::new()));
        let all = common.chain(all_tables(self.catalog));
        all.filter(|(name, title)| starts(name, self.prefix) || self.fits_title(title))
            .map(|(name, title)| Candidate::explained(&name, &title, &name))
            .collect()
    }

    fn fits_title(&self, title: &str) -> bool {
        let folded = fold(self.prefix);
        !folded.is_empty() && fold(title).starts_with(&folded)
    }

    fn members(&self, owner: &str) -> Vec<Candidate> {
        if let Some(table) = self.scope.tables.iter().find(|table| table.alias == *owner) {
            return self.fitting_columns(table.columns.iter());
        }
        let named: Vec<(&str, &str)> = match owner {
            "queries" => {
                self.catalog.queries.iter().map(|query| (query.name.as_str(), query.title.as_str())).collect()
            }
            "source" | "datasets" => self
                .catalog
                .datasets
                .iter()
                .map(|table| (table.name.as_str(), table.title.as_str()))
                .collect(),
            "information_schema" => vec![("tables", ""), ("columns", "")],
            _ => Vec::new(),
        };
        let fitting =
            named.into_iter().filter(|(name, title)| starts(name, self.prefix) || self.fits_title(title));
        fitting.map(|(name, title)| Candidate::explained(name, title, name)).collect()
    }

    fn parameters(&self, query: &str) -> Vec<Candidate> {
        let query = self.catalog.queries.iter().find(|found| found.name == query);
        let parameters = query.into_iter().flat_map(|query| &query.parameters);
        parameters
            .filter(|(name, _)| starts(name, self.prefix))
            .map(|(name, about)| Candidate::explained(name, about, format!("{name} => ")))
            .collect()
    }

    /// Finds columns by several words of their title: `ngay tiep nhan`.
    fn by_phrase(&self, text: &str, left: &[Word<'_>]) -> Option<Offer> {
        let columns = self.columns_in_sight();
        let words = left.iter().rev().take_while(|word| word.is_word()).take(MOST_WORDS).count();
        (2..=words).rev().find_map(|count| {
            let start = left.get(left.len() - count)?.start;
            let phrase = fold(text.get(start..)?);
            // A blank behind the phrase is a part of what is typed, not of the title.
            let fitting = columns.iter().filter(|column| column.folded.starts_with(&phrase));
            let candidates: Vec<Candidate> = fitting.map(column_candidate).collect();
            (!candidates.is_empty()).then_some(Offer { start, candidates })
        })
    }
}

fn column_candidate(column: &ColumnEntry) -> Candidate {
    Candidate::explained(&column.name, &column.title, quote_name(&column.name))
}

/// A name with other letters than small ones needs quotes.
fn quote_name(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Every table by the name that stands after FROM.
pub(super) fn all_tables(catalog: &Catalog) -> Vec<(String, String)> {
    let datasets = catalog.datasets.iter().map(|table| (table.name.clone(), table.title.clone()));
    let queries =
        catalog.queries.iter().map(|query| (format!("queries.{}", query.name), query.title.clone()));
    let sources =
        catalog.datasets.iter().map(|table| (format!("source.{}", table.name), table.title.clone()));
    let log = ["imports", "categories"].map(|name| (name.to_owned(), String::new()));
    let temporary = catalog.temporary.iter().map(|table| (table.name.clone(), table.title.clone()));
    datasets.chain(temporary).chain(log).chain(queries).chain(sources).collect()
}

/// Tells whether a name begins like what is typed.
pub(super) fn starts(name: &str, prefix: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    prefix.chars().flat_map(char::to_lowercase).all(|letter| letters.next() == Some(letter))
}

fn begins(folded: &str, prefix: &str) -> bool {
    !prefix.is_empty() && folded.starts_with(prefix)
}
