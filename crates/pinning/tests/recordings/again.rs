//! How a recorded call is made again.

use std::num::NonZeroU32;
use std::sync::Arc;

use pinning::{
    Deadlines, Error, GatewayAddress, Gateways as _, GroupEdit, GroupQuery, GroupRef, JobQuery,
    Jobs as _, KeyQuery, Keys as _, LegacyCall, Network, NewGroup, NewJob, NewKey, Permissions,
    PinEdit, PinQuery, PinRef, PinRequest, PinState, Pinata, Pins as _, Priority, PrivateFile, Psa,
    PsaBudget, PsaEndpoint, RequestQuery, Service as _, Swaps as _, TrafficQuery, UploadOptions,
    Uploads as _, Usage as _,
};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use wiremock::matchers::{any, body_string_contains, method, path, path_regex};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use crate::Recording;
use crate::call::Call;
use crate::rendered as back;
use crate::support::{Noon, account, file_with, token};

/// A CID for requests whose own is not recorded.
const CID: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

impl Recording {
    fn answer(&self) -> ResponseTemplate {
        let mut answer = ResponseTemplate::new(self.status);
        if let Some(wait) = &self.retry_after {
            answer = answer.insert_header("retry-after", wait.as_str());
        }
        match (&self.text, &self.body) {
            (Some(text), _) | (None, Json::String(text)) => answer.set_body_string(text),
            (None, Json::Null) => answer,
            (None, body) => answer.set_body_json(body),
        }
    }

    /// A service that answers this call as recorded and lets the client's questions before it pass.
    pub(crate) async fn serve(&self) -> MockServer {
        let server = MockServer::start().await;
        let first = |mock: MockBuilder, status, priority| {
            mock.respond_with(ResponseTemplate::new(status))
                .with_priority(priority)
        };
        if !self.call.is_psa() {
            if !self.call.is_v3() {
                first(Mock::given(path_regex("^/v3/")), 403, 1)
                    .mount(&server)
                    .await;
            }
            let nobody = path_regex("00000000-0000-0000-0000-000000000000$|bafkreiaaaaaaa");
            first(Mock::given(nobody), 404, 2).mount(&server).await;
            if self.call != Call::Test {
                first(Mock::given(path("/data/testAuthentication")), 404, 2)
                    .mount(&server)
                    .await;
            }
            let nothing = body_string_contains("bafkreiaaaaaaa");
            first(Mock::given(nothing), 404, 2).mount(&server).await;
            // The question whether the key may upload holds no file.
            let no_file =
                Mock::given(method("POST")).and(body_string_contains("\"cidVersion\":99"));
            first(no_file, 400, 2).mount(&server).await;
        }
        Mock::given(any())
            .respond_with(self.answer())
            .mount(&server)
            .await;
        server
    }

    /// Makes the call again; what came out of it in the shape of the recording.
    pub(crate) async fn call_again(&self, address: &str) -> Result<Json, Error> {
        if self.call.is_psa() {
            return self.request_again(&psa(address)).await;
        }
        let account = account(address);
        let click = Priority::Click;
        match self.call {
            Call::PinList => {
                let all = PinQuery {
                    state: PinState::All,
                    ..PinQuery::default()
                };
                let pins = account
                    .pins()
                    .expect("pins")
                    .page(&all, None, click)
                    .await?
                    .pins;
                Ok(json!({"rows": pins.iter().map(back::legacy_pin).collect::<Vec<_>>()}))
            }
            Call::V3List => {
                let all = PinQuery::default();
                let page = account
                    .pins()
                    .expect("pins")
                    .page(&all, None, click)
                    .await?;
                let files: Vec<_> = page.pins.iter().map(back::v3_file).collect();
                Ok(
                    json!({"data": {"files": files, "next_page_token": back::token(page.next.as_ref())}}),
                )
            }
            Call::V3Get => {
                let found = account.pins().expect("pins").get(&pin(), click).await?;
                Ok(json!({"data": back::v3_file(&found)}))
            }
            Call::Totals => account.totals().await.map(|totals| back::totals(&totals)),
            Call::PinFile | Call::V3Upload => {
                let options = UploadOptions {
                    wrap: self.call == Call::PinFile,
                    ..UploadOptions::default()
                };
                let receipt = account.file(file_with("a", b"x", options)).await?;
                Ok(if self.call == Call::PinFile {
                    back::legacy_receipt(&receipt)
                } else {
                    json!({"data": back::v3_receipt(&receipt)})
                })
            }
            Call::V3Traffic => {
                let query = TrafficQuery {
                    gateway: "g".to_owned(),
                    from: jiff::Timestamp::UNIX_EPOCH,
                    to: jiff::Timestamp::UNIX_EPOCH,
                };
                let traffic = account.traffic(&query).await?;
                Ok(json!({"data": back::traffic(&traffic)}))
            }
            _ => self.noun_again(&account).await,
        }
    }

    async fn noun_again(&self, account: &Pinata) -> Result<Json, Error> {
        let click = Priority::Click;
        let edit = PinEdit {
            name: Some("x".to_owned()),
            ..PinEdit::default()
        };
        let group = GroupRef {
            id: "g".to_owned(),
            network: Network::Public,
        };
        let rename = GroupEdit {
            name: Some("x".to_owned()),
            public: None,
        };
        let named = NewGroup {
            name: "x".to_owned(),
            ..NewGroup::default()
        };
        match self.call {
            Call::Test => account.check().await.map(|_| Json::Null),
            Call::HashMetadata | Call::V3Update => {
                let pins = account.pins().expect("pins");
                pins.edit(&pin(), &edit).await.map(|_| Json::Null)
            }
            Call::Unpin | Call::V3Delete => account.unpin(&pin()).await.map(|()| Json::Null),
            Call::V3Cancel => account.cancel("id").await.map(|()| Json::Null),
            Call::PinByHash => {
                let wish = NewJob {
                    cid: CID.to_owned(),
                    ..NewJob::default()
                };
                Ok(back::job(&account.jobs().expect("jobs").add(&wish).await?))
            }
            Call::PinJobs => {
                let all = JobQuery::default();
                let page = account
                    .jobs()
                    .expect("jobs")
                    .page(&all, None, click)
                    .await?;
                let rows: Vec<_> = page.jobs.iter().map(back::job).collect();
                Ok(json!({"count": page.total, "rows": rows}))
            }
            Call::NewKey | Call::V3NewKey => {
                let wish = NewKey {
                    name: "x".to_owned(),
                    max_uses: None,
                    permissions: Permissions {
                        legacy: LegacyCall::ALL.into(),
                        ..Permissions::default()
                    },
                };
                Ok(back::created(
                    &account.keys().expect("keys").create(&wish).await?,
                ))
            }
            Call::Keys | Call::V3Keys => {
                let all = KeyQuery::default();
                let page = account
                    .keys()
                    .expect("keys")
                    .page(&all, None, click)
                    .await?;
                Ok(json!({"keys": page.keys.iter().map(back::key).collect::<Vec<_>>()}))
            }
            Call::V3Revoke => account.revoke("key").await.map(|()| Json::Null),
            Call::NewGroup | Call::V3NewGroup => {
                self.one_group(account.groups().expect("groups").create(&named).await)
            }
            Call::Group => {
                let group = account.groups().expect("groups").get(&group, click).await?;
                Ok(json!([back::group(&group)]))
            }
            Call::V3Group => {
                self.one_group(account.groups().expect("groups").get(&group, click).await)
            }
            Call::GroupEdit | Call::V3GroupEdit => self.one_group(
                account
                    .groups()
                    .expect("groups")
                    .edit(&group, &rename)
                    .await,
            ),
            Call::Groups | Call::V3Groups => {
                let all = GroupQuery::default();
                let page = account
                    .groups()
                    .expect("groups")
                    .page(&all, None, click)
                    .await?;
                let groups: Vec<_> = page.groups.iter().map(back::group).collect();
                Ok(if self.call == Call::Groups {
                    json!(groups)
                } else {
                    json!({"data": {"groups": groups, "next_page_token": back::token(page.next.as_ref())}})
                })
            }
            Call::GroupDelete | Call::V3GroupDelete => {
                let groups = account.groups().expect("groups");
                groups.delete(&group).await.map(|()| Json::Null)
            }
            Call::GroupAdd | Call::V3GroupAdd => {
                let groups = account.groups().expect("groups");
                groups
                    .add(&group, &[pin()])
                    .await
                    .remove(0)
                    .map(|()| Json::Null)
            }
            Call::GroupRemove | Call::V3GroupRemove => {
                let groups = account.groups().expect("groups");
                groups
                    .remove(&group, &[pin()])
                    .await
                    .remove(0)
                    .map(|()| Json::Null)
            }
            Call::V3Gateways => {
                let page = account
                    .gateways()
                    .expect("gateways")
                    .page(None, click)
                    .await?;
                let rows: Vec<_> = page.gateways.iter().map(back::gateway).collect();
                Ok(json!({"data": {"count": page.total, "rows": rows}}))
            }
            Call::V3Link => {
                let file = PrivateFile {
                    gateway: GatewayAddress::new("g.invalid").expect("an address"),
                    cid: CID.to_owned(),
                    path: Vec::new(),
                    file_name: None,
                    lasts: std::time::Duration::from_secs(9),
                };
                Ok(json!({"data": account.signed_link(&file).await?.url().as_str()}))
            }
            Call::V3Swap => {
                let swap = account.set(Network::Public, CID, CID).await?;
                Ok(json!({"data": back::swap(&swap)}))
            }
            Call::V3Swaps => {
                let swaps = account.history(Network::Public, CID, "g", click).await?;
                Ok(json!({"data": swaps.iter().map(back::swap).collect::<Vec<_>>()}))
            }
            Call::V3Unswap => account
                .clear(Network::Public, CID)
                .await
                .map(|()| Json::Null),
            other => panic!("{other:?} is made elsewhere"),
        }
    }

    fn one_group(&self, group: Result<pinning::Group, Error>) -> Result<Json, Error> {
        let group = back::group(&group?);
        Ok(if self.call.is_v3() {
            json!({"data": group})
        } else {
            group
        })
    }

    async fn request_again(&self, service: &Psa) -> Result<Json, Error> {
        let click = Priority::Click;
        let wish = PinRequest {
            cid: CID.to_owned(),
            ..PinRequest::default()
        };
        let requests = service.requests().expect("requests");
        let one = match self.call {
            Call::PsaList => {
                let page = requests.list(&RequestQuery::default(), None, click).await?;
                let results: Vec<_> = page.requests.iter().map(back::request).collect();
                return Ok(json!({"count": page.total, "results": results}));
            }
            Call::PsaGet => requests.get("id", click).await,
            Call::PsaAdd => requests.add(&wish).await,
            Call::PsaReplace => requests.replace("id", &wish).await,
            _ => return requests.remove("id").await.map(|()| Json::Null),
        };
        one.map(|request| back::request(&request))
    }
}

fn pin() -> PinRef {
    PinRef {
        service_id: Some("id".to_owned()),
        cid: CID.to_owned(),
        network: Network::Public,
    }
}

fn psa(address: &str) -> Psa {
    let many = NonZeroU32::new(60_000).expect("not zero");
    let budget = PsaBudget {
        lists: many,
        others: many,
    };
    let endpoint = PsaEndpoint::new(address).expect("loopback");
    let token = SecretString::from(token());
    Psa::new(
        endpoint,
        Some(&token),
        Arc::new(Noon),
        budget,
        Deadlines::default(),
    )
    .expect("a token")
}
