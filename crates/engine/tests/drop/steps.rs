//! Each step that the queue writes down, in its turn: the ledger cannot be written from there on for a while, or the process
//! ends just before it. `PINFOLD_PAIRS=1 cargo test -p engine --test drop steps -- --nocapture` lets it end twice, at each pair.

#![expect(clippy::print_stdout, reason = "how many steps there were")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::store::{Store, Urgency};
use futures::executor::block_on;
use futures::future::join_all;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::breaks::{broken, mend_the_ledger};
use super::house::fast::Fast;
use super::house::{House, child, number, patience};
use super::kills::{Dropped, People};

const CHUNK: u64 = 64 * 1024;
const NAME: &str = "steps::the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice";
/// How many steps each of them takes that meets no trouble, with no other in its queue.
const STEPS: [(Dropped, usize); 4] = [
    (Dropped::Small, 3),
    (Dropped::Folder, 3),
    (Dropped::Large, 10),
    (Dropped::Together, 22),
];

/// Breaks the ledger when the queue comes to one of its steps.
struct Breaking {
    at: usize,
    steps: AtomicUsize,
    store: OnceLock<Arc<Store>>,
    broke: UnboundedSender<()>,
}

impl Breaking {
    fn step(&self) -> f64 {
        if self.steps.fetch_add(1, Ordering::SeqCst) == self.at {
            let store = self.store.get().expect("told before anything is dropped");
            let run = |tx: &engine::store::Tx| Ok(tx.execute_batch(&broken())?);
            block_on(store.ledger.write(Urgency::Click, run)).expect("breaks");
            self.broke.send(()).expect("is waited for");
        }
        0.5
    }
}

async fn all_ended(house: &House) {
    let ended = async || house.engine.uploads.head().expect("figures").now == 0;
    house.until_true("every upload ends", ended).await;
}

/// Answers how many files were looked through for the token.
async fn assert_all_is_well(house: &House, people: &People, what: &str) -> usize {
    let judged = oracle::judge(&house.service, &people.contents, CHUNK).await;
    assert!(judged.is_well(), "{what}: {judged:#?}");
    house.ends_clean()
}

/// Each kind meets this at each of its steps, all kinds at a time. Answers how many there were.
async fn at_each_step(of: impl AsyncFn(Dropped) -> usize) -> usize {
    let counts = join_all(STEPS.map(|(dropped, _)| of(dropped))).await;
    let counted: Vec<_> = STEPS.iter().map(|(kind, _)| *kind).zip(counts).collect();
    assert_eq!(counted, STEPS, "the steps are others than they were");
    counted.iter().map(|(_, steps)| steps).sum()
}

/// Breaks the ledger at each step of a row, one house after the other. Answers how many steps there were.
async fn breaks_at_each_step(dropped: Dropped, scanned: &AtomicUsize) -> usize {
    for at in 0.. {
        let (broke, mut broken) = unbounded_channel();
        let breaking = Arc::new(Breaking {
            at,
            steps: AtomicUsize::new(0),
            store: OnceLock::new(),
            broke,
        });
        let clock = Fast::new(100);
        let steps = breaking.clone();
        let mut house = House::stepping(clock.clone(), Arc::new(move || steps.step())).await;
        house.cut(2 * CHUNK, CHUNK);
        let _ = breaking.store.set(house.engine.store.clone());
        let mut people = People::new(1);
        people.drop_kind(&house, dropped).await;
        tokio::select! {
            _ = broken.recv() => {
                let more = house.try_drop(&[house.file("more", b"more")]).await;
                more.expect_err("the queue takes nothing");
                clock.pass(20_000).await;
                mend_the_ledger(&house).await;
                all_ended(&house).await;
            }
            () = all_ended(&house) => return at,
        }
        let what = format!("{dropped:?}, broken at step {at}");
        let files = assert_all_is_well(&house, &people, &what).await;
        scanned.fetch_add(files, Ordering::Relaxed);
    }
    unreachable!("every row ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_breaks_at_each_step_and_nothing_is_lost_or_sent_twice() {
    let scanned = AtomicUsize::new(0);
    let steps = at_each_step(async |dropped| breaks_at_each_step(dropped, &scanned).await).await;
    let scanned = scanned.into_inner();
    println!("SOAK steps_at_which_the_ledger_broke={steps} scanned={scanned} leaked=0");
}

/// In the child: the process ends before this step.
fn ends_before(step: usize) -> engine::clock::Jitter {
    let steps = AtomicUsize::new(0);
    Arc::new(move || {
        if steps.fetch_add(1, Ordering::SeqCst) == step {
            std::process::abort();
        }
        0.5
    })
}

/// What was seen on the way.
#[derive(Default)]
struct Seen {
    lives: AtomicUsize,
    /// Files that were looked through for the token.
    scanned: AtomicUsize,
}

/// Whether the process ended at each of these steps, one life after the other.
async fn lives_and_ends(house: &House, steps: &[usize], seen: &Seen) -> bool {
    for step in steps {
        let mut child = house.start_child_that_ends(NAME, *step);
        let mut ended = false;
        let over = || house.engine.uploads.head().expect("figures").now == 0;
        let living = async {
            while !ended && !over() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                ended = child.try_wait().expect("is a process").is_some();
            }
        };
        let lived = tokio::time::timeout(patience(), living).await;
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        assert!(lived.is_ok(), "neither its step {step} nor its end came");
        seen.scanned
            .fetch_add(house.left_clean(), Ordering::Relaxed);
        if !ended {
            return false;
        }
    }
    true
}

/// Ends the process before each step of a row, or before each pair of them. Answers how many steps there were.
async fn ends_before_each_step(dropped: Dropped, pairs: bool, seen: &Seen) -> usize {
    let (mut first, mut second) = (0, 0);
    loop {
        let mut house = House::timed(Fast::new(100)).await;
        house.cut(2 * CHUNK, CHUNK);
        house.stop();
        let mut people = People::new(1);
        people.drop_kind(&house, dropped).await;
        let steps = if pairs {
            vec![first, second]
        } else {
            vec![first]
        };
        let met = lives_and_ends(&house, &steps, seen).await;
        house.restart();
        all_ended(&house).await;
        let what = format!("{dropped:?}, ended before {steps:?}");
        let files = assert_all_is_well(&house, &people, &what).await;
        seen.scanned.fetch_add(files, Ordering::Relaxed);
        seen.lives.fetch_add(1, Ordering::Relaxed);
        match (met, pairs) {
            (true, true) => second += 1,
            (true, false) => first += 1,
            // No step is as far as this: on with the next first one, until there is none either.
            (false, true) if second > 0 => (first, second) = (first + 1, 0),
            (false, _) => return first,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice() {
    if let Some(step) = child::ends_at() {
        return child::lives_here_until(Fast::new(100), ends_before(step)).await;
    }
    let pairs = number("PINFOLD_PAIRS").is_some_and(|pairs| pairs > 0);
    let seen = Seen::default();
    let steps = at_each_step(async |dropped| ends_before_each_step(dropped, pairs, &seen).await);
    println!(
        "SOAK steps_before_which_it_ended={} lives={} scanned={} leaked=0",
        steps.await,
        seen.lives.into_inner(),
        seen.scanned.into_inner()
    );
}
