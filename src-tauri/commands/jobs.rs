//! Import from IPFS: pinning CIDs that others provide. The path of a list stays in Rust.

use engine::jobs::{JobList, JobOptions, JobsHead, JobsPage, JobsQuery, Pasted};
use tauri::{State, WebviewWindow};

use super::{Answer, Held};
use crate::dialogs::{self, Clipboard};

/// What a text holds, as it is typed.
#[tauri::command]
#[specta::specta]
pub async fn jobs_look_at(engine: Held<'_>, text: String) -> Answer<Pasted> {
    engine.jobs.look_at(engine.require_active()?, &text)
}

/// What is wrong with the address of a computer; nothing where it is right.
#[tauri::command]
#[specta::specta]
pub async fn jobs_check_node(engine: Held<'_>, text: String) -> Answer<Option<String>> {
    Ok(engine.jobs.check_node(&text))
}

/// Asks for a list of CIDs in a file; nothing when the person cancelled.
#[tauri::command]
#[specta::specta]
pub async fn jobs_pick_list(engine: Held<'_>, window: WebviewWindow) -> Answer<Option<JobList>> {
    let account = engine.require_active()?;
    match dialogs::pick_list(&window).await {
        Some(path) => engine.jobs.read_file(account, path).await.map(Some),
        None => Ok(None),
    }
}

/// Forgets a list that will not be imported.
#[tauri::command]
#[specta::specta]
pub async fn jobs_discard_list(engine: Held<'_>, list: String) -> Answer<()> {
    engine.jobs.discard_list(&list);
    Ok(())
}

/// Asks for every CID of a text and a list. Answers how many.
#[tauri::command]
#[specta::specta]
pub async fn jobs_import(
    engine: Held<'_>,
    text: String,
    list: Option<String>,
    options: JobOptions,
) -> Answer<u32> {
    let account = engine.require_active()?;
    engine
        .jobs
        .import(account, &text, list.as_deref(), options)
        .await
}

/// Figures of the account's jobs.
#[tauri::command]
#[specta::specta]
pub async fn jobs_head(engine: Held<'_>) -> Answer<JobsHead> {
    match engine.active()? {
        Some(account) => engine.jobs.head(account),
        None => Ok(JobsHead::default()),
    }
}

/// A window of the account's jobs, at most 200.
#[tauri::command]
#[specta::specta]
pub async fn jobs_rows(engine: Held<'_>, query: JobsQuery, from: u32, n: u32) -> Answer<JobsPage> {
    let account = engine.require_active()?;
    engine.jobs.page(account, &query, from as usize, n as usize)
}

/// Reads the service's list now.
#[tauri::command]
#[specta::specta]
pub async fn jobs_refresh(engine: Held<'_>) -> Answer<()> {
    engine.jobs.refresh(engine.require_active()?).await
}

/// Takes a job back.
#[tauri::command]
#[specta::specta]
pub async fn jobs_cancel(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.jobs.cancel(id.into()).await
}

/// Asks again, perhaps with other computers named.
#[tauri::command]
#[specta::specta]
pub async fn jobs_retry(engine: Held<'_>, id: u32, host_nodes: Option<Vec<String>>) -> Answer<()> {
    engine.jobs.retry(id.into(), host_nodes).await
}

/// Asks again for everything that failed. Answers how many.
#[tauri::command]
#[specta::specta]
pub async fn jobs_retry_failed(engine: Held<'_>) -> Answer<u32> {
    engine.jobs.retry_failed(engine.require_active()?).await
}

/// Uploads the copy on this computer instead.
#[tauri::command]
#[specta::specta]
pub async fn jobs_upload_copy(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.jobs.upload_copy(id.into()).await
}

/// Takes an ended job out of the list.
#[tauri::command]
#[specta::specta]
pub async fn jobs_clear(engine: Held<'_>, id: u32) -> Answer<()> {
    engine.jobs.clear(id.into()).await
}

/// Takes everything out of the list that was pinned or cancelled.
#[tauri::command]
#[specta::specta]
pub async fn jobs_clear_ended(engine: Held<'_>) -> Answer<()> {
    engine.jobs.clear_ended(engine.require_active()?).await
}

/// Copies a job's CID.
#[tauri::command]
#[specta::specta]
pub async fn jobs_copy(engine: Held<'_>, clipboard: State<'_, Clipboard>, id: u32) -> Answer<()> {
    clipboard.put(engine.jobs.cid(id.into())?)
}
