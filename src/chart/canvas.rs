//! Draws on plotters' SVG backend in fractions of a pixel.
//!
//! plotters' coordinates are integers; the document is laid out in tenths of a pixel and its view
//! box scales it back, which no eye can tell from exact places.

use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::text::Face;

/// Units of the document per pixel.
const FINE: f64 = 10.0;
/// plotters writes a font size divided by this.
const FONT_SCALE: f64 = 1.24;
/// plotters moves text anchored at its top down by this share of its size.
const TOP_SHIFT: f64 = 0.76;
/// The font as SVG names it, with substitutes for viewers that lack it.
const FAMILY: &str = "Inter, Arial, sans-serif";

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(u8, u8, u8);

impl Colour {
    pub(super) const WHITE: Self = Self(255, 255, 255);

    pub(super) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self(red, green, blue)
    }

    /// Mixes with white; 0 leaves the colour, 1 gives white.
    pub(super) fn lighter(self, share: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the mean of two bytes is a byte"
        )]
        let mix = |part: u8| (f64::from(part) * (1.0 - share) + 255.0 * share).round() as u8;
        Self(mix(self.0), mix(self.1), mix(self.2))
    }

    /// Returns white or `dark`, whichever reads better on this colour (WCAG 2 relative luminance).
    pub(super) fn readable_ink(self, dark: Self) -> Self {
        let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
        let luminance = 0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2);
        if luminance < 0.3 { Self::WHITE } else { dark }
    }

    /// Returns the terminal's sequence that writes in this colour.
    pub(super) fn foreground(self) -> String {
        format!("\u{1b}[38;2;{};{};{}m", self.0, self.1, self.2)
    }

    /// Returns the terminal's sequence that writes on this colour.
    pub(super) fn background(self) -> String {
        format!("\u{1b}[48;2;{};{};{}m", self.0, self.1, self.2)
    }

    fn with(self, opacity: f64) -> RGBAColor {
        RGBAColor(self.0, self.1, self.2, opacity)
    }
}

/// Which point of a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture under way. Writing to memory cannot fail, so drawing returns nothing.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and what is beyond lies outside the picture"
)]
fn fine(length: f64) -> i32 {
    (length * FINE).round() as i32
}

fn fine_place((x, y): (f64, f64)) -> (i32, i32) {
    (fine(x), fine(y))
}

fn fine_size(length: f64) -> u32 {
    u32::try_from(fine(length)).unwrap_or(0).max(1)
}

impl<'a> Canvas<'a> {
    /// Opens a document of a size in pixels.
    pub(super) fn new(document: &'a mut String, width: f64, height: f64) -> Self {
        Self { backend: SVGBackend::with_string(document, (fine_size(width), fine_size(height))) }
    }

    pub(super) fn rectangle(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, opacity: f64) {
        let style = ShapeStyle { color: colour.with(opacity), filled: true, stroke_width: 0 };
        drop(self.backend.draw_rect(fine_place(from), fine_place(to), &style, true));
    }

    pub(super) fn line(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        width: f64,
        colour: Colour,
        opacity: f64,
    ) {
        let style = ShapeStyle { color: colour.with(opacity), filled: false, stroke_width: fine_size(width) };
        drop(self.backend.draw_line(fine_place(from), fine_place(to), &style));
    }

    pub(super) fn path(&mut self, places: &[(f64, f64)], width: f64, colour: Colour, opacity: f64) {
        let style = ShapeStyle { color: colour.with(opacity), filled: false, stroke_width: fine_size(width) };
        drop(self.backend.draw_path(places.iter().copied().map(fine_place), &style));
    }

    pub(super) fn polygon(&mut self, corners: &[(f64, f64)], colour: Colour, opacity: f64) {
        let style = ShapeStyle { color: colour.with(opacity), filled: true, stroke_width: 0 };
        drop(self.backend.fill_polygon(corners.iter().copied().map(fine_place), &style));
    }

    pub(super) fn circle(&mut self, centre: (f64, f64), radius: f64, colour: Colour, opacity: f64) {
        let style = ShapeStyle { color: colour.with(opacity), filled: true, stroke_width: 0 };
        drop(self.backend.draw_circle(fine_place(centre), fine_size(radius), &style, true));
    }

    /// Writes a line of text with its baseline at `place`.
    pub(super) fn text(
        &mut self,
        text: &str,
        place: (f64, f64),
        size: f64,
        face: Face,
        colour: Colour,
        anchor: Anchor,
    ) {
        let top = (place.0, place.1 - TOP_SHIFT * size);
        self.write(text, top, size, face, colour, anchor, FontTransform::None);
    }

    /// Writes a line of text that runs upwards, its baseline to the right of the letters at `place`.
    pub(super) fn upward_text(
        &mut self,
        text: &str,
        place: (f64, f64),
        size: f64,
        colour: Colour,
        anchor: Anchor,
    ) {
        let top = (place.0 - TOP_SHIFT * size, place.1);
        self.write(text, top, size, Face::Regular, colour, anchor, FontTransform::Rotate270);
    }

    #[expect(clippy::too_many_arguments, reason = "the two public forms above bind what they share")]
    fn write(
        &mut self,
        text: &str,
        top: (f64, f64),
        size: f64,
        face: Face,
        colour: Colour,
        anchor: Anchor,
        turn: FontTransform,
    ) {
        if text.is_empty() {
            return;
        }
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let size = (size * FINE).round() * FONT_SCALE;
        let font = FontDesc::new(FontFamily::Name(FAMILY), size, face.style()).transform(turn);
        let colour = colour.with(1.0);
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h_pos, VPos::Top));
        drop(self.backend.draw_text(text, &style, fine_place(top)));
    }

    /// Closes the document.
    pub(super) fn finish(mut self) {
        drop(self.backend.present());
    }
}
