//! Changes of many pins: taken in at once, then carried out behind every click, also after a restart.

mod asking;
mod plan;
mod preview;
mod rows;
mod view;
mod work;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Notify;

pub use preview::{ChangePreview, PreviewRow};
pub use view::{ChangeRow, ChangeState, Refusal, RefusalPage};

use crate::accounts::{AccountId, Accounts};
use crate::announce::Noun;
use crate::clock::{Clock, Millis};
use crate::error::{CommandError, ErrorCode};
use crate::groups::Groups;
use crate::pins::{PinEnd, Pins, Scalar, Selection, end_at};
use crate::store::{Store, StoreError, Tx, Urgency};

/// Pins that are taken in by one write.
const AT_ONCE: usize = 1_000;

/// What is done with each pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeWhat {
    /// The service stops keeping it.
    Unpin {},
    /// It is put into the group that the service knows by this id.
    AddToGroup {
        /// The id.
        group: String,
    },
    /// It is taken out of that group, and stays pinned.
    RemoveFromGroup {
        /// The id.
        group: String,
    },
    /// Its name and key-values are changed.
    Edit(EditOfMany),
    /// The service is told when to unpin it by itself, or never to.
    Expire(PinEnd),
}

/// An edit of many pins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EditOfMany {
    /// The new name, with `{name}`, `{stem}`, `{ext}` and `{n}`; `None` leaves it.
    pub rename: Option<String>,
    /// Key-values to set.
    pub set: Vec<(String, Scalar)>,
    /// Keys to take away.
    pub remove: Vec<String>,
}

/// All changes of all accounts.
pub struct Changes {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    groups: Arc<Groups>,
    wake: Notify,
    live: Mutex<Live>,
    began: Millis,
}

/// What is remembered until the process ends.
#[derive(Default)]
struct Live {
    /// Accounts that somebody works on.
    busy: HashSet<AccountId>,
    /// Changes whose pins without an answer were looked for in the list.
    looked: HashSet<i64>,
    /// Failures of a change one after the other.
    in_a_row: HashMap<i64, usize>,
    /// When progress was told last.
    told: Millis,
}

impl Changes {
    /// Takes its neighbours in.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        accounts: Arc<Accounts>,
        pins: Arc<Pins>,
        groups: Arc<Groups>,
    ) -> Self {
        Self {
            began: clock.now(),
            store,
            clock,
            accounts,
            pins,
            groups,
            wake: Notify::new(),
            live: Mutex::default(),
        }
    }

    /// Takes a change of the selected pins in. It is carried out while nobody waits.
    pub async fn start(
        &self,
        selection: &Selection,
        what: ChangeWhat,
    ) -> Result<ChangeRow, CommandError> {
        plan::check(&what)?;
        let (account, ids) = self.pins.selected(selection)?;
        if ids.is_empty() {
            return Err(CommandError::gone("What was selected"));
        }
        let what = self.possible(account, what)?;
        let about = self.about(account, &what)?;
        let now = self.clock.now();
        let ledger = &self.store.ledger;
        let id = ledger
            .write(Urgency::Click, move |tx| {
                rows::begin(tx, account, &what, &about, now)
            })
            .await?;
        let mut place = 0;
        for some in ids.chunks(AT_ONCE) {
            let parts: Vec<rows::Part> = self
                .pins
                .named(some)?
                .into_iter()
                .zip(place..)
                .map(|(row, place)| rows::Part {
                    place,
                    service_id: row.pin.service_id,
                    cid: row.pin.cid,
                    name: row.pin.name,
                    asked: false,
                })
                .collect();
            place += parts.len();
            ledger
                .write(Urgency::Click, move |tx| rows::add(tx, id, &parts))
                .await?;
        }
        ledger
            .write(Urgency::Click, move |tx| rows::ready(tx, id))
            .await?;
        self.wake.notify_one();
        self.tell(id);
        self.row(id)
    }

    /// Asks for nothing more. What is being asked for now is not taken back, nor is what was done.
    pub async fn cancel(&self, id: i64) -> Result<ChangeRow, CommandError> {
        self.write(id, move |tx| rows::cancel(tx, id)).await
    }

    /// Asks again for what failed, and for what was left over where it stopped by itself.
    pub async fn retry(&self, id: i64) -> Result<ChangeRow, CommandError> {
        {
            let mut live = self.live();
            live.looked.remove(&id);
            live.in_a_row.remove(&id);
        }
        let row = self.write(id, move |tx| rows::retry(tx, id)).await?;
        self.wake.notify_one();
        Ok(row)
    }

    /// Forgets one that is over.
    pub async fn close(&self, id: i64) -> Result<(), CommandError> {
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::delete(tx, id))
            .await?;
        self.tell(id);
        Ok(())
    }

    async fn write(
        &self,
        id: i64,
        work: impl FnOnce(&Tx) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<ChangeRow, CommandError> {
        self.store.ledger.write(Urgency::Click, work).await?;
        self.tell(id);
        self.row(id)
    }

    /// What can be done at this account; an end as services keep it, and values as this one does.
    fn possible(&self, account: AccountId, what: ChangeWhat) -> Result<ChangeWhat, CommandError> {
        let end = match what {
            ChangeWhat::Expire(end) => end,
            ChangeWhat::Edit(edit) => return Ok(ChangeWhat::Edit(self.kept(account, edit)?)),
            other => return Ok(other),
        };
        self.accounts.require_expiry(account)?;
        let at = end.at.map(|at| end_at(at, self.clock.now())).transpose()?;
        Ok(ChangeWhat::Expire(PinEnd { at }))
    }

    /// An edit as the account's service keeps its values: a pin that has it is then known for one.
    fn kept(&self, account: AccountId, mut edit: EditOfMany) -> Result<EditOfMany, CommandError> {
        if self.accounts.text_only(account)?.is_some() {
            let set = edit.set.into_iter();
            edit.set = set.map(|(key, value)| (key, value.into_text())).collect();
        }
        Ok(edit)
    }

    /// The name of the group that it is about.
    fn about(&self, account: AccountId, what: &ChangeWhat) -> Result<String, CommandError> {
        let (ChangeWhat::AddToGroup { group } | ChangeWhat::RemoveFromGroup { group }) = what
        else {
            return Ok(String::new());
        };
        let known = self.groups.list(account)?.groups.into_iter();
        let mut names = known.filter(|row| row.service_id == *group);
        names.next().map(|row| row.name).ok_or_else(|| {
            CommandError::new(
                ErrorCode::Gone,
                "This group is not there any more, or is at another account. Nothing was changed.",
            )
        })
    }

    fn tell(&self, id: i64) {
        self.store.announcer.changed(Noun::Change, Some(vec![id]));
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}
