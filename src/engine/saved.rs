//! Turns arguments into typed literals in a saved query's syntax tree, and saved queries into tables.
//!
//! Values are never pasted as text: a placeholder in the tree becomes a literal with a type, so that
//! no value can change the statement, and functions see the type they need.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::datasource::ViewTable;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, Expr, TypedString, UnaryOperator, Value as SqlValue, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::{Span, Token};

use super::catalog::{Context, external};
use super::notice::Reading;
use super::statement::tokenize;
use super::{Script, Statement, fault, session};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{QueryFault, WorkspaceFault};
use crate::query::{Default, Parameter, SavedQuery, Value, parse_saved_query};
use crate::workspace::{Workspace, did_you_mean, read_text};

/// Values given to a saved query, as text, by name.
#[derive(Debug, Clone, Default)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Collects `name=value` pairs.
    ///
    /// # Errors
    /// [`QueryFault::GivenTwice`]: neither of two values is more meant than the other.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            if values.insert(name.clone(), value).is_some() {
                return Err(QueryFault::GivenTwice { name }.error());
            }
        }
        Ok(Self(values))
    }

    /// Gives some value to every parameter that needs one, so that the SQL can be planned.
    fn examples(query: &SavedQuery) -> Self {
        let needs = |parameter: &&Parameter| parameter.default.is_none() && !parameter.optional;
        let example = |parameter: &Parameter| (parameter.name.clone(), parameter.kind.example().to_owned());
        Self(query.parameters.iter().filter(needs).map(example).collect())
    }
}

/// Typed values for the placeholders of one statement.
pub(super) struct Bindings {
    values: BTreeMap<String, Value>,
    query: Option<String>,
}

impl Bindings {
    pub(super) fn none() -> Self {
        Self { values: BTreeMap::new(), query: None }
    }

    /// Replaces every `$name` in the statement.
    pub(super) fn apply(&self, mut parsed: Parsed, script: &Script, statement: &Statement) -> Result<Parsed> {
        let tree = match &mut parsed {
            Parsed::Statement(tree) => tree.as_mut(),
            Parsed::Explain(explain) => match explain.statement.as_mut() {
                Parsed::Statement(tree) => tree.as_mut(),
                _ => return Ok(parsed),
            },
            _ => return Ok(parsed),
        };
        match tree.visit(&mut Binder { bindings: self }) {
            ControlFlow::Continue(()) => Ok(parsed),
            ControlFlow::Break((fault, span)) => Err(Error::new(fault).at(script.place(statement, span))),
        }
    }
}

struct Binder<'a> {
    bindings: &'a Bindings,
}

impl VisitorMut for Binder<'_> {
    type Break = (QueryFault, Span);

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::Value(value) = expr
            && let SqlValue::Placeholder(name) = &value.value
        {
            let name = name.trim_start_matches('$');
            match self.bindings.values.get(name) {
                Some(value) => *expr = literal(value),
                None if self.bindings.query.is_some() => {
                    let fault = QueryFault::UndeclaredParameter { name: name.to_owned() };
                    return ControlFlow::Break((fault, value.span));
                }
                None => {
                    let fault = QueryFault::NoParametersHere { name: name.to_owned() };
                    return ControlFlow::Break((fault, value.span));
                }
            }
        }
        ControlFlow::Continue(())
    }
}

fn literal(value: &Value) -> Expr {
    match value {
        Value::Null => cast(SqlValue::Null, DataType::Varchar(None)),
        Value::Int(number) => signed(*number < 0, number.unsigned_abs().to_string()),
        Value::Number(number) => cast_expr(
            signed(number.is_sign_negative(), number.abs().to_string()),
            DataType::Double(datafusion::sql::sqlparser::ast::ExactNumberInfo::None),
        ),
        Value::Text(text) => Expr::Value(SqlValue::SingleQuotedString(text.clone()).into()),
        Value::Bool(value) => Expr::Value(SqlValue::Boolean(*value).into()),
        Value::Date(date) => Expr::TypedString(TypedString {
            data_type: DataType::Date,
            value: SqlValue::SingleQuotedString(date.to_string()).into(),
            uses_odbc_syntax: false,
        }),
    }
}

fn signed(negative: bool, digits: String) -> Expr {
    let number = Expr::Value(SqlValue::Number(digits, false).into());
    if negative { Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) } } else { number }
}

fn cast(value: SqlValue, data_type: DataType) -> Expr {
    cast_expr(Expr::Value(value.into()), data_type)
}

fn cast_expr(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, array: false, format: None }
}

/// Reads a saved query of the workspace and checks its header.
pub(super) fn read_query(workspace: &Workspace, name: &str) -> Result<SavedQuery> {
    let names = workspace.queries()?;
    if !names.iter().any(|known| known == name) {
        let (hint, hint_vi) = match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
            None => (
                "`cchc queries` lists what there is".into(),
                "`cchc queries` liệt kê những gì đang có".into(),
            ),
        };
        return Err(WorkspaceFault::UnknownQuery { name: name.to_owned(), hint, hint_vi }.error());
    }
    let path = workspace.query_file(name);
    let shown = workspace.display(&path);
    parse_saved_query(name, &shown, &read_text(&path, &shown)?)
}

/// Reads a check of the workspace.
pub(super) fn read_check(workspace: &Workspace, name: &str) -> Result<SavedQuery> {
    let names = workspace.checks()?;
    if !names.iter().any(|known| known == name) {
        let (hint, hint_vi) = match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
            None => (format!("there are: {}", names.join(", ")), format!("hiện có: {}", names.join(", "))),
        };
        return Err(WorkspaceFault::UnknownCheck { name: name.to_owned(), hint, hint_vi }.error());
    }
    let path = workspace.check_file(name);
    let shown = workspace.display(&path);
    parse_saved_query(name, &shown, &read_text(&path, &shown)?)
}

/// Finds the text of a parameter's default; `None` is no value.
pub(super) async fn find_default(
    inner: &Context,
    query: &SavedQuery,
    parameter: &Parameter,
) -> Result<Option<String>> {
    let value = match &parameter.default {
        Some(Default::Sql(sql)) => evaluate(inner, query, parameter, sql).await?,
        Some(Default::Value(value)) => value.clone(),
        None => Value::Null,
    };
    Ok(match value {
        Value::Null => None,
        Value::Int(number) => Some(number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Date(date) => Some(date.to_string()),
    })
}

/// Checks the header against the SQL (`text`) and finds a value for every parameter.
pub(super) async fn bind(
    inner: &Context,
    query: &SavedQuery,
    text: &str,
    given: &Arguments,
) -> Result<Bindings> {
    check_usage(query, text)?;
    check_names(query, given)?;
    let mut values = BTreeMap::new();
    for parameter in &query.parameters {
        let value = match (given.0.get(&parameter.name), &parameter.default) {
            (Some(text), _) => parameter.parse_argument(text)?,
            (None, Some(Default::Value(value))) => value.clone(),
            (None, Some(Default::Sql(sql))) => Box::pin(evaluate(inner, query, parameter, sql)).await?,
            (None, None) if parameter.optional => Value::Null,
            (None, None) => return Err(missing(query, parameter)),
        };
        values.insert(parameter.name.clone(), value);
    }
    Ok(Bindings { values, query: Some(query.name.clone()) })
}

fn missing(query: &SavedQuery, parameter: &Parameter) -> Error {
    Error::new(QueryFault::MissingParameter {
        query: query.name.clone(),
        name: parameter.name.clone(),
        kind: parameter.kind.word().to_owned(),
        example: parameter.kind.example().to_owned(),
    })
    .at(Place::file(&query.file))
}

fn check_names(query: &SavedQuery, given: &Arguments) -> Result<()> {
    let known: Vec<&str> = query.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let Some(name) = given.0.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let (hint, hint_vi) = match did_you_mean(name, known.iter().copied()) {
        Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None if known.is_empty() => {
            ("it takes no parameters".into(), "truy vấn này không nhận tham số".into())
        }
        None => (format!("it takes {}", known.join(", ")), format!("các tham số: {}", known.join(", "))),
    };
    Err(Error::new(QueryFault::UnknownParameter {
        query: query.name.clone(),
        name: name.clone(),
        hint,
        hint_vi,
    }))
}

/// Every placeholder must be declared and every declared parameter used.
fn check_usage(query: &SavedQuery, text: &str) -> Result<()> {
    let tokens = tokenize(text);
    let used: BTreeSet<&str> = tokens
        .iter()
        .filter_map(|token| match &token.token {
            Token::Placeholder(name) => Some(name.trim_start_matches('$')),
            _ => None,
        })
        .collect();
    let unused = query.parameters.iter().find(|parameter| !used.contains(parameter.name.as_str()));
    match unused {
        None => Ok(()),
        Some(parameter) => {
            let declaration = format!("param {}", parameter.name);
            let at = query.text.find(&declaration).unwrap_or_default();
            let place = Place::text(&query.file, &query.text, at, at + declaration.len());
            Err(Error::new(QueryFault::UnusedParameter { name: parameter.name.clone() }).at(place))
        }
    }
}

tokio::task_local! {
    /// Defaults in SQL that the statement at hand has run, by kind and text.
    static DEFAULTS: RefCell<HashMap<(&'static str, String), Value>>;
}

tokio::task_local! {
    /// What the forecasts of the statement at hand were computed from.
    static NOTED: RefCell<Reading>;
}

/// Does the work for one statement: a default in SQL that several of its saved queries share runs
/// once, so that all of them see the same value; what is computed while planning leaves its notices.
pub(super) async fn share_defaults<T>(work: impl Future<Output = T>) -> T {
    NOTED.scope(RefCell::default(), DEFAULTS.scope(RefCell::default(), work)).await
}

/// Notes what rows were computed from that the plan does not scan.
pub(super) fn note(reading: Reading) {
    // Outside of a statement nobody reads the rows.
    let _ = NOTED.try_with(|noted| noted.borrow_mut().join(reading));
}

/// Returns what was noted.
pub(super) fn noted() -> Reading {
    NOTED.try_with(|noted| noted.borrow().clone()).unwrap_or_default()
}

/// Finds the value of a default that is written in SQL.
async fn evaluate(inner: &Context, query: &SavedQuery, parameter: &Parameter, sql: &str) -> Result<Value> {
    let key = (parameter.kind.word(), sql.to_owned());
    if let Ok(Some(known)) = DEFAULTS.try_with(|known| known.borrow().get(&key).cloned()) {
        return Ok(known);
    }
    let value = run_default(inner, query, parameter, sql).await?;
    // Outside of a statement there is nothing to share the value with.
    let _ = DEFAULTS.try_with(|known| known.borrow_mut().insert(key, value.clone()));
    Ok(value)
}

async fn run_default(inner: &Context, query: &SavedQuery, parameter: &Parameter, sql: &str) -> Result<Value> {
    let script = Script::new(format!("{}: {}", query.file, parameter.name), format!("SELECT {sql}"));
    let whole = Statement { range: 0..script.text.len(), terminated: false };
    let convert = |error| fault::convert(error, &script, &whole);
    let bad =
        || Error::new(QueryFault::BadDefault { name: parameter.name.clone() }).at(Place::file(&query.file));
    let state = inner.state().map_err(convert)?;
    let plan = state.create_logical_plan(&script.text).await.map_err(convert)?;
    let physical = state.create_physical_plan(&plan).await.map_err(convert)?;
    let batches = datafusion::physical_plan::collect(physical, state.task_ctx()).await.map_err(convert)?;
    let rows: Vec<_> = batches.iter().filter(|batch| batch.num_rows() > 0).collect();
    let [batch] = rows.as_slice() else { return Err(bad()) };
    let value = ScalarValue::try_from_array(batch.column(0), 0).map_err(convert)?;
    if value.is_null() {
        return Ok(Value::Null);
    }
    parameter.kind.parse_value(&value.to_string()).ok_or_else(bad)
}

tokio::task_local! {
    /// The saved queries that are being planned, outermost first.
    static PLANNING: Vec<String>;
}

/// Makes the table of a saved query with its defaults.
pub(super) async fn make_view(
    inner: &Context,
    name: &str,
) -> datafusion::common::Result<Arc<dyn TableProvider>> {
    let query = read_query(&inner.workspace, name).map_err(external)?;
    let arguments = Arguments::default();
    let planned = async { session::plan_saved(inner, &query, &arguments).await.map_err(fault::describe) };
    let plan = enter(name, planned).await.map_err(external)?;
    Ok(Arc::new(ViewTable::new(plan, Some(query.text))))
}

/// Plans a saved query with its defaults, and with examples where it has none.
///
/// # Errors
/// Why it cannot run.
pub(super) async fn check_query(inner: &Context, name: &str) -> Result<()> {
    let query = read_query(&inner.workspace, name)?;
    let examples = Arguments::examples(&query);
    let planned = async { session::plan_saved(inner, &query, &examples).await.map_err(fault::describe) };
    enter(name, planned).await.map(drop)
}

/// Does the work for a saved query, unless that is being done already further out.
///
/// # Errors
/// [`QueryFault::Cycle`], or what the work gives.
pub(super) async fn enter<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut path = PLANNING.try_with(Clone::clone).unwrap_or_default();
    let seen = path.iter().any(|planned| planned == name);
    path.push(name.to_owned());
    if seen {
        return Err(Error::new(QueryFault::Cycle { path: path.join(" → ") }));
    }
    PLANNING.scope(path, Box::pin(work)).await
}

/// Returns the statement of a saved query, which is one.
///
/// # Errors
/// If the file holds none, or several.
pub(super) fn only_statement(query: &SavedQuery, script: &Script) -> Result<Statement> {
    let [statement] = script.statements().try_into().map_err(|_: Vec<_>| no_statement(query))?;
    Ok(statement)
}

/// Says that a file holds no statement, or more than one where one is wanted.
pub(super) fn no_statement(query: &SavedQuery) -> Error {
    Error::new(QueryFault::NotOneStatement).at(Place::file(&query.file))
}

/// Says that the workspace lacks a chart.
pub(super) fn unknown_chart(name: &str, names: &[String]) -> Error {
    let (hint, hint_vi) = match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        None => ("`cchc charts` lists what there is".into(), "`cchc charts` liệt kê những gì đang có".into()),
    };
    WorkspaceFault::UnknownChart { name: name.to_owned(), hint, hint_vi }.error()
}
