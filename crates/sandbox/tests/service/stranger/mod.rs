//! A client that knows nothing of the service's code: plain HTTP, forms written by hand.

pub(crate) mod tus;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use sandbox::{Config, Sandbox};
use serde_json::Value;
use tempfile::TempDir;

/// The token of the sandboxes in these tests.
pub(crate) const TOKEN: &str = "a token for tests";

pub(crate) const HELLO_V1: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";
pub(crate) const HELLO_WORLD_V0: &str = "Qmf1rtki74jvYmGeqaaV51hzeiaa6DyWc98fzDiuPatzyy";

#[expect(
    clippy::disallowed_methods,
    reason = "a stranger's client has its own rules"
)]
pub(crate) fn client() -> Client {
    // In a build of the whole workspace reqwest brings no provider of its own; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// A sandbox in a folder of its own, and a client.
pub(crate) struct Stranger {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) data: TempDir,
}

impl Stranger {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::new(data.path(), TOKEN);
        change(&mut config);
        Self {
            sandbox: Sandbox::start(config).await.unwrap(),
            client: client(),
            data,
        }
    }

    /// A request to the API with the token.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.api_url());
        self.client.request(method, url).bearer_auth(TOKEN)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        json(self.api(Method::GET, path).send().await.unwrap()).await
    }

    /// A legacy upload; the answer's status and body.
    pub(crate) async fn pin(&self, form: &Form) -> (StatusCode, Value) {
        json(
            self.post("/pinning/pinFileToIPFS", form)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// A v3 upload.
    pub(crate) async fn upload(&self, form: &Form) -> (StatusCode, Value) {
        json(self.post("/v3/files", form).send().await.unwrap()).await
    }

    pub(crate) fn post(&self, path: &str, form: &Form) -> RequestBuilder {
        self.api(Method::POST, path)
            .header(
                "content-type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(form.bytes())
    }

    /// A path on the gateway's own port.
    pub(crate) async fn gateway(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.sandbox.gateway_url());
        self.client.get(url).send().await.unwrap()
    }

    pub(crate) async fn bytes(&self, path: &str) -> Vec<u8> {
        let response = self.gateway(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.bytes().await.unwrap().to_vec()
    }
}

impl Stranger {
    /// The names in one of the folders that the service keeps.
    #[expect(
        clippy::disallowed_methods,
        reason = "looks into the service's folder from outside"
    )]
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        std::fs::read_dir(self.data.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }
}

pub(crate) async fn json(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}

const BOUNDARY: &str = "boundary-of-a-stranger";

/// A multipart form, its parts in the order in which they were added.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A file part; `filename` stands in the quotes as it is.
    pub(crate) fn file(mut self, filename: &str, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"{filename}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// A text part without a type, as curl writes it.
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.0.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.0.clone();
        bytes.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        bytes
    }
}

/// Bytes without a pattern that repeats at a chunk's border.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
