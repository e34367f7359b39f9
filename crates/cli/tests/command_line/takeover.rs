//! How soon another process goes on where the one that held the data folder was killed.

use std::time::{Duration, Instant};

use sandbox::{Fault, Gate, Kind, Route};

use crate::house::{House, cid_of};

/// As promised; of several kills the median, since a machine with other work may keep one of them waiting.
const SOON: Duration = Duration::from_secs(2);
const KILLS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures of this run")]
async fn a_follower_takes_over_within_two_seconds_of_a_kill_and_nothing_is_sent_again() {
    let house = House::with_account().await;
    let mut taken = Vec::new();
    for kill in 0..KILLS {
        let (running, _) = house.stays(&["run"]);
        let name = format!("{kill}.txt");
        let file = house.file(&name, name.as_bytes());
        // What was sent was taken in, and the answer does not come while the holder lives.
        let gate = Gate::new();
        house.server.faults().push(Fault {
            route: Route::V3Upload,
            times: 1,
            kind: Kind::HoldAnswer(gate.clone()),
        });
        house.done(&["add", "--no-wait", &file]);
        gate.arrived().await;
        let (mut following, _) = house.stays(&["--json", "queue", "watch"]);
        let told = |line: &str, state: &str| line.contains(&name) && line.contains(state);
        following.until_line(|line| told(line, "\"sending\""));
        let killed = Instant::now();
        running.kill();
        // Only a queue that was taken up finds what became of it.
        let mut last =
            following.until_line(|line| line.contains(&name) && !told(line, "\"sending\""));
        taken.push(killed.elapsed());
        gate.open();
        if !told(&last, "\"pinned\"") {
            last = following.until_line(|line| told(line, "\"pinned\""));
        }
        assert!(last.contains("verified"), "{last}");
        following.kill();
        assert_eq!(
            house.served(&cid_of(&house.done(&["cid", &file]))).await,
            name.as_bytes()
        );
    }
    taken.sort();
    println!("FIGURE takeover_ms={taken:?} limit={SOON:?}");
    assert!(taken[KILLS / 2] <= SOON, "{taken:?}");
    let requests = house.server.requests();
    let sent = requests
        .iter()
        .filter(|entry| entry.path == "/v3/files" && entry.cid.is_some());
    assert_eq!(sent.count(), KILLS, "each once");
}
