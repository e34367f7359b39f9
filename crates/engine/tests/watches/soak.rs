//! A watched folder whose process is killed again and again while people work in it. The test is the parent and holds the
//! service; the engine runs in a child, which is this same test with other surroundings.
//! `PINFOLD_SOAK_SECONDS=300 PINFOLD_SEED=1 cargo test -p engine --test watches soak -- --nocapture`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::clock::SystemClock;
use engine::watches::{LedgerPage, LedgerQuery, LedgerState};
use tokio::time::{Instant, sleep};

use super::house::dice::Dice;
use super::house::{House, child, number};
use super::quick;

const NAME: &str = "soak::kill_9_again_and_again_loses_nothing_and_sends_nothing_twice";
/// At most so many files lie in the folder.
const FILES: usize = 300;
/// How long everything may take to come to rest after the last kill.
const REST: Duration = Duration::from_mins(3);

#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_again_and_again_loses_nothing_and_sends_nothing_twice() {
    child::lives_here(Arc::new(SystemClock)).await;
    let seconds = number("PINFOLD_SOAK_SECONDS").unwrap_or(6);
    let seed = number("PINFOLD_SEED").unwrap_or(1);
    let mut house = House::new().await;
    let root = house.path("box");
    let id = house.watch(&root, quick()).await;
    house.stop();

    let mut people = People::new(&root, seed);
    let (mut kills, mut scanned) = (0, 0);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let mut child = house.start_child(NAME);
        // Mostly a few hundred milliseconds; now and then long enough to get something done.
        let life = match people.dice.below(4) {
            0 => 1_000 + people.dice.below(2_000),
            _ => 100 + people.dice.below(700),
        };
        let death = Instant::now() + Duration::from_millis(life);
        while Instant::now() < death {
            people.work();
            sleep(Duration::from_millis(5 + people.dice.below(60))).await;
        }
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        // As it lies there, before anybody tidies up.
        scanned += house.left_clean();
        kills += 1;
    }

    house.restart();
    let ledger = at_rest(&house, id, people.there.len()).await;
    let mut lost = Vec::new();
    for (name, content) in &people.there {
        let row = ledger.get(name).filter(|(pinned, _)| *pinned);
        let same = match row {
            Some((_, cid)) => house.service.served(cid).await == *content,
            None => false,
        };
        if !same {
            lost.push(format!("{name}: {row:?}"));
        }
    }
    let stored = house.service.stored();
    let twice: Vec<_> = stored.iter().filter(|(_, times)| **times > 1).collect();
    scanned += house.ends_clean();
    println!(
        "SOAK seed={seed} seconds={seconds} kills={kills} written={} files={} sent={} lost={} twice={} scanned={scanned} leaked=0",
        people.written,
        people.there.len(),
        stored.len(),
        lost.len(),
        twice.len()
    );
    assert!(lost.is_empty(), "seed {seed}: lost {lost:#?}");
    assert!(twice.is_empty(), "seed {seed}: sent twice {twice:#?}");
    assert!(kills > 1 && !stored.is_empty(), "nothing was tried");
}

/// Name, whether its present content is pinned, and the CID, for every file of the ledger.
async fn at_rest(house: &House, id: i64, there: usize) -> BTreeMap<String, (bool, String)> {
    let query = LedgerQuery {
        by_path: true,
        ..LedgerQuery::default()
    };
    let page = |from| -> LedgerPage {
        let page = house.engine.watches.ledger(id, &query, from, 200);
        page.expect("a page")
    };
    let end = Instant::now() + REST;
    loop {
        let counts = page(0).counts;
        let moving = counts.settling + counts.waiting;
        if moving == 0 && counts.pinned >= there as u64 || Instant::now() > end {
            break;
        }
        sleep(Duration::from_millis(200)).await;
    }
    let (mut rows, mut from) = (BTreeMap::new(), 0);
    loop {
        let page = page(from);
        if page.rows.is_empty() {
            return rows;
        }
        from += page.rows.len();
        for row in page.rows {
            let pinned = matches!(row.state, LedgerState::Pinned | LedgerState::Renamed);
            if let Some(cid) = row.cid {
                rows.insert(row.path, (pinned, cid));
            }
        }
    }
}

/// Those who work in the folder. Every content is another one.
struct People {
    root: PathBuf,
    dice: Dice,
    there: BTreeMap<String, Vec<u8>>,
    written: u64,
}

impl People {
    fn new(root: &Path, seed: u64) -> Self {
        Self {
            root: root.to_owned(),
            dice: Dice::new(seed),
            there: BTreeMap::new(),
            written: 0,
        }
    }

    fn work(&mut self) {
        let choice = self.dice.below(10);
        match self.any() {
            Some(name) if choice == 0 || self.there.len() >= FILES => {
                std::fs::remove_file(self.root.join(&name)).expect("it was there");
                self.there.remove(&name);
            }
            Some(name) if choice == 1 => {
                let to = self.name();
                self.folder_of(&to);
                std::fs::rename(self.root.join(&name), self.root.join(&to)).expect("it moves");
                let content = self.there.remove(&name).expect("it was there");
                self.there.insert(to, content);
            }
            Some(name) if choice == 2 => self.write(name),
            _ => {
                let name = self.name();
                self.write(name);
            }
        }
    }

    fn write(&mut self, name: String) {
        self.written += 1;
        let size = 1 + self.dice.below(60_000);
        let mut content = format!("{} of {}\n", self.written, self.dice.next()).into_bytes();
        content.extend((0..size).map(|at| (at % 251) as u8));
        self.folder_of(&name);
        std::fs::write(self.root.join(&name), &content).expect("it is written");
        self.there.insert(name, content);
    }

    fn name(&mut self) -> String {
        format!(
            "{}/{:08}.bin",
            self.dice.below(5),
            self.dice.below(100_000_000)
        )
    }

    fn any(&mut self) -> Option<String> {
        let at = self.dice.below(self.there.len().max(1) as u64);
        self.there.keys().nth(usize::try_from(at).ok()?).cloned()
    }

    fn folder_of(&self, name: &str) {
        let path = self.root.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
    }
}
