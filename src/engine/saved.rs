//! Turns arguments into typed literals in a saved query's syntax tree, and saved queries into tables.
//!
//! Values are never pasted as text: a placeholder in the tree becomes a literal with a type, so that
//! no value can change the statement, and functions see the type they need.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::datasource::ViewTable;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Array, ArrayElemTypeDef, CastKind, DataType, ExactNumberInfo, Expr, TypedString, UnaryOperator,
    Value as SqlValue, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::{Span, Token};

use super::catalog::{Context, external};
use super::notice::Reading;
use super::statement::tokenize;
use super::{Script, Statement, choices, elsewhere, fault, parse, session};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{QueryFault, WorkspaceFault};
use crate::query::{
    Default, Parameter, ParameterKind, ResultColumn, Role, SavedQuery, Value, parse_saved_query,
};
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

    /// Returns the value that was given for a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns names and values, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a value, in place of one of the same name.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }
}

/// Typed values for the placeholders of one statement.
pub(super) struct Bindings {
    values: BTreeMap<String, Value>,
    /// The types of values and of the items of lists, by parameter: what is empty or absent has no other.
    types: BTreeMap<String, DataType>,
    query: Option<String>,
}

impl Bindings {
    pub(super) fn none() -> Self {
        Self { values: BTreeMap::new(), types: BTreeMap::new(), query: None }
    }

    fn literal(&self, name: &str, value: &Value) -> Expr {
        let data_type = || self.types.get(name).cloned().unwrap_or(DataType::Varchar(None));
        match value {
            Value::Null => cast(SqlValue::Null, data_type()),
            Value::List(_) => cast_expr(literal(value), data_type()),
            _ => literal(value),
        }
    }

    /// Returns the values in the order in which the query declares its parameters.
    pub(super) fn into_values(mut self, query: &SavedQuery) -> Vec<(String, Value)> {
        let names = query.parameters.iter().map(|parameter| &parameter.name);
        names.filter_map(|name| self.values.remove_entry(name)).collect()
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
                Some(value) => *expr = self.bindings.literal(name, value),
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
            sql_type(ParameterKind::Number),
        ),
        Value::Text(text) => Expr::Value(SqlValue::SingleQuotedString(text.clone()).into()),
        Value::Bool(value) => Expr::Value(SqlValue::Boolean(*value).into()),
        Value::Date(date) => Expr::TypedString(TypedString {
            data_type: DataType::Date,
            value: SqlValue::SingleQuotedString(date.to_string()).into(),
            uses_odbc_syntax: false,
        }),
        Value::List(values) => {
            Expr::Array(Array { elem: values.iter().map(literal).collect(), named: false })
        }
    }
}

/// The type of SQL that a parameter has.
fn type_of(parameter: &Parameter) -> DataType {
    let item = sql_type(parameter.kind);
    if !parameter.is_list {
        return item;
    }
    DataType::Array(ArrayElemTypeDef::SquareBracket(Box::new(item), None))
}

/// The type of SQL that single values of a parameter have.
fn sql_type(kind: ParameterKind) -> DataType {
    match kind {
        ParameterKind::Int | ParameterKind::Year => DataType::BigInt(None),
        ParameterKind::Number => DataType::Double(ExactNumberInfo::None),
        ParameterKind::Text => DataType::Varchar(None),
        ParameterKind::Bool => DataType::Boolean,
        ParameterKind::Date => DataType::Date,
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
        value => Some(value.to_string()),
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
            (Some(text), _) => Box::pin(choices::judge(inner, query, parameter, text)).await?,
            (None, Some(Default::Value(value))) => value.clone(),
            (None, Some(Default::Sql(sql))) => Box::pin(evaluate(inner, query, parameter, sql)).await?,
            (None, None) if parameter.optional => Value::Null,
            (None, None) => return Err(missing(query, parameter)),
        };
        values.insert(parameter.name.clone(), value);
    }
    let types =
        query.parameters.iter().map(|parameter| (parameter.name.clone(), type_of(parameter))).collect();
    Ok(Bindings { values, types, query: Some(query.name.clone()) })
}

fn missing(query: &SavedQuery, parameter: &Parameter) -> Error {
    Error::new(QueryFault::MissingParameter {
        query: query.name.clone(),
        name: parameter.name.clone(),
        kind: parameter.type_word(),
        example: parameter.kind.example().to_owned(),
    })
    .at(query.place_of(parameter))
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

/// Every declared column, and every column that a rate is made of, must stand in the result.
pub(super) fn check_columns(query: &SavedQuery, schema: &Schema) -> Result<()> {
    let exists = |name: &String| schema.fields().iter().any(|field| field.name() == name);
    let absent = |column: &ResultColumn| {
        let parts = match &column.role {
            Role::Rate { numerator, denominator } => numerator.iter().chain(denominator).collect(),
            _ => Vec::new(),
        };
        let name = std::iter::once(&column.name).chain(parts).find(|name| !exists(name))?;
        let place = Place::text(&query.file, &query.text, column.span.start, column.span.end);
        Some(Error::new(QueryFault::NoResultColumn { name: name.clone() }).at(place))
    };
    query.columns.iter().find_map(absent).map_or(Ok(()), Err)
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
            let fault = QueryFault::UnusedParameter { name: parameter.name.clone() };
            Err(Error::new(fault).at(query.place_of(parameter)))
        }
    }
}

tokio::task_local! {
    /// Defaults in SQL that the statement at hand has run, by kind and text.
    static DEFAULTS: RefCell<HashMap<(String, String), Value>>;
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
    let key = (parameter.type_word(), sql.to_owned());
    if let Ok(Some(known)) = DEFAULTS.try_with(|known| known.borrow().get(&key).cloned()) {
        return Ok(known);
    }
    let value = run_default(inner, query, parameter, sql).await?;
    // Outside of a statement there is nothing to share the value with.
    let _ = DEFAULTS.try_with(|known| known.borrow_mut().insert(key, value.clone()));
    Ok(value)
}

/// Runs the query of a default: one value, or for a list the values of all rows.
async fn run_default(inner: &Context, query: &SavedQuery, parameter: &Parameter, sql: &str) -> Result<Value> {
    let bad = || {
        let fault = QueryFault::BadDefault { name: parameter.name.clone() };
        Error::new(fault).at(query.place_of(parameter))
    };
    let text = if parameter.is_list { select_rows(sql) } else { format!("SELECT {sql}") };
    let values = read_values(inner, query, parameter, text).await?;
    let parse = |value: &ScalarValue| parameter.kind.parse_value(&value.to_string()).ok_or_else(bad);
    if parameter.is_list {
        let present = values.iter().filter(|value| !value.is_null());
        return Ok(Value::List(present.map(parse).collect::<Result<_>>()?));
    }
    match values.as_slice() {
        [value] if value.is_null() => Ok(Value::Null),
        [value] => parse(value),
        _ => Err(bad()),
    }
}

/// Asks for all rows of a query that stands in brackets.
pub(super) fn select_rows(sql: &str) -> String {
    format!("SELECT * FROM {sql} AS rows")
}

/// Runs SQL of a header, and reads its first column.
pub(super) async fn read_values(
    inner: &Context,
    query: &SavedQuery,
    parameter: &Parameter,
    sql: String,
) -> Result<Vec<ScalarValue>> {
    let script = Script::new(format!("{}: {}", query.file, parameter.name), sql);
    let whole = Statement { range: 0..script.text.len(), terminated: false };
    let convert = |error| fault::convert(error, &script, &whole);
    let state = inner.state().map_err(convert)?;
    let plan = state.create_logical_plan(&script.text).await.map_err(convert)?;
    parse::check_reading(&plan).map_err(convert)?;
    let physical = state.create_physical_plan(&plan).await.map_err(convert)?;
    let batches = elsewhere::collect(&state, physical).await.map_err(convert)?;
    let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| ScalarValue::try_from_array(batch.column(0), row).map_err(convert)).collect()
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
