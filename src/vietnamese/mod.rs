//! Knows how Vietnamese offices write: letters, spelling, numbers and dates.

pub mod dates;
pub mod fold;
pub mod letters;
pub mod numbers;
pub mod print;
pub mod syllables;
