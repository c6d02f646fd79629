//! `cchc verify`: reads everything in the workspace again and reports what is wrong.

use super::Session;
use super::listing::Listing;
use super::write::Destination;
use crate::cli::ListArgs;
use crate::engine::{Answer, Contracts};
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{Heading, StoreFault, StoreWords};
use crate::store::{Finding, verify};

pub(super) fn run(session: &Session, arguments: &ListArgs) -> Result<()> {
    let terminal = session.terminal;
    let workspace = session.find_folder("cchc verify")?;
    let destination = Destination::for_list(arguments, terminal, &workspace)?;
    let contracts = Contracts::new(workspace.clone());
    let watcher = session.watch();
    let done = verify(&workspace, &|name| contracts.read(name), &session.author, watcher.as_ref())?;
    // An empty table says nothing to people; programs get their header.
    if !(done.findings.is_empty() && destination.is_for_people()) {
        destination.write_list(terminal, &list_findings(&done.findings, terminal.lang))?;
    }
    if done.unrecorded > 0 {
        terminal.narrate(&StoreWords::Unrecorded { count: done.unrecorded });
    }
    let (years, revisions, rows) = (done.years, done.revisions, done.rows);
    match done.findings.iter().filter(|finding| finding.is_wrong()).count() {
        0 => {
            terminal.narrate(&StoreWords::AllWell { years, revisions, rows });
            Ok(())
        }
        wrong => Err(Error::new(StoreFault::Wrong { wrong, years, revisions })),
    }
}

fn list_findings(findings: &[Finding], lang: Lang) -> Answer {
    let severity = |finding: &Finding| if finding.is_wrong() { "error" } else { "notice" }.to_owned();
    Listing::new(lang)
        .text(&Heading::Severity, findings.iter().map(|finding| Some(severity(finding))))
        .text(&Heading::Code, findings.iter().map(|finding| Some(finding.what.code().to_owned())))
        .text(&Heading::Dataset, findings.iter().map(|finding| finding.dataset.clone()))
        .number(&Heading::Year, findings.iter().map(|finding| finding.year.map(i64::from)))
        .text(&Heading::File, findings.iter().map(|finding| Some(finding.file.clone())))
        .text(&Heading::Finding, findings.iter().map(|finding| Some(finding.what.message(lang))))
        .text(&Heading::Hint, findings.iter().map(|finding| finding.what.hint(lang)))
        .answer()
}
