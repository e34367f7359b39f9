//! What the queue, the content and a person say of a path, as the ledger keeps it; pure.

use super::ledger::{Dropped, EntryState, Kept, Ledger, Way, Why, same_bytes};
use super::plan::Action;
use crate::clock::Millis;
use crate::walk::Stamp;

impl Ledger {
    /// It looks like a secret by its content.
    pub fn hold(&mut self, way: &Way, why: &str, now: Millis) {
        self.touch(way, |entry| {
            entry.enter(EntryState::Held(why.to_owned()), now);
        });
    }

    /// It was put into the queue.
    pub fn queued(&mut self, way: &Way, upload: i64, stamp: Stamp, now: Millis) {
        self.touch(way, |entry| {
            entry.upload = Some((upload, stamp));
            entry.retry = None;
            entry.enter(EntryState::Queued, now);
        });
    }

    /// The queue pinned it. `versions`: how many may stay; on another disk all do.
    pub fn pinned(&mut self, way: &Way, mut kept: Kept, versions: Option<usize>, now: Millis) {
        let mut replaced = Vec::new();
        let versions = versions.filter(|_| !self.on_another_disk(way));
        self.touch(way, |entry| {
            if let Some((_, stamp)) = entry.upload.take() {
                kept.seen = stamp;
            }
            let unchanged = entry.seen.is_some_and(|seen| same_bytes(&seen, &kept.seen));
            replaced = succeed(
                &mut entry.kept,
                &mut entry.older,
                &mut entry.version,
                kept,
                versions,
            );
            if entry.present() {
                let state = if unchanged {
                    EntryState::Pinned
                } else {
                    EntryState::Changed
                };
                entry.enter(state, now);
            }
        });
        self.dropped
            .extend(replaced.into_iter().map(|kept| Dropped {
                way: way.clone(),
                kept,
                why: Why::Replaced,
            }));
    }

    /// The queue pinned the whole folder.
    pub fn folder_pinned(
        &mut self,
        upload: i64,
        kept: &Kept,
        versions: Option<usize>,
        now: Millis,
    ) {
        let ways: Vec<Way> = self.entries.keys().cloned().collect();
        for way in ways {
            let entry = &self.entries[&way];
            let part = entry.upload.filter(|(id, _)| *id == upload);
            if part.is_none() && entry.kept.is_none() {
                continue;
            }
            self.touch(&way, |entry| {
                let Some((_, stamp)) = part else {
                    entry.kept = None;
                    return;
                };
                entry.upload = None;
                entry.version += 1;
                entry.kept = Some(Kept {
                    seen: stamp,
                    ..kept.clone()
                });
                let unchanged = entry.seen.is_some_and(|seen| same_bytes(&seen, &stamp));
                if entry.present() {
                    let state = if unchanged {
                        EntryState::Pinned
                    } else {
                        EntryState::Changed
                    };
                    entry.enter(state, now);
                }
            });
        }
        let versions = versions.filter(|_| self.disks.is_empty());
        let folder = &mut self.folder;
        folder.upload = None;
        let replaced = succeed(
            &mut folder.kept,
            &mut folder.older,
            &mut folder.version,
            kept.clone(),
            versions,
        );
        self.dropped
            .extend(replaced.into_iter().map(|kept| Dropped {
                way: Way::new(),
                kept,
                why: Why::Replaced,
            }));
        self.folder_touched = true;
    }

    /// The queue found something else than what was looked at: look again.
    pub fn moved_on(&mut self, way: &Way, now: Millis) {
        self.touch(way, |entry| {
            entry.upload = None;
            entry.steady = now;
            if entry.present() {
                let state = if entry.kept.is_some() {
                    EntryState::Changed
                } else {
                    EntryState::Settling
                };
                entry.enter(state, now);
            }
        });
    }

    /// The queue gave up. `retry`: when it is tried again by itself.
    pub fn gave_up(&mut self, way: &Way, state: EntryState, retry: Option<Millis>, now: Millis) {
        self.touch(way, |entry| {
            entry.upload = None;
            entry.retry = retry;
            if entry.present() {
                entry.enter(state, now);
            }
        });
    }

    /// A person answered the brake for some (or all) of those that disappeared.
    pub fn decide(&mut self, ways: Option<&[Way]>, unpin: Option<Millis>, now: Millis) {
        let braked: Vec<Way> = self
            .entries
            .iter()
            .filter(|(way, entry)| {
                matches!(entry.state, EntryState::Gone { braked: true, .. })
                    && ways.is_none_or(|ways| ways.contains(way))
            })
            .map(|(way, _)| way.clone())
            .collect();
        for way in braked {
            self.touch(&way, |entry| {
                entry.state = EntryState::Gone {
                    unpin,
                    braked: false,
                };
            });
        }
        if self.braked() == 0 {
            self.apply(&Action::Release, now);
        }
    }

    /// Paths that wait for the brake's answer.
    pub fn braked(&self) -> usize {
        self.entries
            .values()
            .filter(|entry| matches!(entry.state, EntryState::Gone { braked: true, .. }))
            .count()
    }

    /// Whether any path or version still needs this pin.
    pub fn needs(&self, service_cid: &str) -> bool {
        let is = |kept: &Kept| kept.service_cid == service_cid;
        self.folder.kept.iter().any(is)
            || self.folder.older.iter().any(is)
            || self
                .entries
                .values()
                .any(|entry| entry.kept.iter().any(is) || entry.older.iter().any(is))
    }
}

/// A new version takes the place of the one before; answers those that may not stay.
fn succeed(
    present: &mut Option<Kept>,
    older: &mut Vec<Kept>,
    version: &mut u32,
    kept: Kept,
    versions: Option<usize>,
) -> Vec<Kept> {
    older.retain(|old| old.service_cid != kept.service_cid);
    let verified = kept.verified();
    let before = present.replace(kept);
    let new = present.as_ref().map(|kept| kept.service_cid.clone());
    match before {
        Some(before) if Some(&before.service_cid) != new.as_ref() => {
            older.push(before);
            *version += 1;
        }
        Some(_) => {}
        None => *version += 1,
    }
    // Only a verified pin takes another's place.
    match versions {
        Some(most) if verified && older.len() + 1 > most => {
            older.drain(..older.len() + 1 - most).collect()
        }
        _ => Vec::new(),
    }
}
