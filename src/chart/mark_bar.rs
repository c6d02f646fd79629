//! Turns rows into bars that are stacked or stand side by side, and bars into rectangles with values.
//!
//! Stacks grow away from zero on both sides, in the order of the groups, so that the legend, the
//! stack and the row of bars always tell the same order.

use super::canvas::{Anchor, Canvas, Colour};
use super::format::{NumberFormat, decimals_of};
use super::layout::Panel;
use super::plot::{Bar, Direction, Layer};
use super::text::{Face, width_em};
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

/// More bars than this carry no values.
const LABELLED: usize = 40;

/// Places the bars of a layer.
pub(super) fn bars(
    mut rows: Vec<BarRow>,
    position: &str,
    width: Option<f64>,
    direction: Direction,
) -> Vec<Bar> {
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
    let mut groups: Vec<usize> = rows.iter().map(|row| row.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let share_a_category = rows
        .windows(2)
        .any(|pair| pair[0].category.total_cmp(&pair[1].category).is_eq() && pair[0].group != pair[1].group);
    let is_dodged = position == "dodge" && share_a_category;
    let is_stacked = position == "stack";
    let room = room_of(&rows);
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
            let reached = base + row.value;
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
            }
        })
        .collect()
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

/// Draws the bars, and their values where all of them fit.
pub(super) fn draw(
    canvas: &mut Canvas,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    bars: &[Bar],
    format: NumberFormat,
) {
    for bar in bars {
        let (left, top, right, bottom) = rectangle(panel, bar);
        canvas.rectangle((left, top), (right, bottom), theme.colour(bar.group), layer.opacity);
        if bar.is_stacked {
            draw_seam(canvas, theme, bar, (left, top, right, bottom));
        }
    }
    let labels = labels(bars, format);
    if bars.iter().any(|bar| bar.is_stacked) {
        for (bar, label) in bars.iter().zip(&labels) {
            draw_inside(canvas, panel, theme, bar, label);
        }
    } else if bars.len() <= LABELLED
        && bars.iter().zip(&labels).all(|(bar, label)| fits_beyond(panel, theme, bar, label))
    {
        for (bar, label) in bars.iter().zip(&labels) {
            draw_beyond(canvas, panel, theme, bar, label);
        }
    }
}

/// Parts stacked bars by a white line at the end that is nearer to zero.
fn draw_seam(
    canvas: &mut Canvas,
    theme: &Theme,
    bar: &Bar,
    (left, top, right, bottom): (f64, f64, f64, f64),
) {
    if bar.along.0 == 0.0 {
        return;
    }
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
    canvas.line(from, to, theme.seam, Colour::WHITE, 1.0);
}

/// Writes the values of a layer with the same number of decimals.
fn labels(bars: &[Bar], format: NumberFormat) -> Vec<String> {
    let decimals = decimals_of(bars.iter().map(|bar| bar.value));
    bars.iter().map(|bar| format.number(bar.value, decimals)).collect()
}

/// Returns left, top, right, bottom in pixels.
fn rectangle(panel: &Panel, bar: &Bar) -> (f64, f64, f64, f64) {
    let corner = |across: f64, along: f64| match bar.direction {
        Direction::Up => panel.pixel((across, along)),
        Direction::Right => panel.pixel((along, across)),
    };
    let (one, two) = (corner(bar.across.0, bar.along.0), corner(bar.across.1, bar.along.1));
    (one.0.min(two.0), one.1.min(two.1), one.0.max(two.0), one.1.max(two.1))
}

fn fits_beyond(panel: &Panel, theme: &Theme, bar: &Bar, label: &str) -> bool {
    let (left, top, right, bottom) = rectangle(panel, bar);
    let size = theme.value_size;
    match bar.direction {
        Direction::Up => width_em(label, Face::Regular) * size <= (right - left) * 1.12,
        Direction::Right => size <= bottom - top,
    }
}

/// Writes the value just beyond the bar's end.
fn draw_beyond(canvas: &mut Canvas, panel: &Panel, theme: &Theme, bar: &Bar, label: &str) {
    let (left, top, right, bottom) = rectangle(panel, bar);
    let size = theme.value_size;
    let gap = size * 0.35;
    let is_negative = bar.value < 0.0;
    let (x, baseline, anchor) = match (bar.direction, is_negative) {
        (Direction::Up, false) => (f64::midpoint(left, right), top - gap, Anchor::Middle),
        (Direction::Up, true) => (f64::midpoint(left, right), bottom + gap + size * 0.73, Anchor::Middle),
        (Direction::Right, false) => (right + gap, f64::midpoint(top, bottom) + size * 0.36, Anchor::Start),
        (Direction::Right, true) => (left - gap, f64::midpoint(top, bottom) + size * 0.36, Anchor::End),
    };
    clear_behind(canvas, theme, label, (x, baseline), anchor);
    canvas.text(label, (x, baseline), size, Face::Regular, theme.ink, anchor);
}

/// Takes the grid away behind a value, so that no line runs through the digits.
fn clear_behind(canvas: &mut Canvas, theme: &Theme, label: &str, (x, baseline): (f64, f64), anchor: Anchor) {
    let size = theme.value_size;
    let width = width_em(label, Face::Regular) * size;
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width,
    };
    let from = (left - size * 0.1, baseline - size * 0.8);
    canvas.rectangle(from, (left + width + size * 0.1, baseline + size * 0.06), Colour::WHITE, 1.0);
}

/// Writes the value into the bar, if it fits there.
fn draw_inside(canvas: &mut Canvas, panel: &Panel, theme: &Theme, bar: &Bar, label: &str) {
    let (left, top, right, bottom) = rectangle(panel, bar);
    let size = theme.value_size;
    let fits =
        width_em(label, Face::Regular) * size + size * 0.4 <= right - left && size * 1.25 <= bottom - top;
    if fits && bar.value != 0.0 {
        let place = (f64::midpoint(left, right), f64::midpoint(top, bottom) + size * 0.36);
        let ink = theme.colour(bar.group).readable_ink(theme.ink);
        canvas.text(label, place, size, Face::Regular, ink, Anchor::Middle);
    }
}

/// Returns how much room, in pixels, values beyond the bars need at the end of the value axis.
pub(super) fn value_room(layers: &[Layer], theme: &Theme, format: NumberFormat, direction: Direction) -> f64 {
    let room = |bars: &[Bar]| {
        let is_plain =
            bars.len() <= LABELLED && bars.iter().all(|bar| !bar.is_stacked && bar.direction == direction);
        if !is_plain {
            return 0.0;
        }
        let widest =
            labels(bars, format).iter().map(|label| width_em(label, Face::Regular)).fold(0.0, f64::max);
        match direction {
            Direction::Up => theme.value_size * 1.3,
            Direction::Right => theme.value_size * (widest + 0.6),
        }
    };
    layers
        .iter()
        .map(|layer| match &layer.marks {
            super::Marks::Bars(bars) => room(bars),
            _ => 0.0,
        })
        .fold(0.0, f64::max)
}
