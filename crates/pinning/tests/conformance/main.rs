//! The conformance suite: what every service owes to every kind of key, over real HTTP to a service on this computer.
//!
//! Each behaviour runs with a key that may do everything, one for v3 only and one for the legacy API only. Bytes are
//! fetched from the gateway with a client that shares nothing with ours.

mod bounds;
mod caps;
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
mod limits;
mod pins;
mod recorded;
mod refused;
mod requests;
mod resumable;
#[path = "../support/mod.rs"]
mod support;
mod uploads;

use std::sync::Arc;

use pinning::{Deadlines, Endpoints, Pinata};
use sandbox::{Config, Key, Sandbox, Scopes};
use secrecy::SecretString;

/// The kinds of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Everything,
    V3Only,
    LegacyOnly,
}

impl Profile {
    pub(crate) fn scopes(self) -> Scopes {
        match self {
            Self::Everything => Scopes::admin(),
            Self::V3Only => Scopes::v3(["org:files:write"]),
            Self::LegacyOnly => Scopes::legacy_all(),
        }
    }
}

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
    let endpoints =
        Endpoints::single(&sandbox.api_url(), &sandbox.gateway_url()).expect("loopback");
    let token = SecretString::from(support::token());
    Pinata::with_limits(
        endpoints,
        &token,
        Arc::new(support::Noon),
        support::plenty(),
        deadlines,
    )
    .expect("a token")
}

/// Makes one test for each profile out of `async fn(Profile)`.
macro_rules! for_each_profile {
    ($($behaviour:ident),+ $(,)?) => {$(
        mod $behaviour {
            use crate::Profile;

            #[tokio::test]
            async fn with_a_key_for_everything() {
                super::behaviour::$behaviour(Profile::Everything).await;
            }

            #[tokio::test]
            async fn with_a_key_for_v3_only() {
                super::behaviour::$behaviour(Profile::V3Only).await;
            }

            #[tokio::test]
            async fn with_a_key_for_the_legacy_api_only() {
                super::behaviour::$behaviour(Profile::LegacyOnly).await;
            }
        }
    )+};
}
pub(crate) use for_each_profile;
