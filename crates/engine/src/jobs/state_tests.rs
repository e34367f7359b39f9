use proptest::prelude::*;

use super::*;

fn job(state: State) -> Job {
    Job { state, attempts: 0 }
}

fn after(state: State, events: &[Event]) -> Job {
    events
        .iter()
        .fold(job(state), |job, event| step(&job, event, 1_000, |_| 500))
}

const WAITING: State = State::Waiting {
    until: 0,
    reason: None,
};

fn lost() -> Event {
    Event::Failed {
        reason: ErrorCode::Offline,
        maybe: true,
        passing: true,
        held: true,
    }
}

#[test]
fn a_lost_answer_is_looked_for_twice_before_it_is_asked_for_again() {
    let once = after(WAITING, &[Event::Ask, lost(), Event::NotFound]);
    assert!(matches!(once.state, State::Asking { looks: 1, .. }));
    let twice = after(
        WAITING,
        &[Event::Ask, lost(), Event::NotFound, Event::NotFound],
    );
    assert!(matches!(twice.state, State::Waiting { .. }));
    let found = after(
        WAITING,
        &[Event::Ask, lost(), Event::Listed(JobStatus::Searching)],
    );
    assert_eq!(found.state, State::Listed(JobStatus::Searching));
}

#[test]
fn a_refusal_waits_for_a_person_and_a_bad_moment_does_not() {
    let failed = |passing, held| Event::Failed {
        reason: ErrorCode::Rejected,
        maybe: false,
        passing,
        held,
    };
    let refused = after(WAITING, &[Event::Ask, failed(false, false)]);
    assert_eq!(refused.state, State::Refused(ErrorCode::Rejected));
    let later = after(WAITING, &[Event::Ask, failed(true, false)]);
    assert!(matches!(later.state, State::Waiting { until: 1_500, .. }));
    let held = after(WAITING, &[Event::Ask, failed(true, true)]);
    assert!(matches!(held.state, State::Waiting { until: 1_000, .. }));
    assert_eq!(held.attempts, 0, "an account's hold is nobody's failure");
    let mut again = job(WAITING);
    for _ in 0..MOST_ATTEMPTS {
        again = step(
            &step(&again, &Event::Ask, 0, |_| 0),
            &failed(true, false),
            0,
            |_| 0,
        );
    }
    assert_eq!(again.state, State::Refused(ErrorCode::Rejected));
}

#[test]
fn a_job_that_left_the_list_is_pinned_or_gone_but_only_after_several_looks() {
    let left = after(State::Listed(JobStatus::Retrieving), &[Event::Unlisted]);
    assert!(matches!(
        left.state,
        State::Looking {
            looks: 0,
            until: 1_000
        }
    ));
    assert_eq!(
        after(left.state.clone(), &[Event::NotFound, Event::Found]).state,
        State::Pinned
    );
    let looks = vec![Event::NotFound; WAITS_FOR_PIN.len() + 1];
    assert_eq!(after(left.state, &looks).state, State::Gone);
    let failed = State::Listed(JobStatus::Expired);
    assert_eq!(after(failed.clone(), &[Event::Unlisted]).state, failed);
}

#[test]
fn what_was_filled_in_from_elsewhere_is_looked_for_among_the_pins_once() {
    let filled = Event::Listed(JobStatus::Backfilled);
    let looking = after(
        State::Listed(JobStatus::Searching),
        &[filled.clone(), Event::NotFound],
    );
    assert!(matches!(looking.state, State::Looking { looks: 1, .. }));
    assert_eq!(
        after(looking.state.clone(), &[filled]).state,
        looking.state,
        "each reading lists it again"
    );
}

#[test]
fn the_list_is_read_less_often_the_older_the_jobs_are() {
    let ages = [0, 120_000, 30 * 60_000, 5 * 3_600_000, STUCK];
    let waits: Vec<Millis> = ages.iter().map(|age| interval(*age, 1)).collect();
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    assert_eq!(interval(0, 4), 4 * interval(0, 1), "long lists cost more");
}

fn any_event() -> impl Strategy<Value = Event> {
    let status = prop::sample::select(vec![
        JobStatus::Prechecking,
        JobStatus::Searching,
        JobStatus::Expired,
        JobStatus::Backfilled,
        JobStatus::Other("new".into()),
    ]);
    prop_oneof![
        Just(Event::Ask),
        status.prop_map(Event::Listed),
        Just(Event::Unlisted),
        any::<[bool; 3]>().prop_map(|[maybe, passing, held]| Event::Failed {
            reason: ErrorCode::Offline,
            maybe,
            passing,
            held
        }),
        Just(Event::Found),
        Just(Event::NotFound),
        Just(Event::Upload(1)),
        Just(Event::UploadFailed(ErrorCode::Different)),
        Just(Event::Cancel),
        Just(Event::Retry),
    ]
}

proptest! {
    #[test]
    fn pinned_and_cancelled_are_left_by_nothing_but_a_persons_upload(events in prop::collection::vec(any_event(), 0..40)) {
        let mut now = job(WAITING);
        for event in &events {
            let next = step(&now, event, 0, |_| 0);
            if now.state == State::Pinned {
                prop_assert_eq!(&next.state, &State::Pinned);
            }
            if now.state == State::Cancelled && !matches!(event, Event::Upload(_)) {
                prop_assert_eq!(&next.state, &State::Cancelled);
            }
            now = next;
        }
    }

    #[test]
    fn nothing_is_asked_for_while_an_answer_is_open(events in prop::collection::vec(any_event(), 0..40)) {
        let mut now = job(WAITING);
        for event in &events {
            let next = step(&now, event, 0, |_| 0);
            // Back to waiting leads only through "not sent", or two looks that found nothing.
            if let (State::Asking { looks, .. }, State::Waiting { .. }) = (&now.state, &next.state) {
                let sure = matches!(event, Event::Failed { maybe: false, .. }) || (*event == Event::NotFound && *looks + 1 >= LOOKS_AFTER_LOSS);
                prop_assert!(sure, "{event:?}");
            }
            now = next;
        }
    }
}
