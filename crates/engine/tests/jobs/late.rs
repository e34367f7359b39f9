//! What comes of a request for a CID after everybody stopped looking for it: the next list that is read tells, and so do the
//! rows. Nothing is cancelled or unpinned by itself.

use std::sync::Arc;
use std::time::Duration;

use engine::jobs::{JobRow, JobState, JobStep};
use sandbox::{Fault, Gate, JobStatus, Kind, Route};

use super::CIDS;
use super::lost::{import, jobs, kept};
use crate::accounts::{connect_psa, pins_of};
use crate::house::House;
use crate::house::leap::Leaping;

const MINUTE: i64 = 60_000;

/// Where a CID is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Pinata,
    /// A pinning service, with Pinata's quirks or as the specification has it.
    Psa {
        strict: bool,
    },
}

const EVERYWHERE: [At; 3] = [
    At::Pinata,
    At::Psa { strict: false },
    At::Psa { strict: true },
];

impl At {
    fn route(self) -> Route {
        match self {
            Self::Pinata => Route::V3PinByCid,
            Self::Psa { .. } => Route::PsaAdd,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Pinata => "/v3/files/public/pin_by_cid",
            Self::Psa { .. } => "/psa/pins",
        }
    }
}

/// An account whose service brings what is asked for to this end at once. A proxy gives up on the first request, which is
/// carried out when the gate opens.
struct Late {
    house: House,
    clock: Arc<Leaping>,
    gate: Gate,
    account: i64,
    at: At,
}

impl Late {
    async fn begin(at: At, end: JobStatus) -> Self {
        let (house, clock) = House::leaping_with(|config| {
            config.strict_psa = at == At::Psa { strict: true };
            let none = Duration::ZERO;
            config.jobs.set_times(none, none, none, none);
            config.jobs.set_otherwise(end);
        })
        .await;
        let account = match at {
            At::Pinata => house.account,
            At::Psa { .. } => connect_psa(&house).await.0,
        };
        let gate = Gate::new();
        let late = Kind::TooLate(gate.clone());
        house.sandbox.faults().once(at.route(), late);
        Self {
            house,
            clock,
            gate,
            account,
            at,
        }
    }

    async fn import(&self) {
        import(&self.house, self.account).await;
        self.gate.arrived().await;
    }

    /// The account is held for an hour when the CID is asked for once more; the row that waits for that.
    async fn import_and_wait(&self) -> i64 {
        let faults = self.house.sandbox.faults();
        faults.once(self.at.route(), Kind::status(402));
        self.import().await;
        let asked = async || {
            self.clock.leap(3_000);
            self.asked() == 1
        };
        self.house.until_true("it is asked for again", asked).await;
        self.told(|row| row.state == JobState::Waiting).await.id
    }

    fn rows(&self) -> Vec<JobRow> {
        jobs(&self.house, self.account)
    }

    fn row(&self, id: i64) -> JobRow {
        let found = self.rows().into_iter().find(|row| row.id == id);
        found.expect("the row")
    }

    /// Requests for the CID that reached the service, without the one that comes late.
    fn asked(&self) -> usize {
        let log = self.house.sandbox.requests().into_iter();
        let asked = log.filter(|entry| entry.method == "POST" && entry.path == self.at.path());
        asked
            .filter(|entry| entry.fault != Some("too_late"))
            .count()
    }

    /// The first row that is as asked, as time goes by.
    async fn until(&self, as_asked: impl Fn(&JobRow) -> bool) -> JobRow {
        let found = || self.rows().into_iter().find(&as_asked);
        let leaping = async || {
            self.clock.leap(3_000);
            found().is_some()
        };
        self.house.until_true("a row is as asked", leaping).await;
        found().expect("the row")
    }

    /// The first row that is as asked, with the lists as they were read.
    async fn told(&self, as_asked: impl Fn(&JobRow) -> bool) -> JobRow {
        let found = |rows: Vec<JobRow>| rows.into_iter().find(&as_asked);
        self.house.once(|| self.rows(), found, async || ()).await
    }

    /// Opens the gate, and reads both lists when the service has so many requests for the CID.
    async fn read_when(&self, requests: usize) {
        self.gate.open();
        let all = async || kept(&self.house).await.len() == requests;
        self.house.until_true("it is carried out", all).await;
        self.read().await;
    }

    async fn read(&self) {
        let read = self.house.engine.jobs.refresh(self.account).await;
        read.expect("reads");
        let read = self.house.engine.pins.refresh(self.account).await;
        read.expect("reads");
    }
}

impl Late {
    /// The row is in the list again, and says that what was taken back is there.
    async fn is_told_of_as_cancelled(&self, id: i64, end: JobStatus) {
        let row = self.told(|row| row.id == id && tells(row)).await;
        assert_eq!(row.state, JobState::Cancelled);
        assert!(row.sentence.contains("all the same"), "{row:?}");
        let is_pinned = end == JobStatus::Pinned;
        assert_eq!(row.step, is_pinned.then_some(JobStep::ShowPin), "{row:?}");
        assert_eq!(row.pin.is_some(), is_pinned);
    }
}

/// Whether anything is said of a lost answer.
fn tells(row: &JobRow) -> bool {
    format!("{} {}", row.sentence, row.beside).contains("lost")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_twice_after_a_lost_answer_is_told_with_the_next_list() {
    for at in EVERYWHERE {
        let late = Late::begin(at, JobStatus::Searching).await;
        late.import().await;
        let row = late.until(|row| row.state == JobState::Searching).await;
        late.read().await;
        assert_eq!((late.asked(), late.rows().len()), (1, 1), "{at:?}");
        assert!(!tells(&late.row(row.id)), "{at:?}: {:?}", late.rows());

        late.read_when(2).await;
        let told = late.told(|row| row.beside.contains("2 times")).await;
        assert_eq!((told.id, told.state), (row.id, JobState::Searching));
        // The other one stands beside it, and is no stranger's.
        let rows = late.rows();
        let other = rows.iter().find(|other| other.id != row.id);
        let other = other.expect("the late one");
        assert!(other.here && tells(other), "{at:?}: {other:?}");
        assert_eq!((rows.len(), kept(&late.house).await.len()), (2, 2));

        let cancelled = late.house.engine.jobs.cancel(other.id).await;
        cancelled.expect("cancels");
        assert_eq!(kept(&late.house).await.len(), 1);
        assert!(!tells(&late.row(row.id)), "{at:?}: one is left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pinned_twice_after_a_lost_answer_is_told_with_the_next_list() {
    for at in EVERYWHERE {
        let late = Late::begin(at, JobStatus::Pinned).await;
        late.import().await;
        let row = late.until(|row| row.state == JobState::Pinned).await;
        late.read().await;
        assert!(!tells(&late.row(row.id)), "{at:?}: {:?}", late.rows());

        if at == At::Pinata {
            // A second request for what it keeps makes no second pin there.
            late.gate.open();
            let over = async || {
                let log = late.house.sandbox.requests();
                let carried_out = log.iter().any(|entry| entry.fault == Some("too_late"));
                late.read().await;
                let rows = late.rows();
                carried_out && rows.iter().all(|row| row.state == JobState::Pinned)
            };
            late.house.until_true("it is carried out", over).await;
            assert!(!tells(&late.row(row.id)), "{:?}", late.rows());
            continue;
        }
        late.read_when(2).await;
        let told = late.told(tells).await;
        assert_eq!((told.id, told.state), (row.id, JobState::Pinned));
        assert!(told.beside.contains("pinned 2 times"), "{}", told.beside);
        assert_eq!(pins_of(&late.house, late.account).await.1.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_out_after_it_was_taken_back_is_told_with_the_next_list_also_when_cleared()
{
    for at in EVERYWHERE {
        for end in [JobStatus::Searching, JobStatus::Pinned] {
            // In line a second time, or about to be asked for a second time.
            for in_line in [true, false] {
                let mut late = Late::begin(at, JobStatus::Searching).await;
                let id = if in_line {
                    late.import().await;
                    let in_line = |row: &JobRow| row.state == JobState::Searching;
                    late.until(in_line).await.id
                } else {
                    late.import_and_wait().await
                };
                let jobs = &late.house.engine.jobs;
                jobs.cancel(id).await.expect("cancels");
                late.read().await;
                assert_eq!(late.row(id).sentence, "Cancelled.");
                jobs.clear(id).await.expect("clears");
                assert!(kept(&late.house).await.is_empty());
                if at == At::Pinata {
                    // The token of another account was kept until quit.
                    late.house.restart();
                }

                late.house.sandbox.jobs().set_otherwise(end);
                late.read_when(1).await;
                late.is_told_of_as_cancelled(id, end).await;
                assert_eq!(kept(&late.house).await.len(), 1, "a person decides");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_out_late_is_not_asked_for_again_while_that_waits() {
    for at in EVERYWHERE {
        let late = Late::begin(at, JobStatus::Searching).await;
        let id = late.import_and_wait().await;

        late.read_when(1).await;
        let found = late.told(|row| row.state == JobState::Searching).await;
        assert_eq!((found.id, late.rows().len()), (id, 1));
        late.clock.leap(70 * MINUTE);
        late.house
            .engine
            .retry(late.account)
            .await
            .expect("answers");
        late.read().await;
        assert_eq!((late.asked(), kept(&late.house).await.len()), (1, 1));
        assert!(found.here && !tells(&late.row(id)), "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_out_after_it_was_given_up_is_in_line_or_pinned_after_all() {
    for at in EVERYWHERE {
        for (end, state) in [
            (JobStatus::Searching, JobState::Searching),
            (JobStatus::Pinned, JobState::Pinned),
        ] {
            let late = Late::begin(at, end).await;
            late.house.sandbox.faults().push(Fault {
                route: at.route(),
                times: 5,
                kind: Kind::html(502),
            });
            late.import().await;
            let row = late.until(|row| row.state == JobState::Refused).await;
            assert_eq!(late.asked(), 5);
            let jobs = &late.house.engine.jobs;
            jobs.clear(row.id).await.expect("clears");

            late.read_when(1).await;
            let found = late.told(|row| row.state == state).await;
            assert_eq!((found.id, late.rows().len()), (row.id, 1), "{at:?}");
            assert_eq!(late.asked(), 5);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_the_same_cid_that_comes_much_later_is_somebody_elses() {
    for at in EVERYWHERE {
        let late = Late::begin(at, JobStatus::Searching).await;
        late.import().await;
        let row = late.until(|row| row.state == JobState::Searching).await;
        // Each list that is read later settles it.
        late.clock.leap(11 * MINUTE);
        late.read().await;
        let in_doubt = || {
            let lost = "SELECT count(*) FROM job WHERE lost IS NOT NULL";
            let ledger = &late.house.engine.store.ledger;
            ledger.read(move |tx| Ok(tx.query_row(lost, [], |row| row.get::<_, i64>(0))?))
        };
        let settled = async || in_doubt().expect("reads") == 0;
        late.house.until_true("it is settled", settled).await;
        late.read_when(2).await;
        let other = late.told(|other| other.id != row.id).await;
        assert!(!other.here && !tells(&other), "{at:?}: {other:?}");
        assert!(!tells(&late.row(row.id)));
        assert_eq!(other.cid, CIDS[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_and_asked_for_again_tells_of_what_came_late_of_both() {
    for at in EVERYWHERE {
        let late = Late::begin(at, JobStatus::Searching).await;
        late.import().await;
        let first = late.until(|row| row.state == JobState::Searching).await;
        let jobs = &late.house.engine.jobs;
        jobs.cancel(first.id).await.expect("cancels");
        jobs.retry(first.id, None).await.expect("asks again");
        let again = late.told(|row| row.state == JobState::Searching).await;

        late.read_when(2).await;
        let told = late.told(|row| row.beside.contains("2 times")).await;
        assert_eq!(told.id, again.id);
        let rows = late.rows();
        assert!(
            rows.len() == 2 && rows.iter().all(tells),
            "{at:?}: {rows:?}"
        );
    }
}
