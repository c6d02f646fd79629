//! Turns the rows of a summary into boxes with whiskers, and draws them.

use std::collections::BTreeMap;

use super::layout::Panel;
use super::plot::{BoxPlot, Direction, Layer};
use super::rows::Row;
use super::scale::number_of;
use super::scene::{Pen, Scene};
use super::theme::Theme;

/// The share of a category's room that its boxes fill.
const WIDTH: f64 = 0.55;

/// Returns how far a group is moved from the middle of its category, and the share of the room it has.
pub(super) fn dodge(group: usize, groups: &[usize], is_dodged: bool) -> (f64, f64) {
    if !is_dodged || groups.len() < 2 {
        return (0.0, 1.0);
    }
    let count = number_of(groups.len());
    let index = groups.iter().position(|known| *known == group).unwrap_or(0);
    ((number_of(index) + 0.5) / count - 0.5, 1.0 / count)
}

/// Collects the parts of each summary: box, median, whiskers, outliers.
pub(super) fn boxes(
    rows: &[Row],
    groups: &[usize],
    is_dodged: bool,
    width: Option<f64>,
    direction: Direction,
) -> Vec<BoxPlot> {
    let mut found: BTreeMap<(u64, usize), BoxPlot> = BTreeMap::new();
    for row in rows {
        let (ends, end) = match direction {
            Direction::Up => (row.x.zip(row.y), row.y_end),
            Direction::Right => (row.y.zip(row.x), row.x_end),
        };
        let Some((category, value)) = ends else { continue };
        let (shift, share) = dodge(row.group, groups, is_dodged);
        let room = width.unwrap_or(if share < 1.0 { 0.8 } else { WIDTH });
        let half = room * share / 2.0 * if share < 1.0 { 0.86 } else { 1.0 };
        let middle = category + shift * room;
        let plot = found.entry((category.to_bits(), row.group)).or_insert_with(|| BoxPlot {
            group: row.group,
            across: (middle - half, middle + half),
            whiskers: (value, value),
            quartiles: (value, value),
            median: value,
            outliers: Vec::new(),
            direction,
        });
        match row.part.as_str() {
            "lower_whisker" => plot.whiskers.0 = end.unwrap_or(value),
            "upper_whisker" => plot.whiskers.1 = end.unwrap_or(value),
            "box" => plot.quartiles = (value, end.unwrap_or(value)),
            "median" => plot.median = value,
            _ => plot.outliers.push(value),
        }
    }
    let mut boxes: Vec<BoxPlot> = found.into_values().collect();
    for plot in &mut boxes {
        plot.outliers.sort_by(f64::total_cmp);
    }
    boxes.sort_by(|one, two| one.across.0.total_cmp(&two.across.0));
    boxes
}

/// Draws the boxes.
pub(super) fn draw(scene: &mut Scene, panel: &Panel, theme: &Theme, layer: &Layer, boxes: &[BoxPlot]) {
    for plot in boxes {
        let colour = layer.look.colour.unwrap_or_else(|| theme.line_colour(plot.group));
        let place = |across: f64, along: f64| match plot.direction {
            Direction::Up => panel.pixel((across, along)),
            Direction::Right => panel.pixel((along, across)),
        };
        let pen = Pen::solid(theme.line_width * 0.6, colour);
        let middle = f64::midpoint(plot.across.0, plot.across.1);
        let (low, high) = (plot.quartiles.0, plot.quartiles.1);
        scene.line(place(middle, plot.whiskers.0), place(middle, low), pen);
        scene.line(place(middle, high), place(middle, plot.whiskers.1), pen);
        let cap = (plot.across.1 - plot.across.0) * 0.2;
        for end in [plot.whiskers.0, plot.whiskers.1] {
            scene.line(place(middle - cap, end), place(middle + cap, end), pen);
        }
        let corners = [
            place(plot.across.0, low),
            place(plot.across.0, high),
            place(plot.across.1, high),
            place(plot.across.1, low),
        ];
        let ground = theme.paper.mix(colour, 0.22 * layer.look.opacity.unwrap_or(1.0));
        scene.polygon(corners.to_vec(), ground, 1.0);
        scene.stroke(&[corners[0], corners[1], corners[2], corners[3], corners[0]], pen);
        let ends = (place(plot.across.0, plot.median), place(plot.across.1, plot.median));
        scene.line(ends.0, ends.1, Pen::solid(theme.line_width * 1.2, colour));
        for outlier in &plot.outliers {
            let centre = place(middle, *outlier);
            scene.circle(centre, theme.point_radius * 0.7, colour, 1.0);
            scene.circle(centre, theme.point_radius * 0.4, theme.paper, 1.0);
        }
    }
}
