//! Testing a token, keeping it, and making the service out of it.

use std::sync::Arc;

use pinning::{Access, Endpoints, Feature, KeyReport, Service};
use secrecy::{ExposeSecret, SecretString};
use secrets::{SecretError, SecretStore};

use super::{
    Account, AccountId, AccountKind, AccountRow, Accounts, Addresses, Hold, Keep, KeyTest, MayNot,
    Tested, rows, service_name,
};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::store::Urgency;

/// The longest wait before an unreachable service is tried again.
const LONGEST_OFFLINE: Millis = 60_000;

impl Accounts {
    /// Asks the service about a token. The token stays here under the answer's handle; nothing is written.
    pub async fn test(
        &self,
        token: SecretString,
        addresses: Option<Addresses>,
    ) -> Result<KeyTest, CommandError> {
        let endpoints = endpoints(addresses.as_ref())?;
        let addresses = [
            endpoints.api().to_string(),
            endpoints.uploads().to_string(),
            endpoints.gateway().to_string(),
        ];
        let token = SecretString::from(token.expose_secret().trim().to_owned());
        let service = self.connect.connect(endpoints, token.clone())?;
        let report = service
            .check()
            .await
            .map_err(|error| failure::of_service(&error, "Pinata"))?;
        let label = report
            .owner_email
            .clone()
            .unwrap_or_else(|| "Pinata".to_owned());
        let handle = uuid::Uuid::new_v4().to_string();
        let mut tested = self
            .tested
            .lock()
            .expect("nothing panics while it holds this lock");
        // Only the newest token waits in memory for its Start button.
        tested.clear();
        tested.insert(
            handle.clone(),
            Tested {
                token,
                addresses,
                label,
            },
        );
        Ok(key_test(handle, report))
    }

    /// Keeps a tested token and adds its account.
    pub async fn connect(&self, handle: &str, keep: Keep) -> Result<AccountRow, CommandError> {
        let (token, addresses, label) = self.tested(handle)?;
        let secret = uuid::Uuid::new_v4().to_string();
        self.put(keep, &secret, &token).await?;
        let account = Account {
            id: 0,
            kind: AccountKind::Pinata,
            label,
            addresses,
            keep,
            secret,
        };
        let now = self.clock.now();
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| rows::insert(tx, &account, now))
            .await?;
        self.forget_tested(handle);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.row_of(id)
    }

    /// Gives an account another token; its uploads go on with it.
    pub async fn replace_key(
        &self,
        id: AccountId,
        handle: &str,
        keep: Keep,
    ) -> Result<AccountRow, CommandError> {
        let account = self.get(id)?;
        let (token, _, _) = self.tested(handle)?;
        let secret = uuid::Uuid::new_v4().to_string();
        self.put(keep, &secret, &token).await?;
        let stored = secret.clone();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| {
                rows::set_keep(tx, id, keep, &stored)
            })
            .await?;
        self.drop_secret(&account).await;
        self.forget_tested(handle);
        self.forget_service(id);
        self.release(id);
        self.row_of(id)
    }

    /// Adds the Sandbox, or gives the one that is there.
    pub async fn try_sandbox(&self) -> Result<AccountRow, CommandError> {
        let now = self.clock.now();
        self.sandbox.running().await?;
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                if let Some(account) = rows::sandbox(tx)? {
                    return Ok(account.id);
                }
                let account = Account {
                    id: 0,
                    kind: AccountKind::Sandbox,
                    label: "Sandbox".into(),
                    addresses: Default::default(),
                    keep: Keep::UntilQuit,
                    secret: String::new(),
                };
                rows::insert(tx, &account, now)
            })
            .await?;
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.row_of(id)
    }

    /// Forgets an account and its token here. Unpins nothing.
    pub async fn remove(&self, id: AccountId) -> Result<(), CommandError> {
        let account = self.get(id)?;
        self.drop_secret(&account).await;
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::delete(tx, id))
            .await?;
        self.live().remove(&id);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        Ok(())
    }

    /// The service of an account, made once. A token that cannot be had holds the account.
    pub async fn service(&self, id: AccountId) -> Result<Arc<dyn Service>, CommandError> {
        if let Some(service) = self.live().get(&id).and_then(|live| live.service.clone()) {
            return Ok(service);
        }
        let account = self.get(id)?;
        let (endpoints, token) = match self.key_of(&account).await {
            Ok(key) => key,
            Err(error) => {
                self.set_hold(id, error.code, None);
                return Err(error);
            }
        };
        let gateway = endpoints.gateway().to_string();
        let service = self.connect.connect(endpoints, token)?;
        let mut live = self.live();
        let live = live.entry(id).or_default();
        live.service = Some(service.clone());
        live.gateway = Some(gateway);
        Ok(service)
    }

    /// Base address of the gateway that serves an account's files, once its service was made.
    pub fn gateway(&self, id: AccountId) -> Option<String> {
        self.live().get(&id)?.gateway.clone()
    }

    /// The person says that it may work now: look again.
    pub async fn retry(&self, id: AccountId) -> Result<AccountRow, CommandError> {
        self.forget_service(id);
        if let Ok(service) = self.service(id).await {
            let account = self.get(id)?;
            if let Err(error) = service.check().await {
                let told = failure::of_service(&error, &service_name(&account));
                if Hold::is_for(told.code) {
                    self.set_hold(id, told.code, failure::retry_after(&error));
                    return self.row_of(id);
                }
            }
            self.release(id);
        }
        self.row_of(id)
    }

    /// The next request reads the key anew. A hold stays until something answers.
    fn forget_service(&self, id: AccountId) {
        if let Some(live) = self.live().get_mut(&id) {
            live.service = None;
        }
    }

    /// Holds the whole account. Offline and rate limits end by themselves.
    pub fn set_hold(&self, id: AccountId, code: ErrorCode, retry_after: Option<Millis>) {
        let now = self.clock.now();
        {
            let mut live = self.live();
            let live = live.entry(id).or_default();
            let times = live
                .hold
                .as_ref()
                .filter(|hold| hold.code == code)
                .map_or(1, |hold| hold.times + 1);
            let until = match code {
                ErrorCode::Offline | ErrorCode::CaptivePortal => {
                    Some(now + (1_000 << times.min(7)).min(LONGEST_OFFLINE))
                }
                ErrorCode::RateLimited => Some(now + retry_after.unwrap_or(LONGEST_OFFLINE)),
                _ => None,
            };
            live.hold = Some(Hold { code, until, times });
            if code == ErrorCode::Unauthorized {
                live.service = None;
            }
        }
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.wake.notify_one();
    }

    /// It works (again).
    pub fn release(&self, id: AccountId) {
        let was_held = {
            let mut live = self.live();
            let live = live.entry(id).or_default();
            live.hold.take().is_some()
        };
        if was_held {
            self.store.announcer.changed(Noun::Account, Some(vec![id]));
            self.wake.notify_one();
        }
    }

    async fn key_of(&self, account: &Account) -> Result<(Endpoints, SecretString), CommandError> {
        if account.kind == AccountKind::Sandbox {
            let sandbox = self.sandbox.running().await?;
            let endpoints = Endpoints::single(&sandbox.api, &sandbox.gateway)
                .map_err(|error| bad_endpoint(&error))?;
            return Ok((endpoints, sandbox.token.clone()));
        }
        let [api, uploads, gateway] = account.addresses.clone();
        let endpoints = endpoints(Some(&Addresses {
            api,
            uploads,
            gateway,
        }))?;
        let store: &dyn SecretStore = match account.keep {
            Keep::Keychain => self.keychain.as_ref(),
            Keep::UntilQuit => &self.until_quit,
        };
        let token = store
            .get(&account.secret)
            .await
            .map_err(|error| failure::of_keychain(&error))?;
        Ok((endpoints, token))
    }

    async fn put(
        &self,
        keep: Keep,
        secret: &str,
        token: &SecretString,
    ) -> Result<(), CommandError> {
        let store: &dyn SecretStore = match keep {
            Keep::Keychain => self.keychain.as_ref(),
            Keep::UntilQuit => &self.until_quit,
        };
        store
            .set(secret, token)
            .await
            .map_err(|error| failure::of_keychain(&error))
    }

    async fn drop_secret(&self, account: &Account) {
        let gone = match account.keep {
            _ if account.kind == AccountKind::Sandbox => Ok(()),
            Keep::Keychain => self.keychain.remove(&account.secret).await,
            Keep::UntilQuit => self.until_quit.remove(&account.secret).await,
        };
        if let Err(error) = gone
            && !matches!(error, SecretError::Missing)
        {
            tracing::warn!(%error, account.id, "the old token could not be taken out of the keychain");
        }
    }

    fn tested(&self, handle: &str) -> Result<(SecretString, [String; 3], String), CommandError> {
        let tested = self
            .tested
            .lock()
            .expect("nothing panics while it holds this lock");
        let tested = tested.get(handle).ok_or_else(|| {
            CommandError::new(ErrorCode::Gone, "This test is over. Enter the token again.")
        })?;
        Ok((
            tested.token.clone(),
            tested.addresses.clone(),
            tested.label.clone(),
        ))
    }

    fn forget_tested(&self, handle: &str) {
        self.tested
            .lock()
            .expect("nothing panics while it holds this lock")
            .remove(handle);
    }
}

fn endpoints(addresses: Option<&Addresses>) -> Result<Endpoints, CommandError> {
    let Some(addresses) = addresses else {
        return Ok(Endpoints::pinata());
    };
    Endpoints::new(
        addresses.api.trim(),
        addresses.uploads.trim(),
        addresses.gateway.trim(),
    )
    .map_err(|error| bad_endpoint(&error))
}

fn bad_endpoint(error: &pinning::EndpointError) -> CommandError {
    CommandError::new(
        ErrorCode::BadEndpoint,
        "An address must begin with https://, or be on this computer. Check the three addresses.",
    )
    .with_detail(error.to_string())
}

fn key_test(handle: String, report: KeyReport) -> KeyTest {
    let mut may = Vec::new();
    let mut may_not = Vec::new();
    for (feature, access) in &report.features {
        match access {
            Access::Yes => may.push(words(*feature).to_owned()),
            Access::No { missing_scope } => {
                may_not.push(MayNot {
                    feature: words(*feature).to_owned(),
                    scope: missing_scope.clone(),
                });
            }
            Access::Unknown => {}
        }
    }
    KeyTest {
        handle,
        owner: report.owner_email,
        key_id: report.key_id.map(|id| id.chars().take(8).collect()),
        pins: report.pins,
        bytes: report.bytes,
        may,
        may_not,
    }
}

fn words(feature: Feature) -> &'static str {
    match feature {
        Feature::Upload => "Upload files",
        Feature::UploadFolders => "Upload folders",
        Feature::List => "List pins",
        Feature::Edit => "Edit names and key-values",
        Feature::Unpin => "Unpin",
        Feature::Usage => "Show usage",
    }
}
