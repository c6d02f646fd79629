//! Measures and wraps text in the bundled font.
//!
//! plotters measures with the font's own advances; asked at a large size, its whole pixels are
//! exact to a ten-thousandth of an em, so the layout never depends on fonts of the machine.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use ab_glyph::{Font as _, FontRef};
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

/// Tells whether the font has a picture of a letter; others are drawn as boxes.
pub(super) fn has_letter(letter: char) -> bool {
    static FONT: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    let font = FONT.get_or_init(|| FontRef::try_from_slice(REGULAR).ok());
    font.as_ref().is_none_or(|font| font.glyph_id(letter).0 != 0)
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

/// Breaks a text into as few lines of at most `limit_em` as there can be, as even as possible.
///
/// Nothing is lost: a word that is longer than a line goes on in the next one. An empty text has one empty line.
pub(super) fn wrap(text: &str, limit_em: f64, face: Face) -> Vec<String> {
    let pieces = pieces(text, limit_em, face);
    let space = width_em(" ", face);
    let fewest = fill(&pieces, limit_em, space).len();
    let longest = pieces.iter().map(|piece| piece.1).fold(0.0, f64::max);
    // The narrowest limit that needs no more lines spreads the words evenly.
    let (mut narrow, mut wide) = (longest.min(limit_em), limit_em);
    for _ in 0..12 {
        let middle = f64::midpoint(narrow, wide);
        if fill(&pieces, middle, space).len() <= fewest { wide = middle } else { narrow = middle }
    }
    fill(&pieces, wide, space)
}

/// Breaks a text into full lines, as running text is set.
pub(super) fn wrap_full(text: &str, limit_em: f64, face: Face) -> Vec<String> {
    fill(&pieces(text, limit_em, face), limit_em, width_em(" ", face))
}

/// Tells whether a text fits into so many lines without breaking a word.
pub(super) fn wraps_whole(text: &str, limit_em: f64, face: Face, max_lines: usize) -> bool {
    text.split_whitespace().all(|word| width_em(word, face) <= limit_em)
        && wrap_full(text, limit_em, face).len() <= max_lines
}

/// Parts a text into words with their widths; a word that is longer than a line is parted between letters.
fn pieces(text: &str, limit_em: f64, face: Face) -> Vec<(String, f64)> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let width = width_em(word, face);
        if width <= limit_em {
            pieces.push((word.to_owned(), width));
            continue;
        }
        let (mut piece, mut taken) = (String::new(), 0.0);
        for letter in word.chars() {
            let width = width_em(letter.encode_utf8(&mut [0; 4]), face);
            if taken + width > limit_em && !piece.is_empty() {
                pieces.push((std::mem::take(&mut piece), taken));
                taken = 0.0;
            }
            piece.push(letter);
            taken += width;
        }
        pieces.push((piece, taken));
    }
    pieces
}

fn fill(pieces: &[(String, f64)], limit_em: f64, space: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut taken) = (String::new(), 0.0);
    for (piece, width) in pieces {
        if line.is_empty() {
            line.clone_from(piece);
            taken = *width;
        } else if taken + space + width <= limit_em + 1e-9 {
            line.push(' ');
            line.push_str(piece);
            taken += space + width;
        } else {
            lines.push(std::mem::replace(&mut line, piece.clone()));
            taken = *width;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{Face, width_em, wrap, wrap_full};

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
        let lines = wrap("Tiêu chuẩn đo lường chất lượng sản phẩm", 12.0, Face::Regular);
        assert_eq!(lines, ["Tiêu chuẩn đo lường", "chất lượng sản phẩm"].map(str::to_owned).to_vec());
        assert_eq!(wrap("", 5.0, Face::Regular), [""]);
    }

    #[test]
    fn nothing_is_lost_in_wrapping() {
        let text = "một hai ba bốn năm sáu bảy tám chín mười";
        let lines = wrap(text, 5.0, Face::Regular);
        assert!(
            lines.len() > 3 && lines.iter().all(|line| width_em(line, Face::Regular) <= 5.0),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), text);
        let code = "QCVN16:2023/BXD-QCVN-16-2023-BXD";
        for lines in [wrap(code, 4.0, Face::Regular), wrap_full(code, 4.0, Face::Regular)] {
            assert!(lines.iter().all(|line| width_em(line, Face::Regular) <= 4.0), "{lines:?}");
            assert_eq!(lines.concat(), code);
        }
    }
}
