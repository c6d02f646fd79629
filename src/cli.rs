//! Turns the command line into typed arguments; the doc comments here are the help.

mod parse;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::error::Lang;
use crate::output::Format;

pub use parse::{Stop, find_language, parse};

/// Analytics for a public department's yearly exports: spreadsheets become Parquet, SQL and charts
///
/// Without a command, opens the SQL shell; reads SQL from standard input when that is not a terminal.
#[derive(Debug, Parser)]
#[command(name = "cchc", version, max_term_width = 100)]
#[command(disable_help_flag = true, disable_version_flag = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of every command
    #[command(flatten)]
    pub global: Global,
    /// After an error in a script or a pipe, go on with the next statement
    #[arg(long)]
    pub keep_going: bool,
    /// Print the version
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder of the workspace; otherwise the nearest folder upwards that has `datasets`
    #[arg(long, value_name = "DIR", env = "CCHC_WORKSPACE", global = true)]
    pub workspace: Option<PathBuf>,
    /// Language of messages, headings and images; otherwise the locale decides
    #[arg(long, value_name = "vi|en", env = "CCHC_LANG", global = true, value_parser = parse_lang)]
    pub lang: Option<Lang>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, global = true)]
    pub color: ColorChoice,
    /// Clock for the history, as RFC 3339, for tests
    #[arg(long, env = "CCHC_NOW", hide = true, global = true)]
    pub now: Option<chrono::DateTime<chrono::Utc>>,
    /// Memory that queries may use, as 2G or 800M [default: 60 % of the machine's]
    #[arg(long, value_name = "SIZE", global = true, value_parser = parse_bytes)]
    pub memory_limit: Option<u64>,
    /// Compute everything again, also of years that have not changed
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Let statements name local files outside the workspace as tables, in this run only
    #[arg(long, global = true)]
    pub allow_external: bool,
    /// Run statements on the cluster of this scheduler, as `http://HOST:50050` or, encrypted, `https://HOST:50050`
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "URL", env = "CCHC_CLUSTER", global = true)]
    pub cluster: Option<String>,
    /// Certificate of the authority that a cluster's certificates come from [default: those that this machine trusts]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "FILE", env = "CCHC_CLUSTER_AUTHORITY", global = true)]
    pub cluster_authority: Option<PathBuf>,
    /// Bytes of Parquet for each part into which the cluster cuts a statement, as 1M [default: 8M]
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "SIZE", env = "CCHC_PART_BYTES", global = true, value_parser = parse_bytes)]
    pub part_bytes: Option<u64>,
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print help (`--help` tells more)
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import a year of a dataset from exported files
    Import(ImportArgs),
    /// Draft the contract of a new dataset from an export
    Contract(ContractArgs),
    /// Run a saved query or SQL
    Query(QueryArgs),
    /// Compare the years of saved queries: a column per year, changes, totals
    Compare(CompareArgs),
    /// Draw saved charts, or SQL with a VISUALISE clause, as PNG or SVG
    Chart(ChartArgs),
    /// Check the report's figures and the data against each other; exit 1 if there are errors
    Check(CheckArgs),
    /// List the datasets
    Datasets(ListArgs),
    /// List the saved queries
    Queries(ListArgs),
    /// List the saved charts
    Charts(ListArgs),
    /// List what was imported, restored and removed, by whom and when
    History(HistoryArgs),
    /// Bring an earlier revision of a year back
    Restore(RestoreArgs),
    /// Take a year out of a dataset; its file is kept as a revision
    Remove(RemoveArgs),
    /// Read everything again and report what is not as the imports left it
    Verify(ListArgs),
    /// Run a part of a cluster: its scheduler, or an executor over the workspace
    #[cfg(feature = "cluster")]
    Cluster(ClusterArgs),
    /// Write the completions of a command-line shell to standard output
    Completions(CompletionsArgs),
    /// Write the manual page to standard output
    Man,
}

/// Arguments of `cluster`.
#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc cluster scheduler --bind 10.0.0.1
  cchc cluster executor --workspace s3://so-lieu/so-khcn --scheduler 10.0.0.1:50050 --bind 10.0.0.2
  cchc query on_time_resolved --cluster http://10.0.0.1:50050

CCHC_CLUSTER_TOKEN in the environment, the same for all of them, keeps strangers out. With --certificate and --key on
scheduler and executors everything between the machines is encrypted, and the cluster is https://10.0.0.1:50050.")]
pub struct ClusterArgs {
    /// Part of the cluster that this process is
    #[arg(value_enum)]
    pub part: ClusterPart,
    /// Address to listen on; others than 127.0.0.1 are open to the machines that reach them
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: std::net::IpAddr,
    /// Port, 0 for a free one [default: 50050 of a scheduler, 50051 of an executor]
    #[arg(long)]
    pub port: Option<u16>,
    /// Name under which other machines reach this one [default: the address]
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Scheduler that an executor works for; its URL will do as well
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    pub scheduler: String,
    /// Port on which an executor takes tasks, 0 for a free one [default: 50052]
    #[arg(long, value_name = "PORT")]
    pub task_port: Option<u16>,
    /// Certificate that this machine shows to others, as PEM; then everything is encrypted
    #[arg(long, value_name = "FILE", env = "CCHC_CLUSTER_CERTIFICATE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// Private key of the certificate, as PEM
    #[arg(long, value_name = "FILE", env = "CCHC_CLUSTER_KEY", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Cores that an executor uses [default: all]
    #[arg(long, value_name = "COUNT")]
    pub cores: Option<usize>,
    /// Folder for an executor's rows between tasks, of its own [default: one for this run among temporary files]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// How much of the engine's own log is shown
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "warn", env = "CCHC_LOG")]
    pub log: LogLevel,
}

/// From which weight on lines of the engine's log are shown.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What failed
    Error,
    /// What may have failed
    Warn,
    /// Every job and stage
    Info,
    /// Every task
    Debug,
}

/// Parts of a cluster.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClusterPart {
    /// Deals work out
    Scheduler,
    /// Reads the workspace and computes
    Executor,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cchc completions bash > ~/.local/share/bash-completion/completions/cchc")]
pub struct CompletionsArgs {
    /// The shell that completes
    pub shell: clap_complete::Shell,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc import dossiers 2023 so_theo_doi_ho_so_2023.xlsx --dry-run
  cchc import staffing 2023 bien_che_2023.xlsx --synthetic=unit,assigned,as_of")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct ImportArgs {
    /// Dataset to import into
    pub dataset: String,
    /// Year that the files report on
    pub year: i32,
    /// Exported files, archives of them (ZIP, GZIP), or `-` for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Sheets to read, as names or globs
    #[arg(long, value_name = "GLOB")]
    pub sheet: Vec<String>,
    /// Period that the data cover, when the files do not say: 2023-01-01..2023-12-14
    #[arg(long, value_name = "A..B")]
    pub period: Option<String>,
    /// Date on which the data were drawn up, when the files do not say
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Show what would be imported and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out up to N rows that cannot be read, instead of refusing the files
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub allow_rejects: usize,
    /// Write the rows that cannot be read to FILE, as .csv or, with the bad cells marked, as .xlsx
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Import although a total printed in the files differs from the sum of the rows
    #[arg(long)]
    pub allow_control_mismatch: bool,
    /// Encoding of text files, when it is not recognised: utf-8, windows-1258, tcvn3, vni, viscii …;
    /// in spreadsheets, the old encoding that cells without a font of their own are in
    #[arg(long, value_name = "E")]
    pub encoding: Option<String>,
    /// Delete the earlier revisions of the year for good
    #[arg(long, conflicts_with = "dry_run")]
    pub purge_history: bool,
    /// Import real data over a year that was marked as made up
    #[arg(long, conflicts_with = "synthetic")]
    pub real: bool,
    /// Mark the year as made up; with `=COLUMNS`, only those
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "")]
    pub synthetic: Option<Vec<String>>,
}

/// Arguments of `contract`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cchc contract thanh_tra_2023.xlsx -o datasets/thanh_tra.toml
  cchc import thanh_tra 2023 thanh_tra_2023.xlsx --dry-run")]
pub struct ContractArgs {
    /// Exported file
    pub file: PathBuf,
    /// Sheet to read, as a name or glob [default: the first visible one with a table]
    #[arg(long, value_name = "GLOB")]
    pub sheet: Vec<String>,
    /// Encoding of a text file, when it is not recognised
    #[arg(long, value_name = "E")]
    pub encoding: Option<String>,
    /// File to write, datasets/NAME.toml, instead of standard output; one that is there is kept
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc query on_time_resolved from_year=2021 --titles
  cchc query -c 'select field, count(*) from dossiers where year = 2023 group by 1' -o so_lieu.csv")]
pub struct QueryArgs {
    /// Saved query to run, then its parameters as name=value
    #[arg(value_name = "NAME", required_unless_present_any = ["sql", "file"], conflicts_with_all = ["sql", "file"])]
    pub name: Option<String>,
    /// Values of the saved query's parameters
    #[arg(value_name = "param=value")]
    pub arguments: Vec<String>,
    /// SQL to run
    #[arg(short = 'c', value_name = "SQL", conflicts_with = "file", allow_hyphen_values = true)]
    pub sql: Option<String>,
    /// File of SQL to run
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// After an error, go on with the next statement
    #[arg(long)]
    pub keep_going: bool,
    /// Run it and show the plan instead of the result, with the bytes and row groups that were read
    #[arg(long)]
    pub explain: bool,
    /// Where and how the result is written
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc compare dossiers_by_field
  cchc compare on_time_resolved staffing_vacancy --years 2021,2023 -o so_sanh.xlsx
  cchc compare on_time_resolved field=standards --baseline 2020")]
pub struct CompareArgs {
    /// Saved queries with a column `year`, then their parameters as name=value
    #[arg(value_name = "NAME | param=value", required = true)]
    pub words: Vec<String>,
    /// Years to show [default: those that the queries give]
    #[arg(long, value_name = "YEARS", value_delimiter = ',')]
    pub years: Vec<i32>,
    /// Year that the last one is compared with [default: the year imported before it]
    #[arg(long, value_name = "YEAR")]
    pub baseline: Option<i32>,
    /// Where and how the comparison is written
    #[command(flatten)]
    pub list: ListArgs,
}

/// Where and how a result is written.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Format and file
    #[command(flatten)]
    pub list: ListArgs,
    /// Show Vietnamese titles and labels instead of names and codes
    #[arg(long)]
    pub titles: bool,
}

/// Format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatChoice {
    /// Lines and columns
    Table,
    /// Comma-separated values
    Csv,
    /// One array of objects
    Json,
    /// One object per line
    Ndjson,
    /// A Markdown table
    Markdown,
    /// CSV for Vietnamese Excel: semicolons, decimal commas, no formulas
    ExcelCsv,
    /// One page without scripts
    Html,
    /// A workbook with number formats and a sheet of provenance
    Xlsx,
    /// Apache Parquet
    Parquet,
    /// The file format of Apache Arrow
    Arrow,
}

impl From<FormatChoice> for Format {
    fn from(choice: FormatChoice) -> Self {
        match choice {
            FormatChoice::Table => Self::Table,
            FormatChoice::Csv => Self::Csv,
            FormatChoice::Json => Self::Json,
            FormatChoice::Ndjson => Self::Ndjson,
            FormatChoice::Markdown => Self::Markdown,
            FormatChoice::ExcelCsv => Self::ExcelCsv,
            FormatChoice::Html => Self::Html,
            FormatChoice::Xlsx => Self::Xlsx,
            FormatChoice::Parquet => Self::Parquet,
            FormatChoice::Arrow => Self::Arrow,
        }
    }
}

/// Arguments of `chart`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc chart                                  draw every saved chart
  cchc chart on_time_rate from_year=2021 -o ty_le.png --width 155mm --height 90mm
  cchc chart -c 'select field, count(*) n from dossiers group by 1 VISUALISE field AS x, n AS y DRAW bar' -o a.svg")]
pub struct ChartArgs {
    /// Saved charts to draw (all, if none is named), then their parameters as name=value
    #[arg(value_name = "NAME | param=value", conflicts_with = "sql")]
    pub words: Vec<String>,
    /// SQL with a VISUALISE clause to draw
    #[arg(short = 'c', value_name = "SQL", requires = "output", allow_hyphen_values = true)]
    pub sql: Option<String>,
    /// File to write, .png or .svg; saved charts go to charts/NAME.png otherwise
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Width, as 155mm or 1200px [default: that of the chart's file, else 155mm]
    #[arg(long, value_name = "SIZE")]
    pub width: Option<String>,
    /// Height, as 90mm or 700px [default: that of the chart's file, else 90mm]
    #[arg(long, value_name = "SIZE")]
    pub height: Option<String>,
    /// Dots per inch of sizes in millimetres [default: 300]; also scales the text
    #[arg(long, value_parser = clap::value_parser!(u16).range(36..=1200))]
    pub dpi: Option<u16>,
    /// Look: colour for reports, black and white for copies, dark for screens
    #[arg(long, value_enum, default_value_t = ThemeChoice::Report)]
    pub theme: ThemeChoice,
    /// Leave the title to the document's caption
    #[arg(long)]
    pub no_title: bool,
    /// File for the numbers that are drawn; its extension is the format. Further tables that layers draw become
    /// sheets of it, or files FILE.TABLE.csv beside it
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Draw all of them on one page (A4), a .png; each keeps its height as long as all fit
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "data"])]
    pub page: Option<PathBuf>,
    /// Draw again whenever a chart, a query or the data change
    #[arg(long)]
    pub watch: bool,
}

/// Looks of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeChoice {
    /// Colour on white paper
    Report,
    /// Black and white
    Print,
    /// Light on dark
    Screen,
}

impl From<ThemeChoice> for crate::chart::ThemeName {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::Report => Self::Report,
            ThemeChoice::Print => Self::Print,
            ThemeChoice::Screen => Self::Screen,
        }
    }
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc check                                  all checks, on the year of the last report
  cchc check r01_status_sum for_year=2022
  cchc check --format csv -o kiem_tra.csv")]
pub struct CheckArgs {
    /// Checks to run (all, if none is named), then their parameters as name=value
    #[arg(value_name = "NAME | param=value")]
    pub words: Vec<String>,
    /// Where and how the findings are written
    #[command(flatten)]
    pub list: ListArgs,
}

/// Format and file of a result or a list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Format of the result [default: table on a terminal, csv otherwise]
    #[arg(long, value_enum)]
    pub format: Option<FormatChoice>,
    /// File to write instead of standard output; its extension is the default format
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Dataset whose history is wanted; otherwise all
    pub dataset: Option<String>,
    /// Where and how the list is written
    #[command(flatten)]
    pub list: ListArgs,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cchc history dossiers
  cchc restore dossiers 2023 7e5f3c21a90b")]
pub struct RestoreArgs {
    /// Dataset
    pub dataset: String,
    /// Year
    pub year: i32,
    /// Revision, as `cchc history` lists it; the first letters are enough
    pub revision: String,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Dataset
    pub dataset: String,
    /// Year
    pub year: i32,
    /// Delete all revisions of the year for good
    #[arg(long)]
    pub purge_history: bool,
}

/// Parses a language by its name, with or without a country: `vi`, `vi_VN`, `en`.
fn parse_lang(text: &str) -> Result<Lang, String> {
    let name = text.split(['_', '-', '.']).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "vi" => Ok(Lang::Vi),
        "en" | "c" | "posix" => Ok(Lang::En),
        _ => Err("wanted `vi` or `en`".to_owned()),
    }
}

/// Parses a number of bytes: `2G`, `800M`, `1.5GiB`; units are powers of 1024.
fn parse_bytes(text: &str) -> Result<u64, String> {
    let wanted = || "wanted a size, as 2G or 800M".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit_at).ok_or_else(wanted)?;
    let unit: u64 = match unit.trim().to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return Err(wanted()),
    };
    let number: f64 = number.parse().map_err(|_| wanted())?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the digits cannot be negative, and a conversion ends at the largest number"
    )]
    Ok((number * unit as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::parse_bytes;

    #[test]
    fn sizes_are_read_with_their_units() {
        let read = ["2G", "800M", "1.5GiB", "64kb", "1000", "1 T"].map(|text| parse_bytes(text).unwrap());
        assert_eq!(read, [2 << 30, 800 << 20, 3 << 29, 64 << 10, 1000, 1 << 40]);
        for text in ["", "G", "2X", "-1G", "1.2.3G"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
