//! The queue's process is killed again and again while it sends: at each step that the service can see, and at any moment
//! between. The test holds the service; the engine runs in a child.
//! `PINFOLD_KILLS=1000 PINFOLD_SEED=1 cargo test -p engine --test drop kills -- --nocapture`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use engine::uploads::{UploadLimits, UploadsFilter};
use sandbox::{Fault, Gate, Kind, Route};
use tokio::time::{Instant, sleep, timeout};

use super::house::dice::Dice;
use super::house::fast::Fast;
use super::house::{House, child, number};
use oracle::Content;

const NAME: &str = "kills::kill_9_at_each_step_of_the_queue_loses_nothing_and_sends_nothing_twice";
const CHUNK: u64 = 64 * 1024;
/// The child's waits are shorter than a person's, so that they end in its short lives.
const FASTER: i64 = 5;
/// No more is put into the queue while so many have not ended.
const MOST_OPEN: u64 = 40;
/// How long everything may take to come to rest after the last kill.
const REST: Duration = Duration::from_mins(2);

/// Where in a request the process dies.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Before the service looks at it.
    Before,
    /// In the middle of its body.
    Within,
    /// When it is carried out, and the answer is on its way.
    After,
}

const STEPS: [(Route, Step); 15] = [
    (Route::V3Upload, Step::Before),
    (Route::V3Upload, Step::Within),
    (Route::V3Upload, Step::After),
    (Route::V3List, Step::Before),
    (Route::V3List, Step::After),
    (Route::PinFile, Step::Before),
    (Route::PinFile, Step::Within),
    (Route::PinFile, Step::After),
    (Route::TusCreate, Step::Before),
    (Route::TusCreate, Step::After),
    (Route::TusHead, Step::Before),
    (Route::TusHead, Step::After),
    (Route::TusPatch, Step::Before),
    (Route::TusPatch, Step::Within),
    (Route::TusPatch, Step::After),
];

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
async fn kill_9_at_each_step_of_the_queue_loses_nothing_and_sends_nothing_twice() {
    child::lives_here(Fast::new(FASTER)).await;
    let kills = number("PINFOLD_KILLS").unwrap_or(50);
    let seed = number("PINFOLD_SEED").unwrap_or(1);
    let mut house = House::timed_with(Fast::new(FASTER), |config| config.twins = true).await;
    house.cut(2 * CHUNK, CHUNK);
    let limits = UploadLimits {
        at_once: 16,
        ..UploadLimits::default()
    };
    house.engine.uploads.set_limits(limits).await.expect("sets");
    house.stop();

    let mut people = People::new(seed);
    let (mut met, mut scanned) = (BTreeSet::new(), 0);
    for kill in 0..kills {
        // Three of four at a step, the others at any moment.
        let at = usize::try_from(kill - kill / 4).expect("fits") % STEPS.len();
        let step = (kill % 4 != 3).then_some(STEPS[at]);
        if house.engine.uploads.head().expect("figures").now < MOST_OPEN {
            people.drop_some(&house, step.map(|(route, _)| route)).await;
        }
        let gate = Gate::new();
        if let Some((route, step)) = step {
            people.wait_at(&house, route, step, &gate);
        }
        let mut child = house.start_child(NAME);
        let life = match step {
            Some(_) => Duration::from_secs(6),
            None => Duration::from_millis(50 + people.dice.below(900)),
        };
        if timeout(life, gate.arrived()).await.is_ok() {
            met.insert(at);
        }
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
        // As it lies there, before anybody tidies up.
        scanned += house.left_clean();
        house.sandbox.faults().clear();
        // What the service had of a request it goes on with, as a service does that has not heard of the death.
        gate.open();
    }

    house.restart();
    let uploads = &house.engine.uploads;
    let end = Instant::now() + REST;
    while uploads.head().expect("figures").now > 0 && Instant::now() < end {
        sleep(Duration::from_millis(100)).await;
    }
    let open = uploads.rows(UploadsFilter::Now, 0, 200).expect("rows").rows;
    let judged = oracle::judge(&house.service, &people.contents, CHUNK).await;
    scanned += house.ends_clean();
    println!(
        "SOAK seed={seed} kills={kills} steps={}/{} files={} lost={} twice={} pins_twice={} cut_off={} scanned={scanned} leaked=0",
        met.len(),
        STEPS.len(),
        people.contents.len(),
        judged.lost.len(),
        judged.twice.len(),
        judged.pins_twice.len(),
        judged.cut_off,
    );
    assert!(open.is_empty(), "seed {seed}: not ended {open:#?}");
    assert!(judged.is_well(), "seed {seed}: {judged:#?}");
    assert!(
        kills < 50 || met.len() == STEPS.len(),
        "seed {seed}: only at {met:?} of {STEPS:?}"
    );
}

/// What goes to the service each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    Small,
    Folder,
    /// In chunks.
    Large,
    /// Two of each, and one in chunks: others are on their way at each step.
    Together,
}

/// Those who drop. Every content is another one.
pub(crate) struct People {
    dice: Dice,
    pub(crate) contents: Vec<Content>,
}

impl People {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            contents: Vec::new(),
        }
    }

    /// Holds a request of this route at the gate.
    fn wait_at(&mut self, house: &House, route: Route, step: Step, gate: &Gate) {
        // A key is tried with an empty form before the first file: it stands at the gate half of the time.
        if matches!(route, Route::V3Upload | Route::PinFile) && self.dice.below(2) > 0 {
            house.sandbox.faults().once(route, Kind::Pass);
        }
        let (times, kind) = match step {
            Step::Before => (1, Kind::Hold(gate.clone())),
            // Beyond the empty form, which goes through.
            Step::Within => (
                8,
                Kind::HoldAfterBytes(500 + self.dice.below(1_500), gate.clone()),
            ),
            Step::After => (1, Kind::HoldAnswer(gate.clone())),
        };
        house.sandbox.faults().push(Fault { route, times, kind });
    }

    /// What is sent by this call; of all kinds where there is none.
    pub(crate) async fn drop_some(&mut self, house: &House, route: Option<Route>) {
        let mut paths = Vec::new();
        if matches!(route, None | Some(Route::V3Upload | Route::V3List)) {
            paths.extend((0..2).map(|_| self.small(house)));
        }
        if matches!(route, None | Some(Route::PinFile)) {
            paths.extend((0..2).map(|_| self.folder(house)));
        }
        let chunks = [Route::TusCreate, Route::TusHead, Route::TusPatch];
        if route.is_none_or(|route| chunks.contains(&route)) {
            paths.push(self.large(house));
        }
        house.drop_in(&paths).await;
    }

    /// One row of the queue, or five.
    pub(crate) async fn drop_kind(&mut self, house: &House, dropped: Dropped) {
        let path = match dropped {
            Dropped::Small => self.small(house),
            Dropped::Folder => self.folder(house),
            Dropped::Large => self.large(house),
            Dropped::Together => return self.drop_some(house, None).await,
        };
        house.drop_in(&[path]).await;
    }

    fn small(&mut self, house: &House) -> PathBuf {
        let size = 2_000 + self.dice.below(20_000);
        self.file(house, size)
    }

    fn large(&mut self, house: &House) -> PathBuf {
        let size = 3 * CHUNK + self.dice.below(3 * CHUNK);
        self.file(house, size)
    }

    fn file(&mut self, house: &House, size: u64) -> PathBuf {
        let name = format!("{:05}", self.contents.len());
        let bytes = self.dice.bytes(size);
        let path = house.file(&name, &bytes);
        let files = vec![(String::new(), bytes)];
        self.contents.push(Content { name, files });
        path
    }

    fn folder(&mut self, house: &House) -> PathBuf {
        let name = format!("{:05}", self.contents.len());
        let files: Vec<_> = ["a.bin", "in/b.bin", "in/c.bin"]
            .into_iter()
            .map(|inside| {
                let size = 1_000 + self.dice.below(10_000);
                (format!("/{inside}"), self.dice.bytes(size))
            })
            .collect();
        for (inside, bytes) in &files {
            house.file(&format!("{name}{inside}"), bytes);
        }
        let path = house.path(&name);
        self.contents.push(Content { name, files });
        path
    }
}
