//! Turns a comparison into an answer with the layout that people and programs read it in.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};

use super::compare::{Comparison, Line, TOTAL};
use super::suppress::Reason;
use super::suppress_answer::Threshold;
use crate::engine::{Answer, Contracts, LeftOut, TITLE_KEY, Trace};
use crate::error::{Explain as _, Lang, Result};
use crate::messages::{CompareWords, QueryFault, QueryNotice};
use crate::output::{Layout, Style};
use crate::query::{ResultColumn, Role};

/// The column that says what a line measures.
const MEASURE: &str = "measure";

/// Makes the answer; `like` is the result that was compared, whose columns know their categories, and
/// `threshold` what made values be left out, if anything did.
///
/// # Errors
/// If the engine does not take the columns, which is a defect.
pub fn tabulate(
    comparison: &Comparison,
    like: &Answer,
    mut notices: Vec<QueryNotice>,
    threshold: Option<&Threshold>,
) -> Result<Answer> {
    let lines = &comparison.lines;
    let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
    let names = StringArray::from_iter_values(lines.iter().map(|line| &line.measure.name));
    columns.push((Field::new(MEASURE, DataType::Utf8, false), Arc::new(names)));
    for (index, key) in comparison.keys.iter().enumerate() {
        let values: StringArray =
            lines.iter().map(|line| line.group.get(index).and_then(Option::as_deref)).collect();
        let known = like.schema.field_with_name(&key.name).map(|field| field.metadata().clone());
        let field = Field::new(&key.name, DataType::Utf8, true).with_metadata(known.unwrap_or_default());
        columns.push((titled(field, &key.title), Arc::new(values)));
    }
    let numbers = |name: &str, value: &dyn Fn(&Line) -> Option<f64>| {
        let array: Float64Array = lines.iter().map(value).collect();
        (Field::new(name, DataType::Float64, true), Arc::new(array) as ArrayRef)
    };
    for (index, year) in comparison.years.iter().enumerate() {
        columns.push(numbers(&year.to_string(), &|line| line.values.get(index).copied().flatten()));
    }
    for change in changes(comparison) {
        columns.push(numbers(change.name(), &|line| change.value(line)));
    }
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|error| QueryFault::Defect { problem: error.to_string() }.error())?;
    let trace: Trace = like.trace.clone();
    let mut left_out = Vec::new();
    if let Some(threshold) = threshold {
        left_out = list_left_out(comparison, threshold);
        notices.extend(threshold.notice(left_out.len()));
    }
    Ok(Answer { schema, batches: vec![batch], notices, is_ordered: true, trace, left_out })
}

/// Lists the cells of the table without a value that could have one.
fn list_left_out(comparison: &Comparison, threshold: &Threshold) -> Vec<LeftOut> {
    let first = 1 + comparison.keys.len();
    let changes = changes(comparison);
    let mut cells = Vec::new();
    for (row, line) in comparison.lines.iter().enumerate() {
        let mut add = |column, reason| cells.push(LeftOut { row, column, sign: threshold.sign(reason) });
        for (index, reason) in line.left_out.iter().enumerate() {
            if let Some(reason) = reason {
                add(first + index, *reason);
            }
        }
        let changes = changes.iter().enumerate().filter(|(_, change)| change.is_of(line));
        for (index, _) in changes.filter(|_| line.is_change_left_out) {
            add(first + comparison.years.len() + index, Reason::Beside);
        }
    }
    cells
}

fn titled(field: Field, title: &str) -> Field {
    let mut metadata: HashMap<String, String> = field.metadata().clone();
    if !title.is_empty() {
        metadata.insert(TITLE_KEY.to_owned(), title.to_owned());
    }
    field.with_metadata(metadata)
}

/// The ways in which the last year differs from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Difference,
    Growth,
    Points,
}

/// Shows the ways that some line has by its kind: points for rates, the others for the rest.
fn changes(comparison: &Comparison) -> Vec<Change> {
    if comparison.change.is_none() {
        return Vec::new();
    }
    let is_rate = |line: &Line| Change::Points.is_of(line);
    let mut changes = Vec::new();
    if comparison.lines.iter().any(|line| !is_rate(line)) {
        changes.extend([Change::Difference, Change::Growth]);
    }
    if comparison.lines.iter().any(is_rate) {
        changes.push(Change::Points);
    }
    changes
}

impl Change {
    /// Tells whether a line changes in this way: rates in points, all else by differences.
    fn is_of(self, line: &Line) -> bool {
        matches!(line.measure.role, Role::Rate { .. }) == (self == Self::Points)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Difference => "change",
            Self::Growth => "change_percent",
            Self::Points => "change_points",
        }
    }

    fn value(self, line: &Line) -> Option<f64> {
        match self {
            Self::Difference => line.difference,
            Self::Growth => line.growth.map(|growth| growth * 100.0),
            Self::Points => line.points,
        }
    }

    fn title(self, (last, baseline): (i32, i32), lang: Lang) -> String {
        match self {
            Self::Difference => CompareWords::Difference { last, baseline },
            Self::Growth => CompareWords::Growth { last, baseline },
            Self::Points => CompareWords::Points { last, baseline },
        }
        .message(lang)
    }
}

/// Lays a comparison out: for people with titles, labels, signs and tones, for programs as it is.
pub fn lay_out(
    comparison: &Comparison,
    answer: &Answer,
    contracts: &Contracts,
    lang: Lang,
    is_for_people: bool,
) -> Layout {
    if !is_for_people {
        return Layout::plain(&answer.schema).with_bare_numbers();
    }
    let mut layout = Layout::titled(&answer.schema, &[], contracts, lang);
    layout.set_heading(MEASURE, CompareWords::Measure.message(lang));
    for line in &comparison.lines {
        layout.set_label(MEASURE, &line.measure.name, measure_title(&line.measure));
    }
    for key in &comparison.keys {
        layout.set_label(&key.name, TOTAL, CompareWords::Total.message(lang));
    }
    let by_line = |style: fn(&ResultColumn) -> Style| {
        comparison.lines.iter().map(|line| style(&line.measure)).collect::<Vec<_>>()
    };
    for year in &comparison.years {
        layout.set_styles(&year.to_string(), by_line(value_style));
        layout.set_missing(&year.to_string(), CompareWords::NoData.message(lang));
    }
    layout.set_left_out(&answer.left_out);
    let Some(pair) = comparison.change else { return layout };
    let tones: Vec<Option<bool>> = comparison.lines.iter().map(|line| line.is_better).collect();
    for change in changes(comparison) {
        let name = change.name();
        layout.set_heading(name, change.title(pair, lang));
        layout.set_styles(name, by_line(if change == Change::Difference { signed } else { signed_share }));
        layout.set_missing(name, String::new());
        layout.set_tones(name, tones.clone());
    }
    layout
}

fn measure_title(measure: &ResultColumn) -> String {
    if measure.title.is_empty() { measure.name.clone() } else { measure.title.clone() }
}

fn value_style(measure: &ResultColumn) -> Style {
    let decimals = measure.decimals.map(usize::from);
    match measure.role {
        Role::Rate { .. } => Style::Percent(decimals.unwrap_or(2)),
        _ => Style::Number(decimals.unwrap_or(0)),
    }
}

fn signed(measure: &ResultColumn) -> Style {
    Style::Signed(measure.decimals.map_or(0, usize::from))
}

fn signed_share(_: &ResultColumn) -> Style {
    Style::Signed(2)
}
