//! Refuses what the clause asks for and this program does not draw, by name and with what is drawn.
//!
//! Everything is checked before the grammar crate resolves the clause: a clause that is not drawn
//! is an error and never left out of the picture.

use super::clause::{Clause, DrawClause, Mapping, Piece, Source, Written, listed};
use super::{ChartData, DRAWN};
use crate::error::{Error, Explain as _, Result};
use crate::messages::ChartFault;
use crate::workspace::did_you_mean;

const AESTHETICS: [&str; 7] = ["x", "y", "color", "colour", "fill", "stroke", "weight"];
const LABELS: [&str; 9] = ["title", "subtitle", "caption", "x", "y", "color", "colour", "fill", "stroke"];
const CLAUSES: [&str; 4] = ["DRAW", "LABEL", "SCALE … FROM", "SCALE … RENAMING"];
const SCALES: [&str; 3] = ["CONTINUOUS", "DISCRETE", "ORDINAL"];

/// Checks the clause against what is drawn and against the data.
///
/// # Errors
/// Every refusal that was found, as one error.
pub(super) fn check(clause: &Clause, written: &Written, data: &ChartData) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse =
        |fault: ChartFault, piece: &Piece| errors.push(fault.error().at(clause.place(piece.span)));
    for other in &written.others {
        refuse(not_drawn_clause(&other.text), other);
    }
    for draw in &written.draws {
        check_draw(draw, &mut refuse);
    }
    check_scales(written, &mut refuse);
    for label in &written.labels {
        if !LABELS.contains(&label.name.text.as_str()) {
            refuse(
                ChartFault::UnknownLabel { name: label.name.text.clone(), known: listed(LABELS) },
                &label.name,
            );
        }
    }
    for mapping in all_mappings(written) {
        if let Some(aesthetic) =
            mapping.aesthetic.as_ref().filter(|name| !AESTHETICS.contains(&name.text.as_str()))
        {
            let fault =
                ChartFault::AestheticNotDrawn { name: aesthetic.text.clone(), known: listed(AESTHETICS) };
            refuse(fault, aesthetic);
        }
    }
    check_columns(written, data, &mut refuse);
    if written.draws.is_empty() && errors.is_empty() {
        errors.push(ChartFault::NoLayers.error().at(clause.opening()));
    }
    Error::join(errors).map_or(Ok(()), Err)
}

fn not_drawn_clause(clause: &str) -> ChartFault {
    ChartFault::ClauseNotDrawn { clause: clause.to_owned(), known: listed(CLAUSES) }
}

fn all_mappings(written: &Written) -> impl Iterator<Item = &Mapping> {
    written.mappings.iter().chain(written.draws.iter().flat_map(|draw| &draw.mappings))
}

/// Lists the settings that a geometry's drawing follows.
fn settings_of(geometry: &str) -> &'static [&'static str] {
    match geometry {
        "bar" => &["position", "total", "width", "opacity"],
        "line" => &["linewidth", "opacity"],
        _ => &["size", "opacity"],
    }
}

fn check_draw(draw: &DrawClause, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let geometry = &draw.geometry;
    if !DRAWN.contains(&geometry.text.as_str()) {
        let fault = ChartFault::GeometryNotDrawn { name: geometry.text.clone(), known: listed(DRAWN) };
        refuse(fault, geometry);
        return;
    }
    let known = settings_of(&geometry.text);
    for setting in &draw.settings {
        let bad_position = setting.name.text == "position"
            && !["stack", "dodge", "identity"].contains(&setting.value.text.as_str());
        if !known.contains(&setting.name.text.as_str()) || bad_position {
            let name = if bad_position {
                format!("position => '{}'", setting.value.text)
            } else {
                setting.name.text.clone()
            };
            let known = if bad_position { listed(["stack", "dodge", "identity"]) } else { listed(known) };
            refuse(
                ChartFault::SettingNotDrawn { name, geometry: geometry.text.clone(), known },
                &setting.name,
            );
        }
    }
}

fn check_scales(written: &Written, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    for scale in &written.scales {
        if !AESTHETICS.contains(&scale.aesthetic.text.as_str()) || scale.aesthetic.text == "weight" {
            refuse(not_drawn_clause(&format!("SCALE {}", scale.aesthetic.text)), &scale.aesthetic);
        }
        if let Some(kind) =
            scale.kind.as_ref().filter(|kind| !SCALES.contains(&kind.text.to_uppercase().as_str()))
        {
            refuse(not_drawn_clause(&format!("SCALE {}", kind.text.to_uppercase())), kind);
        }
        for extra in &scale.extras {
            refuse(not_drawn_clause(&extra.text), extra);
        }
    }
}

/// Checks that every named table and column exists, as the grammar crate will look for them.
fn check_columns(written: &Written, data: &ChartData, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    for source in written.source.iter().chain(written.draws.iter().filter_map(|draw| draw.source.as_ref())) {
        check_source(source, data, refuse);
    }
    let main = columns_of(written.source.as_ref(), data);
    let own_sources = written.draws.iter().filter(|draw| draw.source.is_some()).count();
    if own_sources < written.draws.len() || written.draws.is_empty() {
        for column in written.mappings.iter().filter_map(|mapping| mapping.column.as_ref()) {
            check_column(column, &main, refuse);
        }
    }
    for draw in &written.draws {
        let columns =
            if draw.source.is_some() { columns_of(draw.source.as_ref(), data) } else { main.clone() };
        for column in
            draw.mappings.iter().filter_map(|mapping| mapping.column.as_ref()).chain(&draw.partition)
        {
            check_column(column, &columns, refuse);
        }
    }
}

fn check_source(source: &Source, data: &ChartData, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let name = &source.name.text;
    if !source.is_table {
        refuse(ChartFault::ForeignSource { name: name.clone() }, &source.name);
    } else if data.table(name).is_none() {
        let names: Vec<&str> = data.tables.iter().map(|table| table.name.as_str()).collect();
        let meant = did_you_mean(name, names.iter().copied());
        let fault = ChartFault::UnknownSource {
            name: name.clone(),
            known: if names.is_empty() { "–".to_owned() } else { listed(&names) },
            hint: meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default(),
            hint_vi: meant.map(|meant| format!("có phải là `{meant}`?")).unwrap_or_default(),
        };
        refuse(fault, &source.name);
    }
}

fn columns_of(source: Option<&Source>, data: &ChartData) -> Vec<String> {
    let table = source.map_or(Some(&data.result), |source| data.table(&source.name.text));
    table
        .map(|table| table.schema.fields().iter().map(|field| field.name().clone()).collect())
        .unwrap_or_default()
}

fn check_column(column: &Piece, known: &[String], refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let same = |name: &&String| name.to_lowercase() == column.text.to_lowercase();
    if known.is_empty() || known.iter().any(|name| same(&name)) {
        return;
    }
    let meant = did_you_mean(&column.text, known.iter().map(String::as_str));
    let fault = ChartFault::UnknownColumn {
        column: column.text.clone(),
        known: listed(known),
        hint: meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default(),
        hint_vi: meant.map(|meant| format!("có phải là `{meant}`?")).unwrap_or_default(),
    };
    refuse(fault, column);
}
