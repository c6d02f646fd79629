//! Writes the values of bars: into them, beyond their ends, and beside stacks whose parts are too narrow.

use super::direct::apart;
use super::format::{NumberFormat, decimals_of};
use super::layout::Panel;
use super::mark_bar::rectangle;
use super::plot::{Bar, Direction, Labelled, Layer, Marks};
use super::scene::{Anchor, Bounds, Pen, Place, Role, Scene, Style};
use super::text::{Face, width_em};
use super::theme::Theme;

/// How the values of bars are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueFormat<'a> {
    pub(super) format: NumberFormat,
    /// The author's pattern of the axis' labels, `{}` standing for the number.
    pub(super) template: Option<&'a str>,
}

impl ValueFormat<'_> {
    /// Writes the values of a layer with the same number of decimals; shares are lengths, not values.
    fn labels(self, bars: &[Bar]) -> Vec<String> {
        let decimals = decimals_of(bars.iter().map(|bar| bar.value));
        let label = |bar: &Bar| {
            let number = self.format.number(bar.value, decimals);
            let template = self.template.filter(|_| !bar.is_share);
            template.map(|template| template.replace("{}", &number)).unwrap_or(number)
        };
        bars.iter().map(label).collect()
    }
}

/// More bars than this carry no values.
const LABELLED: usize = 40;

/// Writes the values of the bars where all of them fit.
pub(super) fn draw(
    scene: &mut Scene,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    bars: &[Bar],
    format: ValueFormat,
) {
    if layer.look.labels == Labelled::Off {
        return;
    }
    let labels = format.labels(bars);
    let labelled: Vec<(&Bar, &str)> = bars.iter().zip(labels.iter().map(String::as_str)).collect();
    if bars.iter().any(|bar| bar.is_stacked) {
        draw_totals(scene, panel, theme, bars, format);
        draw_parts(scene, panel, theme, layer, &labelled);
    } else if bars.len() <= LABELLED
        && labelled.iter().all(|(bar, label)| fits_beyond(panel, theme, bar, label))
    {
        for (bar, label) in labelled {
            draw_beyond(scene, panel, theme, bar, label, Face::Regular);
        }
    }
}

/// Writes the values into the parts of stacks, and those of parts that are too narrow beside their stacks: of all
/// stacks or of none, so that a missing number never looks like a missing part.
fn draw_parts(scene: &mut Scene, panel: &Panel, theme: &Theme, layer: &Layer, labelled: &[(&Bar, &str)]) {
    let is_same_stack = |one: &Bar, two: &Bar| one.across.0.total_cmp(&two.across.0).is_eq();
    let mut narrow = Vec::new();
    for stack in labelled.chunk_by(|one, two| is_same_stack(one.0, two.0)) {
        // What stands alone has its value above it.
        if stack.len() == 1 && !stack[0].0.is_share {
            continue;
        }
        let (inside, beside): (Vec<_>, Vec<_>) = stack
            .iter()
            .filter(|(bar, _)| bar.value != 0.0)
            .partition(|(bar, label)| fits_inside(rectangle(panel, bar), label, theme));
        for (bar, label) in inside {
            draw_inside(scene, panel, theme, bar, label, layer);
        }
        narrow.push(beside);
    }
    let beside: Option<Vec<_>> = narrow.iter().map(|parts| find_beside(scene, panel, theme, parts)).collect();
    for parts in beside.iter().flatten() {
        draw_beside(scene, theme, parts);
    }
}

/// Writes the sums of stacks above them, where every stack grows one way and all sums fit.
fn draw_totals(scene: &mut Scene, panel: &Panel, theme: &Theme, bars: &[Bar], format: ValueFormat) {
    let totals = totals(bars);
    let labels = format.labels(&totals);
    if totals.iter().zip(&labels).all(|(bar, label)| fits_beyond(panel, theme, bar, label)) {
        for (bar, label) in totals.iter().zip(&labels) {
            draw_beyond(scene, panel, theme, bar, label, Face::SemiBold);
        }
    }
}

/// Makes one bar of each stack, unless sums would say nothing.
fn totals(bars: &[Bar]) -> Vec<Bar> {
    let mut totals: Vec<Bar> = Vec::new();
    if bars.iter().any(|bar| bar.value < 0.0 || bar.is_share || !bar.is_stacked) {
        return totals;
    }
    for bar in bars {
        match totals.last_mut() {
            Some(total) if total.across.0.total_cmp(&bar.across.0).is_eq() => {
                total.value += bar.value;
                total.along.1 = bar.along.1;
            }
            _ => totals.push(Bar { is_stacked: false, ..bar.clone() }),
        }
    }
    if totals.len() <= LABELLED { totals } else { Vec::new() }
}

fn fits_beyond(panel: &Panel, theme: &Theme, bar: &Bar, label: &str) -> bool {
    let bounds = rectangle(panel, bar);
    let size = theme.value_size;
    match bar.direction {
        Direction::Up => width_em(label, Face::SemiBold) * size <= (bounds.right - bounds.left) * 1.2,
        Direction::Right => size <= (bounds.bottom - bounds.top) * 1.1,
    }
}

/// Writes the value just beyond the bar's end.
fn draw_beyond(scene: &mut Scene, panel: &Panel, theme: &Theme, bar: &Bar, label: &str, face: Face) {
    let Bounds { left, top, right, bottom } = rectangle(panel, bar);
    let size = theme.value_size;
    let gap = size * 0.35;
    let is_negative = bar.value < 0.0;
    let (x, baseline, anchor) = match (bar.direction, is_negative) {
        (Direction::Up, false) => (f64::midpoint(left, right), top - gap, Anchor::Middle),
        (Direction::Up, true) => (f64::midpoint(left, right), bottom + gap + size * 0.73, Anchor::Middle),
        (Direction::Right, false) => (right + gap, f64::midpoint(top, bottom) + size * 0.36, Anchor::Start),
        (Direction::Right, true) => (left - gap, f64::midpoint(top, bottom) + size * 0.36, Anchor::End),
    };
    clear_behind(scene, theme, label, (x, baseline), anchor);
    let style = Style { face, ..theme.style(size, anchor, Role::Value) };
    scene.text(label, (x, baseline), style);
}

/// Takes the grid away behind a value, so that no line runs through the digits; a halo would reach into the
/// bars beside it.
fn clear_behind(scene: &mut Scene, theme: &Theme, label: &str, (x, baseline): Place, anchor: Anchor) {
    let size = theme.value_size;
    let width = width_em(label, Face::Regular) * size;
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width,
    };
    let from = (left - size * 0.1, baseline - size * 0.8);
    scene.rectangle(from, (left + width + size * 0.1, baseline + size * 0.06), theme.paper, 1.0);
}

fn fits_inside(bounds: Bounds, label: &str, theme: &Theme) -> bool {
    let size = theme.value_size;
    let width = width_em(label, Face::Regular) * size;
    width + size * 0.16 <= bounds.right - bounds.left && size * 0.95 <= bounds.bottom - bounds.top
}

/// Writes the value into the bar.
fn draw_inside(scene: &mut Scene, panel: &Panel, theme: &Theme, bar: &Bar, label: &str, layer: &Layer) {
    let bounds = rectangle(panel, bar);
    let size = theme.value_size;
    let width = width_em(label, Face::Regular) * size;
    let (x, middle) = (f64::midpoint(bounds.left, bounds.right), f64::midpoint(bounds.top, bounds.bottom));
    let fill = theme.fill(bar.group);
    let ground = if layer.look.is_hollow { theme.paper } else { layer.look.colour.unwrap_or(fill.ground) };
    if fill.hatch.is_some() {
        // Digits cannot be read on slanting lines.
        let room = |from: f64, to: f64| ((to - from) / 2.0 - theme.seam).max(0.0);
        let half = (
            (width / 2.0 + size * 0.2).min(room(bounds.left, bounds.right)),
            (size * 0.58).min(room(bounds.top, bounds.bottom)),
        );
        scene.rectangle((x - half.0, middle - half.1), (x + half.0, middle + half.1), ground, 1.0);
    }
    let colour = ground.readable(theme.paper, theme.ink);
    let style = Style { colour, ..theme.style(size, Anchor::Middle, Role::Value) };
    scene.text(label, (x, middle + size * 0.36), style);
}

/// The value of a part of a stack that is written beside it.
struct Beside<'a> {
    label: &'a str,
    /// The middle of the part's side.
    from: Place,
    /// The middle of the text's side that faces the part.
    to: Place,
    /// How far the text was moved along the stack.
    shift: f64,
    bounds: Bounds,
}

/// From a part that lies further away than this many text sizes a reader would not find its value.
const FARTHEST: f64 = 2.5;

/// Finds places for the values of parts that are too narrow right of an upright stack, or above a level one,
/// where they do not meet; none if there is no room for all of them.
fn find_beside<'a>(
    scene: &Scene,
    panel: &Panel,
    theme: &Theme,
    parts: &[(&Bar, &'a str)],
) -> Option<Vec<Beside<'a>>> {
    let size = theme.value_size;
    let is_sound = |beside: &Vec<Beside>| {
        let is_apart = beside.windows(2).all(|pair| !pair[0].bounds.meets(&pair[1].bounds));
        let has_room = |one: &Beside| {
            let around = Bounds { right: one.bounds.right + size * 0.3, ..one.bounds };
            let is_inside = one.bounds.right <= panel.right + size * 0.5;
            is_inside && one.shift < size * FARTHEST && scene.is_clear(&around)
        };
        is_apart && beside.iter().all(has_room)
    };
    // The further away, the clearer is the way from a part to its value.
    let placed = [0.6, 0.45, 0.3].map(|gap| place_beside(panel, theme, parts, gap * size));
    placed.into_iter().find(is_sound)
}

/// Writes the values beside a stack, with leaders where they were moved.
fn draw_beside(scene: &mut Scene, theme: &Theme, parts: &[Beside]) {
    let size = theme.value_size;
    let has_leaders = parts.iter().any(|one| one.shift > size * 0.1);
    for one in parts.iter().filter(|_| has_leaders) {
        scene.line(one.from, one.to, Pen::solid(theme.axis_width, theme.axis));
    }
    for one in parts {
        let place = (one.bounds.left, one.bounds.top + size * 0.73);
        scene.text_with_halo(one.label, place, theme.style(size, Anchor::Start, Role::Value), theme.paper);
    }
}

/// Finds places beside a stack for the values of some of its parts.
fn place_beside<'a>(panel: &Panel, theme: &Theme, parts: &[(&Bar, &'a str)], gap: f64) -> Vec<Beside<'a>> {
    let size = theme.value_size;
    let is_up = parts.iter().any(|(bar, _)| bar.direction == Direction::Up);
    let height = size * 0.73;
    let middle = |area: &Bounds| {
        if is_up { f64::midpoint(area.top, area.bottom) } else { f64::midpoint(area.left, area.right) }
    };
    let mut parts: Vec<(Bounds, &str)> =
        parts.iter().map(|(bar, label)| (rectangle(panel, bar), *label)).collect();
    parts.sort_by(|one, two| middle(&one.0).total_cmp(&middle(&two.0)));
    let width = |label: &str| width_em(label, Face::Regular) * size;
    let length = |label: &str| if is_up { height + size * 0.3 } else { width(label) + size * 0.38 };
    let wanted: Vec<f64> = parts.iter().map(|part| middle(&part.0)).collect();
    let lengths: Vec<f64> = parts.iter().map(|part| length(part.1)).collect();
    let (first, last) = if is_up { (panel.top, panel.bottom) } else { (panel.left, panel.right) };
    // A value at the very end may stick out a little.
    let found = apart(&wanted, &lengths, first - size * 0.4, last + size * 0.4);
    let place = |((area, label), at): ((Bounds, &'a str), f64)| {
        let (left, top) = if is_up {
            (area.right + gap, at - height / 2.0)
        } else {
            (at - width(label) / 2.0, area.top - gap - height)
        };
        let bounds = Bounds { left, top, right: left + width(label), bottom: top + height };
        let (from, to) = if is_up {
            ((area.right, middle(&area)), (left - size * 0.1, at))
        } else {
            ((middle(&area), area.top), (at, bounds.bottom + size * 0.1))
        };
        Beside { label, from, to, shift: (at - middle(&area)).abs(), bounds }
    };
    parts.into_iter().zip(found).map(place).collect()
}

/// Returns how much room, in pixels, values beyond the bars of a layer need.
pub(super) fn value_room(layer: &Layer, theme: &Theme, format: ValueFormat, direction: Direction) -> f64 {
    let Marks::Bars(bars) = &layer.marks else { return 0.0 };
    let totals = totals(bars);
    let shown = if totals.is_empty() { bars } else { &totals };
    let is_plain =
        shown.len() <= LABELLED && shown.iter().all(|bar| !bar.is_stacked && bar.direction == direction);
    if !is_plain || layer.look.labels == Labelled::Off {
        return 0.0;
    }
    let labels = format.labels(shown);
    let widest = labels.iter().map(|label| width_em(label, Face::SemiBold)).fold(0.0, f64::max);
    match direction {
        Direction::Up => theme.value_size * 1.3,
        Direction::Right => theme.value_size * (widest + 0.6),
    }
}
