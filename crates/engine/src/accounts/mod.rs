//! The services a person has connected: where each token is kept, and what holds a whole account.

mod adopt;
mod connect;
mod credential;
mod expiry;
mod health;
mod hold;
mod kinds;
mod leaving;
mod links;
mod making;
mod place;
mod refusal;
mod report;
mod rows;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pinning::Service;
use secrecy::SecretString;
use secrets::{SecretStore, UntilQuit};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use connect::Services;
pub use credential::{Credential, CredentialKind};
pub use health::{AccountHealth, Health, RequestsUsed};
pub(crate) use hold::cause as hold_cause;
pub use hold::{Hold, HoldRow, sentence as hold_sentence};
pub use leaving::Leaving;
pub(crate) use links::Linker;
pub use links::{LinkChoices, LinkStyle, Links};
pub use place::{Addresses, Chosen, Place, ServiceTemplate};
pub use report::{Abilities, MayNot};
pub use rows::Account;

use making::Making;
use place::Target;

use crate::clock::{Clock, Jitter, Millis};
use crate::error::{CommandError, ErrorCode};
use crate::store::Store;

/// The row's number.
pub type AccountId = i64;

/// Which service an account is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// The pinning service that ships inside Pinfold.
    Sandbox,
    /// Pinata, or a service that answers like it.
    Pinata,
    /// Any service of the IPFS Pinning Services API.
    Psa,
}

impl AccountKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Pinata => "pinata",
            Self::Psa => "psa",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "sandbox" => Self::Sandbox,
            "psa" => Self::Psa,
            _ => Self::Pinata,
        }
    }
}

/// Where a token is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The system keychain.
    Keychain,
    /// Memory only.
    UntilQuit,
}

/// An account as the page sees it. No token, ever.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountRow {
    /// Its number, as text.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Which service.
    pub kind: AccountKind,
    /// Where the bytes go, in words.
    pub place: String,
    /// What holds the whole account.
    pub hold: Option<HoldRow>,
    /// The token is in memory only.
    pub until_quit: bool,
    /// Links that others can open exist.
    pub public_links: bool,
    /// Where the service answers, for people; `None` for Pinata's own cloud and the Sandbox.
    pub address: Option<String>,
    /// Whose key it is, where the key says.
    pub owner: Option<String>,
    /// Pins in the list, once it was read to its end.
    #[specta(type = Option<u32>)]
    pub pins: Option<u64>,
    /// Bytes of these, as far as the service says.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// Why nothing can be uploaded to it; `None`: uploads are possible.
    pub no_uploads: Option<String>,
    /// Its pins can be given a time at which the service unpins them, as far as is known of the key.
    pub expiry: bool,
    /// Why a number of a key-value is kept as its text; `None`: it is kept as a number, as far as is known of the key.
    pub text_only: Option<String>,
    /// Why its service did not answer as asked when it was last asked; `None`: it did.
    pub trouble: Option<String>,
    /// When its service last answered as asked, milliseconds since 1970; `None`: never, as far as is known here.
    #[specta(type = Option<u32>)]
    pub answered_at: Option<Millis>,
    /// Features that its service has and its key may not use, by the last test.
    pub lacks: u32,
}

/// What the service said of a token.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyTest {
    /// Names the token, which stays here.
    pub handle: String,
    /// Whose key it is.
    pub owner: Option<String>,
    /// The beginning of the API key's name at the service.
    pub key_id: Option<String>,
    /// How many pins the account holds.
    #[specta(type = Option<u32>)]
    pub pins: Option<u64>,
    /// How many bytes.
    #[specta(type = Option<u32>)]
    pub bytes: Option<u64>,
    /// What the key may.
    pub abilities: Abilities,
    /// The service, as sentences call it.
    pub service: String,
    /// Where it answers, for people; `None` for Pinata's own cloud.
    pub address: Option<String>,
}

/// Makes a service out of addresses and a credential; a fake one in tests.
pub trait Connect: Send + Sync {
    /// Makes it. Sends nothing.
    fn connect(
        &self,
        place: Place,
        credential: &Credential,
    ) -> Result<Arc<dyn Service>, CommandError>;
}

/// The Sandbox while it runs: its addresses, and the token of this run.
pub struct RunningSandbox {
    /// Base address of API and uploads.
    pub api: String,
    /// Base address of the gateway.
    pub gateway: String,
    /// The token it asks for, made anew at each start and never stored.
    pub token: SecretString,
}

/// Whoever can start the built-in Sandbox; the engine itself does not know it.
#[async_trait]
pub trait SandboxHost: Send + Sync {
    /// Starts it, or gives the one that runs.
    async fn running(&self) -> Result<Arc<RunningSandbox>, CommandError>;

    /// The folder that it keeps everything in; `None` where that is nobody's business.
    fn folder(&self) -> Option<std::path::PathBuf>;

    /// Stops it and deletes everything that it keeps.
    async fn erase(&self) -> Result<(), CommandError>;
}

/// A credential that its service has accepted, and what the service said of it.
#[derive(Clone)]
struct Tested {
    credential: Credential,
    target: Target,
    owner: Option<String>,
    key_id: Option<String>,
    abilities: Abilities,
}

#[derive(Default)]
struct Live {
    service: Option<Arc<dyn Service>>,
    making: Arc<Making>,
    gateway: Option<String>,
    hold: Option<Hold>,
    /// When its service last answered as asked, in this run.
    answered: Option<Millis>,
}

/// All accounts. One lock guards what is in memory and is never held across an await.
pub struct Accounts {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    keychain: Arc<dyn SecretStore>,
    until_quit: UntilQuit,
    connect: Arc<dyn Connect>,
    sandbox: Arc<dyn SandboxHost>,
    live: Mutex<HashMap<AccountId, Live>>,
    tested: Mutex<HashMap<String, Tested>>,
    jitter: Jitter,
    wake: Arc<tokio::sync::Notify>,
}

impl Accounts {
    /// Takes its neighbours in. `wake` rings whenever a hold goes away.
    pub fn new(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        keychain: Arc<dyn SecretStore>,
        connect: Arc<dyn Connect>,
        sandbox: Arc<dyn SandboxHost>,
        jitter: Jitter,
        wake: Arc<tokio::sync::Notify>,
    ) -> Self {
        Self {
            store,
            clock,
            keychain,
            until_quit: UntilQuit::default(),
            connect,
            sandbox,
            live: Mutex::default(),
            tested: Mutex::default(),
            jitter,
            wake,
        }
    }

    /// Every account as the page sees it, oldest first.
    pub fn list(&self) -> Result<Vec<AccountRow>, CommandError> {
        let accounts = self.stored()?;
        Ok(accounts.iter().map(|account| self.row(account)).collect())
    }

    /// Every account as stored, oldest first. Most commands ask for them: nobody's pins are counted.
    pub fn stored(&self) -> Result<Vec<Account>, CommandError> {
        Ok(self.store.ledger.read(rows::all)?)
    }

    /// One account as stored.
    pub fn get(&self, id: AccountId) -> Result<Account, CommandError> {
        self.store
            .ledger
            .read(|tx| rows::get(tx, id))
            .map_err(|_| CommandError::gone("This account"))
    }

    /// One account as the page sees it.
    pub fn row_of(&self, id: AccountId) -> Result<AccountRow, CommandError> {
        Ok(self.row(&self.get(id)?))
    }

    /// The numbers of accounts that may work now.
    pub fn ready(&self) -> Result<Vec<AccountId>, CommandError> {
        let now = self.clock.now();
        let accounts = self.stored()?;
        let live = self.live();
        let held = |id: &AccountId| {
            live.get(id)
                .and_then(|live| live.hold.as_ref())
                .is_some_and(|hold| hold.holds_at(now))
        };
        Ok(accounts
            .iter()
            .map(|account| account.id)
            .filter(|id| !held(id))
            .collect())
    }

    /// When the next hold ends by itself.
    pub fn next_release(&self) -> Option<Millis> {
        let now = self.clock.now();
        self.live()
            .values()
            .filter_map(|live| live.hold.as_ref()?.until)
            .filter(|until| *until > now)
            .min()
    }

    /// What holds an account now.
    pub fn hold(&self, id: AccountId) -> Option<Hold> {
        let now = self.clock.now();
        self.live()
            .get(&id)?
            .hold
            .clone()
            .filter(|hold| hold.holds_at(now))
    }

    fn row(&self, account: &Account) -> AccountRow {
        let sandbox = account.kind == AccountKind::Sandbox;
        let address = place::shown_address(account);
        let place = match (account.kind, &address) {
            (AccountKind::Sandbox, _) => "On this computer only".to_owned(),
            (AccountKind::Pinata, Some(_)) => url::Url::parse(&account.addresses[0])
                .map_or_else(|_| account.addresses[0].clone(), |url| place::host(&url)),
            (AccountKind::Pinata, None) | (AccountKind::Psa, _) => account.service.clone(),
        };
        let no_uploads = self.no_uploads(account);
        let hold = self.hold(account.id);
        let listed = self.store.mirror.read(|tx| rows::listed(tx, account.id));
        let listed = listed.ok().flatten();
        let health = self.store.ledger.read(|tx| rows::health(tx, account.id));
        let health = health.unwrap_or_default();
        let answered = self.live().get(&account.id).and_then(|live| live.answered);
        let answered = health.answered.max(answered);
        let lacks = u32::try_from(health.abilities.may_not.len()).unwrap_or(u32::MAX);
        AccountRow {
            id: account.id.to_string(),
            label: account.label.clone(),
            kind: account.kind,
            hold: hold.map(|hold| hold.row(&service_name(account), no_uploads.is_none())),
            place,
            until_quit: !sandbox
                && account.keep == Keep::UntilQuit
                && account.credential != CredentialKind::Nothing,
            public_links: !sandbox,
            address,
            owner: account.owner.clone(),
            pins: listed.map(|(pins, _)| pins),
            bytes: listed.and_then(|(_, bytes)| bytes),
            no_uploads,
            expiry: expiry::lacks(account, &health.abilities).is_none(),
            text_only: kinds::text_only(account, &health.abilities),
            trouble: health.failure.filter(|_| health.failed > answered),
            answered_at: answered,
            lacks,
        }
    }

    /// Why nothing can be uploaded to an account; `None`: uploads are possible.
    fn no_uploads(&self, account: &Account) -> Option<String> {
        let made = self
            .live()
            .get(&account.id)
            .and_then(|live| live.service.clone());
        // Before the service is made, which the keychain may forbid, its kind tells.
        let offered = made.map_or(account.kind != AccountKind::Psa, |service| {
            service.uploads().is_some()
        });
        if !offered {
            return Some(format!(
                "{} takes no uploads. It keeps what is on IPFS already, by its CID.",
                service_name(account)
            ));
        }
        let health = self
            .store
            .ledger
            .read(|tx| rows::health(tx, account.id))
            .ok()?;
        let scope = health.abilities.uploads_lack()?;
        Some(format!(
            "The key of {} may not upload. It needs the scope {scope}.",
            account.label
        ))
    }

    /// Fails with the reason where nothing can be uploaded to an account.
    pub(crate) fn require_uploads(&self, id: AccountId) -> Result<(), CommandError> {
        match self.no_uploads(&self.get(id)?) {
            Some(reason) => Err(CommandError::new(ErrorCode::MissingScope, reason)),
            None => Ok(()),
        }
    }

    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Live>> {
        self.live
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

/// The name of an account's service in a sentence.
pub fn service_name(account: &Account) -> String {
    match account.kind {
        AccountKind::Sandbox => "The Sandbox".to_owned(),
        AccountKind::Pinata | AccountKind::Psa => account.service.clone(),
    }
}
