//! The `\` commands: one table drives parsing and help.

use datafusion::arrow::datatypes::{DataType, FieldRef, Schema};

use crate::commands::{Listing, Session, list_layout, show};
use crate::engine::{Answer, Engine, IMPORTS, TITLE_KEY};
use crate::error::{Error, Explain as _, Lang, Result};
use crate::messages::{Heading, ShellHelp, TableWord, TerminalFault};
use crate::output::Format;
use crate::workspace::did_you_mean;

/// Whether the shell goes on after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It reads the next one.
    Continue,
    /// It ends.
    Leave,
}

/// One command: its name after the backslash, its argument, its help and what it does.
struct ShellCommand {
    name: &'static str,
    argument: &'static str,
    help: ShellHelp,
    run: fn(&Session, &Engine, &str) -> Result<After>,
}

const COMMANDS: [ShellCommand; 3] = [
    ShellCommand { name: "?", argument: "", help: ShellHelp::Help, run: list_commands },
    ShellCommand { name: "d", argument: "[NAME]", help: ShellHelp::Describe, run: describe },
    ShellCommand { name: "q", argument: "", help: ShellHelp::Quit, run: leave },
];

/// Runs the command whose text follows the backslash.
pub(super) fn run(session: &Session, engine: &Engine, text: &str) -> Result<After> {
    let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return (command.run)(session, engine, argument.trim().trim_end_matches(';'));
    }
    let near = did_you_mean(name, COMMANDS.iter().map(|command| command.name)).unwrap_or("?");
    let fault = TerminalFault::UnknownCommand {
        name: format!("\\{name}"),
        hint: format!("did you mean `\\{near}`? `\\?` lists the commands"),
        hint_vi: format!("có phải ý bạn là `\\{near}`? `\\?` liệt kê các lệnh"),
    };
    Err(fault.error())
}

fn list_commands(session: &Session, _: &Engine, _: &str) -> Result<After> {
    let terminal = session.terminal;
    terminal.data(|out| {
        for command in &COMMANDS {
            let usage = format!("\\{} {}", command.name, command.argument);
            std::io::Write::write_fmt(
                out,
                format_args!("{usage:<12} {}\n", command.help.message(terminal.lang)),
            )?;
        }
        Ok(())
    })?;
    Ok(After::Continue)
}

#[expect(clippy::unnecessary_wraps, reason = "all commands have one shape")]
fn leave(_: &Session, _: &Engine, _: &str) -> Result<After> {
    Ok(After::Leave)
}

/// Lists the tables, or the columns of one with their titles.
fn describe(session: &Session, engine: &Engine, name: &str) -> Result<After> {
    let lang = session.terminal.lang;
    let answer = if name.is_empty() {
        list_tables(session, engine)?
    } else {
        list_columns(lang, session.wait(engine.describe_table(name))?.as_ref())
    };
    let format = if session.terminal.shows_data() { Format::Table } else { Format::Csv };
    show(session.terminal, format, &answer, &list_layout(format, &answer, session.terminal))?;
    Ok(After::Continue)
}

/// Lists everything that may stand after FROM, what is broken included, with the reason.
fn list_tables(session: &Session, engine: &Engine) -> Result<Answer> {
    let lang = session.terminal.lang;
    let datasets = engine.workspace().datasets()?;
    let problem = |error: Error| error.message(lang);
    let mut tables: Vec<(String, TableWord, Option<String>)> = Vec::new();
    for (schema, word) in [("", TableWord::Dataset), ("source.", TableWord::Source)] {
        for name in &datasets {
            let check = || engine.contracts().read(name).and_then(|_| engine.workspace().years(name));
            tables.push((format!("{schema}{name}"), word.clone(), check().err().map(problem)));
        }
        if schema.is_empty() {
            tables.push((IMPORTS.to_owned(), TableWord::Imports, None));
        }
    }
    for name in engine.workspace().queries()? {
        let fault = session.wait(engine.check_query(&name)).err().map(problem);
        tables.push((format!("queries.{name}"), TableWord::SavedQuery, fault));
    }
    let listing = Listing::new(lang)
        .text(&Heading::Name, tables.iter().map(|(name, _, _)| Some(name.clone())))
        .text(&Heading::Kind, tables.iter().map(|(_, word, _)| Some(word.message(lang))));
    let is_whole = tables.iter().all(|(_, _, problem)| problem.is_none());
    let problems = tables.into_iter().map(|(_, _, problem)| Some(problem.unwrap_or_default()));
    Ok(if is_whole { listing.answer() } else { listing.text(&Heading::Problem, problems).answer() })
}

fn list_columns(lang: Lang, schema: &Schema) -> Answer {
    let fields = schema.fields();
    let title = |field: &FieldRef| Some(field.metadata().get(TITLE_KEY).cloned().unwrap_or_default());
    Listing::new(lang)
        .text(&Heading::Column, fields.iter().map(|field| Some(field.name().clone())))
        .text(&Heading::Type, fields.iter().map(|field| Some(type_word(field.data_type()))))
        .text(&Heading::Title, fields.iter().map(title))
        .answer()
}

/// Names a type as contracts and SQL do.
fn type_word(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        data_type if data_type.is_floating() => "float".to_owned(),
        data_type if data_type.is_integer() => "int".to_owned(),
        other => other.to_string(),
    }
}
