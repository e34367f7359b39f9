//! Uploads in chunks: what goes over the wire, and what each answer means.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::service::{CID, asked, on};
use crate::support::{account, counted, source};
use pinning::{
    Acknowledged, Arrived, CHUNK, Network, Placement, Resumable as _, ResumableUpload,
    UploadOptions, UploadPlace,
};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const FILE: &str = "/v3/files/01a125dd-060c/upload-1";

/// What was acknowledged, in its order; fails from the given one on.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) offsets: Mutex<Vec<u64>>,
    pub(crate) fails_at: Option<usize>,
}

#[async_trait::async_trait]
impl Acknowledged for Ledger {
    async fn acknowledged(&self, offset: u64) -> std::io::Result<()> {
        let mut offsets = self.offsets.lock().expect("one at a time");
        if self.fails_at.is_some_and(|last| offsets.len() >= last) {
            return Err(std::io::Error::other("the disk is full"));
        }
        offsets.push(offset);
        Ok(())
    }
}

impl Ledger {
    pub(crate) fn seen(&self) -> Vec<u64> {
        self.offsets.lock().expect("one at a time").clone()
    }
}

pub(crate) fn upload(content: &[u8], chunk: u64, ledger: &Arc<Ledger>) -> ResumableUpload {
    ResumableUpload {
        source: source(content),
        file_name: "ünïcödé 日本.txt".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        car: false,
        chunk,
        progress: Arc::new(|_| ()),
        acknowledged: Arc::clone(ledger) as Arc<dyn Acknowledged>,
        cancel: CancellationToken::new(),
    }
}

/// A server that keeps what it is sent, from an offset on, and tells the CID with the last byte.
struct Keeps {
    bytes: Arc<Mutex<Vec<u8>>>,
    size: usize,
}

impl Respond for Keeps {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut bytes = self.bytes.lock().expect("one at a time");
        let at = |text: &str| {
            request
                .headers
                .get(text)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        if request.method == "HEAD" {
            return ResponseTemplate::new(200)
                .insert_header("upload-offset", bytes.len().to_string());
        }
        assert_eq!(
            at("content-type").as_deref(),
            Some("application/offset+octet-stream")
        );
        assert_eq!(at("tus-resumable").as_deref(), Some("1.0.0"));
        if at("upload-offset") != Some(bytes.len().to_string()) {
            return ResponseTemplate::new(409);
        }
        bytes.extend_from_slice(&request.body);
        let answer =
            ResponseTemplate::new(204).insert_header("upload-offset", bytes.len().to_string());
        if bytes.len() == self.size {
            answer.insert_header("upload-cid", CID)
        } else {
            answer
        }
    }
}

pub(crate) async fn keeper(start: &[u8], size: usize) -> (MockServer, Arc<Mutex<Vec<u8>>>) {
    let server = MockServer::start().await;
    let bytes = Arc::new(Mutex::new(start.to_vec()));
    let keeps = Keeps {
        bytes: Arc::clone(&bytes),
        size,
    };
    Mock::given(path(FILE))
        .respond_with(keeps)
        .mount(&server)
        .await;
    on(
        &server,
        "PUT",
        "/v3/files/public/00000000-0000-0000-0000-000000000000",
        ResponseTemplate::new(404),
    )
    .await;
    (server, bytes)
}

pub(crate) fn place_on(server: &MockServer) -> UploadPlace {
    UploadPlace {
        url: format!("{}{FILE}", server.uri()),
    }
}

pub(crate) async fn created(location: &str) -> MockServer {
    let (server, _) = keeper(b"", 0).await;
    let answer = ResponseTemplate::new(201).insert_header("location", location);
    on(&server, "POST", "/v3/files", answer).await;
    server
}

#[tokio::test]
async fn an_upload_is_begun_with_its_length_and_metadata_in_utf_8() {
    let server = created(FILE).await;
    let ledger = Arc::default();
    let mut wish = upload(b"0123456789", CHUNK, &ledger);
    wish.options.network = Network::Private;
    wish.options.keyvalues = [("k".to_owned(), "v\"ü".into())].into();
    wish.placement = Placement {
        group: Some("g-1".to_owned()),
        expires_at: "2026-02-01T00:00:00Z".parse().ok(),
    };
    let place = account(&server.uri()).begin(&wish).await.expect("begun");
    assert_eq!(place, place_on(&server), "a relative address is resolved");
    let requests = server.received_requests().await.expect("recorded");
    let post = requests
        .iter()
        .find(|request| request.method == "POST")
        .expect("sent");
    let told = |name: &str| post.headers[name].to_str().expect("text");
    assert_eq!(
        (
            told("upload-length"),
            told("tus-resumable"),
            told("content-length")
        ),
        ("10", "1.0.0", "0")
    );
    assert_eq!(post.url.query(), Some("X-Upload-Option-Cid-Version=v1"));
    let pairs: Vec<_> = told("upload-metadata")
        .split(',')
        .map(|pair| {
            let (key, value) = pair.split_once(' ').expect("a pair");
            let value = STANDARD.decode(value).expect("base64");
            (key, String::from_utf8(value).expect("UTF-8"))
        })
        .collect();
    let expected = [
        ("filename", "ünïcödé 日本.txt"),
        ("filetype", "text/plain"),
        ("network", "private"),
        ("group_id", "g-1"),
        ("keyvalues", r#"{"k":"v\"ü"}"#),
        ("cid_version", "v1"),
        ("expires_at", "1769904000"),
    ];
    assert_eq!(pairs, expected.map(|(key, value)| (key, value.to_owned())));
}

#[tokio::test]
async fn every_byte_goes_once_and_each_chunk_is_told_before_the_next_is_sent() {
    let content: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let (server, kept) = keeper(b"", 1000).await;
    let ledger = Arc::new(Ledger::default());
    let (sent, progress) = counted();
    let mut wish = upload(&content, 300, &ledger);
    wish.progress = progress;
    let arrived = account(&server.uri())
        .resume(&wish, &place_on(&server))
        .await
        .expect("arrived");
    let expected = Arrived {
        cid: Some(CID.to_owned()),
        service_id: Some("01a125dd-060c".to_owned()),
    };
    assert_eq!(arrived, expected);
    assert!(*kept.lock().expect("kept") == content);
    assert_eq!(ledger.seen(), [0, 300, 600, 900, 1000]);
    assert_eq!(sent.load(std::sync::atomic::Ordering::SeqCst), 1000);
    assert_eq!(asked(&server, FILE).await, 5, "one HEAD and four chunks");
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_head_says() {
    let content: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let (server, kept) = keeper(&content[..650], 1000).await;
    let ledger = Arc::new(Ledger::default());
    let wish = upload(&content, 300, &ledger);
    let account = account(&server.uri());
    let place = place_on(&server);
    assert_eq!(account.offset(&place).await, Ok(650));
    account.resume(&wish, &place).await.expect("arrived");
    assert!(*kept.lock().expect("kept") == content);
    assert_eq!(ledger.seen(), [650, 950, 1000]);
    let whole = account.resume(&wish, &place).await.expect("arrived");
    assert_eq!(whole.cid, None, "all is there, and the CID is looked up");
}

#[tokio::test]
async fn a_conflict_is_settled_by_asking_once_and_the_service_may_take_less() {
    let server = MockServer::start().await;
    let offset = |status: u16, offset: &str| {
        ResponseTemplate::new(status).insert_header("upload-offset", offset)
    };
    let heads = Mock::given(method("HEAD"))
        .respond_with(offset(200, "2"))
        .up_to_n_times(1);
    heads.with_priority(1).mount(&server).await;
    Mock::given(method("HEAD"))
        .respond_with(offset(200, "5"))
        .mount(&server)
        .await;
    let patch = |at: &'static str, answer: ResponseTemplate| {
        Mock::given(method("PATCH"))
            .and(header("upload-offset", at))
            .respond_with(answer)
            .expect(1)
    };
    patch("2", ResponseTemplate::new(409)).mount(&server).await;
    // Only a part of the chunk was kept.
    patch("5", offset(204, "7")).mount(&server).await;
    patch(
        "7",
        ResponseTemplate::new(204).insert_header("upload-cid", "pending"),
    )
    .mount(&server)
    .await;
    let ledger = Arc::new(Ledger::default());
    let arrived = account(&server.uri())
        .resume(&upload(b"0123456789", 100, &ledger), &place_on(&server))
        .await
        .expect("arrived");
    assert_eq!(arrived.cid, None, "a CID that is pending is none");
    assert_eq!(ledger.seen(), [2, 5, 7, 10]);
    let bodies: Vec<_> = server
        .received_requests()
        .await
        .expect("recorded")
        .into_iter()
        .filter(|request| request.method == "PATCH")
        .map(|request| String::from_utf8(request.body).expect("text"))
        .collect();
    assert_eq!(bodies, ["23456789", "56789", "789"]);
}
