//! Changes how single columns of a layout read, also from row to row: a comparison of years has counts
//! and rates in one column.

use super::layout::{ColumnLayout, Layout, Style};
use crate::engine::LeftOut;

impl Layout {
    /// Writes whole numbers without decimals, whatever their type.
    #[must_use]
    pub fn with_bare_numbers(mut self) -> Self {
        for column in &mut self.columns {
            column.style = Style::Bare;
        }
        self
    }

    /// Gives a column another heading.
    pub fn set_heading(&mut self, name: &str, heading: String) {
        self.change(name, |column| column.heading = heading);
    }

    /// Gives a value of a column what people call it.
    pub fn set_label(&mut self, name: &str, code: &str, label: String) {
        self.change(name, |column| {
            column.labels.insert(code.to_owned(), label);
        });
    }

    /// Gives every row of a column a style of its own.
    pub fn set_styles(&mut self, name: &str, styles: Vec<Style>) {
        self.change(name, |column| column.styles = styles);
    }

    /// Says what stands for NULL in a column.
    pub fn set_missing(&mut self, name: &str, sign: String) {
        self.change(name, |column| column.missing = Some(sign));
    }

    /// Puts a sign in the place of every cell that is left out, so that it does not read as NULL.
    pub fn set_left_out(&mut self, cells: &[LeftOut]) {
        for cell in cells {
            if let Some(column) = self.columns.get_mut(cell.column) {
                column.left_out.insert(cell.row, cell.sign.clone());
            }
        }
    }

    /// Marks the rows of a column whose value is for the better (true) or for the worse.
    pub fn set_tones(&mut self, name: &str, tones: Vec<Option<bool>>) {
        self.change(name, |column| column.tones = tones);
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut ColumnLayout)) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.name == name) {
            change(column);
        }
    }
}
