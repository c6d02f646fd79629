//! Says in words what a chart shows, for readers who cannot see it: what, over what, from where to where.

use super::format::{NumberFormat, decimals_of};
use super::plot::{Direction, Facet, Marks, Plot, Scale};
use crate::error::Lang;

/// The most groups and categories that are named.
const NAMED: usize = 8;

/// Describes the plot in a few sentences.
pub fn describe(plot: &Plot) -> String {
    let mut sentences = Vec::new();
    sentences.extend(plot.subtitle.clone());
    let facet = plot.facets.first();
    let names = |scale: &Scale| match scale {
        Scale::Categories { labels, .. } => Some(labels.clone()),
        Scale::Numbers(_) => None,
    };
    let categories = facet.and_then(|facet| names(&facet.x).or_else(|| names(&facet.y)));
    if let Some(labels) = categories.filter(|labels| labels.iter().any(|label| !label.is_empty())) {
        sentences.push(format!("{}: {}", word(plot.lang, "Over", "Theo"), few(&labels)));
    }
    if let Some(groups) = plot.groups.as_ref().filter(|groups| groups.has_legend) {
        sentences.push(format!("{}: {}", word(plot.lang, "Groups", "Các nhóm"), few(&groups.labels)));
    }
    let panels: Vec<String> = plot.facets.iter().filter_map(|facet| facet.label.clone()).collect();
    if !panels.is_empty() {
        sentences.push(format!("{}: {}", word(plot.lang, "Panels", "Các ô"), few(&panels)));
    }
    sentences.extend(extremes(plot));
    sentences.join(". ")
}

fn word(lang: Lang, en: &'static str, vi: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Vi => vi,
    }
}

fn few(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = if names.len() > NAMED { format!(" … ({})", names.len()) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// A value of a mark with where it stands.
struct Valued {
    value: f64,
    category: Option<String>,
    group: usize,
}

fn extremes(plot: &Plot) -> Option<String> {
    let values: Vec<Valued> = plot.facets.iter().flat_map(values_of).collect();
    let least = values.iter().min_by(|one, two| one.value.total_cmp(&two.value))?;
    let most = values.iter().max_by(|one, two| one.value.total_cmp(&two.value))?;
    let format = NumberFormat { lang: plot.lang };
    let decimals = decimals_of(values.iter().map(|one| one.value));
    let say = |one: &Valued| {
        let group = plot.groups.as_ref().and_then(|groups| groups.labels.get(one.group)).cloned();
        let mut at: Vec<String> =
            one.category.iter().cloned().chain(group).filter(|name| !name.is_empty()).collect();
        at.dedup();
        let at = if at.is_empty() { String::new() } else { format!(" ({})", at.join(", ")) };
        format!("{}{at}", format.number(one.value, decimals))
    };
    let (low, high) = (word(plot.lang, "Lowest", "Thấp nhất"), word(plot.lang, "highest", "cao nhất"));
    Some(format!("{low} {}, {high} {}", say(least), say(most)))
}

fn values_of(facet: &Facet) -> Vec<Valued> {
    let name = |at: f64, scale: &Scale| match scale {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a category")]
        Scale::Categories { labels, .. } if at >= -0.5 => labels.get(at.round() as usize).cloned(),
        _ => None,
    };
    let placed = |(x, y): (f64, f64), group| match (&facet.x, &facet.y) {
        (_, Scale::Numbers(_)) => Some(Valued { value: y, category: name(x, &facet.x), group }),
        (Scale::Numbers(_), _) => Some(Valued { value: x, category: name(y, &facet.y), group }),
        _ => None,
    };
    let mut values = Vec::new();
    for layer in &facet.layers {
        match &layer.marks {
            Marks::Bars(bars) => values.extend(bars.iter().map(|bar| {
                let scale = if bar.direction == Direction::Up { &facet.x } else { &facet.y };
                // The first bar of a slot stands left of the category's middle.
                let category = name(f64::midpoint(bar.across.0, bar.across.1), scale);
                Valued { value: bar.value, category, group: bar.group }
            })),
            Marks::Lines(lines) => values.extend(lines.iter().flat_map(|line| {
                line.places
                    .iter()
                    .flatten()
                    .filter_map(|place| placed(*place, line.group))
                    .collect::<Vec<_>>()
            })),
            Marks::Points(points) => {
                values.extend(points.iter().filter_map(|point| placed(point.place, point.group)));
            }
            Marks::Boxes(boxes) => values.extend(boxes.iter().map(|plot| {
                let scale = if plot.direction == Direction::Up { &facet.x } else { &facet.y };
                let category = name(f64::midpoint(plot.across.0, plot.across.1), scale);
                Valued { value: plot.median, category, group: plot.group }
            })),
            Marks::Shapes(shapes) => values.extend(shapes.iter().filter_map(|shape| {
                shape.shade.map(|value| Valued { value, category: None, group: shape.group })
            })),
            Marks::Segments(_) | Marks::Rules(_) | Marks::Texts(_) => {}
        }
    }
    values
}
