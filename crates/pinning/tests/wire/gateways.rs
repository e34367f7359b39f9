//! Gateways, temporary links, traffic, swaps.

use std::time::Duration;

use crate::service::{CID, answering, asked, bodies, legacy_only, on, query};
use crate::support::account;
use pinning::{
    ErrorKind, GatewayAddress, Gateways as _, LinkStyle, Network, Priority, PrivateFile,
    Swaps as _, TrafficQuery, Usage as _,
};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn row() -> serde_json::Value {
    json!({"id": "gw-1", "created_at": "2025-03-12T11:21:44.55004Z", "domain": "example-gateway-199", "restrict": false,
        "custom_domains": [{"domain": "ipfs.example.invalid", "domain_validation_status": "pending", "custom_domain_id": "cd-1",
            "ssl_validation_status": "initializing"}, {"domain": null}]})
}

#[tokio::test]
async fn gateways_are_listed_at_the_older_path_where_the_newer_is_missing() {
    let list = json!({"data": {"count": 1, "rows": [row()]}});
    let server = answering("GET", "/v3/ipfs/gateways", list).await;
    let page = account(&server.uri())
        .page(None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!((page.total, page.next), (Some(1), None));
    let gateway = &page.gateways[0];
    assert_eq!(gateway.subdomain, "example-gateway-199");
    assert!(!gateway.restricted);
    assert_eq!(
        gateway.created_at,
        "2025-03-12T11:21:44.55004Z".parse().ok()
    );
    let [domain] = gateway.custom_domains.as_slice() else {
        panic!("{gateway:?}")
    };
    assert_eq!(
        (domain.domain.as_str(), domain.validation.as_deref()),
        ("ipfs.example.invalid", Some("pending"))
    );
    let link = gateway.address().expect("an address");
    assert_eq!(
        link.link(LinkStyle::Path, CID, &["a.txt"]),
        Ok(format!(
            "https://example-gateway-199.mypinata.cloud/ipfs/{CID}/a.txt"
        ))
    );
}

#[tokio::test]
async fn a_legacy_key_is_told_that_gateways_need_a_scope() {
    let server = legacy_only().await;
    let account = account(&server.uri());
    for _ in 0..2 {
        let error = account
            .page(None, Priority::Click)
            .await
            .expect_err("refused");
        assert_eq!(
            error.kind,
            ErrorKind::MissingScope("org:gateways:read".to_owned())
        );
    }
    assert_eq!(asked(&server, "/").await, 1, "learnt once");
}

fn private_file() -> PrivateFile {
    PrivateFile {
        gateway: GatewayAddress::new("pets.mypinata.cloud").expect("an address"),
        cid: CID.to_owned(),
        path: vec!["sub folder".to_owned()],
        file_name: Some("cat & dog.jpg".to_owned()),
        lasts: Duration::from_mins(10),
    }
}

#[tokio::test]
async fn a_private_file_opens_by_a_link_that_is_signed_with_its_name_and_expires() {
    let signed = "https://pets.mypinata.cloud/files/x?X-Algorithm=PINATA1&X-Signature=s3cr3t";
    let path = "/v3/files/private/download_link";
    let server = answering("POST", path, json!({"data": signed})).await;
    let link = account(&server.uri())
        .signed_link(&private_file())
        .await
        .expect("a link");
    assert_eq!(link.url().as_str(), signed);
    assert_eq!(
        link.expires_at,
        "2026-01-02T12:10:00Z".parse().expect("a moment")
    );
    assert!(!format!("{link:?}").contains("s3cr3t"), "{link:?}");
    let url =
        format!("https://pets.mypinata.cloud/files/{CID}/sub%20folder?filename=cat+%26+dog.jpg");
    assert_eq!(
        bodies(&server, "POST", path).await,
        [json!({"url": url, "date": 1_767_355_200, "expires": 600, "method": "GET"})]
    );
}

#[tokio::test]
async fn the_older_path_signs_too_and_what_is_no_link_is_refused_and_not_shown() {
    let signed = json!({"data": "https://g.invalid/files/x?X-Signature=1"});
    let server = answering("POST", "/v3/files/download_link", signed).await;
    let link = account(&server.uri()).signed_link(&private_file()).await;
    link.expect("a link");
    for body in [
        json!({"data": "javascript:alert(1)//hidden"}),
        json!({"data": "file:///etc/hidden"}),
        json!({"data": {"hidden": 1}}),
        json!({"link": "https://hidden.invalid"}),
    ] {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(&body))
            .mount(&server)
            .await;
        let error = account(&server.uri()).signed_link(&private_file()).await;
        let error = error.expect_err("no link");
        assert!(
            matches!(error.kind, ErrorKind::Unexpected { .. }),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
    }
}

#[tokio::test]
async fn traffic_is_read_day_by_day_and_absurd_numbers_are_not_known() {
    let path = "/v3/analytics/gateways/time_series";
    let series = json!({"data": {"total_requests": -5, "total_bandwidth": "1034631262", "time_periods": [
        {"period_start_time": "2024-08-15", "requests": 100, "bandwidth": 75_721_161},
        {"period_start_time": "2024-08-14T00:00:00Z", "requests": -1, "bandwidth": 1e300},
        {"requests": 1},
    ]}});
    let server = answering("GET", path, series).await;
    let wanted = TrafficQuery {
        gateway: "pets".to_owned(),
        from: "2024-08-14T10:00:00Z".parse().expect("a moment"),
        to: "2024-08-15T10:00:00Z".parse().expect("a moment"),
    };
    let traffic = account(&server.uri())
        .traffic(&wanted)
        .await
        .expect("counted");
    assert_eq!(
        (traffic.requests, traffic.bytes),
        (None, Some(1_034_631_262))
    );
    let days: Vec<_> = traffic
        .periods
        .iter()
        .map(|day| (day.begins.to_string(), day.requests, day.bytes))
        .collect();
    assert_eq!(
        days,
        [
            (
                "2024-08-15T00:00:00Z".to_owned(),
                Some(100),
                Some(75_721_161)
            ),
            ("2024-08-14T00:00:00Z".to_owned(), None, None)
        ]
    );
    let sent = query(&server, path).await;
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("date_interval", "day"),
            ("end_date", "2024-08-15"),
            ("gateway_domain", "pets"),
            ("start_date", "2024-08-14")
        ]
    );
}

#[tokio::test]
async fn a_cid_is_swapped_for_another_and_back_and_both_spellings_are_read() {
    let path = format!("/v3/files/public/swap/{CID}");
    let server = MockServer::start().await;
    let swapped =
        json!({"data": {"mapped_cid": "bafynew", "created_at": "2024-09-20T17:09:39.490275Z"}});
    let history =
        json!({"data": [{"mappedCid": "QmOld", "createdAt": "2024-08-18T19:36:29.442559Z"}]});
    on(
        &server,
        "PUT",
        &path,
        ResponseTemplate::new(200).set_body_json(swapped),
    )
    .await;
    on(
        &server,
        "GET",
        &path,
        ResponseTemplate::new(200).set_body_json(history),
    )
    .await;
    let cleared = ResponseTemplate::new(200).set_body_json(json!({"data": null}));
    on(&server, "DELETE", &path, cleared).await;
    let account = account(&server.uri());
    let network = Network::Public;
    let swap = account.set(network, CID, "bafynew").await.expect("swapped");
    assert_eq!(swap.to, "bafynew");
    assert_eq!(
        bodies(&server, "PUT", &path).await,
        [json!({"swapCid": "bafynew"})]
    );
    let past = account.history(network, CID, "pets.mypinata.cloud", Priority::Click);
    let past = past.await.expect("a history");
    assert_eq!(
        (past[0].to.as_str(), past[0].created_at),
        ("QmOld", "2024-08-18T19:36:29.442559Z".parse().ok())
    );
    assert_eq!(
        query(&server, &path).await,
        [("domain".to_owned(), "pets.mypinata.cloud".to_owned())]
    );
    account.clear(network, CID).await.expect("cleared");
}
