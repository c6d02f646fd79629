//! Keeps the imported years: one Parquet file each, published by a rename, with its provenance inside.

mod lock;
pub mod provenance;
mod publish;

pub use lock::Lock;
pub use provenance::{
    AsOf, ControlTotal, Dated, InputFile, Origin, PROVENANCE_KEY, Provenance, Synthetic, read_provenance,
};
pub use publish::{HistoryLine, Publication, publish, refuse_links, revision_file};
