//! Refuses what the clause asks for and this program does not draw, by name and with what is drawn.
//!
//! Everything is checked before the grammar crate resolves the clause: a clause that is not drawn
//! is an error and never left out of the picture.

use super::clause::{Clause, DrawClause, Mapping, Piece, Setting, Source, Written, listed};
use super::scene::Colour;
use super::{ChartData, DRAWN};
use crate::error::{Error, Explain as _, Result};
use crate::messages::ChartFault;
use crate::workspace::did_you_mean;

const AESTHETICS: [&str; 18] = [
    "x", "y", "xmin", "xmax", "ymin", "ymax", "xend", "yend", "color", "colour", "fill", "stroke",
    "linetype", "shape", "label", "weight", "panel", "row",
];
const LABELS: [&str; 11] =
    ["title", "subtitle", "caption", "x", "y", "color", "colour", "fill", "stroke", "linetype", "shape"];
const SCALED: [&str; 11] =
    ["x", "y", "color", "colour", "fill", "stroke", "linetype", "shape", "panel", "row", "column"];
const KINDS: [&str; 3] = ["CONTINUOUS", "DISCRETE", "ORDINAL"];
const TRANSFORMS: [&str; 8] = ["identity", "linear", "integer", "log", "log10", "sqrt", "date", "datetime"];
const SCALE_SETTINGS: [&str; 2] = ["breaks", "reverse"];
const FACET_SETTINGS: [&str; 4] = ["free", "ncol", "nrow", "missing"];
const MEASURES: [&str; 8] = ["x", "y", "xmin", "xmax", "ymin", "ymax", "xend", "yend"];

/// Checks the clause against what is drawn and against the data.
///
/// # Errors
/// Every refusal that was found, as one error.
pub(super) fn check(clause: &Clause, written: &Written, data: &ChartData) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse =
        |fault: ChartFault, piece: &Piece| errors.push(fault.error().at(clause.place(piece.span)));
    for draw in &written.draws {
        check_draw(draw, &mut refuse);
    }
    check_scales(written, &mut refuse);
    check_facet(written, &mut refuse);
    check_project(written, &mut refuse);
    for label in &written.labels {
        if !LABELS.contains(&label.name.text.as_str()) {
            refuse(
                ChartFault::UnknownLabel { name: label.name.text.clone(), known: listed(LABELS) },
                &label.name,
            );
        }
    }
    for mapping in all_mappings(written) {
        let is_drawn = |name: &&Piece| AESTHETICS.contains(&name.text.as_str()) || name.text == "column";
        if let Some(aesthetic) = mapping.aesthetic.as_ref().filter(|name| !is_drawn(name)) {
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

fn not_drawn_clause(clause: &str, known: String) -> ChartFault {
    ChartFault::ClauseNotDrawn { clause: clause.to_owned(), known }
}

fn all_mappings(written: &Written) -> impl Iterator<Item = &Mapping> {
    written.mappings.iter().chain(written.draws.iter().flat_map(|draw| &draw.mappings))
}

/// Lists the settings that a geometry's drawing follows.
fn settings_of(geometry: &str) -> &'static [&'static str] {
    match geometry {
        "bar" => &["position", "total", "width", "hollow", "opacity", "fill", "color", "labels", "aggregate"],
        "line" => {
            &["linewidth", "linetype", "opacity", "stroke", "color", "labels", "orientation", "aggregate"]
        }
        "path" => &["linewidth", "linetype", "opacity", "stroke", "color"],
        "point" => &["size", "hollow", "opacity", "fill", "stroke", "color", "aggregate"],
        "area" => &["position", "total", "opacity", "fill", "color", "orientation", "aggregate"],
        "ribbon" => &["opacity", "fill", "color", "aggregate"],
        "histogram" => &["bins", "binwidth", "closed", "position", "opacity", "fill", "color", "labels"],
        "density" => &["bandwidth", "adjust", "kernel", "opacity", "fill", "color"],
        "boxplot" => &["coef", "outliers", "width", "position", "opacity", "fill", "color"],
        "violin" => {
            &["bandwidth", "adjust", "kernel", "tails", "width", "position", "opacity", "fill", "color"]
        }
        "smooth" => &[
            "method",
            "bandwidth",
            "adjust",
            "kernel",
            "linewidth",
            "linetype",
            "opacity",
            "stroke",
            "color",
        ],
        "text" => &["fontsize", "fontweight", "hjust", "vjust", "offset", "fill", "color", "aggregate"],
        "tile" => &["opacity", "fill", "color", "labels"],
        "polygon" => &["opacity", "fill", "color"],
        _ => &["linewidth", "linetype", "opacity", "stroke", "color", "aggregate"],
    }
}

/// Lists how the marks of a geometry may share a place.
fn positions_of(geometry: &str) -> &'static [&'static str] {
    match geometry {
        "bar" => &["stack", "dodge", "identity"],
        "area" | "histogram" => &["stack", "identity"],
        "boxplot" | "violin" => &["dodge", "identity"],
        _ => &["identity"],
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
        let name = setting.name.text.as_str();
        let is_measure = draw.is_placed && (MEASURES.contains(&name) || name == "label");
        if name == "position" {
            check_position(&geometry.text, setting, refuse);
        } else if !known.contains(&name) && !is_measure {
            let fault = ChartFault::SettingNotDrawn {
                name: name.to_owned(),
                geometry: geometry.text.clone(),
                known: listed(known),
            };
            refuse(fault, &setting.name);
        } else {
            check_value(&geometry.text, setting, refuse);
        }
    }
}

fn check_position(geometry: &str, setting: &Setting, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let value = setting.value.text.as_str();
    let positions = positions_of(geometry);
    if value == "jitter" {
        refuse(ChartFault::Jitter { geometry: geometry.to_owned(), known: listed(positions) }, &setting.name);
    } else if !positions.contains(&value) {
        let name = format!("position => '{value}'");
        let fault =
            ChartFault::SettingNotDrawn { name, geometry: geometry.to_owned(), known: listed(positions) };
        refuse(fault, &setting.name);
    }
}

/// Checks the values that only this program reads.
fn check_value(geometry: &str, setting: &Setting, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let value = setting.value.text.as_str();
    let known: Option<Vec<&str>> = match setting.name.text.as_str() {
        "labels" if geometry == "line" => Some(vec!["end", "none"]),
        "labels" => Some(vec!["auto", "none"]),
        "hollow" => Some(vec!["true", "false"]),
        "linetype" => Some(vec!["solid", "dashed", "dotted", "longdash", "dotdash"]),
        "fontweight" => Some(vec!["normal", "bold"]),
        "fill" | "stroke" | "color" => Colour::parse(value).is_none().then(|| vec!["#D55E00", "grey", "red"]),
        _ => None,
    };
    if let Some(known) = known.filter(|known| !known.contains(&value)) {
        let name = format!("{} => '{value}'", setting.name.text);
        let fault = ChartFault::SettingNotDrawn { name, geometry: geometry.to_owned(), known: listed(known) };
        refuse(fault, &setting.value);
    }
}

fn check_scales(written: &Written, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    for scale in &written.scales {
        let aesthetic = &scale.aesthetic;
        let is_colour = ["color", "colour", "fill", "stroke"].contains(&aesthetic.text.as_str());
        if !SCALED.contains(&aesthetic.text.as_str()) {
            refuse(not_drawn_clause(&format!("SCALE {}", aesthetic.text), listed(SCALED)), aesthetic);
        }
        if let Some(kind) =
            scale.kind.as_ref().filter(|kind| !KINDS.contains(&kind.text.to_uppercase().as_str()))
        {
            refuse(not_drawn_clause(&format!("SCALE {}", kind.text.to_uppercase()), listed(KINDS)), kind);
        }
        if let Some(via) = scale.via.as_ref().filter(|via| !TRANSFORMS.contains(&via.text.as_str())) {
            refuse(not_drawn_clause(&format!("SCALE … VIA {}", via.text), listed(TRANSFORMS)), via);
        }
        if let Some(span) = scale.output_span {
            let colours = scale.output.iter().filter(|text| Colour::parse(text).is_some()).count();
            if !is_colour || scale.output.is_empty() || colours < scale.output.len() {
                let known = "`SCALE color TO ['#005B96', 'grey', …]`".to_owned();
                refuse(not_drawn_clause("SCALE … TO", known), &Piece { text: String::new(), span });
            }
        }
        for setting in &scale.settings {
            if !SCALE_SETTINGS.contains(&setting.name.text.as_str()) {
                let clause = format!("SCALE … SETTING {}", setting.name.text);
                refuse(not_drawn_clause(&clause, listed(SCALE_SETTINGS)), &setting.name);
            }
        }
        if let Some(span) = scale.renaming_span
            && scale
                .names_for
                .iter()
                .any(|(_, label)| label.as_ref().is_some_and(|label| label.contains("{:")))
        {
            let known = "`'*' => '{} %'`".to_owned();
            refuse(
                not_drawn_clause("SCALE … RENAMING … {: … }", known),
                &Piece { text: String::new(), span },
            );
        }
    }
}

fn check_facet(written: &Written, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let Some(facet) = &written.facet else { return };
    for extra in facet.rows.iter().skip(1).chain(facet.columns.iter().skip(1)) {
        let clause = format!("FACET …, {}", extra.text);
        refuse(not_drawn_clause(&clause, "`FACET a`, `FACET a BY b`".to_owned()), extra);
    }
    for setting in facet.settings.iter().filter(|one| !FACET_SETTINGS.contains(&one.name.text.as_str())) {
        let clause = format!("FACET … SETTING {}", setting.name.text);
        refuse(not_drawn_clause(&clause, listed(FACET_SETTINGS)), &setting.name);
    }
}

fn check_project(written: &Written, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    let Some(project) = &written.project else { return };
    let known = || "`PROJECT TO cartesian`, `PROJECT y, x TO cartesian`".to_owned();
    if project.kind.text != "cartesian" {
        refuse(not_drawn_clause(&format!("PROJECT TO {}", project.kind.text), known()), &project.kind);
    }
    let axes: Vec<&str> = project.axes.iter().map(|axis| axis.text.as_str()).collect();
    if let Some(axis) = project.axes.first().filter(|_| !matches!(axes.as_slice(), ["x", "y"] | ["y", "x"])) {
        refuse(not_drawn_clause(&format!("PROJECT {}", axes.join(", ")), known()), axis);
    }
    for setting in &project.settings {
        refuse(not_drawn_clause(&format!("PROJECT … SETTING {}", setting.name.text), known()), &setting.name);
    }
}

/// Checks that every named table and column exists, as the grammar crate will look for them.
fn check_columns(written: &Written, data: &ChartData, refuse: &mut impl FnMut(ChartFault, &Piece)) {
    for source in written.source.iter().chain(written.draws.iter().filter_map(|draw| draw.source.as_ref())) {
        check_source(source, data, refuse);
    }
    let main = columns_of(written.source.as_ref(), data);
    let on_result = written.draws.iter().filter(|draw| draw.source.is_none() && !draw.is_placed).count();
    if on_result > 0 || written.draws.is_empty() {
        for column in written.mappings.iter().filter_map(|mapping| mapping.column.as_ref()) {
            check_column(column, &main, refuse);
        }
    }
    if let Some(facet) = &written.facet {
        facet.rows.iter().chain(&facet.columns).for_each(|column| check_column(column, &main, refuse));
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
