//! Changes of many pins.

use engine::changes::{ChangePreview, ChangeRow, ChangeWhat, EditOfMany, RefusalPage};
use engine::pins::Selection;

use super::{Answer, Held};

/// Every change that is under way or was not closed, of all accounts.
#[tauri::command]
#[specta::specta]
pub async fn changes_list(engine: Held<'_>) -> Answer<Vec<ChangeRow>> {
    engine.changes.list()
}

/// Takes a change of the selected pins in; it is carried out while nobody waits.
#[tauri::command]
#[specta::specta]
pub async fn changes_start(
    engine: Held<'_>,
    selection: Selection,
    what: ChangeWhat,
) -> Answer<ChangeRow> {
    engine.changes.start(&selection, what).await
}

/// What an edit would do, before anything is sent.
#[tauri::command]
#[specta::specta]
pub async fn changes_preview(
    engine: Held<'_>,
    selection: Selection,
    edit: EditOfMany,
) -> Answer<ChangePreview> {
    engine.changes.preview(&selection, &edit)
}

/// Asks for nothing more of it; what is done stays done.
#[tauri::command]
#[specta::specta]
pub async fn changes_cancel(engine: Held<'_>, id: u32) -> Answer<ChangeRow> {
    engine.changes.cancel(id.into()).await
}

/// Asks again for what failed.
#[tauri::command]
#[specta::specta]
pub async fn changes_retry(engine: Held<'_>, id: u32) -> Answer<ChangeRow> {
    engine.changes.retry(id.into()).await
}

/// Pins that could not be changed, at most 100 at once.
#[tauri::command]
#[specta::specta]
pub async fn changes_refusals(engine: Held<'_>, id: u32, from: u32, n: u32) -> Answer<RefusalPage> {
    engine
        .changes
        .refusals(id.into(), from as usize, n as usize)
}

/// Forgets one that is over.
#[tauri::command]
#[specta::specta]
pub async fn changes_close(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.changes.close(id.into()).await
}
