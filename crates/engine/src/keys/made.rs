//! The secrets of a key that was just made: in memory, once on the screen, and gone when the sheet is closed.

use pinning::CreatedKey;
use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::{KeyPart, Keys, RevealedKey};
use crate::accounts::{AccountId, AccountKind, Chosen, Credential, KeyTest};
use crate::error::{CommandError, ErrorCode};

/// A key that was made. No `Debug`: it holds the secrets.
pub(super) struct Made {
    pub(super) handle: String,
    pub(super) account: AccountId,
    pub(super) created: CreatedKey,
    pub(super) revealed: bool,
}

impl Drop for RevealedKey {
    fn drop(&mut self) {
        self.api_key.zeroize();
        self.api_secret.zeroize();
        self.jwt.zeroize();
    }
}

impl Keys {
    /// Tells the secrets of a new key, once: a second time there is nothing to tell.
    pub fn reveal(&self, handle: &str) -> Result<RevealedKey, CommandError> {
        self.with_made(handle, |made| {
            if std::mem::replace(&mut made.revealed, true) {
                return Err(gone());
            }
            let secret = made.created.secret();
            Ok(RevealedKey {
                api_key: made.created.key().to_owned(),
                api_secret: secret.map(|secret| secret.expose_secret().to_owned()),
                jwt: made.created.jwt().expose_secret().to_owned(),
            })
        })
    }

    /// One part of a new key, for the clipboard.
    pub fn part(&self, handle: &str, part: KeyPart) -> Result<SecretString, CommandError> {
        self.with_made(handle, |made| match part {
            KeyPart::ApiKey => Ok(made.created.key().to_owned().into()),
            KeyPart::ApiSecret => made.created.secret().cloned().ok_or_else(|| {
                CommandError::new(ErrorCode::Gone, "The service gave this key no API secret.")
            }),
            KeyPart::Jwt => Ok(made.created.jwt().clone()),
        })
    }

    /// Tries a new key as an account's, as a pasted token is tried: what it answers is kept by
    /// [`crate::accounts::Accounts::connect`] or [`crate::accounts::Accounts::replace_key`].
    pub async fn test(&self, handle: &str) -> Result<KeyTest, CommandError> {
        let (account, token) = self.with_made(handle, |made| {
            Ok((made.account, made.created.jwt().clone()))
        })?;
        let account = self.accounts.get(account)?;
        if account.kind == AccountKind::Sandbox {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "The Sandbox makes a key of its own at each start; Pinfold needs no other for it.",
            ));
        }
        let same_service = Chosen::Account {
            id: account.id.to_string(),
        };
        let credential = Credential::Token(token);
        self.accounts.test(&same_service, credential).await
    }

    /// The sheet is closed: the secrets are wiped.
    pub fn close(&self, handle: &str) {
        let mut made = self.made();
        if made.as_ref().is_some_and(|made| made.handle == handle) {
            *made = None;
        }
    }

    /// Takes a new key in. Only the newest is kept: the sheet of an older one is gone.
    pub(super) fn hold(&self, account: AccountId, created: CreatedKey) -> String {
        let handle = uuid::Uuid::new_v4().to_string();
        *self.made() = Some(Made {
            handle: handle.clone(),
            account,
            created,
            revealed: false,
        });
        handle
    }

    fn with_made<T>(
        &self,
        handle: &str,
        look: impl FnOnce(&mut Made) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        let mut made = self.made();
        let made = made.as_mut().filter(|made| made.handle == handle);
        look(made.ok_or_else(gone)?)
    }

    fn made(&self) -> std::sync::MutexGuard<'_, Option<Made>> {
        self.made
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

fn gone() -> CommandError {
    CommandError::new(
        ErrorCode::Gone,
        "The secrets of this key were shown once and are gone. Make another key if they are lost.",
    )
}
