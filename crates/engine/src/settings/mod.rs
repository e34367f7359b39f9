//! What a person set: how the window looks, and which account they last worked with.

mod rows;

pub(crate) use rows::{get as kept, set as keep};

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::AccountId;
use crate::announce::Noun;
use crate::error::CommandError;
use crate::store::{Store, Urgency};

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What closing the window does where the desktop has a tray. Without one it quits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OnClose {
    /// Pinfold goes on in the tray.
    #[default]
    KeepRunning,
    /// It quits.
    Quit,
}

/// What the desktop's notifications are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NotifyAbout {
    /// Also what went well.
    #[default]
    All,
    /// Only what needs the person.
    NeedsYou,
    /// Nothing.
    Nothing,
}

/// How the window looks, and what goes on without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The details pane is open.
    pub details_open: bool,
    /// Height of the uploads dock, CSS pixels.
    #[specta(type = u32)]
    pub dock_height: f64,
    /// What closing the window does.
    pub on_close: OnClose,
    /// What is told outside the window.
    pub notify_about: NotifyAbout,
    /// The link of a single upload is copied when it is done.
    pub copy_link: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            details_open: true,
            dock_height: 316.0,
            on_close: OnClose::default(),
            notify_about: NotifyAbout::default(),
            copy_link: false,
        }
    }
}

/// The settings' store.
pub struct SettingStore {
    store: Arc<Store>,
}

impl SettingStore {
    /// Takes the store in.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// What is set; what cannot be read is as it was at first.
    pub fn get(&self) -> Result<Settings, CommandError> {
        let stored = self.store.ledger.read(|tx| rows::get(tx, "settings"))?;
        Ok(stored
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    /// Sets all of it.
    pub async fn set(&self, settings: Settings) -> Result<Settings, CommandError> {
        let json = serde_json::to_string(&settings).unwrap_or_default();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set(tx, "settings", &json))
            .await?;
        self.store.announcer.changed(Noun::Setting, None);
        Ok(settings)
    }

    /// What another noun keeps among the settings; `None` where there is nothing that can be read.
    pub(crate) fn kept<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CommandError> {
        let stored = self.store.ledger.read(|tx| rows::get(tx, name))?;
        Ok(stored.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Keeps something among the settings.
    pub(crate) async fn keep<T: Serialize>(
        &self,
        name: &str,
        value: &T,
    ) -> Result<(), CommandError> {
        let json = serde_json::to_string(value).unwrap_or_default();
        let name = name.to_owned();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| rows::set(tx, &name, &json))
            .await?;
        self.store.announcer.changed(Noun::Setting, None);
        Ok(())
    }

    /// The account worked with last.
    pub fn active(&self) -> Result<Option<AccountId>, CommandError> {
        let stored = self
            .store
            .ledger
            .read(|tx| rows::get(tx, "active_account"))?;
        Ok(stored.and_then(|id| id.parse().ok()))
    }

    /// Works with this account from now on.
    pub async fn set_active(&self, id: AccountId) -> Result<(), CommandError> {
        let id = id.to_string();
        self.store
            .ledger
            .write(Urgency::Click, move |tx| {
                rows::set(tx, "active_account", &id)
            })
            .await?;
        self.store.announcer.changed(Noun::Account, None);
        self.store.announcer.changed(Noun::Pin, None);
        Ok(())
    }
}
