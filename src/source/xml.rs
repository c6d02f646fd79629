//! Turns the bytes of an XML part into tokens, with everything hostile refused on the way.
//!
//! A document type declaration is refused wherever it stands, so no entity can be declared; only
//! the five entities of XML itself and character references are read.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::limits::{self, Meter};
use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// A reader of tokens.
pub(super) struct Xml<R: BufRead> {
    reader: Reader<Meter<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

/// One token; an empty element is opened and closed.
pub(super) enum Token<'a> {
    /// A start tag.
    Open(BytesStart<'a>),
    /// An end tag.
    Close(BytesEnd<'a>),
    /// Text with its entities resolved; one run of text may come in pieces.
    Text(Cow<'a, str>),
    /// A comment or an instruction.
    Other,
    /// The end of the part.
    End,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(inner: R) -> Self {
        let mut reader = Reader::from_reader(Meter::new(inner));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// Reads the next token.
    ///
    /// # Errors
    /// If the part is not well-formed, declares a document type or meets a limit.
    pub(super) fn next(&mut self) -> Result<Token<'_>> {
        self.buffer.clear();
        self.reader.get_mut().mark();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(limits::explain)?;
        self.reader.get_ref().check()?;
        Ok(match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > limits::DEPTH {
                    return Err(SourceFault::TooDeep { limit: limits::DEPTH }.into());
                }
                Token::Open(tag)
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Token::Close(tag)
            }
            Event::Text(text) => Token::Text(text.into_inner()),
            Event::CData(text) => Token::Text(text.into_inner()),
            Event::GeneralRef(name) => {
                let letter = name.resolve_char_ref().map_err(limits::explain)?;
                Token::Text(match (letter, resolve_predefined_entity(&name)) {
                    (Some(letter), _) => Cow::Owned(letter.to_string()),
                    (None, Some(text)) => Cow::Borrowed(text),
                    (None, None) => return Err(SourceFault::Doctype.into()),
                })
            }
            Event::DocType(_) => return Err(SourceFault::Doctype.into()),
            // A part that is cut in the middle of a tree ends without an error of the reader.
            Event::Eof if self.depth > 0 => return Err(SourceFault::Damaged.into()),
            Event::Eof => Token::End,
            _ => Token::Other,
        })
    }
}

/// Returns an attribute by its name without prefix, entities resolved.
///
/// # Errors
/// If the tag is not well-formed.
pub(super) fn attribute<'t>(tag: &'t BytesStart<'_>, local: &str) -> Result<Option<Cow<'t, str>>> {
    for attribute in attributes(tag) {
        let (name, value) = attribute?;
        if name == local {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Lists the attributes by their names without prefix, entities resolved.
pub(super) fn attributes<'t>(
    tag: &'t BytesStart<'_>,
) -> impl Iterator<Item = Result<(&'t str, Cow<'t, str>)>> {
    attributes_in(tag.attributes_raw())
}

/// Does the same for the attributes as they stand in a tag.
pub(super) fn attributes_in(raw: &str) -> impl Iterator<Item = Result<(&str, Cow<'_, str>)>> {
    let mut raw = Attributes::new(raw, 0);
    raw.with_checks(false);
    raw.map(|attribute| {
        let attribute = attribute.map_err(limits::explain)?;
        let name = local_name(attribute.key.0);
        // Nearly all values are addresses, numbers and names, in which nothing has to be resolved.
        if attribute.value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok((name, attribute.value));
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        Ok::<_, Error>((name, value.map_err(limits::explain)?))
    })
}

/// Takes the prefix off a name.
pub(super) fn local_name(name: &str) -> &str {
    // The names that stand in every cell have one or two letters, which are too few for a prefix.
    if name.len() < 3 { name } else { name.rsplit_once(':').map_or(name, |(_, local)| local) }
}

/// Tells whether an attribute of type `xsd:boolean` says yes.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.trim(), "1" | "true" | "on")
}

#[cfg(test)]
mod tests {
    use super::{Token, Xml, attribute};
    use crate::error::Lang;

    fn texts(xml: &str) -> Result<Vec<String>, String> {
        let mut reader = Xml::new(xml.as_bytes());
        let mut found = Vec::new();
        loop {
            match reader.next().map_err(|error| error.message(Lang::En))? {
                Token::Open(tag) => {
                    found.extend(attribute(&tag, "a").unwrap().map(std::borrow::Cow::into_owned));
                }
                Token::Text(text) => found.push(text.into_owned()),
                Token::End => return Ok(found),
                _ => {}
            }
        }
    }

    #[test]
    fn texts_and_attributes_come_out_resolved() {
        let wanted: Vec<String> = ["x<y", "Sở ", "&", " CN", "ễ", "<raw>"].map(str::to_owned).into();
        assert_eq!(texts("<p:t a='x&lt;y'>Sở &amp; CN&#x1EC5;<![CDATA[<raw>]]></p:t>"), Ok(wanted));
    }

    #[test]
    fn entities_depth_cuts_and_endless_tokens_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>";
        assert!(texts(bomb).unwrap_err().contains("document type"));
        assert!(texts("<x>&a;</x>").unwrap_err().contains("document type"));
        assert!(texts(&"<x>".repeat(300)).unwrap_err().contains("256 deep"));
        assert!(texts("<x><y></y>").unwrap_err().contains("damaged"));
        assert!(texts("<x></y>").unwrap_err().contains("damaged"));
        let long = format!("<x>{}</x>", "a".repeat(17 << 20));
        assert!(texts(&long).unwrap_err().contains("16 MiB"));
    }
}
