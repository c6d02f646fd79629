//! Turns names of datasets, queries and charts into paths of a workspace, and folders into names.
//!
//! Names are checked here and nowhere else: they are small letters, digits and `_`, so that no
//! name can leave the workspace or differ between file systems.

use std::path::{Path, PathBuf};

use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::WorkspaceFault;

/// A folder with `datasets/`, and usually `queries/` and `charts/`.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    /// The object store that the folder stands for.
    #[cfg(feature = "cluster")]
    remote: Option<std::sync::Arc<crate::remote::Remote>>,
}

/// The format of workspaces that this version reads and writes.
pub const FORMAT: &str = "1";

/// Tells whether `name` may name a dataset, a query, a chart or a column.
pub fn is_name(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
        && name.len() <= 60
}

impl Workspace {
    /// Opens the workspace at `root`.
    ///
    /// # Errors
    /// [`WorkspaceFault::NotAWorkspace`] if the folder has no `datasets`.
    pub fn open(root: &Path) -> Result<Self> {
        if root.join("datasets").is_dir() {
            Self::at(root).check_format()
        } else {
            Err(WorkspaceFault::NotAWorkspace { folder: root.display().to_string() }.error())
        }
    }

    /// Finds the nearest workspace at `start` or above it.
    ///
    /// # Errors
    /// [`WorkspaceFault::NotFound`] if there is none.
    pub fn find(start: &Path) -> Result<Self> {
        let root = start.ancestors().find(|folder| folder.join("datasets").is_dir());
        let root =
            root.ok_or_else(|| WorkspaceFault::NotFound { start: start.display().to_string() }.error())?;
        Self::at(root).check_format()
    }

    fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            #[cfg(feature = "cluster")]
            remote: None,
        }
    }

    /// Opens the workspace in an object store: `s3://bucket/prefix`.
    ///
    /// # Errors
    /// [`crate::messages::RemoteFault`], or a workspace of another format.
    #[cfg(feature = "cluster")]
    pub fn open_remote(address: &str) -> Result<Self> {
        let remote = crate::remote::Remote::open(address)?;
        let root = remote.folder().to_owned();
        Self { root, remote: Some(std::sync::Arc::new(remote)) }.check_format()
    }

    /// Returns the object store that the folder stands for, if it does.
    #[cfg(feature = "cluster")]
    pub fn remote(&self) -> Option<&crate::remote::Remote> {
        self.remote.as_deref()
    }

    /// Returns the workspace as users name it.
    pub fn name(&self) -> String {
        #[cfg(feature = "cluster")]
        if let Some(remote) = &self.remote {
            return remote.address().to_owned();
        }
        self.root.display().to_string()
    }

    /// Refuses a workspace that a later version of the program has written.
    fn check_format(self) -> Result<Self> {
        match std::fs::read_to_string(self.format_file()) {
            Ok(found) if found.trim() != FORMAT => {
                let fault =
                    WorkspaceFault::OtherFormat { found: found.trim().to_owned(), known: FORMAT.to_owned() };
                Err(Error::new(fault).at(Place::file(self.display(&self.format_file()))))
            }
            // A workspace that nothing was imported into has no such file.
            Ok(_) | Err(_) => Ok(self),
        }
    }

    /// Returns the file that names the format of the workspace.
    pub fn format_file(&self) -> PathBuf {
        self.state_folder().join("format")
    }

    /// Returns the workspace's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path of a file of the workspace as users write it: relative, with `/`.
    pub fn display(&self, path: &Path) -> String {
        let shown = path.strip_prefix(&self.root).unwrap_or(path);
        shown.to_string_lossy().replace('\\', "/")
    }

    /// Returns the path of a dataset's contract.
    pub fn contract_file(&self, dataset: &str) -> PathBuf {
        self.root.join("datasets").join(format!("{dataset}.toml"))
    }

    /// Returns the path of the file with which a workspace extends the calendar of working days.
    pub fn calendar_file(&self) -> PathBuf {
        self.root.join("calendar.csv")
    }

    /// Returns the folder of a dataset's years.
    pub fn dataset_folder(&self, dataset: &str) -> PathBuf {
        self.root.join("datasets").join(dataset)
    }

    /// Returns the path of one year of a dataset.
    pub fn year_file(&self, dataset: &str, year: i32) -> PathBuf {
        self.dataset_folder(dataset).join(format!("year={year}")).join("data.parquet")
    }

    /// Returns the path of a saved query.
    pub fn query_file(&self, query: &str) -> PathBuf {
        self.root.join("queries").join(format!("{query}.sql"))
    }

    /// Returns the path of a check, which is a saved query whose rows are findings.
    pub fn check_file(&self, check: &str) -> PathBuf {
        self.root.join("queries").join("checks").join(format!("{check}.sql"))
    }

    /// Returns the file of the findings that were looked at and may stay.
    pub fn waivers_file(&self) -> PathBuf {
        self.root.join("queries").join("checks").join("waivers.toml")
    }

    /// Returns the file of the rules that no dataset can decide, each with the reason.
    pub fn unchecked_file(&self) -> PathBuf {
        self.root.join("queries").join("checks").join("unchecked.toml")
    }

    /// Returns the path of a saved chart.
    pub fn chart_file(&self, chart: &str) -> PathBuf {
        self.root.join("charts").join(format!("{chart}.sql"))
    }

    /// Returns the path of a saved chart's rendering.
    pub fn chart_image(&self, chart: &str) -> PathBuf {
        self.root.join("charts").join(format!("{chart}.png"))
    }

    /// Returns the folder of the program's own records in the workspace.
    pub fn state_folder(&self) -> PathBuf {
        self.root.join(".cchc")
    }

    /// Lists the datasets that have a contract, in order of name.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn datasets(&self) -> Result<Vec<String>> {
        self.list_names("datasets", "toml")
    }

    /// Checks that a dataset has a contract.
    ///
    /// # Errors
    /// [`WorkspaceFault::UnknownDataset`], proposing the likely one.
    pub fn require_dataset(&self, name: &str) -> Result<()> {
        let names = self.datasets()?;
        if names.iter().any(|known| known == name) {
            return Ok(());
        }
        let list = names.join(", ");
        let (hint, hint_vi) = match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(near) => (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?")),
            None => (format!("there are: {list}"), format!("hiện có: {list}")),
        };
        Err(Error::new(WorkspaceFault::UnknownDataset { name: name.to_owned(), hint, hint_vi }))
    }

    /// Lists the saved queries, in order of name.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn queries(&self) -> Result<Vec<String>> {
        self.list_names("queries", "sql")
    }

    /// Lists the checks, in order of name.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn checks(&self) -> Result<Vec<String>> {
        self.list_names("queries/checks", "sql")
    }

    /// Lists the saved charts, in order of name.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn charts(&self) -> Result<Vec<String>> {
        self.list_names("charts", "sql")
    }

    /// Refuses a path of the workspace that leads through a link: it could lead out of the workspace.
    ///
    /// # Errors
    /// [`WorkspaceFault::IsALink`].
    pub fn refuse_links(&self, path: &Path) -> Result<()> {
        match path.ancestors().take_while(|ancestor| *ancestor != self.root()).find(|path| is_link(path)) {
            None => Ok(()),
            Some(link) => {
                let file = self.display(link);
                Err(Error::new(WorkspaceFault::IsALink { file: file.clone() }).at(Place::file(file)))
            }
        }
    }

    /// Lists the years of a dataset that are imported, in order.
    ///
    /// # Errors
    /// [`WorkspaceFault::NotAYear`] if something else stands in the dataset's folder: it would be read
    /// by some programs and silently left out by others. [`WorkspaceFault::IsALink`] for links.
    pub fn years(&self, dataset: &str) -> Result<Vec<i32>> {
        let folder = self.dataset_folder(dataset);
        self.refuse_links(&folder)?;
        let mut years = Vec::new();
        for name in self.list_folder(&folder)?.into_iter().filter(|name| !name.starts_with('.')) {
            let year = name.strip_prefix("year=").and_then(|year| year.parse::<i32>().ok());
            // `year=02023` is the same year by another name.
            let Some(year) = year.filter(|year| name == format!("year={year}")) else {
                return Err(not_a_year(&self.display(&folder.join(name))));
            };
            self.refuse_links(&self.year_file(dataset, year))?;
            for file in
                self.list_folder(&folder.join(&name))?.into_iter().filter(|file| !file.starts_with('.'))
            {
                if file != "data.parquet" {
                    return Err(not_a_year(&self.display(&folder.join(&name).join(file))));
                }
                years.push(year);
            }
        }
        years.sort_unstable();
        Ok(years)
    }
}

impl Workspace {
    fn list_names(&self, folder: &str, extension: &str) -> Result<Vec<String>> {
        let mut names: Vec<String> = self
            .list_folder(&self.root.join(folder))?
            .into_iter()
            .filter_map(|name| name.strip_suffix(extension)?.strip_suffix('.').map(str::to_owned))
            .filter(|name| is_name(name))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Lists the entries of a folder; a folder that does not exist has none.
    fn list_folder(&self, folder: &Path) -> Result<Vec<String>> {
        let fault = |cause| unreadable(&self.display(folder), cause);
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fault(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry.map_err(fault)?.file_name().into_string());
        }
        Ok(names)
    }
}

/// Tells whether a path is a link, wherever it leads.
pub fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

fn not_a_year(shown: &str) -> Error {
    Error::new(WorkspaceFault::NotAYear { file: shown.to_owned() }).at(Place::file(shown))
}

/// Checks a name that a user gave.
///
/// # Errors
/// [`WorkspaceFault::BadName`].
pub fn check_name(name: &str) -> Result<()> {
    if is_name(name) { Ok(()) } else { Err(WorkspaceFault::BadName { name: name.to_owned() }.error()) }
}

/// Reads a text file of the workspace.
///
/// # Errors
/// [`WorkspaceFault::Unreadable`] with the file's path as `shown`.
pub fn read_text(path: &Path, shown: &str) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(shown, cause))?;
    // Editors on Windows put a byte order mark before UTF-8.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Says that a file cannot be read, and why.
pub fn unreadable(shown: &str, cause: std::io::Error) -> Error {
    if cause.kind() == std::io::ErrorKind::NotFound {
        return no_file(shown);
    }
    Error::new(WorkspaceFault::Unreadable { file: shown.to_owned() }).at(Place::file(shown)).caused_by(cause)
}

/// Says that there is no such file, and which one beside it may have been meant.
fn no_file(shown: &str) -> Error {
    let path = Path::new(shown);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let (hint, hint_vi) = match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(near) => {
            let near = path.with_file_name(near).display().to_string();
            (format!("did you mean `{near}`?"), format!("có phải ý bạn là `{near}`?"))
        }
        None => ("check the path".to_owned(), "hãy kiểm tra đường dẫn".to_owned()),
    };
    Error::new(WorkspaceFault::NoFile { file: shown.to_owned(), hint, hint_vi }).at(Place::file(shown))
}

/// Says that a file cannot be written, and why.
pub fn unwritable(shown: &str, cause: std::io::Error) -> Error {
    Error::new(WorkspaceFault::Unwritable { file: shown.to_owned() }).at(Place::file(shown)).caused_by(cause)
}

/// Finds the candidate that a mistyped name most likely meant.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, is_name};

    #[test]
    fn names_cannot_leave_the_workspace_or_differ_in_case() {
        for bad in ["", "..", "a/b", "A", "1a", "đ", "a.b", "con:", &"a".repeat(61)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_name("on_time_766"));
    }

    #[test]
    fn a_near_miss_finds_its_name_and_nonsense_finds_nothing() {
        assert_eq!(did_you_mean("reveived_at", ["due_at", "received_at"]), Some("received_at"));
        assert_eq!(did_you_mean("zzz", ["due_at", "received_at"]), None);
    }
}
