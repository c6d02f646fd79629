//! Turns `queries/checks/waivers.toml` into the findings that may stay as they are, and finds waivers that
//! no finding needs any more.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::{Finding, Severity};
use crate::error::{Error, Explain as _, Lang, Place, Result};
use crate::messages::{CheckFault, CheckWords};
use crate::workspace::{Workspace, read_text};

/// A finding that was looked at and left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The check.
    pub check: String,
    /// The finding's key.
    pub key: String,
    /// The reporting year; without one, every year.
    pub year: Option<i32>,
    /// Why it may stay.
    pub reason: String,
    /// When that was decided.
    pub date: NaiveDate,
    /// Where it is written: `queries/checks/waivers.toml:3`.
    pub place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    waivers: Vec<Spanned<RawWaiver>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWaiver {
    check: Option<String>,
    key: Option<String>,
    year: Option<i32>,
    reason: Option<Spanned<String>>,
    date: Option<Spanned<toml::Value>>,
}

/// The waivers of a workspace, and which of them could apply in this run.
#[derive(Debug, Default)]
pub struct Waivers {
    all: Vec<Waiver>,
    used: Vec<bool>,
    /// The checks that ran, with the year they looked at.
    ran: BTreeMap<String, Option<i32>>,
    /// Names of all checks of the workspace.
    known: Vec<String>,
}

/// Reads the waivers; a workspace without the file has none.
///
/// # Errors
/// [`CheckFault`] with file, line and column: a waiver without check, key, reason or date.
pub fn read_waivers(workspace: &Workspace) -> Result<Waivers> {
    let path = workspace.waivers_file();
    let known = workspace.checks()?;
    if !path.exists() {
        return Ok(Waivers { known, ..Waivers::default() });
    }
    let shown = workspace.display(&path);
    let all = parse_waivers(&shown, &read_text(&path, &shown)?)?;
    Ok(Waivers { used: vec![false; all.len()], all, known, ran: BTreeMap::new() })
}

/// Parses the waivers' file; `file` is how errors name it.
///
/// # Errors
/// As [`read_waivers`].
pub fn parse_waivers(file: &str, text: &str) -> Result<Vec<Waiver>> {
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let fault = CheckFault::BadWaivers { problem: error.message().to_owned() };
        Error::new(fault).at(Place::text(file, text, span.start, span.end))
    })?;
    let mut errors = Vec::new();
    let mut waivers = Vec::new();
    for entry in raw.waivers {
        match parse_waiver(file, text, &entry) {
            Ok(waiver) => waivers.push(waiver),
            Err(error) => errors.push(error),
        }
    }
    match Error::join(errors) {
        Some(error) => Err(error),
        None => Ok(waivers),
    }
}

fn parse_waiver(file: &str, text: &str, entry: &Spanned<RawWaiver>) -> Result<Waiver> {
    let span = entry.span();
    let place = Place::text(file, text, span.start, span.start + 1);
    let raw = entry.get_ref();
    let missing = |what: &str| Error::new(CheckFault::Incomplete { what: what.to_owned() }).at(place.clone());
    let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    let check = given(&raw.check).ok_or_else(|| missing("check"))?;
    let key = given(&raw.key).ok_or_else(|| missing("key"))?;
    let reason = raw.reason.as_ref().ok_or_else(|| missing("reason"))?;
    if reason.get_ref().trim().is_empty() {
        let span = reason.span();
        let fault = CheckFault::Incomplete { what: "reason".to_owned() };
        return Err(Error::new(fault).at(Place::text(file, text, span.start, span.end)));
    }
    let date = raw.date.as_ref().ok_or_else(|| missing("date"))?;
    let written = match date.get_ref() {
        toml::Value::String(words) => words.clone(),
        other => other.to_string(),
    };
    let day = NaiveDate::parse_from_str(&written, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(&written, "%d/%m/%Y"))
        .map_err(|_| {
            let span = date.span();
            let fault = CheckFault::BadDate { found: written.clone() };
            Error::new(fault).at(Place::text(file, text, span.start, span.end))
        })?;
    let line = match &place {
        Place::Text { line, .. } => format!("{file}:{line}"),
        _ => file.to_owned(),
    };
    Ok(Waiver {
        check,
        key,
        year: raw.year,
        reason: reason.get_ref().trim().to_owned(),
        date: day,
        place: line,
    })
}

impl Waivers {
    /// Notes that a check ran, so that its waivers can be judged.
    pub(super) fn ran(&mut self, check: &str, year: Option<i32>) {
        self.ran.insert(check.to_owned(), year);
    }

    /// Marks the findings that are waived. What is right needs no waiver.
    pub(super) fn apply(&mut self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.severity != Severity::Fine) {
            let fits = |waiver: &Waiver| {
                waiver.check == finding.check
                    && waiver.key == finding.key
                    && (waiver.year.is_none() || waiver.year == finding.year)
            };
            if let Some(at) = self.all.iter().position(fits) {
                finding.waiver = self.all.get(at).cloned();
                if let Some(used) = self.used.get_mut(at) {
                    *used = true;
                }
            }
        }
    }

    /// Makes findings of the waivers that could have applied and did not, and of those whose check is gone.
    pub(super) fn stale(&self) -> Vec<Finding> {
        let unused = self.all.iter().zip(&self.used).filter(|(_, used)| !**used).map(|(waiver, _)| waiver);
        unused.filter(|waiver| self.was_judged(waiver)).map(finding_of).collect()
    }

    fn was_judged(&self, waiver: &Waiver) -> bool {
        match self.ran.get(&waiver.check) {
            Some(year) => waiver.year.is_none() || year.is_none() || waiver.year == *year,
            None => !self.known.contains(&waiver.check),
        }
    }
}

fn finding_of(waiver: &Waiver) -> Finding {
    let words = CheckWords::StaleWaiver {
        check: waiver.check.clone(),
        key: waiver.key.clone(),
        reason: waiver.reason.clone(),
    };
    Finding {
        check: "waivers".to_owned(),
        key: format!("{}/{}", waiver.check, waiver.key),
        year: waiver.year,
        severity: Severity::Warning,
        subject: format!("{}/{}", waiver.check, waiver.key),
        stated: None,
        computed: None,
        difference: None,
        explanation: words.message(Lang::En),
        explanation_vi: words.message(Lang::Vi),
        place: Some(waiver.place.clone()),
        waiver: None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse_waivers;
    use crate::error::Lang;

    const WHOLE: &str = "[[waivers]]\ncheck = \"r23\"\nkey = \"F12\"\nyear = 2023\nreason = \"xem QĐ 4617\"\ndate = 2024-01-05\n";

    #[test]
    fn a_waiver_has_check_key_reason_and_date() {
        let waivers = parse_waivers("w.toml", WHOLE).unwrap();
        assert_eq!((waivers[0].key.as_str(), waivers[0].place.as_str()), ("F12", "w.toml:1"));
        assert_eq!(waivers[0].date.to_string(), "2024-01-05");
        let quoted = WHOLE.replace("2024-01-05", "\"05/01/2024\"");
        assert_eq!(parse_waivers("w.toml", &quoted).unwrap()[0].date.to_string(), "2024-01-05");
    }

    #[test]
    fn what_is_missing_or_wrong_is_placed_in_the_file() {
        let fault = |text: &str| parse_waivers("w.toml", text).unwrap_err().render(Lang::En);
        let without = WHOLE.replace("reason = \"xem QĐ 4617\"\n", "");
        assert!(fault(&without).contains("`reason`") && fault(&without).contains("w.toml:1:"));
        let empty = WHOLE.replace("xem QĐ 4617", "  ");
        assert!(fault(&empty).contains("w.toml:5:"), "{}", fault(&empty));
        let never = WHOLE.replace("2024-01-05", "\"hôm qua\"");
        assert!(fault(&never).contains("w.toml:6:"), "{}", fault(&never));
        let unknown = WHOLE.replace("year", "yaer");
        assert!(fault(&unknown).contains("w.toml:4:"), "{}", fault(&unknown));
    }
}
