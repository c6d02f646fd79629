//! `cchc check`: what the figures and the data contradict, what is right, and what cannot be checked.

use std::collections::BTreeMap;

use super::write::Destination;
use super::{Listing, Session};
use crate::analysis::checks::{Finding, Report, Severity, Unchecked, read_unchecked, run_checks};
use crate::cli::CheckArgs;
use crate::engine::Answer;
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{CheckFault, CheckWords, Heading};
use crate::output::{Format, visible, wrap};
use crate::terminal::Terminal;
use crate::vietnamese::print::{decimals_of, format_number, localise_date};

/// How wide lines are where nothing says how wide the reader's window is.
const USUAL_WIDTH: usize = 100;

/// Runs the checks and writes what they found.
pub(super) fn run(session: &Session, arguments: &CheckArgs) -> Result<()> {
    let terminal = session.terminal;
    let engine = session.open_engine()?;
    let destination = Destination::for_list(&arguments.list, terminal, engine.workspace())?;
    let (names, values) = split_words(&arguments.words);
    let report = session.wait(run_checks(&engine, &names, &values))?;
    let unchecked = if names.is_empty() { read_unchecked(engine.workspace())? } else { Vec::new() };
    if destination.format() == Format::Table {
        let text = Page { terminal, report: &report, unchecked: &unchecked }.render();
        destination.write_text(terminal, &text)?;
    } else {
        destination.write_list(terminal, &list_findings(&report, terminal.lang))?;
        for (name, error) in &report.failed {
            terminal.narrate(&crate::messages::Narration::Broken {
                name: name.clone(),
                problem: error.message(terminal.lang),
            });
        }
    }
    terminal.narrate(&summary(&report));
    for notice in &report.notices {
        terminal.narrate(notice);
    }
    match (report.count(Severity::Error), report.failed.len()) {
        (0, 0) => Ok(()),
        (errors, failed) => Err(Error::new(CheckFault::Found { errors, failed })),
    }
}

/// Splits names of checks from values of their parameters.
fn split_words(words: &[String]) -> (Vec<String>, BTreeMap<String, String>) {
    let (values, names): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.contains('='));
    let values = values.into_iter().filter_map(|word| word.split_once('='));
    (
        names.into_iter().cloned().collect(),
        values.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    )
}

fn summary(report: &Report) -> CheckWords {
    let found = report.findings.iter();
    CheckWords::Summary {
        checks: report.ran.len(),
        errors: report.count(Severity::Error),
        warnings: report.count(Severity::Warning),
        gaps: report.count(Severity::Gap),
        notes: report.count(Severity::Note),
        waived: found.filter(|finding| finding.waiver.is_some()).count(),
        fine: report.count(Severity::Fine),
    }
}

/// The findings as programs read them; the columns are the same in both languages.
fn list_findings(report: &Report, lang: Lang) -> Answer {
    let rows: Vec<&Finding> = report.findings.iter().collect();
    let text = |value: fn(&Finding) -> Option<String>| rows.iter().map(move |row| value(row));
    let number = |value: fn(&Finding) -> Option<f64>| rows.iter().map(move |row| value(row));
    Listing::new(lang)
        .text(&Heading::Check, text(|row| Some(row.check.clone())))
        .text(&Heading::Key, text(|row| Some(row.key.clone())))
        .number(&Heading::Year, rows.iter().map(|row| row.year.map(i64::from)))
        .text(&Heading::Severity, text(|row| Some(row.severity.word().to_owned())))
        .text(&Heading::Subject, text(|row| Some(row.subject.clone())))
        .decimal(&Heading::Stated, number(|row| row.stated))
        .decimal(&Heading::Computed, number(|row| row.computed))
        .decimal(&Heading::Difference, number(|row| row.difference))
        .text(&Heading::Explanation, text(|row| Some(row.explanation.clone())))
        .text(&Heading::ExplanationVi, text(|row| Some(row.explanation_vi.clone())))
        .text(&Heading::Place, text(|row| row.place.clone()))
        .text(&Heading::Waived, text(|row| row.waiver.as_ref().map(|waiver| waiver.reason.clone())))
        .text(&Heading::WaivedOn, text(|row| row.waiver.as_ref().map(|waiver| waiver.date.to_string())))
        .answer()
}

/// The findings as people read them: by gravity, each with its numbers, place and explanation.
struct Page<'a> {
    terminal: Terminal,
    report: &'a Report,
    unchecked: &'a [Unchecked],
}

impl Page<'_> {
    fn render(&self) -> String {
        let mut out = String::new();
        self.failures(&mut out);
        for severity in Severity::ALL {
            let open: Vec<&Finding> =
                self.report.of(severity).filter(|finding| finding.waiver.is_none()).collect();
            let count = open.len();
            let heading = match severity {
                Severity::Error => CheckWords::Errors { count },
                Severity::Warning => CheckWords::Warnings { count },
                Severity::Gap => CheckWords::Gaps { count },
                Severity::Note => CheckWords::Notes { count },
                Severity::Fine => {
                    self.waived(&mut out);
                    CheckWords::Fine { count }
                }
            };
            self.section(&mut out, &heading, severity, &open);
        }
        self.without_verdict(&mut out);
        out
    }

    fn section(&self, out: &mut String, heading: &CheckWords, severity: Severity, findings: &[&Finding]) {
        if findings.is_empty() {
            return;
        }
        self.heading(out, heading, severity);
        for finding in findings {
            self.finding(out, finding);
        }
    }

    fn heading(&self, out: &mut String, heading: &CheckWords, severity: Severity) {
        if !out.is_empty() {
            out.push('\n');
        }
        let text = heading.message(self.lang());
        let style = match severity {
            _ if !self.terminal.colors_data() => "",
            Severity::Error => "\u{1b}[1;31m",
            Severity::Warning => "\u{1b}[1;33m",
            Severity::Fine => "\u{1b}[1;32m",
            Severity::Gap | Severity::Note => "\u{1b}[1m",
        };
        let reset = if style.is_empty() { "" } else { "\u{1b}[0m" };
        out.extend([style, &text, reset, "\n"]);
    }

    fn finding(&self, out: &mut String, finding: &Finding) {
        let year = finding.year.map(|year| year.to_string());
        let place = finding.place.as_ref().map(|place| match finding.check.as_str() {
            "waivers" => place.clone(),
            _ => CheckWords::Section { place: place.clone() }.message(self.lang()),
        });
        let name = format!("{}/{}", finding.check, finding.key);
        let head: Vec<String> =
            [Some(name), year, place, Some(finding.subject.clone())].into_iter().flatten().collect();
        self.lines(out, &head.join(" · "), "  ", "    ");
        let explanation = match self.lang() {
            Lang::Vi => &finding.explanation_vi,
            Lang::En => &finding.explanation,
        };
        self.lines(out, explanation, "    ", "    ");
        if let (Some(stated), Some(computed), Some(difference)) =
            (finding.stated, finding.computed, finding.difference)
            && finding.severity != Severity::Fine
            && difference != 0.0
        {
            let print = |number: f64| format_number(number, decimals_of(number), self.lang());
            let sign = if difference > 0.0 { "+" } else { "" };
            let words = CheckWords::Numbers {
                stated: print(stated),
                computed: print(computed),
                difference: format!("{sign}{}", print(difference)),
            };
            self.lines(out, &words.message(self.lang()), "    ", "    ");
        }
        if let Some(waiver) = &finding.waiver {
            let words = CheckWords::WaivedBecause {
                reason: waiver.reason.clone(),
                date: localise_date(&waiver.date.to_string(), self.lang()),
                place: waiver.place.clone(),
            };
            self.lines(out, &words.message(self.lang()), "    ", "    ");
        }
    }

    fn waived(&self, out: &mut String) {
        let waived: Vec<&Finding> =
            self.report.findings.iter().filter(|finding| finding.waiver.is_some()).collect();
        self.section(out, &CheckWords::Waived { count: waived.len() }, Severity::Note, &waived);
    }

    fn failures(&self, out: &mut String) {
        let failed = &self.report.failed;
        if failed.is_empty() {
            return;
        }
        self.heading(out, &CheckWords::Failed { count: failed.len() }, Severity::Error);
        for (name, error) in failed {
            self.lines(out, name, "  ", "    ");
            for line in error.render(self.lang()).lines() {
                out.extend(["    ", &visible(line), "\n"]);
            }
        }
    }

    /// Rules that no dataset decides, and checks whose data are not there.
    fn without_verdict(&self, out: &mut String) {
        let count = self.unchecked.len() + self.report.idle.len();
        if count == 0 {
            return;
        }
        self.heading(out, &CheckWords::Unchecked { count }, Severity::Gap);
        let lang = self.lang();
        for query in &self.report.idle {
            let title = format!("{} · {}", query.name, title_of(query, lang));
            self.lines(out, &CheckWords::NoData { title }.message(lang), "  ", "    ");
        }
        for rule in self.unchecked {
            let title = format!("{} · {}", rule.rule, rule.title(lang));
            let words = CheckWords::Because { title, reason: rule.reason(lang).to_owned() };
            self.lines(out, &words.message(lang), "  ", "    ");
        }
    }

    fn lines(&self, out: &mut String, text: &str, first: &str, next: &str) {
        let width = self.terminal.width().unwrap_or(USUAL_WIDTH).max(40) - next.len();
        for (index, line) in wrap(&visible(text), width).iter().enumerate() {
            out.push_str(if index == 0 { first } else { next });
            out.push_str(line);
            out.push('\n');
        }
    }

    fn lang(&self) -> Lang {
        self.terminal.lang
    }
}

fn title_of(query: &crate::query::SavedQuery, lang: Lang) -> &str {
    match (lang, query.title_en.is_empty()) {
        (Lang::En, false) => &query.title_en,
        _ => &query.title,
    }
}
