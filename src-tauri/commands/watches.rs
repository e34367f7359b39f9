//! Watched folders. The paths stay in Rust: the page gets text to show, and numbers.

use engine::export::ExportForm;
use engine::watches::{
    AuditReport, BrakeAnswer, LedgerPage, LedgerQuery, PauseFor, UnpinPage, WatchDraft, WatchEvent,
    WatchPreview, WatchRow, WatchRules, WatchesHead,
};
use tauri::WebviewWindow;

use super::{Answer, Held, account_id};
use crate::dialogs;

fn numbers(ids: Vec<u32>) -> Vec<i64> {
    ids.into_iter().map(i64::from).collect()
}

/// Asks for a folder to watch; nothing when the person cancelled.
#[tauri::command]
#[specta::specta]
pub async fn watches_pick_folder(
    engine: Held<'_>,
    window: WebviewWindow,
) -> Answer<Option<WatchDraft>> {
    match dialogs::pick_folder_to_watch(&window).await {
        Some(path) => engine.watches.draft(path).map(Some),
        None => Ok(None),
    }
}

/// The folder of a drop, to be watched.
#[tauri::command]
#[specta::specta]
pub async fn watches_draft_from_drop(engine: Held<'_>, drop: String) -> Answer<WatchDraft> {
    engine.watches.draft_from_drop(&drop)
}

/// Forgets a folder that will not be watched.
#[tauri::command]
#[specta::specta]
pub async fn watches_discard(engine: Held<'_>, draft: String) -> Answer<()> {
    engine.watches.discard_draft(&draft);
    Ok(())
}

/// The rules that a new folder begins with.
#[tauri::command]
#[specta::specta]
pub async fn watches_default_rules() -> Answer<WatchRules> {
    Ok(WatchRules::default())
}

/// What a folder would pin under these rules.
#[tauri::command]
#[specta::specta]
pub async fn watches_preview(
    engine: Held<'_>,
    draft: String,
    account: Option<String>,
    rules: WatchRules,
) -> Answer<WatchPreview> {
    let account = chosen(&engine, account)?;
    engine.watches.preview(account, &draft, rules).await
}

/// Begins to watch. Without an account: the one worked with.
#[tauri::command]
#[specta::specta]
pub async fn watches_add(
    engine: Held<'_>,
    draft: String,
    account: Option<String>,
    rules: WatchRules,
) -> Answer<u32> {
    let account = chosen(&engine, account)?;
    let id = engine.watches.add(account, &draft, rules).await?;
    Ok(u32::try_from(id).unwrap_or(u32::MAX))
}

/// Figures for the status strip.
#[tauri::command]
#[specta::specta]
pub async fn watches_head(engine: Held<'_>) -> Answer<WatchesHead> {
    engine.watches.head()
}

/// Every watched folder; those that need a person first.
#[tauri::command]
#[specta::specta]
pub async fn watches_list(engine: Held<'_>) -> Answer<Vec<WatchRow>> {
    engine.watches.list()
}

/// A folder's rules.
#[tauri::command]
#[specta::specta]
pub async fn watches_rules(engine: Held<'_>, id: u32) -> Answer<WatchRules> {
    engine.watches.rules(id.into())
}

/// Other rules, perhaps another account.
#[tauri::command]
#[specta::specta]
pub async fn watches_edit(
    engine: Held<'_>,
    id: u32,
    account: Option<String>,
    rules: WatchRules,
) -> Answer<()> {
    let account = account.map(|id| account_id(&id)).transpose()?;
    engine.watches.edit(id.into(), account, rules).await
}

/// Pauses one.
#[tauri::command]
#[specta::specta]
pub async fn watches_pause(engine: Held<'_>, id: u32, until: PauseFor) -> Answer<()> {
    engine.watches.pause(id.into(), until).await
}

/// Lets one go on.
#[tauri::command]
#[specta::specta]
pub async fn watches_resume(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.watches.resume(id.into()).await
}

/// Pauses all; without `until`, lets all go on.
#[tauri::command]
#[specta::specta]
pub async fn watches_pause_all(engine: Held<'_>, until: Option<PauseFor>) -> Answer<()> {
    engine.watches.pause_all(until).await
}

/// Looks at everything now.
#[tauri::command]
#[specta::specta]
pub async fn watches_rescan(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.watches.rescan(id.into()).await
}

/// Watches it no more; unpins nothing.
#[tauri::command]
#[specta::specta]
pub async fn watches_remove(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.watches.remove(id.into()).await
}

/// Asks where the folder is now. False when the person cancelled.
#[tauri::command]
#[specta::specta]
pub async fn watches_locate(engine: Held<'_>, window: WebviewWindow, id: u32) -> Answer<bool> {
    let Some(path) = dialogs::pick_folder_to_watch(&window).await else {
        return Ok(false);
    };
    engine.watches.locate(id.into(), path).await?;
    Ok(true)
}

/// The other folder that stands at its path is the one to watch.
#[tauri::command]
#[specta::specta]
pub async fn watches_accept(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.watches.accept(id.into()).await
}

/// Shows it in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn watches_show(engine: Held<'_>, id: u32) -> Answer<()> {
    dialogs::show_on_disk(&engine.watches.root(id.into())?)
}

/// A window of a folder's ledger, at most 200 rows.
#[tauri::command]
#[specta::specta]
pub async fn watches_ledger(
    engine: Held<'_>,
    id: u32,
    query: LedgerQuery,
    from: u32,
    n: u32,
) -> Answer<LedgerPage> {
    engine
        .watches
        .ledger(id.into(), &query, from as usize, n as usize)
}

/// What happened last, newest first.
#[tauri::command]
#[specta::specta]
pub async fn watches_recent(engine: Held<'_>, id: u32, n: u32) -> Answer<Vec<WatchEvent>> {
    engine.watches.recent(id.into(), n as usize)
}

/// Sends what looks like a secret after all.
#[tauri::command]
#[specta::specta]
pub async fn watches_allow(engine: Held<'_>, id: u32, entries: Vec<u32>) -> Answer<()> {
    engine.watches.allow(id.into(), numbers(entries)).await
}

/// Tries these again.
#[tauri::command]
#[specta::specta]
pub async fn watches_retry(engine: Held<'_>, id: u32, entries: Vec<u32>) -> Answer<()> {
    engine.watches.retry(id.into(), numbers(entries)).await
}

/// These keep their pins, although they are gone.
#[tauri::command]
#[specta::specta]
pub async fn watches_keep(engine: Held<'_>, id: u32, entries: Vec<u32>) -> Answer<()> {
    engine.watches.keep(id.into(), numbers(entries)).await
}

/// Answers the question about files that disappeared together; without `entries`, for all of them.
#[tauri::command]
#[specta::specta]
pub async fn watches_brake(
    engine: Held<'_>,
    id: u32,
    answer: BrakeAnswer,
    entries: Option<Vec<u32>>,
) -> Answer<()> {
    engine
        .watches
        .brake(id.into(), answer, entries.map(numbers))
        .await
}

/// A window of the journal of unpins, at most 200 rows.
#[tauri::command]
#[specta::specta]
pub async fn watches_journal(engine: Held<'_>, id: u32, from: u32, n: u32) -> Answer<UnpinPage> {
    engine.watches.journal(id.into(), from as usize, n as usize)
}

/// Writes the ledger to a file that the person chooses. How many rows; nothing when the person cancelled.
#[tauri::command]
#[specta::specta]
pub async fn watches_export(
    engine: Held<'_>,
    window: WebviewWindow,
    id: u32,
    form: ExportForm,
) -> Answer<Option<u32>> {
    let Some(path) = dialogs::pick_save(&window, "ledger", form.end()).await else {
        return Ok(None);
    };
    let rows = engine.save_ledger(id.into(), form, path).await?;
    Ok(Some(u32::try_from(rows).unwrap_or(u32::MAX)))
}

/// Compares ledger, disk and service now.
#[tauri::command]
#[specta::specta]
pub async fn watches_audit(engine: Held<'_>, id: u32) -> Answer<AuditReport> {
    engine.watches.audit(id.into()).await
}

/// What the last comparison found.
#[tauri::command]
#[specta::specta]
pub async fn watches_audit_report(engine: Held<'_>, id: u32) -> Answer<AuditReport> {
    engine.watches.audit_report(id.into())
}

/// Mends one difference.
#[tauri::command]
#[specta::specta]
pub async fn watches_repair(engine: Held<'_>, id: u32, difference: u32) -> Answer<()> {
    engine.watches.repair(id.into(), difference.into()).await
}

/// Pins again what a rule let go.
#[tauri::command]
#[specta::specta]
pub async fn watches_take_back(engine: Held<'_>, id: u32, entry: u32) -> Answer<()> {
    engine.watches.take_back(id.into(), entry.into()).await
}

/// The account that the page named, or else the one worked with.
fn chosen(engine: &engine::Engine, account: Option<String>) -> Answer<engine::accounts::AccountId> {
    match account {
        Some(id) => account_id(&id),
        None => engine.require_active(),
    }
}
