//! Turns DataFusion's errors into ours: what is wrong, where in the script, and what was meant.
//!
//! Unknown tables are found before planning, because the planner's error for them is only a
//! sentence; unknown columns come as typed errors, other faults keep the engine's words.

use std::error::Error as _;
use std::ops::ControlFlow;

use datafusion::common::TableReference;
use datafusion::common::{DataFusionError, SchemaError};
use datafusion::execution::SessionState;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{ObjectName, Spanned as _, visit_relations};
use datafusion::sql::sqlparser::tokenizer::{Location, Span};

use super::{Script, Statement, outside};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{QueryFault, translate_syntax};
use crate::workspace::did_you_mean;

/// Converts an error of a statement.
pub(super) fn convert(error: DataFusionError, script: &Script, statement: &Statement) -> Error {
    let span = find_span(&error);
    let function = faulty_function(&error);
    let literal = faulty_literal(&error.to_string()).map(|value| format!("'{value}'"));
    let ends_early = is_syntax(&error) && span.is_none();
    let converted =
        if is_syntax(&error) { describe_syntax(error, script.sql(statement)) } else { describe(error) };
    match span {
        Some(span) => converted.at_if_unplaced(|| script.place(statement, span)),
        None if ends_early => converted.at_if_unplaced(|| end_of(script, statement)),
        None => converted.at_if_unplaced(|| {
            let call = function.and_then(|name| find_call(script, statement, &name));
            let literal = || find_text(script, statement, &literal?);
            call.or_else(literal).unwrap_or_else(|| start_of(script, statement))
        }),
    }
}

/// Returns the function that an error without a place is about.
fn faulty_function(error: &DataFusionError) -> Option<String> {
    if find_ours(error).is_some() {
        return Some("label".to_owned());
    }
    faulty_signature(error)
}

/// Returns the text that an error says is no value of a type.
fn faulty_literal(problem: &str) -> Option<String> {
    let before = ["Cannot cast string '", "Error parsing timestamp from '"];
    let rest = before.iter().find_map(|before| Some(problem.split_once(before)?.1))?;
    Some(rest.split_once('\'')?.0.to_owned())
}

fn find_text(script: &Script, statement: &Statement, text: &str) -> Option<Place> {
    let start = statement.range.start + script.sql(statement).find(text)?;
    Some(script.place_of(start, start + text.len()))
}

/// Finds where a statement calls a function.
fn find_call(script: &Script, statement: &Statement, function: &str) -> Option<Place> {
    let sql = script.sql(statement);
    // Lower-casing ASCII only keeps the byte offsets.
    let at = sql.to_ascii_lowercase().find(&format!("{}(", function.to_ascii_lowercase()))?;
    let start = statement.range.start + at;
    Some(script.place_of(start, start + function.len()))
}

fn is_syntax(error: &DataFusionError) -> bool {
    match error {
        DataFusionError::SQL(..) => true,
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => is_syntax(inner),
        _ => false,
    }
}

/// A word that is almost a keyword is the likeliest reason why the text behind it makes no sense.
fn describe_syntax(error: DataFusionError, sql: &str) -> Error {
    const KEYWORDS: [&str; 12] = [
        "SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "JOIN", "BETWEEN", "WITH",
        "DISTINCT",
    ];
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_uppercase);
    let near = words
        .filter(|word| word.len() > 2 && !KEYWORDS.contains(&word.as_str()))
        .find_map(|word| {
            let likeliest = KEYWORDS
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(&word, a).total_cmp(&strsim::jaro_winkler(&word, b)))?;
            (strsim::damerau_levenshtein(&word, likeliest) == 1).then(|| format!("`{word}` → `{likeliest}`?"))
        })
        .unwrap_or_default();
    let described = describe(error);
    let problem = described.message(crate::error::Lang::En);
    let problem = problem.trim_start_matches("this is not SQL that can be read: ").to_owned();
    not_sql(problem, near)
}

/// A statement that the parser cannot read.
pub(super) fn not_sql(problem: String, near: String) -> Error {
    let problem_vi = translate_syntax(&problem);
    Error::new(QueryFault::Syntax { problem, problem_vi, near })
}

/// Finds the first word of a statement.
pub(super) fn start_of(script: &Script, statement: &Statement) -> Place {
    let sql = script.sql(statement);
    let skipped = sql.len() - sql.trim_start().len();
    let start = statement.range.start + skipped;
    script.place_of(start, start + 1)
}

/// Finds the last letter of a statement, behind which something is missing.
fn end_of(script: &Script, statement: &Statement) -> Place {
    let sql = script.sql(statement).trim_end();
    let last = sql.chars().next_back().map_or(0, char::len_utf8);
    let end = statement.range.start + sql.len();
    script.place_of(end - last, end)
}

/// Converts an error without a place.
pub(super) fn describe(error: DataFusionError) -> Error {
    // However deep it lies: what stands around it advises settings of the engine.
    if let DataFusionError::ResourcesExhausted(problem) = error.find_root() {
        return Error::new(QueryFault::TooLarge { problem: problem.clone() });
    }
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => describe(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => describe(errors.swap_remove(0)),
        DataFusionError::External(inner) => match inner.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => Error::new(QueryFault::Failed { problem: other.to_string() }),
        },
        DataFusionError::Shared(inner) => unshare(&inner).unwrap_or_else(|| describe_plain(&inner)),
        DataFusionError::SchemaError(inner, _) => describe_schema(&inner),
        DataFusionError::SQL(inner, _) => {
            let problem = inner.to_string();
            let problem = problem.trim_start_matches("sql parser error: ");
            let problem = problem.split(" at Line:").next().unwrap_or(problem);
            not_sql(problem.to_owned(), String::new())
        }
        DataFusionError::Internal(problem) => Error::new(QueryFault::Defect { problem }),
        other if faulty_signature(&other).is_some() => {
            let function = faulty_signature(&other).unwrap_or_default();
            Error::new(QueryFault::WrongTypes { function })
        }
        other => {
            wrong_call(&other).or_else(|| unknown_function(&other)).unwrap_or_else(|| describe_plain(&other))
        }
    }
}

/// Describes an error of which nothing but a sentence is known.
fn describe_plain(error: &DataFusionError) -> Error {
    let problem = plain(error);
    common(&problem).unwrap_or_else(|| Error::new(QueryFault::Failed { problem }))
}

/// How the message of a wrong call of our own functions begins; the engine hands on nothing but text.
pub(super) const CALLED_AS: &str = "the function is called as ";

fn wrong_call(error: &DataFusionError) -> Option<Error> {
    let text = error.to_string();
    let (_, after) = text.split_once(CALLED_AS)?;
    let (syntax, _) = after.split_once(". ")?;
    let function = syntax.split('(').next().unwrap_or_default().to_owned();
    Some(Error::new(QueryFault::WrongCall { function, syntax: syntax.to_owned() }))
}

/// Returns the function whose arguments have types that it does not take.
fn faulty_signature(error: &DataFusionError) -> Option<String> {
    let text = error.to_string();
    let (before, _) = text.split_once("' failed to match any signature")?;
    Some(before.rsplit('\'').next()?.to_owned())
}

/// The planner names an unknown function, and the likely one, only in a sentence.
fn unknown_function(error: &DataFusionError) -> Option<Error> {
    let message = error.message();
    let (name, rest) = message.strip_prefix("Invalid function '")?.split_once('\'')?;
    let near = rest.split_once("Did you mean '").and_then(|(_, near)| near.split_once('\''));
    let (hint, hint_vi) = match near {
        Some((near, _)) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None => (String::new(), String::new()),
    };
    Some(Error::new(QueryFault::UnknownFunction { name: name.to_owned(), hint, hint_vi }))
}

/// An error of ours inside a shared one cannot be moved out; its text and places are carried over.
fn unshare(error: &DataFusionError) -> Option<Error> {
    let ours = find_ours(error)?;
    let problem = ours.message(crate::error::Lang::En);
    let fresh = Error::new(QueryFault::Failed { problem });
    Some(ours.places().iter().cloned().fold(fresh, Error::at))
}

fn find_ours(error: &DataFusionError) -> Option<&Error> {
    match error {
        DataFusionError::External(inner) => inner.downcast_ref(),
        DataFusionError::Shared(inner) => find_ours(inner),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => find_ours(inner),
        _ => None,
    }
}

/// The engine's words in one line, without the prefix that says at which stage it failed.
fn plain(error: &DataFusionError) -> String {
    let message = error.message();
    let text = if message.is_empty() { error.to_string() } else { message.into_owned() };
    text.lines().next().unwrap_or_default().to_owned()
}

fn describe_schema(error: &SchemaError) -> Error {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let name = field.flat_name();
            let known: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            let (hint, hint_vi) = suggest(&field.name, &known);
            Error::new(QueryFault::UnknownColumn { name, hint, hint_vi })
        }
        SchemaError::AmbiguousReference { field } => {
            Error::new(QueryFault::Ambiguous { name: field.name.clone() })
        }
        other => Error::new(QueryFault::Failed { problem: other.to_string() }),
    }
}

/// Recognises what goes wrong most often in the engine's sentences, so that both languages can say it.
fn common(problem: &str) -> Option<Error> {
    let between = |from: &str, to: &str| {
        let (_, rest) = problem.split_once(from)?;
        Some(rest.split_once(to)?.0.to_owned())
    };
    if problem.contains("must appear in the GROUP BY clause") {
        let column = between("column \"", "\"")?;
        return Some(QueryFault::NotGrouped { column }.error());
    }
    if problem.contains("Divide by zero") {
        return Some(QueryFault::DividedByZero.error());
    }
    if problem.contains("Aggregate functions are not allowed in the WHERE clause") {
        return Some(QueryFault::AggregateInWhere.error());
    }
    if problem.contains("Scalar subquery returned more than one row") {
        return Some(QueryFault::ManyRows.error());
    }
    if problem.contains("queries have different number of columns") {
        return Some(QueryFault::UnevenUnion.error());
    }
    if let Some(value) = faulty_literal(problem) {
        let kind = between("' to value of ", " type").unwrap_or_else(|| "Timestamp".to_owned());
        return Some(QueryFault::NotOfType { value, kind: sql_word(&kind).to_owned() }.error());
    }
    if let Some(types) = between("Cannot coerce arithmetic expression ", " to valid types") {
        let mut parts = types.splitn(3, ' ');
        let (left, operator, right) = (parts.next()?, parts.next()?, parts.next()?);
        let [left, right] = [left, right].map(|one| sql_word(one).to_owned());
        return Some(QueryFault::NoArithmetic { left, operator: operator.to_owned(), right }.error());
    }
    None
}

/// The word by which `\\d` shows a type of Arrow.
fn sql_word(arrow: &str) -> &str {
    match arrow {
        "Utf8" | "Utf8View" | "LargeUtf8" => "text",
        "Int8" | "Int16" | "Int32" | "Int64" | "UInt8" | "UInt16" | "UInt32" | "UInt64" => "int",
        "Float32" | "Float64" => "double",
        "Boolean" => "bool",
        "Date32" | "Date64" => "date",
        other if other.starts_with("Timestamp") => "timestamp",
        other if other.starts_with("Decimal") => "decimal",
        other => other,
    }
}

/// Proposes the likely name, or lists what there is.
fn suggest(name: &str, known: &[&str]) -> (String, String) {
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None if known.is_empty() => (String::new(), String::new()),
        None => {
            let list = known
                .iter()
                .filter(|name| !name.contains('.'))
                .take(20)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            (format!("there are {list}"), format!("hiện có {list}"))
        }
    }
}

fn find_span(error: &DataFusionError) -> Option<Span> {
    if let DataFusionError::SQL(inner, _) = error {
        return parser_position(&inner.to_string());
    }
    if let DataFusionError::Diagnostic(diagnostic, _) = error
        && let Some(span) = diagnostic.span
    {
        let location = |at: datafusion::common::Location| Location { line: at.line, column: at.column };
        return Some(Span { start: location(span.start), end: location(span.end) });
    }
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => find_span(inner),
        DataFusionError::Shared(inner) => find_span(inner),
        DataFusionError::Collection(errors) => errors.first().and_then(find_span),
        _ => error.source().and_then(|source| source.downcast_ref()).and_then(find_span),
    }
}

/// The parser's errors carry their position only as text: `… at Line: 1, Column: 8`.
fn parser_position(message: &str) -> Option<Span> {
    let (_, position) = message.rsplit_once(" at Line: ")?;
    let (line, column) = position.split_once(", Column: ")?;
    let digits: String = column.chars().take_while(char::is_ascii_digit).collect();
    let start = Location { line: line.trim().parse().ok()?, column: digits.parse().ok()? };
    Some(Span { start, end: Location { line: start.line, column: start.column + 1 } })
}

/// Checks that every table a statement names exists.
pub(super) fn check_relations(state: &SessionState, parsed: &Parsed) -> Result<(), DataFusionError> {
    let named = state.resolve_table_references(parsed)?;
    match named.iter().find(|reference| !exists(state, reference)) {
        Some(reference) => Err(unknown_table(state, Some(parsed), reference)),
        None => Ok(()),
    }
}

/// Checks that a table exists.
pub(super) fn check_relation(
    state: &SessionState,
    reference: &TableReference,
) -> Result<(), DataFusionError> {
    if exists(state, reference) { Ok(()) } else { Err(unknown_table(state, None, reference)) }
}

fn exists(state: &SessionState, reference: &TableReference) -> bool {
    let is_function = reference.schema().is_none() && state.table_functions().contains_key(reference.table());
    is_function
        || outside::is_path(state, reference)
        || state.schema_for_ref(reference.clone()).is_ok_and(|schema| schema.table_exist(reference.table()))
}

/// Says that there is no such table, with the place where the statement names it.
pub(super) fn unknown_table(
    state: &SessionState,
    parsed: Option<&Parsed>,
    reference: &TableReference,
) -> DataFusionError {
    let name = reference.to_string();
    let known = known_tables(state);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    // A saved query named without its schema is meant more often than a dataset that looks alike.
    let qualified = format!("{}.{name}", super::catalog::QUERIES);
    let (hint, hint_vi) = match known.iter().find(|known| **known == qualified) {
        _ if outside::is_file(reference) => (
            "`--allow-external` lets one run read files outside the workspace".to_owned(),
            "tùy chọn `--allow-external` cho phép một lần chạy đọc tệp ngoài không gian làm việc".to_owned(),
        ),
        Some(found) => suggest(found, &[found]),
        None => suggest(&name, &known),
    };
    let error = super::catalog::external(Error::new(QueryFault::UnknownTable { name, hint, hint_vi }));
    match parsed.and_then(|parsed| find_relation(parsed, reference)) {
        Some(span) => {
            let span = datafusion::common::Span::try_from_sqlparser_span(span);
            let diagnostic = datafusion::common::Diagnostic::new_error("unknown table", span);
            error.with_diagnostic(diagnostic)
        }
        None => error,
    }
}

fn known_tables(state: &SessionState) -> Vec<String> {
    let mut names = Vec::new();
    for schema in [super::catalog::DATASETS, super::catalog::SOURCE, super::catalog::QUERIES] {
        let Ok(provider) = state.schema_for_ref(TableReference::partial(schema, "")) else { continue };
        for table in provider.table_names() {
            names.push(if schema == super::catalog::DATASETS { table } else { format!("{schema}.{table}") });
        }
    }
    names
}

fn find_relation(parsed: &Parsed, reference: &TableReference) -> Option<Span> {
    let tree = match parsed {
        Parsed::Statement(tree) => tree.as_ref(),
        Parsed::Explain(explain) => return find_relation(&explain.statement, reference),
        _ => return None,
    };
    let wanted = reference.to_string().to_lowercase();
    let found = visit_relations(tree, |relation: &ObjectName| {
        // Without the quotes that the user may have written around the parts.
        let parts = relation.0.iter().filter_map(|part| part.as_ident());
        let name: Vec<&str> = parts.map(|part| part.value.as_str()).collect();
        if name.join(".").to_lowercase() == wanted {
            ControlFlow::Break(relation.span())
        } else {
            ControlFlow::Continue(())
        }
    });
    found.break_value()
}
