//! Turns text into a judgement: how many of its words with accents are Vietnamese syllables.
//!
//! A Vietnamese word is one syllable of at most a consonant, a rhyme from a closed list and a tone,
//! so text read in a wrong encoding is found out by its first few words. Words without accents say
//! nothing and are not counted.

use std::collections::HashSet;
use std::ops::AddAssign;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// How many accented words are and are not Vietnamese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Syllables.
    pub valid: usize,
    /// Words that are none.
    pub invalid: usize,
}

impl Weight {
    /// Tells whether nothing speaks against the text and something for it.
    pub fn is_vietnamese(self) -> bool {
        self.valid > 0 && self.invalid == 0
    }

    /// A wrong word says more than a right one: half of all accented letters fit by chance.
    pub fn points(self) -> isize {
        let count = |number: usize| isize::try_from(number).unwrap_or(isize::MAX);
        count(self.valid).saturating_sub(count(self.invalid).saturating_mul(2))
    }
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
    }
}

const ONSETS: &str = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p q r s t v x";

const RHYMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip \
    it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi \
    om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt u ua uan uân uâng uât uây uc uê \
    uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt uynh uyp uyt uyu ư ưa ưc \
    ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ynh yn yt ych ym yp";

static RHYME_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| RHYMES.split_whitespace().collect());

/// Counts the accented words of `text` that are Vietnamese syllables, and those that are not.
pub fn weigh(text: &str) -> Weight {
    let mut weight = Weight::default();
    if text.is_ascii() {
        return weight;
    }
    let parts = text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphabetic());
    for part in parts.flat_map(str::split_whitespace) {
        let word = part.trim_matches(|letter: char| !is_letter(letter));
        if word.is_ascii() {
            continue;
        }
        if is_syllable(word) { weight.valid += 1 } else { weight.invalid += 1 }
    }
    weight
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic()
        || unicode_normalization::char::is_combining_mark(letter)
        || letter == char::REPLACEMENT_CHARACTER
}

/// Tells whether `word` is one Vietnamese syllable, in small letters, capitals, or with a first capital.
pub fn is_syllable(word: &str) -> bool {
    let Some((plain, tone)) = split_tone(word) else { return false };
    let lower = plain.to_lowercase();
    if !has_sane_case(&plain) {
        return false;
    }
    let fits = |onset: &str| {
        lower.strip_prefix(onset).is_some_and(|rhyme| {
            RHYME_SET.contains(rhyme)
                && is_spelled(onset, rhyme)
                && (!is_stopped(rhyme) || matches!(tone, Some('\u{301}' | '\u{323}')))
        })
    };
    ONSETS.split(' ').chain([""]).any(fits)
}

/// Tells whether letters of a text were replaced by `?`, as an encoding without them does: `Nguy?n`.
///
/// A question ends a word, so the sign inside one is certain where a letter in its place makes a
/// syllable. At the begin or the end of a word (`?ơn v?`) it takes two such words.
pub fn has_lost_letters(text: &str) -> bool {
    let words = text.split(|letter: char| !is_letter(letter) && letter != '?');
    let mut signs = 0;
    for word in words.filter(|word| word.contains('?') && word.contains(is_letter)) {
        let inner = word.trim_start_matches('?');
        let is_inside = inner.trim_end_matches('?').contains('?');
        let is_bare = inner.len() == word.len() && !is_inside;
        // `ai?` is a question; `th?` lacks its vowel.
        let lacks_letters = || !is_bare || !inner.contains(is_vowel);
        if lacks_letters() && fits_with_letters(word) {
            signs += if is_inside { 2 } else { 1 };
        }
    }
    signs >= 2
}

/// The vowels without their tones.
const VOWELS: &str = "aăâeêioôơuưy";

fn is_vowel(letter: char) -> bool {
    letter.to_lowercase().nfd().next().is_some_and(|base| VOWELS.contains(base))
}

/// Tells whether a word is a syllable with a letter of its own for each `?`.
fn fits_with_letters(word: &str) -> bool {
    let is_tone = |part: &char| matches!(part, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let plain: Vec<char> = word.to_lowercase().nfd().filter(|part| !is_tone(part)).nfc().collect();
    let fits = |pattern: &[char], known: &str, may_be: &dyn Fn(char) -> bool| {
        let mut letters = known.chars();
        let all = pattern.iter().all(|sign| {
            letters.next().is_some_and(|letter| *sign == letter || (*sign == '?' && may_be(letter)))
        });
        all && letters.next().is_none()
    };
    ONSETS.split(' ').chain([""]).any(|onset| {
        let Some((start, rest)) = plain.split_at_checked(onset.chars().count()) else { return false };
        let is_rhyme = |rhyme: &&&str| fits(rest, rhyme, &|letter| VOWELS.contains(letter));
        fits(start, onset, &|letter| letter == 'đ') && RHYME_SET.iter().any(|rhyme| is_rhyme(&rhyme))
    })
}

/// Takes the tone mark off; `None` if there are several or another mark.
fn split_tone(word: &str) -> Option<(String, Option<char>)> {
    let mut tone = None;
    let mut rest = String::with_capacity(word.len());
    for part in word.nfd() {
        match part {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => {
                if tone.replace(part).is_some() {
                    return None;
                }
            }
            _ => rest.push(part),
        }
    }
    Some((rest.nfc().collect(), tone))
}

/// Before `e`, `ê`, `i` stand `k`, `gh`, `ngh` instead of `c`, `g`, `ng`.
fn is_spelled(onset: &str, rhyme: &str) -> bool {
    let is_front = rhyme.starts_with(['e', 'ê', 'i']);
    match onset {
        "c" | "ng" => !is_front,
        "g" => !rhyme.starts_with(['e', 'ê']),
        "gh" | "ngh" => is_front,
        _ => true,
    }
}

/// `c`, `ch`, `p`, `t` at the end stop the voice: only two of the tones can be heard.
fn is_stopped(rhyme: &str) -> bool {
    rhyme.ends_with(['c', 'p', 't']) || rhyme.ends_with("ch")
}

fn has_sane_case(word: &str) -> bool {
    let rest = || word.chars().skip(1);
    rest().all(|letter| !letter.is_uppercase()) || word.chars().all(|letter| !letter.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Weight, has_lost_letters, is_syllable, weigh};

    #[test]
    fn syllables_are_told_from_other_words() {
        for word in
            "nghiêng Quyết giếng gì QUẢN lý oanh được huỳnh yếu khuya xoong thuở ngoằn quốc uỷ ủy".split(' ')
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["Céng", "hoµ", "Coäng", "Nestlé", "SÃ¡ng", "họp\u{301}", "mẫt", "hàt", "ă", "HọC", "đ"]
        {
            assert!(!is_syllable(word), "{word}");
        }
    }

    #[test]
    fn letters_replaced_by_question_marks_are_told_from_questions() {
        for text in
            ["Nguy?n", "S? Khoa h?c", "TH? T?C", "?ã gi?i quy?t", "tr??ng", "Lĩnh v?c", "Th?i gian (t? ngày)"]
        {
            assert!(has_lost_letters(text), "{text}");
        }
        for text in [
            "Ai?",
            "Hồ sơ đâu? Khi nào?",
            "http://dichvucong.gov.vn/tracuu?ma=12&in=1",
            "a?b",
            "?",
            "Có?Không",
            "??? ???",
            "Thế à?",
            // One word alone could be a slip of the hand.
            "?ăng ký",
        ] {
            assert!(!has_lost_letters(text), "{text}");
        }
    }

    #[test]
    fn only_accented_words_count() {
        assert_eq!(weigh("An ninh “trật tự” m², 20°C – Nestlé"), Weight { valid: 2, invalid: 1 });
        assert_eq!(weigh("plain text"), Weight::default());
    }
}
