//! Turns rows into filled outlines: areas, bands, densities, violins, tiles and polygons.
//!
//! A band is closed from its upper edge forwards and its lower edge backwards; only the upper edge of
//! an area is drawn as a line, because that is the one that carries the values.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::format::{NumberFormat, decimals_of};
use super::layout::Panel;
use super::plot::{Labelled, Layer, Shades, Shape};
use super::rows::Row;
use super::scene::{Anchor, Pen, Role, Scene, Style};
use super::text::{Face, width_em};
use super::theme::Theme;

/// The least and the greatest end of a band at one place along its axis.
#[derive(Debug, Clone, Copy)]
struct Slice {
    at: f64,
    low: f64,
    high: f64,
}

/// Which way a band runs: along x, or along y.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Its ends are values of y.
    Level,
    /// Its ends are values of x.
    Upright,
}

fn series(rows: &[Row]) -> Vec<((usize, &str), Vec<&Row>)> {
    let mut series: IndexMap<(usize, &str), Vec<&Row>> = IndexMap::new();
    for row in rows {
        series.entry((row.group, row.series.as_str())).or_default().push(row);
    }
    series.sort_by(|one, _, two, _| one.cmp(two));
    series.into_iter().collect()
}

/// Makes bands between two ends per row; a row without ends parts the band.
pub(super) fn ribbons(rows: &[Row], course: Course) -> Vec<Shape> {
    let slice = |row: &Row| {
        let (at, low, high) = match course {
            Course::Level => (row.x?, row.y_min?, row.y_max?),
            Course::Upright => (row.y?, row.x_min?, row.x_max?),
        };
        Some(Slice { at, low, high })
    };
    let mut shapes = Vec::new();
    for ((group, _), mut rows) in series(rows) {
        let at = |row: &Row| if course == Course::Level { row.x } else { row.y };
        rows.sort_by(|one, two| at(one).unwrap_or(0.0).total_cmp(&at(two).unwrap_or(0.0)));
        let slices: Vec<Option<Slice>> = rows.into_iter().map(slice).collect();
        let runs = slices.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
        shapes.extend(runs.filter(|run| run.len() > 1).map(|run| band(group, &run, course, 0)));
    }
    shapes
}

fn band(group: usize, slices: &[Slice], course: Course, edge: usize) -> Shape {
    let place = |at: f64, value: f64| if course == Course::Level { (at, value) } else { (value, at) };
    let upper = slices.iter().map(|slice| place(slice.at, slice.high));
    let lower = slices.iter().rev().map(|slice| place(slice.at, slice.low));
    Shape { group, shade: None, corners: upper.chain(lower).collect(), edge, is_solid: false }
}

/// Makes areas that stand on zero, or on each other in the order of the groups.
///
/// In a stack a group without a value at a place counts as zero there: the rows of a count that found
/// nothing are missing, and a stack cannot have holes.
pub(super) fn areas(rows: &[Row], course: Course, is_stacked: bool) -> Vec<Shape> {
    let pair = |row: &Row| if course == Course::Level { row.x.zip(row.y) } else { row.y.zip(row.x) };
    let mut floors: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    if is_stacked {
        floors.extend(rows.iter().filter_map(pair).map(|(at, _)| (order(at), (at, 0.0))));
    }
    let mut shapes = Vec::new();
    for ((group, _), rows) in series(rows) {
        let mut values: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
        for (at, value) in rows.iter().filter_map(|row| pair(row)) {
            values.entry(order(at)).or_insert((at, 0.0)).1 += value;
        }
        let slices: Vec<Slice> = if is_stacked {
            floors
                .iter_mut()
                .map(|(key, (at, floor))| {
                    let low = *floor;
                    *floor += values.get(key).map_or(0.0, |value| value.1);
                    Slice { at: *at, low, high: *floor }
                })
                .collect()
        } else {
            values.values().map(|(at, value)| Slice { at: *at, low: 0.0, high: *value }).collect()
        };
        if slices.len() > 1 {
            shapes.push(Shape { is_solid: is_stacked, ..band(group, &slices, course, slices.len()) });
        }
    }
    shapes
}

/// Returns a key that sorts as the number does.
fn order(number: f64) -> u64 {
    let bits = number.to_bits();
    if number.is_sign_negative() { !bits } else { bits | (1 << 63) }
}

/// Makes one outline per group from its rows in their order.
pub(super) fn polygons(rows: &[Row]) -> Vec<Shape> {
    let shape = |((group, _), rows): ((usize, &str), Vec<&Row>)| {
        let corners: Vec<(f64, f64)> = rows.iter().filter_map(|row| row.x.zip(row.y)).collect();
        let edge = corners.len();
        (edge > 2).then_some(Shape { group, shade: None, corners, edge, is_solid: true })
    };
    series(rows).into_iter().filter_map(shape).collect()
}

/// Makes violins: at each value as wide, on both sides of its category, as the density there.
pub(super) fn violins(rows: &[Row], course: Course, groups: &[usize], is_dodged: bool) -> Vec<Shape> {
    let mut violins: BTreeMap<(u64, usize), Vec<Slice>> = BTreeMap::new();
    let mut centres: BTreeMap<(u64, usize), f64> = BTreeMap::new();
    for row in rows {
        let ends = if course == Course::Upright { row.x.zip(row.y) } else { row.y.zip(row.x) };
        let (Some((category, value)), Some(half)) = (ends, row.offset) else { continue };
        let (shift, share) = super::mark_box::dodge(row.group, groups, is_dodged);
        let (centre, half) = (category + shift * 0.9, half * share);
        let key = (order(category), row.group);
        centres.insert(key, centre);
        violins.entry(key).or_default().push(Slice { at: value, low: centre - half, high: centre + half });
    }
    let shape = |((_, group), mut slices): ((u64, usize), Vec<Slice>)| {
        slices.sort_by(|one, two| one.at.total_cmp(&two.at));
        let mut shape = band(group, &slices, course, 0);
        shape.edge = shape.corners.len();
        shape
    };
    violins.into_iter().map(shape).collect()
}

/// Makes rectangles: whole cells of categories, or from one number to another.
pub(super) fn tiles(rows: &[Row]) -> Vec<Shape> {
    let ends = |min: Option<f64>, max: Option<f64>, centre: Option<f64>| match (min, max, centre) {
        (Some(min), Some(max), _) => Some((min, max)),
        (_, _, Some(centre)) => Some((centre - 0.5, centre + 0.5)),
        _ => None,
    };
    let shape = |row: &Row| {
        let (left, right) = ends(row.x_min, row.x_max, row.x)?;
        let (low, high) = ends(row.y_min, row.y_max, row.y)?;
        let corners = vec![(left, high), (right, high), (right, low), (left, low)];
        Some(Shape { group: row.group, shade: row.shade, corners, edge: 0, is_solid: true })
    };
    rows.iter().filter_map(shape).collect()
}

/// Draws the shapes, and the numbers of shaded ones where they fit.
pub(super) fn draw(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    shapes: &[Shape],
    shades: Option<&Shades>,
    format: NumberFormat,
) {
    // Shapes that overlap must let each other through.
    let is_tiled =
        shapes.iter().any(|shape| shape.corners.len() == 4 && shape.edge == 0 && shape.shade.is_some());
    for shape in shapes {
        let opacity = layer.look.opacity.unwrap_or(match (is_tiled, shape.is_solid) {
            (true, _) => 1.0,
            (false, true) => 0.88,
            (false, false) => 0.3,
        });
        let corners: Vec<(f64, f64)> = shape.corners.iter().map(|place| panel.pixel(*place)).collect();
        let share = shape.shade.zip(shades).map(|(number, shades)| share(number, shades));
        let colour = match (layer.look.colour, share) {
            (Some(colour), _) => colour,
            (None, Some(share)) => theme.shade(share),
            (None, None) => theme.fill(shape.group).ground,
        };
        scene.polygon(corners.clone(), colour, opacity);
        if is_tiled {
            let mut rim = corners.clone();
            rim.extend(corners.first());
            scene.stroke(&rim, Pen::solid(theme.seam, theme.paper));
        } else if shape.edge > 1 || (theme.is_mono() && shape.edge == 0) {
            let colour = layer.look.colour.unwrap_or_else(|| theme.line_colour(shape.group));
            let edge = if shape.edge > 1 { shape.edge } else { corners.len() };
            let mut rim: Vec<(f64, f64)> = corners.iter().take(edge).copied().collect();
            if edge == corners.len() {
                rim.extend(corners.first());
            }
            scene.stroke(&rim, Pen::solid(theme.line_width * 0.6, colour));
        }
    }
    if is_tiled && layer.look.labels != Labelled::Off {
        draw_numbers(scene, panel, theme, shapes, shades, format);
    }
}

fn share(number: f64, shades: &Shades) -> f64 {
    let range = shades.high - shades.low;
    if range > 0.0 { (number - shades.low) / range } else { 0.5 }
}

fn draw_numbers(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    shapes: &[Shape],
    shades: Option<&Shades>,
    format: NumberFormat,
) {
    let size = theme.value_size;
    let decimals = decimals_of(shapes.iter().filter_map(|shape| shape.shade));
    let labels: Vec<String> = shapes
        .iter()
        .map(|shape| shape.shade.map(|number| format.number(number, decimals)).unwrap_or_default())
        .collect();
    let cell = |shape: &Shape| {
        let (one, two) = (panel.pixel(shape.corners[0]), panel.pixel(shape.corners[2]));
        (
            (two.0 - one.0).abs(),
            (two.1 - one.1).abs(),
            f64::midpoint(one.0, two.0),
            f64::midpoint(one.1, two.1),
        )
    };
    let fits = shapes.iter().zip(&labels).all(|(shape, label)| {
        let (width, height, _, _) = cell(shape);
        width_em(label, Face::Regular) * size * 1.1 <= width && size * 1.2 <= height
    });
    if !fits {
        return;
    }
    for (shape, label) in shapes.iter().zip(&labels) {
        let (_, _, x, y) = cell(shape);
        let ground =
            theme.shade(shape.shade.zip(shades).map_or(0.0, |(number, shades)| share(number, shades)));
        let colour = ground.readable(theme.paper, theme.ink);
        let style = Style { colour, ..theme.style(size, Anchor::Middle, Role::Value) };
        scene.text(label, (x, y + size * 0.36), style);
    }
}
