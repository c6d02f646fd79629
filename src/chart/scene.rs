//! The drawn scene: shapes and texts in pixels, in drawing order, free of any drawing library.
//!
//! Marks, axes and legends only add to it, so that a test can ask where everything lies and whether
//! two texts meet, and every output draws the same.

use super::pattern::{Dash, broken};
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

    /// Returns the grey that is as light (ITU-R BT.601).
    pub(super) fn full_grey(self) -> Self {
        let light = (u32::from(self.0) * 299 + u32::from(self.1) * 587 + u32::from(self.2) * 114) / 1000;
        let light = u8::try_from(light).unwrap_or(u8::MAX);
        Self(light, light, light)
    }

    /// The same, at most as light as still stands out from paper.
    pub(super) fn grey(self) -> Self {
        let Self(light, ..) = self.full_grey();
        let light = light.min(0x90);
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
        /// The colour of the rim that keeps lines away from the letters.
        halo: Option<Colour>,
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

    /// Returns the least rectangle around places.
    fn around(places: &[Place]) -> Self {
        let none = Self { left: f64::MAX, top: f64::MAX, right: f64::MIN, bottom: f64::MIN };
        places.iter().fold(none, |area, (x, y)| Self {
            left: area.left.min(*x),
            top: area.top.min(*y),
            right: area.right.max(*x),
            bottom: area.bottom.max(*y),
        })
    }

    /// Tells whether a straight line runs through it: what is left of the line between each pair of edges.
    fn is_cut(&self, (x0, y0): Place, (x1, y1): Place) -> bool {
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (start, way, low, high) in
            [(x0, x1 - x0, self.left, self.right), (y0, y1 - y0, self.top, self.bottom)]
        {
            if way == 0.0 {
                if start < low || start > high {
                    return false;
                }
                continue;
            }
            let (one, two) = ((low - start) / way, (high - start) / way);
            from = from.max(one.min(two));
            to = to.min(one.max(two));
        }
        from <= to
    }

    fn corners(&self) -> [Place; 4] {
        let Self { left, top, right, bottom } = *self;
        [(left, top), (right, top), (right, bottom), (left, bottom)]
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }
}

impl Item {
    /// Returns the room that a text takes: capitals with their marks above, descenders below.
    pub(super) fn text_bounds(&self) -> Option<Bounds> {
        let Self::Text { text, place, style, is_upward, .. } = self else { return None };
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
        self.write(text, place, style, false, None);
    }

    /// Writes a line of text with a rim that keeps what lies behind it away from the letters.
    pub(super) fn text_with_halo(&mut self, text: &str, place: Place, style: Style, halo: Colour) {
        self.write(text, place, style, false, Some(halo));
    }

    /// Writes a line of text that runs upwards, its baseline to the right of the letters at `place`.
    pub(super) fn upward_text(&mut self, text: &str, place: Place, style: Style) {
        self.write(text, place, style, true, None);
    }

    fn write(&mut self, text: &str, place: Place, style: Style, is_upward: bool, halo: Option<Colour>) {
        if !text.is_empty() {
            self.items.push(Item::Text { text: text.to_owned(), place, style, is_upward, halo });
        }
    }

    /// Returns the colour on which a rectangle lies as a whole; on several it is that of the paper.
    pub(super) fn ground(&self, bounds: &Bounds, paper: Colour) -> Colour {
        for item in self.items.iter().rev() {
            let (inside, colour, opacity) = match item {
                Item::Rectangle { from, to, colour, opacity } => {
                    let area = Bounds { left: from.0, top: from.1, right: to.0, bottom: to.1 };
                    let inside = if area.holds(bounds) { 4 } else { usize::from(area.meets(bounds)) };
                    (inside, *colour, *opacity)
                }
                Item::Polygon { corners, colour, opacity } => {
                    let inside =
                        bounds.corners().iter().filter(|corner| is_within(corners, **corner)).count();
                    (inside, *colour, *opacity)
                }
                _ => continue,
            };
            match inside {
                0 => {}
                4 => return paper.mix(colour, opacity),
                _ => return paper,
            }
        }
        paper
    }

    /// Tells whether a rectangle is free of texts.
    pub(super) fn is_free(&self, bounds: &Bounds) -> bool {
        !self.items.iter().filter_map(Item::text_bounds).any(|taken| taken.meets(bounds))
    }

    /// Tells whether lines or symbols run through a rectangle, other than lines of some colours.
    pub(super) fn is_crossed(&self, bounds: &Bounds, faint: &[Colour]) -> bool {
        let longest = 2.0 * (bounds.bottom - bounds.top);
        self.items.iter().any(|item| match item {
            Item::Stroke { places, colour, .. } => {
                !faint.contains(colour) && places.windows(2).any(|pair| bounds.is_cut(pair[0], pair[1]))
            }
            Item::Circle { centre: (x, y), radius, .. } => {
                let [left, top, right, bottom] = [x - radius, y - radius, x + radius, y + radius];
                Bounds { left, top, right, bottom }.meets(bounds)
            }
            Item::Polygon { corners, .. } => {
                let area = Bounds::around(corners);
                // Areas are grounds to write on.
                area.right - area.left < longest && area.bottom - area.top < longest && area.meets(bounds)
            }
            _ => false,
        })
    }

    /// Tells whether a rectangle is free of texts and of all rectangles but the picture's own.
    pub(super) fn is_clear(&self, bounds: &Bounds) -> bool {
        let is_taken = |item: &Item| {
            let Item::Rectangle { from, to, .. } = item else { return false };
            Bounds { left: from.0, top: from.1, right: to.0, bottom: to.1 }.meets(bounds)
        };
        self.is_free(bounds) && !self.items.iter().skip(1).any(is_taken)
    }
}

/// Tells whether a place lies within an outline: a ray from it crosses the outline an odd number of times.
fn is_within(corners: &[Place], (x, y): Place) -> bool {
    let next = corners.iter().cycle().skip(1);
    let crosses = |((x0, y0), (x1, y1)): (&Place, &Place)| {
        (*y0 > y) != (*y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    };
    corners.iter().zip(next).filter(|pair| crosses(*pair)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::Colour;

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
}
