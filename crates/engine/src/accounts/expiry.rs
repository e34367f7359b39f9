//! Whether an account's pins can be given a time at which its service unpins them by itself.

use super::{Abilities, Account, AccountId, AccountKind, Accounts, rows, service_name};
use crate::error::{CommandError, ErrorCode};

/// Why they cannot; `None`: they can, as far as is known of the key.
pub(super) fn lacks(account: &Account, abilities: &Abilities) -> Option<String> {
    if account.kind == AccountKind::Psa {
        return Some(format!(
            "{} keeps pins until they are unpinned: it knows no time at which they expire.",
            service_name(account)
        ));
    }
    let scope = abilities.expiry_lacks()?;
    Some(format!(
        "The key of {} may not let pins expire. It needs the scope {scope}.",
        account.label
    ))
}

impl Accounts {
    /// Fails with the reason where the pins of an account cannot be given an end.
    pub(crate) fn require_expiry(&self, id: AccountId) -> Result<(), CommandError> {
        let account = self.get(id)?;
        let health = self.store.ledger.read(|tx| rows::health(tx, id));
        match lacks(&account, &health.unwrap_or_default().abilities) {
            Some(reason) => Err(CommandError::new(ErrorCode::MissingScope, reason)),
            None => Ok(()),
        }
    }
}
