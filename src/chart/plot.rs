//! The resolved chart: marks in data space, scales and labels, free of SQL and of pixels.
//!
//! Categories lie at 0, 1, 2 … on their axis, so that every mark has plain numbers as its place
//! and drawing needs one rule for both kinds of axis. Numbers are always finite here.

use crate::error::Lang;

/// A chart that is ready to be drawn at any size.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The headline.
    pub title: Option<String>,
    /// The line under the headline.
    pub subtitle: Option<String>,
    /// The author's own note at the foot.
    pub caption: Option<String>,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the colours mean; the marks' `group` counts into `labels`.
    pub groups: Option<Groups>,
    /// The layers, the first drawn first.
    pub layers: Vec<Layer>,
    /// The language of numbers and dates.
    pub lang: Lang,
}

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The text at the axis, if it has one.
    pub title: Option<String>,
    /// What lies along it.
    pub scale: Scale,
}

/// What lies along an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Names at 0, 1, 2 …
    Categories {
        /// The names in order.
        labels: Vec<String>,
        /// Whether neighbours may be left out when room is short, as with years.
        is_sequence: bool,
    },
    /// Numbers from `low` to `high`.
    Numbers {
        /// The least number to show.
        low: f64,
        /// The greatest number to show.
        high: f64,
        /// Whether the author gave the two ends, so that they stay as they are.
        is_fixed: bool,
        /// Whether all numbers are whole, so that breaks between them would mean nothing.
        is_whole: bool,
        /// What the numbers count.
        kind: NumberKind,
    },
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// As numbers.
    Plain,
    /// Days since 1970-01-01, written as dates.
    Days,
}

/// The meaning of the colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// The legend's heading.
    pub title: Option<String>,
    /// The groups' names in order.
    pub labels: Vec<String>,
    /// Whether a legend is needed: not if an axis already names the groups.
    pub has_legend: bool,
}

/// The group of marks without one, in a chart whose other layers have groups.
pub const UNGROUPED: usize = usize::MAX;

/// One layer of marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The marks, in drawing order.
    pub marks: Marks,
    /// From 0 (invisible) to 1.
    pub opacity: f64,
    /// Whether the marks' groups are those of the legend; if not, all marks have group [`UNGROUPED`].
    pub is_grouped: bool,
    /// Line width or point diameter in points (1/72 inch), if the author gave one.
    pub size_pt: Option<f64>,
}

/// The marks of one layer, all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Marks {
    /// Lines through places.
    Lines(Vec<Line>),
    /// Single places.
    Points(Vec<Point>),
    /// Rectangles that start at a baseline.
    Bars(Vec<Bar>),
}

/// One line; `None` breaks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The line's colour group.
    pub group: usize,
    /// Its places in order of x.
    pub places: Vec<Option<(f64, f64)>>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The point's colour group.
    pub group: usize,
    /// Its place.
    pub place: (f64, f64),
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The bar's colour group.
    pub group: usize,
    /// Along the category axis: from, to.
    pub across: (f64, f64),
    /// Along the value axis: from (nearer to zero), to.
    pub along: (f64, f64),
    /// The value that the bar stands for.
    pub value: f64,
    /// Which way the bar runs.
    pub direction: Direction,
    /// Whether other bars lie between it and the baseline, or may.
    pub is_stacked: bool,
}

/// Which way bars run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Categories on x, values on y.
    Up,
    /// Categories on y, values on x.
    Right,
}

/// A plot as a list of lines of text, for tests and for `--explain`.
impl std::fmt::Display for Plot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "x {:?}", self.x)?;
        writeln!(f, "y {:?}", self.y)?;
        if let Some(groups) = &self.groups {
            writeln!(f, "groups {:?}", groups.labels)?;
        }
        for layer in &self.layers {
            match &layer.marks {
                Marks::Lines(lines) => lines.iter().try_for_each(|line| writeln!(f, "{line:?}"))?,
                Marks::Points(points) => points.iter().try_for_each(|point| writeln!(f, "{point:?}"))?,
                Marks::Bars(bars) => bars.iter().try_for_each(|bar| writeln!(f, "{bar:?}"))?,
            }
        }
        Ok(())
    }
}
