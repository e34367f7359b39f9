//! A pinning service on this computer that behaves like Pinata: the legacy API, the v3 API with resumable
//! uploads, the IPFS Pinning Services API at `/psa` and a gateway, with everything it keeps in one folder.
//!
//! It is an account for people who have none, and a service for tests to talk to over real HTTP. It is
//! written from Pinata's documentation and from what its answers are known to look like, and shares no
//! code with the client, so that a mistake cannot agree with itself.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = sandbox::Sandbox::start(sandbox::Config::new("data", "a-token")).await?;
//! println!("{} {}", sandbox.api_url(), sandbox.gateway_url());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod address;
mod app;
mod auth;
mod car;
mod dag;
mod disposition;
mod error;
mod faults;
mod gateway;
mod import;
mod intake;
mod jobs;
mod keys;
mod legacy;
mod limits;
mod links;
mod log;
mod misbehave;
mod moment;
mod psa;
mod record;
mod route;
mod server;
mod signing;
mod spool;
mod store;
mod tus;
mod v3;

pub use auth::{Key, Scopes};
pub use dag::Layout;
pub use faults::{Fault, Faults, Gate, Kind};
pub use jobs::{JobStatus, Jobs};
pub use limits::RateLimits;
pub use log::LoggedRequest;
pub use route::Route;

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use jiff::Timestamp;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where the service listens, what it keeps, and whom it knows.
#[derive(Clone)]
pub struct Config {
    /// The API's address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The gateway's address; port 0 takes a free one.
    pub gateway: SocketAddr,
    /// The folder for everything that is kept. It is created when it is missing, and locked.
    pub data: PathBuf,
    /// The token of a key that may do everything.
    pub token: String,
    /// More keys.
    pub keys: Vec<Key>,
    /// `pinata_api_key` and `pinata_secret_api_key` of a key that may do everything, for clients of the
    /// legacy API that send these two headers.
    pub pair: Option<(String, String)>,
    /// How pins by CID move, where they end, and whose content they find.
    pub jobs: Jobs,
    /// The pinning services API at `/psa` as its specification has it; otherwise as Pinata has it.
    pub strict_psa: bool,
    /// The account has a paid plan: its uploads may be CARs. Without one they are refused.
    pub paid: bool,
    /// How uploads are cut into blocks.
    pub layout: Layout,
    /// An upload of content that is pinned already becomes a record of its own: files of v3 have ids, and may share a CID.
    /// Otherwise it is a duplicate, and gives the first one.
    pub twins: bool,
    /// The time that pins and log entries get.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Requests a minute. What is announced is enforced.
    pub rate_limits: RateLimits,
    /// How long a resumable upload may go on after it began; then it is 410. A day.
    pub upload_lasts: Duration,
    /// How long a request's body may bring nothing; then it is answered with 408. Two minutes.
    pub idle_timeout: Duration,
}

impl Config {
    /// 127.0.0.1 with free ports, the system's clock, no other keys, limits that nobody reaches.
    pub fn new(data: impl Into<PathBuf>, token: impl Into<String>) -> Self {
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: local,
            gateway: local,
            data: data.into(),
            token: token.into(),
            keys: Vec::new(),
            pair: None,
            jobs: Jobs::default(),
            strict_psa: false,
            paid: false,
            layout: Layout::AsAsked,
            twins: false,
            clock: Arc::new(Timestamp::now),
            rate_limits: RateLimits::PLENTY,
            upload_lasts: Duration::from_hours(24),
            idle_timeout: Duration::from_mins(2),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("gateway", &self.gateway)
            .field("data", &self.data)
            .field("token", &"[token]")
            .field("keys", &self.keys)
            .field("pair", &self.pair.as_ref().map(|_| "[pair]"))
            .field("jobs", &self.jobs)
            .field("strict_psa", &self.strict_psa)
            .field("paid", &self.paid)
            .field("layout", &self.layout)
            .field("twins", &self.twins)
            .field("rate_limits", &self.rate_limits)
            .finish_non_exhaustive()
    }
}

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address was given that other computers could reach.
    #[error("{0} is not an address of this computer alone")]
    NotLocal(SocketAddr),
    /// The port is taken, or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Another service has the folder open.
    #[error("the data folder {} is in use by another sandbox", .0.display())]
    InUse(PathBuf),
    /// The folder or its database cannot be opened.
    #[error("cannot open the data folder {}: {reason}", .folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

/// The pins could not be added.
#[derive(Debug, thiserror::Error)]
#[error("cannot add pins: {0}")]
pub struct SeedError(String);

/// A running service. It stops when this is dropped.
pub struct Sandbox {
    app: App,
    api: SocketAddr,
    gateway: SocketAddr,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Opens the folder and listens. Must be called within a tokio runtime.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let api = listen(config.listen).await?;
        let gateway = listen(config.gateway).await?;
        let app = open(config, gateway.0).await?;
        let (stop, stopped) = watch::channel(false);
        let api_routes = legacy::router()
            .merge(v3::router())
            .merge(keys::router())
            .merge(psa::router())
            .merge(gateway::router());
        let servers =
            [(api.1, api_routes), (gateway.1, gateway::router())].map(|(listener, routes)| {
                tokio::spawn(server::serve(
                    listener,
                    app.clone(),
                    finished(routes, &app),
                    stopped.clone(),
                ))
            });
        Ok(Self {
            app,
            api: api.0,
            gateway: gateway.0,
            stop,
            servers: servers.into(),
        })
    }

    /// The base of the API, as `http://127.0.0.1:4000`.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.api)
    }

    /// The base of the gateway; content is below `/ipfs/`.
    pub fn gateway_url(&self) -> String {
        format!("http://{}", self.gateway)
    }

    /// The faults that wait for requests.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// The rules of pins by CID.
    pub fn jobs(&self) -> &Jobs {
        &self.app.settings.jobs
    }

    /// The newest 20,000 requests that ended, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.app.log.recent()
    }

    /// Adds `count` made-up public pins, the newest now and each next one 97 seconds older. There
    /// are no bytes behind them.
    pub async fn seed(&self, count: usize) -> Result<(), SeedError> {
        let seeded = self.app.store.seed(count, self.app.now()).await;
        seeded.map_err(|error| SeedError(error.to_string()))
    }

    /// Ends every connection and releases ports and folder: another service can start there at once.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for server in self.servers.drain(..) {
            // A server that panicked has stopped as well.
            let _ = server.await;
        }
        self.app.store.close().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("api", &self.api)
            .field("gateway", &self.gateway)
            .finish_non_exhaustive()
    }
}

async fn listen(address: SocketAddr) -> Result<(SocketAddr, TcpListener), StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLocal(address));
    }
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    Ok((listener.local_addr().map_err(failed)?, listener))
}

async fn open(config: Config, gateway: SocketAddr) -> Result<App, StartError> {
    let Config {
        data,
        token,
        mut keys,
        clock,
        rate_limits,
        upload_lasts,
        idle_timeout,
        pair,
        jobs,
        strict_psa,
        paid,
        layout,
        twins,
        ..
    } = config;
    keys.insert(0, Key::new(token, Scopes::admin()));
    let folder = data.clone();
    let secrets = keys.iter().map(|key| key.token.clone());
    let secrets = secrets
        .chain(pair.iter().map(|(_, secret)| secret.clone()))
        .collect();
    let opened = tokio::task::spawn_blocking(move || {
        let Some(store) = store::Store::open(&data, twins).map_err(|error| error.to_string())?
        else {
            return Ok(None);
        };
        let signing = store.signing().map_err(|error| error.to_string())?;
        let log = log::RequestLog::open(&data, secrets).map_err(|error| error.to_string())?;
        Ok(Some((store, log, signing::Signing::new(&signing))))
    })
    .await
    .unwrap_or_else(|error| Err(error.to_string()));
    let (store, log, signing) = match opened {
        Ok(Some(opened)) => opened,
        Ok(None) => return Err(StartError::InUse(folder)),
        Err(reason) => return Err(StartError::Data { folder, reason }),
    };
    Ok(App {
        store,
        keys: keys.into(),
        clock,
        faults: Faults::default(),
        log: Arc::new(log),
        limits: Arc::new(limits::Limits::new(rate_limits)),
        settings: Arc::new(app::Settings {
            upload_lasts,
            idle_timeout,
            pair,
            strict_psa,
            paid,
            layout,
            signing,
            jobs,
            gateway: format!("http://{gateway}"),
        }),
        busy: tus::Busy::default(),
        settling: Arc::default(),
    })
}

fn finished(routes: Router<App>, app: &App) -> Router {
    routes
        .layer(DefaultBodyLimit::disable())
        .with_state(app.clone())
}
