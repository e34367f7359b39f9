//! Asking the service about keys.

use std::collections::HashMap;

use pinning::{Delivered, Key, KeyQuery, PageToken, Priority};

use super::{KeyList, KeyWish, Keys, KeysQuery, KeysShown, MadeKey, view, words};
use crate::accounts::{Account, AccountId, AccountKind, Hold, Keep, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::failure;

/// Pages that one answer asks for at most, where a filter leaves nothing of each.
const MOST_PAGES: usize = 30;

/// The most rows that one answer holds.
const MOST_ROWS: usize = 200;

/// Keys that a service gave at once beyond [`MOST_ROWS`], under the token of the page that they are.
pub(super) struct Rest {
    token: String,
    keys: Vec<Key>,
    next: Option<PageToken>,
}

/// How this app keeps a key that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) account: AccountId,
    pub(super) label: String,
    pub(super) keep: Keep,
}

/// Public ids of keys, and the accounts of this app that work with each.
pub(super) type Users = HashMap<String, Vec<User>>;

impl Keys {
    /// One page of an account's keys, from `after` on: what [`KeyList::next`] said.
    pub async fn list(
        &self,
        account: AccountId,
        query: &KeysQuery,
        after: Option<String>,
    ) -> Result<KeyList, CommandError> {
        let at = self.accounts.get(account)?;
        let (mut keys, mut next) = match after.as_deref().and_then(|token| self.take_rest(token)) {
            Some(rest) => (rest.keys, rest.next),
            None => self.page(&at, query, after.map(PageToken::from)).await?,
        };
        if keys.len() > MOST_ROWS {
            let rest = Rest {
                token: format!("rest:{}", uuid::Uuid::new_v4()),
                keys: keys.split_off(MOST_ROWS),
                next,
            };
            next = Some(PageToken::from(rest.token.clone()));
            *self.rest() = Some(rest);
        }
        let users = self.users(&at).await;
        Ok(KeyList {
            rows: keys
                .into_iter()
                .map(|key| view::row(key, account, &users))
                .collect(),
            next: next.map(|token| token.as_str().to_owned()),
            as_of: self.clock.now(),
        })
    }

    /// Asks the service for pages until one has rows: a filter may leave nothing of a page although more follow.
    async fn page(
        &self,
        at: &Account,
        query: &KeysQuery,
        mut after: Option<PageToken>,
    ) -> Result<(Vec<Key>, Option<PageToken>), CommandError> {
        let name = service_name(at);
        let service = self.accounts.service(at.id).await?;
        let keys = service.keys().ok_or_else(|| words::none(&name))?;
        let query = asked(query);
        for _ in 1..MOST_PAGES {
            let page = keys
                .page(&query, after, Priority::Click)
                .await
                .map_err(|error| self.failed(at, &error))?;
            self.accounts.answered(at.id);
            if !page.keys.is_empty() || page.next.is_none() {
                return Ok((page.keys, page.next));
            }
            after = page.next;
        }
        Ok((Vec::new(), after))
    }

    /// Makes a key. What is secret about it stays here, for [`Keys::reveal`].
    pub async fn create(
        &self,
        account: AccountId,
        wish: &KeyWish,
    ) -> Result<MadeKey, CommandError> {
        let new = words::new_key(wish)?;
        let at = self.accounts.get(account)?;
        let name = service_name(&at);
        let service = self.accounts.service(account).await?;
        let keys = service.keys().ok_or_else(|| words::none(&name))?;
        let created = keys.create(&new).await.map_err(|error| {
            let told = self.failed(&at, &error);
            if error.delivered == Delivered::NotSent {
                return told;
            }
            // Whoever shows the list looks at it anew.
            self.store.announcer.changed(Noun::Key, None);
            CommandError::new(
                ErrorCode::Unconfirmed,
                format!("{name} did not answer before the connection broke, so the key may exist. Look for it in the list and revoke it: its secret is lost."),
            )
        })?;
        let handle = self.hold(account, created);
        self.store.announcer.changed(Noun::Key, None);
        Ok(MadeKey {
            handle,
            may: words::may(&new.permissions),
            name: new.name,
            usable: at.kind != AccountKind::Sandbox,
        })
    }

    /// Revokes a key by its public id. One that this app uses is revoked only where `although_used` says that the
    /// person was told; the accounts that use it are held.
    pub async fn revoke(
        &self,
        account: AccountId,
        key: &str,
        although_used: bool,
    ) -> Result<(), CommandError> {
        let at = self.accounts.get(account)?;
        let users = self.users(&at).await.remove(key).unwrap_or_default();
        if !users.is_empty() && !although_used {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!("{} Nothing was revoked.", words::revoking(account, &users)),
            ));
        }
        let name = service_name(&at);
        let service = self.accounts.service(account).await?;
        let keys = service.keys().ok_or_else(|| words::none(&name))?;
        keys.revoke(key).await.map_err(|error| {
            let told = self.failed(&at, &error);
            if error.delivered == Delivered::NotSent {
                return told;
            }
            self.store.announcer.changed(Noun::Key, None);
            CommandError::new(
                ErrorCode::Unconfirmed,
                format!("{name} did not answer before the connection broke. Refresh the list to see whether the key is revoked."),
            )
        })?;
        for user in users {
            self.accounts
                .set_hold(user.account, ErrorCode::Unauthorized, None);
        }
        self.store.announcer.changed(Noun::Key, None);
        Ok(())
    }

    /// The keys that accounts of this app at the same service work with. An account whose token cannot be had now
    /// is left out.
    async fn users(&self, at: &Account) -> Users {
        let mut users = Users::new();
        for other in self.accounts.stored().unwrap_or_default() {
            if other.kind != at.kind || other.addresses[0] != at.addresses[0] {
                continue;
            }
            let Ok(service) = self.accounts.service(other.id).await else {
                continue;
            };
            if let Some(key) = service.key_id() {
                users.entry(key).or_default().push(User {
                    account: other.id,
                    label: other.label,
                    keep: other.keep,
                });
            }
        }
        users
    }

    fn take_rest(&self, token: &str) -> Option<Rest> {
        let mut rest = self.rest();
        rest.take_if(|rest| rest.token == token)
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Option<Rest>> {
        self.rest
            .lock()
            .expect("nothing panics while it holds this lock")
    }

    fn failed(&self, at: &Account, error: &pinning::Error) -> CommandError {
        let name = service_name(at);
        let told = failure::of_service(error, &name);
        if Hold::is_for(told.code) {
            self.accounts
                .set_hold(at.id, told.code, failure::retry_after(error));
        }
        words::refused(told, &name)
    }
}

fn asked(query: &KeysQuery) -> KeyQuery {
    let text = query.text.trim();
    KeyQuery {
        revoked: match query.shown {
            KeysShown::Good => Some(false),
            KeysShown::Revoked => Some(true),
            _ => None,
        },
        limited_use: query.shown == KeysShown::Limited,
        exhausted: query.shown == KeysShown::Exhausted,
        name_contains: Some(text.to_owned()).filter(|text| !text.is_empty()),
    }
}
