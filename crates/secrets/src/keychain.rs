//! The system's keychain.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use keyring::Error as StoreError;
use keyring_core::{CredentialStore, Entry};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex as AsyncMutex;

use crate::{SecretError, SecretStore};

/// The name under which entries stand in the keychain.
const SERVICE: &str = "pinfold";

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Where nobody is asked anything.
    pub quiet: Duration,
    /// Where the system may show a prompt and wait for a person.
    pub prompt: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(30),
            prompt: Duration::from_mins(2),
        }
    }
}

/// The connection that worked last.
type Slot = Mutex<Option<Arc<CredentialStore>>>;

/// The system's keychain: Secret Service, macOS Keychain or Windows Credential Manager.
///
/// The connection is built on first use and built anew after every failure, so that a keychain which appears or is
/// unlocked later works without a restart.
pub struct Keychain {
    limits: Limits,
    may_prompt: bool,
    store: Arc<Slot>,
    /// One call at a time: two prompts at once help nobody.
    turn: AsyncMutex<()>,
}

impl Keychain {
    /// The keychain of this session. Nothing is asked of it yet.
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// As [`Keychain::new`], with other time limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            may_prompt: prompt_may_show(),
            store: Arc::default(),
            turn: AsyncMutex::new(()),
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        account: &str,
        act: impl Fn(&Entry) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let limit = if self.may_prompt {
            self.limits.prompt
        } else {
            self.limits.quiet
        };
        let account = account.to_owned();
        let slot = Arc::clone(&self.store);
        let work = async {
            let _turn = self.turn.lock().await;
            tokio::task::spawn_blocking(move || with_entry(&slot, &account, act)).await
        };
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(SecretError::NoKeychain {
                detail: "the call to the keychain broke off".to_owned(),
            }),
            // The stuck call took its connection out of the slot: the next one gets a new connection.
            Err(_) => Err(SecretError::TimedOut),
        }
    }
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl SecretStore for Keychain {
    async fn get(&self, account: &str) -> Result<SecretString, SecretError> {
        self.call(account, |entry| {
            entry.get_password().map(SecretString::from)
        })
        .await
    }

    async fn set(&self, account: &str, secret: &SecretString) -> Result<(), SecretError> {
        let secret = secret.clone();
        self.call(account, move |entry| {
            entry.set_password(secret.expose_secret())
        })
        .await
    }

    async fn remove(&self, account: &str) -> Result<(), SecretError> {
        self.call(account, Entry::delete_credential).await
    }
}

/// Runs `act` on the account's entry, on a connection that is kept only while it works.
fn with_entry<T>(
    slot: &Slot,
    account: &str,
    act: impl Fn(&Entry) -> Result<T, StoreError>,
) -> Result<T, SecretError> {
    let attempt = |store: &Arc<CredentialStore>| {
        let entry = store.build(SERVICE, account, None);
        entry
            .and_then(|entry| act(&entry))
            .map_err(|fault| meaning(fault, Step::Use))
    };
    if let Some(kept) = take(slot) {
        let result = attempt(&kept);
        // A connection of its own time may be dead while the keychain lives: only a new one can tell.
        if !matches!(result, Err(SecretError::NoKeychain { .. })) {
            return keep_if_it_works(slot, kept, result);
        }
    }
    let store = open_store().map_err(|fault| meaning(fault, Step::Open))?;
    let result = attempt(&store);
    keep_if_it_works(slot, store, result)
}

fn keep_if_it_works<T>(
    slot: &Slot,
    store: Arc<CredentialStore>,
    result: Result<T, SecretError>,
) -> Result<T, SecretError> {
    if matches!(result, Ok(_) | Err(SecretError::Missing)) {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(store);
    }
    result
}

fn take(slot: &Slot) -> Option<Arc<CredentialStore>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Use,
}

/// What a store's failure means to a person.
fn meaning(fault: StoreError, step: Step) -> SecretError {
    match fault {
        StoreError::NoEntry => SecretError::Missing,
        StoreError::NoStorageAccess(_) if step == Step::Use => SecretError::Locked {
            detail: fault.to_string(),
        },
        StoreError::NoStorageAccess(_)
        | StoreError::NoDefaultStore
        | StoreError::PlatformFailure(_) => SecretError::NoKeychain {
            detail: fault.to_string(),
        },
        // These two carry the stored bytes: their own words stay out of the error.
        StoreError::BadEncoding(_) | StoreError::BadDataFormat(..) => SecretError::Refused {
            detail: "the entry is not readable text".to_owned(),
        },
        StoreError::Ambiguous(entries) => SecretError::Refused {
            detail: format!("{} entries have the same name", entries.len()),
        },
        other => SecretError::Refused {
            detail: other.to_string(),
        },
    }
}

#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
fn open_store() -> Result<Arc<CredentialStore>, StoreError> {
    zbus_secret_service_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(target_os = "macos")]
fn open_store() -> Result<Arc<CredentialStore>, StoreError> {
    apple_native_keyring_store::keychain::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(target_os = "windows")]
fn open_store() -> Result<Arc<CredentialStore>, StoreError> {
    windows_native_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

/// Without a display no prompt can show on Linux, and a locked keychain says so at once.
fn prompt_may_show() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some())
}
