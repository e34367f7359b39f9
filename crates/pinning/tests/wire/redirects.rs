//! No credential follows a redirect: every noun, every status, every kind of credential.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;

use crate::pair::signed_by_pair;
use crate::requests::{CID, psa};
use crate::service::asked;
use crate::support::{account, file};
use pinning::{
    Acknowledged, GroupQuery, GroupRef, JobQuery, KeyQuery, Network, NewGroup, NewJob, PinQuery,
    PinRef, Placement, Priority, Resumable as _, ResumableUpload, Service, UploadOptions,
    UploadPlace,
};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Nobody;

#[async_trait::async_trait]
impl Acknowledged for Nobody {
    async fn acknowledged(&self, _: u64) -> std::io::Result<()> {
        Ok(())
    }
}

/// One call of every method and noun; how many of them succeeded.
async fn every_noun(service: &dyn Service) -> usize {
    let click = Priority::Click;
    let (pins, jobs) = (service.pins().expect("pins"), service.jobs().expect("jobs"));
    let pin = PinRef {
        service_id: Some("id".to_owned()),
        cid: CID.to_owned(),
        network: Network::Public,
    };
    let wish = NewJob {
        cid: CID.to_owned(),
        ..NewJob::default()
    };
    let mut done = vec![
        service.check().await.is_ok(),
        pins.page(&PinQuery::default(), None, click).await.is_ok(),
        pins.unpin(&pin).await.is_ok(),
        jobs.add(&wish).await.is_ok(),
        jobs.page(&JobQuery::default(), None, click).await.is_ok(),
        jobs.cancel("id").await.is_ok(),
    ];
    if let Some(uploads) = service.uploads() {
        done.push(uploads.file(file("a", b"x")).await.is_ok());
    }
    if let Some(keys) = service.keys() {
        done.push(keys.page(&KeyQuery::default(), None, click).await.is_ok());
        done.push(keys.revoke("key").await.is_ok());
    }
    if let Some(groups) = service.groups() {
        let named = NewGroup {
            name: "g".to_owned(),
            ..NewGroup::default()
        };
        let group = GroupRef {
            id: "g".to_owned(),
            network: Network::Public,
        };
        done.push(groups.create(&named).await.is_ok());
        done.push(
            groups
                .page(&GroupQuery::default(), None, click)
                .await
                .is_ok(),
        );
        done.push(groups.delete(&group).await.is_ok());
        done.push(groups.add(&group, &[pin]).await.remove(0).is_ok());
    }
    if let Some(gateways) = service.gateways() {
        done.push(gateways.page(None, click).await.is_ok());
    }
    done.into_iter().filter(|ok| *ok).count()
}

/// Another listener at each address that a redirect may name. Whoever follows one has connected to it.
struct Elsewhere([TcpListener; 2]);

impl Elsewhere {
    fn listen() -> Self {
        Self(["127.0.0.1:0", "127.0.0.2:0"].map(|address| {
            let listener = TcpListener::bind(address).expect("a port");
            listener.set_nonblocking(true).expect("does not wait");
            listener
        }))
    }

    /// Where a redirect may lead; `here` (`host:port`) is where it looks as if it led to.
    fn targets(&self, here: &str) -> [String; 8] {
        let [port, host] = self
            .0
            .each_ref()
            .map(|listener| listener.local_addr().expect("bound"));
        [
            format!("http://{port}/v3/files"),
            format!("http://{host}/v3/files"),
            format!("http://localhost:{}/v3/files", port.port()),
            format!("https://{port}/v3/files"),
            format!("//{port}/v3/files"),
            format!("http://{here}@{port}/v3/files"),
            format!("http://{port}\\@{here}/v3/files"),
            "/moved".to_owned(),
        ]
    }

    fn connections(&self) -> usize {
        let accepted = self.0.iter().map(TcpListener::accept);
        accepted.flatten().count()
    }
}

/// Every call with each kind of credential, none of which succeeds.
async fn every_credential_is_refused(server: &MockServer, case: &str) {
    let by_token = account(&server.uri());
    assert_eq!(every_noun(&by_token).await, 0, "by token, {case}");
    let by_pair = signed_by_pair(&server.uri());
    assert_eq!(every_noun(&by_pair).await, 0, "by key and secret, {case}");
    let by_psa = psa(&server.uri());
    assert_eq!(every_noun(&by_psa).await, 0, "a pinning service, {case}");
    let upload = ResumableUpload {
        source: file("a", b"x").source,
        file_name: "a".to_owned(),
        options: UploadOptions::default(),
        placement: Placement::default(),
        car: false,
        chunk: 1,
        progress: Arc::new(|_| ()),
        acknowledged: Arc::new(Nobody),
        cancel: tokio_util::sync::CancellationToken::new(),
    };
    by_token.begin(&upload).await.expect_err("moved");
    for name in ["x", BEGUN] {
        let url = format!("{}/v3/files/{name}", server.uri());
        let told = by_token.resume(&upload, &UploadPlace { url }).await;
        told.expect_err("moved");
    }
}

/// The only upload that this server answers for, so that a chunk is sent to it.
const BEGUN: &str = "begun";

/// Every other request gets this answer.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let begun = ResponseTemplate::new(200)
        .insert_header("upload-offset", "0")
        .insert_header("upload-length", "1");
    Mock::given(method("HEAD"))
        .and(path(format!("/v3/files/{BEGUN}")))
        .respond_with(begun)
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn no_credential_reaches_the_target_of_any_redirect() {
    let elsewhere = Elsewhere::listen();
    let (mut methods, mut requests) = (BTreeSet::new(), 0);
    for status in [301, 302, 303, 307, 308] {
        for way in 0..8 {
            let target = &elsewhere.targets("127.0.0.1:80")[way];
            let moved = ResponseTemplate::new(status).insert_header("location", target.as_str());
            let server = answering(moved).await;
            every_credential_is_refused(&server, &format!("{status} to {target}")).await;
            let seen = server.received_requests().await.expect("recorded");
            assert!(seen.iter().all(|request| request.url.path() != "/moved"));
            methods.extend(seen.iter().map(|request| request.method.to_string()));
            requests += seen.len();
        }
    }
    let expected = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
    assert!(methods.iter().eq(&expected), "{methods:?}");
    assert!(requests > 5 * 8 * 20, "every call was made: {requests}");
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_page_that_sends_a_browser_elsewhere_sends_no_credential_there() {
    let elsewhere = Elsewhere::listen();
    let target = &elsewhere.targets("")[0];
    let page =
        format!(r#"<html><meta http-equiv="refresh" content="0; url={target}"><title>Sign in"#);
    let answer = ResponseTemplate::new(200)
        .insert_header("refresh", format!("0; url={target}"))
        .set_body_raw(page, "text/html");
    let server = answering(answer).await;
    every_credential_is_refused(&server, "a page").await;
    assert!(asked(&server, "/").await > 20, "every call was made");
    assert_eq!(elsewhere.connections(), 0);
}
