//! Every recorded answer to a call that this crate makes, read by the client and compared back field by field.
//!
//! The folder is named by `PINFOLD_RECORDED`; where it is not there this says NOT RUN, and tests/wire is the
//! twin that always runs.
#![expect(
    clippy::disallowed_methods,
    reason = "the test reads its own recordings"
)]

mod support;

use pinning::{
    Error, ErrorKind, Network, Pin, PinEdit, PinQuery, PinRef, Pins as _, Priority, Receipt,
    UploadOptions, Uploads as _, Usage as _, Value,
};
use serde_json::Value as Json;
use support::account;
use wiremock::matchers::{any, body_string_contains, method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Recording {
    name: String,
    call: Call,
    status: u16,
    body: Json,
    text: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    PinList,
    Totals,
    PinFile,
    HashMetadata,
    Unpin,
    V3List,
    V3Upload,
    V3Update,
    V3Delete,
}

impl Call {
    fn of(method: &str, url: &str) -> Option<Self> {
        let path = url.split_once(".cloud")?.1.split('?').next()?;
        let segments: Vec<_> = path.split('/').skip(1).collect();
        Some(match (method, segments.as_slice()) {
            ("GET", ["data", "pinList"]) => Self::PinList,
            ("GET", ["data", "userPinnedDataTotal"]) => Self::Totals,
            // pinJSONToIPFS answers and refuses as pinFileToIPFS does.
            ("POST", ["pinning", "pinFileToIPFS" | "pinJSONToIPFS"]) => Self::PinFile,
            ("PUT", ["pinning", "hashMetadata"]) => Self::HashMetadata,
            ("DELETE", ["pinning", "unpin", _]) => Self::Unpin,
            ("GET", ["v3", "files", "public" | "{network}"]) => Self::V3List,
            ("POST", ["v3", "files"] | ["v3", "files", "<signed>"]) => Self::V3Upload,
            ("PUT", ["v3", "files", _, "{id}"]) => Self::V3Update,
            ("DELETE", ["v3", "files", _, "{id}"]) => Self::V3Delete,
            _ => return None,
        })
    }

    fn is_v3(self) -> bool {
        matches!(
            self,
            Self::V3List | Self::V3Upload | Self::V3Update | Self::V3Delete
        )
    }
}

fn recordings(folder: &str) -> Vec<Recording> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of recordings") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let recorded: Json =
            serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("JSON");
        let at = |pointer: &str| {
            recorded
                .pointer(pointer)
                .and_then(Json::as_str)
                .unwrap_or_default()
        };
        let Some(call) = Call::of(at("/request/method"), at("/request/url")) else {
            continue;
        };
        let status = at("/response/status")
            .split(' ')
            .next()
            .and_then(|status| status.parse().ok());
        let mut status = status
            .or_else(|| {
                recorded
                    .pointer("/response/status")?
                    .as_u64()?
                    .try_into()
                    .ok()
            })
            .unwrap_or(400);
        // The documentation lists the answer to a successful delete under 500: a slip of its authors.
        if name == "doc-v3-delete-files-network-id-1.json" {
            status = 200;
        }
        let body = recorded
            .pointer("/response/body")
            .cloned()
            .unwrap_or(Json::Null);
        let text = recorded
            .pointer("/response/text")
            .and_then(Json::as_str)
            .map(str::to_owned);
        all.push(Recording {
            name,
            call,
            status,
            body,
            text,
        });
    }
    all
}

impl Recording {
    fn answer(&self) -> ResponseTemplate {
        let answer = ResponseTemplate::new(self.status);
        match (&self.text, &self.body) {
            (Some(text), _) | (None, Json::String(text)) => answer.set_body_string(text),
            (None, Json::Null) => answer,
            (None, body) => answer.set_body_json(body),
        }
    }

    /// A service that answers this call as recorded and lets the client's questions before it pass.
    async fn serve(&self) -> MockServer {
        let server = MockServer::start().await;
        let nobody =
            path_regex("00000000-0000-0000-0000-000000000000$|bafkreiaaaaaaa|testAuthentication$");
        let first = |mock: wiremock::MockBuilder, status, priority| {
            mock.respond_with(ResponseTemplate::new(status))
                .with_priority(priority)
        };
        if !self.call.is_v3() {
            first(Mock::given(path_regex("^/v3/")), 403, 1)
                .mount(&server)
                .await;
        }
        first(Mock::given(nobody), 404, 2).mount(&server).await;
        first(Mock::given(body_string_contains("bafkreiaaaaaaa")), 404, 2)
            .mount(&server)
            .await;
        // The question whether the key may upload holds no file.
        first(
            Mock::given(method("POST")).and(body_string_contains("\"cidVersion\":99")),
            400,
            2,
        )
        .mount(&server)
        .await;
        Mock::given(any())
            .respond_with(self.answer())
            .mount(&server)
            .await;
        server
    }

    async fn check(&self) {
        let server = self.serve().await;
        let account = account(&server.uri());
        let pin = PinRef {
            service_id: Some("id".to_owned()),
            cid: "bafyany".to_owned(),
            network: Network::Public,
        };
        let edit = PinEdit {
            name: Some("x".to_owned()),
            ..PinEdit::default()
        };
        match self.call {
            Call::PinList | Call::V3List => {
                match account
                    .page(&PinQuery::default(), None, Priority::Click)
                    .await
                {
                    Ok(page) => self.compare_pins(&page.pins),
                    Err(error) => self.compare_error(&error),
                }
            }
            Call::Totals => {
                let totals = account.totals().await.expect("totals");
                self.same("pin_count", &totals.pins, self.body["pin_count"].as_u64());
                self.same(
                    "pin_size_total",
                    &totals.bytes,
                    self.body["pin_size_total"].as_u64(),
                );
            }
            Call::PinFile | Call::V3Upload => {
                let options = UploadOptions {
                    wrap: self.call == Call::PinFile,
                    ..UploadOptions::default()
                };
                match account.file(support::file_with("a", b"x", options)).await {
                    Ok(receipt) => self.compare_receipt(&receipt),
                    Err(error) => self.compare_error(&error),
                }
            }
            Call::HashMetadata | Call::V3Update => {
                self.compare_done(account.edit(&pin, &edit).await);
            }
            Call::Unpin | Call::V3Delete => self.compare_done(account.unpin(&pin).await),
        }
    }

    fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
        &self,
        field: &str,
        ours: &T,
        recorded: U,
    ) {
        assert!(
            *ours == recorded,
            "{}: {field}: {ours:?} and {recorded:?}",
            self.name
        );
    }

    fn compare_pins(&self, pins: &[Pin]) {
        let v3 = self.call == Call::V3List;
        let rows = self
            .body
            .pointer(if v3 { "/data/files" } else { "/rows" })
            .and_then(Json::as_array)
            .expect("rows");
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| row["date_unpinned"].is_null())
            .collect();
        self.same("rows", &pins.len(), rows.len());
        for (pin, row) in pins.iter().zip(rows) {
            let (cid, date) = if v3 {
                ("cid", "created_at")
            } else {
                ("ipfs_pin_hash", "date_pinned")
            };
            let described = if v3 { row } else { &row["metadata"] };
            self.same("id", &Some(pin.service_id.as_str()), row["id"].as_str());
            self.same("cid", &Some(pin.cid.as_str()), row[cid].as_str());
            self.same("name", &pin.name.as_deref(), described["name"].as_str());
            self.same("size", &pin.dag_size, row["size"].as_u64());
            self.same(
                "number_of_files",
                &pin.files,
                row["number_of_files"].as_u64(),
            );
            self.same("mime_type", &pin.mime.as_deref(), row["mime_type"].as_str());
            self.same("group_id", &pin.group.as_deref(), row["group_id"].as_str());
            self.same("date", &pin.pinned_at, moment(&row[date]));
            let keyvalues = described["keyvalues"]
                .as_object()
                .cloned()
                .unwrap_or_default();
            self.same("keyvalues", &pin.keyvalues.len(), keyvalues.len());
            for (key, value) in keyvalues {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                self.same(
                    &key,
                    &pin.keyvalues.get(&key).map(Value::to_string),
                    Some(value),
                );
            }
        }
    }

    fn compare_receipt(&self, receipt: &Receipt) {
        let v3 = self.call == Call::V3Upload;
        let body = if v3 { &self.body["data"] } else { &self.body };
        let field = |legacy: &str, new: &str| &body[if v3 { new } else { legacy }];
        self.same(
            "cid",
            &Some(receipt.cid.as_str()),
            field("IpfsHash", "cid").as_str(),
        );
        self.same(
            "id",
            &receipt.service_id.as_deref(),
            field("ID", "id").as_str(),
        );
        self.same("size", &receipt.dag_size, field("PinSize", "size").as_u64());
        let duplicate = field("isDuplicate", "is_duplicate")
            .as_bool()
            .unwrap_or(false);
        self.same("duplicate", &receipt.is_duplicate, duplicate);
        self.same(
            "date",
            &receipt.pinned_at,
            moment(field("Timestamp", "created_at")),
        );
    }

    fn compare_done(&self, result: Result<(), Error>) {
        match result {
            Ok(()) => self.same("status", &200, self.status),
            Err(error) => self.compare_error(&error),
        }
    }

    fn compare_error(&self, error: &Error) {
        let reason = self
            .body
            .pointer("/error/reason")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let meant = match (self.status, reason) {
            (200, _) => false,
            (_, "NO_SCOPES_FOUND") => matches!(error.kind, ErrorKind::MissingScope(_)),
            (_, "INVALID_CREDENTIALS" | "API_KEY_REVOKED") => error.kind == ErrorKind::Unauthorized,
            (_, "CURRENT_USER_HAS_NOT_PINNED_CID") => error.kind == ErrorKind::NotPinned,
            (500, _) => matches!(error.kind, ErrorKind::Unexpected { status: 500, .. }),
            _ => {
                let text = self.text.as_deref().or_else(|| self.body["error"].as_str());
                matches!(&error.kind, ErrorKind::Rejected { reason, .. } if Some(reason.as_str()) == text)
            }
        };
        assert!(meant, "{}: {error:?}", self.name);
    }
}

/// A recorded date by another reader than the crate's.
fn moment(date: &Json) -> Option<jiff::Timestamp> {
    date.as_str()
        .map(|text| text.replacen(' ', "T", 1).parse().expect("a recorded date"))
}

#[tokio::test]
async fn every_recording_is_read_and_compared_back() {
    let Some(folder) = std::env::var_os("PINFOLD_RECORDED") else {
        eprintln!(
            "NOT RUN: PINFOLD_RECORDED names no folder of recordings; tests/wire is the twin that ran"
        );
        return;
    };
    let recordings = recordings(&folder.to_string_lossy());
    assert!(
        recordings.len() >= 25,
        "only {} recordings are of calls that are made here",
        recordings.len()
    );
    for recording in &recordings {
        recording.check().await;
    }
    eprintln!("{} recordings were compared back", recordings.len());
}
