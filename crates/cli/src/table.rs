//! `pinfold ls --csv`: pins as a table for other programs.

use engine::export::csv_line;
use engine::holder::PinLine;

use crate::print::harmless;

const HEADS: [&str; 10] = [
    "name",
    "cid",
    "size",
    "pinned_at",
    "network",
    "type",
    "check",
    "groups",
    "keyvalues",
    "status",
];

pub(crate) fn head() -> String {
    csv_line(HEADS.iter())
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
        pin.network.clone(),
        text(&pin.mime),
        pin.check.clone(),
        pin.groups.join("; "),
        keyvalues,
        pin.status.clone(),
    ];
    csv_line(cells.iter().map(|cell| harmless(cell)))
}
