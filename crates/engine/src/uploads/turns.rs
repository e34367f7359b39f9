//! One upload of a CID to an account at a time: files with the same content are sent once, also when they come together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use crate::accounts::AccountId;

type Turn = tokio::sync::Mutex<()>;

/// Who may send which CID now.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<(AccountId, String), Weak<Turn>>>);

impl Turns {
    /// Waits until nobody else sends this CID to this account.
    pub(super) async fn take(&self, account: AccountId, cid: &str) -> OwnedMutexGuard<()> {
        self.of(account, cid).lock_owned().await
    }

    fn of(&self, account: AccountId, cid: &str) -> Arc<Turn> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, cid.to_owned());
        if let Some(turn) = turns.get(&key).and_then(Weak::upgrade) {
            return turn;
        }
        // Those that nobody holds are forgotten, so that it does not grow with the queue.
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::default());
        turns.insert(key, Arc::downgrade(&turn));
        turn
    }
}
