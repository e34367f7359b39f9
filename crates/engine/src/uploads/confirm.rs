//! Asking the service: before sending, whether it keeps these bytes already; after a lost answer, whether they arrived.

use std::sync::Arc;

use pinning::Priority;

use super::Uploads;
use super::progress::Running;
use super::rows::{self, Facts, Upload};
use super::state::{Event, GRACE};
use super::work::Outcome;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::pins;

impl Uploads {
    /// One request, and only where the list or an earlier receipt says that these bytes may be there.
    pub(super) async fn check(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        let Some(cid) = self.hint(upload)? else {
            return Ok(Event::NotPinnedYet.into());
        };
        self.look_up(upload, running, &cid)
            .await
            .map(|found| found.unwrap_or_else(|| Event::NotPinnedYet.into()))
    }

    /// The CID under which these bytes may be pinned; `None`: nothing says so.
    pub(super) fn hint(&self, upload: &Upload) -> Result<Option<String>, CommandError> {
        let Some(ours) = &upload.cid else {
            return Ok(None);
        };
        if self.pins.find(upload.account, ours)?.is_some() {
            return Ok(Some(ours.clone()));
        }
        let (account, id) = (upload.account, upload.id);
        let hint = self.store.ledger.read(|tx| {
            let earlier = rows::earlier(tx, account, ours, id)?.map(|(cid, _)| cid);
            let unanswered = earlier.is_none() && rows::unanswered(tx, account, ours, id)?;
            Ok(earlier.or_else(|| unanswered.then(|| ours.clone())))
        })?;
        Ok(hint)
    }

    /// Two look-ups with a grace time before each; then it is decided.
    pub(super) async fn confirm(
        self: &Arc<Self>,
        upload: &Upload,
        running: &Arc<Running>,
    ) -> Result<Outcome, CommandError> {
        let Some(cid) = upload.cid.clone() else {
            return Ok(Event::DidNotArrive.into());
        };
        for look in 0..2 {
            if look > 0 {
                tokio::select! {
                    () = self.clock.sleep_until(self.clock.now() + GRACE) => {}
                    () = running.cancel.cancelled() => return Ok(Outcome::none()),
                }
            }
            if let Some(outcome) = self.look_up(upload, running, &cid).await? {
                return Ok(outcome);
            }
            if let Some(outcome) = self.ask_the_upload(upload, running).await? {
                return Ok(outcome);
            }
        }
        Ok(Event::DidNotArrive.into())
    }

    /// `None`: the service does not keep this CID.
    async fn look_up(
        &self,
        upload: &Upload,
        running: &Arc<Running>,
        cid: &str,
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
        let Some(verdict) = self.compare(upload, running, &pin.cid).await else {
            return Ok(Some(Event::SourceChanged.into()));
        };
        let facts = Facts {
            service_cid: Some(pin.cid.clone()),
            service_id: Some(pin.service_id.clone()),
            verdict: Some(verdict),
            amended: Some(true),
            ..Facts::default()
        };
        self.pins.add(upload.account, pins::listed(pin)).await?;
        Ok(Some(Outcome {
            events: vec![Event::AlreadyPinned],
            facts,
        }))
    }
}

/// The service has not come round to unpinning it.
fn is_over(pin: &pinning::Pin, now: Millis) -> bool {
    pin.expires_at
        .is_some_and(|end| end.as_millisecond() <= now)
}
