//! `\chart`: the last result, a statement or a saved chart as a picture.

use std::fmt::Write as _;
use std::path::Path;

use super::{Call, split_words};
use crate::chart::find_visualise;
use crate::commands::{Asked, Drawing, ask_chart, parse_arguments, usual_options};
use crate::engine::{Answer, Arguments};
use crate::error::{Explain as _, Result};
use crate::messages::{ShellFault, ShellNote};
use crate::query::{SavedQuery, parse_saved_query};
use crate::shell::picture::write_picture;
use crate::shell::{After, Origin, Shell};

pub(super) fn chart(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let (words, file) = split_file(call.argument);
    let file = file.as_deref();
    if let Some((script, statement)) = call.before {
        let sql = script.sql(statement).trim().to_owned();
        if find_visualise(&sql).is_some() {
            shell.draw_statement(&sql, file)?;
            return Ok(After::Continue);
        }
        let outcome = shell.ask_for(call.before)?;
        shell.engine.keep_last(&outcome.answer)?;
        shell.last = Some(outcome);
    }
    match words.first().map(String::as_str) {
        Some("?") => {
            let names = shell.engine.workspace().charts()?;
            shell.list_saved(&names, |name| shell.engine.read_chart(name))?;
        }
        Some(clause) if find_visualise(clause) == Some(0) => shell.draw_last(clause, file)?,
        Some(first) if MARKS.contains(&first) || first.contains('=') => {
            draw_short(shell, &words, file)?;
        }
        Some(name) => {
            let query = shell.engine.read_chart(name)?;
            let values = parse_arguments(words.get(1..).unwrap_or_default())?;
            shell.draw_saved(&query, values, file)?;
        }
        None => draw_short(shell, &words, file)?,
    }
    Ok(After::Continue)
}

/// The marks of the short form.
pub(in crate::shell) const MARKS: [&str; 3] = ["line", "bar", "point"];
/// The channels and labels of the short form.
pub(in crate::shell) const CHANNELS: [&str; 5] = ["x", "y", "color", "fill", "title"];

/// Takes a last word that names a picture off the arguments; a clause keeps its quotes.
fn split_file(argument: &str) -> (Vec<String>, Option<String>) {
    let is_picture = |word: &str| {
        let extension =
            Path::new(word).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        ["png", "svg"].contains(&extension.to_ascii_lowercase().as_str())
    };
    if find_visualise(argument) == Some(0) {
        // In a clause a quoted text is a label, never a file.
        let (clause, last) = argument.rsplit_once(char::is_whitespace).unwrap_or((argument, ""));
        return if is_picture(last) && !last.starts_with(['\'', '"']) {
            (vec![clause.to_owned()], Some(last.to_owned()))
        } else {
            (vec![argument.to_owned()], None)
        };
    }
    let mut words = split_words(argument);
    let file = words.pop_if(|word| !word.contains('=') && is_picture(word));
    (words, file)
}

/// Writes out the clause that a short form stands for, and draws it.
fn draw_short(shell: &mut Shell<'_>, words: &[String], file: Option<&str>) -> Result<()> {
    let last = shell.last.as_ref().ok_or_else(|| ShellFault::NoResult.error())?;
    let clause = write_clause(words, &last.answer)?;
    shell.session.terminal.narrate(&ShellNote::Clause { clause: clause.clone() });
    shell.draw_last(&clause, file)
}

/// Turns `line x=year y=rate color=field title=…` into a clause; what is not named is found.
fn write_clause(words: &[String], answer: &Answer) -> Result<String> {
    let mark = words.iter().find(|word| !word.contains('='));
    let pairs: Vec<(&str, &str)> = words.iter().filter_map(|word| word.split_once('=')).collect();
    let given = |names: &[&str]| {
        pairs.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| (*value).to_owned())
    };
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !CHANNELS.contains(name) && *name != "colour") {
        let known = CHANNELS.join(", ");
        return Err(ShellFault::NoChannel { name: (*name).to_owned(), known }.error());
    }
    let guess = Guess::read(answer);
    let x = given(&["x"]).or(guess.x).ok_or_else(|| ShellFault::NoChannels.error())?;
    let y = given(&["y"]).or(guess.y).ok_or_else(|| ShellFault::NoChannels.error())?;
    let color =
        given(&["color", "colour", "fill"]).or(guess.color.filter(|color| *color != x && *color != y));
    let mark = mark.map_or(if guess.is_series { "line" } else { "bar" }, String::as_str);
    // Bars take their colour as a fill.
    let channel = if mark == "bar" { "fill" } else { "color" };
    let mut clause = format!("VISUALISE {} AS x, {} AS y", quote(&x), quote(&y));
    if let Some(color) = color {
        let _ = write!(clause, ", {} AS {channel}", quote(&color));
    }
    // Writing to a string cannot fail.
    let _ = write!(clause, " DRAW {mark}");
    if let Some(title) = given(&["title"]) {
        let _ = write!(clause, " LABEL title => '{}'", title.replace('\'', "''"));
    }
    Ok(clause)
}

fn quote(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// What a result suggests: a year or the first text lies on x, the first other number on y.
struct Guess {
    x: Option<String>,
    y: Option<String>,
    color: Option<String>,
    is_series: bool,
}

impl Guess {
    fn read(answer: &Answer) -> Self {
        let fields = answer.schema.fields();
        let is_year = |field: &str| field == "year" || field.ends_with("_year");
        let year = fields.iter().find(|field| is_year(field.name()) || field.data_type().is_temporal());
        let texts: Vec<String> = fields
            .iter()
            .filter(|field| !field.data_type().is_numeric() && !field.data_type().is_temporal())
            .map(|field| field.name().clone())
            .collect();
        let y = fields.iter().find(|field| field.data_type().is_numeric() && !is_year(field.name()));
        Self {
            is_series: year.is_some(),
            x: year.map(|field| field.name().clone()).or_else(|| texts.first().cloned()),
            y: y.map(|field| field.name().clone()),
            color: if year.is_some() { texts.first().cloned() } else { texts.get(1).cloned() },
        }
    }
}

impl Shell<'_> {
    /// Draws a statement with a VISUALISE clause.
    pub(in crate::shell) fn draw_statement(&mut self, sql: &str, file: Option<&str>) -> Result<()> {
        self.check_picture_place(file)?;
        self.last_statement = Some(sql.to_owned());
        let query = parse_saved_query("chart", "input", sql)?;
        self.draw_saved(&query, Arguments::default(), file)
    }

    /// Draws a saved chart, or one that was typed; its result becomes the last one.
    fn draw_saved(&mut self, query: &SavedQuery, values: Arguments, file: Option<&str>) -> Result<()> {
        self.check_picture_place(file)?;
        let wanted = query.clone();
        let parts = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = std::sync::Arc::clone(&parts);
        let asked = Asked::Saved(Box::new(query.clone()));
        let outcome = self.time(asked, async move |engine, _| {
            let (answer, found) = ask_chart(&engine, &wanted, &values).await?;
            *kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = found;
            Ok(answer)
        })?;
        let parts = std::mem::take(&mut *parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let options = usual_options(self.session, query.size_mm);
        let drawing = Drawing::resolve(&self.engine, query, outcome.answer.clone(), parts, &options)?;
        self.engine.keep_last(&outcome.answer)?;
        self.last = Some(outcome);
        self.show_drawing(&drawing, file)
    }

    /// Draws a clause over the last result.
    fn draw_last(&mut self, clause: &str, file: Option<&str>) -> Result<()> {
        self.check_picture_place(file)?;
        let last = self.last.as_ref().ok_or_else(|| ShellFault::NoResult.error())?;
        let query = parse_saved_query("chart", "\\chart", clause)?;
        let options = usual_options(self.session, query.size_mm);
        let drawing = Drawing::resolve(&self.engine, &query, last.answer.clone(), Vec::new(), &options)?;
        self.show_drawing(&drawing, file)
    }

    /// In a script a picture needs a file; at a terminal it can be looked at.
    fn check_picture_place(&self, file: Option<&str>) -> Result<()> {
        let is_seen = self.origin == Origin::Terminal && self.session.terminal.shows_data();
        if file.is_none() && !is_seen { Err(ShellFault::NeedsFile.error()) } else { Ok(()) }
    }

    fn show_drawing(&mut self, drawing: &Drawing, file: Option<&str>) -> Result<()> {
        if let Some(file) = file {
            drawing.write(self.session, &self.engine, Path::new(file))?;
        }
        if self.origin == Origin::Terminal && self.session.terminal.shows_data() {
            write_picture(self.session.terminal, drawing, self.settings.preview)?;
        }
        for notice in &drawing.notices {
            self.session.terminal.narrate(notice);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::{split_file, split_words, write_clause};
    use crate::engine::{Answer, Trace};

    fn answer(columns: &[(&str, DataType)]) -> Answer {
        let fields: Vec<Field> =
            columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
        Answer {
            schema: Arc::new(Schema::new(fields)),
            batches: Vec::new(),
            notices: Vec::new(),
            is_ordered: true,
            trace: Trace::default(),
            left_out: Vec::new(),
        }
    }

    #[test]
    fn the_short_form_is_written_out_as_a_clause() {
        let result =
            answer(&[("year", DataType::Int32), ("field", DataType::Utf8), ("rate", DataType::Float64)]);
        let clause =
            |text: &str| write_clause(&split_words(text), &result).map_err(|error| error.to_string());
        assert_eq!(
            clause("line x=year y=rate color=field").unwrap(),
            "VISUALISE year AS x, rate AS y, field AS color DRAW line"
        );
        assert_eq!(clause("").unwrap(), "VISUALISE year AS x, rate AS y, field AS color DRAW line");
        assert_eq!(
            clause("bar title='Tỷ lệ'").unwrap(),
            "VISUALISE year AS x, rate AS y, field AS fill DRAW bar LABEL title => 'Tỷ lệ'"
        );
        assert!(clause("bar colr=field").unwrap_err().contains("colr"));
    }

    #[test]
    fn a_picture_at_the_end_is_the_file() {
        assert_eq!(
            split_file("bar x=a 'b c.png'"),
            (vec!["bar".into(), "x=a".into()], Some("b c.png".into()))
        );
        let clause = "VISUALISE a AS x, b AS y DRAW bar LABEL title => 'It''s a.png'";
        assert_eq!(split_file(&format!("{clause} out.svg")), (vec![clause.into()], Some("out.svg".into())));
        assert_eq!(split_file(clause), (vec![clause.into()], None));
    }
}
