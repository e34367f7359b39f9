//! What an account uses, over a real service.

use engine::pins::FileKind;
use engine::usage::{UsageReport, UsageSpan};
use sandbox::{Fault, Kind, Route};

use crate::accounts::connect_psa;
use crate::house::House;

fn report(house: &House, account: i64) -> UsageReport {
    let usage = &house.engine.usage;
    usage.report(account, UsageSpan::All, 0).expect("a report")
}

/// A house whose service keeps these files.
async fn keeping(files: &[(&str, usize)]) -> House {
    let house = House::new().await;
    let paths: Vec<_> = files
        .iter()
        .map(|(name, bytes)| house.file(name, &vec![7; *bytes]))
        .collect();
    house.drop_in(&paths).await;
    assert_eq!(house.ended().await.len(), files.len());
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pins_add_up_to_is_what_the_service_counts() {
    let house = keeping(&[("a.png", 3_000), ("b.png", 500), ("film.mp4", 20_000)]).await;
    let refreshed = house.engine.pins.refresh(house.account).await;
    refreshed.expect("reads the list");
    let totals = house.engine.usage.totals(house.account).await;
    let totals = totals.expect("answers").expect("totals");
    let report = report(&house, house.account);
    assert_eq!((totals.pins, report.pins), (Some(3), 3));
    assert_eq!(totals.bytes, report.bytes);
    assert!(report.bytes >= Some(23_500));
    let kinds: Vec<_> = report
        .kinds
        .iter()
        .map(|sum| (sum.kind, sum.pins))
        .collect();
    assert_eq!(kinds, [(FileKind::Film, 1), (FileKind::Image, 2)]);
    let names: Vec<_> = report
        .largest
        .iter()
        .map(|pin| pin.name.as_deref())
        .collect();
    assert_eq!(names, [Some("film.mp4"), Some("a.png"), Some("b.png")]);
    let last = report.growth.last().expect("a point");
    assert_eq!((last.pins, Some(last.bytes)), (3, report.bytes));
    assert!(report.as_of.is_some());
    assert_eq!(
        report.source,
        "Counted from the list of pins that the Sandbox gave"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_negative_total_is_unknown_and_the_list_is_counted_all_the_same() {
    let house = keeping(&[("a.png", 3_000)]).await;
    house.sandbox.faults().push(Fault {
        route: Route::DataTotal,
        times: 1,
        kind: Kind::Status {
            code: 200,
            retry_after: None,
            body: r#"{"pin_count":-223,"pin_size_total":-5,"pin_size_with_replications_total":"60686749507"}"#.into(),
            html: false,
        },
    });
    let totals = house.engine.usage.totals(house.account).await;
    let totals = totals.expect("answers").expect("totals");
    assert_eq!(
        (totals.pins, totals.bytes, totals.bytes_with_replications),
        (None, None, Some(60_686_749_507))
    );
    assert_eq!(report(&house, house.account).pins, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_totals_is_counted_from_its_list_and_sizes_it_never_told_are_unknown() {
    let house = keeping(&[("a.png", 3_000), ("b.txt", 500)]).await;
    let (account, _) = connect_psa(&house).await;
    let before = report(&house, account);
    assert!(
        before.source.contains("not yet read to its end"),
        "{}",
        before.source
    );
    let refreshed = house.engine.pins.refresh(account).await;
    refreshed.expect("reads the list");
    let totals = house.engine.usage.totals(account).await;
    assert_eq!(totals.expect("no failure"), None);
    let report = report(&house, account);
    assert_eq!((report.pins, report.bytes), (2, None));
    assert_eq!(report.growth.last().map(|point| point.pins), Some(2));
    assert!(
        report.notes[0].contains("the size of no pin"),
        "{:?}",
        report.notes
    );
    assert!(report.as_of.is_some() && report.largest.is_empty());
}
