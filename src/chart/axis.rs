//! Lays out and draws the labels of the two axes.
//!
//! Labels of categories under an axis are wrapped first, turned upright if that is not enough, and
//! thinned last; labels of a sequence such as years are thinned first, since the missing ones are
//! known. Labels left of an axis are wrapped and then shortened.

use super::canvas::{Anchor, Canvas};
use super::layout::Panel;
use super::scale::{Break, number_of};
use super::text::{Face, shorten, width_em, wrap, wraps_whole};
use super::theme::Theme;

/// The labels of one axis, ready to be drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    /// Each label's place on the axis and its lines.
    pub(super) lines: Vec<(f64, Vec<String>)>,
    /// Whether the labels run upwards.
    pub(super) is_upright: bool,
    /// The room that they take away from the panel, in pixels.
    pub(super) room: f64,
}

/// The most lines of a wrapped label.
const MOST_LINES: usize = 3;

/// Lays out labels of numbers or dates below an axis of `width` pixels.
pub(super) fn breaks_below(breaks: &[Break], width: f64, theme: &Theme) -> Labels {
    let widest = breaks.iter().map(|found| width_em(&found.label, Face::Regular)).fold(0.0, f64::max);
    let band = width / number_of(breaks.len().saturating_sub(1).max(1));
    let every = step_for(widest * theme.label_size * 1.25, band);
    let lines = breaks.iter().step_by(every).map(|found| (found.at, vec![found.label.clone()])).collect();
    Labels { lines, is_upright: false, room: gap(theme) + theme.line(theme.label_size) }
}

/// Lays out labels of numbers or dates left of an axis.
pub(super) fn breaks_left(breaks: &[Break], theme: &Theme) -> Labels {
    let widest = breaks.iter().map(|found| width_em(&found.label, Face::Regular)).fold(0.0, f64::max);
    let lines = breaks.iter().map(|found| (found.at, vec![found.label.clone()])).collect();
    Labels { lines, is_upright: false, room: gap(theme) + widest * theme.label_size }
}

/// Lays out names below an axis of `width` pixels, in at most `most_room` pixels of height.
pub(super) fn names_below(
    names: &[String],
    is_sequence: bool,
    width: f64,
    most_room: f64,
    theme: &Theme,
) -> Labels {
    let size = theme.label_size;
    let band = width / number_of(names.len().max(1));
    let limit = band * 0.94 / size;
    let widest = names.iter().map(|name| width_em(name, Face::Regular)).fold(0.0, f64::max);
    if is_sequence {
        let every = step_for(widest * size * 1.3, band);
        return level(names.iter().map(|name| vec![name.clone()]), every, 1, theme);
    }
    if names.iter().all(|name| wraps_whole(name, limit, Face::Regular, MOST_LINES)) {
        let lines: Vec<Vec<String>> =
            names.iter().map(|name| wrap(name, limit, Face::Regular, MOST_LINES)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1);
        return level(lines.into_iter(), 1, most, theme);
    }
    let every = step_for(theme.line(size), band);
    let longest = (most_room - gap(theme)).max(size) / size;
    let most_lines =
        [MOST_LINES, 2, 1].into_iter().find(|count| theme.line(size) * number_of(*count) <= band * 0.9);
    let lines: Vec<(f64, Vec<String>)> = names
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(at, name)| (number_of(at), wrap_whole(name, longest, most_lines.unwrap_or(1))))
        .collect();
    Labels { room: gap(theme) + widest_em(&lines) * size, lines, is_upright: true }
}

/// Wraps a label and shortens the lines whose single words are too long.
fn wrap_whole(name: &str, limit_em: f64, most_lines: usize) -> Vec<String> {
    let lines = wrap(name, limit_em, Face::Regular, most_lines);
    lines.iter().map(|line| shorten(line, limit_em, Face::Regular)).collect()
}

fn widest_em(lines: &[(f64, Vec<String>)]) -> f64 {
    lines.iter().flat_map(|(_, lines)| lines).map(|line| width_em(line, Face::Regular)).fold(0.0, f64::max)
}

/// Lays out names left of an axis of `height` pixels, in at most `most_room` pixels of width.
pub(super) fn names_left(names: &[String], height: f64, most_room: f64, theme: &Theme) -> Labels {
    let size = theme.label_size;
    let band = height / number_of(names.len().max(1));
    let fit_lines =
        [MOST_LINES, 2, 1].into_iter().find(|lines| number_of(*lines) * theme.line(size) <= band * 0.95);
    let every = step_for(theme.line(size), band);
    let limit = (most_room - gap(theme)).max(size) / size;
    let lines: Vec<(f64, Vec<String>)> = names
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(at, name)| (number_of(at), wrap_whole(name, limit, fit_lines.unwrap_or(1))))
        .collect();
    Labels { room: gap(theme) + widest_em(&lines) * size, lines, is_upright: false }
}

fn level(names: impl Iterator<Item = Vec<String>>, every: usize, most_lines: usize, theme: &Theme) -> Labels {
    let lines = names.enumerate().step_by(every).map(|(at, lines)| (number_of(at), lines)).collect();
    Labels {
        lines,
        is_upright: false,
        room: gap(theme) + theme.line(theme.label_size) * number_of(most_lines),
    }
}

/// Returns the least step at which labels of this length do not meet.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive quotient")]
fn step_for(length: f64, band: f64) -> usize {
    if band <= 0.0 || !length.is_finite() { 1 } else { ((length / band).ceil() as usize).max(1) }
}

/// The distance between the panel and its labels.
fn gap(theme: &Theme) -> f64 {
    theme.label_size * 0.55
}

/// Draws the labels below the panel.
pub(super) fn draw_below(canvas: &mut Canvas, panel: &Panel, theme: &Theme, labels: &Labels) {
    let size = theme.label_size;
    for (at, lines) in &labels.lines {
        let x = panel.x_pixel(*at);
        let top = panel.bottom + gap(theme);
        if labels.is_upright {
            let first = x + size * 0.36 - theme.line(size) * (number_of(lines.len()) - 1.0) / 2.0;
            for (index, line) in lines.iter().enumerate() {
                let baseline = first + theme.line(size) * number_of(index);
                canvas.upward_text(line, (baseline, top), size, theme.ink, Anchor::End);
            }
            continue;
        }
        for (index, line) in lines.iter().enumerate() {
            let baseline = top + size * 0.95 + theme.line(size) * number_of(index);
            canvas.text(line, (x, baseline), size, Face::Regular, theme.ink, Anchor::Middle);
        }
    }
}

/// Draws the labels left of the panel.
pub(super) fn draw_left(canvas: &mut Canvas, panel: &Panel, theme: &Theme, labels: &Labels) {
    let size = theme.label_size;
    for (at, lines) in &labels.lines {
        let middle = panel.y_pixel(*at) + size * 0.36;
        let first = middle - theme.line(size) * (number_of(lines.len()) - 1.0) / 2.0;
        for (index, line) in lines.iter().enumerate() {
            let baseline = first + theme.line(size) * number_of(index);
            canvas.text(
                line,
                (panel.left - gap(theme), baseline),
                size,
                Face::Regular,
                theme.ink,
                Anchor::End,
            );
        }
    }
}
