//! The engine of this process: the same parts as the window's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use engine::accounts::{RunningSandbox, SandboxHost, Services};
use engine::clock::SystemClock;
use engine::error::{CommandError, ErrorCode};
use engine::walk::{Disk, SystemWatching};
use engine::{Engine, Parts};
use secrets::{Keychain, SecretStore, TokenFiles};
use tokio::sync::Mutex;

use crate::exit::Failure;

/// The keychain, and the files that stand in for it.
pub(crate) fn keychain() -> TokenFiles<Keychain> {
    TokenFiles::before(Keychain::new(), credentials())
}

/// The folder in which systemd puts credentials.
pub(crate) fn credentials() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// Opens a data folder, whose owner this process must be.
pub(crate) fn open(data: &Path, keychain: Arc<dyn SecretStore>) -> Result<Engine, CommandError> {
    Engine::open(
        data,
        Parts {
            clock: Arc::new(SystemClock),
            files: Arc::new(Disk),
            keychain,
            connect: Arc::new(Services),
            sandbox: Arc::new(BuiltIn {
                data: data.join("sandbox"),
                running: Mutex::new(None),
            }),
            jitter: Arc::new(rand::random::<f64>),
            watching: Arc::new(SystemWatching),
            home: dirs::home_dir(),
        },
    )
}

/// An engine of this moment: what it stores goes when it goes.
pub(crate) struct Scratch {
    pub(crate) engine: Engine,
    _folder: tempfile::TempDir,
}

/// Opens an engine that asks services with tokens of this keychain, and of which nothing remains.
pub(crate) fn scratch(keychain: Arc<dyn SecretStore>) -> Result<Scratch, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::system("There is no room for a temporary folder", &error))?;
    let engine = open(folder.path(), keychain)?;
    Ok(Scratch {
        engine,
        _folder: folder,
    })
}

/// The built-in Sandbox, started when its account is first needed, with a token of this run.
struct BuiltIn {
    data: PathBuf,
    running: Mutex<Option<(Arc<RunningSandbox>, sandbox::Sandbox)>>,
}

#[async_trait]
impl SandboxHost for BuiltIn {
    async fn running(&self) -> Result<Arc<RunningSandbox>, CommandError> {
        let mut kept = self.running.lock().await;
        if let Some((running, _)) = kept.as_ref() {
            return Ok(running.clone());
        }
        let token = uuid::Uuid::new_v4().simple().to_string();
        let config = sandbox::Config::new(&self.data, token.clone());
        let server = sandbox::Sandbox::start(config).await.map_err(|error| {
            let sentence = "The Sandbox could not start. Its files are in Pinfold's data folder; look whether the disk is full.";
            CommandError::new(ErrorCode::Internal, sentence).with_detail(error.to_string())
        })?;
        let running = Arc::new(RunningSandbox {
            api: server.api_url(),
            gateway: server.gateway_url(),
            token: token.into(),
        });
        *kept = Some((running.clone(), server));
        Ok(running)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.data.clone())
    }

    async fn erase(&self) -> Result<(), CommandError> {
        let mut kept = self.running.lock().await;
        if let Some((_, server)) = kept.take() {
            server.stop().await;
        }
        match std::fs::remove_dir_all(&self.data) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let sentence = "The Sandbox’s files could not all be deleted. Its folder is in Pinfold’s data folder; look whether another program uses it.";
                Err(CommandError::new(ErrorCode::Internal, sentence).with_detail(error.to_string()))
            }
            _ => Ok(()),
        }
    }
}
