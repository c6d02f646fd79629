//! Moves the far end of a value axis so that what is written beyond the marks stays inside the panel.

use super::bar_values::{ValueFormat, value_room};
use super::format::NumberFormat;
use super::layout::{Panel, Span};
use super::mark_text;
use super::plot::{Direction, Facet, Layer, Marks, Plot, Scale, Via};
use super::theme::Theme;

/// What is written at a place of an axis: it takes so many pixels beyond the place, away from zero.
struct Wanted {
    at: f64,
    room: f64,
}

/// Makes room for the values at bars and for texts, on the axes that show numbers.
pub(super) fn make_room(plot: &Plot, facet: &Facet, mut panel: Panel, theme: &Theme) -> Panel {
    // Panels on one scale end alike, so they are stretched alike.
    let layers = |is_free: bool| -> Vec<&Layer> {
        if is_free { facet.layers.iter().collect() } else { plot.layers().collect() }
    };
    let format = NumberFormat { lang: plot.lang };
    if let Scale::Numbers(numbers) = &facet.y {
        let format = ValueFormat { format, template: numbers.template.as_deref() };
        let wanted = wanted(&layers(plot.is_free.1), theme, format, Direction::Up);
        panel.y = stretched(panel.y, panel.height(), &wanted);
    }
    if let Scale::Numbers(numbers) = &facet.x {
        let format = ValueFormat { format, template: numbers.template.as_deref() };
        let wanted = wanted(&layers(plot.is_free.0), theme, format, Direction::Right);
        panel.x = stretched(panel.x, panel.width(), &wanted);
    }
    panel
}

fn wanted(layers: &[&Layer], theme: &Theme, format: ValueFormat, direction: Direction) -> Vec<Wanted> {
    let of = |layer: &&Layer| -> Vec<Wanted> {
        match &layer.marks {
            Marks::Bars(bars) => {
                let room = value_room(layer, theme, format, direction);
                let along = bars.iter().filter(|bar| bar.direction == direction);
                along.map(|bar| Wanted { at: bar.along.1, room }).collect()
            }
            Marks::Texts(texts) => {
                let reach = |text| mark_text::reach(text, layer, theme);
                let wanted = texts.iter().map(|text| match direction {
                    Direction::Up => Wanted { at: text.place.1, room: reach(text).1 },
                    Direction::Right => Wanted { at: text.place.0, room: reach(text).0 },
                });
                wanted.filter(|wanted| wanted.at >= 0.0).collect()
            }
            _ => Vec::new(),
        }
    };
    layers.iter().flat_map(of).filter(|wanted| wanted.room > 0.0).collect()
}

/// Moves the ends out until each place has its room before them, unless that took half the panel.
fn stretched(span: Span, length: f64, wanted: &[Wanted]) -> Span {
    if span.via != Via::Linear || span.from >= span.to {
        return span;
    }
    let mut longer = span;
    for Wanted { at, room } in wanted.iter().filter(|wanted| wanted.room < length * 0.5) {
        let factor = length / (length - room);
        if *at >= 0.0 && *at <= span.to {
            longer.to = longer.to.max(span.from + (at - span.from) * factor);
        } else if *at < 0.0 && *at >= span.from {
            longer.from = longer.from.min(span.to - (span.to - at) * factor);
        }
    }
    longer
}
