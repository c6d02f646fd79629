//! Turns the bytes of a text export into text.
//!
//! A byte-order mark decides, then valid UTF-8, then what a web page says of itself, then
//! statistics; bytes that fit none are refused, because a wrong letter in a name is not seen later.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use crate::error::Result;
use crate::messages::SourceFault;

/// Decodes `bytes`; `label` is the encoding that the user named.
///
/// # Errors
/// [`SourceFault::UnknownEncoding`] for a label that does not exist, [`SourceFault::Undecodable`]
/// if the bytes do not fit the encoding, [`SourceFault::UnknownFormat`] for bytes that are no text.
pub(super) fn decode(bytes: &[u8], file: &str, label: Option<&str>) -> Result<String> {
    if let Some(label) = label {
        return decode_as(bytes, find_encoding(label)?, file);
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return decode_as(bytes, encoding, file);
    }
    if bytes.contains(&0) {
        return Err(SourceFault::UnknownFormat { file: file.to_owned() }.into());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    decode_as(bytes, declared_charset(bytes).unwrap_or_else(|| guess(bytes)), file)
}

/// Finds an encoding by its label.
///
/// # Errors
/// [`SourceFault::UnknownEncoding`] for a label that does not exist.
pub(super) fn find_encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| SourceFault::UnknownEncoding { label: label.to_owned() }.into())
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding, file: &str) -> Result<String> {
    let (text, used, has_errors) = encoding.decode(bytes);
    if has_errors {
        let encoding = used.name().to_owned();
        return Err(SourceFault::Undecodable { file: file.to_owned(), encoding }.into());
    }
    Ok(text.into_owned())
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(Some(b"vn"), Utf8Detection::Deny)
}

/// Reads `charset=…` near the start of a web page.
fn declared_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_8)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_byte_order_mark_decides() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend("Hồ sơ".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode(&bytes, "x", None).unwrap(), "Hồ sơ");
        assert_eq!(decode("\u{FEFF}Hồ sơ".as_bytes(), "x", None).unwrap(), "Hồ sơ");
    }

    #[test]
    fn a_named_encoding_that_does_not_exist_is_refused() {
        assert!(decode(b"a", "x", Some("utf-99")).is_err());
    }
}
