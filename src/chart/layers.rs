//! Turns the rows of a layer into its marks, by its geometry.

use ggsql::plot::{Layer as GrammarLayer, is_transposed};

use super::clause::{DrawClause, ScaleClause};
use super::mark_bar::{self, Arrangement, BarRow};
use super::mark_shape::{self, Course};
use super::pattern::Dash;
use super::plot::{Bar, Direction, Labelled, Layer, Look, Marks, Text};
use super::resolve::Resolver;
use super::rewrite::position_of;
use super::rows::{Places, Row, group_aesthetic};
use super::scene::Colour;
use super::{mark_box, mark_line, mark_point, mark_segment};
use crate::error::Result;
use crate::messages::ChartFault;

type Drawn<'a> = (&'a GrammarLayer, &'a DrawClause, &'a ggsql::DataFrame);

impl Resolver<'_> {
    /// Makes the marks of one layer in one panel.
    ///
    /// `groups` are those of the layer in all panels.
    pub(super) fn layer(
        &self,
        (layer, draw, _): Drawn,
        places: &Places,
        rows: &[Row],
        groups: &[usize],
    ) -> Result<Layer> {
        let geometry = draw.geometry.text.as_str();
        let is_stacked = position_of(draw) == "stack";
        let is_dodged = position_of(draw) == "dodge";
        // Along which axis the values of a band or a summary lie.
        let is_right = is_transposed(layer);
        let course = if is_right { Course::Upright } else { Course::Level };
        let direction = if is_right { Direction::Right } else { Direction::Up };
        let marks = match geometry {
            "bar" => Marks::Bars(self.bars(layer, draw, places, (rows, groups))?),
            "histogram" => Marks::Bars(histogram(rows, is_stacked, direction)),
            "line" | "smooth" => Marks::Lines(mark_line::lines(rows, false)),
            "path" => Marks::Lines(mark_line::lines(rows, true)),
            "area" => Marks::Shapes(mark_shape::areas(&shares(draw, rows), course, is_stacked)),
            "density" => Marks::Shapes(mark_shape::areas(rows, course, false)),
            "ribbon" => Marks::Shapes(mark_shape::ribbons(rows, band_course(rows))),
            "violin" => {
                let course = if is_right { Course::Level } else { Course::Upright };
                Marks::Shapes(mark_shape::violins(rows, course, groups, is_dodged))
            }
            "polygon" => Marks::Shapes(mark_shape::polygons(rows)),
            "tile" => Marks::Shapes(mark_shape::tiles(rows)),
            "boxplot" => {
                Marks::Boxes(mark_box::boxes(rows, groups, is_dodged, draw.number("width"), direction))
            }
            "segment" => Marks::Segments(mark_segment::segments(rows)),
            "range" => Marks::Segments(mark_segment::ranges(rows)),
            "rule" => Marks::Rules(mark_segment::rules(rows)),
            "text" => Marks::Texts(texts(draw, rows, self.label_pattern(draw).as_deref())),
            _ => Marks::Points(mark_point::points(rows)),
        };
        Ok(Layer { marks, is_grouped: group_aesthetic(layer).is_some(), look: look(draw) })
    }

    /// Returns the pattern of the axis whose numbers a layer of texts writes: they read as its labels do.
    fn label_pattern(&self, draw: &DrawClause) -> Option<String> {
        let column = |names: &[&str]| {
            let mut mappings = draw.mappings.iter().chain(&self.written.mappings);
            let found = mappings.find(|mapping| {
                mapping.aesthetic.as_ref().is_some_and(|name| names.contains(&name.text.as_str()))
            });
            found.and_then(|mapping| mapping.column.as_ref()).map(|column| column.text.to_lowercase())
        };
        let written = column(&["label"])?;
        let (x, y) = self.sides();
        [x, y].iter().filter(|side| column(&side.names).as_ref() == Some(&written)).find_map(|side| {
            let is_own = |scale: &&ScaleClause| side.names.contains(&scale.aesthetic.text.as_str());
            let scale = self.written.scales.iter().find(is_own)?;
            scale.names_for.iter().find(|(name, _)| name == "*").and_then(|(_, pattern)| pattern.clone())
        })
    }

    fn bars(
        &self,
        layer: &GrammarLayer,
        draw: &DrawClause,
        places: &Places,
        (rows, groups): (&[Row], &[usize]),
    ) -> Result<Vec<Bar>> {
        let direction = match (places.x.is_numbers(), places.y.is_numbers()) {
            (true, false) => Direction::Right,
            (true, true) if is_transposed(layer) => Direction::Right,
            (_, true) => Direction::Up,
            (false, false) => {
                return Err(self.fault(ChartFault::NoMeasure { geometry: draw.geometry.text.clone() }, draw));
            }
        };
        let mut bars: Vec<BarRow> = rows
            .iter()
            .filter_map(|row| {
                let (category, reached, base) = match direction {
                    Direction::Up => (row.x?, row.y?, row.y_end),
                    Direction::Right => (row.y?, row.x?, row.x_end),
                };
                Some(BarRow { category, group: row.group, value: reached - base.unwrap_or(0.0) })
            })
            .collect();
        let total = draw.number("total");
        if total.is_some() && bars.iter().any(|bar| bar.value < 0.0) {
            return Err(self.fault(ChartFault::NegativeShare, draw));
        }
        // Sums of fractions depend on their order, and rows of SQL come in any.
        bars.sort_by(|one, two| {
            let places = one.category.total_cmp(&two.category).then(one.group.cmp(&two.group));
            places.then(one.value.total_cmp(&two.value))
        });
        let (position, width) = (position_of(draw), draw.number("width"));
        Ok(mark_bar::bars(bars, Arrangement { position, width, total, direction, groups }))
    }
}

/// Makes each place of a stack add up to the total that the author wants.
fn shares(draw: &DrawClause, rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    let Some(total) = draw.number("total") else { return rows };
    let sum_at = |x: Option<f64>, rows: &[Row]| -> f64 {
        rows.iter().filter(|row| row.x == x).filter_map(|row| row.y).sum()
    };
    let sums: Vec<f64> = rows.iter().map(|row| sum_at(row.x, &rows)).collect();
    for (row, sum) in rows.iter_mut().zip(sums) {
        row.y = row.y.map(|y| if sum > 0.0 { y / sum * total } else { y });
    }
    rows
}

/// Lists the groups of a layer in order.
pub(super) fn groups_of(rows: &[Row]) -> Vec<usize> {
    let mut groups: Vec<usize> = rows.iter().map(|row| row.group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// A ribbon runs along the axis whose least and greatest values it does not have.
fn band_course(rows: &[Row]) -> Course {
    if rows.iter().any(|row| row.x_min.is_some()) { Course::Upright } else { Course::Level }
}

/// Makes bars as wide as the bins, stacked in the order of the groups.
fn histogram(rows: &[Row], is_stacked: bool, direction: Direction) -> Vec<Bar> {
    let bin = |row: &Row| match direction {
        Direction::Up => Some((row.x?, row.x_end?, row.y?)),
        Direction::Right => Some((row.y?, row.y_end?, row.x?)),
    };
    let mut found: Vec<(f64, f64, usize, f64)> = rows
        .iter()
        .filter_map(|row| bin(row).map(|(from, to, count)| (from, to, row.group, count)))
        .collect();
    found.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.2.cmp(&two.2)));
    let has_groups = found.windows(2).any(|pair| pair[0].2 != pair[1].2);
    let mut floor = (f64::NAN, 0.0);
    let bar = |(from, to, group, count): (f64, f64, usize, f64)| {
        if !is_stacked || from.total_cmp(&floor.0).is_ne() {
            floor = (from, 0.0);
        }
        let base = floor.1;
        floor.1 += count;
        // A seam between neighbours, so that equal bins stay apart.
        let gap = (to - from) * 0.03;
        Bar {
            group,
            across: (from + gap, to - gap),
            along: (base, base + count),
            value: count,
            direction,
            is_stacked: is_stacked && has_groups,
            is_share: false,
        }
    };
    found.into_iter().filter(|one| one.3 > 0.0).map(bar).collect()
}

/// Takes the rows that have a place and words.
fn texts(draw: &DrawClause, rows: &[Row], pattern: Option<&str>) -> Vec<Text> {
    let number = |name: &str, usual: f64| draw.number(name).unwrap_or(usual);
    let offsets: Vec<f64> = draw
        .setting("offset")
        .map(|text| {
            text.split([',', '[', ']', '(', ')']).filter_map(|part| part.trim().parse().ok()).collect()
        })
        .unwrap_or_default();
    let offset = match offsets.as_slice() {
        [dx, dy] => (*dx, *dy),
        [dx] => (*dx, 0.0),
        _ => (0.0, 0.0),
    };
    let text = |row: &Row| {
        let text = row.label.trim();
        let text = pattern.map_or_else(|| text.to_owned(), |pattern| pattern.replace("{}", text));
        Some(Text {
            group: row.group,
            place: (row.x?, row.y?),
            words: super::categories::visible(&crate::vietnamese::fold::normalise(&text)),
            hjust: number("hjust", 0.5).clamp(0.0, 1.0),
            vjust: number("vjust", 0.5).clamp(0.0, 1.0),
            offset,
            is_bold: draw.setting("fontweight") == Some("bold"),
        })
    };
    rows.iter().filter(|row| !row.label.trim().is_empty()).filter_map(text).collect()
}

/// Reads what the author sets for a whole layer.
fn look(draw: &DrawClause) -> Look {
    let positive = |name: &str| draw.number(name).filter(|number| *number >= 0.0);
    let colour = ["fill", "stroke", "color"].into_iter().find_map(|name| draw.setting(name));
    Look {
        opacity: positive("opacity").map(|opacity| opacity.min(1.0)),
        size_pt: ["linewidth", "size", "fontsize"].into_iter().find_map(positive),
        colour: colour.and_then(Colour::parse),
        dash: draw.setting("linetype").and_then(Dash::parse),
        is_hollow: draw.setting("hollow") == Some("true"),
        labels: match draw.setting("labels") {
            Some("none") => Labelled::Off,
            Some("end") => Labelled::Ends,
            _ => Labelled::Auto,
        },
    }
}
