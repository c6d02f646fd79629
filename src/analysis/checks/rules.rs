//! Turns `queries/checks/unchecked.toml` into the rules that no dataset can decide, each with the reason.

use serde::Deserialize;

use crate::error::{Error, Lang, Place, Result};
use crate::messages::CheckFault;
use crate::workspace::{Workspace, read_text};

/// A rule that cannot be checked, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unchecked {
    /// The rule's number: `R08`.
    pub rule: String,
    title: String,
    title_en: String,
    reason: String,
    reason_en: String,
}

impl Unchecked {
    /// What the rule wants.
    pub fn title(&self, lang: Lang) -> &str {
        if lang == Lang::Vi { &self.title } else { &self.title_en }
    }

    /// Why it cannot be checked.
    pub fn reason(&self, lang: Lang) -> &str {
        if lang == Lang::Vi { &self.reason } else { &self.reason_en }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    rules: Vec<Unchecked>,
}

/// Reads the rules; a workspace without the file has none.
///
/// # Errors
/// [`CheckFault::BadUnchecked`] with file, line and column.
pub fn read_unchecked(workspace: &Workspace) -> Result<Vec<Unchecked>> {
    let path = workspace.unchecked_file();
    if !path.exists() {
        return Ok(Vec::new());
    }
    let shown = workspace.display(&path);
    let text = read_text(&path, &shown)?;
    let raw: RawFile = toml::from_str(&text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let fault = CheckFault::BadUnchecked { problem: error.message().to_owned() };
        Error::new(fault).at(Place::text(&shown, &text, span.start, span.end))
    })?;
    Ok(raw.rules)
}
