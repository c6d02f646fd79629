//! Turns a saved query with its answer into a drawing: labels, notes on columns, notices, source line.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::super::Session;
use super::super::write::check_outside;
use crate::chart::{
    ChartData, ChartOptions, Clause, ColumnNote, ColumnNotes, LeftOut, Plot, Table, describe, draw_pixels,
    draw_png, draw_svg, find_visualise, ground, missing_letters, resolve_plot,
};
use crate::engine::{
    Answer, Arguments, CATEGORY_KEY, Engine, LABELS_KEY, MEASURE_UNIT_KEY, Source, TITLE_KEY, add_source,
};
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::{ChartFault, ChartNote, Narration, QueryNotice, TerminalFault};
use crate::query::SavedQuery;
use crate::store::replace_file;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageFormat {
    Png,
    Svg,
}

pub(super) fn image_format(file: &Path) -> Result<ImageFormat> {
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
    /// What it is called.
    pub(super) name: String,
    /// The tables that its layers draw, by name, with labels.
    pub(super) tables: Vec<(String, Answer)>,
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
        let mut sources = answer.trace.sources.clone();
        parts
            .iter()
            .flat_map(|(_, part)| part.trace.sources.clone())
            .for_each(|found| add_source(&mut sources, found));
        let data = ChartData {
            result: to_table(query.name.clone(), answer.clone()),
            tables: parts.iter().map(|(name, part)| to_table(name.clone(), part.clone())).collect(),
        };
        let plot = resolve_plot(&clause, &data, &notes, options.lang)?;
        notices.extend(plot.left_out.iter().map(|one| {
            let LeftOut { column, count, of } = one.clone();
            QueryNotice::LeftOut { column, count, of }
        }));
        notices.extend(say_missing_letters(&plot));
        let named = |name: &Option<String>| match name {
            None => Some((query.name.clone(), answer.clone())),
            Some(name) => parts.iter().find(|part| part.0.to_lowercase() == *name).cloned(),
        };
        let tables = plot.tables.iter().filter_map(named).collect();
        let source = source_line(&sources).map(|note| note.message(options.lang));
        let said = notices.iter().map(|notice| capitalise(&notice.message(options.lang)));
        let caption_lines: Vec<String> = source.into_iter().chain(said).collect();
        let description =
            [vec![query.title.clone(), describe(&plot)], caption_lines.clone()].concat().join("\n");
        let options = ChartOptions { caption_lines, ..options.clone() };
        Ok(Self { plot, notices, name: query.name.clone(), tables, options, description })
    }

    /// The same at another size.
    #[must_use]
    pub fn sized(&self, width_px: u32, height_px: u32, dpi: f64) -> Self {
        let options = ChartOptions { width_px, height_px, dpi, ..self.options.clone() };
        Self { options, ..self.clone() }
    }

    /// The same at another width, in its own shape.
    #[must_use]
    pub fn as_wide_as(&self, width_px: u32, dpi: f64) -> Self {
        let (width, height) = (u64::from(self.options.width_px.max(1)), u64::from(self.options.height_px));
        let height = u32::try_from(u64::from(width_px) * height / width).unwrap_or(u32::MAX);
        self.sized(width_px, height, dpi)
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
        let bytes = self.image(image_format(file)?)?;
        let shown = shown(engine, file);
        replace_file(file, &shown, &bytes)?;
        session.terminal.narrate(&Narration::Wrote { file: shown });
        Ok(())
    }

    /// Draws it in a format.
    ///
    /// # Errors
    /// If the size does not suit the chart.
    pub(super) fn image(&self, format: ImageFormat) -> Result<Vec<u8>> {
        match format {
            ImageFormat::Svg => Ok(draw_svg(&self.plot, &self.options)?.into_bytes()),
            ImageFormat::Png => self.png(),
        }
    }

    /// Its width and height on paper.
    pub(super) fn size_mm(&self) -> (f64, f64) {
        let millimetres = |pixels: u32| f64::from(pixels) / self.options.dpi * 25.4;
        (millimetres(self.options.width_px), millimetres(self.options.height_px))
    }

    /// The colour of what lies around its marks.
    pub(super) fn ground(&self) -> [u8; 3] {
        ground(self.options.theme)
    }

    /// What the picture says in words.
    pub(super) fn description(&self) -> &str {
        &self.description
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

pub(super) fn shown(engine: &Engine, file: &Path) -> String {
    engine.workspace().display(file)
}

/// Says which datasets and years the chart rests on, and when the last of them was drawn up.
fn source_line(sources: &[Source]) -> Option<ChartNote> {
    if sources.is_empty() {
        return None;
    }
    let say = |source: &Source, name: &str, as_of: &str| {
        let date = source.as_of.map(|day| format!(" ({as_of} {})", day.format("%d/%m/%Y")));
        format!("{name} {}{}", year_spans(&source.years), date.unwrap_or_default())
    };
    let all = |one: &dyn Fn(&Source) -> String| sources.iter().map(one).collect::<Vec<_>>().join("; ");
    Some(ChartNote::Source {
        what: all(&|source| say(source, &source.dataset, "as of")),
        what_vi: all(&|source| say(source, &source.title, "số liệu đến ngày")),
    })
}

/// Writes years as spans: `2020–2022, 2024`.
fn year_spans(years: &[i32]) -> String {
    let mut spans: Vec<(i32, i32)> = Vec::new();
    for year in years {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *year => *last = *year,
            _ => spans.push((*year, *year)),
        }
    }
    let span = |(first, last): &(i32, i32)| {
        if first == last { first.to_string() } else { format!("{first}–{last}") }
    };
    spans.iter().map(span).collect::<Vec<_>>().join(", ")
}

fn capitalise(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn to_table(name: String, answer: Answer) -> Table {
    Table { name, schema: answer.schema, batches: answer.batches, is_ordered: answer.is_ordered }
}

/// Letters that a notice names.
const LETTERS_NAMED: usize = 5;

/// Says which letters of the chart's words are boxes, by their numbers, since the notice stands in the chart, too.
fn say_missing_letters(plot: &Plot) -> Option<QueryNotice> {
    let missing = missing_letters(plot);
    let named = missing.iter().take(LETTERS_NAMED).map(|letter| format!("U+{:04X}", u32::from(*letter)));
    let more = (missing.len() > LETTERS_NAMED).then(|| "…".to_owned());
    let letters = named.chain(more).collect::<Vec<_>>().join(", ");
    (!missing.is_empty()).then_some(QueryNotice::NoLetters { count: missing.len(), letters })
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
