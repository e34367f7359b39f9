//! What the page is shown of a key.

use jiff::Timestamp;
use pinning::Key;

use super::work::Users;
use super::{KeyRow, KeyState, words};
use crate::accounts::AccountId;

/// Letters of a name that cross to the page: names come from the service, which may give anything.
const LONGEST_NAME: usize = 300;

pub(super) fn row(key: Key, account: AccountId, users: &Users) -> KeyRow {
    let users = users.get(&key.key).map_or(&[][..], Vec::as_slice);
    let state = state(&key);
    KeyRow {
        note: words::note(&key, state, account, users),
        may: if state == KeyState::Good {
            words::may(&key.permissions)
        } else {
            words::NOTHING.to_owned()
        },
        revoking: words::revoking(account, users),
        in_use: !users.is_empty(),
        state,
        name: key
            .name
            .map(|name| name.chars().take(LONGEST_NAME).collect()),
        uses: key.uses,
        max_uses: key.max_uses,
        made_at: key.created_at.map(Timestamp::as_millisecond),
        key: key.key,
    }
}

fn state(key: &Key) -> KeyState {
    let spent = key
        .max_uses
        .is_some_and(|most| key.uses.is_some_and(|uses| uses >= most));
    match (spent, key.revoked) {
        (true, _) => KeyState::Spent,
        (_, true) => KeyState::Revoked,
        _ => KeyState::Good,
    }
}
