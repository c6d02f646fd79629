//! Turns the style part of a workbook into one style per cell format.

use super::Part;
use crate::error::Result;
use crate::source::book::{Style, StyleTable};
use crate::source::xml::{Token, attribute, attributes};

/// Cell formats beyond this many are not made by people (Excel stops at 65,490).
const MOST_STYLES: usize = 70_000;

/// Reads the formats that cells name by number.
pub(super) fn read_styles(mut xml: Part<'_>) -> Result<Vec<Style>> {
    let mut table = StyleTable::default();
    let mut formats = Vec::new();
    // The same elements stand in other lists (`dxfs`, `cellStyleXfs`), which cells do not name.
    let mut list = String::new();
    let mut font: Option<String> = None;
    loop {
        match xml.next()? {
            Token::Open(tag) => match (list.as_str(), tag.local_name().as_ref()) {
                (_, name @ ("numFmts" | "fonts" | "cellXfs" | "cellStyleXfs" | "dxfs")) => {
                    name.clone_into(&mut list);
                }
                ("numFmts", "numFmt") => {
                    let id = attribute(&tag, "numFmtId")?.and_then(|id| id.trim().parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")?) {
                        table.add_format(id, &code);
                    }
                }
                ("fonts", "font") => font = Some(String::new()),
                ("fonts", "name") => {
                    if let (Some(font), Some(name)) = (&mut font, attribute(&tag, "val")?) {
                        *font = name.into_owned();
                    }
                }
                ("cellXfs", "xf") if formats.len() < MOST_STYLES => {
                    let (mut format, mut font) = (0, 0);
                    for attribute in attributes(&tag) {
                        let (name, value) = attribute?;
                        match name {
                            "numFmtId" => format = value.trim().parse().unwrap_or(0),
                            "fontId" => font = value.trim().parse().unwrap_or(0),
                            _ => {}
                        }
                    }
                    formats.push((format, font));
                }
                _ => {}
            },
            Token::Close(tag) => match tag.local_name().as_ref() {
                "font" => font.take().iter().for_each(|name| table.add_font(name)),
                name if name == list => list.clear(),
                _ => {}
            },
            Token::End => break,
            _ => {}
        }
    }
    Ok(formats.into_iter().map(|(format, font)| table.style(format, font)).collect())
}
