//! The queue: from a drop to a pin, through anything that may happen in between.

mod ahead;
mod amend;
mod bytes;
mod cars;
mod chosen;
mod chunks;
mod cid;
mod coming;
mod compute;
mod confirm;
mod control;
mod copies;
mod drops;
mod ending;
pub(crate) mod from_watch;
mod handover;
mod ignored;
mod json;
mod kinds;
mod layouts;
mod limits;
mod look;
mod pace;
mod progress;
mod receipt;
mod rows;
mod send;
#[cfg(test)]
mod simulation;
mod source;
mod state;
mod suspects;
mod sweep;
mod target;
mod turns;
mod view;
mod words;
mod work;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use specta::Type;
use tokio::sync::{Notify, Semaphore, broadcast};

pub use chosen::UploadsChosen;
pub use cid::{Computed, cid_of, cid_of_reader};
pub(crate) use compute::WishCid;
pub(crate) use copies::{Copy, End};
pub use drops::{Drop, DroppedItem, ItemKind, LeftOut, LeftOutByRule};
pub(crate) use handover::Handover;
pub(crate) use json::LARGEST_JSON;
pub use limits::{LimitHours, RestFor, UploadLimits};
pub use look::Looking;
pub use progress::{Progress, ProgressRow};
pub use receipt::{Comparison, SingleUpload, UploadReceipt};
pub use rows::{Secrets, UploadsFilter};
pub(crate) use source::{decode, encode, source_words};
pub use state::{
    Active, Event, GRACE, Job, MOST_ATTEMPTS, State, Verdict, after_crash, backoff, step,
};
pub(crate) use suspects::SuspectPaths;
pub use suspects::{UploadSuspect, UploadSuspects};
pub(crate) use sweep::{SETTLED, SKEW};
pub(crate) use target::Target;
pub use target::{GroupChoice, UploadNetwork, UploadPlaces};
pub use view::{UploadProblem, UploadRow, UploadState, UploadsHead, UploadsPage};

use crate::accounts::{AccountId, Accounts};
use crate::clock::{Clock, Jitter, Millis};
use crate::error::{CommandError, ErrorCode};
use crate::figures;
use crate::pins::{Pins, Scalar, end_at};
use crate::store::{Store, StoreError, Tx, Urgency};
use crate::walk::Files;
use cars::Packed;
use chunks::Cutting;
use drops::Drops;
use limits::Limits;
use pace::Pace;
use progress::Running;
use rows::Wish;
use turns::Turns;

/// What a person wishes for a drop.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadOptions {
    /// The pin's name, where one pin results.
    pub name: Option<String>,
    /// Key-values.
    pub keyvalues: Vec<(String, Scalar)>,
    /// 0 or 1.
    pub cid_version: u8,
    /// A single file inside a folder.
    pub wrap: bool,
    /// Several items as one folder of this name.
    pub together: Option<String>,
    /// Files that look like secrets.
    pub secrets: Secrets,
    /// Those that are sent although they are to be left out: numbers of [`Drop::secrets`].
    pub allowed: Vec<u32>,
    /// System files of folders go along.
    pub junk: bool,
    /// The group that the pins go to; one of [`Uploads::places`].
    pub group: Option<GroupChoice>,
    /// Who may read it.
    pub network: UploadNetwork,
    /// When the service is to unpin it by itself; `None`: never.
    #[specta(type = Option<u32>)]
    pub expires: Option<Millis>,
}

/// The upload queue of all accounts.
pub struct Uploads {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    files: Arc<dyn Files>,
    accounts: Arc<Accounts>,
    pins: Arc<Pins>,
    jitter: Jitter,
    drops: Mutex<Drops>,
    running: Mutex<HashMap<i64, Arc<Running>>>,
    turns: Turns,
    /// Drops whose CIDs are being computed.
    computing: Mutex<HashMap<String, Arc<Running>>>,
    /// Rings whenever there may be something to do.
    wake: Arc<Notify>,
    /// Another process is to go on: no row is begun. Changed and read by whoever holds `running`.
    begins_nothing: AtomicBool,
    /// Rings whenever work on a row has ended.
    ended: Notify,
    /// Hashing uses every core by itself, so one file or folder at a time.
    hashing: Semaphore,
    /// The small ones do not stand behind a huge one.
    hashing_small: Semaphore,
    progress: broadcast::Sender<Progress>,
    cutting: Cutting,
    packed: Packed,
    limits: Arc<Limits>,
    pace: Arc<Pace>,
    /// The first row of the present batch, for the overall figures; 0: none.
    batch: AtomicI64,
    /// Rows whose last request ended before all of it had left: that one cannot have arrived. After a restart nobody knows.
    not_whole: Mutex<HashSet<i64>>,
    /// Pinned rows whose name, key-values or group an earlier run did not come to set.
    unsettled: Mutex<Vec<(i64, AccountId)>>,
    /// What pins were called that an upload of this run found there, and whose name it changes.
    renamed: Mutex<HashMap<i64, String>>,
}

impl Uploads {
    /// Takes its neighbours in. `wake` is the bell that `accounts` rings too.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        files: Arc<dyn Files>,
        accounts: Arc<Accounts>,
        pins: Arc<Pins>,
        jitter: Jitter,
        wake: Arc<Notify>,
    ) -> Self {
        let limits = Arc::new(Limits::read(&store, clock.clone()));
        let pace = Arc::new(Pace::new(limits.clone(), clock.clone()));
        Self {
            store,
            clock,
            files,
            accounts,
            pins,
            jitter,
            drops: Mutex::default(),
            running: Mutex::default(),
            turns: Turns::default(),
            computing: Mutex::default(),
            wake,
            begins_nothing: AtomicBool::new(false),
            ended: Notify::new(),
            hashing: Semaphore::new(1),
            hashing_small: Semaphore::new(1),
            progress: broadcast::channel(16).0,
            cutting: Cutting::default(),
            packed: Packed::default(),
            limits,
            pace,
            batch: AtomicI64::new(0),
            not_whole: Mutex::default(),
            renamed: Mutex::default(),
            unsettled: Mutex::default(),
        }
    }

    /// Puts what was dropped into the queue: one row for each pin that will result. All or nothing.
    pub async fn enqueue(
        &self,
        account: AccountId,
        drop: &str,
        options: UploadOptions,
    ) -> Result<Vec<i64>, CommandError> {
        self.enqueue_with(account, drop, options, |_, _| Ok(()))
            .await
    }

    /// The same; what `also` writes about the new rows is part of it.
    async fn enqueue_with(
        &self,
        account: AccountId,
        drop: &str,
        mut options: UploadOptions,
        also: impl FnOnce(&Tx, &[i64]) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Vec<i64>, CommandError> {
        let keyvalues = checked(&options.keyvalues)?;
        if options.cid_version > 1 {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "CID versions are 0 and 1.",
            ));
        }
        self.accounts.require_uploads(account)?;
        let now = self.clock.now();
        options.expires = self.end_for(account, options.expires)?;
        let kept = self.drops().kept(drop)?;
        let (items, allowed) = (&kept.items, kept.allowed(&options));
        if options.network == UploadNetwork::Private {
            fits_private(items, &options)?;
        }
        fits_together(items, &options)?;
        let wishes = wishes(items, &options, &keyvalues, &allowed, &kept.patterns);
        let ids = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                let ids = wishes
                    .iter()
                    .map(|(wish, bytes)| {
                        let id = rows::insert(tx, account, wish, now)?;
                        rows::measured(tx, id, *bytes)?;
                        Ok(id)
                    })
                    .collect::<Result<Vec<i64>, StoreError>>()?;
                also(tx, &ids)?;
                Ok(ids)
            })
            .await?;
        self.drops().queued(drop, ids.clone());
        self.entered(ids.clone());
        Ok(ids)
    }

    /// The end that was chosen, where the account's pins can have one.
    fn end_for(
        &self,
        account: AccountId,
        chosen: Option<Millis>,
    ) -> Result<Option<Millis>, CommandError> {
        let Some(at) = chosen else {
            return Ok(None);
        };
        self.accounts.require_expiry(account)?;
        end_at(at, self.clock.now()).map(Some)
    }

    fn drops(&self) -> std::sync::MutexGuard<'_, Drops> {
        self.drops
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn computing(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Running>>> {
        self.computing
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn unsettled(&self) -> std::sync::MutexGuard<'_, Vec<(i64, AccountId)>> {
        self.unsettled
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn not_whole(&self) -> std::sync::MutexGuard<'_, HashSet<i64>> {
        self.not_whole
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<Running>>> {
        self.running
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

/// What a drop becomes, each with its bytes where they are known: what of a folder is left out is found when its turn comes.
fn wishes(
    items: &[drops::Item],
    options: &UploadOptions,
    keyvalues: &BTreeMap<String, Scalar>,
    allowed: &[String],
    patterns: &str,
) -> Vec<(Wish, Option<u64>)> {
    let wish = |name: String, folder: bool, paths: Vec<String>, pin_name: Option<String>| Wish {
        name,
        folder,
        paths,
        pin_name,
        keyvalues: keyvalues.clone(),
        cid_version: options.cid_version,
        wrap: options.wrap && !folder,
        secrets: options.secrets,
        allowed: allowed.to_vec(),
        refused: Vec::new(),
        junk: options.junk,
        patterns: patterns.to_owned(),
        target: Target {
            network: options.network,
            group: options.group.clone(),
            expires: options.expires,
        },
    };
    let chosen = options.name.clone().filter(|name| !name.trim().is_empty());
    if let Some(folder) = options
        .together
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let paths = items
            .iter()
            .map(|item| source::encode(&item.path))
            .collect();
        return vec![(wish(folder.to_owned(), true, paths, chosen), None)];
    }
    let is_allowed = |item: &drops::Item| allowed.contains(&source::encode(&item.path));
    let fits = |item: &&drops::Item| {
        let held = options.secrets == Secrets::LeaveOut && item.secret && !is_allowed(item);
        !held && !item.too_large
    };
    let single = items.len() == 1;
    items
        .iter()
        .filter(fits)
        .map(|item| {
            let wish = wish(
                item.name.clone(),
                item.folder,
                vec![source::encode(&item.path)],
                chosen.clone().filter(|_| single),
            );
            (wish, (!item.folder).then_some(item.bytes))
        })
        .collect()
}

/// One folder is one upload, whatever it is made of.
fn fits_together(items: &[drops::Item], options: &UploadOptions) -> Result<(), CommandError> {
    let bytes: u64 = items.iter().map(|item| item.bytes).sum();
    if options.together.is_none() || bytes <= look::LARGEST {
        return Ok(());
    }
    Err(CommandError::new(
        ErrorCode::TooLarge,
        format!(
            "Together they are {}, and one upload takes at most 25 GB. Upload them one by one.",
            figures::size(bytes)
        ),
    ))
}

/// Only single files go to the private network: the API that takes folders is the public one's.
fn fits_private(items: &[drops::Item], options: &UploadOptions) -> Result<(), CommandError> {
    let words = if options.together.is_some() || items.iter().any(|item| item.folder) {
        "A folder can only be public. Upload its files one by one, or make it public."
    } else if options.wrap {
        "A file in a folder of its own can only be public. Choose one of the two."
    } else {
        return Ok(());
    };
    Err(CommandError::new(ErrorCode::BadInput, words))
}

fn checked(keyvalues: &[(String, Scalar)]) -> Result<BTreeMap<String, Scalar>, CommandError> {
    let map: BTreeMap<String, Scalar> = keyvalues.iter().cloned().collect();
    if map.keys().any(|key| key.trim().is_empty()) {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            "A key-value needs a key. Nothing was changed.",
        ));
    }
    if map.len() > crate::pins::MOST_KEYVALUES {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            "A pin takes at most 10 key-values. Remove one first.",
        ));
    }
    Ok(map)
}
