//! Keeps the imported years: one Parquet file each, published by a rename, with its provenance inside.

mod files;
mod history;
mod layout;
mod lock;
mod parquet;
mod place;
pub mod provenance;
mod publish;
mod scratch;
mod sort;

pub use files::replace_file;
pub use history::{HistoryLine, read_history};
pub use layout::Layout;
pub use lock::Lock;
pub use place::{refuse_links, revision_file, revisions};
pub use provenance::{
    AsOf, ControlTotal, Dated, InputFile, Origin, PROVENANCE_KEY, Provenance, Synthetic, read_provenance,
};
pub use publish::{Publication, publish, remove, restore};
pub use scratch::Scratch;
pub use sort::{Sorted, Sorter};
