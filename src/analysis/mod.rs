//! Turns datasets and answers into findings about them.

pub mod checks;
mod compare;
mod compare_groups;
mod compare_periods;
mod compare_suppress;
mod compare_table;
mod summary;
mod suppress;
mod suppress_answer;
mod suppress_recover;

pub use compare::{Comparison, LEAST_BASE, Line, Years, check_years, choose_baseline, compare};
pub use compare_periods::warn_of_periods;
pub use compare_suppress::leave_out_of_comparison;
pub use compare_table::{lay_out, tabulate};
pub use summary::{narrow_summary, summarise};
pub use suppress::Reason;
pub use suppress_answer::{Threshold, find_threshold, leave_out_of_crosstab, leave_out_of_form};
