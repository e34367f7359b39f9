//! What a person asks of some of many uploads, and the order that they go in.

use engine::error::ErrorCode;
use engine::uploads::{Event, RestFor, UploadLimits, UploadState, UploadsFilter};
use sandbox::{Fault, Gate, Kind, Route};

use super::house::House;

/// So many small files in a queue that rests.
async fn resting(house: &House, files: usize) -> Vec<i64> {
    let uploads = &house.engine.uploads;
    uploads.rest(RestFor::Hour).await.expect("rests");
    let mut ids = Vec::new();
    for n in 0..files {
        let name = format!("{n}.txt");
        ids.extend(house.drop_in(&[house.file(&name, name.as_bytes())]).await);
    }
    ids
}

/// The numbers in their files' names, as the list has them.
fn listed(house: &House) -> String {
    let rows = house.engine.uploads.rows(UploadsFilter::Now, 0, 100);
    let rows = rows.expect("rows").rows;
    rows.iter()
        .map(|row| row.name.trim_end_matches(".txt"))
        .collect()
}

fn hold_two(house: &House) -> Gate {
    let gate = Gate::new();
    house.sandbox.faults().push(Fault {
        route: Route::V3Upload,
        times: 2,
        kind: Kind::HoldAnswer(gate.clone()),
    });
    gate
}

/// The numbers in the files' names, as the service got them: two at a time, each two in ascending order.
async fn sent_in_twos(house: &House, twos: usize) -> Vec<String> {
    let uploads = &house.engine.uploads;
    let limits = UploadLimits {
        at_once: 1,
        ..UploadLimits::default()
    };
    uploads.set_limits(limits).await.expect("sets");
    // One, and the second in the place of the small ones. Which of two arrives first is the system's affair.
    let gates: Vec<Gate> = (0..twos).map(|_| hold_two(house)).collect();
    uploads.ask_all(&Event::Resume).await.expect("continues");
    for gate in gates {
        gate.arrived_times(2).await;
        gate.open();
    }
    let ended = house.ended().await;
    let number = |cid: &str| {
        let row = ended.iter().find(|row| row.cid.as_deref() == Some(cid));
        row.expect("a row").name.trim_end_matches(".txt").to_owned()
    };
    let requests = house.sandbox.requests();
    let sent: Vec<String> = requests
        .iter()
        .filter(|asked| asked.method == "POST" && asked.path.ends_with("/v3/files"))
        .filter_map(|asked| asked.cid.as_deref().map(number))
        .collect();
    let in_order = |two: &[String]| {
        let mut two = two.to_vec();
        two.sort();
        two.concat()
    };
    sent.chunks(2).map(in_order).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_moved_to_the_end_goes_last_also_after_a_restart_and_behind_what_comes_later() {
    let mut house = House::new().await;
    let ids = resting(&house, 7).await;
    let uploads = &house.engine.uploads;
    uploads.put_last(&[ids[1]]).await.expect("moves");
    // Several keep their order among themselves, however they are named, and one that is there already goes along.
    uploads
        .put_last(&[ids[4], ids[2], ids[1]])
        .await
        .expect("moves");
    assert_eq!(listed(&house), "0356241");
    let rows = uploads.rows(UploadsFilter::Now, 0, 10).expect("rows").rows;
    let can = rows.iter().map(|row| (row.can_go_first, row.can_go_last));
    let mut wanted = [(true, true); 7];
    wanted[6] = (true, false);
    assert_eq!(can.collect::<Vec<_>>(), wanted);

    house.stop();
    house.restart();
    let late = house.file("7.txt", b"7.txt");
    house.drop_in(&[late]).await;
    assert_eq!(listed(&house), "03567241");
    for (from, n, ids_there) in [(4, 3, "724"), (5, 3, "241"), (7, 5, "1"), (8, 1, "")] {
        let rows = house.engine.uploads.rows(UploadsFilter::Now, from, n);
        let rows = rows.expect("rows").rows;
        let names = rows.iter().map(|row| row.name.trim_end_matches(".txt"));
        assert_eq!(names.collect::<String>(), ids_there);
        let ids = house.engine.uploads.ids(UploadsFilter::Now, "", from, n);
        let of_rows: Vec<i64> = rows.iter().map(|row| row.id).collect();
        assert_eq!(ids.expect("numbers"), of_rows);
    }
    assert_eq!(sent_in_twos(&house, 4).await, ["03", "56", "27", "14"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_are_moved_to_the_front_keep_their_order_among_themselves() {
    let house = House::new().await;
    let ids = resting(&house, 6).await;
    let uploads = &house.engine.uploads;
    uploads.put_first(&[ids[5]]).await.expect("moves");
    uploads
        .put_first(&[ids[4], 4711, ids[5], ids[2]])
        .await
        .expect("one that is gone is passed over");
    assert_eq!(listed(&house), "524013");
    uploads.put_last(&[ids[5]]).await.expect("moves");
    assert_eq!(listed(&house), "240135", "from the front to the end");
    assert_eq!(sent_in_twos(&house, 3).await, ["24", "01", "35"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_of_many_are_paused_continued_and_taken_back_and_the_others_go_on() {
    let house = House::new().await;
    let (engine, uploads) = (&house.engine, &house.engine.uploads);
    // The account cannot work, so that nothing moves while it is asked.
    engine
        .accounts
        .set_hold(house.account, ErrorCode::KeychainLocked, None);
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut ids = Vec::new();
    for name in names {
        ids.extend(house.drop_in(&[house.file(name, name.as_bytes())]).await);
    }
    let some = [ids[0], 4711, ids[2], ids[3], ids[5]];
    uploads
        .ask_some(&some, &Event::Pause, false)
        .await
        .expect("asks");
    let chosen = uploads.chosen(UploadsFilter::Now, "", &some);
    let chosen = chosen.expect("four of them are there");
    assert_eq!(chosen.ids, [ids[0], ids[2], ids[3], ids[5]]);
    assert_eq!((chosen.resume, chosen.pause, chosen.cancel), (4, 0, 4));
    assert_eq!((chosen.sent, chosen.first, chosen.last), (0, 4, 4));
    let taken_back = [ids[0], ids[1]];
    let cancel = uploads.ask_some(&taken_back, &Event::Cancel, false);
    cancel.await.expect("asks");
    // What is taken back does not go on, and what goes on does not need to.
    let resumed = [ids[0], ids[2], ids[4]];
    let resume = uploads.ask_some(&resumed, &Event::Resume, false);
    resume.await.expect("asks");
    engine.accounts.release(house.account);
    let pinned = |name: &'static str| {
        house.until(move |row| row.name == name && row.state == UploadState::Pinned)
    };
    for name in ["c", "e"] {
        pinned(name).await;
    }
    let state = |at: usize| uploads.row_of(ids[at]).expect("a row").state;
    assert_eq!([0, 1].map(state), [UploadState::Cancelled; 2]);
    assert_eq!([3, 5].map(state), [UploadState::Paused; 2]);
    assert_eq!(house.uploads_received(), 2);

    let over = uploads.chosen(UploadsFilter::Finished, "", &ids);
    let over = over.expect("four of them");
    assert_eq!((over.clear, over.cancel, over.first), (4, 0, 0));
    uploads.clear(&ids[1..]).await.expect("clears");
    let head = uploads.head().expect("figures");
    assert_eq!((head.now, head.finished), (2, 1));
    let history = uploads.chosen(UploadsFilter::Finished, "a text", &ids);
    assert_eq!(history.expect("what was taken out, too").ids.len(), 4);
    let gone = uploads.ask(4711, Event::Pause).await;
    assert_eq!(gone.expect_err("of one alone").code, ErrorCode::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_some_tries_what_it_can_and_answers_no_question() {
    let house = House::new().await;
    let ids = resting(&house, 3).await;
    let uploads = &house.engine.uploads;
    for (id, code) in ids.iter().zip([
        ErrorCode::Unexpected,
        ErrorCode::Different,
        ErrorCode::Secret,
    ]) {
        let refusal = Event::Refused(code);
        uploads.ask(*id, refusal).await.expect("refuses");
    }
    let chosen = uploads.chosen(UploadsFilter::NeedsYou, "", &ids);
    let chosen = chosen.expect("all of them");
    assert_eq!((chosen.retry, chosen.first, chosen.cancel), (1, 0, 3));
    uploads
        .ask_some(&ids, &Event::Retry, false)
        .await
        .expect("asks");
    let needs_you = uploads.head().expect("figures").needs_you;
    assert_eq!(needs_you, 2);
    // Of one alone it is the answer.
    let different = uploads.ask_some(&ids[1..2], &Event::Retry, true);
    different.await.expect("asks");
    assert_eq!(uploads.head().expect("figures").needs_you, 1);
}
