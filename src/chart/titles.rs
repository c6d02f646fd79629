//! Finds the words of a chart: its titles, those of its axes and what the colours mean.

use ggsql::plot::AestheticValue;

use super::clause::Setting;
use super::plot::Groups;
use super::resolve::{COLOURS, Resolver, Side};
use super::rewrite::is_year_column;
use super::rows::{AxisPlaces, Places};
use super::scene::Colour;
use crate::error::Lang;
use crate::vietnamese::fold::{fold, normalise};

/// What the author wrote for a label.
enum Written {
    /// There is no such label.
    Nothing,
    /// `NULL` or an empty text: no label is wanted.
    Off,
    Text(String),
}

impl Written {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nothing | Self::Off => None,
        }
    }

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        if matches!(self, Self::Nothing) { other() } else { self }
    }
}

impl Resolver<'_> {
    /// Returns what the author wrote for a label.
    fn written_label(&self, names: &[&str], key: &str) -> Written {
        let is_named = |label: &&Setting| names.contains(&label.name.text.as_str());
        let Some(label) = self.written.labels.iter().rev().find(is_named) else { return Written::Nothing };
        let labels = self.spec.labels.as_ref();
        // `color` also sets `fill`, which the grammar then names after its column; the word as written wins.
        let text = [label.name.text.as_str(), key]
            .iter()
            .find_map(|key| labels.and_then(|labels| labels.labels.get(*key)).cloned())
            .flatten();
        match text.map(|text| normalise(text.trim())).filter(|text| !text.is_empty()) {
            Some(text) => Written::Text(text),
            None => Written::Off,
        }
    }

    /// Returns a label of the author's.
    pub(super) fn label(&self, name: &str, key: &str) -> Option<String> {
        self.written_label(&[name], key).text()
    }

    /// Titles an axis: as written, else from what is known of its column, else by the column's name.
    pub(super) fn axis_title(&self, side: &Side) -> Option<String> {
        let Side { aesthetic, names, .. } = *side;
        match self.written_label(&names[..1], aesthetic) {
            Written::Text(text) => return Some(text),
            Written::Off => return None,
            Written::Nothing => {}
        }
        let origins = self.origins(&names[..1]);
        let Some((table, column)) = origins.first() else {
            return self.counted_title(aesthetic);
        };
        let note = self.notes.note(column);
        let title = note.and_then(|note| note.title.clone()).unwrap_or_else(|| {
            if is_year_column(table, column) { self.year_title() } else { column.clone() }
        });
        // Four digits say that they are years.
        if is_year_column(table, column) {
            return None;
        }
        let unit = note.and_then(|note| note.measure_unit.as_ref());
        // `Số hồ sơ (hồ sơ)` says it twice.
        let unit = unit.filter(|unit| !fold(&title).contains(&fold(unit)));
        Some(normalise(&unit.map_or(title.clone(), |unit| format!("{title} ({unit})"))))
    }

    fn year_title(&self) -> String {
        match self.lang {
            Lang::En => "Year".to_owned(),
            Lang::Vi => "Năm".to_owned(),
        }
    }

    /// Titles the axis of a counted statistic; an axis to which nothing is mapped has no title.
    fn counted_title(&self, aesthetic: &str) -> Option<String> {
        let is_stat = self.layers().any(|(layer, _, _)| {
            let value = layer.mappings.get(aesthetic);
            value.and_then(AestheticValue::label_name).is_some_and(|name| name.contains("count"))
        });
        let is_density = self.layers().any(|(layer, draw, _)| {
            draw.geometry.text == "density" && layer.mappings.get(aesthetic).is_some()
        });
        if is_density {
            return Some(match self.lang {
                Lang::En => "Density".to_owned(),
                Lang::Vi => "Mật độ".to_owned(),
            });
        }
        is_stat.then(|| match self.lang {
            Lang::En => "Rows".to_owned(),
            Lang::Vi => "Số dòng".to_owned(),
        })
    }

    /// Says what the colours mean, and whether a legend must.
    pub(super) fn groups(&self, places: &Places) -> Option<Groups> {
        let title = self.written_label(&COLOURS, "fill").or(|| self.written_label(&COLOURS, "stroke")).text();
        let colours =
            self.written.scales.iter().filter(|scale| COLOURS.contains(&scale.aesthetic.text.as_str()));
        let colours =
            colours.flat_map(|scale| &scale.output).filter_map(|text| Colour::parse(text)).collect();
        let unknown = places.groups.unknown();
        let slots = self.slots(places);
        let is_year = |label: &String| label.len() == 4 && label.parse::<u16>().is_ok();
        let is_years = places.groups.is_sequence && places.groups.labels().iter().all(is_year);
        let groups = Groups { colours, slots, is_years, unknown, ..Self::named(&places.groups, title)? };
        let names_groups = |axis: &AxisPlaces| match axis {
            AxisPlaces::Categories(categories) => categories.labels() == groups.labels,
            AxisPlaces::Numbers(_) => false,
        };
        let has_legend = groups.has_legend && !names_groups(&places.x) && !names_groups(&places.y);
        Some(Groups { has_legend, ..groups })
    }

    /// Finds the place of each group in the author's list, or in the contract's.
    fn slots(&self, places: &Places) -> Vec<usize> {
        let scale = self.written.scales.iter().find(|scale| COLOURS.contains(&scale.aesthetic.text.as_str()));
        let listed = scale.map(|scale| scale.names.as_slice()).unwrap_or_default();
        let origins = self.origins(&COLOURS);
        let known = origins.iter().map(|(_, column)| self.notes.order_of(column));
        let order = std::iter::once(listed).chain(known).find(|order| !order.is_empty()).unwrap_or_default();
        let slot = |key: &Option<String>| match key {
            Some(key) => order.iter().position(|known| known == key),
            // What is not known has a look of its own.
            None => Some(order.len()),
        };
        places.groups.keys().map(slot).collect::<Option<Vec<usize>>>().unwrap_or_default()
    }

    /// Says what the dashes mean, unless the colours say the same.
    pub(super) fn styles(&self, places: &Places) -> Option<Groups> {
        let names = ["linetype", "shape"];
        let styles = Self::named(&places.styles, self.written_label(&names, "linetype").text())?;
        let has_legend = styles.has_legend && places.groups.labels() != places.styles.labels();
        Some(Groups { has_legend, ..styles })
    }

    fn named(categories: &super::categories::Categories, title: Option<String>) -> Option<Groups> {
        let labels = categories.labels().to_vec();
        if labels.is_empty() {
            return None;
        }
        let has_legend = labels.len() > 1 || labels.iter().any(|label| !label.is_empty());
        Some(Groups { title, labels, has_legend, ..Groups::default() })
    }

    /// Titles the shades of tiles.
    pub(super) fn shade_title(&self) -> Option<String> {
        match self.written_label(&COLOURS, "fill") {
            Written::Text(text) => Some(text),
            Written::Off => None,
            Written::Nothing => self.origins(&COLOURS).first().map(|(_, column)| {
                let title = self.notes.note(column).and_then(|note| note.title.clone());
                normalise(&title.unwrap_or_else(|| column.clone()))
            }),
        }
    }
}
