//! Sizes and colours of a chart, in pixels of the picture that is drawn.
//!
//! Everything is given in points and multiplied once, so that the same chart prints alike at any
//! density. The colours are those of Okabe and Ito ("Color Universal Design", 2008), which stay
//! apart for colour-blind readers, with the light ones darkened for white paper.

use super::canvas::Colour;

/// The look of a chart.
#[derive(Debug, Clone)]
pub(super) struct Theme {
    /// Pixels per point.
    pub(super) point: f64,
    pub(super) margin: f64,
    pub(super) title_size: f64,
    pub(super) subtitle_size: f64,
    pub(super) label_size: f64,
    pub(super) value_size: f64,
    pub(super) caption_size: f64,
    /// Distance of baselines, as a multiple of the text size.
    pub(super) leading: f64,
    pub(super) line_width: f64,
    pub(super) point_radius: f64,
    pub(super) grid_width: f64,
    pub(super) axis_width: f64,
    /// The white line between stacked bars.
    pub(super) seam: f64,
    pub(super) ink: Colour,
    pub(super) soft_ink: Colour,
    pub(super) grid: Colour,
    pub(super) axis: Colour,
    neutral: Colour,
    palette: [Colour; 8],
}

impl Theme {
    /// The look of a printed report, at `dpi` pixels per inch.
    pub(super) fn report(dpi: f64) -> Self {
        let point = dpi / 72.0;
        Self {
            point,
            margin: 8.0 * point,
            title_size: 11.0 * point,
            subtitle_size: 8.5 * point,
            label_size: 8.0 * point,
            value_size: 7.0 * point,
            caption_size: 6.5 * point,
            leading: 1.3,
            line_width: 1.6 * point,
            point_radius: 2.4 * point,
            grid_width: 0.5 * point,
            axis_width: 0.75 * point,
            seam: 0.6 * point,
            ink: Colour::new(0x21, 0x25, 0x29),
            soft_ink: Colour::new(0x5A, 0x61, 0x69),
            grid: Colour::new(0xE1, 0xE4, 0xE8),
            axis: Colour::new(0x6B, 0x72, 0x7B),
            neutral: Colour::new(0x8C, 0x97, 0xA3),
            palette: [
                Colour::new(0x00, 0x5B, 0x96),
                Colour::new(0xD5, 0x5E, 0x00),
                Colour::new(0x00, 0x8F, 0x6B),
                Colour::new(0xE0, 0x9A, 0x0F),
                Colour::new(0x9C, 0x3F, 0x7F),
                Colour::new(0x4F, 0xA9, 0xDB),
                Colour::new(0x4A, 0x4A, 0x4A),
                Colour::new(0x8A, 0x6D, 0x1F),
            ],
        }
    }

    /// Returns the colour of a group; after eight the same colours come lighter.
    pub(super) fn colour(&self, group: usize) -> Colour {
        if group == super::UNGROUPED {
            return self.neutral;
        }
        let colour = self.palette[group % self.palette.len()];
        match group / self.palette.len() {
            0 => colour,
            1 => colour.lighter(0.45),
            _ => colour.lighter(0.65),
        }
    }

    /// Returns the distance of two baselines of text of this size.
    pub(super) fn line(&self, size: f64) -> f64 {
        size * self.leading
    }
}
