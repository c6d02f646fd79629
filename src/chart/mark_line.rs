//! Turns rows into lines, and lines into strokes.
//!
//! A row without a value breaks the line: a gap in the data is shown and not bridged.

use indexmap::IndexMap;

use super::canvas::Canvas;
use super::layout::Panel;
use super::plot::{Layer, Line};
use super::resolve::Row;
use super::theme::Theme;

/// Groups rows into lines, each in order of x.
pub(super) fn lines(rows: &[Row]) -> Vec<Line> {
    let mut series: IndexMap<(usize, &str), Vec<&Row>> = IndexMap::new();
    for row in rows {
        series.entry((row.group, row.series.as_str())).or_default().push(row);
    }
    series.sort_by(|one, _, two, _| one.cmp(two));
    series
        .into_iter()
        .map(|((group, _), mut rows)| {
            rows.retain(|row| row.x.is_some());
            let place = |row: &Row| (row.x.unwrap_or(0.0), row.y.unwrap_or(0.0));
            rows.sort_by(|one, two| {
                let (one, two) = (place(one), place(two));
                one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1))
            });
            Line { group, places: rows.iter().map(|row| row.x.zip(row.y)).collect() }
        })
        .collect()
}

/// Draws the lines; a value between two gaps becomes a dot.
pub(super) fn draw(canvas: &mut Canvas, panel: &Panel, theme: &Theme, layer: &Layer, lines: &[Line]) {
    let width = layer.size_pt.map_or(theme.line_width, |size| size * theme.point);
    for line in lines {
        let colour = theme.colour(line.group);
        for run in line.places.split(|place| place.is_none_or(|place| !panel.shows(place))) {
            let run: Vec<(f64, f64)> = run.iter().flatten().map(|place| panel.pixel(*place)).collect();
            match run.as_slice() {
                [] => {}
                [only] => canvas.circle(*only, width, colour, layer.opacity),
                _ => canvas.path(&run, width, colour, layer.opacity),
            }
        }
    }
}
