//! Turns a plot into text: half blocks for the marks, words for axes and legend.
//!
//! A picture scaled down to a terminal's few cells has no readable letter left, so the plot is drawn
//! anew: each cell holds two pixels of colour, and everything that is text stays text. Writing to a
//! string cannot fail, so what `write!` returns is dropped.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::format::NumberFormat;
use super::plot::{Bar, BoxPlot, Direction, Facet, Layer, Line, Marks, Plot, Scale, Shape};
use super::scale::{Break, axis_breaks, number_of};
use super::scene::Colour;
use super::theme::{Theme, ThemeName};

/// Draws a plot in `width` columns and about `height` lines; panels stand below each other.
pub fn draw_blocks(plot: &Plot, width: usize, height: usize, color: bool) -> String {
    let theme = Theme::new(ThemeName::Report, 96.0).for_plot(plot);
    let mut out = String::new();
    for title in [&plot.title, &plot.subtitle, &plot.y_title].into_iter().flatten() {
        out.push_str(title);
        out.push('\n');
    }
    let height = (height / plot.facets.len().max(1)).max(8);
    for facet in &plot.facets {
        if let Some(label) = &facet.label {
            let _ = writeln!(out, "— {label}");
        }
        write_panel(&mut out, plot, facet, &theme, (width, height), color);
    }
    if let Some(groups) = plot.groups.as_ref().filter(|groups| groups.has_legend) {
        write_legend(&mut out, &groups.labels, &theme, width, color);
    }
    out
}

fn write_panel(
    out: &mut String,
    plot: &Plot,
    facet: &Facet,
    theme: &Theme,
    (width, height): (usize, usize),
    color: bool,
) {
    let y_axis = place_axis(&facet.y, (height / 3).max(2), plot, true);
    let labels = y_axis.breaks.iter().map(|one| one.label.as_str().width()).max().unwrap_or(0).min(width / 3);
    let columns = width.saturating_sub(labels + 2).max(10);
    let rows = height.saturating_sub(6).max(4);
    let x_axis = place_axis(&facet.x, (columns / 12).max(2), plot, false);
    let mut grid = Grid {
        columns,
        rows: rows * 2,
        pixels: vec![None; columns * rows * 2],
        x: x_axis.ends,
        y: y_axis.ends,
    };
    for layer in &facet.layers {
        grid.draw(layer);
    }
    for row in 0..rows {
        let label = y_axis.breaks.iter().find(|one| grid.row_of(one.at) / 2 == row);
        let label = shorten(label.map_or("", |one| &one.label), labels);
        let tick = if label.is_empty() { "│" } else { "┤" };
        let _ = write!(out, "{}{label} {tick}", " ".repeat(labels - label.width()));
        out.push_str(&grid.write_row(row, theme, color));
        out.push('\n');
    }
    let _ = writeln!(out, "{} └{}", " ".repeat(labels), "─".repeat(columns));
    let _ = writeln!(out, "{}{}", " ".repeat(labels + 2), write_below(&x_axis.breaks, &grid));
    if let Some(title) = &plot.x_title {
        let indent = (labels + 2 + columns / 2).saturating_sub(title.width() / 2);
        let _ = writeln!(out, "{}{title}", " ".repeat(indent));
    }
}

/// Writes the groups with their colours, as many to a line as fit.
fn write_legend(out: &mut String, labels: &[String], theme: &Theme, width: usize, color: bool) {
    let mut used = 0;
    for (group, label) in labels.iter().enumerate() {
        let room = label.width() + 5;
        if used > 0 && used + room > width {
            out.push('\n');
            used = 0;
        }
        let _ = write!(out, "{} {label}   ", paint("█", theme.colour(group), color));
        used += room;
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
}

/// An axis with its ends and labels.
struct Placed {
    ends: (f64, f64),
    breaks: Vec<Break>,
}

fn place_axis(scale: &Scale, most: usize, plot: &Plot, is_left: bool) -> Placed {
    match scale {
        Scale::Categories { labels, .. } => {
            let breaks = labels.iter().enumerate();
            let breaks = breaks.map(|(at, label)| Break { at: number_of(at), label: label.clone() });
            let (first, last) = (-0.5, number_of(labels.len()) - 0.5);
            // Names beside the axis are read from the top, as a table is.
            Placed { ends: if is_left { (last, first) } else { (first, last) }, breaks: breaks.collect() }
        }
        Scale::Numbers(numbers) => {
            let (breaks, ends) = axis_breaks(numbers, most, NumberFormat { lang: plot.lang });
            Placed { ends: if numbers.is_reversed { (ends.1, ends.0) } else { ends }, breaks }
        }
    }
}

/// Pixels, two per cell from top to bottom; each is the group whose mark lies there.
struct Grid {
    columns: usize,
    rows: usize,
    pixels: Vec<Option<usize>>,
    x: (f64, f64),
    y: (f64, f64),
}

impl Grid {
    fn column_of(&self, x: f64) -> usize {
        scale(x, self.x, self.columns)
    }

    fn row_of(&self, y: f64) -> usize {
        (self.rows - 1).saturating_sub(scale(y, self.y, self.rows))
    }

    fn put(&mut self, column: usize, row: usize, group: usize) {
        if column < self.columns && row < self.rows {
            self.pixels[row * self.columns + column] = Some(group);
        }
    }

    fn draw(&mut self, layer: &Layer) {
        match &layer.marks {
            Marks::Lines(lines) => lines.iter().for_each(|line| self.draw_line(line)),
            Marks::Points(points) => {
                for point in points {
                    self.put(self.column_of(point.place.0), self.row_of(point.place.1), point.group);
                }
            }
            Marks::Bars(bars) => bars.iter().for_each(|bar| self.draw_bar(bar)),
            Marks::Shapes(shapes) => shapes.iter().for_each(|shape| self.draw_shape(shape)),
            Marks::Boxes(boxes) => boxes.iter().for_each(|plot| self.draw_box(plot)),
            Marks::Segments(segments) => {
                for one in segments {
                    self.draw_stroke(one.from, one.to, one.group);
                }
            }
            Marks::Rules(rules) => {
                for rule in rules {
                    let (from, to) = if rule.is_level {
                        ((self.x.0, rule.at), (self.x.1, rule.at))
                    } else {
                        ((rule.at, self.y.0), (rule.at, self.y.1))
                    };
                    self.draw_stroke(from, to, rule.group);
                }
            }
            // Words do not fit into pixels.
            Marks::Texts(_) => {}
        }
    }

    fn draw_shape(&mut self, shape: &Shape) {
        if shape.corners.len() == 4 && shape.edge == 0 {
            let (one, two) = (shape.corners[0], shape.corners[2]);
            self.draw_rectangle((one.0, two.0), (one.1, two.1), shape.group);
            return;
        }
        let next = shape.corners.iter().cycle().skip(1);
        for (from, to) in shape.corners.iter().zip(next) {
            self.draw_stroke(*from, *to, shape.group);
        }
    }

    fn draw_box(&mut self, plot: &BoxPlot) {
        let middle = f64::midpoint(plot.across.0, plot.across.1);
        let turn = |across: f64, along: f64| match plot.direction {
            Direction::Up => (across, along),
            Direction::Right => (along, across),
        };
        self.draw_stroke(turn(middle, plot.whiskers.0), turn(middle, plot.whiskers.1), plot.group);
        let (from, to) = (turn(plot.across.0, plot.quartiles.0), turn(plot.across.1, plot.quartiles.1));
        self.draw_rectangle((from.0, to.0), (from.1, to.1), plot.group);
    }

    fn draw_line(&mut self, line: &Line) {
        for pair in line.places.windows(2) {
            if let [Some(from), Some(to)] = pair {
                self.draw_stroke(*from, *to, line.group);
            }
        }
        // A lone year between gaps is a place too.
        for place in line.places.iter().flatten() {
            self.put(self.column_of(place.0), self.row_of(place.1), line.group);
        }
    }

    fn draw_bar(&mut self, bar: &Bar) {
        let (x, y) = match bar.direction {
            Direction::Up => (bar.across, bar.along),
            Direction::Right => (bar.along, bar.across),
        };
        self.draw_rectangle(x, y, bar.group);
    }

    fn draw_rectangle(&mut self, x: (f64, f64), y: (f64, f64), group: usize) {
        let (left, right) = order(self.column_of(x.0), self.column_of(x.1));
        let (top, bottom) = order(self.row_of(y.0), self.row_of(y.1));
        for row in top..=bottom {
            for column in left..=right {
                self.put(column, row, group);
            }
        }
    }

    fn draw_stroke(&mut self, from: (f64, f64), to: (f64, f64), group: usize) {
        let (x0, y0) = (self.column_of(from.0), self.row_of(from.1));
        let (x1, y1) = (self.column_of(to.0), self.row_of(to.1));
        let steps = x0.abs_diff(x1).max(y0.abs_diff(y1)).max(1);
        for step in 0..=steps {
            self.put(between(x0, x1, step, steps), between(y0, y1, step, steps), group);
        }
    }

    fn write_row(&self, row: usize, theme: &Theme, color: bool) -> String {
        let mut out = String::new();
        for column in 0..self.columns {
            let upper = self.pixels[row * 2 * self.columns + column];
            let lower = self.pixels[(row * 2 + 1) * self.columns + column];
            match (upper, lower) {
                (None, None) => out.push(' '),
                (Some(group), None) => out.push_str(&paint("▀", theme.colour(group), color)),
                (None, Some(group)) => out.push_str(&paint("▄", theme.colour(group), color)),
                (Some(one), Some(two)) if one == two => out.push_str(&paint("█", theme.colour(one), color)),
                (Some(one), Some(two)) if color => {
                    let below = theme.colour(two).background();
                    let _ = write!(out, "{below}{}", paint("▀", theme.colour(one), color));
                }
                (Some(_), Some(_)) => out.push('█'),
            }
        }
        out.trim_end().to_owned()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and the result is clamped to the grid"
)]
fn scale(value: f64, (low, high): (f64, f64), count: usize) -> usize {
    let span = high - low;
    let share = if span.abs() > f64::EPSILON { (value - low) / span } else { 0.5 };
    ((share * number_of(count)).floor().max(0.0) as usize).min(count.saturating_sub(1))
}

fn between(from: usize, to: usize, step: usize, steps: usize) -> usize {
    if to >= from { from + (to - from) * step / steps } else { from - (from - to) * step / steps }
}

fn order(one: usize, two: usize) -> (usize, usize) {
    (one.min(two), one.max(two))
}

/// Writes the labels below the axis, each centred under its place, leaving out what would overlap.
fn write_below(breaks: &[Break], grid: &Grid) -> String {
    let mut out = String::new();
    let mut used = 0;
    for one in breaks {
        let room = grid.columns / breaks.len().max(1);
        let label = shorten(&one.label, room.max(4));
        let start = grid.column_of(one.at).saturating_sub(label.width() / 2);
        if start >= used && start + label.width() <= grid.columns + 2 {
            out.push_str(&" ".repeat(start - used));
            out.push_str(&label);
            out.push(' ');
            used = start + label.width() + 1;
        }
    }
    out.trim_end().to_owned()
}

fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(width.saturating_sub(1)).collect();
    while kept.width() + 1 > width && kept.pop().is_some() {}
    format!("{kept}…")
}

fn paint(text: &str, colour: Colour, color: bool) -> String {
    if color { format!("{}{text}\u{1b}[0m", colour.foreground()) } else { text.to_owned() }
}
