//! Turns `:name`, `:'name'` and `:"name"` in a statement into the values of variables, safely.
//!
//! psql pastes `:name` as it is, so that a value can change the statement around it. Here a value
//! stands for one thing only: a number or a plain name as `:name`, a text as `:'name'`, a name as
//! `:"name"`. Strings, comments and casts (`::`) are left alone.

use std::collections::BTreeMap;

use crate::engine::{Lexeme, LexemeKind, split_lexemes};
use crate::error::{Error, Place, Result};
use crate::messages::ShellFault;

/// The variables by name.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Sets one.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if !is_plain {
            return Err(Error::new(ShellFault::BadVariable { name: name.to_owned() }));
        }
        self.0.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Forgets one.
    pub(super) fn unset(&mut self, name: &str) -> Result<()> {
        let fault = || Error::new(ShellFault::UnknownVariable { name: name.to_owned() });
        self.0.remove(name).map(drop).ok_or_else(fault)
    }

    /// Lists them by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces the variables in a text; `None` if it holds none.
    ///
    /// A `:name` that is not set stays, since a colon has other uses (`array[1:n]`).
    pub(super) fn expand(&self, file: &str, text: &str) -> Result<Option<String>> {
        if self.0.is_empty() || !text.contains(':') {
            return Ok(None);
        }
        let lexemes = split_lexemes(text);
        let mut out = String::with_capacity(text.len());
        let mut changed = false;
        let mut at = 0;
        while let Some(lexeme) = lexemes.get(at) {
            let next = lexemes.get(at + 1).filter(|_| lexeme.text(text) == ":");
            if let Some(value) = next.map(|next| self.value(file, text, next)).transpose()?.flatten() {
                out.push_str(&value);
                changed = true;
                at += 2;
            } else {
                out.push_str(lexeme.text(text));
                at += 1;
            }
        }
        Ok(changed.then_some(out))
    }

    /// The value for the lexeme behind a colon, quoted as the lexeme is.
    fn value(&self, file: &str, text: &str, lexeme: &Lexeme) -> Result<Option<String>> {
        let written = lexeme.text(text);
        let unquoted = |mark: char| written.trim_matches(mark);
        Ok(match lexeme.kind {
            LexemeKind::Text if written.starts_with('\'') => {
                self.0.get(unquoted('\'')).map(|value| format!("'{}'", value.replace('\'', "''")))
            }
            LexemeKind::QuotedName => {
                self.0.get(unquoted('"')).map(|value| format!("\"{}\"", value.replace('"', "\"\"")))
            }
            LexemeKind::Name | LexemeKind::Keyword => match self.0.get(written) {
                Some(value) if is_harmless(value) => Some(value.clone()),
                Some(_) => {
                    let place = Place::text(file, text, lexeme.range.start, lexeme.range.end);
                    return Err(Error::new(ShellFault::UnsafeVariable { name: written.to_owned() }).at(place));
                }
                None => None,
            },
            _ => None,
        })
    }
}

/// A value that reads as one thing wherever it stands: a number, or a name with its schema.
fn is_harmless(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && value.parse::<f64>().is_ok();
    let is_name = value.split('.').all(|part| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    });
    is_number || is_name
}

#[cfg(test)]
mod tests {
    use super::Variables;

    fn expand(text: &str) -> Result<String, String> {
        let mut variables = Variables::default();
        for (name, value) in [("year", "2023"), ("who", "O'Hara"), ("evil", "1; drop"), ("t", "dossiers")] {
            variables.set(name, value).unwrap();
        }
        variables
            .expand("t", text)
            .map(|expanded| expanded.unwrap_or_else(|| text.to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn each_form_stands_for_one_thing() {
        assert_eq!(
            expand("select :'who', :year from :t where \"x\" = :\"who\"").unwrap(),
            "select 'O''Hara', 2023 from dossiers where \"x\" = \"O'Hara\""
        );
    }

    #[test]
    fn strings_comments_casts_and_unknown_names_are_left_alone() {
        for text in
            ["select ':year'", "select 1 -- :year", "select x::year", "select a[1:n]", "select $$:year$$"]
        {
            assert_eq!(expand(text).unwrap(), text);
        }
    }

    #[test]
    fn a_value_never_changes_the_statement_around_it() {
        assert!(expand("select :evil").unwrap_err().contains("could change the statement"));
        assert_eq!(expand("select :'evil'").unwrap(), "select '1; drop'");
    }
}
