//! The end of a pin: a person sets it, the service carries it out. What is over stands in no list, whether the service was
//! asked since or not; what the service lists nevertheless is there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::rows::Made;
use super::work::{missing, pin_ref};
use super::{PinDetails, Pins, rows};
use crate::accounts::{AccountId, service_name};
use crate::announce::{Noun, heard};
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;

/// When a pin ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PinEnd {
    /// The moment; `None`: never, it stays until it is unpinned.
    #[specta(type = Option<u32>)]
    pub at: Option<Millis>,
}

/// An end as services keep it, in whole seconds. Fails where it is no time that is still to come.
pub(crate) fn end_at(at: Millis, now: Millis) -> Result<Millis, CommandError> {
    let whole = at.div_euclid(1_000) * 1_000;
    let known = jiff::Timestamp::from_millisecond(whole).is_ok();
    if known && whole > now {
        return Ok(whole);
    }
    Err(CommandError::new(
        ErrorCode::BadInput,
        "This time is over already. Choose one that is still to come, or unpin at once.",
    ))
}

impl Pins {
    /// Says when the service is to unpin it by itself; `None`: never.
    pub async fn expire(&self, id: i64, at: Option<Millis>) -> Result<PinDetails, CommandError> {
        let at = at.map(|at| end_at(at, self.clock.now())).transpose()?;
        let row = self.mirrored(id)?;
        let account = row.account;
        self.accounts.require_expiry(account)?;
        let service = self.accounts.service(account).await?;
        let name = service_name(&self.accounts.get(account)?);
        let pins = service.pins().ok_or_else(|| missing(&name))?;
        self.put_end(pins, row, at, Urgency::Click)
            .await?
            .map_err(|error| self.change_failed(account, &error, &name))?;
        self.details(id)
    }

    /// Asks the service for an end. What it took is remembered, and shown.
    pub(crate) async fn put_end(
        &self,
        pins: &dyn pinning::Pins,
        row: rows::Mirrored,
        at: Option<Millis>,
        urgency: Urgency,
    ) -> Result<Result<(), pinning::Error>, CommandError> {
        let end = at.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let asked = self.clock.now();
        if let Err(error) = pins.expire(&pin_ref(&row), end).await {
            return Ok(Err(error));
        }
        let (now, account, cid) = (self.clock.now(), row.account, row.pin.cid.clone());
        self.store
            .ledger
            .write(urgency, move |tx| {
                rows::note_end(tx, account, &cid, at, now)
            })
            .await?;
        let made = Made {
            end: Some((at, asked)),
            ..Made::default()
        };
        self.made(row, made, urgency).await?;
        Ok(Ok(()))
    }

    /// Takes pins off the list when their time is over, until the process ends.
    pub async fn run(self: Arc<Self>) {
        let mut changes = self.store.announcer.listen();
        loop {
            let next = self.take_out_ended().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "pins whose time is over could not be taken off the list");
                None
            });
            let over = async {
                match next {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => {}
                () = heard(&mut changes, Noun::Pin) => {}
            }
        }
    }

    /// Takes out what is over now. Answers when the next one is.
    pub async fn take_out_ended(&self) -> Result<Option<Millis>, CommandError> {
        let now = self.clock.now();
        let ended = self.store.mirror.read(|tx| rows::ended(tx, now))?;
        if !ended.is_empty() {
            self.forget_rows(ended).await?;
        }
        Ok(self.store.mirror.read(rows::next_end)?)
    }

    async fn forget_rows(&self, of: Vec<(i64, AccountId)>) -> Result<(), CommandError> {
        let ids: Vec<i64> = of.iter().map(|(id, _)| *id).collect();
        let gone = ids.clone();
        self.store
            .mirror
            .write(Urgency::Background, move |tx| rows::delete(tx, &gone))
            .await?;
        for (id, account) in of {
            self.with_catalogue(account, |catalogue| catalogue.remove(&[id]))?;
        }
        self.store.announcer.changed(Noun::Pin, Some(ids));
        Ok(())
    }
}
