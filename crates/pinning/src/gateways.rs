//! The account's gateways, temporary links to private files, and the traffic of a gateway.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{EndpointError, Error, GatewayAddress, PageToken, Priority, SignedLink};

/// A gateway of the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The service's id.
    pub id: String,
    /// The name before `.mypinata.cloud`.
    pub subdomain: String,
    /// Whether it is switched to restricted. A gateway that is not may still refuse what the account has not pinned.
    pub restricted: bool,
    /// Names of the owner's that lead to it.
    pub custom_domains: Vec<CustomDomain>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl Gateway {
    /// Its address under the service's own name.
    pub fn address(&self) -> Result<GatewayAddress, EndpointError> {
        GatewayAddress::new(&format!("{}.mypinata.cloud", self.subdomain))
    }
}

/// A name of the owner's that leads to a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomDomain {
    /// The service's id.
    pub id: Option<String>,
    /// The name.
    pub domain: String,
    /// How far the proof of ownership is, by the service's word (`pending`, ...).
    pub validation: Option<String>,
    /// How far its certificate is, by the service's word.
    pub certificate: Option<String>,
}

/// One page of gateways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayPage {
    /// The gateways.
    pub gateways: Vec<Gateway>,
    /// How many the service says that there are.
    pub total: Option<u64>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PageToken>,
}

/// A private file to open for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateFile {
    /// The gateway that serves it.
    pub gateway: GatewayAddress,
    /// Its CID.
    pub cid: String,
    /// Names below the CID, where it is a folder.
    pub path: Vec<String>,
    /// What it is to be called when it is saved.
    pub file_name: Option<String>,
    /// How long the link works; at least a second.
    pub lasts: Duration,
}

/// Lists gateways and makes temporary links.
#[async_trait]
pub trait Gateways: Send + Sync {
    /// One page of the account's gateways.
    async fn page(
        &self,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<GatewayPage, Error>;

    /// A link that opens a private file until it expires.
    async fn signed_link(&self, file: &PrivateFile) -> Result<SignedLink, Error>;
}
