//! JSON that is typed, pasted or read from a file.

use engine::json::{JsonDraft, JsonLook, JsonPiece, JsonTidy, JsonWish};
use tauri::WebviewWindow;

use super::{Answer, Held};
use crate::dialogs;

/// Begins an empty text.
#[tauri::command]
#[specta::specta]
pub async fn json_start(engine: Held<'_>) -> Answer<JsonDraft> {
    Ok(engine.json.start())
}

/// Asks for a file and reads it.
#[tauri::command]
#[specta::specta]
pub async fn json_pick(engine: Held<'_>, window: WebviewWindow) -> Answer<Option<JsonDraft>> {
    match dialogs::pick_json(&window).await {
        Some(path) => engine.json.open(path).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the next piece of what was typed, from 0 on; with the last one it is the text.
#[tauri::command]
#[specta::specta]
pub async fn json_write(
    engine: Held<'_>,
    draft: String,
    piece: u32,
    text: String,
    last: bool,
) -> Answer<()> {
    engine.json.write(&draft, piece as usize, &text, last)
}

/// A piece of the text, from this byte on.
#[tauri::command]
#[specta::specta]
pub async fn json_read(engine: Held<'_>, draft: String, from: u32) -> Answer<JsonPiece> {
    engine.json.read(&draft, from as usize)
}

/// Gives the text another white space.
#[tauri::command]
#[specta::specta]
pub async fn json_tidy(engine: Held<'_>, draft: String, how: JsonTidy) -> Answer<JsonDraft> {
    engine.json.tidy(&draft, how)
}

/// What can be said of the text, and of what the active account's service would make of it.
#[tauri::command]
#[specta::specta]
pub async fn json_look(engine: Held<'_>, draft: String) -> Answer<JsonLook> {
    engine.json.look(engine.require_active()?, &draft).await
}

/// Puts the text into the queue of the active account.
#[tauri::command]
#[specta::specta]
pub async fn json_pin(engine: Held<'_>, draft: String, wish: JsonWish) -> Answer<u32> {
    let id = engine
        .json
        .pin(engine.require_active()?, &draft, wish)
        .await?;
    Ok(u32::try_from(id).unwrap_or_default())
}

/// Forgets the text.
#[tauri::command]
#[specta::specta]
pub async fn json_close(engine: Held<'_>, draft: String) -> Answer<()> {
    engine.json.close(&draft);
    Ok(())
}
