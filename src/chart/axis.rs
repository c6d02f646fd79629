//! Lays out and draws the labels of the two axes.
//!
//! Labels of categories under an axis are wrapped first, turned upright if that is not enough, and
//! thinned last; labels of a sequence such as years are thinned first, since the missing ones are
//! known. Labels left of an axis are wrapped. A label is never cut: one that does not fit is named, so that
//! the chart can be refused.

use super::layout::Panel;
use super::scale::{Break, number_of};
use super::scene::{Anchor, Role, Scene, Style};
use super::text::{Face, width_em, wrap, wraps_whole};
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
    /// The place whose label is set in the heavier face: the year that is reported on.
    pub(super) stressed: Option<f64>,
    /// The distance between the panel and the labels, in pixels, more than the usual one.
    pub(super) apart: f64,
    /// A label that does not fit.
    pub(super) unfit: Option<String>,
}

/// The most lines of a label that stands level below an axis.
const MOST_LINES: usize = 4;
/// The shares of a picture's width that labels left of an axis may take, the first that suffices.
const LEFT_SHARES: [f64; 3] = [0.4, 0.5, 0.6];

/// Lays out labels of numbers or dates below an axis of `width` pixels.
pub(super) fn breaks_below(breaks: &[Break], width: f64, theme: &Theme) -> Labels {
    let widest = breaks.iter().map(|found| width_em(&found.label, Face::Regular)).fold(0.0, f64::max);
    let band = width / number_of(breaks.len().saturating_sub(1).max(1));
    let every = step_for(widest * theme.label_size * 1.25, band);
    let lines = breaks.iter().step_by(every).map(|found| (found.at, vec![found.label.clone()])).collect();
    Labels { lines, room: gap(theme) + theme.line(theme.label_size), ..Labels::default() }
}

/// Lays out labels of numbers or dates left of an axis.
pub(super) fn breaks_left(breaks: &[Break], theme: &Theme) -> Labels {
    let widest = breaks.iter().map(|found| width_em(&found.label, Face::Regular)).fold(0.0, f64::max);
    let lines = breaks.iter().map(|found| (found.at, vec![found.label.clone()])).collect();
    Labels { lines, room: gap(theme) + widest * theme.label_size, ..Labels::default() }
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
        return sequence_below(names, step_for(widest * size * 1.3, band), theme);
    }
    if names.iter().all(|name| wraps_whole(name, limit, Face::Regular, MOST_LINES)) {
        let lines: Vec<Vec<String>> = names.iter().map(|name| wrap(name, limit, Face::Regular)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1);
        return Labels { stressed: last_year(names), ..level(lines.into_iter(), 1, most, theme) };
    }
    let every = step_for(theme.line(size), band);
    let longest = (most_room - gap(theme)).max(size) / size;
    let (lines, unfit) = wrap_all(names, every, longest, band, theme);
    Labels {
        room: gap(theme) + widest_em(&lines) * size,
        lines,
        is_upright: true,
        unfit,
        ..Labels::default()
    }
}

/// Wraps every `every`th label, and finds one that needs more lines than its room along the axis has.
fn wrap_all(
    names: &[String],
    every: usize,
    limit_em: f64,
    band: f64,
    theme: &Theme,
) -> (Vec<(f64, Vec<String>)>, Option<String>) {
    let room = band * number_of(every) * 0.97;
    let wrapped = names.iter().enumerate().step_by(every);
    let lines: Vec<(f64, Vec<String>)> =
        wrapped.map(|(at, name)| (number_of(at), wrap(name, limit_em, Face::Regular))).collect();
    let is_unfit =
        |lines: &Vec<String>| lines.len() > 1 && theme.line(theme.label_size) * number_of(lines.len()) > room;
    let unfit = names.iter().step_by(every).zip(&lines).find(|(_, (_, lines))| is_unfit(lines));
    let unfit = unfit.map(|(name, _)| name.trim().to_owned());
    (lines, unfit)
}

/// Lays out years and the like: the last one always has its label, others by steps back from it.
fn sequence_below(names: &[String], every: usize, theme: &Theme) -> Labels {
    let mut labels = level(names.iter().map(|name| vec![name.clone()]), 1, 1, theme);
    let last = names.len().saturating_sub(1);
    let is_kept =
        |at: f64| (0..=last).rev().step_by(every).any(|kept| number_of(kept).total_cmp(&at).is_eq());
    labels.lines.retain(|(at, _)| is_kept(*at));
    labels.stressed = last_year(names);
    labels
}

fn widest_em(lines: &[(f64, Vec<String>)]) -> f64 {
    lines.iter().flat_map(|(_, lines)| lines).map(|line| width_em(line, Face::Regular)).fold(0.0, f64::max)
}

/// Lays out names left of an axis of `height` pixels in a picture of `width` pixels.
pub(super) fn names_left(
    names: &[String],
    is_sequence: bool,
    height: f64,
    width: f64,
    theme: &Theme,
) -> Labels {
    let size = theme.label_size;
    let band = height / number_of(names.len().max(1));
    // Names are left out only where their letters would touch.
    let every = step_for(size * 1.08, band);
    let laid = |share: f64| {
        let limit = (width * share - gap(theme)).max(size) / size;
        let (lines, unfit) = wrap_all(names, every, limit, band, theme);
        // The stressed one is set in the heavier face.
        let widest = lines.iter().flat_map(|(_, lines)| lines).map(|line| width_em(line, Face::SemiBold));
        let widest = if is_sequence { widest.fold(0.0, f64::max) } else { widest_em(&lines) };
        Labels { room: gap(theme) + widest * size, lines, unfit, ..Labels::default() }
    };
    let mut labels = Labels::default();
    for share in LEFT_SHARES {
        labels = laid(share);
        if labels.unfit.is_none() {
            break;
        }
    }
    labels.stressed = last_year(names).filter(|_| is_sequence);
    labels
}

/// Returns the place of the last of several years, the one that is reported on. `2023 (đến 14/12)` is a year, too.
fn last_year(names: &[String]) -> Option<f64> {
    let is_year = |name: &String| {
        let digits = name.split(' ').next().unwrap_or_default();
        digits.len() == 4 && digits.parse::<u16>().is_ok()
    };
    (names.len() > 1 && names.iter().all(is_year)).then(|| number_of(names.len() - 1))
}

fn level(names: impl Iterator<Item = Vec<String>>, every: usize, most_lines: usize, theme: &Theme) -> Labels {
    let lines = names.enumerate().step_by(every).map(|(at, lines)| (number_of(at), lines)).collect();
    let room = gap(theme) + theme.line(theme.label_size) * number_of(most_lines);
    Labels { lines, room, ..Labels::default() }
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
pub(super) fn draw_below(scene: &mut Scene, panel: &Panel, theme: &Theme, labels: &Labels) {
    let size = theme.label_size;
    let top = panel.bottom + gap(theme);
    for (at, lines) in &labels.lines {
        let x = panel.x_pixel(*at);
        for (index, line) in lines.iter().enumerate() {
            let down = theme.line(size) * number_of(index);
            if labels.is_upright {
                let first = x + size * 0.36 - theme.line(size) * (number_of(lines.len()) - 1.0) / 2.0;
                scene.upward_text(line, (first + down, top), theme.style(size, Anchor::End, Role::Axis));
            } else {
                let face = if labels.stressed == Some(*at) { Face::SemiBold } else { Face::Regular };
                let style = Style { face, ..theme.style(size, Anchor::Middle, Role::Axis) };
                scene.text(line, (x, top + size * 0.95 + down), style);
            }
        }
    }
}

/// Draws the labels left of the panel.
pub(super) fn draw_left(scene: &mut Scene, panel: &Panel, theme: &Theme, labels: &Labels) {
    let size = theme.label_size;
    let style = theme.style(size, Anchor::End, Role::Axis);
    for (at, lines) in &labels.lines {
        let middle = panel.y_pixel(*at) + size * 0.36;
        let first = middle - theme.line(size) * (number_of(lines.len()) - 1.0) / 2.0;
        for (index, line) in lines.iter().enumerate() {
            let right = panel.left - gap(theme) - labels.apart;
            let face = if labels.stressed == Some(*at) { Face::SemiBold } else { Face::Regular };
            let style = Style { face, ..style };
            scene.text(line, (right, first + theme.line(size) * number_of(index)), style);
        }
    }
}
