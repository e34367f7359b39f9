//! What is wrong with something that is no CID: the end of a sentence that begins with it.

use std::cmp::Ordering;

/// A name whose content may change.
pub(super) const IPNS: &str =
    "is an IPNS name, and what it points to may change. Paste the CID that it points to now.";
/// A file of this computer.
pub(super) const LOCAL: &str =
    "is a place on this computer, not a CID. Drop the file into the window to upload it.";
/// A link that names none.
pub(super) const NO_CID_IN_LINK: &str = "is a link without a CID.";
/// A link of Pinata's private gateway.
pub(super) const PRIVATE: &str = "is a link to a private file, which is not on IPFS.";
/// Longer than any CID.
pub(super) const TOO_LONG: &str = "is too long to be a CID.";

/// Letters of a CIDv0.
const LENGTH_V0: usize = 46;
/// Letters of a CIDv1 in base32 with SHA2-256 and one of the usual codecs.
const LENGTH_V1: usize = 59;
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32: &str = "abcdefghijklmnopqrstuvwxyz234567";

/// Says what is wrong with this text as a CID.
pub(super) fn with(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if text.is_empty() {
        return "names no CID.".into();
    }
    if text.starts_with("Qm") {
        return measured(text, BASE58, LENGTH_V0);
    }
    let usual = ["bafy", "bafk", "bafz"];
    if usual.iter().any(|start| lower.starts_with(start)) {
        return measured(&lower, BASE32, LENGTH_V1);
    }
    if lower.starts_with("qm") {
        return "is not a CID: capital and small letters were changed. It begins with “Qm”.".into();
    }
    "is not a CID. Those begin with “Qm” or “baf”.".into()
}

fn measured(text: &str, letters: &str, length: usize) -> String {
    if let Some(foreign) = text.chars().find(|letter| !letters.contains(*letter)) {
        return if foreign.is_control() {
            "has a sign that no CID like this has.".into()
        } else {
            format!("has “{foreign}”, which no CID like this has.")
        };
    }
    let characters = |count: usize| {
        if count == 1 {
            "1 character".to_owned()
        } else {
            format!("{count} characters")
        }
    };
    let has = text.len();
    match has.cmp(&length) {
        Ordering::Less => format!("is {} short of a CID.", characters(length - has)),
        Ordering::Greater => format!("is {} too long for a CID.", characters(has - length)),
        Ordering::Equal => "is not a CID: one of its characters is wrong.".into(),
    }
}
