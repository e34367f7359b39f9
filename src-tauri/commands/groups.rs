//! Groups.

use engine::groups::{GroupList, GroupRow};
use engine::pins::PinNetwork;

use super::{Answer, Held};

/// The groups of the account, as they are known here.
#[tauri::command]
#[specta::specta]
pub async fn groups_list(engine: Held<'_>) -> Answer<GroupList> {
    engine.groups.list(engine.require_active()?)
}

/// Asks the service for them again.
#[tauri::command]
#[specta::specta]
pub async fn groups_refresh(engine: Held<'_>) -> Answer<()> {
    engine.groups.refresh(engine.require_active()?).await
}

/// Makes a group. `seen`: anyone may see what is in it, without a key.
#[tauri::command]
#[specta::specta]
pub async fn groups_create(
    engine: Held<'_>,
    name: String,
    network: PinNetwork,
    seen: Option<bool>,
) -> Answer<GroupRow> {
    engine
        .groups
        .create(engine.require_active()?, &name, network, seen)
        .await
}

/// Renames a group, or changes whether anyone may see what is in it.
#[tauri::command]
#[specta::specta]
pub async fn groups_edit(
    engine: Held<'_>,
    id: u32,
    name: Option<String>,
    seen: Option<bool>,
) -> Answer<GroupRow> {
    engine.groups.edit(id.into(), name.as_deref(), seen).await
}

/// Removes a group; its pins stay.
#[tauri::command]
#[specta::specta]
pub async fn groups_delete(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.groups.delete(id.into()).await
}
