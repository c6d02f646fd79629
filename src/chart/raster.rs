//! Turns a chart's SVG into PNG with the bundled font alone, so that every machine draws the same.

use std::sync::{Arc, OnceLock};

use resvg::{tiny_skia, usvg};

use super::ChartOptions;
use super::text::{REGULAR, SEMI_BOLD};
use crate::error::{Error, Explain as _, Result};
use crate::messages::ChartFault;

/// Renders the SVG at the options' size; `description` goes into the file's metadata.
///
/// # Errors
/// [`ChartFault::DrawingFailed`] if a library refuses what this program wrote.
pub fn draw_png(svg: &str, options: &ChartOptions, description: &str) -> Result<Vec<u8>> {
    let pixels = draw(svg, options)?;
    let colours: Vec<u8> =
        pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    encode(&colours, options, description).map_err(failed)
}

/// Renders the SVG as pixels of red, green and blue, row by row.
///
/// # Errors
/// As [`draw_png`].
pub fn draw_pixels(svg: &str, options: &ChartOptions) -> Result<Vec<[u8; 3]>> {
    let pixels = draw(svg, options)?;
    Ok(pixels.data().chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// Writes pixels of red, green and blue, row by row, as PNG.
///
/// # Errors
/// As [`draw_png`].
pub fn encode_pixels(pixels: &[[u8; 3]], options: &ChartOptions, description: &str) -> Result<Vec<u8>> {
    encode(pixels.as_flattened(), options, description).map_err(failed)
}

fn draw(svg: &str, options: &ChartOptions) -> Result<tiny_skia::Pixmap> {
    let settings =
        usvg::Options { font_family: "Inter".to_owned(), fontdb: fonts(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &settings).map_err(failed)?;
    let (width, height) = (options.width_px, options.height_px);
    let mut pixels = tiny_skia::Pixmap::new(width, height)
        .ok_or_else(|| Error::from(ChartFault::TooSmall { width, height }))?;
    pixels.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    Ok(pixels)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    ChartFault::DrawingFailed { problem: error.to_string() }.error().caused_by(error)
}

fn fonts() -> Arc<usvg::fontdb::Database> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = usvg::fontdb::Database::new();
        for face in [REGULAR, SEMI_BOLD] {
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(face)));
        }
        Arc::new(fonts)
    });
    Arc::clone(fonts)
}

/// Encodes opaque pixels: three bytes each, a fast compression, the density for word processors.
fn encode(colours: &[u8], options: &ChartOptions, description: &str) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, options.width_px, options.height_px);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_pixel_dims(Some(density(options.dpi)));
    if !description.is_empty() {
        encoder.add_itxt_chunk("Description".to_owned(), description.to_owned())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(colours)?;
    writer.finish()?;
    Ok(file)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and drawing has checked the density"
)]
fn density(dpi: f64) -> png::PixelDimensions {
    let per_metre = (dpi / 0.0254).round() as u32;
    png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }
}
