//! What states and verdicts are called in the table.

use crate::uploads::state::{Active, State, Verdict};

pub(in crate::uploads) const ACTIVE: [(&str, Active); 6] = [
    ("scanning", Active::Scanning),
    ("queued", Active::Queued),
    ("hashing", Active::Hashing),
    ("checking", Active::Checking),
    ("sending", Active::Sending),
    ("confirming", Active::Confirming),
];
const VERDICTS: [(&str, Verdict); 4] = [
    ("verified", Verdict::Verified),
    ("other_layout", Verdict::OtherLayout),
    ("unproven", Verdict::Unproven),
    ("different", Verdict::Different),
];
pub(super) const ACTIVE_STATES: &str =
    "('scanning', 'queued', 'hashing', 'checking', 'sending', 'confirming')";

pub(super) fn active_of(name: &str) -> Option<Active> {
    ACTIVE
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, active)| *active)
}

pub(in crate::uploads) fn active_name(active: Active) -> &'static str {
    ACTIVE
        .iter()
        .find(|(_, known)| *known == active)
        .map_or("queued", |(name, _)| name)
}

pub(super) fn verdict_of(name: &str) -> Option<Verdict> {
    VERDICTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, verdict)| *verdict)
}

pub(in crate::uploads) fn verdict_name(verdict: Verdict) -> &'static str {
    VERDICTS
        .iter()
        .find(|(_, known)| *known == verdict)
        .map_or("unproven", |(name, _)| name)
}

/// The state's stored name.
pub(in crate::uploads) fn state_name(state: State) -> &'static str {
    match state {
        State::Active(active) => active_name(active),
        State::Waiting { .. } => "waiting",
        State::Paused { .. } => "paused",
        State::NeedsYou { .. } => "needs_you",
        State::Pinned => "pinned",
        State::Cancelled => "cancelled",
    }
}
