//! Whether an account's service keeps a number of a key-value as a number, or as its text.

use super::{Abilities, Account, AccountId, AccountKind, Accounts, rows, service_name};
use crate::error::CommandError;

/// Why it keeps text only; `None`: it keeps kinds. Pinata's newer API and the IPFS Pinning Services API have text alone, and
/// a key that may use the newer one does; so it is taken to be where nothing is known of the key.
pub(super) fn text_only(account: &Account, abilities: &Abilities) -> Option<String> {
    let service = service_name(account);
    if account.kind == AccountKind::Psa {
        return Some(format!("{service} keeps key-values as text."));
    }
    // The call of the newer API that lets pins expire asks for the scope that edits and uploads by it ask for.
    abilities.expiry_lacks().is_none().then(|| {
        format!(
            "{service} keeps key-values as text with this key: only its older API knows numbers."
        )
    })
}

impl Accounts {
    /// Why the service of an account keeps text only; `None`: it keeps kinds, too.
    pub fn text_only(&self, id: AccountId) -> Result<Option<String>, CommandError> {
        let account = self.get(id)?;
        let health = self.store.ledger.read(|tx| rows::health(tx, id));
        Ok(text_only(&account, &health.unwrap_or_default().abilities))
    }
}
