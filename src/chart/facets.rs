//! Finds the panels of a chart: which values of the facet's columns each shows, and where it stands.

use super::clause::FacetClause;
use super::resolve::Resolver;
use super::rows::{PanelKey, Row};
use super::values::{column_of, keys};
use crate::error::{Explain as _, Result};
use crate::messages::ChartFault;

/// More panels than this cannot be read on a page.
const MOST_PANELS: usize = 36;

/// One panel before its marks are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) label: Option<String>,
    pub(super) row: usize,
    pub(super) column: usize,
    /// The values of the facet's columns that it shows; none shows all.
    keys: [PanelKey; 2],
}

impl Cell {
    /// Tells whether a row belongs here; a layer without the column belongs everywhere.
    pub(super) fn holds(&self, row: &Row) -> bool {
        self.keys.iter().zip(&row.panel).all(|(wanted, found)| match (wanted, found) {
            (PanelKey::Value(wanted), PanelKey::Value(found)) => wanted == found,
            _ => true,
        })
    }
}

impl Resolver<'_> {
    /// Tells for which axes each panel has its own scale.
    pub(super) fn free_sides(&self) -> (bool, bool) {
        let setting = |facet: &FacetClause| {
            facet
                .settings
                .iter()
                .find(|setting| setting.name.text == "free")
                .map(|setting| setting.value.text.clone())
        };
        let free = self.written.facet.as_ref().and_then(setting).unwrap_or_default();
        let is_free = (free.contains('x'), free.contains('y'));
        if self.written.is_flipped() { (is_free.1, is_free.0) } else { is_free }
    }

    /// Finds the panels in reading order.
    pub(super) fn cells<T>(&self, read: &[(T, Vec<Row>)]) -> Result<Vec<Cell>> {
        let Some(facet) = &self.written.facet else { return Ok(vec![Cell::default()]) };
        let is_grid = !facet.columns.is_empty();
        let places = |aesthetic: &str, name: &str, column: &[super::clause::Piece]| {
            let mut found = Vec::new();
            for (layer, _, frame) in self.layers() {
                found.extend(
                    column_of(layer, frame, aesthetic).map(|column| keys(&column)).unwrap_or_default(),
                );
            }
            self.panel_categories(found, name, column)
        };
        let first = places("facet1", if is_grid { "row" } else { "panel" }, &facet.rows);
        let mut cells = Vec::new();
        if is_grid {
            let second = places("facet2", "column", &facet.columns);
            for (row, (row_key, row_label)) in first.iter().enumerate() {
                for (column, (column_key, column_label)) in second.iter().enumerate() {
                    cells.push(Cell {
                        label: Some(format!("{row_label} · {column_label}")),
                        row,
                        column,
                        keys: [PanelKey::Value(row_key.clone()), PanelKey::Value(column_key.clone())],
                    });
                }
            }
        } else {
            let columns = columns_of(facet, first.len());
            cells.extend(first.iter().enumerate().map(|(index, (key, label))| Cell {
                label: Some(label.clone()),
                row: index / columns,
                column: index % columns,
                keys: [PanelKey::Value(key.clone()), PanelKey::Everywhere],
            }));
        }
        if cells.len() > MOST_PANELS {
            let fault = ChartFault::TooManyPanels { count: cells.len(), most: MOST_PANELS };
            return Err(fault.error().at(self.clause.place(facet.span)));
        }
        // A panel of which no layer has a row is kept: that there is nothing is an answer, too.
        let is_seen = read.iter().any(|(_, rows)| !rows.is_empty());
        Ok(if cells.is_empty() || !is_seen { vec![Cell::default()] } else { cells })
    }

    /// Orders the values of a facet's column, each with its label.
    fn panel_categories(
        &self,
        found: Vec<Option<String>>,
        name: &str,
        columns: &[super::clause::Piece],
    ) -> Vec<(Option<String>, String)> {
        let table = self
            .written
            .source
            .as_ref()
            .map_or(Some(&self.data.result), |from| self.data.table(&from.name.text));
        let origins = columns.iter().filter_map(|column| Some((table?, column.text.clone()))).collect();
        let scale = self.written.scales.iter().find(|scale| scale.aesthetic.text == name);
        let listed = scale.map(|scale| scale.names.clone()).unwrap_or_default();
        let renamed = scale.map(|scale| scale.names_for.as_slice()).unwrap_or_default();
        let categories =
            super::categories::Categories::new(found, &listed, &origins, renamed, self.notes, self.lang);
        categories.keys().cloned().zip(categories.labels().iter().cloned()).collect()
    }
}

/// Finds how many panels stand side by side: as the author says, else as many as make a flat picture.
fn columns_of(facet: &FacetClause, count: usize) -> usize {
    let number = |name: &str| -> Option<usize> {
        let setting = facet.settings.iter().find(|setting| setting.name.text == name)?;
        setting.value.text.parse().ok().filter(|number| *number > 0)
    };
    let usual = match count {
        ..=3 => count,
        4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    number("ncol").or_else(|| number("nrow").map(|rows| count.div_ceil(rows))).unwrap_or(usual).max(1)
}
