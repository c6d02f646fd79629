//! Turns `queries.name(parameter => value)` into the saved query's own SQL with these values bound.
//!
//! The call is replaced in the syntax tree, where the values are typed literals: the planner of table
//! functions knows neither schemas nor named arguments, and text is never pasted.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, Spanned as _, TableAlias,
    TableFactor, TableFunctionArgs, UnaryOperator, Value, Visit, VisitMut, Visitor, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::catalog::{Context, QUERIES};
use super::saved::{self, Arguments};
use super::{Script, Statement, session};
use crate::error::{Error, Result};
use crate::messages::QueryFault;
use crate::query::quote_item;

/// One call as written.
struct Call {
    query: String,
    arguments: Vec<(String, String)>,
    span: Span,
}

/// Replaces the calls of saved queries in a statement.
///
/// # Errors
/// Faults of the arguments, placed at the call; those of the called query, placed in its file.
pub(super) async fn expand_calls(
    inner: &Context,
    mut parsed: Parsed,
    script: &Script,
    statement: &Statement,
) -> Result<Parsed> {
    let Some(tree) = tree_of(&mut parsed) else { return Ok(parsed) };
    let mut finder = Finder { calls: Vec::new() };
    if let ControlFlow::Break((fault, span)) = Visit::visit(&*tree, &mut finder) {
        return Err(Error::new(fault).at(script.place(statement, span)));
    }
    let mut bodies = VecDeque::new();
    for call in finder.calls {
        let body = Box::pin(read_body(inner, &call)).await;
        bodies.push_back(body.map_err(|error| error.at_if_unplaced(|| script.place(statement, call.span)))?);
    }
    let _ = VisitMut::visit(tree, &mut Replacer { bodies });
    Ok(parsed)
}

fn tree_of(parsed: &mut Parsed) -> Option<&mut ast::Statement> {
    match parsed {
        Parsed::Statement(tree) => Some(tree),
        Parsed::Explain(explain) => tree_of(&mut explain.statement),
        _ => None,
    }
}

/// Reads the called query, binds the values and returns its SQL.
async fn read_body(inner: &Context, call: &Call) -> Result<Query> {
    let query = saved::read_query(&inner.workspace, &call.query)?;
    let planned = saved::enter(&call.query, async {
        let arguments = Arguments::new(call.arguments.iter().cloned())?;
        let (script, statement, parsed) = session::parse_saved(inner, &query, &arguments).await?;
        let parsed = Box::pin(expand_calls(inner, parsed, &script, &statement)).await?;
        match parsed {
            Parsed::Statement(tree) => match *tree {
                ast::Statement::Query(body) => Ok(*body),
                _ => Err(saved::no_statement(&query)),
            },
            _ => Err(saved::no_statement(&query)),
        }
    });
    planned.await
}

/// Returns the name of the saved query that a table name with arguments calls.
fn called_query(name: &ObjectName) -> Option<&str> {
    let parts: Vec<&str> =
        name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str()).collect();
    match parts.as_slice() {
        [schema, query] if schema.eq_ignore_ascii_case(QUERIES) => Some(query),
        _ => None,
    }
}

struct Finder {
    calls: Vec<Call>,
}

impl Visitor for Finder {
    type Break = (QueryFault, Span);

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        let TableFactor::Table { name, args: Some(arguments), .. } = factor else {
            return ControlFlow::Continue(());
        };
        let Some(query) = called_query(name) else { return ControlFlow::Continue(()) };
        match read_arguments(arguments) {
            Some(arguments) => {
                self.calls.push(Call { query: query.to_owned(), arguments, span: name.span() });
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break((QueryFault::BadCall { query: query.to_owned() }, name.span())),
        }
    }
}

fn read_arguments(arguments: &TableFunctionArgs) -> Option<Vec<(String, String)>> {
    let read = |argument: &FunctionArg| match argument {
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
            Some((name.value.clone(), text_of(value)?))
        }
        FunctionArg::ExprNamed {
            name: Expr::Identifier(name), arg: FunctionArgExpr::Expr(value), ..
        } => Some((name.value.clone(), text_of(value)?)),
        _ => None,
    };
    arguments.args.iter().map(read).collect()
}

/// Returns the text of a literal; the parameter's declaration gives it its type.
fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => Some(digits.clone()),
            Value::SingleQuotedString(text) => Some(text.clone()),
            Value::Boolean(value) => Some(value.to_string()),
            Value::Null => Some(String::new()),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Some(format!("-{}", text_of(expr)?)),
        // A parameter of the calling query that is bound already.
        Expr::Cast { expr, .. } => text_of(expr),
        Expr::TypedString(typed) => text_of(&Expr::Value(typed.value.clone())),
        Expr::Array(list) => {
            let items: Option<Vec<String>> =
                list.elem.iter().map(|item| Some(quote_item(&text_of(item)?))).collect();
            Some(items?.join(","))
        }
        _ => None,
    }
}

struct Replacer {
    bodies: VecDeque<Query>,
}

impl VisitorMut for Replacer {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, args: Some(_), alias, .. } = factor else {
            return ControlFlow::Continue(());
        };
        let Some(query) = called_query(name) else { return ControlFlow::Continue(()) };
        let alias = alias.take().unwrap_or_else(|| TableAlias {
            explicit: true,
            name: Ident::new(query),
            columns: Vec::new(),
            at: None,
        });
        if let Some(body) = self.bodies.pop_front() {
            *factor = TableFactor::Derived {
                lateral: false,
                subquery: Box::new(body),
                alias: Some(alias),
                sample: None,
            };
        }
        ControlFlow::Continue(())
    }
}
