//! A Sandbox whose every name was given by somebody with bad intentions, filled before the app has ever run.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::app::Service;
use super::desktop::Desktop;
use super::hostile;

/// The token of the Sandbox while it is filled.
const TOKEN: &str = "fill";
/// How many of each there are besides the 200 pins.
const FEW: usize = 24;

/// 200 pins, and some groups, API keys and pins that were let go: each with a hostile name, key and value.
pub(crate) async fn with_hostile_strings(desktop: &Desktop) {
    let folder = desktop.path("data/pinfold/sandbox");
    std::fs::create_dir_all(&folder).expect("the Sandbox's folder");
    let service = Service::start(desktop, &folder, TOKEN).await;
    let filling = Filling::of(&service);
    for (number, text) in hostile::strings().into_iter().enumerate() {
        filling.pin(number, &text).await;
        if number % 8 == 0 && number / 8 < FEW {
            let group = json!({"name": text, "is_public": false});
            filling.post("/v3/groups/public", &group).await;
            let key = json!({"keyName": text, "permissions": {"admin": true}});
            filling.post("/v3/pinata/keys", &key).await;
            let gone = filling.pin(1_000 + number, &text).await;
            filling.unpin(&gone).await;
        }
    }
    service.stop().await;
}

/// Files with all the hostile names that a disk takes, which are answered, and as many more as to make `count`.
pub(crate) fn folder(folder: &Path, count: usize) -> BTreeSet<PathBuf> {
    let mut strange = BTreeSet::new();
    std::fs::create_dir_all(folder).expect("a folder");
    for name in hostile::strings() {
        // A disk knows these two signs and takes 255 bytes.
        let name = name.replace('/', "\u{2215}").replace('\0', "\u{2400}");
        let end = name.floor_char_boundary(250);
        let path: PathBuf = folder.join(std::ffi::OsStr::from_bytes(&name.as_bytes()[..end]));
        if path.parent() == Some(folder) && !path.is_dir() {
            std::fs::write(&path, name).expect("a disk that takes the name");
            strange.insert(path);
        }
    }
    // What nobody means to publish, so that the sheet of such a drop has something to leave out.
    std::fs::create_dir_all(folder.join(".git")).expect("a folder");
    std::fs::write(folder.join(".git/HEAD"), "ref: refs/heads/main").expect("writes");
    for number in strange.len()..count {
        let path = folder.join(format!("scan {number:05}.tif"));
        std::fs::write(path, number.to_string()).expect("writes");
    }
    strange
}

/// The CIDs of so many blocks that nobody has.
pub(crate) fn unknown_cids(count: usize) -> Vec<String> {
    (0..count as u64)
        .map(|number| {
            let mut bytes = vec![0x01, 0x55, 0x12, 0x20];
            bytes.extend([0x2a; 24]);
            bytes.extend(number.to_be_bytes());
            format!("b{}", base32(&bytes))
        })
        .collect()
}

/// RFC 4648, lower case, without padding.
fn base32(bytes: &[u8]) -> String {
    let signs = b"abcdefghijklmnopqrstuvwxyz234567";
    let (mut held, mut bits, mut text) = (0_u32, 0, String::new());
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(signs[(held >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(signs[(held << (5 - bits)) as usize & 31]));
    }
    text
}

struct Filling {
    client: reqwest::Client,
    api: String,
}

impl Filling {
    fn of(service: &Service) -> Self {
        Self {
            client: oracle::client(),
            api: service.api.clone(),
        }
    }

    async fn answered(&self, what: &str, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(TOKEN).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{what}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.api)).json(body);
        self.answered(path, request).await
    }

    /// Answers its CID.
    async fn pin(&self, number: usize, text: &str) -> String {
        let keyvalues = json!({ format!("{number} {text}"): text, "plain": text });
        let bytes = format!("file {number}").into_bytes();
        let form = reqwest::multipart::Form::new()
            .text("network", "public")
            .text("name", text.to_owned())
            .text("keyvalues", keyvalues.to_string())
            .part(
                "file",
                reqwest::multipart::Part::bytes(bytes).file_name("file.txt"),
            );
        let request = self.client.post(format!("{}/v3/files", self.api));
        let file = self.answered(text, request.multipart(form)).await;
        file["data"]["cid"].as_str().expect("a CID").to_owned()
    }

    async fn unpin(&self, cid: &str) {
        let request = self
            .client
            .delete(format!("{}/pinning/unpin/{cid}", self.api));
        self.answered(cid, request).await;
    }
}
