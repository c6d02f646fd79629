//! Shares the picture among title, legend, axes, panel and caption.
//!
//! The room of the labels depends on the panel and the panel on that room, so the panel is found
//! in two rounds; a third would change nothing that can be seen.

use super::ChartOptions;
use super::axis::{self, Labels};
use super::format::NumberFormat;
use super::legend::{self, Legend, Side};
use super::mark_bar::value_room;
use super::plot::{Axis, Direction, NumberKind, Plot, Scale};
use super::scale::{Break, date_breaks, number_breaks, number_of};
use super::text::{Face, width_em, wrap};
use super::theme::Theme;

/// The rectangle of the marks and the ranges that it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    /// What lies at the left and at the right edge.
    pub(super) x: (f64, f64),
    /// What lies at the bottom and at the top edge.
    pub(super) y: (f64, f64),
}

impl Panel {
    /// Turns a place into pixels, kept inside the panel.
    pub(super) fn pixel(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x_pixel(x), self.y_pixel(y))
    }

    pub(super) fn x_pixel(&self, x: f64) -> f64 {
        self.left + share(x, self.x) * (self.right - self.left)
    }

    pub(super) fn y_pixel(&self, y: f64) -> f64 {
        self.bottom - share(y, self.y) * (self.bottom - self.top)
    }

    /// Tells whether a place lies in what the panel shows.
    pub(super) fn shows(&self, (x, y): (f64, f64)) -> bool {
        let within = |value: f64, (one, two): (f64, f64)| one.min(two) <= value && value <= one.max(two);
        within(x, self.x) && within(y, self.y)
    }
}

/// Halves keep huge ranges from overflowing.
fn share(value: f64, (from, to): (f64, f64)) -> f64 {
    let range = to / 2.0 - from / 2.0;
    if range == 0.0 { 0.5 } else { ((value / 2.0 - from / 2.0) / range).clamp(0.0, 1.0) }
}

/// Lines of text with the place of the first baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) lines: Vec<String>,
    pub(super) first_baseline: f64,
}

/// Where everything of a chart goes, in pixels.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) panel: Panel,
    pub(super) title: Block,
    pub(super) subtitle: Block,
    pub(super) caption: Block,
    pub(super) x_title: Block,
    pub(super) y_title: Block,
    pub(super) x_labels: Labels,
    pub(super) y_labels: Labels,
    pub(super) x_grid: Vec<f64>,
    pub(super) y_grid: Vec<f64>,
    pub(super) legend: Option<(Legend, (f64, f64))>,
}

/// Shares the picture.
pub(super) fn lay_out(plot: &Plot, options: &ChartOptions, theme: &Theme) -> Layout {
    let (width, height) = (f64::from(options.width_px), f64::from(options.height_px));
    let margin = theme.margin;
    let inner = width - 2.0 * margin;
    let mut top = margin;
    let shown = |text: &Option<String>| text.as_ref().filter(|_| options.has_title).cloned();
    let title = block(shown(&plot.title), inner, theme.title_size, Face::SemiBold, theme, &mut top, 0.15);
    let subtitle =
        block(shown(&plot.subtitle), inner, theme.subtitle_size, Face::Regular, theme, &mut top, 0.2);
    if !title.lines.is_empty() || !subtitle.lines.is_empty() {
        top += theme.label_size * 0.6;
    }
    let (caption, mut bottom) = foot(plot, options, inner, height - margin, theme);
    let legend = plot.groups.as_ref().filter(|groups| groups.has_legend);
    let legend = legend.map(|groups| legend::lay_out(groups, &plot.layers, inner, bottom - top, theme));
    let mut right = width - margin;
    let legend = legend.map(|legend| match legend.side {
        Side::Top => {
            let corner = (margin, top);
            top += legend.height + theme.label_size * 0.5;
            (legend, corner)
        }
        Side::Right => {
            let corner = (width - margin - legend.width, top);
            right = corner.0 - theme.label_size * 1.5;
            (legend, corner)
        }
    });
    let y_title =
        block(plot.y.title.clone(), right - margin, theme.label_size, Face::Regular, theme, &mut top, 0.45);
    top += theme.label_size * 0.4;
    let mut x_title = Block::default();
    if let Some(text) = &plot.x.title {
        x_title.lines = wrap(text, (right - margin) * 0.9 / theme.label_size, Face::Regular, 2);
        let depth = theme.line(theme.label_size) * number_of(x_title.lines.len());
        x_title.first_baseline = bottom - depth + theme.label_size;
        bottom -= depth + theme.label_size * 0.15;
    }
    let outer = Panel { left: margin, top, right, bottom, x: (0.0, 1.0), y: (0.0, 1.0) };
    let (panel, x_labels, y_labels, x_grid, y_grid) = fit(plot, outer, theme);
    let legend = legend.map(|(legend, corner)| match legend.side {
        Side::Right => {
            let top = panel.top.min((outer.bottom - legend.height).max(corner.1));
            (legend, (corner.0, top))
        }
        Side::Top => (legend, corner),
    });
    Layout { panel, title, subtitle, caption, x_title, y_title, x_labels, y_labels, x_grid, y_grid, legend }
}

/// Wraps a text at the top and moves `top` below it.
fn block(
    text: Option<String>,
    width: f64,
    size: f64,
    face: Face,
    theme: &Theme,
    top: &mut f64,
    space_after: f64,
) -> Block {
    let Some(text) = text else { return Block::default() };
    let lines = wrap(&text, width / size, face, 3);
    let first_baseline = *top + size * 0.95;
    *top += theme.line(size) * number_of(lines.len()) + size * space_after;
    Block { lines, first_baseline }
}

/// Lays out the caption at the foot and returns the bottom of what is above it.
fn foot(plot: &Plot, options: &ChartOptions, width: f64, bottom: f64, theme: &Theme) -> (Block, f64) {
    let size = theme.caption_size;
    let texts = plot.caption.iter().chain(&options.caption_lines).filter(|text| !text.trim().is_empty());
    let lines: Vec<String> = texts
        .flat_map(|text| wrap(&crate::vietnamese::fold::normalise(text), width / size, Face::Regular, 3))
        .collect();
    if lines.is_empty() {
        return (Block::default(), bottom);
    }
    let depth = theme.line(size) * number_of(lines.len());
    let first_baseline = bottom - depth + size * 1.05;
    (Block { lines, first_baseline }, bottom - depth - size * 0.9)
}

type Fitted = (Panel, Labels, Labels, Vec<f64>, Vec<f64>);

/// Finds the panel inside `outer` and the labels around it.
fn fit(plot: &Plot, outer: Panel, theme: &Theme) -> Fitted {
    let format = NumberFormat { lang: plot.lang };
    let mut panel = outer;
    let mut labels = (Labels::default(), Labels::default());
    let mut grids = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let (y_labels, y_ends, y_grid) = left_axis(&plot.y, &panel, outer, theme, format);
        panel.left = outer.left + y_labels.room;
        let (x_labels, x_ends, x_grid) = bottom_axis(&plot.x, &panel, outer, theme, format);
        panel.bottom = outer.bottom - x_labels.room;
        panel.right = outer.right - overhang(&x_labels, x_ends, &panel, outer, theme);
        (panel.x, panel.y) = (x_ends, y_ends);
        labels = (x_labels, y_labels);
        grids = (x_grid, y_grid);
    }
    panel.y.1 = stretched(
        panel.y,
        value_room(&plot.layers, theme, format, Direction::Up),
        panel.bottom - panel.top,
        plot,
        Direction::Up,
    );
    panel.x.1 = stretched(
        panel.x,
        value_room(&plot.layers, theme, format, Direction::Right),
        panel.right - panel.left,
        plot,
        Direction::Right,
    );
    (panel, labels.0, labels.1, grids.0, grids.1)
}

/// Moves the end of a value axis so that the values written beyond the longest bar stay inside.
fn stretched(ends: (f64, f64), room: f64, length: f64, plot: &Plot, direction: Direction) -> f64 {
    let reached = plot.layers.iter().filter_map(|layer| match &layer.marks {
        super::Marks::Bars(bars) => {
            Some(bars.iter().filter(|bar| bar.direction == direction).map(|bar| bar.along.1))
        }
        _ => None,
    });
    let reached = reached.flatten().fold(ends.0, f64::max);
    let used = share(reached, ends) * length;
    let missing = used + room - length;
    if room <= 0.0 || missing <= 0.0 || room >= length * 0.5 {
        return ends.1;
    }
    // The longest bar shall end `room` pixels before the end of the axis.
    ends.0 + (reached - ends.0) * length / (length - room)
}

/// Returns how far the last label below the axis would stick out at the right.
fn overhang(labels: &Labels, ends: (f64, f64), panel: &Panel, outer: Panel, theme: &Theme) -> f64 {
    let Some((at, lines)) = labels.lines.last().filter(|_| !labels.is_upright) else { return 0.0 };
    let half =
        lines.iter().map(|line| width_em(line, Face::Regular)).fold(0.0, f64::max) * theme.label_size / 2.0;
    let place = panel.left + share(*at, ends) * (outer.right - panel.left);
    (place + half - outer.right).max(0.0)
}

fn breaks_of(axis: &Axis, most: usize, format: NumberFormat) -> Option<(Vec<Break>, (f64, f64))> {
    match &axis.scale {
        Scale::Numbers { low, high, is_fixed, kind: NumberKind::Days, .. } => {
            Some(date_breaks((*low, *high), *is_fixed, most))
        }
        Scale::Numbers { low, high, is_fixed, is_whole, kind: NumberKind::Plain } => {
            Some(number_breaks((*low, *high), *is_fixed, *is_whole, most, format))
        }
        Scale::Categories { .. } => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive quotient")]
fn most_breaks(length: f64, each: f64) -> usize {
    ((length / each) as usize).clamp(2, 8)
}

fn left_axis(
    axis: &Axis,
    panel: &Panel,
    outer: Panel,
    theme: &Theme,
    format: NumberFormat,
) -> (Labels, (f64, f64), Vec<f64>) {
    let height = panel.bottom - panel.top;
    match (&axis.scale, breaks_of(axis, most_breaks(height, theme.label_size * 3.6), format)) {
        (Scale::Categories { labels, .. }, _) => {
            let most_room = (outer.right - outer.left) * 0.36;
            // Read from the top, as a table is.
            let ends = (number_of(labels.len()) - 0.5, -0.5);
            (axis::names_left(labels, height, most_room, theme), ends, Vec::new())
        }
        (_, Some((breaks, ends))) => {
            let grid = breaks.iter().map(|found| found.at).collect();
            (axis::breaks_left(&breaks, theme), ends, grid)
        }
        (_, None) => (Labels::default(), (0.0, 1.0), Vec::new()),
    }
}

fn bottom_axis(
    axis: &Axis,
    panel: &Panel,
    outer: Panel,
    theme: &Theme,
    format: NumberFormat,
) -> (Labels, (f64, f64), Vec<f64>) {
    let width = panel.right - panel.left;
    match (&axis.scale, breaks_of(axis, most_breaks(width, theme.label_size * 6.5), format)) {
        (Scale::Categories { labels, is_sequence }, _) => {
            let most_room = (outer.bottom - outer.top) * 0.4;
            let ends = (-0.5, number_of(labels.len()) - 0.5);
            (axis::names_below(labels, *is_sequence, width, most_room, theme), ends, Vec::new())
        }
        (_, Some((breaks, ends))) => {
            let grid = breaks.iter().map(|found| found.at).collect();
            (axis::breaks_below(&breaks, width, theme), ends, grid)
        }
        (_, None) => (Labels::default(), (0.0, 1.0), Vec::new()),
    }
}
