//! What a service keeps for an account: a mirror that can be searched, and the edits made to it.

mod by_number;
mod catalogue;
mod coming;
mod condition;
mod count;
mod entry;
mod expiry;
mod export;
mod filters;
mod found;
mod from_job;
mod from_watch;
mod grouping;
mod kind;
mod links;
mod lost;
mod past;
mod pending;
mod reading;
mod rows;
mod same_cid;
mod saved;
mod scalar;
mod sets;
mod unpinned;
mod view;
mod work;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use specta::Type;

pub use catalogue::{PinQuery, SortKey};
pub(crate) use coming::{Coming, ComingFilter, Fit};
pub use condition::{KeyValueCondition, KeyValueOperator};
pub(crate) use count::{Counted, ListAge};
pub(crate) use entry::spellings;
pub use expiry::PinEnd;
pub(crate) use expiry::end_at;
pub use export::{CopyWhat, PIN_HEADS};
pub use filters::{Facet, InGroup, PinFilters, PinNetwork, Without};
pub(crate) use found::Found;
pub(crate) use from_watch::PinText;
pub use kind::FileKind;
pub use links::PinLink;
pub use past::{Happened, HappenedKind, Presence, PresenceState};
pub(crate) use pending::PendingRow;
pub use rows::{Listed, Mirrored};
pub use saved::SavedSearch;
pub use scalar::Scalar;
pub(crate) use scalar::{as_text, values};
pub use sets::Selection;
pub use unpinned::{UnpinnedPage, UnpinnedQuery, UnpinnedRow};
pub(crate) use view::lower_article;
pub use view::{PinDetails, PinRow, SelectionSummary};
pub use work::listed;
pub(crate) use work::{MOST_KEYVALUES, edited, missing};

use catalogue::Catalogue;
use sets::Sets;

use crate::accounts::{AccountId, Accounts};
use crate::clock::{Clock, Millis};
use crate::error::{CommandError, ErrorCode};
use crate::settings::SettingStore;
use crate::store::Store;

/// How the service's CID and ours compare, as shown beside a pin or an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// The same CID here and there.
    Verified,
    /// The same bytes, another layout.
    OtherLayout,
    /// The service's layout is not one we know; nothing proves a difference.
    Unproven,
    /// Pinned elsewhere; never compared here.
    NotChecked,
    /// Being compared.
    Checking,
    /// Proved to be other bytes.
    Different,
}

impl CheckState {
    /// The state of a stored verdict.
    pub fn of_verdict(name: Option<&str>) -> Self {
        match name {
            Some("verified") => Self::Verified,
            Some("other_layout") => Self::OtherLayout,
            Some("unproven") => Self::Unproven,
            Some("different") => Self::Different,
            _ => Self::NotChecked,
        }
    }
}

/// The first rows that match a query.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FirstPins {
    /// The rows, in the query's order.
    pub rows: Vec<PinRow>,
    /// Rows that match.
    #[specta(type = u32)]
    pub total: usize,
}

/// A set of rows that match a query: its numbers stand still while the list is read and changed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResultSet {
    /// Its number.
    #[specta(type = u32)]
    pub set: u64,
    /// Rows in it.
    #[specta(type = u32)]
    pub total: usize,
    /// Rows of the account.
    #[specta(type = u32)]
    pub of: usize,
    /// When the list was last read to its end.
    #[specta(type = Option<u32>)]
    pub as_of: Option<Millis>,
    /// It is being read now.
    pub refreshing: bool,
    /// Why the last reading failed.
    pub problem: Option<String>,
    /// The carried selection, in this set.
    #[specta(type = Vec<(u32, u32)>)]
    pub selection: Vec<(usize, usize)>,
    /// The rows that were asked for with it.
    pub rows: Vec<PinRow>,
    /// Where the pin that was asked for stands in it.
    #[specta(type = Option<u32>)]
    pub place: Option<usize>,
    /// Where nothing was found: how many would be without each condition.
    pub without: Vec<Without>,
}

/// What the page wants to know of a set at once, so that a keystroke costs one answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Type)]
pub struct Look {
    /// The first row's place.
    #[specta(type = u32)]
    pub from: usize,
    /// How many rows, at most 200.
    #[specta(type = u32)]
    pub n: usize,
    /// The pin whose place is wanted.
    #[specta(type = Option<u32>)]
    pub pin: Option<i64>,
}

/// What a person changed about a pin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
pub struct PinEdit {
    /// The new name; `None` leaves it.
    pub name: Option<String>,
    /// Key-values to set.
    pub set: Vec<(String, Scalar)>,
    /// Keys to take away.
    pub remove: Vec<String>,
}

impl PinEdit {
    /// As a service takes it that keeps text only.
    fn set_as_text(&mut self) {
        for (_, value) in &mut self.set {
            *value = std::mem::replace(value, Scalar::Bool(false)).into_text();
        }
    }
}

/// A pin that could not be unpinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotUnpinned {
    /// Its name.
    pub(crate) name: String,
    /// Why.
    pub(crate) sentence: String,
    /// The same, as a code.
    pub(crate) code: ErrorCode,
    /// No answer came: the service may have unpinned it.
    pub(crate) unsure: bool,
}

#[derive(Default)]
struct Reading {
    running: bool,
    problem: Option<String>,
    /// The rows of its list say which group each pin is in.
    names_groups: bool,
}

/// All pins of all accounts.
pub struct Pins {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    accounts: Arc<Accounts>,
    settings: SettingStore,
    catalogues: Mutex<HashMap<AccountId, Catalogue>>,
    sets: Mutex<Sets>,
    readings: Mutex<HashMap<AccountId, Reading>>,
}

impl Pins {
    /// Takes its neighbours in.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, accounts: Arc<Accounts>) -> Self {
        Self {
            settings: SettingStore::new(store.clone()),
            store,
            clock,
            accounts,
            catalogues: Mutex::default(),
            sets: Mutex::default(),
            readings: Mutex::default(),
        }
    }

    /// Opens the rows that match as a set, carrying a selection of an older set over.
    pub fn open(
        &self,
        account: AccountId,
        query: &PinQuery,
        carry: Option<&Selection>,
        look: Look,
    ) -> Result<ResultSet, CommandError> {
        let (found, of, without) = self.with_catalogue(account, |catalogue| {
            let found = catalogue.find(query)?;
            let without = if found.is_empty() {
                catalogue.without_each(query)?
            } else {
                Vec::new()
            };
            Ok::<_, CommandError>((found, catalogue.len(), without))
        })??;
        let total = found.len();
        let place = look
            .pin
            .and_then(|pin| found.iter().position(|id| *id == pin));
        let (set, selection) = self.sets().open(account, found, carry);
        let rows = if look.n == 0 {
            Vec::new()
        } else {
            self.rows(set, look.from, look.n)?
        };
        let age = self.list_age(account)?;
        Ok(ResultSet {
            set,
            total,
            of,
            as_of: age.as_of,
            refreshing: age.refreshing,
            problem: age.problem,
            selection,
            rows,
            place,
            without,
        })
    }

    /// An upload was compared with what the service keeps.
    pub(crate) fn compared(
        &self,
        account: AccountId,
        cid: &str,
        check: CheckState,
        ours: Option<&str>,
    ) {
        let mut catalogues = self
            .catalogues
            .lock()
            .expect("nothing panics while it holds this lock");
        // One that is not filled yet will read it with the rest.
        if let Some(catalogue) = catalogues.get_mut(&account) {
            catalogue.compared(cid, check, ours);
        }
    }

    /// Where the next row after place `after` is whose name begins so, without case; goes round at the end.
    pub fn next_named(
        &self,
        set: u64,
        after: usize,
        begins: &str,
    ) -> Result<Option<usize>, CommandError> {
        let set = self.sets().get(set)?;
        self.with_catalogue(set.account, |catalogue| {
            catalogue.next_named(&set.ids, after, begins)
        })
    }

    fn with_catalogue<T>(
        &self,
        account: AccountId,
        work: impl FnOnce(&mut Catalogue) -> T,
    ) -> Result<T, CommandError> {
        let mut catalogues = self
            .catalogues
            .lock()
            .expect("nothing panics while it holds this lock");
        let catalogue = match catalogues.entry(account) {
            Entry::Occupied(filled) => filled.into_mut(),
            Entry::Vacant(empty) => {
                let mut all = Vec::new();
                self.store
                    .mirror
                    .read(|tx| rows::each(tx, account, |row| all.push(row)))?;
                let mut catalogue = Catalogue::default();
                self.store.ledger.read(|tx| {
                    rows::each_compared(tx, account, |cid, verdict, ours| {
                        catalogue.compared(cid, CheckState::of_verdict(Some(verdict)), ours);
                    })
                })?;
                catalogue.put(&all);
                empty.insert(catalogue)
            }
        };
        Ok(work(catalogue))
    }

    fn sets(&self) -> std::sync::MutexGuard<'_, Sets> {
        self.sets
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
