//! Writes the numbers that a chart draws: one table into one file, several as its parts or into files beside it.

use std::path::{Path, PathBuf};

use super::super::Session;
use super::super::write::{Destination, list_layout};
use super::drawing::Drawing;
use crate::cli::ListArgs;
use crate::engine::Engine;
use crate::error::Result;
use crate::messages::Narration;
use crate::output::{Sheet, holds_several};

/// Refuses a file that could not be written, before anything is drawn.
///
/// # Errors
/// If it lies among the data, or has no known extension.
pub(super) fn check_data_file(session: &Session, engine: &Engine, file: &Path) -> Result<()> {
    let list = ListArgs { format: None, output: Some(file.to_owned()) };
    Destination::for_list(&list, session.terminal, engine.workspace()).map(|_| ())
}

/// Writes all tables that the chart draws, in the format of the file's extension.
///
/// # Errors
/// If a file cannot be written, lies among the data, or has no known extension.
pub(super) fn write_data(session: &Session, engine: &Engine, drawing: &Drawing, file: &Path) -> Result<()> {
    let terminal = session.terminal;
    let whole = ListArgs { format: None, output: Some(file.to_owned()) };
    let destination = Destination::for_list(&whole, terminal, engine.workspace())?;
    let tables = &drawing.tables;
    if tables.len() > 1 && holds_several(destination.format()) {
        let layout = |answer| list_layout(destination.format(), answer, terminal);
        let sheets: Vec<Sheet<'_>> = tables
            .iter()
            .map(|(name, answer)| Sheet {
                name: name.clone(),
                title: name.clone(),
                ..Sheet::of(answer, layout(answer))
            })
            .collect();
        destination.write_sheets(terminal, &sheets)?;
        let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
        terminal.narrate(&Narration::Tables { tables: names.join(", ") });
        return Ok(());
    }
    for (index, (name, answer)) in tables.iter().enumerate() {
        let part = if index == 0 { file.to_owned() } else { beside(file, name) };
        let list = ListArgs { format: None, output: Some(part) };
        Destination::for_list(&list, terminal, engine.workspace())?.write_list(terminal, answer)?;
    }
    Ok(())
}

/// Names the file of another table: `a.csv` and `ton` give `a.ton.csv`.
fn beside(file: &Path, table: &str) -> PathBuf {
    let is_kept = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let table: String = table.chars().map(|letter| if is_kept(letter) { letter } else { '_' }).collect();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}.{table}.{extension}"))
}
