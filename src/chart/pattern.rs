//! Cuts lines into the strokes of a dash, and fills rectangles with the lines of a hatch.

use super::scene::{Pen, Place, Scene};

/// How a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Into dashes.
    Dashed,
    /// Into dots.
    Dotted,
    /// Into long dashes.
    Long,
    /// Into dashes and dots.
    Mixed,
}

impl Dash {
    /// All of them, in the order in which groups get them.
    pub(super) const ALL: [Self; 5] = [Self::Solid, Self::Dashed, Self::Dotted, Self::Long, Self::Mixed];

    /// Reads the name that the grammar gives.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "solid" => Some(Self::Solid),
            "dashed" => Some(Self::Dashed),
            "dotted" => Some(Self::Dotted),
            "longdash" => Some(Self::Long),
            "dotdash" | "dashdot" | "twodash" => Some(Self::Mixed),
            _ => None,
        }
    }

    /// Lengths of strokes and gaps in widths of the line.
    fn lengths(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[3.6, 2.4],
            Self::Dotted => &[1.1, 1.7],
            Self::Long => &[7.0, 2.6],
            Self::Mixed => &[5.0, 2.0, 1.2, 2.0],
        }
    }
}

/// The lines that fill an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hatch {
    /// Rising to the right.
    Rising,
    /// Falling to the right.
    Falling,
    /// Both.
    Crossed,
    /// From left to right.
    Level,
    /// From bottom to top.
    Upright,
}

impl Hatch {
    /// Draws the lines over the ground of a rectangle, `gap` pixels apart along its edges.
    pub(super) fn draw(self, scene: &mut Scene, (from, to): (Place, Place), pen: Pen, gap: f64) {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        if width <= 0.0 || height <= 0.0 || gap <= 0.0 {
            return;
        }
        match self {
            Self::Rising => slant(scene, from, to, pen, gap, true),
            Self::Falling => slant(scene, from, to, pen, gap, false),
            Self::Crossed => {
                slant(scene, from, to, pen, gap, true);
                slant(scene, from, to, pen, gap, false);
            }
            Self::Level => {
                for y in steps(from.1, to.1, gap * 0.7) {
                    scene.line((from.0, y), (to.0, y), pen);
                }
            }
            Self::Upright => {
                for x in steps(from.0, to.0, gap * 0.7) {
                    scene.line((x, from.1), (x, to.1), pen);
                }
            }
        }
    }
}

/// Returns places between two ends, evenly spread and about `gap` apart.
fn steps(from: f64, to: f64, gap: f64) -> impl Iterator<Item = f64> {
    let count = ((to - from) / gap).round().max(1.0);
    let step = (to - from) / count;
    std::iter::successors(Some(from + step / 2.0), move |at| Some(at + step)).take_while(move |at| *at < to)
}

/// Draws lines of 45 degrees.
fn slant(scene: &mut Scene, from: Place, to: Place, pen: Pen, gap: f64, is_rising: bool) {
    let (width, height) = (to.0 - from.0, to.1 - from.1);
    let mut offset = gap / 2.0;
    while offset < width + height {
        // A line that enters at the top or at the left edge.
        let (x0, y0) = if offset <= height { (0.0, offset) } else { (offset - height, height) };
        let (x1, y1) = if offset <= width { (offset, 0.0) } else { (width, offset - width) };
        let place = |x: f64, y: f64| {
            if is_rising { (from.0 + x, from.1 + y) } else { (from.0 + x, to.1 - y) }
        };
        scene.line(place(x0, y0), place(x1, y1), pen);
        offset += gap;
    }
}

/// Cuts a line into the strokes of a dash; the pattern goes on over its corners.
pub(super) fn broken(places: &[Place], dash: Dash, width: f64) -> Vec<Vec<Place>> {
    let lengths: Vec<f64> = dash.lengths().iter().map(|length| length * width).collect();
    if lengths.is_empty() || width <= 0.0 {
        return vec![places.to_vec()];
    }
    let mut strokes: Vec<Vec<Place>> = Vec::new();
    let (mut step, mut left) = (0, lengths[0]);
    let mut stroke: Vec<Place> = places.first().copied().into_iter().collect();
    for pair in places.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        while length - done > left && strokes.len() < 20_000 {
            done += left;
            let share = done / length;
            let at = (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
            if step % 2 == 0 {
                stroke.push(at);
                strokes.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![at];
            }
            step = (step + 1) % lengths.len();
            left = lengths[step];
        }
        left -= length - done;
        if step % 2 == 0 {
            stroke.push((x1, y1));
        }
    }
    if stroke.len() > 1 {
        strokes.push(stroke);
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::{Dash, broken, steps};

    #[test]
    fn lines_of_a_hatch_are_spread_evenly() {
        assert_eq!(steps(10.0, 14.0, 2.1).collect::<Vec<_>>(), [11.0, 13.0]);
        assert_eq!(steps(0.0, 1.0, 5.0).collect::<Vec<_>>(), [0.5]);
    }

    #[test]
    fn dashes_cover_their_share_of_a_line_and_go_round_corners() {
        let strokes = broken(&[(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)], Dash::Dashed, 1.0);
        assert_eq!(strokes.len(), 10);
        assert_eq!(strokes[0], [(0.0, 0.0), (3.6, 0.0)]);
        assert!(strokes.iter().all(|stroke| stroke.len() >= 2));
        assert_eq!(broken(&[(0.0, 0.0), (9.0, 0.0)], Dash::Solid, 1.0).len(), 1);
    }
}
