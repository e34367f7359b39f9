//! What only a real system does to those who watch: queues that run over, limits, disks that go, folders of other people.

#![expect(clippy::print_stdout, reason = "the figures of this run")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::clock::SystemClock;
use engine::watches::{LedgerPage, LedgerRow, LedgerState, OnDelete, WatchRules, WatchState};
use rustix::process::{Pid, Signal};

use crate::house::apart::{self, system};
use crate::house::fast::Fast;
use crate::house::small_disk::WITH_MOUNTS;
use crate::house::{House, child, number};
use crate::quick;

/// A namespace in which an ordinary user may do what root may outside.
const AS_ROOT: [&str; 3] = ["unshare", "--user", "--map-root-user"];

/// So many times faster than the computer's clock.
const FASTER: i64 = 10;

fn unpinning() -> WatchRules {
    WatchRules {
        on_delete: OnDelete::Unpin { days: 0 },
        ..quick()
    }
}

fn signal(child: &std::process::Child, signal: Signal) {
    rustix::process::kill_process(Pid::from_child(child), signal).expect("it is there");
}

/// More changes than the system keeps for somebody who does not listen meanwhile. The newest are the ones that are lost.
fn overflow(root: &Path) {
    let kept = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events");
    let kept: usize = kept.expect("Linux tells").trim().parse().expect("a number");
    let noise = root.join("noise.tmp");
    // At least two events each: it came, it went.
    for _ in 0..=kept / 2 {
        std::fs::File::create(&noise).expect("creates");
        std::fs::remove_file(&noise).expect("removes");
    }
}

/// Larger than the rules take.
const LARGE: &str = "more than the rules of this folder take along";

const OVERFLOW: &str =
    "system::a_queue_of_events_that_ran_over_loses_no_file_and_no_folder_that_came_meanwhile";

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_events_that_ran_over_loses_no_file_and_no_folder_that_came_meanwhile() {
    child::lives_here(Arc::new(SystemClock)).await;
    let files = number("PINFOLD_CREATIONS").unwrap_or(120);
    // Of very many, only some are sent; the ledger has them all. Each content is in more than one file.
    let every = files.div_ceil(10_000);
    let small = files.div_ceil(every);
    let contents = (small / 2).min(1_000);
    let rules = WatchRules {
        largest: Some(LARGE.len() as u64 - 1),
        ..quick()
    };
    let mut house = House::new().await;
    let root = house.path("box");
    house.file("box/early.txt", b"there before");
    let id = house.watch(&root, rules).await;
    house.until_pinned(id, 1).await;
    house.stop();
    let mut child = house.start_child(OVERFLOW);
    // It listens once this is sent.
    house.file("box/heard.txt", b"heard");
    house.until_stored("what is heard", 2).await;
    // A process that is stopped (a computer that sleeps, a debugger) takes nothing from its queue.
    signal(&child, Signal::STOP);
    overflow(&root);
    for n in 0..files {
        // The folders come when nobody is told of them; from the middle on it is told again.
        if n == files / 2 + 10 {
            signal(&child, Signal::CONT);
        }
        let name = format!("box/new-{}/{}/{n}.txt", n % 3, n / 1_000);
        let content = if n.is_multiple_of(every) {
            format!("content {}", n / every % contents)
        } else {
            LARGE.to_owned()
        };
        house.file(&name, content.as_bytes());
    }
    let contents = usize::try_from(contents).expect("fits");
    house.until_stored("what was lost", contents + 2).await;
    let late = b"into a folder that came unheard";
    house.file("box/new-2/0/late.txt", late);
    house.until_stored("what came later", contents + 3).await;
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    house.restart();
    let done = |page: &LedgerPage| {
        let (counts, moving) = (&page.counts, page.counts.settling + page.counts.waiting);
        (counts.pinned, counts.left_out, moving) == (small + 3, files - small, 0)
    };
    house.until_ledger(id, done).await;
    let mut ways = house.ledger_ways(id);
    let rows = ways.len() as u64;
    ways.sort();
    ways.dedup();
    assert_eq!(
        (rows, ways.len() as u64),
        (files + 3, files + 3),
        "each once"
    );
    let stored = house.service.stored();
    assert!(stored.values().all(|times| *times == 1));
    println!(
        "SOAK creations={files} files_sent={small} contents={} sent={}",
        contents + 3,
        stored.len()
    );
}

const LIMITED: &str =
    "system::where_the_system_allows_twenty_watches_the_folder_is_polled_and_says_the_number";

#[tokio::test(flavor = "multi_thread")]
async fn where_the_system_allows_twenty_watches_the_folder_is_polled_and_says_the_number() {
    if !apart::inside(LIMITED, &AS_ROOT) {
        return;
    }
    std::fs::write("/proc/sys/user/max_inotify_watches", "20").expect("its own limit");
    let house = House::timed(Fast::new(FASTER)).await;
    house.file("box/0/a.txt", b"first");
    let id = house.watch(&house.path("box"), quick()).await;
    house.until_pinned(id, 1).await;
    let card = house.until_card(id, |card| card.state == WatchState::UpToDate);
    assert_eq!(card.await.polling, None, "two folders are within the limit");
    for n in 1..=30 {
        house.file(&format!("box/{n}/a.txt"), format!("file {n}").as_bytes());
    }
    let card = house.until_card(id, |card| card.polling.is_some()).await;
    let words = card.polling.expect("words");
    assert!(
        words.contains("allows 20 watches") && words.contains("looks every 15 s"),
        "{words}"
    );
    house.until_pinned(id, 31).await;
    house.file("box/30/late.txt", b"nobody hears this");
    house.until_pinned(id, 32).await;
    assert_eq!(house.uploads_received(), 32);
}

const MOUNTED: &str = "system::a_disk_that_goes_and_comes_back_stops_the_folder_and_costs_no_pin";

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_goes_and_comes_back_stops_the_folder_and_costs_no_pin() {
    if !apart::inside(MOUNTED, &WITH_MOUNTS) {
        return;
    }
    let house = House::timed(Fast::new(FASTER)).await;
    let [root, copy] = ["box", "copy"].map(|name| house.path(name));
    let [at, kept] = [&root, &copy].map(|path| path.to_str().expect("UTF-8"));
    for folder in [&root, &copy] {
        std::fs::create_dir_all(folder).expect("creates");
    }
    let mount = || system("mount", &["-t", "tmpfs", "disk", at]);
    mount();
    for n in 0..30 {
        house.file(&format!("box/{}/{n}.txt", n % 3), format!("{n}").as_bytes());
    }
    system("cp", &["-a", &format!("{at}/."), kept]);
    let id = house.watch(&root, unpinning()).await;
    house.until_pinned(id, 30).await;
    let away = async || {
        // Somebody may be looking into it just now.
        let gone = async || {
            let done = std::process::Command::new("umount").arg(at).output();
            done.expect("umount runs").status.success()
        };
        house.until_true("it is unmounted", gone).await;
        house
            .until_card(id, |card| card.state == WatchState::Replaced)
            .await;
    };
    away().await;
    // What is written to the place where the disk belongs is not of the disk.
    house.file("box/beneath.txt", b"not on the disk");
    mount();
    // Another disk, with nothing on it yet.
    let card = house.until_card(id, |card| card.state == WatchState::Replaced);
    let words = card.await.sentence;
    assert!(words.contains("othing was unpinned"), "{words}");
    system("cp", &["-a", &format!("{kept}/."), at]);
    house
        .until_card(id, |card| card.state == WatchState::UpToDate)
        .await;
    house.file("box/2/later.txt", b"it is heard again");
    house.until_pinned(id, 31).await;
    away().await;
    let deleted = house.sandbox.requests();
    let deleted = deleted.iter().filter(|entry| entry.method == "DELETE");
    assert_eq!((deleted.count(), house.uploads_received()), (0, 31));
}

const BELOW: &str =
    "system::disks_and_folders_that_are_mounted_below_the_root_cost_no_pin_when_they_go";

#[tokio::test(flavor = "multi_thread")]
async fn disks_and_folders_that_are_mounted_below_the_root_cost_no_pin_when_they_go() {
    if !apart::inside(BELOW, &WITH_MOUNTS) {
        return;
    }
    let house = House::timed(Fast::new(FASTER)).await;
    for folder in ["box/disk", "box/bound", "elsewhere"] {
        std::fs::create_dir_all(house.path(folder)).expect("creates");
    }
    let [disk, bound, elsewhere] = ["box/disk", "box/bound", "elsewhere"].map(|folder| {
        let path = house.path(folder);
        path.to_str().expect("UTF-8").to_owned()
    });
    system("mount", &["-t", "tmpfs", "disk", &disk]);
    system("mount", &["--bind", &elsewhere, &bound]);
    for n in 0..5 {
        house.file(
            &format!("box/disk/in/{n}.txt"),
            format!("disk {n}").as_bytes(),
        );
        house.file(
            &format!("elsewhere/{n}.txt"),
            format!("bound {n}").as_bytes(),
        );
    }
    let own = house.file("box/own.txt", b"of the folder itself");
    let rules = WatchRules {
        other_disks: true,
        ..unpinning()
    };
    let id = house.watch(&house.path("box"), rules).await;
    house.until_pinned(id, 11).await;
    for place in [&disk, &bound] {
        let gone = async || {
            let done = std::process::Command::new("umount").arg(place).output();
            done.expect("umount runs").status.success()
        };
        house.until_true("it is unmounted", gone).await;
    }
    std::fs::remove_file(own).expect("deletes");
    house.engine.watches.rescan(id).await.expect("looks");
    let page = house.until_ledger(id, |page| page.counts.gone == 11).await;
    assert_eq!(page.counts.pinned, 0);
    let journal = || house.engine.watches.journal(id, 0, 20).expect("a journal");
    let let_go = async || journal().total > 0;
    house.until_true("its own file is let go", let_go).await;
    assert_eq!(journal().total, 1);
}

const FORBIDDEN: &str =
    "system::a_folder_of_somebody_else_troubles_only_itself_and_the_others_are_heard";

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_somebody_else_troubles_only_itself_and_the_others_are_heard() {
    // Root may read everything, unless it gives that up.
    if rustix::process::geteuid().is_root() {
        let way = [
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
        ];
        if !apart::inside(FORBIDDEN, &way) {
            return;
        }
    }
    let house = House::new().await;
    house.file("box/theirs/a.txt", b"a");
    house.file("box/shut.txt", b"nobody may read this");
    house.file("box/ours/b.txt", b"b");
    let theirs = house.path("box/theirs");
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&theirs, Some(65_534), Some(65_534)).expect("is given away");
    }
    let modes = |folder: u32, file: u32| {
        use std::os::unix::fs::PermissionsExt;
        let set = |path: &Path, mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, mode).expect("is locked or opened");
        };
        set(&theirs, folder);
        set(&house.path("box/shut.txt"), file);
    };
    modes(0o000, 0o000);
    let id = house.watch(&house.path("box"), unpinning()).await;
    let page = house
        .until_ledger(id, |page| {
            page.counts.failed == 2 && page.counts.pinned == 1
        })
        .await;
    for name in ["theirs", "shut.txt"] {
        let row = page.rows.iter().find(|row| row.path == name);
        let row = row.unwrap_or_else(|| panic!("{name}: {page:?}"));
        assert_eq!(row.state, LedgerState::Unreadable, "{row:?}");
        assert!(row.sentence.starts_with("May not be read"), "{row:?}");
    }
    let card = house.until_card(id, |card| card.counts.pinned == 1).await;
    assert_eq!(card.polling, None, "one folder does not deafen the others");
    house.file("box/ours/c.txt", b"c");
    house.until_ledger(id, |page| page.counts.pinned == 2).await;
    // Nobody says so but the system.
    modes(0o755, 0o644);
    house.until_pinned(id, 4).await;
    modes(0o000, 0o644);
    let locked = |row: &LedgerRow| row.path == "theirs" && row.state == LedgerState::Unreadable;
    house
        .until_ledger(id, |page| page.rows.iter().any(locked))
        .await;
    house.engine.watches.rescan(id).await.expect("looks");
    modes(0o755, 0o644);
    house.until_pinned(id, 4).await;
    let journal = house.engine.watches.journal(id, 0, 10).expect("a journal");
    assert_eq!((journal.total, house.uploads_received()), (0, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_listened_to_behind_a_link() {
    use engine::walk::{Ear, SystemWatching, Watching};
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [root, outside] = ["root", "outside"].map(|name| folder.path().join(name));
    for folder in [&root, &outside] {
        std::fs::create_dir(folder).expect("creates");
    }
    std::os::unix::fs::symlink(&outside, root.join("link")).expect("links");
    std::os::unix::fs::symlink("/", root.join("everything")).expect("links");
    let ear = Ear::default();
    let listening = SystemWatching.listen(&root, ear.clone());
    let _listening = listening.unwrap_or_else(|why| panic!("{why:?}"));
    std::fs::write(outside.join("a.txt"), b"not in the folder").expect("writes");
    let inside = root.join("b.txt");
    std::fs::write(&inside, b"in the folder").expect("writes");
    let heard = async {
        loop {
            ear.rung().await;
            let dirty = ear.take().dirty;
            assert!(!dirty.contains(&root.join("link/a.txt")), "{dirty:?}");
            if dirty.contains(&inside) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard)
        .await
        .expect("what is in the folder is heard");
}
