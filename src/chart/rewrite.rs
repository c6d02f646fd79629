//! Turns the clause as written into the clause that the grammar crate resolves.
//!
//! What changes: the data come from the table that holds the query's result; year columns get an
//! ordinal scale, because years are names and `2021.5` is none; so do colours of names, because a
//! discrete scale of the crate ends at ten, and panels of numbers, which the crate would bin. Places side
//! by side and on top of each other are left to this program, because the crate stacks in the
//! alphabet's order and refuses negative values; so are lists of names, which the crate looks for on the
//! wrong axis of horizontal bars, colours, labels, and the settings that are this program's own.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};

use super::clause::{Clause, DrawClause, Mapping, ScaleClause, Setting, Span, Written};
use super::{ChartData, Table};

/// The name of the query's result in the chart's private session.
pub(super) const RESULT: &str = "__cchc_result";

/// Settings of this program that the grammar does not have.
pub(super) const OWN_SETTINGS: [&str; 2] = ["labels", "hollow"];

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
    edits.extend(written.draws.iter().filter_map(|draw| reset(clause, draw)));
    // Only these are drawn in the order of the rows; the others are in an order of their own, and the crate
    // would order the rows of a statistic by columns that it no longer has.
    let is_ordered = |draw: &&DrawClause| !matches!(draw.geometry.text.as_str(), "path" | "polygon" | "text");
    let orders = written.draws.iter().filter(is_ordered).filter_map(|draw| draw.order_span);
    edits.extend(orders.map(|span| Edit { span, text: String::new() }));
    for scale in &written.scales {
        edits.extend(unlimited(scale, written, data));
        let names = scale.names_span.filter(|_| !lists_dates(scale));
        let dropped = [names, scale.output_span, scale.renaming_span];
        edits.extend(dropped.into_iter().flatten().map(|span| Edit { span, text: String::new() }));
    }
    let mut text = apply(clause.body(), edits);
    for aesthetic in ordinal_aesthetics(written, data) {
        text.push_str("\nSCALE ORDINAL ");
        text.push_str(aesthetic);
    }
    text
}

/// Tells whether a scale lists the two ends of an axis of dates.
pub(super) fn lists_dates(scale: &ScaleClause) -> bool {
    let is_date = |name: &String| chrono::NaiveDate::parse_from_str(name, "%Y-%m-%d").is_ok();
    scale.names.len() == 2 && scale.names.iter().all(is_date)
}

/// Writes the settings of a layer anew, without those that this program follows itself.
fn reset(clause: &Clause, draw: &DrawClause) -> Option<Edit> {
    let is_placed_here = places_marks(&draw.geometry.text);
    let is_passed = |setting: &&Setting| {
        let name = setting.name.text.as_str();
        !(OWN_SETTINGS.contains(&name) || is_placed_here && matches!(name, "position" | "total"))
    };
    let text_of = |setting: &Setting| {
        clause.body().get(setting.name.span.start..setting.value.span.end).map(str::to_owned)
    };
    let mut kept: Vec<String> = draw.settings.iter().filter(is_passed).filter_map(text_of).collect();
    if is_placed_here {
        kept.push("position => 'identity'".to_owned());
        // No shape where there are no data, unless the author wants tails.
        if draw.geometry.text == "violin" && draw.setting("tails").is_none() {
            kept.push("tails => 0".to_owned());
        }
    } else if kept.len() == draw.settings.len() {
        return None;
    }
    let text = if kept.is_empty() { String::new() } else { format!(" SETTING {} ", kept.join(", ")) };
    Some(Edit { span: draw.settings_span, text })
}

/// Tells whether marks of this geometry are placed side by side, or stacked, by this program.
fn places_marks(geometry: &str) -> bool {
    matches!(geometry, "bar" | "area" | "histogram" | "boxplot" | "violin")
}

/// Tells how the marks of a `DRAW` share a place, as its author wrote it or by default.
pub(super) fn position_of(draw: &DrawClause) -> &str {
    let usual = match draw.geometry.text.as_str() {
        "bar" | "area" | "histogram" => "stack",
        "boxplot" | "violin" => "dodge",
        _ => "identity",
    };
    draw.setting("position").unwrap_or(usual)
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

/// Lists the aesthetics that show years, or groups by colour, or number panels, and have no scale of the author's.
fn ordinal_aesthetics(written: &Written, data: &ChartData) -> Vec<&'static str> {
    let families: [(&'static str, &[&str]); 4] =
        [("x", &["x"]), ("y", &["y"]), ("color", &COLOURS), ("linetype", &["linetype"])];
    let is_scaled =
        |names: &[&str]| written.scales.iter().any(|scale| names.contains(&scale.aesthetic.text.as_str()));
    let needs = |(name, names): &(&'static str, &[&str])| {
        let shows = |kind: fn(&Table, &str) -> bool| shows(written, data, names, kind);
        let is_name = *name == "color" && shows(is_name_column);
        !is_scaled(names) && !is_computed_along(name, written) && (shows(is_year_column) || is_name)
    };
    let mut found: Vec<&'static str> = families.into_iter().filter(needs).map(|(name, _)| name).collect();
    if let Some(facet) = &written.facet {
        let table = written.source.as_ref().map_or(Some(&data.result), |from| data.table(&from.name.text));
        let is_number = |column: &str| table.is_some_and(|table| is_number_column(table, column));
        let sides: [(&'static str, &[super::clause::Piece]); 2] = if facet.columns.is_empty() {
            [("panel", facet.rows.as_slice()), ("column", facet.columns.as_slice())]
        } else {
            [("row", facet.rows.as_slice()), ("column", facet.columns.as_slice())]
        };
        let numbered = sides.into_iter().filter(|(name, columns)| {
            !is_scaled(&[name]) && columns.iter().any(|column| is_number(&column.text))
        });
        found.extend(numbered.map(|(name, _)| name));
    }
    found
}

/// Statistics along x need its numbers, so years stay numbers there.
fn is_computed_along(axis: &str, written: &Written) -> bool {
    let is_computed =
        |draw: &DrawClause| matches!(draw.geometry.text.as_str(), "histogram" | "density" | "smooth");
    axis == "x" && written.draws.iter().any(is_computed)
}

/// Tells whether a column holds dates or instants.
pub(super) fn is_date_column(table: &Table, column: &str) -> bool {
    let lower = column.to_lowercase();
    let field = table.schema.fields().iter().find(|field| field.name().to_lowercase() == lower);
    field.is_some_and(|field| field.data_type().is_temporal())
}

/// Turns the columns of years into columns of words.
pub(super) fn name_years(table: &Table) -> Table {
    let fields: Vec<Field> = table
        .schema
        .fields()
        .iter()
        .map(|field| {
            if is_year_column(table, field.name()) {
                Field::new(field.name(), DataType::Utf8, true).with_metadata(field.metadata().clone())
            } else {
                field.as_ref().clone()
            }
        })
        .collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let rename = |batch: &RecordBatch| {
        let columns = batch.columns().iter().zip(schema.fields());
        let columns =
            columns.map(|(column, field)| cast(column, field.data_type())).collect::<Result<_, _>>();
        columns.and_then(|columns| RecordBatch::try_new(Arc::clone(&schema), columns))
    };
    let batches: Result<Vec<RecordBatch>, _> = table.batches.iter().map(rename).collect();
    match batches {
        Ok(batches) => Table { schema, batches, ..table.clone() },
        // Years are whole numbers, which can be written as words.
        Err(_) => table.clone(),
    }
}

fn is_number_column(table: &Table, column: &str) -> bool {
    let lower = column.to_lowercase();
    let field = table.schema.fields().iter().find(|field| field.name().to_lowercase() == lower);
    field.is_some_and(|field| field.data_type().is_numeric())
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
pub(super) fn shows(
    written: &Written,
    data: &ChartData,
    names: &[&str],
    is_kind: fn(&Table, &str) -> bool,
) -> bool {
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
