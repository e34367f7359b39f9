//! How an account is: when its service last answered, what failed last, what its key may.

use std::sync::Arc;

use pinning::{Family, KeyReport, Service};
use serde::Serialize;
use specta::Type;

use super::{Abilities, AccountId, AccountRow, Accounts, Hold, rows, service_name};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::failure;
use crate::store::Urgency;

/// How an account is, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountHealth {
    /// As in the list.
    pub row: AccountRow,
    /// When its service last answered as asked, milliseconds since 1970.
    #[specta(type = Option<u32>)]
    pub answered_at: Option<Millis>,
    /// When it last did not.
    #[specta(type = Option<u32>)]
    pub failed_at: Option<Millis>,
    /// Why it did not, in words.
    pub failure: Option<String>,
    /// When the key was last tested.
    #[specta(type = Option<u32>)]
    pub tested_at: Option<Millis>,
    /// What came of that test.
    pub abilities: Abilities,
    /// The beginning of the API key's name at the service.
    pub key_id: Option<String>,
    /// How much of its request limits Pinfold used in the last minute; empty where its service was not used in this run.
    pub requests: Vec<RequestsUsed>,
}

/// How much of one limit of a service was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RequestsUsed {
    /// Which requests, in words.
    pub what: String,
    /// Requests of the last minute.
    pub used: u32,
    /// The most that are sent in a minute.
    pub most: u32,
    /// Seconds for which the service asked to send none.
    pub wait: Option<u32>,
}

/// What is stored of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// When the service last answered as asked.
    pub answered: Option<Millis>,
    /// When it last did not.
    pub failed: Option<Millis>,
    /// Why, in words.
    pub failure: Option<String>,
    /// When the key was last tested.
    pub tested: Option<Millis>,
    /// What came of that.
    pub abilities: Abilities,
}

impl Accounts {
    /// How an account is, as far as it is known here. Asks nobody.
    pub fn health(&self, id: AccountId) -> Result<AccountHealth, CommandError> {
        let account = self.get(id)?;
        let health = self.store.ledger.read(|tx| rows::health(tx, id))?;
        let answered = self.live().get(&id).and_then(|live| live.answered);
        Ok(AccountHealth {
            row: self.row(&account),
            answered_at: health.answered.max(answered),
            failed_at: health.failed,
            failure: health.failure,
            tested_at: health.tested,
            abilities: health.abilities,
            key_id: account.key_id.map(|key| beginning(&key)),
            requests: self.requests_used(id),
        })
    }

    fn requests_used(&self, id: AccountId) -> Vec<RequestsUsed> {
        let service = self.live().get(&id).and_then(|live| live.service.clone());
        let spent = service.map(|service| service.spent()).unwrap_or_default();
        let used = spent.into_iter().map(|spent| RequestsUsed {
            what: words(spent.family).to_owned(),
            used: spent.requests,
            most: spent.most,
            wait: spent.held_for.map(|wait| {
                let seconds = wait.as_millis().div_ceil(1_000);
                u32::try_from(seconds).unwrap_or(u32::MAX)
            }),
        });
        used.collect()
    }

    /// Asks the service again whose key it is and what it may. What goes wrong is part of the answer.
    pub async fn check(&self, id: AccountId) -> Result<AccountHealth, CommandError> {
        let tested = self.ask_again(id).await;
        if let Ok((service, report)) = &tested {
            let more = service.abilities().await.unwrap_or_default();
            let abilities = Abilities::of(service.as_ref(), report, &more);
            let (owner, key_id) = (report.owner_email.clone(), report.key_id.clone());
            let now = self.clock.now();
            self.store
                .ledger
                .write(Urgency::Click, move |tx| {
                    rows::set_tested(tx, id, &abilities, owner.as_deref(), key_id.as_deref(), now)
                })
                .await?;
        }
        self.remember(id, tested.err().as_ref()).await;
        self.health(id)
    }

    /// The person says that it may work now: look again.
    pub async fn retry(&self, id: AccountId) -> Result<AccountRow, CommandError> {
        let outcome = self.ask_again(id).await;
        self.remember(id, outcome.err().as_ref()).await;
        self.row_of(id)
    }

    /// Reads the key anew and asks the service about it. Its answer holds the account, or lets it go.
    async fn ask_again(
        &self,
        id: AccountId,
    ) -> Result<(Arc<dyn Service>, KeyReport), CommandError> {
        self.forget_service(id);
        let service = self.service(id).await?;
        match service.check().await {
            Ok(report) => {
                self.release(id);
                Ok((service, report))
            }
            Err(error) => {
                let told = failure::of_service(&error, &service_name(&self.get(id)?));
                if Hold::is_for(told.code) {
                    self.set_hold(id, told.code, failure::retry_after(&error));
                } else {
                    self.release(id);
                }
                Err(told)
            }
        }
    }

    /// Writes down how the last thing that was asked of the service ended: `None` is well.
    pub(crate) async fn remember(&self, id: AccountId, failure: Option<&CommandError>) {
        let (now, sentence) = (self.clock.now(), failure.map(|error| error.message.clone()));
        let written = self
            .store
            .ledger
            .write(Urgency::Background, move |tx| {
                rows::set_outcome(tx, id, sentence.as_deref(), now)
            })
            .await;
        match written {
            Ok(()) => self.store.announcer.changed(Noun::Account, Some(vec![id])),
            Err(error) => tracing::warn!(%error, id, "how the account is could not be written"),
        }
    }
}

fn words(family: Family) -> &'static str {
    match family {
        Family::V3 => "Newer API",
        Family::Pinning => "Older API",
        Family::Data => "Lists of the older API",
        Family::RequestLists => "Lists",
        Family::Requests => "Everything else",
    }
}

/// As much of a key's public name as tells it from others.
pub(super) fn beginning(key_id: &str) -> String {
    key_id.chars().take(8).collect()
}
