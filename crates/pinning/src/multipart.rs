//! Streamed `multipart/form-data` with an exact length.
//!
//! An encoder of our own, since file names carry whole paths here and must neither break the header nor lose a letter.

use std::sync::Arc;

use bytes::Bytes;
use futures::Stream;
use reqwest::Body;

use crate::body::{Open, Watch};
use crate::{Progress, Source};

enum Part {
    Text(Bytes),
    Content(Arc<dyn Source>),
}

/// A form being put together.
pub(crate) struct Form {
    boundary: String,
    parts: Vec<Part>,
    progress: Progress,
    watch: Arc<Watch>,
}

impl Form {
    /// An empty form. The boundary must not occur in the content: a random one of 32 letters never does.
    pub(crate) fn new(progress: Progress) -> Self {
        Self::with_boundary(format!("pinfold-{}", random_letters()), progress)
    }

    fn with_boundary(boundary: String, progress: Progress) -> Self {
        Self {
            boundary,
            parts: Vec::new(),
            progress,
            watch: Arc::default(),
        }
    }

    /// Adds a text field.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let part = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n",
            self.boundary
        );
        self.parts.push(Part::Text(part.into()));
    }

    /// Adds a file; `file_name` may be a path with `/`.
    pub(crate) fn file(&mut self, name: &str, file_name: &str, source: Arc<dyn Source>) {
        let kind = mime_guess::from_path(file_name).first_or_octet_stream();
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n",
            self.boundary,
            escape_file_name(file_name),
        );
        self.parts.push(Part::Text(head.into()));
        self.parts.push(Part::Content(source));
        self.parts.push(Part::Text(Bytes::from_static(b"\r\n")));
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The exact length of the whole body.
    pub(crate) fn length(&self) -> u64 {
        let parts: u64 = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.len() as u64,
                Part::Content(source) => source.size(),
            })
            .sum();
        parts + self.closing().len() as u64
    }

    /// Sees how far the body has come.
    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    fn closing(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }

    pub(crate) fn into_body(self) -> Body {
        Body::wrap_stream(self.into_stream())
    }

    fn into_stream(mut self) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
        self.parts.push(Part::Text(self.closing().into()));
        let writer = Writer {
            parts: self.parts.into_iter(),
            open: None,
            content_sent: 0,
            progress: self.progress,
            watch: self.watch,
        };
        futures::stream::try_unfold(writer, |mut writer| async move {
            let step = writer.next().await;
            let piece = writer.watch.note(step)?;
            Ok(piece.map(|piece| (piece, writer)))
        })
    }
}

/// A random boundary's letters, from the hasher keys that std seeds per process and instance.
fn random_letters() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!(
        "{:016x}{:016x}",
        RandomState::new().hash_one(1_u8),
        RandomState::new().hash_one(2_u8)
    )
}

/// Percent-encodes what would break or be lost in a quoted header value; everything else stays raw UTF-8.
fn escape_file_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '"' => out.push_str("%22"),
            '\\' => out.push_str("%5C"),
            '\t' => out.push('\t'),
            control if control.is_ascii_control() => {
                out.extend(format!("%{:02X}", u32::from(control)).chars());
            }
            other => out.push(other),
        }
    }
    out
}

struct Writer {
    parts: std::vec::IntoIter<Part>,
    open: Option<Open>,
    content_sent: u64,
    progress: Progress,
    watch: Arc<Watch>,
}

impl Writer {
    async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        loop {
            if let Some(open) = &mut self.open {
                let Some(piece) = open.read().await? else {
                    self.open = None;
                    continue;
                };
                self.content_sent += piece.len() as u64;
                (self.progress)(self.content_sent);
                return Ok(Some(piece));
            }
            match self.parts.next() {
                None => return Ok(None),
                Some(Part::Text(text)) => return Ok(Some(text)),
                Some(Part::Content(source)) => {
                    self.open = Some(Open::new(source.open().await?, source.size(), true));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures::TryStreamExt as _;

    use super::*;
    use crate::{Delivered, Pieces};

    struct Claims(&'static [u8], u64);

    #[async_trait::async_trait]
    impl Source for Claims {
        fn size(&self) -> u64 {
            self.1
        }

        async fn open(&self) -> std::io::Result<Pieces> {
            Ok(Box::pin(futures::stream::iter([Ok(Bytes::from_static(
                self.0,
            ))])))
        }
    }

    async fn written(form: Form) -> std::io::Result<Vec<u8>> {
        Ok(form.into_stream().try_collect::<Vec<_>>().await?.concat())
    }

    fn form(progress: Progress) -> Form {
        Form::with_boundary("b".to_owned(), progress)
    }

    #[tokio::test]
    async fn the_body_is_exactly_as_long_as_it_says() {
        let seen = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&seen);
        let mut form = form(Arc::new(move |bytes| told.store(bytes, Ordering::Relaxed)));
        form.file("file", "root/sub/ü.txt", Arc::new(Claims(b"hello", 5)));
        form.text("network", "public");
        let (length, watch) = (form.length(), form.watch());
        assert_eq!(watch.delivered(), Delivered::NotSent);
        let body = written(form).await.expect("written");
        assert_eq!(body.len() as u64, length);
        assert_eq!(
            String::from_utf8(body).expect("text"),
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"root/sub/ü.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
             --b\r\nContent-Disposition: form-data; name=\"network\"\r\n\r\npublic\r\n--b--\r\n"
        );
        assert_eq!(seen.load(Ordering::Relaxed), 5);
        assert_eq!(watch.delivered(), Delivered::Maybe);
    }

    #[tokio::test]
    async fn a_source_that_is_shorter_or_longer_than_it_said_is_an_error() {
        for (size, words) in [(6, "1 bytes shorter"), (4, "it grew"), (0, "it grew")] {
            let mut form = form(Arc::new(|_| ()));
            form.file("file", "a", Arc::new(Claims(b"hello", size)));
            let watch = form.watch();
            let fault = written(form).await.expect_err("fails").to_string();
            assert!(fault.contains(words), "{fault}");
            assert_eq!(watch.source_failure(), Some(fault));
        }
    }

    #[test]
    fn a_file_name_cannot_break_its_header() {
        assert_eq!(
            escape_file_name("a\"b\\c\r\nd é 100%\t\u{1b}[2J\u{7f}\0.txt"),
            "a%22b%5Cc%0D%0Ad é 100%\t%1B[2J%7F%00.txt"
        );
    }

    #[test]
    fn boundaries_differ() {
        let one = Form::new(Arc::new(|_| ()));
        let two = Form::new(Arc::new(|_| ()));
        assert_ne!(one.boundary, two.boundary);
        assert_eq!(one.boundary.len(), 40);
    }
}
