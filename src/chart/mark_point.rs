//! Turns rows into points, and points into symbols.
//!
//! Each group has a shape as well as a colour, because reports are printed in black and white.

use super::canvas::{Canvas, Colour};
use super::layout::Panel;
use super::plot::{Layer, Point};
use super::resolve::Row;
use super::theme::Theme;

/// Takes the rows that have both coordinates.
pub(super) fn points(rows: &[Row]) -> Vec<Point> {
    let point = |row: &Row| Some(Point { group: row.group, place: (row.x?, row.y?) });
    let mut points: Vec<Point> = rows.iter().filter_map(point).collect();
    // The order decides which point lies on top; rows of SQL come in any.
    points.sort_by(|one, two| {
        let places = one.place.0.total_cmp(&two.place.0).then(one.place.1.total_cmp(&two.place.1));
        one.group.cmp(&two.group).then(places)
    });
    points
}

/// Draws the points.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, theme: &Theme, layer: &Layer, points: &[Point]) {
    let radius = layer.size_pt.map_or(theme.point_radius, |size| size * theme.point / 2.0);
    for point in points.iter().filter(|point| panel.shows(point.place)) {
        symbol(canvas, panel.pixel(point.place), radius, point.group, theme, layer.opacity);
    }
}

/// Draws the symbol of a group, with a white rim that parts it from lines and from other symbols.
pub(super) fn symbol(
    canvas: &mut Canvas,
    centre: (f64, f64),
    radius: f64,
    group: usize,
    theme: &Theme,
    opacity: f64,
) {
    let colour = theme.colour(group);
    let rim = radius * 0.28;
    shape(canvas, centre, radius + rim, group, Colour::WHITE, opacity);
    shape(canvas, centre, radius, group, colour, opacity);
}

/// Draws one of six shapes of about equal area.
fn shape(canvas: &mut Canvas, centre: (f64, f64), radius: f64, group: usize, colour: Colour, opacity: f64) {
    let polygon = |canvas: &mut Canvas, corners: &[(f64, f64)]| {
        let corners: Vec<(f64, f64)> =
            corners.iter().map(|(dx, dy)| (centre.0 + dx * radius, centre.1 + dy * radius)).collect();
        canvas.polygon(&corners, colour, opacity);
    };
    match group % 6 {
        0 => canvas.circle(centre, radius, colour, opacity),
        1 => polygon(canvas, &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => polygon(canvas, &[(0.0, -1.25), (1.2, 0.85), (-1.2, 0.85)]),
        3 => polygon(canvas, &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        4 => polygon(canvas, &[(0.0, 1.25), (1.2, -0.85), (-1.2, -0.85)]),
        _ => {
            let (inner, outer) = (0.42, 1.2);
            polygon(
                canvas,
                &[
                    (-inner, -outer),
                    (inner, -outer),
                    (inner, -inner),
                    (outer, -inner),
                    (outer, inner),
                    (inner, inner),
                    (inner, outer),
                    (-inner, outer),
                    (-inner, inner),
                    (-outer, inner),
                    (-outer, -inner),
                    (-inner, -inner),
                ],
            );
        }
    }
}
