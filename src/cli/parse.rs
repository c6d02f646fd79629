//! Turns the words of the command line into arguments, or into help or a fault in the user's language.
//!
//! The parser speaks English only. Its help takes other texts, which the catalogue gives; of its
//! faults only the data are used, and the catalogue says them.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _};

use super::Cli;
use crate::error::{Error, Lang};
use crate::messages::{CommandFault, HelpWords, help_vi, value_name_vi};

/// Why there is nothing to run.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version was asked for: this is it.
    Show(String),
    /// The command line is wrong.
    Fault(Error),
}

/// Parses the command line, the program's name included.
///
/// # Errors
/// [`Stop`].
pub fn parse(words: &[OsString], lang: Lang) -> Result<Cli, Stop> {
    let parsed = without_empty_variables(localize(Cli::command(), lang)).try_get_matches_from(words);
    match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(cli),
        Err(error) if text(&error, ContextKind::InvalidSubcommand) == "help" => {
            // `cchc help import` is `cchc import --help`.
            let asked = words.iter().filter(|word| *word != "help").cloned();
            parse(&asked.chain([OsString::from("--help")]).collect::<Vec<_>>(), lang)
        }
        Err(error) => Err(stop(&error, words, lang)),
    }
}

/// Finds the language before anything is parsed: `--lang`, `CCHC_LANG`, then the locale.
pub fn find_language(words: &[OsString], locale: impl FnOnce() -> String) -> Lang {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let after = words.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1].to_owned());
    let inside = words.iter().find_map(|word| word.strip_prefix("--lang=")).map(str::to_owned);
    let variable = || std::env::var("CCHC_LANG").ok().filter(|value| !value.is_empty());
    Lang::parse(&after.or(inside).or_else(variable).unwrap_or_else(locale))
}

/// Takes a variable of the environment that is empty for one that is not set, as programs do.
fn without_empty_variables(command: Command) -> Command {
    let command = without_empty(
        command,
        &[
            ("CCHC_LANG", "lang"),
            ("CCHC_WORKSPACE", "workspace"),
            #[cfg(feature = "cluster")]
            ("CCHC_CLUSTER", "cluster"),
            #[cfg(feature = "cluster")]
            ("CCHC_CLUSTER_AUTHORITY", "cluster_authority"),
            #[cfg(feature = "cluster")]
            ("CCHC_PART_BYTES", "part_bytes"),
        ],
    );
    #[cfg(feature = "cluster")]
    let command = command.mut_subcommand("cluster", |cluster| {
        let settings =
            [("CCHC_CLUSTER_CERTIFICATE", "certificate"), ("CCHC_CLUSTER_KEY", "key"), ("CCHC_LOG", "log")];
        without_empty(cluster, &settings)
    });
    command
}

fn without_empty(command: Command, settings: &[(&str, &'static str)]) -> Command {
    let is_empty = |variable: &str| std::env::var_os(variable).is_some_and(|value| value.is_empty());
    let empty = settings.iter().filter(|(variable, _)| is_empty(variable));
    empty.fold(command, |command, (_, argument)| {
        command.mut_arg(*argument, |argument| argument.env(None::<&'static str>))
    })
}

/// Replaces the texts of the help; English is what the types say.
fn localize(command: Command, lang: Lang) -> Command {
    if lang == Lang::En {
        return command;
    }
    let about = help_vi("cchc").unwrap_or_default();
    let long = format!("{about}\n\n{}", help_vi("cchc long").unwrap_or_default());
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = localize_page(command, "cchc").long_about(long);
    names.iter().fold(command, |command, name| command.mut_subcommand(name, |sub| localize_page(sub, name)))
}

fn localize_page(command: Command, name: &str) -> Command {
    let mut order = 0;
    let after = help_vi(&format!("{name} after")).map(str::to_owned);
    let after = after.or_else(|| {
        Some(
            command
                .get_after_help()?
                .to_string()
                .replace("Examples:", "Ví dụ:")
                .replace("Example:", "Ví dụ:"),
        )
    });
    let command = match after {
        Some(after) => command.after_help(after),
        None => command,
    };
    command
        .about(help_vi(name).unwrap_or_default())
        .help_template(HelpWords::TEMPLATE)
        .subcommand_help_heading(HelpWords::COMMANDS)
        .subcommand_value_name(HelpWords::COMMAND_MARK)
        .mut_args(|argument| {
            // Under headings of our own the parser would sort by name.
            order += 1;
            localize_argument(argument, name).display_order(order)
        })
}

fn localize_argument(argument: Arg, command: &str) -> Arg {
    let heading = if argument.is_positional() { HelpWords::ARGUMENTS } else { HelpWords::OPTIONS };
    let mut help = help_vi(&format!("{command}.{}", argument.get_id())).unwrap_or_default().to_owned();
    let takes_value = !matches!(
        argument.get_action(),
        ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count | ArgAction::Help | ArgAction::Version
    );
    if takes_value {
        help += &describe_values(&argument);
    }
    let declared = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let name = value_name_vi(&declared.unwrap_or_else(|| argument.get_id().as_str().to_uppercase()));
    let argument = argument.help(help).help_heading(heading);
    match name {
        _ if !takes_value => argument,
        Some(name) => hide_english(argument.value_name(name)),
        None => hide_english(argument),
    }
}

fn hide_english(argument: Arg) -> Arg {
    argument.hide_possible_values(true).hide_default_value(true).hide_env(true)
}

/// Says in Vietnamese what the parser would add in English: values, default, variable.
fn describe_values(argument: &Arg) -> String {
    let mut text = String::new();
    let values: Vec<String> =
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        text += &HelpWords::possible(&values.join(", "));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().filter_map(|value| value.to_str()).collect();
    if !defaults.is_empty() {
        text += &HelpWords::default(&defaults.join(", "));
    }
    if let Some(variable) = argument.get_env().and_then(|name| name.to_str()) {
        text += &HelpWords::variable(variable);
    }
    text
}

fn stop(error: &clap::Error, words: &[OsString], lang: Lang) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let shown = error.to_string();
            let (mark, mark_vi) = HelpWords::OPTIONS_MARK;
            Stop::Show(if lang == Lang::Vi { shown.replace(mark, mark_vi) } else { shown })
        }
        _ => Stop::Fault(fault(error, help_command(words)).into()),
    }
}

/// Says what is wrong with the data of the parser's error.
fn fault(error: &clap::Error, help: String) -> CommandFault {
    let option = text(error, ContextKind::InvalidArg);
    let found = text(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if found.is_empty() => {
            CommandFault::NoValue { option, help }
        }
        ErrorKind::InvalidValue => {
            let known = texts(error, ContextKind::ValidValue);
            let (hint, hint_vi) = propose(&texts(error, ContextKind::SuggestedValue), &known, &help);
            CommandFault::NotAChoice { option, found, hint, hint_vi }
        }
        ErrorKind::ValueValidation => {
            let problem = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let (problem, problem_vi) = describe_problem(&problem);
            CommandFault::BadValue { option, found, problem, problem_vi, help }
        }
        ErrorKind::UnknownArgument => {
            let (hint, hint_vi) = propose(&texts(error, ContextKind::SuggestedArg), &[], &help);
            CommandFault::UnknownOption { option, hint, hint_vi }
        }
        ErrorKind::InvalidSubcommand => {
            let name = text(error, ContextKind::InvalidSubcommand);
            let (hint, hint_vi) = propose(&texts(error, ContextKind::SuggestedSubcommand), &[], &help);
            CommandFault::UnknownCommand { name, hint, hint_vi }
        }
        ErrorKind::MissingRequiredArgument => {
            CommandFault::Missing { what: quote(&texts(error, ContextKind::InvalidArg)), help }
        }
        ErrorKind::ArgumentConflict => {
            let second = texts(error, ContextKind::PriorArg);
            // An option that excludes itself was given twice.
            if second.is_empty() || second == [option.as_str()] {
                CommandFault::WrongCount { option, help }
            } else {
                CommandFault::Conflict { first: option, second: quote(&second) }
            }
        }
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => CommandFault::WrongCount { option, help },
        _ => {
            let problem = error.to_string();
            let problem = problem.lines().next().unwrap_or_default().trim_start_matches("error: ");
            CommandFault::Unreadable { problem: problem.to_owned(), help }
        }
    }
}

/// Proposes the likely words, lists the known ones, or points to the help.
fn propose(near: &[String], known: &[String], help: &str) -> (String, String) {
    match (near, known) {
        ([near, ..], _) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
        ([], []) => {
            (format!("`{help}` lists what there is"), format!("`{help}` liệt kê những gì có thể dùng"))
        }
        ([], known) => (format!("use {}", quote(known)), format!("hãy dùng {}", quote(known))),
    }
}

fn quote(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn text(error: &clap::Error, kind: ContextKind) -> String {
    texts(error, kind).into_iter().next().unwrap_or_default()
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// Returns the command whose help tells more: `cchc import --help`.
fn help_command(words: &[OsString]) -> String {
    let root = Cli::command();
    let named = words.iter().skip(1).find_map(|word| root.find_subcommand(word.to_str()?));
    named.map_or_else(|| "cchc --help".to_owned(), |command| format!("cchc {} --help", command.get_name()))
}

/// Says in both languages why a value cannot be read, as far as the reason is a known one.
fn describe_problem(problem: &str) -> (String, String) {
    let range = problem.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
    if let Some((low, high)) = range {
        return (format!(": wanted {low} to {high}"), format!(": cần từ {low} đến {high}"));
    }
    if ["invalid digit", "cannot parse integer", "number too"].iter().any(|start| problem.starts_with(start))
    {
        return (": wanted a whole number".to_owned(), ": cần một số nguyên".to_owned());
    }
    (if problem.is_empty() { String::new() } else { format!(": {problem}") }, String::new())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Cli, Lang, find_language, help_vi, localize};

    #[test]
    fn every_command_and_option_has_help_in_vietnamese() {
        let mut missing = Vec::new();
        let root = Cli::command();
        for command in std::iter::once(&root).chain(root.get_subcommands()) {
            let name = command.get_name();
            missing.extend(help_vi(name).is_none().then(|| name.to_owned()));
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                let key = format!("{name}.{}", argument.get_id());
                missing.extend(help_vi(&key).is_none().then_some(key));
            }
        }
        assert!(missing.is_empty(), "add these to messages/command.rs: {missing:?}");
    }

    #[test]
    fn the_command_line_is_consistent_in_both_languages() {
        localize(Cli::command(), Lang::En).debug_assert();
        localize(Cli::command(), Lang::Vi).debug_assert();
    }

    #[test]
    fn the_language_of_the_command_line_wins_over_the_locale() {
        let find = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(Into::into).collect();
            find_language(&words, || "en_GB.UTF-8".to_owned())
        };
        assert_eq!(find(&["cchc", "--lang", "vi", "--help"]), Lang::Vi);
        assert_eq!(find(&["cchc", "import", "--lang=vi"]), Lang::Vi);
        assert_eq!(find(&["cchc", "--help"]), Lang::En);
    }
}
