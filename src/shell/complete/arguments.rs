//! Completes `\` commands and their arguments, from the table of commands.

use std::path::{MAIN_SEPARATOR, Path};

use super::candidates::{Offer, all_tables, starts};
use super::catalog::Catalog;
use super::{Candidate, Known};
use crate::engine::{LexemeKind, split_lexemes};
use crate::shell::commands::{CHANNELS, COMMANDS, MARKS, Offers};
use crate::shell::settings::SETTINGS;

/// Finds the byte behind the backslash of the command that the text ends in.
pub(super) fn find_command(before: &str) -> Option<usize> {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let backslash = split_lexemes(before).into_iter().find(|lexeme| lexeme.kind == LexemeKind::Backslash)?;
    (backslash.range.start >= line_start).then_some(backslash.range.end)
}

/// Completes the name of a command, or its last argument.
pub(super) fn complete_command(catalog: &Catalog, known: &Known, text: &str, start: usize) -> Offer {
    let rest = text.get(start..).unwrap_or_default();
    let Some((name, arguments)) = rest.split_once(' ') else {
        let fitting = COMMANDS.iter().filter(|command| starts(command.name, rest));
        let candidate = |command: &super::super::commands::ShellCommand| Candidate {
            display: command.usage(known.lang),
            replacement: if command.arguments.is_empty() {
                command.name.to_owned()
            } else {
                format!("{} ", command.name)
            },
        };
        return Offer { start, candidates: fitting.map(candidate).collect() };
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else { return Offer::default() };
    let word_start = text.rfind(char::is_whitespace).map_or(start, |at| at + 1);
    let typed = text.get(word_start..).unwrap_or_default();
    let before: Vec<&str> = arguments.split_whitespace().collect();
    let before = &before[..before.len() - usize::from(!typed.is_empty()).min(before.len())];
    let words = offer_words(catalog, known, command.offers, before, typed);
    match words {
        Words::Names(names) => {
            let fitting = names.into_iter().filter(|candidate| starts(&candidate.replacement, typed));
            Offer { start: word_start, candidates: fitting.collect() }
        }
        Words::Files => complete_path(text, word_start),
    }
}

enum Words {
    Names(Vec<Candidate>),
    Files,
}

fn plain(names: impl IntoIterator<Item = impl Into<String>>) -> Words {
    Words::Names(names.into_iter().map(|name| Candidate::plain(name)).collect())
}

/// Names behind which more is to follow.
fn followed(names: impl IntoIterator<Item = String>) -> Words {
    let candidate = |name: String| Candidate { replacement: format!("{name} "), display: name };
    Words::Names(names.into_iter().map(candidate).collect())
}

fn explained(names: impl IntoIterator<Item = (String, String)>) -> Words {
    Words::Names(names.into_iter().map(|(name, about)| Candidate::explained(&name, &about, &name)).collect())
}

fn offer_words(catalog: &Catalog, known: &Known, offers: Offers, before: &[&str], typed: &str) -> Words {
    match (offers, before) {
        (Offers::Tables | Offers::Copy, []) => explained(all_tables(catalog)),
        (Offers::Functions, []) => plain(catalog.functions.iter().map(|function| function.name.clone())),
        (Offers::Words(words), []) => plain(words.iter().copied()),
        (Offers::Settings, []) => followed(SETTINGS.iter().map(|setting| setting.name.to_owned())),
        (Offers::Settings, [name]) => {
            let setting = SETTINGS.iter().find(|setting| setting.name == *name);
            plain(setting.map(|setting| setting.values.words()).unwrap_or_default())
        }
        (Offers::Queries, []) => {
            explained(catalog.queries.iter().map(|query| (query.name.clone(), query.title.clone())))
        }
        (Offers::Queries, [name, ..]) => {
            let query = catalog.queries.iter().find(|query| query.name == *name);
            let parameters = query.map(|query| query.parameters.as_slice()).unwrap_or_default();
            Words::Names(
                parameters
                    .iter()
                    .map(|(name, about)| Candidate::explained(name, about, format!("{name}=")))
                    .collect(),
            )
        }
        (Offers::Checks, _) => {
            explained(catalog.checks.iter().map(|check| (check.name.clone(), check.title.clone())))
        }
        (Offers::Charts, []) => {
            followed(MARKS.iter().map(|mark| (*mark).to_owned()).chain(catalog.charts.iter().cloned()))
        }
        (Offers::Charts, _) => match typed.split_once('=') {
            Some((channel, _)) => {
                plain(known.last_columns.iter().map(|column| format!("{channel}={column}")))
            }
            None if typed.contains(['.', '/']) => Words::Files,
            None => plain(CHANNELS.iter().map(|channel| format!("{channel}="))),
        },
        (Offers::Columns, before) if before.len() < 3 => plain(known.last_columns.iter().cloned()),
        (Offers::Variables, []) => plain(known.variables.iter().cloned()),
        (Offers::Commands, []) => plain(COMMANDS.iter().map(|command| command.name)),
        (Offers::Import, []) => {
            explained(catalog.datasets.iter().map(|table| (table.name.clone(), table.title.clone())))
        }
        (Offers::Import, [_, ..]) if typed.starts_with('-') => followed(import_options()),
        (Offers::Copy, [.., last]) if last.eq_ignore_ascii_case("to") => Words::Files,
        (Offers::Copy, _) => followed(["TO".to_owned()]),
        (Offers::Import, [_, _, ..]) | (Offers::Files, []) => Words::Files,
        _ => Words::Names(Vec::new()),
    }
}

fn import_options() -> Vec<String> {
    use clap::CommandFactory as _;
    let program = crate::cli::Cli::command();
    let import = program.find_subcommand("import").map(|import| {
        import
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .map(|name| format!("--{name} "))
            .collect()
    });
    import.unwrap_or_default()
}

/// Completes the last word as a path; folders end in their separator.
fn complete_path(text: &str, word_start: usize) -> Offer {
    let typed = text.get(word_start..).unwrap_or_default();
    let cut = typed.rfind(['/', MAIN_SEPARATOR]).map_or(0, |at| at + 1);
    let (folder, prefix) = typed.split_at(cut);
    let searched = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
    let entries = std::fs::read_dir(searched).into_iter().flatten().flatten();
    let mut candidates: Vec<Candidate> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_wanted = name.starts_with(prefix) && (prefix.starts_with('.') || !name.starts_with('.'));
            let is_folder = entry.path().is_dir();
            let shown = if is_folder { format!("{name}/") } else { name };
            // A name with blanks would be two words.
            let quoted = if shown.contains(char::is_whitespace) {
                format!("'{folder}{shown}'")
            } else {
                format!("{folder}{shown}")
            };
            is_wanted.then_some(Candidate { display: shown, replacement: quoted })
        })
        .collect();
    candidates.sort_by(|a, b| a.display.cmp(&b.display));
    Offer { start: word_start, candidates }
}
