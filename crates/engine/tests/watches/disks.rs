//! Other disks below a watched folder. Whatever becomes of one, no pin of what is on it is let go by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use engine::walk::SystemWatching;
use engine::watches::{LedgerPage, OnChange, OnDelete, WatchRules, WatchUnit};

use crate::faults::Odd;
use crate::house::House;
use crate::quick;

fn unpinning() -> WatchRules {
    WatchRules {
        other_disks: true,
        on_change: OnChange::Replace,
        on_delete: OnDelete::Unpin { days: 0 },
        ..quick()
    }
}

/// A watched folder with a file of its own, and a place at which another disk may stand.
struct Drive {
    house: House,
    odd: Arc<Odd>,
    id: i64,
    place: PathBuf,
    away: PathBuf,
}

impl Drive {
    async fn new(rules: WatchRules) -> Self {
        let odd = Arc::new(Odd::default());
        let house = House::with(odd.clone(), Arc::new(SystemWatching)).await;
        house.file("box/here.txt", b"here");
        let id = house.watch(&house.path("box"), rules).await;
        house.until_pinned(id, 1).await;
        let (place, away) = (house.path("box/drive"), house.path("away"));
        Self {
            house,
            odd,
            id,
            place,
            away,
        }
    }

    /// Somebody writes these files to a disk and puts it in.
    fn put_in_new(&self, contents: &[&str]) {
        for (n, content) in contents.iter().enumerate() {
            self.house
                .file(&format!("away/{n}.txt"), content.as_bytes());
        }
        self.put_in();
    }

    fn put_in(&self) {
        self.odd.plugged.store(true, Ordering::SeqCst);
        std::fs::rename(&self.away, &self.place).expect("is put in");
    }

    fn take_out(&self) {
        std::fs::rename(&self.place, &self.away).expect("is taken out");
        self.odd.plugged.store(false, Ordering::SeqCst);
    }

    async fn look(&self) {
        let watches = &self.house.engine.watches;
        watches.rescan(self.id).await.expect("looks");
    }

    async fn until(&self, pinned: u64, gone: u64) -> LedgerPage {
        let as_asked = |page: &LedgerPage| {
            let counts = &page.counts;
            let moving = counts.settling + counts.waiting;
            (counts.pinned, counts.gone, moving) == (pinned, gone, 0)
        };
        self.house.until_ledger(self.id, as_asked).await
    }

    /// Deletes the folder's own file: its pin is let go, and none besides.
    async fn only_its_own_file_is_let_go(&self) {
        std::fs::remove_file(self.house.path("box/here.txt")).expect("deletes");
        self.look().await;
        let watches = &self.house.engine.watches;
        let journal = async || watches.journal(self.id, 0, 10).expect("a journal").total > 0;
        self.house.until_true("a pin is let go", journal).await;
        let journal = watches.journal(self.id, 0, 10).expect("a journal");
        let names: Vec<_> = journal.rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(names, ["here.txt"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_below_the_folder_that_is_taken_out_costs_no_pin_also_over_a_restart() {
    let mut drive = Drive::new(unpinning()).await;
    drive.put_in_new(&["a", "b", "c"]);
    drive.until(4, 0).await;
    drive.take_out();
    drive.look().await;
    drive.until(1, 3).await;
    std::fs::create_dir(&drive.place).expect("an empty folder stays");
    drive.house.restart();
    drive.until(1, 3).await;
    drive.house.file("box/drive/stray.txt", b"beside the disk");
    drive.until(2, 3).await;
    let watches = &drive.house.engine.watches;
    let report = watches.audit(drive.id).await.expect("compares");
    assert_eq!(report.differences, [], "what is gone is known to be gone");
    std::fs::remove_dir_all(&drive.place).expect("makes room");
    drive.put_in();
    drive.look().await;
    drive.until(4, 1).await;
    assert_eq!(drive.house.uploads_received(), 5, "nothing is sent twice");
    // A disk that is emptied looks just like another one.
    std::fs::remove_file(drive.place.join("0.txt")).expect("deletes");
    drive.look().await;
    drive.until(3, 2).await;
    drive.only_its_own_file_is_let_go().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_disk_at_the_same_place_replaces_no_pin_of_the_first() {
    let drive = Drive::new(unpinning()).await;
    drive.put_in_new(&["first a", "first b"]);
    drive.until(3, 0).await;
    drive.take_out();
    std::fs::remove_dir_all(&drive.away).expect("is put away");
    drive.put_in_new(&["second a", "second b"]);
    drive.look().await;
    let both = async || drive.house.uploads_received() == 5;
    drive.house.until_true("both are sent", both).await;
    drive.until(3, 0).await;
    drive.only_its_own_file_is_let_go().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_left_out_later_keeps_its_pins_when_it_is_taken_out() {
    let drive = Drive::new(unpinning()).await;
    drive.put_in_new(&["a", "b"]);
    drive.until(3, 0).await;
    let rules = WatchRules {
        other_disks: false,
        ..unpinning()
    };
    let watches = &drive.house.engine.watches;
    watches.edit(drive.id, None, rules).await.expect("edits");
    drive.until(1, 0).await;
    drive.take_out();
    drive.look().await;
    drive.until(1, 2).await;
    drive.only_its_own_file_is_let_go().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_one_pin_keeps_the_version_with_a_disk_that_is_taken_out() {
    let rules = WatchRules {
        unit: WatchUnit::Folder,
        ..unpinning()
    };
    let drive = Drive::new(rules).await;
    drive.put_in_new(&["a", "b"]);
    drive.until(3, 0).await;
    drive.take_out();
    drive.house.file("box/new.txt", b"without the disk");
    let versions = async || drive.house.uploads_received() == 3;
    drive
        .house
        .until_true("it has three versions", versions)
        .await;
    let journal = drive.house.engine.watches.journal(drive.id, 0, 10);
    assert_eq!(journal.expect("a journal").total, 0);
}
