//! What the page is shown of pins.

use serde::Serialize;
use specta::Type;

use super::{CheckState, Happened, Pins, Presence, Scalar, Selection, rows};
use crate::accounts::{AccountId, AccountKind};
use crate::clock::{Millis, date_words};
use crate::error::CommandError;
use crate::uploads::source_words;

/// The most rows that one answer holds.
const MOST_ROWS: usize = 200;

/// A pin in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PinRow {
    /// Its number in the mirror.
    #[specta(type = u32)]
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// Root CID.
    pub cid: String,
    /// Bytes, as the service counts them.
    #[specta(type = Option<u32>)]
    pub size: Option<u64>,
    /// The first three, by key.
    pub keyvalues: Vec<(String, Scalar)>,
    /// How many there are.
    #[specta(type = u32)]
    pub keyvalue_count: usize,
    /// When it was pinned.
    #[specta(type = Option<u32>)]
    pub pinned_at: Option<Millis>,
    /// When the service unpins it by itself; `None`: never, as far as the service tells.
    #[specta(type = Option<u32>)]
    pub expires_at: Option<Millis>,
    /// How it compares.
    pub check: CheckState,
    /// It is a folder.
    pub folder: bool,
    /// Media type.
    pub mime: Option<String>,
    /// `public` or `private`.
    pub network: String,
    /// The service's ids of its groups.
    pub groups: Vec<String>,
}

/// A pin in the details pane.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PinDetails {
    /// As in the list.
    pub row: PinRow,
    /// All of them, by key.
    pub keyvalues: Vec<(String, Scalar)>,
    /// Number of files.
    #[specta(type = Option<u32>)]
    pub files: Option<u64>,
    /// What the check state means.
    pub check_sentence: String,
    /// When it was compared.
    #[specta(type = Option<u32>)]
    pub checked_at: Option<Millis>,
    /// Ours, where it differs.
    pub local_cid: Option<String>,
    /// Where it was uploaded from, shortened.
    pub source: Option<String>,
    /// What happens when its time is over.
    pub end_sentence: String,
    /// What is known of one whose time is over by this computer's clock, and that is listed all the same.
    pub over: Option<String>,
    /// For others; `None` where no public link exists.
    pub link: Option<String>,
    /// It can be opened on this computer.
    pub openable: bool,
    /// What happened to it, the latest first.
    pub past: Vec<Happened>,
    /// Where the CID is kept, by account.
    pub presence: Vec<Presence>,
}

/// What several pins have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SelectionSummary {
    /// How many.
    #[specta(type = u32)]
    pub count: usize,
    /// Bytes of all.
    #[specta(type = u32)]
    pub bytes: u64,
    /// By check state.
    #[specta(type = u32)]
    pub verified: usize,
    /// By check state.
    #[specta(type = u32)]
    pub other_layout: usize,
    /// By check state.
    #[specta(type = u32)]
    pub unproven: usize,
    /// By check state.
    #[specta(type = u32)]
    pub not_checked: usize,
    /// By check state.
    #[specta(type = u32)]
    pub different: usize,
    /// Only readable through the account's own gateway.
    #[specta(type = u32)]
    pub private: usize,
    /// Unpinned by the service at a time.
    #[specta(type = u32)]
    pub ending: usize,
}

impl Pins {
    /// A window of a set.
    pub fn rows(&self, set: u64, from: usize, n: usize) -> Result<Vec<PinRow>, CommandError> {
        let set = self.sets().get(set)?;
        let to = from.saturating_add(n.clamp(1, MOST_ROWS) - 1);
        let ids = set.at(&[(from, to)]);
        self.shown(set.account, &ids)
    }

    /// Everything known of one pin.
    pub fn details(&self, id: i64) -> Result<PinDetails, CommandError> {
        let row = self.mirrored(id)?;
        let account = self.accounts.get(row.account)?;
        let known = self
            .store
            .ledger
            .read(|tx| rows::known(tx, row.account, &[&row.pin.cid]))?
            .remove(&row.pin.cid);
        let check = CheckState::of_verdict(known.as_ref().map(|known| known.verdict.as_str()));
        let service = crate::accounts::service_name(&account);
        let local_cid = known
            .as_ref()
            .and_then(|known| known.cid.clone())
            .filter(|cid| *cid != row.pin.cid);
        let sandbox = account.kind == AccountKind::Sandbox;
        Ok(PinDetails {
            row: pin_row(&row, check),
            keyvalues: row.pin.keyvalues.clone().into_iter().collect(),
            files: row.pin.files,
            check_sentence: check_sentence(check, &service),
            checked_at: known.as_ref().and_then(|known| known.at),
            local_cid: local_cid.clone(),
            source: known.as_ref().map(|known| source_words(&known.paths)),
            end_sentence: end_sentence(&service, row.pin.public && !sandbox),
            over: self.over(&row)?,
            link: if sandbox || !row.pin.public {
                None
            } else {
                self.address(&row)
            },
            openable: true,
            past: self.past(&row)?,
            presence: self.presence(&row, local_cid.as_deref())?,
        })
    }

    /// What several pins have in common.
    pub fn summary(&self, selection: &Selection) -> Result<SelectionSummary, CommandError> {
        let (account, ids) = self.selected(selection)?;
        let mirrored = self.store.mirror.read(|tx| rows::by_ids(tx, &ids))?;
        let cids: Vec<&str> = mirrored.iter().map(|row| row.pin.cid.as_str()).collect();
        let known = self
            .store
            .ledger
            .read(|tx| rows::known(tx, account, &cids))?;
        let mut summary = SelectionSummary {
            count: mirrored.len(),
            ..Default::default()
        };
        for row in &mirrored {
            summary.bytes = summary
                .bytes
                .saturating_add(row.pin.bytes.unwrap_or(0))
                .min(1 << 53);
            summary.private += usize::from(!row.pin.public);
            summary.ending += usize::from(row.pin.expires.is_some());
            match CheckState::of_verdict(
                known.get(&row.pin.cid).map(|known| known.verdict.as_str()),
            ) {
                CheckState::Verified => summary.verified += 1,
                CheckState::OtherLayout => summary.other_layout += 1,
                CheckState::Unproven => summary.unproven += 1,
                CheckState::Different => summary.different += 1,
                CheckState::NotChecked | CheckState::Checking => summary.not_checked += 1,
            }
        }
        Ok(summary)
    }

    fn over(&self, row: &rows::Mirrored) -> Result<Option<String>, CommandError> {
        let Some(end) = row.pin.expires else {
            return Ok(None);
        };
        let read = self.list_age(row.account)?.as_of;
        Ok(over(end, read, self.clock.now()))
    }

    pub(super) fn address(&self, row: &rows::Mirrored) -> Option<String> {
        self.accounts.linker(row.account)?.link(&row.pin.cid)
    }

    pub(crate) fn mirrored(&self, id: i64) -> Result<rows::Mirrored, CommandError> {
        self.store
            .mirror
            .read(|tx| rows::by_ids(tx, &[id]))?
            .pop()
            .ok_or_else(|| CommandError::gone("This pin"))
    }

    pub(crate) fn selected(
        &self,
        selection: &Selection,
    ) -> Result<(AccountId, Vec<i64>), CommandError> {
        let set = self.sets().get(selection.set)?;
        Ok((set.account, set.at(&selection.ranges)))
    }
}

pub(super) fn pin_row(row: &rows::Mirrored, check: CheckState) -> PinRow {
    let pin = &row.pin;
    PinRow {
        id: row.id,
        name: pin.name.clone(),
        cid: pin.cid.clone(),
        size: pin.bytes,
        keyvalues: pin.keyvalues.clone().into_iter().take(3).collect(),
        keyvalue_count: pin.keyvalues.len(),
        pinned_at: pin.pinned,
        expires_at: pin.expires,
        check,
        folder: pin.folder(),
        mime: pin.mime.clone(),
        network: if pin.public { "public" } else { "private" }.to_owned(),
        groups: pin.groups.clone().unwrap_or_default(),
    }
}

fn end_sentence(service: &str, for_everyone: bool) -> String {
    let copies = if for_everyone {
        " Copies that others keep may remain."
    } else {
        ""
    };
    format!("{service} then unpins it by itself, without asking.{copies}")
}

fn check_sentence(check: CheckState, service: &str) -> String {
    match check {
        CheckState::Verified => format!("Same CID at {} and here.", lower_article(service)),
        CheckState::OtherLayout => format!(
            "Same bytes; {} lays them out in another way, so the CID differs.",
            lower_article(service)
        ),
        CheckState::Unproven => format!(
            "The layout of {} is not one Pinfold knows; nothing proves a difference.",
            lower_article(service)
        ),
        CheckState::NotChecked => "Not uploaded from here, so never compared.".into(),
        CheckState::Checking => "Comparing now.".into(),
        CheckState::Different => {
            format!("{service} holds other bytes than those on this computer.")
        }
    }
}

/// "The Sandbox" in the middle of a sentence.
pub(crate) fn lower_article(service: &str) -> String {
    service
        .strip_prefix("The ")
        .map_or_else(|| service.to_owned(), |rest| format!("the {rest}"))
}

/// What is known of a pin whose time is over by this clock, with the time of the list that was read last. The clock may be
/// wrong, and so may an old list: one from before the end says nothing of what is there after it.
fn over(end: Millis, read: Option<Millis>, now: Millis) -> Option<String> {
    if end > now {
        return None;
    }
    let still = read.filter(|at| *at >= end);
    let still = still.map(|at| format!("; the list of {} still had it", date_words(at)));
    Some(format!(
        "Over by this computer’s clock{}.",
        still.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_from_after_the_end_is_told_of() {
        assert_eq!(over(10, Some(20), 9), None);
        let alone = Some("Over by this computer’s clock.");
        assert_eq!(over(10, None, 10).as_deref(), alone);
        assert_eq!(over(10, Some(9), 30).as_deref(), alone);
        let told = over(10, Some(10), 30).expect("it is over");
        assert!(told.contains("; the list of ") && told.ends_with(" still had it."));
    }
}
