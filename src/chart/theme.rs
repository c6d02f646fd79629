//! Sizes and colours of a chart, in pixels of the picture that is drawn.
//!
//! Everything is given in points and multiplied once, so that the same chart prints alike at any
//! density.

use std::collections::BTreeSet;

use super::inks::Inks;
use super::pattern::{Dash, Hatch};
use super::plot::{Layer, Marks, Plot, UNGROUPED};
use super::scale::number_of;
use super::scene::{Anchor, Colour, Pen, Place, Role, Scene, Style};
use super::text::Face;

/// More years than this cannot be told by shades between grey and blue.
const MOST_YEARS: usize = 3;

/// What carries meaning stands out from its ground by this ratio (WCAG 2.2, 1.4.11).
const LEAST_CONTRAST: f64 = 3.0;

/// Words stand out by this ratio (WCAG 2.2, 1.4.3).
const WORD_CONTRAST: f64 = 4.5;

/// Greys of areas that differ by less than this (of 255) look the same on a copy.
const GREYS_APART: u8 = 0x24;

/// The greys of lines that cannot have dashes.
const LINE_GREYS: [Colour; 4] = [
    Colour::new(0, 0, 0),
    Colour::new(0x84, 0x84, 0x84),
    Colour::new(0x4A, 0x4A, 0x4A),
    Colour::new(0x90, 0x90, 0x90),
];

/// The name of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// Colour on white paper.
    #[default]
    Report,
    /// Black and white: dashes, patterns and greys.
    Print,
    /// Light on a dark screen.
    Screen,
}

/// The look of a chart.
#[derive(Debug, Clone)]
pub(super) struct Theme {
    pub(super) name: ThemeName,
    /// Pixels per point.
    pub(super) point: f64,
    pub(super) margin: f64,
    pub(super) title_size: f64,
    pub(super) subtitle_size: f64,
    pub(super) label_size: f64,
    pub(super) value_size: f64,
    pub(super) caption_size: f64,
    /// Distance of baselines, as a multiple of the text size.
    pub(super) leading: f64,
    pub(super) line_width: f64,
    pub(super) point_radius: f64,
    pub(super) grid_width: f64,
    pub(super) axis_width: f64,
    /// The line of the paper's colour between stacked bars.
    pub(super) seam: f64,
    pub(super) paper: Colour,
    pub(super) ink: Colour,
    pub(super) soft_ink: Colour,
    pub(super) grid: Colour,
    pub(super) axis: Colour,
    neutral: Colour,
    palette: [Colour; 8],
    /// The author's own colours, if there are any and the look has colours.
    own: Vec<Colour>,
    slots: Vec<usize>,
    /// How many years the groups are, where the last is to be stressed.
    years: Option<usize>,
    unknown: Option<usize>,
    /// The groups of lines, in the order in which they get dashes.
    lines: Vec<usize>,
    /// Whether dashes mean something else than groups.
    has_meant_dashes: bool,
}

/// The fill of an area: a ground, and lines over it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fill {
    pub(super) ground: Colour,
    /// The lines' colour and their course.
    pub(super) hatch: Option<(Colour, Hatch)>,
}

/// Returns the colour of the ground of a look, for what stands around a chart.
pub fn ground(name: ThemeName) -> [u8; 3] {
    let Colour(red, green, blue) = Theme::new(name, 96.0).paper;
    [red, green, blue]
}

impl Theme {
    /// The look of this name at `dpi` pixels per inch.
    pub(super) fn new(name: ThemeName, dpi: f64) -> Self {
        let point = dpi / 72.0;
        let inks = match name {
            ThemeName::Report => Inks::REPORT,
            ThemeName::Print => Inks::PRINT,
            ThemeName::Screen => Inks::SCREEN,
        };
        Self {
            name,
            point,
            margin: 7.0 * point,
            title_size: 11.0 * point,
            subtitle_size: 9.0 * point,
            label_size: 8.5 * point,
            value_size: 8.0 * point,
            caption_size: 8.0 * point,
            leading: 1.3,
            line_width: 1.7 * point,
            point_radius: 2.4 * point,
            grid_width: 0.5 * point,
            axis_width: 0.75 * point,
            seam: 0.7 * point,
            paper: inks.paper,
            ink: inks.ink,
            soft_ink: inks.soft_ink,
            grid: inks.grid,
            axis: inks.axis,
            neutral: inks.neutral,
            palette: inks.palette,
            own: Vec::new(),
            slots: Vec::new(),
            years: None,
            unknown: None,
            lines: Vec::new(),
            has_meant_dashes: false,
        }
    }

    /// The same with what the author and the data say about the groups.
    pub(super) fn for_plot(mut self, plot: &Plot) -> Self {
        let is_dashed = |layer: &Layer| layer.look.dash.is_some_and(|dash| dash != Dash::Solid);
        let lines = plot.layers().filter(|layer| layer.is_grouped).flat_map(line_groups);
        self.lines = lines.collect::<BTreeSet<usize>>().into_iter().collect();
        self.has_meant_dashes = plot.styles.is_some() || plot.layers().any(is_dashed);
        if let Some(groups) = &plot.groups {
            self.own = self.suited_together(&groups.colours);
            self.slots.clone_from(&groups.slots);
            let count = groups.labels.len();
            let is_stressed = groups.is_years && (2..=MOST_YEARS).contains(&count);
            self.years = is_stressed.then_some(count);
            self.unknown = groups.unknown;
        }
        self
    }

    /// Whether groups must be told apart without colour.
    pub(super) fn is_mono(&self) -> bool {
        self.name == ThemeName::Print
    }

    /// Returns the colour of a group; after eight the same colours come lighter.
    pub(super) fn colour(&self, group: usize) -> Colour {
        if group == UNGROUPED || self.unknown == Some(group) {
            return self.neutral;
        }
        let slot = self.slots.get(group).copied().unwrap_or(group);
        if let Some(own) = self.own.get(slot) {
            return *own;
        }
        if let Some(years) = self.years {
            let first = if self.is_mono() { self.palette[1] } else { self.neutral };
            return first.mix(self.palette[0], number_of(group) / number_of(years - 1));
        }
        let colour = self.palette[slot % self.palette.len()];
        match slot / self.palette.len() {
            0 => colour,
            1 => colour.mix(self.paper, 0.45),
            _ => colour.mix(self.paper, 0.65),
        }
    }

    /// Returns the fill of a group's areas.
    pub(super) fn fill(&self, group: usize) -> Fill {
        let ground = self.colour(group);
        if group == UNGROUPED {
            return Fill { ground, hatch: None };
        }
        if self.unknown == Some(group) {
            return Fill {
                ground: self.paper.mix(self.neutral, 0.25),
                hatch: Some((self.axis, Hatch::Rising)),
            };
        }
        let hatch = match group % 8 {
            _ if !self.is_mono() || !self.own.is_empty() => None,
            4 => Some(Hatch::Level),
            5 => Some(Hatch::Falling),
            6 => Some(Hatch::Crossed),
            7 => Some(Hatch::Upright),
            _ => None,
        };
        Fill { ground, hatch: hatch.map(|hatch| (self.ink, hatch)) }
    }

    /// Returns the colour of a group's lines, which must be seen even where its areas are light.
    pub(super) fn line_colour(&self, group: usize) -> Colour {
        if !self.is_mono() || group == UNGROUPED {
            return self.colour(group);
        }
        // Without dashes lines differ in their greys.
        if self.has_meant_dashes { LINE_GREYS[self.line_rank(group) % LINE_GREYS.len()] } else { self.ink }
    }

    /// Returns the colour of words in a group's colour, which need more contrast than its lines (WCAG 2.2, 1.4.3).
    pub(super) fn word_colour(&self, group: usize) -> Colour {
        let colour = self.line_colour(group);
        let shares = (0..=10_u32).map(|step| f64::from(step) * 0.1);
        let found = shares.map(|share| colour.mix(self.ink, share));
        found.into_iter().find(|colour| colour.contrast(self.paper) >= WORD_CONTRAST).unwrap_or(self.ink)
    }

    fn line_rank(&self, group: usize) -> usize {
        self.lines.iter().position(|line| *line == group).unwrap_or(group)
    }

    /// Returns the dash of a group's lines, where colours cannot tell them apart.
    pub(super) fn dash(&self, group: usize) -> Dash {
        if !self.is_mono() || group == UNGROUPED || self.has_meant_dashes {
            return Dash::Solid;
        }
        Dash::ALL[self.line_rank(group) % Dash::ALL.len()]
    }

    /// Returns the pen of the paper's colour, broader by so many points, that parts a line from the areas which
    /// it crosses.
    pub(super) fn rim(&self, pen: Pen, points: f64) -> Pen {
        Pen::solid(pen.width + points * self.point, self.paper)
    }

    /// Returns a colour of the author's as this look shows it: grey on a copier, light enough on a dark ground.
    pub(super) fn suited(&self, colour: Colour) -> Colour {
        match self.name {
            ThemeName::Report => colour,
            ThemeName::Print => colour.grey(),
            ThemeName::Screen => self.lifted(&[colour])[0],
        }
    }

    /// The same for colours that must stay apart; none if they cannot.
    fn suited_together(&self, colours: &[Colour]) -> Vec<Colour> {
        match self.name {
            ThemeName::Report => colours.to_vec(),
            ThemeName::Print => {
                let greys: Vec<Colour> = colours.iter().map(|colour| colour.full_grey()).collect();
                let is_apart = |one: &Colour, two: &Colour| one.0.abs_diff(two.0) >= GREYS_APART;
                let is_clear =
                    (1..greys.len()).all(|at| greys[..at].iter().all(|one| is_apart(one, &greys[at])));
                if is_clear { greys } else { Vec::new() }
            }
            ThemeName::Screen => self.lifted(colours),
        }
    }

    /// Mixes colours with the ink, all by the same share, until each stands out from the ground.
    fn lifted(&self, colours: &[Colour]) -> Vec<Colour> {
        let lift = |share: f64| -> Vec<Colour> {
            colours.iter().map(|colour| colour.mix(self.ink, share)).collect()
        };
        let shares = (0..20_u32).map(|step| f64::from(step) * 0.05);
        let is_clear = |colours: &Vec<Colour>| {
            colours.iter().all(|colour| colour.contrast(self.paper) >= LEAST_CONTRAST)
        };
        shares.map(lift).find(is_clear).unwrap_or_else(|| lift(1.0))
    }

    /// Returns the colour of the rim around a text: its ground, unless the text would vanish in it.
    pub(super) fn halo(&self, text: Colour, ground: Colour) -> Colour {
        if text.contrast(ground) >= LEAST_CONTRAST { ground } else { text.readable(self.paper, self.ink) }
    }

    /// Returns the shade of a number between the lightest (0) and the darkest (1).
    pub(super) fn shade(&self, share: f64) -> Colour {
        let light = self.paper.mix(self.palette[0], 0.1);
        let dark = if self.is_mono() { self.ink } else { self.palette[0].mix(self.ink, 0.25) };
        light.mix(dark, share.clamp(0.0, 1.0))
    }

    /// Returns the distance of two baselines of text of this size.
    pub(super) fn line(&self, size: f64) -> f64 {
        size * self.leading
    }

    /// The look of a text in the plain face and the full ink.
    pub(super) fn style(&self, size: f64, anchor: Anchor, role: Role) -> Style {
        Style { size, face: Face::Regular, colour: self.ink, anchor, role }
    }

    /// Fills a rectangle as a group's areas are.
    pub(super) fn fill_rectangle(&self, scene: &mut Scene, from: Place, to: Place, fill: Fill, opacity: f64) {
        scene.rectangle(from, to, fill.ground, opacity);
        if let Some((colour, hatch)) = fill.hatch {
            let pen = Pen { width: 0.5 * self.point, colour, opacity, dash: Dash::Solid };
            hatch.draw(scene, (from, to), pen, 3.2 * self.point);
        }
    }

    #[cfg(test)]
    pub(super) fn palette(&self) -> &[Colour] {
        &self.palette
    }
}

/// Lists the groups of a layer's lines.
fn line_groups(layer: &Layer) -> Vec<usize> {
    match &layer.marks {
        Marks::Lines(marks) => marks.iter().map(|mark| mark.group).collect(),
        Marks::Segments(marks) => marks.iter().map(|mark| mark.group).collect(),
        Marks::Rules(marks) => marks.iter().map(|mark| mark.group).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Theme, ThemeName};

    /// WCAG 2.2: 1.4.3 wants 4.5 to 1 for text, 1.4.11 wants 3 to 1 for what carries meaning.
    #[test]
    fn texts_and_marks_stand_out_from_the_paper() {
        for name in [ThemeName::Report, ThemeName::Print, ThemeName::Screen] {
            let theme = Theme::new(name, 300.0);
            for ink in [theme.ink, theme.soft_ink] {
                assert!(ink.contrast(theme.paper) >= 4.5, "{name:?} {ink:?}");
            }
            for mark in [theme.axis, theme.colour(super::UNGROUPED)] {
                assert!(mark.contrast(theme.paper) >= 3.0, "{name:?} {mark:?}");
            }
            // Light greys of the print look are told by their outlines and patterns.
            for colour in theme.palette().iter().filter(|_| !theme.is_mono()) {
                assert!(colour.contrast(theme.paper) >= 3.0, "{name:?} {colour:?}");
            }
            for group in 0..8 {
                let colour = theme.line_colour(group);
                assert!(colour.contrast(theme.paper) >= 3.0, "{name:?} line {group}");
                let word = theme.word_colour(group);
                assert!(word.contrast(theme.paper) >= 4.5, "{name:?} words of {group}");
                let ground = theme.fill(group).ground;
                let written = ground.readable(theme.ink, theme.paper);
                assert!(written.contrast(ground) >= 3.0, "{name:?} value on {group}");
            }
        }
    }

    /// Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
    /// Deficiency" (2009), severity 1: normal, protanopia, deuteranopia.
    const SIGHTS: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ];

    /// Turns a colour as it is seen into CIE L*a*b*.
    fn lab(colour: Colour, sight: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = colour.channels().map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        let by = |row: &[f64; 3], of: &[f64; 3]| row.iter().zip(of).map(|(one, two)| one * two).sum::<f64>();
        let seen = [0, 1, 2].map(|row| by(&sight[row], &linear).clamp(0.0, 1.0));
        let xyz = [
            by(&[0.4124, 0.3576, 0.1805], &seen) / 0.950_47,
            by(&[0.2126, 0.7152, 0.0722], &seen),
            by(&[0.0193, 0.1192, 0.9505], &seen) / 1.088_83,
        ];
        let [x, y, z] =
            xyz.map(|part| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn the_first_colours_are_told_apart_by_colour_blind_readers() {
        for name in [ThemeName::Report, ThemeName::Screen] {
            let theme = Theme::new(name, 300.0);
            for sight in &SIGHTS {
                for one in 0..4 {
                    for two in 0..one {
                        let pair = [one, two].map(|group| lab(theme.colour(group), sight));
                        let squares = pair[0].iter().zip(pair[1]).map(|(one, two)| (one - two).powi(2));
                        let distance = squares.sum::<f64>().sqrt();
                        assert!(distance >= 15.0, "{name:?} {one} {two}: {distance}");
                    }
                }
            }
        }
    }

    #[test]
    fn groups_without_colour_differ_in_dash_or_pattern() {
        let theme = Theme::new(ThemeName::Print, 300.0);
        for one in 0..8 {
            for two in 0..one {
                assert_ne!(theme.fill(one), theme.fill(two), "{one} {two}");
            }
        }
        assert!((1..5).all(|group| theme.dash(group) != theme.dash(0)));
    }
}
