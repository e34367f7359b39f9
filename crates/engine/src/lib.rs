//! All that Pinfold does when nobody looks. Knows no window: it is given a clock, files, a keychain and a way to services.

pub mod accounts;
pub mod announce;
pub mod changes;
pub mod clock;
pub mod error;
pub mod export;
mod failure;
mod figures;
pub mod groups;
pub mod heap;
pub mod holder;
pub mod jobs;
pub mod json;
pub mod keys;
pub mod lock;
pub mod message;
pub mod notices;
mod paging;
pub mod pins;
mod planted;
#[cfg(test)]
mod schedules;
pub mod settings;
mod spool;
mod standing;
pub mod store;
pub mod swaps;
pub mod uploads;
pub mod usage;
pub mod walk;
pub mod watches;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use standing::{Standing, StandingState};

use secrets::SecretStore;
use tokio::sync::Notify;

use accounts::{AccountHealth, AccountId, AccountRow, Accounts, Connect, Keep, SandboxHost};
use changes::Changes;
use clock::{Clock, Jitter, Millis};
use error::{CommandError, ErrorCode};
use export::ExportForm;
use groups::Groups;
use jobs::Jobs;
use json::Json;
use keys::Keys;
use pins::{Pins, Selection};
use settings::SettingStore;
use store::{Store, StoreError};
use swaps::Swaps;
use uploads::Uploads;
use usage::{Usage, UsageSpan};
use walk::{Files, Watching};
use watches::{Forbidden, Ground, Watches};

/// What the engine is given.
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// People's files.
    pub files: Arc<dyn Files>,
    /// The system keychain.
    pub keychain: Arc<dyn SecretStore>,
    /// The way to services.
    pub connect: Arc<dyn Connect>,
    /// Whoever can start the Sandbox.
    pub sandbox: Arc<dyn SandboxHost>,
    /// A number in 0..=1, to spread waits.
    pub jitter: Jitter,
    /// Whoever hears changes of folders.
    pub watching: Arc<dyn Watching>,
    /// The person's home folder: never watched as a whole.
    pub home: Option<std::path::PathBuf>,
}

/// The engine: one of each noun, on one store.
pub struct Engine {
    /// Both SQLite files.
    pub store: Arc<Store>,
    /// The connected services.
    pub accounts: Arc<Accounts>,
    /// What they keep.
    pub pins: Arc<Pins>,
    /// What they gather them in.
    pub groups: Arc<Groups>,
    /// Changes of many pins.
    pub changes: Arc<Changes>,
    /// The queue.
    pub uploads: Arc<Uploads>,
    /// Watched folders.
    pub watches: Arc<Watches>,
    /// CIDs that services were asked to find and pin.
    pub jobs: Arc<Jobs>,
    /// Other content for their addresses.
    pub swaps: Swaps,
    /// API keys of the accounts.
    pub keys: Keys,
    /// JSON that is typed, pasted or read.
    pub json: Arc<Json>,
    /// What the accounts use.
    pub usage: Usage,
    /// What a person set.
    pub settings: SettingStore,
}

impl Engine {
    /// Opens the data folder, whose owner the caller must be (see [`lock`]).
    pub fn open(data: &Path, parts: Parts) -> Result<Self, CommandError> {
        let store = Store::open(data).map_err(|error| unusable(data, error))?;
        let store = Arc::new(store);
        let wake = Arc::new(Notify::new());
        let Parts {
            clock,
            files,
            keychain,
            connect,
            sandbox,
            jitter,
            watching,
            home,
        } = parts;
        let ground = Ground {
            files: files.clone(),
            watching,
            forbidden: Forbidden {
                home,
                data: Some(data.to_owned()),
            },
        };
        let accounts = Arc::new(Accounts::new(
            store.clone(),
            clock.clone(),
            keychain,
            connect,
            sandbox,
            jitter.clone(),
            wake.clone(),
        ));
        let pins = Arc::new(Pins::new(store.clone(), clock.clone(), accounts.clone()));
        let groups = Arc::new(Groups::new(store.clone(), accounts.clone(), pins.clone()));
        let changes = Arc::new(Changes::new(
            store.clone(),
            clock.clone(),
            accounts.clone(),
            pins.clone(),
            groups.clone(),
        ));
        let uploads = Arc::new(Uploads::new(
            store.clone(),
            clock.clone(),
            files.clone(),
            accounts.clone(),
            pins.clone(),
            jitter.clone(),
            wake,
        ));
        let jobs = Arc::new(Jobs::new(
            store.clone(),
            clock.clone(),
            files.clone(),
            accounts.clone(),
            pins.clone(),
            uploads.clone(),
            jitter,
        ));
        let needed = uploads
            .sources_in_use()
            .map_err(|error| match error.detail {
                Some(detail) => unusable(data, StoreError::Damaged(detail)),
                None => error,
            })?;
        spool::sweep(data, files.as_ref(), &needed, clock.now());
        let json = Json::new(data, accounts.clone(), uploads.clone(), files.clone())?;
        let watches = Arc::new(Watches::new(
            store.clone(),
            clock.clone(),
            ground,
            accounts.clone(),
            pins.clone(),
            uploads.clone(),
        ));
        Ok(Self {
            swaps: Swaps::new(accounts.clone(), pins.clone(), jobs.clone()),
            keys: Keys::new(store.clone(), clock.clone(), accounts.clone()),
            json: Arc::new(json),
            usage: Usage::new(clock.clone(), accounts.clone(), pins.clone()),
            settings: SettingStore::new(store.clone()),
            store,
            accounts,
            pins,
            groups,
            changes,
            uploads,
            watches,
            jobs,
        })
    }

    /// The account that the person works with; `None` before the first one.
    pub fn active(&self) -> Result<Option<AccountId>, CommandError> {
        let known = self.accounts.stored()?;
        let is_known = |id: &AccountId| known.iter().any(|account| account.id == *id);
        let chosen = self.settings.active()?.filter(is_known);
        Ok(chosen.or_else(|| known.first().map(|account| account.id)))
    }

    /// The active account, or the sentence that there is none.
    pub fn require_active(&self) -> Result<AccountId, CommandError> {
        self.active()?.ok_or_else(|| {
            CommandError::new(
                ErrorCode::BadInput,
                "Connect a service or try the Sandbox first.",
            )
        })
    }

    /// The person says that an account may work now: looks again, and reads its list where it does.
    pub async fn retry(&self, id: AccountId) -> Result<AccountRow, CommandError> {
        let account = self.accounts.retry(id).await?;
        if account.hold.is_none() {
            self.read_list(id);
        }
        Ok(account)
    }

    /// Gives an account another token, which was tested, and reads its list with it.
    pub async fn replace_key(
        &self,
        id: AccountId,
        handle: &str,
        keep: Keep,
    ) -> Result<AccountRow, CommandError> {
        let account = self.accounts.replace_key(id, handle, keep).await?;
        self.read_list(id);
        Ok(account)
    }

    /// Asks an account's service again what its key may, and reads its list where it answers.
    pub async fn check_account(&self, id: AccountId) -> Result<AccountHealth, CommandError> {
        let health = self.accounts.check(id).await?;
        if health.row.hold.is_none() {
            self.read_list(id);
        }
        Ok(health)
    }

    /// Forgets an account here, with its secret, its queue and its watched folders; unpins nothing. `erase` also deletes
    /// everything that the Sandbox keeps. Where the secret cannot be taken out of the keychain, nothing is changed.
    pub async fn remove_account(&self, id: AccountId, erase: bool) -> Result<(), CommandError> {
        self.accounts.give_up_secret(id).await?;
        self.watches.forget_account(id).await?;
        self.uploads.take_back_all_of(id).await?;
        if erase {
            self.accounts.erase_sandbox(id).await?;
        }
        self.accounts.remove(id).await?;
        self.pins.forget(id).await?;
        self.groups.forget_account(id).await?;
        self.store.announcer.changed(announce::Noun::Upload, None);
        self.store.announcer.changed(announce::Noun::Watch, None);
        self.store.announcer.changed(announce::Noun::Job, None);
        self.store.announcer.changed(announce::Noun::Change, None);
        Ok(())
    }

    /// Reads an account's list and its groups from the service, while nobody waits. Why it failed is told with them.
    pub fn read_list(&self, id: AccountId) {
        let (pins, groups) = (self.pins.clone(), self.groups.clone());
        tokio::spawn(async move {
            if let Err(error) = pins.refresh(id).await {
                tracing::warn!(%error, id, "the list of pins could not be read");
            } else if let Err(error) = groups.refresh(id).await {
                tracing::warn!(%error, id, "the groups could not be read");
            }
        });
    }

    /// Reads an account's list and its groups from the service.
    pub async fn refresh(&self, id: AccountId) -> Result<(), CommandError> {
        self.pins.refresh(id).await?;
        // A list without groups is a list all the same; why they could not be read is told with them.
        if let Err(error) = self.groups.refresh(id).await {
            tracing::warn!(%error, id, "the groups could not be read");
        }
        Ok(())
    }

    /// Writes the selected pins as they are in the list; answers how many. Blocks.
    pub fn export_pins(
        &self,
        selection: &Selection,
        form: ExportForm,
        to: &mut dyn std::io::Write,
    ) -> Result<u64, CommandError> {
        let (account, _) = self.pins.selected(selection)?;
        let groups = self.groups.names(account)?;
        self.pins.export(selection, form, &groups, to)
    }

    /// Writes the selected pins to a file, while nothing else waits; answers how many. It is there whole, or as it was.
    pub async fn save_pins(
        self: &Arc<Self>,
        selection: Selection,
        form: ExportForm,
        path: PathBuf,
    ) -> Result<u64, CommandError> {
        let engine = self.clone();
        let work = move |to: &mut dyn Write| engine.export_pins(&selection, form, to);
        aside(move || export::save(&path, work)).await
    }

    /// Writes the ledger of a watched folder to a file; answers how many rows.
    pub async fn save_ledger(
        &self,
        folder: i64,
        form: ExportForm,
        path: PathBuf,
    ) -> Result<u64, CommandError> {
        let watches = self.watches.clone();
        let work = move |to: &mut dyn Write| watches.export(folder, form, to);
        aside(move || export::save(&path, work)).await
    }

    /// Writes what an account uses to a file, as CSV, in days of a clock that is `east` minutes ahead of UTC.
    pub async fn save_usage(
        &self,
        account: AccountId,
        span: UsageSpan,
        east: i32,
        path: PathBuf,
    ) -> Result<(), CommandError> {
        // Where the service tells no totals, the file says what the list adds up to.
        let totals = self.usage.totals(account).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the service’s totals are not in the file");
            None
        });
        let line = holder::usage_line(self, account, totals, (span, east))?;
        aside(move || export::save(&path, |to| export::put(to, &line.csv()))).await
    }

    /// Works with this account from now on.
    pub async fn select(&self, id: AccountId) -> Result<(), CommandError> {
        self.accounts.get(id)?;
        self.settings.set_active(id).await?;
        self.read_list(id);
        Ok(())
    }

    /// A new account becomes the one that is worked with.
    pub async fn welcome(&self, account: AccountRow) -> Result<AccountRow, CommandError> {
        if let Ok(id) = account.id.parse() {
            self.select(id).await?;
        }
        Ok(account)
    }
}

/// Work that writes a file and may wait for a disk, away from what answers the window.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CommandError> + Send + 'static,
) -> Result<T, CommandError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(CommandError::gone("What was to be written")))
}

/// Keeps a damaged ledger under another name, which is answered, so that [`Engine::open`] makes a new one. For whoever owns
/// the data folder and has no engine on it.
pub fn begin_anew(data: &Path, now: Millis) -> Result<PathBuf, CommandError> {
    store::set_aside(data, &clock::day_of(now)).map_err(|error| {
        let ledger = data.join(store::LEDGER);
        let sentence = format!("{} could not be given another name.", ledger.display());
        CommandError::new(ErrorCode::Unreadable, sentence).with_detail(error.to_string())
    })
}

/// Why there is no start on this ledger, which is left as it is, and what a person can do.
fn unusable(data: &Path, error: StoreError) -> CommandError {
    let ledger = data.join(store::LEDGER);
    let (ledger, anew) = (
        ledger.display(),
        "To begin anew, give that file another name and start Pinfold again: then add your accounts again, and their pins are read from the services.",
    );
    match error {
        StoreError::Damaged(detail) => CommandError::new(
            ErrorCode::DamagedLedger,
            format!("Pinfold’s ledger {ledger} is damaged, and is left as it is. {anew}"),
        )
        .with_detail(detail),
        StoreError::Newer => CommandError::new(
            ErrorCode::Internal,
            format!(
                "Pinfold’s ledger {ledger} was written by a later version, and is left as it is. Start that version."
            ),
        ),
        other => other.into(),
    }
}
