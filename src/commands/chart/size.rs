//! Turns the options of the command line into the size and the look of a picture.

use super::super::Session;
use crate::chart::ChartOptions;
use crate::cli::ChartArgs;
use crate::error::{Explain as _, Result};
use crate::messages::TerminalFault;

/// The width of the text of an official document (Decree 30/2020/NĐ-CP), and a height that suits it.
const USUAL_MM: (f64, f64) = (155.0, 90.0);

/// The size that a chart has when nothing else is asked for: its file's, if that names one.
pub fn usual_options(session: &Session, size_mm: Option<(f64, f64)>) -> ChartOptions {
    let (width, height) = size_mm.unwrap_or(USUAL_MM);
    ChartOptions::print(width, height, 300.0, session.image_lang)
}

/// Sizes in millimetres follow `--dpi`; sizes in pixels scale the text with the width, so that a
/// picture looks the same at any size.
pub(super) fn read_options(
    session: &Session,
    arguments: &ChartArgs,
    size_mm: Option<(f64, f64)>,
) -> Result<ChartOptions> {
    let (width, height) = size_mm.unwrap_or(USUAL_MM);
    let width = arguments.width.as_deref().map_or(Ok(Size::Millimetres(width)), Size::parse)?;
    let height = arguments.height.as_deref().map_or(Ok(Size::Millimetres(height)), Size::parse)?;
    let dpi = f64::from(arguments.dpi.unwrap_or(300));
    let mut options = match (width, height) {
        (Size::Millimetres(width), Size::Millimetres(height)) => {
            ChartOptions::print(width, height, dpi, session.image_lang)
        }
        (width, height) => {
            let (width, height) = (width.pixels(dpi), height.pixels(dpi));
            let dpi = arguments.dpi.map_or(f64::from(width) * PIXEL_DPI / PIXEL_WIDTH, f64::from);
            ChartOptions::pixels(width, height, dpi, session.image_lang)
        }
    };
    options.has_title = !arguments.no_title;
    options.theme = arguments.theme.into();
    Ok(options)
}

/// The width in pixels at which text is set at [`PIXEL_DPI`].
const PIXEL_WIDTH: f64 = 1200.0;
const PIXEL_DPI: f64 = 144.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Millimetres(f64),
    Pixels(u32),
}

impl Size {
    fn parse(text: &str) -> Result<Self> {
        let millimetres = |text: &str| text.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0);
        let size = match (text.strip_suffix("mm"), text.strip_suffix("px")) {
            (Some(number), _) => millimetres(number).map(Self::Millimetres),
            (_, Some(number)) => number.parse().ok().map(Self::Pixels),
            _ => None,
        };
        size.ok_or_else(|| TerminalFault::BadSize { found: text.to_owned() }.error())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates; drawing checks sizes"
    )]
    fn pixels(self, dpi: f64) -> u32 {
        match self {
            Self::Pixels(pixels) => pixels,
            Self::Millimetres(millimetres) => (millimetres / 25.4 * dpi).round() as u32,
        }
    }
}
