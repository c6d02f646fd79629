//! Writes the names of lines at their ends, which spares the reader the way to a legend.
//!
//! Names that would meet are moved apart just as far as they must be, and stay in the order of the
//! ends; where there is no room for all of them there is a legend instead.

use super::layout::Panel;
use super::plot::{Facet, Labelled, Line, Marks, Plot, Scale};
use super::scale::number_of;
use super::scene::{Anchor, Pen, Role, Scene, Style};
use super::text::{Face, width_em, wrap};
use super::theme::Theme;

/// The most lines that are named at their ends.
const MOST_LINES: usize = 8;

/// The names to write at the ends of lines, by group.
#[derive(Debug, Clone, Default)]
pub(super) struct LineEnds {
    names: Vec<Vec<String>>,
    /// The room that they need right of the panel, in pixels.
    pub(super) room: f64,
}

impl LineEnds {
    /// Tells whether the names stand at the lines, so that no legend is needed.
    pub(super) fn is_shown(&self) -> bool {
        !self.names.is_empty()
    }
}

/// Finds the names that a chart writes at the ends of its lines.
pub(super) fn find(plot: &Plot, width: f64, height: f64, theme: &Theme) -> LineEnds {
    let Some(groups) = plot.groups.as_ref().filter(|groups| groups.has_legend) else {
        return LineEnds::default();
    };
    let is_wanted = plot.layers().any(|layer| layer.look.labels == Labelled::Ends) || theme.is_mono();
    let [facet] = plot.facets.as_slice() else { return LineEnds::default() };
    // A band lies behind its line.
    let is_lines = |marks: &Marks| matches!(marks, Marks::Lines(_) | Marks::Points(_) | Marks::Shapes(_));
    let is_plain = facet.layers.iter().filter(|layer| layer.is_grouped).all(|layer| is_lines(&layer.marks));
    let ended = lines_of(facet).map(|line| line.group).collect::<std::collections::BTreeSet<_>>();
    let is_whole = (0..groups.labels.len()).all(|group| ended.contains(&group));
    if !is_wanted || !is_plain || !is_whole || groups.labels.len() > MOST_LINES {
        return LineEnds::default();
    }
    // From a line that ends earlier a long leader would run through the others.
    if !ends_together(facet, groups.labels.len()) {
        return LineEnds::default();
    }
    let limit = width * 0.26 / theme.label_size;
    let names: Vec<Vec<String>> =
        groups.labels.iter().map(|label| wrap(label, limit, Face::SemiBold)).collect();
    let lines: usize = names.iter().map(Vec::len).sum();
    if theme.line(theme.label_size) * number_of(lines) > height * 0.6 {
        return LineEnds::default();
    }
    let widest = names.iter().flatten().map(|line| width_em(line, Face::SemiBold)).fold(0.0, f64::max);
    // On a category axis the last half of a category is room already.
    let spare = match &facet.x {
        Scale::Categories { labels, .. } => width * 0.6 / (2.0 * number_of(labels.len().max(1))),
        Scale::Numbers(_) => 0.0,
    };
    let room = (widest + 0.9) * theme.label_size;
    LineEnds { names, room: (room - spare).max(room * 0.2) }
}

/// Returns the last place of a group's lines.
fn end_of(facet: &Facet, group: usize) -> Option<(f64, f64)> {
    let lines = lines_of(facet).filter(|line| line.group == group);
    let ends = lines.filter_map(|line| line.places.iter().rev().flatten().next());
    ends.max_by(|one, two| one.0.total_cmp(&two.0)).copied()
}

fn ends_together(facet: &Facet, count: usize) -> bool {
    let mut ends = (0..count).filter_map(|group| end_of(facet, group));
    ends.next().is_none_or(|first| ends.all(|end| end.0.total_cmp(&first.0).is_eq()))
}

fn lines_of(facet: &Facet) -> impl Iterator<Item = &Line> {
    facet.layers.iter().filter(|layer| layer.is_grouped).flat_map(|layer| match &layer.marks {
        Marks::Lines(lines) => lines.as_slice(),
        _ => &[],
    })
}

/// Writes the names right of the panel.
pub(super) fn draw(scene: &mut Scene, facet: &Facet, panel: &Panel, theme: &Theme, ends: &LineEnds) {
    let size = theme.label_size;
    let mut wanted: Vec<(usize, (f64, f64))> = Vec::new();
    for group in 0..ends.names.len() {
        wanted.extend(end_of(facet, group).map(|place| (group, panel.pixel(place))));
    }
    wanted.sort_by(|one, two| one.1.1.total_cmp(&two.1.1).then(one.0.cmp(&two.0)));
    let lines = |group: usize| theme.line(size) * number_of(ends.names[group].len());
    let heights: Vec<f64> = wanted.iter().map(|(group, _)| lines(*group) + size * 0.35).collect();
    let middles =
        apart(&wanted.iter().map(|one| one.1.1).collect::<Vec<_>>(), &heights, panel.top, panel.bottom);
    // On a category axis the line ends half a category before the panel does.
    let left = match &facet.x {
        Scale::Categories { .. } => {
            wanted.iter().map(|one| one.1.0).fold(panel.left, f64::max) + theme.point_radius + size * 0.6
        }
        Scale::Numbers(_) => panel.right + size * 0.6,
    };
    for ((group, end), (middle, height)) in wanted.iter().zip(middles.iter().zip(&heights)) {
        let colour = theme.line_colour(*group);
        if (middle - end.1).abs() > size * 0.6 || left - end.0 > size * 2.0 {
            let from = (end.0 + theme.point_radius + size * 0.15, end.1);
            scene.line(from, (left - size * 0.2, *middle), Pen::solid(theme.grid_width, colour));
        }
        let first = middle - height / 2.0 + size * 0.175 + theme.line(size) / 2.0 + size * 0.36;
        for (index, line) in ends.names[*group].iter().enumerate() {
            let colour = theme.word_colour(*group);
            let style =
                Style { size, face: Face::SemiBold, colour, anchor: Anchor::Start, role: Role::Legend };
            scene.text(line, (left, first + theme.line(size) * number_of(index)), style);
        }
    }
}

/// Moves the middles of labels apart until they do not meet; the order, which is that of the places, stays.
pub(super) fn apart(wanted: &[f64], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut middles = wanted.to_vec();
    for _ in 0..60 {
        for at in 1..middles.len() {
            let least = f64::midpoint(heights[at - 1], heights[at]);
            let missing = least - (middles[at] - middles[at - 1]);
            if missing > 0.0 {
                middles[at - 1] -= missing / 2.0;
                middles[at] += missing / 2.0;
            }
        }
        // The ends of the panel push back.
        let mut lowest = top;
        for (middle, height) in middles.iter_mut().zip(heights) {
            *middle = middle.max(lowest + height / 2.0);
            lowest = *middle + height / 2.0;
        }
        let mut highest = bottom;
        for (middle, height) in middles.iter_mut().zip(heights).rev() {
            *middle = middle.min(highest - height / 2.0);
            highest = *middle - height / 2.0;
        }
    }
    middles
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn labels_that_would_meet_are_moved_apart_and_stay_inside() {
        let middles = apart(&[10.0, 11.0, 12.0, 90.0], &[10.0; 4], 0.0, 100.0);
        assert!(middles.windows(2).all(|pair| pair[1] - pair[0] >= 10.0 - 1e-6), "{middles:?}");
        assert!(middles[0] >= 5.0 && middles[3] <= 95.0);
        assert!((middles[3] - 90.0).abs() < 1e-6);
    }
}
