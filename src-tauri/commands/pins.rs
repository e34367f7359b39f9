//! Pins.

use engine::export::ExportForm;
use engine::pins::{
    CopyWhat, FirstPins, Look, PinDetails, PinEdit, PinEnd, PinQuery, PinRow, ResultSet,
    SavedSearch, Selection, SelectionSummary, UnpinnedPage, UnpinnedQuery,
};
use tauri::{State, WebviewWindow};

use super::{Answer, Held};
use crate::dialogs::{self, Clipboard};

/// Opens what matches as a set, with its first look.
#[tauri::command]
#[specta::specta]
pub async fn pins_open(
    engine: Held<'_>,
    query: PinQuery,
    carry: Option<Selection>,
    look: Look,
) -> Answer<ResultSet> {
    engine
        .pins
        .open(engine.require_active()?, &query, carry.as_ref(), look)
}

/// The most rows that are found by typing alone.
const MOST_FIRST: usize = 20;

/// The first `n` rows that match, at most 20. Opens no set.
#[tauri::command]
#[specta::specta]
pub async fn pins_first(engine: Held<'_>, query: PinQuery, n: u32) -> Answer<FirstPins> {
    let most = MOST_FIRST.min(n as usize);
    engine.pins.first(engine.require_active()?, &query, most)
}

/// A window of a set, at most 200 rows.
#[tauri::command]
#[specta::specta]
pub async fn pins_rows(engine: Held<'_>, set: u32, from: u32, n: u32) -> Answer<Vec<PinRow>> {
    engine.pins.rows(set.into(), from as usize, n as usize)
}

/// Where the next row is whose name begins so.
#[tauri::command]
#[specta::specta]
pub async fn pins_next(
    engine: Held<'_>,
    set: u32,
    after: u32,
    begins: String,
) -> Answer<Option<u32>> {
    let place = engine
        .pins
        .next_named(set.into(), after as usize, &begins)?;
    Ok(place.and_then(|place| u32::try_from(place).ok()))
}

/// Everything known of one pin.
#[tauri::command]
#[specta::specta]
pub async fn pins_details(engine: Held<'_>, id: u32) -> Answer<PinDetails> {
    engine.pins.details(id.into())
}

/// What several pins have in common.
#[tauri::command]
#[specta::specta]
pub async fn pins_summary(engine: Held<'_>, selection: Selection) -> Answer<SelectionSummary> {
    engine.pins.summary(&selection)
}

/// Changes name and key-values.
#[tauri::command]
#[specta::specta]
pub async fn pins_edit(engine: Held<'_>, id: u32, edit: PinEdit) -> Answer<PinDetails> {
    engine.pins.edit(id.into(), edit).await
}

/// Says when the service is to unpin it by itself.
#[tauri::command]
#[specta::specta]
pub async fn pins_expire(engine: Held<'_>, id: u32, end: PinEnd) -> Answer<PinDetails> {
    engine.pins.expire(id.into(), end.at).await
}

/// Copies a line for each; answers how many.
#[tauri::command]
#[specta::specta]
pub async fn pins_copy(
    engine: Held<'_>,
    clipboard: State<'_, Clipboard>,
    selection: Selection,
    what: CopyWhat,
) -> Answer<u32> {
    let lines = engine.pins.lines(&selection, what)?;
    clipboard.put(lines.join("\n"))?;
    Ok(u32::try_from(lines.len()).unwrap_or(u32::MAX))
}

/// Writes the selected pins to a file that the person chooses; answers how many, or nothing where they cancelled.
#[tauri::command]
#[specta::specta]
pub async fn pins_export(
    engine: Held<'_>,
    window: WebviewWindow,
    selection: Selection,
    form: ExportForm,
) -> Answer<Option<u32>> {
    let Some(path) = dialogs::pick_save(&window, "pins", form.end()).await else {
        return Ok(None);
    };
    let rows = engine.save_pins(selection, form, path).await?;
    Ok(Some(u32::try_from(rows).unwrap_or(u32::MAX)))
}

/// Opens a pin in the browser.
#[tauri::command]
#[specta::specta]
pub async fn pins_open_in_browser(engine: Held<'_>, id: u32) -> Answer<()> {
    dialogs::open_in_browser(&engine.pins.browser_address(id.into()).await?)
}

/// Reads the whole list and the groups again.
#[tauri::command]
#[specta::specta]
pub async fn pins_refresh(engine: Held<'_>) -> Answer<()> {
    engine.refresh(engine.require_active()?).await
}

/// Copies a link that opens a private file for ten minutes.
#[tauri::command]
#[specta::specta]
pub async fn pins_copy_temporary(
    engine: Held<'_>,
    clipboard: State<'_, Clipboard>,
    id: u32,
) -> Answer<()> {
    clipboard.put(engine.pins.browser_address(id.into()).await?)
}

/// The service's own record of a pin, as text.
#[tauri::command]
#[specta::specta]
pub async fn pins_record(engine: Held<'_>, id: u32) -> Answer<String> {
    engine.pins.record(id.into()).await
}

/// Copies the service's own record of a pin.
#[tauri::command]
#[specta::specta]
pub async fn pins_copy_record(
    engine: Held<'_>,
    clipboard: State<'_, Clipboard>,
    id: u32,
) -> Answer<()> {
    clipboard.put(engine.pins.record(id.into()).await?)
}

/// The searches that were kept.
#[tauri::command]
#[specta::specta]
pub async fn pins_saved(engine: Held<'_>) -> Answer<Vec<SavedSearch>> {
    engine.pins.saved(engine.require_active()?)
}

/// Keeps a search under a name; answers all of them.
#[tauri::command]
#[specta::specta]
pub async fn pins_save(
    engine: Held<'_>,
    name: String,
    query: PinQuery,
) -> Answer<Vec<SavedSearch>> {
    engine
        .pins
        .save(engine.require_active()?, &name, query)
        .await
}

/// Forgets a search; answers the others.
#[tauri::command]
#[specta::specta]
pub async fn pins_forget(engine: Held<'_>, id: u32) -> Answer<Vec<SavedSearch>> {
    engine.pins.forget_saved(engine.require_active()?, id).await
}

/// A page of what was unpinned, as the service remembers it.
#[tauri::command]
#[specta::specta]
pub async fn pins_unpinned(
    engine: Held<'_>,
    query: UnpinnedQuery,
    after: Option<String>,
) -> Answer<UnpinnedPage> {
    engine
        .pins
        .unpinned(engine.require_active()?, &query, after)
        .await
}
