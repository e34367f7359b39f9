//! After a lost answer: whether more came of an upload than was heard. Each list that is read tells, until so much time has
//! passed that nothing can come any more.

use std::collections::HashMap;

use super::Uploads;
use super::rows::{self, Upload};
use super::state::State;
use crate::accounts::AccountId;
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::planted::planted;
use crate::store::Urgency;

/// What a service has not taken in after so long does not come any more.
const SETTLED: Millis = 10 * 60_000;
/// How far the service's clock may be behind this computer's.
const SKEW: Millis = 5 * 60_000;

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
            if swept.insert(account, as_of) == Some(as_of) {
                continue;
            }
            for upload in self.store.ledger.read(|tx| rows::in_doubt(tx, account))? {
                self.sweep_one(&upload, as_of).await?;
            }
        }
        Ok(())
    }

    async fn sweep_one(&self, upload: &Upload, as_of: Millis) -> Result<(), CommandError> {
        let (Some(lost), Some(finished)) = (upload.lost, upload.finished) else {
            return Ok(());
        };
        let strays = if planted("sweep") {
            0
        } else {
            self.strays(upload, lost)?
        };
        let over = as_of >= finished + SETTLED;
        if strays <= upload.strays && !over {
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

    /// Pins of its bytes that were made since its answer was lost, and are in no receipt.
    fn strays(&self, upload: &Upload, lost: Millis) -> Result<u64, CommandError> {
        let public = upload.wish.target.network.is_public();
        let Some(cid) = upload.service_cid.as_ref().or(upload.cid.as_ref()) else {
            return Ok(0);
        };
        let mut strays = 0;
        for pin in self.pins.alike(upload.account, cid)? {
            let since = pin.pin.pinned.is_some_and(|at| at >= lost - SKEW);
            let Some(record) = pin.service_id() else {
                continue;
            };
            if !since || pin.pin.public != public || upload.service_id.as_deref() == Some(record) {
                continue;
            }
            let another = self
                .store
                .ledger
                .read(|tx| rows::is_of_another(tx, upload, record))?;
            strays += u64::from(!another);
        }
        // A receipt without an id is of one of them.
        let unnamed = upload.job.state == State::Pinned && upload.service_id.is_none();
        Ok(strays - u64::from(unnamed && strays > 0))
    }
}
