//! What the tests of this crate share: an account on a server, sources in memory.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pinning::{
    Clock, Deadlines, Endpoints, Error, FileUpload, FolderUpload, Pieces, Pinata, RateBudget,
    Source, UploadOptions,
};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

/// The API secret inside the token's claims.
pub(crate) const API_SECRET: &str =
    "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2";

/// A token of the real shape, put together at run time so that nothing in the tree looks like a real one.
pub(crate) fn token() -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let claims = format!(
        r#"{{"userInformation":{{"email":"owner@example.invalid"}},"scopedKeyKey":"k3yk3yk3yk3yk3yk3yk3","scopedKeySecret":"{API_SECRET}"}}"#
    );
    format!(
        "{}.{}.{}",
        part(r#"{"alg":"HS256","typ":"JWT"}"#),
        part(&claims),
        part("signature of the test")
    )
}

/// A clock that stands still.
pub(crate) struct Noon;

/// The moment at which [`Noon`] stands.
pub(crate) const NOON: &str = "2026-01-02T12:00:00Z";

impl Clock for Noon {
    fn now(&self) -> jiff::Timestamp {
        NOON.parse().expect("a moment")
    }
}

/// A budget that never waits in a test.
pub(crate) fn plenty() -> RateBudget {
    let many = NonZeroU32::new(60_000).expect("not zero");
    RateBudget {
        v3: many,
        pinning: many,
        data: many,
    }
}

/// An account on a server that serves all on one address.
pub(crate) fn account(address: &str) -> Pinata {
    account_with(address, &token(), Deadlines::default())
}

pub(crate) fn account_with(address: &str, token: &str, deadlines: Deadlines) -> Pinata {
    let endpoints = Endpoints::single(address, address).expect("loopback");
    let token = SecretString::from(token);
    Pinata::with_limits(endpoints, &token, Arc::new(Noon), plenty(), deadlines).expect("a token")
}

/// Deadlines that end within a test's patience.
pub(crate) fn short_deadlines() -> Deadlines {
    let short = Duration::from_millis(400);
    Deadlines {
        connect: short,
        idle: short,
        total: short * 2,
        stall: short,
        import: short,
    }
}

/// Bytes that claim to be as long as `size`.
pub(crate) struct Bytes {
    pub(crate) content: Arc<[u8]>,
    pub(crate) size: u64,
}

#[async_trait::async_trait]
impl Source for Bytes {
    fn size(&self) -> u64 {
        self.size
    }

    async fn open(&self) -> std::io::Result<Pieces> {
        let content = bytes::Bytes::copy_from_slice(&self.content);
        Ok(Box::pin(futures::stream::iter([Ok(content)])))
    }
}

pub(crate) fn source(content: &[u8]) -> Arc<dyn Source> {
    Arc::new(Bytes {
        content: content.into(),
        size: content.len() as u64,
    })
}

/// A file to upload without options.
pub(crate) fn file(name: &str, content: &[u8]) -> FileUpload {
    file_with(name, content, UploadOptions::default())
}

pub(crate) fn file_with(name: &str, content: &[u8], options: UploadOptions) -> FileUpload {
    FileUpload {
        source: source(content),
        file_name: name.to_owned(),
        options,
        progress: Arc::new(|_| ()),
        cancel: CancellationToken::new(),
    }
}

pub(crate) fn folder(name: &str, files: &[(&str, &[u8])]) -> FolderUpload {
    FolderUpload {
        root_name: name.to_owned(),
        files: files
            .iter()
            .map(|(path, content)| ((*path).to_owned(), source(content)))
            .collect(),
        options: UploadOptions::default(),
        progress: Arc::new(|_| ()),
        cancel: CancellationToken::new(),
    }
}

/// A counter and the progress callback that sets it.
pub(crate) fn counted() -> (Arc<AtomicU64>, pinning::Progress) {
    let counter = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&counter);
    (
        counter,
        Arc::new(move |bytes| told.store(bytes, Ordering::SeqCst)),
    )
}

/// Fails if any part of the token, or the API secret in it, is shown by the error.
pub(crate) fn assert_keeps_the_secret(error: &Error) {
    let shown = format!("{error:?} {error}");
    let token = token();
    for secret in token.split('.').chain([token.as_str(), API_SECRET]) {
        assert!(!shown.contains(secret), "{shown}");
    }
}
