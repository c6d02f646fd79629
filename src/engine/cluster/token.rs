//! Turns the secret that the machines of a cluster share into what their requests carry, and checks it there.

use std::fmt;

use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::error::{Error, Result};
use crate::messages::ClusterFault;

/// The header that carries the token: the name of the program that asks ([`super::wire`] says why).
pub(super) const HEADER: &str = "user-agent";
/// What stands before the token there.
const PREFIX: &str = "cchc/";
/// The variable that holds the token.
const VARIABLE: &str = "CCHC_CLUSTER_TOKEN";

/// What all machines of a cluster and its users know, and nobody else; empty where nothing was agreed on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "no token" } else { "a token" })
    }
}

impl Token {
    /// Reads the token from the environment; it has no place on a command line, which others can see.
    ///
    /// # Errors
    /// [`ClusterFault::BadToken`].
    pub fn find() -> Result<Self> {
        std::env::var_os(VARIABLE).map_or(Ok(Self::default()), |value| {
            value.to_str().and_then(Self::parse).ok_or_else(|| Error::new(ClusterFault::BadToken))
        })
    }

    /// Tells whether there is one.
    pub fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    fn parse(text: &str) -> Option<Self> {
        text.chars().all(|letter| letter.is_ascii_graphic()).then(|| Self(text.to_owned()))
    }

    /// The name of a program that knows the token.
    pub(super) fn program(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }

    /// Refuses a request without the token.
    pub(super) fn check(&self, headers: &MetadataMap) -> std::result::Result<(), Status> {
        if self.is_in(headers) {
            return Ok(());
        }
        Err(Status::unauthenticated("the token of the cluster is missing or another one"))
    }

    fn is_in(&self, headers: &MetadataMap) -> bool {
        if !self.is_set() {
            return true;
        }
        let program = headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let told = program.split(' ').next().and_then(|word| word.strip_prefix(PREFIX)).unwrap_or_default();
        // Every byte is compared, so that the time tells nothing about the first wrong one.
        let differ = told.bytes().zip(self.0.bytes()).fold(0, |differ, (told, own)| differ | (told ^ own));
        told.len() == self.0.len() && differ == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_the_token_is_let_in() {
        let own = Token::parse("3000-mua").unwrap();
        let asks = |program: Option<&str>| {
            let mut headers = MetadataMap::new();
            if let Some(program) = program {
                headers.insert(HEADER, program.parse().unwrap());
            }
            own.is_in(&headers)
        };
        assert!(asks(Some("cchc/3000-mua tonic/0.14.9")));
        for program in
            [None, Some("tonic/0.14.9"), Some("cchc/ tonic"), Some("cchc/3000-mu"), Some("cchc/3000-muas")]
        {
            assert!(!asks(program), "{program:?}");
        }
        assert!(Token::default().is_in(&MetadataMap::new()));
        assert_eq!([Token::parse("two words"), Token::parse("ba-nghìn")], [None, None]);
        assert_eq!(format!("{own:?}"), "a token");
    }
}
