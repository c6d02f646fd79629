//! Turns the text of a statement into its syntax tree, and refuses what is not a question.

use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SQLOptions;
use datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::GenericDialect;

use super::limits::check_size;
use super::saved::Bindings;
use super::{Script, Statement, fault, statement};
use crate::error::{Error, Result};
use crate::messages::QueryFault;

/// Parses one statement, replaces its parameters and refuses what is not a question.
pub(super) fn parse(script: &Script, statement: &Statement, bindings: &Bindings) -> Result<Parsed> {
    let mut parsed = parse_one(script, statement)?;
    check_question(&parsed).map_err(|error| error.at_if_unplaced(|| fault::start_of(script, statement)))?;
    statement::read_order_by_all(&mut parsed);
    bindings.apply(parsed, script, statement)
}

/// Parses one statement, and nothing behind it.
pub(super) fn parse_one(script: &Script, statement: &Statement) -> Result<Parsed> {
    let sql = script.sql(statement);
    check_size(sql).map_err(|error| error.at(fault::start_of(script, statement)))?;
    // All statements, not the first: what stands behind a complete one is an error, never ignored.
    let mut found = DFParserBuilder::new(sql)
        .with_dialect(&GenericDialect {})
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| fault::convert(error, script, statement))?;
    if let (Some(parsed), None) = (found.pop_front(), found.pop_front()) {
        return Ok(parsed);
    }
    let error = fault::not_sql("one statement is wanted".to_owned(), String::new());
    Err(error.at(fault::start_of(script, statement)))
}

/// Lets through what reads, by a list of what is allowed, so that new verbs stay out.
fn check_question(parsed: &Parsed) -> Result<()> {
    let verb = match parsed {
        Parsed::Explain(explain) => return check_question(&explain.statement),
        Parsed::Statement(statement) => match statement.as_ref() {
            ast::Statement::Query(_)
            | ast::Statement::ExplainTable { .. }
            | ast::Statement::ShowTables { .. }
            | ast::Statement::ShowColumns { .. }
            | ast::Statement::ShowFunctions { .. } => return Ok(()),
            ast::Statement::Explain { statement, .. } => {
                return check_question(&Parsed::Statement(statement.clone()));
            }
            other => other.to_string(),
        },
        other => other.to_string(),
    };
    let words = if ["CREATE", "DROP", "ALTER"].iter().any(|first| verb.starts_with(first)) { 2 } else { 1 };
    let verb: Vec<&str> = verb.split_whitespace().take(words).collect();
    Err(Error::new(QueryFault::NotAllowed { verb: verb.join(" ") }))
}

/// Refuses a plan that changes something.
pub(super) fn check_reading(plan: &LogicalPlan) -> datafusion::common::Result<()> {
    only_reading().verify_plan(plan)
}

fn only_reading() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}
