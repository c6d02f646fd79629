//! Measures and wraps text in the bundled font.
//!
//! plotters measures with the font's own advances; asked at a large size, its whole pixels are
//! exact to a ten-thousandth of an em, so the layout never depends on fonts of the machine.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// Inter, under the SIL Open Font License (`assets/fonts/OFL.txt`).
pub(super) static REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
pub(super) static SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");

/// The font's weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Face {
    Regular,
    SemiBold,
}

impl Face {
    /// SVG knows weights by number, plotters only as bold; the only bold face is the semibold one.
    pub(super) fn style(self) -> FontStyle {
        match self {
            Self::Regular => FontStyle::Normal,
            Self::SemiBold => FontStyle::Bold,
        }
    }
}

/// The name under which plotters measures.
const MEASURED: &str = "Inter";
/// Units of measurement per em.
const UNITS: f64 = 10_000.0;
/// plotters scales a font by ascent minus descent, which is this many em in Inter (hhea table).
const EM_HEIGHT: f64 = (1984.0 + 494.0) / 2048.0;
/// The width of a letter that cannot be measured.
const FALLBACK_EM: f64 = 0.6;

/// Returns the width of a text in em: the sum of its letters' advances, which are measured once.
pub(super) fn width_em(text: &str, face: Face) -> f64 {
    static KNOWN: OnceLock<Mutex<HashMap<(char, Face), f64>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    text.chars().map(|letter| *known.entry((letter, face)).or_insert_with(|| advance_em(letter, face))).sum()
}

/// Asks plotters for the advance of a letter.
fn advance_em(letter: char, face: Face) -> f64 {
    static READY: OnceLock<bool> = OnceLock::new();
    let is_ready = *READY.get_or_init(|| {
        register_font(MEASURED, FontStyle::Normal, REGULAR).is_ok()
            && register_font(MEASURED, FontStyle::Bold, SEMI_BOLD).is_ok()
    });
    let font = FontDesc::new(FontFamily::Name(MEASURED), UNITS * EM_HEIGHT, face.style());
    let measured = if is_ready { font.box_size(letter.encode_utf8(&mut [0; 4])).ok() } else { None };
    measured.map_or(FALLBACK_EM, |(width, _)| f64::from(width) / UNITS)
}

/// Breaks a text into at most `max_lines` lines of at most `limit_em`, as even as possible.
///
/// What does not fit ends in `…`. An empty text has one empty line.
pub(super) fn wrap(text: &str, limit_em: f64, face: Face, max_lines: usize) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let greedy = fill(&words, limit_em, face);
    if greedy.len() > max_lines {
        return cut(greedy, limit_em, face, max_lines);
    }
    // The narrowest limit that needs no more lines spreads the words evenly.
    let (mut narrow, mut wide) = (0.0, limit_em);
    for _ in 0..12 {
        let middle = f64::midpoint(narrow, wide);
        let fits = fill(&words, middle, face);
        if fits.len() <= greedy.len() && fits.iter().all(|line| width_em(line, face) <= limit_em) {
            wide = middle;
        } else {
            narrow = middle;
        }
    }
    fill(&words, wide, face)
}

/// Breaks a text into full lines, as running text is set.
pub(super) fn wrap_full(text: &str, limit_em: f64, face: Face, max_lines: usize) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lines = fill(&words, limit_em, face);
    if lines.len() > max_lines { cut(lines, limit_em, face, max_lines) } else { lines }
}

/// Tells whether a text fits without breaking a word or losing its end.
pub(super) fn wraps_whole(text: &str, limit_em: f64, face: Face, max_lines: usize) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().all(|word| width_em(word, face) <= limit_em)
        && fill(&words, limit_em, face).len() <= max_lines
}

fn fill(words: &[&str], limit_em: f64, face: Face) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words {
        let joined = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width_em(&joined, face) <= limit_em {
            line = joined;
        } else {
            lines.push(std::mem::replace(&mut line, (*word).to_owned()));
        }
    }
    lines.push(line);
    lines
}

fn cut(mut lines: Vec<String>, limit_em: f64, face: Face, max_lines: usize) -> Vec<String> {
    lines.truncate(max_lines.max(1));
    if let Some(last) = lines.last_mut() {
        last.push_str(" …");
        *last = shorten(last, limit_em, face);
    }
    lines
}

/// Shortens one line until it fits, with `…` at its end.
pub(super) fn shorten(text: &str, limit_em: f64, face: Face) -> String {
    if width_em(text, face) <= limit_em {
        return text.to_owned();
    }
    let letters: Vec<char> = text.trim_end_matches('…').trim_end().chars().collect();
    let shortened = |count: usize| {
        let kept: String = letters.iter().take(count).collect();
        format!("{}…", kept.trim_end())
    };
    let (mut fits, mut too_long) = (0, letters.len());
    while fits + 1 < too_long {
        let middle = usize::midpoint(fits, too_long);
        if width_em(&shortened(middle), face) <= limit_em { fits = middle } else { too_long = middle }
    }
    shortened(fits)
}

#[cfg(test)]
mod tests {
    use super::{Face, shorten, width_em, wrap};

    #[test]
    fn the_bundled_font_is_measured() {
        let width = width_em("Sở hữu trí tuệ", Face::Regular);
        assert!((5.5..7.5).contains(&width), "{width}");
        assert!(width_em("Sở hữu trí tuệ", Face::SemiBold) > width);
    }

    #[test]
    fn every_vietnamese_letter_has_its_own_advance() {
        let missing = width_em("\u{10ffff}", Face::Regular);
        for letter in "ĂÂĐÊÔƠƯăâđêôơưẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ".chars() {
            let base: String = unicode_normalization::UnicodeNormalization::nfd(std::iter::once(letter))
                .filter(|part| !unicode_normalization::char::is_combining_mark(*part))
                .collect();
            let (width, plain) = (width_em(&letter.to_string(), Face::Regular), width_em(&base, Face::Regular));
            assert!((width - plain).abs() < 0.2 && (width - missing).abs() > f64::EPSILON, "{letter}");
        }
    }

    #[test]
    fn lines_are_even_and_stay_inside_the_limit() {
        let lines = wrap("Tiêu chuẩn đo lường chất lượng sản phẩm", 12.0, Face::Regular, 4);
        assert_eq!(lines, ["Tiêu chuẩn đo lường", "chất lượng sản phẩm"].map(str::to_owned).to_vec());
        assert_eq!(wrap("", 5.0, Face::Regular, 3), [""]);
    }

    #[test]
    fn what_does_not_fit_ends_in_dots() {
        let lines = wrap("một hai ba bốn năm sáu bảy tám chín mười", 5.0, Face::Regular, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(width_em(&shorten("Nghiêng", 2.0, Face::Regular), Face::Regular) <= 2.0);
        assert_eq!(shorten("W", 0.1, Face::Regular), "…");
    }
}
