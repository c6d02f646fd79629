//! Knows how Vietnamese offices write: spelling, numbers and dates.

pub mod fold;
