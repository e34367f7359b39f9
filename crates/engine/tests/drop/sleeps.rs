//! The computer sleeps in the middle of an upload. Its process stands still, and the service hangs up meanwhile.

use std::time::Duration;

use engine::clock::SystemClock;
use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Gate, Kind, Route};

use super::chunks::noise;
use super::house::{House, child};
use oracle::Content;

const NAME: &str = "sleeps::a_computer_that_sleeps_in_the_middle_of_an_upload_goes_on_where_it_was";
/// More than a connection holds while nobody reads or writes.
const CHUNK: u64 = 16 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_sleeps_in_the_middle_of_an_upload_goes_on_where_it_was() {
    child::lives_here(std::sync::Arc::new(SystemClock)).await;
    let mut house = House::impatient(Duration::from_secs(2)).await;
    house.cut(2 * CHUNK, CHUNK);
    let bytes = noise(5 * CHUNK / 2, 1);
    let name = "archive.bin".to_owned();
    house.drop_in(&[house.file(&name, &bytes)]).await;
    house.stop();
    // The second of three chunks is on its way.
    let faults = house.sandbox.faults();
    let gate = Gate::new();
    faults.once(Route::TusPatch, Kind::Pass);
    faults.once(
        Route::TusPatch,
        Kind::HoldAfterBytes(CHUNK / 4, gate.clone()),
    );
    let mut child = house.start_child(NAME);
    gate.arrived().await;
    let asleep = Pid::from_child(&child);
    kill_process(asleep, Signal::STOP).expect("it stands still");
    gate.open();
    let given_up = async || {
        house
            .sandbox
            .requests()
            .iter()
            .any(|entry| entry.status == 408)
    };
    house.until_true("the service hangs up", given_up).await;
    kill_process(asleep, Signal::CONT).expect("it wakes");

    let stored = async || {
        house
            .sandbox
            .requests()
            .iter()
            .any(|entry| entry.cid.is_some())
    };
    house.until_true("it arrives", stored).await;
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    house.restart();
    house.verified().await;
    let (size, files) = (bytes.len() as u64, vec![(String::new(), bytes)]);
    let judged = oracle::judge(&house.service, &[Content { name, files }], CHUNK).await;
    assert!(judged.is_well(), "{judged:#?}");
    let requests = house.sandbox.requests();
    let sent = requests.iter().filter(|entry| entry.method == "PATCH");
    let sent: Vec<(u16, u64)> = sent.map(|entry| (entry.status, entry.received)).collect();
    let all: u64 = sent.iter().map(|(_, bytes)| bytes).sum();
    let broken = sent.iter().find(|(status, _)| *status == 408);
    let (_, part) = broken.expect("it was broken off");
    assert!((CHUNK / 4..CHUNK).contains(part), "{sent:?}");
    assert!(all - size <= CHUNK, "{sent:?}");
}
