//! The resolved chart: marks in data space, scales and labels, free of SQL and of pixels.
//!
//! Categories lie at 0, 1, 2 … on their axis, so that every mark has plain numbers as its place
//! and drawing needs one rule for both kinds of axis. Numbers are always finite here.

use super::pattern::Dash;
use super::scene::Colour;
use super::sources::LeftOut;
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
    /// The text at the horizontal axis.
    pub x_title: Option<String>,
    /// The text at the vertical axis.
    pub y_title: Option<String>,
    /// The panels in reading order; a chart without facets has one.
    pub facets: Vec<Facet>,
    /// Whether each panel has its own horizontal and vertical scale.
    pub is_free: (bool, bool),
    /// What the colours mean; the marks' `group` counts into `labels`.
    pub groups: Option<Groups>,
    /// What the dashes of lines mean; the lines' `style` counts into `labels`.
    pub styles: Option<Groups>,
    /// What the shades of tiles mean.
    pub shades: Option<Shades>,
    /// The tables that layers draw, the result of the SQL part being the one without a name.
    pub tables: Vec<Option<String>>,
    /// The numbers that are not drawn, because they have no place.
    pub left_out: Vec<LeftOut>,
    /// The language of numbers and dates.
    pub lang: Lang,
}

impl Plot {
    /// Returns the layers of all panels.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.facets.iter().flat_map(|facet| &facet.layers)
    }

    /// Returns the names of groups, of categories on the axes and of panels.
    pub(super) fn labels(&self) -> impl Iterator<Item = &String> {
        let groups = self.groups.iter().chain(&self.styles);
        let groups = groups.flat_map(|groups| groups.labels.iter().chain(&groups.title));
        let axes = self.facets.iter().flat_map(|facet| [&facet.x, &facet.y]);
        let axes = axes.flat_map(|scale| match scale {
            Scale::Categories { labels, .. } => labels.as_slice(),
            Scale::Numbers(_) => &[],
        });
        groups.chain(axes).chain(self.facets.iter().filter_map(|facet| facet.label.as_ref()))
    }

    /// The same with others in place of the layers' own colours.
    #[must_use]
    pub(super) fn recoloured(&self, change: impl Fn(Colour) -> Colour) -> Self {
        let mut plot = self.clone();
        for layer in plot.facets.iter_mut().flat_map(|facet| &mut facet.layers) {
            layer.look.colour = layer.look.colour.map(&change);
        }
        plot
    }

    /// Counts the rows and the columns of panels.
    pub fn grid(&self) -> (usize, usize) {
        let rows = self.facets.iter().map(|facet| facet.row + 1).max().unwrap_or(1);
        let columns = self.facets.iter().map(|facet| facet.column + 1).max().unwrap_or(1);
        (rows, columns)
    }
}

/// One panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// What stands above the panel.
    pub label: Option<String>,
    /// Its row among the panels, from the top.
    pub row: usize,
    /// Its column among the panels, from the left.
    pub column: usize,
    /// What lies along the horizontal axis.
    pub x: Scale,
    /// What lies along the vertical axis.
    pub y: Scale,
    /// The layers, the first drawn first.
    pub layers: Vec<Layer>,
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
    /// Numbers.
    Numbers(Numbers),
}

/// The numbers of an axis.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each says another thing about the ends")]
pub struct Numbers {
    /// The least number to show.
    pub low: f64,
    /// The greatest number to show.
    pub high: f64,
    /// Whether the author gave the two ends, so that they stay as they are.
    pub is_fixed: bool,
    /// Whether all numbers are whole, so that breaks between them would mean nothing.
    pub is_whole: bool,
    /// Whether marks start at zero, so that the axis must show it.
    pub has_baseline: bool,
    /// Whether the ends move out to round numbers, as on an upright axis.
    pub is_snapped: bool,
    /// What the numbers count.
    pub kind: NumberKind,
    /// How numbers become distances.
    pub via: Via,
    /// Whether the greatest number comes first.
    pub is_reversed: bool,
    /// Where the author wants labels.
    pub breaks: Breaks,
    /// Labels of the author's for single numbers; `None` leaves the label out.
    pub names: Vec<(f64, Option<String>)>,
    /// The author's pattern of labels, `{}` standing for the number.
    pub template: Option<String>,
}

/// How numbers become distances on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Via {
    /// In proportion.
    #[default]
    Linear,
    /// By their logarithms.
    Log,
    /// By their square roots.
    Root,
}

impl Via {
    /// Turns a number into a distance.
    pub(super) fn apply(self, number: f64) -> f64 {
        match self {
            Self::Linear => number,
            Self::Log => number.max(f64::MIN_POSITIVE).log10(),
            Self::Root => number.max(0.0).sqrt(),
        }
    }
}

/// Where an axis has labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Breaks {
    /// Where numbers are round.
    #[default]
    Round,
    /// At about as many round numbers.
    About(usize),
    /// At these numbers.
    At(Vec<f64>),
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// As numbers.
    Plain,
    /// As years, without marks of thousands.
    Years,
    /// Days since 1970-01-01, written as dates.
    Days,
}

/// The meaning of colours or dashes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// The legend's heading.
    pub title: Option<String>,
    /// The groups' names in order.
    pub labels: Vec<String>,
    /// Whether a legend is needed: not if an axis already names the groups.
    pub has_legend: bool,
    /// The author's colours, in the order of the slots.
    pub colours: Vec<Colour>,
    /// Which colour each group has: that of its place in the author's list or in the contract, so that a
    /// group keeps its colour where others are missing. Empty if the colours follow the groups.
    pub slots: Vec<usize>,
    /// Whether the groups are years, of which the last is stressed.
    pub is_years: bool,
    /// The group of what is not known, which is hatched.
    pub unknown: Option<usize>,
}

/// The meaning of shades.
#[derive(Debug, Clone, PartialEq)]
pub struct Shades {
    /// The legend's heading.
    pub title: Option<String>,
    /// The number of the lightest shade.
    pub low: f64,
    /// The number of the darkest shade.
    pub high: f64,
}

/// The group of marks without one, in a chart whose other layers have groups.
pub(super) const UNGROUPED: usize = usize::MAX;

/// One layer of marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The marks, in drawing order.
    pub marks: Marks,
    /// The author's choices for the whole layer.
    pub look: Look,
    /// Whether the marks' groups are those of the legend; if not, all marks have the group of none.
    pub is_grouped: bool,
}

/// How a layer differs from the theme.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// From 0 (invisible) to 1; none leaves it to the kind of mark.
    pub opacity: Option<f64>,
    /// Line width, point diameter or text size in points (1/72 inch).
    pub size_pt: Option<f64>,
    /// One colour for all marks.
    pub colour: Option<Colour>,
    /// One dash for all lines.
    pub dash: Option<Dash>,
    /// Whether points are rings, as for what is planned.
    pub is_hollow: bool,
    /// Which values are written at the marks.
    pub labels: Labelled,
}

/// Which values are written at the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Labelled {
    /// Where they fit.
    #[default]
    Auto,
    /// None.
    Off,
    /// The names of lines at their ends.
    Ends,
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
    /// Filled outlines.
    Shapes(Vec<Shape>),
    /// Summaries of distributions.
    Boxes(Vec<BoxPlot>),
    /// Straight lines between two places.
    Segments(Vec<Segment>),
    /// Lines across the whole panel.
    Rules(Vec<Rule>),
    /// Words at places.
    Texts(Vec<Text>),
}

impl Marks {
    /// Tells whether nothing is to be seen.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Lines(lines) => lines.iter().all(|line| line.places.iter().flatten().next().is_none()),
            Self::Points(marks) => marks.is_empty(),
            Self::Bars(marks) => marks.is_empty(),
            Self::Shapes(marks) => marks.is_empty(),
            Self::Boxes(marks) => marks.is_empty(),
            Self::Segments(marks) => marks.is_empty(),
            Self::Rules(marks) => marks.is_empty(),
            Self::Texts(marks) => marks.is_empty(),
        }
    }
}

/// One line; `None` breaks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The line's colour group.
    pub group: usize,
    /// The line's dash.
    pub style: usize,
    /// Its places in order.
    pub places: Vec<Option<(f64, f64)>>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The point's colour group.
    pub group: usize,
    /// The style of the lines that it belongs to; all but the first are drawn as rings.
    pub style: usize,
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
    /// Whether the bar is drawn as a share of its stack, so that no total stands above it.
    pub is_share: bool,
}

/// Which way bars run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Categories on x, values on y.
    Up,
    /// Categories on y, values on x.
    Right,
}

/// One filled outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The shape's colour group.
    pub group: usize,
    /// The number that decides its shade instead of a group, and that is written into it.
    pub shade: Option<f64>,
    /// Its corners in order.
    pub corners: Vec<(f64, f64)>,
    /// How many corners, from the first, are outlined; bands have their upper edge drawn.
    pub edge: usize,
    /// Whether it covers no other shape, so that it need not let others through.
    pub is_solid: bool,
}

/// One summary of a distribution: quartiles, whiskers, and what lies beyond them.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxPlot {
    /// The colour group.
    pub group: usize,
    /// Along the category axis: from, to.
    pub across: (f64, f64),
    /// The ends of the whiskers.
    pub whiskers: (f64, f64),
    /// The first and the third quartile.
    pub quartiles: (f64, f64),
    /// The median.
    pub median: f64,
    /// What lies beyond the whiskers.
    pub outliers: Vec<f64>,
    /// Which way the values run.
    pub direction: Direction,
}

/// One straight line.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The colour group.
    pub group: usize,
    /// The dash.
    pub style: usize,
    /// Where it starts.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
    /// Whether its ends have crossbars, as a range of error does.
    pub has_caps: bool,
}

/// One line across the whole panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The colour group.
    pub group: usize,
    /// The dash.
    pub style: usize,
    /// Where on the axis that it crosses.
    pub at: f64,
    /// Whether it is level, at a place of y.
    pub is_level: bool,
}

/// Words at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The colour group.
    pub group: usize,
    /// The place.
    pub place: (f64, f64),
    /// The words.
    pub words: String,
    /// From 0 (the text starts at the place) to 1 (it ends there).
    pub hjust: f64,
    /// From 0 (the text stands above the place) to 1 (it hangs below).
    pub vjust: f64,
    /// By how many points it is moved right and up.
    pub offset: (f64, f64),
    /// Whether it is set in the heavier face.
    pub is_bold: bool,
}

/// A plot as a list of lines of text, for tests and for `--explain`.
impl std::fmt::Display for Plot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "x {:?}, y {:?}", self.x_title, self.y_title)?;
        if let Some(groups) = &self.groups {
            writeln!(f, "groups {:?}", groups.labels)?;
        }
        for facet in &self.facets {
            if let Some(label) = &facet.label {
                writeln!(f, "panel {}:{} {label}", facet.row, facet.column)?;
            }
            writeln!(f, "x {}\ny {}", facet.x, facet.y)?;
            for layer in &facet.layers {
                match &layer.marks {
                    Marks::Lines(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Points(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Bars(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Shapes(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Boxes(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Segments(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Rules(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                    Marks::Texts(marks) => marks.iter().try_for_each(|mark| writeln!(f, "{mark:?}"))?,
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Categories { labels, .. } => write!(f, "{labels:?}"),
            Self::Numbers(numbers) => write!(f, "{}–{}", numbers.low, numbers.high),
        }
    }
}
