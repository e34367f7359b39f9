//! Secrets in memory only.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{SecretError, SecretStore};

/// Keeps secrets until the program quits. They are wiped from memory when they are replaced, removed or dropped.
#[derive(Default)]
pub struct UntilQuit {
    secrets: Mutex<HashMap<String, SecretString>>,
}

impl UntilQuit {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<String, SecretString>> {
        // A panic elsewhere cannot leave the map half changed: each use is one call on it.
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SecretStore for UntilQuit {
    async fn get(&self, account: &str) -> Result<SecretString, SecretError> {
        self.secrets()
            .get(account)
            .cloned()
            .ok_or(SecretError::Missing)
    }

    async fn set(&self, account: &str, secret: &SecretString) -> Result<(), SecretError> {
        self.secrets().insert(account.to_owned(), secret.clone());
        Ok(())
    }

    async fn remove(&self, account: &str) -> Result<(), SecretError> {
        self.secrets()
            .remove(account)
            .map(drop)
            .ok_or(SecretError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn a_secret_is_kept_replaced_and_forgotten() {
        let store = UntilQuit::new();
        assert_eq!(store.get("a").await.map(drop), Err(SecretError::Missing));
        store
            .set("a", &SecretString::from("one"))
            .await
            .expect("kept");
        store
            .set("a", &SecretString::from("two"))
            .await
            .expect("replaced");
        assert_eq!(store.get("a").await.expect("there").expose_secret(), "two");
        assert_eq!(store.get("b").await.map(drop), Err(SecretError::Missing));
        store.remove("a").await.expect("removed");
        assert_eq!(store.remove("a").await, Err(SecretError::Missing));
    }
}
