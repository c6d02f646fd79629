//! Turns what is known about a result's origin into lines and a table that people read below it.

use crate::error::{Explain as _, Lang};
use crate::messages::ProvenanceWords;
use crate::query::Value;
use crate::store::{Origin, Provenance, Synthetic};
use crate::vietnamese::print::localise_date;

use super::Sheet;

/// One line: what it is, and what it says.
pub(super) type Fact = (String, String);

/// The program and its version.
pub(super) const PROGRAM: &str = concat!("cchc ", env!("CARGO_PKG_VERSION"));

/// Says what was asked, with which values, what it means, and by which program it was answered.
pub(super) fn list_facts(sheet: &Sheet<'_>, lang: Lang) -> Vec<Fact> {
    let word = |word: ProvenanceWords| word.message(lang);
    let mut facts = Vec::new();
    if let Some(provenance) = &sheet.provenance {
        facts.push((word(ProvenanceWords::Query), provenance.query.clone()));
    }
    if !sheet.title.is_empty() {
        facts.push((word(ProvenanceWords::Title), sheet.title.clone()));
    }
    facts.extend(sheet.about.iter().map(|about| (word(ProvenanceWords::About), about.clone())));
    for (name, value) in &sheet.answer.trace.parameters {
        let value = match value {
            Value::Null => word(ProvenanceWords::NotGiven),
            value => value.to_string(),
        };
        facts.push((word(ProvenanceWords::Parameter { name: name.clone() }), value));
    }
    for notice in &sheet.answer.notices {
        facts.push((word(ProvenanceWords::Note), notice.message(lang)));
    }
    facts.push((word(ProvenanceWords::Program), PROGRAM.to_owned()));
    let written_at = sheet.provenance.as_ref().and_then(|provenance| provenance.written_at);
    if let Some(time) = written_at {
        let time = time.format("%Y-%m-%d %H:%M:%S").to_string();
        facts.push((word(ProvenanceWords::WrittenAt), format!("{} UTC", localise_date(&time, lang))));
    }
    facts
}

/// The headings of the table of years.
pub(super) fn year_headings(lang: Lang) -> [String; 8] {
    [
        ProvenanceWords::Dataset,
        ProvenanceWords::Year,
        ProvenanceWords::Period,
        ProvenanceWords::AsOf,
        ProvenanceWords::MadeUp,
        ProvenanceWords::Files,
        ProvenanceWords::Hashes,
        ProvenanceWords::Revision,
    ]
    .map(|word| word.message(lang))
}

/// One row of the table of years.
pub(super) fn describe_year(year: &Provenance, lang: Lang) -> [String; 8] {
    let date = |date: chrono::NaiveDate| localise_date(&date.to_string(), lang);
    let known = |origin: Origin| match origin {
        Origin::Export => ProvenanceWords::FromExport.message(lang),
        Origin::Given => ProvenanceWords::Given.message(lang),
        Origin::Assumed => ProvenanceWords::Assumed.message(lang),
    };
    let each = |part: fn(&crate::store::InputFile) -> &str| {
        year.files.iter().map(part).collect::<Vec<_>>().join("\n")
    };
    [
        year.dataset.clone(),
        year.year.to_string(),
        format!("{} – {} ({})", date(year.period.from), date(year.period.to), known(year.period.origin)),
        format!("{} ({})", date(year.as_of.date), known(year.as_of.origin)),
        match &year.synthetic {
            Synthetic::None => ProvenanceWords::NoneMadeUp.message(lang),
            Synthetic::All => ProvenanceWords::AllMadeUp.message(lang),
            Synthetic::Columns(columns) => columns.join(", "),
        },
        each(|file| &file.name),
        each(|file| &file.sha256),
        year.revision.clone(),
    ]
}
