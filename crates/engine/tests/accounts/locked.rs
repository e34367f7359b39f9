//! A keychain that is locked, or asks a person, and the many who wait for one account's key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use engine::error::ErrorCode;
use futures::future::{join, join_all};
use secrecy::SecretString;
use secrets::{SecretError, SecretStore, UntilQuit};
use tokio::sync::Semaphore;

use engine::accounts::{Chosen, Keep};

use super::{connect_psa, token};
use crate::house::{House, TOKEN};

/// Each question waits for a word of the person, who unlocks it or does not.
struct Asking {
    entries: UntilQuit,
    locked: AtomicBool,
    questions: AtomicUsize,
    words: Semaphore,
}

impl Asking {
    fn locked() -> Arc<Self> {
        Arc::new(Self {
            entries: UntilQuit::default(),
            locked: AtomicBool::new(true),
            questions: AtomicUsize::new(0),
            words: Semaphore::new(0),
        })
    }

    /// The person answers what is asked, now or later.
    fn answer(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
        self.words.add_permits(1);
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl SecretStore for Asking {
    async fn get(&self, account: &str) -> Result<SecretString, SecretError> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        self.words.acquire().await.expect("a word").forget();
        if self.locked.load(Ordering::SeqCst) {
            let detail = "the prompt was dismissed".to_owned();
            return Err(SecretError::Locked { detail });
        }
        self.entries.get(account).await
    }

    async fn set(&self, account: &str, secret: &SecretString) -> Result<(), SecretError> {
        self.entries.set(account, secret).await
    }

    async fn remove(&self, account: &str) -> Result<(), SecretError> {
        self.entries.remove(account).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_asked_once_for_all_who_wait_and_again_by_whoever_comes_later() {
    let keychain = Asking::locked();
    let house = House::with_keychain(keychain.clone()).await;
    let (account, _) = connect_psa(&house).await;
    let accounts = &house.engine.accounts;
    let all_ask = || join_all((0..8).map(|_| accounts.service(account)));

    let (answers, ()) = join(all_ask(), async { keychain.answer(true) }).await;
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().err()).collect();
    assert!(
        told.iter()
            .all(|error| error.is_some_and(|error| error.code == ErrorCode::KeychainLocked)),
        "{told:?}"
    );
    assert_eq!(keychain.questions(), 1, "one question for eight");

    let (answers, ()) = join(all_ask(), async { keychain.answer(false) }).await;
    assert!(answers.iter().all(Result::is_ok), "it is unlocked");
    assert_eq!(keychain.questions(), 2, "the next who comes asks anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_key_is_replaced_meanwhile_what_the_old_one_lacked_holds_nobody() {
    let keychain = Asking::locked();
    let house = House::with_keychain(keychain.clone()).await;
    let (account, _) = connect_psa(&house).await;
    let accounts = &house.engine.accounts;
    let asked = async |questions: usize| {
        while keychain.questions() < questions {
            tokio::task::yield_now().await;
        }
    };
    let (answers, ()) = join(join_all((0..3).map(|_| accounts.service(account))), async {
        asked(1).await;
        let chosen = Chosen::Account {
            id: account.to_string(),
        };
        let tested = accounts.test(&chosen, token(TOKEN)).await.expect("tested");
        let replaced = accounts.replace_key(account, &tested.handle, Keep::Keychain);
        replaced.await.expect("replaced");
        keychain.answer(true);
        asked(2).await;
        keychain.answer(false);
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "the new key is there");
    let rows = accounts.list().expect("accounts");
    assert!(rows.iter().all(|row| row.hold.is_none()), "{rows:?}");
}
