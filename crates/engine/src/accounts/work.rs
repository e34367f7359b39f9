//! Testing a credential, keeping it, and what holds its account.

use secrets::SecretError;

use super::place::{Chosen, shown_address};
use super::{
    Abilities, Account, AccountId, AccountKind, AccountRow, Accounts, Credential, CredentialKind,
    Hold, Keep, KeyTest, Tested, health, refusal, rows,
};
use crate::announce::Noun;
use crate::clock::Millis;
use crate::error::{CommandError, ErrorCode};
use crate::failure;
use crate::store::Urgency;

/// The longest name of an account, in characters.
const LONGEST_LABEL: usize = 80;

impl Accounts {
    /// Asks a service about a credential. It stays here under the answer's handle; nothing is written.
    pub async fn test(
        &self,
        chosen: &Chosen,
        credential: Credential,
    ) -> Result<KeyTest, CommandError> {
        let target = self.target(chosen)?;
        let service = self.connect.connect(target.place.clone(), &credential)?;
        let report = service
            .check()
            .await
            .map_err(|error| refusal::of_test(&error, &target))?;
        let more = service.abilities().await.unwrap_or_default();
        let tested = Tested {
            abilities: Abilities::of(service.as_ref(), &report, &more),
            credential,
            target,
            owner: report.owner_email,
            key_id: report.key_id,
        };
        let handle = uuid::Uuid::new_v4().to_string();
        let account = tested.account(0, Keep::Keychain, String::new());
        let told = KeyTest {
            handle: handle.clone(),
            owner: tested.owner.clone(),
            key_id: tested.key_id.as_deref().map(health::beginning),
            pins: report.pins,
            bytes: report.bytes,
            abilities: tested.abilities.clone(),
            service: account.service.clone(),
            address: shown_address(&account),
        };
        let mut waiting = self
            .tested
            .lock()
            .expect("nothing panics while it holds this lock");
        // Only the newest credential waits in memory for its Start button.
        waiting.clear();
        waiting.insert(handle, tested);
        Ok(told)
    }

    /// Keeps a tested credential and adds its account.
    pub async fn connect(&self, handle: &str, keep: Keep) -> Result<AccountRow, CommandError> {
        let tested = self.tested(handle)?;
        let secret = uuid::Uuid::new_v4().to_string();
        self.put(keep, &secret, &tested.credential).await?;
        let mut account = tested.account(0, keep, secret);
        account.label = self.free_label(account.label)?;
        let now = self.clock.now();
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                let id = rows::insert(tx, &account, now)?;
                let (owner, key_id) = (tested.owner.as_deref(), tested.key_id.as_deref());
                rows::set_tested(tx, id, &tested.abilities, owner, key_id, now)?;
                Ok(id)
            })
            .await?;
        self.forget_tested(handle);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.row_of(id)
    }

    /// Gives an account another credential; its uploads go on with it.
    pub async fn replace_key(
        &self,
        id: AccountId,
        handle: &str,
        keep: Keep,
    ) -> Result<AccountRow, CommandError> {
        let before = self.get(id)?;
        let tested = self.tested(handle)?;
        let secret = uuid::Uuid::new_v4().to_string();
        let key = tested.account(id, keep, secret.clone());
        same_service(&before, &key)?;
        self.put(keep, &secret, &tested.credential).await?;
        self.take_key(&before, key, tested.abilities).await?;
        self.forget_tested(handle);
        self.row_of(id)
    }

    /// The account shows its service this credential from now on, which is kept and was tested there.
    pub(super) async fn take_key(
        &self,
        before: &Account,
        key: Account,
        abilities: Abilities,
    ) -> Result<(), CommandError> {
        let (id, now) = (key.id, self.clock.now());
        let same_secret = before.secret == key.secret;
        self.store
            .ledger
            .write(Urgency::Click, move |tx| {
                rows::set_secret(tx, &key)?;
                let (owner, key_id) = (key.owner.as_deref(), key.key_id.as_deref());
                rows::set_tested(tx, id, &abilities, owner, key_id, now)
            })
            .await?;
        if !same_secret {
            self.drop_secret(before).await;
        }
        self.forget_service(id);
        self.release(id);
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        Ok(())
    }

    /// Gives an account another name.
    pub async fn rename(&self, id: AccountId, label: &str) -> Result<AccountRow, CommandError> {
        let label = checked_label(label)?;
        self.get(id)?;
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set_label(tx, id, &label))
            .await?;
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.row_of(id)
    }

    /// A name that no other account has: "Filebase", then "Filebase 2".
    fn free_label(&self, wanted: String) -> Result<String, CommandError> {
        let accounts = self.store.ledger.read(rows::all)?;
        let taken = |label: &String| accounts.iter().any(|account| account.label == *label);
        let mut numbered = (2..).map(|n| format!("{wanted} {n}"));
        if !taken(&wanted) {
            return Ok(wanted);
        }
        Ok(numbered.find(|label| !taken(label)).unwrap_or(wanted))
    }

    /// Adds the Sandbox, or gives the one that is there.
    pub async fn try_sandbox(&self) -> Result<AccountRow, CommandError> {
        let now = self.clock.now();
        self.sandbox.running().await?;
        let id = self
            .store
            .ledger
            .write(Urgency::Click, move |tx| {
                if let Some(account) = rows::sandbox(tx)? {
                    return Ok(account.id);
                }
                rows::insert(tx, &sandbox_account(), now)
            })
            .await?;
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.row_of(id)
    }

    /// Holds the whole account. What passes ends by itself: all that wait for it go on together, and where it has not
    /// passed, they wait longer. Says how often in a row it is held.
    pub fn set_hold(&self, id: AccountId, code: ErrorCode, retry_after: Option<Millis>) -> u32 {
        self.set_hold_with(id, code, retry_after, |_| {})
    }

    /// Holds the whole account for what is wrong with its token, and keeps the error's own sentence where its code stands for
    /// several things: a token may be missing from the keychain, or its file unfit.
    pub(super) fn hold_for_token(&self, id: AccountId, error: &CommandError) {
        let because = Some(error.message.clone()).filter(|_| error.code == ErrorCode::KeyMissing);
        self.set_hold_with(id, error.code, None, |hold| hold.because = because);
    }

    fn set_hold_with(
        &self,
        id: AccountId,
        code: ErrorCode,
        retry_after: Option<Millis>,
        change: impl FnOnce(&mut Hold),
    ) -> u32 {
        let now = self.clock.now();
        let times = {
            let mut live = self.live();
            let live = live.entry(id).or_default();
            let mut hold = Hold::after(live.hold.as_ref(), code, retry_after, now, (self.jitter)());
            change(&mut hold);
            if code == ErrorCode::Unauthorized {
                live.service = None;
            }
            live.hold.insert(hold).times
        };
        self.store.announcer.changed(Noun::Account, Some(vec![id]));
        self.wake.notify_one();
        times
    }

    /// Something was answered as asked. What fails at uploads alone may fail at them still.
    pub fn answered(&self, id: AccountId) {
        let now = self.clock.now();
        self.release_if(id, |hold| hold.ends_with_an_answer(now));
    }

    /// It took bytes of an upload that was begun then.
    pub fn took_bytes(&self, id: AccountId, begun: Millis) {
        let now = self.clock.now();
        self.release_if(id, |hold| hold.ends_with_an_upload(begun, now));
    }

    /// A person wants to know, and nothing speaks against it.
    pub fn release(&self, id: AccountId) {
        self.release_if(id, |_| true);
    }

    fn release_if(&self, id: AccountId, ends: impl FnOnce(&mut Hold) -> bool) {
        let was_held = {
            let mut live = self.live();
            let live = live.entry(id).or_default();
            live.answered = Some(self.clock.now());
            live.hold.take_if(ends).is_some()
        };
        if was_held {
            self.store.announcer.changed(Noun::Account, Some(vec![id]));
            self.wake.notify_one();
        }
    }

    async fn put(
        &self,
        keep: Keep,
        secret: &str,
        credential: &Credential,
    ) -> Result<(), CommandError> {
        let Some(entry) = credential.entry() else {
            return Ok(());
        };
        self.store_of(keep)
            .set(secret, &entry)
            .await
            .map_err(|error| failure::of_keychain(&error))
    }

    /// Takes what an account shows its service out of where it is kept.
    pub(super) async fn remove_secret(&self, account: &Account) -> Result<(), SecretError> {
        if account.kind == AccountKind::Sandbox || account.credential == CredentialKind::Nothing {
            return Ok(());
        }
        self.store_of(account.keep).remove(&account.secret).await
    }

    async fn drop_secret(&self, account: &Account) {
        if let Err(error) = self.remove_secret(account).await
            && !matches!(error, SecretError::Missing)
        {
            tracing::warn!(%error, account.id, "the old token could not be taken out of the keychain");
        }
    }

    fn tested(&self, handle: &str) -> Result<Tested, CommandError> {
        let tested = self
            .tested
            .lock()
            .expect("nothing panics while it holds this lock");
        tested.get(handle).cloned().ok_or_else(|| {
            CommandError::new(ErrorCode::Gone, "This test is over. Enter the token again.")
        })
    }

    fn forget_tested(&self, handle: &str) {
        self.tested
            .lock()
            .expect("nothing panics while it holds this lock")
            .remove(handle);
    }
}

impl Tested {
    /// The account that comes of it.
    fn account(&self, id: AccountId, keep: Keep, secret: String) -> Account {
        let service = self.target.service.clone();
        Account {
            id,
            kind: self.target.kind,
            label: self.owner.clone().unwrap_or_else(|| service.clone()),
            service,
            addresses: self.target.addresses.clone(),
            credential: self.credential.kind(),
            keep,
            secret,
            owner: self.owner.clone(),
            key_id: self.key_id.clone(),
        }
    }
}

/// A credential is of use to an account only where it was tested at the account's own service.
pub(super) fn same_service(account: &Account, key: &Account) -> Result<(), CommandError> {
    if key.kind == account.kind && key.addresses == account.addresses {
        return Ok(());
    }
    Err(CommandError::new(
        ErrorCode::BadInput,
        format!(
            "This key was tested at another service than that of {}. Test it again.",
            account.label
        ),
    ))
}

/// An account's name as it is kept.
pub(super) fn checked_label(label: &str) -> Result<String, CommandError> {
    let label = label.trim();
    let letters = label.chars().count();
    if letters == 0 || letters > LONGEST_LABEL || label.chars().any(char::is_control) {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            format!("An account’s name has 1 to {LONGEST_LABEL} characters, in one line."),
        ));
    }
    Ok(label.to_owned())
}

fn sandbox_account() -> Account {
    Account {
        id: 0,
        kind: AccountKind::Sandbox,
        label: "Sandbox".into(),
        service: String::new(),
        addresses: Default::default(),
        credential: CredentialKind::Token,
        keep: Keep::UntilQuit,
        secret: String::new(),
        owner: None,
        key_id: None,
    }
}
