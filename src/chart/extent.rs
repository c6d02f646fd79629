//! Finds the ends of the axes from the marks of all layers.

use super::plot::{Direction, Layer, Marks, Scale};
use super::resolve::{AxisPlaces, Resolver};

impl Resolver<'_> {
    /// Finds the ends of an axis.
    pub(super) fn scale(
        &self,
        places: &AxisPlaces,
        aesthetic: &str,
        layers: &[Layer],
        side: impl Fn((Extent, Extent)) -> Extent,
    ) -> Scale {
        match places {
            AxisPlaces::Categories(categories) if categories.labels().is_empty() => {
                Scale::Categories { labels: vec![String::new()], is_sequence: false }
            }
            AxisPlaces::Categories(categories) => Scale::Categories {
                labels: categories.labels().to_vec(),
                is_sequence: categories.is_sequence,
            },
            AxisPlaces::Numbers(kind) => {
                let explicit = self.spec.find_scale(aesthetic).filter(|scale| scale.explicit_input_range);
                if let Some((low, high)) =
                    explicit.and_then(ggsql::Scale::numeric_domain).filter(|(low, high)| low < high)
                {
                    return Scale::Numbers { low, high, is_fixed: true, is_whole: false, kind: *kind };
                }
                let extent =
                    layers.iter().map(|layer| side(extents(layer))).fold(Extent::default(), Extent::join);
                let (low, high) = extent.ends();
                Scale::Numbers { low, high, is_fixed: false, is_whole: extent.is_whole(), kind: *kind }
            }
        }
    }
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

/// Returns the extents of a layer's marks along x and y.
fn extents(layer: &Layer) -> (Extent, Extent) {
    match &layer.marks {
        Marks::Lines(lines) => {
            let places = || lines.iter().flat_map(|line| line.places.iter().flatten());
            (Extent::of(places().map(|place| place.0)), Extent::of(places().map(|place| place.1)))
        }
        Marks::Points(points) => (
            Extent::of(points.iter().map(|point| point.place.0)),
            Extent::of(points.iter().map(|point| point.place.1)),
        ),
        Marks::Bars(bars) => {
            let across = Extent::of(bars.iter().flat_map(|bar| [bar.across.0, bar.across.1]));
            let along = Extent::of(bars.iter().flat_map(|bar| [bar.along.0, bar.along.1]));
            let is_up = bars.first().is_none_or(|bar| bar.direction == Direction::Up);
            if is_up { (across, along) } else { (along, across) }
        }
    }
}
