//! Draws charts again whenever a file changes on which they rest: charts, queries, contracts, years, the calendar.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::super::Session;
use super::Job;
use crate::cli::ChartArgs;
use crate::engine::Engine;
use crate::error::Result;
use crate::messages::Narration;

/// How often to look whether something has changed.
const LOOK: Duration = Duration::from_millis(400);

/// The files that charts rest on, each with its time and length.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Draws until it is interrupted; what cannot be drawn is said, since the next change may mend it.
pub(super) fn run(session: &Session, engine: &Engine, arguments: &ChartArgs) -> Result<()> {
    let mut seen = None;
    loop {
        let found = look(engine);
        if seen.as_ref() != Some(&found) {
            seen = Some(found);
            // Read anew each time, for a chart may be new or gone.
            let drawn = Job::read(session, engine, arguments).and_then(|job| job.run(session, engine));
            if let Err(error) = drawn {
                session.terminal.complain(&error);
            }
            session.terminal.narrate(&Narration::Watching);
        }
        session.pause(LOOK)?;
    }
}

fn look(engine: &Engine) -> Seen {
    let root = engine.workspace().root();
    let mut waiting = ["charts", "queries", "datasets"].map(|folder| root.join(folder)).to_vec();
    let mut seen = Seen::new();
    let calendar = engine.workspace().calendar_file();
    if let Ok(metadata) = std::fs::metadata(&calendar) {
        seen.insert(calendar, (metadata.modified().ok(), metadata.len()));
    }
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(metadata) = entry.metadata() else { continue };
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if metadata.is_dir() {
                waiting.push(path);
            } else if ["sql", "toml", "parquet"].contains(&extension) {
                seen.insert(path, (metadata.modified().ok(), metadata.len()));
            }
        }
    }
    seen
}
