//! Turns the bytes of an 8-bit Vietnamese encoding into letters.
//!
//! Only what an encoding assigns is read: a byte that means nothing in it is counted and not
//! guessed at, because that is what tells one encoding from another. TCVN3 is its third form (VN3),
//! the one of the `.Vn` fonts: it has no capitals with tone marks.
//!
//! Sources: TCVN 5712:1993; RFC 1456 (VISCII); the VNI code chart; the WHATWG encoding standard
//! (windows-1258, windows-1252). A test compares the tables with `iconv`.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

/// An encoding with one byte per letter or mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Letters {
    /// TCVN 5712, form VN3, also called ABC.
    Tcvn3,
    /// VNI for Windows: the tone is a letter of its own behind the vowel.
    Vni,
    /// VISCII.
    Viscii,
    /// Microsoft's Vietnamese code page: the tone is a combining mark behind the vowel.
    Windows1258,
    /// Microsoft's Western code page.
    Windows1252,
}

/// What came out of decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text in NFC; bytes without meaning became U+FFFD.
    pub text: String,
    /// Offset of the first byte without meaning.
    pub first_bad: Option<usize>,
}

const TCVN3: [(u8, &str); 4] = [
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ·ằẳẵắ"),
    (0xC6, "ặầẩẫấậè·ẻẽéẹềểễếệìỉ···ĩíịò·ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
];

const VISCII: [(u8, &str); 6] = [
    (0x02, "Ẳ··ẴẪ"),
    (0x14, "Ỷ····Ỹ····Ỵ"),
    (0x80, "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"),
    (0xA0, "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"),
    (0xC0, "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"),
    (0xE0, "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"),
];

/// Letters of VNI that are whole by themselves.
const VNI_WHOLE: [(char, char); 18] = [
    ('Ì', 'Ì'),
    ('ì', 'ì'),
    ('Í', 'Í'),
    ('í', 'í'),
    ('Æ', 'Ỉ'),
    ('æ', 'ỉ'),
    ('Ó', 'Ĩ'),
    ('ó', 'ĩ'),
    ('Ò', 'Ị'),
    ('ò', 'ị'),
    ('Î', 'Ỵ'),
    ('î', 'ỵ'),
    ('Ñ', 'Đ'),
    ('ñ', 'đ'),
    ('Ô', 'Ơ'),
    ('ô', 'ơ'),
    ('Ö', 'Ư'),
    ('ö', 'ư'),
];
/// Marks of VNI behind a vowel: the mark's letter, and the combining marks that it stands for.
const VNI_MARKS: [(char, &str); 17] = [
    ('Ù', "\u{301}"),
    ('Ø', "\u{300}"),
    ('Û', "\u{309}"),
    ('Õ', "\u{303}"),
    ('Ï', "\u{323}"),
    ('Â', "\u{302}"),
    ('Á', "\u{302}\u{301}"),
    ('À', "\u{302}\u{300}"),
    ('Å', "\u{302}\u{309}"),
    ('Ã', "\u{302}\u{303}"),
    ('Ä', "\u{302}\u{323}"),
    ('Ê', "\u{306}"),
    ('É', "\u{306}\u{301}"),
    ('È', "\u{306}\u{300}"),
    ('Ú', "\u{306}\u{309}"),
    ('Ü', "\u{306}\u{303}"),
    ('Ë', "\u{306}\u{323}"),
];

impl Letters {
    /// All of them, the likelier ones first.
    pub const ALL: [Self; 5] = [Self::Windows1258, Self::Windows1252, Self::Tcvn3, Self::Vni, Self::Viscii];

    /// Returns the name that users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Viscii => "viscii",
            Self::Windows1258 => "windows-1258",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Finds an encoding by one of its names.
    pub fn parse(label: &str) -> Option<Self> {
        let label = label.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        Some(match label.as_str() {
            "tcvn3" | "tcvn" | "abc" | "tcvn-5712" | "tcvn5712" | "vn3" => Self::Tcvn3,
            "vni" | "vni-windows" | "vni-win" => Self::Vni,
            "viscii" => Self::Viscii,
            "windows-1258" | "cp1258" | "1258" => Self::Windows1258,
            "windows-1252" | "cp1252" | "1252" | "latin1" | "iso-8859-1" => Self::Windows1252,
            _ => return None,
        })
    }

    /// Decodes `bytes`.
    pub fn decode(self, bytes: &[u8]) -> Decoded {
        let decoded = match self {
            Self::Tcvn3 => decode_table(bytes, &TCVN3_TABLE),
            Self::Viscii => decode_table(bytes, &VISCII_TABLE),
            Self::Vni => decode_vni(bytes),
            Self::Windows1258 => decode_page(bytes, WINDOWS_1258),
            Self::Windows1252 => decode_page(bytes, WINDOWS_1252),
        };
        let text: String = decoded.text.nfc().collect();
        Decoded { text: if self == Self::Tcvn3 { restore_capitals(&text) } else { text }, ..decoded }
    }
}

/// Returns the windows-1252 bytes of a text that has only such letters.
///
/// Letters of an 8-bit font reach Unicode files in this way: each byte as the Western letter at its
/// place, or as the control character with its number.
pub fn western_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(western_byte).collect()
}

fn western_byte(letter: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(letter)) {
        return Some(byte);
    }
    let mut out = [0; 4];
    let (bytes, _, failed) = WINDOWS_1252.encode(letter.encode_utf8(&mut out));
    match (failed, bytes.as_ref()) {
        (false, [byte]) => Some(*byte),
        _ => None,
    }
}

/// What each byte of an encoding stands for.
type Table = [Option<char>; 256];

static WESTERN: LazyLock<Table> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let byte = u8::try_from(byte).unwrap_or(0);
        page_letter(byte, WINDOWS_1252).filter(|letter| !is_control(*letter))
    })
});
static TCVN3_TABLE: LazyLock<Table> = LazyLock::new(|| build_table(&TCVN3, 0xA1));
static VISCII_TABLE: LazyLock<Table> = LazyLock::new(|| build_table(&VISCII, 0x80));

/// Bytes below `first` are windows-1252, so that quotes and dashes of word processors are read.
fn build_table(runs: &[(u8, &str)], first: usize) -> Table {
    let mut table: Table = std::array::from_fn(|byte| if byte < first { WESTERN[byte] } else { None });
    for (start, run) in runs {
        for (place, letter) in table.iter_mut().skip(usize::from(*start)).zip(run.chars()) {
            // A dot in a run is a byte that the encoding leaves alone.
            if letter != '·' {
                *place = Some(letter);
            }
        }
    }
    table
}

fn decode_vni(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let mut first_bad = None;
    for (at, byte) in bytes.iter().copied().enumerate() {
        let letter = WESTERN[usize::from(byte)];
        let before = text.chars().next_back();
        let marks = letter.and_then(|letter| {
            let upper = letter.to_uppercase().next();
            VNI_MARKS.iter().find(|(mark, _)| Some(*mark) == upper).map(|(_, marks)| *marks)
        });
        match (letter, marks) {
            (_, Some(marks)) if before.is_some_and(|before| takes_mark(before, marks)) => {
                text.push_str(marks);
            }
            (Some(letter), None) if !letter.is_ascii() => match whole_letter(letter) {
                Some(whole) => text.push(whole),
                None if letter.is_alphabetic() => mark_bad(&mut text, &mut first_bad, at),
                None => text.push(letter),
            },
            (Some(letter), None) => text.push(letter),
            _ => mark_bad(&mut text, &mut first_bad, at),
        }
    }
    Decoded { text, first_bad }
}

fn mark_bad(text: &mut String, first_bad: &mut Option<usize>, at: usize) {
    first_bad.get_or_insert(at);
    text.push(char::REPLACEMENT_CHARACTER);
}

fn whole_letter(letter: char) -> Option<char> {
    VNI_WHOLE.iter().find(|(code, _)| *code == letter).map(|(_, whole)| *whole)
}

/// A circumflex stands on a, e, o; a breve on a; a tone on any vowel, once.
fn takes_mark(vowel: char, marks: &str) -> bool {
    let vowels = match marks.chars().next() {
        Some('\u{302}') => "aeoAEO",
        Some('\u{306}') => "aA",
        _ => "aeouyơưAEOUYƠƯ",
    };
    vowels.contains(vowel)
}

fn decode_page(bytes: &[u8], page: &'static Encoding) -> Decoded {
    let (text, failed) = page.decode_without_bom_handling(bytes);
    if !failed && !text.chars().any(is_control) {
        return Decoded { text: text.into_owned(), first_bad: None };
    }
    decode_each(bytes, |byte| page_letter(byte, page).filter(|letter| !is_control(*letter)))
}

/// Bytes without meaning are control characters in the standard's tables; no program writes them.
fn is_control(letter: char) -> bool {
    matches!(letter, '\u{80}'..='\u{9F}' | char::REPLACEMENT_CHARACTER)
}

fn page_letter(byte: u8, page: &'static Encoding) -> Option<char> {
    page.decode_without_bom_handling(&[byte]).0.chars().next()
}

fn decode_table(bytes: &[u8], table: &Table) -> Decoded {
    decode_each(bytes, |byte| table[usize::from(byte)])
}

fn decode_each(bytes: &[u8], letter: impl Fn(u8) -> Option<char>) -> Decoded {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut first_bad = None;
    for (at, byte) in bytes.iter().copied().enumerate() {
        match letter(byte) {
            Some(letter) => text.push(letter),
            None => mark_bad(&mut text, &mut first_bad, at),
        }
    }
    Decoded { text, first_bad }
}

/// Writes a word in capitals if only the letters that TCVN3 has no capitals for are small: `HọC` is `HỌC`.
fn restore_capitals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|letter: char| !letter.is_alphabetic()) {
        let small = word.chars().filter(|letter| letter.is_lowercase());
        let capitals = word.chars().filter(|letter| letter.is_uppercase()).count();
        if capitals >= 2 && small.clone().count() > 0 && small.clone().all(lacks_capital) {
            out.push_str(&word.to_uppercase());
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Tells a letter with a tone mark.
fn lacks_capital(letter: char) -> bool {
    std::iter::once(letter)
        .nfd()
        .any(|part| matches!(part, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use unicode_normalization::UnicodeNormalization;

    use super::{Letters, western_bytes};

    fn read(letters: Letters, western: &str) -> String {
        let decoded = letters.decode(&western_bytes(western).unwrap());
        assert_eq!(decoded.first_bad, None, "{western}: {}", decoded.text);
        decoded.text
    }

    #[test]
    fn sentences_of_each_encoding_come_out_right() {
        assert_eq!(
            read(Letters::Tcvn3, "Céng hoµ x· héi chñ nghÜa ViÖt Nam"),
            "Cộng hoà xã hội chủ nghĩa Việt Nam"
        );
        assert_eq!(read(Letters::Tcvn3, "®¬n vÞ “§¶ng uû” – n¨m 2005"), "đơn vị “Đảng uỷ” – năm 2005");
        assert_eq!(
            read(Letters::Vni, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"),
            "Cộng hòa xã hội chủ nghĩa Việt Nam"
        );
        assert_eq!(read(Letters::Vni, "KHOA HOÏC QUAÛN LYÙ, ñöôøng Nguyeãn Vaên Ñöùc"), {
            "KHOA HỌC QUẢN LÝ, đường Nguyễn Văn Đức"
        });
        assert_eq!(
            Letters::Viscii.decode(b"C\xB5ng h\xF2a x\xE3 h\xB5i ch\xFC ngh\xEEa Vi\xAEt Nam").text,
            "Cộng hòa xã hội chủ nghĩa Việt Nam"
        );
        assert_eq!(Letters::Windows1258.decode(b"Nguy\xEA\xDEn Thi\xF2").text, "Nguyễn Thị");
    }

    #[test]
    fn capitals_that_tcvn3_lacks_come_back() {
        assert_eq!(read(Letters::Tcvn3, "KHOA HäC Vµ C¤NG NGHÖ"), "KHOA HỌC Và CÔNG NGHỆ");
        assert_eq!(read(Letters::Tcvn3, "ThÞ TrÊn"), "Thị Trấn");
    }

    #[test]
    fn a_byte_without_meaning_is_told_and_not_guessed() {
        assert_eq!(Letters::Tcvn3.decode(b"H\xE0").first_bad, Some(1));
        assert_eq!(Letters::Vni.decode(b"b\xE1").first_bad, Some(1));
        assert_eq!(Letters::Windows1252.decode(b"a\x81").first_bad, Some(1));
    }

    #[test]
    fn every_byte_agrees_with_iconv() {
        let pages =
            [(Letters::Tcvn3, "TCVN5712-1"), (Letters::Viscii, "VISCII"), (Letters::Windows1258, "CP1258")];
        for (letters, name) in pages {
            for byte in 0x80..=0xFF_u8 {
                let decoded = letters.decode(&[byte]);
                let is_mark = decoded.text.chars().any(unicode_normalization::char::is_combining_mark);
                if decoded.first_bad.is_some() || is_mark || (letters == Letters::Tcvn3 && byte < 0xA0) {
                    continue;
                }
                let Some(wanted) = iconv(name, byte) else {
                    eprintln!("skipped: there is no iconv that knows {name}");
                    return;
                };
                assert_eq!(decoded.text, wanted.nfc().collect::<String>(), "{name} {byte:02X}");
            }
        }
    }

    fn iconv(name: &str, byte: u8) -> Option<String> {
        let mut child = Command::new("iconv")
            .args(["-f", name, "-t", "UTF-8"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(&[byte]).ok()?;
        let output = child.wait_with_output().ok()?;
        String::from_utf8(output.stdout).ok().filter(|text| output.status.success() && !text.is_empty())
    }
}
