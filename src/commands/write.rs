//! Turns an answer and the output options into a file or into standard output.

use std::path::{Path, PathBuf};

use super::{Asked, Session, make_sheet};
use crate::cli::{ListArgs, OutputArgs};
use crate::engine::{Answer, Engine};
use crate::error::{Explain as _, Result};
use crate::messages::{Narration, OutputFault, TerminalFault};
use crate::output::{
    Cut, Format, Layout, Overflow, Sheet, TableStyle, check_room, write_sheet, write_sheets,
};
use crate::store::replace_file;
use crate::terminal::{Terminal, write_fault};
use crate::workspace::Workspace;

/// How many rows a terminal shows of a result that has more.
const ROWS_SHOWN: usize = 500;

/// Where a result goes and in which format.
pub(super) struct Destination<'a> {
    format: Format,
    file: Option<&'a Path>,
    titles: bool,
}

impl<'a> Destination<'a> {
    /// Decides format and place before anything runs, so that a mistake costs no time.
    pub(super) fn new(arguments: &'a OutputArgs, terminal: Terminal, workspace: &Workspace) -> Result<Self> {
        let destination = Self::for_list(&arguments.list, terminal, workspace)?;
        Ok(Self { titles: arguments.titles, ..destination })
    }

    /// Does the same for lists that the program makes itself.
    pub(super) fn for_list(
        arguments: &'a ListArgs,
        terminal: Terminal,
        workspace: &Workspace,
    ) -> Result<Self> {
        let file = arguments.output.as_deref();
        if let Some(file) = file {
            check_outside(file, workspace)?;
        }
        let format = match (arguments.format, file) {
            (Some(format), _) => format.into(),
            (None, Some(file)) => format_of(file)?,
            (None, None) => default_format(terminal),
        };
        if file.is_none() {
            check_binary(format, terminal)?;
        }
        Ok(Self { format, file, titles: false })
    }

    /// Writes the answer and says what its reader must know.
    pub(super) fn write(
        &self,
        session: &Session,
        engine: &Engine,
        answer: &Answer,
        asked: &Asked,
    ) -> Result<()> {
        let terminal = session.terminal;
        let sheet = make_sheet(session, engine, self.format, self.titles, asked, answer)?;
        self.deliver(terminal, &sheet)?;
        for notice in &answer.notices {
            terminal.narrate(notice);
        }
        Ok(())
    }

    /// Writes a list of the program's own: people see headings in their language, programs see names.
    pub(super) fn write_list(&self, terminal: Terminal, answer: &Answer) -> Result<()> {
        self.deliver(terminal, &Sheet::of(answer, list_layout(self.format, answer, terminal)))
    }

    /// Returns the format.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Writes several results, each with its title.
    pub(super) fn write_sheets(&self, terminal: Terminal, sheets: &[Sheet<'_>]) -> Result<()> {
        for sheet in sheets {
            check_room(self.format, sheet.answer)?;
        }
        let Some(file) = self.file else {
            // What stands beside each other is told apart by every word of it.
            let style = TableStyle { overflow: Overflow::Wrap, ..screen_style(terminal) };
            if self.format != Format::Table {
                return terminal.data(|out| write_sheets(out, self.format, sheets, &style).map(|_| ()));
            }
            let mut text = Vec::new();
            write_sheets(&mut text, self.format, sheets, &style).map_err(|error| write_fault(&error))?;
            return terminal.put(&String::from_utf8_lossy(&text));
        };
        let mut bytes = Vec::new();
        write_sheets(&mut bytes, self.format, sheets, &TableStyle::WHOLE)
            .map_err(|error| write_fault(&error))?;
        let shown = file.display().to_string();
        replace_file(file, &shown, &bytes)?;
        terminal.narrate(&Narration::Wrote { file: shown });
        Ok(())
    }

    /// Writes a text of the program's own.
    pub(super) fn write_text(&self, terminal: Terminal, text: &str) -> Result<()> {
        let Some(file) = self.file else { return terminal.put(text) };
        let shown = file.display().to_string();
        replace_file(file, &shown, text.as_bytes())?;
        terminal.narrate(&Narration::Wrote { file: shown });
        Ok(())
    }

    /// Tells whether people read the result as it is written.
    pub(super) fn is_for_people(&self) -> bool {
        self.format.is_for_people()
    }

    fn deliver(&self, terminal: Terminal, sheet: &Sheet<'_>) -> Result<()> {
        check_room(self.format, sheet.answer)?;
        let Some(file) = self.file else { return show(terminal, self.format, sheet) };
        let mut bytes = Vec::new();
        write_sheet(&mut bytes, self.format, sheet, &TableStyle::WHOLE)
            .map_err(|error| write_fault(&error))?;
        let shown = file.display().to_string();
        replace_file(file, &shown, &bytes)?;
        terminal.narrate(&Narration::Wrote { file: shown });
        Ok(())
    }
}

/// Lays out a list of the program's own.
pub fn list_layout(format: Format, answer: &Answer, terminal: Terminal) -> Layout {
    if format.is_for_people() {
        Layout::headed(&answer.schema, terminal.lang)
    } else {
        Layout::plain(&answer.schema)
    }
}

/// Chooses the format for a person or for a program.
pub fn default_format(terminal: Terminal) -> Format {
    if terminal.shows_data() { Format::Table } else { Format::Csv }
}

/// How tables look where results go: as wide as the screen, if it is one.
fn screen_style(terminal: Terminal) -> TableStyle {
    if !terminal.shows_data() {
        return TableStyle::WHOLE;
    }
    TableStyle {
        width: terminal.width(),
        max_rows: ROWS_SHOWN,
        color: terminal.colors_data(),
        ..TableStyle::WHOLE
    }
}

/// Writes an answer to standard output; a terminal shows what fits, and says what does not.
///
/// # Errors
/// If the output cannot be written.
pub fn show(terminal: Terminal, format: Format, sheet: &Sheet<'_>) -> Result<()> {
    let style = screen_style(terminal);
    let mut cut = Cut::default();
    if format == Format::Table {
        let mut text = Vec::new();
        cut = write_sheet(&mut text, format, sheet, &style).map_err(|error| write_fault(&error))?;
        terminal.put(&String::from_utf8_lossy(&text))?;
    } else {
        terminal.data(|out| write_sheet(out, format, sheet, &style).map(|_| ()))?;
    }
    if !cut.is_none() {
        let (what, what_vi) = describe_cut(cut, sheet.answer);
        terminal.narrate(&Narration::Hidden { what, what_vi });
    }
    Ok(())
}

/// Says what a table does not show, in English and in Vietnamese.
pub fn describe_cut(cut: Cut, answer: &Answer) -> (String, String) {
    let (rows, columns) = (answer.row_count(), answer.schema.fields().len());
    let mut parts = Vec::new();
    if cut.rows > 0 {
        let shown = rows - cut.rows;
        parts.push((format!("{shown} of {rows} rows"), format!("{shown} trong {rows} dòng")));
    }
    if cut.columns > 0 {
        let shown = columns - cut.columns;
        parts.push((format!("{shown} of {columns} columns"), format!("{shown} trong {columns} cột")));
    }
    if cut.cells > 0 {
        parts.push((format!("{} texts shortened", cut.cells), format!("{} ô rút gọn", cut.cells)));
    }
    let (english, vietnamese): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (english.join(", "), vietnamese.join(", "))
}

/// Refuses to put bytes that are no text on a terminal.
///
/// # Errors
/// [`OutputFault::Binary`].
pub fn check_binary(format: Format, terminal: Terminal) -> Result<()> {
    if format.is_binary() && terminal.shows_data() {
        return Err(OutputFault::Binary { format: format.name().to_owned() }.error());
    }
    Ok(())
}

/// Finds the format that a file's extension stands for.
///
/// # Errors
/// [`TerminalFault::UnknownExtension`].
pub fn format_of(file: &Path) -> Result<Format> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Format::from_extension(extension)
        .ok_or_else(|| TerminalFault::UnknownExtension { file: file.display().to_string() }.error())
}

/// Refuses a file among the workspace's data, however it is spelled.
///
/// # Errors
/// [`TerminalFault::InsideDatasets`].
pub fn check_outside(file: &Path, workspace: &Workspace) -> Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    let Ok(root) = workspace.root().canonicalize() else { return Ok(()) };
    let kept = [root.join("datasets"), root.join(".cchc")];
    if kept.iter().any(|kept| folder.starts_with(kept)) {
        return Err(TerminalFault::InsideDatasets { file: file.display().to_string() }.error());
    }
    Ok(())
}
