//! The system keychain behind one trait.
//!
//! [`Keychain`] keeps one entry per account in the system's own keychain; [`UntilQuit`] keeps secrets in memory only,
//! for those who have no keychain and say so. Absent, locked and missing are three different errors, since a person
//! does three different things about them.

mod files;
mod keychain;
mod until_quit;

use async_trait::async_trait;
use secrecy::SecretString;

pub use files::TokenFiles;
pub use keychain::{Keychain, Limits};
pub use until_quit::UntilQuit;

/// Why a secret could not be had. Holds no secret; `detail` is the system's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// This session has no keychain service.
    #[error("no keychain on this system: {detail}")]
    NoKeychain {
        /// What the system said.
        detail: String,
    },
    /// There is a keychain, but it is locked or its prompt was dismissed.
    #[error("the keychain is locked: {detail}")]
    Locked {
        /// What the system said.
        detail: String,
    },
    /// The keychain works and has no entry for this account.
    #[error("the keychain has no entry for this account")]
    Missing,
    /// The keychain did not answer in time; a prompt may still be open.
    #[error("the keychain did not answer in time")]
    TimedOut,
    /// The file that holds this token cannot be used.
    #[error("{detail}")]
    File {
        /// Why, and what to do, as a sentence.
        detail: String,
    },
    /// The keychain refused this very entry.
    #[error("the keychain refused: {detail}")]
    Refused {
        /// What the system said.
        detail: String,
    },
}

/// Keeps one secret per account.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The account's secret; [`SecretError::Missing`] where there is none.
    async fn get(&self, account: &str) -> Result<SecretString, SecretError>;

    /// Keeps the account's secret, in place of any earlier one.
    async fn set(&self, account: &str, secret: &SecretString) -> Result<(), SecretError>;

    /// Forgets the account's secret; [`SecretError::Missing`] where there was none.
    async fn remove(&self, account: &str) -> Result<(), SecretError>;
}
