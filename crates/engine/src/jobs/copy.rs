//! Pins of one account, asked for at another by their CIDs. Nothing is sent from here: the other service fetches the bytes
//! from whoever provides them, so what is private, or on this computer only, cannot go this way.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use pinning::{Priority, RequestQuery, RequestStatus};
use serde::Serialize;
use specta::Type;

use super::import::MOST_NODES;
use super::paste::{content, spellings};
use super::rows::{self, Wish};
use super::{Jobs, nodes};
use crate::accounts::{AccountId, AccountKind, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::pins::{MOST_KEYVALUES, Mirrored, Selection};
use crate::store::Urgency;

/// Pins that are held in memory, and rows that are put in, at once.
const AT_ONCE: usize = 500;
/// Pins whose own service is asked where it keeps them; CIDs of one such question (the pinning services API's limit).
const MOST_HINTED: usize = 100;
const CIDS_AT_ONCE: usize = 10;

/// What became of a wish to pin the same at another account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Copied {
    /// CIDs that the other account's service is asked for.
    pub asked: u32,
    /// CIDs that the other account keeps already, by its list as it was last read.
    pub pinned: u32,
    /// CIDs that are being looked for there already.
    pub open: u32,
    /// Private files, which no other service can fetch.
    pub private: u32,
    /// Those asked for that have more key-values than are sent: the rest stays behind.
    pub cut: u32,
    /// All of it, in words.
    pub sentence: String,
    /// The jobs, new and older.
    #[serde(skip)]
    pub jobs: Vec<i64>,
}

impl Jobs {
    /// Asks another account's service for what is selected.
    pub async fn copy_selected(
        self: &Arc<Self>,
        selection: &Selection,
        to: AccountId,
    ) -> Result<Copied, CommandError> {
        let (from, pins) = self.pins.selected(selection)?;
        self.copy(from, &pins, to).await
    }

    /// Asks another account's service for these pins' CIDs, each with its name and key-values. What it has or looks for
    /// already is not asked for again.
    pub async fn copy(
        self: &Arc<Self>,
        from: AccountId,
        pins: &[i64],
        to: AccountId,
    ) -> Result<Copied, CommandError> {
        self.require_copy(from, to).await?;
        if self.pins.list_age(to)?.as_of.is_none() {
            // What is there already is not asked for twice.
            self.pins.refresh_or_wait(to).await?;
        }
        let mut copied = Copied::default();
        let mut seen = HashSet::new();
        let mut hinted = 0;
        for some in pins.chunks(AT_ONCE) {
            let wanted = self.missing_there(some, to, &mut seen, &mut copied)?;
            let hints = &wanted[..wanted.len().min(MOST_HINTED - hinted)];
            hinted += hints.len();
            let nodes = self.kept_where(from, to, hints).await?;
            let wishes: Vec<Wish> = wanted.iter().map(|row| wish(row, &nodes)).collect();
            copied.asked += u32::try_from(wishes.len()).unwrap_or(u32::MAX);
            let cut = wanted.iter().filter(|row| is_cut(row)).count();
            copied.cut += u32::try_from(cut).unwrap_or(u32::MAX);
            let now = self.clock.now();
            let put = self.store.ledger.write(Urgency::Click, move |tx| {
                let put = |wish| rows::insert(tx, to, wish, now);
                wishes.iter().map(put).collect::<Result<Vec<i64>, _>>()
            });
            copied.jobs.extend(put.await?);
        }
        if copied.asked > 0 {
            self.store.announcer.changed(Noun::Job, None);
            self.ask.notify_one();
        }
        copied.sentence = copied.words(&self.accounts.get(to)?.label);
        Ok(copied)
    }

    /// Fails with the reason where nothing can go this way.
    async fn require_copy(&self, from: AccountId, to: AccountId) -> Result<(), CommandError> {
        let wrong = |words: &str| Err(CommandError::new(ErrorCode::BadInput, words));
        if from == to {
            return wrong("These pins are of this account. Choose another one.");
        }
        for (account, words) in [
            (
                from,
                "The Sandbox is on this computer only: no service could fetch from it. Upload the files to the other account.",
            ),
            (
                to,
                "The Sandbox is on this computer only, and fetches nothing from IPFS. Choose another account.",
            ),
        ] {
            if self.accounts.get(account)?.kind == AccountKind::Sandbox {
                return wrong(words);
            }
        }
        self.require_jobs(to).await
    }

    /// Which of these pins the other account has to be asked for; the others are counted.
    fn missing_there(
        &self,
        pins: &[i64],
        to: AccountId,
        seen: &mut HashSet<String>,
        copied: &mut Copied,
    ) -> Result<Vec<Mirrored>, CommandError> {
        let all = self.pins.named(pins)?;
        let spelled: Vec<Vec<String>> = all.iter().map(|row| spellings(&row.pin.cid)).collect();
        let kept = self
            .pins
            .kept(to, spelled.iter().flatten().map(String::as_str))?;
        let open = self.store.ledger.read(|tx| rows::open_contents(tx, to))?;
        let is_kept = |cids: &Vec<String>| cids.iter().any(|cid| kept.contains(cid.as_str()));
        let is_kept: Vec<bool> = spelled.iter().map(is_kept).collect();
        let mut wanted = Vec::new();
        for (row, is_kept) in all.into_iter().zip(is_kept) {
            let content = content(&row.pin.cid);
            if !row.pin.public {
                copied.private += 1;
            } else if !seen.insert(content.clone()) {
                // Several pins of one CID are one there.
            } else if is_kept {
                copied.pinned += 1;
            } else if open.contains(&content) {
                copied.open += 1;
                let newest = self
                    .store
                    .ledger
                    .read(|tx| rows::newest(tx, to, &content))?;
                copied.jobs.extend(newest);
            } else {
                wanted.push(row);
            }
        }
        Ok(wanted)
    }

    /// The computers that the pins' own service says keep them, by CID, as many as the other service takes. Only the
    /// pinning services API tells; what is not told is nothing that must be known.
    async fn kept_where(
        &self,
        from: AccountId,
        to: AccountId,
        pins: &[Mirrored],
    ) -> Result<HashMap<String, Vec<String>>, CommandError> {
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        let service = self.accounts.service(from).await?;
        let Some(requests) = service.requests() else {
            return Ok(known);
        };
        let there = self.accounts.service(to).await?;
        let most = MOST_NODES[usize::from(there.requests().is_some())];
        for some in pins.chunks(CIDS_AT_ONCE) {
            let query = RequestQuery {
                cids: some.iter().map(|row| row.pin.cid.clone()).collect(),
                states: vec![RequestStatus::Pinned],
                ..RequestQuery::default()
            };
            let page = match requests.list(&query, None, Priority::Click).await {
                Ok(page) => page,
                Err(error) => {
                    let name = service_name(&self.accounts.get(from)?);
                    tracing::warn!(%error, name, "where pins are kept could not be read");
                    break;
                }
            };
            for request in page.requests {
                let usable = request.delegates.into_iter();
                let usable = usable.filter(|node| nodes::mistake(node).is_none());
                let nodes = known.entry(request.pin.cid).or_default();
                nodes.extend(usable);
                nodes.truncate(most);
            }
        }
        Ok(known)
    }
}

impl Copied {
    fn words(&self, label: &str) -> String {
        let count = |n: u32, one: &str, more: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {more}")),
        };
        let parts = [
            count(self.asked, "CID is asked for", "CIDs are asked for")
                .map(|words| format!("{words} at {label}.")),
            count(
                self.pinned,
                "is pinned there already",
                "are pinned there already",
            )
            .map(|words| format!("{words}.")),
            count(
                self.open,
                "is being looked for there already",
                "are being looked for there already",
            )
            .map(|words| format!("{words}.")),
            count(
                self.private,
                "private file was left out",
                "private files were left out",
            )
            .map(|words| format!("{words}: no other service can fetch what is private.")),
            count(
                self.cut,
                "has more key-values than",
                "have more key-values than",
            )
            .map(|words| {
                format!("{words} the {MOST_KEYVALUES} that go along; the rest stays here.")
            }),
        ];
        let words: Vec<String> = parts.into_iter().flatten().collect();
        words.join(" ")
    }
}

/// Not all of its key-values go along.
fn is_cut(row: &Mirrored) -> bool {
    row.pin.keyvalues.len() > MOST_KEYVALUES
}

fn wish(row: &Mirrored, nodes: &HashMap<String, Vec<String>>) -> Wish {
    let pin = &row.pin;
    let keyvalues = pin.keyvalues.clone().into_iter().take(MOST_KEYVALUES);
    Wish {
        cid: pin.cid.clone(),
        name: pin.name.clone(),
        keyvalues: keyvalues.collect::<BTreeMap<_, _>>(),
        group: None,
        nodes: nodes.get(&pin.cid).cloned().unwrap_or_default(),
    }
}
