//! Turns a statement into an outcome: variables put in, run apart from the prompt, kept as `_`.

use std::time::Instant;

use super::progress::Progress;
use super::show::{Outcome, OutcomeKind};
use super::{Origin, Shell};
use crate::analysis::summarise;
use crate::chart::find_visualise;
use crate::commands::Asked;
use crate::engine::{Answer, LexemeKind, Script, Statement, Watch, split_lexemes};
use crate::error::{Explain as _, Result};
use crate::messages::{ShellFault, TerminalFault};

impl Shell<'_> {
    /// Runs a statement and shows what it gives.
    pub(super) fn run_statement(&mut self, script: &Script, statement: &Statement) -> Result<()> {
        let (script, statement) = self.prepare(script, statement)?;
        let sql = script.sql(&statement).to_owned();
        self.last_statement = Some(sql.trim().to_owned());
        if find_visualise(&sql).is_some() {
            if self.origin == Origin::Stream {
                return Err(TerminalFault::ChartHere.error());
            }
            return self.draw_statement(&sql, None);
        }
        let outcome = self.ask(&script, &statement)?;
        self.keep_and_show(outcome)
    }

    /// Runs the statement before a command, or the last one again, and shows nothing.
    pub(super) fn ask_for(&mut self, before: Option<(&Script, &Statement)>) -> Result<Outcome> {
        let (script, statement) = match before {
            Some((script, statement)) => self.prepare(script, statement)?,
            None => whole("\\g", &self.last_sql()?),
        };
        self.last_statement = Some(script.sql(&statement).trim().to_owned());
        let outcome = self.ask(&script, &statement)?;
        if outcome.answer.is_silent() {
            self.tell_notices(&outcome.answer);
            return Err(ShellFault::NoResult.error());
        }
        Ok(outcome)
    }

    /// The text of the last statement.
    pub(super) fn last_sql(&self) -> Result<String> {
        self.last_statement.clone().ok_or_else(|| ShellFault::NoStatement.error())
    }

    /// Puts the variables into a statement.
    fn prepare(&self, script: &Script, statement: &Statement) -> Result<(Script, Statement)> {
        let name = script.file.as_str();
        Ok(match self.variables.expand(name, script.sql(statement))? {
            Some(text) => {
                let before = script.text.get(..statement.range.start).unwrap_or_default();
                let (mut prepared, range) = whole(name, &text);
                prepared.lines_before = script.lines_before + before.matches('\n').count();
                (prepared, range)
            }
            None => (script.clone(), statement.clone()),
        })
    }

    /// Runs a statement; the prompt is back at once after Ctrl-C.
    pub(super) fn ask(&mut self, script: &Script, statement: &Statement) -> Result<Outcome> {
        if let Some(source) = summarised(script.sql(statement)) {
            return self.summarise(&source);
        }
        let asked = Asked::Sql(script.sql(statement).to_owned());
        let (script, statement) = (script.clone(), statement.clone());
        if self.explains {
            let lang = self.session.terminal.lang;
            let outcome = self.time(asked, async move |engine, watch| {
                engine.ask_watched(&script, &statement, &watch).await?;
                Ok(watch.explain(lang))
            })?;
            return Ok(Outcome { kind: OutcomeKind::Plan, ..outcome });
        }
        self.time(asked, async move |engine, watch| engine.ask_watched(&script, &statement, &watch).await)
    }

    /// Sums up a table or a query.
    pub(super) fn summarise(&mut self, source: &str) -> Result<Outcome> {
        let (source, lang) = (source.to_owned(), self.session.terminal.lang);
        let asked = Asked::Sql(format!("SUMMARIZE {source}"));
        let outcome = self.time(asked, async move |engine, _| summarise(&engine, &source, lang).await)?;
        Ok(Outcome { kind: OutcomeKind::Summary, ..outcome })
    }

    /// Runs work of the engine on other threads, with its time and a line of progress.
    pub(super) fn time<F>(
        &mut self,
        asked: Asked,
        work: impl FnOnce(crate::engine::Engine, Watch) -> F,
    ) -> Result<Outcome>
    where
        F: Future<Output = Result<Answer>> + Send + 'static,
    {
        let start = Instant::now();
        let watch = Watch::default();
        let mut progress = Progress::new(self.session.terminal, watch.clone());
        let work = work(self.engine.clone(), watch.clone());
        let answer = self.session.wait_apart(work, |elapsed| progress.tick(elapsed));
        // After Ctrl-C parts of the statement may still run.
        watch.stop();
        progress.end();
        Ok(Outcome { answer: answer?, asked, elapsed: start.elapsed(), kind: OutcomeKind::Result })
    }

    /// Makes an outcome the last result, and shows it.
    pub(super) fn keep_and_show(&mut self, outcome: Outcome) -> Result<()> {
        if outcome.answer.is_silent() {
            self.tell_notices(&outcome.answer);
            return Ok(());
        }
        self.engine.keep_last(&outcome.answer)?;
        let shown = self.show(&outcome);
        self.last = Some(outcome);
        shown
    }
}

/// Makes a script of one statement.
pub(super) fn whole(name: &str, text: &str) -> (Script, Statement) {
    let script = Script::new(name, text);
    let statement = Statement { range: 0..script.text.len(), terminated: false };
    (script, statement)
}

/// Returns what `SUMMARIZE` is to sum up; the parser does not know the word.
fn summarised(sql: &str) -> Option<String> {
    let lexemes = split_lexemes(sql);
    let first = lexemes.iter().find(|lexeme| lexeme.is_solid())?;
    let is_name = matches!(first.kind, LexemeKind::Name | LexemeKind::Keyword);
    let word = first.text(sql);
    let is_summary = word.eq_ignore_ascii_case("summarize") || word.eq_ignore_ascii_case("summarise");
    let rest = sql.get(first.range.end..)?.trim();
    (is_name && is_summary && !rest.is_empty()).then(|| rest.to_owned())
}
