//! Listing pin objects: filters, pages and order, in Pinata's ways and in the specification's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::StatusCode;
use sandbox::Jobs;
use serde_json::json;

use crate::psa::{CIDS, assert_is_a_pin_status, list, pin, with};
use crate::stranger::{Form, Stranger};

/// A clock that goes one second a reading.
fn ticking(config: &mut sandbox::Config) {
    let seconds = AtomicI64::new(1_700_000_000);
    config.clock = Arc::new(move || {
        jiff::Timestamp::from_second(seconds.fetch_add(1, Ordering::Relaxed)).unwrap()
    });
}

#[tokio::test]
async fn names_cids_metas_and_dates_filter() {
    let stranger = Stranger::with(|config| {
        config.strict_psa = true;
        config.jobs = Jobs::instant();
        ticking(config);
    })
    .await;
    for (name, meta) in [
        ("Alpha.txt", json!({ "app": "x", "n": "1" })),
        ("alpha.txt", json!({ "app": "x" })),
        ("Beta", json!({ "app": "y" })),
    ] {
        let cid = CIDS[usize::from(name == "Beta")];
        pin(&stranger, json!({ "cid": cid, "name": name, "meta": meta })).await;
    }
    let both = format!("{},{}", CIDS[0], CIDS[1]);
    for (query, count) in [
        (vec![("name", "Alpha.txt")], 1),
        (vec![("name", "alpha.TXT"), ("match", "exact")], 0),
        (vec![("name", "alpha.TXT"), ("match", "iexact")], 2),
        (vec![("name", "pha"), ("match", "partial")], 2),
        (vec![("name", "PHA"), ("match", "partial")], 0),
        (vec![("name", "ETA"), ("match", "ipartial")], 1),
        (vec![("cid", CIDS[0])], 2),
        (vec![("cid", both.as_str())], 3),
        (vec![("cid", CIDS[2])], 0),
        (vec![("meta", r#"{"app":"x"}"#)], 2),
        (vec![("meta", r#"{"app":"x","n":"1"}"#)], 1),
        (vec![("meta", r#"{"other":"x"}"#)], 0),
        (vec![("meta[app]", "x"), ("meta[n]", "1")], 1),
        (vec![("status", "queued,failed")], 0),
        (vec![("before", "2023-11-14T00:00:00Z")], 0),
        (vec![("after", "2023-11-14T00:00:00Z")], 3),
        (
            vec![
                ("after", "2023-11-14T22:13:20+00:00"),
                ("before", "2030-01-01T01:00:00+01:00"),
            ],
            3,
        ),
    ] {
        assert_eq!(list(&stranger, &query).await.0, count, "{query:?}");
    }
    let (_, newest) = list(&stranger, &[]).await;
    let created = newest[1]["created"].as_str().unwrap();
    assert_eq!(list(&stranger, &[("before", created)]).await.0, 1);
    assert_eq!(list(&stranger, &[("after", created)]).await.0, 1);
    for wrong in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "status=done",
        "match=fuzzy",
        "before=yesterday",
        "meta=%5B%5D",
        "meta=%7B%22a%22%3A1%7D",
        "cid=none",
    ] {
        let (status, body) = stranger.get(&format!("/psa/pins?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(body["error"]["reason"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn strictly_pages_have_ten_and_before_leads_on_without_gap_or_repeat() {
    let now = jiff::Timestamp::from_second(1_700_000_000).unwrap();
    let stranger = Stranger::with(|config| {
        config.strict_psa = true;
        config.jobs = Jobs::instant();
        // All within one instant: the times are made unique all the same.
        config.clock = Arc::new(move || now);
    })
    .await;
    let mut made = BTreeSet::new();
    for number in 0..20 {
        made.insert(pin(&stranger, json!({ "cid": CIDS[number % 3] })).await);
    }
    for number in 0..5 {
        let form = Form::new().file("f", &[number]).text("network", "public");
        let (_, body) = stranger.upload(&form).await;
        made.insert(body["data"]["id"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    let mut before = String::new();
    loop {
        let mut query = vec![("status", "pinned,queued")];
        if !before.is_empty() {
            query.push(("before", before.as_str()));
        }
        let (count, page) = list(&stranger, &query).await;
        sizes.push((count, page.len()));
        page.iter().for_each(assert_is_a_pin_status);
        seen.extend(
            page.iter()
                .map(|object| object["requestid"].as_str().unwrap().to_owned()),
        );
        let oldest = page.last().unwrap()["created"].as_str().unwrap().to_owned();
        if count == page.len() {
            break;
        }
        before = oldest;
    }
    assert_eq!(sizes, [(25, 10), (15, 10), (5, 5)]);
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);
    assert_eq!(list(&stranger, &[("limit", "1000")]).await.1.len(), 25);
}

#[tokio::test]
async fn pinata_lists_all_on_one_page_and_counts_that_page() {
    let stranger = with(false).await;
    for number in 0..12 {
        pin(&stranger, json!({ "cid": CIDS[number % 3] })).await;
    }
    let (count, all) = list(&stranger, &[]).await;
    assert_eq!((count, all.len()), (12, 12));
    let (count, page) = list(&stranger, &[("limit", "5")]).await;
    assert_eq!((count, page.len()), (5, 5));
    let none = list(&stranger, &[("before", "2020-01-01T00:00:00Z")]).await;
    assert_eq!(none, (0, Vec::new()));
}
