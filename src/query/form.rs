//! Turns the lines that a printed form has around its table into those lines with the values of one run.

use super::Parameter;

/// What a printed form has around its table, by `-- form:` and `-- numbers:`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Lines above the table; `$name` stands for a parameter's value.
    pub lines: Vec<String>,
    /// What the row under the headings holds, one per column: `3=4+5+6`.
    pub numbers: Vec<String>,
}

/// A part of a line.
enum Piece<'a> {
    Text(&'a str),
    Parameter(&'a str),
}

impl Form {
    /// Tells whether the result is no printed form.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.numbers.is_empty()
    }

    /// Puts values in the place of the parameters' names; `print` says how the value of a name reads.
    #[must_use]
    pub fn filled(&self, print: impl Fn(&str) -> String) -> Self {
        let fill = |line: &String| -> String {
            let read = |piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Parameter(name) => print(name),
            };
            split(line).into_iter().map(read).collect()
        };
        Self { lines: self.lines.iter().map(fill).collect(), numbers: self.numbers.clone() }
    }
}

/// Tells whether a line names declared parameters only.
pub(super) fn names_only(line: &str, parameters: &[Parameter]) -> bool {
    let is_known = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    split(line).iter().all(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Parameter(name) => is_known(name),
    })
}

fn split(line: &str) -> Vec<Piece<'_>> {
    let mut parts = line.split('$');
    let mut pieces: Vec<Piece<'_>> = parts.next().map(Piece::Text).into_iter().collect();
    for part in parts {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let (name, rest) = part.split_at(part.find(|letter| !is_name(letter)).unwrap_or(part.len()));
        pieces.extend([Piece::Parameter(name), Piece::Text(rest)]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn values_stand_in_the_place_of_names() {
        let form = Form {
            lines: vec!["(Từ ngày $from đến ngày $to)".into(), "Đơn vị".into()],
            ..Form::default()
        };
        let filled = form.filled(|name| format!("<{name}>"));
        assert_eq!(filled.lines, ["(Từ ngày <from> đến ngày <to>)", "Đơn vị"]);
    }
}
