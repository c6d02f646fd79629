//! The `\` commands: one table drives parser, help and completion.

mod drawing;
mod files;
mod functions;
mod help;
mod queries;
mod results;
mod setting;
mod tables;
mod words;

use std::ffi::OsString;

use super::input::{Input, Item};
use super::{After, Shell};
use crate::cli::{self, Cli, Stop};
use crate::commands;
use crate::engine::{Answer, Script, Statement};
use crate::error::{Error, Explain as _, Lang, Place, Result};
use crate::messages::{ShellFault, ShellHelp, value_name_vi};
use crate::terminal::Paging;
use crate::workspace::did_you_mean;

pub(super) use drawing::{CHANNELS, MARKS};
pub(super) use words::split_words;

/// One command.
pub(super) struct ShellCommand {
    /// Its name after the backslash.
    pub(super) name: &'static str,
    /// What follows the name.
    pub(super) arguments: &'static str,
    pub(super) help: ShellHelp,
    /// What completion offers behind the name.
    pub(super) offers: Offers,
    /// Whether it takes the statement before it in place of a semicolon.
    takes_statement: bool,
    run: fn(&mut Shell<'_>, &Call<'_>) -> Result<After>,
}

/// What completion offers as the arguments of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offers {
    Nothing,
    Tables,
    Functions,
    Files,
    Settings,
    Words(&'static [&'static str]),
    Queries,
    Charts,
    Checks,
    Columns,
    Variables,
    Commands,
    Import,
    Copy,
}

/// A command as typed.
pub(super) struct Call<'a> {
    /// The command.
    command: &'static ShellCommand,
    /// What stands behind its name.
    argument: &'a str,
    /// The statement before it.
    before: Option<(&'a Script, &'a Statement)>,
}

impl Call<'_> {
    /// Says how the command is written.
    fn misused(&self) -> Error {
        let [usage, usage_vi] = self.command.usages();
        ShellFault::BadArguments { usage, usage_vi }.error()
    }

    /// Returns the argument, which the command needs.
    fn needed(&self) -> Result<&str> {
        if self.argument.is_empty() { Err(self.misused()) } else { Ok(self.argument) }
    }
}

impl ShellCommand {
    /// How the command is written: `\d [NAME]`, in Vietnamese `\d [TÊN]`.
    pub(super) fn usage(&self, lang: Lang) -> String {
        let arguments = match lang {
            Lang::En => self.arguments.to_owned(),
            Lang::Vi => translate_names(self.arguments),
        };
        format!("\\{} {arguments}", self.name).trim_end().to_owned()
    }

    /// Both languages' usages, for messages.
    fn usages(&self) -> [String; 2] {
        [self.usage(Lang::En), self.usage(Lang::Vi)]
    }
}

/// Puts the names of values into Vietnamese; words of SQL and of `cchc` stay.
fn translate_names(arguments: &str) -> String {
    let mut translated = String::new();
    for piece in arguments.split_inclusive(|c: char| !c.is_ascii_uppercase()) {
        let name = piece.trim_end_matches(|c: char| !c.is_ascii_uppercase());
        let rest = piece.strip_prefix(name).unwrap_or_default();
        translated.push_str(value_name_vi(name).unwrap_or(name));
        translated.push_str(rest);
    }
    translated
}

const ON_OFF: Offers = Offers::Words(&["on", "off"]);

macro_rules! command {
    ($name:literal $arguments:literal $help:ident $offers:expr, $run:path) => {
        ShellCommand {
            name: $name,
            arguments: $arguments,
            help: ShellHelp::$help,
            offers: $offers,
            takes_statement: false,
            run: $run,
        }
    };
    ($name:literal $arguments:literal $help:ident $offers:expr, $run:path, takes the statement) => {
        ShellCommand { takes_statement: true, ..command!($name $arguments $help $offers, $run) }
    };
}

/// All commands, in the order of `\?`: look, ask, show, send, keep.
pub(super) static COMMANDS: [ShellCommand; 31] = [
    command!("?" "[COMMAND]" Help Offers::Commands, help::show_commands),
    command!("h" "[FUNCTION]" Function Offers::Functions, functions::explain),
    command!("d" "[NAME]" Describe Offers::Tables, tables::describe),
    command!("d+" "[NAME]" DescribeMore Offers::Tables, tables::describe_more),
    command!("dt" "" Datasets Offers::Nothing, tables::list_datasets),
    command!("df" "[TEXT]" Functions Offers::Functions, functions::list),
    command!("describe" "[TABLE | SELECT …]" Summary Offers::Tables, results::describe, takes the statement),
    command!("n" "[NAME [PARAM=VALUE]…]" Queries Offers::Queries, queries::run),
    command!("compare" "NAME… [PARAM=VALUE]… [--years …] [--baseline …]" Compare Offers::Queries, compare),
    command!("check" "[NAME | PARAM=VALUE]… [--format F]" Check Offers::Checks, run_as_program),
    command!("save" "NAME [TITLE]" Save Offers::Nothing, queries::save, takes the statement),
    command!("chart" "[MARK x=… y=…] | [NAME] | [VISUALISE …] [FILE]" Chart Offers::Charts, drawing::chart, takes the statement),
    command!("last" "" Last Offers::Nothing, results::show_last),
    command!("crosstabview" "[ROW COLUMN VALUE]" Crosstab Offers::Columns, results::crosstab, takes the statement),
    command!("watch" "[SECONDS [COUNT]]" Watch Offers::Nothing, results::watch, takes the statement),
    command!("g" "[FILE]" Go Offers::Files, files::go, takes the statement),
    command!("o" "[FILE]" Output Offers::Files, files::redirect),
    command!("copy" "TABLE | (SELECT …) TO FILE" Copy Offers::Copy, files::copy),
    command!("i" "FILE" Include Offers::Files, files::include),
    command!("e" "[FILE]" Edit Offers::Files, files::edit, takes the statement),
    command!("s" "[TEXT]" History Offers::Nothing, files::history),
    command!("x" "[on|off|auto]" Expanded Offers::Words(&["on", "off", "auto"]), setting::expanded),
    command!("timing" "[on|off]" Timing ON_OFF, setting::timing),
    command!("pset" "[SETTING [VALUE]]" Set Offers::Settings, setting::pset),
    command!("lang" "vi|en" Language Offers::Words(&["vi", "en"]), setting::language),
    command!("set" "[NAME VALUE]" SetVariable Offers::Variables, setting::set),
    command!("unset" "NAME" Unset Offers::Variables, setting::unset),
    command!("import" "DATASET YEAR FILE… [--dry-run …]" Import Offers::Import, import),
    command!("q" "" Quit Offers::Nothing, leave),
    command!("datasets" "" Datasets Offers::Nothing, tables::list_datasets),
    command!("queries" "" Queries Offers::Nothing, queries::run),
];

/// Runs the command whose text follows the backslash.
pub(super) fn run(shell: &mut Shell<'_>, text: &str, item: &Item, input: &mut Input) -> Result<After> {
    let (name, argument) = split_name(text);
    let command = find(name).map_err(|error| error.at_if_unplaced(|| place_of(item)))?;
    let before = item.statement.as_ref().map(|statement| (&item.script, statement));
    if before.is_some() && !command.takes_statement {
        input.put_back(item);
    }
    let call = Call { command, argument, before: before.filter(|_| command.takes_statement) };
    (command.run)(shell, &call).map_err(|error| match error.kind() {
        crate::error::Kind::Usage | crate::error::Kind::Data => error.at_if_unplaced(|| place_of(item)),
        _ => error,
    })
}

/// Finds a command by its name.
fn find(name: &str) -> Result<&'static ShellCommand> {
    COMMANDS.iter().find(|command| command.name == name).ok_or_else(|| {
        let near = did_you_mean(name, COMMANDS.iter().map(|command| command.name)).unwrap_or("?");
        ShellFault::UnknownCommand { name: format!("\\{name}"), near: format!("\\{near}") }.error()
    })
}

/// Splits the name of a command from its arguments; a last semicolon is a habit, not an argument.
fn split_name(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (name.trim_end_matches(';'), argument.trim().trim_end_matches(';').trim_end())
}

fn place_of(item: &Item) -> Place {
    let text = &item.script.text;
    let command = item.command.as_deref().unwrap_or_default();
    let start = text.len().saturating_sub(command.len() + 1);
    let start = text.get(start..).map_or(0, |_| start);
    item.script.place_of(start, text.len())
}

impl Shell<'_> {
    /// Shows a list that the program makes itself; it is not a result.
    fn show_list(&self, answer: &Answer) -> Result<()> {
        self.put_list(answer)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "all commands have one shape")]
fn leave(_: &mut Shell<'_>, _: &Call<'_>) -> Result<After> {
    Ok(After::Leave)
}

/// Imports, with the words of the command line.
fn import(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    call.needed()?;
    run_as_program(shell, call)
}

/// Compares years; its words are those of the command line.
fn compare(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    call.needed()?;
    run_as_program(shell, call)
}

/// Runs a command that `cchc` itself has, with the same words behind it.
fn run_as_program(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let words = ["cchc", call.command.name].into_iter().map(str::to_owned);
    let words: Vec<OsString> = words.chain(split_words(call.argument)).map(OsString::from).collect();
    match cli::parse(&words, shell.session.terminal.lang) {
        Ok(Cli { command: Some(command), .. }) => {
            shell.session.terminal.paging = shell.paging();
            let done = commands::run(shell.session, &command);
            shell.session.terminal.paging = Paging::Off;
            done?;
        }
        Ok(_) => return Err(call.misused()),
        Err(Stop::Show(text)) => shell.put(text.as_bytes())?,
        Err(Stop::Fault(error)) => return Err(error),
    }
    Ok(After::Continue)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::COMMANDS;

    #[test]
    fn the_readme_names_every_command_and_setting() {
        let readme = include_str!("../../../README.md");
        for command in COMMANDS.iter().filter(|command| !["datasets", "queries"].contains(&command.name)) {
            let name = format!("`\\{}", command.name);
            assert!(readme.contains(&name), "the README lacks {name}");
        }
        for setting in &crate::shell::settings::SETTINGS {
            let name = format!("| `{}` |", setting.name);
            assert!(readme.contains(&name), "the README lacks setting {name}");
        }
    }

    #[test]
    fn no_two_commands_share_a_name() {
        let names: BTreeSet<_> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
    }
}
