//! Turns rows into words at places, and moves them where they would meet others or lines.

use super::layout::Panel;
use super::plot::{Layer, Text};
use super::scale::number_of;
use super::scene::{Anchor, Bounds, Role, Scene, Style};
use super::text::{Face, width_em, wrap};
use super::theme::Theme;

/// The length of a line in em; longer texts are wrapped.
const LIMIT_EM: f64 = 24.0;

/// With more texts than this there is no room beside the lines.
const MANY: usize = 200;

/// A text in lines, with its size in pixels.
pub(super) struct Wrapped {
    lines: Vec<String>,
    size: f64,
    face: Face,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Wraps a text.
pub(super) fn wrap_text(text: &Text, layer: &Layer, theme: &Theme) -> Wrapped {
    let size = layer.look.size_pt.map_or(theme.value_size, |size| size * theme.point);
    let face = if text.is_bold { Face::SemiBold } else { Face::Regular };
    let lines = wrap(&text.words, LIMIT_EM, face);
    let width = lines.iter().map(|line| width_em(line, face)).fold(0.0, f64::max) * size;
    let height = theme.line(size) * number_of(lines.len() - 1) + size * 0.73;
    Wrapped { lines, size, face, width, height }
}

/// Returns how far a text reaches to the right of its place and above it, in pixels.
pub(super) fn reach(text: &Text, layer: &Layer, theme: &Theme) -> (f64, f64) {
    let Wrapped { size, width, height, .. } = wrap_text(text, layer, theme);
    let right = text.offset.0 * theme.point + width * (1.0 - text.hjust);
    let above = size * 0.8 - size * 0.73 * text.vjust + (height - size * 0.73) * (1.0 - text.vjust);
    (right + size * 0.2, text.offset.1 * theme.point + above + size * 0.3)
}

/// Draws the texts; one that would meet another, or a line, is moved up or down by half lines until it does not.
pub(super) fn draw(scene: &mut Scene, panel: &Panel, theme: &Theme, layer: &Layer, texts: &[Text]) {
    let faint = [theme.grid, theme.paper, theme.axis];
    for text in texts.iter().filter(|text| panel.shows(text.place)) {
        let Wrapped { lines, size, face, width: widest, height } = wrap_text(text, layer, theme);
        let (x, y) = panel.pixel(text.place);
        let (x, y) = (x + text.offset.0 * theme.point, y - text.offset.1 * theme.point);
        // Words stay inside the panel.
        let left = (x - widest * text.hjust).clamp(panel.left, (panel.right - widest).max(panel.left));
        let first = y + size * 0.73 * text.vjust - (height - size * 0.73) * (1.0 - text.vjust);
        let bounds = |down: f64| Bounds {
            left,
            right: left + widest,
            top: first + down - size * 0.8,
            bottom: first + down + height - size * 0.6,
        };
        let is_inside = |down: f64| bounds(down).top >= panel.top && bounds(down).bottom <= panel.bottom;
        let step = theme.line(size) * 0.5;
        let shifts = (0..9).map(|index| {
            let away = step * number_of(usize::div_ceil(index, 2));
            if index % 2 == 0 { away } else { -away }
        });
        let mut free = shifts.filter(|down| is_inside(*down) && scene.is_free(&bounds(*down)));
        let first_free = free.next();
        // Best away from lines too; else their rims keep the letters clear.
        let is_open = |down: &f64| texts.len() > MANY || !scene.is_crossed(&bounds(*down), &faint);
        let down = first_free.into_iter().chain(free).find(is_open).or(first_free).unwrap_or(0.0);
        let ground = scene.ground(&bounds(down), theme.paper);
        let colour = match (layer.look.colour, layer.is_grouped) {
            (Some(colour), _) => colour,
            (None, true) => theme.word_colour(text.group),
            (None, false) => ground.readable(theme.ink, theme.paper),
        };
        let halo = theme.halo(colour, ground);
        for (index, line) in lines.iter().enumerate() {
            let style = Style { size, face, colour, anchor: Anchor::Start, role: Role::Value };
            let inner = (widest - width_em(line, face) * size) * text.hjust;
            let place = (left + inner, first + down + theme.line(size) * number_of(index));
            scene.text_with_halo(line, place, style, halo);
        }
    }
}
