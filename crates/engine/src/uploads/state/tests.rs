use proptest::prelude::*;

use super::*;

fn job(state: State) -> Job {
    Job {
        state,
        attempts: 0,
        cancelling: false,
        resumable: false,
        farthest: 0,
    }
}

fn after(state: State, events: &[Event]) -> State {
    events
        .iter()
        .fold(job(state), |job, event| step(&job, event, 1_000, 0.5))
        .state
}

#[test]
fn a_file_goes_from_scanning_to_pinned() {
    use Event::{Answered, Hashed, NotPinnedYet, Scanned, Turn};
    let end = after(
        State::Active(Active::Scanning),
        &[
            Scanned,
            Turn,
            Hashed,
            NotPinnedYet,
            Answered(Verdict::Verified),
        ],
    );
    assert_eq!(end, State::Pinned);
}

#[test]
fn a_lost_answer_is_asked_about_before_anything_is_sent_again() {
    let lost = Event::Failed {
        reason: ErrorCode::Offline,
        maybe: true,
        retry_after: None,
    };
    let State::Waiting {
        resume_to,
        until,
        reason,
    } = after(State::Active(Active::Sending), &[lost])
    else {
        panic!("a lost answer waits")
    };
    assert_eq!(
        (resume_to, until, reason),
        (Active::Confirming, 1_000 + GRACE, ErrorCode::Unconfirmed)
    );
}

#[test]
fn a_crash_while_sending_is_a_lost_answer() {
    assert_eq!(
        after_crash(State::Active(Active::Sending), false),
        State::Active(Active::Confirming)
    );
}

#[test]
fn the_services_own_wait_is_kept_to_the_millisecond() {
    let told = Event::Failed {
        reason: ErrorCode::RateLimited,
        maybe: false,
        retry_after: Some(60_000),
    };
    let State::Waiting { until, .. } = after(State::Active(Active::Sending), &[told]) else {
        panic!("waits")
    };
    assert_eq!(until, 61_000);
}

#[test]
fn a_wait_is_over_in_its_time_and_when_the_clock_is_set_back_by_more_than_any_wait() {
    let failed = Event::Failed {
        reason: ErrorCode::Unexpected,
        maybe: false,
        retry_after: None,
    };
    let hour = 3_600_000;
    let waits = step(&job(State::Active(Active::Sending)), &failed, 2 * hour, 0.5);
    let State::Waiting { until, .. } = waits.state else {
        panic!("waits")
    };
    let after = |now| step(&waits, &Event::Due, now, 0.5).state;
    assert_eq!(after(until - 1), waits.state);
    assert_eq!(after(until), State::Active(Active::Queued));
    assert_eq!(after(hour), State::Active(Active::Queued));
}

#[test]
fn another_content_at_the_service_needs_the_person() {
    let end = after(
        State::Active(Active::Sending),
        &[Event::Answered(Verdict::Different)],
    );
    assert!(matches!(
        end,
        State::NeedsYou {
            reason: ErrorCode::Different,
            ..
        }
    ));
}

#[test]
fn a_source_that_changed_is_read_again_from_the_start() {
    assert_eq!(
        after(State::Active(Active::Sending), &[Event::SourceChanged]),
        State::Active(Active::Scanning)
    );
    // Also where the service's answer came after everything was sent: it cannot be compared any more.
    assert_eq!(
        after(State::Active(Active::Confirming), &[Event::SourceChanged]),
        State::Active(Active::Scanning)
    );
}

#[test]
fn what_cannot_be_looked_for_is_a_persons_to_send_again_and_unknown_once_it_is_taken_back() {
    let asked = after(State::Active(Active::Confirming), &[Event::CannotTell]);
    let waits = State::NeedsYou {
        reason: ErrorCode::Unconfirmed,
        resume_to: Active::Queued,
    };
    assert_eq!(asked, waits);
    for row in [
        step(&job(waits), &Event::Cancel, 0, 0.5),
        [Event::Cancel, Event::CannotTell]
            .iter()
            .fold(job(State::Active(Active::Confirming)), |job, event| {
                step(&job, event, 0, 0.5)
            }),
    ] {
        assert_eq!((row.state, row.cancelling), (State::Cancelled, true));
    }
}

#[test]
fn cancelling_while_confirming_finishes_the_question_first() {
    let asked = step(
        &job(State::Active(Active::Confirming)),
        &Event::Cancel,
        0,
        0.5,
    );
    assert_eq!(asked.state, State::Active(Active::Confirming));
    assert_eq!(
        step(&asked, &Event::DidNotArrive, 0, 0.5).state,
        State::Cancelled
    );
    assert_eq!(
        step(&asked, &Event::AlreadyPinned, 0, 0.5).state,
        State::Pinned
    );
}

#[test]
fn cancelling_while_sending_asks_what_the_service_kept_before_it_says_cancelled() {
    let asked = step(&job(State::Active(Active::Sending)), &Event::Cancel, 0, 0.5);
    assert_eq!(asked.state, State::Active(Active::Confirming));
    assert_eq!(
        step(&asked, &Event::DidNotArrive, 0, 0.5).state,
        State::Cancelled
    );
    let arrived = Event::Answered(Verdict::Verified);
    assert_eq!(step(&asked, &arrived, 0, 0.5).state, State::Pinned);
}

#[test]
fn what_was_taken_back_is_not_sent_whatever_else_is_clicked() {
    let asked = step(&job(State::Active(Active::Sending)), &Event::Cancel, 0, 0.5);
    let waits = step(&asked, &broken(false), 0, 0.5);
    let mut gave_up = asked.clone();
    while !matches!(gave_up.state, State::NeedsYou { .. }) {
        gave_up = step(&gave_up, &broken(false), 0, 0.5);
        gave_up = step(&gave_up, &Event::Due, Millis::MAX, 0.5);
    }
    for (before, clicks) in [
        (&asked, vec![Event::Pause, Event::Resume]),
        (&waits, vec![Event::Pause, Event::Resume]),
        (&waits, vec![Event::Retry]),
        (&gave_up, vec![Event::Retry]),
        (&gave_up, vec![Event::Retry, Event::Pause, Event::Resume]),
    ] {
        let clicked = clicks
            .iter()
            .fold(before.clone(), |job, click| step(&job, click, 0, 0.5));
        assert_eq!(
            clicked.state,
            State::Active(Active::Confirming),
            "{clicks:?}"
        );
        let end = step(&clicked, &Event::DidNotArrive, 0, 0.5);
        assert_eq!(end.state, State::Cancelled, "{clicks:?}");
        assert!(!end.cancelling, "what became of it is known");
    }
}

#[test]
fn an_answer_that_comes_after_a_cancel_changes_nothing() {
    assert_eq!(
        after(State::Cancelled, &[Event::Answered(Verdict::Verified)]),
        State::Cancelled
    );
}

#[test]
fn failures_wait_longer_each_time_and_end_with_the_person() {
    let mut now = 0;
    let mut job = job(State::Active(Active::Sending));
    let mut waits = vec![];
    loop {
        job = step(
            &job,
            &Event::Failed {
                reason: ErrorCode::Unexpected,
                maybe: false,
                retry_after: None,
            },
            now,
            0.5,
        );
        let State::Waiting { until, .. } = job.state else {
            break;
        };
        waits.push(until - now);
        now = until;
        job = step(&job, &Event::Due, now, 0.5);
    }
    assert!(
        waits.is_sorted() && waits.len() == MOST_ATTEMPTS as usize - 1,
        "{waits:?}"
    );
    assert!(matches!(
        job.state,
        State::NeedsYou {
            reason: ErrorCode::Unexpected,
            resume_to: Active::Queued
        }
    ));
}

fn any_event() -> impl Strategy<Value = Event> {
    let verdict = prop_oneof![
        Just(Verdict::Verified),
        Just(Verdict::OtherLayout),
        Just(Verdict::Unproven),
        Just(Verdict::Different)
    ];
    prop_oneof![
        Just(Event::TakenUp),
        Just(Event::Turn),
        Just(Event::Begun),
        (0..9_u64).prop_map(|offset| Event::Acknowledged { offset }),
        Just(Event::Arrived),
        any::<bool>().prop_map(|maybe| Event::Forgotten { maybe }),
        Just(Event::Scanned),
        Just(Event::Hashed),
        Just(Event::AlreadyPinned),
        Just(Event::NotPinnedYet),
        Just(Event::SentByAnother),
        verdict.prop_map(Event::Answered),
        Just(Event::SourceChanged),
        Just(Event::DidNotArrive),
        Just(Event::CannotTell),
        Just(Event::Refused(ErrorCode::Unreadable)),
        (any::<bool>(), proptest::option::of(0..90_000_i64)).prop_map(|(maybe, retry_after)| {
            Event::Failed {
                reason: ErrorCode::Unexpected,
                maybe,
                retry_after,
            }
        }),
        any::<bool>().prop_map(|maybe| Event::Held { maybe }),
        Just(Event::Due),
        Just(Event::Pause),
        Just(Event::Resume),
        Just(Event::Cancel),
        Just(Event::Retry),
    ]
}

proptest! {
    /// Whatever happens, a row can still be brought to an end by the person, and an ended one stays ended.
    #[test]
    fn no_row_is_ever_stuck(events in proptest::collection::vec(any_event(), 0..60)) {
        let mut now = 0;
        let mut job = job(State::Active(Active::Scanning));
        for event in &events {
            now += 1_000;
            let ended = matches!(job.state, State::Pinned | State::Cancelled);
            let next = step(&job, event, now, 0.3);
            if ended { prop_assert_eq!(next.state, job.state); }
            job = next;
        }
        let cancelled = step(&job, &Event::Cancel, now, 0.3);
        let end = step(&cancelled, &Event::DidNotArrive, now, 0.3).state;
        prop_assert!(matches!(end, State::Cancelled | State::Pinned), "{:?} -> {:?}", job, end);
    }

    /// Pinned is reached only through an answer of the service.
    #[test]
    fn nothing_is_pinned_without_the_services_word(events in proptest::collection::vec(any_event(), 0..60)) {
        let mut job = job(State::Active(Active::Scanning));
        for event in &events {
            let next = step(&job, event, 0, 0.3);
            if next.state == State::Pinned && job.state != State::Pinned {
                prop_assert!(matches!(event, Event::Answered(_) | Event::AlreadyPinned));
            }
            job = next;
        }
    }
}

fn in_chunks(state: State) -> Job {
    Job {
        resumable: true,
        ..job(state)
    }
}

fn broken(maybe: bool) -> Event {
    Event::Failed {
        reason: ErrorCode::Offline,
        maybe,
        retry_after: None,
    }
}

#[test]
fn an_upload_in_chunks_goes_on_sending_after_every_kind_of_break() {
    let sending = in_chunks(State::Active(Active::Sending));
    let goes_on = |job: Job| match job.state {
        State::Waiting { resume_to, .. } | State::Paused { resume_to } => resume_to,
        State::Active(active) => active,
        other => panic!("{other:?}"),
    };
    for event in [
        broken(true),
        broken(false),
        Event::Pause,
        Event::Held { maybe: true },
        Event::Held { maybe: false },
    ] {
        let after = step(&sending, &event, 1_000, 0.5);
        assert_eq!(goes_on(after.clone()), Active::Sending, "{event:?}");
        assert!(after.resumable, "{event:?}");
    }
    assert_eq!(
        after_crash(sending.state, true),
        State::Active(Active::Sending)
    );
}

#[test]
fn each_chunk_that_is_safe_gives_the_tries_back() {
    let mut sending = in_chunks(State::Active(Active::Sending));
    sending.attempts = MOST_ATTEMPTS - 1;
    let tired = step(&sending, &broken(true), 1_000, 0.5);
    assert!(matches!(
        tired.state,
        State::NeedsYou {
            resume_to: Active::Sending,
            ..
        }
    ));
    let rested = step(&sending, &Event::Acknowledged { offset: 1 }, 1_000, 0.5);
    let after = step(&rested, &broken(true), 1_000, 0.5);
    assert!(matches!(after.state, State::Waiting { .. }));
}

#[test]
fn a_forgotten_upload_is_asked_about_only_where_its_last_chunk_may_have_arrived() {
    let sending = in_chunks(State::Active(Active::Sending));
    for (maybe, next) in [(false, Active::Queued), (true, Active::Confirming)] {
        let after = step(&sending, &Event::Forgotten { maybe }, 1_000, 0.5);
        let State::Waiting {
            resume_to, until, ..
        } = after.state
        else {
            panic!("{:?}", after.state)
        };
        assert_eq!(resume_to, next);
        assert!(until >= 1_000 + if maybe { GRACE } else { 1 }, "no storm");
        assert!(!after.resumable, "its address is worth nothing any more");
    }
}

#[test]
fn chunks_that_a_service_took_before_and_forgot_are_no_step_forward() {
    for maybe in [false, true] {
        let mut job = in_chunks(State::Active(Active::Sending));
        let mut now = 0;
        for beginning in 1.. {
            for event in [
                Event::Begun,
                Event::Acknowledged { offset: 0 },
                Event::Acknowledged { offset: 100 },
                Event::Forgotten { maybe },
            ] {
                job = step(&job, &event, now, 0.5);
            }
            let State::Waiting { until, .. } = job.state else {
                assert_eq!(beginning, MOST_ATTEMPTS);
                break;
            };
            now = until;
            job.state = State::Active(Active::Sending);
        }
        // Where it may have arrived, trying again begins with asking.
        let again = step(&job, &Event::Retry, now, 0.5);
        let asks = again.state == State::Active(Active::Confirming);
        assert_eq!((asks, again.attempts), (maybe, 0));
    }
}

#[test]
fn a_row_that_is_taken_up_in_the_middle_of_a_request_is_asked_about() {
    let sending = State::Active(Active::Sending);
    let asked = step(&job(sending), &Event::TakenUp, 0, 0.5);
    assert_eq!(asked.state, State::Active(Active::Confirming));
    let goes_on = step(&in_chunks(sending), &Event::TakenUp, 0, 0.5);
    assert_eq!(goes_on.state, sending);
}

#[test]
fn what_was_sent_of_a_source_that_changed_is_not_gone_on_with() {
    let sending = in_chunks(State::Active(Active::Sending));
    let after = step(&sending, &Event::SourceChanged, 1_000, 0.5);
    assert_eq!(after.state, State::Active(Active::Scanning));
    assert!(!after.resumable);
}

#[test]
fn taking_back_a_paused_upload_in_chunks_asks_first_what_arrived() {
    let paused = in_chunks(State::Paused {
        resume_to: Active::Sending,
    });
    let after = step(&paused, &Event::Cancel, 1_000, 0.5);
    assert_eq!(after.state, State::Active(Active::Confirming));
    assert!(after.cancelling);
}
