//! Keeps the imported years: one Parquet file each, published by a rename, with its provenance inside.
//!
//! What a change replaces is kept and can be brought back; a log tells who did what. A change that is
//! killed half-way is completed or forgotten by the next one.

mod files;
mod history;
mod layout;
mod lock;
mod parquet;
mod place;
pub mod provenance;
mod publish;
mod purge;
mod recover;
mod reread;
mod scratch;
mod sort;
mod verify;
mod words;

pub use files::replace_file;
pub use history::{Action, Author, History, HistoryLine, read_history};
pub use layout::{HASH_BYTES, Layout, hash_number};
pub use lock::Lock;
pub use place::{revision_file, revisions};
pub use provenance::{
    AsOf, ControlTotal, Dated, InputFile, Origin, PROVENANCE_KEY, Provenance, Synthetic, read_provenance,
};
pub use publish::{Permit, Publication, Published, publish, remove, restore};
pub use purge::{Purged, purge};
pub use reread::compare_schema;
pub use scratch::Scratch;
pub use sort::{Kept, Sorted, Sorter};
pub use verify::{Finding, ReadContract, Verified, verify};
pub use words::Words;
