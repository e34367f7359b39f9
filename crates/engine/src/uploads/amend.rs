//! What a person chose besides sending, or after it began: name, key-values, group and end, set on the pin itself.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use pinning::PinRef;

use super::rows::{self, Upload};
use super::state::State;
use super::{Uploads, checked};
use crate::accounts::{AccountId, Hold, service_name};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::pins::{Mirrored, PinEdit, Scalar};
use crate::store::Urgency;

impl Uploads {
    /// Changes name and key-values of uploads that are on their way or already pinned.
    pub async fn amend(
        &self,
        ids: Vec<i64>,
        name: Option<String>,
        keyvalues: &[(String, Scalar)],
    ) -> Result<(), CommandError> {
        let keyvalues = checked(keyvalues)?;
        let amended = ids.clone();
        let pinned = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                let name = name.as_deref().filter(|_| amended.len() == 1);
                let mut pinned = Vec::new();
                for id in amended {
                    if rows::amend(tx, id, name, &keyvalues)? {
                        pinned.push(id);
                    }
                }
                Ok(pinned)
            })
            .await?;
        let mut outcome = Ok(());
        for id in pinned {
            let upload = self.store.ledger.read(|tx| rows::get(tx, id))?;
            let set = self.apply_wish(&upload).await;
            // Whoever chose it is told how it went: it is not tried once more behind their back.
            self.settled(id, None).await;
            outcome = outcome.and(set);
        }
        self.store.announcer.changed(Noun::Upload, Some(ids));
        outcome
    }

    /// At most so many of the pinned rows that an earlier run did not come to settle, of these accounts.
    pub(super) fn take_unsettled(&self, ready: &[AccountId], most: usize) -> Vec<i64> {
        let mut left = self.unsettled();
        let mut taken = Vec::new();
        left.retain(|(id, account)| {
            let takes = taken.len() < most && ready.contains(account);
            if takes {
                taken.push(*id);
            }
            !takes
        });
        taken
    }

    /// A row that has ended: what was chosen for it besides sending is done now.
    pub(super) async fn settle(&self, upload: &Upload) {
        if upload.job.state != State::Pinned || !upload.amended {
            return;
        }
        let applying = async {
            self.apply_wish(upload).await?;
            self.give_its_end(upload).await
        };
        let unset = match applying.await {
            Ok(()) => None,
            Err(error) if Hold::is_for(error.code) => {
                self.unsettled().push((upload.id, upload.account));
                self.accounts.set_hold(upload.account, error.code, None);
                return;
            }
            Err(error) => {
                tracing::warn!(%error, upload.id, "name, key-values, group or end could not be set");
                Some(error.message)
            }
        };
        if !self.settled(upload.id, unset).await {
            // What the ledger does not know is tried again, as after a start.
            self.pause().await;
            self.unsettled().push((upload.id, upload.account));
        }
    }

    /// Nothing is tried any more to be set on the pin. `unset`: why it could not be. False where that cannot be written down.
    async fn settled(&self, id: i64, unset: Option<String>) -> bool {
        let written = self.store.ledger.write(Urgency::Background, move |tx| {
            rows::settled(tx, id, unset.as_deref())
        });
        let written = written.await;
        if let Err(error) = &written {
            tracing::warn!(%error, id, "the queue could not be written");
        }
        self.store.announcer.changed(Noun::Upload, Some(vec![id]));
        written.is_ok()
    }

    /// The bytes are pinned already, under this name: where another was chosen, the pin gets that.
    pub(super) fn note_name(&self, upload: &Upload, has: Option<&str>) {
        let chosen = upload.wish.pin_name.as_deref();
        if let Some(has) = has
            && chosen.is_some_and(|chosen| chosen != has)
        {
            self.renamed().insert(upload.id, has.to_owned());
        }
    }

    /// What is said of a pin that was there before and has another name now.
    pub(super) fn renamed_words(&self, upload: &Upload) -> Option<String> {
        // Where it could not be set, that is said.
        let set = upload
            .wish
            .pin_name
            .as_ref()
            .filter(|_| upload.detail.is_none())?;
        let before = self.renamed().get(&upload.id)?.clone();
        Some(format!(
            "It was pinned already, as “{before}”; its name becomes “{set}”."
        ))
    }

    /// Those of these uploads that are pinned, and whose name, key-values, group or end is being set now.
    pub(crate) fn being_set(&self, ids: &[i64]) -> Result<Vec<i64>, CommandError> {
        let mut all = Vec::new();
        if self.limits.resting().is_some() {
            return Ok(all);
        }
        for &id in ids {
            let upload = self.store.ledger.read(|tx| rows::find(tx, id))?;
            let open = upload.filter(|upload| upload.job.state == State::Pinned && upload.amended);
            // A held account sets nothing until it is well again.
            if open.is_some_and(|upload| self.accounts.hold(upload.account).is_none()) {
                all.push(id);
            }
        }
        Ok(all)
    }

    /// Why what was chosen for a pinned upload is not set; `None` where it is.
    pub(crate) fn unset(&self, id: i64) -> Result<Option<String>, CommandError> {
        let upload = self.store.ledger.read(|tx| rows::find(tx, id))?;
        let pinned = upload.filter(|upload| upload.job.state == State::Pinned);
        let unset = pinned.filter(|upload| upload.amended || upload.detail.is_some());
        Ok(unset.map(|upload| {
            let why = upload.detail.unwrap_or_else(|| {
                "It is set once the account works and the queue goes on.".to_owned()
            });
            let name = upload.wish.name;
            format!("{name}: what was chosen for it is not set. {why}")
        }))
    }

    fn renamed(&self) -> MutexGuard<'_, HashMap<i64, String>> {
        self.renamed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the pin the name, key-values and group that were chosen after (or besides) sending.
    pub(super) async fn apply_wish(&self, upload: &Upload) -> Result<(), CommandError> {
        let Some(cid) = &upload.service_cid else {
            return Ok(());
        };
        self.put_in_group(upload, cid).await?;
        let Some(pin) = self.its_pin(upload, cid)? else {
            return Ok(());
        };
        let set: Vec<_> = upload.wish.keyvalues.clone().into_iter().collect();
        if upload.wish.pin_name.is_none() && set.is_empty() {
            return Ok(());
        }
        self.pins
            .edit(
                pin.id,
                PinEdit {
                    name: upload.wish.pin_name.clone(),
                    set,
                    remove: Vec::new(),
                },
            )
            .await?;
        Ok(())
    }

    /// The pin that came of an upload: the same bytes in the other network are another one.
    fn its_pin(&self, upload: &Upload, cid: &str) -> Result<Option<Mirrored>, CommandError> {
        let public = upload.wish.target.network.is_public();
        let service_id = upload.service_id.as_deref();
        self.pins.find_copy(upload.account, cid, service_id, public)
    }

    /// A new pin gets the end that was chosen. Of one that was there before the later end counts: what somebody wanted to
    /// keep is not let go because the same bytes were uploaded for a while.
    async fn give_its_end(&self, upload: &Upload) -> Result<(), CommandError> {
        let Some(cid) = &upload.service_cid else {
            return Ok(());
        };
        let Some(pin) = self.its_pin(upload, cid)? else {
            return Ok(());
        };
        let (chosen, has) = (upload.wish.target.expires, pin.pin.expires);
        let at = |end: Option<Millis>| end.unwrap_or(Millis::MAX);
        if chosen == has {
            return Ok(());
        }
        if upload.owes_end || at(chosen) > at(has) {
            return self.pins.expire(pin.id, chosen).await.map(drop);
        }
        Err(CommandError::new(
            ErrorCode::BadInput,
            "It is pinned for longer than that, and stays so. Its details change that.",
        ))
    }

    /// Puts the pin into the chosen group: sending did not, where the bytes were there before.
    async fn put_in_group(&self, upload: &Upload, cid: &str) -> Result<(), CommandError> {
        let Some(group) = upload.wish.target.group_ref() else {
            return Ok(());
        };
        let service = self.accounts.service(upload.account).await?;
        let name = service_name(&self.accounts.get(upload.account)?);
        let Some(groups) = service.groups() else {
            return Ok(());
        };
        let pin = PinRef {
            service_id: upload.service_id.clone(),
            cid: cid.to_owned(),
            network: group.network,
        };
        for answer in groups.add(&group, &[pin]).await {
            answer.map_err(|error| failure::of_service(&error, &name))?;
        }
        let Some(row) = self.its_pin(upload, cid)? else {
            return Ok(());
        };
        let mut its = row.pin.groups.unwrap_or_default();
        if !its.contains(&group.id) {
            its.push(group.id);
        }
        self.pins
            .put_in_groups(upload.account, vec![(row.id, its)])
            .await
    }
}
