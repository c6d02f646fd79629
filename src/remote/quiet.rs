//! Turns a store into one whose errors can be shown, and whose times tell versions apart.
//!
//! Stores answer a refused request with what they were asked, identifiers of keys included; of that only the
//! first words are kept. A store that falls silent is given up; how long an answer takes as a whole depends on its size
//! and on the line, and has no limit. And they give times to the second, while the engine takes a file of the same time and
//! size for the same one; so the version adds its own fraction of a second.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    coalesce_ranges,
};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};

/// How the store calls itself.
pub const NAME: &str = "object store";
/// Ranges closer than this are read as one: a request costs as much as reading some tens of kilobytes.
pub const GAP_BYTES: u64 = 64 << 10;
/// How long a store may send nothing; trying again is part of it.
const SILENCE: Duration = Duration::from_mins(1);
/// How many bytes a second the slowest line takes that is waited for.
const SLOWEST: u64 = 256 << 10;

/// A store with the secrets of which no message tells.
#[derive(Debug)]
pub(super) struct Quiet<S> {
    store: S,
    secrets: Vec<String>,
}

impl<S> Quiet<S> {
    pub(super) fn new(store: S, secrets: Vec<String>) -> Self {
        Self { store, secrets }
    }

    fn quiet(&self, error: Error) -> Error {
        quiet(error, &self.secrets)
    }
}

/// Keeps of an error what kind it is and its first words.
fn quiet(error: Error, secrets: &[String]) -> Error {
    let told = |source: &(dyn std::error::Error + 'static)| describe(source, secrets).into();
    match error {
        Error::NotFound { path, .. } => Error::NotFound { path, source: "no such object".into() },
        Error::AlreadyExists { path, .. } => {
            Error::AlreadyExists { path, source: "the object exists".into() }
        }
        Error::Precondition { path, .. } => Error::Precondition { path, source: "another version".into() },
        Error::NotModified { path, .. } => Error::NotModified { path, source: "the same version".into() },
        Error::PermissionDenied { path, .. } => {
            Error::PermissionDenied { path, source: "permission denied".into() }
        }
        Error::Unauthenticated { path, .. } => {
            Error::Unauthenticated { path, source: "not logged in".into() }
        }
        Error::Generic { source, .. } => Error::Generic { store: NAME, source: told(source.as_ref()) },
        other => {
            let source = told(&other);
            Error::Generic { store: NAME, source }
        }
    }
}

/// The words at the root of an error, up to what a store has sent.
pub(super) fn describe(error: &(dyn std::error::Error + 'static), secrets: &[String]) -> String {
    let mut root = error;
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    let text = root.to_string();
    let words = text.split(['<', '\n']).next().unwrap_or_default().trim().trim_end_matches(':');
    secrets.iter().fold(words.to_owned(), |words, secret| words.replace(secret.as_str(), "…"))
}

fn silent(silence: Duration) -> Error {
    let problem = format!("the store sent nothing for {} seconds", silence.as_secs());
    Error::Generic { store: NAME, source: problem.into() }
}

/// Ends an answer with an error when the store falls silent.
fn end_at_silence<T: Send + 'static>(
    answer: BoxStream<'static, Result<T>>,
    silence: Duration,
    secrets: Vec<String>,
) -> BoxStream<'static, Result<T>> {
    let next = move |answer: Option<BoxStream<'static, Result<T>>>| async move {
        let mut answer = answer?;
        match tokio::time::timeout(silence, answer.next()).await {
            Ok(piece) => Some((piece?, Some(answer))),
            Err(_) => Some((Err(silent(silence)), None)),
        }
    };
    futures::stream::unfold(Some(answer), next).map_err(move |error| quiet(error, &secrets)).boxed()
}

/// Makes the time of an object one that no other version has.
fn mark(mut meta: ObjectMeta) -> ObjectMeta {
    let mut hasher = DefaultHasher::new();
    meta.e_tag.hash(&mut hasher);
    let fraction = i64::try_from(hasher.finish() % 1_000_000_000).unwrap_or_default();
    meta.last_modified += TimeDelta::nanoseconds(fraction);
    meta
}

impl<S> std::fmt::Display for Quiet<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(NAME)
    }
}

#[async_trait]
impl<S: ObjectStore> ObjectStore for Quiet<S> {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        // Nothing is heard of a put before it has ended.
        let patience = SILENCE + Duration::from_secs(payload.content_length() as u64 / SLOWEST);
        let put = tokio::time::timeout(patience, self.store.put_opts(path, payload, options)).await;
        put.map_err(|_| silent(patience))?.map_err(|error| self.quiet(error))
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(path, options).await.map_err(|error| self.quiet(error))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let found = tokio::time::timeout(SILENCE, self.store.get_opts(path, options)).await;
        let mut found = found.map_err(|_| silent(SILENCE))?.map_err(|error| self.quiet(error))?;
        found.meta = mark(found.meta);
        if let GetResultPayload::Stream(body) = found.payload {
            found.payload = GetResultPayload::Stream(end_at_silence(body, SILENCE, self.secrets.clone()));
        }
        Ok(found)
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        coalesce_ranges(ranges, |range| self.get_range(path, range), GAP_BYTES).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        end_at_silence(self.store.list(prefix), SILENCE, self.secrets.clone()).map_ok(mark).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let listed = tokio::time::timeout(SILENCE, self.store.list_with_delimiter(prefix)).await;
        let mut listed = listed.map_err(|_| silent(SILENCE))?.map_err(|error| self.quiet(error))?;
        listed.objects = listed.objects.into_iter().map(mark).collect();
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await.map_err(|error| self.quiet(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_answers_and_secrets_are_left_out_of_errors() {
        let secrets = ["AKIA7".to_owned()];
        let answer = "Server returned 403 for AKIA7: <Error><AWSAccessKeyId>AKIA7</AWSAccessKeyId></Error>";
        let error = Error::Generic { store: "S3", source: answer.into() };
        let shown = quiet(error, &secrets).to_string();
        assert_eq!(shown, "Generic object store error: Server returned 403 for …");
    }

    #[tokio::test]
    async fn a_store_that_falls_silent_is_given_up_and_a_slow_one_is_not() {
        let silence = Duration::from_millis(400);
        let slow = futures::stream::unfold(0, move |count| async move {
            tokio::time::sleep(silence / 4).await;
            (count < 9).then_some((Ok(Bytes::from_static(b"x")), count + 1))
        });
        assert_eq!(end_at_silence(slow.boxed(), silence, Vec::new()).count().await, 9);
        let silent = futures::stream::pending::<Result<Bytes>>().boxed();
        let found: Vec<Result<Bytes>> = end_at_silence(silent, silence, Vec::new()).collect().await;
        assert!(matches!(found.as_slice(), [Err(_)]), "{found:?}");
    }

    #[test]
    fn versions_of_the_same_second_and_size_differ_in_time() {
        let meta = |e_tag: &str| ObjectMeta {
            location: Path::from("a"),
            last_modified: chrono::DateTime::default(),
            size: 1,
            e_tag: Some(e_tag.to_owned()),
            version: None,
        };
        assert_ne!(mark(meta("\"1\"")).last_modified, mark(meta("\"2\"")).last_modified);
        assert_eq!(mark(meta("\"1\"")).last_modified, mark(meta("\"1\"")).last_modified);
    }
}
