//! The colours of the three looks.
//!
//! They are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for colour-blind
//! readers, with the light ones darkened until they stand out from paper (WCAG 2.2, 1.4.11: 3 to 1), in an
//! order in which the first differ most: orange, which a red-blind reader takes for vermilion, comes late.

use super::scene::Colour;

/// The colours of a look.
pub(super) struct Inks {
    pub(super) paper: Colour,
    pub(super) ink: Colour,
    pub(super) soft_ink: Colour,
    pub(super) grid: Colour,
    pub(super) axis: Colour,
    pub(super) neutral: Colour,
    pub(super) palette: [Colour; 8],
}

impl Inks {
    pub(super) const REPORT: Self = Self {
        paper: Colour::WHITE,
        ink: Colour::new(0x21, 0x25, 0x29),
        soft_ink: Colour::new(0x56, 0x5D, 0x65),
        grid: Colour::new(0xE1, 0xE4, 0xE8),
        axis: Colour::new(0x6B, 0x72, 0x7B),
        neutral: Colour::new(0x80, 0x8B, 0x97),
        palette: [
            Colour::new(0x00, 0x5B, 0x96),
            Colour::new(0xD5, 0x5E, 0x00),
            Colour::new(0x00, 0x8F, 0x6B),
            Colour::new(0xCC, 0x79, 0xA7),
            Colour::new(0x2F, 0x93, 0xC8),
            Colour::new(0x4A, 0x4A, 0x4A),
            Colour::new(0xC2, 0x7F, 0x00),
            Colour::new(0x8A, 0x6D, 0x1F),
        ],
    };
    pub(super) const PRINT: Self = Self {
        ink: Colour::new(0, 0, 0),
        soft_ink: Colour::new(0x3A, 0x3A, 0x3A),
        grid: Colour::new(0xDD, 0xDD, 0xDD),
        axis: Colour::new(0x40, 0x40, 0x40),
        neutral: Colour::new(0x7A, 0x7A, 0x7A),
        palette: [
            Colour::new(0x26, 0x26, 0x26),
            Colour::new(0xB4, 0xB4, 0xB4),
            Colour::new(0x6E, 0x6E, 0x6E),
            Colour::new(0xE2, 0xE2, 0xE2),
            Colour::new(0xFF, 0xFF, 0xFF),
            Colour::new(0xD2, 0xD2, 0xD2),
            Colour::new(0xF2, 0xF2, 0xF2),
            Colour::new(0x9A, 0x9A, 0x9A),
        ],
        ..Self::REPORT
    };
    pub(super) const SCREEN: Self = Self {
        paper: Colour::new(0x16, 0x1B, 0x22),
        ink: Colour::new(0xF0, 0xF3, 0xF6),
        soft_ink: Colour::new(0xAE, 0xB8, 0xC4),
        grid: Colour::new(0x2D, 0x35, 0x40),
        axis: Colour::new(0x8B, 0x97, 0xA5),
        neutral: Colour::new(0x9A, 0xA6, 0xB4),
        palette: [
            Colour::new(0x56, 0xB4, 0xE9),
            Colour::new(0xFF, 0x8C, 0x42),
            Colour::new(0x2F, 0xC8, 0x9B),
            Colour::new(0xF5, 0xB8, 0xD8),
            Colour::new(0xF0, 0xC9, 0x4A),
            Colour::new(0x7F, 0x9C, 0xF5),
            Colour::new(0xC9, 0xD1, 0xD9),
            Colour::new(0xC8, 0xA9, 0x64),
        ],
    };
}
