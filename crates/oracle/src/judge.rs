//! What was asked for, set beside what the service has.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::Service;

/// What was to be pinned.
#[derive(Debug)]
pub struct Content {
    /// Of the pin; no two alike.
    pub name: String,
    /// Where below the root, and the bytes. Of a file: nowhere.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Content {
    fn size(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

/// What was found; all by name.
#[derive(Debug, Default)]
pub struct Judged {
    /// Listed by no pin, or other bytes are served.
    pub lost: Vec<String>,
    /// Sent again although it stood, or more of it than one chunk for each request that was cut.
    pub twice: Vec<String>,
    /// Listed by more than one pin, or by one that nobody asked for.
    pub pins_twice: Vec<String>,
    /// Bytes of requests that broke off.
    pub cut_off: u64,
}

impl Judged {
    /// Nothing is lost, nothing was sent or pinned twice.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.lost.is_empty() && self.twice.is_empty() && self.pins_twice.is_empty()
    }
}

/// A pin of the service's own list.
struct Pin {
    cid: String,
    since: Timestamp,
}

/// Sets what was to be pinned beside what the service has.
///
/// `chunk`: the largest part of a file that goes as one; whatever goes as one request is not larger.
pub async fn judge(service: &Service, contents: &[Content], chunk: u64) -> Judged {
    let mut judged = Judged::default();
    let mut listed = list(service).await;
    let log = service.log();
    for content in contents {
        let pins = listed.remove(&content.name).unwrap_or_default();
        let Some(pin) = pins.first() else {
            judged.lost.push(content.name.clone());
            continue;
        };
        if pins.len() > 1 {
            judged.pins_twice.push(content.name.clone());
        }
        for (inside, bytes) in &content.files {
            if service.served(&format!("{}{inside}", pin.cid)).await != *bytes {
                judged.lost.push(format!("{}{inside}", content.name));
            }
        }
        if sent_twice(&log, content, pin, chunk) {
            judged.twice.push(content.name.clone());
        }
    }
    judged.pins_twice.extend(listed.into_keys());
    let broken = log.iter().filter(|entry| entry["status"] == 0);
    judged.cut_off = broken.map(bytes_of).sum();
    judged
}

/// Every pin by its name.
async fn list(service: &Service) -> BTreeMap<String, Vec<Pin>> {
    let mut listed: BTreeMap<String, Vec<Pin>> = BTreeMap::new();
    let mut next = String::new();
    loop {
        let path = format!("v3/files/public?limit=500&pageToken={next}");
        let page = service.api("GET", &path, None).await;
        for file in page["data"]["files"].as_array().expect("files") {
            let text = |key: &str| file[key].as_str().expect("a text").to_owned();
            let pin = Pin {
                cid: text("cid"),
                since: text("created_at").parse().expect("a time"),
            };
            listed.entry(text("name")).or_default().push(pin);
        }
        let Some(token) = page["data"]["next_page_token"].as_str() else {
            return listed;
        };
        next = url_encoded(token);
    }
}

fn url_encoded(token: &str) -> String {
    token
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

fn sent_twice(log: &[Value], content: &Content, pin: &Pin, chunk: u64) -> bool {
    // The list tells milliseconds only.
    let stands = pin.since + SignedDuration::from_millis(1);
    let end = format!("/{}", content.name);
    let in_chunks = |entry: &&Value| {
        entry["method"] == "PATCH"
            && entry["path"]
                .as_str()
                .is_some_and(|path| path.ends_with(&end))
    };
    let chunks: Vec<&Value> = log.iter().filter(in_chunks).collect();
    let whole = |entry: &&Value| entry["method"] == "POST" && entry["cid"] == pin.cid.as_str();
    let again = chunks
        .iter()
        .copied()
        .chain(log.iter().filter(whole))
        .any(|entry| bytes_of(entry) > 0 && began(entry) > stands);
    if chunks.is_empty() {
        return again;
    }
    let cut = chunks.iter().filter(|entry| entry["status"] != 204).count() as u64;
    let received: u64 = chunks.iter().map(|entry| bytes_of(entry)).sum();
    again || received > content.size() + cut * chunk
}

fn bytes_of(entry: &Value) -> u64 {
    entry["received"].as_u64().unwrap_or(0)
}

fn began(entry: &Value) -> Timestamp {
    let time = entry["time"].as_str().expect("a time");
    time.parse().expect("a time")
}
