//! The SQL shell: turns typed lines into statements and commands, and shows what they give.
//!
//! One reader serves the terminal, pipes and files, so that a script does the same everywhere; only
//! where lines come from, and what happens after an error, differ.

mod commands;
mod complete;
mod crosstab;
mod editor;
mod greeting;
mod highlight;
mod history;
mod input;
mod picture;
mod progress;
mod run;
mod settings;
mod show;
mod variables;

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use crate::cli::{OutputArgs, QueryArgs};
use crate::commands::Session;
use crate::engine::{Engine, Script};
use crate::error::{Error, Kind, Result};
use crate::messages::{ShellFault, TerminalFault};
use crate::output::Format;
use crate::workspace::read_text;

use self::input::{Input, Item};
use self::variables::Variables;

pub use self::settings::Settings;

/// Whether the shell goes on after an item.
#[derive(Debug, Clone, PartialEq, Eq)]
enum After {
    /// It reads the next one.
    Continue,
    /// It ends.
    Leave,
    /// The next entry starts with this text.
    Edit(String),
}

/// Where lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A person types them.
    Terminal,
    /// They stand in a pipe, in a file or on the command line.
    Stream,
}

/// What the shell knows between two items.
struct Shell<'a> {
    session: &'a mut Session,
    engine: Engine,
    settings: Settings,
    variables: Variables,
    origin: Origin,
    /// Whether a script goes on after an error.
    keep_going: bool,
    /// Whether plans are shown instead of results.
    explains: bool,
    /// How many statements of the script have failed.
    failed: usize,
    /// How many files are being read, one from the other.
    depth: usize,
    /// The statement that ran last.
    last_statement: Option<String>,
    /// What it gave.
    last: Option<show::Outcome>,
    /// Where results go instead of the terminal.
    outlet: Option<show::Outlet>,
    /// What was typed, where a person types.
    history: Vec<String>,
}

/// Runs the shell until the input ends.
///
/// # Errors
/// From a pipe, the first error ends the run; at a terminal errors are shown and the shell goes on.
pub fn run(session: &mut Session, settings: Settings, keep_going: bool) -> Result<()> {
    let is_terminal = std::io::stdin().is_terminal();
    let origin = if is_terminal { Origin::Terminal } else { Origin::Stream };
    // A pipe gives the same data on every machine, so only a person's own settings are the person's.
    let settings = if is_terminal { settings } else { Settings::default() };
    let mut shell = Shell::open(session, settings, origin)?;
    shell.keep_going = keep_going;
    if is_terminal {
        return shell.run_interactive();
    }
    shell.run_stream("stdin", std::io::stdin().lock().lines())?;
    shell.end()
}

/// Runs the SQL and the commands of `cchc query -c` or `-f`.
///
/// # Errors
/// The first fault, or with `--keep-going` that there were some.
pub fn run_query(session: &mut Session, arguments: &QueryArgs, keep_going: bool) -> Result<()> {
    let (name, text) = match (&arguments.sql, &arguments.file) {
        (Some(sql), _) => ("-c".to_owned(), sql.clone()),
        (None, Some(file)) => {
            let shown = file.display().to_string();
            let text = read_text(file, &shown)?;
            (shown, text)
        }
        // The command line requires one of the two.
        (None, None) => return Ok(()),
    };
    let settings = Settings {
        titles: arguments.output.titles,
        format: arguments.output.list.format,
        ..Settings::default()
    };
    let mut shell = Shell::open(session, settings, Origin::Stream)?;
    shell.keep_going = keep_going;
    shell.explains = arguments.explain;
    shell.open_outlet(&arguments.output, &name, &text)?;
    shell.run_text(&name, &text)?;
    shell.end()
}

impl<'a> Shell<'a> {
    fn open(session: &'a mut Session, settings: Settings, origin: Origin) -> Result<Self> {
        let engine = session.open_engine()?;
        let lang = Some(session.terminal.lang);
        let settings = Settings { lang, ..settings };
        engine.turn_cache(settings.cache);
        Ok(Self {
            session,
            engine,
            settings,
            variables: Variables::default(),
            origin,
            keep_going: false,
            explains: false,
            failed: 0,
            depth: 0,
            last_statement: None,
            last: None,
            outlet: None,
            history: Vec::new(),
        })
    }

    /// Sends the one result of a command line to its file.
    fn open_outlet(&mut self, output: &OutputArgs, name: &str, text: &str) -> Result<()> {
        let Some(file) = &output.list.output else { return Ok(()) };
        let count = Script::new(name, text).statements().len();
        if count > 1 {
            return Err(TerminalFault::OneResultPerFile { count }.into());
        }
        self.outlet = Some(show::Outlet::new(
            file.clone(),
            output.list.format.map(Format::from),
            self.engine.workspace(),
        )?);
        Ok(())
    }

    fn run_interactive(&mut self) -> Result<()> {
        let terminal = self.session.terminal;
        self.session.catch_interrupts();
        greeting::greet(terminal, &self.engine);
        let mut editor = editor::Editor::open(terminal, self.settings.history, self.engine.clone())?;
        let mut initial = String::new();
        while let Some(entry) = editor.read(&std::mem::take(&mut initial), self.known())? {
            self.history = editor.entries();
            match self.run_text("input", &as_command(&entry)) {
                Ok(After::Continue) => {}
                Ok(After::Leave) => break,
                Ok(After::Edit(text)) => initial = text,
                Err(error) if error.kind() == Kind::Notice => break,
                Err(error) => self.session.terminal.complain(&error),
            }
        }
        Ok(())
    }

    /// What completion may offer of this session.
    fn known(&self) -> complete::Known {
        let fields = self.last.as_ref().map(|last| last.answer.schema.fields().clone());
        let columns = fields.iter().flat_map(|fields| fields.iter()).map(|field| field.name().clone());
        let variables = self.variables.iter().map(|(name, _)| name.to_owned());
        let lang = self.session.terminal.lang;
        complete::Known { last_columns: columns.collect(), variables: variables.collect(), lang }
    }

    /// Runs a text to its end; a last statement needs no semicolon.
    fn run_text(&mut self, name: &str, text: &str) -> Result<After> {
        self.run_stream(name, text.lines().map(|line| Ok(line.to_owned())))
    }

    fn run_stream(
        &mut self,
        name: &str,
        lines: impl Iterator<Item = std::io::Result<String>>,
    ) -> Result<After> {
        let mut input = Input::new(name);
        for line in lines {
            let line = line.map_err(|cause| read_fault(&cause))?;
            if input.push_line(line.trim_start_matches('\u{feff}')) {
                while let Some(item) = input.next() {
                    match self.run_item(&item, &mut input)? {
                        After::Continue => {}
                        other => return Ok(other),
                    }
                }
            }
        }
        match input.finish() {
            Some(item) => self.run_item(&item, &mut input),
            None => Ok(After::Continue),
        }
    }

    /// Runs one item; with `--keep-going` its fault is shown and counted.
    fn run_item(&mut self, item: &Item, input: &mut Input) -> Result<After> {
        let outcome = match (&item.command, &item.statement) {
            (Some(command), _) => commands::run(self, command, item, input),
            (None, Some(statement)) => self.run_statement(&item.script, statement).map(|()| After::Continue),
            (None, None) => Ok(After::Continue),
        };
        match outcome {
            Err(error) if self.keep_going && matches!(error.kind(), Kind::Usage | Kind::Data) => {
                self.session.terminal.complain(&error);
                self.failed += 1;
                Ok(After::Continue)
            }
            outcome => outcome,
        }
    }

    /// Runs the statements of a file, from within another text.
    fn include(&mut self, file: &str) -> Result<After> {
        if self.depth == DEPTH {
            return Err(ShellFault::TooDeep { file: file.to_owned() }.into());
        }
        let text = read_text(&PathBuf::from(file), file)?;
        self.depth += 1;
        let outcome = self.run_text(file, &text);
        self.depth -= 1;
        // What ends a file ends that file only.
        outcome.map(|_| After::Continue)
    }

    /// Tells of the faults that did not end the script.
    fn end(&self) -> Result<()> {
        match self.failed {
            0 => Ok(()),
            count => Err(ShellFault::SomeFailed { count }.into()),
        }
    }
}

/// How deep files may read each other.
const DEPTH: usize = 16;

/// The words with which people leave other shells.
fn as_command(entry: &str) -> String {
    match entry.trim().trim_end_matches(';') {
        "quit" | "exit" => "\\q".to_owned(),
        "help" => "\\?".to_owned(),
        _ => entry.to_owned(),
    }
}

fn read_fault(cause: &std::io::Error) -> Error {
    Error::new(TerminalFault::ReadFailed { problem: cause.to_string() })
}
