//! Accounts.

use engine::accounts::{
    AccountHealth, AccountRow, Accounts, Chosen, Credential, Keep, KeyTest, Leaving, LinkChoices,
    Links, ServiceTemplate,
};
use engine::error::CommandError;

use super::{Answer, Held, account_id};
use crate::dialogs;

/// Every account.
#[tauri::command]
#[specta::specta]
pub async fn accounts_list(engine: Held<'_>) -> Answer<Vec<AccountRow>> {
    engine.accounts.list()
}

/// The pinning services to choose from.
#[tauri::command]
#[specta::specta]
pub async fn accounts_services() -> Answer<Vec<ServiceTemplate>> {
    Ok(Accounts::services())
}

/// Asks a service about a token, or about an API key (`key`) and its secret (`token`); they stay in Rust under the
/// answer's handle.
#[tauri::command]
#[specta::specta]
pub async fn accounts_test(
    engine: Held<'_>,
    chosen: Chosen,
    token: String,
    key: Option<String>,
) -> Answer<KeyTest> {
    let credential = Credential::typed(key.as_deref(), &token.into());
    engine.accounts.test(&chosen, credential).await
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

/// How an account is, as far as it is known here.
#[tauri::command]
#[specta::specta]
pub async fn accounts_health(engine: Held<'_>, id: String) -> Answer<AccountHealth> {
    engine.accounts.health(account_id(&id)?)
}

/// Asks the service again what the key may.
#[tauri::command]
#[specta::specta]
pub async fn accounts_check(engine: Held<'_>, id: String) -> Answer<AccountHealth> {
    engine.check_account(account_id(&id)?).await
}

/// Gives an account another name.
#[tauri::command]
#[specta::specta]
pub async fn accounts_rename(engine: Held<'_>, id: String, label: String) -> Answer<AccountRow> {
    engine.accounts.rename(account_id(&id)?, &label).await
}

/// The gateways and forms there are for links to an account's pins.
#[tauri::command]
#[specta::specta]
pub async fn accounts_link_choices(engine: Held<'_>, id: String) -> Answer<LinkChoices> {
    engine.accounts.link_choices(account_id(&id)?).await
}

/// How a link would look.
#[tauri::command]
#[specta::specta]
pub async fn accounts_sample_link(engine: Held<'_>, id: String, links: Links) -> Answer<String> {
    engine.accounts.sample_link(account_id(&id)?, &links)
}

/// Makes links to an account's pins so from now on.
#[tauri::command]
#[specta::specta]
pub async fn accounts_set_links(engine: Held<'_>, id: String, links: Links) -> Answer<()> {
    engine.accounts.set_links(account_id(&id)?, links).await
}

/// What removing an account does.
#[tauri::command]
#[specta::specta]
pub async fn accounts_leaving(engine: Held<'_>, id: String) -> Answer<Leaving> {
    engine.accounts.leaving(account_id(&id)?)
}

/// Forgets an account here; unpins nothing. `erase`: deletes what the Sandbox keeps.
#[tauri::command]
#[specta::specta]
pub async fn accounts_remove(engine: Held<'_>, id: String, erase: bool) -> Answer<()> {
    engine.remove_account(account_id(&id)?, erase).await
}

/// Shows the Sandbox's folder in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn accounts_show_sandbox(engine: Held<'_>) -> Answer<()> {
    match engine.accounts.sandbox_folder() {
        Some(folder) => dialogs::show_on_disk(&folder),
        None => Err(CommandError::gone("The Sandbox’s folder")),
    }
}
