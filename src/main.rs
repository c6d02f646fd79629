//! Parses the command line, runs the command, prints the error and decides the exit code.

use std::process::ExitCode;

use cchc::cli::{Cli, ColorChoice, Command, Global};
use cchc::commands::{self, Session};
use cchc::error::{Lang, Result};
use cchc::shell::{self, Settings};
use cchc::terminal::{Color, Terminal};
use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Long expressions are planned recursively; the default stack of the main thread is too small.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version go to standard output with 0, faults to standard error with 2.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let settings = Settings::read_configuration();
    let configured = settings.as_ref().ok().and_then(|settings| settings.lang);
    let terminal = open_terminal(&cli.global, configured);
    let work = move || run(&cli, terminal, settings?);
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    let result = worker.map(std::thread::JoinHandle::join);
    match result {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => {
            terminal.complain(&error);
            ExitCode::from(error.kind().exit_code())
        }
        // The thread could not start, or panicked and has said so: a defect.
        Ok(Err(_)) | Err(_) => ExitCode::from(255),
    }
}

fn run(cli: &Cli, terminal: Terminal, settings: Settings) -> Result<()> {
    let here = std::env::current_dir().unwrap_or_default();
    let mut session = Session::start(&cli.global, terminal, &here)?;
    let keep_going = cli.global.keep_going;
    match &cli.command {
        None => shell::run(&mut session, settings, keep_going),
        Some(Command::Query(query)) if query.name.is_none() => {
            shell::run_query(&mut session, query, keep_going)
        }
        Some(command) => commands::run(&session, command),
    }
}

fn open_terminal(global: &Global, configured: Option<Lang>) -> Terminal {
    let color = match global.color {
        ColorChoice::Auto => Color::Auto,
        ColorChoice::Always => Color::Always,
        ColorChoice::Never => Color::Never,
    };
    Terminal::new(choose_language(global, configured), global.quiet, color)
}

/// `--lang` and `CCHC_LANG`, then the configuration, then the locale.
fn choose_language(global: &Global, configured: Option<Lang>) -> Lang {
    let locale = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
    };
    let from_locale = || Lang::parse(&locale().or_else(sys_locale::get_locale).unwrap_or_default());
    global.lang.or(configured).unwrap_or_else(from_locale)
}
