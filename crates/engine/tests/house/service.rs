//! The service as a stranger's client sees it.

use std::sync::Arc;

use super::{House, TOKEN};

impl House {
    /// A private file, put there by somebody else; answers its CID.
    pub(crate) async fn private_file(&self, name: &str, bytes: &[u8]) -> String {
        let file = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new()
            .text("network", "private")
            .text("name", name.to_owned())
            .part("file", file);
        let answer = strangers_client()
            .post(format!("{}/v3/files", self.sandbox.api_url()))
            .bearer_auth(TOKEN)
            .multipart(form)
            .send()
            .await
            .expect("an answer");
        let answer: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.expect("bytes")).expect("JSON");
        answer["data"]["cid"].as_str().expect("a CID").to_owned()
    }

    /// The service's own log on disk, from the first request on.
    pub(crate) fn log(&self) -> Vec<serde_json::Value> {
        let log = self.folder.path().join("sandbox/requests.log");
        let log = std::fs::read_to_string(log).expect("the log");
        let entry = |line| serde_json::from_str(line).expect("a line of JSON");
        log.lines().map(entry).collect()
    }

    /// Every CID that an upload stored, with how often, by the service's own log.
    pub(crate) fn stored(&self) -> std::collections::BTreeMap<String, usize> {
        let mut stored = std::collections::BTreeMap::new();
        for entry in self.log() {
            if let (Some("POST"), Some(cid)) = (entry["method"].as_str(), entry["cid"].as_str()) {
                *stored.entry(cid.to_owned()).or_default() += 1;
            }
        }
        stored
    }

    /// What the service itself lists under a CID.
    pub(crate) async fn pin(&self, cid: &str) -> Option<engine::pins::Listed> {
        self.engine.pins.refresh(self.account).await.expect("reads");
        let found = self.engine.pins.find(self.account, cid).expect("looks");
        found.map(|row| row.pin)
    }

    /// Uploads that reached the server, by its own log.
    pub(crate) fn uploads_received(&self) -> usize {
        let upload = |path: &str| path.ends_with("/v3/files") || path.ends_with("/pinFileToIPFS");
        self.sandbox
            .requests()
            .iter()
            .filter(|entry| entry.method == "POST" && upload(&entry.path) && entry.cid.is_some())
            .count()
    }

    /// Somebody else unpins at the service; this engine is not told.
    pub(crate) async fn unpin_behind_its_back(&self, cid: &str) {
        let answer = strangers_client()
            .delete(format!("{}/pinning/unpin/{cid}", self.sandbox.api_url()))
            .bearer_auth(TOKEN)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{cid}");
    }

    /// What a plain HTTP client gets from an address.
    pub(crate) async fn fetched(&self, address: &str) -> (u16, Vec<u8>) {
        let answer = strangers_client().get(address).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.bytes().await.expect("bytes").to_vec())
    }

    /// What the service's API answers to somebody who is not this engine.
    pub(crate) async fn api(
        &self,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> serde_json::Value {
        let method = method.parse().expect("a method");
        let url = format!("{}/{path}", self.sandbox.api_url().trim_end_matches('/'));
        let mut request = strangers_client().request(method, url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = answer.bytes().await.expect("bytes");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// The status that a plain HTTP client gets from the gateway.
    pub(crate) async fn status(&self, path: &str) -> u16 {
        let url = format!("{}/ipfs/{path}", self.sandbox.gateway_url());
        let answer = strangers_client().get(url).send().await;
        answer.expect("an answer").status().as_u16()
    }

    /// What a plain HTTP client gets from the gateway.
    pub(crate) async fn served(&self, path: &str) -> Vec<u8> {
        let answer = strangers_client()
            .get(format!("{}/ipfs/{path}", self.sandbox.gateway_url()))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.expect("bytes").to_vec()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stranger's client, not the one under test"
)]
fn strangers_client() -> reqwest::Client {
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
