//! Finds the `VISUALISE` clause in the text of a chart.
//!
//! It looks at tokens of `DataFusion`'s own tokenizer, so that the word inside a string, a quoted
//! name, a comment or a dollar-quoted text never counts, whatever the grammar crate would think.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

/// Returns the byte offset at which the `VISUALISE` or `VISUALIZE` clause of `text` starts.
///
/// The word counts outside parentheses, unquoted and not as a part of a dotted name.
pub fn find_visualise(text: &str) -> Option<usize> {
    let tokens = tokenize(text);
    let mut depth = 0_i64;
    for (index, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Word(word) if depth <= 0 && word.quote_style.is_none() && is_visualise(&word.value) => {
                let dotted = [index.checked_sub(1), Some(index + 1)]
                    .into_iter()
                    .flatten()
                    .any(|at| matches!(tokens.get(at), Some(near) if near.token == Token::Period));
                if !dotted {
                    return byte_offset(text, token.span.start);
                }
            }
            _ => {}
        }
    }
    None
}

/// A word of a clause with the byte offset at which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word as written, without quotes.
    pub(super) text: String,
    /// Byte offset in the tokenized text.
    pub(super) start: usize,
}

/// Lists the words that follow the keyword `DRAW` or `PLACE`, even in a clause that does not parse.
pub(super) fn drawn_words(text: &str) -> Vec<Word> {
    let tokens: Vec<TokenWithSpan> =
        tokenize(text).into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    tokens
        .windows(2)
        .filter_map(|pair| match (&pair[0].token, &pair[1].token) {
            (Token::Word(verb), Token::Word(word))
                if verb.quote_style.is_none() && is_drawing(&verb.value) =>
            {
                Some(Word { text: word.value.clone(), start: byte_offset(text, pair[1].span.start)? })
            }
            _ => None,
        })
        .collect()
}

fn is_visualise(word: &str) -> bool {
    word.eq_ignore_ascii_case("visualise") || word.eq_ignore_ascii_case("visualize")
}

fn is_drawing(word: &str) -> bool {
    word.eq_ignore_ascii_case("draw") || word.eq_ignore_ascii_case("place")
}

/// Tokenizes as far as the text allows: what stands before a fault is still found.
fn tokenize(text: &str) -> Vec<TokenWithSpan> {
    let mut tokens = Vec::new();
    let _complete = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location_into_buf(&mut tokens);
    tokens
}

/// Converts the tokenizer's line and column (1-based, in characters) into a byte offset.
fn byte_offset(text: &str, location: Location) -> Option<usize> {
    let (mut line, mut column) = (1, 1);
    for (offset, letter) in text.char_indices() {
        if (line, column) == (location.line, location.column) {
            return Some(offset);
        }
        if letter == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{drawn_words, find_visualise};

    #[test]
    fn the_clause_is_found_in_both_spellings_and_any_case() {
        assert_eq!(find_visualise("SELECT 1 VISUALISE x"), Some(9));
        assert_eq!(find_visualise("SELECT 'độ'\nvisualize x"), Some("SELECT 'độ'\n".len()));
        assert_eq!(find_visualise("SELECT 1"), None);
    }

    #[test]
    fn strings_names_comments_and_dollar_quotes_do_not_hold_a_clause() {
        for text in [
            "SELECT 'VISUALISE x'",
            "SELECT \"VISUALISE\" FROM t",
            "SELECT 1 -- VISUALISE x\n",
            "SELECT /* VISUALISE x */ 1",
            "SELECT $$VISUALISE x$$",
            "SELECT $tag$ VISUALISE $tag$",
            "SELECT visualise_it, t.visualise FROM t",
            "SELECT (SELECT visualise FROM t)",
        ] {
            assert_eq!(find_visualise(text), None, "{text}");
        }
    }

    #[test]
    fn a_fault_after_the_clause_does_not_hide_it() {
        assert_eq!(find_visualise("SELECT 1 VISUALISE x LABEL title => 'open"), Some(9));
    }

    #[test]
    fn words_after_draw_are_found_without_a_parse() {
        let words = drawn_words("VISUALISE x DRAW  bars MAPPING ( DRAW point");
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["bars", "point"]);
        assert_eq!(words[0].start, 18);
    }
}
