//! Lays out and draws the legend, in rows above the panels or in a column at their right.

use super::format::{NumberFormat, decimals_of};
use super::mark_point::symbol;
use super::plot::{Layer, Marks, Plot};
use super::scale::number_of;
use super::scene::{Anchor, Dash, Pen, Role, Scene, Style};
use super::text::{Face, shorten, width_em, wrap};
use super::theme::Theme;

/// A legend with its size in pixels.
#[derive(Debug, Clone)]
pub(super) struct Legend {
    title: Option<String>,
    entries: Vec<Entry>,
    /// The numbers of the lightest and the darkest shade.
    shades: Option<[String; 2]>,
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

/// What an entry's key shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The colour of a group.
    Group(usize),
    /// The dash of a style.
    Style(usize),
}

/// One name to explain.
struct Part {
    key: Key,
    keys: Keys,
    label: String,
}

/// One key with its lines, relative to the legend's upper left corner.
#[derive(Debug, Clone)]
struct Entry {
    key: Option<(Key, Keys)>,
    lines: Vec<String>,
    left: f64,
    top: f64,
}

/// Which kinds of marks a key shows.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    has_areas: bool,
    has_lines: bool,
    has_points: bool,
}

/// Lays out the legend where it takes the least of a picture of `width` × `height` pixels, if one is needed.
/// Lines that are named at their ends need none.
pub(super) fn lay_out(plot: &Plot, width: f64, height: f64, is_named: bool, theme: &Theme) -> Option<Legend> {
    let groups = plot.groups.as_ref().filter(|groups| groups.has_legend && !is_named);
    let styles = plot.styles.as_ref().filter(|styles| styles.has_legend);
    let grouped = groups.iter().flat_map(|groups| groups.labels.iter().enumerate()).map(|(group, label)| {
        Part { key: Key::Group(group), keys: keys_of(plot, group), label: label.clone() }
    });
    let styled =
        styles.iter().flat_map(|styles| styles.labels.iter().enumerate()).map(|(style, label)| Part {
            key: Key::Style(style),
            keys: Keys { has_lines: true, ..Keys::default() },
            label: label.clone(),
        });
    let parts: Vec<Part> = grouped.chain(styled).collect();
    if parts.is_empty() {
        return shades(plot, width, theme);
    }
    let title = groups.or(styles).and_then(|groups| groups.title.as_ref());
    let keys = parts.iter().fold(Keys::default(), |all, part| all.with(part.keys));
    let top = at_top(&parts, title, keys, width, theme);
    let right = at_right(&parts, title, keys, width * 0.28, height, theme);
    let is_one_row = top.height <= theme.line(theme.label_size) * 1.6;
    let top_is_smaller = top.height * width <= right.width * height;
    Some(if is_one_row || (top_is_smaller && top.height < height * 0.25) { top } else { right })
}

impl Keys {
    fn with(self, other: Self) -> Self {
        Self {
            has_areas: self.has_areas || other.has_areas,
            has_lines: self.has_lines || other.has_lines,
            has_points: self.has_points || other.has_points,
        }
    }
}

/// Finds by which kinds of marks a group is shown.
fn keys_of(plot: &Plot, group: usize) -> Keys {
    let holds = |mut groups: Box<dyn Iterator<Item = usize> + '_>| groups.any(|found| found == group);
    let areas = Keys { has_areas: true, ..Keys::default() };
    let lines = Keys { has_lines: true, ..Keys::default() };
    let points = Keys { has_points: true, ..Keys::default() };
    let of_layer = |layer: &Layer| {
        let (groups, keys): (Box<dyn Iterator<Item = usize> + '_>, Keys) = match &layer.marks {
            Marks::Bars(marks) => (Box::new(marks.iter().map(|mark| mark.group)), areas),
            Marks::Shapes(marks) => (Box::new(marks.iter().map(|mark| mark.group)), areas),
            Marks::Boxes(marks) => (Box::new(marks.iter().map(|mark| mark.group)), areas),
            Marks::Lines(marks) => (Box::new(marks.iter().map(|mark| mark.group)), lines),
            Marks::Segments(marks) => (Box::new(marks.iter().map(|mark| mark.group)), lines),
            Marks::Rules(marks) => (Box::new(marks.iter().map(|mark| mark.group)), lines),
            Marks::Points(marks) => (Box::new(marks.iter().map(|mark| mark.group)), points),
            Marks::Texts(marks) => (Box::new(marks.iter().map(|mark| mark.group)), points),
        };
        if holds(groups) { keys } else { Keys::default() }
    };
    let found =
        plot.layers().filter(|layer| layer.is_grouped).map(of_layer).fold(Keys::default(), Keys::with);
    // A band behind a line needs no square of its own.
    Keys { has_areas: found.has_areas && !found.has_lines, ..found }
}

/// Lays out a strip of shades between the numbers at its ends.
fn shades(plot: &Plot, width: f64, theme: &Theme) -> Option<Legend> {
    let shades = plot.shades.as_ref()?;
    let format = NumberFormat { lang: plot.lang };
    let decimals = decimals_of([shades.low, shades.high].into_iter());
    Some(Legend {
        title: shades.title.clone(),
        entries: Vec::new(),
        shades: Some([shades.low, shades.high].map(|number| format.number(number, decimals))),
        side: Side::Top,
        width,
        height: theme.line(theme.label_size) * 1.1,
        keys: Keys::default(),
    })
}

fn key_width(keys: Keys, theme: &Theme) -> f64 {
    theme.label_size * if keys.has_lines { 2.4 } else { 1.0 }
}

/// Lays out one row, or columns of one width if one row is too short.
fn at_top(parts: &[Part], title: Option<&String>, keys: Keys, width: f64, theme: &Theme) -> Legend {
    let size = theme.label_size;
    let step = theme.line(size) * 1.1;
    let key = key_width(keys, theme) + size * 0.5;
    let title = title.map(|title| shorten(title, width * 0.4 / size, Face::SemiBold));
    let indent = title.as_ref().map_or(0.0, |title| width_em(title, Face::SemiBold) * size + size * 1.2);
    let labels: Vec<String> =
        parts.iter().map(|part| shorten(&part.label, (width - indent - key) / size, Face::Regular)).collect();
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
    for (index, (label, length)) in labels.into_iter().zip(lengths).enumerate() {
        let (row, place) = (index / columns, index % columns);
        if one_row.is_none() {
            left = indent + column * number_of(place);
        }
        let key = parts.get(index).map(|part| (part.key, part.keys));
        entries.push(Entry { key, lines: vec![label], left, top: step * number_of(row) });
        left += length + gap(one_row.unwrap_or(1.6));
    }
    Legend { title, entries, shades: None, side: Side::Top, width, height: step * number_of(rows), keys }
}

fn at_right(
    parts: &[Part],
    title: Option<&String>,
    keys: Keys,
    most_width: f64,
    most_height: f64,
    theme: &Theme,
) -> Legend {
    let size = theme.label_size;
    let key = key_width(keys, theme) + size * 0.6;
    let limit = (most_width - key).max(size) / size;
    let title = title.map(|title| shorten(title, most_width / size, Face::SemiBold));
    let mut top = if title.is_some() { theme.line(size) * 1.25 } else { 0.0 };
    let mut widest = title.as_ref().map_or(0.0, |title| width_em(title, Face::SemiBold) * size - key);
    let mut entries = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let lines: Vec<String> = wrap(&part.label, limit, Face::Regular, 3)
            .iter()
            .map(|line| shorten(line, limit, Face::Regular))
            .collect();
        let taken = theme.line(size) * number_of(lines.len()) + size * 0.35;
        let left_over = parts.len() - index;
        if top + taken + theme.line(size) > most_height && left_over > 1 {
            entries.push(Entry { key: None, lines: vec![format!("+ {left_over}")], left: 0.0, top });
            top += theme.line(size);
            break;
        }
        widest = lines.iter().map(|line| width_em(line, Face::Regular) * size).fold(widest, f64::max);
        entries.push(Entry { key: Some((part.key, part.keys)), lines, left: 0.0, top });
        top += taken;
    }
    Legend { title, entries, shades: None, side: Side::Right, width: key + widest, height: top, keys }
}

/// Draws the legend with its upper left corner at `corner`.
pub(super) fn draw(scene: &mut Scene, theme: &Theme, legend: &Legend, corner: (f64, f64)) {
    let size = theme.label_size;
    let style = theme.style(size, Anchor::Start, Role::Legend);
    let mut left = corner.0;
    if let Some(title) = &legend.title {
        scene.text(title, (corner.0, corner.1 + size), Style { face: Face::SemiBold, ..style });
        left += width_em(title, Face::SemiBold) * size + size * 1.2;
    }
    if let Some([low, high]) = &legend.shades {
        draw_shades(scene, theme, (left, corner.1), low, high);
    }
    let key = key_width(legend.keys, theme);
    for entry in &legend.entries {
        let (left, top) = (corner.0 + entry.left, corner.1 + entry.top);
        if let Some((shown, keys)) = entry.key {
            draw_key(scene, theme, keys, key, shown, (left, top + size * 0.64));
        }
        for (index, line) in entry.lines.iter().enumerate() {
            let baseline = top + size + theme.line(size) * number_of(index);
            scene.text(line, (left + key + size * 0.5, baseline), style);
        }
    }
}

fn draw_shades(scene: &mut Scene, theme: &Theme, (left, top): (f64, f64), low: &str, high: &str) {
    const STEPS: usize = 24;
    let size = theme.label_size;
    let style = theme.style(size, Anchor::Start, Role::Legend);
    scene.text(low, (left, top + size), style);
    let start = left + width_em(low, Face::Regular) * size + size * 0.5;
    let step = size * 0.4;
    for index in 0..STEPS {
        let share = number_of(index) / number_of(STEPS - 1);
        let from = start + step * number_of(index);
        scene.rectangle((from, top + size * 0.2), (from + step, top + size * 1.1), theme.shade(share), 1.0);
    }
    scene.text(high, (start + step * number_of(STEPS) + size * 0.5, top + size), style);
}

/// Draws a key with the middle of its left edge at `place`.
fn draw_key(scene: &mut Scene, theme: &Theme, keys: Keys, width: f64, key: Key, (x, y): (f64, f64)) {
    let line = |colour, dash| Pen { width: theme.line_width, colour, opacity: 1.0, dash };
    let group = match key {
        Key::Style(style) => {
            let dash = Dash::ALL[style % Dash::ALL.len()];
            scene.line((x, y), (x + width, y), line(theme.ink, dash));
            return;
        }
        Key::Group(group) => group,
    };
    if keys.has_areas {
        let half = theme.label_size * 0.44;
        let middle = x + width / 2.0;
        let (from, to) = ((middle - half, y - half), (middle + half, y + half));
        theme.fill_rectangle(scene, from, to, theme.fill(group), 1.0);
        if theme.is_mono() {
            let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
            scene.stroke(&corners, Pen::solid(theme.grid_width, theme.ink));
        }
    }
    if keys.has_lines {
        scene.line((x, y), (x + width, y), line(theme.line_colour(group), theme.dash(group)));
    }
    if keys.has_points {
        symbol(scene, (x + width / 2.0, y), theme.point_radius, group, theme, 1.0, false);
    }
}
