//! The conformance suite: what every service owes to every kind of key, over real HTTP to a service on this computer.
//!
//! Each behaviour runs on every profile of `profiles`: with every kind of key of Pinata's, and at pinning services. What a profile
//! cannot do stands in `lacks`, by name, and there the behaviour is that it says so. Bytes are fetched from the gateway with a
//! client that shares nothing with ours. Hostile services meet every call of every kind of account (`hostile`, `foreign`).

mod bounds;
mod caps;
mod deeds;
mod faults;
mod foreign;
mod foreign_calls;
mod foreign_service;
mod gateway;
mod groups;
mod hostile;
mod hostile_service;
mod jobs;
mod keys;
mod lacks;
mod limits;
mod pins;
mod profiles;
mod recorded;
mod refused;
mod requests;
mod resumable;
#[path = "../support/mod.rs"]
mod support;
mod uploads;

use std::sync::Arc;

use pinning::{Deadlines, Endpoints, Pinata};
use sandbox::{Config, Key, Sandbox};
use secrecy::SecretString;

pub(crate) use profiles::Profile;

/// A running service and an account on it.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) account: Pinata,
    /// Removed with the world.
    _data: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new(profile: Profile) -> Self {
        Self::with(
            Key::new(support::token(), profile.scopes()),
            Deadlines::default(),
        )
        .await
    }

    pub(crate) async fn with(key: Key, deadlines: Deadlines) -> Self {
        Self::configured(key, deadlines, |_| ()).await
    }

    /// A world whose service is set up otherwise.
    pub(crate) async fn configured(
        key: Key,
        deadlines: Deadlines,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::new(data.path(), "the-owners-own-token");
        config.keys.push(key);
        set(&mut config);
        let sandbox = Sandbox::start(config).await.expect("starts");
        let account = account_on(&sandbox, deadlines);
        Self {
            sandbox,
            account,
            _data: data,
        }
    }

    /// How many requests with a body of content came to this path.
    pub(crate) fn received(&self, path: &str) -> Vec<u64> {
        let requests = self.sandbox.requests();
        requests
            .iter()
            .filter(|request| request.path == path)
            .map(|request| request.received)
            .collect()
    }
}

pub(crate) fn account_on(sandbox: &Sandbox, deadlines: Deadlines) -> Pinata {
    account_of(sandbox, &support::token(), deadlines)
}

/// An account with this token.
pub(crate) fn account_of(sandbox: &Sandbox, token: &str, deadlines: Deadlines) -> Pinata {
    let endpoints =
        Endpoints::single(&sandbox.api_url(), &sandbox.gateway_url()).expect("loopback");
    let token = SecretString::from(token);
    Pinata::with_limits(
        endpoints,
        &token,
        Arc::new(support::Noon),
        support::plenty(),
        deadlines,
    )
    .expect("a token")
}
