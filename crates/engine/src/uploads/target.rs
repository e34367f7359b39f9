//! Where an upload goes within its account: a group, and one of the service's two networks.

use pinning::{GroupQuery, GroupRef, Network, Placement, Priority, Route, Service};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Uploads;
use super::rows::Wish;
use crate::accounts::{AccountId, service_name};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::failure;

/// Groups that are offered to choose from.
const MOST_GROUPS: usize = 500;

/// Who may read what is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UploadNetwork {
    /// Anyone who has the CID.
    #[default]
    Public,
    /// Who holds the account's key, or a link made with it. Single files only.
    Private,
}

impl UploadNetwork {
    /// The stored word; the service's own word as well.
    pub fn as_str(self) -> &'static str {
        self.network().as_str()
    }

    /// The network of a stored word.
    pub(super) fn named(word: &str) -> Self {
        if word == "private" {
            Self::Private
        } else {
            Self::Public
        }
    }

    /// Everyone may read what is there.
    pub(crate) fn is_public(self) -> bool {
        self == Self::Public
    }

    pub(super) fn network(self) -> Network {
        match self {
            Self::Public => Network::Public,
            Self::Private => Network::Private,
        }
    }
}

/// A group at the service, as it was called when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct GroupChoice {
    /// The service's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Where an upload goes within its account, and for how long. The default: public, in no group, for good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Target {
    /// Who may read it.
    pub(crate) network: UploadNetwork,
    /// Its group.
    pub(crate) group: Option<GroupChoice>,
    /// When the service is to unpin it by itself, in whole seconds.
    pub(crate) expires: Option<Millis>,
}

impl Wish {
    /// The pin gets its end after sending: only for single files does the service take it along.
    pub(super) fn ends_afterwards(&self) -> bool {
        self.target.expires.is_some() && (self.folder || self.wrap)
    }

    pub(super) fn placement(&self) -> Placement {
        let expires = self.target.expires.filter(|_| !self.ends_afterwards());
        Placement {
            group: self.target.group.as_ref().map(|group| group.id.clone()),
            expires_at: expires.and_then(|at| jiff::Timestamp::from_millisecond(at).ok()),
        }
    }
}

impl Target {
    pub(super) fn group_ref(&self) -> Option<GroupRef> {
        let group = self.group.as_ref()?;
        Some(GroupRef {
            id: group.id.clone(),
            network: self.network.network(),
        })
    }
}

/// What an account lets a person choose for an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadPlaces {
    /// Its groups on the public network, by name; at most 500.
    pub groups: Vec<GroupChoice>,
    /// Its groups on the private network.
    pub private_groups: Vec<GroupChoice>,
    /// Single files may be kept from the public.
    pub private: bool,
    /// Why its groups could not be read; empty lists then mean nothing.
    pub problem: Option<String>,
}

impl Uploads {
    /// What an account lets a person choose. Asks the service; stores nothing.
    pub async fn places(&self, account: AccountId) -> Result<UploadPlaces, CommandError> {
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let (public, private) = tokio::join!(
            groups(service.as_ref(), Network::Public),
            groups(service.as_ref(), Network::Private)
        );
        // The private network is reached by the newer API only, and not by every plan: one that may not list its
        // groups there may not keep files there either.
        let newer = service
            .uploads()
            .is_some_and(|uploads| uploads.route(1) == Route::V3Multipart);
        let problem = public
            .as_ref()
            .err()
            .map(|error| failure::of_service(error, &name).message);
        Ok(UploadPlaces {
            private: newer && private.as_ref().is_ok_and(Option::is_some),
            groups: public.ok().flatten().unwrap_or_default(),
            private_groups: private.ok().flatten().unwrap_or_default(),
            problem,
        })
    }
}

/// The groups of one network by name; `None`: the service has no groups.
async fn groups(
    service: &dyn Service,
    network: Network,
) -> Result<Option<Vec<GroupChoice>>, pinning::Error> {
    let Some(groups) = service.groups() else {
        return Ok(None);
    };
    let query = GroupQuery {
        network,
        ..GroupQuery::default()
    };
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let page = groups.page(&query, next.take(), Priority::Click).await?;
        // The older API knows the public network only, whatever it is asked.
        let of_network = page
            .groups
            .into_iter()
            .filter(|group| group.network == network);
        found.extend(of_network.map(|group| GroupChoice {
            id: group.id,
            name: group.name,
        }));
        next = page.next;
        if next.is_none() || found.len() >= MOST_GROUPS {
            break;
        }
    }
    found.truncate(MOST_GROUPS);
    found.sort_by_cached_key(|group| group.name.to_lowercase());
    Ok(Some(found))
}
