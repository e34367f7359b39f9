//! Groups of pins: made, renamed and removed at the service, and kept here so that the list can be narrowed to one.

mod lost;
mod reading;
mod rows;
mod work;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use specta::Type;

use crate::accounts::{AccountId, Accounts};
use crate::error::{CommandError, ErrorCode};
use crate::pins::{PinNetwork, Pins};
use crate::store::Store;

/// A group in the side bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    /// Its number in the mirror.
    #[specta(type = u32)]
    pub id: i64,
    /// The service's id, by which pins name their groups.
    pub service_id: String,
    /// Its name.
    pub name: String,
    /// The network that its pins are on.
    pub network: PinNetwork,
    /// Whether it may be seen without a key; `None` where the service does not say, and where it cannot be set.
    pub public: Option<bool>,
    /// Pins of the list that are in it.
    #[specta(type = u32)]
    pub pins: usize,
}

/// The groups of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupList {
    /// The service has groups, and the key may see them.
    pub offered: bool,
    /// Why they could not be read; what was known before is shown.
    pub problem: Option<String>,
    /// By name.
    pub groups: Vec<GroupRow>,
}

/// A pin that could not be put into a group or taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotGrouped {
    /// Its number in the mirror.
    pub(crate) pin: i64,
    /// Its name.
    pub(crate) name: String,
    /// Why.
    pub(crate) sentence: String,
    /// The same, as a code.
    pub(crate) code: ErrorCode,
    /// No answer came: the service may have done it.
    pub(crate) unsure: bool,
}

/// What became of a change of members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GroupReport {
    /// Those that could not be put in or taken out.
    pub(crate) failed: Vec<NotGrouped>,
}

#[derive(Clone, Default)]
struct Offer {
    /// `None` until the service was asked.
    offered: Option<bool>,
    problem: Option<String>,
}

/// The groups of all accounts.
pub struct Groups {
    store: Arc<Store>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    offers: Mutex<HashMap<AccountId, Offer>>,
    /// Counts the changes that are made here: a list that was asked for before one of them is older than what is known.
    changes: Arc<AtomicU64>,
}

impl Groups {
    /// Takes its neighbours in.
    pub fn new(store: Arc<Store>, accounts: Arc<Accounts>, pins: Arc<Pins>) -> Self {
        Self {
            store,
            accounts,
            pins,
            offers: Mutex::default(),
            changes: Arc::default(),
        }
    }

    /// The groups as they are known here, by name.
    pub fn list(&self, account: AccountId) -> Result<GroupList, CommandError> {
        let stored = self.store.mirror.read(|tx| rows::all(tx, account))?;
        let sizes = self.pins.group_sizes(account)?;
        let mut groups: Vec<GroupRow> = stored
            .into_iter()
            .map(|row| group_row(row, &sizes))
            .collect();
        groups.sort_by_cached_key(|group| (group.name.to_lowercase(), group.id));
        let offer = self.offer(account, |offer| offer.clone());
        Ok(GroupList {
            offered: offer.offered.unwrap_or(!groups.is_empty()),
            problem: offer.problem,
            groups,
        })
    }

    /// What the service's ids of groups are called, as far as they are known here.
    pub(crate) fn names(
        &self,
        account: AccountId,
    ) -> Result<HashMap<String, String>, CommandError> {
        let stored = self.store.mirror.read(|tx| rows::all(tx, account))?;
        let names = stored.into_iter().map(|row| row.group);
        Ok(names.map(|group| (group.service_id, group.name)).collect())
    }

    fn row(&self, id: i64) -> Result<GroupRow, CommandError> {
        let stored = self.stored(id)?;
        let sizes = self.pins.group_sizes(stored.account)?;
        Ok(group_row(stored, &sizes))
    }

    fn stored(&self, id: i64) -> Result<rows::Stored, CommandError> {
        self.store
            .mirror
            .read(|tx| rows::get(tx, id))?
            .ok_or_else(|| CommandError::gone("This group"))
    }

    fn offer<T>(&self, account: AccountId, look: impl FnOnce(&mut Offer) -> T) -> T {
        let mut offers = self
            .offers
            .lock()
            .expect("nothing panics while it holds this lock");
        look(offers.entry(account).or_default())
    }
}

fn group_row(row: rows::Stored, sizes: &HashMap<String, usize>) -> GroupRow {
    GroupRow {
        id: row.id,
        pins: sizes.get(&row.group.service_id).copied().unwrap_or(0),
        service_id: row.group.service_id,
        name: row.group.name,
        network: row.group.network,
        public: row.group.public,
    }
}
