//! Turns what is typed into the same text with colours: keywords, strings, numbers, comments, commands,
//! the bracket that belongs to the one at the cursor.

use std::collections::BTreeSet;

use super::commands::COMMANDS;
use crate::engine::{Lexeme, LexemeKind, split_lexemes};

const KEYWORD: &str = "\u{1b}[1;34m";
const TEXT: &str = "\u{1b}[32m";
const NUMBER: &str = "\u{1b}[36m";
const COMMENT: &str = "\u{1b}[2m";
const COMMAND: &str = "\u{1b}[1;35m";
const PARAMETER: &str = "\u{1b}[33m";
const FAULT: &str = "\u{1b}[31m";
const BRACKET: &str = "\u{1b}[1;4m";
const RESET: &str = "\u{1b}[0m";

/// Colours an entry; `cursor` is the byte before which the cursor stands.
pub(super) fn highlight(text: &str, cursor: usize) -> String {
    if text.trim_start().starts_with('\\') {
        return highlight_command(text);
    }
    let lexemes = split_lexemes(text);
    let brackets = find_brackets(text, &lexemes, cursor);
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest_is_command = false;
    for lexeme in &lexemes {
        rest_is_command |= lexeme.kind == LexemeKind::Backslash;
        let style = if rest_is_command {
            COMMAND
        } else if brackets.contains(&lexeme.range.start) {
            BRACKET
        } else {
            style_of(lexeme, text)
        };
        push(&mut out, lexeme.text(text), style);
    }
    out
}

fn style_of(lexeme: &Lexeme, text: &str) -> &'static str {
    match lexeme.kind {
        LexemeKind::Keyword => KEYWORD,
        LexemeKind::Text => TEXT,
        LexemeKind::Number => NUMBER,
        LexemeKind::Comment => COMMENT,
        LexemeKind::Parameter => PARAMETER,
        // An open string is being typed; anything else that is open is wrong.
        LexemeKind::Open if lexeme.text(text).starts_with('\'') => TEXT,
        LexemeKind::Open if lexeme.text(text).starts_with("/*") => COMMENT,
        LexemeKind::Open => FAULT,
        _ => "",
    }
}

fn highlight_command(text: &str) -> String {
    let start = text.len() - text.trim_start().len();
    let end =
        text.get(start..).and_then(|rest| rest.find(char::is_whitespace)).map_or(text.len(), |at| start + at);
    let (name, rest) = text.split_at(end);
    let word = name.trim_start().trim_start_matches('\\').trim_end_matches(';');
    let is_known = COMMANDS.iter().any(|command| command.name.starts_with(word));
    let mut out = String::new();
    push(&mut out, name, if is_known { COMMAND } else { FAULT });
    push(&mut out, rest, "");
    out
}

fn push(out: &mut String, text: &str, style: &str) {
    if style.is_empty() {
        out.push_str(text);
    } else {
        out.push_str(style);
        out.push_str(text);
        out.push_str(RESET);
    }
}

/// Finds the bracket at or before the cursor and the one that belongs to it.
fn find_brackets(text: &str, lexemes: &[Lexeme], cursor: usize) -> BTreeSet<usize> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let at_cursor = |at: usize| at == cursor || at + 1 == cursor;
    for lexeme in lexemes.iter().filter(|lexeme| lexeme.kind == LexemeKind::Sign) {
        let at = lexeme.range.start;
        match lexeme.text(text) {
            sign @ ("(" | "[" | "{") => open.push((at, sign)),
            sign @ (")" | "]" | "}") => {
                let Some((start, opened)) = open.pop() else { continue };
                let is_pair = matches!((opened, sign), ("(", ")") | ("[", "]") | ("{", "}"));
                if is_pair && (at_cursor(at) || at_cursor(start)) {
                    return BTreeSet::from([start, at]);
                }
            }
            _ => {}
        }
    }
    BTreeSet::new()
}

#[cfg(test)]
mod tests {
    use super::highlight;

    /// The colours as letters before each coloured run.
    fn show(text: &str, cursor: usize) -> String {
        highlight(text, cursor)
            .replace("\u{1b}[1;34m", "<k>")
            .replace("\u{1b}[32m", "<t>")
            .replace("\u{1b}[36m", "<n>")
            .replace("\u{1b}[2m", "<c>")
            .replace("\u{1b}[1;35m", "<\\>")
            .replace("\u{1b}[31m", "<!>")
            .replace("\u{1b}[1;4m", "<b>")
            .replace("\u{1b}[0m", "</>")
    }

    #[test]
    fn each_kind_of_word_has_its_colour() {
        assert_eq!(show("select 'độ', 12 -- x", 0), "<k>select</> <t>'độ'</>, <n>12</> <c>-- x</>");
        assert_eq!(show("\\d dossiers", 0), "<\\>\\d</> dossiers");
        assert_eq!(show("\\zz", 0), "<!>\\zz</>");
        assert_eq!(show("select 'mở", 0), "<k>select</> <t>'mở</>");
    }

    #[test]
    fn the_bracket_of_the_one_at_the_cursor_stands_out() {
        assert_eq!(show("f((1))", 6), "f<b>(</>(<n>1</>)<b>)</>");
        assert_eq!(show("f(')'", 5), "f(<t>')'</>");
    }

    #[test]
    fn colours_do_not_change_the_text() {
        for text in ["select \"ö\" from 日本;", "\\set a 'b", "$$", "'"] {
            let plain: String = console::strip_ansi_codes(&highlight(text, 1)).into_owned();
            assert_eq!(plain, text);
        }
    }
}
