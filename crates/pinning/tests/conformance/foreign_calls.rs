//! The calls that are made beside those of `hostile`: the rest of every noun, by id and by CID, and lists page by page.

use std::sync::Arc;
use std::time::Duration;

use pinning::{
    Error, GatewayAddress, Gateways, GroupEdit, GroupFilter, GroupQuery, GroupRef, Groups,
    JobQuery, JobStatus, Jobs, KeyQuery, Keys, Network, NewGroup, PinEdit, PinQuery, PinRef,
    PinRequest, PinState, Pins, Placement, Priority, PrivateFile, RequestQuery, Requests,
    Resumable, ResumableUpload, ResumeError, Service, Swaps, TrafficQuery, UploadOptions,
    UploadPlace, Usage, Value,
};
use tokio_util::sync::CancellationToken;

use crate::hostile::{CID, Called, Nothing, call, calls};
use crate::support::{NOON, source};

const CLICK: Priority = Priority::Click;
/// Pages of a list that are asked for: each by the token that the one before gave.
const PAGES: usize = 3;

/// Reads a list page by page.
macro_rules! pages {
    ($noun:expr, $page:ident, $query:expr) => {
        async move {
            let mut after = None;
            for _ in 0..PAGES {
                after = $noun.$page(&$query, after, CLICK).await?.next;
                if after.is_none() {
                    break;
                }
            }
            Ok::<(), Error>(())
        }
    };
}

/// Every call of a service, in one order. `address` is where it is.
pub(crate) fn every<'a>(service: &'a dyn Service, address: &str) -> Vec<Called<'a>> {
    // The one of `hostile` knows no other end than a failure.
    let mut all: Vec<_> = calls(service)
        .into_iter()
        .filter(|(name, _)| *name != "chunks")
        .collect();
    all.push(call("abilities", service.abilities()));
    all.extend(service.pins().into_iter().flat_map(of_pins));
    all.extend(service.groups().into_iter().flat_map(of_groups));
    all.extend(service.swaps().into_iter().flat_map(of_swaps));
    all.extend(service.usage().into_iter().map(of_usage));
    all.extend(service.requests().into_iter().flat_map(of_requests));
    all.extend(service.jobs().into_iter().flat_map(of_jobs));
    all.extend(service.keys().into_iter().map(of_keys));
    all.extend(service.gateways().into_iter().flat_map(of_gateways));
    if let Some(resumable) = service.resumable() {
        all.extend(of_resumable(resumable, address));
    }
    if let Some(uploads) = service.uploads() {
        all.push(call("rewrites", uploads.rewrites_json()));
    }
    all
}

fn pin(service_id: Option<&str>, network: Network) -> PinRef {
    PinRef {
        service_id: service_id.map(str::to_owned),
        cid: CID.to_owned(),
        network,
    }
}

fn of_pins(pins: &dyn Pins) -> Vec<Called<'_>> {
    let by_id = || pin(Some("an-id"), Network::Public);
    let by_cid = || pin(None, Network::Public);
    let edit = PinEdit {
        name: Some("n".to_owned()),
        keyvalues: [("k".to_owned(), Some(Value::number(1.5).expect("a number")))].into(),
    };
    let history = PinQuery {
        state: PinState::All,
        ..PinQuery::default()
    };
    let narrow = PinQuery {
        group: Some(GroupFilter::In("g".to_owned())),
        size_min: Some(1),
        limit: Some(5),
        ..PinQuery::default()
    };
    let hidden = PinQuery {
        network: Network::Private,
        ..PinQuery::default()
    };
    vec![
        call("pins", pages!(pins, page, PinQuery::default())),
        call("pins of all time", pages!(pins, page, history)),
        call("pins of a group", pages!(pins, page, narrow)),
        call("private pins", pages!(pins, page, hidden)),
        call(
            "get by CID",
            async move { pins.get(&by_cid(), CLICK).await },
        ),
        call("record", async move { pins.record(&by_id(), CLICK).await }),
        call("record by CID", async move {
            pins.record(&by_cid(), CLICK).await
        }),
        call(
            "edit by CID",
            async move { pins.edit(&by_cid(), &edit).await },
        ),
        call("unpin by CID", async move { pins.unpin(&by_cid()).await }),
        call("unpin a private one", async move {
            pins.unpin(&pin(None, Network::Private)).await
        }),
        call("delete", pins.delete(Network::Public, "an-id")),
        call("expire", async move {
            pins.expire(&by_id(), NOON.parse().ok()).await
        }),
    ]
}

fn of_groups(groups: &dyn Groups) -> Vec<Called<'_>> {
    let group = |network| GroupRef {
        id: "an-id".to_owned(),
        network,
    };
    let (here, hidden) = (group(Network::Public), group(Network::Private));
    let (all, edit) = (
        [
            pin(Some("an-id"), Network::Public),
            pin(None, Network::Public),
        ],
        GroupEdit {
            name: Some("n".to_owned()),
            ..GroupEdit::default()
        },
    );
    let (got, edited, deleted, filled, emptied) =
        (here.clone(), here.clone(), here.clone(), here.clone(), here);
    let (put, taken) = (all.clone(), all);
    let first = |results: Vec<Result<(), Error>>| results.into_iter().collect::<Result<(), _>>();
    let wish = NewGroup {
        name: "g".to_owned(),
        network: Network::Private,
        public: Some(true),
    };
    vec![
        call("groups", pages!(groups, page, GroupQuery::default())),
        call("group", async move { groups.get(&got, CLICK).await }),
        call(
            "private group",
            async move { groups.get(&hidden, CLICK).await },
        ),
        call(
            "new private group",
            async move { groups.create(&wish).await },
        ),
        call(
            "edit group",
            async move { groups.edit(&edited, &edit).await },
        ),
        call("delete group", async move { groups.delete(&deleted).await }),
        call("into group", async move {
            first(groups.add(&filled, &put).await)
        }),
        call("out of group", async move {
            first(groups.remove(&emptied, &taken).await)
        }),
    ]
}

fn of_swaps(swaps: &dyn Swaps) -> Vec<Called<'_>> {
    let public = Network::Public;
    vec![
        call("swaps", swaps.history(public, CID, "pets", CLICK)),
        call("unswap", swaps.clear(public, CID)),
    ]
}

fn of_usage(usage: &dyn Usage) -> Called<'_> {
    let noon = NOON.parse().expect("a moment");
    let query = TrafficQuery {
        gateway: "pets".to_owned(),
        from: noon,
        to: noon,
    };
    call("traffic", async move { usage.traffic(&query).await })
}

fn of_jobs(jobs: &dyn Jobs) -> Vec<Called<'_>> {
    let narrow = JobQuery {
        status: Some(JobStatus::Retrieving),
        cid: Some(CID.to_owned()),
        ..JobQuery::default()
    };
    vec![
        call("all jobs", pages!(jobs, page, JobQuery::default())),
        call("some jobs", pages!(jobs, page, narrow)),
    ]
}

fn of_keys(keys: &dyn Keys) -> Called<'_> {
    let query = KeyQuery {
        exhausted: true,
        name_contains: Some("k".to_owned()),
        ..KeyQuery::default()
    };
    call("all keys", pages!(keys, page, query))
}

fn of_gateways(gateways: &dyn Gateways) -> Vec<Called<'_>> {
    let file = PrivateFile {
        gateway: GatewayAddress::new("pets.mypinata.cloud").expect("an address"),
        cid: CID.to_owned(),
        path: vec!["a".to_owned()],
        file_name: Some("a.txt".to_owned()),
        lasts: Duration::from_mins(10),
    };
    vec![
        call("all gateways", async move {
            let mut after = None;
            for _ in 0..PAGES {
                after = gateways.page(after, CLICK).await?.next;
                if after.is_none() {
                    break;
                }
            }
            Ok(())
        }),
        call("link", async move { gateways.signed_link(&file).await }),
    ]
}

fn of_requests(requests: &dyn Requests) -> Vec<Called<'_>> {
    let wish = PinRequest {
        cid: CID.to_owned(),
        ..PinRequest::default()
    };
    let few = RequestQuery {
        limit: Some(2),
        ..RequestQuery::default()
    };
    vec![
        call("all requests", pages!(requests, list, few)),
        call("one request", requests.get("an-id", CLICK)),
        call(
            "replace",
            async move { requests.replace("an-id", &wish).await },
        ),
        call("requests of a CID", requests.of_cid(CID, CLICK)),
    ]
}

/// A failure of an upload in chunks; its other ends are what this protocol means by them.
fn failed<T>(ended: Result<T, ResumeError>) -> Result<(), Error> {
    match ended {
        Err(ResumeError::Failed(error)) => Err(error),
        _ => Ok(()),
    }
}

fn of_resumable<'a>(resumable: &'a dyn Resumable, address: &str) -> Vec<Called<'a>> {
    let upload = |car| ResumableUpload {
        source: source(b"hello"),
        file_name: "a".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        car,
        chunk: 3,
        progress: Arc::new(|_| ()),
        acknowledged: Arc::new(Nothing),
        cancel: CancellationToken::new(),
    };
    let place = || UploadPlace {
        url: format!("{address}/v3/files/an-id/a"),
    };
    let (file, car, resumed) = (upload(false), upload(true), upload(false));
    let (looked, finished, at) = (place(), place(), place());
    vec![
        call("chunks", async move {
            match resumable.begin(&file).await {
                Ok(place) => failed(resumable.resume(&file, &place).await),
                other => failed(other),
            }
        }),
        call("chunks of a CAR", async move {
            match resumable.begin(&car).await {
                Ok(place) => failed(resumable.resume(&car, &place).await),
                other => failed(other),
            }
        }),
        call("resume", async move {
            failed(resumable.resume(&resumed, &at).await)
        }),
        call(
            "offset",
            async move { failed(resumable.offset(&looked).await) },
        ),
        call("finished", async move {
            failed(resumable.finished(&finished).await)
        }),
    ]
}
