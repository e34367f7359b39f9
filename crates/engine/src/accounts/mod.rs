//! The services a person has connected: where each token is kept, and what holds a whole account.

mod connect;
mod hold;
mod rows;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pinning::{Endpoints, Service};
use secrecy::SecretString;
use secrets::{SecretStore, UntilQuit};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use connect::PinataServices;
pub use hold::{Hold, HoldRow, sentence as hold_sentence};
pub use rows::Account;

use crate::clock::{Clock, Millis};
use crate::error::CommandError;
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
}

impl AccountKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Pinata => "pinata",
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
}

/// Where a service answers that is not Pinata's own cloud.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename = "Endpoints")]
pub struct Addresses {
    /// Base address of the API.
    pub api: String,
    /// Base address of uploads.
    pub uploads: String,
    /// Base address of the gateway.
    pub gateway: String,
}

/// A feature that a key may not use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MayNot {
    /// In words.
    pub feature: String,
    /// The scope that would give it.
    pub scope: String,
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
    /// What the key may, in words.
    pub may: Vec<String>,
    /// What it may not.
    pub may_not: Vec<MayNot>,
}

/// Makes a service out of addresses and a token; a fake one in tests.
pub trait Connect: Send + Sync {
    /// Makes it. Sends nothing.
    fn connect(
        &self,
        endpoints: Endpoints,
        token: SecretString,
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
}

struct Tested {
    token: SecretString,
    addresses: [String; 3],
    label: String,
}

#[derive(Default)]
struct Live {
    service: Option<Arc<dyn Service>>,
    gateway: Option<String>,
    hold: Option<Hold>,
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
            wake,
        }
    }

    /// Every account, oldest first.
    pub fn list(&self) -> Result<Vec<AccountRow>, CommandError> {
        let accounts = self.store.ledger.read(rows::all)?;
        Ok(accounts.iter().map(|account| self.row(account)).collect())
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
        let accounts = self.store.ledger.read(rows::all)?;
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
        let own = account.addresses[0] == Endpoints::pinata().api().as_str();
        let place = match (sandbox, own) {
            (true, _) => "On this computer only".to_owned(),
            (_, true) => "Pinata".to_owned(),
            _ => url::Url::parse(&account.addresses[0])
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_else(|| account.addresses[0].clone()),
        };
        AccountRow {
            id: account.id.to_string(),
            label: account.label.clone(),
            kind: account.kind,
            hold: self
                .hold(account.id)
                .map(|hold| hold.row(&service_name(account))),
            place,
            until_quit: !sandbox && account.keep == Keep::UntilQuit,
            public_links: !sandbox,
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
        AccountKind::Pinata => "Pinata".to_owned(),
    }
}
