//! What is to be done about a folder: pure, from its rules, its ledger, and what the disk shows. No clock, no files.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::brake::disappeared;
use super::ledger::{Entry, EntryState, Ledger, Way, same_bytes};
use super::moves::{Moves, likeness};
use super::rules::{WatchRules, WatchUnit};
use super::whole::whole_folder;
use crate::clock::Millis;
use crate::walk::{Stamp, looks_like_secret};

/// More than this many at once need a person's word.
pub const BRAKE_ITEMS: usize = 25;
/// In folders of this size, more than a tenth needs it too.
pub const BRAKE_FOLDER: usize = 50;
/// What counts as "at once", besides one look.
pub const BRAKE_WINDOW: Millis = 60_000;
/// A file whose closing was missed is believed to be closed after this.
pub const LONGEST_WRITE: Millis = 300_000;

/// No retry is set further ahead: one that is belongs to a clock that was set back.
const LONGEST_RETRY: Millis = 2 * 3_600_000;

/// Whether the time of a retry has come.
pub fn is_due(at: Millis, now: Millis) -> bool {
    at <= now || at > now + LONGEST_RETRY
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A regular file.
    File(Stamp),
    /// A rule leaves it out; a folder is not looked into.
    Ignored(String),
    /// A link, a socket, another disk, or something that cannot be read: the end of a sentence. A folder is not looked into.
    Unreadable(String),
}

/// What the disk shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Where was looked, everything below included; the empty path is the whole folder.
    pub covers: BTreeSet<Way>,
    /// What was found there.
    pub items: BTreeMap<Way, Look>,
    /// Files that are open for writing.
    pub writing: HashSet<Way>,
}

impl Listing {
    /// Everything was looked at.
    pub fn whole(&self) -> bool {
        self.covers.contains(&Way::new())
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// New or other bytes: they have to settle.
    See {
        /// Where.
        way: Way,
        /// What it looks like.
        stamp: Stamp,
    },
    /// It is not taken.
    Leave {
        /// Where.
        way: Way,
        /// Why.
        state: EntryState,
        /// What it looks like.
        stamp: Option<Stamp>,
    },
    /// It settled: examine its content, then queue it.
    Take {
        /// Where.
        way: Way,
        /// What it must look like still.
        stamp: Stamp,
    },
    /// All of it settled: queue one version of the folder.
    TakeFolder {
        /// Its files.
        files: Vec<(Way, Stamp)>,
    },
    /// What is pinned already is (again) what is there.
    Back {
        /// Where.
        way: Way,
        /// What it looks like.
        stamp: Stamp,
    },
    /// The same file under another name.
    Moved {
        /// Its path before.
        from: Way,
        /// Its path now.
        to: Way,
        /// What it looks like.
        stamp: Stamp,
    },
    /// It disappeared.
    Gone {
        /// Where.
        way: Way,
        /// When its pin goes too.
        unpin: Option<Millis>,
        /// A person decides.
        braked: bool,
    },
    /// It disappeared and had never been pinned.
    Forget {
        /// Where.
        way: Way,
    },
    /// Too many disappeared at once: the folder stops.
    Brake {
        /// How many were there.
        of: usize,
    },
    /// All of them are there again.
    Release,
    /// The grace time is over.
    Unpin {
        /// Where.
        way: Way,
    },
}

/// What is to be done now, and when to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In this order.
    pub actions: Vec<Action>,
    /// When something is due by itself.
    pub next: Option<Millis>,
}

impl Plan {
    /// Something is due by itself then.
    pub(super) fn by(&mut self, at: Millis) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

/// Decides.
pub fn plan(rules: &WatchRules, ledger: &Ledger, listing: &Listing, now: Millis) -> Plan {
    let mut plan = Plan::default();
    let missing = missing(ledger, listing, &mut plan);
    let mut moves = Moves::new(rules, ledger, &missing);
    for (way, look) in &listing.items {
        let entry = ledger.entries.get(way);
        match look {
            Look::Ignored(rule) => {
                leave(
                    &mut plan,
                    way,
                    entry,
                    EntryState::Ignored(rule.clone()),
                    None,
                );
            }
            Look::Unreadable(words) => {
                leave(
                    &mut plan,
                    way,
                    entry,
                    EntryState::Unreadable(words.clone()),
                    None,
                );
            }
            Look::File(stamp) => {
                let file = File {
                    rules,
                    way,
                    entry,
                    stamp: *stamp,
                    writing: listing.writing.contains(way),
                    now,
                };
                file.decide(&mut plan, &mut moves);
            }
        }
    }
    let moved = moves.taken;
    let gone: Vec<(&Way, &Entry)> = missing
        .iter()
        .filter(|(way, _)| !moved.contains(*way))
        .copied()
        .collect();
    disappeared(rules, ledger, listing, &gone, now, &mut plan);
    let stops = ledger.brake.is_some() && !plan.actions.contains(&Action::Release)
        || plan
            .actions
            .iter()
            .any(|action| matches!(action, Action::Brake { .. }));
    if stops {
        plan.actions
            .retain(|action| !matches!(action, Action::Take { .. }));
    } else if rules.unit == WatchUnit::Folder {
        plan.actions
            .retain(|action| !matches!(action, Action::Take { .. }));
        whole_folder(rules, ledger, listing, &mut plan, now);
    }
    plan
}

/// Entries where was looked and nothing was found. What is below a folder that was not looked into is not missing: a folder
/// that is left out leaves them out, and of one that cannot be read nothing is known.
fn missing<'a>(
    ledger: &'a Ledger,
    listing: &Listing,
    plan: &mut Plan,
) -> Vec<(&'a Way, &'a Entry)> {
    let mut missing = Vec::new();
    for cover in &listing.covers {
        let below = ledger.entries.range(cover.clone()..);
        for (way, entry) in below.take_while(|(way, _)| way.starts_with(cover)) {
            let inside = cover.is_empty() || way.len() == cover.len() || way[cover.len()] == b'/';
            if !inside || listing.items.contains_key(way) {
                continue;
            }
            match shut(listing, way) {
                None => missing.push((way, entry)),
                Some(Look::Ignored(rule)) if entry.present() && entry.upload.is_none() => {
                    if entry.kept.is_some() {
                        leave(
                            plan,
                            way,
                            Some(entry),
                            EntryState::Ignored(rule.clone()),
                            entry.seen,
                        );
                    } else {
                        plan.actions.push(Action::Forget { way: way.clone() });
                    }
                }
                Some(_) => {}
            }
        }
    }
    missing
}

/// The folder above this path that was seen and not looked into.
pub(super) fn shut<'a>(listing: &'a Listing, way: &[u8]) -> Option<&'a Look> {
    way.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .filter_map(|(at, _)| listing.items.get(&way[..at]))
        .find(|look| matches!(look, Look::Ignored(_) | Look::Unreadable(_)))
}

fn leave(
    plan: &mut Plan,
    way: &Way,
    entry: Option<&Entry>,
    state: EntryState,
    stamp: Option<Stamp>,
) {
    let same = entry.is_some_and(|entry| entry.state == state && entry.seen == stamp);
    // What is in the queue stays there until the queue has answered.
    if !same && entry.is_none_or(|entry| entry.upload.is_none()) {
        plan.actions.push(Action::Leave {
            way: way.clone(),
            state,
            stamp,
        });
    }
}

struct File<'a> {
    rules: &'a WatchRules,
    way: &'a Way,
    entry: Option<&'a Entry>,
    stamp: Stamp,
    writing: bool,
    now: Millis,
}

impl File<'_> {
    fn decide(&self, plan: &mut Plan, moves: &mut Moves<'_>) {
        let (way, stamp) = (self.way.clone(), self.stamp);
        let looks = |seen: &Stamp| same_bytes(seen, &stamp);
        if let Some(entry) = self.entry
            && entry.upload.is_none()
            && entry.kept.as_ref().is_some_and(|kept| looks(&kept.seen))
        {
            if entry.state != EntryState::Pinned {
                plan.actions.push(Action::Back { way, stamp });
            }
            return;
        }
        let allowed = self
            .entry
            .and_then(|entry| entry.allowed)
            .is_some_and(|allowed| looks(&allowed));
        if let Some(state) = self.left_out(allowed) {
            return leave(plan, &way, self.entry, state, Some(stamp));
        }
        let Some(entry) = self.entry else {
            return self.appeared(plan, moves);
        };
        if !entry.seen.is_some_and(|seen| looks(&seen)) {
            if entry.kept.is_none() && entry.upload.is_none() {
                return self.appeared(plan, moves);
            }
            plan.by(self.now + self.rules.settle_for(stamp.size));
            return plan.actions.push(Action::See { way, stamp });
        }
        if entry.upload.is_some() {
            return;
        }
        match &entry.state {
            EntryState::Settling | EntryState::Changed => self.settle(plan, moves, entry),
            EntryState::Held(_) if allowed => plan.actions.push(Action::Take { way, stamp }),
            EntryState::Held(_) => {}
            // Who may read it was changed, perhaps.
            EntryState::Unreadable(_)
                if entry.seen.is_some_and(|seen| seen.changed != stamp.changed) =>
            {
                plan.by(self.now + self.rules.settle_for(stamp.size));
                plan.actions.push(Action::See { way, stamp });
            }
            EntryState::Failed { .. } | EntryState::Unreadable(_) => match entry.retry {
                Some(at) if is_due(at, self.now) => plan.actions.push(Action::Take { way, stamp }),
                Some(at) => plan.by(at),
                None if matches!(entry.state, EntryState::Unreadable(_)) => {
                    plan.actions.push(Action::See { way, stamp });
                }
                None => {}
            },
            // It was left out or gone, and is not any more; or its row lost the upload that it followed.
            _ => self.appeared(plan, moves),
        }
    }

    /// Why it is not taken, as far as name and size tell.
    fn left_out(&self, allowed: bool) -> Option<EntryState> {
        if self
            .rules
            .largest
            .is_some_and(|most| self.stamp.size > most)
        {
            return Some(EntryState::TooLarge);
        }
        if self.rules.unit == WatchUnit::Folder && std::str::from_utf8(self.way).is_err() {
            return Some(EntryState::Ignored(
                "names that are not UTF-8; a folder as one pin cannot hold them".into(),
            ));
        }
        let name = self.way.rsplit(|byte| *byte == b'/').next()?;
        (looks_like_secret(name) && !allowed)
            .then(|| EntryState::Held("a secret by its name".into()))
    }

    fn appeared(&self, plan: &mut Plan, moves: &mut Moves<'_>) {
        let stamp = self.stamp;
        if let Some(from) = moves.take(&stamp) {
            return plan.actions.push(Action::Moved {
                from,
                to: self.way.clone(),
                stamp,
            });
        }
        plan.by(self.now + self.rules.settle_for(stamp.size));
        plan.actions.push(Action::See {
            way: self.way.clone(),
            stamp,
        });
    }

    fn settle(&self, plan: &mut Plan, moves: &mut Moves<'_>, entry: &Entry) {
        let (way, stamp) = (self.way.clone(), self.stamp);
        if entry.kept.is_none()
            && let Some(from) = moves.take(&stamp)
        {
            return plan.actions.push(Action::Moved {
                from,
                to: way,
                stamp,
            });
        }
        if self.now < entry.steady {
            // The clock was set back: begin to wait anew.
            plan.by(self.now + self.rules.settle_for(stamp.size));
            return plan.actions.push(Action::See { way, stamp });
        }
        let mut until = entry.steady + self.rules.settle_for(stamp.size);
        if self.writing {
            until = entry.steady + LONGEST_WRITE;
        }
        if self.now < until {
            return plan.by(until);
        }
        if moves.awaited.contains(&likeness(&stamp)) {
            // The same file is on its way under its old name: the queue's answer brings the next look.
            return;
        }
        plan.actions.push(Action::Take { way, stamp });
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
