//! An account that another process of this user has made: its token is in the keychain already.

use super::work::{checked_label, same_service};
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
        let key = Account { id, ..key };
        same_service(&before, &key)?;
        self.take_key(&before, key, abilities).await
    }
}
