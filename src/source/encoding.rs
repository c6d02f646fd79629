//! Turns the bytes of a text export into text.
//!
//! A byte-order mark decides, then the zeros of UTF-16, then valid UTF-8, and at last the words:
//! the encoding in which they are Vietnamese. Where several encodings fit equally the user is asked,
//! because a wrong letter in a name is not seen later.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::text::TextFile;
use crate::error::{Error, Result};
use crate::messages::SourceFault;
use crate::vietnamese::letters::Letters;
use crate::vietnamese::syllables::weigh;

/// Bytes at the beginning of a text that show its kind.
const HEAD_BYTES: usize = 4096;

/// Bytes of lines with accents that are looked at to find the encoding.
const SAMPLE_BYTES: usize = 1 << 20;

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TextEncoding {
    /// One of the web's encodings, Unicode among them.
    Web(&'static Encoding),
    /// An 8-bit encoding of Vietnamese, or of Western letters.
    Letters(Letters),
}

impl TextEncoding {
    /// Finds an encoding by the label that a user or a page gives.
    ///
    /// # Errors
    /// [`SourceFault::UnknownEncoding`] for a label that does not exist.
    pub(super) fn parse(label: &str) -> Result<Self> {
        let known = || {
            let names = ["utf-8", "utf-16le", "utf-16be"].into_iter().chain(Letters::ALL.map(Letters::name));
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        Self::find(label)
            .ok_or_else(|| SourceFault::UnknownEncoding { label: label.to_owned(), known: known() }.into())
    }

    fn find(label: &str) -> Option<Self> {
        let web = || Encoding::for_label(label.trim().as_bytes()).map(Self::Web);
        Letters::parse(label).map(Self::Letters).or_else(web)
    }

    /// Returns the name under which `--encoding` knows it.
    pub fn name(self) -> String {
        match self {
            Self::Web(encoding) => encoding.name().to_ascii_lowercase(),
            Self::Letters(letters) => letters.name().to_owned(),
        }
    }

    /// Decodes a whole text, or whole lines of one.
    ///
    /// # Errors
    /// [`SourceFault::Undecodable`] with the line of the first byte that does not fit.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<String> {
        self.decode_lines(bytes, 1)
    }

    /// Decodes whole lines, of which the first has the number `first`.
    ///
    /// # Errors
    /// Those of [`TextEncoding::decode`].
    pub(super) fn decode_lines(self, bytes: &[u8], first: usize) -> Result<String> {
        match self {
            Self::Letters(letters) => {
                let decoded = letters.decode(bytes);
                let line = |at: usize| bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + first;
                decoded.first_bad.map_or(Ok(decoded.text), |at| Err(undecodable(self, line(at))))
            }
            Self::Web(encoding) => {
                let (text, _) = encoding.decode_with_bom_removal(bytes);
                if encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some() {
                    return Ok(text.into_owned());
                }
                let good = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
                let line = text.get(..good).unwrap_or_default().matches('\n').count() + first;
                Err(undecodable(self, line))
            }
        }
    }
}

/// Returns bytes as the UTF-8 text that they are; the error is the number of bytes before the first bad one.
///
/// The decoder of the web looks at many bytes at once; the standard library's takes several times as
/// long where many letters have accents.
pub(super) fn read_utf8(bytes: &[u8]) -> Result<&str, usize> {
    match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(Cow::Borrowed(text)) => Ok(text),
        _ => Err(Encoding::utf8_valid_up_to(bytes)),
    }
}

/// Says in which line a byte does not fit an encoding.
pub(super) fn undecodable(encoding: TextEncoding, line: usize) -> Error {
    SourceFault::Undecodable { encoding: encoding.name(), line }.into()
}

/// Finds the encoding of a text.
///
/// # Errors
/// [`SourceFault::UnknownFormat`] for bytes that are no text, [`SourceFault::UnclearEncoding`] if
/// several encodings fit or none.
pub(super) fn detect(bytes: &[u8]) -> Result<TextEncoding> {
    if let Some(encoding) = detect_in_head(bytes)? {
        return Ok(encoding);
    }
    if read_utf8(bytes).is_ok() {
        return Ok(TextEncoding::Web(UTF_8));
    }
    let sample = accented_lines(bytes);
    if let Some(declared) = declared_charset(bytes).filter(|declared| fits(*declared, &sample)) {
        return Ok(declared);
    }
    detect_letters(&sample).map(TextEncoding::Letters)
}

/// Finds the encoding that the beginning of a text shows; `None` if it takes more than that.
///
/// # Errors
/// [`SourceFault::UnknownFormat`] for bytes that are no text.
pub(super) fn detect_in_head(bytes: &[u8]) -> Result<Option<TextEncoding>> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(Some(TextEncoding::Web(encoding)));
    }
    if let Some(encoding) = detect_utf16(bytes) {
        return Ok(Some(TextEncoding::Web(encoding)));
    }
    if is_binary(bytes) { Err(SourceFault::UnknownFormat.into()) } else { Ok(None) }
}

/// Finds the encoding of a text that need not lie in memory.
///
/// # Errors
/// Those of [`detect`], and what reading the file gives.
pub(super) fn detect_in_file(file: &TextFile) -> Result<TextEncoding> {
    if let Some(encoding) = detect_in_head(&file.read(0, HEAD_BYTES)?)? {
        return Ok(encoding);
    }
    let mut sample = Vec::new();
    let mut is_utf8 = true;
    let mut at = file.start();
    while is_utf8 || sample.len() < SAMPLE_BYTES {
        let mut bytes = file.read(at, SAMPLE_BYTES)?;
        if bytes.is_empty() {
            break;
        }
        if bytes.len() == SAMPLE_BYTES
            && let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n')
        {
            bytes.truncate(last + 1);
        }
        at += bytes.len() as u64;
        is_utf8 &= read_utf8(&bytes).is_ok();
        sample.extend(accented_lines(&bytes));
        sample.truncate(SAMPLE_BYTES);
    }
    if is_utf8 { Ok(TextEncoding::Web(UTF_8)) } else { detect_letters(&sample).map(TextEncoding::Letters) }
}

/// Every second byte of Western text in UTF-16 is zero, and no other byte is.
fn detect_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(4096))?.as_chunks::<2>().0;
    let zeros = |at: usize| sample.iter().filter(|pair| pair[at] == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let encoding = match (even, odd) {
        (0, odd) if odd * 3 > sample.len() => UTF_16LE,
        (even, 0) if even * 3 > sample.len() => UTF_16BE,
        _ => return None,
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|_| encoding)
}

/// Text has line breaks and tabs, and a stray NUL at most; other control characters are not typed.
fn is_binary(bytes: &[u8]) -> bool {
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    // VISCII keeps six capitals among the control characters.
    let is_odd = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1A);
    sample.iter().filter(is_odd).count() * 20 > sample.len()
}

/// Collects the lines that are not plain ASCII, up to a size.
fn accented_lines(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        let room = SAMPLE_BYTES - sample.len();
        sample.extend_from_slice(line.get(..room).unwrap_or(line));
        if line.len() >= room {
            break;
        }
    }
    sample
}

/// A declared encoding is believed if its letters make no word that is not Vietnamese.
fn fits(declared: TextEncoding, sample: &[u8]) -> bool {
    declared.decode(sample).is_ok_and(|text| weigh(&text).points() >= 0)
}

/// Finds the encoding in which the words are Vietnamese.
fn detect_letters(sample: &[u8]) -> Result<Letters> {
    let mut read: Vec<(Letters, String, isize, bool)> = Letters::ALL
        .into_iter()
        .map(|letters| {
            let decoded = letters.decode(sample);
            let weight = weigh(&decoded.text);
            let is_good = decoded.first_bad.is_none() && weight.valid >= weight.invalid * 4;
            (letters, decoded.text, weight.points(), is_good)
        })
        .collect();
    // A stable sort: of equals the likelier encoding stays first.
    read.sort_by_key(|(_, _, points, _)| std::cmp::Reverse(*points));
    let most = read.first().map_or(0, |(_, _, points, _)| *points);
    let close: Vec<_> = read.iter().filter(|(_, _, points, _)| *points * 10 >= most * 9).collect();
    let first = read.iter().find(|(_, _, _, is_good)| *is_good);
    if let Some((letters, text, points, _)) = first
        && *points == most
        && close.iter().all(|(_, other, _, is_good)| other == text || !is_good)
    {
        return Ok(*letters);
    }
    let good: Vec<&str> =
        close.iter().filter(|(_, _, _, is_good)| *is_good).map(|(letters, ..)| letters.name()).collect();
    let candidates = if good.is_empty() { Letters::ALL.map(Letters::name).to_vec() } else { good };
    Err(SourceFault::UnclearEncoding { candidates: candidates.join(", ") }.into())
}

/// Reads `charset=…` or `encoding="…"` near the start of a page or an XML file.
fn declared_charset(bytes: &[u8]) -> Option<TextEncoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_ascii_lowercase();
    if !head.trim_start().starts_with('<') {
        return None;
    }
    let after = ["charset=", "encoding="].into_iter().find_map(|key| head.split_once(key))?.1;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    TextEncoding::find(&label).filter(|encoding| *encoding != TextEncoding::Web(UTF_8))
}

#[cfg(test)]
mod tests {
    use super::{TextEncoding, detect};
    use crate::error::Lang;
    use crate::vietnamese::letters::{Letters, western_bytes};

    fn name(bytes: &[u8]) -> String {
        detect(bytes).map_or_else(|error| error.message(Lang::En), TextEncoding::name)
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn unicode_is_found_with_and_without_a_mark() {
        assert_eq!(name("\u{FEFF}Hồ sơ".as_bytes()), "utf-8");
        assert_eq!(name("Hồ sơ".as_bytes()), "utf-8");
        assert_eq!(name(b"plain"), "utf-8");
        assert_eq!(name(&utf16("\u{FEFF}Hồ sơ")), "utf-16le");
        assert_eq!(name(&utf16("Mã hồ sơ;Ngày tiếp nhận\r\n")), "utf-16le");
        let big: Vec<u8> = utf16("Mã hồ sơ;Ngày\r\n").chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        assert_eq!(name(&big), "utf-16be");
    }

    #[test]
    fn the_words_tell_the_encoding() {
        let western = |text: &str| western_bytes(text).unwrap();
        assert_eq!(name(&western("M· hå s¬;Ngµy tiÕp nhËn")), "tcvn3");
        assert_eq!(name(&western("Maõ hoà sô;Ngaøy tieáp nhaän")), "vni");
        assert_eq!(name(b"M\xE3 h\xB0 s\xBD;Ng\xE0y ti\xAAp nh\xA7n"), "viscii");
        assert_eq!(name(b"Nguy\xEA\xDEn Thi\xF2 Hoa\xCC;\xD0\xFD\xF5\xCCng Trang"), "windows-1258");
        assert_eq!(name(&western("Hà cân tên")), "windows-1258");
    }

    #[test]
    fn equals_are_not_guessed_between() {
        let text = detect(b"a;H\xE4").unwrap_err().render(Lang::En);
        assert!(text.contains("tcvn3, viscii") && text.contains("--encoding"), "{text}");
        assert!(detect(b"\xE4\xF6\xFC\xDF Stra\xDFe").is_err());
    }

    #[test]
    fn a_page_is_believed_if_its_bytes_fit() {
        let page = |charset: &str, text: &[u8]| {
            [format!("<html><meta charset={charset}><td>").as_bytes(), text].concat()
        };
        assert_eq!(name(&page("viscii", b"H\xE4")), "viscii");
        assert_eq!(name(&page("windows-1252", b"M\xB7 h\xE5 s\xAC Ng\xB5y ti\xD5p nh\xCBn")), "tcvn3");
        assert_eq!(name(&page("utf-8", b"M\xB7 h\xE5 s\xAC Ng\xB5y ti\xD5p nh\xCBn")), "tcvn3");
    }

    #[test]
    fn bytes_that_do_not_fit_are_named_by_their_line() {
        let error = TextEncoding::parse("abc").unwrap().decode(b"a\nb\xE0\n").unwrap_err();
        assert!(error.message(Lang::En).contains("line 2") && error.message(Lang::En).contains("tcvn3"));
        let error = TextEncoding::parse("utf-8").unwrap().decode(b"a\nb\xE0\n").unwrap_err();
        assert!(error.message(Lang::En).contains("line 2"));
    }

    #[test]
    fn an_encoding_that_does_not_exist_is_refused_with_those_that_do() {
        let text = TextEncoding::parse("utf-99").unwrap_err().render(Lang::En);
        assert!(Letters::ALL.iter().all(|letters| text.contains(letters.name())), "{text}");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(name(b"\x00\x01\x02\x03\x00\x00\xff\xd8").contains("not in a format"));
    }
}
