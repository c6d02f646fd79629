//! Turns `forecast((SELECT series, year, value …))` into the rows of the query with those of years to come.
//!
//! The query runs while the statement is planned and its rows stand in the syntax tree as literals, so
//! that the forecast is a table like any other; what it was computed from is noted for the reader.

mod model;
mod series;

use std::collections::VecDeque;
use std::ops::ControlFlow;

use chrono::Datelike as _;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    self, Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, Spanned as _, TableAlias,
    TableFactor, TableFunctionArgs, Value, Visit, VisitMut, Visitor, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Span;

use super::catalog::Context;
use super::notice::{Reading, find_reading};
use super::{Function, FunctionKind, Script, Statement, elsewhere, fault, saved};
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{FunctionWords, QueryFault, QueryNotice};

use model::{Method, Wanted};
use series::{Point, Row, read_series};

/// The name of the table function.
const NAME: &str = "forecast";
/// The most years to come.
const FARTHEST: usize = 50;

/// Replaces the forecasts in a statement by their rows.
///
/// # Errors
/// Faults of the arguments and of the query, placed at the call.
pub(super) async fn expand_forecasts(
    inner: &Context,
    mut parsed: Parsed,
    script: &Script,
    statement: &Statement,
) -> Result<Parsed> {
    let Parsed::Statement(tree) = &mut parsed else { return Ok(parsed) };
    let mut finder = Finder { calls: Vec::new() };
    let _ = Visit::visit(&**tree, &mut finder);
    let mut tables = VecDeque::new();
    for (call, span) in finder.calls {
        let at = |error: Error| error.at_if_unplaced(|| script.place(statement, span));
        let asked = read_call(&call).map_err(at)?;
        let rows = compute(inner, asked, script, statement).await.map_err(at)?;
        tables.push_back(table_of(&rows).map_err(at)?);
    }
    let _ = VisitMut::visit(tree, &mut Replacer { tables });
    Ok(parsed)
}

/// Describes the function for lists and for help.
pub(super) fn describe_function(lang: Lang) -> Function {
    let argument = |name: &str, words: FunctionWords| (name.to_owned(), words.message(lang));
    Function {
        name: NAME.to_owned(),
        call: "forecast((SELECT [series,] year, value [, denominator] …), horizon => 3, level => 0.95, method => 'trend')".to_owned(),
        about: FunctionWords::Forecast.message(lang),
        arguments: vec![
            argument("horizon", FunctionWords::Horizon),
            argument("level", FunctionWords::Level),
            argument("method", FunctionWords::Method),
        ],
        example: Some("SELECT * FROM forecast((SELECT year, sum(present) AS n FROM staffing GROUP BY year))".to_owned()),
        kind: FunctionKind::Table,
    }
}

struct Finder {
    calls: Vec<(TableFunctionArgs, Span)>,
}

fn is_forecast(name: &ObjectName) -> bool {
    matches!(name.0.as_slice(), [part] if part.as_ident().is_some_and(|word| word.value.eq_ignore_ascii_case(NAME)))
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, args: Some(arguments), .. } = factor
            && is_forecast(name)
        {
            self.calls.push((arguments.clone(), name.span()));
        }
        ControlFlow::Continue(())
    }
}

/// What a call asks for.
struct Asked {
    query: Query,
    wanted: Wanted,
}

fn bad(problem: &str, problem_vi: &str) -> Error {
    Error::new(QueryFault::ForecastCall { problem: problem.to_owned(), problem_vi: problem_vi.to_owned() })
}

fn read_call(arguments: &TableFunctionArgs) -> Result<Asked> {
    let no_query =
        || bad("takes a query in brackets first", "cần một truy vấn trong ngoặc ở đối số đầu tiên");
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Subquery(query)))) = arguments.args.first()
    else {
        return Err(no_query());
    };
    let mut wanted = Wanted { horizon: 3, level: 0.95, method: Method::Auto };
    for argument in arguments.args.iter().skip(1) {
        let (name, value) = match argument {
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(Expr::Value(value)), .. } => {
                (name.value.to_lowercase(), value.value.clone())
            }
            FunctionArg::ExprNamed {
                name: Expr::Identifier(name),
                arg: FunctionArgExpr::Expr(Expr::Value(value)),
                ..
            } => (name.value.to_lowercase(), value.value.clone()),
            _ => return Err(bad("takes names with literal values", "chỉ nhận tên kèm giá trị viết thẳng")),
        };
        match (name.as_str(), value) {
            ("horizon", Value::Number(digits, _)) => {
                let horizon = digits.parse().ok().filter(|count| (1..=FARTHEST).contains(count));
                wanted.horizon =
                    horizon.ok_or_else(|| bad("looks 1 to 50 years ahead", "dự báo từ 1 đến 50 năm tới"))?;
            }
            ("level", Value::Number(digits, _)) => {
                let level = digits.parse().ok().filter(|level: &f64| (0.5..1.0).contains(level));
                wanted.level = level.ok_or_else(|| {
                    bad("has a level from 0.5 to below 1", "có mức tin cậy từ 0.5 đến dưới 1")
                })?;
            }
            ("method", Value::SingleQuotedString(word)) => {
                wanted.method = Method::parse(&word).ok_or_else(|| {
                    bad(
                        "knows the methods 'trend' and 'smoothing'",
                        "có các phương pháp 'trend' và 'smoothing'",
                    )
                })?;
            }
            _ => {
                return Err(bad(
                    "takes horizon, level and method",
                    "chỉ nhận các đối số horizon, level và method",
                ));
            }
        }
    }
    Ok(Asked { query: query.as_ref().clone(), wanted })
}

/// Runs the query, leaves incomplete years out, and looks ahead.
async fn compute(inner: &Context, asked: Asked, script: &Script, statement: &Statement) -> Result<Vec<Row>> {
    let run = async {
        let state = inner.state()?;
        let parsed = Parsed::Statement(Box::new(ast::Statement::Query(Box::new(asked.query))));
        fault::check_relations(&state, &parsed)?;
        let plan = state.optimize(&state.statement_to_plan(parsed).await?)?;
        let reading = find_reading(&state, inner, &plan)?;
        let physical = state.query_planner().create_physical_plan(&plan, &state).await?;
        let schema = physical.schema();
        Ok((schema, elsewhere::collect(&state, physical).await?, reading))
    };
    let (schema, batches, mut reading) =
        run.await.map_err(|error| fault::convert(error, script, statement))?;
    let mut found = read_series(&schema, &batches)?;
    let cut = incomplete_year(&reading, &found);
    for points in found.series.values_mut() {
        points.retain(|point| Some(point.year) != cut.map(|cut| cut.0));
    }
    let rows = model::forecast(&found, asked.wanted, cut)?;
    reading.notices.push(notice(&rows, asked.wanted, cut));
    saved::note(reading);
    Ok(rows)
}

/// Finds the last year, if an export that it rests on ends before the year does.
fn incomplete_year(reading: &Reading, found: &series::Series) -> Option<(i32, (u32, u32))> {
    let last = found.series.values().flatten().map(|point: &Point| point.year).max()?;
    let of_last = reading.sources.iter().filter(|source| source.years.last() == Some(&last));
    let ends = of_last.map(|source| source.period_to).filter(|day| day.year() == last);
    let first = ends.min().filter(|day| (day.month(), day.day()) != (12, 31))?;
    Some((last, (first.day(), first.month())))
}

/// Says what the forecast rests on.
fn notice(rows: &[Row], wanted: Wanted, cut: Option<(i32, (u32, u32))>) -> QueryNotice {
    let actual = || rows.iter().filter(|row| !row.is_forecast).map(|row| row.year);
    let (first, last) = (actual().min().unwrap_or_default(), actual().max().unwrap_or_default());
    let mut years: Vec<i32> = actual().collect();
    years.sort_unstable();
    years.dedup();
    let (method, method_vi) = model::method_words(rows);
    let (left_out, left_out_vi) = left_out(cut);
    QueryNotice::Forecast {
        method: method.to_owned(),
        method_vi: method_vi.to_owned(),
        level: ((wanted.level * 1000.0).round() / 10.0).to_string(),
        years: format!("{first}–{last}"),
        count: years.len(),
        left_out,
        left_out_vi,
    }
}

/// Says that the last year is left out, in both languages, after what it is about.
fn left_out(cut: Option<(i32, (u32, u32))>) -> (String, String) {
    match cut {
        None => (String::new(), String::new()),
        Some((year, (day, month))) => (
            format!(", {year} left out because its data end on {day:02}/{month:02}"),
            format!(", bỏ năm {year} vì số liệu chỉ đến ngày {day:02}/{month:02}"),
        ),
    }
}

/// Writes the rows as a query of literals.
fn table_of(rows: &[Row]) -> Result<Query> {
    let number = |value: Option<f64>| match value {
        Some(value) => format!("CAST({value:e} AS DOUBLE)"),
        None => "CAST(NULL AS DOUBLE)".to_owned(),
    };
    let quoted = |text: &Option<String>| match text {
        Some(text) => format!("CAST('{}' AS VARCHAR)", text.replace('\'', "''")),
        None => "CAST(NULL AS VARCHAR)".to_owned(),
    };
    let row = |row: &Row| {
        let kind = if row.is_forecast { "forecast" } else { "actual" };
        format!(
            "({}, CAST({} AS INT), {}, {}, {}, '{kind}')",
            quoted(&row.series),
            row.year,
            number(row.value),
            number(row.lower),
            number(row.upper)
        )
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    let sql =
        format!("SELECT * FROM (VALUES {}) AS f(series, year, value, lower, upper, kind)", rows.join(", "));
    // The text holds nothing but numbers and quoted literals of this function's own making.
    let parsed =
        Parser::new(&GenericDialect {}).try_with_sql(&sql).and_then(|mut parser| parser.parse_query());
    parsed.map(|query| *query).map_err(|error| Error::new(QueryFault::Defect { problem: error.to_string() }))
}

struct Replacer {
    tables: VecDeque<Query>,
}

impl VisitorMut for Replacer {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, args: Some(_), alias, .. } = factor else {
            return ControlFlow::Continue(());
        };
        if is_forecast(name)
            && let Some(table) = self.tables.pop_front()
        {
            let alias = alias.take().unwrap_or_else(|| TableAlias {
                explicit: true,
                name: Ident::new(NAME),
                columns: Vec::new(),
                at: None,
            });
            *factor = TableFactor::Derived {
                lateral: false,
                subquery: Box::new(table),
                alias: Some(alias),
                sample: None,
            };
        }
        ControlFlow::Continue(())
    }
}
