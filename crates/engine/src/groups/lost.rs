//! What became of a change of a group whose answer was lost: the list is read once, and tells.

use std::collections::HashMap;

use pinning::{Delivered, Error, GroupEdit, NewGroup};

use super::work::network;
use super::{Groups, rows};
use crate::accounts::AccountId;
use crate::error::CommandError;

impl Groups {
    /// The number of the group that came of a wish, where the list has one more of that name than was `known`. Of several it
    /// could be any.
    pub(super) async fn made_all_the_same(
        &self,
        account: AccountId,
        wish: &NewGroup,
        known: Option<HashMap<String, String>>,
        error: &Error,
    ) -> Result<Option<i64>, CommandError> {
        let told = self.tells(account, error).await;
        let Some(known) = known.filter(|_| told) else {
            return Ok(None);
        };
        let listed = self.store.mirror.read(|tx| rows::all(tx, account))?;
        let fits = |row: &&rows::Stored| {
            let group = &row.group;
            group.name == wish.name
                && network(group.network) == wish.network
                && (wish.public.is_none() || group.public == wish.public)
                && !known.contains_key(&group.service_id)
        };
        let mut new = listed.iter().filter(fits);
        Ok(new
            .next()
            .filter(|_| new.next().is_none())
            .map(|row| row.id))
    }

    /// Whether the list has the group as an edit asks for it.
    pub(super) async fn is_so_all_the_same(
        &self,
        row: &rows::Stored,
        edit: &GroupEdit,
        error: &Error,
    ) -> Result<bool, CommandError> {
        if !self.tells(row.account, error).await {
            return Ok(false);
        }
        let Some(now) = self.store.mirror.read(|tx| rows::get(tx, row.id))? else {
            return Ok(false);
        };
        let named = edit
            .name
            .as_ref()
            .is_none_or(|name| *name == now.group.name);
        Ok(named && (edit.public.is_none() || edit.public == now.group.public))
    }

    /// Whether the list has the group no more.
    pub(super) async fn is_gone_all_the_same(
        &self,
        row: &rows::Stored,
        error: &Error,
    ) -> Result<bool, CommandError> {
        if !self.tells(row.account, error).await {
            return Ok(false);
        }
        let now = self.store.mirror.read(|tx| rows::get(tx, row.id))?;
        Ok(now.is_none())
    }

    /// Reads the list after a lost answer. Whether it tells of it.
    async fn tells(&self, account: AccountId, error: &Error) -> bool {
        error.delivered == Delivered::Maybe && self.refresh(account).await.is_ok()
    }
}
