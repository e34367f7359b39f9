//! Each step that the queue writes down, in its turn: the ledger cannot be written from there on for a while, or the process
//! ends just before it. `PINFOLD_PAIRS=1 cargo test -p engine --test drop steps -- --nocapture` lets it end twice, at each pair.

#![expect(clippy::print_stdout, reason = "how many steps there were")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use engine::store::{Store, Urgency};
use futures::executor::block_on;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::breaks::{broken, mend_the_ledger};
use super::house::fast::Fast;
use super::house::{House, child, number};
use super::kills::People;
use super::oracle;

const CHUNK: u64 = 64 * 1024;
const NAME: &str = "steps::the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice";
/// Fewer steps than this are not all that files, folders and chunks take.
const FEWEST: usize = 20;

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
            let run = |tx: &engine::store::Tx| Ok(tx.execute_batch(&broken("1"))?);
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

async fn assert_all_is_well(house: &House, people: &People, what: &str) {
    let judged = oracle::judge(house, &people.contents, CHUNK).await;
    assert!(judged.is_well(), "{what}: {judged:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_breaks_at_each_step_and_nothing_is_lost_or_sent_twice() {
    let mut at = 0;
    loop {
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
        people.drop_some(&house, None).await;
        tokio::select! {
            _ = broken.recv() => {
                clock.pass(20_000).await;
                mend_the_ledger(&house).await;
                all_ended(&house).await;
            }
            () = all_ended(&house) => break,
        }
        assert_all_is_well(&house, &people, &format!("broken at step {at}")).await;
        at += 1;
    }
    println!("SOAK steps_at_which_the_ledger_broke={at}");
    assert!(at >= FEWEST, "{at} steps");
}

/// In the child: the process ends before this step.
fn ends_before(step: usize) -> engine::uploads::Jitter {
    let steps = AtomicUsize::new(0);
    Arc::new(move || {
        if steps.fetch_add(1, Ordering::SeqCst) == step {
            std::process::abort();
        }
        0.5
    })
}

/// Whether the process ended at each of these steps, one life after the other.
async fn lives_and_ends(house: &House, steps: &[usize]) -> bool {
    for step in steps {
        let mut child = house.start_child_that_ends(NAME, *step);
        let mut ended = false;
        let over = async || house.engine.uploads.head().expect("figures").now == 0;
        while !ended && !over().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            ended = child.try_wait().expect("is a process").is_some();
        }
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        if !ended {
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice() {
    if let Some(step) = child::ends_at() {
        return child::lives_here_until(Fast::new(100), ends_before(step)).await;
    }
    let pairs = number("PINFOLD_PAIRS").is_some();
    let (mut first, mut second, mut lives) = (0, 0, 0);
    loop {
        let mut house = House::timed(Fast::new(100)).await;
        house.cut(2 * CHUNK, CHUNK);
        house.stop();
        let mut people = People::new(1);
        people.drop_some(&house, None).await;
        let steps = if pairs {
            vec![first, second]
        } else {
            vec![first]
        };
        let met = lives_and_ends(&house, &steps).await;
        house.restart();
        all_ended(&house).await;
        assert_all_is_well(&house, &people, &format!("ended before {steps:?}")).await;
        lives += 1;
        match (met, pairs) {
            (true, true) => second += 1,
            (true, false) => first += 1,
            // No step is as far as this: on with the next first one, until there is none either.
            (false, true) if second > 0 => (first, second) = (first + 1, 0),
            (false, _) => break,
        }
    }
    println!("SOAK steps_before_which_it_ended={first} lives={lives}");
    assert!(first >= FEWEST, "{first} steps");
}
