//! Every call of every service and kind of account, answered with bytes that nobody meant: each ends in a value or an
//! error, soon, without growing, and no error tells the token.

use std::collections::BTreeSet;
use std::sync::Arc;

use fuzzing::{Dice, Runs, Watch};
use pinning::{Error, Service};
use tokio::runtime::{Builder, Runtime};

use crate::foreign_calls::every;
use crate::foreign_service::Foreign;
use crate::hostile::PATIENCE;
use crate::recorded::{self, Recorded};
use crate::support::{API_SECRET, account, assert_keeps_the_secret};

/// Most characters of what an error says.
const MOST_SAID: usize = 1_000;
/// The kinds of account: a token, the older pair of key and secret, and one at a pinning service.
const KINDS: usize = 3;

fn an_account(kind: usize, address: &str) -> Box<dyn Service> {
    match kind {
        0 => Box::new(account(address)),
        1 => Box::new(recorded::pair(address)),
        _ => Box::new(recorded::psa(address)),
    }
}

/// A service and its accounts, on one thread whose time stands still: what waits, waits for nobody.
struct Ground {
    runtime: Runtime,
    service: Foreign,
    accounts: Vec<Box<dyn Service>>,
}

impl Ground {
    fn new(recorded: &Arc<Recorded>, watch: &Arc<Watch>) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let service = Foreign::new(Arc::clone(recorded), Arc::clone(watch));
        let service = runtime.block_on(service);
        let accounts = (0..KINDS).map(|kind| an_account(kind, &service.address));
        Self {
            accounts: accounts.collect(),
            runtime,
            service,
        }
    }

    /// The names of an account's calls.
    fn calls(&self, kind: usize) -> Vec<&'static str> {
        let calls = every(self.accounts[kind].as_ref(), &self.service.address);
        calls.into_iter().map(|(name, _)| name).collect()
    }

    /// Makes one call; its end, and how many requests it took.
    fn call(&self, kind: usize, call: usize) -> (Result<(), Error>, usize) {
        let mut calls = every(self.accounts[kind].as_ref(), &self.service.address);
        let (name, called) = calls.swap_remove(call);
        drop(calls);
        let ended = self.runtime.block_on(async {
            let ended = tokio::time::timeout(PATIENCE, called).await;
            ended.unwrap_or_else(|_| panic!("{name} does not end"))
        });
        (ended, self.service.asked())
    }

    /// An account that was refused, or asked to wait, asks no more: another one begins anew.
    fn renew(&mut self, kind: usize) {
        self.accounts[kind] = an_account(kind, &self.service.address);
    }
}

fn told_soundly(kind: usize, name: &str, error: &Error) {
    match kind {
        // The token is no secret of an account that has another one.
        1 => assert!(
            !format!("{error:?} {error}").contains(API_SECRET),
            "{error:?}"
        ),
        _ => assert_keeps_the_secret(error),
    }
    let said = error.to_string().chars().count();
    assert!(said < MOST_SAID, "{name} says {said} characters");
}

/// Which calls ask anything of their service at all, each with sound answers; (kind, place, name).
fn that_ask(recorded: &Arc<Recorded>) -> Vec<(usize, usize, &'static str)> {
    let ground = Ground::new(recorded, &Arc::default());
    let (mut asking, mut content) = (Vec::new(), BTreeSet::new());
    for kind in 0..KINDS {
        for (place, name) in ground.calls(kind).into_iter().enumerate() {
            ground.service.turn(None);
            let (ended, asked) = ground.call(kind, place);
            if asked > 0 {
                asking.push((kind, place, name));
            }
            if ended.is_ok() {
                content.insert((kind, name));
            }
        }
    }
    // What is sound is taken: otherwise what is changed would be changed behind a closed door.
    assert!(
        content.len() > 80,
        "{} are content: {content:?}",
        content.len()
    );
    assert!(asking.len() > 90, "{} ask: {asking:?}", asking.len());
    asking
}

#[test]
fn no_answer_of_a_service_makes_a_call_fail_hang_or_grow_or_tell_the_token() {
    fuzzing::alone(
        "foreign::no_answer_of_a_service_makes_a_call_fail_hang_or_grow_or_tell_the_token",
        no_answer,
    );
}

fn no_answer() {
    let recording = Runtime::new().expect("a runtime");
    let recorded = Arc::new(recording.block_on(recorded::recorded()));
    drop(recording);
    let asking = that_ask(&recorded);
    Runs::of("a service's answers", 5).each(move |seeds, watch| {
        let mut ground = Ground::new(&recorded, watch);
        for seed in seeds {
            watch.room(|| {
                for (at, (kind, place, name)) in asking.iter().enumerate() {
                    // A run of one call is the same whichever others are made before it.
                    let dice = || Some(Dice::new(seed.wrapping_mul(1_000) + at as u64));
                    watch.begin(seed);
                    ground.service.turn(dice());
                    let (mut ended, asked) = watch.time(|| ground.call(*kind, *place));
                    if asked == 0 {
                        ground.renew(*kind);
                        ground.service.turn(dice());
                        let again = watch.time(|| ground.call(*kind, *place));
                        assert!(again.1 > 0, "{name} of {kind} asks nothing");
                        ended = again.0;
                    }
                    if let Err(error) = &ended {
                        told_soundly(*kind, name, error);
                    }
                }
            });
        }
    });
}
