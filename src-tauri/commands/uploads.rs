//! Uploads.

use std::path::PathBuf;

use engine::pins::{CopyWhat, Scalar};
use engine::uploads::{
    Comparison, Drop, Event, RestFor, SingleUpload, UploadLimits, UploadOptions, UploadPlaces,
    UploadProblem, UploadReceipt, UploadSuspects, UploadsChosen, UploadsFilter, UploadsHead,
    UploadsPage,
};
use tauri::{Manager, State, WebviewWindow};

use super::{Answer, Held};
use crate::arguments::Handed;
use crate::dialogs::{self, Clipboard};
use crate::drop;

async fn picked(window: &WebviewWindow, paths: Vec<PathBuf>) -> Answer<Option<Drop>> {
    if paths.is_empty() {
        Ok(None)
    } else {
        drop::look(window.app_handle(), paths).await
    }
}

/// Asks for files.
#[tauri::command]
#[specta::specta]
pub async fn uploads_pick_files(window: WebviewWindow) -> Answer<Option<Drop>> {
    picked(&window, dialogs::pick_files(&window).await).await
}

/// Asks for folders.
#[tauri::command]
#[specta::specta]
pub async fn uploads_pick_folder(window: WebviewWindow) -> Answer<Option<Drop>> {
    picked(&window, dialogs::pick_folders(&window).await).await
}

/// Stops counting what was dropped or picked.
#[tauri::command]
#[specta::specta]
pub async fn uploads_stop_counting(engine: Held<'_>, drop: String) -> Answer<()> {
    engine.uploads.stop_looking(&drop);
    Ok(())
}

/// Looks at a drop once more, without what these patterns leave out of its folders. The answer has a name of its own.
#[tauri::command]
#[specta::specta]
pub async fn uploads_leave_out(
    window: WebviewWindow,
    drop: String,
    patterns: String,
) -> Answer<Option<Drop>> {
    drop::look_again(window.app_handle(), &drop, patterns).await
}

/// The next of what starts of the program brought along, once.
#[tauri::command]
#[specta::specta]
pub async fn uploads_handed(handed: State<'_, Handed>) -> Answer<Option<Drop>> {
    Ok(handed.take())
}

/// Puts what was dropped into the queue. Answers how many uploads it became.
#[tauri::command]
#[specta::specta]
pub async fn uploads_enqueue(
    engine: Held<'_>,
    drop: String,
    options: UploadOptions,
) -> Answer<u32> {
    let uploads = engine
        .uploads
        .enqueue(engine.require_active()?, &drop, options)
        .await?;
    Ok(u32::try_from(uploads.len()).unwrap_or(u32::MAX))
}

/// The upload that a drop became, where it was only one.
#[tauri::command]
#[specta::specta]
pub async fn uploads_single(engine: Held<'_>, drop: String) -> Answer<Option<SingleUpload>> {
    engine.uploads.single_of(&drop)
}

/// What an account lets a person choose for an upload.
#[tauri::command]
#[specta::specta]
pub async fn uploads_places(engine: Held<'_>, account: String) -> Answer<UploadPlaces> {
    engine.uploads.places(super::account_id(&account)?).await
}

/// Forgets a drop.
#[tauri::command]
#[specta::specta]
pub async fn uploads_discard(engine: Held<'_>, drop: String) -> Answer<()> {
    engine.uploads.discard(&drop);
    Ok(())
}

/// Changes name and key-values of all that a drop became.
#[tauri::command]
#[specta::specta]
pub async fn uploads_amend(
    engine: Held<'_>,
    drop: String,
    name: Option<String>,
    keyvalues: Vec<(String, Scalar)>,
) -> Answer<()> {
    engine.uploads.amend_drop(&drop, name, &keyvalues).await
}

/// Figures of the whole queue.
#[tauri::command]
#[specta::specta]
pub async fn uploads_head(engine: Held<'_>) -> Answer<UploadsHead> {
    engine.uploads.head()
}

/// A window of the queue.
#[tauri::command]
#[specta::specta]
pub async fn uploads_rows(
    engine: Held<'_>,
    filter: UploadsFilter,
    from: u32,
    n: u32,
) -> Answer<UploadsPage> {
    engine.uploads.rows(filter, from as usize, n as usize)
}

/// The numbers of the rows in a window of a list; with a text, of what is found by it among all that ended.
#[tauri::command]
#[specta::specta]
pub async fn uploads_ids(
    engine: Held<'_>,
    filter: UploadsFilter,
    text: String,
    from: u32,
    n: u32,
) -> Answer<Vec<u32>> {
    let found = engine
        .uploads
        .ids(filter, &text, from as usize, n as usize)?;
    Ok(found
        .into_iter()
        .filter_map(|id| u32::try_from(id).ok())
        .collect())
}

/// What of these still stands in a list, and what can be asked of them.
#[tauri::command]
#[specta::specta]
pub async fn uploads_chosen(
    engine: Held<'_>,
    filter: UploadsFilter,
    text: String,
    ids: Vec<u32>,
) -> Answer<UploadsChosen> {
    engine.uploads.chosen(filter, &text, &numbers(ids))
}

fn numbers(ids: Vec<u32>) -> Vec<i64> {
    ids.into_iter().map(i64::from).collect()
}

/// What was left out of a folder.
#[tauri::command]
#[specta::specta]
pub async fn uploads_problems(engine: Held<'_>, id: u32) -> Answer<Vec<UploadProblem>> {
    engine.uploads.problems(id.into())
}

/// Pauses these.
#[tauri::command]
#[specta::specta]
pub async fn uploads_pause(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    let ids = numbers(ids);
    engine.uploads.ask_some(&ids, &Event::Pause, false).await
}

/// Lets these go on.
#[tauri::command]
#[specta::specta]
pub async fn uploads_resume(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    let ids = numbers(ids);
    engine.uploads.ask_some(&ids, &Event::Resume, false).await
}

/// Takes these back.
#[tauri::command]
#[specta::specta]
pub async fn uploads_cancel(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    let ids = numbers(ids);
    engine.uploads.ask_some(&ids, &Event::Cancel, false).await
}

/// Tries these again.
#[tauri::command]
#[specta::specta]
pub async fn uploads_retry(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    let (alone, ids) = (ids.len() == 1, numbers(ids));
    engine.uploads.ask_some(&ids, &Event::Retry, alone).await
}

/// Files of an upload that look like secrets and wait for a word.
#[tauri::command]
#[specta::specta]
pub async fn uploads_suspects(engine: Held<'_>, id: u32) -> Answer<UploadSuspects> {
    engine.uploads.suspects(id.into())
}

/// A yes to these files that look like secrets. Those that were asked about beside them, up to `last`, are left out.
#[tauri::command]
#[specta::specta]
pub async fn uploads_allow(engine: Held<'_>, id: u32, yes: Vec<u32>, last: u32) -> Answer<()> {
    let yes = yes.into_iter().map(i64::from).collect();
    let uploads = &engine.uploads;
    uploads.answer_suspects(id.into(), yes, last.into()).await
}

/// Takes these out of the list where they have ended.
#[tauri::command]
#[specta::specta]
pub async fn uploads_clear(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    engine.uploads.clear(&numbers(ids)).await
}

/// These go before all others.
#[tauri::command]
#[specta::specta]
pub async fn uploads_put_first(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    engine.uploads.put_first(&numbers(ids)).await
}

/// These go behind all others.
#[tauri::command]
#[specta::specta]
pub async fn uploads_put_last(engine: Held<'_>, ids: Vec<u32>) -> Answer<()> {
    engine.uploads.put_last(&numbers(ids)).await
}

/// The whole queue rests for a while.
#[tauri::command]
#[specta::specta]
pub async fn uploads_rest(engine: Held<'_>, rest: RestFor) -> Answer<()> {
    engine.uploads.rest(rest).await
}

/// How much the queue does at once, and how fast.
#[tauri::command]
#[specta::specta]
pub async fn uploads_limits(engine: Held<'_>) -> Answer<UploadLimits> {
    Ok(engine.uploads.limits())
}

/// Sets how much the queue does at once, and how fast.
#[tauri::command]
#[specta::specta]
pub async fn uploads_set_limits(engine: Held<'_>, limits: UploadLimits) -> Answer<UploadLimits> {
    engine.uploads.set_limits(limits).await
}

/// What has ended, by name or CID.
#[tauri::command]
#[specta::specta]
pub async fn uploads_history(
    engine: Held<'_>,
    text: String,
    from: u32,
    n: u32,
) -> Answer<UploadsPage> {
    engine.uploads.history(&text, from as usize, n as usize)
}

/// What is known of one, to be kept.
#[tauri::command]
#[specta::specta]
pub async fn uploads_receipt(engine: Held<'_>, id: u32) -> Answer<UploadReceipt> {
    engine.uploads.receipt(id.into())
}

/// Pauses all.
#[tauri::command]
#[specta::specta]
pub async fn uploads_pause_all(engine: Held<'_>) -> Answer<()> {
    engine.uploads.ask_all(&Event::Pause).await
}

/// Lets all go on.
#[tauri::command]
#[specta::specta]
pub async fn uploads_resume_all(engine: Held<'_>) -> Answer<()> {
    engine.uploads.ask_all(&Event::Resume).await
}

/// Tries all again.
#[tauri::command]
#[specta::specta]
pub async fn uploads_retry_all(engine: Held<'_>) -> Answer<()> {
    engine.uploads.ask_all(&Event::Retry).await
}

/// Takes back all that has not ended.
#[tauri::command]
#[specta::specta]
pub async fn uploads_cancel_all(engine: Held<'_>) -> Answer<()> {
    engine.uploads.ask_all(&Event::Cancel).await
}

/// Takes all ended ones out of the list.
#[tauri::command]
#[specta::specta]
pub async fn uploads_clear_finished(engine: Held<'_>) -> Answer<()> {
    engine.uploads.clear_finished().await
}

/// How the CIDs of an upload compare.
#[tauri::command]
#[specta::specta]
pub async fn uploads_compare(engine: Held<'_>, id: u32) -> Answer<Comparison> {
    engine.uploads.comparison(id.into())
}

/// Copies a pinned upload's CID in one of its forms; answers how many lines were copied, 0 or 1.
#[tauri::command]
#[specta::specta]
pub async fn uploads_copy(
    engine: Held<'_>,
    clipboard: State<'_, Clipboard>,
    id: u32,
    what: CopyWhat,
) -> Answer<u32> {
    let Some(line) = engine.uploads.line(id.into(), what)? else {
        return Ok(0);
    };
    clipboard.put(line)?;
    Ok(1)
}
