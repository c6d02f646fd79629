//! Knows how Vietnamese offices write: letters, spelling, numbers and dates.

pub mod calendar;
pub mod collation;
pub mod dates;
pub mod fold;
pub mod letters;
pub mod numbers;
pub mod print;
pub mod quantities;
pub mod rules;
pub mod syllables;
