//! Turns a statement that would take the planner minutes, or its whole stack, into an error.
//!
//! The planner's work grows with the square of a chain of operators and its recursion with the chain
//! itself: a debug build took 26 seconds of processor time for a sum of 2,000 numbers and overflowed a
//! stack of 64 MiB before 20,000. Lists (`IN (…)`) have no such cost and no such limit.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::error::{Error, Result};
use crate::messages::QueryFault;

/// The longest statement, in bytes.
pub const STATEMENT_BYTES: usize = 1 << 20;
/// The most operators (`+`, `=`, `AND`, …) of one statement.
pub const OPERATORS: usize = 2_000;

/// Checks the size of a statement before it is parsed.
///
/// # Errors
/// [`QueryFault::TooLong`] and [`QueryFault::TooManyOperators`].
pub(super) fn check_size(sql: &str) -> Result<()> {
    if sql.len() > STATEMENT_BYTES {
        let (found, limit) = (sql.len(), STATEMENT_BYTES);
        return Err(Error::new(QueryFault::TooLong { found, limit }));
    }
    // An operator and its operand are two letters at least.
    if sql.len() / 2 <= OPERATORS {
        return Ok(());
    }
    // What is no SQL is complained of by the parser, with its place.
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return Ok(()) };
    let found = tokens.iter().filter(|token| is_operator(token)).count();
    let limit = OPERATORS;
    if found > limit { Err(Error::new(QueryFault::TooManyOperators { found, limit })) } else { Ok(()) }
}

fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND | Keyword::OR | Keyword::NOT | Keyword::LIKE | Keyword::UNION | Keyword::IS
        ),
        Token::EOF
        | Token::Whitespace(_)
        | Token::Comma
        | Token::LParen
        | Token::RParen
        | Token::SemiColon
        | Token::Number(..)
        | Token::Period
        | Token::SingleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::Placeholder(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{OPERATORS, STATEMENT_BYTES, check_size};

    #[test]
    fn chains_have_a_limit_and_lists_have_none() {
        let chain = |length: usize| format!("select {}", vec!["1"; length + 1].join("+"));
        assert!(check_size(&chain(OPERATORS)).is_ok());
        assert!(check_size(&chain(OPERATORS + 1)).is_err());
        let list = format!("select 1 where 1 in ({})", vec!["'a'"; 50_000].join(", "));
        assert!(check_size(&list).is_ok());
        assert!(check_size(&format!("select '{}'", "x".repeat(STATEMENT_BYTES))).is_err());
    }
}
