//! Stub.
use std::path::Path;
/// S.
#[derive(Debug, Clone)]
pub enum Synthetic {
    /// N.
    None,
    /// A.
    All,
    /// C.
    Columns(Vec<String>),
}
/// P.
pub struct Provenance {
    /// s
    pub synthetic: Synthetic,
}
/// R.
pub fn read_provenance(_: &Path) -> crate::error::Result<Provenance> {
    Ok(Provenance { synthetic: Synthetic::None })
}
