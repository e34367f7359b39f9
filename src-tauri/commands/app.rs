//! The first question of the page.

use engine::accounts::AccountRow;
use engine::settings::Settings;
use engine::uploads::UploadsHead;
use serde::Serialize;
use specta::Type;

use super::{Answer, Held};

/// All that the first paint needs.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppStart {
    /// Of this program.
    pub version: String,
    /// Every account.
    pub accounts: Vec<AccountRow>,
    /// The one worked with; none at the first run.
    pub active: Option<String>,
    /// How the window looks.
    pub settings: Settings,
    /// The queue's figures.
    pub uploads: UploadsHead,
}

/// All that the first paint needs.
#[tauri::command]
#[specta::specta]
pub async fn app_start(engine: Held<'_>) -> Answer<AppStart> {
    Ok(AppStart {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        accounts: engine.accounts.list()?,
        active: engine.active()?.map(|id| id.to_string()),
        settings: engine.settings.get()?,
        uploads: engine.uploads.head()?,
    })
}
