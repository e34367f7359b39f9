//! What an account uses.

use engine::usage::{UsageReport, UsageSpan, UsageTotals};

use super::{Answer, Held};

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
