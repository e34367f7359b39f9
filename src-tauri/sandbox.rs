//! The built-in Sandbox: started when its account is first needed, with a token of this run that is never stored.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use engine::accounts::{RunningSandbox, SandboxHost};
use engine::error::{CommandError, ErrorCode};
use tokio::sync::Mutex;

pub(crate) struct Host {
    data: PathBuf,
    running: Mutex<Option<(Arc<RunningSandbox>, sandbox::Sandbox)>>,
}

impl Host {
    pub(crate) fn new(data: PathBuf) -> Self {
        Self {
            data,
            running: Mutex::new(None),
        }
    }

    /// Tells other programs of this user where the Sandbox answers; the token is not in it.
    fn announce(&self, running: &RunningSandbox) {
        let addresses = serde_json::json!({ "api": running.api, "gateway": running.gateway });
        if let Err(error) = std::fs::write(self.data.join("address.json"), addresses.to_string()) {
            tracing::warn!(%error, "the Sandbox's addresses could not be written down");
        }
    }
}

#[async_trait]
impl SandboxHost for Host {
    async fn running(&self) -> Result<Arc<RunningSandbox>, CommandError> {
        let mut kept = self.running.lock().await;
        if let Some((running, _)) = kept.as_ref() {
            return Ok(running.clone());
        }
        let token: String = std::iter::repeat_with(|| format!("{:016x}", rand::random::<u64>()))
            .take(4)
            .collect();
        let server = sandbox::Sandbox::start(sandbox::Config::new(&self.data, token.clone())).await.map_err(|error| {
            CommandError::new(
                ErrorCode::Internal,
                "The Sandbox could not start. Its files are in Pinfold's data folder; look whether the disk is full.",
            )
            .with_detail(error.to_string())
        })?;
        let running = Arc::new(RunningSandbox {
            api: server.api_url(),
            gateway: server.gateway_url(),
            token: token.into(),
        });
        self.announce(&running);
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
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CommandError::new(
                ErrorCode::Internal,
                "The Sandbox’s files could not all be deleted. Its folder is in Pinfold’s data folder; look whether another program uses it.",
            )
            .with_detail(error.to_string())),
            _ => Ok(()),
        }
    }
}
