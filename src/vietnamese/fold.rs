//! Turns text into the key under which two spellings of the same words are equal.
//!
//! The key is for matching only and is never stored: it drops tone marks, so that placement
//! (`hoà`, `hòa`), Unicode form and missing accents do not matter, it drops punctuation, so that
//! `Số CCCD/CMND` and `số cccd - cmnd` meet, and it reads Cyrillic and Greek twins as Latin letters. Distinct words can share a key; a contract in
//! which that happens is refused when it is read.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Returns `text` in the form in which it is stored: NFC, the three D-with-stroke letters unified,
/// full-width letters and digits (`２０２３`) as usual ones.
pub fn normalise(text: &str) -> String {
    text.nfc().map(|letter| unify_width(unify_stroke_d(letter))).collect()
}

/// Folds `text` to lower-case ASCII-like words separated by single spaces.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.nfd().filter(|c| !is_combining_mark(*c)) {
        for lower in unify_twin(unify_width(unify_stroke_d(letter))).to_lowercase() {
            let lower = if lower == 'đ' { 'd' } else { lower };
            if lower.is_alphanumeric() {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(lower);
            } else {
                gap = true;
            }
        }
    }
    out
}

/// Returns `text` without marks, `đ` as `d`; everything else stays.
pub fn unaccent(text: &str) -> String {
    let bare = |letter| match unify_stroke_d(letter) {
        'đ' => 'd',
        'Đ' => 'D',
        other => other,
    };
    text.nfd().filter(|letter| !is_combining_mark(*letter)).map(bare).nfc().collect()
}

/// Tells cheaply whether the folded text could begin with one of these letters.
///
/// Folding is dear where every cell of an export is looked at, and most cells begin differently.
pub fn may_begin_with(text: &str, initials: &[char]) -> bool {
    match text.chars().find(|letter| letter.is_alphanumeric()) {
        Some(letter) => !letter.is_ascii() || initials.contains(&letter.to_ascii_lowercase()),
        // Signs and combining marks may hide anything.
        None => !text.is_ascii(),
    }
}

/// Returns `text` with Latin letters for their Cyrillic and Greek twins, if some stand in one word with
/// Latin letters or digits, as in a code typed with the wrong keyboard; `None` if there are none.
pub fn replace_twins(text: &str) -> Option<String> {
    // Letters U+0340 to U+04FF begin with these bytes in UTF-8, and hardly any text has one.
    if text.is_ascii() || !text.bytes().any(|byte| matches!(byte, 0xCD..=0xD3)) {
        return None;
    }
    let replace = |word: &str| {
        let is_mixed = word.contains(|letter: char| letter.is_ascii_alphanumeric());
        let are_twins =
            word.chars().filter(|letter| is_foreign(*letter)).all(|letter| unify_twin(letter) != letter);
        if is_mixed && are_twins { word.chars().map(unify_twin).collect() } else { word.to_owned() }
    };
    let replaced: String = text.split_inclusive(char::is_whitespace).map(replace).collect();
    (replaced != text).then_some(replaced)
}

fn is_foreign(letter: char) -> bool {
    matches!(letter, '\u{370}'..='\u{4FF}')
}

/// Maps Cyrillic and Greek letters that look like Latin ones: the decision `66/NQ-СР` was published so.
fn unify_twin(letter: char) -> char {
    const TWINS: &str = "АAВBЕEІIЈJКKМMНHОOРPСCТTУYХXаaеeоoрpсcуyхxіiјjΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοo";
    if !is_foreign(letter) {
        return letter;
    }
    let mut letters = TWINS.chars();
    while let (Some(twin), Some(latin)) = (letters.next(), letters.next()) {
        if twin == letter {
            return latin;
        }
    }
    letter
}

/// Maps the full-width forms of ASCII, which East Asian keyboards write.
fn unify_width(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => {
            u32::from(letter).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(letter)
        }
        _ => letter,
    }
}

/// Maps the Icelandic eth and the African D, which look alike, to the Vietnamese letter.
fn unify_stroke_d(letter: char) -> char {
    match letter {
        '\u{D0}' | '\u{189}' => 'Đ',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, normalise, replace_twins, unaccent};

    #[test]
    fn tone_placement_case_and_unicode_form_do_not_matter() {
        assert_eq!(fold("Uỷ  ban"), fold("ỦY BAN"));
        assert_eq!(fold("hoa\u{300}"), fold("hòa"));
        assert_eq!(fold("Đối tượng"), "doi tuong");
        assert_eq!(fold("\u{D0}ối tượng"), "doi tuong");
    }

    #[test]
    fn punctuation_is_a_gap_and_the_ends_are_trimmed() {
        assert_eq!(fold(" (Số CCCD/CMND) "), "so cccd cmnd");
        assert_eq!(fold("***"), "");
    }

    #[test]
    fn only_marks_are_taken_off() {
        assert_eq!(unaccent("Đo lường, chất lượng (HỖ TRỢ)"), "Do luong, chat luong (HO TRO)");
    }

    #[test]
    fn letters_of_other_scripts_that_look_the_same_are_the_same() {
        assert_eq!(fold("66/NQ-\u{421}\u{420}"), fold("66/NQ-CP"));
        assert_eq!(fold("\u{39D}\u{39A}"), "nk");
        assert_eq!(fold("bức xạ γ"), "buc xa γ");
    }

    #[test]
    fn twins_in_codes_become_latin_and_words_of_other_scripts_stay() {
        assert_eq!(replace_twins("66/NQ-\u{421}\u{420} x").as_deref(), Some("66/NQ-CP x"));
        for text in ["66/NQ-CP", "bức xạ γ", "Москва", "Правда 2023", "liều 5γ"] {
            assert_eq!(replace_twins(text), None, "{text}");
        }
    }

    #[test]
    fn stored_text_is_composed() {
        assert_eq!(normalise("e\u{302}\u{301}"), "ế");
        assert_eq!(normalise("Ｈ４０．１６"), "H40.16");
        assert_eq!(fold("Ｎăm ２０２３"), "nam 2023");
    }
}
