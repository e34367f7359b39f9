//! A disk that is really full.

#[path = "../../../engine/tests/house/apart.rs"]
mod apart;
#[path = "../../../engine/tests/house/small_disk.rs"]
mod small_disk;

use small_disk::{SmallDisk, WITH_MOUNTS};

use crate::house::{House, cid_of};

fn piped(house: &House, bytes: &[u8]) -> std::process::Output {
    house
        .pinfold(&["add", "-", "--name", "piped.bin"])
        .fed(bytes)
}

fn spooled(house: &House) -> usize {
    let spool = house.path("data/pinfold/spool");
    std::fs::read_dir(spool).map_or(0, Iterator::count)
}

/// Requests with a body.
fn sent(house: &House) -> usize {
    let requests = house.server.requests();
    requests.iter().filter(|entry| entry.cid.is_some()).count()
}

const PIPED: &str =
    "full::what_is_piped_to_a_full_disk_is_refused_in_a_clear_sentence_and_leaves_nothing_behind";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_piped_to_a_full_disk_is_refused_in_a_clear_sentence_and_leaves_nothing_behind() {
    const BYTES: u64 = 300_000;
    if !apart::inside(PIPED, &WITH_MOUNTS) {
        return;
    }
    let house = House::new().await;
    let disk = SmallDisk::at(&house.path("data"));
    house.done(&house.adding());
    let bytes: Vec<u8> = (0..BYTES).map(|n| (n * n).to_le_bytes()[1]).collect();
    // No room, room for some of it, for all but its end, and for all of it but for no line in the ledger.
    for free in [0, 64 * 1024, BYTES - 4_096, BYTES + 4_096] {
        disk.fill_but(free);
        let before = disk.free();
        let ended = piped(&house, &bytes);
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{free}: {told}");
        assert!(told.contains("is full. Nothing was"), "{free}: {told}");
        assert!(
            told.contains("free some space and try again"),
            "{free}: {told}"
        );
        assert!(ended.stdout.is_empty(), "{free}: no CID is told");
        assert_eq!((spooled(&house), sent(&house)), (0, 0), "{free}");
        if free < BYTES {
            assert_eq!(disk.free(), before, "{free}");
        }
        // What is there can be looked at all the same.
        assert_eq!(house.code(&["queue", "ls"]).0, 0, "{free}");
        disk.make_room();
    }
    let ended = piped(&house, &bytes);
    assert!(ended.status.success(), "{ended:?}");
    let cid = cid_of(&String::from_utf8_lossy(&ended.stdout));
    assert!(house.served(&cid).await == bytes, "other bytes are served");
    assert_eq!((spooled(&house), sent(&house)), (0, 1));
}
