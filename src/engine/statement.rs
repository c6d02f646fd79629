//! Turns the text of a script into its statements, and a parser's line and column into bytes.
//!
//! Statements end where the SQL tokenizer sees a semicolon, never at the end of a line: strings,
//! comments and dollar quotes may hold both.

use std::ops::{ControlFlow, Range};

use datafusion::sql::parser::{DFParserBuilder, Statement as Parsed};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

use crate::error::Place;

/// SQL text with the name under which errors show it.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file, or what stands for one (`-c`, `stdin`).
    pub file: String,
    /// The whole text.
    pub text: String,
    /// Number of lines that were read before the text.
    pub lines_before: usize,
}

/// One statement of a script: the bytes it occupies, without the semicolon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Byte range in the script's text.
    pub range: Range<usize>,
    /// Whether a semicolon ends it.
    pub terminated: bool,
}

impl Script {
    /// Names a text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Self {
        Self { file: file.into(), text: text.into(), lines_before: 0 }
    }

    /// Splits the text; empty statements and trailing comments are left out.
    pub fn statements(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut start = 0;
        let mut holds_tokens = false;
        for token in tokenize(&self.text) {
            match token.token {
                Token::SemiColon => {
                    let end = offset_of(&self.text, token.span.start);
                    if holds_tokens {
                        statements.push(Statement { range: start..end, terminated: true });
                    }
                    start = end + 1;
                    holds_tokens = false;
                }
                Token::Whitespace(_) | Token::EOF => {}
                _ => holds_tokens = true,
            }
        }
        // What the tokenizer cannot read (an open string) still is a statement, and fails as one.
        let rest = self.text.get(start..).unwrap_or_default();
        if holds_tokens || (tokens_end(&self.text) < self.text.trim_end().len() && !rest.trim().is_empty()) {
            statements.push(Statement { range: start..self.text.len(), terminated: false });
        }
        statements
    }

    /// Returns the text of a statement.
    pub fn sql(&self, statement: &Statement) -> &str {
        self.text.get(statement.range.clone()).unwrap_or_default()
    }

    /// Finds the place of a parser's span within a statement.
    pub(super) fn place(&self, statement: &Statement, span: Span) -> Place {
        let sql = self.sql(statement);
        let start = offset_of(sql, span.start);
        let end = offset_of(sql, span.end).max(start);
        self.place_of(statement.range.start + start, statement.range.start + end)
    }

    /// Finds the place of a byte range.
    pub fn place_of(&self, start: usize, end: usize) -> Place {
        let mut place = Place::text(&self.file, &self.text, start, end);
        if let Place::Text { line, .. } = &mut place {
            *line += self.lines_before;
        }
        place
    }
}

/// Tokenizes as far as possible.
pub(super) fn tokenize(text: &str) -> Vec<TokenWithSpan> {
    let mut tokens = Vec::new();
    let _ = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location_into_buf(&mut tokens);
    tokens
}

fn tokens_end(text: &str) -> usize {
    tokenize(text).last().map_or(0, |token| offset_of(text, token.span.end))
}

/// Finds the byte at a 1-based line and column; the column counts characters.
fn offset_of(text: &str, location: Location) -> usize {
    let Some(line) = usize::try_from(location.line).ok().and_then(|line| line.checked_sub(1)) else {
        return 0;
    };
    let line_start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let column = usize::try_from(location.column).unwrap_or(1).saturating_sub(1);
    let rest = text.get(line_start..).unwrap_or_default();
    line_start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
}

/// Tells whether the word WITH stands in the text at all.
pub(super) fn may_have_parts(text: &str) -> bool {
    tokenize(text)
        .iter()
        .any(|token| matches!(&token.token, Token::Word(word) if word.keyword == Keyword::WITH))
}

/// Tells whether the statement is a query with an `ORDER BY` of its own.
pub(super) fn has_order(parsed: &Parsed) -> bool {
    let Parsed::Statement(tree) = parsed else { return false };
    matches!(tree.as_ref(), ast::Statement::Query(query) if query.order_by.is_some())
}

/// Reads `ORDER BY ALL` as the columns from the left to the right, which the dialect lacks.
///
/// A `*` hides how many columns there are; the statement then fails as any unknown column does.
pub(super) fn read_order_by_all(parsed: &mut Parsed) {
    match parsed {
        Parsed::Explain(explain) => read_order_by_all(&mut explain.statement),
        Parsed::Statement(tree) => {
            let _ = ast::VisitMut::visit(tree.as_mut(), &mut OrderByAll);
        }
        _ => {}
    }
}

struct OrderByAll;

impl ast::VisitorMut for OrderByAll {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut ast::Query) -> ControlFlow<()> {
        let Some(count) = count_columns(&query.body) else { return ControlFlow::Continue(()) };
        if let Some(order) = &mut query.order_by
            && let ast::OrderByKind::Expressions(expressions) = &mut order.kind
            && let [only] = expressions.as_slice()
            && matches!(&only.expr, ast::Expr::Identifier(name)
                if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all"))
        {
            let number = |index: usize| ast::Expr::Value(ast::Value::Number(index.to_string(), false).into());
            *expressions =
                (1..=count).map(|index| ast::OrderByExpr { expr: number(index), ..only.clone() }).collect();
        }
        ControlFlow::Continue(())
    }
}

/// Counts the columns of a query that names them one by one.
fn count_columns(body: &ast::SetExpr) -> Option<usize> {
    match body {
        ast::SetExpr::Select(select) => {
            let is_one = |item: &ast::SelectItem| {
                matches!(item, ast::SelectItem::UnnamedExpr(_) | ast::SelectItem::ExprWithAlias { .. })
            };
            select.projection.iter().all(is_one).then_some(select.projection.len())
        }
        ast::SetExpr::SetOperation { left, .. } => count_columns(left),
        ast::SetExpr::Query(query) => count_columns(&query.body),
        _ => None,
    }
}

/// Makes one statement per top-level common table expression: the same WITH, then all its rows.
pub(super) fn split_parts(parsed: &Parsed) -> Vec<(String, Parsed)> {
    let Parsed::Statement(tree) = parsed else { return Vec::new() };
    let ast::Statement::Query(query) = tree.as_ref() else { return Vec::new() };
    let Some(with) = &query.with else { return Vec::new() };
    let part = |table: &ast::Cte| {
        let name = &table.alias.name;
        let all = Script::new("part", format!("SELECT * FROM {name}"));
        let parsed =
            DFParserBuilder::new(all.text.as_str()).build().and_then(|mut parser| parser.parse_statement());
        let Ok(Parsed::Statement(mut tree)) = parsed else { return None };
        if let ast::Statement::Query(query) = tree.as_mut() {
            query.with = Some(with.clone());
        }
        Some((name.value.clone(), Parsed::Statement(tree)))
    };
    with.cte_tables.iter().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::Script;

    fn split(text: &str) -> Vec<String> {
        let script = Script::new("t", text);
        script.statements().iter().map(|statement| script.sql(statement).trim().to_owned()).collect()
    }

    #[test]
    fn semicolons_in_strings_comments_and_dollar_quotes_do_not_split() {
        assert_eq!(
            split("select ';' ; -- a;b\n select $$;$$; /* ; */"),
            ["select ';'", "-- a;b\n select $$;$$"]
        );
    }

    #[test]
    fn an_open_string_is_one_unterminated_statement() {
        let script = Script::new("t", "select 1; select 'a");
        let statements = script.statements();
        assert_eq!(statements.len(), 2);
        assert!(statements[0].terminated && !statements[1].terminated);
    }

    #[test]
    fn empty_text_and_comments_alone_are_no_statement() {
        assert!(split(" ; ;; -- nothing\n").is_empty());
    }
}
