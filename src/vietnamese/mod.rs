//! Knows how Vietnamese offices write: spelling, numbers and dates.

pub mod calendar;
pub mod dates;
pub mod fold;
pub mod numbers;
pub mod print;
pub mod quantities;
pub mod rules;
