//! Turns a query's result and a `VISUALISE` clause into a resolved plot, the plot into SVG, and SVG into PNG.
//!
//! ```text
//! clause ─read→ Written ─refuse, rewrite→ ggsql ─resolve→ Plot ─layout→ Scene ─plotters→ SVG ─resvg→ PNG
//! ```
//! The published grammar decides what a clause means; places, labels and pixels are decided here,
//! because a printed report needs them to be the same everywhere.

mod axis;
mod bar_values;
mod blocks;
mod categories;
mod clause;
mod describe;
mod dialect;
mod direct;
mod extent;
mod facets;
mod format;
mod frames;
mod inks;
mod layers;
mod layout;
mod legend;
mod letters;
mod mark_bar;
mod mark_box;
mod mark_line;
mod mark_point;
mod mark_segment;
mod mark_shape;
mod mark_text;
mod paint;
mod pattern;
mod plot;
mod raster;
mod reader;
mod refuse;
mod resolve;
mod rewrite;
mod room;
mod rows;
mod scale;
mod scene;
mod sources;
mod split;
mod svg;
mod text;
mod theme;
mod titles;
mod values;

#[cfg(test)]
mod grammar;
#[cfg(test)]
mod look_tests;
#[cfg(test)]
mod tests;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use crate::error::Lang;

pub use blocks::draw_blocks;
pub use clause::Clause;
pub use describe::describe;
pub use letters::missing_letters;
pub use plot::Plot;
pub use raster::{draw_pixels, draw_png, encode_pixels};
pub use resolve::resolve_plot;
pub use sources::LeftOut;
pub use split::find_visualise;
pub use svg::draw_svg;
pub use theme::{ThemeName, ground};

/// The geometries that are drawn.
pub(crate) const DRAWN: [&str; 17] = [
    "line",
    "path",
    "point",
    "bar",
    "area",
    "ribbon",
    "histogram",
    "density",
    "boxplot",
    "violin",
    "smooth",
    "text",
    "rule",
    "segment",
    "range",
    "tile",
    "polygon",
];

/// A table of chart data.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name by which `FROM` may call it.
    pub name: String,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: Vec<RecordBatch>,
    /// Whether an `ORDER BY` decides the order of the rows.
    pub is_ordered: bool,
}

impl Table {
    /// Counts the rows.
    pub fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// What a chart draws: the result of the SQL part, and those of its top-level CTEs by name.
#[derive(Debug, Clone)]
pub struct ChartData {
    /// The result of the SQL part; its name is only used in messages.
    pub result: Table,
    /// The tables that `FROM` may name.
    pub tables: Vec<Table>,
}

impl ChartData {
    /// Finds a table by the name that `FROM` gives, whatever its case.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        let lower = name.to_lowercase();
        self.tables.iter().find(|table| table.name.to_lowercase() == lower)
    }
}

/// What is known about one column of the data.
#[derive(Debug, Clone, Default)]
pub struct ColumnNote {
    /// The column's name in the result.
    pub name: String,
    /// Its title for people.
    pub title: Option<String>,
    /// The values of a category in the contract's order, as they stand in the data (code or label).
    pub order: Vec<String>,
    /// The unit that the numbers count (hồ sơ, %).
    pub measure_unit: Option<String>,
}

/// What is known about the columns of the data.
#[derive(Debug, Clone, Default)]
pub struct ColumnNotes {
    /// One note per column; columns without one are called by their names.
    pub columns: Vec<ColumnNote>,
}

impl ColumnNotes {
    /// Finds the note of a column.
    pub fn note(&self, column: &str) -> Option<&ColumnNote> {
        self.columns.iter().find(|note| note.name.eq_ignore_ascii_case(column))
    }

    /// Returns the order of a column's categories, empty if it has none.
    pub(crate) fn order_of(&self, column: &str) -> &[String] {
        self.note(column).map_or(&[], |note| &note.order)
    }
}

/// How a chart is drawn.
#[derive(Debug, Clone)]
pub struct ChartOptions {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Pixels per inch; text and lines have sizes in points, so this is their scale.
    pub dpi: f64,
    /// The language of the words that drawing adds.
    pub lang: Lang,
    /// The look.
    pub theme: ThemeName,
    /// Whether the title and the subtitle are drawn.
    pub has_title: bool,
    /// Lines at the foot: source and notices, in the right language already.
    pub caption_lines: Vec<String>,
}

impl ChartOptions {
    /// A picture of a size on paper.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and the size is checked when drawing"
    )]
    pub fn print(width_mm: f64, height_mm: f64, dpi: f64, lang: Lang) -> Self {
        let pixels = |mm: f64| (mm / 25.4 * dpi).round() as u32;
        Self::pixels(pixels(width_mm), pixels(height_mm), dpi, lang)
    }

    /// A picture of a size in pixels.
    pub fn pixels(width_px: u32, height_px: u32, dpi: f64, lang: Lang) -> Self {
        Self {
            width_px,
            height_px,
            dpi,
            lang,
            theme: ThemeName::Report,
            has_title: true,
            caption_lines: Vec::new(),
        }
    }
}
