//! Resolves a clause over its data: what is written becomes marks, scales and labels.
//!
//! The grammar crate decides mappings, statistics and the kind of each scale; order, places side by
//! side and the ends of the axes are decided here, from the data, so that they never depend on the
//! order of a hash map.

use std::collections::HashSet;

use ggsql::execute::{PreparedData, prepare_data_with_reader};
use ggsql::plot::{AestheticValue, Layer as GrammarLayer, ScaleTypeKind};

use super::categories::{Categories, Origins};
use super::clause::{Clause, DrawClause, Mapping, ScaleClause, Written, listed};
use super::facets::Cell;
use super::layers::groups_of;
use super::plot::{Facet, Marks, NumberKind, Plot, Shades};
use super::reader::ChartReader;
use super::rewrite::{RESULT, is_year_column, position_of, rewrite};
use super::rows::{AxisPlaces, Places, Row, Wanted, group_aesthetic, rows, style_aesthetic};
use super::sources::{drawn_tables, without_infinite};
use super::values::{column_of, keys, number_kind};
use super::{ChartData, ColumnNotes, clause, refuse};
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
    check_dates(clause, &written, data)?;
    let tables = drawn_tables(&written);
    let (finite, left_out) = without_infinite(&tables, data).unzip();
    let data = finite.as_ref().unwrap_or(data);
    let named = years_as_names(&written, data);
    let data = named.as_ref().unwrap_or(data);
    let prepared =
        prepare(&rewrite(clause, &written, data), data).map_err(|error| error.at(clause.opening()))?;
    let Some(spec) = prepared.specs.first() else {
        return Err(ChartFault::NoLayers.error().at(clause.opening()));
    };
    let resolver = Resolver { clause, written: &written, data, notes, lang, prepared: &prepared, spec };
    let plot = resolver.plot()?;
    let tables = tables.into_iter().map(|table| table.name).collect();
    let mut left_out = left_out.unwrap_or_default();
    for one in &mut left_out {
        one.column =
            notes.note(&one.column).and_then(|note| note.title.clone()).unwrap_or(one.column.clone());
    }
    Ok(Plot { tables, left_out, ..plot })
}

fn check_rows(clause: &Clause, written: &Written, data: &ChartData) -> Result<()> {
    for draw in written.draws.iter().filter(|draw| !draw.is_placed) {
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

/// Kernels take distances between numbers, and dates have none in SQL.
fn check_dates(clause: &Clause, written: &Written, data: &ChartData) -> Result<()> {
    let is_kernel = |draw: &&DrawClause| matches!(draw.geometry.text.as_str(), "smooth" | "density");
    let dated = super::rewrite::shows(written, data, &["x"], super::rewrite::is_date_column);
    match written.draws.iter().find(is_kernel).filter(|_| dated) {
        Some(draw) => {
            let fault = ChartFault::NoDates { geometry: draw.geometry.text.clone() };
            Err(fault.error().at(clause.place(draw.geometry.span)))
        }
        None => Ok(()),
    }
}

/// Gives tiles their years as words: between numbers the crate would make cells from `2019.5` to `2020.5`.
fn years_as_names(written: &Written, data: &ChartData) -> Option<ChartData> {
    let has_tiles = written.draws.iter().any(|draw| draw.geometry.text == "tile");
    has_tiles.then(|| ChartData {
        result: super::rewrite::name_years(&data.result),
        tables: data.tables.iter().map(super::rewrite::name_years).collect(),
    })
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

/// One axis: the grammar's name for it and the author's.
pub(super) struct Side {
    /// Whether it lies level.
    pub(super) is_level: bool,
    /// The grammar's internal name.
    pub(super) aesthetic: &'static str,
    /// The internal names of everything that lies along it.
    family: [&'static str; 4],
    /// The author's names of everything that lies along it.
    pub(super) names: [&'static str; 4],
}

const X_NAMES: [&str; 4] = ["x", "xmin", "xmax", "xend"];
const Y_NAMES: [&str; 4] = ["y", "ymin", "ymax", "yend"];
pub(super) const COLOURS: [&str; 4] = ["color", "colour", "fill", "stroke"];
/// More groups cannot be told apart by colour.
const MOST_GROUPS: usize = 24;

/// A resolved layer, what was written for it, and its data.
type Drawn<'a> = (&'a GrammarLayer, &'a DrawClause, &'a ggsql::DataFrame);

impl Resolver<'_> {
    pub(super) fn sides(&self) -> (Side, Side) {
        let (level, upright) =
            if self.written.is_flipped() { (Y_NAMES, X_NAMES) } else { (X_NAMES, Y_NAMES) };
        let x = Side {
            is_level: true,
            aesthetic: "pos1",
            family: ["pos1", "pos1end", "pos1min", "pos1max"],
            names: level,
        };
        let y = Side {
            is_level: false,
            aesthetic: "pos2",
            family: ["pos2", "pos2end", "pos2min", "pos2max"],
            names: upright,
        };
        (x, y)
    }

    fn plot(&self) -> Result<Plot> {
        let (x, y) = self.sides();
        let places = Places {
            x: self.axis_places(&x)?,
            y: self.axis_places(&y)?,
            groups: self.group_categories()?,
            styles: self.style_categories(),
        };
        let read: Vec<(Drawn, Vec<Row>)> = self
            .layers()
            .map(|(layer, draw, frame)| {
                let wanted = Wanted { draw, is_shaded: is_shaded(layer, draw, frame), lang: self.lang };
                ((layer, draw, frame), rows(layer, frame, &places, &wanted))
            })
            .collect();
        let cells = self.cells(&read)?;
        let is_free = self.free_sides();
        let mut facets = Vec::new();
        for cell in &cells {
            facets.push(self.facet(cell, &read, &places, (&x, &y), is_free)?);
        }
        self.check_drawn(&facets)?;
        if !is_free.0 || !is_free.1 {
            let x_scale = self.scale(&places.x, &x, facets.iter().flat_map(|facet| &facet.layers))?;
            let y_scale = self.scale(&places.y, &y, facets.iter().flat_map(|facet| &facet.layers))?;
            for facet in &mut facets {
                if !is_free.0 {
                    facet.x = x_scale.clone();
                }
                if !is_free.1 {
                    facet.y = y_scale.clone();
                }
            }
        }
        Ok(Plot {
            title: self.label("title", "title"),
            subtitle: self.label("subtitle", "subtitle"),
            caption: self.label("caption", "caption"),
            x_title: self.axis_title(&x),
            y_title: self.axis_title(&y),
            groups: self.groups(&places),
            styles: self.styles(&places),
            shades: self.shades(&facets),
            facets,
            is_free,
            tables: Vec::new(),
            left_out: Vec::new(),
            lang: self.lang,
        })
    }

    /// Makes the marks of one panel, and its own scales.
    fn facet(
        &self,
        cell: &Cell,
        read: &[(Drawn, Vec<Row>)],
        places: &Places,
        (x, y): (&Side, &Side),
        is_free: (bool, bool),
    ) -> Result<Facet> {
        let rows_of =
            |rows: &[Row]| -> Vec<Row> { rows.iter().filter(|row| cell.holds(row)).cloned().collect() };
        let mut kept: Vec<Vec<Row>> = read.iter().map(|(_, rows)| rows_of(rows)).collect();
        let mut own = Places {
            x: places.x.clone(),
            y: places.y.clone(),
            groups: places.groups.clone(),
            styles: places.styles.clone(),
        };
        if is_free.0 {
            own.x = narrow(&places.x, &mut kept, |row| &mut row.x);
        }
        if is_free.1 {
            own.y = narrow(&places.y, &mut kept, |row| &mut row.y);
        }
        let mut layers = Vec::new();
        for ((drawn, all), rows) in read.iter().zip(&kept) {
            self.check_single(drawn.1, rows, &own)?;
            let groups = groups_of(if cell.label.is_some() { all } else { rows });
            layers.push(self.layer(*drawn, &own, rows, &groups)?);
        }
        Ok(Facet {
            label: cell.label.clone(),
            row: cell.row,
            column: cell.column,
            x: self.scale(&own.x, x, layers.iter())?,
            y: self.scale(&own.y, y, layers.iter())?,
            layers,
        })
    }

    /// Every layer must show something in some panel.
    fn check_drawn(&self, facets: &[Facet]) -> Result<()> {
        for (at, (_, draw, _)) in self.layers().enumerate() {
            let is_empty = |facet: &Facet| facet.layers.get(at).is_none_or(|layer| layer.marks.is_empty());
            if facets.iter().all(is_empty) {
                let geometry = draw.geometry.text.clone();
                return Err(self.fault(ChartFault::NoValues { geometry }, draw));
            }
        }
        Ok(())
    }

    /// Pairs the resolved layers with what was written and with their data.
    pub(super) fn layers(&self) -> impl Iterator<Item = Drawn<'_>> {
        self.spec.layers.iter().zip(&self.written.draws).filter_map(|(layer, draw)| {
            let frame = self.prepared.data.get(layer.data_key.as_ref()?)?;
            Some((layer, draw, frame))
        })
    }

    pub(super) fn fault(&self, fault: ChartFault, draw: &DrawClause) -> Error {
        fault.error().at(self.clause.place(draw.geometry.span))
    }

    /// Decides whether an axis shows categories or numbers, and in which order.
    fn axis_places(&self, side: &Side) -> Result<AxisPlaces> {
        let scale = self.spec.find_scale(side.aesthetic);
        let kind =
            scale.and_then(|scale| scale.scale_type.as_ref()).map(ggsql::plot::ScaleType::scale_type_kind);
        let columns = || {
            self.layers().flat_map(|(layer, draw, frame)| {
                side.family.iter().filter_map(move |name| Some((draw, column_of(layer, frame, name)?)))
            })
        };
        if matches!(kind, Some(ScaleTypeKind::Discrete | ScaleTypeKind::Ordinal)) {
            let found: Vec<Option<String>> = columns().flat_map(|(_, column)| keys(&column)).collect();
            return Ok(AxisPlaces::Categories(self.categories(found, &side.names)));
        }
        let mut shown: Option<NumberKind> = None;
        for (draw, column) in columns() {
            let Some(kind) = number_kind(column.data_type()) else {
                let (aesthetic, found) = (side.names[0].to_owned(), column.data_type().to_string());
                return Err(self.fault(ChartFault::NotDrawable { aesthetic, found }, draw));
            };
            if shown.is_some_and(|earlier| earlier != kind) {
                return Err(self.fault(ChartFault::MixedAxis { axis: side.names[0].to_owned() }, draw));
            }
            shown = Some(kind);
        }
        let is_years = self.origins(&side.names).iter().any(|(table, column)| is_year_column(table, column));
        Ok(match shown {
            Some(NumberKind::Plain) if is_years => AxisPlaces::Numbers(NumberKind::Years),
            Some(kind) => AxisPlaces::Numbers(kind),
            // Nothing is mapped to this axis: one unnamed category.
            None => AxisPlaces::Categories(Categories::default()),
        })
    }

    fn group_categories(&self) -> Result<Categories> {
        let mut found = Vec::new();
        for (layer, draw, frame) in
            self.layers().filter(|(layer, draw, frame)| !is_shaded(layer, draw, frame))
        {
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
        let groups = self.categories(found, &COLOURS);
        let count = groups.labels().len();
        if count > MOST_GROUPS
            && let Some((_, draw, _)) = self.layers().next()
        {
            return Err(self.fault(ChartFault::TooManyGroups { count, most: MOST_GROUPS }, draw));
        }
        Ok(groups)
    }

    fn style_categories(&self) -> Categories {
        let mut found = Vec::new();
        for (layer, _, frame) in self.layers() {
            let column = style_aesthetic(layer).and_then(|aesthetic| column_of(layer, frame, aesthetic));
            found.extend(column.map(|column| keys(&column)).unwrap_or_default());
        }
        self.categories(found, &["linetype", "shape"])
    }

    /// Orders and names the values found for an aesthetic.
    pub(super) fn categories(&self, found: Vec<Option<String>>, names: &[&str]) -> Categories {
        let is_named = |scale: &&ScaleClause| names.contains(&scale.aesthetic.text.as_str());
        let scale = self.written.scales.iter().find(is_named);
        let listed = scale.map(|scale| scale.names.clone()).unwrap_or_default();
        let renamed = scale.map(|scale| scale.names_for.as_slice()).unwrap_or_default();
        Categories::new(found, &listed, &self.origins(names), renamed, self.notes, self.lang)
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

    /// Refuses two values at one place of a line or of bars side by side, which would hide each other.
    fn check_single(&self, draw: &DrawClause, rows: &[Row], places: &Places) -> Result<()> {
        let geometry = draw.geometry.text.as_str();
        let is_bar = geometry == "bar" && position_of(draw) != "stack";
        if geometry != "line" && !is_bar {
            return Ok(());
        }
        let is_right = places.x.is_numbers() && !places.y.is_numbers();
        let mut seen = HashSet::new();
        for row in rows.iter().filter(|row| row.x.is_some() && row.y.is_some()) {
            let (at, axis) = if is_bar && is_right { (row.y, &places.y) } else { (row.x, &places.x) };
            let at = at.unwrap_or_default();
            if !seen.insert((at.to_bits(), row.group, row.style, row.series.as_str())) {
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

    /// Finds the range of the numbers that are shown as shades.
    fn shades(&self, facets: &[Facet]) -> Option<Shades> {
        let shapes = facets.iter().flat_map(|facet| &facet.layers).filter_map(|layer| match &layer.marks {
            Marks::Shapes(shapes) => Some(shapes),
            _ => None,
        });
        let numbers: Vec<f64> = shapes.flatten().filter_map(|shape| shape.shade).collect();
        let low = numbers.iter().copied().reduce(f64::min)?;
        let high = numbers.iter().copied().reduce(f64::max)?;
        Some(Shades { title: self.shade_title(), low, high })
    }
}

/// Tells whether the colour of a layer's tiles is a number.
fn is_shaded(layer: &GrammarLayer, draw: &DrawClause, frame: &ggsql::DataFrame) -> bool {
    let column = group_aesthetic(layer).and_then(|aesthetic| column_of(layer, frame, aesthetic));
    draw.geometry.text == "tile" && column.is_some_and(|column| number_kind(column.data_type()).is_some())
}

/// Leaves an axis only the categories that its panel shows.
fn narrow(places: &AxisPlaces, rows: &mut [Vec<Row>], side: fn(&mut Row) -> &mut Option<f64>) -> AxisPlaces {
    let AxisPlaces::Categories(categories) = places else { return places.clone() };
    let found: std::collections::BTreeSet<u64> =
        rows.iter_mut().flatten().filter_map(|row| *side(row)).map(f64::to_bits).collect();
    let shown: Vec<usize> = (0..categories.labels().len())
        .filter(|index| found.contains(&super::scale::number_of(*index).to_bits()))
        .collect();
    for row in rows.iter_mut().flatten() {
        let at = side(row);
        *at = at.and_then(|at| {
            let place = shown.iter().position(|index| super::scale::number_of(*index).total_cmp(&at).is_eq());
            place.map(super::scale::number_of)
        });
    }
    AxisPlaces::Categories(categories.only(&shown))
}
