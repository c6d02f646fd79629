//! Turns rows into bars that are stacked or stand side by side, and bars into rectangles.
//!
//! Stacks grow away from zero on both sides, in the order of the groups, so that the legend, the
//! stack and the row of bars always tell the same order.

use super::layout::Panel;
use super::plot::{Bar, Direction, Layer};
use super::scene::{Bounds, Colour, Pen, Scene};
use super::theme::Theme;

/// One value of a category and a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct BarRow {
    pub(super) category: f64,
    pub(super) group: usize,
    pub(super) value: f64,
}

/// The share of a category's room that its bars fill.
const SINGLE_WIDTH: f64 = 0.66;
const DODGED_WIDTH: f64 = 0.8;

/// How the bars of a layer are arranged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrangement<'a> {
    /// `stack`, `dodge` or `identity`.
    pub(super) position: &'a str,
    /// The share of a category's room that bars fill.
    pub(super) width: Option<f64>,
    /// What each stack adds up to, if not to its sum.
    pub(super) total: Option<f64>,
    /// Which way bars run.
    pub(super) direction: Direction,
    /// The groups of the whole layer, so that bars are equally wide in all panels.
    pub(super) groups: &'a [usize],
}

/// Places the bars of a layer.
pub(super) fn bars(mut rows: Vec<BarRow>, arrangement: Arrangement) -> Vec<Bar> {
    let Arrangement { position, width, total, direction, groups } = arrangement;
    rows.sort_by(|one, two| {
        one.category
            .total_cmp(&two.category)
            .then(one.group.cmp(&two.group))
            .then((one.value < 0.0).cmp(&(two.value < 0.0)))
    });
    if position == "stack" {
        // Pieces of one colour look like one bar, so they are one.
        rows.dedup_by(|later, first| {
            let is_same = later.category.total_cmp(&first.category).is_eq()
                && later.group == first.group
                && (later.value < 0.0) == (first.value < 0.0);
            if is_same {
                first.value += later.value;
            }
            is_same
        });
    }
    let share_a_category = rows
        .windows(2)
        .any(|pair| pair[0].category.total_cmp(&pair[1].category).is_eq() && pair[0].group != pair[1].group);
    let mut shown: Vec<usize> = rows.iter().map(|row| row.group).collect();
    shown.sort_unstable();
    shown.dedup();
    let is_dodged = position == "dodge" && (share_a_category || groups.len() > shown.len());
    let is_stacked = position == "stack";
    let room = room_of(&rows);
    let sums = sums(&rows);
    let width = width.unwrap_or(if is_dodged { DODGED_WIDTH } else { SINGLE_WIDTH }) * room;
    let slot = if is_dodged { width / super::scale::number_of(groups.len()) } else { width };
    let mut ends = (f64::NAN, 0.0, 0.0);
    rows.into_iter()
        .map(|row| {
            let index = if is_dodged { groups.binary_search(&row.group).unwrap_or(0) } else { 0 };
            let from = row.category - width / 2.0 + slot * super::scale::number_of(index);
            if row.category.total_cmp(&ends.0).is_ne() {
                ends = (row.category, 0.0, 0.0);
            }
            let base = match (is_stacked, row.value < 0.0) {
                (false, _) => 0.0,
                (true, true) => ends.1,
                (true, false) => ends.2,
            };
            // A share keeps the value that it stands for; only its length changes.
            let sum = sums.iter().find(|sum| sum.0.total_cmp(&row.category).is_eq()).map_or(0.0, |sum| sum.1);
            let length = match total {
                Some(total) if sum > 0.0 => row.value / sum * total,
                _ => row.value,
            };
            let reached = base + length;
            if row.value < 0.0 {
                ends.1 = reached;
            } else {
                ends.2 = reached;
            }
            Bar {
                group: row.group,
                across: (from, from + slot),
                along: (base, reached),
                value: row.value,
                direction,
                is_stacked: is_stacked && share_a_category,
                is_share: total.is_some(),
            }
        })
        .collect()
}

/// Adds up each category.
fn sums(rows: &[BarRow]) -> Vec<(f64, f64)> {
    let mut sums: Vec<(f64, f64)> = Vec::new();
    for row in rows {
        match sums.last_mut() {
            Some((category, sum)) if category.total_cmp(&row.category).is_eq() => *sum += row.value,
            _ => sums.push((row.category, row.value)),
        }
    }
    sums
}

/// Returns the room of one category: the least distance between two of them.
fn room_of(rows: &[BarRow]) -> f64 {
    rows.windows(2)
        .map(|pair| pair[1].category - pair[0].category)
        .filter(|distance| *distance > 0.0)
        .fold(f64::INFINITY, f64::min)
        .min(if rows.iter().all(|row| row.category.fract() == 0.0) { 1.0 } else { f64::INFINITY })
        .clamp(f64::MIN_POSITIVE, 1e12)
}

/// Draws the bars.
pub(super) fn draw(scene: &mut Scene, panel: &Panel, theme: &Theme, layer: &Layer, bars: &[Bar]) {
    let opacity = layer.look.opacity.unwrap_or(1.0);
    for bar in bars {
        let bounds = rectangle(panel, bar);
        let mut fill = theme.fill(bar.group);
        if let Some(colour) = layer.look.colour {
            fill.ground = colour;
        }
        let (from, to) = ((bounds.left, bounds.top), (bounds.right, bounds.bottom));
        if layer.look.is_hollow {
            draw_hollow(scene, theme, bounds, layer.look.colour.unwrap_or(theme.line_colour(bar.group)));
            continue;
        }
        theme.fill_rectangle(scene, from, to, fill, opacity);
        if theme.is_mono() && layer.is_grouped {
            let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
            scene.stroke(&corners, Pen::solid(theme.grid_width, theme.ink));
        } else if bar.is_stacked {
            draw_seam(scene, theme, bar, bounds);
        }
    }
}

/// Outlines a bar of what is planned.
fn draw_hollow(scene: &mut Scene, theme: &Theme, bounds: Bounds, colour: Colour) {
    let width = theme.line_width * 0.8;
    let half = width / 2.0;
    let Bounds { left, top, right, bottom } = bounds;
    scene.rectangle((left, top), (right, bottom), theme.paper, 1.0);
    let (left, right) = (left + half, (right - half).max(left + half));
    let (top, bottom) = (top + half, (bottom - half).max(top + half));
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    scene.stroke(&corners, Pen::solid(width, colour));
}

/// Parts stacked bars by a line of the paper's colour at the end that is nearer to zero.
fn draw_seam(scene: &mut Scene, theme: &Theme, bar: &Bar, bounds: Bounds) {
    if bar.along.0 == 0.0 {
        return;
    }
    let Bounds { left, top, right, bottom } = bounds;
    let is_negative = bar.value < 0.0;
    let (from, to) = match bar.direction {
        Direction::Up => {
            let y = if is_negative { top } else { bottom };
            ((left, y), (right, y))
        }
        Direction::Right => {
            let x = if is_negative { right } else { left };
            ((x, top), (x, bottom))
        }
    };
    scene.line(from, to, Pen::solid(theme.seam, theme.paper));
}

/// Returns where a bar lies in the picture.
pub(super) fn rectangle(panel: &Panel, bar: &Bar) -> Bounds {
    let corner = |across: f64, along: f64| match bar.direction {
        Direction::Up => panel.pixel((across, along)),
        Direction::Right => panel.pixel((along, across)),
    };
    let (one, two) = (corner(bar.across.0, bar.along.0), corner(bar.across.1, bar.along.1));
    Bounds {
        left: one.0.min(two.0),
        top: one.1.min(two.1),
        right: one.0.max(two.0),
        bottom: one.1.max(two.1),
    }
}
