//! How links to an account's public pins are made: through which gateway, and in which form.

use pinning::{GatewayAddress, Priority};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{AccountId, Accounts, rows, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::store::Urgency;

/// An empty folder, which any gateway can serve: what a form of link looks like is shown with it.
const SAMPLE: &str = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";
/// More gateways than this are not listed.
const MOST_GATEWAYS: usize = 100;

/// The form of a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LinkStyle {
    /// `https://gateway/ipfs/CID`
    #[default]
    Path,
    /// `https://CID.ipfs.gateway`: a site of its own, as web applications need it.
    Subdomain,
}

impl LinkStyle {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Subdomain => "subdomain",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        match name {
            "subdomain" => Self::Subdomain,
            _ => Self::Path,
        }
    }

    fn of_service(self) -> pinning::LinkStyle {
        match self {
            Self::Path => pinning::LinkStyle::Path,
            Self::Subdomain => pinning::LinkStyle::Subdomain,
        }
    }
}

/// What links are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Links {
    /// Base address of the gateway that was chosen; `None`: the one the account came with.
    pub gateway: Option<String>,
    /// The form.
    pub style: LinkStyle,
}

/// What there is to choose for the links of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkChoices {
    /// What is chosen now.
    pub links: Links,
    /// Base address of the gateway that the account came with.
    pub own: String,
    /// Base addresses of the gateways that the service keeps for this account.
    pub gateways: Vec<String>,
    /// Why these are not known; `None`: they are.
    pub unknown: Option<String>,
}

/// Makes links to public content.
pub(crate) struct Linker {
    gateway: GatewayAddress,
    style: LinkStyle,
}

impl Linker {
    /// A link to a CID; `None` for what is no CID.
    pub(crate) fn link(&self, cid: &str) -> Option<String> {
        self.gateway.link(self.style.of_service(), cid, &[]).ok()
    }
}

impl Accounts {
    /// What makes the links of an account; `None` where there is no gateway.
    pub(crate) fn linker(&self, id: AccountId) -> Option<Linker> {
        let links = self.store.ledger.read(|tx| rows::links(tx, id)).ok()?;
        let base = links.gateway.or_else(|| self.gateway_base(id))?;
        Some(Linker {
            gateway: GatewayAddress::new(&base).ok()?,
            style: links.style,
        })
    }

    /// Base address of the gateway that an account came with.
    pub(crate) fn gateway_base(&self, id: AccountId) -> Option<String> {
        self.gateway(id).or_else(|| {
            let [_, _, gateway] = self.get(id).ok()?.addresses;
            Some(gateway).filter(|gateway| !gateway.is_empty())
        })
    }

    /// What there is to choose. Asks the service for its gateways.
    pub async fn link_choices(&self, id: AccountId) -> Result<LinkChoices, CommandError> {
        let links = self.store.ledger.read(|tx| rows::links(tx, id));
        let links = links.map_err(|_| CommandError::gone("This account"))?;
        let (gateways, unknown) = match self.gateways_of_service(id).await {
            Ok(gateways) => (gateways, None),
            Err(error) => (Vec::new(), Some(error.message)),
        };
        let own = self.gateway_base(id).unwrap_or_default();
        Ok(LinkChoices {
            links,
            own: own.trim_end_matches('/').to_owned(),
            gateways,
            unknown,
        })
    }

    /// The gateway that was chosen for links, where it is one of the account's own; `None` where it is not, and where the
    /// service does not say.
    pub(crate) async fn chosen_own_gateway(&self, id: AccountId) -> Option<GatewayAddress> {
        let links = self.store.ledger.read(|tx| rows::links(tx, id)).ok()?;
        let chosen = links.gateway?;
        let own = self.gateways_of_service(id).await.unwrap_or_default();
        let is_own = own.contains(&chosen);
        GatewayAddress::new(&chosen).ok().filter(|_| is_own)
    }

    async fn gateways_of_service(&self, id: AccountId) -> Result<Vec<String>, CommandError> {
        let service = self.service(id).await?;
        // Other services have none of the account's own.
        let Some(gateways) = service.gateways() else {
            return Ok(Vec::new());
        };
        let name = service_name(&self.get(id)?);
        let page = gateways.page(None, Priority::Click).await;
        let page = page.map_err(|error| failure::of_service(&error, &name))?;
        let mut found = Vec::new();
        for gateway in page.gateways.iter().take(MOST_GATEWAYS) {
            let domains = gateway.custom_domains.iter();
            let domains = domains.filter_map(|name| GatewayAddress::new(&name.domain).ok());
            let addresses = domains.chain(gateway.address());
            found.extend(addresses.map(|address| base_of(&address)));
        }
        found.dedup();
        Ok(found)
    }

    /// How a link would look: the address as it is kept, and a link made with it.
    pub fn sample_link(&self, id: AccountId, links: &Links) -> Result<String, CommandError> {
        let base = links.gateway.clone().or_else(|| self.gateway_base(id));
        let gateway = checked(&base.unwrap_or_default())?;
        gateway
            .link(links.style.of_service(), SAMPLE, &[])
            .map_err(|_| {
                CommandError::new(
                    ErrorCode::Rejected,
                    "This gateway is a number, not a name: links in front of it are not possible. Choose the form with /ipfs/.",
                )
            })
    }

    /// Links are made so from now on.
    pub async fn set_links(&self, id: AccountId, links: Links) -> Result<(), CommandError> {
        self.sample_link(id, &links)?;
        let gateway = links.gateway.as_deref().map(checked).transpose()?;
        let links = Links {
            gateway: gateway.map(|gateway| base_of(&gateway)),
            style: links.style,
        };
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set_links(tx, id, &links))
            .await?;
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.store.announcer.changed(Noun::Pin, None);
        Ok(())
    }
}

fn base_of(address: &GatewayAddress) -> String {
    address.url().as_str().trim_end_matches('/').to_owned()
}

fn checked(address: &str) -> Result<GatewayAddress, CommandError> {
    GatewayAddress::new(address).map_err(|_| {
        CommandError::new(
            ErrorCode::BadEndpoint,
            "This is not the address of a gateway. It begins with https://, or is on this computer.",
        )
    })
}
