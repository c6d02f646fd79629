//! Turns rows into lines, and lines into strokes.
//!
//! A row without a value breaks the line: a gap in the data is shown and not bridged.

use indexmap::IndexMap;

use super::layout::Panel;
use super::pattern::Dash;
use super::plot::{Layer, Line};
use super::rows::Row;
use super::scene::{Pen, Scene};
use super::theme::Theme;

/// Groups rows into lines, each in order of x; a path keeps the order of its rows.
pub(super) fn lines(rows: &[Row], is_path: bool) -> Vec<Line> {
    let mut series: IndexMap<(usize, usize, &str), Vec<&Row>> = IndexMap::new();
    for row in rows {
        series.entry((row.group, row.style, row.series.as_str())).or_default().push(row);
    }
    series.sort_by(|one, _, two, _| one.cmp(two));
    series
        .into_iter()
        .map(|((group, style, _), mut rows)| {
            rows.retain(|row| row.x.is_some());
            let place = |row: &Row| (row.x.unwrap_or(0.0), row.y.unwrap_or(0.0));
            if !is_path {
                rows.sort_by(|one, two| {
                    let (one, two) = (place(one), place(two));
                    one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1))
                });
            }
            Line { group, style, places: rows.iter().map(|row| row.x.zip(row.y)).collect() }
        })
        .collect()
}

/// Returns the pen of a layer's lines.
pub(super) fn pen(theme: &Theme, layer: &Layer, group: usize, style: usize) -> Pen {
    let dash = match (layer.look.dash, style) {
        (Some(dash), _) => dash,
        (None, 0) => theme.dash(group),
        (None, style) => Dash::ALL[style % Dash::ALL.len()],
    };
    Pen {
        width: layer.look.size_pt.map_or(theme.line_width, |size| size * theme.point),
        colour: layer.look.colour.unwrap_or_else(|| theme.line_colour(group)),
        opacity: layer.look.opacity.unwrap_or(1.0),
        dash,
    }
}

/// Draws the lines; a value between two gaps becomes a dot. Over bars a rim parts them from these.
pub(super) fn draw(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    lines: &[Line],
    is_over_bars: bool,
) {
    for line in lines {
        let pen = pen(theme, layer, line.group, line.style);
        for run in line.places.split(|place| place.is_none_or(|place| !panel.shows(place))) {
            let run: Vec<(f64, f64)> = run.iter().flatten().map(|place| panel.pixel(*place)).collect();
            match run.as_slice() {
                [] => {}
                [only] => scene.circle(*only, pen.width.max(theme.point_radius), pen.colour, pen.opacity),
                _ => {
                    if is_over_bars {
                        scene.stroke(&run, theme.rim(pen, 1.4));
                    }
                    scene.stroke(&run, pen);
                }
            }
        }
    }
}
