//! What is left of the ledger when the power fails. SQLite has its log on the disk before a commit is told of, copies it into
//! the database at times, and has that on the disk before the log begins anew: of what was written since such a moment, any
//! sector may be there, and any may not.
//! `PINFOLD_STATES=50000 PINFOLD_SEED=1 cargo test -p engine --test drop power -- --nocapture`

#![expect(
    clippy::disallowed_methods,
    reason = "the engine's own files, not people's"
)]
#![expect(clippy::print_stdout, reason = "the figures of this run")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::uploads::RestFor;

use super::house::dice::Dice;
use super::house::{House, number};

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;
/// Drops, and files in each: enough for the log to be copied and to begin anew.
const DROPS: usize = 80;
const FILES: usize = 30;
/// Bytes at the start of a log that differ once it has begun anew.
const HEAD: usize = 32;

/// The files at a moment at which the disk had all of them, and the uploads that had been told of.
struct Moment {
    database: Vec<u8>,
    log: Vec<u8>,
    told: BTreeSet<i64>,
}

impl Moment {
    fn of(data: &Path, told: BTreeSet<i64>) -> Self {
        let read = |name| std::fs::read(data.join(name)).expect("is there");
        Self {
            database: read("ledger.db"),
            log: read("ledger.db-wal"),
            told,
        }
    }

    fn log_begins_anew(&self, next: &Self) -> bool {
        self.log.get(..HEAD) != next.log.get(..HEAD)
    }
}

/// Some of the sectors that were written between the two.
fn torn(before: &[u8], after: &[u8], dice: &mut Dice) -> Vec<u8> {
    let sectors = |bytes: usize| bytes.div_ceil(SECTOR) as u64;
    let grown = dice.below(sectors(after.len().saturating_sub(before.len())) + 1);
    let length = before.len() + usize::try_from(grown).expect("fits") * SECTOR;
    let mut left = before.to_vec();
    // What a file has grown by reads as zeros where it was not written.
    left.resize(length.min(after.len()).max(before.len()), 0);
    let (kind, cut) = (dice.below(3), dice.below(sectors(left.len()) + 1));
    for (at, sector) in (0_u64..).zip(left.chunks_mut(SECTOR)) {
        let written = match kind {
            0 => at < cut,
            1 => at != cut,
            _ => dice.below(2) == 0,
        };
        let from = usize::try_from(at).expect("fits") * SECTOR;
        let new = after.get(from..(from + sector.len()).min(after.len()));
        if let (true, Some(new)) = (written, new) {
            sector[..new.len()].copy_from_slice(new);
        }
    }
    left
}

/// Opens what is left: it is whole, has all that was told of, and of the drop that was on its way all or nothing. Whether it
/// has that drop.
fn check(folder: &Path, seed: u64, before: &Moment, after: &Moment) -> bool {
    let mut dice = Dice::new(seed);
    let grows = before.database != after.database;
    let (database, log) = if grows && dice.below(2) == 0 {
        let database = torn(&before.database, &after.database, &mut dice);
        (database, after.log.clone())
    } else {
        let log = torn(&before.log, &after.log, &mut dice);
        (before.database.clone(), log)
    };
    let path = folder.join("ledger.db");
    let _ = std::fs::remove_file(folder.join("ledger.db-shm"));
    std::fs::write(&path, database).expect("writes");
    std::fs::write(folder.join("ledger.db-wal"), log).expect("writes");
    let ledger = rusqlite::Connection::open(&path).expect("opens");
    let said: String = ledger
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(said, "ok", "seed {seed}");
    let mut select = ledger.prepare("SELECT id FROM upload").expect("a table");
    let there: BTreeSet<i64> = select
        .query_map([], |row| row.get(0))
        .expect("reads")
        .collect::<Result<_, _>>()
        .expect("numbers");
    assert!(before.told.is_subset(&there), "seed {seed}: one is lost");
    let on_its_way = there.difference(&before.told).count();
    let all = after.told.len() - before.told.len();
    assert!(
        on_its_way == 0 || on_its_way == all,
        "seed {seed}: {on_its_way} of {all}"
    );
    on_its_way == all
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_power_fails_the_ledger_is_whole_and_has_every_upload_that_was_told_of() {
    let house = House::new().await;
    // Nothing but the drops is written.
    house
        .engine
        .uploads
        .rest(RestFor::Hour)
        .await
        .expect("rests");
    let mut told = BTreeSet::new();
    let mut moments = vec![Moment::of(&house.data(), told.clone())];
    for drop in 0..DROPS {
        let name = |file| format!("{drop}/{file} {}", "name ".repeat(30));
        let files: Vec<_> = (0..FILES)
            .map(|file| house.file(&name(file), b"content"))
            .collect();
        told.extend(house.drop_in(&files).await);
        moments.push(Moment::of(&house.data(), told.clone()));
    }
    // A log that was copied and began anew between two moments was never seen as it was.
    let seen =
        |gap: &&[Moment]| gap[0].database == gap[1].database || !gap[0].log_begins_anew(&gap[1]);
    let gaps: Vec<&[Moment]> = moments.windows(2).filter(seen).collect();
    // Most moments only add to the log: every other state is one in which it is copied or begins anew.
    let seldom =
        |gap: &&&[Moment]| gap[0].database != gap[1].database || gap[0].log_begins_anew(&gap[1]);
    let seldom: Vec<&[Moment]> = gaps.iter().filter(seldom).copied().collect();
    let copied = seldom
        .iter()
        .filter(|gap| gap[0].database != gap[1].database)
        .count();
    assert!(
        (1..seldom.len()).contains(&copied),
        "{copied} of {}",
        seldom.len()
    );
    let first = number("PINFOLD_SEED").unwrap_or(1);
    let states = number("PINFOLD_STATES").unwrap_or(2_000);
    let (next, arrived) = (AtomicU64::new(first), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let folder = tempfile::tempdir().expect("a temporary folder");
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + states {
                        return;
                    }
                    let among = if seed.is_multiple_of(2) {
                        &gaps
                    } else {
                        &seldom
                    };
                    let gap = among[usize::try_from(seed / 2).expect("fits") % among.len()];
                    if check(folder.path(), seed, &gap[0], &gap[1]) {
                        arrived.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let arrived = arrived.into_inner();
    println!(
        "SOAK states={states} moments={} arrived={arrived}",
        moments.len()
    );
    assert!((1..states).contains(&arrived), "none was torn");
}
