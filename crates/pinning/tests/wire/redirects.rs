//! No credential follows a redirect: every noun, every status, every kind of credential.

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
use wiremock::matchers::any;
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

#[tokio::test]
async fn no_credential_reaches_the_target_of_any_redirect() {
    let elsewhere = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string("{}"))
        .mount(&elsewhere)
        .await;
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        let moved = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        Mock::given(any()).respond_with(moved).mount(&server).await;
        let by_token = account(&server.uri());
        assert_eq!(every_noun(&by_token).await, 0, "{status}");
        assert_eq!(
            every_noun(&signed_by_pair(&server.uri())).await,
            0,
            "{status}"
        );
        assert_eq!(every_noun(&psa(&server.uri())).await, 0, "{status}");
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
        let place = UploadPlace {
            url: format!("{}/v3/files/x", server.uri()),
        };
        by_token.begin(&upload).await.expect_err("moved");
        by_token.resume(&upload, &place).await.expect_err("moved");
        assert!(asked(&server, "/").await > 20, "every call was made");
    }
    assert_eq!(asked(&elsewhere, "/").await, 0);
}
