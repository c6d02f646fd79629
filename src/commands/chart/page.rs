//! Puts several charts on one page: A4 upright, below each other, in two columns from five charts on.

use super::super::Session;
use super::drawing::Drawing;
use crate::chart::{ChartOptions, encode_pixels};
use crate::error::Result;

/// A4 and its margins in millimetres (Decree 30/2020/NĐ-CP, appendix I: 30 left, 15 right, 20 above and below).
const PAGE_MM: (f64, f64) = (210.0, 297.0);
const LEFT_MM: f64 = 30.0;
const RIGHT_MM: f64 = 15.0;
const TOP_MM: f64 = 20.0;
const GAP_MM: f64 = 6.0;
/// The most room of one chart.
const TALLEST_MM: f64 = 90.0;

/// Draws the charts on one page, as PNG.
///
/// # Errors
/// If there are more charts than the page has room for.
pub(super) fn draw_page(session: &Session, drawings: &[Drawing], dpi: f64) -> Result<Vec<u8>> {
    let options = ChartOptions::print(PAGE_MM.0, PAGE_MM.1, dpi, session.image_lang);
    let columns = if drawings.len() > 4 { 2 } else { 1 };
    let rows = drawings.len().div_ceil(columns).max(1);
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let width = (PAGE_MM.0 - LEFT_MM - RIGHT_MM - GAP_MM * (count(columns) - 1.0)) / count(columns);
    let height = (PAGE_MM.1 - 2.0 * TOP_MM - GAP_MM * (count(rows) - 1.0)) / count(rows);
    let height = height.min(TALLEST_MM);
    let cell = ChartOptions::print(width, height, dpi, session.image_lang);
    let (page_width, page_height) = (options.width_px as usize, options.height_px as usize);
    let mut page = vec![[255_u8; 3]; page_width * page_height];
    for (index, drawing) in drawings.iter().enumerate() {
        let pixels = drawing.sized(cell.width_px, cell.height_px, dpi).pixels()?;
        let (column, row) = (count(index % columns), count(index / columns));
        let corner = ChartOptions::print(
            LEFT_MM + (width + GAP_MM) * column,
            TOP_MM + (height + GAP_MM) * row,
            dpi,
            session.image_lang,
        );
        let (left, top) = (corner.width_px as usize, corner.height_px as usize);
        for (line, source) in pixels.chunks_exact(cell.width_px as usize).enumerate() {
            let start = (top + line) * page_width + left;
            if let Some(target) = page.get_mut(start..start + source.len()) {
                target.copy_from_slice(source);
            }
        }
    }
    let description: Vec<&str> = drawings.iter().map(Drawing::description).collect();
    encode_pixels(&page, &options, &description.join("\n\n"))
}
