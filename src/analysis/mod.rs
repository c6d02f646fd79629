//! Turns datasets and answers into findings about them.

pub mod checks;
mod summary;

pub use summary::summarise;
