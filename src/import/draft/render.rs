//! Turns the sketch of a contract into its text, with comments on what to look at.

use std::fmt::Write as _;

use super::guess::Kind;
use super::names::NameBook;
use super::{DraftRequest, Drafted, Sketch};
use crate::error::Explain as _;
use crate::messages::DraftWords;

/// Writes the contract; it parses whatever the export holds.
pub(super) fn render_contract(sketch: &Sketch, request: &DraftRequest) -> String {
    let say = |words: DraftWords| words.message(request.lang);
    let file = request.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut out = String::new();
    comment(&mut out, &say(DraftWords::Drafted { file: file.clone() }));
    comment(&mut out, &say(DraftWords::LookAt));
    if !sketch.ordinals.is_empty() {
        comment(&mut out, &say(DraftWords::LeftOut { headings: sketch.ordinals.join(", ") }));
    }
    let title = if sketch.title.is_empty() { file } else { sketch.title.clone() };
    let _ = writeln!(out, "title = {}", quoted(&title));
    if let Some(key) = &sketch.key {
        let _ = writeln!(out, "primary_key = [{}]", quoted(key));
        let _ = writeln!(out, "sort = [{}]", quoted(key));
    }
    for column in &sketch.columns {
        render_column(&mut out, column, request);
    }
    out
}

fn render_column(out: &mut String, column: &Drafted, request: &DraftRequest) {
    let say = |words: DraftWords| words.message(request.lang);
    let _ = writeln!(out, "\n[[columns]]");
    let _ = writeln!(out, "name = {}", quoted(&column.name));
    let _ = writeln!(out, "title = {}", quoted(&column.title));
    let type_name = match &column.kind {
        Kind::Text => "text",
        Kind::Plain { name, .. } => name,
        Kind::Category(_) => "category",
    };
    let _ = writeln!(out, "type = {}", quoted(type_name));
    if column.is_required {
        let _ = writeln!(out, "required = true");
    }
    if column.from_group {
        let _ = writeln!(out, "from = \"group row\"");
    }
    if column.is_personal {
        comment(out, &say(DraftWords::Personal));
        let _ = writeln!(out, "personal = \"drop\"");
    }
    match &column.kind {
        Kind::Text => {}
        Kind::Plain { unit, missing, .. } => {
            if let Some(unit) = unit {
                let _ = writeln!(out, "measure_unit = {}", quoted(unit));
            }
            if !missing.is_empty() {
                let words: Vec<String> = missing.iter().map(|word| quoted(word)).collect();
                comment(out, &say(DraftWords::Missing));
                let _ = writeln!(out, "missing_values = [{}]", words.join(", "));
            }
        }
        Kind::Category(spellings) => {
            let mut codes = NameBook::default();
            let _ = writeln!(out, "\n[columns.categories]");
            for spelling in spellings {
                let _ = writeln!(out, "{} = [{}]", codes.name(spelling), quoted(spelling));
            }
        }
    }
}

fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "# {line}");
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
