//! Turns SQL text into lexemes with byte ranges, for whoever reads SQL while it is being typed.
//!
//! The tokenizer is the parser's own, so that strings, comments and dollar quotes end where they end
//! for the parser; what it cannot read (an open string) is one last lexeme.

use std::ops::Range;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Whitespace};

use super::statement::tokenize;

/// A run of characters that the parser reads as one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// What a lexeme is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexemeKind {
    /// A word that SQL knows.
    Keyword,
    /// A name.
    Name,
    /// A name in double quotes.
    QuotedName,
    /// A string of any form.
    Text,
    /// A number.
    Number,
    /// A parameter, `$name`.
    Parameter,
    /// A comment.
    Comment,
    /// Blanks and line breaks.
    Space,
    /// A semicolon.
    Semicolon,
    /// A backslash, which SQL does not know.
    Backslash,
    /// Any other sign.
    Sign,
    /// A string, a comment or a name that is not closed.
    Open,
}

impl Lexeme {
    /// Returns its text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.range.clone()).unwrap_or_default()
    }

    /// Tells whether it says something to the parser.
    pub fn is_solid(&self) -> bool {
        !matches!(self.kind, LexemeKind::Space | LexemeKind::Comment)
    }
}

/// Splits a text; the ranges follow one another and cover it.
pub fn split_lexemes(sql: &str) -> Vec<Lexeme> {
    let mut cursor = Cursor { sql, at: 0, line: 1, column: 1 };
    let mut lexemes = Vec::new();
    for token in tokenize(sql) {
        let start = cursor.advance(token.span.start);
        let end = cursor.advance(token.span.end);
        if end > start {
            lexemes.push(Lexeme { kind: kind_of(&token.token), range: start..end });
        }
    }
    let end = lexemes.last().map_or(0, |last: &Lexeme| last.range.end);
    if end < sql.len() {
        lexemes.push(Lexeme { kind: LexemeKind::Open, range: end..sql.len() });
    }
    lexemes
}

/// Turns the tokenizer's lines and columns into bytes in one walk over the text.
struct Cursor<'a> {
    sql: &'a str,
    at: usize,
    line: u64,
    column: u64,
}

impl Cursor<'_> {
    fn advance(&mut self, to: Location) -> usize {
        let rest = self.sql.get(self.at..).unwrap_or_default();
        for letter in rest.chars() {
            if (self.line, self.column) >= (to.line, to.column) {
                break;
            }
            self.at += letter.len_utf8();
            if letter == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.at
    }
}

fn kind_of(token: &Token) -> LexemeKind {
    match token {
        Token::Word(word) if word.quote_style.is_some() => LexemeKind::QuotedName,
        Token::Word(word) if word.keyword != Keyword::NoKeyword => LexemeKind::Keyword,
        Token::Word(_) => LexemeKind::Name,
        Token::Number(..) => LexemeKind::Number,
        Token::Placeholder(_) => LexemeKind::Parameter,
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
            LexemeKind::Comment
        }
        Token::Whitespace(_) => LexemeKind::Space,
        Token::SemiColon => LexemeKind::Semicolon,
        Token::Backslash => LexemeKind::Backslash,
        Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::NationalStringLiteral(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_) => LexemeKind::Text,
        _ => LexemeKind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::{LexemeKind, split_lexemes};

    #[test]
    fn lexemes_cover_the_text_whatever_it_is() {
        for text in
            ["select 'độ' -- é\n from t;", "select 'mở", "\\d x", "a\r\nb", "$$x", "", "/* mở", "😀 \u{0}"]
        {
            let lexemes = split_lexemes(text);
            let mut at = 0;
            for lexeme in &lexemes {
                assert_eq!(lexeme.range.start, at, "{text:?} {lexemes:?}");
                at = lexeme.range.end;
            }
            assert_eq!(at, text.len(), "{text:?} {lexemes:?}");
        }
    }

    #[test]
    fn an_open_string_is_the_last_lexeme() {
        let lexemes = split_lexemes("select 'a;b");
        assert_eq!(lexemes.last().unwrap().kind, LexemeKind::Open);
        assert_eq!(lexemes.last().unwrap().range, 7..11);
    }
}
