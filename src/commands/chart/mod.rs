//! `cchc chart`: draws saved charts, or SQL with a VISUALISE clause, as PNG or SVG.
//!
//! All questions are asked at once and all pictures drawn at once; files are written and said in the order
//! of the names, so that two runs say the same.

mod data;
mod drawing;
mod page;
mod size;
mod watch;

use std::path::PathBuf;

use futures::future::join_all;

use super::Session;
use super::query::parse_arguments;
use super::write::check_outside;
use crate::cli::ChartArgs;
use crate::engine::{Arguments, Engine};
use crate::error::{Error, Explain as _, Result};
use crate::messages::{Narration, QueryNotice, TerminalFault};
use crate::query::{SavedQuery, parse_saved_query};
use crate::store::replace_file;

use data::check_data_file;
pub use drawing::{Drawing, ask_chart, find_clause};
use drawing::{ImageFormat, image_format, shown};
use size::read_options;
pub use size::usual_options;

pub(super) fn run(session: &Session, arguments: &ChartArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let job = Job::read(session, &engine, arguments)?;
    if arguments.watch { watch::run(session, &engine, arguments) } else { job.run(session, &engine) }
}

/// What is to be drawn, and where to.
struct Job<'a> {
    arguments: &'a ChartArgs,
    sql: Option<SavedQuery>,
    names: Vec<String>,
    values: Arguments,
}

impl<'a> Job<'a> {
    /// Reads the command line, so that a mistake on it costs no time.
    fn read(session: &Session, engine: &Engine, arguments: &'a ChartArgs) -> Result<Self> {
        read_options(session, arguments, None)?;
        for file in [&arguments.output, &arguments.page].into_iter().flatten() {
            check_outside(file, engine.workspace())?;
            image_format(file)?;
        }
        if let Some(file) =
            arguments.page.as_ref().filter(|file| image_format(file).ok() != Some(ImageFormat::Png))
        {
            return Err(TerminalFault::NotAnImage { file: file.display().to_string() }.error());
        }
        if let Some(file) = &arguments.data {
            check_data_file(session, engine, file)?;
        }
        if let Some(sql) = &arguments.sql {
            let query = parse_saved_query("chart", "-c", sql)?;
            return Ok(Self { arguments, sql: Some(query), names: Vec::new(), values: Arguments::default() });
        }
        let (names, pairs): (Vec<String>, Vec<String>) =
            arguments.words.iter().cloned().partition(|word| !word.contains('='));
        let values = parse_arguments(&pairs)?;
        let names = if names.is_empty() { engine.workspace().charts()? } else { names };
        let wants_one = arguments.output.is_some() || arguments.data.is_some();
        if wants_one && names.len() != 1 {
            return Err(TerminalFault::OneChartPerFile { count: names.len() }.error());
        }
        // A chart's own image shows it with its defaults; anything else needs a file of its own.
        if arguments.output.is_none() && arguments.page.is_none() && !pairs.is_empty() {
            return Err(TerminalFault::ArgumentsNeedAFile.error());
        }
        Ok(Self { arguments, sql: None, names, values })
    }

    /// Draws everything; what fails does not keep the others from being drawn.
    fn run(&self, session: &Session, engine: &Engine) -> Result<()> {
        let queries: Vec<SavedQuery> = match &self.sql {
            Some(query) => vec![query.clone()],
            None => self.names.iter().map(|name| engine.read_chart(name)).collect::<Result<_>>()?,
        };
        let questions = queries.iter().map(|query| ask_chart(engine, query, &self.values));
        let answers = session.wait(async { Ok(join_all(questions).await) })?;
        let draw = |(query, answer): (&SavedQuery, Result<_>)| {
            let (answer, parts) = answer?;
            let options = read_options(session, self.arguments, query.size_mm)?;
            Drawing::resolve(engine, query, answer, parts, &options)
        };
        let drawings: Vec<Result<Drawing>> = side_by_side(queries.iter().zip(answers).collect(), draw);
        if let Some(file) = &self.arguments.page {
            let drawings = drawings.into_iter().collect::<Result<Vec<_>>>()?;
            let options = read_options(session, self.arguments, None)?;
            let page = page::draw_page(session, &drawings, options.dpi)?;
            let name = shown(engine, file);
            replace_file(file, &name, &page)?;
            session.terminal.narrate(&Narration::Wrote { file: name });
            say_notices(session, drawings.iter());
            return Ok(());
        }
        self.write(session, engine, &queries, drawings)
    }

    fn write(
        &self,
        session: &Session,
        engine: &Engine,
        queries: &[SavedQuery],
        drawings: Vec<Result<Drawing>>,
    ) -> Result<()> {
        let files: Vec<PathBuf> = queries
            .iter()
            .map(|query| match &self.arguments.output {
                Some(file) => file.clone(),
                None => engine.workspace().chart_image(&query.name),
            })
            .collect();
        let image = |(drawing, file): (Result<Drawing>, &PathBuf)| {
            let drawing = drawing?;
            let bytes = drawing.image(image_format(file)?)?;
            Ok::<_, Error>((drawing, bytes))
        };
        let images = side_by_side(drawings.into_iter().zip(&files).collect(), image);
        let count = images.len();
        let mut errors = Vec::new();
        let mut drawn = Vec::new();
        let mut changed = Vec::new();
        for (index, (image, file)) in images.into_iter().zip(&files).enumerate() {
            let written = image.and_then(|(drawing, bytes)| {
                check_outside(file, engine.workspace())?;
                // Who watches wants to hear of what has changed.
                let is_new = !self.arguments.watch || std::fs::read(file).ok().as_ref() != Some(&bytes);
                if is_new {
                    let name = shown(engine, file);
                    replace_file(file, &name, &bytes)?;
                    #[cfg(feature = "cluster")]
                    if let Some(remote) = engine.workspace().remote() {
                        remote.put_file(file)?;
                    }
                    session.terminal.narrate(&Narration::Wrote { file: name });
                    changed.push(index);
                }
                Ok(drawing)
            });
            match written {
                Ok(drawing) => drawn.push((index, drawing)),
                Err(error) => errors.push(error),
            }
        }
        if let (Some(file), Some(drawing)) = (&self.arguments.data, drawn.first()) {
            data::write_data(session, engine, &drawing.1, file)?;
        }
        let told = drawn.iter().filter(|(index, _)| changed.contains(index));
        say_notices(session, told.map(|(_, drawing)| drawing));
        if count > 1 {
            session.terminal.narrate(&Narration::Drew { drawn: drawn.len(), count });
        }
        Error::join(errors).map_or(Ok(()), Err)
    }
}

/// Says each notice once.
fn say_notices<'d>(session: &Session, drawings: impl Iterator<Item = &'d Drawing>) {
    let mut said: Vec<&QueryNotice> = Vec::new();
    for notice in drawings.flat_map(|drawing| &drawing.notices) {
        if !said.contains(&notice) {
            said.push(notice);
            session.terminal.narrate(notice);
        }
    }
}

/// Does the same work for all items on as many threads as there are processors; results keep the order.
fn side_by_side<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads =
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len().max(1));
    if threads == 1 {
        return items.into_iter().map(work).collect();
    }
    let queue = std::sync::Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    let done = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = next() {
                    let result = work(item);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
