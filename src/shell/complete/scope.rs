//! Finds the tables that a position can see, and the columns they have.
//!
//! Statements that are being typed do not parse, so this reads words: FROM and JOIN name tables,
//! WITH names common ones, a bracket after FROM holds a subquery. What it does not understand is
//! passed over; it only ever offers less.

use super::catalog::{Catalog, ColumnEntry};
use super::tokens::{Word, closing, statement_words};

/// A table in sight.
#[derive(Debug, Clone)]
pub(super) struct Visible {
    /// How columns are qualified: the alias, or the table's own name.
    pub(super) alias: String,
    pub(super) columns: Vec<ColumnEntry>,
}

/// What can be named at a position.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The tables whose columns are in sight, the nearest first.
    pub(super) tables: Vec<Visible>,
    /// The common tables, by name.
    pub(super) common: Vec<Visible>,
}

/// Queries within queries are followed this far.
const DEPTH: usize = 8;

impl Scope {
    /// Finds the scope of the position before which `at` words stand.
    pub(super) fn find(catalog: &Catalog, words: &[Word<'_>], at: usize) -> Self {
        let (words, at) = without_open_brackets(words, at);
        let common = read_common(catalog, &words, DEPTH);
        let mut tables = Vec::new();
        for (start, end) in enclosing(&words, at) {
            tables.extend(read_tables(catalog, &common, &words[start..end], DEPTH));
        }
        Self { tables, common }
    }
}

/// Leaves out the brackets around the position that hold no query: one that is not closed yet, as in
/// `max(|` before ` FROM t`, would hide what follows.
fn without_open_brackets<'a>(words: &[Word<'a>], at: usize) -> (Vec<Word<'a>>, usize) {
    let open: Vec<usize> =
        open_brackets(words, at).into_iter().filter(|start| !holds_query(words, *start)).collect();
    let kept = words.iter().enumerate().filter(|(index, _)| !open.contains(index)).map(|(_, word)| *word);
    (kept.collect(), at - open.len())
}

fn holds_query(words: &[Word<'_>], open: usize) -> bool {
    words.get(open + 1).is_some_and(|word| word.is("select") || word.is("with"))
}

/// The brackets that are open at a position, the outermost first.
fn open_brackets(words: &[Word<'_>], at: usize) -> Vec<usize> {
    let mut open = Vec::new();
    for (index, word) in words.iter().enumerate().take(at) {
        if word.is("(") {
            open.push(index);
        } else if word.is(")") {
            open.pop();
        }
    }
    open
}

/// The brackets around a position from the innermost outwards, then the whole statement.
fn enclosing(words: &[Word<'_>], at: usize) -> Vec<(usize, usize)> {
    let inner = open_brackets(words, at).into_iter().rev().filter(|start| holds_query(words, *start));
    let inner = inner.map(|start| (start + 1, closing(words, start)));
    inner.chain([(0, words.len())]).collect()
}

/// Reads the common tables of a statement, each of which sees those before it.
fn read_common(catalog: &Catalog, words: &[Word<'_>], depth: usize) -> Vec<Visible> {
    let mut common: Vec<Visible> = Vec::new();
    for index in 0..words.len() {
        let follows = index.checked_sub(1).is_some_and(|before| {
            words[before].is("with") || words[before].is("recursive") || words[before].is(",")
        });
        if !follows || !words[index].is_word() {
            continue;
        }
        let mut body = index + 1;
        if words.get(body).is_some_and(|word| word.is("(")) {
            body = closing(words, body) + 1;
        }
        let opens = words.get(body).is_some_and(|word| word.is("as"))
            && words.get(body + 1).is_some_and(|word| word.is("("));
        if opens {
            let end = closing(words, body + 1);
            let columns = output_columns(catalog, &common, &words[body + 2..end.max(body + 2)], depth);
            common.push(Visible { alias: words[index].name(), columns });
        }
    }
    common
}

/// Reads the tables that stand after FROM and JOIN outside of inner brackets.
fn read_tables(catalog: &Catalog, common: &[Visible], words: &[Word<'_>], depth: usize) -> Vec<Visible> {
    let mut tables = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        if word.is("(") {
            index = closing(words, index) + 1;
        } else if word.is("from") || word.is("join") {
            index = read_list(catalog, common, words, index + 1, depth, &mut tables);
        } else {
            index += 1;
        }
    }
    tables
}

/// Reads `a, b AS c, (SELECT …) d` and returns where it ends.
fn read_list(
    catalog: &Catalog,
    common: &[Visible],
    words: &[Word<'_>],
    mut index: usize,
    depth: usize,
    tables: &mut Vec<Visible>,
) -> usize {
    loop {
        let Some(first) = words.get(index) else { return index };
        let (name, columns) = if first.is("(") {
            let end = closing(words, index);
            let inner = words.get(index + 1..end).unwrap_or_default();
            index = end + 1;
            (String::new(), output_columns(catalog, common, inner, depth))
        } else if first.is_word() && !STOPS.iter().any(|stop| first.is(stop)) {
            let (name, columns, end) = read_named(catalog, common, words, index);
            index = end;
            (name, columns)
        } else {
            return index;
        };
        if words.get(index).is_some_and(|word| word.is("as")) {
            index += 1;
        }
        let alias = words.get(index).filter(|word| word.is_name());
        index += usize::from(alias.is_some());
        tables.push(Visible { alias: alias.map_or(name, Word::name), columns });
        if !words.get(index).is_some_and(|word| word.is(",")) {
            return index;
        }
        index += 1;
    }
}

/// Words that end a list of tables.
const STOPS: [&str; 14] = [
    "where",
    "group",
    "order",
    "having",
    "limit",
    "on",
    "using",
    "join",
    "left",
    "right",
    "inner",
    "union",
    "select",
    "visualise",
];

/// Reads `schema.name(…)`.
fn read_named(
    catalog: &Catalog,
    common: &[Visible],
    words: &[Word<'_>],
    start: usize,
) -> (String, Vec<ColumnEntry>, usize) {
    let first = words[start].name();
    let mut end = start + 1;
    let mut schema = None;
    let mut name = first;
    if words.get(end).is_some_and(|word| word.is("."))
        && let Some(second) = words.get(end + 1).filter(|word| word.is_word())
    {
        schema = Some(std::mem::replace(&mut name, second.name()));
        end += 2;
    }
    if words.get(end).is_some_and(|word| word.is("(")) {
        end = (closing(words, end) + 1).min(words.len());
    }
    let shared = common.iter().rev().find(|table| schema.is_none() && table.alias == name);
    let columns = match shared {
        Some(table) => table.columns.clone(),
        None => catalog.columns_of(schema.as_deref(), &name).unwrap_or_default(),
    };
    (name, columns, end)
}

/// Finds the columns that a query gives, from its SELECT list.
fn output_columns(
    catalog: &Catalog,
    outer: &[Visible],
    words: &[Word<'_>],
    depth: usize,
) -> Vec<ColumnEntry> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let mut common = outer.to_vec();
    common.extend(read_common(catalog, words, depth));
    let tables = read_tables(catalog, &common, words, depth);
    let Some(select) = outside(words).find(|index| words[*index].is("select")) else { return Vec::new() };
    let list_end =
        outside(words).find(|index| *index > select && ENDS.iter().any(|end| words[*index].is(end)));
    let list_end = list_end.unwrap_or(words.len());
    let commas = outside(words).filter(|index| (select..list_end).contains(index) && words[*index].is(","));
    let mut columns = Vec::new();
    let mut start = select + 1;
    for end in commas.chain([list_end]) {
        columns.extend(output_column(&tables, words.get(start..end).unwrap_or_default()));
        start = end + 1;
    }
    columns
}

/// Words that end a SELECT list.
const ENDS: [&str; 8] = ["from", "where", "group", "order", "limit", "union", "having", "visualise"];

/// The positions outside of brackets.
fn outside<'a>(words: &'a [Word<'a>]) -> impl Iterator<Item = usize> + 'a {
    let mut depth = 0_usize;
    words.iter().enumerate().filter_map(move |(index, word)| {
        if word.is("(") {
            depth += 1;
            return None;
        }
        if word.is(")") {
            depth = depth.saturating_sub(1);
            return None;
        }
        (depth == 0).then_some(index)
    })
}

/// Finds what one item of a SELECT list is called.
fn output_column(tables: &[Visible], item: &[Word<'_>]) -> Vec<ColumnEntry> {
    let item = match item.first() {
        Some(first) if first.is("distinct") || first.is("all") => item.get(1..).unwrap_or_default(),
        _ => item,
    };
    match item {
        [star] if star.is("*") => tables.iter().flat_map(|table| table.columns.clone()).collect(),
        [table, dot, star] if dot.is(".") && star.is("*") => {
            let alias = table.name();
            tables
                .iter()
                .filter(|table| table.alias == alias)
                .flat_map(|table| table.columns.clone())
                .collect()
        }
        [.., last] if last.is_name() || item.len() > 1 && last.is_word() => {
            let name = last.name();
            let is_bare = item.len() == 1 || (item.len() == 3 && item[1].is("."));
            let known =
                tables.iter().flat_map(|table| &table.columns).find(|column| is_bare && column.name == name);
            vec![known.cloned().unwrap_or_else(|| ColumnEntry::new(name, ""))]
        }
        _ => Vec::new(),
    }
}

/// The columns that the query of a file gives.
pub(super) fn output_of(catalog: &Catalog, sql: &str) -> Vec<ColumnEntry> {
    let words = statement_words(sql, 0);
    output_columns(catalog, &[], &words, DEPTH)
}
