//! What the page is shown of pins.

use super::{CheckState, CopyWhat, PinDetails, PinRow, Pins, Selection, SelectionSummary, rows};
use crate::accounts::{AccountId, AccountKind, Linker};
use crate::error::CommandError;
use crate::uploads::source_words;

/// The most rows that one answer holds.
const MOST_ROWS: usize = 200;

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

    /// One line for each selected pin, for the clipboard. Pins without a public link give none for `Link`.
    pub fn lines(
        &self,
        selection: &Selection,
        what: CopyWhat,
    ) -> Result<Vec<String>, CommandError> {
        let (account, ids) = self.selected(selection)?;
        let mirrored = self.store.mirror.read(|tx| rows::by_ids(tx, &ids))?;
        let linker = self.public_linker(account);
        Ok(mirrored
            .iter()
            .filter(|row| row.pin.public || what != CopyWhat::Link)
            .filter_map(|row| form(&row.pin.cid, what, linker.as_ref()))
            .collect())
    }

    pub(super) fn address(&self, row: &rows::Mirrored) -> Option<String> {
        self.accounts.linker(row.account)?.link(&row.pin.cid)
    }

    /// A public CID in one of its forms; `None` for a link where the account has none that others can use.
    pub(crate) fn form_of(&self, account: AccountId, cid: &str, what: CopyWhat) -> Option<String> {
        form(cid, what, self.public_linker(account).as_ref())
    }

    /// Makes links that others can use; `None` for the Sandbox, which is on this computer only.
    fn public_linker(&self, account: AccountId) -> Option<Linker> {
        let sandbox = self.accounts.get(account).ok()?.kind == AccountKind::Sandbox;
        self.accounts.linker(account).filter(|_| !sandbox)
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

fn form(cid: &str, what: CopyWhat, linker: Option<&Linker>) -> Option<String> {
    match what {
        CopyWhat::Cid => Some(cid.to_owned()),
        CopyWhat::Uri => Some(format!("ipfs://{cid}")),
        CopyWhat::Link => linker?.link(cid),
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
        check,
        folder: pin.folder(),
        mime: pin.mime.clone(),
        network: if pin.public { "public" } else { "private" }.to_owned(),
        groups: pin.groups.clone().unwrap_or_default(),
    }
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
