//! What was typed: each entry once, kept for the user alone in the state folder, never the current one.
//!
//! The library's own history drops only an entry that repeats the one before it. Here an entry that
//! is typed again moves to the end. The file has one entry per line, so that sessions at the same
//! time append to it without harm; it is written anew when repeats have doubled it.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use rustyline::history::{History as Remembered, SearchDirection, SearchResult};

/// How many entries are kept.
const MOST: usize = 5000;

/// Returns the file of the history and makes its folder.
///
/// `$XDG_STATE_HOME/cchc/history` on Linux, the local application data folder elsewhere.
pub(super) fn history_file() -> io::Result<PathBuf> {
    let folders = ProjectDirs::from("", "", "cchc")
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
    std::fs::create_dir_all(folder)?;
    Ok(folder.join("history"))
}

/// The entries, the oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    entries: Vec<String>,
}

impl History {
    /// Reads the entries of earlier sessions.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut history = Self::default();
        let lines = text.lines().filter(|line| !line.is_empty());
        let count = lines.clone().count();
        lines.for_each(|line| history.remember(parse_entry(line)));
        if count > MOST && count > 2 * history.entries.len() {
            history.rewrite(file)?;
        }
        Ok(history)
    }

    /// Adds the latest entry to the file.
    pub(super) fn append(&self, file: &Path) -> io::Result<()> {
        let Some(entry) = self.entries.last() else { return Ok(()) };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        make_private(&mut options);
        options.open(file)?.write_all(format!("{}\n", write_entry(entry)).as_bytes())
    }

    fn rewrite(&self, file: &Path) -> io::Result<()> {
        let beside = file.with_extension(format!("{}.part", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        make_private(&mut options);
        let lines: Vec<String> = self.entries.iter().map(|entry| write_entry(entry)).collect();
        let lines = lines.join("\n") + "\n";
        options.open(&beside)?.write_all(lines.as_bytes())?;
        std::fs::rename(&beside, file)
    }

    /// All entries, the oldest first.
    pub(super) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Puts an entry at the end and forgets that it was typed before.
    fn remember(&mut self, entry: String) {
        self.entries.retain(|known| *known != entry);
        self.entries.push(entry);
        let surplus = self.entries.len().saturating_sub(MOST);
        self.entries.drain(..surplus);
    }

    fn find(
        &self,
        start: usize,
        direction: SearchDirection,
        test: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let found = |idx: usize| {
            let entry = self.entries.get(idx)?;
            Some(SearchResult { entry: Cow::Borrowed(entry.as_str()), idx, pos: test(entry)? })
        };
        match direction {
            SearchDirection::Reverse => (0..=start.min(self.entries.len())).rev().find_map(found),
            SearchDirection::Forward => (start..self.entries.len()).find_map(found),
        }
    }
}

#[cfg(unix)]
fn make_private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// On Windows the folder belongs to the user already.
#[cfg(not(unix))]
fn make_private(_: &mut OpenOptions) {}

fn write_entry(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "")
}

fn parse_entry(line: &str) -> String {
    let mut entry = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => entry.push('\n'),
                Some(other) => entry.push(other),
                None => entry.push('\\'),
            },
            other => entry.push(other),
        }
    }
    entry
}

impl Remembered for History {
    fn get(&self, index: usize, _: SearchDirection) -> rustyline::Result<Option<SearchResult<'_>>> {
        let entry = self.entries.get(index);
        Ok(entry.map(|entry| SearchResult { entry: Cow::Borrowed(entry.as_str()), idx: index, pos: 0 }))
    }

    fn add(&mut self, line: &str) -> rustyline::Result<bool> {
        self.add_owned(line.to_owned())
    }

    fn add_owned(&mut self, line: String) -> rustyline::Result<bool> {
        // A leading blank keeps an entry out, as in other shells.
        if line.trim().is_empty() || line.starts_with(char::is_whitespace) {
            return Ok(false);
        }
        self.remember(line.trim_end().to_owned());
        Ok(true)
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn set_max_len(&mut self, _: usize) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> rustyline::Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, path: &Path) -> rustyline::Result<()> {
        Ok(self.rewrite(path)?)
    }

    fn append(&mut self, path: &Path) -> rustyline::Result<()> {
        Ok(Self::append(self, path)?)
    }

    fn load(&mut self, path: &Path) -> rustyline::Result<()> {
        *self = Self::read(path)?;
        Ok(())
    }

    fn clear(&mut self) -> rustyline::Result<()> {
        self.entries.clear();
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        // Lower-casing ASCII only keeps the byte offsets.
        let sought = term.to_ascii_lowercase();
        let test = |entry: &str| entry.to_ascii_lowercase().find(&sought);
        Ok(if term.is_empty() { None } else { self.find(start, direction, test) })
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        let test = |entry: &str| entry.starts_with(term).then_some(term.len());
        Ok(if term.is_empty() { None } else { self.find(start, direction, test) })
    }
}

#[cfg(test)]
mod tests {
    use rustyline::history::{History as _, SearchDirection};

    use super::History;

    #[test]
    fn an_entry_stands_once_at_its_latest_place_also_in_the_next_session() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let mut history = History::default();
        for entry in ["select 1;", "select\n 'a\\n';", "select 1;", " secret;", ""] {
            if history.add(entry).unwrap() {
                history.append(&file).unwrap();
            }
        }
        assert_eq!(history.entries(), ["select\n 'a\\n';", "select 1;"]);
        assert_eq!(History::read(&file).unwrap().entries(), history.entries());
    }

    #[test]
    fn search_goes_both_ways_whatever_the_case() {
        let mut history = History::default();
        for entry in ["select a", "SELECT b", "show c"] {
            history.add(entry).unwrap();
        }
        let found = history.search("select", 2, SearchDirection::Reverse).unwrap().unwrap();
        assert_eq!((found.idx, found.pos), (1, 0));
        assert!(history.search("nothing", 2, SearchDirection::Reverse).unwrap().is_none());
        assert_eq!(history.starts_with("se", 2, SearchDirection::Reverse).unwrap().unwrap().idx, 0);
    }
}
