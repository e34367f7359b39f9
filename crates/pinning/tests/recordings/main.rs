//! Every recorded answer, read by the client and compared back field by field: each value that is not null must come
//! out of a typed field again, or its name stands in the list of ignored ones.
//!
//! The folder is named by `PINFOLD_RECORDED`; where it is not there this says NOT RUN, and tests/wire is the twin that
//! always runs.
#![expect(
    clippy::disallowed_methods,
    reason = "the test reads its own recordings"
)]

mod again;
mod call;
mod compare;
mod rendered;
#[path = "../support/mod.rs"]
mod support;

use std::panic::AssertUnwindSafe;

use call::Call;
use futures::FutureExt as _;
use serde_json::Value as Json;

/// A request that somebody made, and its answer.
pub(crate) struct Recording {
    name: String,
    call: Call,
    status: u16,
    body: Json,
    text: Option<String>,
    retry_after: Option<String>,
}

/// Recordings of calls that this client does not make, by a part of their address, and why.
const NOT_MADE: [(&str, &str); 10] = [
    ("/custom_domain", "gateways are managed at the service"),
    ("/access_tokens", "gateways are managed at the service"),
    ("/hosts", "gateways are managed at the service"),
    ("/ips", "gateways are managed at the service"),
    ("plugin", "gateways are managed at the service"),
    ("/exists/", "gateways are managed at the service"),
    ("/gateways/{id}", "gateways are managed at the service"),
    ("/signature/", "signatures of wallets are not shown"),
    ("/gateways/top", "traffic is shown by day only"),
    ("/files/sign", "uploads by others are not handed out"),
];

/// Recordings of what is not asked of a service by this crate at all.
fn is_not_made(method: &str, url: &str) -> bool {
    let by_gateway = url.contains("mypinata.cloud/ipfs/") || url.contains("gateway.pinata.cloud");
    let made_there = method == "POST" && url.ends_with("/v3/gateways");
    by_gateway || made_there || NOT_MADE.iter().any(|(part, _)| url.contains(part))
}

/// (the recordings of calls that are made, how many are of others).
fn recordings(folder: &str) -> (Vec<Recording>, usize) {
    let (mut made, mut others) = (Vec::new(), 0);
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
        let at = |pointer: &str| recorded.pointer(pointer).and_then(Json::as_str);
        let (method, url) = (
            at("/request/method").unwrap_or_default(),
            at("/request/url").unwrap_or_default(),
        );
        if is_not_made(method, url) {
            others += 1;
            continue;
        }
        let row = recorded.pointer("/response/body/requestid").is_some();
        let call = Call::of(method, url, row).unwrap_or_else(|| {
            panic!("{name}: {method} {url} is neither made nor named as not made")
        });
        let status =
            at("/response/status").and_then(|status| status.split(' ').next()?.parse().ok());
        let number = || {
            recorded
                .pointer("/response/status")?
                .as_u64()?
                .try_into()
                .ok()
        };
        let status = match name.as_str() {
            // The documentation lists the answer to a successful delete under 500: a slip of its authors.
            "doc-v3-delete-files-network-id-1.json" => 200,
            _ => status.or_else(number).unwrap_or(400),
        };
        made.push(Recording {
            call,
            status,
            body: recorded
                .pointer("/response/body")
                .cloned()
                .unwrap_or_default(),
            text: at("/response/text").map(str::to_owned),
            retry_after: at("/response/headers/Retry-After")
                .or_else(|| at("/response/headers/retry-after"))
                .map(str::to_owned),
            name,
        });
    }
    (made, others)
}

#[tokio::test]
async fn every_recording_is_read_and_compared_back() {
    let Some(folder) = std::env::var_os("PINFOLD_RECORDED") else {
        eprintln!(
            "NOT RUN: PINFOLD_RECORDED names no folder of recordings; tests/wire is the twin that ran"
        );
        return;
    };
    let (made, others) = recordings(&folder.to_string_lossy());
    assert!(made.len() >= 150, "only {} recordings", made.len());
    let (mut fields, mut failed) = (0, Vec::new());
    for recording in &made {
        let check = AssertUnwindSafe(recording.check()).catch_unwind();
        match check.await {
            Ok(compared) => fields += compared,
            Err(_) => failed.push(recording.name.as_str()),
        }
    }
    assert!(failed.is_empty(), "{} differ: {failed:?}", failed.len());
    assert!(fields >= 1000, "only {fields} fields");
    eprintln!(
        "{} recordings were read and {fields} fields compared back; {others} are of calls that are not made",
        made.len()
    );
}
