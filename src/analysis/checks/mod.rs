//! Turns checks, saved queries whose rows are findings, into one report: what was found, what was found
//! fine, what could not be checked, and which findings were waived.
//!
//! All checks run at once over one session. One that fails hides none of the others: its error stands in
//! the report beside them.

mod read;
mod rules;
mod waivers;

use std::collections::BTreeMap;

use crate::engine::{Answer, Arguments, Engine};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{CheckFault, QueryNotice};
use crate::query::{Default, SavedQuery};

pub use rules::{Unchecked, read_unchecked};
pub use waivers::{Waiver, parse_waivers, read_waivers};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The figures contradict each other or the data.
    Error,
    /// Something is inconsistent or out of date.
    Warning,
    /// Something that is needed to check or to report is missing.
    Gap,
    /// Worth knowing; also what rests on a rule without a published source.
    Note,
    /// Checked and found right.
    Fine,
}

impl Severity {
    /// From the gravest on.
    pub const ALL: [Self; 5] = [Self::Error, Self::Warning, Self::Gap, Self::Note, Self::Fine];

    /// Returns the word that checks and programs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Gap => "gap",
            Self::Note => "note",
            Self::Fine => "fine",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

/// One row of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The check that found it.
    pub check: String,
    /// What it is about, within the check: the same finding has the same key every time.
    pub key: String,
    /// The reporting year.
    pub year: Option<i32>,
    /// How grave it is.
    pub severity: Severity,
    /// What it is about, in words.
    pub subject: String,
    /// The number that the report or the export states.
    pub stated: Option<f64>,
    /// The number that follows from the other figures or from the data.
    pub computed: Option<f64>,
    /// How far they are apart.
    pub difference: Option<f64>,
    /// What is wrong and what may be behind it, in English.
    pub explanation: String,
    /// The same in Vietnamese.
    pub explanation_vi: String,
    /// Where in the report, or in the export, it stands.
    pub place: Option<String>,
    /// Who looked at it has left it as it is, and why.
    pub waiver: Option<Waiver>,
}

/// What a run of checks gives.
#[derive(Debug, Default)]
pub struct Report {
    /// Names of the checks that ran.
    pub ran: Vec<String>,
    /// What they found, the gravest first.
    pub findings: Vec<Finding>,
    /// Checks that ran and had no data to look at.
    pub idle: Vec<SavedQuery>,
    /// Checks that could not run, with the reason.
    pub failed: Vec<(String, Error)>,
    /// What the reader of the findings must know.
    pub notices: Vec<QueryNotice>,
}

impl Report {
    /// Counts the findings of a severity that nobody waived.
    pub fn count(&self, severity: Severity) -> usize {
        self.of(severity).filter(|finding| finding.waiver.is_none()).count()
    }

    /// Returns the findings of a severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }
}

/// Runs the checks of these names, or all of them, with the values given to their parameters.
///
/// # Errors
/// If a name or a parameter is unknown, or the file of waivers is wrong; what one check fails with stands
/// in the report.
pub async fn run_checks(
    engine: &Engine,
    names: &[String],
    given: &BTreeMap<String, String>,
) -> Result<Report> {
    let waivers = read_waivers(engine.workspace())?;
    let names = choose(engine, names)?;
    let mut report = Report::default();
    let mut queries = Vec::new();
    for name in names {
        match engine.read_check(&name) {
            Ok(query) => queries.push(query),
            Err(error) => report.failed.push((name, error)),
        }
    }
    refuse_unknown(&queries, given)?;
    let defaults = find_defaults(engine, &queries).await;
    let mut running = tokio::task::JoinSet::new();
    for query in queries {
        let (engine, values) = (engine.clone(), values_of(&query, given, &defaults));
        running.spawn(async move {
            let year = values.get("for_year").and_then(|year| year.parse().ok());
            let outcome = ask(&engine, &query, values).await;
            (query, year, outcome)
        });
    }
    let mut done = Vec::new();
    for outcome in running.join_all().await {
        done.push(outcome);
    }
    done.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    collect(done, waivers, &mut report);
    Ok(report)
}

fn choose(engine: &Engine, names: &[String]) -> Result<Vec<String>> {
    let known = engine.workspace().checks()?;
    if names.is_empty() {
        return Ok(known);
    }
    for name in names.iter().filter(|name| !known.contains(name)) {
        // It says which name was likely meant.
        engine.read_check(name)?;
    }
    Ok(known.into_iter().filter(|name| names.contains(name)).collect())
}

/// A parameter that no check declares is a mistake, not a value to pass over.
fn refuse_unknown(queries: &[SavedQuery], given: &BTreeMap<String, String>) -> Result<()> {
    let declares =
        |name: &str| queries.iter().any(|query| query.parameters.iter().any(|one| one.name == name));
    match given.keys().find(|name| !declares(name)) {
        Some(name) if !queries.is_empty() => Err(CheckFault::UnknownParameter { name: name.clone() }.error()),
        _ => Ok(()),
    }
}

/// Defaults in SQL, by kind and text.
type Defaults = BTreeMap<(&'static str, String), String>;

/// Runs each default that several checks share once, so that all of them look at the same year.
async fn find_defaults(engine: &Engine, queries: &[SavedQuery]) -> Defaults {
    let mut defaults = Defaults::new();
    for query in queries {
        for parameter in &query.parameters {
            let Some(Default::Sql(sql)) = &parameter.default else { continue };
            let key = (parameter.kind.word(), sql.clone());
            if !defaults.contains_key(&key)
                // A default that fails is reported by the check that needs it.
                && let Ok(Some(value)) = engine.find_default(query, parameter).await
            {
                defaults.insert(key, value);
            }
        }
    }
    defaults
}

fn values_of(
    query: &SavedQuery,
    given: &BTreeMap<String, String>,
    defaults: &Defaults,
) -> BTreeMap<String, String> {
    let value = |parameter: &crate::query::Parameter| {
        let known = given.get(&parameter.name).cloned().or_else(|| match &parameter.default {
            Some(Default::Sql(sql)) => defaults.get(&(parameter.kind.word(), sql.clone())).cloned(),
            _ => None,
        });
        known.map(|value| (parameter.name.clone(), value))
    };
    query.parameters.iter().filter_map(value).collect()
}

/// What one check gives: its rows, and what their reader must know.
type Outcome = Result<(Vec<Finding>, Vec<QueryNotice>)>;

async fn ask(engine: &Engine, query: &SavedQuery, values: BTreeMap<String, String>) -> Outcome {
    let arguments = Arguments::new(values)?;
    let answer: Answer = engine.ask_saved(query, query.text.len(), &arguments).await?;
    Ok((read::read_findings(query, &answer)?, answer.notices))
}

fn collect(
    done: Vec<(SavedQuery, Option<i32>, Outcome)>,
    mut waivers: waivers::Waivers,
    report: &mut Report,
) {
    for (query, year, outcome) in done {
        match outcome {
            Ok((findings, notices)) => {
                waivers.ran(&query.name, year);
                report.ran.push(query.name.clone());
                if findings.is_empty() {
                    report.idle.push(query);
                }
                report.findings.extend(findings);
                for notice in
                    notices.into_iter().filter(|notice| !report.notices.contains(notice)).collect::<Vec<_>>()
                {
                    report.notices.push(notice);
                }
            }
            Err(error) => report.failed.push((query.name, error)),
        }
    }
    waivers.apply(&mut report.findings);
    report.findings.extend(waivers.stale());
    report.findings.sort_by(|a, b| (a.severity, &a.check, &a.key).cmp(&(b.severity, &b.check, &b.key)));
    report.failed.sort_by(|a, b| a.0.cmp(&b.0));
    report.notices = QueryNotice::merge(std::mem::take(&mut report.notices));
}
