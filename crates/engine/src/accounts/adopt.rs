//! An account that another process of this user has made: its token is in the keychain already.

use secrets::SecretError;

use super::work::checked_label;
use super::{Abilities, Account, AccountId, Accounts, rows};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::store::Urgency;

impl Accounts {
    /// Takes it in under a number of its own, with another name where one is given. `abilities`: what came of its test.
    pub async fn adopt(
        &self,
        mut account: Account,
        abilities: Abilities,
        label: Option<String>,
    ) -> Result<AccountId, CommandError> {
        if let Some(label) = label {
            account.label = checked_label(&label)?;
        }
        let label = &account.label;
        if self.stored()?.iter().any(|known| known.label == *label) {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!(
                    "There is an account called “{label}” already. Give this one another name."
                ),
            ));
        }
        let now = self.clock.now();
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                let id = rows::insert(tx, &account, now)?;
                let (owner, key_id) = (account.owner.as_deref(), account.key_id.as_deref());
                rows::set_tested(tx, id, &abilities, owner, key_id, now)?;
                Ok(id)
            })
            .await?;
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        Ok(id)
    }

    /// Gives an account the token of another one, which was tested at the same service; its uploads go on with it.
    pub async fn adopt_key(
        &self,
        id: AccountId,
        key: Account,
        abilities: Abilities,
    ) -> Result<(), CommandError> {
        let before = self.get(id)?;
        if before.kind != key.kind || before.addresses != key.addresses {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!(
                    "This token was tested at another service than that of {}.",
                    before.label
                ),
            ));
        }
        let key = Account { id, ..key };
        let (now, secret) = (self.clock.now(), key.secret.clone());
        self.store
            .ledger
            .write(Urgency::Click, move |tx| {
                rows::set_secret(tx, &key)?;
                let (owner, key_id) = (key.owner.as_deref(), key.key_id.as_deref());
                rows::set_tested(tx, id, &abilities, owner, key_id, now)
            })
            .await?;
        if before.secret != secret
            && let Err(error) = self.remove_secret(&before).await
            && !matches!(error, SecretError::Missing)
        {
            tracing::warn!(%error, id, "the old token could not be taken out of the keychain");
        }
        self.forget_service(id);
        self.release(id);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        Ok(())
    }
}
