//! After a lost answer: whether more came of an upload than was heard. Each list that is read tells, until so much time has
//! passed that nothing can come any more and nothing stands there that nobody expected.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::Uploads;
use super::layouts::other_version;
use super::rows::{self, Upload};
use super::state::State;
use crate::accounts::AccountId;
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins::Mirrored;
use crate::planted::planted;
use crate::store::Urgency;

/// What a service has not taken in after so long does not come any more.
pub(crate) const SETTLED: Millis = 10 * 60_000;
/// How far the service's clock may differ from this computer's.
pub(crate) const SKEW: Millis = 5 * 60_000;

impl Uploads {
    /// Looks at each list that is read, until the engine is dropped.
    pub(super) async fn sweep(&self) {
        let mut changes = self.store.announcer.listen();
        let mut swept = HashMap::new();
        loop {
            if let Err(error) = self.sweep_lists(&mut swept).await {
                tracing::warn!(%error, "uploads whose answers were lost could not be looked at");
            }
            heard(&mut changes, Noun::Pin).await;
            // One look is for all that was said meanwhile.
            changes = changes.resubscribe();
        }
    }

    /// `swept`: the age of each account's list that was looked at last.
    async fn sweep_lists(
        &self,
        swept: &mut HashMap<AccountId, Millis>,
    ) -> Result<(), CommandError> {
        for account in self.store.ledger.read(rows::accounts_in_doubt)? {
            let age = self.pins.list_age(account)?;
            let Some(as_of) = age.as_of.filter(|_| !age.refreshing) else {
                continue;
            };
            let read = swept.insert(account, as_of) != Some(as_of);
            for upload in self.store.ledger.read(|tx| rows::in_doubt(tx, account))? {
                // What is said to stand in the list may be taken out of it by hand at any time.
                if read || upload.strays > 0 {
                    self.sweep_one(&upload, as_of).await?;
                }
            }
        }
        Ok(())
    }

    async fn sweep_one(&self, upload: &Upload, as_of: Millis) -> Result<(), CommandError> {
        let (Some(lost), Some(finished)) = (upload.lost, upload.finished) else {
            return Ok(());
        };
        if planted("sweep")
            || self
                .store
                .ledger
                .read(|tx| rows::is_on_its_way(tx, upload))?
        {
            return Ok(());
        }
        let times = lost - SKEW..=finished + SETTLED + SKEW;
        let strays = self.strays(upload, &times)?;
        let over = strays == 0 && as_of >= finished + SETTLED;
        if strays == upload.strays && !over {
            return Ok(());
        }
        let id = upload.id;
        self.store
            .ledger
            .write(Urgency::Background, move |tx| {
                rows::swept(tx, id, strays, over)
            })
            .await?;
        self.store.announcer.changed(Noun::Upload, Some(vec![id]));
        Ok(())
    }

    /// Whether an upload's receipt names this record of a CID.
    pub(crate) fn has_receipt(
        &self,
        account: AccountId,
        cid: &str,
        service_id: &str,
    ) -> Result<bool, CommandError> {
        let read = |tx: &_| rows::has_receipt(tx, account, cid, service_id);
        Ok(self.store.ledger.read(read)?)
    }

    /// Pins of its bytes in the list, made at these times, beyond the one that it is known to have and those of other
    /// receipts.
    fn strays(&self, upload: &Upload, times: &RangeInclusive<Millis>) -> Result<u64, CommandError> {
        let mut pins = 0;
        for cid in names(upload) {
            let others = self
                .store
                .ledger
                .read(|tx| rows::receipts_of_others(tx, upload, &cid))?;
            let mut unnamed = others.iter().filter(|record| record.is_none()).count();
            for pin in self.pins.alike(upload.account, &cid)? {
                if !may_be_of(upload, &pin, times, &others) {
                    continue;
                }
                if unnamed > 0 {
                    unnamed -= 1;
                } else {
                    pins += 1;
                }
            }
        }
        Ok(if upload.job.state == State::Pinned {
            u64::saturating_sub(pins, 1)
        } else {
            pins
        })
    }
}

/// The record of its receipt, or one that was made at such a time and is in nobody else's.
fn may_be_of(
    upload: &Upload,
    pin: &Mirrored,
    times: &RangeInclusive<Millis>,
    others: &[Option<String>],
) -> bool {
    let record = pin.service_id();
    if record.is_some() && record == upload.service_id.as_deref() {
        return true;
    }
    let public = upload.wish.target.network.is_public();
    let then = pin.pin.pinned.is_some_and(|at| times.contains(&at));
    let of_another = others.iter().any(|other| other.as_deref() == record);
    pin.pin.public == public && then && !of_another
}

/// The CIDs under which its bytes may stand.
fn names(upload: &Upload) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let known = upload.service_cid.iter().chain(&upload.cid);
    for cid in known.chain(&upload.other_cids) {
        for name in std::iter::once(cid.clone()).chain(other_version(cid)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
