//! What a person asks of one folder while it is being watched.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::Watches;
use super::folder::Folder;
use super::ledger::{EntryState, Way};
use super::rows;
use super::rules::WatchRules;
use crate::accounts::AccountId;
use crate::clock::Millis;
use crate::error::CommandError;
use crate::store::{Tx, Urgency};
use crate::walk::Identity;

/// An order, and where its answer goes.
pub(super) struct Order {
    pub(super) ask: Ask,
    pub(super) answer: oneshot::Sender<Result<(), CommandError>>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// Look at everything now.
    Rescan,
    /// Stop until then; `None`: go on.
    Pause(Option<Millis>),
    /// Other rules, or another account.
    Edit(AccountId, Box<WatchRules>),
    /// It is here now.
    Relocate(PathBuf, Identity),
    /// These may be sent, although they look like secrets.
    Allow(Vec<i64>),
    /// Try these again.
    Retry(Vec<i64>),
    /// What disappeared keeps its pins (`unpin` is false), or loses them after the grace time. `ids`: only these.
    Brake { unpin: bool, ids: Option<Vec<i64>> },
    /// These keep their pins, although they are gone.
    Keep(Vec<i64>),
    /// What is known of this one is not to be believed: send what is there.
    Anew(i64),
}

impl Watches {
    pub(super) async fn follow(&self, folder: &mut Folder, order: Order) {
        let done = self.obey(folder, order.ask).await;
        let _ = order.answer.send(done);
    }

    async fn obey(&self, folder: &mut Folder, ask: Ask) -> Result<(), CommandError> {
        let (id, now) = (folder.id, self.clock.now());
        match ask {
            Ask::Rescan => {
                folder.whole = true;
                // Perhaps there are watches to be had again.
                folder.condition.deaf = None;
                folder.patience = None;
            }
            Ask::Pause(until) => {
                let write = move |tx: &Tx| rows::pause(tx, id, until, now);
                self.store.ledger.write(Urgency::Click, write).await?;
                folder.paused = until;
                folder.whole = true;
                folder.condition.trouble = None;
            }
            Ask::Edit(account, rules) => {
                let kept = rules.clone();
                let write = move |tx: &Tx| rows::set_rules(tx, id, account, &kept);
                self.store.ledger.write(Urgency::Click, write).await?;
                folder.rules = *rules;
                folder.account = account;
                folder.whole = true;
            }
            Ask::Relocate(root, identity) => {
                let path = root.clone();
                let write = move |tx: &Tx| rows::relocate(tx, id, &path, identity);
                self.store.ledger.write(Urgency::Click, write).await?;
                folder.root = root;
                folder.identity = identity;
                folder.listening = None;
                folder.condition = super::folder::Condition::default();
                folder.whole = true;
            }
            Ask::Allow(ids) => each(folder, &ids, |entry| {
                if matches!(entry.state, EntryState::Held(_)) {
                    entry.allowed = entry.seen;
                }
            }),
            Ask::Retry(ids) => each(folder, &ids, |entry| {
                if matches!(
                    entry.state,
                    EntryState::Failed { .. } | EntryState::Unreadable(_)
                ) {
                    entry.retry = Some(now);
                }
            }),
            Ask::Brake { unpin, ids } => {
                let at = unpin.then(|| now + folder.rules.grace().unwrap_or(0));
                let ways = ids.map(|ids| ways(folder, &ids));
                folder.ledger.decide(ways.as_deref(), at, now);
                folder.whole = true;
            }
            Ask::Anew(entry) => each(folder, &[entry], |entry| {
                entry.older.extend(entry.kept.take());
                entry.seen = None;
            }),
            Ask::Keep(ids) => each(folder, &ids, |entry| {
                if matches!(entry.state, EntryState::Gone { .. }) {
                    entry.state = EntryState::Gone {
                        unpin: None,
                        braked: false,
                    };
                }
            }),
        }
        self.save(folder, Vec::new(), now).await?;
        self.changed(id);
        Ok(())
    }
}

fn each(folder: &mut Folder, ids: &[i64], change: impl Fn(&mut super::ledger::Entry)) {
    for way in ways(folder, ids) {
        folder.ledger.touch(&way, &change);
        folder.dirty.insert(way);
    }
}

fn ways(folder: &Folder, ids: &[i64]) -> Vec<Way> {
    let ids: std::collections::HashSet<i64> = ids.iter().copied().collect();
    folder
        .ledger
        .entries
        .iter()
        .filter(|(_, entry)| ids.contains(&entry.id))
        .map(|(way, _)| way.clone())
        .collect()
}
