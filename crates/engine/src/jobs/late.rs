//! After a lost answer: whether more came of a request than was heard. The service's list of jobs tells when it is compared with
//! the rows; what is pinned by then each list of pins tells, until so much time has passed that nothing can come any more.
//! Whose request it is, content and time tell: an id of ours would have to stand among a pin's key-values, where people see it.

use std::collections::HashMap;

use super::paste::spellings;
use super::rows::{self, Stored};
use super::{Jobs, State};
use crate::accounts::AccountId;
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::store::Urgency;
use crate::uploads::{SETTLED, SKEW};

/// What was known when an account was looked at last: the ages of its lists of pins and of jobs, and the late requests that
/// are pinned.
type Seen = (Option<Millis>, Option<Millis>, u64);

impl Jobs {
    /// Looks at each list that is read, until the engine is dropped.
    pub(super) async fn sweep(&self) {
        let mut pins = self.store.announcer.listen();
        let mut jobs = self.store.announcer.listen();
        let mut swept = HashMap::new();
        loop {
            if let Err(error) = self.sweep_lists(&mut swept).await {
                tracing::warn!(%error, "jobs whose answers were lost could not be looked at");
            }
            tokio::select! {
                () = heard(&mut pins, Noun::Pin) => {}
                () = heard(&mut jobs, Noun::Job) => {}
            }
            // One look is for all that was said meanwhile.
            (pins, jobs) = (pins.resubscribe(), jobs.resubscribe());
        }
    }

    async fn sweep_lists(&self, swept: &mut HashMap<AccountId, Seen>) -> Result<(), CommandError> {
        for account in self.store.ledger.read(rows::accounts_in_doubt)? {
            let age = self.pins.list_age(account)?;
            if age.refreshing {
                continue;
            }
            let (listed, ..) = self.reading(account);
            let pinned = self
                .store
                .ledger
                .read(|tx| rows::pinned_late(tx, account))?;
            let seen = (age.as_of, listed, pinned);
            if swept.insert(account, seen) == Some(seen) {
                continue;
            }
            // Whichever list was read longer ago.
            let as_of = age.as_of.min(listed);
            for row in self.store.ledger.read(|tx| rows::in_doubt(tx, account))? {
                self.sweep_one(&row, as_of).await?;
            }
        }
        Ok(())
    }

    async fn sweep_one(&self, row: &Stored, as_of: Option<Millis>) -> Result<(), CommandError> {
        let is_open = matches!(row.job.state, State::Waiting { .. });
        if matches!(row.job.state, State::Asking { .. }) {
            return Ok(());
        }
        let strays = self.strays(row)?;
        let (id, now) = (row.id, self.clock.now());
        let is_missing = matches!(
            row.job.state,
            State::Waiting { .. } | State::Refused(_) | State::Gone
        );
        if strays > 0 && is_missing {
            let found = self
                .store
                .ledger
                .write(Urgency::Background, move |tx| rows::found_late(tx, id, now));
            found.await?;
        } else {
            let over = !is_open && as_of.is_some_and(|as_of| as_of >= row.since + SETTLED);
            if strays == row.strays && !over {
                return Ok(());
            }
            let swept = self.store.ledger.write(Urgency::Background, move |tx| {
                rows::swept(tx, id, strays, over)
            });
            swept.await?;
        }
        self.store.announcer.changed(Noun::Job, Some(vec![id]));
        Ok(())
    }

    /// Pins of its content that were made since its answer was lost, and that nothing else explains.
    fn strays(&self, row: &Stored) -> Result<u64, CommandError> {
        let Some(lost) = row.lost else {
            return Ok(0);
        };
        let (others, explained) = self.store.ledger.read(|tx| rows::explained(tx, row))?;
        let waits = matches!(row.job.state, State::Waiting { .. });
        let came = |at: Millis| at >= lost - SKEW && (waits || at <= row.since + SETTLED + SKEW);
        let (mut known, mut strays) = (0, 0);
        for cid in spellings(&row.wish.cid) {
            for pin in self.pins.alike(row.account, &cid)? {
                let Some(record) = pin.service_id().filter(|_| pin.pin.public) else {
                    continue;
                };
                if row.service_id.as_deref() == Some(record) || others.contains(record) {
                    known += 1;
                } else if pin.pin.pinned.is_some_and(came)
                    && !self
                        .uploads
                        .has_receipt(row.account, &pin.pin.cid, record)?
                {
                    strays += 1;
                }
            }
        }
        // Some services call a pin by another id than the job that it came of, and by another one after an edit.
        let unknown = u64::try_from(explained)
            .unwrap_or(u64::MAX)
            .saturating_sub(known);
        Ok(u64::saturating_sub(strays, unknown))
    }
}
