//! `\pset`, `\x`, `\timing`, `\lang`, `\set`, `\unset`: what the shell keeps in mind.

use super::{Call, split_words};
use crate::commands::Listing;
use crate::error::{Explain as _, Lang, Result};
use crate::messages::{Heading, ShellNote};
use crate::output::Expanded;
use crate::shell::settings::{SETTINGS, Settings};
use crate::shell::{After, Shell};

/// Lists the settings, shows one, or changes it.
pub(super) fn pset(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let words = split_words(call.argument);
    match words.as_slice() {
        [] => list_settings(shell)?,
        [name] => {
            let value = (Settings::find(name)?.read)(&shell.settings);
            shell.session.terminal.narrate(&ShellNote::Set { name: name.clone(), value });
        }
        [name, value] => change(shell, name, value)?,
        _ => return Err(call.misused()),
    }
    Ok(After::Continue)
}

fn list_settings(shell: &mut Shell<'_>) -> Result<()> {
    let lang = shell.session.terminal.lang;
    let rows: Vec<[String; 4]> = SETTINGS
        .iter()
        .map(|setting| {
            let value = (setting.read)(&shell.settings);
            [setting.name.to_owned(), value, setting.values.describe(), setting.help.message(lang)]
        })
        .collect();
    let headings = [Heading::Name, Heading::Value, Heading::Choices, Heading::About];
    shell.show_list(&Listing::of(lang, &headings, &rows))
}

/// Changes a setting and says what it is now.
fn change(shell: &mut Shell<'_>, name: &str, value: &str) -> Result<()> {
    shell.settings.write(name, value)?;
    if name == "lang" {
        shell.speak(shell.settings.lang);
    }
    shell.engine.turn_cache(shell.settings.cache);
    let value = (Settings::find(name)?.read)(&shell.settings);
    shell.session.terminal.narrate(&ShellNote::Set { name: name.to_owned(), value });
    Ok(())
}

impl Shell<'_> {
    /// Changes the language of everything that is said.
    fn speak(&mut self, lang: Option<Lang>) {
        self.session.terminal.lang = lang.unwrap_or(self.session.terminal.lang);
    }
}

/// Sets, or turns round, whether rows are blocks.
pub(super) fn expanded(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let opposite = if shell.settings.expanded == Expanded::On { "off" } else { "on" };
    let value = if call.argument.is_empty() { opposite } else { call.argument };
    change(shell, "expanded", value)?;
    Ok(After::Continue)
}

/// Sets, or turns round, whether times are shown.
pub(super) fn timing(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let opposite = if shell.settings.timing { "off" } else { "on" };
    let value = if call.argument.is_empty() { opposite } else { call.argument };
    change(shell, "timing", value)?;
    Ok(After::Continue)
}

/// Changes the language.
pub(super) fn language(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let value = call.needed()?;
    change(shell, "lang", value)?;
    Ok(After::Continue)
}

/// Lists the variables, or sets one.
pub(super) fn set(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let words = split_words(call.argument);
    match words.as_slice() {
        [] => {
            let rows: Vec<[String; 2]> =
                shell.variables.iter().map(|(name, value)| [name.to_owned(), value.to_owned()]).collect();
            let lang = shell.session.terminal.lang;
            let headings = [Heading::Name, Heading::Value];
            shell.show_list(&Listing::of(lang, &headings, &rows))?;
        }
        [name] => shell.variables.set(name, "")?,
        [name, values @ ..] => shell.variables.set(name, &values.join(" "))?,
    }
    Ok(After::Continue)
}

/// Forgets a variable.
pub(super) fn unset(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    shell.variables.unset(call.needed()?)?;
    Ok(After::Continue)
}
