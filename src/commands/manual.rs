//! `cchc completions` and `cchc man`: what the command line declares, for shells and for readers.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::error::Result;
use crate::terminal::Terminal;

pub(super) fn write_completions(terminal: Terminal, arguments: &CompletionsArgs) -> Result<()> {
    terminal.data(|out| {
        clap_complete::generate(arguments.shell, &mut Cli::command(), "cchc", out);
        Ok(())
    })
}

/// Writes one page: the program, then each of its commands.
pub(super) fn write_manual(terminal: Terminal) -> Result<()> {
    let mut program = Cli::command();
    program.build();
    terminal.data(|out| {
        clap_mangen::Man::new(program.clone()).render(out)?;
        for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
            let name = format!("cchc {}", command.get_name());
            let page = clap_mangen::Man::new(command.clone()).title("cchc").section("1");
            std::io::Write::write_all(out, format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes())?;
            page.render_description_section(out)?;
            page.render_options_section(out)?;
        }
        Ok(())
    })
}
