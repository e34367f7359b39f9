//! Accounts.

use engine::accounts::{AccountRow, Addresses, Keep, KeyTest};

use super::{Answer, Held, account_id};

/// Every account.
#[tauri::command]
#[specta::specta]
pub async fn accounts_list(engine: Held<'_>) -> Answer<Vec<AccountRow>> {
    engine.accounts.list()
}

/// Asks the service about a token; it stays in Rust under the answer's handle.
#[tauri::command]
#[specta::specta]
pub async fn accounts_test(
    engine: Held<'_>,
    token: String,
    endpoints: Option<Addresses>,
) -> Answer<KeyTest> {
    engine.accounts.test(token.into(), endpoints).await
}

/// Keeps a tested token and works with its account.
#[tauri::command]
#[specta::specta]
pub async fn accounts_connect(engine: Held<'_>, handle: String, keep: Keep) -> Answer<AccountRow> {
    engine
        .welcome(engine.accounts.connect(&handle, keep).await?)
        .await
}

/// Gives an account another token.
#[tauri::command]
#[specta::specta]
pub async fn accounts_replace_key(
    engine: Held<'_>,
    id: String,
    handle: String,
    keep: Keep,
) -> Answer<AccountRow> {
    engine.replace_key(account_id(&id)?, &handle, keep).await
}

/// Works with the Sandbox.
#[tauri::command]
#[specta::specta]
pub async fn accounts_try_sandbox(engine: Held<'_>) -> Answer<AccountRow> {
    engine.welcome(engine.accounts.try_sandbox().await?).await
}

/// Works with this account.
#[tauri::command]
#[specta::specta]
pub async fn accounts_select(engine: Held<'_>, id: String) -> Answer<()> {
    engine.select(account_id(&id)?).await
}

/// Looks again, now.
#[tauri::command]
#[specta::specta]
pub async fn accounts_retry(engine: Held<'_>, id: String) -> Answer<AccountRow> {
    engine.retry(account_id(&id)?).await
}

/// Forgets an account here; unpins nothing.
#[tauri::command]
#[specta::specta]
pub async fn accounts_remove(engine: Held<'_>, id: String) -> Answer<()> {
    engine.accounts.remove(account_id(&id)?).await
}
