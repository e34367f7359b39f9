//! How much a folder of very many small files costs whoever sends it. `cargo xtask soak` measures the full size, optimised;
//! the gate runs a small one. The service is this test; the engine works in a child, whose memory is nobody else's.

#![expect(clippy::print_stdout, reason = "the figures of this run")]
#![expect(
    clippy::disallowed_methods,
    reason = "a stopwatch, and this process's own accounts"
)]

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::Engine;
use engine::pins::CheckState;
use engine::uploads::{Event, Secrets, UploadLimits, UploadRow, UploadState, UploadsFilter};

use super::chunks::noise;
use super::house::{House, child, number, options};

const NAME: &str =
    "figures::a_folder_of_very_many_files_is_seen_taken_back_and_sent_in_little_time_and_memory";
/// What is sent of the folder when it is taken back, and how much a second goes until then.
const SENT: u64 = 256 * 1024;
const SLOWLY: u64 = 512 * 1024;

/// Milliseconds that a person waits at most, and MiB that the process may grow by.
const AT_ONCE: u64 = 1_000;
const GROWTH: u64 = 150;

/// A line of this process's status, in kB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.expect("kB")
}

fn since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).expect("fits")
}

/// Waits for a row of the queue that is as asked, looking often.
async fn until(engine: &Engine, asked: impl Fn(&UploadRow) -> bool) -> UploadRow {
    loop {
        for filter in [UploadsFilter::Now, UploadsFilter::Finished] {
            let page = engine.uploads.rows(filter, 0, 10).expect("rows");
            if let Some(row) = page.rows.into_iter().find(&asked) {
                return row;
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Drops the folder; its number, and the milliseconds until it is looked at and until its row is there then.
async fn drop_it(engine: &Engine, folder: &Path) -> (i64, u64, u64) {
    let begun = Instant::now();
    let drop = engine.uploads.look_at(vec![folder.to_owned()]).await;
    let (drop, looked) = (drop.expect("looks").id, since(begun));
    let begun = Instant::now();
    let account = engine.active().expect("reads").expect("an account");
    let rows = engine
        .uploads
        .enqueue(account, &drop, options(Secrets::Hold));
    let id = rows.await.expect("enqueues")[0];
    until(engine, |row| row.id == id).await;
    (id, looked, since(begun))
}

/// The child: sends the folder, takes that back, and sends it to its end. `log` is the service's.
async fn sends(engine: &Engine, folder: &Path, log: &Path) {
    // From now on the peak is counted anew.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux takes it");
    let before = status("VmRSS:");
    let limits = |speed| UploadLimits {
        speed,
        ..UploadLimits::default()
    };
    let slow = engine.uploads.set_limits(limits(Some(SLOWLY)));
    slow.await.expect("sets");
    let (first, looked, row) = drop_it(engine, folder).await;
    until(engine, |row| {
        row.id == first && row.state == UploadState::Sending && row.done >= SENT
    })
    .await;
    let begun = Instant::now();
    let ask = engine.uploads.ask(first, Event::Cancel);
    ask.await.expect("takes it back");
    // The service sees the end of the request.
    while !std::fs::read_to_string(log)
        .expect("the log")
        .contains("pinFileToIPFS")
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let cancel = since(begun);
    let ended = |row: &UploadRow| matches!(row.state, UploadState::Pinned | UploadState::Cancelled);
    let taken_back = until(engine, |row| row.id == first && ended(row)).await;
    assert_eq!(taken_back.state, UploadState::Cancelled);

    let fast = engine.uploads.set_limits(limits(None));
    fast.await.expect("sets");
    let begun = Instant::now();
    let (second, ..) = drop_it(engine, folder).await;
    let sent = until(engine, |row| row.id == second && ended(row)).await;
    let all = since(begun);
    assert_eq!(
        (sent.state, sent.check),
        (UploadState::Pinned, CheckState::Verified),
        "{}",
        sent.sentence
    );
    let growth = status("VmHWM:").saturating_sub(before).div_ceil(1_024);
    let cid = sent.cid.expect("a CID");
    println!("CHILD {cid} {looked} {row} {cancel} {all} {growth}");
}

/// Waits for the child's end: the CID and the figures that it told.
async fn told_by_child(house: &House, name: &str) -> (String, Vec<u64>) {
    let child = house.start_child_that_tells(name);
    let said = tokio::task::spawn_blocking(move || child.wait_with_output().expect("it ends"));
    let said = said.await.expect("it is waited for");
    let errors = String::from_utf8_lossy(&said.stderr).into_owned();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = said.lines().find_map(|line| line.split("CHILD ").nth(1));
    let line = line.unwrap_or_else(|| panic!("{said}\n{errors}"));
    let (cid, figures) = line.split_once(' ').expect("a CID and figures");
    let figures = figures.split(' ').map(|n| n.parse().expect("a number"));
    (cid.to_owned(), figures.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_very_many_files_is_seen_taken_back_and_sent_in_little_time_and_memory() {
    let files = number("PINFOLD_FILES").unwrap_or(3_000);
    if let Some((engine, place)) = child::engine_here() {
        let (folder, log) = (place.join("files/many"), place.join("sandbox/requests.log"));
        let patience = Duration::from_secs(number("PINFOLD_PATIENCE").unwrap_or(120));
        let sent = tokio::time::timeout(patience, sends(&engine, &folder, &log)).await;
        sent.expect("it is sent in time");
        std::process::exit(0);
    }
    let mut house = House::new().await;
    let content = |n: u64| noise(1_024, n);
    for n in 0..files {
        house.file(&format!("many/{}/{n}.txt", n % 100), &content(n));
    }
    house.stop();
    let (cid, figures) = told_by_child(&house, NAME).await;
    let [looked, row, cancel, all, growth] = figures[..] else {
        panic!("{figures:?}")
    };
    println!(
        "SOAK files={files} ms_to_look_at={looked} ms_to_the_row={row} ms_to_take_back={cancel} ms_until_pinned={all} MiB_more={growth}"
    );

    assert_eq!(
        house.service.stored().get(&cid),
        Some(&1),
        "what was taken back is not there"
    );
    for n in (0..files).step_by(usize::try_from(files / 50).expect("fits").max(1)) {
        let served = house
            .service
            .served(&format!("{cid}/{}/{n}.txt", n % 100))
            .await;
        assert!(served == content(n), "{n}");
    }
    let seen = looked + row;
    assert!(seen <= AT_ONCE, "{seen} ms from the drop to its row");
    assert!(cancel <= AT_ONCE, "{cancel} ms");
    assert!(growth <= GROWTH, "{growth} MiB");
}

const LARGE: &str = "figures::a_large_file_goes_in_chunks_in_memory_that_does_not_grow_with_it";
/// Three chunks of 45 MiB and the rest; MiB.
const SIZE: u64 = 140;
/// MiB that the process may grow by, whatever the size.
const GROWTH_OF_A_FILE: u64 = 64;

/// The n-th of the file, unlike the others.
fn mebibyte(n: u64) -> Vec<u8> {
    noise(1 << 16, n).repeat(16)
}

/// The child: sends the file.
async fn sends_file(engine: &Engine, file: &Path) {
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux takes it");
    let before = status("VmRSS:");
    let (id, ..) = drop_it(engine, file).await;
    let sent = until(engine, |row| {
        row.id == id && row.state == UploadState::Pinned
    })
    .await;
    assert_eq!(sent.check, CheckState::Verified, "{}", sent.sentence);
    let growth = status("VmHWM:").saturating_sub(before).div_ceil(1_024);
    println!("CHILD {} {growth}", sent.cid.expect("a CID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_in_chunks_in_memory_that_does_not_grow_with_it() {
    if let Some((engine, place)) = child::engine_here() {
        let file = place.join("files/long.mov");
        let sent = tokio::time::timeout(Duration::from_mins(2), sends_file(&engine, &file)).await;
        sent.expect("it is sent in time");
        std::process::exit(0);
    }
    let mut house = House::new().await;
    let path = house.file("long.mov", b"");
    let mut file = std::fs::File::create(&path).expect("creates");
    for piece in 0..SIZE {
        file.write_all(&mebibyte(piece)).expect("writes");
    }
    house.stop();
    let (cid, figures) = told_by_child(&house, LARGE).await;
    println!("FIGURE MiB={SIZE} MiB_more={figures:?} limit={GROWTH_OF_A_FILE}");
    assert!(figures[0] <= GROWTH_OF_A_FILE, "{figures:?} MiB");
    let served = house.service.served(&cid).await;
    let mut pieces = served.chunks(1 << 20).zip(0..);
    assert!(pieces.all(|(piece, n)| piece == mebibyte(n)));
    assert_eq!(served.len() as u64, SIZE << 20);
    let patches = house.sandbox.requests();
    let chunks = patches.iter().filter(|entry| entry.method == "PATCH");
    assert_eq!(chunks.count(), 4, "in chunks");
}
