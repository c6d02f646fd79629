//! Turns the shared texts of a workbook into texts with the fonts of their parts.

use std::borrow::Cow;

use super::Part;
use crate::error::Result;
use crate::source::book::Book;
use crate::source::fonts::{Run, Written, parse_font};
use crate::source::limits::Budget;
use crate::source::xml::{Token, attribute};

/// Reads all shared texts into the book.
pub(super) fn read_strings(mut xml: Part<'_>, book: &mut Book, budget: &mut Budget) -> Result<()> {
    let mut text = RichText::default();
    loop {
        let token = xml.next()?;
        match &token {
            Token::Close(tag) if tag.local_name().as_ref() == "si" => book.add_text(text.take(), budget)?,
            Token::End => return Ok(()),
            _ => text.read(&token)?,
        }
    }
}

/// Collects the stretches of one text, `<si>` or `<is>`.
#[derive(Debug, Default)]
pub(super) struct RichText {
    runs: Vec<Run>,
    /// Memory of a stretch that is not needed any more.
    spare: String,
    font: Option<String>,
    in_text: bool,
    /// Inside a reading aid for East Asian letters, which is no part of the text.
    in_phonetic: bool,
}

impl RichText {
    /// Takes in one token.
    pub(super) fn read(&mut self, token: &Token<'_>) -> Result<()> {
        match token {
            Token::Open(tag) => match tag.local_name().as_ref() {
                "t" if !self.in_phonetic => {
                    self.in_text = true;
                    let font = self.font.as_deref().map(parse_font);
                    self.runs.push(Run { text: std::mem::take(&mut self.spare), font });
                }
                "r" => self.font = None,
                "rFont" => self.font = attribute(tag, "val")?.map(Cow::into_owned),
                "rPh" => self.in_phonetic = true,
                _ => {}
            },
            Token::Close(tag) => match tag.local_name().as_ref() {
                "t" => self.in_text = false,
                "rPh" => self.in_phonetic = false,
                _ => {}
            },
            Token::Text(text) if self.in_text => {
                if let Some(run) = self.runs.last_mut() {
                    run.text.push_str(text);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the text and begins the next one.
    pub(super) fn take(&mut self) -> Written {
        let Self { mut runs, .. } = std::mem::take(self);
        for run in &mut runs {
            if let Cow::Owned(text) = unescape(&run.text) {
                run.text = text;
            }
        }
        Written::new(runs)
    }

    /// Adds the text to others, as it stands in the XML, if it is one stretch in the font of the cell; begins the next one then.
    pub(super) fn take_plain(&mut self, texts: &mut String) -> bool {
        let Some(run) = self.runs.pop_if(|run| run.font.is_none()) else { return false };
        if !self.runs.is_empty() {
            self.runs.push(run);
            return false;
        }
        texts.push_str(&run.text);
        *self = Self { spare: run.text, runs: std::mem::take(&mut self.runs), ..Self::default() };
        self.spare.clear();
        true
    }
}

/// Resolves `_x000D_`, which stands for a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        out.push_str(before);
        let code = after.get(..4).filter(|_| after.as_bytes().get(4) == Some(&b'_'));
        let letter = code
            .filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        rest = after;
        if let (Some(letter), Some(after)) = (letter, after.get(5..)) {
            out.push(letter);
            rest = after;
        } else {
            out.push_str("_x");
        }
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escaped_characters_are_resolved_once() {
        assert_eq!(unescape("a_x000D_\nb"), "a\r\nb");
        assert_eq!(unescape("_x005F_x0041_"), "_x0041_");
        assert_eq!(unescape("ma_xa_x12"), "ma_xa_x12");
        assert_eq!(unescape("_xé12_"), "_xé12_");
    }
}
