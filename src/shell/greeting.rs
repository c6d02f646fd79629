//! Turns the workspace into the three lines that meet a person: where this is, what is here, what to type.

use crate::commands::describe_years;
use crate::engine::Engine;
use crate::messages::ShellNote;
use crate::terminal::Terminal;

/// Room for the names of datasets, in letters, so that the line fits a narrow terminal.
const ROOM: usize = 48;

pub(super) fn greet(terminal: Terminal, engine: &Engine) {
    let (datasets, datasets_vi) = describe_datasets(engine);
    terminal.narrate(&ShellNote::Welcome {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        workspace: engine.workspace().name(),
        datasets,
        datasets_vi,
    });
}

fn describe_datasets(engine: &Engine) -> (String, String) {
    let workspace = engine.workspace();
    let names = workspace.datasets().unwrap_or_default();
    let mut years: Vec<i32> = names.iter().filter_map(|name| workspace.years(name).ok()).flatten().collect();
    years.sort_unstable();
    years.dedup();
    let named = name_some(&names);
    if names.is_empty() {
        return ("no datasets yet".to_owned(), "chưa có bộ dữ liệu nào".to_owned());
    }
    if years.is_empty() {
        return (format!("nothing imported yet: {named}"), format!("chưa nhập dữ liệu: {named}"));
    }
    let years = describe_years(&years);
    {
        let count = names.len();
        (format!("{count} datasets, {years}: {named}"), format!("{count} bộ dữ liệu, {years}: {named}"))
    }
}

/// Names as many as there is room for.
fn name_some(names: &[String]) -> String {
    let mut named = String::new();
    for name in names {
        if named.len() + name.len() > ROOM {
            named.push_str(", …");
            break;
        }
        if !named.is_empty() {
            named.push_str(", ");
        }
        named.push_str(name);
    }
    named
}
