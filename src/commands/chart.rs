//! `cchc chart`: draws saved charts, or SQL with a VISUALISE clause, as PNG or SVG.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::Session;
use super::query::parse_arguments;
use super::write::check_outside;
use crate::chart::{
    ChartData, ChartOptions, Clause, ColumnNote, ColumnNotes, Plot, Table, draw_pixels, draw_png, draw_svg,
    find_visualise, resolve_plot,
};
use crate::cli::ChartArgs;
use crate::engine::{Answer, Arguments, CATEGORY_KEY, Engine, LABELS_KEY, MEASURE_UNIT_KEY, TITLE_KEY};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{ChartFault, Narration, QueryNotice, TerminalFault};
use crate::query::{SavedQuery, parse_saved_query};
use crate::store::replace_file;

pub(super) fn run(session: &Session, arguments: &ChartArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let options = read_options(session, arguments)?;
    if let Some(file) = &arguments.output {
        check_outside(file, engine.workspace())?;
        image_format(file)?;
    }
    if let (Some(sql), Some(file)) = (&arguments.sql, &arguments.output) {
        let query = parse_saved_query("chart", "-c", sql)?;
        return draw(session, &engine, &query, &Arguments::default(), &options, file);
    }
    let (names, pairs): (Vec<String>, Vec<String>) =
        arguments.words.iter().cloned().partition(|word| !word.contains('='));
    let values = parse_arguments(&pairs)?;
    let names = if names.is_empty() { engine.workspace().charts()? } else { names };
    if arguments.output.is_some() && names.len() != 1 {
        return Err(TerminalFault::OneChartPerFile { count: names.len() }.error());
    }
    // A chart's own image shows it with its defaults; anything else needs a file of its own.
    if arguments.output.is_none() && !pairs.is_empty() {
        return Err(TerminalFault::ArgumentsNeedAFile.error());
    }
    let queries: Result<Vec<SavedQuery>> = names.iter().map(|name| engine.read_chart(name)).collect();
    for query in queries? {
        let file = match &arguments.output {
            Some(file) => file.clone(),
            None => engine.workspace().chart_image(&query.name),
        };
        draw(session, &engine, &query, &values, &options, &file)?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ImageFormat {
    Png,
    Svg,
}

fn image_format(file: &Path) -> Result<ImageFormat> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "png" => Ok(ImageFormat::Png),
        "svg" => Ok(ImageFormat::Svg),
        _ => Err(TerminalFault::NotAnImage { file: file.display().to_string() }.error()),
    }
}

/// A chart that is ready to be drawn.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// Its marks and labels.
    pub plot: Plot,
    /// What its reader must know.
    pub notices: Vec<QueryNotice>,
    options: ChartOptions,
    description: String,
}

impl Drawing {
    /// Resolves a clause over the answer of its SQL and those of its parts.
    ///
    /// # Errors
    /// Faults of the clause.
    pub fn resolve(
        engine: &Engine,
        query: &SavedQuery,
        answer: Answer,
        parts: Vec<(String, Answer)>,
        options: &ChartOptions,
    ) -> Result<Self> {
        let clause = Clause { file: &query.file, text: &query.text, start: find_clause(query)? };
        let answer = show_labels(engine, answer);
        let parts: Vec<(String, Answer)> =
            parts.into_iter().map(|(name, part)| (name, show_labels(engine, part))).collect();
        let answers = std::iter::once(&answer).chain(parts.iter().map(|(_, part)| part));
        let notes = describe_columns(engine, answers);
        let mut notices = answer.notices.clone();
        for notice in parts.iter().flat_map(|(_, part)| &part.notices) {
            if !notices.contains(notice) {
                notices.push(notice.clone());
            }
        }
        let data = ChartData {
            result: to_table(query.name.clone(), answer),
            tables: parts.into_iter().map(|(name, part)| to_table(name, part)).collect(),
        };
        let plot = resolve_plot(&clause, &data, &notes, options.lang)?;
        let caption_lines: Vec<String> =
            notices.iter().map(|notice| capitalise(&notice.message(options.lang))).collect();
        let description = [vec![query.title.clone()], caption_lines.clone()].concat().join("\n");
        let options = ChartOptions { caption_lines, ..options.clone() };
        Ok(Self { plot, notices, options, description })
    }

    /// The same at another size.
    #[must_use]
    pub fn sized(&self, width_px: u32, height_px: u32, dpi: f64) -> Self {
        let options = ChartOptions { width_px, height_px, dpi, ..self.options.clone() };
        Self { options, ..self.clone() }
    }

    /// Draws it as PNG.
    ///
    /// # Errors
    /// If the size does not suit the chart.
    pub fn png(&self) -> Result<Vec<u8>> {
        draw_png(&draw_svg(&self.plot, &self.options)?, &self.options, &self.description)
    }

    /// Draws it as pixels.
    ///
    /// # Errors
    /// If the size does not suit the chart.
    pub fn pixels(&self) -> Result<Vec<[u8; 3]>> {
        draw_pixels(&draw_svg(&self.plot, &self.options)?, &self.options)
    }

    /// Writes it to a file, by its extension, and says so.
    ///
    /// # Errors
    /// If the file cannot be written, lies among the data, or is no image.
    pub fn write(&self, session: &Session, engine: &Engine, file: &Path) -> Result<()> {
        check_outside(file, engine.workspace())?;
        let bytes = match image_format(file)? {
            ImageFormat::Svg => draw_svg(&self.plot, &self.options)?.into_bytes(),
            ImageFormat::Png => self.png()?,
        };
        let shown = shown(engine, file);
        replace_file(file, &shown, &bytes)?;
        session.terminal.narrate(&Narration::Wrote { file: shown });
        Ok(())
    }
}

/// Finds where the clause starts in the text of a chart.
///
/// # Errors
/// [`ChartFault::NoClause`].
pub fn find_clause(query: &SavedQuery) -> Result<usize> {
    find_visualise(&query.text).ok_or_else(|| {
        Error::new(ChartFault::NoClause { name: query.name.clone() }).at(Place::file(&query.file))
    })
}

/// Runs the SQL of a chart, and the parts of it that its layers name.
///
/// # Errors
/// Faults of the SQL and of the values.
pub async fn ask_chart(
    engine: &Engine,
    query: &SavedQuery,
    values: &Arguments,
) -> Result<(Answer, Vec<(String, Answer)>)> {
    let start = find_clause(query)?;
    let clause_text = query.text.get(start..).unwrap_or_default().to_lowercase();
    let is_named = |name: &str| clause_text.contains(&name.to_lowercase());
    let answer = engine.ask_saved(query, start, values).await?;
    let parts = engine.ask_parts(query, start, values, is_named).await?;
    Ok((answer, parts))
}

/// The size that charts have when nothing else is asked for.
pub fn usual_options(session: &Session) -> ChartOptions {
    ChartOptions::print(155.0, 90.0, 300.0, session.image_lang)
}

/// Runs the query, resolves the clause and writes the picture.
fn draw(
    session: &Session,
    engine: &Engine,
    query: &SavedQuery,
    values: &Arguments,
    options: &ChartOptions,
    file: &Path,
) -> Result<()> {
    let (answer, parts) = session.wait(ask_chart(engine, query, values))?;
    let drawing = Drawing::resolve(engine, query, answer, parts, options)?;
    drawing.write(session, engine, file)?;
    for notice in &drawing.notices {
        session.terminal.narrate(notice);
    }
    Ok(())
}

fn shown(engine: &Engine, file: &Path) -> String {
    engine.workspace().display(file)
}

fn capitalise(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn to_table(name: String, answer: Answer) -> Table {
    Table { name, schema: answer.schema, batches: answer.batches, is_ordered: answer.is_ordered }
}

/// Puts the labels of categories in place of their codes: a picture is read by people.
fn show_labels(engine: &Engine, answer: Answer) -> Answer {
    let mut fields: Vec<Field> = answer.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut batches: Vec<Vec<ArrayRef>> =
        answer.batches.iter().map(|batch| batch.columns().to_vec()).collect();
    for (index, field) in fields.iter_mut().enumerate() {
        let Some(key) = field.metadata().get(CATEGORY_KEY).cloned() else { continue };
        let Some(labels) = read_labels(engine, &key) else { continue };
        for columns in &mut batches {
            let Ok(codes) = cast(&columns[index], &DataType::Utf8) else { continue };
            let codes = codes.as_string::<i32>().iter();
            let shown = codes.map(|code| code.map(|code| labels.get(code).map_or(code, String::as_str)));
            columns[index] = Arc::new(shown.collect::<StringArray>());
        }
        let mut metadata = field.metadata().clone();
        metadata.remove(CATEGORY_KEY);
        metadata.insert(LABELS_KEY.to_owned(), key);
        *field = Field::new(field.name(), DataType::Utf8, true).with_metadata(metadata);
    }
    let schema = Arc::new(Schema::new(fields));
    let rebuilt: Result<Vec<RecordBatch>, _> =
        batches.into_iter().map(|columns| RecordBatch::try_new(Arc::clone(&schema), columns)).collect();
    match rebuilt {
        Ok(batches) => Answer { schema, batches, ..answer },
        // Codes are better than no picture.
        Err(_) => answer,
    }
}

fn read_labels(engine: &Engine, key: &str) -> Option<HashMap<String, String>> {
    let (dataset, name) = key.split_once('.')?;
    let contract = engine.contracts().read(dataset).ok()?;
    let column = contract.column(name)?;
    Some(
        column
            .categories
            .keys()
            .filter_map(|code| Some((code.clone(), column.label(code)?.to_owned())))
            .collect(),
    )
}

/// Collects what contracts and queries say about the columns: titles, order of categories, units.
fn describe_columns<'a>(engine: &Engine, answers: impl Iterator<Item = &'a Answer>) -> ColumnNotes {
    let mut columns: Vec<ColumnNote> = Vec::new();
    for field in answers.flat_map(|answer| answer.schema.fields().iter()) {
        if columns.iter().any(|known| known.name == *field.name()) {
            continue;
        }
        let metadata = field.metadata();
        columns.push(ColumnNote {
            name: field.name().clone(),
            title: metadata.get(TITLE_KEY).cloned(),
            order: category_order(engine, metadata.get(CATEGORY_KEY), metadata.get(LABELS_KEY)),
            measure_unit: metadata.get(MEASURE_UNIT_KEY).cloned(),
        });
    }
    ColumnNotes { columns }
}

/// The contract's order of the values as they stand in the result: codes, or labels after `label`.
fn category_order(engine: &Engine, codes: Option<&String>, labels: Option<&String>) -> Vec<String> {
    let Some((dataset, name)) = labels.or(codes).and_then(|key| key.split_once('.')) else {
        return Vec::new();
    };
    let Ok(contract) = engine.contracts().read(dataset) else { return Vec::new() };
    let Some(column) = contract.column(name) else { return Vec::new() };
    let value = |code: &String| {
        if labels.is_some() { column.label(code).unwrap_or(code).to_owned() } else { code.clone() }
    };
    column.categories.keys().map(value).collect()
}

/// Sizes in millimetres follow `--dpi`; sizes in pixels scale the text with the width, so that a
/// picture looks the same at any size.
fn read_options(session: &Session, arguments: &ChartArgs) -> Result<ChartOptions> {
    let width = Size::parse(&arguments.width)?;
    let height = Size::parse(&arguments.height)?;
    let dpi = f64::from(arguments.dpi.unwrap_or(300));
    let mut options = match (width, height) {
        (Size::Millimetres(width), Size::Millimetres(height)) => {
            ChartOptions::print(width, height, dpi, session.image_lang)
        }
        (width, height) => {
            let (width, height) = (width.pixels(dpi), height.pixels(dpi));
            let dpi = arguments.dpi.map_or(f64::from(width) * PIXEL_DPI / PIXEL_WIDTH, f64::from);
            ChartOptions::pixels(width, height, dpi, session.image_lang)
        }
    };
    options.has_title = !arguments.no_title;
    Ok(options)
}

/// The width in pixels at which text is set at [`PIXEL_DPI`].
const PIXEL_WIDTH: f64 = 1200.0;
const PIXEL_DPI: f64 = 144.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Millimetres(f64),
    Pixels(u32),
}

impl Size {
    fn parse(text: &str) -> Result<Self> {
        let millimetres = |text: &str| text.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0);
        let size = match (text.strip_suffix("mm"), text.strip_suffix("px")) {
            (Some(number), _) => millimetres(number).map(Self::Millimetres),
            (_, Some(number)) => number.parse().ok().map(Self::Pixels),
            _ => None,
        };
        size.ok_or_else(|| TerminalFault::BadSize { found: text.to_owned() }.error())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates; drawing checks sizes"
    )]
    fn pixels(self, dpi: f64) -> u32 {
        match self {
            Self::Pixels(pixels) => pixels,
            Self::Millimetres(millimetres) => (millimetres / 25.4 * dpi).round() as u32,
        }
    }
}
