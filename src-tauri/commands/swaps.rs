//! Other content for the address of a pin.

use engine::swaps::PinSwaps;

use super::{Answer, Held};

/// Where the address of a pin leads. Asks the service.
#[tauri::command]
#[specta::specta]
pub async fn swaps_of(engine: Held<'_>, pin: u32) -> Answer<PinSwaps> {
    engine.swaps.of(pin.into()).await
}

/// Shows the content of another CID at the pin's address.
#[tauri::command]
#[specta::specta]
pub async fn swaps_set(engine: Held<'_>, pin: u32, cid: String) -> Answer<PinSwaps> {
    engine.swaps.set(pin.into(), &cid).await
}

/// The pin's address shows its own content again.
#[tauri::command]
#[specta::specta]
pub async fn swaps_clear(engine: Held<'_>, pin: u32) -> Answer<PinSwaps> {
    engine.swaps.clear(pin.into()).await
}

/// Puts another CID in the pin's place.
#[tauri::command]
#[specta::specta]
pub async fn swaps_replace(engine: Held<'_>, pin: u32, cid: String) -> Answer<()> {
    engine.swaps.replace(pin.into(), &cid).await
}
