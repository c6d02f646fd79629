//! Lays out and draws the legend, in rows above the panels or in a column at their right.

use super::format::{NumberFormat, decimals_of};
use super::mark_point::symbol;
use super::pattern::Dash;
use super::plot::{Layer, Marks, Plot};
use super::scale::number_of;
use super::scene::{Anchor, Pen, Role, Scene, Style};
use super::text::{Face, width_em, wrap};
use super::theme::Theme;

/// A legend with its size in pixels.
#[derive(Debug, Clone)]
pub(super) struct Legend {
    title: Vec<String>,
    /// Whether the title stands left of the entries, not above them.
    is_title_beside: bool,
    entries: Vec<Entry>,
    /// The numbers of the lightest and the darkest shade.
    shades: Option<[String; 2]>,
    pub(super) side: Side,
    pub(super) width: f64,
    pub(super) height: f64,
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
    key: (Key, Keys),
    key_width: f64,
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
    let right = at_right(&parts, title, keys, width * 0.28, theme);
    let is_one_row = top.height <= theme.line(theme.label_size) * 1.6;
    let top_is_smaller = top.height * width <= right.width * height;
    let is_above =
        is_one_row || (top_is_smaller && top.height < height * 0.25) || right.height > height * 0.9;
    Some(if is_above { top } else { right })
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
    let is_beside = |title: &&String| width_em(title, Face::SemiBold) * theme.label_size <= width * 0.4;
    let is_title_beside = shades.title.as_ref().is_none_or(|title| is_beside(&title));
    let title = wrap_title(shades.title.as_ref(), width, theme);
    let above = if is_title_beside { 0.0 } else { theme.line(theme.label_size) * number_of(title.len()) };
    Some(Legend {
        title,
        is_title_beside,
        entries: Vec::new(),
        shades: Some([shades.low, shades.high].map(|number| format.number(number, decimals))),
        side: Side::Top,
        width,
        height: theme.line(theme.label_size) * 1.1 + above,
    })
}

fn key_width(keys: Keys, theme: &Theme) -> f64 {
    theme.label_size * if keys.has_lines { 2.4 } else { 1.0 }
}

fn wrap_title(title: Option<&String>, width: f64, theme: &Theme) -> Vec<String> {
    title.map(|title| wrap(title, width / theme.label_size, Face::SemiBold)).unwrap_or_default()
}

/// Lays out one row, or columns of one width if one row is too short.
fn at_top(parts: &[Part], title: Option<&String>, keys: Keys, width: f64, theme: &Theme) -> Legend {
    let size = theme.label_size;
    let title_width = title.map_or(0.0, |title| width_em(title, Face::SemiBold) * size);
    let is_title_beside = title_width <= width * 0.4;
    let title = wrap_title(title, width, theme);
    let is_indented = is_title_beside && !title.is_empty();
    let indent = if is_indented { title_width + size * 1.2 } else { 0.0 };
    let above = if is_title_beside { 0.0 } else { theme.line(size) * number_of(title.len()) };
    let gap = |share: f64| size * share;
    let own_keys: Vec<f64> = parts.iter().map(|part| key_width(part.keys, theme)).collect();
    let words = parts.iter().map(|part| width_em(&part.label, Face::Regular) * size);
    let lengths: Vec<f64> = own_keys.iter().zip(words).map(|(key, word)| key + gap(0.5) + word).collect();
    let total = indent + lengths.iter().sum::<f64>();
    let gaps = number_of(parts.len().saturating_sub(1));
    let Some(share) = [1.6, 1.1].into_iter().find(|share| total + gap(*share) * gaps <= width) else {
        return in_columns(parts, (title, is_title_beside), (indent, above), keys, width, theme);
    };
    let mut left = indent;
    let mut entries = Vec::new();
    for ((part, key_width), length) in parts.iter().zip(own_keys).zip(lengths) {
        let (key, lines) = ((part.key, part.keys), vec![part.label.clone()]);
        entries.push(Entry { key, key_width, lines, left, top: above });
        left += length + gap(share);
    }
    let height = theme.line(size) * 1.1 + above;
    Legend { title, is_title_beside, entries, shades: None, side: Side::Top, width, height }
}

/// Lays out columns of one width, as many as there is room for.
fn in_columns(
    parts: &[Part],
    (title, is_title_beside): (Vec<String>, bool),
    (indent, above): (f64, f64),
    keys: Keys,
    width: f64,
    theme: &Theme,
) -> Legend {
    let size = theme.label_size;
    let (step, gap, key_width) = (theme.line(size), size * 1.6, key_width(keys, theme));
    let limit = (width - indent - key_width - size * 0.5) / size;
    let wrapped: Vec<Vec<String>> =
        parts.iter().map(|part| wrap(&part.label, limit, Face::Regular)).collect();
    let widest = wrapped.iter().flatten().map(|line| width_em(line, Face::Regular)).fold(0.0, f64::max);
    let column = key_width + size * (0.5 + widest) + gap;
    let count = parts.len();
    let fitting = (1..=count).rev().find(|columns| indent + column * number_of(*columns) - gap <= width);
    let columns = count.div_ceil(count.div_ceil(fitting.unwrap_or(1)).max(1)).max(1);
    let mut top = above;
    let mut entries = Vec::new();
    for (row, lines) in parts.chunks(columns).zip(wrapped.chunks(columns)) {
        for (place, (part, lines)) in row.iter().zip(lines).enumerate() {
            let left = indent + column * number_of(place);
            let key = (part.key, part.keys);
            entries.push(Entry { key, key_width, lines: lines.clone(), left, top });
        }
        let most = lines.iter().map(Vec::len).max().unwrap_or(1);
        top += step * number_of(most) + step * 0.1;
    }
    Legend { title, is_title_beside, entries, shades: None, side: Side::Top, width, height: top }
}

fn at_right(parts: &[Part], title: Option<&String>, keys: Keys, most_width: f64, theme: &Theme) -> Legend {
    let size = theme.label_size;
    let key_width = key_width(keys, theme);
    let before = key_width + size * 0.6;
    let limit = (most_width - before).max(size) / size;
    let title = wrap_title(title, most_width, theme);
    let title_width = title.iter().map(|line| width_em(line, Face::SemiBold) * size).fold(0.0, f64::max);
    let mut top = theme.line(size) * number_of(title.len()) + if title.is_empty() { 0.0 } else { size * 0.3 };
    let mut width = title_width;
    let mut entries = Vec::new();
    for part in parts {
        let lines = wrap(&part.label, limit, Face::Regular);
        let taken = theme.line(size) * number_of(lines.len()) + size * 0.35;
        let widest = lines.iter().map(|line| width_em(line, Face::Regular) * size).fold(0.0, f64::max);
        width = width.max(before + widest);
        entries.push(Entry { key: (part.key, part.keys), key_width, lines, left: 0.0, top });
        top += taken;
    }
    Legend { title, is_title_beside: false, entries, shades: None, side: Side::Right, width, height: top }
}

/// Draws the legend with its upper left corner at `corner`.
pub(super) fn draw(scene: &mut Scene, theme: &Theme, legend: &Legend, corner: (f64, f64)) {
    let size = theme.label_size;
    let style = theme.style(size, Anchor::Start, Role::Legend);
    let (mut left, mut top) = corner;
    for (index, line) in legend.title.iter().enumerate() {
        let baseline = corner.1 + size + theme.line(size) * number_of(index);
        scene.text(line, (corner.0, baseline), Style { face: Face::SemiBold, ..style });
        if legend.is_title_beside {
            left += width_em(line, Face::SemiBold) * size + size * 1.2;
        } else {
            top += theme.line(size);
        }
    }
    if let Some([low, high]) = &legend.shades {
        draw_shades(scene, theme, (left, top), low, high);
    }
    for entry in &legend.entries {
        let (left, top) = (corner.0 + entry.left, corner.1 + entry.top);
        let (shown, keys) = entry.key;
        draw_key(scene, theme, keys, entry.key_width, shown, (left, top + size * 0.64));
        for (index, line) in entry.lines.iter().enumerate() {
            let baseline = top + size + theme.line(size) * number_of(index);
            scene.text(line, (left + entry.key_width + size * 0.5, baseline), style);
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
