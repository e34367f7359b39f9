//! Asking the service: before sending, whether it keeps these bytes already; after a lost answer, whether they arrived.

use std::sync::Arc;

use pinning::Priority;

use super::Uploads;
use super::progress::Running;
use super::rows::{self, Facts, Upload};
use super::state::{Active, Event, GRACE, State, Verdict};
use super::work::Outcome;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins;
use crate::planted::planted;

/// Bytes that a slow service takes in per millisecond (20 MB/s).
const TAKEN_IN: u64 = 20_000;
/// Milliseconds that it takes for each file of a folder.
const EACH_FILE: u64 = 10;
/// In milliseconds; sending so much again takes longer.
const LONGEST_PATIENCE: Millis = 5 * 60_000;

impl Uploads {
    /// One request, and only where the list or an earlier receipt says that these bytes may be there; where they may have
    /// arrived with another row, one for each layout.
    pub(super) async fn check(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        let Some(cid) = self.hint(upload)? else {
            return Ok(Event::NotPinnedYet.into());
        };
        if let Some(found) = self.look_up(upload, running, &cid, None).await? {
            return Ok(found);
        }
        let others = if self.may_have_arrived_before(upload)? {
            self.other_names(upload, running).await
        } else {
            Vec::new()
        };
        let elsewhere = self.look_under(upload, running, &others).await?;
        Ok(elsewhere.unwrap_or_else(|| Event::NotPinnedYet.into()))
    }

    /// The answer to another upload of the same bytes was lost.
    fn may_have_arrived_before(&self, upload: &Upload) -> Result<bool, CommandError> {
        let Some(ours) = &upload.cid else {
            return Ok(false);
        };
        let (account, id) = (upload.account, upload.id);
        Ok(self
            .store
            .ledger
            .read(|tx| rows::unanswered(tx, account, ours, id))?)
    }

    /// The CID under which these bytes may be pinned; `None`: nothing says so.
    pub(super) fn hint(&self, upload: &Upload) -> Result<Option<String>, CommandError> {
        let Some(ours) = &upload.cid else {
            return Ok(None);
        };
        let public = upload.wish.target.network.is_public();
        let known = self.pins.find_copy(upload.account, ours, None, public)?;
        if known.is_some() {
            return Ok(Some(ours.clone()));
        }
        let (account, id) = (upload.account, upload.id);
        let hint = self
            .store
            .ledger
            .read(|tx| Ok(rows::earlier(tx, account, ours, id)?.map(|(cid, _)| cid)))?;
        if hint.is_some() {
            return Ok(hint);
        }
        let lost = self.may_have_arrived_before(upload)?;
        Ok(lost.then(|| ours.clone()))
    }

    /// Two look-ups with a grace time before each, and more where a service needs long to take in so much; then it is
    /// decided.
    pub(super) async fn confirm(
        self: &Arc<Self>,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        let Some(cid) = upload.cid.clone() else {
            return Ok(Event::DidNotArrive.into());
        };
        let patience = if self.not_whole().contains(&upload.id) {
            0
        } else {
            patience(upload.bytes.unwrap_or(0), upload.files)
        };
        let mut pauses = pauses(patience);
        loop {
            if let Some(outcome) = self.look_up(upload, running, &cid, None).await? {
                return Ok(outcome);
            }
            if let Some(outcome) = self.ask_the_upload(upload, running).await? {
                return Ok(outcome);
            }
            let Some(pause) = pauses.next() else {
                return self.decide(upload, running).await;
            };
            tokio::select! {
                () = self.clock.sleep_until(self.clock.now() + pause) => {}
                () = running.cancel.cancelled() => return Ok(Outcome::none()),
            }
        }
    }

    /// Nothing is there under our CID. A service with another layout keeps it under another one, or under one that cannot be
    /// known.
    async fn decide(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        if self.not_whole().contains(&upload.id) {
            return Ok(Event::DidNotArrive.into());
        }
        let others = self.other_names(upload, running).await;
        if let Some(found) = self.look_under(upload, running, &others).await? {
            return Ok(found);
        }
        if running.cancel.is_cancelled() {
            return Ok(Outcome::none());
        }
        let event = if self.is_strange(upload)? {
            Event::CannotTell
        } else {
            Event::DidNotArrive
        };
        let others = others.into_iter().map(|(cid, _)| cid).collect();
        Ok(Outcome {
            events: vec![event],
            facts: Facts {
                other_cids: Some(others),
                ..Facts::default()
            },
        })
    }

    /// Under each of these CIDs, once.
    async fn look_under(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        names: &[(String, Verdict)],
    ) -> Result<Option<Outcome>, CommandError> {
        if planted("layouts") {
            return Ok(None);
        }
        for (cid, verdict) in names {
            let found = self.look_up(upload, running, cid, Some(*verdict));
            if let Some(found) = found.await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A request ended: how long its row is looked for.
    pub(super) fn note_whether_whole(&self, id: i64, running: &Running) {
        if running.has_left_whole() {
            self.not_whole().remove(&id);
        } else {
            self.not_whole().insert(id);
        }
    }

    /// `None`: the service does not keep this CID. `known`: how it compares with ours, where that is known.
    async fn look_up(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        cid: &str,
        known: Option<Verdict>,
    ) -> Result<Option<Outcome>, CommandError> {
        let service = self.accounts.service(upload.account).await?;
        let Some(list) = service.pins() else {
            return Ok(None);
        };
        let found = match list.find(cid, Priority::Background).await {
            Ok(found) => found,
            Err(error) => return Ok(Some(self.failed(upload, &error))),
        };
        self.accounts.answered(upload.account);
        let Some(pin) = found
            .into_iter()
            .filter(|pin| pin.network == upload.wish.target.network.network())
            .find(|pin| !is_over(pin, self.clock.now()))
        else {
            return Ok(None);
        };
        let verdict = match known {
            Some(verdict) => Some(verdict),
            None => self.compare(upload, running, &pin.cid).await,
        };
        let Some(verdict) = verdict else {
            return Ok(Some(Event::SourceChanged.into()));
        };
        let facts = Facts {
            service_cid: Some(pin.cid.clone()),
            service_id: Some(pin.service_id.clone()),
            verdict: Some(verdict),
            amended: Some(true),
            ..Facts::default()
        };
        // Later, it may be this very upload's.
        if upload.job.state == State::Active(Active::Checking) {
            self.note_name(upload, pin.name.as_deref());
        }
        self.pins.add(upload.account, pins::listed(pin)).await?;
        Ok(Some(Outcome {
            events: vec![Event::AlreadyPinned],
            facts,
        }))
    }
}

/// How long a service may take for what it was sent, where nobody heard its answer.
fn patience(bytes: u64, files: u64) -> Millis {
    let taken = (bytes / TAKEN_IN).saturating_add(files.saturating_mul(EACH_FILE));
    Millis::try_from(taken).map_or(LONGEST_PATIENCE, |taken| taken.min(LONGEST_PATIENCE))
}

/// Between look-ups: each pause is twice the one before, until they are `patience` together.
fn pauses(patience: Millis) -> impl Iterator<Item = Millis> {
    let mut waited = 0;
    std::iter::successors(Some(GRACE), |pause| Some(pause * 2)).take_while(move |pause| {
        let more = waited == 0 || waited < patience;
        waited += pause;
        more
    })
}

/// The service has not come round to unpinning it.
fn is_over(pin: &pinning::Pin, now: Millis) -> bool {
    pin.expires_at
        .is_some_and(|end| end.as_millisecond() <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_is_looked_for_twice_and_a_large_folder_for_minutes_with_few_requests() {
        let all = |bytes, files| pauses(patience(bytes, files)).collect::<Vec<_>>();
        assert_eq!(all(1_000, 1), [GRACE]);
        assert_eq!(all(45 << 20, 1), [GRACE]);
        assert_eq!(all(2_000, 2_000), [3_000, 6_000, 12_000]);
        let most = all(u64::MAX, u64::MAX);
        assert_eq!(most.len(), 7);
        assert!((5 * 60_000..11 * 60_000).contains(&most.iter().sum::<Millis>()));
    }
}
