//! Resolves a clause over its data: what is written becomes marks, scales and labels.
//!
//! The grammar crate decides mappings, statistics and the kind of each scale; order, places side by
//! side and the ends of the axes are decided here, from the data, so that they never depend on the
//! order of a hash map.

use std::collections::HashSet;

use ggsql::execute::{PreparedData, prepare_data_with_reader};
use ggsql::plot::{AestheticValue, Layer as GrammarLayer, ScaleTypeKind, is_transposed};

use super::categories::{Categories, Origins};
use super::clause::{Clause, DrawClause, Mapping, ScaleClause, Written, listed};
use super::format::{NumberFormat, decimals_of};
use super::mark_bar::{self, BarRow};
use super::plot::{Axis, Direction, Layer, Marks, NumberKind, Plot, UNGROUPED};
use super::reader::ChartReader;
use super::rewrite::{RESULT, position_of, rewrite};
use super::values::{column_of, keys, number_kind, numbers};
use super::{ChartData, ColumnNotes, clause, mark_line, mark_point, refuse};
use crate::error::{Error, Explain as _, Lang, Result};
use crate::guard::guarded;
use crate::messages::ChartFault;

/// Resolves the clause over the data.
///
/// Blocks on a private runtime: call it outside of asynchronous code (`spawn_blocking`).
///
/// # Errors
/// A [`ChartFault`] with its place in the user's text.
pub fn resolve_plot(clause: &Clause, data: &ChartData, notes: &ColumnNotes, lang: Lang) -> Result<Plot> {
    let written = clause::read(clause)?;
    refuse::check(clause, &written, data)?;
    check_rows(clause, &written, data)?;
    let prepared =
        prepare(&rewrite(clause, &written, data), data).map_err(|error| error.at(clause.opening()))?;
    let Some(spec) = prepared.specs.first() else {
        return Err(ChartFault::NoLayers.error().at(clause.opening()));
    };
    let resolver = Resolver { clause, written: &written, data, notes, lang, prepared: &prepared, spec };
    resolver.plot()
}

fn check_rows(clause: &Clause, written: &Written, data: &ChartData) -> Result<()> {
    for draw in &written.draws {
        let source = draw.source.as_ref().or(written.source.as_ref());
        let table = source.map_or(Some(&data.result), |source| data.table(&source.name.text));
        if table.is_none_or(|table| table.row_count() == 0) {
            let name = source.map_or(data.result.name.clone(), |source| source.name.text.clone());
            let fault = ChartFault::NoRows { source: listed([name]) };
            return Err(fault.error().at(clause.place(draw.geometry.span)));
        }
    }
    Ok(())
}

/// Lets the grammar crate resolve the clause in a session of the chart's own.
fn prepare(text: &str, data: &ChartData) -> Result<PreparedData> {
    let failed = |problem: String| ChartFault::DrawingFailed { problem }.error();
    let reader = ChartReader::new().map_err(|error| failed(error.to_string()))?;
    for (name, table) in std::iter::once((RESULT, &data.result))
        .chain(data.tables.iter().map(|table| (table.name.as_str(), table)))
    {
        reader.add_table(name, &table.schema, &table.batches).map_err(|error| failed(error.to_string()))?;
    }
    // The crate unwraps in places; a clause that it did not foresee must not end the program.
    match guarded(|| prepare_data_with_reader(text, &reader)) {
        Some(Ok(prepared)) => Ok(prepared),
        Some(Err(error)) => Err(ChartFault::Unresolved { problem: error.to_string() }.error()),
        None => Err(failed("ggsql".to_owned())),
    }
}

pub(super) struct Resolver<'a> {
    pub(super) clause: &'a Clause<'a>,
    pub(super) written: &'a Written,
    pub(super) data: &'a ChartData,
    pub(super) notes: &'a ColumnNotes,
    pub(super) lang: Lang,
    pub(super) prepared: &'a PreparedData,
    pub(super) spec: &'a ggsql::Plot,
}

/// The two axes and the colours, as places for the layers' values.
pub(super) struct Places {
    pub(super) x: AxisPlaces,
    pub(super) y: AxisPlaces,
    pub(super) groups: Categories,
}

/// An axis before its ends are known.
pub(super) enum AxisPlaces {
    Categories(Categories),
    Numbers(NumberKind),
}

impl AxisPlaces {
    /// Names a place of the axis for a message.
    fn name(&self, at: f64, lang: Lang) -> Option<String> {
        match self {
            Self::Categories(categories) => categories
                .labels()
                .iter()
                .enumerate()
                .find(|(index, _)| super::scale::number_of(*index).total_cmp(&at).is_eq())
                .map(|(_, label)| label.clone()),
            Self::Numbers(NumberKind::Plain) => {
                Some(NumberFormat { lang }.number(at, decimals_of([at].into_iter())))
            }
            Self::Numbers(NumberKind::Days) => super::scale::day_label(at),
        }
    }
}

pub(super) const X: (&str, &str, &[&str]) = ("x", "pos1", &["x"]);
pub(super) const Y: (&str, &str, &[&str]) = ("y", "pos2", &["y"]);
pub(super) const COLOURS: [&str; 4] = ["color", "colour", "fill", "stroke"];

impl Resolver<'_> {
    fn plot(&self) -> Result<Plot> {
        let places =
            Places { x: self.axis_places(X)?, y: self.axis_places(Y)?, groups: self.group_categories()? };
        let layers = self
            .layers()
            .map(|(layer, draw, frame)| self.layer(layer, draw, frame, &places))
            .collect::<Result<Vec<Layer>>>()?;
        let groups = self.groups(&places);
        Ok(Plot {
            title: self.label("title", "title"),
            subtitle: self.label("subtitle", "subtitle"),
            caption: self.label("caption", "caption"),
            x: Axis {
                title: self.axis_title(X),
                scale: self.scale(&places.x, X.1, &layers, |extent| extent.0),
            },
            y: Axis {
                title: self.axis_title(Y),
                scale: self.scale(&places.y, Y.1, &layers, |extent| extent.1),
            },
            groups,
            layers,
            lang: self.lang,
        })
    }

    /// Pairs the resolved layers with what was written and with their data.
    pub(super) fn layers(&self) -> impl Iterator<Item = (&GrammarLayer, &DrawClause, &ggsql::DataFrame)> {
        self.spec.layers.iter().zip(&self.written.draws).filter_map(|(layer, draw)| {
            let frame = self.prepared.data.get(layer.data_key.as_ref()?)?;
            Some((layer, draw, frame))
        })
    }

    fn fault(&self, fault: ChartFault, draw: &DrawClause) -> Error {
        fault.error().at(self.clause.place(draw.geometry.span))
    }

    /// Decides whether an axis shows categories or numbers, and in which order.
    fn axis_places(&self, (axis, aesthetic, names): (&str, &str, &[&str])) -> Result<AxisPlaces> {
        let scale = self.spec.find_scale(aesthetic);
        let kind =
            scale.and_then(|scale| scale.scale_type.as_ref()).map(ggsql::plot::ScaleType::scale_type_kind);
        if matches!(kind, Some(ScaleTypeKind::Discrete | ScaleTypeKind::Ordinal)) {
            let found = self.layers().filter_map(|(layer, _, frame)| column_of(layer, frame, aesthetic));
            let found: Vec<Option<String>> = found.flat_map(|column| keys(&column)).collect();
            let order = Categories::new(
                found,
                &self.listed(names),
                &self.origins(names),
                scale,
                self.notes,
                self.lang,
            );
            return Ok(AxisPlaces::Categories(order));
        }
        let mut shown: Option<NumberKind> = None;
        for (layer, draw, frame) in self.layers() {
            let Some(column) = column_of(layer, frame, aesthetic) else { continue };
            let Some(kind) = number_kind(column.data_type()) else {
                let found = column.data_type().to_string();
                return Err(self.fault(ChartFault::NotDrawable { aesthetic: axis.to_owned(), found }, draw));
            };
            if shown.is_some_and(|earlier| earlier != kind) {
                return Err(self.fault(ChartFault::MixedAxis { axis: axis.to_owned() }, draw));
            }
            shown = Some(kind);
        }
        match shown {
            Some(kind) => Ok(AxisPlaces::Numbers(kind)),
            // Nothing is mapped to this axis: one unnamed category.
            None => Ok(AxisPlaces::Categories(Categories::default())),
        }
    }

    fn group_categories(&self) -> Result<Categories> {
        let mut found = Vec::new();
        for (layer, draw, frame) in self.layers() {
            let Some(aesthetic) = group_aesthetic(layer) else { continue };
            let kind = self.spec.find_scale(aesthetic).and_then(|scale| scale.scale_type.as_ref());
            let is_continuous = kind.is_some_and(|kind| kind.scale_type_kind() == ScaleTypeKind::Continuous);
            if is_continuous {
                let column =
                    layer.mappings.get(aesthetic).and_then(AestheticValue::label_name).unwrap_or_default();
                return Err(self.fault(ChartFault::NumericColour { column: column.to_owned() }, draw));
            }
            found.extend(column_of(layer, frame, aesthetic).map(|column| keys(&column)).unwrap_or_default());
        }
        let scale = self.spec.find_scale("fill").or_else(|| self.spec.find_scale("stroke"));
        Ok(Categories::new(
            found,
            &self.listed(&COLOURS),
            &self.origins(&COLOURS),
            scale,
            self.notes,
            self.lang,
        ))
    }

    /// Lists the names that the author gave to the scale of an aesthetic.
    fn listed(&self, aesthetics: &[&str]) -> Vec<String> {
        let is_named = |scale: &&ScaleClause| aesthetics.contains(&scale.aesthetic.text.as_str());
        self.written.scales.iter().find(is_named).map(|scale| scale.names.clone()).unwrap_or_default()
    }

    /// Lists the columns mapped to one of the names, each with the table that holds it.
    pub(super) fn origins(&self, names: &[&str]) -> Origins<'_> {
        let main = self
            .written
            .source
            .as_ref()
            .map_or(Some(&self.data.result), |from| self.data.table(&from.name.text));
        let column = |mapping: &Mapping| {
            let aesthetic = mapping.aesthetic.as_ref()?;
            names.contains(&aesthetic.text.as_str()).then(|| mapping.column.clone()).flatten()
        };
        let global = self.written.mappings.iter().filter_map(column).map(|column| (main, column.text));
        let own = self.written.draws.iter().flat_map(|draw| {
            let table = draw.source.as_ref().map_or(main, |from| self.data.table(&from.name.text));
            draw.mappings.iter().filter_map(column).map(move |column| (table, column.text))
        });
        global.chain(own).filter_map(|(table, column)| Some((table?, column))).collect()
    }

    fn layer(
        &self,
        layer: &GrammarLayer,
        draw: &DrawClause,
        frame: &ggsql::DataFrame,
        places: &Places,
    ) -> Result<Layer> {
        let rows = rows(layer, draw, frame, places);
        let geometry = draw.geometry.text.clone();
        self.check_single(draw, &rows, places)?;
        let marks = match geometry.as_str() {
            "bar" => Marks::Bars(self.bars(layer, draw, frame, places, &rows)?),
            "line" => Marks::Lines(mark_line::lines(&rows)),
            _ => Marks::Points(mark_point::points(&rows)),
        };
        let is_empty = match &marks {
            Marks::Lines(lines) => lines.iter().all(|line| line.places.iter().flatten().next().is_none()),
            Marks::Points(points) => points.is_empty(),
            Marks::Bars(bars) => bars.is_empty(),
        };
        if is_empty {
            return Err(self.fault(ChartFault::NoValues { geometry }, draw));
        }
        let number = |name: &str| {
            let setting = draw.settings.iter().find(|setting| setting.name.text == name)?;
            setting.value.text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)
        };
        Ok(Layer {
            marks,
            is_grouped: group_aesthetic(layer).is_some(),
            opacity: number("opacity").unwrap_or(1.0).min(1.0),
            size_pt: number("linewidth").or_else(|| number("size")),
        })
    }

    /// Refuses two values at one place of a line or of bars side by side, which would hide each other.
    fn check_single(&self, draw: &DrawClause, rows: &[Row], places: &Places) -> Result<()> {
        let geometry = draw.geometry.text.as_str();
        let is_stack = geometry == "bar" && position_of(draw) == "stack";
        if geometry == "point" || is_stack {
            return Ok(());
        }
        let is_right = matches!((&places.x, &places.y), (AxisPlaces::Numbers(_), AxisPlaces::Categories(_)));
        let mut seen = HashSet::new();
        for row in rows.iter().filter(|row| row.x.is_some() && row.y.is_some()) {
            let (at, axis) =
                if geometry == "bar" && is_right { (row.y, &places.y) } else { (row.x, &places.x) };
            let at = at.unwrap_or_default();
            if !seen.insert((at.to_bits(), row.group, row.series.as_str())) {
                let names = [axis.name(at, self.lang), places.groups.labels().get(row.group).cloned()];
                let fault = ChartFault::ManyValues {
                    geometry: geometry.to_owned(),
                    at: listed(names.into_iter().flatten()),
                };
                return Err(self.fault(fault, draw));
            }
        }
        Ok(())
    }

    fn bars(
        &self,
        layer: &GrammarLayer,
        draw: &DrawClause,
        frame: &ggsql::DataFrame,
        places: &Places,
        rows: &[Row],
    ) -> Result<Vec<super::Bar>> {
        let is_number = |axis: &AxisPlaces| matches!(axis, AxisPlaces::Numbers(_));
        let direction = match (is_number(&places.x), is_number(&places.y)) {
            (false, true) => Direction::Up,
            (true, false) => Direction::Right,
            (true, true) => {
                if is_transposed(layer) {
                    Direction::Right
                } else {
                    Direction::Up
                }
            }
            (false, false) => {
                return Err(self.fault(ChartFault::NoMeasure { geometry: draw.geometry.text.clone() }, draw));
            }
        };
        let (end, axis) =
            if direction == Direction::Up { ("pos2end", &places.y) } else { ("pos1end", &places.x) };
        let base = placed(layer, frame, end, axis);
        let mut rows: Vec<BarRow> = rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| {
                let (category, reached) =
                    if direction == Direction::Up { (row.x?, row.y?) } else { (row.y?, row.x?) };
                let base = base.get(at).copied().flatten().unwrap_or(0.0);
                Some(BarRow { category, group: row.group, value: reached - base })
            })
            .collect();
        // Sums of fractions depend on their order, and rows of SQL come in any.
        rows.sort_by(|one, two| {
            let places = one.category.total_cmp(&two.category).then(one.group.cmp(&two.group));
            places.then(one.value.total_cmp(&two.value))
        });
        let width = draw.settings.iter().find(|setting| setting.name.text == "width");
        let width = width.and_then(|setting| setting.value.text.parse::<f64>().ok());
        Ok(mark_bar::bars(rows, position_of(draw), width, direction))
    }
}

/// One row of a layer: places on the two axes, where it has them.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) x: Option<f64>,
    pub(super) y: Option<f64>,
    pub(super) group: usize,
    /// What tells the layer's lines apart beyond the colour.
    pub(super) series: String,
}

/// Names the colour aesthetic whose data group a layer.
fn group_aesthetic(layer: &GrammarLayer) -> Option<&'static str> {
    ["fill", "stroke"]
        .into_iter()
        .find(|name| layer.mappings.get(name).is_some_and(|value| !value.is_literal()))
}

/// Reads the rows of a layer as places.
fn rows(layer: &GrammarLayer, draw: &DrawClause, frame: &ggsql::DataFrame, places: &Places) -> Vec<Row> {
    let x = placed(layer, frame, "pos1", &places.x);
    let y = placed(layer, frame, "pos2", &places.y);
    let groups = group_aesthetic(layer).and_then(|aesthetic| column_of(layer, frame, aesthetic));
    let groups = groups.map(|column| keys(&column));
    let ungrouped = if places.groups.labels().is_empty() { 0 } else { UNGROUPED };
    let series = series(draw, frame);
    (0..frame.height())
        .map(|row| {
            let key = groups.as_ref().and_then(|keys| keys.get(row));
            let group = key.map_or(Some(ungrouped), |key| places.groups.place(key.as_ref()));
            // A group that the author left out of the scale has no place.
            Row {
                x: x.get(row).copied().flatten().filter(|_| group.is_some()),
                y: y.get(row).copied().flatten().filter(|_| group.is_some()),
                group: group.unwrap_or(ungrouped),
                series: series.get(row).cloned().unwrap_or_default(),
            }
        })
        .collect()
}

fn placed(
    layer: &GrammarLayer,
    frame: &ggsql::DataFrame,
    aesthetic: &str,
    axis: &AxisPlaces,
) -> Vec<Option<f64>> {
    let Some(column) = column_of(layer, frame, aesthetic) else {
        let place = if matches!(axis, AxisPlaces::Categories(_)) { Some(0.0) } else { None };
        return vec![place; frame.height()];
    };
    match axis {
        AxisPlaces::Numbers(_) => numbers(&column),
        AxisPlaces::Categories(categories) => keys(&column)
            .iter()
            .map(|key| categories.place(key.as_ref()).map(super::scale::number_of))
            .collect(),
    }
}

/// Joins the columns that the author partitions by into one key per row.
fn series(draw: &DrawClause, frame: &ggsql::DataFrame) -> Vec<String> {
    let mut series = vec![String::new(); frame.height()];
    for column in draw.partition.iter().filter_map(|name| frame.column(&name.text).ok()) {
        for (key, value) in series.iter_mut().zip(keys(column)) {
            key.push('\u{0}');
            key.push_str(&value.unwrap_or_default());
        }
    }
    series
}
