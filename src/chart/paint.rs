//! Writes a scene as SVG with plotters' backend, in fractions of a pixel.
//!
//! plotters' coordinates are integers; the document is laid out in tenths of a pixel and its view
//! box scales it back, which no eye can tell from exact places.

use std::fmt::Write as _;

use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::scene::{Anchor, Colour, Item, Place, Scene, Style};

/// Units of the document per pixel.
const FINE: f64 = 10.0;
/// plotters writes a font size divided by this.
const FONT_SCALE: f64 = 1.24;
/// plotters moves text anchored at its top down by this share of its size.
const TOP_SHIFT: f64 = 0.76;
/// The font as SVG names it, with substitutes for viewers that lack it.
const FAMILY: &str = "Inter, Arial, sans-serif";

/// The width of the rim around letters, half of which lies outside of them, as a share of the text's size.
const HALO: f64 = 0.34;

/// Writes the shapes and texts of a scene, without the document around them.
pub(super) fn write_items(scene: &Scene, width: f64, height: f64) -> String {
    let mut body = String::new();
    for run in scene.items.chunk_by(|one, two| is_plain(one) && is_plain(two)) {
        match run {
            [item @ Item::Dots { .. }] => write_dots(&mut body, item),
            [item @ Item::Text { halo: Some(halo), style, .. }] => {
                write_halo(&mut body, item, *halo, style.size, (width, height));
                write_run(&mut body, run, width, height);
            }
            _ => write_run(&mut body, run, width, height),
        }
    }
    body
}

/// Tells whether plotters alone writes the item.
fn is_plain(item: &Item) -> bool {
    !matches!(item, Item::Dots { .. } | Item::Text { halo: Some(_), .. })
}

/// Writes the letters of a text once more below it, with a broad rim. One element with `paint-order` would
/// do, but viewers that do not know it would draw the rim over the letters.
fn write_halo(body: &mut String, item: &Item, halo: Colour, size: f64, (width, height): (f64, f64)) {
    let mut below = item.clone();
    if let Item::Text { style, .. } = &mut below {
        style.colour = halo;
    }
    let Colour(red, green, blue) = halo;
    let rim = fine_size(size * HALO);
    let _ = writeln!(
        body,
        "<g aria-hidden=\"true\" stroke=\"#{red:02X}{green:02X}{blue:02X}\" stroke-width=\"{rim}\">"
    );
    write_run(body, std::slice::from_ref(&below), width, height);
    body.push_str("</g>\n");
}

fn write_run(body: &mut String, items: &[Item], width: f64, height: f64) {
    let mut document = String::new();
    let mut backend = SVGBackend::with_string(&mut document, (fine_size(width), fine_size(height)));
    for item in items {
        paint(&mut backend, item);
    }
    // Writing to memory cannot fail.
    drop(backend.present());
    drop(backend);
    let inner = document.split_once('\n').map_or("", |(_, rest)| rest);
    body.push_str(inner.strip_suffix("</svg>\n").unwrap_or(inner));
}

/// Thousands of circles take a viewer seconds, one shape of as many squares does not.
fn write_dots(body: &mut String, item: &Item) {
    let Item::Dots { centres, radius, colour, opacity } = item else { return };
    let side = fine(radius * 1.8).max(1);
    let Colour(red, green, blue) = *colour;
    let _ = write!(body, "<path fill=\"#{red:02X}{green:02X}{blue:02X}\" opacity=\"{opacity}\" d=\"");
    for (x, y) in centres {
        let (left, top) = (fine(*x) - side / 2, fine(*y) - side / 2);
        let _ = write!(body, "M{left} {top}h{side}v{side}h-{side}z");
    }
    body.push_str("\"/>\n");
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and what is beyond lies outside the picture"
)]
fn fine(length: f64) -> i32 {
    (length * FINE).round() as i32
}

fn fine_place((x, y): Place) -> (i32, i32) {
    (fine(x), fine(y))
}

fn fine_size(length: f64) -> u32 {
    u32::try_from(fine(length)).unwrap_or(0).max(1)
}

fn with(colour: Colour, opacity: f64) -> RGBAColor {
    RGBAColor(colour.0, colour.1, colour.2, opacity)
}

fn filled(colour: Colour, opacity: f64) -> ShapeStyle {
    ShapeStyle { color: with(colour, opacity), filled: true, stroke_width: 0 }
}

/// Draws one item. Writing to memory cannot fail, so what the backend returns is dropped.
fn paint(backend: &mut SVGBackend, item: &Item) {
    match item {
        Item::Rectangle { from, to, colour, opacity } => {
            let style = filled(*colour, *opacity);
            drop(backend.draw_rect(fine_place(*from), fine_place(*to), &style, true));
        }
        Item::Stroke { places, width, colour, opacity } => {
            let stroke_width = fine_size(*width);
            let style = ShapeStyle { color: with(*colour, *opacity), filled: false, stroke_width };
            match places.as_slice() {
                [from, to] => drop(backend.draw_line(fine_place(*from), fine_place(*to), &style)),
                places => drop(backend.draw_path(places.iter().copied().map(fine_place), &style)),
            }
        }
        Item::Polygon { corners, colour, opacity } => {
            let style = filled(*colour, *opacity);
            drop(backend.fill_polygon(corners.iter().copied().map(fine_place), &style));
        }
        Item::Circle { centre, radius, colour, opacity } => {
            let style = filled(*colour, *opacity);
            drop(backend.draw_circle(fine_place(*centre), fine_size(*radius), &style, true));
        }
        Item::Text { text, place, style, is_upward, .. } => {
            write_text(backend, text, *place, style, *is_upward);
        }
        Item::Dots { .. } => {}
    }
}

fn write_text(backend: &mut SVGBackend, text: &str, place: Place, style: &Style, is_upward: bool) {
    let shift = TOP_SHIFT * style.size;
    let (top, turn) = if is_upward {
        ((place.0 - shift, place.1), FontTransform::Rotate270)
    } else {
        ((place.0, place.1 - shift), FontTransform::None)
    };
    let h_pos = match style.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let size = (style.size * FINE).round() * FONT_SCALE;
    let font = FontDesc::new(FontFamily::Name(FAMILY), size, style.face.style()).transform(turn);
    let colour = with(style.colour, 1.0);
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(h_pos, VPos::Top));
    drop(backend.draw_text(text, &style, fine_place(top)));
}
