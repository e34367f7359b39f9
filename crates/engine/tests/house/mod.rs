//! An engine with a server, and a folder of files.

#![allow(dead_code, reason = "each test file uses its own part of the house")]

pub(crate) mod apart;
pub(crate) mod child;
pub(crate) mod dice;
pub(crate) mod fast;
pub(crate) mod heard;
pub(crate) mod leaks;
pub(crate) mod leap;
mod service;
pub(crate) mod small_disk;
mod waiting;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::accounts::{
    Addresses, Chosen, Credential, Keep, RunningSandbox, SandboxHost, Services,
};
use engine::clock::{Clock, Jitter, SystemClock};
use engine::error::CommandError;
use engine::uploads::{Secrets, UploadNetwork, UploadOptions};
use engine::walk::{Disk, Files, SystemWatching, Watching};
use engine::{Engine, Parts};
use leaks::Tokens;
use sandbox::{Config, Key, Sandbox};
use secrets::{SecretStore, UntilQuit};
pub(crate) use waiting::patience;

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A number of the surroundings: how much a long run is to do.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

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
    /// The same, as a stranger sees it.
    pub(crate) service: oracle::Service,
    pub(crate) engine: Arc<Engine>,
    pub(crate) account: i64,
    working: Option<tokio::runtime::Runtime>,
    ground: Ground,
    cut: Option<(u64, u64)>,
    tokens: Tokens,
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(working) = self.working.take() {
            working.shutdown_background();
        }
        // The engine is still there, and its files are as it uses them.
        if !std::thread::panicking() {
            self.ends_clean();
        }
    }
}

/// Files, whoever hears their changes, time, and what spreads the waits.
struct Ground {
    files: Arc<dyn Files>,
    watching: Arc<dyn Watching>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    /// Where there is none, each run of the engine has an empty one.
    keychain: Option<Arc<dyn SecretStore>>,
}

impl Ground {
    fn real() -> Self {
        Self {
            files: Arc::new(Disk),
            watching: Arc::new(SystemWatching),
            clock: Arc::new(SystemClock),
            jitter: Arc::new(|| 0.5),
            keychain: None,
        }
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Arc::new(Disk), Arc::new(SystemWatching)).await
    }

    /// A house whose files and events are somebody else's.
    pub(crate) async fn with(files: Arc<dyn Files>, watching: Arc<dyn Watching>) -> Self {
        let ground = Ground {
            files,
            watching,
            ..Ground::real()
        };
        Self::build(ground, |_| ()).await
    }

    /// A house whose files are somebody else's, and whose server is set up in its own way.
    pub(crate) async fn configured_with(
        files: Arc<dyn Files>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let ground = Ground {
            files,
            ..Ground::real()
        };
        Self::build(ground, change).await
    }

    /// A house whose accounts have their keys in this keychain.
    pub(crate) async fn with_keychain(keychain: Arc<dyn SecretStore>) -> Self {
        let ground = Ground {
            keychain: Some(keychain),
            ..Ground::real()
        };
        Self::build(ground, |_| ()).await
    }

    /// A house with a clock of its own.
    pub(crate) async fn timed(clock: Arc<dyn Clock>) -> Self {
        let ground = Ground {
            clock,
            ..Ground::real()
        };
        Self::build(ground, |_| ()).await
    }

    /// The same, whose server is set up in its own way.
    pub(crate) async fn timed_with(
        clock: Arc<dyn Clock>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let ground = Ground {
            clock,
            ..Ground::real()
        };
        Self::build(ground, change).await
    }

    /// A house whose service hangs up on a client that sends nothing for so long.
    pub(crate) async fn impatient(idle: Duration) -> Self {
        Self::build(Ground::real(), |config| config.idle_timeout = idle).await
    }

    /// A house with a clock of its own, where each step of a row asks this first.
    pub(crate) async fn stepping(clock: Arc<dyn Clock>, jitter: Jitter) -> Self {
        let ground = Ground {
            clock,
            jitter,
            ..Ground::real()
        };
        Self::build(ground, |_| ()).await
    }

    /// A house whose server is set up in its own way.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(Ground::real(), change).await
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
        let service = oracle::Service {
            api: server.api_url(),
            gateway: server.gateway_url(),
            token: TOKEN.to_owned(),
            log: folder.path().join("sandbox/requests.log"),
        };
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
            service,
            engine,
            account,
            working: Some(working),
            ground,
            cut: None,
            tokens: Tokens::default(),
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
        self.tokens.keep(token);
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

    /// Where the engine keeps its own files.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// An engine on this data, beside which nothing works yet; or why there is none.
    pub(crate) fn opened_on(&self, data: &Path) -> Result<Engine, CommandError> {
        Engine::open(data, parts(&self.address, &self.ground))
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
        self.try_drop(paths).await.expect("enqueues")
    }

    pub(crate) async fn try_drop(&self, paths: &[PathBuf]) -> Result<Vec<i64>, CommandError> {
        let drop = self.look_at(paths).await;
        let uploads = &self.engine.uploads;
        let options = options(Secrets::Hold);
        uploads.enqueue(self.account, &drop, options).await
    }
}

fn parts(address: &Arc<RunningSandbox>, ground: &Ground) -> Parts {
    Parts {
        clock: ground.clock.clone(),
        files: ground.files.clone(),
        keychain: ground
            .keychain
            .clone()
            .unwrap_or_else(|| Arc::new(UntilQuit::default())),
        connect: Arc::new(Services),
        sandbox: Arc::new(Known(address.clone())),
        jitter: ground.jitter.clone(),
        watching: ground.watching.clone(),
        home: None,
    }
}

fn open(
    data: &Path,
    address: &Arc<RunningSandbox>,
    ground: &Ground,
    cut: Option<(u64, u64)>,
) -> (Arc<Engine>, tokio::runtime::Runtime) {
    // As the programs do at their start: figures of memory are theirs.
    engine::heap::keep_together();
    let parts = parts(address, ground);
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
    working.spawn(engine.changes.clone().run());
    working.spawn(engine.pins.clone().run());
    (engine, working)
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
        expires: None,
    }
}
