//! Changes of many pins: carried out while nobody waits, cancelled, interrupted, refused.

use engine::changes::{ChangeRow, ChangeState, ChangeWhat, EditOfMany};
use engine::clock::Clock as _;
use engine::error::ErrorCode;
use engine::pins::{Look, PinEdit, PinEnd, PinQuery, ResultSet, Selection, SortKey};
use sandbox::{Fault, Gate, Kind, Route};

use crate::house::House;

/// Carries a change out and answers what came of it.
pub(crate) async fn carried_out(
    house: &House,
    selection: &Selection,
    what: ChangeWhat,
) -> ChangeRow {
    let begun = house.engine.changes.start(selection, what).await;
    over(house, begun.expect("is taken in").id).await
}

/// Unpins these; answers how many were.
pub(crate) async fn unpin(house: &House, selection: &Selection) -> usize {
    let row = carried_out(house, selection, ChangeWhat::Unpin {}).await;
    assert_eq!((row.state, row.failed), (ChangeState::Ended, 0), "{row:?}");
    row.done
}

fn now(house: &House, id: i64) -> ChangeRow {
    let list = house.engine.changes.list().expect("a list");
    let row = list.into_iter().find(|row| row.id == id);
    row.expect("it was not closed")
}

/// The change, once nothing of it is under way.
pub(crate) async fn over(house: &House, id: i64) -> ChangeRow {
    let busy = [ChangeState::Working, ChangeState::Waiting];
    let is_over = async || !busy.contains(&now(house, id).state);
    house.until_true("the change is over", is_over).await;
    now(house, id)
}

/// All pins of the account, by name.
fn listed(house: &House) -> ResultSet {
    let query = PinQuery {
        sort: SortKey::Name,
        descending: false,
        ..PinQuery::default()
    };
    let look = Look {
        n: 50,
        ..Look::default()
    };
    let set = house.engine.pins.open(house.account, &query, None, look);
    set.expect("a set")
}

/// Pins so many files, and selects them all.
async fn pinned(house: &House, n: usize) -> Selection {
    let files: Vec<_> = (0..n)
        .map(|n| house.file(&format!("{n:02}.txt"), format!("file {n}").as_bytes()))
        .collect();
    house.drop_in(&files).await;
    house.ended().await;
    Selection {
        set: listed(house).set,
        ranges: vec![(0, n - 1)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pins_are_given_one_end_and_those_that_have_it_are_not_asked_for() {
    let (house, clock) = House::leaping().await;
    let all = pinned(&house, 4).await;
    let ends = || -> Vec<_> {
        let rows = listed(&house).rows.into_iter();
        rows.map(|row| row.expires_at).collect()
    };
    let day = clock.now() + 24 * 3_600_000;
    let at = Some(day / 1_000 * 1_000);
    let first = Selection {
        ranges: vec![(0, 0)],
        ..all.clone()
    };
    let expire = |at| ChangeWhat::Expire(PinEnd { at });
    carried_out(&house, &first, expire(Some(day))).await;
    assert_eq!(ends(), [at, None, None, None]);

    let asked = house.sandbox.requests().len();
    let row = carried_out(&house, &all, expire(Some(day))).await;
    assert_eq!((row.state, row.done), (ChangeState::Ended, 4), "{row:?}");
    assert_eq!(row.title, "Set the end of 4 pins");
    assert_eq!(house.sandbox.requests().len() - asked, 3);
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(ends(), [at; 4], "the service lists it so");
    let summary = house.engine.pins.summary(&all).expect("a summary");
    assert_eq!((summary.count, summary.ending), (4, 4));

    let row = carried_out(&house, &first, expire(None)).await;
    assert_eq!(row.title, "Let 1 pin never expire");
    clock.leap(25 * 3_600_000);
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(listed(&house).total, 1, "the others are over");

    let over = expire(Some(clock.now() - 1));
    let refused = house.engine.changes.start(&first, over).await;
    assert_eq!(refused.expect_err("refused").code, ErrorCode::BadInput);
}

/// The answers to the first four requests are held back: the service has done what they ask, and nobody knows.
fn hold_four(house: &House) -> Gate {
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Delete,
        times: 4,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_change_asks_for_nothing_more_and_counts_what_stays_done() {
    let house = House::new().await;
    let all = pinned(&house, 9).await;
    let gate = hold_four(&house);
    let changes = &house.engine.changes;
    let begun = changes.start(&all, ChangeWhat::Unpin {}).await;
    let begun = begun.expect("is taken in");
    assert_eq!((begun.state, begun.total), (ChangeState::Working, 9));
    assert_eq!(begun.title, "Unpin 9 pins");
    gate.arrived_times(4).await;
    changes.cancel(begun.id).await.expect("is cancelled");
    gate.open();

    let four = async || now(&house, begun.id).done == 4;
    house.until_true("the answers came", four).await;
    let row = now(&house, begun.id);
    assert_eq!((row.state, row.left), (ChangeState::Cancelled, 5));
    assert!(row.sentence.contains("What is done stays done."), "{row:?}");
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(listed(&house).total, 5);
    changes.close(begun.id).await.expect("is closed");
    assert!(changes.list().expect("a list").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpinning_goes_on_after_a_restart_and_looks_what_became_of_what_was_asked_for() {
    let mut house = House::new().await;
    let all = pinned(&house, 9).await;
    let gate = hold_four(&house);
    let begun = house.engine.changes.start(&all, ChangeWhat::Unpin {}).await;
    let id = begun.expect("is taken in").id;
    gate.arrived_times(4).await;
    house.restart();
    gate.open();

    let row = over(&house, id).await;
    assert_eq!((row.state, row.done), (ChangeState::Ended, 9), "{row:?}");
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(listed(&house).total, 0);
    let log = house.sandbox.requests();
    let asked = log.iter().filter(|entry| entry.method == "DELETE");
    assert_eq!(asked.count(), 9, "nothing was asked for twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_or_got_no_answer_is_told_pin_by_pin_and_tried_again() {
    let house = House::new().await;
    let all = pinned(&house, 3).await;
    let faults = house.sandbox.faults();
    faults.once(Route::V3Delete, Kind::status(409));
    faults.once(Route::V3Delete, Kind::CutBeforeAnswer);
    let begun = house.engine.changes.start(&all, ChangeWhat::Unpin {}).await;
    let id = begun.expect("is taken in").id;
    // A connection that breaks holds the account for a moment.
    let row = over(&house, id).await;
    assert_eq!((row.done, row.failed, row.unsure), (1, 1, 1), "{row:?}");
    let told = house.engine.changes.refusals(id, 0, 10).expect("tells");
    assert_eq!(told.total, 2);
    for refusal in &told.rows {
        assert!(refusal.name.starts_with('0') && !refusal.cid.is_empty());
        let may = refusal.sentence.contains("may have been done");
        assert_eq!(may, refusal.unsure, "{refusal:?}");
    }

    house.engine.changes.retry(id).await.expect("tries again");
    let row = over(&house, id).await;
    assert_eq!((row.done, row.failed, row.unsure), (3, 0, 0), "{row:?}");
    house.engine.refresh(house.account).await.expect("reads");
    assert_eq!(listed(&house).total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_the_account_fails_no_pin_and_the_change_goes_on_once_it_is_over() {
    let house = House::new().await;
    let all = pinned(&house, 6).await;
    house.sandbox.faults().push(Fault {
        route: Route::V3Delete,
        times: 4,
        kind: Kind::status(401),
    });
    let begun = house.engine.changes.start(&all, ChangeWhat::Unpin {}).await;
    let id = begun.expect("is taken in").id;
    let waits = async || now(&house, id).state == ChangeState::Waiting;
    house.until_true("it waits", waits).await;
    let row = now(&house, id);
    assert_eq!(row.failed, 0);
    assert!(row.sentence.contains("Waits:"), "{row:?}");
    house.sandbox.faults().clear();

    house
        .engine
        .retry(house.account)
        .await
        .expect("looks again");
    let row = over(&house, id).await;
    assert_eq!((row.state, row.done), (ChangeState::Ended, 6), "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pins_are_renamed_by_a_template_and_given_key_values_as_the_preview_said() {
    let house = House::new().await;
    let all = pinned(&house, 3).await;
    let edit = EditOfMany {
        rename: Some("Print {n}.{ext}".into()),
        set: vec![("series".into(), "harbour".into())],
        remove: Vec::new(),
    };
    let preview = house.engine.changes.preview(&all, &edit).expect("previews");
    assert_eq!((preview.changed, preview.unchanged), (3, 0));
    assert_eq!(preview.rows[0].before, "00.txt");
    assert_eq!(preview.rows[0].after.as_deref(), Some("Print 1.txt"));

    let row = carried_out(&house, &all, ChangeWhat::Edit(edit.clone())).await;
    assert_eq!((row.state, row.done), (ChangeState::Ended, 3), "{row:?}");
    // Read again from the service: it is not only our mirror that knows.
    house.engine.refresh(house.account).await.expect("reads");
    let set = listed(&house);
    let names: Vec<_> = set.rows.iter().filter_map(|row| row.name.clone()).collect();
    assert_eq!(names, ["Print 1.txt", "Print 2.txt", "Print 3.txt"]);
    let series = ("series".to_owned(), "harbour".into());
    assert!(set.rows.iter().all(|row| row.keyvalues == [series.clone()]));

    let all = Selection {
        set: set.set,
        ranges: vec![(0, 2)],
    };
    let preview = house.engine.changes.preview(&all, &edit).expect("previews");
    assert_eq!((preview.changed, preview.unchanged), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_refuses_one_pin_after_the_other_is_left_alone_until_a_person_goes_on() {
    let house = House::new().await;
    house.sandbox.seed(130).await.expect("seeds");
    house.engine.refresh(house.account).await.expect("reads");
    house.sandbox.faults().push(Fault {
        route: Route::V3Delete,
        times: 1_000,
        kind: Kind::status(409),
    });
    let all = Selection {
        set: listed(&house).set,
        ranges: vec![(0, 129)],
    };
    let row = carried_out(&house, &all, ChangeWhat::Unpin {}).await;
    assert_eq!(row.state, ChangeState::Stopped, "{row:?}");
    assert!(row.failed >= 100 && row.left >= 20, "{row:?}");
    assert!(row.sentence.contains("one after the other"), "{row:?}");

    house.sandbox.faults().clear();
    let changes = &house.engine.changes;
    changes.retry(row.id).await.expect("goes on");
    let row = over(&house, row.id).await;
    assert_eq!((row.state, row.done), (ChangeState::Ended, 130), "{row:?}");
}

/// A change of one pin whose request is done at the service, and whose answer is still held back.
async fn on_its_way(house: &House, all: &Selection, what: ChangeWhat) -> (Gate, i64) {
    let gate = Gate::new();
    let kind = Kind::HoldAnswer(gate.clone());
    house.sandbox.faults().once(Route::V3Update, kind);
    let begun = house.engine.changes.start(all, what).await;
    gate.arrived().await;
    (gate, begun.expect("is taken in").id)
}

fn with_series() -> ChangeWhat {
    ChangeWhat::Edit(EditOfMany {
        rename: None,
        set: vec![("series".into(), "harbour".into())],
        remove: Vec::new(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_given_while_a_change_waits_for_its_answer_stands() {
    let (house, clock) = House::leaping().await;
    let day = clock.now() + 24 * 3_600_000;
    let expire = ChangeWhat::Expire(PinEnd { at: Some(day) });
    let all = pinned(&house, 1).await;
    for (what, name) in [(with_series(), "new name"), (expire, "newer name")] {
        let (gate, change) = on_its_way(&house, &all, what).await;
        let edit = PinEdit {
            name: Some(name.to_owned()),
            ..PinEdit::default()
        };
        let id = listed(&house).rows[0].id;
        house.engine.pins.edit(id, edit).await.expect("renames");
        gate.open();
        assert_eq!(over(&house, change).await.done, 1);
        let row = listed(&house).rows.remove(0);
        assert_eq!(row.name.as_deref(), Some(name));
        assert_eq!(row.keyvalues, [("series".into(), "harbour".into())]);
    }
    let row = listed(&house).rows.remove(0);
    assert_eq!(row.expires_at, Some(day / 1_000 * 1_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_that_is_unpinned_while_a_change_waits_for_its_answer_does_not_come_back() {
    let house = House::new().await;
    let all = pinned(&house, 1).await;
    let (gate, change) = on_its_way(&house, &all, with_series()).await;
    let cid = listed(&house).rows.remove(0).cid;
    house.service.unpin(&cid).await;
    house.engine.refresh(house.account).await.expect("reads");
    gate.open();
    assert_eq!(over(&house, change).await.done, 1);
    assert_eq!(listed(&house).total, 0);
}
