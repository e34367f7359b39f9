//! What of a drop is left out by its names, rule by rule.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::drops::LeftOutByRule;
use super::look::examples;
use crate::message::Room;
use crate::walk::{Place, Rule};

/// Rules that are told of, and the bytes of a message that they may have.
const MOST: usize = 6;
const ROOM: usize = 16 * 1024;

/// What each rule leaves out, while it is found.
#[derive(Default)]
pub(super) struct Ignored {
    by: HashMap<Rule, (usize, Vec<String>)>,
    count: usize,
}

impl Ignored {
    pub(super) fn take(&mut self, found: Vec<(Place, Rule)>) {
        self.count += found.len();
        for (place, rule) in found {
            let (count, names) = self.by.entry(rule).or_default();
            *count += 1;
            examples(names, [&place].into_iter());
        }
    }

    /// How many things in all, and the rules that leave out most.
    pub(super) fn told(self) -> (usize, Vec<LeftOutByRule>) {
        let told = |(rule, (count, mut names)): (Rule, (usize, Vec<String>))| {
            names.retain(|name| !rule.names_only(name));
            LeftOutByRule {
                sentence: rule.heading(),
                count,
                names,
            }
        };
        let mut all: Vec<_> = self.by.into_iter().map(told).collect();
        all.sort_by(|a, b| (Reverse(a.count), &a.sentence).cmp(&(Reverse(b.count), &b.sentence)));
        let mut room = Room::of(ROOM);
        all.truncate(MOST);
        all.retain(|told| room.takes(told));
        (self.count, all)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn names_that_are_as_long_as_anyone_likes_leave_the_message_its_size_and_the_count_true() {
        let root = Place::root(Path::new("/box"));
        let mut ignored = Ignored::default();
        for rule in 0..40 {
            let named = |name: u8| root.child([vec![1; 250], vec![rule + 1, name + 1]].concat());
            let found = (0..9).map(|name| (named(name), Rule::Typed(format!("{rule}*"))));
            ignored.take(found.collect());
        }
        let (count, told) = ignored.told();
        assert_eq!(count, 360);
        let bytes = serde_json::to_string(&told).expect("JSON").len();
        assert!(!told.is_empty() && bytes <= ROOM + 2, "{bytes} bytes");
    }
}
