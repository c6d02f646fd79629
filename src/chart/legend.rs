//! Lays out and draws the legend, in rows above the panel or in a column at its right.

use super::canvas::{Anchor, Canvas};
use super::mark_point::symbol;
use super::plot::{Groups, Layer, Marks};
use super::scale::number_of;
use super::text::{Face, shorten, width_em, wrap};
use super::theme::Theme;

/// A legend with its size in pixels.
#[derive(Debug, Clone)]
pub(super) struct Legend {
    title: Option<String>,
    entries: Vec<Entry>,
    pub(super) side: Side,
    pub(super) width: f64,
    pub(super) height: f64,
    keys: Keys,
}

/// Where the legend stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Top,
    Right,
}

/// One group's key and lines, relative to the legend's upper left corner.
#[derive(Debug, Clone)]
struct Entry {
    group: Option<usize>,
    lines: Vec<String>,
    left: f64,
    top: f64,
}

/// Which kinds of marks the keys show.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    has_bars: bool,
    has_lines: bool,
    has_points: bool,
}

/// Lays out the legend where it takes the least of a picture of `width` × `height` pixels.
pub(super) fn lay_out(groups: &Groups, layers: &[Layer], width: f64, height: f64, theme: &Theme) -> Legend {
    let keys =
        layers.iter().filter(|layer| layer.is_grouped).fold(Keys::default(), |keys, layer| {
            match layer.marks {
                Marks::Bars(_) => Keys { has_bars: true, ..keys },
                Marks::Lines(_) => Keys { has_lines: true, ..keys },
                Marks::Points(_) => Keys { has_points: true, ..keys },
            }
        });
    let top = at_top(groups, keys, width, theme);
    let right = at_right(groups, keys, width * 0.28, height, theme);
    let is_one_row = top.height <= theme.line(theme.label_size) * 1.6;
    let top_is_smaller = top.height * width <= right.width * height;
    if is_one_row || (top_is_smaller && top.height < height * 0.25) { top } else { right }
}

fn key_width(keys: Keys, theme: &Theme) -> f64 {
    theme.label_size * if keys.has_lines { 2.2 } else { 1.0 }
}

/// Lays out one row, or columns of one width if one row is too short.
fn at_top(groups: &Groups, keys: Keys, width: f64, theme: &Theme) -> Legend {
    let size = theme.label_size;
    let step = theme.line(size) * 1.1;
    let key = key_width(keys, theme) + size * 0.5;
    let title = groups.title.as_ref().map(|title| shorten(title, width * 0.4 / size, Face::SemiBold));
    let indent = title.as_ref().map_or(0.0, |title| width_em(title, Face::SemiBold) * size + size * 1.2);
    let labels: Vec<String> = groups
        .labels
        .iter()
        .map(|label| shorten(label, (width - indent - key) / size, Face::Regular))
        .collect();
    let lengths: Vec<f64> = labels.iter().map(|label| key + width_em(label, Face::Regular) * size).collect();
    let count = labels.len();
    let gap = |share: f64| size * share;
    let total: f64 = lengths.iter().sum();
    let one_row = [1.6, 1.1]
        .into_iter()
        .find(|share| indent + total + gap(*share) * number_of(count.saturating_sub(1)) <= width);
    let column = lengths.iter().copied().fold(0.0, f64::max) + gap(1.6);
    let fitting = (1..=count).rev().find(|columns| indent + column * number_of(*columns) - gap(1.6) <= width);
    let rows = if one_row.is_some() { 1 } else { count.div_ceil(fitting.unwrap_or(1)) };
    let columns = count.div_ceil(rows.max(1)).max(1);
    let mut left = indent;
    let mut entries = Vec::new();
    for (group, (label, length)) in labels.into_iter().zip(lengths).enumerate() {
        let (row, place) = (group / columns, group % columns);
        if one_row.is_none() {
            left = indent + column * number_of(place);
        }
        entries.push(Entry { group: Some(group), lines: vec![label], left, top: step * number_of(row) });
        left += length + gap(one_row.unwrap_or(1.6));
    }
    Legend { title, entries, side: Side::Top, width, height: step * number_of(rows), keys }
}

fn at_right(groups: &Groups, keys: Keys, most_width: f64, most_height: f64, theme: &Theme) -> Legend {
    let size = theme.label_size;
    let key = key_width(keys, theme) + size * 0.6;
    let limit = (most_width - key).max(size) / size;
    let title = groups.title.as_ref().map(|title| shorten(title, most_width / size, Face::SemiBold));
    let mut top = if title.is_some() { theme.line(size) * 1.25 } else { 0.0 };
    let mut widest = title.as_ref().map_or(0.0, |title| width_em(title, Face::SemiBold) * size - key);
    let mut entries = Vec::new();
    for (group, label) in groups.labels.iter().enumerate() {
        let lines: Vec<String> = wrap(label, limit, Face::Regular, 3)
            .iter()
            .map(|line| shorten(line, limit, Face::Regular))
            .collect();
        let taken = theme.line(size) * number_of(lines.len()) + size * 0.35;
        let left_over = groups.labels.len() - group;
        if top + taken + theme.line(size) > most_height && left_over > 1 {
            entries.push(Entry { group: None, lines: vec![format!("+ {left_over}")], left: 0.0, top });
            top += theme.line(size);
            break;
        }
        widest = lines.iter().map(|line| width_em(line, Face::Regular) * size).fold(widest, f64::max);
        entries.push(Entry { group: Some(group), lines, left: 0.0, top });
        top += taken;
    }
    Legend { title, entries, side: Side::Right, width: key + widest, height: top, keys }
}

/// Draws the legend with its upper left corner at `corner`.
pub(super) fn draw(canvas: &mut Canvas, theme: &Theme, legend: &Legend, corner: (f64, f64)) {
    let size = theme.label_size;
    if let Some(title) = &legend.title {
        canvas.text(title, (corner.0, corner.1 + size), size, Face::SemiBold, theme.ink, Anchor::Start);
    }
    let key = key_width(legend.keys, theme);
    for entry in &legend.entries {
        let (left, top) = (corner.0 + entry.left, corner.1 + entry.top);
        if let Some(group) = entry.group {
            draw_key(canvas, theme, legend.keys, group, (left, top + size * 0.64));
        }
        for (index, line) in entry.lines.iter().enumerate() {
            let baseline = top + size + theme.line(size) * number_of(index);
            canvas.text(
                line,
                (left + key + size * 0.5, baseline),
                size,
                Face::Regular,
                theme.ink,
                Anchor::Start,
            );
        }
    }
}

/// Draws a group's key with the middle of its left edge at `place`.
fn draw_key(canvas: &mut Canvas, theme: &Theme, keys: Keys, group: usize, (x, y): (f64, f64)) {
    let colour = theme.colour(group);
    let width = key_width(keys, theme);
    if keys.has_bars {
        let half = theme.label_size * 0.44;
        let middle = x + width / 2.0;
        canvas.rectangle((middle - half, y - half), (middle + half, y + half), colour, 1.0);
    }
    if keys.has_lines {
        canvas.line((x, y), (x + width, y), theme.line_width, colour, 1.0);
    }
    if keys.has_points {
        symbol(canvas, (x + width / 2.0, y), theme.point_radius, group, theme, 1.0);
    }
}
