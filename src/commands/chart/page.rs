//! Puts several charts on one page: A4 upright, below each other, in two columns from five charts on.
//!
//! Each chart has the height that its file names. Where the page is too short for all of them, they give way
//! in proportion, but no further than they can be read.

use super::super::Session;
use super::drawing::Drawing;
use crate::chart::{ChartOptions, encode_pixels};
use crate::error::{Error, Explain as _, Result};
use crate::messages::TerminalFault;

/// A4 and its margins in millimetres (Decree 30/2020/NĐ-CP, appendix I: 30 left, 15 right, 20 above and below).
const PAGE_MM: (f64, f64) = (210.0, 297.0);
const LEFT_MM: f64 = 30.0;
const RIGHT_MM: f64 = 15.0;
const TOP_MM: f64 = 20.0;
const GAP_MM: f64 = 6.0;
/// Room for charts.
const WIDTH_MM: f64 = PAGE_MM.0 - LEFT_MM - RIGHT_MM;
const HEIGHT_MM: f64 = PAGE_MM.1 - 2.0 * TOP_MM;

/// Where one chart goes on the page, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// Draws the charts on one page, as PNG.
///
/// # Errors
/// [`TerminalFault::PageFull`] if the charts need more room than a page has.
pub(super) fn draw_page(session: &Session, drawings: &[Drawing], dpi: f64) -> Result<Vec<u8>> {
    let size = |width: f64, height: f64| ChartOptions::print(width, height, dpi, session.image_lang);
    let page = size(PAGE_MM.0, PAGE_MM.1);
    // The page is as dark as its charts.
    let ground = drawings.first().map_or([255; 3], Drawing::ground);
    let (page_width, page_height) = (page.width_px as usize, page.height_px as usize);
    let mut pixels = vec![ground; page_width * page_height];
    for (cell, drawing) in draw_cells(drawings, &size)? {
        let (corner, width) = (size(cell.left, cell.top), size(cell.width, cell.height).width_px as usize);
        for (line, source) in drawing.chunks_exact(width).enumerate() {
            let start = (corner.height_px as usize + line) * page_width + corner.width_px as usize;
            if let Some(target) = pixels.get_mut(start..start + source.len()) {
                target.copy_from_slice(source);
            }
        }
    }
    let description: Vec<&str> = drawings.iter().map(Drawing::description).collect();
    encode_pixels(&pixels, &page, &description.join("\n\n"))
}

type Drawn = (Cell, Vec<[u8; 3]>);

/// Draws each chart at the size that the page leaves it. One that cannot be read at that size gets a row for
/// itself, and then its own height; the others share what is left.
fn draw_cells(drawings: &[Drawing], size: &dyn Fn(f64, f64) -> ChartOptions) -> Result<Vec<Drawn>> {
    let in_pairs = drawings.len() > 4;
    let shape =
        |drawing: &Drawing| Shape { height: drawing.size_mm().1, is_alone: !in_pairs, is_kept: false };
    let mut shapes: Vec<Shape> = drawings.iter().map(shape).collect();
    loop {
        let Some(cells) = place(&shapes) else {
            return Err(page_full(drawings.iter()));
        };
        let draw = |(drawing, cell): (&Drawing, &Cell)| {
            let options = size(cell.width, cell.height);
            drawing.sized(options.width_px, options.height_px, options.dpi).pixels()
        };
        let drawn: Vec<Result<Vec<[u8; 3]>>> = drawings.iter().zip(&cells).map(draw).collect();
        let refused: Vec<usize> = (0..drawn.len()).filter(|at| drawn[*at].is_err()).collect();
        if refused.is_empty() {
            return Ok(cells.into_iter().zip(drawn.into_iter().flatten()).collect());
        }
        if refused.iter().any(|at| shapes[*at].is_kept) {
            return Err(page_full(refused.iter().map(|at| &drawings[*at])));
        }
        for at in refused {
            let shape = &mut shapes[at];
            (shape.is_alone, shape.is_kept) = (true, shape.is_alone);
        }
    }
}

/// What a chart needs of the page.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// The height that it has by itself.
    height: f64,
    /// Whether no other chart may stand beside it.
    is_alone: bool,
    /// Whether it keeps its height.
    is_kept: bool,
}

/// Finds the place of each chart; none if charts that keep their height leave nothing to the others.
fn place(shapes: &[Shape]) -> Option<Vec<Cell>> {
    let rows = rows(shapes);
    let height = |row: &[Shape]| row.iter().map(|shape| shape.height).fold(0.0, f64::max);
    let is_kept = |row: &[Shape]| row.iter().any(|shape| shape.is_kept);
    let sum = |wanted: bool| -> f64 {
        rows.iter().filter(|row| is_kept(row) == wanted).map(|row| height(row)).sum()
    };
    let gaps = f64::from(u32::try_from(rows.len().saturating_sub(1)).unwrap_or(u32::MAX)) * GAP_MM;
    let room = HEIGHT_MM - gaps - sum(true);
    let share = if sum(false) > 0.0 { (room / sum(false)).min(1.0) } else { 1.0 };
    if room < 0.0 || share <= 0.0 {
        return None;
    }
    let mut top = TOP_MM;
    let mut cells = Vec::new();
    for row in rows {
        let height = if is_kept(row) { height(row) } else { height(row) * share };
        let half = (WIDTH_MM - GAP_MM) / 2.0;
        let width = if row[0].is_alone { WIDTH_MM } else { half };
        cells.push(Cell { left: LEFT_MM, top, width, height });
        if row.len() > 1 {
            cells.push(Cell { left: LEFT_MM + half + GAP_MM, top, width, height });
        }
        top += height + GAP_MM;
    }
    Some(cells)
}

/// Puts charts into rows of one or two, in their order.
fn rows(mut shapes: &[Shape]) -> Vec<&[Shape]> {
    let mut rows = Vec::new();
    while let [first, rest @ ..] = shapes {
        let is_pair = !first.is_alone && rest.first().is_some_and(|next| !next.is_alone);
        let (row, others) = shapes.split_at(if is_pair { 2 } else { 1 });
        rows.push(row);
        shapes = others;
    }
    rows
}

#[expect(clippy::cast_possible_truncation, reason = "sizes of a page")]
fn page_full<'d>(drawings: impl Iterator<Item = &'d Drawing>) -> Error {
    let name = |drawing: &Drawing| {
        let (width, height) = drawing.size_mm();
        format!("`{}` ({width:.0} × {height:.0} mm)", drawing.name)
    };
    let charts: Vec<String> = drawings.map(name).collect();
    TerminalFault::PageFull { charts: charts.join(", "), width: WIDTH_MM as i64, height: HEIGHT_MM as i64 }
        .error()
}
