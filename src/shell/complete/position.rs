//! Finds what kind of thing could stand at a position.

use super::tokens::Word;
use crate::engine::LexemeKind;

/// What could stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// Nothing that is known: a new name, a comment, a text.
    Nothing,
    /// The first word of a statement.
    Start,
    /// A table.
    Table,
    /// Something of a schema, an alias or a table.
    Member(String),
    /// A parameter of a saved query, or its value.
    Parameter(String),
    /// A value of a column, in quotes.
    Value(String),
    /// `dataset.column`, in quotes.
    CategoryKey,
    /// A variable of the shell.
    Variable,
    /// Anything that has a value, or a keyword.
    Expression,
}

/// Finds the position behind `before`, the words before the one that is being typed.
pub(super) fn find_position(before: &[Word<'_>]) -> Position {
    let Some(last) = before.last() else { return Position::Start };
    let word = |back: usize| before.len().checked_sub(back).and_then(|index| before.get(index));
    if last.is(".") {
        return word(2)
            .filter(|name| name.is_word())
            .map_or(Position::Nothing, |name| Position::Member(name.name()));
    }
    if last.is(":") {
        return Position::Variable;
    }
    if let Some(query) = called_query(before) {
        let is_value = !last.is("(") && !last.is(",");
        return if is_value { Position::Expression } else { Position::Parameter(query) };
    }
    if ["from", "join", "describe", "summarize", "summarise", "desc"].iter().any(|word| last.is(word))
        && !(last.is("desc") && before.len() > 1)
    {
        return Position::Table;
    }
    if last.is(",") && clause_of(before) == Some("from") {
        return Position::Table;
    }
    if last.is("as")
        || last.kind == LexemeKind::Number
        || last.kind == LexemeKind::Text && word(2).is_some_and(|word| word.is("as"))
    {
        return if last.is("as") { Position::Nothing } else { Position::Expression };
    }
    Position::Expression
}

/// Finds what an open text is a value of.
pub(super) fn find_text_position(before: &[Word<'_>]) -> Position {
    let Some(last) = before.last() else { return Position::Nothing };
    let is_comparison = ["=", "<>", "!=", "like", "ilike", "==", "=>"].iter().any(|sign| last.is(sign));
    let column_before = |index: usize| {
        let name = index.checked_sub(1).and_then(|at| before.get(at)).filter(|word| word.is_word())?;
        if name.is("not") {
            return index.checked_sub(2).and_then(|at| before.get(at)).map(Word::name);
        }
        Some(name.name())
    };
    if is_comparison {
        return column_before(before.len() - 1).map_or(Position::Nothing, Position::Value);
    }
    if last.is("(") || last.is(",") {
        let Some(open) = open_bracket(before) else { return Position::Nothing };
        let opener = open.checked_sub(1).and_then(|at| before.get(at));
        if opener.is_some_and(|word| word.is("in")) {
            return column_before(open - 1).map_or(Position::Nothing, Position::Value);
        }
        if last.is(",") && opener.is_some_and(|word| word.is("label")) {
            return Position::CategoryKey;
        }
    }
    Position::Nothing
}

/// The innermost bracket that is open at the end.
fn open_bracket(words: &[Word<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, word) in words.iter().enumerate().rev() {
        if word.is(")") {
            depth += 1;
        } else if word.is("(") {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(index),
            }
        }
    }
    None
}

/// The saved query in whose brackets the end lies.
fn called_query(words: &[Word<'_>]) -> Option<String> {
    let open = open_bracket(words)?;
    let [.., schema, dot, name] = words.get(..open)? else { return None };
    (schema.is("queries") && dot.is(".")).then(|| name.name())
}

/// The clause that the end lies in.
fn clause_of(words: &[Word<'_>]) -> Option<&'static str> {
    let mut depth = 0_usize;
    for word in words.iter().rev() {
        if word.is(")") {
            depth += 1;
        } else if word.is("(") {
            depth = depth.checked_sub(1)?;
        } else if depth == 0
            && let Some(clause) = CLAUSES.iter().find(|clause| word.is(clause))
        {
            return Some(clause);
        }
    }
    None
}

const CLAUSES: [&str; 9] = ["select", "from", "where", "group", "order", "having", "limit", "on", "with"];
