//! An engine with a server, and a folder of files.

#![allow(dead_code, reason = "each test file uses its own part of the house")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::accounts::{
    Addresses, Chosen, Credential, Keep, RunningSandbox, SandboxHost, Services,
};
use engine::clock::SystemClock;
use engine::error::CommandError;
use engine::uploads::{Secrets, UploadNetwork, UploadOptions, UploadRow, UploadsFilter};
use engine::walk::{Disk, Files, SystemWatching, Watching};
use engine::watches::{LedgerPage, LedgerQuery, WatchRow, WatchRules};
use engine::{Engine, Parts};
use sandbox::{Config, Key, Sandbox};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// The token that the server knows.
pub(crate) const TOKEN: &str = "token-of-this-test-only";

struct Known(Arc<RunningSandbox>);

#[async_trait]
impl SandboxHost for Known {
    async fn running(&self) -> Result<Arc<RunningSandbox>, CommandError> {
        Ok(self.0.clone())
    }

    fn folder(&self) -> Option<PathBuf> {
        None
    }

    async fn erase(&self) -> Result<(), CommandError> {
        Err(CommandError::gone("The folder of a house"))
    }
}

pub(crate) struct House {
    folder: tempfile::TempDir,
    address: Arc<RunningSandbox>,
    pub(crate) sandbox: Sandbox,
    pub(crate) engine: Arc<Engine>,
    pub(crate) account: i64,
    working: Option<tokio::runtime::Runtime>,
    ground: Ground,
    cut: Option<(u64, u64)>,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(working) = self.working.take() {
            working.shutdown_background();
        }
    }
}

/// Files, and whoever hears their changes.
type Ground = (Arc<dyn Files>, Arc<dyn Watching>);

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Arc::new(Disk), Arc::new(SystemWatching)).await
    }

    /// A house whose files and events are somebody else's.
    pub(crate) async fn with(files: Arc<dyn Files>, watching: Arc<dyn Watching>) -> Self {
        Self::build((files, watching), |_| ()).await
    }

    /// A house whose server is set up in its own way.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::build((Arc::new(Disk), Arc::new(SystemWatching)), change).await
    }

    /// A house whose server knows more keys than this account's own.
    pub(crate) async fn knowing(keys: Vec<Key>) -> Self {
        Self::configured(|config| config.keys = keys).await
    }

    async fn build(ground: Ground, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::new(folder.path().join("sandbox"), TOKEN);
        change(&mut config);
        let server = Sandbox::start(config).await.expect("starts");
        let address = Arc::new(RunningSandbox {
            api: server.api_url(),
            gateway: server.gateway_url(),
            token: TOKEN.to_owned().into(),
        });
        std::fs::create_dir_all(folder.path().join("files")).expect("creates");
        let (engine, working) = open(folder.path(), &address, &ground, None);
        let account = engine
            .accounts
            .try_sandbox()
            .await
            .expect("the Sandbox")
            .id
            .parse()
            .expect("a number");
        Self {
            folder,
            address,
            sandbox: server,
            engine,
            account,
            working: Some(working),
            ground,
            cut: None,
        }
    }

    /// Files of more than `above` bytes go in chunks of `chunk` bytes, also after a restart.
    pub(crate) fn cut(&mut self, above: u64, chunk: u64) {
        self.cut = Some((above, chunk));
        self.engine.uploads.cut(above, chunk);
    }

    /// The process ends in the middle of whatever it does; nothing of it works any more when this returns.
    fn kill(&mut self) {
        if let Some(working) = self.working.take() {
            tokio::task::block_in_place(|| working.shutdown_timeout(Duration::from_secs(10)));
        }
    }

    /// One more account at the same server, with this key.
    pub(crate) async fn connect(&self, token: &str) -> i64 {
        let addresses = Addresses {
            api: self.sandbox.api_url(),
            uploads: self.sandbox.api_url(),
            gateway: self.sandbox.gateway_url(),
        };
        let accounts = &self.engine.accounts;
        let chosen = Chosen::Pinata {
            addresses: Some(addresses),
        };
        let credential = Credential::Token(token.to_owned().into());
        let tested = accounts.test(&chosen, credential).await.expect("tests");
        let account = accounts.connect(&tested.handle, Keep::UntilQuit).await;
        account.expect("connects").id.parse().expect("a number")
    }

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

    /// The process ends at once and is started again.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let (engine, working) = open(self.folder.path(), &self.address, &self.ground, self.cut);
        (self.engine, self.working) = (engine, Some(working));
    }

    /// The process ends at once.
    pub(crate) fn stop(&mut self) {
        self.kill();
    }

    /// Where everything is, for an engine in another process: see [`open_at`].
    pub(crate) fn place(&self) -> String {
        let data = self.folder.path().display();
        format!("{data}\n{}\n{}", self.address.api, self.address.gateway)
    }

    /// Every CID that an upload stored, with how often, by the service's own log on disk: from the first request on.
    pub(crate) fn stored(&self) -> std::collections::BTreeMap<String, usize> {
        let log = self.folder.path().join("sandbox/requests.log");
        let mut stored = std::collections::BTreeMap::new();
        for line in std::fs::read_to_string(log).expect("the log").lines() {
            let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            if let (Some("POST"), Some(cid)) = (entry["method"].as_str(), entry["cid"].as_str()) {
                *stored.entry(cid.to_owned()).or_default() += 1;
            }
        }
        stored
    }

    /// Watches a folder of this house.
    pub(crate) async fn watch(&self, root: &Path, rules: WatchRules) -> i64 {
        std::fs::create_dir_all(root).expect("creates");
        let draft = self.engine.watches.draft(root.to_owned()).expect("a draft");
        assert_eq!(draft.refusal, None);
        let added = self.engine.watches.add(self.account, &draft.id, rules);
        added.await.expect("watches")
    }

    /// The ledger by path, once it is as asked.
    pub(crate) async fn until_ledger(
        &self,
        id: i64,
        asked: impl Fn(&LedgerPage) -> bool,
    ) -> LedgerPage {
        let query = LedgerQuery {
            by_path: true,
            ..LedgerQuery::default()
        };
        let page = || {
            self.engine
                .watches
                .ledger(id, &query, 0, 200)
                .expect("a page")
        };
        let mut changes = self.engine.store.announcer.listen();
        let found = async {
            loop {
                let page = page();
                if asked(&page) {
                    return page;
                }
                let _ = tokio::time::timeout(Duration::from_millis(300), changes.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| panic!("it did not come to that: {:#?}", page()))
    }

    /// The folder's card, once it is as asked.
    pub(crate) async fn until_card(&self, id: i64, asked: impl Fn(&WatchRow) -> bool) -> WatchRow {
        let card = || {
            let list = self.engine.watches.list().expect("a list");
            list.into_iter().find(|row| row.id == id).expect("a card")
        };
        let mut changes = self.engine.store.announcer.listen();
        let found = async {
            loop {
                let card = card();
                if asked(&card) {
                    return card;
                }
                let _ = tokio::time::timeout(Duration::from_millis(300), changes.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| panic!("it did not come to that: {:#?}", card()))
    }

    /// What the service itself lists under a CID.
    pub(crate) async fn pin(&self, cid: &str) -> Option<engine::pins::Listed> {
        self.engine.pins.refresh(self.account).await.expect("reads");
        let found = self.engine.pins.find(self.account, cid).expect("looks");
        found.map(|row| row.pin)
    }

    /// The ledger, once this many files are pinned and none is on its way.
    pub(crate) async fn until_pinned(&self, id: i64, n: u64) -> LedgerPage {
        self.until_ledger(id, |page| {
            page.counts.pinned == n && page.counts.settling + page.counts.waiting == 0
        })
        .await
    }

    /// Whether these bytes stand anywhere in the engine's own files.
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine's files, not people's"
    )]
    pub(crate) fn on_disk(&self, bytes: &[u8]) -> bool {
        let files = std::fs::read_dir(self.folder.path().join("data")).expect("the folder");
        let files = files.map(|entry| entry.expect("an entry").path());
        files.filter(|path| path.is_file()).any(|path| {
            let held = std::fs::read(path).expect("reads");
            held.windows(bytes.len()).any(|window| window == bytes)
        })
    }

    /// Texts of the JSON editor that wait for their upload.
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine's files, not people's"
    )]
    pub(crate) fn texts_on_disk(&self) -> usize {
        let folder = self.folder.path().join("data/json");
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("creates");
        std::fs::write(&path, bytes).expect("writes");
        path
    }

    pub(crate) async fn look_at(&self, paths: &[PathBuf]) -> String {
        self.engine
            .uploads
            .look_at(paths.to_vec())
            .await
            .expect("looks")
            .id
    }

    pub(crate) async fn drop_in(&self, paths: &[PathBuf]) -> Vec<i64> {
        let drop = self.look_at(paths).await;
        self.engine
            .uploads
            .enqueue(self.account, &drop, options(Secrets::Hold))
            .await
            .expect("enqueues")
    }

    /// Every row, once all have ended.
    pub(crate) async fn ended(&self) -> Vec<UploadRow> {
        let all_ended = async {
            let mut changes = self.engine.store.announcer.listen();
            while self.engine.uploads.head().expect("figures").now > 0 {
                let _ = tokio::time::timeout(Duration::from_millis(500), changes.recv()).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, all_ended).await;
        let open = self
            .engine
            .uploads
            .rows(UploadsFilter::Now, 0, 200)
            .expect("rows")
            .rows;
        assert!(waited.is_ok(), "still open: {open:?}");
        self.engine
            .uploads
            .rows(UploadsFilter::Finished, 0, 200)
            .expect("rows")
            .rows
    }

    /// The first row that is as asked.
    pub(crate) async fn until(&self, asked: impl Fn(&UploadRow) -> bool) -> UploadRow {
        let mut changes = self.engine.store.announcer.listen();
        let found = async {
            loop {
                for filter in [UploadsFilter::Now, UploadsFilter::Finished] {
                    let rows = self.engine.uploads.rows(filter, 0, 200).expect("rows").rows;
                    if let Some(row) = rows.into_iter().find(|row| asked(row)) {
                        return row;
                    }
                }
                let _ = tokio::time::timeout(Duration::from_millis(500), changes.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| {
                panic!(
                    "it did not come to that: {:?}",
                    self.engine.uploads.rows(UploadsFilter::Now, 0, 200)
                )
            })
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

    /// Waits for something that is told by nobody.
    pub(crate) async fn until_true(&self, what: &str, asked: impl AsyncFn() -> bool) {
        let looking = async {
            while !asked().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, looking).await;
        assert!(waited.is_ok(), "it did not come to that: {what}");
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

fn open(
    data: &Path,
    address: &Arc<RunningSandbox>,
    (files, watching): &Ground,
    cut: Option<(u64, u64)>,
) -> (Arc<Engine>, tokio::runtime::Runtime) {
    let parts = Parts {
        clock: Arc::new(SystemClock),
        files: files.clone(),
        keychain: Arc::new(secrets::UntilQuit::default()),
        connect: Arc::new(Services),
        sandbox: Arc::new(Known(address.clone())),
        jitter: Arc::new(|| 0.5),
        watching: watching.clone(),
        home: None,
    };
    let data = data.join("data");
    std::fs::create_dir_all(&data).expect("creates");
    let engine = Arc::new(Engine::open(&data, parts).expect("opens"));
    if let Some((above, chunk)) = cut {
        engine.uploads.cut(above, chunk);
    }
    // A runtime of its own: ending it ends all that the engine has begun, as the end of a process does.
    let working = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    working.spawn(engine.uploads.clone().run());
    working.spawn(engine.watches.clone().run());
    working.spawn(engine.jobs.clone().run());
    (engine, working)
}

/// An engine of this process on the house of another one; it works as long as its runtime is kept.
pub(crate) fn open_at(
    place: &str,
    cut: Option<(u64, u64)>,
) -> (Arc<Engine>, tokio::runtime::Runtime) {
    let mut lines = place.lines().map(str::to_owned);
    let mut line = || lines.next().expect("a line");
    let data = PathBuf::from(line());
    let address = Arc::new(RunningSandbox {
        api: line(),
        gateway: line(),
        token: TOKEN.to_owned().into(),
    });
    let ground: Ground = (Arc::new(Disk), Arc::new(SystemWatching));
    open(&data, &address, &ground, cut)
}

pub(crate) fn options(secrets: Secrets) -> UploadOptions {
    UploadOptions {
        name: None,
        keyvalues: Vec::new(),
        cid_version: 1,
        wrap: false,
        together: None,
        secrets,
        allowed: Vec::new(),
        junk: false,
        group: None,
        network: UploadNetwork::Public,
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
