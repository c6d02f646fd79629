//! Turns an answer into a table for a terminal: lines drawn, numbers to the right, NULL shown.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::{Layout, visible};
use crate::engine::Answer;

pub(super) fn write_table(
    out: &mut impl Write,
    answer: &Answer,
    layout: &Layout,
    width: Option<u16>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED);
    if let Some(width) = width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    }
    // A plan is read by its lines; anywhere else a line break is part of a value.
    let is_plan = layout.columns.first().is_some_and(|column| column.heading == "plan_type");
    let show = |text: &str| {
        if is_plan { text.lines().map(visible).collect::<Vec<_>>().join("\n") } else { visible(text) }
    };
    table.set_header(layout.columns.iter().map(|column| visible(&column.heading)));
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().enumerate().map(|(index, array)| {
                let text = layout.text(index, array, row);
                Cell::new(text.map_or_else(|| layout.missing("NULL").to_owned(), |text| show(&text)))
            });
            table.add_row(cells);
        }
    }
    for (index, column) in layout.columns.iter().enumerate() {
        if column.numeric
            && let Some(column) = table.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "{table}")
}
