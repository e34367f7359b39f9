//! A folder, a queue, a service and a clock in memory: random people and programs disturb the folder, the program dies at
//! random, and what comes out is compared with what the rules promise. Every run has a number that replays it:
//! `PINFOLD_SEED=<number> cargo test -p engine simulation`.
mod people;
mod program;
mod rest;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::Way;
use super::rules::WatchUnit;
use crate::schedules::each;
use world::World;

#[test]
fn a_hundred_thousand_trees_disturbed_twice_come_to_rest_as_they_should() {
    each(
        "PINFOLD_TREES",
        100_000,
        || (),
        |seed, ()| {
            let mut world = World::new(seed, 1 + seed % 7, false);
            world.comes_to_rest();
            for _ in 0..2 {
                world.disturb();
            }
            world.comes_to_rest();
        },
    );
}

#[test]
fn two_thousand_schedules_of_people_queue_service_clock_and_crashes_lose_nothing() {
    each(
        "PINFOLD_SCHEDULES",
        2_000,
        || (),
        |seed, ()| {
            let mut world = World::new(seed, seed % 60, true);
            for _ in 0..40 {
                match world.dice.below(8) {
                    0..=2 => world.disturb(),
                    3 | 4 => {
                        world.work();
                    }
                    5 => world.queue(false),
                    6 => world.now += i64::try_from(world.dice.below(20_000)).unwrap_or(0),
                    _ if world.dice.one_in(6) => world.now -= 3_600_000,
                    _ => world.now += 4_000,
                }
            }
            world.comes_to_rest();
        },
    );
}

#[test]
fn the_order_in_which_paths_are_looked_at_does_not_matter() {
    each(
        "PINFOLD_ORDERS",
        2_000,
        || (),
        |seed, ()| {
            let mut ends = Vec::new();
            for turned in [false, true] {
                let mut world = World::new(seed, 12, false);
                world.comes_to_rest();
                for _ in 0..4 {
                    world.disturb();
                }
                let mut dirty: Vec<Way> = std::mem::take(&mut world.dirty).into_iter().collect();
                if turned {
                    dirty.reverse();
                }
                for way in dirty {
                    world.dirty = BTreeSet::from([way]);
                    if world.rules.unit == WatchUnit::Files {
                        world.look(false);
                    }
                }
                world.comes_to_rest();
                let pins: BTreeMap<Way, Option<String>> = world
                    .ledger
                    .entries
                    .iter()
                    .filter(|(_, entry)| entry.present())
                    .map(|(way, entry)| {
                        (
                            way.clone(),
                            entry.kept.as_ref().map(|kept| kept.cid.clone()),
                        )
                    })
                    .collect();
                ends.push(pins);
            }
            assert_eq!(ends[0], ends[1], "seed {seed}");
        },
    );
}
