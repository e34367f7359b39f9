//! `pinfold ls --csv`: pins as a table for other programs.

use engine::export::csv_line;
use engine::holder::PinLine;
use engine::pins::PIN_HEADS;

use crate::print::harmless;

pub(crate) fn head() -> String {
    csv_line(PIN_HEADS.iter().chain(&["status", "unpinned_at"]))
}

/// What a terminal would act on is written visibly.
pub(crate) fn line(pin: &PinLine) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let keyvalues = if pin.keyvalues.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&pin.keyvalues).unwrap_or_default()
    };
    let cells = [
        text(&pin.name),
        text(&pin.cid),
        pin.bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        text(&pin.pinned_at),
        text(&pin.expires_at),
        pin.network.clone(),
        text(&pin.mime),
        pin.check.clone(),
        pin.groups.join("; "),
        keyvalues,
        pin.status.clone(),
        text(&pin.unpinned_at),
    ];
    csv_line(cells.iter().map(|cell| harmless(cell)))
}
