//! Turns text into the words that completion looks at: lexemes without blanks and comments.

use crate::engine::{LexemeKind, split_lexemes};

/// A word or a sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) kind: LexemeKind,
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Word<'_> {
    /// Tells whether it is this keyword or sign.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text.eq_ignore_ascii_case(text)
            && !matches!(self.kind, LexemeKind::QuotedName | LexemeKind::Text | LexemeKind::Open)
    }

    /// Tells whether it can be a name.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, LexemeKind::Name | LexemeKind::QuotedName)
    }

    /// Tells whether it is a word of any kind, keywords included.
    pub(super) fn is_word(&self) -> bool {
        self.is_name() || self.kind == LexemeKind::Keyword
    }

    /// The name as the engine looks it up.
    pub(super) fn name(&self) -> String {
        match self.kind {
            LexemeKind::QuotedName => self.text.trim_matches('"').replace("\"\"", "\""),
            _ => self.text.to_lowercase(),
        }
    }
}

/// The words of the statement around the cursor.
pub(super) fn statement_words(text: &str, cursor: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for lexeme in split_lexemes(text) {
        if lexeme.kind == LexemeKind::Semicolon {
            if lexeme.range.end > cursor {
                break;
            }
            words.clear();
        } else if lexeme.is_solid() {
            let (start, end) = (lexeme.range.start, lexeme.range.end);
            words.push(Word { kind: lexeme.kind, text: lexeme.text(text), start, end });
        }
    }
    words
}

/// Finds the bracket that closes the one at `open`; the end of the words, if none does.
pub(super) fn closing(words: &[Word<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, word) in words.iter().enumerate().skip(open) {
        if word.is("(") {
            depth += 1;
        } else if word.is(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index;
            }
        }
    }
    words.len()
}
