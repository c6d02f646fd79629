//! Turns datasets and answers into findings about them.

mod summary;

pub use summary::summarise;
