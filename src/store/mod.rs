//! Stub.
pub mod files;
pub mod provenance;
