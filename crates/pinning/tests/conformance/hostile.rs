//! A hostile service: any call of any service meets answers that are packed, endless, dripping or deep. Each ends in time with
//! an error that is short and keeps the token, and no look-up becomes a storm.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use pinning::{
    Acknowledged, Deadlines, Delivered, Error, ErrorKind, JobQuery, JsonUpload, KeyQuery,
    LegacyCall, Network, NewGroup, NewJob, NewKey, Permissions, PinEdit, PinQuery, PinRef,
    PinRequest, Placement, Priority, Psa, PsaBudget, PsaEndpoint, RequestQuery, ResumableUpload,
    ResumeError, Service, UploadOptions,
};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::hostile_service::{Bad, Body, Hostile, on_the_way};
use crate::support::{
    Noon, account_with, assert_keeps_the_secret, file, folder, short_deadlines, source, token,
};

pub(crate) const CID: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";
/// What any call takes at most, all its attempts together.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read of one answer at most.
pub(crate) const MOST: u64 = 16 * 1024 * 1024;

/// Calls made at a time: what is large is held for all of them.
const FEW: usize = 6;
const MANY: usize = 64;
/// Calls whose answer has no content of use: all that is read of it is an error inside.
pub(crate) const NOTHING_READ: [&str; 5] = ["edit", "unpin", "cancel", "revoke", "remove"];

pub(crate) struct Nothing;

#[async_trait::async_trait]
impl Acknowledged for Nothing {
    async fn acknowledged(&self, _: u64) -> std::io::Result<()> {
        Ok(())
    }
}

/// A call's name, and the call.
pub(crate) type Called<'a> = (&'static str, BoxFuture<'a, Result<(), Error>>);

pub(crate) fn call<'a, T>(
    name: &'static str,
    asked: impl Future<Output = Result<T, Error>> + Send + 'a,
) -> Called<'a> {
    (name, asked.map(|answer| answer.map(|_| ())).boxed())
}

/// Every call that a service has, once.
pub(crate) fn calls(service: &dyn Service) -> Vec<Called<'_>> {
    let click = Priority::Click;
    let pin = PinRef {
        service_id: Some("an-id".to_owned()),
        cid: CID.to_owned(),
        network: Network::Public,
    };
    let mut all = vec![call("check", service.check())];
    if let Some(pins) = service.pins() {
        let (get, edit, unpin) = (pin.clone(), pin.clone(), pin.clone());
        all.push(call("list", async move {
            pins.page(&PinQuery::default(), None, click).await
        }));
        all.push(call("find", pins.find(CID, click)));
        all.push(call("get", async move { pins.get(&get, click).await }));
        all.push(call("edit", async move {
            let named = PinEdit {
                name: Some("n".to_owned()),
                ..PinEdit::default()
            };
            pins.edit(&edit, &named).await
        }));
        all.push(call("unpin", async move { pins.unpin(&unpin).await }));
    }
    if let Some(uploads) = service.uploads() {
        all.push(call("file", uploads.file(file("a", b"hello"))));
        all.push(call("folder", uploads.folder(folder("r", &[("a", b"x")]))));
        let json = JsonUpload {
            text: "{}".to_owned(),
            file_name: "a.json".to_owned(),
            options: UploadOptions::default(),
            placement: Placement::default(),
            cancel: CancellationToken::new(),
        };
        all.push(call("json", uploads.json(json)));
    }
    if let Some(way) = service.resumable() {
        all.push(call("chunks", async move {
            let upload = ResumableUpload {
                source: source(b"hello"),
                file_name: "a".to_owned(),
                options: UploadOptions::default(),
                placement: Placement::default(),
                car: false,
                chunk: 3,
                progress: Arc::new(|_| ()),
                acknowledged: Arc::new(Nothing),
                cancel: CancellationToken::new(),
            };
            match way.begin(&upload).await {
                Ok(_) => Ok(()),
                Err(ResumeError::Failed(error)) => Err(error),
                Err(other) => panic!("{other:?}"),
            }
        }));
    }
    if let Some(jobs) = service.jobs() {
        let wish = NewJob {
            cid: CID.to_owned(),
            ..NewJob::default()
        };
        all.push(call("job", async move { jobs.add(&wish).await }));
        all.push(call("jobs", async move {
            jobs.page(&JobQuery::default(), None, click).await
        }));
        all.push(call("cancel", jobs.cancel("an-id")));
    }
    if let Some(keys) = service.keys() {
        let wish = NewKey {
            name: "k".to_owned(),
            max_uses: None,
            permissions: Permissions {
                legacy: LegacyCall::ALL.into(),
                ..Permissions::default()
            },
        };
        all.push(call("new key", async move { keys.create(&wish).await }));
        all.push(call("keys", async move {
            keys.page(&KeyQuery::default(), None, click).await
        }));
        all.push(call("revoke", keys.revoke("a-key")));
    }
    if let Some(groups) = service.groups() {
        let wish = NewGroup {
            name: "g".to_owned(),
            network: Network::Public,
            public: None,
        };
        all.push(call("new group", async move { groups.create(&wish).await }));
    }
    if let Some(gateways) = service.gateways() {
        all.push(call("gateways", gateways.page(None, click)));
    }
    if let Some(usage) = service.usage() {
        all.push(call("totals", usage.totals()));
    }
    if let Some(swaps) = service.swaps() {
        all.push(call("swap", swaps.set(Network::Public, CID, CID)));
    }
    if let Some(requests) = service.requests() {
        let wish = PinRequest {
            cid: CID.to_owned(),
            ..PinRequest::default()
        };
        all.push(call("request", async move { requests.add(&wish).await }));
        all.push(call("requests", async move {
            requests.list(&RequestQuery::default(), None, click).await
        }));
        all.push(call("remove", requests.remove("an-id")));
    }
    all
}

/// A Pinata account and one of a pinning service at this address.
fn accounts(address: &str, deadlines: Deadlines) -> [Box<dyn Service>; 2] {
    let many = NonZeroU32::new(60_000).expect("not zero");
    let budget = PsaBudget {
        lists: many,
        others: many,
    };
    let endpoint = PsaEndpoint::new(&format!("{address}/psa")).expect("loopback");
    let secret = SecretString::from(token());
    let psa = Psa::new(endpoint, Some(&secret), Arc::new(Noon), budget, deadlines);
    [
        Box::new(account_with(address, &token(), deadlines)),
        Box::new(psa.expect("a token")),
    ]
}

/// Makes every call of both services to a service that answers like this. What came of each.
pub(crate) async fn answers(
    bad: Bad,
    at_once: usize,
    deadlines: Deadlines,
) -> Vec<(&'static str, Result<(), Error>)> {
    let hostile = Hostile::new(bad);
    let accounts = accounts(&hostile.address, deadlines);
    let all: Vec<_> = accounts
        .iter()
        .flat_map(|service| calls(service.as_ref()))
        .collect();
    let made = all.len();
    assert!(made > 25, "{made} calls");
    let ended = futures::stream::iter(all).map(async |(name, call)| {
        let ended = tokio::time::timeout(PATIENCE, call).await;
        (
            name,
            ended.unwrap_or_else(|_| panic!("{name} does not end")),
        )
    });
    let ended: Vec<_> = ended.buffer_unordered(at_once).collect().await;
    let asked = hostile.asked.load(Ordering::Relaxed);
    assert!(asked <= 4 * made, "{asked} requests for {made} calls");
    let (longest, most) = (hostile.longest(), MOST + on_the_way());
    assert!(longest <= most, "{longest} bytes of at most {most}");
    for (name, result) in &ended {
        let Err(error) = result else { continue };
        assert_keeps_the_secret(error);
        assert!(format!("{error:?}").len() < 2_000, "{name}: {error:?}");
        let sent = matches!(*name, "file" | "job" | "new group" | "request");
        if sent && matches!(error.kind, ErrorKind::Offline) {
            // It was carried out, for all that is known.
            assert_eq!(error.delivered, Delivered::Maybe, "{name}: {error:?}");
        }
    }
    ended
}

/// The names of the calls that succeeded.
async fn succeeding(bad: Bad, at_once: usize) -> Vec<&'static str> {
    let ended = answers(bad, at_once, short_deadlines()).await.into_iter();
    let succeeded = ended.filter(|(_, result)| result.is_ok());
    succeeded.map(|(name, _)| name).collect()
}

async fn all_fail(bad: Bad, at_once: usize) {
    let succeeded = succeeding(bad, at_once).await;
    assert_eq!(succeeded, [] as [&str; 0]);
}

/// What nearly every call is content with.
pub(crate) fn good() -> String {
    let data = format!(
        r#"{{"id":"an-id","cid":"{CID}","name":"n","size":1,"files":[],"jobs":[],"keys":[],"rows":[],"groups":[],"status":"prechecking","date_queued":"2026-01-02T12:00:00Z","pinata_api_key":"k","JWT":"j"}}"#
    );
    format!(
        r#"{{"IpfsHash":"{CID}","data":{data},"rows":[],"files":[],"jobs":[],"keys":[],"count":0,"results":[],"requestid":"an-id","status":"queued","created":"2026-01-02T12:00:00Z","pin":{{"cid":"{CID}"}},"delegates":[]}}"#
    )
}

/// gzip, its bytes as they are: whatever unpacks gzip at all unpacks this.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("fits one block");
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1));
        }
    }
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    gzip.extend(length.to_le_bytes());
    gzip.extend((!length).to_le_bytes());
    gzip.extend(bytes);
    gzip.extend((!crc).to_le_bytes());
    gzip.extend(u32::from(length).to_le_bytes());
    gzip
}

#[tokio::test]
async fn a_packed_answer_is_unpacked_at_no_call() {
    let plain = succeeding(Bad::json(200, "", good()), MANY).await;
    for name in ["list", "file", "job", "jobs", "request", "requests"] {
        assert!(
            plain.contains(&name),
            "{name} is content with it: {plain:?}"
        );
    }
    for coding in ["gzip", "x-gzip", "gzip, gzip"] {
        let header = format!("Content-Encoding: {coding}\r\n");
        let bad = Bad::json(200, &header, packed(good().as_bytes()));
        let mut succeeded = succeeding(bad, MANY).await;
        succeeded.retain(|name| !NOTHING_READ.contains(name));
        assert_eq!(succeeded, [] as [&str; 0], "{coding}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_at_every_call() {
    let spaces = Body::Endless(vec![b' '; 64 * 1024]);
    all_fail(Bad::without_end(200, spaces.clone()), FEW).await;
    all_fail(Bad::without_end(400, spaces), FEW).await;
}

#[tokio::test]
async fn an_answer_that_drips_ends_by_its_deadline_at_every_call() {
    let drip = Body::Drip(Duration::from_millis(50));
    all_fail(Bad::without_end(200, drip.clone()), MANY).await;
    all_fail(Bad::without_end(500, drip), MANY).await;
}

#[tokio::test]
async fn json_of_great_depth_is_an_error_at_every_call_that_reads_it() {
    for nested in ["[", "{\"data\":", "{\"error\":{\"details\":"] {
        let deep = nested.repeat(100_000);
        let mut succeeded = succeeding(Bad::json(200, "", deep.clone()), FEW).await;
        succeeded.retain(|name| !NOTHING_READ.contains(name));
        assert_eq!(succeeded, [] as [&str; 0], "{nested}");
        all_fail(Bad::json(400, "", deep), FEW).await;
    }
}

#[tokio::test]
async fn heads_that_never_end_and_lengths_that_are_lies_are_errors_at_every_call() {
    let head = |head: &str, piece: &[u8]| Bad {
        head: head.to_owned(),
        body: Body::Endless(piece.to_vec()),
    };
    let lie = |length: &str| Bad {
        head: format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"),
        body: Body::Whole(good().into_bytes()),
    };
    let all = [
        head("HTTP/1.1 200 OK\r\nX-Long: ", &[b'x'; 4096]),
        head("HTTP/1.1 200 OK\r\n", &b"X: y\r\n".repeat(700)),
        head(
            "HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
        ),
        lie("18446744073709551615"),
        lie("99999999999999999999"),
        lie("-1"),
        lie("9, 10"),
    ];
    futures::future::join_all(all.map(|bad| all_fail(bad, MANY))).await;
}
