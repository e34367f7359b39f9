//! API keys.

use engine::accounts::KeyTest;
use engine::keys::{
    KeyList, KeyPart, KeyPreview, KeyScopes, KeyWish, Keys, KeysQuery, MadeKey, RevealedKey,
};
use tauri::{AppHandle, State};

use super::{Answer, Held};
use crate::dialogs::{self, Clipboard};

/// One page of the active account's keys.
#[tauri::command]
#[specta::specta]
pub async fn keys_list(
    engine: Held<'_>,
    query: KeysQuery,
    after: Option<String>,
) -> Answer<KeyList> {
    let account = engine.require_active()?;
    engine.keys.list(account, &query, after).await
}

/// All that a key can be allowed.
#[tauri::command]
#[specta::specta]
pub async fn keys_scopes() -> Answer<KeyScopes> {
    Ok(Keys::scopes())
}

/// What a key could do, before it is made.
#[tauri::command]
#[specta::specta]
pub async fn keys_preview(wish: KeyWish) -> Answer<KeyPreview> {
    Ok(Keys::preview(&wish))
}

/// Makes a key; what is secret about it stays in Rust under the answer's handle.
#[tauri::command]
#[specta::specta]
pub async fn keys_create(engine: Held<'_>, wish: KeyWish) -> Answer<MadeKey> {
    engine.keys.create(engine.require_active()?, &wish).await
}

/// Tells the secrets of a key that was just made, once.
#[tauri::command]
#[specta::specta]
pub async fn keys_reveal(engine: Held<'_>, handle: String) -> Answer<RevealedKey> {
    engine.keys.reveal(&handle)
}

/// Copies one part of a key that was just made; the clipboard forgets it again.
#[tauri::command]
#[specta::specta]
pub async fn keys_copy(
    app: AppHandle,
    engine: Held<'_>,
    handle: String,
    part: KeyPart,
) -> Answer<()> {
    dialogs::copy_secret(&app, engine.keys.part(&handle, part)?)
}

/// Copies the public id of a key.
#[tauri::command]
#[specta::specta]
pub async fn keys_copy_id(clipboard: State<'_, Clipboard>, key: String) -> Answer<()> {
    clipboard.put(key)
}

/// Tries a key that was just made, as an account's key.
#[tauri::command]
#[specta::specta]
pub async fn keys_test(engine: Held<'_>, handle: String) -> Answer<KeyTest> {
    engine.keys.test(&handle).await
}

/// Wipes what is secret about a key that was just made.
#[tauri::command]
#[specta::specta]
pub async fn keys_close(engine: Held<'_>, handle: String) -> Answer<()> {
    engine.keys.close(&handle);
    Ok(())
}

/// Revokes a key.
#[tauri::command]
#[specta::specta]
pub async fn keys_revoke(engine: Held<'_>, key: String, although_used: bool) -> Answer<()> {
    let account = engine.require_active()?;
    engine.keys.revoke(account, &key, although_used).await
}
