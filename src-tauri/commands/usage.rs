//! What an account uses.

use engine::usage::{UsageReport, UsageSpan, UsageTotals};
use tauri::WebviewWindow;

use super::{Answer, Held};
use crate::dialogs;

/// The totals of the active account as its service tells them; nothing where it tells none.
#[tauri::command]
#[specta::specta]
pub async fn usage_totals(engine: Held<'_>) -> Answer<Option<UsageTotals>> {
    engine.usage.totals(engine.require_active()?).await
}

/// What the pins of the active account add up to, in the days of a clock that is `east` minutes ahead of UTC.
#[tauri::command]
#[specta::specta]
pub async fn usage_report(engine: Held<'_>, span: UsageSpan, east: i32) -> Answer<UsageReport> {
    engine.usage.report(engine.require_active()?, span, east)
}

/// Writes what the active account uses to a file of CSV that the person chooses; false where they cancelled.
#[tauri::command]
#[specta::specta]
pub async fn usage_export(
    engine: Held<'_>,
    window: WebviewWindow,
    span: UsageSpan,
    east: i32,
) -> Answer<bool> {
    let account = engine.require_active()?;
    let Some(path) = dialogs::pick_save(&window, "usage", "csv").await else {
        return Ok(false);
    };
    engine.save_usage(account, span, east, path).await?;
    Ok(true)
}
