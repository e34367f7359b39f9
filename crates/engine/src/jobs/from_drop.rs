//! A drop that becomes jobs: uploaded through another account and then asked for here, or asked for by its CID alone.

use std::collections::{HashSet, VecDeque};

use serde::Serialize;
use specta::Type;

use super::paste::{content, spellings};
use super::rows::{self, Wish};
use super::{Jobs, LineKind};
use crate::accounts::{AccountId, AccountKind};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;
use crate::uploads::{End, Handover, UploadOptions, Uploads, WishCid};

/// Rows that are shown of a drop's CIDs.
const MOST_SHOWN: usize = 200;
/// Drops whose CIDs may wait for their import.
const KEPT: usize = 8;

/// The CIDs of a drop, computed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DropCids {
    /// One for each pin that would result, at most 200.
    pub rows: Vec<DropCid>,
    /// How many there are.
    pub total: u32,
    /// How many can be asked for.
    pub ready: u32,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DropCid {
    /// The pin's name.
    pub name: String,
    /// Its CID; `None` where it could not be computed.
    pub cid: Option<String>,
    /// What is said of it: why it has no CID or needs no request, or who is known to have it.
    pub kind: DropCidKind,
    /// In words; empty for `ready`.
    pub sentence: String,
}

/// What is known of such a CID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DropCidKind {
    /// It can be asked for; who has it is not known.
    Ready,
    /// It can be asked for, and another account has it.
    Provided,
    /// It is pinned here, or asked for.
    Here,
    /// It could not be computed.
    Wrong,
}

/// What was computed of a drop and waits to be asked for.
pub(super) struct Waiting {
    drop: String,
    wishes: Vec<Wish>,
}

/// These by their drops, oldest first.
pub(super) type WaitingDrops = VecDeque<Waiting>;

impl Jobs {
    /// Uploads a drop to `through`, and asks this account for each CID once it is pinned there. Answers the uploads.
    pub async fn upload_through(
        &self,
        account: AccountId,
        through: AccountId,
        drop: &str,
        options: UploadOptions,
    ) -> Result<Vec<i64>, CommandError> {
        self.require_jobs(account).await?;
        self.require_reach(account, through)?;
        let ids = self
            .uploads
            .enqueue_through(account, through, drop, options)
            .await?;
        self.look.notify_one();
        Ok(ids)
    }

    /// Computes the CIDs of a drop, for this account to be asked for. Sends nothing.
    pub async fn compute(
        &self,
        account: AccountId,
        drop: &str,
        options: UploadOptions,
    ) -> Result<DropCids, CommandError> {
        self.require_jobs(account).await?;
        let computed = self.uploads.compute(drop, &options).await?;
        let open = self
            .store
            .ledger
            .read(|tx| rows::open_contents(tx, account))?;
        let mut rows = Vec::new();
        let mut wishes: Vec<Wish> = Vec::new();
        for one in computed {
            let row = self.said_of(account, &open, &one)?;
            if matches!(row.kind, DropCidKind::Ready | DropCidKind::Provided)
                && let Ok(cid) = one.cid
                && !wishes.iter().any(|wish| wish.cid == cid)
            {
                wishes.push(Wish {
                    cid,
                    name: Some(one.name),
                    keyvalues: one.keyvalues,
                    ..Wish::default()
                });
            }
            rows.push(row);
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (total, ready) = (count(rows.len()), count(wishes.len()));
        rows.sort_by_key(|row| row.kind != DropCidKind::Wrong);
        rows.truncate(MOST_SHOWN);
        let drop = drop.to_owned();
        let mut waiting = self.drops();
        waiting.retain(|known| known.drop != drop);
        waiting.push_back(Waiting { drop, wishes });
        if waiting.len() > KEPT {
            waiting.pop_front();
        }
        Ok(DropCids { rows, total, ready })
    }

    fn said_of(
        &self,
        account: AccountId,
        open: &HashSet<String>,
        one: &WishCid,
    ) -> Result<DropCid, CommandError> {
        let (kind, sentence) = match &one.cid {
            Err(why) => (DropCidKind::Wrong, why.clone()),
            Ok(cid) => match self.known_here(account, open, cid)? {
                Some(LineKind::Pinned) => (DropCidKind::Here, "Pinned here already.".to_owned()),
                Some(_) => (
                    DropCidKind::Here,
                    "Being looked for here already.".to_owned(),
                ),
                None => match self.provider(account, cid)? {
                    Some(label) => (
                        DropCidKind::Provided,
                        format!("“{label}” has it, by its list of pins."),
                    ),
                    None => (DropCidKind::Ready, String::new()),
                },
            },
        };
        Ok(DropCid {
            name: one.name.clone(),
            cid: one.cid.clone().ok(),
            kind,
            sentence,
        })
    }

    fn known_here(
        &self,
        account: AccountId,
        open: &HashSet<String>,
        cid: &str,
    ) -> Result<Option<LineKind>, CommandError> {
        if self.holds(account, cid)? {
            return Ok(Some(LineKind::Pinned));
        }
        Ok(open.contains(&content(cid)).then_some(LineKind::Asked))
    }

    fn holds(&self, account: AccountId, cid: &str) -> Result<bool, CommandError> {
        let spellings = spellings(cid);
        let kept = self
            .pins
            .kept(account, spellings.iter().map(String::as_str))?;
        Ok(!kept.is_empty())
    }

    /// Another account that has this CID where others can fetch it.
    fn provider(&self, account: AccountId, cid: &str) -> Result<Option<String>, CommandError> {
        for other in self.accounts.stored()? {
            let reachable = other.kind != AccountKind::Sandbox;
            if other.id != account && reachable && self.holds(other.id, cid)? {
                return Ok(Some(other.label));
            }
        }
        Ok(None)
    }

    /// Asks for the CIDs that were computed of a drop. Answers how many; the drop is forgotten.
    pub async fn import_drop(&self, account: AccountId, drop: &str) -> Result<u32, CommandError> {
        self.require_jobs(account).await?;
        let wishes = {
            let waiting = self.drops();
            let found = waiting.iter().find(|known| known.drop == drop);
            found.map(|known| known.wishes.clone())
        };
        let wishes = wishes.ok_or_else(|| CommandError::gone("What was dropped"))?;
        if wishes.is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "There is no CID in this that is not pinned or asked for already.",
            ));
        }
        let count = u32::try_from(wishes.len()).unwrap_or(u32::MAX);
        let now = self.clock.now();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| {
                wishes.iter().try_for_each(|wish| {
                    rows::insert(tx, account, wish, now)?;
                    Ok(())
                })
            })
            .await?;
        self.forget_drop(drop);
        self.uploads.discard(drop);
        self.store.announcer.changed(Noun::Job, None);
        self.ask.notify_one();
        Ok(count)
    }

    /// Forgets what was computed of a drop, and stops computing.
    pub fn forget_drop(&self, drop: &str) {
        self.uploads.stop_computing(drop);
        self.drops().retain(|known| known.drop != drop);
    }

    /// Uploads that are handed over to other accounts when they end. Answers whether some have not.
    pub(super) async fn follow_handovers(&self) -> Result<bool, CommandError> {
        let mut open = false;
        for handover in self.uploads.handovers()? {
            match &handover.end {
                None => open = true,
                Some(end) => self.take_over(&handover, end).await?,
            }
        }
        Ok(open)
    }

    async fn take_over(&self, handover: &Handover, end: &End) -> Result<(), CommandError> {
        let account = handover.account;
        // The service's own CID stands last, and is the one that others find.
        let cid = match end {
            End::Pinned(cids) => cids.last().cloned(),
            End::Cancelled => None,
        };
        let asked = self
            .store
            .ledger
            .read(|tx| rows::open_contents(tx, account))?;
        let wish = match cid {
            Some(cid) if self.known_here(account, &asked, &cid)?.is_none() => Some(Wish {
                cid,
                name: Some(handover.name.clone()),
                keyvalues: handover.keyvalues.clone(),
                ..Wish::default()
            }),
            _ => None,
        };
        let (upload, now) = (handover.upload, self.clock.now());
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                if let Some(wish) = &wish {
                    rows::insert(tx, account, wish, now)?;
                }
                Uploads::handed_over(tx, upload)
            })
            .await?;
        self.store.announcer.changed(Noun::Job, None);
        self.ask.notify_one();
        Ok(())
    }
}
