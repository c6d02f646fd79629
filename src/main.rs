//! Parses the command line, runs the command, prints the error and decides the exit code.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use cchc::cli::{self, Cli, ColorChoice, Command, Global, Stop};
use cchc::commands::{self, Session};
use cchc::error::{Explain as _, Lang, Result};
use cchc::guard;
use cchc::messages::TerminalFault;
use cchc::shell::{self, Settings};
use cchc::terminal::{Color, Terminal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Long expressions are planned recursively; the default stack of the main thread is too small.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let settings = Settings::read_configuration();
    let configured = settings.as_ref().ok().and_then(Settings::language);
    let lang = cli::find_language(&words, || configured.unwrap_or_else(find_locale));
    guard::report_panics(move |place| report_defect(lang, place));
    let cli = match cli::parse(&words, lang) {
        Ok(cli) => cli,
        Err(Stop::Show(text)) => return end(plain(lang), show(plain(lang), &text)),
        Err(Stop::Fault(error)) => return end(plain(lang), Err(error)),
    };
    let terminal = open_terminal(&cli.global, lang);
    let work = move || {
        let settings = settings?;
        #[cfg(feature = "cluster")]
        let cli = on_configured_cluster(cli, &settings);
        run(&cli, terminal, settings)
    };
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    let result = worker.map(std::thread::JoinHandle::join);
    match result {
        Ok(Ok(result)) => end(terminal, result),
        // The thread could not start, or panicked and has said so: a defect.
        Ok(Err(_)) | Err(_) => ExitCode::from(255),
    }
}

/// The cluster of the configuration holds where the command line names none.
#[cfg(feature = "cluster")]
fn on_configured_cluster(mut cli: Cli, settings: &Settings) -> Cli {
    cli.global.cluster = cli.global.cluster.or_else(|| settings.cluster().map(str::to_owned));
    cli.global.cluster_authority =
        cli.global.cluster_authority.or_else(|| settings.cluster_authority().map(Into::into));
    cli
}

fn report_defect(lang: Lang, place: &str) {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    plain(lang).complain(&TerminalFault::Defect { version, place: place.to_owned() }.error());
}

/// Says what went wrong and decides the exit code.
fn end(terminal: Terminal, result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.complain(&error);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Help and version are data.
fn show(terminal: Terminal, text: &str) -> Result<()> {
    terminal.data(|out| out.write_all(text.as_bytes()))
}

fn run(cli: &Cli, terminal: Terminal, settings: Settings) -> Result<()> {
    // A defect on demand, so that a test sees how one is reported; not in builds for users.
    debug_assert!(std::env::var_os("CCHC_DEFECT").is_none(), "not to be shown");
    let here = std::env::current_dir().unwrap_or_default();
    let mut session = Session::start(&cli.global, terminal, &here)?;
    match &cli.command {
        None => shell::run(&mut session, settings, cli.keep_going),
        Some(Command::Query(query)) if query.name.is_none() => {
            shell::run_query(&mut session, query, cli.keep_going || query.keep_going)
        }
        Some(command) => commands::run(&session, command),
    }
}

fn open_terminal(global: &Global, lang: Lang) -> Terminal {
    let color = match global.color {
        ColorChoice::Auto => Color::Auto,
        ColorChoice::Always => Color::Always,
        ColorChoice::Never => Color::Never,
    };
    Terminal::new(lang, global.quiet, color)
}

/// The terminal of a command line that gives nothing to run.
fn plain(lang: Lang) -> Terminal {
    Terminal::new(lang, false, Color::Auto)
}

fn find_locale() -> String {
    let variable = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    variable.or_else(sys_locale::get_locale).unwrap_or_default()
}
