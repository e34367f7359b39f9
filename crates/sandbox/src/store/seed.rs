//! Many made-up pins at once, for tests and demonstrations of large accounts.

use super::rows::{self, Network, NewFile};
use super::{Store, StoreError};
use crate::dag;
use crate::moment::{file_id, micros};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

const SUBJECTS: [&str; 10] = [
    "harbour",
    "invoice",
    "portrait",
    "release",
    "survey",
    "lecture",
    "recording",
    "map",
    "minutes",
    "artwork",
];
const ENDINGS: [(&str, &str); 6] = [
    ("jpg", "image/jpeg"),
    ("pdf", "application/pdf"),
    ("json", "application/json"),
    ("mp4", "video/mp4"),
    ("txt", "text/plain"),
    ("zip", "application/zip"),
];
const PROJECTS: [&str; 5] = ["atlas", "beacon", "cedar", "delta", "ember"];

impl Store {
    /// Adds `count` pins, the newest at `now` and each next one 97 seconds older. Their CIDs are valid
    /// raw CIDv1s, but there are no bytes behind them: the gateway answers 404.
    pub(crate) async fn seed(&self, count: usize, now: Timestamp) -> Result<(), StoreError> {
        self.run(move |_, connection| {
            let transaction = connection.transaction()?;
            for index in (0..count).rev() {
                rows::insert(&transaction, &pin(index, now))?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }
}

fn pin(index: usize, now: Timestamp) -> NewFile {
    let cid = dag::raw(format!("seeded pin {index}").as_bytes());
    let age = i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(97);
    let created = now
        .checked_sub(SignedDuration::from_secs(age))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let (ending, mime) = ENDINGS[index % ENDINGS.len()];
    let subject = SUBJECTS[index / 3 % SUBJECTS.len()];
    NewFile {
        id: file_id(created),
        node: dag::block_key(&cid),
        cid: cid.to_string(),
        network: Network::Public,
        name: (index % 41 != 40).then(|| format!("{subject}-{index:06}.{ending}")),
        keyvalues: keyvalues(index),
        size: 1 + (index as u64).wrapping_mul(2_654_435_761) % 20_000_000,
        number_of_files: 1,
        mime_type: Some(mime.to_owned()),
        group_id: None,
        created_at: micros(created),
        expires_at: None,
        pending_until: None,
    }
}

fn keyvalues(index: usize) -> Option<Map<String, Value>> {
    match index % 4 {
        0 => None,
        1 => Some(Map::new()),
        rest => {
            let mut map = Map::new();
            map.insert(
                "project".into(),
                json!(PROJECTS[index / 4 % PROJECTS.len()]),
            );
            if rest == 3 {
                map.insert("version".into(), json!(index % 9));
            }
            Some(map)
        }
    }
}
