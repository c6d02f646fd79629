//! Turns the environment and Amazon's file of credentials into who asks an object store.
//!
//! The environment wins; the file (`~/.aws/credentials`, section `[default]` or `AWS_PROFILE`) serves where it names no
//! key, as with Amazon's own tools. Neither is ever copied anywhere.

use std::path::PathBuf;

/// A key of a store.
#[derive(Default, Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) key_id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
}

impl Credentials {
    /// Finds the key in the file, unless the environment has one.
    pub(super) fn find() -> Option<Self> {
        if variable("AWS_ACCESS_KEY_ID").is_some() {
            return None;
        }
        let text = std::fs::read_to_string(file()?).ok()?;
        Self::parse(&text, &variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned()))
    }

    fn parse(text: &str, profile: &str) -> Option<Self> {
        let mut found = Self::default();
        let mut is_inside = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                is_inside = name.trim() == profile;
                continue;
            }
            let Some((name, value)) = line.split_once('=').filter(|_| is_inside) else { continue };
            let value = value.trim().to_owned();
            match name.trim() {
                "aws_access_key_id" => found.key_id = value,
                "aws_secret_access_key" => found.secret = value,
                "aws_session_token" => found.token = Some(value),
                _ => {}
            }
        }
        (!found.key_id.is_empty() && !found.secret.is_empty()).then_some(found)
    }

    /// What no message may show.
    pub(super) fn secrets(found: Option<&Self>) -> Vec<String> {
        let variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        let variables = variables.into_iter().filter_map(variable);
        let file = found.into_iter().flat_map(|found| {
            [Some(found.key_id.clone()), Some(found.secret.clone()), found.token.clone()]
                .into_iter()
                .flatten()
        });
        variables.chain(file).collect()
    }
}

/// Reads a variable that is set to something.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn file() -> Option<PathBuf> {
    let named = variable("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from);
    named.or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".aws/credentials")))
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    #[test]
    fn the_file_gives_the_key_of_the_profile() {
        let text = "[default]\naws_access_key_id = a\naws_secret_access_key = b=\n\n[other]\naws_access_key_id=c\naws_secret_access_key=d\naws_session_token=e\n";
        let shown = |profile: &str| {
            Credentials::parse(text, profile).map(|found| (found.key_id, found.secret, found.token))
        };
        assert_eq!(shown("default"), Some(("a".to_owned(), "b=".to_owned(), None)));
        assert_eq!(shown("other"), Some(("c".to_owned(), "d".to_owned(), Some("e".to_owned()))));
        assert_eq!(shown("none"), None);
    }
}
