//! Turns rows into points, and points into symbols.
//!
//! Each group has a shape as well as a colour, because reports are printed in black and white.

use super::layout::Panel;
use super::plot::{Layer, Point};
use super::rows::Row;
use super::scene::{Colour, Item, Scene};
use super::theme::Theme;

/// More points than this are drawn as small squares, in one shape per group.
const CROWD: usize = 4000;

/// Takes the rows that have both coordinates.
pub(super) fn points(rows: &[Row]) -> Vec<Point> {
    let point = |row: &Row| Some(Point { group: row.group, style: row.style, place: (row.x?, row.y?) });
    let mut points: Vec<Point> = rows.iter().filter_map(point).collect();
    // The order decides which point lies on top; rows of SQL come in any.
    points.sort_by(|one, two| {
        let places = one.place.0.total_cmp(&two.place.0).then(one.place.1.total_cmp(&two.place.1));
        one.group.cmp(&two.group).then(one.style.cmp(&two.style)).then(places)
    });
    points
}

/// Draws the points.
pub(super) fn draw(scene: &mut Scene, panel: &Panel, theme: &Theme, layer: &Layer, points: &[Point]) {
    let look = &layer.look;
    let radius = look.size_pt.map_or(theme.point_radius, |size| size * theme.point / 2.0);
    let opacity = look.opacity.unwrap_or(1.0);
    let shown = points.iter().filter(|point| panel.shows(point.place));
    if points.len() > CROWD {
        let points: Vec<&Point> = shown.collect();
        for same in points.chunk_by(|one, two| one.group == two.group) {
            let colour = look.colour.unwrap_or_else(|| theme.colour(same[0].group));
            let centres = apart(same.iter().map(|point| panel.pixel(point.place)), radius * 0.25);
            let radius = look.size_pt.map_or(radius * 0.45, |_| radius);
            let opacity = look.opacity.unwrap_or(0.5);
            scene.items.push(Item::Dots { centres, radius, colour, opacity });
        }
        return;
    }
    for point in shown {
        let centre = panel.pixel(point.place);
        let is_hollow = look.is_hollow || point.style > 0;
        let colour = look.colour.unwrap_or_else(|| theme.line_colour(point.group));
        draw_symbol(scene, centre, radius, point.group, colour, theme, opacity, is_hollow);
    }
}

/// Leaves out points that would lie on others to within `grain` pixels.
fn apart(places: impl Iterator<Item = (f64, f64)>, grain: f64) -> Vec<(f64, f64)> {
    let mut seen = std::collections::HashSet::new();
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture are small numbers")]
    let cell = |length: f64| (length / grain.max(0.1)).round() as i64;
    places.filter(|place| seen.insert((cell(place.0), cell(place.1)))).collect()
}

/// Draws the symbol of a group in its own colour.
pub(super) fn symbol(
    scene: &mut Scene,
    centre: (f64, f64),
    radius: f64,
    group: usize,
    theme: &Theme,
    opacity: f64,
    is_hollow: bool,
) {
    draw_symbol(scene, centre, radius, group, theme.line_colour(group), theme, opacity, is_hollow);
}

/// Draws the symbol of a group, with a rim that parts it from lines and from other symbols.
#[expect(clippy::too_many_arguments, reason = "a symbol is its place, size, shape, colour and filling")]
fn draw_symbol(
    scene: &mut Scene,
    centre: (f64, f64),
    radius: f64,
    group: usize,
    colour: Colour,
    theme: &Theme,
    opacity: f64,
    is_hollow: bool,
) {
    let rim = radius * 0.28;
    shape(scene, centre, radius + rim, group, theme.paper, opacity);
    shape(scene, centre, radius, group, colour, opacity);
    if is_hollow {
        shape(scene, centre, radius * 0.55, group, theme.paper, opacity);
    }
}

/// Draws one of six shapes of about equal area.
fn shape(scene: &mut Scene, centre: (f64, f64), radius: f64, group: usize, colour: Colour, opacity: f64) {
    let polygon = |scene: &mut Scene, corners: &[(f64, f64)]| {
        let corners: Vec<(f64, f64)> =
            corners.iter().map(|(dx, dy)| (centre.0 + dx * radius, centre.1 + dy * radius)).collect();
        scene.polygon(corners, colour, opacity);
    };
    match group % 6 {
        0 => scene.circle(centre, radius, colour, opacity),
        1 => polygon(scene, &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => polygon(scene, &[(0.0, -1.25), (1.2, 0.85), (-1.2, 0.85)]),
        3 => polygon(scene, &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        4 => polygon(scene, &[(0.0, 1.25), (1.2, -0.85), (-1.2, -0.85)]),
        _ => {
            let (inner, outer) = (0.42, 1.2);
            polygon(
                scene,
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
