//! How the window looks.

use engine::settings::Settings;

use super::{Answer, Held};

/// Sets all of it.
#[tauri::command]
#[specta::specta]
pub async fn settings_set(engine: Held<'_>, settings: Settings) -> Answer<Settings> {
    engine.settings.set(settings).await
}
