//! `cchc contract`: drafts the contract of an export whose form nobody has declared yet.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::Session;
use crate::cli::ContractArgs;
use crate::error::{Error, Explain as _, Place, Result};
use crate::import::{Draft, DraftRequest, draft_contract};
use crate::messages::{DraftFault, DraftWords, Narration};
use crate::workspace::{is_name, unwritable};

/// The dataset's name where nothing else names it.
const UNNAMED: &str = "dataset";

pub(super) fn run(session: &Session, arguments: &ContractArgs) -> Result<()> {
    let terminal = session.terminal;
    let name = match &arguments.output {
        Some(output) => name_of(output)?,
        None => UNNAMED.to_owned(),
    };
    let request = DraftRequest {
        file: arguments.file.clone(),
        sheets: arguments.sheet.clone(),
        encoding: arguments.encoding.clone(),
        name: name.clone(),
        lang: terminal.lang,
        now: session.author.now,
    };
    let Draft { text, year, plan, .. } = draft_contract(&request)?;
    match &arguments.output {
        None => terminal.data(|out| out.write_all(text.as_bytes()))?,
        Some(output) => {
            write_new(output, &text)?;
            terminal.narrate(&Narration::Wrote { file: output.display().to_string() });
        }
    }
    plan.warnings.iter().for_each(|warning| terminal.warn(warning));
    let file = arguments.file.display().to_string();
    terminal.narrate(&DraftWords::Next { name, year, file, rows: plan.rows });
    Ok(())
}

/// A contract's file is named after its dataset.
fn name_of(output: &Path) -> Result<String> {
    let name = output.file_stem().and_then(|stem| stem.to_str()).filter(|name| is_name(name));
    let is_toml = output.extension().is_some_and(|extension| extension == "toml");
    let fault = || DraftFault::BadPlace { file: output.display().to_string() }.error();
    name.filter(|_| is_toml).map(str::to_owned).ok_or_else(fault)
}

/// Writes a file that is not there yet: a contract that someone corrected must not be lost.
fn write_new(output: &Path, text: &str) -> Result<()> {
    let shown = output.display().to_string();
    match OpenOptions::new().write(true).create_new(true).open(output) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(|cause| unwritable(&shown, cause)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Error::new(DraftFault::Exists { file: shown.clone() }).at(Place::file(shown)))
        }
        Err(cause) => Err(unwritable(&shown, cause)),
    }
}
