//! Turns lines of input into items to run: statements up to their semicolon, and `\` commands.
//!
//! A command stands on a line of its own, or behind a statement that it takes in place of the
//! semicolon (`select 1 \g one.csv`). Where a statement ends is the parser's tokenizer's word, so that
//! strings, comments and dollar quotes may hold anything.

use crate::engine::{Lexeme, LexemeKind, Script, Statement, split_lexemes};

/// Text that was read and not run yet.
#[derive(Debug)]
pub(super) struct Input {
    /// How errors name it.
    name: String,
    /// The text; blanks stand for what was run before it on its first line.
    pending: String,
    /// Number of lines before it.
    lines_before: usize,
}

/// One thing to run.
#[derive(Debug)]
pub(super) struct Item {
    /// The text in which places are told.
    pub(super) script: Script,
    /// The statement, if one stands there.
    pub(super) statement: Option<Statement>,
    /// The command behind it, without the backslash.
    pub(super) command: Option<String>,
}

impl Input {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), pending: String::new(), lines_before: 0 }
    }

    /// Adds a line, and tells whether it can end anything.
    pub(super) fn push_line(&mut self, line: &str) -> bool {
        let is_first = self.pending.trim().is_empty();
        self.pending.push_str(line);
        self.pending.push('\n');
        is_first || line.contains([';', '\\'])
    }

    /// Takes the next item that is complete.
    pub(super) fn next(&mut self) -> Option<Item> {
        loop {
            let lexemes = split_lexemes(&self.pending);
            let first = lexemes.iter().find(|lexeme| lexeme.is_solid())?;
            if let Some(command) = dot_command(self.pending.get(first.range.start..).unwrap_or_default()) {
                let end = self.line_end(first.range.start);
                return Some(self.take(None, Some(command), end));
            }
            let end = lexemes
                .iter()
                .find(|lexeme| matches!(lexeme.kind, LexemeKind::Semicolon | LexemeKind::Backslash))?;
            let has_statement = end.range.start > first.range.start;
            let statement =
                has_statement.then_some(Statement { range: 0..end.range.start, terminated: true });
            if end.kind == LexemeKind::Backslash {
                let line_end = self.line_end(end.range.start);
                let command = self.pending.get(end.range.end..line_end).unwrap_or_default().trim().to_owned();
                return Some(self.take(statement, Some(command), line_end));
            }
            let after = end.range.end;
            if has_statement {
                return Some(self.take(statement, None, after));
            }
            self.drop_until(after);
        }
    }

    /// Takes what is left at the end of the input.
    pub(super) fn finish(&mut self) -> Option<Item> {
        let is_empty = !split_lexemes(&self.pending).iter().any(Lexeme::is_solid);
        if is_empty {
            return None;
        }
        let end = self.pending.len();
        Some(self.take(Some(Statement { range: 0..end, terminated: false }), None, end))
    }

    /// Puts a statement back whose command did not take it; it goes on with the next line.
    pub(super) fn put_back(&mut self, item: &Item) {
        let Some(statement) = &item.statement else { return };
        let sql = item.script.sql(statement);
        // Line breaks take the place of the command, so that what follows keeps its line.
        let lines = self.lines_before.saturating_sub(item.script.lines_before);
        let breaks = "\n".repeat(lines.saturating_sub(sql.matches('\n').count()));
        self.pending = format!("{sql}{breaks}{}", self.pending);
        self.lines_before = item.script.lines_before;
    }

    fn line_end(&self, from: usize) -> usize {
        self.pending.get(from..).and_then(|rest| rest.find('\n')).map_or(self.pending.len(), |at| from + at)
    }

    fn take(&mut self, statement: Option<Statement>, command: Option<String>, end: usize) -> Item {
        let text = self.pending.get(..end).unwrap_or_default().to_owned();
        let mut script = Script::new(self.name.clone(), text);
        script.lines_before = self.lines_before;
        self.drop_until(end);
        Item { script, statement, command }
    }

    /// Forgets the text before a byte; places in the rest stay those of the input.
    fn drop_until(&mut self, end: usize) {
        let (done, rest) = self.pending.split_at(end);
        self.lines_before += done.matches('\n').count();
        let column = done.rsplit('\n').next().unwrap_or_default().chars().count();
        // The end of a line that is done with counts as a line, not as text.
        self.lines_before += usize::from(rest == "\n");
        let rest = if rest == "\n" { "" } else { rest };
        let blanks = if rest.is_empty() { 0 } else { column };
        self.pending = format!("{}{rest}", " ".repeat(blanks));
    }
}

/// Tells whether an entry of the line editor is complete.
pub(super) fn is_complete(text: &str) -> bool {
    let mut input = Input::new("input");
    for line in text.lines() {
        input.push_line(line);
    }
    while let Some(item) = input.next() {
        if item.command.is_some() {
            return true;
        }
    }
    input.finish().is_none()
}

/// The commands that users of other shells try first, in their spelling and in ours.
const DOT_COMMANDS: [(&str, &str); 9] = [
    ("help", "?"),
    ("tables", "dt"),
    ("schema", "d"),
    ("mode", "pset format"),
    ("timer", "timing"),
    ("read", "i"),
    ("output", "o"),
    ("quit", "q"),
    ("exit", "q"),
];

/// Turns `.tables` into `dt`; a dot starts nothing else in SQL.
fn dot_command(text: &str) -> Option<String> {
    let line = text.strip_prefix('.')?.lines().next().unwrap_or_default();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = name.trim_end_matches(';');
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let ours = DOT_COMMANDS.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
    Some(format!("{ours} {}", rest.trim()).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Input, is_complete};

    fn split(text: &str) -> Vec<String> {
        let mut input = Input::new("t");
        let mut items = Vec::new();
        for line in text.lines() {
            if input.push_line(line) {
                while let Some(item) = input.next() {
                    items.push(item);
                }
            }
        }
        items.extend(input.finish());
        let show = |item: &super::Item| {
            let sql = item.statement.as_ref().map_or("", |statement| item.script.sql(statement)).trim();
            let command = item.command.as_ref().map(|command| format!("\\{command}")).unwrap_or_default();
            format!("{sql}{command}")
        };
        items.iter().map(show).collect()
    }

    #[test]
    fn statements_and_commands_are_told_apart_wherever_they_stand() {
        assert_eq!(
            split("select 1; select 2;\n\\d t\nselect\n 3"),
            ["select 1", "select 2", "\\d t", "select\n 3"]
        );
        assert_eq!(
            split("select ';' as a\n \\g out.csv\nselect '\\';"),
            ["select ';' as a\\g out.csv", "select '\\'"]
        );
        assert_eq!(split(";;\n-- only a comment\n;"), Vec::<String>::new());
        assert_eq!(split(".tables\n.mode csv\n.quit;"), ["\\dt", "\\pset format csv", "\\q"]);
    }

    #[test]
    fn an_entry_is_complete_with_its_semicolon_or_command() {
        for (text, complete) in [
            ("select 1", false),
            ("select 1;", true),
            ("select 1; select", false),
            ("\\d", true),
            ("select 1 \\g a.csv", true),
            ("select '\\g", false),
            ("select $$;", false),
            ("-- nothing", true),
            ("", true),
        ] {
            assert_eq!(is_complete(text), complete, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_across_items() {
        let mut input = Input::new("t");
        let mut places = Vec::new();
        for line in ["", "select 1;", "", "select 2; select", " 3;", "\\d", "select 4;"] {
            input.push_line(line);
            while let Some(item) = input.next() {
                let skipped = item.script.text.len() - item.script.text.trim_start().len();
                let lines = item.script.text.get(..skipped).unwrap().matches('\n').count();
                places.push(item.script.lines_before + lines + 1);
            }
        }
        assert_eq!(places, [2, 4, 4, 6, 7]);
    }
}
