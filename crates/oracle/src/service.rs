//! A service as a stranger sees it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// Where a service is, and what it writes down.
#[derive(Debug, Clone)]
pub struct Service {
    /// Address of its API, with a slash at the end or without.
    pub api: String,
    /// Address of its gateway, without `/ipfs`.
    pub gateway: String,
    /// A token that may do everything.
    pub token: String,
    /// Its log of requests: a JSON object a line, from the first request on.
    pub log: PathBuf,
}

impl Service {
    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.api.trim_end_matches('/'))
    }

    /// Uploads a file by one request to a network, `public` or `private`. Answers its CID.
    pub async fn upload(&self, network: &'static str, name: &str, bytes: &[u8]) -> String {
        let file = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let form = Form::new()
            .text("network", network)
            .text("name", name.to_owned())
            .part("file", file);
        let request = client().post(self.at("v3/files")).multipart(form);
        let answer = self.answered("v3/files", request).await;
        answer["data"]["cid"].as_str().expect("a CID").to_owned()
    }

    /// Every line of its own log.
    #[must_use]
    pub fn log(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(&self.log).expect("the log");
        let entry = |line| serde_json::from_str(line).expect("a line of JSON");
        log.lines().map(entry).collect()
    }

    /// Every CID that an upload stored, with how often, by the service's own log.
    #[must_use]
    pub fn stored(&self) -> BTreeMap<String, usize> {
        let mut stored = BTreeMap::new();
        for entry in self.log() {
            if let (Some("POST"), Some(cid)) = (entry["method"].as_str(), entry["cid"].as_str()) {
                *stored.entry(cid.to_owned()).or_default() += 1;
            }
        }
        stored
    }

    /// Takes a pin away; nobody else is told.
    pub async fn unpin(&self, cid: &str) {
        let unpinned = client().delete(self.at(&format!("pinning/unpin/{cid}")));
        let answer = unpinned.bearer_auth(&self.token).send().await;
        assert_eq!(answer.expect("an answer").status(), 200, "{cid}");
    }

    /// What the API answers, as JSON. `path`: without a slash before it.
    pub async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let method = method.parse().expect("a method");
        let mut request = client().request(method, self.at(path));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        self.answered(path, request).await
    }

    async fn answered(&self, path: &str, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = answer.bytes().await.expect("bytes");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Status and body of a `GET` of any address, without a token.
    pub async fn fetched(&self, address: &str) -> (u16, Vec<u8>) {
        let answer = client().get(address).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.bytes().await.expect("bytes").to_vec())
    }

    /// The status that the gateway gives to a path below `/ipfs/`.
    pub async fn status(&self, path: &str) -> u16 {
        let (status, _) = self.fetched(&self.at_gateway(path)).await;
        status
    }

    /// The bytes that the gateway serves of a path below `/ipfs/`.
    pub async fn served(&self, path: &str) -> Vec<u8> {
        let (status, bytes) = self.fetched(&self.at_gateway(path)).await;
        assert_eq!(status, 200, "{path}");
        bytes
    }

    fn at_gateway(&self, path: &str) -> String {
        format!("{}/ipfs/{path}", self.gateway.trim_end_matches('/'))
    }
}

/// A stranger's client: no proxy, and no certificates, which nothing on this computer needs.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "a stranger's client, not the one under test"
)]
pub fn client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .expect("a client")
}
