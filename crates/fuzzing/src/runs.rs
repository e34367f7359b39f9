//! Runs of one parser, each on a thread that is watched.

use std::ops::RangeInclusive;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::limits::{Cost, growth, working_time};
use crate::{Dice, mutated};

/// Runs of one thread. Its name says which: where a stack runs over, that is all that is left.
const AT_ONCE: u64 = 64;
/// The stack of a thread: as large as those on which answers are read.
const STACK: usize = 2 * 1024 * 1024;
/// After so long without the end of a run it is said to hang. What is slow by the clock alone is not.
const HANGS: Duration = Duration::from_mins(1);
/// Bytes of an input that are shown.
const SHOWN: usize = 4_096;

/// The runs of one parser.
#[derive(Debug)]
pub struct Runs {
    parser: &'static str,
    seeds: RangeInclusive<u64>,
}

impl Runs {
    /// As many as `PINFOLD_FOREIGN` says, or this few. `PINFOLD_SEED` names one, which is seen again as it was: after
    /// those that came before it on its thread.
    pub fn of(parser: &'static str, few: u64) -> Self {
        let number = |name: &str| -> Option<u64> {
            let text = std::env::var(name).ok()?;
            Some(text.parse().expect("a number"))
        };
        let seeds = match number("PINFOLD_SEED") {
            Some(seed) => seed - seed.saturating_sub(1) % AT_ONCE..=seed,
            None => 1..=number("PINFOLD_FOREIGN").unwrap_or(few),
        };
        Self { parser, seeds }
    }

    /// Gives the parser an input for each run, made of these, of at most so many bytes.
    pub fn bytes(self, sound: &[&[u8]], largest: usize, parse: fn(&[u8])) {
        let sound: Vec<Vec<u8>> = sound.iter().map(|input| input.to_vec()).collect();
        self.each(move |seeds, watch| {
            let sound: Vec<&[u8]> = sound.iter().map(Vec::as_slice).collect();
            for seed in seeds {
                let input = mutated(&mut Dice::new(seed), &sound, sized(largest));
                watch.begin(seed);
                watch.give(&input);
                watch.run(|| parse(&input));
            }
        });
    }

    /// The same for a parser of text: what is no UTF-8 is made it.
    pub fn text(self, sound: &[&str], largest: usize, parse: fn(&str)) {
        let sound: Vec<String> = sound.iter().map(|text| (*text).to_owned()).collect();
        self.each(move |seeds, watch| {
            let sound: Vec<&[u8]> = sound.iter().map(String::as_bytes).collect();
            for seed in seeds {
                let input = mutated(&mut Dice::new(seed), &sound, sized(largest));
                let mut text = String::from_utf8(input)
                    .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned());
                // What stands for a byte that is no text is longer than it.
                text.truncate(text.floor_char_boundary(sized(largest)));
                watch.begin(seed);
                watch.give(text.as_bytes());
                watch.run(|| parse(&text));
            }
        });
    }

    /// All runs, some of them a thread, one thread after the other. Fails with the seed and the input of the first that
    /// panics, hangs or takes too much. Prints what they cost, for `cargo xtask soak`.
    #[expect(clippy::print_stdout, reason = "the soak reads its figures here")]
    pub fn each(self, work: impl Fn(RangeInclusive<u64>, &Arc<Watch>) + Send + Sync + 'static) {
        let (first, last) = (*self.seeds.start(), *self.seeds.end());
        let work = Arc::new(work);
        let mut worst = Cost::default();
        let mut begin = first;
        while begin <= last {
            let end = last.min(begin + AT_ONCE - 1);
            let cost = self.some(begin..=end, work.clone());
            worst.time = worst.time.max(cost.time);
            worst.bytes = worst.bytes.max(cost.bytes);
            begin = end + 1;
        }
        println!(
            "{}: SOAK runs={} slowest_ms={} most_mib={}",
            self.parser,
            last + 1 - first,
            worst.time.as_millis(),
            worst.bytes.div_ceil(1024 * 1024)
        );
    }

    fn some<F>(&self, seeds: RangeInclusive<u64>, work: Arc<F>) -> Cost
    where
        F: Fn(RangeInclusive<u64>, &Arc<Watch>) + Send + Sync + 'static,
    {
        let watch = Arc::new(Watch::default());
        let (ends, ended) = mpsc::channel::<()>();
        let name = format!("{}, seeds {seeds:?}", self.parser);
        let watched = watch.clone();
        let running = thread::Builder::new()
            .name(name)
            .stack_size(STACK)
            .spawn(move || {
                // Dropped at the end, also by a panic.
                let _ends = ends;
                work(seeds, &watched);
            });
        let running = running.expect("a thread");
        let mut seen = 0;
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(HANGS) {
            let now = watch.now().ended;
            assert!(now > seen, "{}", watch.told(self.parser, "it hangs"));
            seen = now;
        }
        if let Err(panic) = running.join() {
            let words = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            panic!("{}", watch.told(self.parser, words.unwrap_or("it panics")));
        }
        watch.now().worst
    }
}

/// Unoptimised readers are many times slower, and no larger input finds more by that.
fn sized(largest: usize) -> usize {
    if cfg!(debug_assertions) {
        largest.min(256 * 1024)
    } else {
        largest
    }
}

/// The run that a thread is in.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    seed: u64,
    /// What the parser was given, piece by piece.
    given: Vec<Vec<u8>>,
    /// Runs that have ended.
    ended: u64,
    worst: Cost,
}

impl Watch {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new run begins.
    pub fn begin(&self, seed: u64) {
        let mut now = self.now();
        now.seed = seed;
        now.given.clear();
    }

    /// The run's parser is given this: it is shown where the run fails.
    pub fn give(&self, input: &[u8]) {
        self.now().given.push(input.to_vec());
    }

    /// Does a run's work, and fails where it takes too much.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.room(|| self.time(work))
    }

    /// Does a run's work, and fails where it takes too long.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let (time, done) = working_time(work);
        self.ended(Cost { time, bytes: 0 });
        done
    }

    /// Does the work of some runs, and fails where the process grows by too much. To ask for that takes longer than many a
    /// run does.
    pub fn room<T>(&self, work: impl FnOnce() -> T) -> T {
        let (bytes, done) = growth(work);
        let time = Duration::ZERO;
        self.ended(Cost { time, bytes });
        done
    }

    fn ended(&self, cost: Cost) {
        let mut now = self.now();
        now.ended += 1;
        now.worst.time = now.worst.time.max(cost.time);
        now.worst.bytes = now.worst.bytes.max(cost.bytes);
        drop(now);
        if let Some(excess) = cost.excess() {
            panic!("{excess}");
        }
    }

    fn told(&self, parser: &str, what: &str) -> String {
        let now = self.now();
        let inputs = now.given.iter().map(|input| {
            let shown = &input[..input.len().min(SHOWN)];
            let more = if shown.len() < input.len() { "…" } else { "" };
            format!("\n{} bytes: {}{more}", input.len(), shown.escape_ascii())
        });
        let inputs: String = inputs.collect();
        let seed = now.seed;
        format!("{parser}: {what}\nSee it again: PINFOLD_SEED={seed}{inputs}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alone;

    fn failure(parse: fn(&[u8])) -> String {
        let runs = Runs {
            parser: "a parser",
            seeds: 1..=500,
        };
        let failed = std::panic::catch_unwind(|| runs.bytes(&[b"{\"a\":1}"], 10_000, parse));
        let panic = failed.expect_err("it fails");
        panic.downcast_ref::<String>().expect("words").clone()
    }

    #[test]
    fn a_parser_that_panics_is_told_with_its_seed_and_its_input() {
        let told = failure(|input| assert!(!input.contains(&b'['), "no brackets"));
        assert!(told.contains("no brackets"), "{told}");
        let (seed, input) = told
            .split_once("PINFOLD_SEED=")
            .and_then(|(_, rest)| rest.split_once('\n'))
            .expect("a seed and an input");
        let seed = seed.parse().expect("a number");
        let made = mutated(&mut Dice::new(seed), &[b"{\"a\":1}"], 10_000);
        let shown = made[..made.len().min(SHOWN)].escape_ascii().to_string();
        assert!(input.contains(&shown), "{told}");
    }

    #[test]
    fn a_parser_that_takes_too_much_is_told() {
        alone(
            "runs::tests::a_parser_that_takes_too_much_is_told",
            takes_too_much,
        );
    }

    fn takes_too_much() {
        let told = failure(|input| {
            if input.len() > 100 {
                assert_ne!(vec![1_u8; 300 * 1024 * 1024].len(), input.len());
            }
        });
        assert!(told.contains("grew by"), "{told}");
    }

    #[test]
    fn a_parser_that_is_sound_is_given_every_input() {
        Runs {
            parser: "a parser",
            seeds: 1..=300,
        }
        .text(&["a"], 10_000, |text| assert!(text.len() <= 10_000));
    }
}
