//! Turns the clause as written into the clause that the grammar crate resolves.
//!
//! Five things change, each by inserting or replacing a few words: the data come from the table
//! that holds the query's result; year columns get an ordinal scale, because years are names and
//! `2021.5` is none; so do colours of names, because a discrete scale of the crate ends at ten;
//! plain stacks are left to this program, because the crate stacks in the alphabet's order and
//! refuses negative values; so are lists of names, which the crate looks for on the wrong axis of
//! horizontal bars.

use datafusion::arrow::array::{Array as _, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};

use super::clause::{Clause, DrawClause, Mapping, ScaleClause, Span, Written};
use super::{ChartData, Table};

/// The name of the query's result in the chart's private session.
pub(super) const RESULT: &str = "__cchc_result";

struct Edit {
    span: Span,
    text: String,
}

/// Rewrites the clause.
pub(super) fn rewrite(clause: &Clause, written: &Written, data: &ChartData) -> String {
    let insert = |at: usize, text: String| Edit { span: Span { start: at, end: at }, text };
    let mut edits = Vec::new();
    if written.source.is_none() {
        edits.push(insert(written.source_at, format!(" FROM {RESULT}")));
    }
    for draw in written.draws.iter().filter(|draw| draw.geometry.text == "bar") {
        edits.extend(unstacked(draw));
    }
    edits.extend(written.scales.iter().filter_map(|scale| unlimited(scale, written, data)));
    let listed = written.scales.iter().filter_map(|scale| scale.names_span);
    edits.extend(listed.map(|span| Edit { span, text: String::new() }));
    let mut text = apply(clause.body(), edits);
    for aesthetic in ordinal_aesthetics(written, data) {
        text.push_str("\nSCALE ORDINAL ");
        text.push_str(aesthetic);
    }
    text
}

fn unstacked(draw: &DrawClause) -> Option<Edit> {
    let position = draw.settings.iter().find(|setting| setting.name.text == "position");
    let has_total = draw.settings.iter().any(|setting| setting.name.text == "total");
    let edit = |start: usize, end: usize, text: &str| {
        Some(Edit { span: Span { start, end }, text: text.to_owned() })
    };
    match (position, has_total) {
        (Some(setting), false) if setting.value.text == "stack" => {
            edit(setting.value.span.start, setting.value.span.end, "'identity'")
        }
        (None, false) => match draw.settings.first() {
            Some(first) => edit(first.name.span.start, first.name.span.start, "position => 'identity', "),
            None => edit(draw.settings_at, draw.settings_at, " SETTING position => 'identity'"),
        },
        _ => None,
    }
}

/// Tells how the bars of a `DRAW` are placed side by side, as its author wrote it.
pub(super) fn position_of(draw: &DrawClause) -> &str {
    draw.settings
        .iter()
        .find(|setting| setting.name.text == "position")
        .map_or("stack", |setting| setting.value.text.as_str())
}

fn apply(body: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut out = String::with_capacity(body.len() + 80);
    let mut done = 0;
    for edit in edits {
        out.push_str(body.get(done..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(body.get(done..).unwrap_or_default());
    out
}

const COLOURS: [&str; 4] = ["color", "colour", "fill", "stroke"];

/// Lists the aesthetics that show years, or groups by colour, and have no scale of the author's.
fn ordinal_aesthetics(written: &Written, data: &ChartData) -> Vec<&'static str> {
    let families: [(&'static str, &[&str]); 3] = [("x", &["x"]), ("y", &["y"]), ("color", &COLOURS)];
    let is_scaled =
        |names: &[&str]| written.scales.iter().any(|scale| names.contains(&scale.aesthetic.text.as_str()));
    families
        .into_iter()
        .filter(|(name, names)| {
            let shows = |kind: fn(&Table, &str) -> bool| shows(written, data, names, kind);
            !is_scaled(names) && (shows(is_year_column) || (*name == "color" && shows(is_name_column)))
        })
        .map(|(name, _)| name)
        .collect()
}

/// Makes the author's own colour scale of names ordinal, the only kind without a limit of ten.
fn unlimited(scale: &ScaleClause, written: &Written, data: &ChartData) -> Option<Edit> {
    if !COLOURS.contains(&scale.aesthetic.text.as_str()) {
        return None;
    }
    let start = scale.aesthetic.span.start;
    match &scale.kind {
        Some(kind) if kind.text.eq_ignore_ascii_case("discrete") => {
            Some(Edit { span: kind.span, text: "ORDINAL".to_owned() })
        }
        None if shows(written, data, &COLOURS, is_name_column) => {
            Some(Edit { span: Span { start, end: start }, text: "ORDINAL ".to_owned() })
        }
        _ => None,
    }
}

/// Tells whether a column of this kind is mapped to one of the names.
fn shows(written: &Written, data: &ChartData, names: &[&str], is_kind: fn(&Table, &str) -> bool) -> bool {
    let is_named = |mapping: &&Mapping| {
        mapping.aesthetic.as_ref().is_some_and(|name| names.contains(&name.text.as_str()))
    };
    let main = written.source.as_ref().map_or(Some(&data.result), |from| data.table(&from.name.text));
    let global = written.mappings.iter().filter(is_named).map(|mapping| (mapping, main));
    let own = written.draws.iter().flat_map(|draw| {
        let table = draw.source.as_ref().map_or(main, |from| data.table(&from.name.text));
        draw.mappings.iter().filter(is_named).map(move |mapping| (mapping, table))
    });
    global
        .chain(own)
        .filter_map(|(mapping, table)| Some((mapping.column.as_ref()?, table?)))
        .any(|(column, table)| is_kind(table, &column.text))
}

/// Tells whether a column holds text or truth values.
fn is_name_column(table: &Table, column: &str) -> bool {
    let lower = column.to_lowercase();
    let field = table.schema.fields().iter().find(|field| field.name().to_lowercase() == lower);
    field.is_some_and(|field| match field.data_type() {
        DataType::Dictionary(_, value) => value.is_string(),
        other => other.is_string() || *other == DataType::Boolean,
    })
}

/// Tells whether a column is named like a year and holds whole numbers from 1900 to 2200.
pub(super) fn is_year_column(table: &Table, column: &str) -> bool {
    let name = column.to_lowercase();
    if name != "year" && name != "nam" && name != "năm" && !name.ends_with("_year") {
        return false;
    }
    let Some((index, field)) =
        table.schema.fields().iter().enumerate().find(|(_, field)| field.name().to_lowercase() == name)
    else {
        return false;
    };
    field.data_type().is_integer()
        && table.batches.iter().all(|batch| {
            cast(batch.column(index), &DataType::Int64).is_ok_and(|values| {
                values.as_primitive::<Int64Type>().iter().flatten().all(|year| (1900..=2200).contains(&year))
                    && values.len() == batch.num_rows()
            })
        })
}
