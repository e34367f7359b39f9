//! How values are written in lines: names of states and times, the same for every noun.

use serde::Serialize;

use crate::clock::Millis;

/// The name under which a state without parts is sent.
pub(super) fn word(state: impl Serialize) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// RFC 3339, UTC.
pub(super) fn time(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| at.to_string())
}
