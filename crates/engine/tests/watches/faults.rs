//! What systems do to those who watch: no watches left, lost events, disks that hang, folders that may not be read.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use engine::error::ErrorCode;
use engine::walk::{
    Deaf, Disk, Ear, Files, Identity, Listening, Looked, Node, Place, Problem, Stamp,
    SystemWatching, Watching,
};
use engine::watches::{LedgerState, OnDelete, WatchRules, WatchState};

use crate::house::House;
use crate::quick;

/// A system that allows twenty watches, all in use.
struct NoWatches;

impl Watching for NoWatches {
    fn listen(&self, _: &Path, _: Ear) -> Result<Box<dyn Listening>, Deaf> {
        Err(Deaf::Exhausted { limit: Some(20) })
    }
}

/// A system that tells nothing by itself; the test speaks for it.
#[derive(Default)]
struct Silent(Mutex<Vec<Ear>>);

struct Nothing;

impl Listening for Nothing {
    fn folder(&self, _: &Path) -> Result<(), Deaf> {
        Ok(())
    }
}

/// A system that allows three watches.
struct Few;

struct Counted(AtomicUsize);

impl Listening for Counted {
    fn folder(&self, _: &Path) -> Result<(), Deaf> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0..3 => Ok(()),
            _ => Err(Deaf::Exhausted { limit: Some(3) }),
        }
    }
}

impl Watching for Few {
    fn listen(&self, _: &Path, _: Ear) -> Result<Box<dyn Listening>, Deaf> {
        Ok(Box::new(Counted(AtomicUsize::new(0))))
    }
}

impl Watching for Silent {
    fn listen(&self, _: &Path, ear: Ear) -> Result<Box<dyn Listening>, Deaf> {
        self.0.lock().expect("no panic").push(ear);
        Ok(Box::new(Nothing))
    }
}

/// The disk, with troubles that a test turns on.
#[derive(Default)]
pub(crate) struct Odd {
    opened: AtomicUsize,
    /// Folders of this name may not be read.
    locked: AtomicBool,
    /// Nothing is answered about the folder `slow`.
    hangs: AtomicBool,
    /// Another disk stands at the folder `drive`.
    pub(crate) plugged: AtomicBool,
    /// Folders that were looked into.
    pub(crate) looked_into: AtomicUsize,
}

impl Odd {
    /// How often a file was opened, patterns aside.
    pub(crate) fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    fn trouble(&self, place: &Place) -> Result<(), Problem> {
        let names = |name: &str| place.inside.iter().any(|part| part == name.as_bytes());
        if self.locked.load(Ordering::SeqCst) && names("locked") {
            return Err(Problem {
                code: ErrorCode::Unreadable,
                words: "may not be read. Change its permissions, then retry.".into(),
            });
        }
        while self.hangs.load(Ordering::SeqCst) && place.root.ends_with("slow") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Files for Odd {
    fn look_into(&self, folder: &Place) -> Result<Looked, Problem> {
        self.looked_into.fetch_add(1, Ordering::SeqCst);
        self.trouble(folder)?;
        Ok(Looked {
            identity: self.identity(folder)?,
            ..Disk.look_into(folder)?
        })
    }
    fn identity(&self, folder: &Place) -> Result<Identity, Problem> {
        self.trouble(folder)?;
        let here = Disk.identity(folder)?;
        let inside = folder.inside.first().is_some_and(|name| name == b"drive");
        let device = here.device + u64::from(inside && self.plugged.load(Ordering::SeqCst));
        Ok(Identity { device, ..here })
    }
    fn look(&self, place: &Place) -> Result<Node, Problem> {
        Disk.look(place)
    }
    fn list(&self, place: &Place) -> Result<Vec<Vec<u8>>, Problem> {
        self.trouble(place)?;
        Disk.list(place)
    }
    fn open(&self, place: &Place) -> Result<(std::fs::File, Stamp), Problem> {
        let pinignore = place
            .inside
            .last()
            .is_some_and(|name| name == b".pinignore");
        if !pinignore {
            self.opened.fetch_add(1, Ordering::SeqCst);
        }
        Disk.open(place)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_watches_the_folder_is_polled_and_the_card_says_so_with_the_number() {
    let house = House::with(Arc::new(Disk), Arc::new(NoWatches)).await;
    let id = house.watch(&house.path("box"), quick()).await;
    let card = house.until_card(id, |card| card.polling.is_some()).await;
    let words = card.polling.expect("words");
    assert!(
        words.contains("allows 20 watches") && words.contains("looks every 15 s"),
        "{words}"
    );
    house.file("box/a.txt", b"nobody hears this");
    house.until_pinned(id, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_more_folders_than_watches_is_polled_and_its_files_are_taken() {
    let house = House::with(Arc::new(Disk), Arc::new(Few)).await;
    for n in 0..5 {
        house.file(&format!("box/{n}/a.txt"), format!("file {n}").as_bytes());
    }
    let id = house.watch(&house.path("box"), quick()).await;
    let card = house.until_card(id, |card| card.polling.is_some()).await;
    let words = card.polling.expect("words");
    assert!(words.contains("allows 3 watches"), "{words}");
    house.until_pinned(id, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_events_bring_a_look_at_everything() {
    let silent = Arc::new(Silent::default());
    let house = House::with(Arc::new(Disk), silent.clone()).await;
    let id = house.watch(&house.path("box"), quick()).await;
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    for n in 0..20 {
        house.file(
            &format!("box/deep/{n}.txt"),
            format!("unheard {n}").as_bytes(),
        );
    }
    silent.0.lock().expect("no panic")[0].lost();
    house.until_pinned(id, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_added_while_the_engine_starts_is_watched_once() {
    let silent = Arc::new(Silent::default());
    let house = House::with(Arc::new(Disk), silent.clone()).await;
    house.file("box/a.txt", b"sent once");
    let data = house.path("data of another");
    std::fs::create_dir_all(&data).expect("creates");
    let engine = Arc::new(house.opened_on(&data).expect("opens"));
    let account = engine.accounts.try_sandbox().await.expect("the Sandbox");
    let account = account.id.parse().expect("a number");
    let watches = &engine.watches;
    let draft = watches.draft(house.path("box")).expect("a draft");
    let id = watches.add(account, &draft.id, quick()).await;
    let id = id.expect("watches");
    let watching = tokio::spawn(watches.clone().run());
    let queueing = tokio::spawn(engine.uploads.clone().run());
    let pinned = || watches.list().expect("a list")[0].counts.pinned;
    let one = |pinned| (pinned == 1).then_some(());
    house.once(pinned, one, async || ()).await;
    assert_eq!(silent.0.lock().expect("no panic").len(), 1, "folder {id}");
    watching.abort();
    queueing.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_with_nothing_changed_opens_no_file() {
    let odd = Arc::new(Odd::default());
    let mut house = House::with(odd.clone(), Arc::new(SystemWatching)).await;
    for n in 0..50 {
        house.file(
            &format!("box/{}/{n}.txt", n % 5),
            format!("file {n}").as_bytes(),
        );
    }
    let id = house.watch(&house.path("box"), quick()).await;
    house.until_pinned(id, 50).await;
    house.stop();
    let before = odd.opened();
    house.restart();
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    house.engine.watches.rescan(id).await.expect("looks again");
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    assert_eq!(odd.opened(), before);
    assert_eq!(house.uploads_received(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_read_is_in_the_ledger_and_costs_no_pin() {
    let odd = Arc::new(Odd::default());
    let house = House::with(odd.clone(), Arc::new(SystemWatching)).await;
    house.file("box/locked/a.txt", b"a");
    house.file("box/b.txt", b"b");
    let rules = WatchRules {
        on_delete: OnDelete::Unpin { days: 0 },
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    house.until_pinned(id, 2).await;
    odd.locked.store(true, Ordering::SeqCst);
    house.engine.watches.rescan(id).await.expect("looks");
    let is_told = |page: &engine::watches::LedgerPage| {
        page.counts.failed == 1 && page.rows.iter().any(|row| row.path == "locked")
    };
    let page = house.until_ledger(id, is_told).await;
    let row = page
        .rows
        .iter()
        .find(|row| row.path == "locked")
        .expect("a row");
    assert_eq!(row.state, LedgerState::Unreadable);
    let report = house.engine.watches.audit(id).await.expect("compares");
    assert_eq!(report.differences, [], "nothing of it is known");
    assert!(
        row.sentence.starts_with("May not be read"),
        "{}",
        row.sentence
    );
    assert_eq!(page.counts.pinned, 2);
    odd.locked.store(false, Ordering::SeqCst);
    house.engine.watches.rescan(id).await.expect("looks");
    house
        .until_ledger(id, |page| {
            page.counts.failed == 0 && page.counts.pinned == 2
        })
        .await;
    assert_eq!(
        house
            .engine
            .watches
            .journal(id, 0, 10)
            .expect("a journal")
            .total,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_hangs_stops_its_own_folder_only() {
    let odd = Arc::new(Odd::default());
    let house = House::with(odd.clone(), Arc::new(SystemWatching)).await;
    let slow = house.watch(&house.path("slow"), quick()).await;
    let quick_one = house.watch(&house.path("box"), quick()).await;
    house
        .until_card(slow, |card| card.state == WatchState::UpToDate)
        .await;
    odd.hangs.store(true, Ordering::SeqCst);
    house.file("slow/a.txt", b"behind a hanging disk");
    house.file("box/b.txt", b"beside it");
    house.until_pinned(quick_one, 1).await;
    let card = house
        .until_card(slow, |card| card.state == WatchState::Stopped)
        .await;
    assert!(
        card.sentence.contains("does not answer"),
        "{}",
        card.sentence
    );
    odd.hangs.store(false, Ordering::SeqCst);
    house.until_pinned(slow, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_together_is_told_together() {
    let house = House::new().await;
    let mut notices = house.engine.watches.notices();
    let id = house.watch(&house.path("box"), quick()).await;
    for n in 0..40 {
        house.file(&format!("box/{n}.txt"), format!("file {n}").as_bytes());
    }
    house.until_pinned(id, 40).await;
    let first = notices.recv().await.expect("a notice");
    assert!(first.title.ends_with("of box are pinned"), "{first:?}");
    let mut told = 1;
    while notices.try_recv().is_ok() {
        told += 1;
    }
    assert!(told <= 4, "{told} notices for forty files");
}
