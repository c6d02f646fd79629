//! Turns text in the fonts of old 8-bit encodings into Unicode.
//!
//! `.VnTime` and `VNI-Times` draw Vietnamese letters where Western ones are stored, so in such a
//! cell the font decides what a person has read: `Hµ Néi` is `Hà Nội`. Text with letters that those
//! fonts cannot hold was typed in Unicode, whatever the font's name.

use std::borrow::Cow;

use super::Notes;
use crate::vietnamese::letters::{Letters, western_bytes};
use crate::vietnamese::syllables::weigh;

/// What a font makes of the letters that are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Font {
    /// It draws them as they are.
    #[default]
    Unicode,
    /// It draws those of an 8-bit encoding; `.VnTimeH` draws them as capitals.
    Old { letters: Letters, capitals: bool },
}

/// A stretch of text in a font of its own or in that of the cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) font: Option<Font>,
}

/// A text of a workbook: in one font, or in stretches.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    /// Text in the font of the cell.
    Plain(String),
    /// Stretches in fonts of their own, at least one of them unlike the rest.
    Runs(Vec<Run>),
}

/// Recognises the font of an 8-bit encoding by its name.
pub(super) fn parse_font(name: &str) -> Font {
    let name = name.trim();
    let has_prefix =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if has_prefix(".vn") {
        return Font::Old { letters: Letters::Tcvn3, capitals: name.ends_with('H') };
    }
    if has_prefix("vni-") || has_prefix("vni ") {
        return Font::Old { letters: Letters::Vni, capitals: false };
    }
    Font::Unicode
}

impl Written {
    /// Joins stretches; their fonts are forgotten where none of them matters.
    pub(super) fn new(runs: Vec<Run>) -> Self {
        if runs.iter().any(|run| run.font.is_some() && !run.text.is_ascii()) {
            return Self::Runs(runs);
        }
        let mut texts = runs.into_iter().map(|run| run.text);
        // Nearly all texts are one stretch, which need not be copied.
        Self::Plain(texts.next().map_or_else(String::new, |first| texts.fold(first, |all, text| all + &text)))
    }

    /// Returns the number of bytes of the text.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(text) => text.len(),
            Self::Runs(runs) => runs.iter().map(|run| run.text.len()).sum(),
        }
    }

    /// Reads the text in a cell of the given font, and notes what was converted.
    pub(super) fn read(&self, font: Font, notes: &mut Notes) -> Cow<'_, str> {
        let runs = match self {
            Self::Plain(text) => return read_plain(text, font, notes),
            Self::Runs(runs) => runs,
        };
        let mut converted = None;
        let parts = runs.iter().map(|run| read_run(&run.text, run.font.unwrap_or(font), &mut converted));
        let text = parts.collect::<String>();
        if let Some(letters) = converted {
            notes.count_letters(letters);
        }
        text.into()
    }
}

/// Reads a text in one font, and notes whether it was converted.
pub(super) fn read_plain<'t>(text: &'t str, font: Font, notes: &mut Notes) -> Cow<'t, str> {
    let mut converted = None;
    let text = read_run(text, font, &mut converted);
    if let Some(letters) = converted {
        notes.count_letters(letters);
    }
    text
}

fn read_run<'t>(text: &'t str, font: Font, converted: &mut Option<Letters>) -> Cow<'t, str> {
    let Some((letters, read)) = font.read(text) else { return Cow::Borrowed(text) };
    *converted = Some(letters);
    read.into()
}

impl Font {
    /// Reads stored letters as the font draws them; `None` if they are Unicode.
    fn read(self, text: &str) -> Option<(Letters, String)> {
        let Self::Old { letters, capitals } = self else { return None };
        if text.is_ascii() {
            return None;
        }
        let decoded = letters.decode(&western_bytes(text)?);
        let typed_in_unicode = weigh(text).is_vietnamese() && !weigh(&decoded.text).is_vietnamese();
        if decoded.first_bad.is_some() || typed_in_unicode {
            return None;
        }
        Some((letters, if capitals { decoded.text.to_uppercase() } else { decoded.text }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Font, Run, Written, parse_font};
    use crate::source::Notes;

    fn read(font: &str, text: &str) -> String {
        Written::Plain(text.to_owned()).read(parse_font(font), &mut Notes::default()).into_owned()
    }

    #[test]
    fn the_font_decides_what_is_read() {
        assert_eq!(read(".VnTime", "Së Khoa häc"), "Sở Khoa học");
        assert_eq!(read(".VnTimeH", "Së Khoa häc"), "SỞ KHOA HỌC");
        assert_eq!(read("VNI-Times", "Sôû Khoa hoïc"), "Sở Khoa học");
        assert_eq!(read("Times New Roman", "Së Khoa häc"), "Së Khoa häc");
    }

    #[test]
    fn unicode_and_plain_text_stay_whatever_the_font() {
        for text in ["Sở Khoa học", "plain", "Hà", "Trà"] {
            assert_eq!(read(".VnTimeH", text), text);
        }
    }

    #[test]
    fn stretches_have_fonts_of_their_own() {
        let vn = parse_font(".VnTime");
        let run = |text: &str, font| Run { text: text.to_owned(), font };
        let written = Written::new(vec![run("Tªn ", None), run("Nguyễn Thị Hoá", Some(Font::Unicode))]);
        let mut notes = Notes::default();
        assert_eq!(written.read(vn, &mut notes), "Tên Nguyễn Thị Hoá");
        assert_eq!(notes.letters.len(), 1);
        assert_eq!(Written::new(vec![run("a", Some(vn)), run("b", None)]), Written::Plain("ab".to_owned()));
    }
}
