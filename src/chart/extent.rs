//! Finds the ends of the axes from the marks of the layers.

use super::plot::{Breaks, Direction, Layer, Marks, NumberKind, Numbers, Scale, Via};
use super::resolve::{Resolver, Side};
use super::rewrite::lists_dates;
use super::rows::AxisPlaces;
use crate::error::{Explain as _, Result};
use crate::messages::ChartFault;

/// Microseconds of a day.
const DAY_US: f64 = 86_400e6;

impl Resolver<'_> {
    /// Finds the ends of an axis from the layers that share it.
    pub(super) fn scale<'l>(
        &self,
        places: &AxisPlaces,
        side: &Side,
        layers: impl Iterator<Item = &'l Layer>,
    ) -> Result<Scale> {
        let kind = match places {
            AxisPlaces::Categories(categories) => {
                let is_unnamed = categories.labels().is_empty();
                let labels = if is_unnamed { vec![String::new()] } else { categories.labels().to_vec() };
                return Ok(Scale::Categories { labels, is_sequence: categories.is_sequence });
            }
            AxisPlaces::Numbers(kind) => *kind,
        };
        let layers: Vec<&Layer> = layers.collect();
        let extent = layers
            .iter()
            .map(|layer| if side.is_level { extents(layer).0 } else { extents(layer).1 })
            .fold(Extent::default(), Extent::join);
        let (low, high) = extent.ends();
        let mut numbers = Numbers {
            low,
            high,
            is_fixed: false,
            is_whole: extent.is_whole(),
            has_baseline: layers.iter().any(|layer| has_baseline(layer, side)),
            is_snapped: !side.is_level,
            kind,
            via: Via::Linear,
            is_reversed: false,
            breaks: Breaks::Round,
            names: Vec::new(),
            template: None,
        };
        self.follow_scale(&mut numbers, side)?;
        Ok(Scale::Numbers(numbers))
    }

    /// Does what the author says about the axis.
    fn follow_scale(&self, numbers: &mut Numbers, side: &Side) -> Result<()> {
        let Some(scale) =
            self.written.scales.iter().find(|scale| side.names.contains(&scale.aesthetic.text.as_str()))
        else {
            return Ok(());
        };
        let resolved = self.spec.find_scale(side.aesthetic);
        if let Some(limits) = limits(numbers, &scale.limits) {
            (numbers.low, numbers.high) = limits;
            numbers.is_fixed = true;
        } else if lists_dates(scale)
            && let Some((low, high)) =
                resolved.and_then(ggsql::Scale::numeric_domain).filter(|(low, high)| low < high)
        {
            (numbers.low, numbers.high) = (in_days(low), in_days(high));
            numbers.is_fixed = true;
        }
        numbers.via = match scale.via.as_ref().map(|via| via.text.as_str()) {
            Some("log" | "log10") => Via::Log,
            Some("sqrt") => Via::Root,
            _ => Via::Linear,
        };
        let is_beyond = match numbers.via {
            Via::Log => numbers.low <= 0.0 || numbers.has_baseline,
            Via::Root => numbers.low < 0.0,
            Via::Linear => false,
        };
        if is_beyond {
            let name = scale.via.as_ref().map(|via| via.text.clone()).unwrap_or_default();
            let span = scale.via.as_ref().map_or(scale.aesthetic.span, |via| via.span);
            return Err(ChartFault::NotPositive { via: name }.error().at(self.clause.place(span)));
        }
        numbers.is_reversed = scale.setting("reverse") == Some("true");
        if let Some(breaks) = scale.setting("breaks") {
            let places = || resolved.map(ggsql::Scale::numeric_breaks).unwrap_or_default();
            numbers.breaks = match breaks.parse::<usize>() {
                Ok(count) => Breaks::About(count),
                Err(_) if numbers.kind == NumberKind::Days => {
                    Breaks::At(places().into_iter().map(in_days).collect())
                }
                Err(_) => Breaks::At(places()),
            };
        }
        for (name, label) in &scale.names_for {
            match name.parse::<f64>() {
                Ok(at) => numbers.names.push((at, label.clone())),
                Err(_) if name == "*" => numbers.template.clone_from(label),
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Instants count microseconds, dates count days; no date of a report lies 27,000 years ahead.
fn in_days(number: f64) -> f64 {
    if number.abs() > 1e7 { number / DAY_US } else { number }
}

/// Returns the ends that the author gives, an open one being that of the data.
fn limits(numbers: &Numbers, given: &[Option<f64>]) -> Option<(f64, f64)> {
    let [low, high] = given else { return None };
    let low = low.unwrap_or(numbers.low.min(high.unwrap_or(numbers.low)));
    let high = high.unwrap_or(numbers.high.max(low));
    (low.is_finite() && high.is_finite() && low < high).then_some((low, high))
}

/// The least and the greatest number, if there is one, and whether all are whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent(Option<(f64, f64, bool)>);

impl Extent {
    fn of(numbers: impl Iterator<Item = f64>) -> Self {
        numbers.fold(Self::default(), |extent, number| {
            extent.join(Self(Some((number, number, number.fract() == 0.0))))
        })
    }

    fn join(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(one), Some(two)) => Self(Some((one.0.min(two.0), one.1.max(two.1), one.2 && two.2))),
            (one, two) => Self(one.or(two)),
        }
    }

    fn is_whole(self) -> bool {
        self.0.is_some_and(|extent| extent.2)
    }

    /// Returns two different ends, so that a single value still has an axis.
    fn ends(self) -> (f64, f64) {
        match self.0 {
            Some((low, high, _)) if low < high => (low, high),
            None | Some((0.0, ..)) => (0.0, 1.0),
            Some((only, ..)) => (only - only.abs() * 0.1, only + only.abs() * 0.1),
        }
    }
}

/// Tells whether a layer's marks start at zero along an axis.
fn has_baseline(layer: &Layer, side: &Side) -> bool {
    match &layer.marks {
        Marks::Bars(bars) => bars.iter().any(|bar| (bar.direction == Direction::Right) == side.is_level),
        Marks::Shapes(shapes) => {
            !side.is_level && shapes.iter().any(|shape| shape.edge > 1 && shape.is_solid)
        }
        _ => false,
    }
}

fn both(places: impl Iterator<Item = (f64, f64)> + Clone) -> (Extent, Extent) {
    (Extent::of(places.clone().map(|place| place.0)), Extent::of(places.map(|place| place.1)))
}

fn turned(direction: Direction, across: Extent, along: Extent) -> (Extent, Extent) {
    if direction == Direction::Up { (across, along) } else { (along, across) }
}

/// Returns the extents of a layer's marks along x and y.
fn extents(layer: &Layer) -> (Extent, Extent) {
    match &layer.marks {
        Marks::Lines(lines) => both(lines.iter().flat_map(|line| line.places.iter().flatten().copied())),
        Marks::Points(points) => both(points.iter().map(|point| point.place)),
        Marks::Texts(texts) => both(texts.iter().map(|text| text.place)),
        Marks::Shapes(shapes) => both(shapes.iter().flat_map(|shape| shape.corners.iter().copied())),
        Marks::Segments(segments) => both(segments.iter().flat_map(|one| [one.from, one.to])),
        Marks::Rules(rules) => {
            let at = |is_level: bool| {
                Extent::of(rules.iter().filter(|rule| rule.is_level == is_level).map(|rule| rule.at))
            };
            (at(false), at(true))
        }
        Marks::Bars(bars) => {
            let across = Extent::of(bars.iter().flat_map(|bar| [bar.across.0, bar.across.1]));
            let along = Extent::of(bars.iter().flat_map(|bar| [bar.along.0, bar.along.1]));
            turned(bars.first().map_or(Direction::Up, |bar| bar.direction), across, along)
        }
        Marks::Boxes(boxes) => {
            let across = Extent::of(boxes.iter().flat_map(|plot| [plot.across.0, plot.across.1]));
            let values = boxes.iter().flat_map(|plot| {
                [plot.whiskers.0, plot.whiskers.1].into_iter().chain(plot.outliers.iter().copied())
            });
            turned(boxes.first().map_or(Direction::Up, |plot| plot.direction), across, Extent::of(values))
        }
    }
}
