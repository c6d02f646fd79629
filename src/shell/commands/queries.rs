//! `\n` and `\save`: saved queries listed, run and made.

use super::{Call, split_words};
use crate::analysis::leave_out_of_form;
use crate::chart::find_visualise;
use crate::commands::{Asked, Listing, ask_for_missing, parse_arguments};
use crate::engine::{Arguments, LexemeKind, split_lexemes};
use crate::error::{Explain as _, Result};
use crate::messages::{Heading, Narration, ShellFault, ShellNote};
use crate::query::SavedQuery;
use crate::shell::{After, Shell};
use crate::store::replace_file;
use crate::workspace::check_name;

/// Lists the saved queries, or runs one with its parameters.
pub(super) fn run(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let words = split_words(call.argument);
    let Some((name, pairs)) = words.split_first() else {
        let names = shell.engine.workspace().queries()?;
        let read = |name: &str| shell.engine.read_query(name);
        shell.list_saved(&names, read)?;
        return Ok(After::Continue);
    };
    let query = shell.engine.read_query(name)?;
    let mut values = parse_arguments(pairs)?;
    ask_for_missing(shell.session, &shell.engine, &query, &mut values)?;
    let written = call_arguments(&values);
    let asked = Asked::Saved(Box::new(query.clone()));
    let outcome = shell.time(asked, async move |engine, watch| {
        let answer = engine.ask_saved_watched(&query, query.text.len(), &values, &watch).await?;
        leave_out_of_form(&engine, &query, answer)
    })?;
    shell.last_statement = Some(format!("SELECT * FROM queries.{name}{written}"));
    shell.keep_and_show(outcome)?;
    Ok(After::Continue)
}

/// Writes the arguments as SQL takes them.
fn call_arguments(values: &Arguments) -> String {
    let written: Vec<String> = values
        .iter()
        .map(|(name, value)| {
            if value.parse::<f64>().is_ok() {
                format!("{name} => {value}")
            } else {
                format!("{name} => '{}'", value.replace('\'', "''"))
            }
        })
        .collect();
    if written.is_empty() { String::new() } else { format!("({})", written.join(", ")) }
}

impl Shell<'_> {
    /// Lists saved queries or charts; what is broken is named beside the list.
    pub(super) fn list_saved(
        &self,
        names: &[String],
        read: impl Fn(&str) -> Result<SavedQuery>,
    ) -> Result<()> {
        let terminal = self.session.terminal;
        let mut rows: Vec<[String; 3]> = Vec::new();
        for name in names {
            match read(name) {
                Ok(query) => {
                    let parameters = query.parameters.iter();
                    let parameters =
                        parameters.map(|parameter| format!("{}: {}", parameter.name, parameter.type_word()));
                    rows.push([name.clone(), query.title.clone(), parameters.collect::<Vec<_>>().join(", ")]);
                }
                Err(error) => {
                    let problem = error.message(terminal.lang);
                    terminal.narrate(&Narration::Broken { name: name.clone(), problem });
                }
            }
        }
        let headings = [Heading::Name, Heading::Title, Heading::Parameters];
        self.show_list(&Listing::of(terminal.lang, &headings, &rows))
    }
}

/// Makes the last statement, or the one before the command, a file of the workspace.
pub(super) fn save(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let (name, title) = call.needed()?.split_once(char::is_whitespace).unwrap_or((call.argument, ""));
    check_name(name)?;
    let sql = match call.before {
        Some((script, statement)) => script.sql(statement).trim().to_owned(),
        None => shell.last_sql()?,
    };
    if reads_last_result(&sql) {
        return Err(ShellFault::ReadsLastResult.error());
    }
    let workspace = shell.engine.workspace();
    let is_chart = find_visualise(&sql).is_some();
    let file = if is_chart { workspace.chart_file(name) } else { workspace.query_file(name) };
    let shown = workspace.display(&file);
    if file.exists() {
        return Err(ShellFault::Exists { file: shown }.error());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|cause| crate::workspace::unwritable(&shown, cause))?;
    }
    let title = title.trim().trim_matches(['\'', '"']);
    let title = if title.is_empty() { name } else { title };
    replace_file(&file, &shown, format!("-- title: {title}\n{sql}\n").as_bytes())?;
    let terminal = shell.session.terminal;
    if is_chart {
        terminal.narrate(&ShellNote::SavedChart { name: name.to_owned(), file: shown });
    } else {
        terminal.narrate(&ShellNote::Saved { name: name.to_owned(), file: shown });
    }
    Ok(After::Continue)
}

fn reads_last_result(sql: &str) -> bool {
    split_lexemes(sql).iter().any(|lexeme| lexeme.kind == LexemeKind::Name && lexeme.text(sql) == "_")
}
