//! Making an account's service out of what it shows: once, also for many who want it at the same time.

use std::sync::{Arc, Mutex, MutexGuard};

use pinning::Service;
use secrets::SecretStore;

use super::place::{Addresses, Place, Target};
use super::{Account, AccountId, AccountKind, Accounts, Credential, CredentialKind, Keep};
use crate::error::CommandError;
use crate::failure;

/// One account's service while it is made: two would have two budgets of requests, and two questions to a person whether
/// the keychain may be opened are one too many.
#[derive(Default)]
pub(super) struct Making {
    turn: tokio::sync::Mutex<()>,
    failed: Mutex<Failed>,
}

/// How often it could not be made, and why not the last time.
#[derive(Default)]
struct Failed {
    times: u64,
    error: Option<CommandError>,
}

impl Making {
    fn failures(&self) -> u64 {
        self.lock().times
    }

    fn failed(&self, error: CommandError) {
        let mut failed = self.lock();
        failed.times += 1;
        failed.error = Some(error);
    }

    /// Why it could not be made while somebody waited, who came after so many failures. That answer is for all who waited.
    fn failed_since(&self, times: u64) -> Option<CommandError> {
        let failed = self.lock();
        failed.error.clone().filter(|_| failed.times > times)
    }

    fn lock(&self) -> MutexGuard<'_, Failed> {
        self.failed
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

impl Accounts {
    /// The service of an account, made once. A token that cannot be had holds the account.
    pub async fn service(&self, id: AccountId) -> Result<Arc<dyn Service>, CommandError> {
        if let Some(service) = self.made(id) {
            return Ok(service);
        }
        let making = self.live().entry(id).or_default().making.clone();
        let before = making.failures();
        let _alone = making.turn.lock().await;
        if let Some(service) = self.made(id) {
            return Ok(service);
        }
        if let Some(error) = making.failed_since(before) {
            return Err(error);
        }
        let (place, gateway, credential) = match self.key_now(id).await {
            Ok(key) => key,
            Err(error) => {
                making.failed(error.clone());
                self.hold_for_token(id, &error);
                return Err(error);
            }
        };
        let service = self.connect.connect(place, &credential)?;
        let mut live = self.live();
        let live = live.entry(id).or_default();
        live.service = Some(service.clone());
        live.gateway = Some(gateway);
        Ok(service)
    }

    /// What an account has to show. Where its key is replaced meanwhile, what the old one was or was not counts no more.
    async fn key_now(&self, id: AccountId) -> Result<(Place, String, Credential), CommandError> {
        loop {
            let account = self.get(id)?;
            let key = self.key_of(&account).await;
            if self.get(id)?.secret == account.secret {
                return key;
            }
        }
    }

    fn made(&self, id: AccountId) -> Option<Arc<dyn Service>> {
        self.live().get(&id)?.service.clone()
    }

    /// Base address of the gateway that serves an account's files, once its service was made.
    pub fn gateway(&self, id: AccountId) -> Option<String> {
        self.live().get(&id)?.gateway.clone()
    }

    /// The next request reads the key anew. A hold stays until something answers.
    pub(super) fn forget_service(&self, id: AccountId) {
        if let Some(live) = self.live().get_mut(&id) {
            live.service = None;
        }
    }

    /// Where an account's service is now, its gateway, and what it is shown.
    async fn key_of(&self, account: &Account) -> Result<(Place, String, Credential), CommandError> {
        if account.kind == AccountKind::Sandbox {
            let sandbox = self.sandbox.running().await?;
            let target = Target::pinata(Some(&Addresses {
                api: sandbox.api.clone(),
                uploads: sandbox.api.clone(),
                gateway: sandbox.gateway.clone(),
            }))?;
            let token = Credential::Token(sandbox.token.clone());
            return Ok((target.place, sandbox.gateway.clone(), token));
        }
        let target = Target::of_account(account)?;
        let [_, _, gateway] = target.addresses;
        if account.credential == CredentialKind::Nothing {
            return Ok((target.place, gateway, Credential::Nothing));
        }
        let entry = self
            .store_of(account.keep)
            .get(&account.secret)
            .await
            .map_err(|error| failure::of_keychain(&error))?;
        let credential = Credential::of_entry(account.credential, entry);
        Ok((target.place, gateway, credential))
    }

    pub(super) fn store_of(&self, keep: Keep) -> &dyn SecretStore {
        match keep {
            Keep::Keychain => self.keychain.as_ref(),
            Keep::UntilQuit => &self.until_quit,
        }
    }
}
