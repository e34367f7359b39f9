//! What people and other programs do to the folder.

use super::super::ledger::Way;
use super::super::plan::BRAKE_ITEMS;
use super::super::rules::WatchUnit;
use super::world::{OnDisk, World};
use crate::walk::Stamp;

impl World {
    pub(super) fn way(&mut self) -> Way {
        let folder = ["", "a/", "a/b/", "c/"][usize::try_from(self.dice.below(4)).unwrap_or(0)];
        format!("{folder}{}", self.dice.below(40)).into_bytes()
    }

    pub(super) fn there(&mut self) -> Option<Way> {
        let n = self.disk.len() as u64;
        let at = usize::try_from(self.dice.below(n)).unwrap_or(0);
        self.disk.keys().nth(at).cloned()
    }

    pub(super) fn write(&mut self, way: &Way, content: u64, inode: u64) {
        self.written += 1;
        let stamp = Stamp {
            size: content % 5,
            modified: self.written,
            changed: self.written,
            inode,
        };
        self.disk.insert(way.clone(), OnDisk { content, stamp });
        self.dirty.insert(way.clone());
        self.blown.remove(way);
    }

    pub(super) fn create(&mut self) {
        let way = self.way();
        self.inode += 1;
        let (content, inode) = (self.dice.below(60), self.inode);
        self.write(&way, content, inode);
    }

    /// Something happens in the folder.
    pub(super) fn disturb(&mut self) {
        let Some(way) = self.there() else {
            return self.create();
        };
        match self.dice.below(12) {
            0..=2 => self.create(),
            3 | 4 => {
                let (content, inode) = (self.dice.below(60), self.disk[&way].stamp.inode);
                self.write(&way, content, inode);
            }
            5 => {
                // An editor's atomic save: another file takes the name.
                self.inode += 1;
                let (content, inode) = (self.dice.below(60), self.inode);
                self.write(&way, content, inode);
            }
            6 | 7 => {
                let to = self.way();
                self.rename(&way, to);
            }
            8 => {
                let prefix = ["a/", "a/b/", "c/"][usize::try_from(self.dice.below(3)).unwrap_or(0)];
                let new = format!("moved{}/", self.dice.below(3)).into_bytes();
                for way in self.below(prefix.as_bytes()) {
                    let to = [&new, &way[prefix.len()..]].concat();
                    self.rename(&way, to);
                }
            }
            9 => self.delete(&way),
            10 => {
                let all = self.below(b"");
                if self.dice.one_in(3) {
                    self.blow(&all);
                } else {
                    for way in all.iter().take(3) {
                        self.delete(way);
                    }
                }
            }
            _ => {
                // A touch: the same bytes, another time.
                let (content, inode) = {
                    let file = &self.disk[&way];
                    (file.content, file.stamp.inode)
                };
                self.write(&way, content, inode);
            }
        }
    }

    pub(super) fn below(&self, prefix: &[u8]) -> Vec<Way> {
        self.disk
            .keys()
            .filter(|way| way.starts_with(prefix))
            .cloned()
            .collect()
    }

    pub(super) fn rename(&mut self, from: &Way, to: Way) {
        if let Some(mut file) = self.disk.remove(from) {
            self.written += 1;
            file.stamp.changed = self.written;
            self.dirty.insert(from.clone());
            self.dirty.insert(to.clone());
            self.blown.remove(&to);
            self.disk.insert(to, file);
        }
    }

    pub(super) fn delete(&mut self, way: &Way) {
        self.disk.remove(way);
        self.dirty.insert(way.clone());
    }

    /// Everything goes at once, and is looked at at once.
    pub(super) fn blow(&mut self, all: &[Way]) {
        self.work();
        let pinned = |way: &&Way| {
            let entry = self.ledger.entries.get(*way);
            entry.is_some_and(|entry| {
                entry.present() && entry.kept.is_some() && entry.upload.is_none()
            })
        };
        let struck: Vec<Way> = all.iter().filter(pinned).cloned().collect();
        if struck.len() > BRAKE_ITEMS && self.rules.unit == WatchUnit::Files {
            self.blown.extend(struck);
        }
        for way in all {
            self.delete(way);
        }
    }
}
