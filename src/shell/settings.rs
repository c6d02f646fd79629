//! Turns `\pset` and the configuration file into how the shell shows things.
//!
//! One table says what each setting is called, what it may be and what it means; `\pset`, completion,
//! the file and its documentation read the same table.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use directories::ProjectDirs;

use crate::cli::FormatChoice;
use crate::error::{Error, Lang, Place, Result};
use crate::messages::{SettingHelp, ShellFault};
use crate::output::Expanded;
use crate::terminal::Paging;
use crate::workspace::{did_you_mean, read_text};

/// How the shell shows things.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    pub(super) format: Option<FormatChoice>,
    pub(super) expanded: Expanded,
    pub(super) titles: bool,
    pub(super) locale: Option<Lang>,
    pub(super) null: Option<String>,
    pub(super) max_rows: usize,
    pub(super) width: usize,
    pub(super) pager: Paging,
    pub(super) timing: bool,
    pub(super) preview: Preview,
    pub(super) history: bool,
    pub(super) cache: bool,
    pub(super) lang: Option<Lang>,
    /// Where statements run, if the configuration says; not a setting of the shell.
    #[cfg(feature = "cluster")]
    pub(super) cluster: ClusterSettings,
}

/// How a chart is shown in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preview {
    /// As the terminal can.
    Auto,
    /// By the protocol of kitty.
    Kitty,
    /// By the protocol of iTerm2.
    Iterm,
    /// As sixels.
    Sixel,
    /// As half blocks of two pixels.
    Blocks,
    /// Not at all.
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: None,
            expanded: Expanded::Off,
            titles: false,
            locale: None,
            null: None,
            max_rows: 200,
            width: 0,
            pager: Paging::On,
            timing: true,
            preview: Preview::Auto,
            history: true,
            cache: true,
            lang: None,
            #[cfg(feature = "cluster")]
            cluster: ClusterSettings::default(),
        }
    }
}

/// One setting.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) help: SettingHelp,
    pub(super) values: Values,
    /// What it is now.
    pub(super) read: fn(&Settings) -> String,
    /// Changes it, or says no.
    write: fn(&mut Settings, &str) -> Option<()>,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Values {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A format of results, or `auto`.
    Formats,
    /// A whole number.
    Number,
    /// Any text.
    Text,
}

impl Values {
    /// Lists the words, as far as there are some.
    pub(super) fn words(self) -> Vec<String> {
        match self {
            Self::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Self::Formats => std::iter::once("auto".to_owned()).chain(format_names()).collect(),
            Self::Number | Self::Text => Vec::new(),
        }
    }

    /// Says what is wanted.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Words(_) | Self::Formats => self.words().join(" | "),
            Self::Number => "0, 1, 2, …".to_owned(),
            Self::Text => "…".to_owned(),
        }
    }
}

const ON_OFF: Values = Values::Words(&["on", "off"]);

/// All settings.
pub(super) static SETTINGS: [Setting; 13] = [
    Setting {
        name: "format",
        help: SettingHelp::Format,
        values: Values::Formats,
        read: |settings| settings.format.map_or_else(|| "auto".to_owned(), format_name),
        write: |settings, value| {
            settings.format = if value == "auto" { None } else { Some(parse_format(value)?) };
            Some(())
        },
    },
    Setting {
        name: "expanded",
        help: SettingHelp::Expanded,
        values: Values::Words(&["on", "off", "auto"]),
        read: |settings| {
            match settings.expanded {
                Expanded::On => "on",
                Expanded::Off => "off",
                Expanded::Auto => "auto",
            }
            .to_owned()
        },
        write: |settings, value| {
            settings.expanded = match value {
                "on" => Expanded::On,
                "off" => Expanded::Off,
                "auto" => Expanded::Auto,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        name: "titles",
        help: SettingHelp::Titles,
        values: ON_OFF,
        read: |settings| on_off(settings.titles),
        write: |settings, value| parse_on_off(value).map(|on| settings.titles = on),
    },
    Setting {
        name: "locale",
        help: SettingHelp::Locale,
        values: Values::Words(&["vi", "en", "off"]),
        read: |settings| settings.locale.map_or("off", lang_name).to_owned(),
        write: |settings, value| {
            settings.locale = if value == "off" { None } else { Some(parse_lang(value)?) };
            Some(())
        },
    },
    Setting {
        name: "null",
        help: SettingHelp::Null,
        values: Values::Text,
        read: |settings| settings.null.clone().unwrap_or_else(|| "NULL".to_owned()),
        write: |settings, value| {
            settings.null = Some(value.to_owned());
            Some(())
        },
    },
    Setting {
        name: "maxrows",
        help: SettingHelp::MaxRows,
        values: Values::Number,
        read: |settings| settings.max_rows.to_string(),
        write: |settings, value| value.parse().ok().map(|rows| settings.max_rows = rows),
    },
    Setting {
        name: "width",
        help: SettingHelp::Width,
        values: Values::Number,
        read: |settings| settings.width.to_string(),
        write: |settings, value| value.parse().ok().map(|width| settings.width = width),
    },
    Setting {
        name: "pager",
        help: SettingHelp::Pager,
        values: Values::Words(&["on", "off", "always"]),
        read: |settings| {
            match settings.pager {
                Paging::On => "on",
                Paging::Off => "off",
                Paging::Always => "always",
            }
            .to_owned()
        },
        write: |settings, value| {
            settings.pager = match value {
                "on" => Paging::On,
                "off" => Paging::Off,
                "always" => Paging::Always,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        name: "timing",
        help: SettingHelp::Timing,
        values: ON_OFF,
        read: |settings| on_off(settings.timing),
        write: |settings, value| parse_on_off(value).map(|on| settings.timing = on),
    },
    Setting {
        name: "preview",
        help: SettingHelp::Preview,
        values: Values::Words(&["auto", "kitty", "iterm", "sixel", "blocks", "off"]),
        read: |settings| {
            match settings.preview {
                Preview::Auto => "auto",
                Preview::Kitty => "kitty",
                Preview::Iterm => "iterm",
                Preview::Sixel => "sixel",
                Preview::Blocks => "blocks",
                Preview::Off => "off",
            }
            .to_owned()
        },
        write: |settings, value| {
            settings.preview = match value {
                "auto" => Preview::Auto,
                "kitty" => Preview::Kitty,
                "iterm" => Preview::Iterm,
                "sixel" => Preview::Sixel,
                "blocks" => Preview::Blocks,
                "off" => Preview::Off,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        name: "history",
        help: SettingHelp::History,
        values: ON_OFF,
        read: |settings| on_off(settings.history),
        write: |settings, value| parse_on_off(value).map(|on| settings.history = on),
    },
    Setting {
        name: "cache",
        help: SettingHelp::Cache,
        values: ON_OFF,
        read: |settings| on_off(settings.cache),
        write: |settings, value| parse_on_off(value).map(|on| settings.cache = on),
    },
    Setting {
        name: "lang",
        help: SettingHelp::Lang,
        values: Values::Words(&["vi", "en"]),
        read: |settings| settings.lang.map_or("", lang_name).to_owned(),
        write: |settings, value| parse_lang(value).map(|lang| settings.lang = Some(lang)),
    },
];

fn on_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn parse_on_off(value: &str) -> Option<bool> {
    match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn lang_name(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "vi",
        Lang::En => "en",
    }
}

fn parse_lang(value: &str) -> Option<Lang> {
    match value {
        "vi" => Some(Lang::Vi),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn format_names() -> impl Iterator<Item = String> {
    FormatChoice::value_variants().iter().copied().map(format_name)
}

fn format_name(format: FormatChoice) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn parse_format(value: &str) -> Option<FormatChoice> {
    FormatChoice::from_str(value, false).ok()
}

impl Settings {
    /// The language that the configuration chooses.
    pub fn language(&self) -> Option<String> {
        self.lang.map(|lang| lang_name(lang).to_owned())
    }

    /// Finds a setting by its name.
    pub(super) fn find(name: &str) -> Result<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
            let names = SETTINGS.iter().map(|setting| setting.name);
            let near = did_you_mean(name, names).unwrap_or("format").to_owned();
            Error::new(ShellFault::UnknownSetting { name: name.to_owned(), near })
        })
    }

    /// Changes one setting.
    pub(super) fn write(&mut self, name: &str, value: &str) -> Result<()> {
        let setting = Self::find(name)?;
        (setting.write)(self, value).ok_or_else(|| {
            let wanted = setting.values.describe();
            Error::new(ShellFault::BadSetting { name: name.to_owned(), found: value.to_owned(), wanted })
        })
    }

    /// The cluster that the configuration chooses.
    #[cfg(feature = "cluster")]
    pub fn cluster(&self) -> Option<&str> {
        self.cluster.address.as_deref()
    }

    /// The file of the authority that the configuration trusts for it.
    #[cfg(feature = "cluster")]
    pub fn cluster_authority(&self) -> Option<&str> {
        self.cluster.authority.as_deref()
    }

    /// Reads the user's configuration; without a file everything is as it comes.
    ///
    /// # Errors
    /// Faults of the file, each with its line.
    pub fn read_configuration() -> Result<Self> {
        match configuration_file() {
            Some(file) if file.is_file() => Self::read_file(&file),
            _ => Ok(Self::default()),
        }
    }

    fn read_file(file: &Path) -> Result<Self> {
        let shown = file.display().to_string();
        Self::parse(&shown, &read_text(file, &shown)?)
    }

    fn parse(file: &str, text: &str) -> Result<Self> {
        let table = toml::de::DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let fault = ShellFault::BadConfiguration { problem: error.message().to_owned() };
            Error::new(fault).at(Place::text(file, text, span.start, span.end))
        })?;
        let mut settings = Self::default();
        let mut errors = Vec::new();
        for (key, value) in table.get_ref() {
            let span = key.span();
            #[cfg(feature = "cluster")]
            if let Some(table) = value.get_ref().as_table().filter(|_| key.get_ref() == "cluster") {
                for (key, value) in table {
                    let span = key.span();
                    let written = settings.cluster.write(key.get_ref(), value.get_ref());
                    errors.extend(
                        written.err().map(|error| error.at(Place::text(file, text, span.start, span.end))),
                    );
                }
                continue;
            }
            let written = settings.write(key.get_ref(), &value_text(value.get_ref()));
            errors.extend(written.err().map(|error| error.at(Place::text(file, text, span.start, span.end))));
        }
        Error::join(errors).map_or(Ok(settings), Err)
    }
}

/// What stands in `[cluster]`: `address = "https://host:50050"`, `authority = "ca.pem"`.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClusterSettings {
    address: Option<String>,
    authority: Option<String>,
}

#[cfg(feature = "cluster")]
impl ClusterSettings {
    fn write(&mut self, key: &str, value: &toml::de::DeValue<'_>) -> Result<()> {
        let setting = match key {
            "address" => &mut self.address,
            "authority" => &mut self.authority,
            _ => {
                let near = did_you_mean(key, ["address", "authority"]).unwrap_or("address");
                return Err(Error::new(ShellFault::UnknownSetting {
                    name: key.to_owned(),
                    near: near.to_owned(),
                }));
            }
        };
        let text = value.as_str().ok_or_else(|| {
            let (name, found, wanted) = (key.to_owned(), value_text(value), "\"…\"".to_owned());
            Error::new(ShellFault::BadSetting { name, found, wanted })
        })?;
        *setting = Some(text.to_owned());
        Ok(())
    }
}

/// The text that `\pset` would be given for a TOML value.
fn value_text(value: &toml::de::DeValue<'_>) -> String {
    match value {
        toml::de::DeValue::String(text) => text.to_string(),
        toml::de::DeValue::Boolean(on) => on_off(*on),
        toml::de::DeValue::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// `$XDG_CONFIG_HOME/cchc/config.toml` on Linux, the roaming application data elsewhere.
fn configuration_file() -> Option<PathBuf> {
    Some(ProjectDirs::from("", "", "cchc")?.config_dir().join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, Settings};

    #[test]
    fn every_setting_takes_each_of_its_words_and_says_so() {
        let mut settings = Settings::default();
        for setting in &SETTINGS {
            for word in setting.values.words() {
                settings.write(setting.name, &word).unwrap();
                assert_eq!((setting.read)(&settings), word, "{}", setting.name);
            }
        }
    }

    #[test]
    fn the_file_takes_booleans_and_numbers_and_refuses_unknown_keys_with_their_line() {
        let settings = Settings::parse("c.toml", "titles = true\nmaxrows = 50\n").unwrap();
        assert!(settings.titles && settings.max_rows == 50);
        let error = Settings::parse("c.toml", "titles = true\nmaxrow = 50\npager = 3\n").unwrap_err();
        let shown = format!("{error:?}");
        assert!(shown.contains("c.toml:2:1") && shown.contains("did you mean `maxrows`"), "{shown}");
        assert!(shown.contains("`pager` cannot be `3`: wanted on | off | always"), "{shown}");
    }
}
