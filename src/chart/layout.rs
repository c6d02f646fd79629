//! Shares the picture among title, legend, panels with their axes, and caption.
//!
//! The room of the labels depends on the panels and the panels on that room, so they are found
//! in two rounds; a third would change nothing that can be seen.

use super::ChartOptions;
use super::axis::{self, Labels};
use super::direct::{self, LineEnds};
use super::format::NumberFormat;
use super::legend::{self, Legend, Side};
use super::plot::{Facet, Marks, Plot, Scale, Via};
use super::room::make_room;
use super::scale::{Break, axis_breaks, number_of};
use super::text::{Face, width_em, wrap, wrap_full};
use super::theme::Theme;

/// What lies along one side of a panel: the two ends, and how numbers become distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) via: Via,
}

impl Span {
    pub(super) fn new(from: f64, to: f64) -> Self {
        Self { from, to, via: Via::Linear }
    }

    /// Returns where a number lies between the ends, from 0 to 1. Halves keep huge ranges from overflowing.
    pub(super) fn share(self, value: f64) -> f64 {
        let [value, from, to] = [value, self.from, self.to].map(|number| self.via.apply(number));
        let range = to / 2.0 - from / 2.0;
        if range == 0.0 { 0.5 } else { ((value / 2.0 - from / 2.0) / range).clamp(0.0, 1.0) }
    }

    fn holds(self, value: f64) -> bool {
        let slack = (self.to - self.from).abs() * 1e-9;
        self.from.min(self.to) - slack <= value && value <= self.from.max(self.to) + slack
    }

    /// Returns the place that marks which start at zero start from.
    pub(super) fn baseline(self) -> f64 {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        if low < 0.0 && high > 0.0 {
            0.0
        } else if high <= 0.0 {
            high
        } else {
            low
        }
    }
}

/// The rectangle of the marks and the ranges that it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    /// What lies from the left to the right edge.
    pub(super) x: Span,
    /// What lies from the bottom to the top edge.
    pub(super) y: Span,
}

impl Panel {
    /// Turns a place into pixels, kept inside the panel.
    pub(super) fn pixel(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x_pixel(x), self.y_pixel(y))
    }

    pub(super) fn x_pixel(&self, x: f64) -> f64 {
        self.left + self.x.share(x) * (self.right - self.left)
    }

    pub(super) fn y_pixel(&self, y: f64) -> f64 {
        self.bottom - self.y.share(y) * (self.bottom - self.top)
    }

    /// Tells whether a place lies in what the panel shows.
    pub(super) fn shows(&self, (x, y): (f64, f64)) -> bool {
        self.x.holds(x) && self.y.holds(y)
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// Lines of text with the place of the first baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) lines: Vec<String>,
    pub(super) first_baseline: f64,
}

/// A panel with its labels and the lines of its grid.
#[derive(Debug, Clone)]
pub(super) struct Framed {
    pub(super) panel: Panel,
    pub(super) strip: Block,
    pub(super) x_labels: Labels,
    pub(super) y_labels: Labels,
    pub(super) x_grid: Vec<f64>,
    pub(super) y_grid: Vec<f64>,
}

/// Where everything of a chart goes, in pixels.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// One per facet, in the same order.
    pub(super) panels: Vec<Framed>,
    pub(super) title: Block,
    pub(super) subtitle: Block,
    pub(super) caption: Block,
    pub(super) x_title: Block,
    pub(super) y_title: Block,
    pub(super) legend: Option<(Legend, (f64, f64))>,
    pub(super) line_ends: LineEnds,
    /// A label for which there is no room.
    pub(super) unfit: Option<String>,
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
    let line_ends = direct::find(plot, inner, bottom - top, theme);
    let legend = legend::lay_out(plot, inner, bottom - top, line_ends.is_shown(), theme);
    let mut right = width - margin - line_ends.room;
    let legend = legend.map(|legend| match legend.side {
        Side::Top => {
            let corner = (margin, top);
            top += legend.height + theme.label_size * 0.5;
            (legend, corner)
        }
        Side::Right => {
            let corner = (width - margin - legend.width, top);
            right = corner.0 - theme.label_size * 1.5 - line_ends.room;
            (legend, corner)
        }
    });
    let y_title =
        block(plot.y_title.clone(), right - margin, theme.label_size, Face::Regular, theme, &mut top, 0.45);
    top += theme.label_size * 0.4;
    let mut x_title = Block::default();
    if let Some(text) = &plot.x_title {
        x_title.lines = wrap(text, (right - margin) * 0.9 / theme.label_size, Face::Regular);
        let depth = theme.line(theme.label_size) * number_of(x_title.lines.len());
        x_title.first_baseline = bottom - depth + theme.label_size;
        bottom -= depth + theme.label_size * 0.15;
    }
    let whole = Span::new(0.0, 1.0);
    let outer = Panel { left: margin, top, right, bottom, x: whole, y: whole };
    let (panels, unfit) = frame(plot, outer, theme);
    let first_top = panels.first().map_or(top, |framed| framed.panel.top);
    let legend = legend.map(|(legend, corner)| match legend.side {
        Side::Right => {
            let top = first_top.min((outer.bottom - legend.height).max(corner.1));
            (legend, (corner.0, top))
        }
        Side::Top => (legend, corner),
    });
    Layout { panels, title, subtitle, caption, x_title, y_title, legend, line_ends, unfit }
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
    let lines = wrap(&text, width / size, face);
    let first_baseline = *top + size * 0.95;
    *top += theme.line(size) * number_of(lines.len()) + size * space_after;
    Block { lines, first_baseline }
}

/// Lays out the caption at the foot and returns the bottom of what is above it.
fn foot(plot: &Plot, options: &ChartOptions, width: f64, bottom: f64, theme: &Theme) -> (Block, f64) {
    let size = theme.caption_size;
    let texts = plot.caption.iter().chain(&options.caption_lines).filter(|text| !text.trim().is_empty());
    let lines: Vec<String> = texts
        .flat_map(|text| wrap_full(&crate::vietnamese::fold::normalise(text), width / size, Face::Regular))
        .collect();
    if lines.is_empty() {
        return (Block::default(), bottom);
    }
    let depth = theme.line(size) * number_of(lines.len());
    let first_baseline = bottom - depth + size * 1.05;
    (Block { lines, first_baseline }, bottom - depth - size * 0.9)
}

/// The sizes that all panels share.
struct Sizes {
    width: f64,
    height: f64,
    gap: (f64, f64),
    strip: f64,
    left: Vec<f64>,
    below: Vec<f64>,
}

/// Finds the panels inside `outer` and the labels around them, and a label for which there is no room.
fn frame(plot: &Plot, outer: Panel, theme: &Theme) -> (Vec<Framed>, Option<String>) {
    let (rows, columns) = plot.grid();
    let has_strips = plot.facets.iter().any(|facet| facet.label.is_some());
    // Labels left of the panels take about a quarter away.
    let strip_lines = strip_lines(plot, outer.width() / number_of(columns) * 0.75, theme);
    let strip = if has_strips { theme.line(theme.label_size) * number_of(strip_lines) } else { 0.0 };
    let mut sizes = Sizes {
        width: outer.width() / number_of(columns),
        height: (outer.height() / number_of(rows) - strip).max(1.0),
        gap: (theme.label_size * 1.6, theme.label_size * 1.3),
        strip,
        left: vec![0.0; columns],
        below: vec![0.0; rows],
    };
    let mut axes = Vec::new();
    for _ in 0..2 {
        axes = plot.facets.iter().map(|facet| axes_of(plot, facet, &sizes, outer, theme)).collect();
        fit(plot, &axes, &mut sizes, outer, theme);
    }
    let place = |(facet, axes): (&Facet, Axes)| {
        let before = |rooms: &[f64], count: usize| rooms.iter().take(count).sum::<f64>();
        let column = number_of(facet.column);
        let row = number_of(facet.row);
        let left = outer.left + before(&sizes.left, facet.column + 1) + column * (sizes.width + sizes.gap.0);
        let top = outer.top
            + before(&sizes.below, facet.row)
            + row * (sizes.height + sizes.gap.1)
            + (row + 1.0) * sizes.strip;
        let strip = Block {
            lines: wrap_strip(facet, sizes.width, theme),
            first_baseline: top
                - theme.label_size * 0.5
                - theme.line(theme.label_size) * number_of(strip_lines - 1),
        };
        let panel =
            Panel { left, top, right: left + sizes.width, bottom: top + sizes.height, x: axes.x, y: axes.y };
        let panel = make_room(plot, facet, panel, theme);
        Framed {
            panel,
            strip,
            x_labels: if shows_x(plot, facet) { axes.x_labels } else { Labels::default() },
            y_labels: if shows_y(plot, facet) { axes.y_labels } else { Labels::default() },
            x_grid: axes.x_grid,
            y_grid: axes.y_grid,
        }
    };
    let unfit = plot.facets.iter().zip(&axes).find_map(|(facet, axes)| {
        let below = axes.x_labels.unfit.clone().filter(|_| shows_x(plot, facet));
        below.or_else(|| axes.y_labels.unfit.clone().filter(|_| shows_y(plot, facet)))
    });
    (plot.facets.iter().zip(axes).map(place).collect(), unfit)
}

fn strip_lines(plot: &Plot, width: f64, theme: &Theme) -> usize {
    let most = plot.facets.iter().map(|facet| wrap_strip(facet, width, theme).len()).max();
    most.unwrap_or(1).max(1)
}

fn wrap_strip(facet: &Facet, width: f64, theme: &Theme) -> Vec<String> {
    let limit = width / theme.label_size;
    facet.label.as_ref().map(|label| wrap(label, limit, Face::SemiBold)).unwrap_or_default()
}

/// Labels of y stand left of the first column, unless each panel has its own scale.
fn shows_y(plot: &Plot, facet: &Facet) -> bool {
    plot.is_free.1 || facet.column == 0
}

/// Labels of x stand below the last panel of a column, unless each panel has its own scale.
fn shows_x(plot: &Plot, facet: &Facet) -> bool {
    let is_below = |other: &Facet| other.column == facet.column && other.row > facet.row;
    plot.is_free.0 || !plot.facets.iter().any(is_below)
}

/// Finds the size of the panels from the room that the labels need.
fn fit(plot: &Plot, axes: &[Axes], sizes: &mut Sizes, outer: Panel, theme: &Theme) {
    let (rows, columns) = plot.grid();
    sizes.left = vec![0.0; columns];
    sizes.below = vec![0.0; rows];
    let mut beyond: f64 = 0.0;
    let mut between = theme.label_size * 1.6;
    for (facet, axes) in plot.facets.iter().zip(axes) {
        if shows_y(plot, facet) {
            let room = &mut sizes.left[facet.column];
            *room = room.max(axes.y_labels.room);
        }
        // A panel without another below it has the empty cell for its labels.
        if shows_x(plot, facet) && (plot.is_free.0 || facet.row + 1 == rows) {
            let room = &mut sizes.below[facet.row];
            *room = room.max(axes.x_labels.room);
        }
        let (before, after) = overhangs(&axes.x_labels, axes.x, sizes.width, theme);
        if facet.column + 1 == columns {
            beyond = beyond.max(after);
        }
        // The last label of a panel and the first one of the next must not read as one number.
        between = between.max(before + after + theme.label_size * 1.6);
    }
    sizes.gap.0 = between;
    let gaps = |count: usize, gap: f64| number_of(count - 1) * gap;
    let width = outer.width() - sizes.left.iter().sum::<f64>() - gaps(columns, sizes.gap.0) - beyond;
    let height = outer.height()
        - sizes.below.iter().sum::<f64>()
        - gaps(rows, sizes.gap.1)
        - number_of(rows) * sizes.strip;
    sizes.width = (width / number_of(columns)).max(1.0);
    sizes.height = (height / number_of(rows)).max(1.0);
}

/// The two axes of a panel.
#[derive(Debug, Clone)]
struct Axes {
    x: Span,
    y: Span,
    x_labels: Labels,
    y_labels: Labels,
    x_grid: Vec<f64>,
    y_grid: Vec<f64>,
}

fn axes_of(plot: &Plot, facet: &Facet, sizes: &Sizes, outer: Panel, theme: &Theme) -> Axes {
    let format = NumberFormat { lang: plot.lang };
    let (mut y_labels, y, y_grid) = left_axis(&facet.y, sizes.height, outer.width(), theme, format);
    let (mut x_labels, x, x_grid) = bottom_axis(&facet.x, sizes.width, outer.height() * 0.4, theme, format);
    let point = points_at_start(facet, x, theme);
    y_labels.apart = point;
    y_labels.room += point;
    // The last of years to come is not the one that is reported on.
    if plot.layers().any(|layer| layer.look.is_hollow || layer.look.dash.is_some()) {
        x_labels.stressed = None;
        y_labels.stressed = None;
    }
    Axes { x, y, x_labels, y_labels, x_grid, y_grid }
}

/// Returns the radius of points at the left edge of a panel, which reach towards the labels there.
fn points_at_start(facet: &Facet, x: Span, theme: &Theme) -> f64 {
    if !matches!(facet.x, Scale::Numbers(_)) {
        return 0.0;
    }
    let of = |layer: &super::plot::Layer| match &layer.marks {
        Marks::Points(points) if points.iter().any(|point| x.share(point.place.0) < 0.005) => {
            layer.look.size_pt.map_or(theme.point_radius, |size| size * theme.point / 2.0)
        }
        _ => 0.0,
    };
    facet.layers.iter().map(of).fold(0.0, f64::max)
}

/// Returns how far the first and the last label below a panel stick out at its left and right.
fn overhangs(labels: &Labels, span: Span, width: f64, theme: &Theme) -> (f64, f64) {
    let level = labels.lines.iter().filter(|_| !labels.is_upright);
    level.fold((0.0, 0.0), |(before, after): (f64, f64), (at, lines)| {
        let half = lines.iter().map(|line| width_em(line, Face::SemiBold)).fold(0.0, f64::max) / 2.0;
        let (middle, half) = (span.share(*at) * width, half * theme.label_size);
        (before.max(half - middle), after.max(middle + half - width))
    })
}

/// The most intervals of a level axis.
const MOST_BELOW: usize = 6;
/// The distance between its labels.
const APART_EM: f64 = 1.6;

fn breaks_of(scale: &Scale, most: usize, format: NumberFormat) -> Option<(Vec<Break>, Span)> {
    let Scale::Numbers(numbers) = scale else { return None };
    let (breaks, (low, high)) = axis_breaks(numbers, most, format);
    let (from, to) = if numbers.is_reversed { (high, low) } else { (low, high) };
    Some((breaks, Span { from, to, via: numbers.via }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive quotient")]
fn most_breaks(length: f64, each: f64) -> usize {
    ((length / each) as usize).clamp(2, 7)
}

/// Finds as many breaks as have room for their labels.
fn most_breaks_below(
    scale: &Scale,
    width: f64,
    theme: &Theme,
    format: NumberFormat,
) -> Option<(Vec<Break>, Span)> {
    let has_room = |breaks: &[Break]| {
        let widest = breaks.iter().map(|found| width_em(&found.label, Face::Regular)).fold(0.0, f64::max);
        (widest + APART_EM) * theme.label_size * number_of(breaks.len()) <= width
    };
    let fewest = breaks_of(scale, 2, format);
    let mut counts = (3..=most_breaks(width, theme.label_size * 3.5).min(MOST_BELOW)).rev();
    counts.find_map(|most| breaks_of(scale, most, format).filter(|(breaks, _)| has_room(breaks))).or(fewest)
}

fn left_axis(
    scale: &Scale,
    height: f64,
    width: f64,
    theme: &Theme,
    format: NumberFormat,
) -> (Labels, Span, Vec<f64>) {
    match (scale, breaks_of(scale, most_breaks(height, theme.label_size * 3.0), format)) {
        (Scale::Categories { labels, is_sequence }, _) => {
            // Read from the top, as a table is.
            let span = Span::new(number_of(labels.len()) - 0.5, -0.5);
            (axis::names_left(labels, *is_sequence, height, width, theme), span, Vec::new())
        }
        (_, Some((breaks, span))) => {
            let grid = breaks.iter().map(|found| found.at).collect();
            (axis::breaks_left(&breaks, theme), span, grid)
        }
        (_, None) => (Labels::default(), Span::new(0.0, 1.0), Vec::new()),
    }
}

fn bottom_axis(
    scale: &Scale,
    width: f64,
    most_room: f64,
    theme: &Theme,
    format: NumberFormat,
) -> (Labels, Span, Vec<f64>) {
    match (scale, most_breaks_below(scale, width, theme, format)) {
        (Scale::Categories { labels, is_sequence }, _) => {
            let span = Span::new(-0.5, number_of(labels.len()) - 0.5);
            (axis::names_below(labels, *is_sequence, width, most_room, theme), span, Vec::new())
        }
        (_, Some((breaks, span))) => {
            let grid = breaks.iter().map(|found| found.at).collect();
            (axis::breaks_below(&breaks, width, theme), span, grid)
        }
        (_, None) => (Labels::default(), Span::new(0.0, 1.0), Vec::new()),
    }
}
