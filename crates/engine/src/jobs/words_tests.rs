use super::*;
use crate::jobs::rows::Wish;
use crate::jobs::state::Job;

fn row(state: State) -> Stored {
    Stored {
        id: 1,
        account: 1,
        wish: Wish {
            cid: "bafy".into(),
            ..Wish::default()
        },
        job: Job { state, attempts: 0 },
        detail: None,
        service_id: None,
        replaces: None,
        here: true,
        created: 0,
        since: 0,
        lost: None,
        strays: 0,
        arrived: 0,
        late_of: None,
    }
}

const HERE: Around<'static> = Around {
    service: "Pinata",
    copy: None,
    pin: None,
    held: None,
    days: None,
    busy: false,
};

#[test]
fn a_failure_is_told_with_the_reason_that_the_service_has_for_it() {
    let failed = row(State::Listed(JobStatus::named("failed")));
    assert_eq!(of(&failed, &HERE).beside, "It does not say why.");
    let because = Stored {
        detail: Some("no peers have it".into()),
        ..failed
    };
    assert_eq!(of(&because, &HERE).beside, "It says “no peers have it”.");
}

#[test]
fn every_state_of_the_service_has_plain_words_and_never_its_code() {
    for name in [
        "prechecking",
        "searching",
        "retrieving",
        "expired",
        "over_free_limit",
        "over_max_size",
        "invalid_object",
        "bad_host_node",
        "failed",
    ] {
        let told = of(&row(State::Listed(JobStatus::named(name))), &HERE);
        let said = format!("{} {}", told.sentence, told.beside);
        assert!(!said.contains(name), "{name}: {said}");
        assert!(told.sentence.ends_with('.'), "{said}");
        let moves = ["prechecking", "retrieving"].contains(&name);
        assert_eq!(told.step.is_none(), moves, "{name}: {:?}", told.step);
    }
    let unknown = of(&row(State::Listed(JobStatus::named("thawing"))), &HERE);
    assert_eq!(unknown.sentence, "Pinata calls its state “thawing”.");
}

#[test]
fn a_copy_on_this_computer_is_the_next_step_where_there_is_one() {
    let with_copy = Around {
        copy: Some("Pictures/lighthouse.png"),
        ..HERE
    };
    for name in ["searching", "expired", "bad_host_node", "invalid_object"] {
        let told = of(&row(State::Listed(JobStatus::named(name))), &with_copy);
        assert_eq!(told.step, Some(JobStep::UploadCopy), "{name}");
        assert_eq!(told.beside, "You have a copy at Pictures/lighthouse.png");
    }
}

#[test]
fn three_days_are_noticed_without_claiming_more_than_is_known() {
    let long = Around {
        days: Some(3),
        ..HERE
    };
    let told = of(&row(State::Listed(JobStatus::Searching)), &long);
    assert_eq!(
        told.sentence,
        "Asked for 3 days ago, and is still being looked for."
    );
    assert!(told.beside.contains("does not say"));
    assert_eq!(told.step, Some(JobStep::AddAddress));
}

#[test]
fn of_a_lost_answer_is_told_what_came_and_what_to_do_and_nothing_where_nothing_came() {
    let late = |state: State, strays: u64, arrived: u64| {
        let row = Stored {
            strays,
            arrived,
            ..row(state)
        };
        let told = of(&row, &HERE);
        format!("{} {}", told.sentence, told.beside)
    };
    let searching = || State::Listed(JobStatus::Searching);
    assert_eq!(
        late(searching(), 0, 1),
        "Looking for someone who has it. Pinata gives up after about a day. An answer was lost on the way, and Pinata was \
         asked for it 2 times. Cancel what is too many."
    );
    let twice = late(State::Pinned, 2, 0);
    assert!(
        twice.ends_with("Pinata has it pinned 3 times. Unpin what is too many."),
        "{twice}"
    );
    let waits = late(State::Pinned, 0, 1);
    assert!(waits.ends_with("Cancel what is too many."), "{waits}");
    let cancelled = late(State::Cancelled, 0, 1);
    assert!(
        cancelled.starts_with("Cancelled, and asked for all the same."),
        "{cancelled}"
    );
    for state in [searching(), State::Pinned, State::Cancelled] {
        assert!(!late(state, 0, 0).contains("lost"));
    }

    // Beside the place of a copy, which has no end of a sentence.
    let row = Stored {
        arrived: 1,
        ..row(searching())
    };
    let with_copy = Around {
        copy: Some("Pictures/lighthouse.png"),
        ..HERE
    };
    let beside = of(&row, &with_copy).beside;
    assert!(
        beside.starts_with("You have a copy at Pictures/lighthouse.png. An answer"),
        "{beside}"
    );
}
