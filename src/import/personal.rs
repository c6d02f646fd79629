//! Turns values that identify people into keyed hashes.
//!
//! The same person has the same hash in every year, which is what counting needs; without the key
//! nobody can try out all twelve-digit numbers to find the person. Hashes of declared synthetic
//! values use a published key, so that the example data in the repository can be made again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::store::HASH_BYTES;

/// The published key for synthetic values; it protects nothing and is never used for real ones.
pub const SAMPLE_KEY: &[u8] = b"cchc sample data, no real persons";

/// The kept bytes of a hash.
pub type PersonalHash = [u8; HASH_BYTES];

/// A key that is ready to hash values.
#[derive(Debug, Clone)]
pub struct PersonalKey(Option<Hmac<Sha256>>);

impl PersonalKey {
    /// Prepares a key, which is the half of all work where many short values are hashed.
    pub fn new(key: &[u8]) -> Self {
        // HMAC takes keys of any length; the error type exists for ciphers.
        Self(Hmac::new_from_slice(key).ok())
    }

    /// Returns the first 16 bytes of HMAC-SHA-256 of `text`.
    pub fn hash(&self, text: &str) -> PersonalHash {
        let Some(mut mac) = self.0.clone() else { return PersonalHash::default() };
        mac.update(text.as_bytes());
        let code = mac.finalize().into_bytes();
        code.first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::PersonalKey;
    use crate::contract::hex;

    #[test]
    fn the_hash_depends_on_value_and_key_and_nothing_else() {
        let hash_with = |key: &[u8], text| PersonalKey::new(key).hash(text);
        let hash = hash_with(b"a", "040000000001");
        // As Python's `hmac` has it.
        assert_eq!(hex(&hash), "2746707ed829f67769136e3bf3fa7ea7");
        assert_eq!(hash, hash_with(b"a", "040000000001"));
        assert_ne!(hash, hash_with(b"b", "040000000001"));
        assert_ne!(hash, hash_with(b"a", "040000000002"));
    }
}
