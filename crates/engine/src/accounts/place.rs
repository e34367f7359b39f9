//! Where a service answers: Pinata's own cloud, what answers like it, or any pinning service.

use pinning::{EndpointError, Endpoints, PSA_TEMPLATES, PsaEndpoint};
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use super::{Account, AccountKind, Accounts};
use crate::error::{CommandError, ErrorCode};

/// The public gateway that a link to a pin of a pinning service goes to: such services have no gateway of the account.
const PUBLIC_GATEWAY: &str = "https://dweb.link";

/// Where a service answers that is not Pinata's own cloud.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename = "Endpoints")]
pub struct Addresses {
    /// Base address of the API.
    pub api: String,
    /// Base address of uploads.
    pub uploads: String,
    /// Base address of the gateway.
    pub gateway: String,
}

/// The service that a person chose, before anything is known of it.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Chosen {
    /// Pinata, or what answers like it at three addresses.
    Pinata { addresses: Option<Addresses> },
    /// A pinning service: the template's name, and the address that stands before `/pins`.
    Psa { service: String, address: String },
    /// The service of an account that is here already.
    Account { id: String },
}

/// A pinning service to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ServiceTemplate {
    /// Its name.
    pub name: String,
    /// Its address; empty where the person fills it in.
    pub address: String,
    /// Whether the person may change the address.
    pub editable: bool,
}

/// Addresses that were looked at and are good to send a token to.
#[derive(Debug, Clone)]
pub enum Place {
    /// Pinata's APIs.
    Pinata(Endpoints),
    /// The pinning service API.
    Psa(PsaEndpoint),
}

/// A service that can be asked: what it is, what it is called, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) kind: AccountKind,
    /// In sentences and as a label.
    pub(super) service: String,
    /// API, uploads, gateway; as stored.
    pub(super) addresses: [String; 3],
    pub(super) place: Place,
}

impl Target {
    /// Pinata, or three addresses of what answers like it.
    pub(super) fn pinata(addresses: Option<&Addresses>) -> Result<Self, CommandError> {
        let endpoints = match addresses {
            None => Endpoints::pinata(),
            Some(given) => {
                let [api, uploads, gateway] =
                    [&given.api, &given.uploads, &given.gateway].map(|address| address.trim());
                Endpoints::new(api, uploads, gateway).map_err(|error| bad_address(&error))?
            }
        };
        Ok(Self {
            kind: AccountKind::Pinata,
            service: "Pinata".to_owned(),
            addresses: [
                endpoints.api().to_string(),
                endpoints.uploads().to_string(),
                endpoints.gateway().to_string(),
            ],
            place: Place::Pinata(endpoints),
        })
    }

    /// A pinning service. A template that has a name of its own gives it to the account; any other is called by its host.
    fn psa(template: &str, address: &str) -> Result<Self, CommandError> {
        let endpoint = PsaEndpoint::new(address).map_err(|error| bad_address(&error))?;
        let known = PSA_TEMPLATES
            .iter()
            .find(|known| known.name == template && known.endpoint.is_some());
        let service = known.map_or_else(|| host(endpoint.url()), |known| known.name.to_owned());
        Ok(Self {
            kind: AccountKind::Psa,
            service,
            addresses: [
                endpoint.url().to_string(),
                String::new(),
                PUBLIC_GATEWAY.to_owned(),
            ],
            place: Place::Psa(endpoint),
        })
    }

    /// The service of a stored account. Not for the Sandbox, which has a new address at each start.
    pub(super) fn of_account(account: &Account) -> Result<Self, CommandError> {
        let [api, uploads, gateway] = account.addresses.clone();
        if account.kind == AccountKind::Psa {
            return Ok(Self {
                service: account.service.clone(),
                ..Self::psa("", &api)?
            });
        }
        Self::pinata(Some(&Addresses {
            api,
            uploads,
            gateway,
        }))
    }

    /// The address that a failed test names.
    pub(super) fn address(&self) -> &str {
        self.addresses[0].trim_end_matches('/')
    }
}

impl Account {
    /// Its service, as a person would choose it; `None` for the Sandbox.
    pub fn chosen(&self) -> Option<Chosen> {
        let [api, uploads, gateway] = self.addresses.clone();
        match self.kind {
            AccountKind::Sandbox => None,
            AccountKind::Psa => Some(Chosen::Psa {
                service: self.service.clone(),
                address: api,
            }),
            AccountKind::Pinata => Some(Chosen::Pinata {
                addresses: Some(Addresses {
                    api,
                    uploads,
                    gateway,
                }),
            }),
        }
    }
}

impl Accounts {
    /// The pinning services to choose from; the last one is any other.
    pub fn services() -> Vec<ServiceTemplate> {
        let shown = |template: &pinning::PsaTemplate| ServiceTemplate {
            name: template.name.to_owned(),
            address: template.endpoint.unwrap_or_default().to_owned(),
            editable: template.editable,
        };
        PSA_TEMPLATES.iter().map(shown).collect()
    }

    pub(super) fn target(&self, chosen: &Chosen) -> Result<Target, CommandError> {
        match chosen {
            Chosen::Pinata { addresses } => Target::pinata(addresses.as_ref()),
            Chosen::Psa { service, address } => Target::psa(service, address),
            Chosen::Account { id } => {
                let id = id.parse().map_err(|_| CommandError::gone("This account"))?;
                Target::of_account(&self.get(id)?)
            }
        }
    }
}

/// Where an account's service answers, for people; `None` for Pinata's own cloud and the Sandbox.
pub(super) fn shown_address(account: &Account) -> Option<String> {
    let address = account.addresses[0].as_str();
    if address.is_empty() || address == Endpoints::pinata().api().as_str() {
        return None;
    }
    let plain = address.trim_start_matches("https://");
    Some(plain.trim_end_matches('/').to_owned())
}

/// The host of an address, with its port where it has one.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn bad_address(error: &EndpointError) -> CommandError {
    let sentence = match error {
        EndpointError::NotHttps => {
            "This address does not begin with https://, so on its way the token could be read by anyone. Use one that does; http:// is for a service on this computer."
        }
        EndpointError::NotABase => {
            "This address has more in it than a service’s address has. Leave out the user name, the question mark, the # and all that follows."
        }
        EndpointError::Invalid(_) => {
            "This is not an address. One looks like https://api.example.com/psa."
        }
    };
    CommandError::new(ErrorCode::BadEndpoint, sentence).with_detail(error.to_string())
}
