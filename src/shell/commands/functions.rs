//! `\h` and `\df`: what functions SQL has and how they are called.

use std::fmt::Write as _;

use super::Call;
use crate::commands::Listing;
use crate::engine::Function;
use crate::error::{Explain as _, Result};
use crate::messages::{Heading, ShellFault};
use crate::output::{visible, wrap};
use crate::shell::{After, Shell};
use crate::vietnamese::fold::fold;
use crate::workspace::did_you_mean;

/// Lists the functions whose name holds a text, then those whose description has a word that begins so.
pub(super) fn list(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    let lang = shell.session.terminal.lang;
    let (name, word) = (call.argument.to_lowercase(), format!(" {}", fold(call.argument)));
    let in_name = |function: &Function| function.name.contains(&name);
    let in_about =
        |function: &Function| !name.contains('_') && format!(" {}", fold(&function.about)).contains(&word);
    let (named, others): (Vec<Function>, Vec<Function>) =
        shell.engine.functions(lang).into_iter().partition(in_name);
    let rows: Vec<[String; 3]> = named
        .into_iter()
        .chain(others.into_iter().filter(in_about))
        .map(|function| {
            let about = function.about.split_once(". ").map_or(function.about.as_str(), |(first, _)| first);
            [function.call.clone(), function.kind.word(lang), about.replace('\n', " ")]
        })
        .collect();
    let headings = [Heading::Call, Heading::Kind, Heading::About];
    shell.show_list(&Listing::of(lang, &headings, &rows))?;
    Ok(After::Continue)
}

/// Explains one function.
pub(super) fn explain(shell: &mut Shell<'_>, call: &Call<'_>) -> Result<After> {
    if call.argument.is_empty() {
        return list(shell, call);
    }
    let name = call.argument.trim_end_matches(['(', ')']).to_lowercase();
    let functions = shell.engine.functions(shell.session.terminal.lang);
    let Some(function) = functions.iter().find(|function| function.name == name) else {
        let near = did_you_mean(&name, functions.iter().map(|function| function.name.as_str()));
        let near = near.unwrap_or("count").to_owned();
        return Err(ShellFault::UnknownFunction { name, near }.error());
    };
    let width = shell.session.terminal.width().unwrap_or(usize::MAX);
    shell.put(describe(function, width).as_bytes())?;
    Ok(After::Continue)
}

fn describe(function: &Function, width: usize) -> String {
    let mut out = format!("{}\n", function.call);
    if !function.about.is_empty() {
        let _ = writeln!(out, "\n{}", function.about);
    }
    if !function.arguments.is_empty() {
        out.push('\n');
    }
    for (name, about) in &function.arguments {
        let _ = writeln!(out, "  {name}: {}", about.trim().replace('\n', "\n    "));
    }
    if let Some(example) = &function.example {
        let example = example.trim().trim_start_matches("```sql").trim_end_matches("```").trim();
        let _ = writeln!(out, "\n{example}");
    }
    let lines: Vec<String> = out.lines().flat_map(|line| wrap(&visible(line), width)).collect();
    lines.join("\n") + "\n"
}
