//! Import from IPFS: pinning CIDs that others provide. The path of a list stays in Rust.

use engine::jobs::{
    Copied, DropCids, DropWays, JobList, JobOptions, JobsHead, JobsPage, JobsQuery, Pasted,
};
use engine::pins::Selection;
use engine::uploads::UploadOptions;
use tauri::{State, WebviewWindow};

use super::{Answer, Held, account_id};
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

/// Asks another account's service for the selected pins.
#[tauri::command]
#[specta::specta]
pub async fn jobs_copy_pins(engine: Held<'_>, selection: Selection, to: String) -> Answer<Copied> {
    let to = account_id(&to)?;
    engine.jobs.copy_selected(&selection, to).await
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

/// The ways from a drop to a pin of an account that takes no uploads.
#[tauri::command]
#[specta::specta]
pub async fn jobs_ways(engine: Held<'_>) -> Answer<DropWays> {
    engine.jobs.ways(engine.require_active()?).await
}

/// Uploads a drop to another account, and asks this one for each CID once it is pinned there.
#[tauri::command]
#[specta::specta]
pub async fn jobs_upload_through(
    engine: Held<'_>,
    through: String,
    drop: String,
    options: UploadOptions,
) -> Answer<u32> {
    let (account, through) = (engine.require_active()?, account_id(&through)?);
    let uploads = engine
        .jobs
        .upload_through(account, through, &drop, options)
        .await?;
    Ok(u32::try_from(uploads.len()).unwrap_or(u32::MAX))
}

/// Computes the CIDs of a drop. Sends nothing.
#[tauri::command]
#[specta::specta]
pub async fn jobs_compute(
    engine: Held<'_>,
    drop: String,
    options: UploadOptions,
) -> Answer<DropCids> {
    let account = engine.require_active()?;
    engine.jobs.compute(account, &drop, options).await
}

/// Bytes of a drop that were read for its CIDs; nothing where none are being computed.
#[tauri::command]
#[specta::specta]
pub async fn jobs_computed_bytes(engine: Held<'_>, drop: String) -> Answer<Option<f64>> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "below 2^53, as every size that crosses to the page"
    )]
    let bytes = engine
        .uploads
        .computed_bytes(&drop)
        .map(|bytes| bytes as f64);
    Ok(bytes)
}

/// Asks for the CIDs that were computed of a drop. Answers how many.
#[tauri::command]
#[specta::specta]
pub async fn jobs_import_drop(engine: Held<'_>, drop: String) -> Answer<u32> {
    engine
        .jobs
        .import_drop(engine.require_active()?, &drop)
        .await
}

/// Forgets what was computed of a drop, and stops computing.
#[tauri::command]
#[specta::specta]
pub async fn jobs_forget_drop(engine: Held<'_>, drop: String) -> Answer<()> {
    engine.jobs.forget_drop(&drop);
    Ok(())
}
