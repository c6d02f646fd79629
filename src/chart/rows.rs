//! Reads the rows of a resolved layer as places on the two axes, groups, styles and words.

use arrow_58::array::ArrayRef;
use ggsql::plot::{AestheticValue, Layer as GrammarLayer};

use super::categories::Categories;
use super::clause::DrawClause;
use super::format::{NumberFormat, decimals_of};
use super::plot::{NumberKind, UNGROUPED};
use super::scale::number_of;
use super::values::{column_of, keys, number_kind, numbers};
use crate::error::Lang;

/// The two axes, the colours, the dashes and the panels, as places for the layers' values.
pub(super) struct Places {
    pub(super) x: AxisPlaces,
    pub(super) y: AxisPlaces,
    pub(super) groups: Categories,
    pub(super) styles: Categories,
}

/// An axis before its ends are known.
#[derive(Clone)]
pub(super) enum AxisPlaces {
    Categories(Categories),
    Numbers(NumberKind),
}

impl AxisPlaces {
    /// Names a place of the axis for a message.
    pub(super) fn name(&self, at: f64, lang: Lang) -> Option<String> {
        match self {
            Self::Categories(categories) => categories
                .labels()
                .iter()
                .enumerate()
                .find(|(index, _)| number_of(*index).total_cmp(&at).is_eq())
                .map(|(_, label)| label.clone()),
            Self::Numbers(NumberKind::Plain) => {
                Some(NumberFormat { lang }.number(at, decimals_of([at].into_iter())))
            }
            Self::Numbers(NumberKind::Years) => Some(format!("{at:.0}")),
            Self::Numbers(NumberKind::Days) => super::scale::day_label(at),
        }
    }

    pub(super) fn is_numbers(&self) -> bool {
        matches!(self, Self::Numbers(_))
    }
}

/// Which value of a facet's column a row has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum PanelKey {
    /// The layer has no such column.
    #[default]
    Everywhere,
    /// This value, or none.
    Value(Option<String>),
}

/// One row of a layer: what it has of each aesthetic.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) x: Option<f64>,
    pub(super) y: Option<f64>,
    pub(super) x_end: Option<f64>,
    pub(super) y_end: Option<f64>,
    pub(super) x_min: Option<f64>,
    pub(super) x_max: Option<f64>,
    pub(super) y_min: Option<f64>,
    pub(super) y_max: Option<f64>,
    /// Half the width of a violin.
    pub(super) offset: Option<f64>,
    /// The number of a shade.
    pub(super) shade: Option<f64>,
    pub(super) group: usize,
    pub(super) style: usize,
    /// What tells the layer's lines apart beyond colour and dash.
    pub(super) series: String,
    /// Which part of a summary the row is.
    pub(super) part: String,
    /// The words to write.
    pub(super) label: String,
    /// The panel, by its two keys, where the layer has them.
    pub(super) panel: [PanelKey; 2],
}

/// Names the colour aesthetic whose data group a layer.
pub(super) fn group_aesthetic(layer: &GrammarLayer) -> Option<&'static str> {
    ["fill", "stroke"].into_iter().find(|name| is_data(layer, name))
}

/// Names the aesthetic whose data decide dash or shape.
pub(super) fn style_aesthetic(layer: &GrammarLayer) -> Option<&'static str> {
    ["linetype", "shape"].into_iter().find(|name| is_data(layer, name))
}

fn is_data(layer: &GrammarLayer, aesthetic: &str) -> bool {
    layer.mappings.get(aesthetic).is_some_and(|value| matches!(value, AestheticValue::Column { .. }))
}

/// What else is to be read of a layer.
pub(super) struct Wanted<'a> {
    pub(super) draw: &'a DrawClause,
    pub(super) is_shaded: bool,
    pub(super) lang: Lang,
}

/// Reads the rows of a layer as places.
pub(super) fn rows(
    layer: &GrammarLayer,
    frame: &ggsql::DataFrame,
    places: &Places,
    wanted: &Wanted,
) -> Vec<Row> {
    let on = |aesthetic: &str, axis: &AxisPlaces| placed(layer, frame, aesthetic, axis);
    let (x, y) = (on("pos1", &places.x), on("pos2", &places.y));
    let ends = [
        on("pos1end", &places.x),
        on("pos2end", &places.y),
        on("pos1min", &places.x),
        on("pos1max", &places.x),
        on("pos2min", &places.y),
        on("pos2max", &places.y),
    ];
    let keys_of = |aesthetic: Option<&str>| {
        aesthetic.and_then(|aesthetic| column_of(layer, frame, aesthetic)).map(|column| keys(&column))
    };
    let groups = if wanted.is_shaded { None } else { keys_of(group_aesthetic(layer)) };
    let styles = keys_of(style_aesthetic(layer));
    let numbers_of = |aesthetic: &str| column_of(layer, frame, aesthetic).map(|column| numbers(&column));
    let offset = numbers_of("offset");
    let shade = group_aesthetic(layer).filter(|_| wanted.is_shaded).and_then(numbers_of);
    let parts = keys_of(Some("type"));
    let labels = column_of(layer, frame, "label").map(|column| words(&column, wanted.lang));
    let panels = ["facet1", "facet2"].map(|aesthetic| keys_of(Some(aesthetic)));
    let ungrouped = if places.groups.labels().is_empty() { 0 } else { UNGROUPED };
    let series = series(wanted.draw, frame);
    let at = |column: &Vec<Option<f64>>, row: usize| column.get(row).copied().flatten();
    let at_some =
        |column: &Option<Vec<Option<f64>>>, row: usize| column.as_ref().and_then(|column| at(column, row));
    let text = |column: &Option<Vec<Option<String>>>, row: usize| {
        column.as_ref().and_then(|column| column.get(row).cloned().flatten()).unwrap_or_default()
    };
    let read = |row: usize| {
        let key = groups.as_ref().and_then(|keys| keys.get(row));
        let group = key.map_or(Some(ungrouped), |key| places.groups.place(key.as_ref()));
        let style = styles.as_ref().and_then(|keys| places.styles.place(keys.get(row)?.as_ref()));
        let mut read = Row {
            group: group.unwrap_or(ungrouped),
            style: style.unwrap_or(0),
            series: series.get(row).cloned().unwrap_or_default(),
            part: text(&parts, row),
            label: text(&labels, row),
            panel: [0, 1].map(|side: usize| {
                let key = panels[side].as_ref().and_then(|keys| keys.get(row));
                key.map_or(PanelKey::Everywhere, |key| PanelKey::Value(key.clone()))
            }),
            ..Row::default()
        };
        // A group that the author left out of the scale has no place.
        if group.is_some() {
            (read.x, read.y) = (at(&x, row), at(&y, row));
            [read.x_end, read.y_end, read.x_min, read.x_max, read.y_min, read.y_max] =
                [0, 1, 2, 3, 4, 5].map(|side: usize| at(&ends[side], row));
            (read.offset, read.shade) = (at_some(&offset, row), at_some(&shade, row));
        }
        read
    };
    (0..frame.height()).map(read).collect()
}

fn placed(
    layer: &GrammarLayer,
    frame: &ggsql::DataFrame,
    aesthetic: &str,
    axis: &AxisPlaces,
) -> Vec<Option<f64>> {
    let Some(column) = column_of(layer, frame, aesthetic) else {
        // A layer that says nothing of an unnamed axis lies at its only place.
        let is_main = matches!(aesthetic, "pos1" | "pos2");
        let is_unnamed = matches!(axis, AxisPlaces::Categories(categories) if categories.labels().len() <= 1);
        return vec![(is_main && is_unnamed).then_some(0.0); frame.height()];
    };
    match axis {
        AxisPlaces::Numbers(_) => numbers(&column),
        AxisPlaces::Categories(categories) => {
            keys(&column).iter().map(|key| categories.place(key.as_ref()).map(number_of)).collect()
        }
    }
}

/// Reads words; numbers are written as the reader's language does.
fn words(column: &ArrayRef, lang: Lang) -> Vec<Option<String>> {
    match number_kind(column.data_type()) {
        Some(NumberKind::Days) => {
            numbers(column).into_iter().map(|day| day.and_then(super::scale::day_label)).collect()
        }
        Some(_) => {
            let values = numbers(column);
            let decimals = decimals_of(values.iter().flatten().copied());
            let format = NumberFormat { lang };
            values.into_iter().map(|value| value.map(|value| format.number(value, decimals))).collect()
        }
        None => keys(column),
    }
}

/// Joins the columns that the author partitions by into one key per row.
fn series(draw: &DrawClause, frame: &ggsql::DataFrame) -> Vec<String> {
    let mut series = vec![String::new(); frame.height()];
    for column in draw.partition.iter().filter_map(|name| frame.column(&name.text).ok()) {
        for (key, value) in series.iter_mut().zip(keys(column)) {
            key.push('\u{0}');
            key.push_str(&value.unwrap_or_default());
        }
    }
    series
}
