//! Turns datasets and answers into findings about them.

pub mod checks;
mod compare;
mod compare_groups;
mod compare_periods;
mod compare_table;
mod summary;

pub use compare::{Comparison, LEAST_BASE, Line, Years, check_years, choose_baseline, compare};
pub use compare_periods::warn_of_periods;
pub use compare_table::{lay_out, tabulate};
pub use summary::{narrow_summary, summarise};
