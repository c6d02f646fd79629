//! The drawn scene: shapes and texts in pixels, in drawing order, free of any drawing library.
//!
//! Marks, axes and legends only add to it, so that a test can ask where everything lies and whether
//! two texts meet, and every output draws the same.

use super::text::{Face, width_em};

/// A place in pixels, from the upper left corner.
pub(super) type Place = (f64, f64);

/// An opaque colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

impl Colour {
    pub(super) const WHITE: Self = Self(255, 255, 255);

    pub(super) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self(red, green, blue)
    }

    /// Reads `#rrggbb`, `#rgb` or a name of CSS.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = ggsql::plot::scale::colour::color_to_hex(text).ok()?;
        let digits = hex.strip_prefix('#').filter(|digits| digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    #[cfg(test)]
    pub(super) fn channels(self) -> [u8; 3] {
        [self.0, self.1, self.2]
    }

    /// Returns the grey that is as light (ITU-R BT.601), at most as light as still stands out from paper.
    pub(super) fn grey(self) -> Self {
        let light = (u32::from(self.0) * 299 + u32::from(self.1) * 587 + u32::from(self.2) * 114) / 1000;
        let light = u8::try_from(light.min(0x90)).unwrap_or(0x90);
        Self(light, light, light)
    }

    /// Mixes with another colour; 0 leaves this one, 1 gives the other.
    pub(super) fn mix(self, other: Self, share: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the mean of two bytes is a byte"
        )]
        let mix = |one: u8, two: u8| (f64::from(one) * (1.0 - share) + f64::from(two) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Returns the relative luminance (WCAG 2.2, "relative luminance").
    pub(super) fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Returns the contrast ratio with another colour, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Returns whichever of two inks reads better on this colour.
    pub(super) fn readable(self, one: Self, two: Self) -> Self {
        if self.contrast(one) >= self.contrast(two) { one } else { two }
    }

    /// Returns the terminal's sequence that writes in this colour.
    pub(super) fn foreground(self) -> String {
        format!("\u{1b}[38;2;{};{};{}m", self.0, self.1, self.2)
    }

    /// Returns the terminal's sequence that writes on this colour.
    pub(super) fn background(self) -> String {
        format!("\u{1b}[48;2;{};{};{}m", self.0, self.1, self.2)
    }
}

/// Which point of a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Note,
    Axis,
    Legend,
    Strip,
    Value,
}

/// The look of a line of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: f64,
    pub(super) face: Face,
    pub(super) colour: Colour,
    pub(super) anchor: Anchor,
    pub(super) role: Role,
}

/// The look of a line or of the rim of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub(super) width: f64,
    pub(super) colour: Colour,
    pub(super) opacity: f64,
    pub(super) dash: Dash,
}

impl Pen {
    pub(super) fn solid(width: f64, colour: Colour) -> Self {
        Self { width, colour, opacity: 1.0, dash: Dash::Solid }
    }
}

/// How a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Into dashes.
    Dashed,
    /// Into dots.
    Dotted,
    /// Into long dashes.
    Long,
    /// Into dashes and dots.
    Mixed,
}

impl Dash {
    /// All of them, in the order in which groups get them.
    pub(super) const ALL: [Self; 5] = [Self::Solid, Self::Dashed, Self::Dotted, Self::Long, Self::Mixed];

    /// Reads the name that the grammar gives.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "solid" => Some(Self::Solid),
            "dashed" => Some(Self::Dashed),
            "dotted" => Some(Self::Dotted),
            "longdash" => Some(Self::Long),
            "dotdash" | "dashdot" | "twodash" => Some(Self::Mixed),
            _ => None,
        }
    }

    /// Lengths of strokes and gaps in widths of the line.
    fn lengths(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[3.6, 2.4],
            Self::Dotted => &[1.1, 1.7],
            Self::Long => &[7.0, 2.6],
            Self::Mixed => &[5.0, 2.0, 1.2, 2.0],
        }
    }
}

/// One shape or text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Rectangle {
        from: Place,
        to: Place,
        colour: Colour,
        opacity: f64,
    },
    Stroke {
        places: Vec<Place>,
        width: f64,
        colour: Colour,
        opacity: f64,
    },
    Polygon {
        corners: Vec<Place>,
        colour: Colour,
        opacity: f64,
    },
    Circle {
        centre: Place,
        radius: f64,
        colour: Colour,
        opacity: f64,
    },
    /// Many small squares of one colour, written as one shape.
    Dots {
        centres: Vec<Place>,
        radius: f64,
        colour: Colour,
        opacity: f64,
    },
    Text {
        text: String,
        place: Place,
        style: Style,
        is_upward: bool,
    },
}

/// A rectangle: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Bounds {
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

impl Item {
    /// Returns the room that a text takes: capitals with their marks above, descenders below.
    pub(super) fn text_bounds(&self) -> Option<Bounds> {
        let Self::Text { text, place, style, is_upward } = self else { return None };
        let size = style.size;
        let length = width_em(text, style.face) * size;
        let before = match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => length / 2.0,
            Anchor::End => length,
        };
        let (x, y) = *place;
        Some(if *is_upward {
            Bounds {
                left: x - size * 0.8,
                right: x + size * 0.2,
                bottom: y + before,
                top: y + before - length,
            }
        } else {
            Bounds {
                left: x - before,
                right: x - before + length,
                top: y - size * 0.8,
                bottom: y + size * 0.2,
            }
        })
    }
}

/// A picture under way.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scene {
    pub(super) items: Vec<Item>,
}

impl Scene {
    pub(super) fn rectangle(&mut self, from: Place, to: Place, colour: Colour, opacity: f64) {
        self.items.push(Item::Rectangle { from, to, colour, opacity });
    }

    pub(super) fn line(&mut self, from: Place, to: Place, pen: Pen) {
        self.stroke(&[from, to], pen);
    }

    /// Draws a line through places, broken as the pen says.
    pub(super) fn stroke(&mut self, places: &[Place], pen: Pen) {
        let Pen { width, colour, opacity, dash } = pen;
        for places in broken(places, dash, width) {
            self.items.push(Item::Stroke { places, width, colour, opacity });
        }
    }

    pub(super) fn polygon(&mut self, corners: Vec<Place>, colour: Colour, opacity: f64) {
        self.items.push(Item::Polygon { corners, colour, opacity });
    }

    pub(super) fn circle(&mut self, centre: Place, radius: f64, colour: Colour, opacity: f64) {
        self.items.push(Item::Circle { centre, radius, colour, opacity });
    }

    /// Writes a line of text with its baseline at `place`.
    pub(super) fn text(&mut self, text: &str, place: Place, style: Style) {
        self.write(text, place, style, false);
    }

    /// Writes a line of text that runs upwards, its baseline to the right of the letters at `place`.
    pub(super) fn upward_text(&mut self, text: &str, place: Place, style: Style) {
        self.write(text, place, style, true);
    }

    fn write(&mut self, text: &str, place: Place, style: Style, is_upward: bool) {
        if !text.is_empty() {
            self.items.push(Item::Text { text: text.to_owned(), place, style, is_upward });
        }
    }

    /// Tells whether a rectangle is free of texts.
    pub(super) fn is_free(&self, bounds: &Bounds) -> bool {
        !self.items.iter().filter_map(Item::text_bounds).any(|taken| taken.meets(bounds))
    }

    /// Fills a rectangle with slanting lines over its ground.
    pub(super) fn hatch(&mut self, from: Place, to: Place, pen: Pen, gap: f64, is_rising: bool) {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        if width <= 0.0 || height <= 0.0 || gap <= 0.0 {
            return;
        }
        let mut offset = gap / 2.0;
        while offset < width + height {
            // A line of 45 degrees that enters at the top or at the left edge.
            let (x0, y0) = if offset <= height { (0.0, offset) } else { (offset - height, height) };
            let (x1, y1) = if offset <= width { (offset, 0.0) } else { (width, offset - width) };
            let place = |x: f64, y: f64| {
                if is_rising { (from.0 + x, from.1 + y) } else { (from.0 + x, to.1 - y) }
            };
            self.line(place(x0, y0), place(x1, y1), pen);
            offset += gap;
        }
    }
}

/// Cuts a line into the strokes of a dash; the pattern goes on over its corners.
fn broken(places: &[Place], dash: Dash, width: f64) -> Vec<Vec<Place>> {
    let lengths: Vec<f64> = dash.lengths().iter().map(|length| length * width).collect();
    if lengths.is_empty() || width <= 0.0 {
        return vec![places.to_vec()];
    }
    let mut strokes: Vec<Vec<Place>> = Vec::new();
    let (mut step, mut left) = (0, lengths[0]);
    let mut stroke: Vec<Place> = places.first().copied().into_iter().collect();
    for pair in places.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        while length - done > left && strokes.len() < 20_000 {
            done += left;
            let share = done / length;
            let at = (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
            if step % 2 == 0 {
                stroke.push(at);
                strokes.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![at];
            }
            step = (step + 1) % lengths.len();
            left = lengths[step];
        }
        left -= length - done;
        if step % 2 == 0 {
            stroke.push((x1, y1));
        }
    }
    if stroke.len() > 1 {
        strokes.push(stroke);
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::{Colour, Dash, broken};

    #[test]
    fn colours_are_read_as_css_writes_them() {
        assert_eq!(Colour::parse("#D55E00"), Some(Colour::new(0xD5, 0x5E, 0)));
        assert_eq!(Colour::parse("red"), Some(Colour::new(255, 0, 0)));
        assert_eq!(Colour::parse("đỏ"), None);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let (black, white) = (Colour::new(0, 0, 0), Colour::WHITE);
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((Colour::new(0x77, 0x77, 0x77).contrast(white) - 4.48).abs() < 0.01);
    }

    #[test]
    fn dashes_cover_their_share_of_a_line_and_go_round_corners() {
        let strokes = broken(&[(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)], Dash::Dashed, 1.0);
        assert_eq!(strokes.len(), 10);
        assert_eq!(strokes[0], [(0.0, 0.0), (3.6, 0.0)]);
        assert!(strokes.iter().all(|stroke| stroke.len() >= 2));
        assert_eq!(broken(&[(0.0, 0.0), (9.0, 0.0)], Dash::Solid, 1.0).len(), 1);
    }
}
