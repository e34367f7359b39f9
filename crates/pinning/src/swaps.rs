//! Hot swaps: a gateway gives other content for a CID, where its plugin is installed.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Error, Network, Priority};

/// One redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The CID whose content is given.
    pub to: String,
    /// Since when.
    pub created_at: Option<Timestamp>,
}

/// Redirects CIDs on the account's gateways.
#[async_trait]
pub trait Swaps: Send + Sync {
    /// Gives the content of `to` wherever `cid` is asked for on a gateway with the plugin.
    async fn set(&self, network: Network, cid: &str, to: &str) -> Result<Swap, Error>;

    /// What `cid` was and is redirected to on the gateway of this domain, newest first.
    async fn history(
        &self,
        network: Network,
        cid: &str,
        gateway_domain: &str,
        priority: Priority,
    ) -> Result<Vec<Swap>, Error>;

    /// Takes the redirection away. `NotFound` where there is none.
    async fn clear(&self, network: Network, cid: &str) -> Result<(), Error>;
}
