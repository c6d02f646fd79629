//! Turns rows into straight lines: segments, ranges with crossbars, and rules across the panel.

use super::layout::Panel;
use super::mark_line::pen;
use super::plot::{Layer, Rule, Segment};
use super::rows::Row;
use super::scene::{Pen, Scene};
use super::theme::Theme;

/// Half the length of the crossbar of a range, in points.
const CAP_PT: f64 = 2.5;

/// Takes the rows that have both ends.
pub(super) fn segments(rows: &[Row]) -> Vec<Segment> {
    let segment = |row: &Row| {
        let from = (row.x?, row.y?);
        // An end that is not mapped lies where the start does.
        let to = (row.x_end.unwrap_or(from.0), row.y_end.unwrap_or(from.1));
        Some(Segment { group: row.group, style: row.style, from, to, has_caps: false })
    };
    rows.iter().filter_map(segment).collect()
}

/// Takes the rows that have a least and a greatest value.
pub(super) fn ranges(rows: &[Row]) -> Vec<Segment> {
    let segment = |row: &Row| {
        let (from, to) = match (row.x, row.y) {
            (Some(x), _) if row.y_min.is_some() => ((x, row.y_min?), (x, row.y_max?)),
            (_, Some(y)) => ((row.x_min?, y), (row.x_max?, y)),
            _ => return None,
        };
        Some(Segment { group: row.group, style: row.style, from, to, has_caps: true })
    };
    rows.iter().filter_map(segment).collect()
}

/// Takes one rule per place; the same place twice is one line.
pub(super) fn rules(rows: &[Row]) -> Vec<Rule> {
    let rule = |row: &Row| {
        let (at, is_level) = row.y.map(|at| (at, true)).or(row.x.map(|at| (at, false)))?;
        Some(Rule { group: row.group, style: row.style, at, is_level })
    };
    let mut rules: Vec<Rule> = rows.iter().filter_map(rule).collect();
    rules.sort_by(|one, two| one.at.total_cmp(&two.at).then(one.group.cmp(&two.group)));
    rules.dedup();
    rules
}

/// Draws segments and ranges.
pub(super) fn draw_segments(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    segments: &[Segment],
) {
    for segment in segments.iter().filter(|one| panel.shows(one.from) || panel.shows(one.to)) {
        let mut pen = pen(theme, layer, segment.group, segment.style);
        if layer.look.size_pt.is_none() && segment.has_caps {
            pen.width = theme.line_width * 0.7;
        }
        let (from, to) = (panel.pixel(segment.from), panel.pixel(segment.to));
        scene.line(from, to, pen);
        if segment.has_caps {
            let half = CAP_PT * theme.point;
            let (dx, dy) =
                if (from.0 - to.0).abs() < (from.1 - to.1).abs() { (half, 0.0) } else { (0.0, half) };
            for (x, y) in [from, to] {
                scene.line((x - dx, y - dy), (x + dx, y + dy), pen);
            }
        }
    }
}

/// Draws rules from edge to edge.
///
/// Where they cross areas a rim parts them from these.
pub(super) fn draw_rules(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    rules: &[Rule],
    is_over_areas: bool,
) {
    for rule in rules {
        let mut pen = Pen { width: theme.axis_width * 1.3, ..pen(theme, layer, rule.group, rule.style) };
        if let Some(size) = layer.look.size_pt {
            pen.width = size * theme.point;
        }
        if !layer.is_grouped && layer.look.colour.is_none() {
            pen.colour = theme.soft_ink;
        }
        let (from, to) = if rule.is_level {
            let y = panel.y_pixel(rule.at);
            ((panel.left, y), (panel.right, y))
        } else {
            let x = panel.x_pixel(rule.at);
            ((x, panel.top), (x, panel.bottom))
        };
        let place = if rule.is_level { (panel.x.from, rule.at) } else { (rule.at, panel.y.from) };
        if panel.shows(place) {
            if is_over_areas {
                scene.line(from, to, theme.rim(pen, 0.8));
            }
            scene.line(from, to, pen);
        }
    }
}
