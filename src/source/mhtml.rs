//! Turns a web page saved as one file (MHTML) into sheets, one per part that has a table.
//!
//! Source: RFC 2557, and RFC 2045 for the encodings of the parts.

use super::Sheet;
use super::encoding::{self, TextEncoding};
use super::html::{looks_like_html, read_html};
use super::limits::{self, Budget};
use crate::error::Result;
use crate::messages::SourceFault;

/// Tells whether the bytes are such a file.
pub(super) fn looks_like_mhtml(bytes: &[u8]) -> bool {
    let head =
        String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default()).to_ascii_lowercase();
    head.contains("mime-version:") && head.contains("content-type: multipart/related")
}

/// Reads the tables of all parts that are pages.
pub(super) fn read_mhtml(
    bytes: &[u8],
    named: Option<TextEncoding>,
    budget: &mut Budget,
) -> Result<Vec<Sheet>> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default()).into_owned();
    let boundary = parameter(&head, "boundary").ok_or(SourceFault::Damaged)?;
    let mut sheets = Vec::new();
    for part in split_parts(bytes, &boundary) {
        let Some((headers, body)) = split_headers(part) else { continue };
        if !headers.to_ascii_lowercase().contains("content-type: text/html") {
            continue;
        }
        let body = decode_body(&headers, body);
        let declared = parameter(&headers, "charset").and_then(|label| TextEncoding::parse(&label).ok());
        let declared = declared.filter(|encoding| encoding.decode(&body).is_ok());
        let encoding = named.or(declared).map_or_else(|| encoding::detect(&body), Ok)?;
        let text = encoding.decode(&body)?;
        if !looks_like_html(&text) {
            continue;
        }
        let sheet = read_html(&text, budget)?;
        if !sheet.rows.is_empty() {
            sheets.push(Sheet { name: location(&headers), ..sheet });
        }
        if sheets.len() > limits::SHEETS {
            return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
        }
    }
    if let [only] = sheets.as_mut_slice() {
        only.name = None;
    }
    Ok(sheets)
}

/// Cuts the bytes at lines that begin with the boundary.
fn split_parts<'a>(bytes: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(mark.as_bytes()) {
            parts.extend(bytes.get(start..at));
            start = at + line.len();
        }
        at += line.len();
    }
    parts.extend(bytes.get(start..));
    parts
}

fn split_headers(part: &[u8]) -> Option<(String, &[u8])> {
    let mut at = 0;
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() && at > line.len() {
            let headers = String::from_utf8_lossy(part.get(..at)?).into_owned();
            return Some((headers, part.get(at..)?));
        }
    }
    None
}

/// Reads `name="value"` or `name=value` from headers.
fn parameter(headers: &str, name: &str) -> Option<String> {
    let at = headers.to_ascii_lowercase().find(&format!("{name}="))?;
    let value = headers.get(at + name.len() + 1..)?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split(|letter: char| letter.is_whitespace() || letter == ';').next()?,
    };
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// Names a part by the last step of its address, without the ending.
fn location(headers: &str) -> Option<String> {
    let line = headers.lines().find(|line| line.to_ascii_lowercase().starts_with("content-location:"))?;
    let last = line.rsplit(['/', '\\', ':']).next()?.trim();
    Some(last.split('.').next().unwrap_or(last).to_owned())
}

fn decode_body(headers: &str, body: &[u8]) -> Vec<u8> {
    let headers = headers.to_ascii_lowercase();
    if headers.contains("content-transfer-encoding: quoted-printable") {
        decode_quoted(body)
    } else if headers.contains("content-transfer-encoding: base64") {
        decode_base64(body)
    } else {
        body.to_vec()
    }
}

/// `=C3=A1` is two bytes; `=` at the end of a line joins it with the next.
fn decode_quoted(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'=', [b'\r', b'\n', after @ ..] | [b'\n', after @ ..]) => rest = after,
            (b'=', [high, low, after @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(*byte),
            },
            _ => out.push(*byte),
        }
    }
    out
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn decode_base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).unwrap_or(0));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Budget, looks_like_mhtml, read_mhtml};
    use crate::source::Cell;

    #[test]
    fn pages_in_parts_become_sheets() {
        let file = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"--=_B\"\r\n\r\n----=_B\r\n\
            Content-Location: file:///C:/a/sheet001.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n\
            Content-Type: text/html; charset=\"utf-8\"\r\n\r\n<html><table><tr><td>S=C3=\r\n=A1ng</td></tr></table></html>\r\n\
            ----=_B\r\nContent-Type: image/png\r\n\r\nx\r\n----=_B\r\nContent-Type: text/html\r\n\
            Content-Transfer-Encoding: base64\r\nContent-Location: b.htm\r\n\r\nPHRhYmxlPjx0cj48dGQ+eDwvdGQ+PC90cj48L3RhYmxlPg==\r\n----=_B--\r\n";
        assert!(looks_like_mhtml(file));
        let sheets = read_mhtml(file, None, &mut Budget::default()).unwrap();
        assert_eq!(sheets.len(), 2);
        assert_eq!(sheets[0].name.as_deref(), Some("sheet001"));
        assert_eq!(sheets[0].rows[0].cells, [Cell::text("Sáng")]);
        assert_eq!(sheets[1].rows[0].cells, [Cell::text("x")]);
    }
}
